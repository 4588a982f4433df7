//! A world of things that note numbers, and a projection that keeps the notes and counts them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use touchstone_bus::Subscription;
use touchstone_event_store::{Database, Sequencer, Store};
use touchstone_kernel::{Event, Mark, Meta, Recorded, State};
use touchstone_vault::{KeyEncryptionKey, Vault};
use uuid::Uuid;

use crate::{ApplyError, Arg, Db, Group, Projection, Tx, args};

pub(crate) const LONG: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ThingEvent {
    Noted { number: i64, text: String },
}

impl Event for ThingEvent {
    const CONTEXT: &'static str = "thing";
}

/// How often a thing noted something.
#[derive(Debug, Clone, Default)]
pub(crate) struct Thing;

impl State for Thing {
    const STREAM: &'static str = "thing";
    type Id = String;
    type Event = ThingEvent;

    fn apply(&mut self, _: &ThingEvent) {}

    fn subject(id: &String) -> String {
        format!("thing:{id}")
    }
}

/// Whether events with this number can be applied.
pub(crate) const POISON: i64 = 66_666;
/// A number that the table itself refuses.
pub(crate) const REFUSED: i64 = -1;

#[derive(Clone, Default)]
pub(crate) struct Mended(Arc<AtomicBool>);

impl Mended {
    pub(crate) fn mend(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

pub(crate) struct Notes {
    pub mended: Mended,
}

#[async_trait]
impl Projection for Notes {
    fn name(&self) -> &'static str {
        "notes"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["rm_note"]
    }

    fn ddl(&self) -> &'static str {
        "create table if not exists rm_note (
            stream text not null, place bigint not null, number bigint not null check (number >= 0), text text not null,
            primary key (stream, place)
        ); -- looked up by number
        create index if not exists ix_rm_note_number on rm_note (number);"
    }

    async fn apply(&self, tx: &mut Tx<'_>, events: &[Recorded]) -> Result<(), ApplyError> {
        let mut rows = Vec::new();
        for recorded in events.iter().filter(|e| e.is::<ThingEvent>()) {
            let ThingEvent::Noted { number, text } =
                recorded.event().map_err(|e| ApplyError::Data(e.to_string()))?;
            if number == POISON && !self.mended.0.load(Ordering::SeqCst) {
                return Err(ApplyError::Data("poison".to_owned()));
            }
            rows.push(args![recorded.envelope.stream.as_str(), recorded.envelope.sequence, number, text]);
        }
        tx.insert("rm_note", &["stream", "place", "number", "text"], rows, "").await?;
        Ok(())
    }
}

pub(crate) struct Counts;

#[async_trait]
impl Projection for Counts {
    fn name(&self) -> &'static str {
        "counts"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["rm_count"]
    }

    fn ddl(&self) -> &'static str {
        "create table if not exists rm_count (stream text not null primary key, n bigint not null, total bigint not null);"
    }

    async fn apply(&self, tx: &mut Tx<'_>, events: &[Recorded]) -> Result<(), ApplyError> {
        let mut folded: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for recorded in events.iter().filter(|e| e.is::<ThingEvent>()) {
            let ThingEvent::Noted { number, .. } =
                recorded.event().map_err(|e| ApplyError::Data(e.to_string()))?;
            let entry = folded.entry(recorded.envelope.stream.clone()).or_default();
            entry.0 += 1;
            entry.1 += number;
        }
        let rows: Vec<Vec<Arg>> = folded.into_iter().map(|(s, (n, total))| args![s, n, total]).collect();
        tx.insert(
            "rm_count",
            &["stream", "n", "total"],
            rows,
            "on conflict (stream) do update set n = rm_count.n + excluded.n, total = rm_count.total + excluded.total",
        )
        .await?;
        Ok(())
    }
}

pub(crate) struct World {
    pub store: Store,
    pub group: Arc<Group>,
    pub mended: Mended,
    sequencer: Option<Sequencer>,
    _dir: tempfile::TempDir,
}

pub(crate) fn both(mended: &Mended) -> Vec<Arc<dyn Projection>> {
    vec![Arc::new(Notes { mended: mended.clone() }), Arc::new(Counts)]
}

