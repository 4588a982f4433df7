//! Recording what was denied, and what a key was used for.

pub use touchstone_aggregates::access::Denials;
use touchstone_aggregates::access::{Access, AccessEvent};
use touchstone_kernel::{Command, Kind, Meta, Nothing, Owned, Refusal};
use touchstone_vocabulary::{AccessId, ApiKeyId, TeamId};

use crate::caller;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccessRefusal {
    #[error("nothing was denied")]
    Nothing,
}

impl Refusal for AccessRefusal {
    fn kind(&self) -> Kind {
        Kind::Invalid
    }
}

/// Records attempts of one kind that were denied. Recording them again changes nothing.
#[derive(Debug, Clone)]
pub struct RecordDenials {
    pub team: TeamId,
    pub id: AccessId,
    pub denials: Denials,
}

impl Command for RecordDenials {
    type On = Access;
    type Wants = Nothing;
    type Refusal = AccessRefusal;

    fn stream(&self) -> Owned<AccessId> {
        Owned::new(self.team, self.id)
    }

    fn decide(&self, state: &Access, _: &[Nothing], _: &Meta) -> Result<Vec<AccessEvent>, AccessRefusal> {
        match state {
            Access::Absent if self.denials.count == 0 => Err(AccessRefusal::Nothing),
            Access::Absent => Ok(vec![AccessEvent::Denied(self.denials.clone())]),
            Access::Recorded => Ok(Vec::new()),
        }
    }
}

/// Records that a key's secret is opened for somebody's request. Recording it again changes nothing.
#[derive(Debug, Clone)]
pub struct RecordKeyUse {
    pub team: TeamId,
    pub id: AccessId,
    pub api_key: ApiKeyId,
    /// As the served document names it.
    pub operation: String,
}

impl Command for RecordKeyUse {
    type On = Access;
    type Wants = Nothing;
    type Refusal = AccessRefusal;

    fn stream(&self) -> Owned<AccessId> {
        Owned::new(self.team, self.id)
    }

    fn decide(&self, state: &Access, _: &[Nothing], meta: &Meta) -> Result<Vec<AccessEvent>, AccessRefusal> {
        match state {
            Access::Absent => Ok(vec![AccessEvent::KeyUsed {
                user: caller(meta),
                api_key: self.api_key,
                operation: self.operation.clone(),
            }]),
            Access::Recorded => Ok(Vec::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use touchstone_kernel::testing::{given, meta};
    use touchstone_vocabulary::{DenialReason, Time, UserId};
    use uuid::Uuid;

    use super::*;

    fn record(count: u64) -> RecordDenials {
        RecordDenials {
            team: TeamId(Uuid::from_u128(1)),
            id: AccessId(Uuid::from_u128(2)),
            denials: Denials {
                user: UserId(Uuid::from_u128(9)),
                token: None,
                operation: "post_api_keys".into(),
                reason: DenialReason::Forbidden,
                count,
                first_at: Time::from_secs(1),
            },
        }
    }

    #[test]
    fn denials_are_recorded_once_and_never_none() {
        given::<Access>(&[]).when(&record(0)).then_refused(&AccessRefusal::Nothing);
        let recorded = given::<Access>(&[]).when(&record(3)).result().unwrap();
        assert_eq!(recorded, [AccessEvent::Denied(record(3).denials)]);
        given::<Access>(&recorded).when(&record(3)).then_nothing();
    }

    #[test]
    fn the_use_of_a_key_is_recorded_once() {
        let used = RecordKeyUse {
            team: TeamId(Uuid::from_u128(1)),
            id: AccessId(Uuid::from_u128(2)),
            api_key: ApiKeyId(Uuid::from_u128(4)),
            operation: "get_api_keys_models".into(),
        };
        let RecordKeyUse { api_key, operation, .. } = used.clone();
        let recorded = given::<Access>(&[]).when(&used).result().unwrap();
        assert_eq!(recorded, [AccessEvent::KeyUsed { user: caller(&meta()), api_key, operation }]);
        given::<Access>(&recorded).when(&used).then_nothing();
    }
}
