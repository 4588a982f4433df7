//! One suite for both databases: what the tables show is what the log says, whatever happens on the way.

mod delivery;
mod faults;
mod parking;
mod rebuilding;
mod showing;
mod support;

/// Each case on SQLite and on PostgreSQL.
macro_rules! on_both {
    ($($case:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::$case(crate::tests::support::World::sqlite().await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::$case(crate::tests::support::World::postgres().await).await;
            })+
        }
    };
}
pub(crate) use on_both;
