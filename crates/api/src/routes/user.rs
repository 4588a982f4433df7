//! People.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use touchstone_commands::team::ChangeRole;
use touchstone_queries::user::{self, UserView};
use touchstone_vocabulary::{TeamRole, UserId};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::{IntoParams, ToSchema, openapi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::body::Body;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::page::{FromParameters, Id, Parameters, Query};
use crate::present::{Find, Present};
use crate::reply::{Answer, Counted, Reply, Versioned, one_of};
use crate::seat::Seat;

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(me))
        .routes(routes!(show))
        .routes(routes!(set_role))
}

const NOUN: &str = "user";

/// A user changes by what happens in the team, so the tag is the team's version.
impl Versioned for UserView {
    fn version(&self) -> i64 {
        self.stream_version
    }
}

/// Whoever shares a team with the caller.
impl Find for UserView {
    async fn find(app: &App, caller: &Caller, id: &Id) -> Result<Self, ApiError> {
        let ids = [id.of::<UserId>(NOUN)?.to_string()];
        let found = user::known_to(&app.db, caller.user, caller.team, &ids).await?;
        found.into_iter().next().ok_or_else(|| ApiError::missing(NOUN))
    }
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// The members of the caller's team when absent.
    #[param(required = false)]
    ids: Vec<String>,
}

impl FromParameters for Which {
    fn read(given: &mut Parameters) -> Self {
        Self { ids: given.many("ids") }
    }
}

/// Members of the caller's team, or those of the named users who share a team with the caller.
#[utoipa::path(get, path = "/v1/users", operation_id = "get_users", tag = "Users", params(Which),
    responses((status = 200, body = Counted<UserView>)))]
async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(which): Query<Which>,
) -> Answer<Counted<UserView>> {
    let found = if which.ids.is_empty() {
        user::members(&app.db, caller.team).await?
    } else {
        user::known_to(&app.db, caller.user, caller.team, &which.ids).await?
    };
    Ok(Reply::now(Counted::new(found)))
}

/// The caller, with the team and role that the token gives.
#[utoipa::path(get, path = "/v1/users/me", operation_id = "get_users_me", tag = "Users",
    responses((status = 200, body = UserView)))]
async fn me(State(app): State<Arc<App>>, caller: Caller) -> Answer<UserView> {
    one_of(user::by_id(&app.db, caller.team, caller.user).await?, NOUN)
}

/// A user who shares a team with the caller, with the role in the caller's team.
#[utoipa::path(get, path = "/v1/users/{id}", operation_id = "get_users_by_id", tag = "Users",
    params(("id" = String, Path)), responses((status = 200, body = UserView)))]
async fn show(Present(user): Present<UserView>) -> Answer<UserView> {
    one_of(Some(user), NOUN)
}

pub(super) fn roles() -> openapi::Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .enum_values(Some(TeamRole::ALL.iter().map(|role| role.as_str()).collect::<Vec<_>>()))
        .build()
}

/// Another role.
#[derive(Deserialize, ToSchema)]
#[schema(as = SetUserRoleRequest)]
struct NewRole {
    #[schema(schema_with = roles)]
    team_role: TeamRole,
    /// The caller's team when absent.
    team_id: Option<String>,
}

/// Gives a member of a team another role. A team keeps an admin. Shown as seen from that team.
#[utoipa::path(post, path = "/v1/users/{id}/set-role", operation_id = "post_users_set_role", tag = "Users",
    params(("id" = String, Path)), request_body = NewRole, responses((status = 200, body = UserView)))]
async fn set_role(
    State(app): State<Arc<App>>,
    caller: Caller,
    Present(user): Present<UserView>,
    Body(new): Body<NewRole>,
) -> Answer<UserView> {
    let admin = Seat::named(&app, &caller, new.team_id.as_deref()).await?.admin()?;
    let (team, role) = (admin.team, new.team_role);
    let id: UserId = user.user_id.parse().map_err(|_| ApiError::missing(NOUN))?;
    let sent = app.send(&admin, ChangeRole { team, user: id, role }).await?;
    let view = user::by_id(&app.db, team, id).await?;
    sent.show(view.map(|view| UserView { team_role: Some(role.as_str().to_owned()), ..view }))
}
