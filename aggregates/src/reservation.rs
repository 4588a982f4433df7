//! A reservation: who holds a name that must be unique in a team.
//!
//! It is part of the kernel, because every claim of a command becomes one of its events; its promises are kept here,
//! with those of all other contexts.

pub use touchstone_kernel::{Reservation, ReservationEvent};
