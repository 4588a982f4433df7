//! The worker: takes open probe runs, works them off, and lets go when their evaluation ends.
//!
//! A worker lives as long as its lease on the database's clock. A run whose holder's lease has run out is free; the
//! fence makes sure that a holder which was only frozen is not heard again.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use touchstone_aggregates::evaluation::{Evaluation, Spec};
use touchstone_aggregates::probe_run::ProbeRunId;
use touchstone_commands::evaluation::{AbortEvaluation, Ending, RestartEvaluation};
use touchstone_kernel::{Handle, Owned};
use touchstone_vocabulary::{EvaluationId, WorkerId};
use uuid::Uuid;

use crate::board::RunState;
use crate::coordinator::SharedBoard;
use crate::engine::Shared;
use crate::probe_task::{Assignment, Ended, run};

const PREFIX: &str = "worker:";
/// How long calls in flight may take when the process stops.
const DRAIN: Duration = Duration::from_secs(5);
const LEASE: Duration = Duration::from_secs(3);
const RENEWAL: Duration = Duration::from_millis(500);
/// How long somebody else's sign of life is believed.
const BELIEF: Duration = Duration::from_secs(1);
/// How long a run that ended here is left alone: until the board shows its end it looks as if it could be taken, and
/// taking it would read its whole stream only to learn that.
const REST: Duration = Duration::from_secs(1);
/// Runs taken at once, so that several processes share an evaluation.
const CLAIMS_PER_LOOK: usize = 4;

/// What this process does for one evaluation.
struct Engagement {
    spec: Arc<Spec>,
    stop: CancellationToken,
    refusals: Arc<AtomicU32>,
}

/// A run in work.
struct Active {
    evaluation: Owned<EvaluationId>,
    tests: usize,
}

/// A run that could be taken.
struct Candidate {
    id: ProbeRunId,
    evaluation: Owned<EvaluationId>,
    tests: usize,
    holder: Option<WorkerId>,
    correlation: Uuid,
    cause: Uuid,
}

pub struct Worker {
    shared: Arc<Shared>,
    board: SharedBoard,
    engaged: HashMap<Owned<EvaluationId>, Engagement>,
    active: HashMap<ProbeRunId, Active>,
    /// Runs that ended here a moment ago.
    resting: HashMap<ProbeRunId, Instant>,
    tasks: JoinSet<(ProbeRunId, Ended)>,
    dead: HashSet<WorkerId>,
    alive: HashMap<WorkerId, Instant>,
}

impl Worker {
    pub fn new(shared: Arc<Shared>, board: SharedBoard) -> Self {
        Self {
            shared,
            board,
            engaged: HashMap::new(),
            active: HashMap::new(),
            resting: HashMap::new(),
            tasks: JoinSet::new(),
            dead: HashSet::new(),
            alive: HashMap::new(),
        }
    }

    pub async fn run(mut self, cancel: CancellationToken) {
        let mut changed = self.board.changed.clone();
        let mut renewed: Option<Instant> = None;
        while !cancel.is_cancelled() {
            if renewed.is_none_or(|at| at.elapsed() >= RENEWAL) && self.live().await {
                renewed = Some(Instant::now());
            }
            // Without a sign of life others may take our runs: begin nothing new.
            let may_claim = renewed.is_some_and(|at| at.elapsed() < LEASE);
            self.let_go();
            let claimed = if may_claim { self.claim().await } else { 0 };
            let pause = if claimed > 0 { Duration::from_millis(10) } else { Duration::from_millis(100) };
            tokio::select! {
                () = cancel.cancelled() => {}
                _ = changed.changed() => {}
                Some(ended) = self.tasks.join_next() => self.finish(ended).await,
                () = tokio::time::sleep(pause) => {}
            }
        }
        self.shared.drain.cancel();
        if tokio::time::timeout(DRAIN, self.all_ended()).await.is_err() {
            for engagement in self.engaged.values() {
                engagement.stop.cancel();
            }
            self.all_ended().await;
        }
        let _ = self.shared.store.release(&lease_name(self.shared.worker), self.shared.worker.0).await;
    }

    /// Gives a sign of life and counts the others.
    async fn live(&self) -> bool {
        if self.shared.options.alone {
            return true;
        }
        let worker = self.shared.worker;
        let alive =
            matches!(self.shared.store.lease(&lease_name(worker), worker.0, LEASE).await, Ok(Some(_)));
        if let Ok(count) = self.shared.store.leases(PREFIX).await {
            self.shared.sharers.store(u32::try_from(count).unwrap_or(u32::MAX), Ordering::Relaxed);
        }
        alive
    }

    async fn all_ended(&mut self) {
        while self.tasks.join_next().await.is_some() {}
    }

    /// Stops what has ended.
    fn let_go(&mut self) {
        self.resting.retain(|_, ended| ended.elapsed() < REST);
        let running: HashSet<_> = self.board.with(|board| {
            board.cases.iter().filter(|(_, case)| case.started && !case.ended).map(|(id, _)| *id).collect()
        });
        self.engaged.retain(|id, engagement| {
            let keep = running.contains(id);
            if !keep {
                engagement.stop.cancel();
            }
            keep
        });
    }

