//! One claimed probe run: call, judge, record, until every planned response is durable.
//!
//! Appends of one run are strictly one after another and carry the fence; whoever takes the run makes the next append
//! of an older holder conflict, and that holder stops. A call's permit is given back when its event is durable, so
//! what a crash may repeat is what was in flight.
//!
//! Of a pair the original is asked first and its answer recorded; then the variant is asked and judged beside it. So a
//! recorded variant has a recorded original, and what a crash leaves of a pair is picked up from there.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio_util::sync::CancellationToken;
use touchstone_aggregates::evaluation::Spec;
use touchstone_aggregates::probe_run::{Call, ProbeRun, ProbeRunEvent, ProbeRunId, Slot, Stage};
use touchstone_catalog::Probe;
use touchstone_commands::probe_run::{ClaimProbeRun, RecordResponses, ScoreProbeRun};
use touchstone_hubs::{Completion, Concurrency, HubError, Permit, Retry, with_retry};
use touchstone_kernel::{Command, Meta, Receipt, Rejection, Sealed, State};
use touchstone_vocabulary::{Message, ProbeId, ResponseId, TestId, WorkerId};
use uuid::Uuid;

use crate::agenda::{Agenda, Ask, Twin};
use crate::engine::Shared;
use crate::judge::{Answer, judge};
use crate::shelf::probe;
use crate::target::{Callee, Unreachable, callee};

/// So many events, or so many bytes of answers, go into one append.
const BATCH_EVENTS: usize = 256;
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// Slots that may wait or call at once in one run.
const OPEN_SLOTS: usize = 1_000;
/// Why a variant has no score when its original has no answer.
const NO_ORIGINAL: &str = "the original of this pair was not answered, so its variant was not asked";
/// Why there is no answer to a prompt of the team's own whose text is gone.
const NO_PROMPT: &str = "this prompt can no longer be read, so it was not asked";
/// So many refused credentials in a row end the evaluation.
pub const REFUSALS_TO_STOP: u32 = 5;

/// What a run is told.
pub struct Assignment {
    pub id: ProbeRunId,
    pub spec: Arc<Spec>,
    pub correlation: Uuid,
    pub cause: Uuid,
    pub worker: WorkerId,
    /// Consecutive refused credentials of the evaluation in this process.
    pub refusals: Arc<AtomicU32>,
}

/// How a task ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended {
    /// Every response is recorded and the run has its score.
    Scored,
    /// Told to stop, or the run belongs to somebody else now, or is closed.
    Stopped,
    /// The hub keeps refusing the credentials.
    Unauthorized(String),
}

/// Claims the run and works it off.
pub async fn run(shared: &Shared, assignment: &Assignment, cancel: &CancellationToken) -> Ended {
    let mut held = match shared.persist(cancel, || shared.store.load::<ProbeRun>(&assignment.id)).await {
        Some(Ok(loaded)) => Held { shared, assignment, state: loaded.state, version: loaded.version },
        Some(Err(_)) | None => return Ended::Stopped,
    };
    let Some(fence) = held.state.run().map(|run| run.fence + 1) else { return Ended::Stopped };
    let claim = ClaimProbeRun { id: assignment.id.clone(), fence, worker: assignment.worker };
    if held.send(&claim, "claim", cancel).await.is_err() {
        return Ended::Stopped;
    }
    let outcome = work(&mut held, fence, cancel).await;
    if outcome != Ended::Scored {
        return outcome;
    }
    match held.send(&ScoreProbeRun { id: assignment.id.clone(), fence }, "score", cancel).await {
        Ok(()) => Ended::Scored,
        Err(()) => Ended::Stopped,
    }
}

/// The run's state as this process folded it, and the version that its next append expects.
struct Held<'a> {
    shared: &'a Shared,
    assignment: &'a Assignment,
    state: ProbeRun,
    version: i64,
}

