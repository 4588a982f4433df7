//! Given, when, then: tests of decisions without a store.

use std::fmt::Debug;

use touchstone_vocabulary::{TeamId, Time, UserId};
use uuid::Uuid;

use crate::{Actor, Command, Meta, State};

/// A meta with fixed ids and time.
pub fn meta() -> Meta {
    Meta {
        actor: Actor::User(UserId(Uuid::from_u128(7))),
        team: Some(TeamId(Uuid::from_u128(1))),
        at: Time::from_secs(1_700_000_000),
        command: Uuid::from_u128(2),
        correlation: Uuid::from_u128(3),
        causation: None,
        idempotency: None,
        expected: None,
    }
}

/// A stream with a past.
pub struct Given<S: State> {
    state: S,
}

/// Starts from recorded events.
pub fn given<S: State>(events: &[S::Event]) -> Given<S> {
    Given { state: S::fold(events) }
}

/// What was decided.
pub struct Decided<C: Command>(Result<Vec<<C::On as State>::Event>, C::Refusal>);

impl<S: State> Given<S> {
    pub fn when<C: Command<On = S>>(&self, command: &C) -> Decided<C> {
        self.when_knowing(command, &[])
    }

    pub fn when_knowing<C: Command<On = S>>(&self, command: &C, facts: &[C::Wants]) -> Decided<C> {
        Decided(command.decide(&self.state, facts, &meta()))
    }
}

impl<C: Command> Decided<C> {
    /// Exactly these events.
    #[track_caller]
    pub fn then(self, expected: &[<C::On as State>::Event]) {
        match self.0 {
            Ok(events) => assert_eq!(events, expected),
            Err(refusal) => panic!("refused: {refusal}"),
        }
    }

    /// Nothing, because it has already taken effect.
    #[track_caller]
    pub fn then_nothing(self) {
        self.then(&[]);
    }

    #[track_caller]
    pub fn then_refused(self, expected: &C::Refusal)
    where
        C::Refusal: PartialEq + Debug,
    {
        match self.0 {
            Ok(events) => panic!("accepted: {events:?}"),
            Err(refusal) => assert_eq!(&refusal, expected),
        }
    }

    pub fn result(self) -> Result<Vec<<C::On as State>::Event>, C::Refusal> {
        self.0
    }
}
