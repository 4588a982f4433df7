//! People.

use std::sync::Arc;

use axum::extract::State;
use touchstone_queries::user::{self, UserView};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::caller::Caller;
use crate::reply::{Answer, one};

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(me))
}

/// The caller, with the team and role that the token gives.
#[utoipa::path(get, path = "/v1/users/me", operation_id = "get_users_me", tag = "Users",
    responses((status = 200, body = UserView)))]
async fn me(State(app): State<Arc<App>>, caller: Caller) -> Answer<UserView> {
    one(user::by_id(&app.db, caller.team, caller.user).await?, "user")
}
