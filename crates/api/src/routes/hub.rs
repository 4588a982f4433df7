//! Hubs: what there is, whether or not it is spoken yet.

use std::sync::Arc;

use serde::Serialize;
use touchstone_vocabulary::Hub;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::api_key::hubs;
use crate::app::App;
use crate::caller::Caller;
use crate::reply::{Answer, Reply};

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list))
}

/// A provider of models or agents.
#[derive(Serialize, ToSchema)]
#[schema(as = HubResponse)]
struct HubView {
    id: &'static str,
    #[schema(schema_with = hubs)]
    name: &'static str,
    display_name: &'static str,
    /// Not known here: they depend on the key.
    models: Vec<String>,
    /// 0: the hub suggests nothing.
    #[schema(required = false)]
    rate_limit_per_interval: u32,
    /// Seconds.
    #[schema(required = false)]
    rate_limit_interval: u32,
}

impl From<Hub> for HubView {
    fn from(hub: Hub) -> Self {
        Self {
            id: hub.as_str(),
            name: hub.as_str(),
            display_name: hub.display_name(),
            models: Vec::new(),
            rate_limit_per_interval: 0,
            rate_limit_interval: 60,
        }
    }
}

/// All hubs that keys can be made for.
#[utoipa::path(get, path = "/v1/hubs", operation_id = "get_hubs", tag = "Hub",
    responses((status = 200, body = Vec<HubView>)))]
async fn list(_: Caller) -> Answer<Vec<HubView>> {
    Ok(Reply::now(Hub::ALL.iter().copied().map(HubView::from).collect()))
}
