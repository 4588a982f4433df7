//! Which prompts a query means.
//!
//! The catalogue's newest edition is on one shelf for everybody, each team's own prompts on one for the team, which follows
//! the read model: before each search, what has changed since the last one is put there. So whoever sees a prompt can
//! find it. Shelves of teams that have not searched for long are forgotten and filled again when they are needed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};
use touchstone_catalog::{Probe, Prompt};
use touchstone_embeddings::Model;
use touchstone_queries::Db;
use touchstone_queries::prompt::{self, PromptView};
use touchstone_search::{Asked, Meaning, Shelf, find};
use touchstone_vocabulary::TeamId;

use crate::error::ApiError;

/// Teams whose prompts are kept ready.
const MOST_TEAMS: usize = 64;
/// Prompts read at once.
const PAGE: i64 = 500;

/// A team's prompts, up to a place in the log.
struct Followed {
    shelf: Shelf,
    place: i64,
}

#[derive(Default)]
struct Teams {
    /// When each last searched, in searches.
    ready: HashMap<TeamId, (u64, Arc<RwLock<Followed>>)>,
    searches: u64,
}

/// Finds prompts.
#[derive(Default)]
pub struct Finder {
    meaning: Option<Arc<Meaning>>,
    catalogue: Arc<OnceLock<Shelf>>,
    teams: Mutex<Teams>,
}

/// What is looked for, as sent.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub query: String,
    pub neighbours: usize,
    pub total: usize,
}

impl Finder {
    /// Without a model prompts are found by their words alone.
    pub fn new(model: Option<Arc<Model>>) -> Self {
        let first = |probe: &'static Arc<Probe>| probe.prompts.first().map(|prompt| text_of(probe, prompt));
        let meaning = |model| {
            let usual: Vec<String> = touchstone_catalog::latest().probes().iter().filter_map(first).collect();
            Arc::new(Meaning::of(model, usual.iter().map(String::as_str)))
        };
        Self { meaning: model.map(meaning), ..Self::default() }
    }

    /// How prompts are found, in one word.
    pub fn means(&self) -> &'static str {
        if self.meaning.is_some() { "hybrid" } else { "lexical" }
    }

    /// The ids of the best prompts of the team and of the catalogue, best first.
    pub async fn find(&self, db: &Db, team: TeamId, wanted: Wanted) -> Result<Vec<String>, ApiError> {
        let followed = self.up_to_date(db, team).await?;
        let (meaning, catalogue) = (self.meaning.clone(), Arc::clone(&self.catalogue));
        let search = move || {
            let catalogue = catalogue.get_or_init(|| shelved(meaning.clone()));
            let Wanted { query, neighbours, total } = &wanted;
            let asked = Asked { query, neighbours: *neighbours, total: *total };
            let found = find(&[catalogue, &followed.shelf], meaning.as_deref(), asked);
            found.into_iter().map(str::to_owned).collect()
        };
        blocking(search).await
    }

    /// The team's shelf with everything that the read model shows.
    async fn up_to_date(&self, db: &Db, team: TeamId) -> Result<OwnedRwLockReadGuard<Followed>, ApiError> {
        let followed = self.of(team);
        let reading = Arc::clone(&followed).read_owned().await;
        if !reading.shelf.is_worn() && prompt::changed_after(db, team, reading.place, 1).await?.is_empty() {
            return Ok(reading);
        }
        drop(reading);
        let mut writing = followed.write_owned().await;
        if writing.shelf.is_worn() {
            *writing = self.empty();
        }
        loop {
            let changed = prompt::changed_after(db, team, writing.place, PAGE).await?;
            if changed.is_empty() {
                return Ok(OwnedRwLockWriteGuard::downgrade(writing));
            }
            writing = blocking(move || {
                for (place, view) in &changed {
                    writing.shelf.put(&view.id, &text(view));
                    writing.place = *place;
                }
                writing
            })
            .await?;
        }
    }

    fn empty(&self) -> Followed {
        Followed { shelf: Shelf::new(self.meaning.clone()), place: 0 }
    }

    fn of(&self, team: TeamId) -> Arc<RwLock<Followed>> {
        let mut teams = self.teams.lock().unwrap_or_else(PoisonError::into_inner);
        teams.searches += 1;
        let now = teams.searches;
        if !teams.ready.contains_key(&team) && teams.ready.len() >= MOST_TEAMS {
            let oldest = teams.ready.iter().min_by_key(|(_, (used, _))| *used).map(|(team, _)| *team);
            oldest.map(|team| teams.ready.remove(&team));
        }
        let fresh = || (now, Arc::new(RwLock::new(self.empty())));
        let (used, followed) = teams.ready.entry(team).or_insert_with(fresh);
        *used = now;
        Arc::clone(followed)
    }
}

/// Work that takes milliseconds and more, away from the threads that answer others.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    // Why it broke is not told: the text of a panic may hold what was worked on.
    tokio::task::spawn_blocking(work).await.map_err(|_| ApiError::internal("a search broke"))
}

/// What a prompt is found by.
fn text(view: &PromptView) -> String {
    let messages = view.text.iter().map(|message| message.content.as_str());
    let words = view.tags.iter().map(String::as_str).chain([view.description.as_str()]);
    words.chain(messages).collect::<Vec<_>>().join("\n")
}

/// The same of one of the catalogue.
fn text_of(probe: &Probe, prompt: &Prompt) -> String {
    let messages = prompt.messages.iter().map(|message| message.content.as_str());
    [probe.name.as_str(), &probe.goal].into_iter().chain(messages).collect::<Vec<_>>().join("\n")
}

/// The newest edition. The prompts of a probe are a family: they ask the same in many disguises.
fn shelved(meaning: Option<Arc<Meaning>>) -> Shelf {
    let mut shelf = Shelf::new(meaning);
    for (family, probe) in (0..).zip(touchstone_catalog::latest().probes()) {
        for prompt in &probe.prompts {
            shelf.put_into(Some(family), prompt.id.as_str(), &text_of(probe, prompt));
        }
    }
    shelf
}
