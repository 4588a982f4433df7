//! The coordinator: plans, opens, closes, completes and erases. Workers complete nothing.
//!
//! Every process follows the milestones; the one that holds the lease acts on them. Its commands change nothing when
//! repeated, so two that both believe to hold the lease do no harm.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::join_all;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use touchstone_aggregates::api_key::{ApiKey, ApiKeyEvent};
use touchstone_aggregates::evaluation::{Evaluation, Plan};
use touchstone_aggregates::probe_run::{Outcome, ProbeRun, ProbeRunId};
use touchstone_commands::evaluation::{
    AbortEvaluation, CompleteEvaluation, Ending, PlanEvaluation, ScoreLevels, StartEvaluation, levels,
};
use touchstone_commands::probe_run::{CloseProbeRun, OpenProbeRun};
use touchstone_event_store::{Store, StoreError};
use touchstone_kernel::{Command, Handle, Meta, Owned, Rejection, State};
use touchstone_vocabulary::{ApiKeyId, EvaluationId, ProbeId, Score};
use uuid::Uuid;

use crate::board::{Board, Case, Erasure, RunState};
use crate::engine::Shared;
use crate::plan::suite;
use crate::shelf::{Lacking, Shelf, asked};

/// Name of the lease and of the cursor.
const NAME: &str = "runner";
const LEASE: Duration = Duration::from_secs(3);
const RENEWAL: Duration = Duration::from_secs(1);
/// How often everything unfinished is looked at again, whatever was heard.
const REEXAMINE: Duration = Duration::from_secs(10);
/// How long after an erasure the database is rid of older versions.
const SCRUB_AFTER: Duration = Duration::from_secs(1);
const CURSOR_EVERY: Duration = Duration::from_secs(5);
/// What is no milestone.
const RESPONSES: [&str; 3] =
    ["probe_run.response_scored", "probe_run.response_errored", "probe_run.response_skipped"];
/// Milestones read at once.
const BATCH: usize = 1_000;

/// The board and a signal for its changes.
#[derive(Clone)]
pub struct SharedBoard {
    board: Arc<Mutex<Board>>,
    pub changed: watch::Receiver<i64>,
}

