//! Requests: repeated, cut off, too many, too long, conditional.

mod cut;
mod identity;
mod limit;
mod precondition;
mod quota;
mod repeat;

use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};
use touchstone_testkit::World;

/// Nothing is appended while this is held.
#[expect(dead_code, reason = "held, not read")]
enum Held {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Locks every writer of events out, as somebody else at the database might.
async fn hold(world: &World) -> Held {
    let url = &world.settings.store.database_url;
    if url.starts_with("sqlite:") {
        let pool = SqlitePool::connect(url).await.unwrap();
        return Held::Sqlite(pool.begin_with("begin immediate").await.unwrap());
    }
    // Its owner has no right to lock it so.
    let mut tx =
        PgPool::connect(&url.replace("touchstone@", "postgres@")).await.unwrap().begin().await.unwrap();
    sqlx::query("lock table events in share row exclusive mode").execute(&mut *tx).await.unwrap();
    Held::Postgres(tx)
}
