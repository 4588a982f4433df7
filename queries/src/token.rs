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
    /// From the membership as it is now, not as it was when the token was issued; nothing for somebody who is no member
    /// any more, and for a service.
    pub role: Option<TeamRole>,
    pub is_service: bool,
    pub email: String,
    /// Unix seconds; `None` never runs out.
    pub expires_at: Option<i64>,
    pub is_revoked: bool,
}

/// A token as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenItemView {
    pub token: TokenView,
    pub team_name: String,
    pub created_at: i64,
}

#[derive(sqlx::FromRow)]
struct TokenRow {
    id: String,
    user_id: String,
    team_id: String,
    team_name: String,
    role: Option<String>,
    is_service: bool,
    email: String,
    expires_at: Option<i64>,
    is_revoked: bool,
    created_at: i64,
}

const SELECT: &str = "select t.id, t.user_id, t.team_id, o.name as team_name, m.role, t.is_service, u.email, \
    t.expires_at, t.is_revoked, t.created_at from rm_token t join rm_user u on u.id = t.user_id \
    join rm_team o on o.team_id = t.team_id \
    left join rm_member m on m.team_id = t.team_id and m.user_id = t.user_id ";

/// The token with this SHA-256 digest (hex), in whatever team: its team is what this tells. Nothing when it is unknown
/// or its team is gone.
pub async fn by_digest(db: &Db, digest: &str) -> Result<Option<TokenView>, ReadError> {
    let (text, args) = Sql::new(SELECT).push("where t.digest = ").bind(digest).parts();
    Ok(db.one::<TokenRow>(&text, args).await?.and_then(view).map(|item| item.token))
}

/// All tokens of teams that exist, oldest first. For the operator's command line, not for callers.
pub async fn all(db: &Db) -> Result<Vec<TokenItemView>, ReadError> {
    let (text, args) = Sql::new(SELECT).push("order by t.created_at, u.ordinal").parts();
    let rows: Vec<TokenRow> = db.all(&text, args).await?;
    Ok(rows.into_iter().filter_map(view).collect())
}

fn view(row: TokenRow) -> Option<TokenItemView> {
    let role = match row.role {
        Some(role) => Some(role.parse().ok()?),
        None => None,
    };
    let token = TokenView {
        id: row.id.parse().ok()?,
        user: row.user_id.parse().ok()?,
        team: row.team_id.parse().ok()?,
        role: role.filter(|_| !row.is_service),
        is_service: row.is_service,
        email: row.email,
        expires_at: row.expires_at,
        is_revoked: row.is_revoked,
    };
    Some(TokenItemView { token, team_name: row.team_name, created_at: row.created_at })
}
