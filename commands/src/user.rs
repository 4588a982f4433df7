//! Registering users.

use touchstone_aggregates::user::{User, UserEvent};
use touchstone_kernel::{Command, Global, Kind, Meta, Nothing, Refusal, Sealed};
use touchstone_vocabulary::{TextFault, UserId, check_text};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UserRefusal {
    #[error("the e-mail address {0}")]
    BadEmail(TextFault),
    #[error("the e-mail address must look like name@host")]
    NoAddress,
}

impl Refusal for UserRefusal {
    fn kind(&self) -> Kind {
        Kind::Invalid
    }

    fn field(&self) -> Option<&'static str> {
        Some("email")
    }
}

/// Registers somebody. Registering again changes nothing.
#[derive(Debug, Clone)]
pub struct RegisterUser {
    pub id: UserId,
    pub email: String,
    pub given_name: String,
    pub family_name: String,
}

impl Command for RegisterUser {
    type On = User;
    type Wants = Nothing;
    type Refusal = UserRefusal;

    fn stream(&self) -> Global<UserId> {
        Global(self.id)
    }

    fn decide(&self, state: &User, _: &[Nothing], _: &Meta) -> Result<Vec<UserEvent>, UserRefusal> {
        check_text(&self.email).map_err(UserRefusal::BadEmail)?;
        if !self.email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty()) {
            return Err(UserRefusal::NoAddress);
        }
        Ok(match state {
            User::Absent => vec![UserEvent::Registered {
                email: Sealed::Open(self.email.clone()),
                given_name: Sealed::Open(self.given_name.clone()),
                family_name: Sealed::Open(self.family_name.clone()),
            }],
            User::Active => Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use touchstone_kernel::testing::given;
    use uuid::Uuid;

    use super::*;

    fn register(email: &str) -> RegisterUser {
        RegisterUser {
            id: UserId(Uuid::from_u128(9)),
            email: email.into(),
            given_name: String::new(),
            family_name: String::new(),
        }
    }

    #[test]
    fn somebody_is_registered_once() {
        let registered = given::<User>(&[]).when(&register("ada@example.org")).result().unwrap();
        assert_eq!(registered.len(), 1);
        given::<User>(&registered).when(&register("ada@example.org")).then_nothing();
    }

    #[test]
    fn an_address_is_needed() {
        given::<User>(&[]).when(&register("ada")).then_refused(&UserRefusal::NoAddress);
        given::<User>(&[]).when(&register("")).then_refused(&UserRefusal::BadEmail(TextFault::Empty));
    }
}
