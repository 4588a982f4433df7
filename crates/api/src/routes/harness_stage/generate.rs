//! Asking that a harness be made, by its stage alone.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use touchstone_commands::harness_stage::RequestGeneration;
use touchstone_queries::harness_stage;
use touchstone_vocabulary::StageId;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::inputs::Inputs;
use super::{NOUN, chat};
use crate::app::{App, Sent};
use crate::body::Body;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::reply::Answer;

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(generate)).routes(routes!(chat::talk))
}

/// A stage, and which prompts its harness gets.
#[derive(Deserialize, ToSchema)]
#[schema(as = ManualCustomHarnessCreationRequest)]
pub struct Asked {
    harness_staging_id: String,
    eval_config_input: Inputs,
}

/// The request as it was taken in.
#[derive(Serialize, ToSchema)]
#[schema(as = ManualCustomHarnessCreationResponse)]
struct Taken {
    /// `type`, `id` of the stage, and `data`.
    #[schema(value_type = Object)]
    event_data: Value,
}

impl Asked {
    /// Runs the command: that of this operation, and of the public event that stands for it.
    pub async fn send(&self, app: &App, caller: &Caller) -> Result<Sent, ApiError> {
        let id = self.harness_staging_id.parse().map_err(|_| ApiError::missing(NOUN))?;
        // Whose it is comes before what is wrong with the counts.
        if harness_stage::anywhere(&app.db, caller.team, id).await?.is_none() {
            return Err(ApiError::missing(NOUN));
        }
        request(app, caller, id, &self.eval_config_input).await
    }
}

/// Asks that the harness of a stage be made.
pub async fn request(app: &App, caller: &Caller, id: StageId, inputs: &Inputs) -> Result<Sent, ApiError> {
    let wish = inputs.wish().map_err(|error| error.inside("eval_config_input"))?;
    app.send(caller, RequestGeneration { team: caller.team, id, wish }).await
}

/// Asks that the harness of a stage be made. From here on the stage tells how far it has come.
#[utoipa::path(post, path = "/v1/harness-creation-agent", operation_id = "post_harness_creation_agent",
    tag = "Harness", request_body = Asked, responses((status = 200, body = Taken)))]
async fn generate(State(app): State<Arc<App>>, caller: Caller, Body(asked): Body<Asked>) -> Answer<Taken> {
    let sent = asked.send(&app, &caller).await?;
    let event_data = json!({
        "type": "CREATE_HARNESS_CONFIG",
        "id": sent.id(),
        "data": {"harness_staging_id": sent.id(), "eval_config_input": asked.eval_config_input},
    });
    Ok(sent.reply(Taken { event_data }))
}
