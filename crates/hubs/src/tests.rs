//! Calls against real servers, and the parts around a call on a stopped clock.

mod calls;
mod keys;
mod waits;