impl Held<'_> {
    fn meta(&self, key: &str) -> Meta {
        let Assignment { id, correlation, cause, worker, .. } = self.assignment;
        let command = Uuid::new_v5(&worker.0, format!("{id}/{key}/{}", self.version).as_bytes());
        self.shared.meta(id.team, command, *correlation, *cause)
    }

    /// Decides on the held state, appends at the held version and folds what was appended.
    async fn send<C: Command<On = ProbeRun>>(
        &mut self,
        command: &C,
        key: &str,
        cancel: &CancellationToken,
    ) -> Result<(), ()> {
        let meta = self.meta(key);
        let events = command.decide(&self.state, &[], &meta).map_err(|refusal| {
            tracing::debug!(run = %self.assignment.id, %refusal, "the run refuses");
        })?;
        if events.is_empty() {
            return Ok(());
        }
        let receipt =
            append(self.shared, self.assignment.id.clone(), self.version, events.clone(), meta, cancel);
        self.fold(&events, receipt.await)
    }

    fn fold(&mut self, events: &[ProbeRunEvent], receipt: Result<Receipt, ()>) -> Result<(), ()> {
        let receipt = receipt?;
        self.version = receipt.version;
        for event in events {
            self.state.apply(event);
        }
        Ok(())
    }
}

/// Appends until it stands; only a conflict, a fault in the log or cancellation ends the tries.
async fn append(
    shared: &Shared,
    id: ProbeRunId,
    version: i64,
    events: Vec<ProbeRunEvent>,
    meta: Meta,
    cancel: &CancellationToken,
) -> Result<Receipt, ()> {
    let appended = shared
        .persist(cancel, || shared.writer.append::<ProbeRun>(&id, version, events.clone(), &meta))
        .await
        .ok_or(())?;
    appended.map_err(|rejection: Rejection| {
        tracing::info!(run = %id, %rejection, "the run is no longer ours");
    })
}

/// A finished slot on its way into the log.
struct Done {
    event: ProbeRunEvent,
    bytes: usize,
    /// Given back when the event is durable.
    permit: Option<Permit>,
}

type Appending<'a> =
    Pin<Box<dyn Future<Output = (Vec<ProbeRunEvent>, Vec<Done>, Result<Receipt, ()>)> + Send + 'a>>;
type Admission<'a> = Pin<Box<dyn Future<Output = Permit> + Send + 'a>>;

