//! Registering users, and knowing them by what an identity provider calls them.

use touchstone_aggregates::user::{User, UserEvent};
use touchstone_kernel::{Claim, Command, Global, Kind, Meta, Nothing, Refusal, Sealed, Within};
use touchstone_vocabulary::{AddressFault, UserId, check_email};

use crate::reservation::name_digest;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UserRefusal {
    #[error("there is no such user")]
    NoSuchUser,
    #[error("the e-mail address {0}")]
    BadEmail(AddressFault),
}

impl Refusal for UserRefusal {
    fn kind(&self) -> Kind {
        match self {
            Self::NoSuchUser => Kind::Missing,
            Self::BadEmail(_) => Kind::Invalid,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NoSuchUser => None,
            Self::BadEmail(_) => Some("email"),
        }
    }
}

/// The reservation stream of an address. Whose it is can be read there before any read model knows.
pub fn address_stream(email: &str) -> String {
    let Claim { within, scope, digest, .. } = address_claim(email);
    format!("{within}/{scope}/{digest}")
}

fn address_claim(email: &str) -> Claim {
    Claim {
        within: Within::Everything,
        scope: "user_email",
        digest: name_digest(email),
        take: true,
        refusal: "there is a user with this e-mail address already",
        field: "email",
    }
}

/// Registers somebody under an address that is nobody else's. Registering again changes nothing.
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
        check_email(&self.email).map_err(UserRefusal::BadEmail)?;
        Ok(match state {
            User::Absent => vec![UserEvent::Registered {
                email: Sealed::Open(self.email.clone()),
                given_name: Sealed::Open(self.given_name.clone()),
                family_name: Sealed::Open(self.family_name.clone()),
            }],
            User::Active { .. } => Vec::new(),
        })
    }

    fn claims(&self, _: &User, _: &[UserEvent]) -> Vec<Claim> {
        vec![address_claim(&self.email)]
    }
}

/// Says that whoever an identity provider knows by this is that user. An identity is one user's for good; linking it
/// again changes nothing.
#[derive(Debug, Clone)]
pub struct LinkIdentity {
    pub user: UserId,
    /// Digest of the provider and its name for the person.
    pub identity: String,
}

impl Command for LinkIdentity {
    type On = User;
    type Wants = Nothing;
    type Refusal = UserRefusal;

    fn stream(&self) -> Global<UserId> {
        Global(self.user)
    }

    fn decide(&self, state: &User, _: &[Nothing], _: &Meta) -> Result<Vec<UserEvent>, UserRefusal> {
        match state {
            User::Absent => Err(UserRefusal::NoSuchUser),
            User::Active { identities } if identities.contains(&self.identity) => Ok(Vec::new()),
            User::Active { .. } => Ok(vec![UserEvent::IdentityLinked { identity: self.identity.clone() }]),
        }
    }

    fn claims(&self, _: &User, _: &[UserEvent]) -> Vec<Claim> {
        vec![Claim {
            within: Within::Everything,
            scope: "user_identity",
            digest: self.identity.clone(),
            take: true,
            refusal: "this identity belongs to another user",
            field: "identity",
        }]
    }
}

#[cfg(test)]
mod tests {
    use touchstone_kernel::testing::{given, meta};
    use touchstone_vocabulary::TextFault;
    use uuid::Uuid;

    use super::*;

    const ID: UserId = UserId(Uuid::from_u128(9));

    fn register(email: &str) -> RegisterUser {
        RegisterUser { id: ID, email: email.into(), given_name: String::new(), family_name: String::new() }
    }

    fn registered() -> Vec<UserEvent> {
        given::<User>(&[]).when(&register("ada@example.org")).result().unwrap()
    }

    #[test]
    fn somebody_is_registered_once() {
        assert_eq!(registered().len(), 1);
        given::<User>(&registered()).when(&register("ada@example.org")).then_nothing();
    }

    #[test]
    fn an_address_is_needed() {
        let form = UserRefusal::BadEmail(AddressFault::Form);
        given::<User>(&[]).when(&register("ada")).then_refused(&form);
        let empty = UserRefusal::BadEmail(AddressFault::Text(TextFault::Empty));
        given::<User>(&[]).when(&register("")).then_refused(&empty);
    }

    #[test]
    fn an_address_is_claimed_in_the_whole_installation_whatever_its_case() {
        let claims = |email: &str| {
            let events = register(email).decide(&User::Absent, &[], &meta()).unwrap();
            register(email).claims(&User::Absent, &events)
        };
        let lower = claims("ada@example.org");
        assert_eq!(lower, claims(" Ada@Example.org".trim()));
        assert_eq!((lower[0].within, lower[0].take), (Within::Everything, true));
        assert_eq!(address_stream("ADA@example.org"), format!("_/user_email/{}", lower[0].digest));
    }

    #[test]
    fn an_identity_is_linked_once_and_only_to_somebody() {
        let link = LinkIdentity { user: ID, identity: "i".into() };
        given::<User>(&[]).when(&link).then_refused(&UserRefusal::NoSuchUser);
        let linked = UserEvent::IdentityLinked { identity: "i".into() };
        given::<User>(&registered()).when(&link).then(std::slice::from_ref(&linked));
        given::<User>(&[registered(), vec![linked]].concat()).when(&link).then_nothing();
    }
}
