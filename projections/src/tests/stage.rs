//! Logs in both databases, a group of all projections behind each, and what can be seen in the tables.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tempfile::TempDir;
use touchstone_event_store::{Database, Sequencer, Store};
use touchstone_kernel::{Meta, testing};
use touchstone_read_store::{Arg, Db, Group};
use touchstone_vault::{KeyEncryptionKey, Vault};
use touchstone_vocabulary::Time;
use uuid::Uuid;

use super::past::{Happening, START};
use crate::all;

/// One database under test.
pub struct Stage {
    pub store: Store,
    pub db: Db,
    pub group: Group,
    appended: AtomicI64,
    _folder: Option<TempDir>,
}

#[derive(sqlx::FromRow)]
struct Line {
    line: String,
}

impl Stage {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        Self::over(&url, Some(folder)).await
    }

    pub async fn postgres() -> Self {
        Self::over(&touchstone_servers::postgres().await.database().await, None).await
    }

    pub async fn both() -> Vec<Self> {
        vec![Self::sqlite().await, Self::postgres().await]
    }

    async fn over(url: &str, folder: Option<TempDir>) -> Self {
        let database = Database::open(url).await.unwrap();
        database.migrate().await.unwrap();
        let vault = Vault::new(database.vault_tables(), KeyEncryptionKey::random());
        let store = Store::open(database.clone(), vault).await.unwrap();
        let db = Db::new(&database);
        let group = Group::new("all", db.clone(), store.log(), all());
        group.prepare().await.unwrap();
        Self { store, db, group, appended: AtomicI64::new(0), _folder: folder }
    }

    /// Adds events to the log, one second after another, the first one second after [`START`].
    pub async fn append(&self, events: &[Arc<dyn Happening>]) {
        for event in events {
            let seq = self.appended.fetch_add(1, Ordering::Relaxed) + 1;
            let command = Uuid::from_u128(u128::from(seq.unsigned_abs()));
            let meta = Meta { at: Time::from_secs(START + seq), command, ..testing::meta() };
            event.append(&self.store, &meta).await;
        }
    }

    /// Projects what the log holds. The sequencer waits for every transaction of the whole cluster that began earlier,
    /// other tests' among them.
    pub async fn catch_up(&self) {
        let sequencer = Sequencer::new(self.store.clone(), Uuid::from_u128(1));
        loop {
            if matches!(self.store.database(), Database::Postgres { .. }) {
                sequencer.step().await.unwrap();
            }
            if self.group.catch_up().await.unwrap() == self.appended.load(Ordering::Relaxed) {
                break;
            }
            tokio::task::yield_now().await;
        }
        assert_eq!(self.group.health().parked, 0);
    }

    pub async fn apply(&self, events: &[Arc<dyn Happening>]) {
        self.append(events).await;
        self.catch_up().await;
    }

    /// Lines of text, as a statement with one column `line` gives them.
    pub async fn lines(&self, sql: &str, args: Vec<Arg>) -> Vec<String> {
        let lines: Vec<Line> = self.db.as_owner().all(sql, args).await.unwrap();
        lines.into_iter().map(|line| line.line).collect()
    }

    /// Every row of every table, sorted.
    pub async fn dump(&self) -> Vec<String> {
        let mut rows = Vec::new();
        for projection in all() {
            for (table, columns) in tables(projection.ddl()) {
                let texts: Vec<String> =
                    columns.iter().map(|(name, _)| format!("coalesce(cast({name} as text), '-')")).collect();
                let sql =
                    format!("select '{table} | ' || {} as line from {table}", texts.join(" || ' | ' || "));
                rows.extend(self.lines(&sql, Vec::new()).await);
            }
        }
        rows.sort();
        rows
    }
}

/// Tables with their columns and types, as the DDL names them.
pub fn tables(ddl: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut found = Vec::new();
    for statement in ddl.split(';') {
        let Some(rest) = statement.trim().strip_prefix("create table if not exists ") else { continue };
        let (table, body) = rest.split_once(" (\n").unwrap();
        let columns = body
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with("primary key") && *line != ")")
            .map(|line| line.split_once(' ').unwrap())
            .map(|(name, kind)| (name.to_owned(), kind.trim_end_matches(',').to_owned()))
            .collect();
        found.push((table.to_owned(), columns));
    }
    found
}

#[tokio::test]
async fn the_ddl_makes_exactly_the_tables_that_a_projection_names() {
    for projection in all() {
        let made: Vec<String> = tables(projection.ddl()).into_iter().map(|(table, _)| table).collect();
        assert_eq!(made, projection.tables(), "{}", projection.name());
        assert!(made.iter().all(|table| table.starts_with("rm_")), "{made:?}");
    }
}