async fn work(held: &mut Held<'_>, fence: u64, cancel: &CancellationToken) -> Ended {
    let (shared, assignment) = (held.shared, held.assignment);
    let Some(run) = held.state.run() else { return Ended::Stopped };
    let (ProbeRunId { team, probe: id, .. }, version) = (&assignment.id, &assignment.spec.version);
    let found =
        shared.persist(cancel, || probe(&shared.store, &shared.benchmarks, *team, id, run, version)).await;
    let Some(Ok(Some(probe))) = found else {
        if !cancel.is_cancelled() {
            tracing::error!(run = %assignment.id, "this build has no such probe; another version must finish it");
        }
        return Ended::Stopped;
    };
    let probe = probe.as_ref();
    let agenda = Agenda::new(probe, run);
    let mut todo = agenda.open(run);
    let Some(callee) = resolve(shared, assignment, cancel).await else { return Ended::Stopped };
    let gate = shared.concurrency.of(assignment.spec.api_key);
    let caller = Caller { shared, assignment, probe, fence, callee: &callee, gate: &gate, cancel };

    let mut calls = FuturesUnordered::new();
    let mut waiting: VecDeque<Done> = VecDeque::new();
    let mut appending: Option<Appending<'_>> = None;
    let mut admission: Option<Admission<'_>> = None;
    loop {
        if cancel.is_cancelled() {
            return Ended::Stopped;
        }
        if appending.is_none() && !waiting.is_empty() {
            let batch = take_batch(&mut waiting);
            let responses = batch.iter().map(|done| done.event.clone()).collect();
            let command = RecordResponses { id: assignment.id.clone(), fence, responses };
            let meta = held.meta("record");
            let Ok(events) = command.decide(&held.state, &[], &meta) else { return Ended::Stopped };
            let version = held.version;
            appending = Some(Box::pin(async move {
                let id = assignment.id.clone();
                let receipt = append(shared, id, version, events.clone(), meta, cancel).await;
                (events, batch, receipt)
            }));
        }
        if shared.drain.is_cancelled() {
            admission = None;
        }
        let begins = !todo.is_empty() && !shared.drain.is_cancelled();
        if !begins && calls.is_empty() && appending.is_none() {
            return if todo.is_empty() { Ended::Scored } else { Ended::Stopped };
        }
        if admission.is_none() && begins && calls.len() < OPEN_SLOTS {
            admission = Some(Box::pin(gate.acquire()));
        }
        tokio::select! {
            biased;
            () = cancel.cancelled() => return Ended::Stopped,
            () = shared.drain.cancelled(), if begins => {}
            (events, batch, receipt) = async { appending.as_mut().unwrap_or_else(|| unreachable!()).await },
                if appending.is_some() =>
            {
                appending = None;
                if held.fold(&events, receipt).is_err() {
                    return Ended::Stopped;
                }
                for permit in batch.into_iter().filter_map(|done| done.permit) {
                    permit.succeeded();
                }
            }
            Some(done) = calls.next(), if !calls.is_empty() => {
                let Done { event, .. } = &done;
                if let Some(ask) = agenda.next(event) {
                    todo.push_front(ask);
                }
                waiting.push_back(done);
                if assignment.refusals.load(Ordering::Relaxed) >= REFUSALS_TO_STOP {
                    return Ended::Unauthorized(
                        "the hub refused the API key five times in a row; check the key".to_owned(),
                    );
                }
            }
            permit = async { admission.as_mut().unwrap_or_else(|| unreachable!()).await },
                if admission.is_some() =>
            {
                admission = None;
                if let Some(ask) = todo.pop_front() {
                    calls.push(caller.call(ask, permit));
                }
            }
        }
    }
}

/// The callee, asked for until the store answers; a missing key is an answer too.
async fn resolve(
    shared: &Shared,
    assignment: &Assignment,
    cancel: &CancellationToken,
) -> Option<Result<Callee, String>> {
    let id = &assignment.id;
    shared
        .persist(cancel, || async {
            match callee(&shared.store, id.team, &assignment.spec).await {
                Ok(callee) => Ok(Ok(callee)),
                Err(Unreachable::Store(rejection)) => Err(rejection),
                Err(gone) => Ok(Err(gone.to_string())),
            }
        })
        .await
        .and_then(Result::ok)
}

fn take_batch(waiting: &mut VecDeque<Done>) -> Vec<Done> {
    let mut bytes = 0;
    let mut batch = Vec::new();
    while let Some(done) = waiting.front() {
        if !batch.is_empty() && (batch.len() >= BATCH_EVENTS || bytes + done.bytes > BATCH_BYTES) {
            break;
        }
        bytes += done.bytes;
        batch.extend(waiting.pop_front());
    }
    batch
}

struct Caller<'a> {
    shared: &'a Shared,
    assignment: &'a Assignment,
    probe: &'a Probe,
    fence: u64,
    callee: &'a Result<Callee, String>,
    gate: &'a Concurrency,
    cancel: &'a CancellationToken,
}

