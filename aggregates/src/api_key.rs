//! A team's credential for one hub. The secret itself lives in the vault; events hold its reference and mask.

use serde::{Deserialize, Serialize};
use touchstone_kernel::{Event, Owned, Sealed, State};
use touchstone_vocabulary::{ApiKeyId, Hub, UserId};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiKeyEvent {
    Created {
        created_by: UserId,
        name: Sealed<String>,
        /// Digest of the normalised name, for its reservation.
        name_digest: String,
        hub: Hub,
        /// At most so many calls …
        rate_limit_per_interval: u32,
        /// … in so many seconds.
        rate_limit_interval: u32,
        url: Option<String>,
        /// Where the vault keeps the secret; absent when the key has none.
        secret_ref: Option<String>,
        /// First and last two characters, the rest stars.
        mask: String,
    },
    Deleted {},
}

impl Event for ApiKeyEvent {
    const CONTEXT: &'static str = "api_key";
}

#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    pub name_digest: String,
    pub hub: Hub,
    pub rate_limit_per_interval: u32,
    pub rate_limit_interval: u32,
    pub url: Option<String>,
    pub secret_ref: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub enum ApiKey {
    #[default]
    Absent,
    Active(Key),
    Deleted,
}

impl State for ApiKey {
    const STREAM: &'static str = "api_key";
    type Id = Owned<ApiKeyId>;
    type Event = ApiKeyEvent;

    fn apply(&mut self, event: &ApiKeyEvent) {
        match event {
            ApiKeyEvent::Created {
                name_digest,
                hub,
                rate_limit_per_interval,
                rate_limit_interval,
                url,
                secret_ref,
                ..
            } => {
                *self = Self::Active(Key {
                    name_digest: name_digest.clone(),
                    hub: *hub,
                    rate_limit_per_interval: *rate_limit_per_interval,
                    rate_limit_interval: *rate_limit_interval,
                    url: url.clone(),
                    secret_ref: secret_ref.clone(),
                });
            }
            ApiKeyEvent::Deleted {} => *self = Self::Deleted,
        }
    }

    fn subject(id: &Owned<ApiKeyId>) -> String {
        format!("team:{}", id.team)
    }
}
