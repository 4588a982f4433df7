//! Who a bearer token speaks for.

use touchstone_read_store::{Db, ReadError};
use touchstone_vocabulary::{TeamId, TeamRole, TokenId, UserId};

use crate::sql::Sql;

/// A token and its owner's present standing. Whether it has run out is for the caller to say, who has a clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenView {
    pub id: TokenId,
    pub user: UserId,
    pub team: TeamId,
    /// From the membership as it is now, not as it was when the token was issued.
    pub role: TeamRole,
    pub email: String,
    /// Unix seconds; `None` never runs out.
    pub expires_at: Option<i64>,
    pub is_revoked: bool,
}

#[derive(sqlx::FromRow)]
struct TokenRow {
    id: String,
    user_id: String,
    team_id: String,
    role: String,
    email: String,
    expires_at: Option<i64>,
    is_revoked: bool,
}

/// The token with this SHA-256 digest (hex), in whatever team: its team is what this tells. Nothing when it is unknown
/// or its user is no longer a member of its team.
pub async fn by_digest(db: &Db, digest: &str) -> Result<Option<TokenView>, ReadError> {
    let (text, args) = Sql::new(
        "select t.id, t.user_id, t.team_id, m.role, u.email, t.expires_at, t.is_revoked from rm_token t \
         join rm_member m on m.team_id = t.team_id and m.user_id = t.user_id \
         join rm_user u on u.id = t.user_id where t.digest = ",
    )
    .bind(digest)
    .parts();
    Ok(db.one::<TokenRow>(&text, args).await?.and_then(view))
}

fn view(row: TokenRow) -> Option<TokenView> {
    Some(TokenView {
        id: row.id.parse().ok()?,
        user: row.user_id.parse().ok()?,
        team: row.team_id.parse().ok()?,
        role: row.role.parse().ok()?,
        email: row.email,
        expires_at: row.expires_at,
        is_revoked: row.is_revoked,
    })
}
