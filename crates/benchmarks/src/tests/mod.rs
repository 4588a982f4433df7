mod contract;
mod form;
mod set;
