//! What the one serving process knows of its requests.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use touchstone_kernel::{Begun, Repeatable};
use touchstone_vocabulary::{TeamId, Time};
use uuid::Uuid;

use super::Name;

/// Requests that are carried out, and answers on their way into the database.
#[derive(Default)]
pub(crate) struct InFlight {
    known: Mutex<HashMap<Name, State>>,
    answered: Notify,
}

enum State {
    Running { attempt: Uuid, digest: String },
    Answered(Answered),
}

/// An answer that is not stored yet.
#[derive(Clone)]
pub(super) struct Answered {
    pub attempt: Uuid,
    pub team: TeamId,
    pub digest: String,
    pub text: String,
    pub at: Time,
}

impl InFlight {
    fn known(&self) -> MutexGuard<'_, HashMap<Name, State>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None` when nothing is known of it; it is now being carried out.
    pub(super) fn begin(&self, name: &Name, request: &Repeatable) -> Option<Begun> {
        let mut known = self.known();
        let digest = &request.idempotency.digest;
        match known.get(name) {
            None => {
                let running = State::Running { attempt: request.attempt, digest: digest.clone() };
                known.insert(name.clone(), running);
                None
            }
            Some(State::Running { digest: other, .. }) if other != digest => Some(Begun::OtherRequest),
            Some(State::Answered(answered)) if answered.digest != *digest => Some(Begun::OtherRequest),
            Some(State::Running { .. }) => Some(Begun::InFlight),
            Some(State::Answered(answered)) => Some(Begun::Answered(answered.text.clone())),
        }
    }

    pub(super) fn answer(&self, name: &Name, request: &Repeatable, text: String) {
        let answered = Answered {
            attempt: request.attempt,
            team: request.team,
            digest: request.idempotency.digest.clone(),
            text,
            at: request.at,
        };
        self.known().insert(name.clone(), State::Answered(answered));
        self.answered.notify_one();
    }

    pub(super) fn forget(&self, name: &Name, request: &Repeatable) {
        let mut known = self.known();
        if matches!(known.get(name), Some(State::Running { attempt, .. }) if *attempt == request.attempt) {
            known.remove(name);
        }
    }

    /// Resolves when there is an answer to store.
    pub(super) async fn waiting(&self) {
        self.answered.notified().await;
    }

    pub(super) fn answered(&self) -> Vec<(Name, Answered)> {
        let known = self.known();
        let answered = known.iter().filter_map(|(name, state)| match state {
            State::Running { .. } => None,
            State::Answered(answered) => Some((name.clone(), answered.clone())),
        });
        answered.collect()
    }

    /// These are in the database now.
    pub(super) fn stored(&self, answers: &[(Name, Answered)]) {
        let mut known = self.known();
        for (name, answer) in answers {
            if matches!(known.get(name), Some(State::Answered(now)) if now.attempt == answer.attempt) {
                known.remove(name);
            }
        }
    }
}
