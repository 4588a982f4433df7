//! Carrying out a command: fold, decide, append; and again when somebody else was faster.

use cqrs_es::EventStore as _;
use touchstone_kernel::{
    Command, Event, Handle, Kind, Meta, Pending, Receipt, Refusal as _, Rejection, State,
};
use touchstone_vocabulary::TeamId;

use crate::append::{Answer, Outcome, key_row, scope};
use crate::bridge::{self, Plan, Recording};
use crate::reservation::reserve;
use crate::store::{Store, encoding, version};

/// How often a command is decided again after a race.
const RETRIES: u32 = 5;

impl<C: Command> Handle<C> for Store {
    fn handle(&self, command: C, meta: Meta) -> Pending<'_, Result<Receipt, Rejection>> {
        Box::pin(async move { self.carry_out(&command, &meta).await })
    }
}

impl Store {
    async fn carry_out<C: Command>(&self, command: &C, meta: &Meta) -> Result<Receipt, Rejection> {
        let id = command.stream();
        let stream = id.to_string();
        if !belongs(&stream, meta.team) {
            return Err(Rejection::Refused {
                kind: Kind::Missing,
                field: None,
                message: "there is no such thing".to_owned(),
            });
        }
        let _held = self.hold([(C::On::STREAM, stream.as_str())].into_iter()).await;
        // Before deciding: what a repeated request has brought about may refuse it now.
        if let Some(key) = &meta.idempotency
            && let Some((digest, answer)) =
                self.backend().key(&scope(meta.team, &meta.actor), &key.key).await?
        {
            return self.repeated(&digest, &answer, meta).await;
        }
        for _ in 0..=RETRIES {
            if let Some(receipt) = self.attempt(command, &id, &stream, meta).await? {
                return Ok(receipt);
            }
        }
        Err(Rejection::Contended)
    }

    /// One try; `None` when another append came between.
    async fn attempt<C: Command>(
        &self,
        command: &C,
        id: &<C::On as State>::Id,
        stream: &str,
        meta: &Meta,
    ) -> Result<Option<Receipt>, Rejection> {
        let recording = Recording::new::<C::On>(self, id);
        let store = recording.event_store::<C::On>();
        let context = store.load_aggregate(stream).await.map_err(bridge::rejection)?;
        let before = version(context.current_sequence);
        let state = &context.aggregate.0;

        let mut facts = Vec::new();
        for wanted in command.wants(state) {
            facts.push(self.load::<C::Wants>(&wanted).await?.state);
        }
        let decided = command.decide(state, &facts, meta);
        // Of a thing that is not there, no version is the wrong one.
        let is_missing = decided.as_ref().is_err_and(|refusal| refusal.kind() == Kind::Missing);
        if !is_missing && meta.expected.is_some_and(|expected| expected != before) {
            return Err(Rejection::Stale);
        }
        let events = decided.map_err(|refusal| Rejection::refused(&refusal))?;
        let answer = Answer {
            context: C::On::STREAM.to_owned(),
            stream: stream.to_owned(),
            version: before + version(events.len()),
            changed: !events.is_empty(),
        };
        if events.is_empty() && meta.idempotency.is_none() {
            return self.receipt(answer).await.map(Some);
        }
        let claims = if events.is_empty() { Vec::new() } else { command.claims(state, &events) };
        let holder = format!("{}:{stream}", C::On::STREAM);
        let reserved = reserve(self, &claims, &holder, meta).await?;
        let key = meta.idempotency.as_ref().map(|key| key_row(meta, key, &answer)).transpose();
        recording.plan(Plan {
            meta: meta.clone(),
            natural_keys: events.iter().map(Event::natural_key).collect(),
            claims: reserved.appends,
            key: key.map_err(|fault| encoding(&fault))?,
            version: before,
        });
        let events = events.into_iter().map(bridge::Stored).collect();
        let committed = store.commit(events, context, bridge::facts(meta)).await;
        match recording.outcome() {
            Some(Outcome::Conflict) => Ok(None),
            Some(outcome) => self.settle(outcome, answer, meta).await.map(Some),
            // It did not come to an append.
            None => match committed {
                Ok(_) => Err(Rejection::Unavailable("the append was not carried out".to_owned())),
                Err(fault) => Err(bridge::rejection(fault)),
            },
        }
    }
}

/// Whether a stream may be acted on in the name of this team. To anybody else it is not there, whatever a command says.
fn belongs(stream: &str, team: Option<TeamId>) -> bool {
    let owner = stream.split('/').next().unwrap_or_default();
    owner == "_" || team.is_some_and(|team| owner == team.to_string())
}
