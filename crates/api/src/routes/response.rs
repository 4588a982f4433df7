//! Responses of evaluations. Lists stream: a client may ask for a million.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use touchstone_queries::ResultFilter;
use touchstone_queries::response::{self, ResponseView};
use touchstone_vocabulary::{EvaluationId, Page};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::page::{FromParameters, Id, Parameters, Query};
use crate::reply::{Answer, Paged, one, streamed};

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    evaluation_id: Option<String>,
    #[param(required = false)]
    status: Vec<String>,
    #[param(required = false)]
    ids: Vec<String>,
    /// Result ids or catalogue ids of probes.
    #[param(required = false)]
    probe_ids: Vec<String>,
    #[param(required = false)]
    prompt_ids: Vec<String>,
    #[param(value_type = Option<String>)]
    is_visible: Option<bool>,
    /// `created_at`: the order of recording, which is the only one.
    #[expect(dead_code, reason = "described and checked; there is only one order")]
    order_by: Option<String>,
    #[param(required = false, default = 1000, minimum = 1, maximum = 1_000_000)]
    limit: i64,
    #[param(required = false, default = 0, minimum = 0, maximum = 1_000_000)]
    offset: i64,
}

/// What comes of an order that is the only one.
struct Recording;

impl std::str::FromStr for Recording {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "created_at" { Ok(Self) } else { Err(()) }
    }
}

impl FromParameters for Which {
    fn read(given: &mut Parameters) -> Self {
        let Page { limit, offset } = given.page(1000, 1_000_000);
        let order_by = given.word::<Recording>("order_by", "created_at").map(|_| "created_at".to_owned());
        Self {
            evaluation_id: given.text("evaluation_id"),
            status: given.many("status"),
            ids: given.many("ids"),
            probe_ids: given.many("probe_ids"),
            prompt_ids: given.many("prompt_ids"),
            is_visible: given.flag("is_visible"),
            order_by,
            limit,
            offset,
        }
    }
}

impl Which {
    /// `None` when no evaluation can have that id, so that nothing matches.
    fn filter(self) -> Option<ResultFilter> {
        let evaluation_id = match self.evaluation_id {
            Some(id) => Some(id.parse::<EvaluationId>().ok()?),
            None => None,
        };
        Some(ResultFilter {
            evaluation_id,
            status: self.status,
            ids: self.ids,
            probe_ids: self.probe_ids,
            prompt_ids: self.prompt_ids,
            is_visible: self.is_visible,
        })
    }
}

/// Responses, oldest first.
#[utoipa::path(get, path = "/v1/responses", operation_id = "get_responses", tag = "Response", params(Which),
    responses((status = 200, body = Paged<ResponseView>)))]
async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(which): Query<Which>,
) -> Result<Response, ApiError> {
    let page = Page { limit: which.limit, offset: which.offset };
    let Some(filter) = which.filter() else {
        return Ok(streamed::<ResponseView>(Box::pin(futures::stream::empty()), 0, page));
    };
    let count = response::count(&app.db, caller.team, &filter).await?;
    Ok(streamed(response::stream(app.db.clone(), caller.team, filter, page), count, page))
}

/// One response.
#[utoipa::path(get, path = "/v1/responses/{id}", operation_id = "get_responses_by_id", tag = "Response",
    params(("id" = String, Path)), responses((status = 200, body = ResponseView)))]
async fn show(State(app): State<Arc<App>>, caller: Caller, id: Id) -> Answer<ResponseView> {
    one(response::by_id(&app.db, caller.team, id.of("response")?).await?, "response")
}
