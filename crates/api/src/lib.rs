//! The HTTP layer: the one place that knows methods, paths, statuses and JSON envelopes.
//!
//! What is true here: nobody is answered on a secured path before the token was checked; a handler is one of four
//! shapes (send a command, show one thing, show a page, stream) and holds no rule of the domain; a command that was
//! begun is finished, whether or not the client still listens; no body that a client sent is ever echoed, and no fault
//! of the server tells more than an id. The layer holds the ports of the kernel and never a typed event or a store.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

mod address;
mod app;
mod bearer;
mod body;
mod caller;
mod edge;
mod error;
mod events;
mod finder;
mod fit;
mod frame;
mod limit;
mod newcomer;
mod openapi;
mod page;
mod policy;
mod present;
mod quota;
mod rate;
mod repeat;
mod reply;
mod routes;
mod seat;
mod suite;
#[cfg(test)]
mod tests;
mod upload;
mod witness;

use std::sync::Arc;

use axum::{Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;

pub use app::{App, Dispatch, Status};
pub use caller::{Caller, REQUESTS, Standing};
pub use edge::{Edge, Peer};
pub use error::{ApiError, Fault};
pub use finder::Finder;
pub use limit::Limits;
pub use policy::{Row, Rule, TABLE};
pub use quota::Quotas;
pub use routes::agent_configuration::AgentsList;
pub use routes::api_key::ModelLists;
pub use routes::local_eval_token::TunnelProvider;
pub use witness::{Recorder, Witness, witness};

/// The prompts of the catalogue's newest version as the API shows them.
pub fn standard_prompts() -> Vec<touchstone_queries::prompt::PromptView> {
    let latest = |placed: &touchstone_catalog::Placed| {
        placed.edition.version() == touchstone_catalog::latest().version()
    };
    touchstone_catalog::prompts().filter(latest).map(suite::prompt_view).collect()
}

/// The whole surface as one service, and who takes notice of what is denied.
pub fn router(app: Arc<App>, witness: Witness) -> Router {
    let gate = Arc::new(caller::Gate::new(Arc::clone(&app), witness));
    let clock = Arc::clone(&app.clock);
    let (router, _) = described().split_for_parts();
    router
        .route_layer(middleware::from_fn_with_state(gate, caller::guard))
        .method_not_allowed_fallback(frame::wrong_method)
        .fallback(frame::unknown_path)
        .with_state(app)
        .layer(CatchPanicLayer::custom(frame::panicked))
        .layer(middleware::from_fn_with_state(clock, frame::frame))
}

/// The document that describes the surface.
pub fn openapi() -> utoipa::openapi::OpenApi {
    openapi::finished(described().into_openapi())
}

fn described() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(openapi::head())
        .merge(routes::monitoring::router())
        .merge(routes::user::router())
        .merge(routes::team::router())
        .merge(routes::invite::router())
        .merge(routes::audit::router())
        .merge(routes::event::router())
        .merge(routes::hub::router())
        .merge(routes::local_eval_token::router())
        .merge(routes::api_key::router())
        .merge(routes::agent_configuration::router())
        .merge(routes::upload::router())
        .merge(routes::evaluation::router())
        .merge(routes::harness::router())
        .merge(routes::harness_config::router())
        .merge(routes::harness_stage::router())
        .merge(routes::scenario::router())
        .merge(routes::probe::router())
        .merge(routes::probe_config::router())
        .merge(routes::prompt::router())
        .merge(routes::test::router())
        .merge(routes::response::router())
        .merge(routes::detector::router())
        .merge(routes::docs::router())
}
