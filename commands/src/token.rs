//! Issuing and revoking bearer tokens.

use touchstone_aggregates::token::{Token, TokenEvent};
use touchstone_kernel::{Command, Global, Kind, Meta, Nothing, Refusal};
use touchstone_vocabulary::{TeamId, Time, TokenId, UserId};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefusal {
    #[error("there is no such token")]
    NoSuchToken,
    #[error("this token has been issued before; make a new one")]
    AlreadyIssued,
}

impl Refusal for TokenRefusal {
    fn kind(&self) -> Kind {
        match self {
            Self::NoSuchToken => Kind::Missing,
            Self::AlreadyIssued => Kind::Conflict,
        }
    }
}

/// Puts a token into force. Only its digest is recorded.
#[derive(Debug, Clone)]
pub struct IssueToken {
    pub id: TokenId,
    pub user: UserId,
    pub team: TeamId,
    pub digest: String,
    pub expires_at: Option<Time>,
    /// It speaks for a part of an installation and not for a member of the team.
    pub is_service: bool,
}

impl Command for IssueToken {
    type On = Token;
    type Wants = Nothing;
    type Refusal = TokenRefusal;

    fn stream(&self) -> Global<TokenId> {
        Global(self.id)
    }

    fn decide(&self, state: &Token, _: &[Nothing], _: &Meta) -> Result<Vec<TokenEvent>, TokenRefusal> {
        let Self { user, team, expires_at, .. } = *self;
        let digest = self.digest.clone();
        match state {
            Token::Absent if self.is_service => {
                Ok(vec![TokenEvent::IssuedToService { service: user, team, digest, expires_at }])
            }
            Token::Absent => Ok(vec![TokenEvent::Issued { user, team, digest, expires_at }]),
            Token::Active(_) | Token::Revoked(_) => Err(TokenRefusal::AlreadyIssued),
        }
    }
}

/// Ends a token for good. Revoking again changes nothing.
#[derive(Debug, Clone)]
pub struct RevokeToken {
    pub id: TokenId,
}

impl Command for RevokeToken {
    type On = Token;
    type Wants = Nothing;
    type Refusal = TokenRefusal;

    fn stream(&self) -> Global<TokenId> {
        Global(self.id)
    }

    fn decide(&self, state: &Token, _: &[Nothing], _: &Meta) -> Result<Vec<TokenEvent>, TokenRefusal> {
        match state {
            Token::Absent => Err(TokenRefusal::NoSuchToken),
            Token::Active(_) => Ok(vec![TokenEvent::Revoked {}]),
            Token::Revoked(_) => Ok(Vec::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use touchstone_kernel::testing::given;
    use uuid::Uuid;

    use super::*;

    fn issue(is_service: bool) -> IssueToken {
        IssueToken {
            id: TokenId(Uuid::from_u128(5)),
            user: UserId(Uuid::from_u128(9)),
            team: TeamId(Uuid::from_u128(1)),
            digest: "d".into(),
            expires_at: None,
            is_service,
        }
    }

    #[test]
    fn a_token_is_issued_once_and_revoked_for_good() {
        for is_service in [false, true] {
            let (issue, revoke) = (issue(is_service), RevokeToken { id: TokenId(Uuid::from_u128(5)) });
            let issued = given::<Token>(&[]).when(&issue).result().unwrap();
            assert_eq!(matches!(issued[0], TokenEvent::IssuedToService { .. }), is_service);
            given::<Token>(&[]).when(&revoke).then_refused(&TokenRefusal::NoSuchToken);
            given::<Token>(&issued).when(&issue).then_refused(&TokenRefusal::AlreadyIssued);
            given::<Token>(&issued).when(&revoke).then(&[TokenEvent::Revoked {}]);
            let revoked = [issued, vec![TokenEvent::Revoked {}]].concat();
            given::<Token>(&revoked).when(&revoke).then_nothing();
            given::<Token>(&revoked).when(&issue).then_refused(&TokenRefusal::AlreadyIssued);
        }
    }
}
