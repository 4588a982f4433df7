//! Leave to use the installation's tunnel, for an agent that runs on a member's own machine. The tunnel's credential is
//! the operator's: events hold its fingerprint.

use serde::{Deserialize, Serialize};
use touchstone_kernel::{Event, Owned, State};
use touchstone_vocabulary::UserId;

/// What tells one credential from the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tunnel {
    /// Under which agents can be reached.
    pub domain: String,
    /// The same for the same credential in the same team, and nothing to work back from.
    pub fingerprint: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LocalEvalTokenEvent {
    /// The member was given the credential of this tunnel.
    Issued {
        tunnel: Tunnel,
    },
    Revoked {},
}

impl Event for LocalEvalTokenEvent {
    const CONTEXT: &'static str = "local_eval_token";
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LocalEvalToken {
    /// Never issued, or revoked.
    #[default]
    None,
    Live(Tunnel),
}

impl State for LocalEvalToken {
    const STREAM: &'static str = "local_eval_token";
    type Id = Owned<UserId>;
    type Event = LocalEvalTokenEvent;

    fn apply(&mut self, event: &LocalEvalTokenEvent) {
        *self = match event {
            LocalEvalTokenEvent::Issued { tunnel } => Self::Live(tunnel.clone()),
            LocalEvalTokenEvent::Revoked {} => Self::None,
        };
    }

    fn subject(_: &Owned<UserId>) -> String {
        String::new()
    }
}