impl World {
    pub(crate) async fn sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", dir.path().join("touchstone.db").display());
        Self::open(&url, dir, false).await
    }

    pub(crate) async fn postgres() -> Self {
        let url = touchstone_servers::postgres().await.database().await;
        Self::open(&url, tempfile::tempdir().unwrap(), true).await
    }

    async fn open(url: &str, dir: tempfile::TempDir, by_hand: bool) -> Self {
        let database = Database::open(url).await.unwrap();
        database.migrate().await.unwrap();
        let vault = Vault::new(database.vault_tables(), KeyEncryptionKey::random());
        let store = Store::open(database, vault).await.unwrap();
        let sequencer = by_hand.then(|| Sequencer::new(store.clone(), Uuid::new_v4()));
        let mended = Mended::default();
        let group = Arc::new(group(&store, both(&mended)));
        group.prepare().await.unwrap();
        Self { store, group, mended, sequencer, _dir: dir }
    }

    /// The same log, seen by another process.
    pub(crate) fn elsewhere(&self) -> Arc<Group> {
        Arc::new(group(&self.store, both(&self.mended)))
    }

    pub(crate) fn db(&self) -> Db {
        Db::new(self.store.database())
    }

    /// Appends notes and gives them their place in the log.
    pub(crate) async fn note(&self, stream: &str, numbers: &[i64]) -> Mark {
        let mark = self.note_unplaced(stream, numbers).await;
        self.place().await;
        mark
    }

    pub(crate) async fn note_unplaced(&self, stream: &str, numbers: &[i64]) -> Mark {
        let id = format!("team/{stream}");
        let version = self.store.load::<Thing>(&id).await.unwrap().version;
        let events: Vec<_> = numbers
            .iter()
            .map(|n| ThingEvent::Noted { number: *n, text: format!("note {n} of {stream}") })
            .collect();
        let meta = Meta { command: Uuid::new_v4(), ..touchstone_kernel::testing::meta() };
        self.store.append::<Thing>(&id, version, &events, &meta).await.unwrap().mark
    }

    async fn place(&self) {
        if let Some(sequencer) = &self.sequencer {
            while self.store.log().head().await.unwrap().0 < self.events().await {
                sequencer.step().await.unwrap();
            }
        }
    }

    async fn events(&self) -> i64 {
        let found: Option<(i64,)> = self
            .db()
            .as_owner()
            .one("select cast(count(*) as bigint) from events", Vec::new())
            .await
            .unwrap();
        found.unwrap().0
    }

    /// Many notes over some streams; returns the head.
    pub(crate) async fn many(&self, events: i64) -> i64 {
        for chunk in (0..events).collect::<Vec<_>>().chunks(50) {
            self.note_unplaced(&format!("s{}", chunk[0] / 50 % 7), chunk).await;
        }
        self.place().await;
        self.head().await
    }

    pub(crate) async fn head(&self) -> i64 {
        self.store.log().head().await.unwrap().0
    }

    /// Every row of the live tables, in order.
    pub(crate) async fn rows(&self) -> (Vec<(String, i64, i64, String)>, Vec<(String, i64, i64)>) {
        let notes = self
            .db()
            .as_owner()
            .all("select stream, place, number, text from rm_note order by stream, place", Vec::new())
            .await
            .unwrap();
        let counts = self
            .db()
            .as_owner()
            .all("select stream, n, total from rm_count order by stream", Vec::new())
            .await
            .unwrap();
        (notes, counts)
    }

    /// What the rows must be: worked out from the log in the plainest way.
    pub(crate) async fn expected(&self) -> (Vec<(String, i64, i64, String)>, Vec<(String, i64, i64)>) {
        let mut notes = Vec::new();
        let mut counts: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for envelope in self.envelopes().await {
            let recorded = self.store.log().open(envelope).await.unwrap();
            let ThingEvent::Noted { number, text } = recorded.event().unwrap();
            let (stream, place) = (recorded.envelope.stream, recorded.envelope.sequence);
            let count = counts.entry(stream.clone()).or_default();
            *count = (count.0 + 1, count.1 + number);
            notes.push((stream, place, number, text));
        }
        notes.sort();
        (notes, counts.into_iter().map(|(s, (n, t))| (s, n, t)).collect())
    }

    pub(crate) async fn envelopes(&self) -> Vec<touchstone_kernel::Envelope> {
        self.store.log().read(0, 1_000_000, 1 << 30).await.unwrap()
    }

    pub(crate) async fn assert_rows(&self) {
        let (rows, expected) = (self.rows().await, self.expected().await);
        assert_eq!(rows.1, expected.1);
        assert_eq!(rows.0, expected.0);
    }

    /// Runs the group until the guard is dropped.
    pub(crate) fn running(&self, group: &Arc<Group>, subscription: Subscription) -> Running {
        let cancel = CancellationToken::new();
        let run = Arc::clone(group).run(subscription, Uuid::new_v4(), self.store.clone(), cancel.clone());
        Running { cancel, task: Some(AbortOnDropHandle::new(tokio::spawn(run))) }
    }

    /// Places events for as long as the guard lives.
    pub(crate) fn sequencing(&self) -> Option<AbortOnDropHandle<()>> {
        self.sequencer.as_ref()?;
        let sequencer = Sequencer::new(self.store.clone(), Uuid::new_v4());
        Some(AbortOnDropHandle::new(tokio::spawn(sequencer.run(CancellationToken::new()))))
    }

    /// Changes a live table behind everybody's back.
    pub(crate) async fn tamper(&self, sql: &str) {
        let mut open = self.db().begin().await.unwrap();
        Tx::new(&mut open, crate::generation::LIVE).run(sql, Vec::new()).await.unwrap();
        open.commit().await.unwrap();
    }
}

pub(crate) struct Running {
    cancel: CancellationToken,
    task: Option<AbortOnDropHandle<()>>,
}

impl Running {
    pub(crate) async fn stop(mut self) {
        self.cancel.cancel();
        if let Some(task) = self.task.take() {
            task.await.unwrap();
        }
    }
}

pub(crate) fn group(store: &Store, projections: Vec<Arc<dyn Projection>>) -> Group {
    Group::new("main", Db::new(store.database()), store.log(), projections)
}

/// Waits until a group shows an event.
pub(crate) async fn shows(group: &Group, seq: i64) {
    let mut progress = group.progress();
    tokio::time::timeout(LONG, progress.wait_for(|p| p.seq >= seq))
        .await
        .unwrap_or_else(|_| panic!("the group never showed event {seq}: {:?}", group.health()))
        .unwrap();
}

/// Asks again until something holds.
pub(crate) async fn until<F: AsyncFnMut() -> bool>(mut holds: F) {
    let asking = async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, asking).await.expect("it never came to hold");
}
