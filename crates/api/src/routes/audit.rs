//! The audit: who did what in the team, for its admins.

use std::sync::Arc;

use axum::extract::State;
use touchstone_queries::audit::{self, AuditFilter, AuditView};
use touchstone_vocabulary::{Page, UserId};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::caller::Caller;
use crate::page::{FromParameters, Parameters, Query};
use crate::reply::{Answer, Paged, Reply};

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// For example `token.revoked`, `team.member_role_changed`, `api_key.used` or `access.denied`; all when absent.
    #[param(required = false)]
    kind: Vec<String>,
    /// Done by or about this user.
    #[param(value_type = Option<String>)]
    user_id: Option<UserId>,
    /// Unix seconds: not before.
    from: Option<i64>,
    /// Unix seconds: not after.
    until: Option<i64>,
    #[param(required = false, default = 100, minimum = 1, maximum = 1000)]
    limit: i64,
    #[param(required = false, default = 0, minimum = 0, maximum = 1_000_000)]
    offset: i64,
}

impl FromParameters for Which {
    fn read(given: &mut Parameters) -> Self {
        let Page { limit, offset } = given.page(100, 1000);
        let ever = 0..=i64::from(u32::MAX) * 4;
        Self {
            kind: given.many("kind"),
            user_id: given.word("user_id", "the ids of users, which are uuids"),
            from: given.whole("from", &ever),
            until: given.whole("until", &ever),
            limit,
            offset,
        }
    }
}

/// Tokens, members, roles, invites, keys and their use, and attempts that were denied, newest first.
#[utoipa::path(get, path = "/v1/audit", operation_id = "get_audit", tag = "Audit", params(Which),
    responses((status = 200, body = Paged<AuditView>)))]
async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(which): Query<Which>,
) -> Answer<Paged<AuditView>> {
    let page = Page { limit: which.limit, offset: which.offset };
    let filter = AuditFilter { kinds: which.kind, user: which.user_id, from: which.from, until: which.until };
    let (results, count) = audit::list(&app.db, caller.team, &filter, page).await?;
    Ok(Reply::now(Paged::new(results, count, page)))
}
