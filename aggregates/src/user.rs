//! A user: a person or service that calls. Belongs to no team by itself, so its stream stands under `_`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use touchstone_kernel::{Event, Global, Sealed, State};
use touchstone_vocabulary::UserId;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserEvent {
    Registered {
        email: Sealed<String>,
        given_name: Sealed<String>,
        family_name: Sealed<String>,
    },
    /// Whoever an identity provider knows by this is this user.
    IdentityLinked {
        /// Digest of the provider and its name for the person.
        identity: String,
    },
}

impl Event for UserEvent {
    const CONTEXT: &'static str = "user";
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum User {
    #[default]
    Absent,
    Active {
        identities: BTreeSet<String>,
    },
}

impl State for User {
    const STREAM: &'static str = "user";
    type Id = Global<UserId>;
    type Event = UserEvent;

    fn apply(&mut self, event: &UserEvent) {
        match event {
            UserEvent::Registered { .. } => *self = Self::Active { identities: BTreeSet::new() },
            UserEvent::IdentityLinked { identity } => {
                if let Self::Active { identities } = self {
                    identities.insert(identity.clone());
                }
            }
        }
    }

    fn subject(id: &Global<UserId>) -> String {
        format!("user:{}", id.0)
    }
}
