//! Real PostgreSQL and nats-server processes for tests, private to the test process that asks for them, and a small
//! server of our own that speaks S3.
//!
//! A server here listens on 127.0.0.1 only, keeps its data in a scratch directory and dies with the test process,
//! however that ends: each runs under a small shell that waits for the end of its input, whose other end only we
//! hold. A missing program is a failure that says what to do, never a skipped test. This crate panics instead of
//! returning errors, because nothing but a test may use it.

mod nats;
mod postgres;
mod process;
mod programs;
mod s3;

pub use nats::Nats;
pub use postgres::{Cluster, Postgres, durable_cluster, fresh_cluster, postgres};
pub use s3::S3;

/// Runs a blocking step without holding up the other tasks of a test.
async fn blocking<T: Send + 'static>(step: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(step).await {
        Ok(value) => value,
        Err(fault) => match fault.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(fault) => panic!("A test server could not be handled: {fault}"),
        },
    }
}
