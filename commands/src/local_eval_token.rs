//! Giving members leave to use the installation's tunnel, and taking it back.

/// What [`IssueLocalEvalToken`] is about.
pub use touchstone_aggregates::local_eval_token::Tunnel;
use touchstone_aggregates::local_eval_token::{LocalEvalToken, LocalEvalTokenEvent};
use touchstone_kernel::{Command, Kind, Meta, Nothing, Owned, Refusal};
use touchstone_vocabulary::{TeamId, UserId};

/// Nothing is refused here: who may ask is a matter of the token that asks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocalEvalTokenRefusal {}

impl Refusal for LocalEvalTokenRefusal {
    fn kind(&self) -> Kind {
        match *self {}
    }

    fn field(&self) -> Option<&'static str> {
        match *self {}
    }
}

/// Records that a member is given the credential of a tunnel. While that is the live one, again changes nothing.
#[derive(Debug, Clone)]
pub struct IssueLocalEvalToken {
    pub team: TeamId,
    pub user: UserId,
    pub tunnel: Tunnel,
}

impl Command for IssueLocalEvalToken {
    type On = LocalEvalToken;
    type Wants = Nothing;
    type Refusal = LocalEvalTokenRefusal;

    fn stream(&self) -> Owned<UserId> {
        Owned::new(self.team, self.user)
    }

    fn decide(
        &self,
        state: &LocalEvalToken,
        _: &[Nothing],
        _: &Meta,
    ) -> Result<Vec<LocalEvalTokenEvent>, LocalEvalTokenRefusal> {
        Ok(match state {
            LocalEvalToken::Live(tunnel) if *tunnel == self.tunnel => Vec::new(),
            LocalEvalToken::Live(_) | LocalEvalToken::None => {
                vec![LocalEvalTokenEvent::Issued { tunnel: self.tunnel.clone() }]
            }
        })
    }
}

/// Takes the leave back. Where there is none, nothing changes.
#[derive(Debug, Clone)]
pub struct RevokeLocalEvalToken {
    pub team: TeamId,
    pub user: UserId,
}

impl Command for RevokeLocalEvalToken {
    type On = LocalEvalToken;
    type Wants = Nothing;
    type Refusal = LocalEvalTokenRefusal;

    fn stream(&self) -> Owned<UserId> {
        Owned::new(self.team, self.user)
    }

    fn decide(
        &self,
        state: &LocalEvalToken,
        _: &[Nothing],
        _: &Meta,
    ) -> Result<Vec<LocalEvalTokenEvent>, LocalEvalTokenRefusal> {
        Ok(match state {
            LocalEvalToken::Live(_) => vec![LocalEvalTokenEvent::Revoked {}],
            LocalEvalToken::None => Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use touchstone_kernel::testing::given;
    use uuid::Uuid;

    use super::*;

    const TEAM: TeamId = TeamId(Uuid::from_u128(1));
    const USER: UserId = UserId(Uuid::from_u128(2));
    const REVOKE: RevokeLocalEvalToken = RevokeLocalEvalToken { team: TEAM, user: USER };

    fn issue(fingerprint: &str) -> IssueLocalEvalToken {
        let tunnel = Tunnel { domain: "agents.example.org".into(), fingerprint: fingerprint.into() };
        IssueLocalEvalToken { team: TEAM, user: USER, tunnel }
    }

    #[test]
    fn a_live_one_is_issued_once_and_another_credential_anew() {
        let issued = given::<LocalEvalToken>(&[]).when(&issue("f")).result().unwrap();
        assert_eq!(issued.len(), 1);
        given::<LocalEvalToken>(&issued).when(&issue("f")).then_nothing();
        assert_eq!(given::<LocalEvalToken>(&issued).when(&issue("g")).result().unwrap().len(), 1);
    }

    #[test]
    fn what_is_revoked_can_be_issued_again_and_where_there_is_none_nothing_happens() {
        given::<LocalEvalToken>(&[]).when(&REVOKE).then_nothing();
        let issued = given::<LocalEvalToken>(&[]).when(&issue("f")).result().unwrap();
        given::<LocalEvalToken>(&issued).when(&REVOKE).then(&[LocalEvalTokenEvent::Revoked {}]);
        let revoked = [issued.clone(), vec![LocalEvalTokenEvent::Revoked {}]].concat();
        given::<LocalEvalToken>(&revoked).when(&REVOKE).then_nothing();
        given::<LocalEvalToken>(&revoked).when(&issue("f")).then(&issued);
    }
}
