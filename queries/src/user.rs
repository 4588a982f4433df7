//! Users as members of a team.

use serde::Serialize;
use touchstone_read_store::{Db, ReadError};
use touchstone_vocabulary::{TeamId, UserId, UserStatus, fold_key};
use utoipa::ToSchema;

use crate::sql::Sql;

/// One member of the caller's team.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = UserResponse)]
pub struct UserView {
    pub user_id: String,
    pub email: String,
    pub family_name: String,
    pub given_name: String,
    /// `ACTIVE` or `INACTIVE`.
    pub status: String,
    #[schema(required)]
    pub profile_image: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
    #[schema(required)]
    pub team_id: Option<String>,
    /// `admin` or `user`.
    #[schema(required)]
    pub team_role: Option<String>,
}

#[derive(sqlx::FromRow)]
struct UserRow {
    id: String,
    email: String,
    given_name: String,
    family_name: String,
    created_at: i64,
    team_id: String,
    role: String,
}

#[derive(sqlx::FromRow)]
struct IdRow {
    id: String,
}

/// A user with the role in this team; nothing for somebody who is no member of it.
pub async fn by_id(db: &Db, team: TeamId, user: UserId) -> Result<Option<UserView>, ReadError> {
    let (text, args) = Sql::new(
        "select u.id, u.email, u.given_name, u.family_name, u.created_at, m.team_id, m.role \
         from rm_member m join rm_user u on u.id = m.user_id where m.team_id = ",
    )
    .bind(team.to_string())
    .push(" and m.user_id = ")
    .bind(user.to_string())
    .parts();
    Ok(db.team(team).one::<UserRow>(&text, args).await?.map(|row| UserView {
        user_id: row.id,
        email: row.email,
        family_name: row.family_name,
        given_name: row.given_name,
        status: UserStatus::Active.as_str().to_owned(),
        profile_image: None,
        created_at: row.created_at,
        updated_at: row.created_at,
        team_id: Some(row.team_id),
        team_role: Some(row.role),
    }))
}

/// The oldest user with this address, in whatever team. For the operator's command line, not for callers.
pub async fn id_by_email(db: &Db, email: &str) -> Result<Option<UserId>, ReadError> {
    let (text, args) = Sql::new("select id from rm_user where email_key = ")
        .bind(fold_key(email))
        .push(" order by ordinal limit ")
        .bind(1_i64)
        .parts();
    Ok(db.one::<IdRow>(&text, args).await?.and_then(|row| row.id.parse().ok()))
}
