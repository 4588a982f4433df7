//! The words of event sourcing, pure: states fold events, commands decide, envelopes carry what was recorded.
//!
//! Nothing here waits, stores or sends. The ports ([`Handle`], [`History`], [`Freshness`]) are what the HTTP layer
//! may know of the machinery behind it; others implement them.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

mod command;
mod envelope;
mod event;
mod hash;
mod meta;
mod port;
mod refusal;
mod reservation;
mod sealed;
mod state;
pub mod testing;

pub use command::{Claim, Command, Within};
pub use envelope::{Envelope, Metadata, Recorded, lane};
pub use event::{Event, WireFault, decode, encode};
pub use hash::{ChainHash, Stored};
pub use meta::{Actor, Idempotency, Mark, Meta, Receipt, Repeatable};
pub use port::{
    Begun, Clock, Freshness, Handle, History, Pending, Requests, Revocations, StreamRange, TokenUse,
    Unavailable, Visible,
};
pub use refusal::{Kind, Refusal, Rejection};
pub use reservation::{Reservation, ReservationEvent};
pub use sealed::Sealed;
pub use state::{Global, InvalidStream, Nothing, Owned, State, StreamId, event_id};