impl Caller<'_> {
    /// One slot from prompt to judged event.
    async fn call(&self, Ask { slot, prompt, twin }: Ask<'_>, permit: Permit) -> Done {
        let started_at = self.shared.clock.now();
        let system = self.assignment.spec.params.system_prompt.as_ref().map(Sealed::text);
        let messages: Vec<Message> = system
            .filter(|text| !text.is_empty())
            .map(Message::system)
            .into_iter()
            .chain(prompt.messages.iter().cloned())
            .collect();
        let (answered, permit) = match (self.callee, &twin) {
            (_, Twin::Missing) => (Err(NO_ORIGINAL.to_owned()), Some(permit)),
            _ if prompt.messages.is_empty() => (Err(NO_PROMPT.to_owned()), Some(permit)),
            (Ok(callee), Twin::None | Twin::Answered(..)) => self.ask(callee, &messages, permit).await,
            (Err(cause), Twin::None | Twin::Answered(..)) => (Err(cause.clone()), Some(permit)),
        };
        let finished_at = self.shared.clock.now();
        let (completion, cause) = match answered {
            Ok(completion) => (completion, None),
            Err(cause) => (Completion::default(), Some(cause)),
        };
        // PostgreSQL's text cannot hold NUL, and nobody can read it.
        let answer = if completion.text.contains('\0') {
            completion.text.replace('\0', "\u{fffd}")
        } else {
            completion.text
        };
        let bytes = answer.len() + messages.iter().map(|message| message.content.len()).sum::<usize>() + 512;
        let (test, response) = self.ids(slot);
        let call = Call {
            fence: self.fence,
            slot,
            test,
            response,
            prompt: prompt.id.clone(),
            prompt_group: prompt.group(),
            messages: Sealed::Open(messages),
            triggers: Sealed::Open(prompt.criteria.shown()),
            answer: Sealed::Open(answer.clone()),
            tools: Some(completion.tools.clone()).filter(|tools| !tools.is_empty()).map(Sealed::Open),
            prompt_tokens: completion.prompt_tokens,
            completion_tokens: completion.completion_tokens,
            started_at,
            finished_at,
        };
        let event = match cause {
            Some(cause) => {
                ProbeRunEvent::ResponseErrored { call, verdicts: Vec::new(), stage: Stage::Generation, cause }
            }
            None if !prompt.is_scored() => ProbeRunEvent::ResponseSkipped { call },
            None => {
                let twin = twin.subject();
                let answer = Answer { text: &answer, tools: &completion.tools, twin: twin.as_ref() };
                judge(call, answer, prompt, self.probe, &self.shared.detectors)
            }
        };
        Done { event, bytes, permit }
    }

    /// Asks the target; what may pass is retried five times, and once more for the test itself.
    async fn ask(
        &self,
        callee: &Callee,
        messages: &[Message],
        permit: Permit,
    ) -> (Result<Completion, String>, Option<Permit>) {
        let first = std::sync::Mutex::new(Some(permit));
        let retry = Retry { max_retries: Retry::default().max_retries + 1, ..Retry::default() };
        let outcome = with_retry(retry, self.cancel, || async {
            let waiting = first.lock().ok().and_then(|mut first| first.take());
            let permit = match waiting {
                Some(permit) => permit,
                None => self.gate.acquire().await,
            };
            let key = self.assignment.spec.api_key;
            if let Some(barred) = self.shared.barred(key) {
                return Err(HubError::Blocked(barred.to_string()));
            }
            let limits = &callee.key;
            let calls = self.shared.share(limits.rate_limit_per_interval);
            self.shared.limits.admit(key, calls, limits.rate_limit_interval).await;
            match self.shared.hub.complete(&callee.target, &callee.params, messages).await {
                Ok(completion) => Ok((completion, permit)),
                Err(error) => {
                    if error.is_overload() {
                        permit.overloaded();
                    }
                    Err(error)
                }
            }
        })
        .await;
        match outcome {
            Ok((completion, permit)) => {
                self.assignment.refusals.store(0, Ordering::Relaxed);
                (Ok(completion), Some(permit))
            }
            Err(error) => {
                if matches!(error, HubError::Unauthorized(_)) {
                    self.assignment.refusals.fetch_add(1, Ordering::Relaxed);
                }
                (Err(error.to_string()), None)
            }
        }
    }

    fn ids(&self, slot: Slot) -> (TestId, ResponseId) {
        let ProbeRunId { team, evaluation, probe } = &self.assignment.id;
        let name = |kind: &str, probe: &ProbeId| {
            let Slot { prompt_index, generation } = slot;
            Uuid::new_v5(
                &evaluation.0,
                format!("{team}/{kind}/{probe}/{prompt_index}/{generation}").as_bytes(),
            )
        };
        (TestId(name("test", probe)), ResponseId(name("response", probe)))
    }
}