    async fn claim(&mut self) -> usize {
        let backlog: usize = self.active.values().map(|active| active.tests).sum();
        let mut room = self.shared.options.backlog.saturating_sub(backlog);
        let mut taken = 0;
        for candidate in self.candidates() {
            if taken >= CLAIMS_PER_LOOK || (room == 0 && !self.active.is_empty()) {
                break;
            }
            if let Some(holder) = candidate.holder
                && holder != self.shared.worker
                && !self.is_dead(holder).await
            {
                continue;
            }
            room = room.saturating_sub(candidate.tests);
            if self.take(candidate).await {
                taken += 1;
            }
        }
        taken
    }

    /// Runs that nobody works on here, in an order of this worker's own, so that two workers rarely meet.
    fn candidates(&self) -> Vec<Candidate> {
        let mut found = self.board.with(|board| {
            let mut found = Vec::new();
            for (id, case) in board.cases.iter().filter(|(_, case)| case.started && !case.ended) {
                for (probe, state) in &case.runs {
                    let RunState::Open { tests, worker, .. } = state else { continue };
                    let run = ProbeRunId { team: id.team, evaluation: id.id, probe: probe.clone() };
                    if !self.active.contains_key(&run) && !self.resting.contains_key(&run) {
                        found.push(Candidate {
                            id: run,
                            evaluation: *id,
                            tests: *tests,
                            holder: *worker,
                            correlation: case.correlation,
                            cause: case.cause,
                        });
                    }
                }
            }
            found
        });
        let worker = self.shared.worker;
        found.sort_by_cached_key(|candidate| {
            let mut hasher = DefaultHasher::new();
            (worker, &candidate.id).hash(&mut hasher);
            (candidate.holder.is_some(), hasher.finish())
        });
        found
    }

    async fn is_dead(&mut self, holder: WorkerId) -> bool {
        if self.shared.options.alone || self.dead.contains(&holder) {
            return true;
        }
        if self.alive.get(&holder).is_some_and(|at| at.elapsed() < BELIEF) {
            return false;
        }
        // Whoever can take a worker's lease knows that it has run out.
        let taken = self.shared.store.lease(&lease_name(holder), self.shared.worker.0, LEASE).await;
        let is_dead = matches!(taken, Ok(Some(_)));
        if is_dead {
            // It must not look like a living worker under our name.
            let _ = self.shared.store.release(&lease_name(holder), self.shared.worker.0).await;
            self.dead.insert(holder);
        } else {
            self.alive.insert(holder, Instant::now());
        }
        is_dead
    }

    async fn take(&mut self, candidate: Candidate) -> bool {
        let Candidate { id, evaluation, tests, holder, correlation, cause } = candidate;
        let lost = holder.is_some_and(|holder| holder != self.shared.worker);
        if let Entry::Vacant(vacant) = self.engaged.entry(evaluation) {
            let Ok(loaded) = self.shared.store.load::<Evaluation>(&evaluation).await else { return false };
            let Some(facts) = loaded.state.facts() else { return false };
            vacant.insert(Engagement {
                spec: Arc::new(facts.spec.clone()),
                stop: CancellationToken::new(),
                refusals: Arc::default(),
            });
            if lost {
                self.restarted(evaluation, correlation, cause).await;
            }
        }
        let Some(engagement) = self.engaged.get(&evaluation) else { return false };
        let assignment = Assignment {
            id: id.clone(),
            spec: Arc::clone(&engagement.spec),
            correlation,
            cause,
            worker: self.shared.worker,
            refusals: Arc::clone(&engagement.refusals),
        };
        let stop = engagement.stop.clone();
        let shared = Arc::clone(&self.shared);
        self.active.insert(id.clone(), Active { evaluation, tests });
        self.tasks.spawn(async move {
            let ended = run(&shared, &assignment, &stop).await;
            (id, ended)
        });
        true
    }

    /// Once per evaluation and process: work that somebody lost goes on here.
    async fn restarted(&self, id: Owned<EvaluationId>, correlation: Uuid, cause: Uuid) {
        let command = Uuid::new_v5(&self.shared.worker.0, format!("restart/{id}").as_bytes());
        let meta = self.shared.meta(id.team, command, correlation, cause);
        let restart = RestartEvaluation { team: id.team, id: id.id };
        if let Err(rejection) = self.shared.store.handle(restart, meta).await {
            tracing::warn!(evaluation = %id, %rejection, "the restart could not be recorded");
        }
    }

    async fn finish(&mut self, ended: Result<(ProbeRunId, Ended), tokio::task::JoinError>) {
        let Ok((id, ended)) = ended else {
            // The run stays open under our name; forgetting what is active lets this worker take it again. Why is not
            // told: the text of a panic may hold what was worked on.
            tracing::error!("a probe run's task broke");
            self.active.clear();
            return;
        };
        let Some(active) = self.active.remove(&id) else { return };
        self.resting.insert(id, Instant::now());
        if let Ended::Unauthorized(cause) = ended {
            let evaluation = active.evaluation;
            let command =
                Uuid::new_v5(&self.shared.worker.0, format!("unauthorized/{evaluation}").as_bytes());
            let meta = self.shared.meta(evaluation.team, command, command, command);
            let abort =
                AbortEvaluation { team: evaluation.team, id: evaluation.id, ending: Ending::Errored, cause };
            if let Err(rejection) = self.shared.store.handle(abort, meta).await {
                tracing::warn!(%evaluation, %rejection, "the evaluation could not be ended");
            }
        }
    }
}

fn lease_name(worker: WorkerId) -> String {
    format!("{PREFIX}{worker}")
}
