//! The world of a journey: a real server on a scratch database, real NATS where asked for, a practice target, a clock
//! that the test turns, and callers that speak HTTP.

mod caller;
mod clock;
mod ghostwriter;
mod index;
mod issuer;
mod pdf;
mod process;
mod target;
mod world;

pub use caller::{Caller, Reply};
pub use clock::MockClock;
pub use ghostwriter::{Ghostwriter, Hand};
pub use index::{PackageIndex, ToyWheel};
pub use issuer::{Issuer, Signer};
pub use pdf::{Pdf, packed};
pub use process::{Process, Spawn};
pub use target::Practice;
pub use touchstone::bootstrap::Wish;
pub use touchstone::target::{Fault, FaultKind, Persona, TargetOptions};
pub use touchstone_servers::S3;
pub use world::{Backend, World, eventually};
