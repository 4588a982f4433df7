//! Users as members of a team.

use serde::Serialize;
use touchstone_read_store::{Db, ReadError};
use touchstone_vocabulary::{Page, TeamId, UserId, UserStatus, fold_key};
use utoipa::ToSchema;

use crate::sql::{Count, Sql, ids};

/// One user, as seen from a team.
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
    /// The team that this is seen from; null for somebody who is no member of it.
    #[schema(required)]
    pub team_id: Option<String>,
    /// `admin` or `user`.
    #[schema(required)]
    pub team_role: Option<String>,
    /// Sequence of the last event of that team's stream, to which memberships and roles belong; 0 without one.
    #[serde(skip)]
    pub stream_version: i64,
}

/// Which members of a team.
#[derive(Debug, Clone, Default)]
pub struct MemberFilter {
    /// A word that is no status or role finds nobody.
    pub status: Option<String>,
    pub role: Option<String>,
}

#[derive(sqlx::FromRow)]
struct UserRow {
    id: String,
    email: String,
    given_name: String,
    family_name: String,
    created_at: i64,
    team_id: Option<String>,
    role: Option<String>,
    stream_version: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct IdRow {
    id: String,
}

fn view(row: UserRow) -> UserView {
    UserView {
        user_id: row.id,
        email: row.email,
        family_name: row.family_name,
        given_name: row.given_name,
        status: UserStatus::Active.as_str().to_owned(),
        profile_image: None,
        created_at: row.created_at,
        updated_at: row.created_at,
        team_id: row.team_id,
        team_role: row.role,
        stream_version: row.stream_version.unwrap_or_default(),
    }
}

const COLUMNS: &str = "select u.id, u.email, u.given_name, u.family_name, u.created_at, m.team_id, m.role, \
    t.stream_version ";

/// A user with the role in this team; nothing for somebody who is no member of it.
pub async fn by_id(db: &Db, team: TeamId, user: UserId) -> Result<Option<UserView>, ReadError> {
    let (text, args) = of_team(COLUMNS, team).push(" and m.user_id = ").bind(user.to_string()).parts();
    Ok(db.team(team).one::<UserRow>(&text, args).await?.map(view))
}

/// All members of a team, first registered first.
pub async fn members(db: &Db, team: TeamId) -> Result<Vec<UserView>, ReadError> {
    let (text, args) = of_team(COLUMNS, team).push(" order by u.created_at, u.ordinal").parts();
    let rows: Vec<UserRow> = db.team(team).all(&text, args).await?;
    Ok(rows.into_iter().map(view).collect())
}

/// A page of the members of a team, first registered first, and how many match in all.
pub async fn page(
    db: &Db,
    team: TeamId,
    filter: &MemberFilter,
    page: Page,
) -> Result<(Vec<UserView>, i64), ReadError> {
    // Nobody is ever inactive.
    if filter.status.as_deref().is_some_and(|status| status != UserStatus::Active.as_str()) {
        return Ok((Vec::new(), 0));
    }
    let of = |start| of_team(start, team).when(" and m.role = ", filter.role.as_deref(), "");
    let (text, args) = of("select count(*) as n ").parts();
    let total = db.team(team).one::<Count>(&text, args).await?.map_or(0, |count| count.n);
    let (text, args) = of(COLUMNS)
        .push(" order by u.created_at, u.ordinal limit ")
        .bind(page.limit.max(0))
        .push(" offset ")
        .bind(page.offset.max(0))
        .parts();
    let rows: Vec<UserRow> = db.team(team).all(&text, args).await?;
    Ok((rows.into_iter().map(view).collect(), total))
}

fn of_team(start: &str, team: TeamId) -> Sql {
    Sql::new(start)
        .push(
            "from rm_member m join rm_user u on u.id = m.user_id join rm_team t on t.team_id = m.team_id \
             where m.team_id = ",
        )
        .bind(team.to_string())
}

/// Those of these users who share a team with somebody, in whatever team, each with the role in `team`.
pub async fn known_to(
    db: &Db,
    somebody: UserId,
    team: TeamId,
    users: &[String],
) -> Result<Vec<UserView>, ReadError> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let (text, args) = Sql::new(COLUMNS)
        .push("from rm_user u left join rm_member m on m.user_id = u.id and m.team_id = ")
        .bind(team.to_string())
        .push(
            " left join rm_team t on t.team_id = m.team_id where u.id in (select theirs.user_id \
             from rm_member mine join rm_member theirs on theirs.team_id = mine.team_id where mine.user_id = ",
        )
        .bind(somebody.to_string())
        .among(") and u.id", &ids(users), "")
        .push(" order by u.created_at, u.ordinal")
        .parts();
    let rows: Vec<UserRow> = db.all(&text, args).await?;
    Ok(rows.into_iter().map(view).collect())
}

/// The user with this address, in whatever team.
pub async fn id_by_email(db: &Db, email: &str) -> Result<Option<UserId>, ReadError> {
    let (text, args) = Sql::new("select id from rm_user where email_key = ")
        .bind(fold_key(email))
        .push(" order by ordinal limit ")
        .bind(1_i64)
        .parts();
    Ok(db.one::<IdRow>(&text, args).await?.and_then(|row| row.id.parse().ok()))
}

/// Whom an identity provider knows by this; no team is known yet.
pub async fn by_identity(db: &Db, identity: &str) -> Result<Option<(UserId, String)>, ReadError> {
    let (text, args) = Sql::new(
        "select u.id, u.email from rm_identity i join rm_user u on u.id = i.user_id where i.digest = ",
    )
    .bind(identity)
    .parts();
    let found = db.one::<AddressRow>(&text, args).await?;
    Ok(found.and_then(|row| Some((row.id.parse().ok()?, row.email))))
}

#[derive(sqlx::FromRow)]
struct AddressRow {
    id: String,
    email: String,
}
