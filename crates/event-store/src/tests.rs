//! Tests of the whole crate: the contract that every backend fulfils, and what PostgreSQL has to fulfil beyond it.

mod contract;
mod fixture;
mod order;
mod request;
mod restore;
mod role;
mod seal;
mod tables;
pub(crate) mod thing;
mod writer;