impl SharedBoard {
    /// Looks at the board; never hold it across an await.
    pub fn with<T>(&self, look: impl FnOnce(&mut Board) -> T) -> T {
        look(&mut self.board.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Reads milestones onto the board.
pub struct Follow {
    shared: Arc<Shared>,
    board: SharedBoard,
    changed: watch::Sender<i64>,
}

pub fn follow(shared: Arc<Shared>) -> (SharedBoard, Follow) {
    let (sender, changed) = watch::channel(0);
    let board = SharedBoard { board: Arc::default(), changed };
    (board.clone(), Follow { shared, board, changed: sender })
}

impl Follow {
    pub async fn run(self, cancel: CancellationToken) {
        let log = self.shared.store.log();
        let mut advanced = log.advanced();
        let mut after = None;
        while !cancel.is_cancelled() {
            let read = async {
                let from = match after {
                    Some(seq) => seq,
                    None => self.shared.store.cursor(NAME).await?,
                };
                let (milestones, scanned) = log.skim(from, BATCH, &RESPONSES).await?;
                let full = milestones.len() >= BATCH;
                let opened = log.open_all(milestones).await?;
                Ok::<_, StoreError>((opened, scanned, full))
            };
            match read.await {
                Ok((opened, scanned, full)) => {
                    let heard = !opened.is_empty();
                    self.board.with(|board| {
                        for recorded in &opened {
                            if let Err(fault) = board.apply(recorded) {
                                tracing::error!(seq = recorded.envelope.seq, %fault, "a milestone is unreadable");
                            }
                        }
                        board.seq = board.seq.max(scanned);
                    });
                    for recorded in opened.iter().filter(|one| one.is::<ApiKeyEvent>()) {
                        // Unreadable ones have been reported by the board.
                        let _ = self.shared.hear(recorded);
                    }
                    after = Some(scanned);
                    if heard {
                        self.changed.send_replace(scanned);
                    }
                    if full {
                        continue;
                    }
                }
                Err(fault) => tracing::warn!(%fault, "milestones cannot be read; trying again"),
            }
            tokio::select! {
                () = cancel.cancelled() => return,
                _ = advanced.changed() => {}
                () = tokio::time::sleep(Duration::from_millis(50)) => {}
            }
        }
    }
}

pub struct Coordinator {
    shared: Arc<Shared>,
    board: SharedBoard,
    /// What was last acted on per evaluation, so that one state of the board is acted on once.
    acted: HashMap<Owned<EvaluationId>, (Uuid, Instant)>,
    /// When something was erased whose older versions the database may still hold.
    scrub_at: Option<Instant>,
}

impl Coordinator {
    pub fn new(shared: Arc<Shared>, board: SharedBoard) -> Self {
        Self { shared, board, acted: HashMap::new(), scrub_at: None }
    }

    pub async fn run(mut self, cancel: CancellationToken) {
        let mut changed = self.board.changed.clone();
        let mut renewed: Option<Instant> = None;
        let mut saved = Instant::now();
        while !cancel.is_cancelled() {
            if renewed.is_none_or(|at| at.elapsed() >= RENEWAL) {
                renewed = self.lead().await.then(Instant::now);
            }
            if renewed.is_some() {
                self.act().await;
                self.scrub().await;
                if saved.elapsed() >= CURSOR_EVERY {
                    let from = self.board.with(|board| board.resume_from());
                    if let Err(fault) = self.shared.store.save_cursor(NAME, from).await {
                        tracing::warn!(%fault, "the runner's cursor could not be saved");
                    }
                    saved = Instant::now();
                }
            }
            tokio::select! {
                () = cancel.cancelled() => {}
                _ = changed.changed() => {}
                () = tokio::time::sleep(Duration::from_millis(250)) => {}
            }
        }
        if renewed.is_some() {
            let _ = self.shared.store.release(NAME, self.shared.worker.0).await;
        }
    }

    async fn lead(&self) -> bool {
        self.shared.options.alone
            || matches!(self.shared.store.lease(NAME, self.shared.worker.0, LEASE).await, Ok(Some(_)))
    }

    async fn act(&mut self) {
        for (id, case, overdue) in self.due() {
            self.acted.insert(id, (case.cause, Instant::now()));
            if let Err(rejection) = self.examine(&id, &case, overdue).await {
                tracing::warn!(evaluation = %id, %rejection, "the evaluation could not be moved on; trying again");
                self.acted.remove(&id);
            }
        }
        let erasures = self.board.with(|board| board.erasures.clone());
        for (seq, erasure) in erasures {
            if self.erase(&erasure).await {
                self.scrub_at = Some(Instant::now() + SCRUB_AFTER);
                self.board.with(|board| board.erasures.remove(&seq));
            }
        }
    }

    /// By then the read models have dropped their rows too.
    async fn scrub(&mut self) {
        if self.scrub_at.is_none_or(|at| at > Instant::now()) {
            return;
        }
        self.scrub_at = match self.shared.store.database().scrub().await {
            Ok(true) => None,
            Ok(false) | Err(_) => Some(Instant::now() + SCRUB_AFTER),
        };
    }

    /// The cases of which something was heard since they were last looked at, and those that have waited for long.
    fn due(&mut self) -> Vec<(Owned<EvaluationId>, Case, bool)> {
        let (now, deadline, acted) = (self.shared.clock.now(), self.shared.options.deadline, &mut self.acted);
        self.board.with(|board| {
            acted.retain(|id, _| board.cases.contains_key(id));
            let looked_at = |id: &Owned<EvaluationId>, case: &Case| {
                acted.get(id).is_some_and(|(cause, at)| *cause == case.cause && at.elapsed() < REEXAMINE)
            };
            board
                .cases
                .iter()
                .filter_map(|(id, case)| {
                    let overdue = !case.ended && now.since(case.created_at) >= deadline;
                    (overdue || !looked_at(id, case)).then(|| (*id, case.clone(), overdue))
                })
                .collect()
        })
    }

    fn meta(&self, id: &Owned<EvaluationId>, case: &Case, command: &str) -> Meta {
        let command = Uuid::new_v5(&case.cause, command.as_bytes());
        self.shared.meta(id.team, command, case.correlation, case.cause)
    }

    async fn send<C: Command>(
        &self,
        id: &Owned<EvaluationId>,
        case: &Case,
        key: &str,
        command: C,
    ) -> Result<(), Rejection>
    where
        Store: Handle<C>,
    {
        match self.shared.store.handle(command, self.meta(id, case, key)).await {
            // Somebody else decided otherwise meanwhile; the board will tell.
            Ok(_) | Err(Rejection::Refused { .. }) => Ok(()),
            Err(rejection) => Err(rejection),
        }
    }

    /// Moves one evaluation on by whatever is due.
    async fn examine(&self, id: &Owned<EvaluationId>, case: &Case, overdue: bool) -> Result<(), Rejection> {
        if case.ended {
            return self.close_all(id, case).await;
        }
        if overdue {
            let hours = self.shared.options.deadline.as_secs_f64() / 3600.0;
            let cause = format!("the evaluation did not finish within {hours:.1} hours");
            let abort = AbortEvaluation { team: id.team, id: id.id, ending: Ending::TimedOut, cause };
            return self.send(id, case, "time-out", abort).await;
        }
        match &case.plan {
            None => self.plan(id, case).await,
            Some(plan) if !case.started => self.open_runs(id, case, plan).await,
            Some(plan) => self.move_on(id, case, plan).await,
        }
    }

    async fn plan(&self, id: &Owned<EvaluationId>, case: &Case) -> Result<(), Rejection> {
        let state = self.shared.store.load::<Evaluation>(id).await?.state;
        let Evaluation::Created(facts) = state else { return Ok(()) };
        let Shared { store, benchmarks, .. } = &*self.shared;
        let shelf = match Shelf::fill(store, benchmarks, id.team, &facts.spec, None).await {
            Ok(shelf) => shelf,
            Err(Lacking::Store(rejection)) => return Err(rejection),
            Err(Lacking::Cause(cause)) => return self.fail(id, case, cause).await,
        };
        let plan = suite(&shelf, id, &facts.spec).plan;
        self.send(id, case, "plan", PlanEvaluation { team: id.team, id: id.id, plan }).await
    }

    /// Ends an evaluation that cannot be run as asked.
    async fn fail(&self, id: &Owned<EvaluationId>, case: &Case, cause: String) -> Result<(), Rejection> {
        let abort = AbortEvaluation { team: id.team, id: id.id, ending: Ending::Failed, cause };
        self.send(id, case, "fail", abort).await
    }

    /// Opens every planned run in one append, then starts.
    async fn open_runs(&self, id: &Owned<EvaluationId>, case: &Case, plan: &Plan) -> Result<(), Rejection> {
        let state = self.shared.store.load::<Evaluation>(id).await?.state;
        let Some(facts) = state.facts() else { return Ok(()) };
        let Shared { store, benchmarks, .. } = &*self.shared;
        let shelf = match Shelf::fill(store, benchmarks, id.team, &facts.spec, Some(plan)).await {
            Ok(shelf) => shelf,
            Err(Lacking::Store(rejection)) => return Err(rejection),
            Err(Lacking::Cause(cause)) => return self.fail(id, case, cause).await,
        };
        let mut prompts = suite(&shelf, id, &facts.spec).prompts;
        let mut wanted = Vec::new();
        for probe in plan.probes.iter().filter(|probe| !case.runs.contains_key(&probe.id)) {
            let chosen = prompts.remove(&probe.id).unwrap_or_default();
            wanted.push(OpenProbeRun {
                id: ProbeRunId { team: id.team, evaluation: id.id, probe: probe.id.clone() },
                node: probe.node,
                scoring: probe.scoring,
                detectors: probe.detectors.clone(),
                prompts: asked(&self.shared.store, id.team, chosen, shelf.probes.get(&probe.id)).await?,
                generations: facts.spec.params.generations,
            });
        }
        let opened = join_all(wanted.iter().map(|command| {
            let meta = self.meta(id, case, &format!("open/{}", command.id.probe));
            let facts = std::slice::from_ref(&state);
            async move {
                let Ok(events) = command.decide(&ProbeRun::Absent, facts, &meta) else { return Ok(()) };
                match self.shared.writer.append::<ProbeRun>(&command.id, 0, events, &meta).await {
                    // It is open already, or closed.
                    Ok(_) | Err(Rejection::Contended) => Ok(()),
                    Err(rejection) => Err(rejection),
                }
            }
        }))
        .await;
        opened.into_iter().collect::<Result<(), _>>()?;
        self.send(id, case, "start", StartEvaluation { team: id.team, id: id.id }).await
    }

    /// Records the scores of finished levels, and completes when every run is closed.
    async fn move_on(&self, id: &Owned<EvaluationId>, case: &Case, plan: &Plan) -> Result<(), Rejection> {
        let finished = case.finished();
        let all_closed = plan
            .probes
            .iter()
            .all(|probe| matches!(case.runs.get(&probe.id), Some(RunState::Closed { finished: true, .. })));
        if all_closed {
            let cause = self.cause(id, plan, &finished).await?;
            let complete = CompleteEvaluation { team: id.team, id: id.id, finished, cause };
            return self.send(id, case, "complete", complete).await;
        }
        let known = levels(plan, &finished).scenarios.iter().filter(|(_, score)| score.is_some()).count();
        if known > case.scored_scenarios {
            return self.send(id, case, "levels", ScoreLevels { team: id.team, id: id.id, finished }).await;
        }
        Ok(())
    }

    /// The most frequent error, when nothing has a score.
    async fn cause(
        &self,
        id: &Owned<EvaluationId>,
        plan: &Plan,
        finished: &BTreeMap<ProbeId, Option<Score>>,
    ) -> Result<String, Rejection> {
        if finished.values().any(Option::is_some) {
            return Ok(String::new());
        }
        let mut causes: BTreeMap<String, usize> = BTreeMap::new();
        for probe in &plan.probes {
            let run = ProbeRunId { team: id.team, evaluation: id.id, probe: probe.id.clone() };
            let state = self.shared.store.load::<ProbeRun>(&run).await?.state;
            for outcome in state.run().into_iter().flat_map(|run| run.recorded.values()) {
                if let Outcome::Errored { cause } = outcome {
                    *causes.entry(cause.clone()).or_default() += 1;
                }
            }
        }
        let most = causes.into_iter().max_by(|(a, n), (b, m)| n.cmp(m).then(b.cmp(a)));
        Ok(most.map_or_else(|| "nothing could be scored".to_owned(), |(cause, _)| cause))
    }

    /// After the end, whatever is still open is closed, so that nothing later is recorded.
    async fn close_all(&self, id: &Owned<EvaluationId>, case: &Case) -> Result<(), Rejection> {
        let Some(plan) = &case.plan else { return Ok(()) };
        let open = plan
            .probes
            .iter()
            .filter(|probe| !matches!(case.runs.get(&probe.id), Some(RunState::Closed { .. })));
        let closing = open.map(|probe| {
            let run = ProbeRunId { team: id.team, evaluation: id.id, probe: probe.id.clone() };
            async move {
                let key = format!("close/{}", run.probe);
                self.send(id, case, &key, CloseProbeRun { id: run }).await
            }
        });
        join_all(closing).await.into_iter().collect()
    }

    /// Where the secrets are that a key had and has no more.
    async fn former_secrets(&self, key: &Owned<ApiKeyId>) -> Result<BTreeSet<String>, StoreError> {
        let log = self.shared.store.log();
        let (mut state, mut former, mut after) = (ApiKey::default(), BTreeSet::new(), 0);
        loop {
            let page = log.stream(ApiKey::STREAM, &key.to_string(), after, BATCH).await?;
            let Some(last) = page.last() else { break };
            after = last.sequence;
            for event in log.open_all(page).await?.iter().filter_map(|one| one.event::<ApiKeyEvent>().ok()) {
                former.extend(event.secret_refs().into_iter().map(str::to_owned));
                state.apply(&event);
            }
        }
        for current in state.key().into_iter().flat_map(|key| key.secret_refs()) {
            former.remove(current);
        }
        Ok(former)
    }

    /// True when what had to be destroyed is destroyed.
    async fn erase(&self, erasure: &Erasure) -> bool {
        let vault = self.shared.store.vault();
        let done = match erasure {
            Erasure::DataKey { subject } => vault.destroy_data_key(subject).await,
            Erasure::Secrets { key } => match self.former_secrets(key).await {
                Ok(former) => {
                    let destroying = former.iter().map(|secret_ref| vault.destroy_secret(secret_ref));
                    join_all(destroying).await.into_iter().collect()
                }
                Err(fault) => {
                    tracing::warn!(%fault, "a key's former secrets could not be looked up; trying again");
                    return false;
                }
            },
        };
        if let Err(fault) = &done {
            tracing::warn!(%fault, "something deleted could not be erased; trying again");
        }
        done.is_ok()
    }
}
