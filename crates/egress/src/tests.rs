//! The guard by table, and the client against real servers on loopback.

mod addresses;
mod dns;
mod rebinding;
mod requests;
