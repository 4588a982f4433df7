//! Tests of evaluations: the calls to the target. Lists stream like those of responses.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use touchstone_queries::ResultFilter;
use touchstone_queries::test::{self, TestView};
use touchstone_vocabulary::{EvaluationId, Page};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::caller::Caller;
use crate::error::{ApiError, Fault};
use crate::page::{FromParameters, Id, Parameters, Query};
use crate::reply::{Answer, Paged, one, streamed};

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show))
}

/// At least one of `evaluation_id`, `ids` and `probe_ids` is needed.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    evaluation_id: Option<String>,
    #[param(required = false)]
    ids: Vec<String>,
    /// Result ids or catalogue ids of probes.
    #[param(required = false)]
    probe_ids: Vec<String>,
    status: Option<String>,
    #[param(required = false, default = 1000, minimum = 1, maximum = 1_000_000)]
    limit: i64,
    #[param(required = false, default = 0, minimum = 0, maximum = 1_000_000)]
    offset: i64,
}

impl FromParameters for Which {
    fn read(given: &mut Parameters) -> Self {
        let Page { limit, offset } = given.page(1000, 1_000_000);
        Self {
            evaluation_id: given.text("evaluation_id"),
            ids: given.many("ids"),
            probe_ids: given.many("probe_ids"),
            status: given.text("status"),
            limit,
            offset,
        }
    }
}

impl Which {
    /// `None` when no evaluation can have that id, so that nothing matches.
    fn filter(self) -> Result<Option<ResultFilter>, ApiError> {
        if self.evaluation_id.is_none() && self.ids.is_empty() && self.probe_ids.is_empty() {
            let msg = "one of evaluation_id, ids, probe_ids is needed";
            return Err(ApiError::Invalid(vec![Fault::new("query", "evaluation_id", msg)]));
        }
        let evaluation_id = match self.evaluation_id.map(|id| id.parse::<EvaluationId>()) {
            Some(Err(_)) => return Ok(None),
            Some(Ok(id)) => Some(id),
            None => None,
        };
        Ok(Some(ResultFilter {
            evaluation_id,
            status: self.status.into_iter().collect(),
            ids: self.ids,
            probe_ids: self.probe_ids,
            ..ResultFilter::default()
        }))
    }
}

/// Tests, oldest first.
#[utoipa::path(get, path = "/v1/tests", operation_id = "get_tests", tag = "Test", params(Which),
    responses((status = 200, body = Paged<TestView>)))]
async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(which): Query<Which>,
) -> Result<Response, ApiError> {
    let page = Page { limit: which.limit, offset: which.offset };
    let Some(filter) = which.filter()? else {
        return Ok(streamed::<TestView>(Box::pin(futures::stream::empty()), 0, page));
    };
    let count = test::count(&app.db, caller.team, &filter).await?;
    Ok(streamed(test::stream(app.db.clone(), caller.team, filter, page), count, page))
}

/// One test.
#[utoipa::path(get, path = "/v1/tests/{id}", operation_id = "get_tests_by_id", tag = "Test",
    params(("id" = String, Path)), responses((status = 200, body = TestView)))]
async fn show(State(app): State<Arc<App>>, caller: Caller, id: Id) -> Answer<TestView> {
    one(test::by_id(&app.db, caller.team, id.of("test")?).await?, "test")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(query: &str) -> Result<Option<ResultFilter>, ApiError> {
        Which::read(&mut Parameters::of(query)).filter()
    }

    #[test]
    fn a_list_needs_something_to_belong_to() {
        assert!(matches!(filter("status=ERROR"), Err(ApiError::Invalid(_))));
        assert!(filter("ids=a").unwrap().is_some());
        assert!(filter("evaluation_id=not-a-uuid").unwrap().is_none());
    }
}
