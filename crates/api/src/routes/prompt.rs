//! Prompts: the team's own and those of the catalogue.

mod bulk;

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use touchstone_commands::prompt::{CreatePrompt, UpdatePrompt};
use touchstone_queries::prompt::{self, PromptView};
use touchstone_vocabulary::{Criteria, Message, Page, PromptId};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::{App, Sent};
use crate::body::Body;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::finder::Wanted;
use crate::page::{FromParameters, Id, Parameters, Query};
use crate::present::{Find, Present};
use crate::reply::{Answer, Paged, Reply, Tag, Totalled};
use crate::suite;

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(search))
        .routes(routes!(show, update))
        .merge(bulk::router())
}

const NOUN: &str = "prompt";
const SEARCH: HeaderName = HeaderName::from_static("x-search");

/// A prompt to be written.
#[derive(Deserialize, ToSchema)]
#[schema(as = CreatePromptRequest)]
pub struct New {
    /// The conversation: each message has a `role` (`system`, `user` or `assistant`) and a `content`.
    #[schema(value_type = Vec<std::collections::BTreeMap<String, String>>)]
    text: Vec<Message>,
    tags: Option<Vec<String>>,
    /// A uuid; made up where absent.
    id: Option<String>,
    description: Option<String>,
    /// What answers are judged by: `triggers`, `ground_truth` and the other inputs of detectors.
    #[schema(value_type = Option<Object>)]
    criteria: Option<Criteria>,
}

impl New {
    fn command(self, app: &App, caller: &Caller) -> Result<CreatePrompt, ApiError> {
        let id = match self.id {
            Some(text) => own_id(&text)?,
            None => PromptId(app.clock.new_id().to_string()),
        };
        Ok(CreatePrompt {
            team: caller.team,
            id,
            messages: self.text,
            description: self.description.unwrap_or_default(),
            tags: self.tags.unwrap_or_default(),
            criteria: self.criteria.unwrap_or_default(),
            lineage: None,
            writer: None,
        })
    }
}

/// The id that a client chose, in its one form; no prompt of the catalogue has it.
fn own_id(text: &str) -> Result<PromptId, ApiError> {
    let id = Uuid::parse_str(text).map_err(|_| ApiError::invalid("id", "must be a uuid"))?;
    let id = PromptId(id.to_string());
    match touchstone_catalog::prompt(&id) {
        None => Ok(id),
        Some(_) => {
            Err(ApiError::Conflict("a prompt of the catalogue has this id; choose another".to_owned()))
        }
    }
}

/// What is to be changed; null keeps.
#[derive(Deserialize, ToSchema)]
#[schema(as = PutPromptRequest)]
struct Change {
    #[schema(value_type = Option<Vec<std::collections::BTreeMap<String, String>>>)]
    text: Option<Vec<Message>>,
    tags: Option<Vec<String>>,
    description: Option<String>,
    #[schema(value_type = Option<Object>)]
    criteria: Option<Criteria>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// All when absent.
    #[param(required = false)]
    ids: Vec<String>,
    #[param(required = false, default = 10, minimum = 1, maximum = 1000)]
    limit: i64,
    #[param(required = false, default = 0, minimum = 0, maximum = 1_000_000)]
    offset: i64,
}

impl FromParameters for Which {
    fn read(given: &mut Parameters) -> Self {
        let Page { limit, offset } = given.page(10, 1000);
        Self { ids: given.many("ids"), limit, offset }
    }
}

/// Both are asked for beside the path, and must agree with it and with the token.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Again {
    prompt_id: String,
    team_id: String,
}

impl FromParameters for Again {
    fn read(given: &mut Parameters) -> Self {
        Self { prompt_id: given.required("prompt_id"), team_id: given.required("team_id") }
    }
}

impl Find for PromptView {
    async fn find(app: &App, caller: &Caller, id: &Id) -> Result<Self, ApiError> {
        let id = id.of::<Uuid>(NOUN)?.to_string();
        if let Some(placed) = touchstone_catalog::prompt(&PromptId::from(id.as_str())) {
            return Ok(suite::prompt_view(placed));
        }
        prompt::by_id(&app.db, caller.team, &id).await?.ok_or_else(|| ApiError::missing(NOUN))
    }
}

/// The team's prompts, newest first, then those of the catalogue.
#[utoipa::path(get, path = "/v1/prompts", operation_id = "get_prompts", tag = "Prompt", params(Which),
    responses((status = 200, body = Paged<PromptView>)))]
async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(which): Query<Which>,
) -> Answer<Paged<PromptView>> {
    let page = Page { limit: which.limit, offset: which.offset };
    let (own, count) = prompt::page(&app.db, caller.team, &which.ids, page).await?;
    let standard = match which.ids.as_slice() {
        [] => touchstone_catalog::prompts().collect(),
        ids => suite::prompts(ids),
    };
    let (results, count) = suite::joined(own, count, standard, page, suite::prompt_view);
    Ok(Reply::now(Paged::new(results, count, page)))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Sought {
    query: String,
    #[param(required = false, default = 10, minimum = 1, maximum = 1000)]
    limit: i64,
    #[param(required = false, default = 0, minimum = 0, maximum = 1_000_000)]
    offset: i64,
    /// Prompts taken because of their meaning, beside those that share words with the query.
    #[param(required = false, default = 10, minimum = 1, maximum = 1000)]
    nearest_neighbors: usize,
    /// Prompts that are ranked at most, before a page is cut.
    #[param(required = false, default = 100, minimum = 1, maximum = 1000)]
    total_limit: usize,
}

impl FromParameters for Sought {
    fn read(given: &mut Parameters) -> Self {
        let Page { limit, offset } = given.page(10, 1000);
        let mut bounded = |name, default| {
            given.whole(name, &(1..=1000)).and_then(|n| usize::try_from(n).ok()).unwrap_or(default)
        };
        let (nearest_neighbors, total_limit) =
            (bounded("nearest_neighbors", 10), bounded("total_limit", 100));
        Self { query: given.required("query"), limit, offset, nearest_neighbors, total_limit }
    }
}

/// The prompts that a query means, best first: those of the team, and the best of each probe of the catalogue's newest
/// version, by their words and by their meaning. The header `x-search` says `hybrid`, or `lexical` where no embedding model is installed and words
/// alone decide.
#[utoipa::path(get, path = "/v1/prompts/search/find", operation_id = "get_prompts_search_find", tag = "Prompt",
    params(Sought), responses((status = 200, body = Paged<PromptView>,
    headers(("x-search" = String, description = "`hybrid` or `lexical`")))))]
async fn search(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(sought): Query<Sought>,
) -> Result<Response, ApiError> {
    let page = Page { limit: sought.limit, offset: sought.offset };
    let wanted =
        Wanted { query: sought.query, neighbours: sought.nearest_neighbors, total: sought.total_limit };
    let ids = app.finder.find(&app.db, caller.team, wanted).await?;
    let Totalled { results: chosen, total, .. } = Totalled::cut(ids, page);
    let own = prompt::known(&app.db, caller.team, &chosen).await?;
    let mut known: HashMap<String, PromptView> = own
        .into_iter()
        .chain(suite::prompts(&chosen).into_iter().map(suite::prompt_view))
        .map(by_id)
        .collect();
    let results = chosen.iter().filter_map(|id| known.remove(id)).collect();
    let means = [(SEARCH, HeaderValue::from_static(app.finder.means()))];
    Ok((means, Reply::now(Paged::new(results, total, page))).into_response())
}

fn by_id(view: PromptView) -> (String, PromptView) {
    (view.id.clone(), view)
}

/// Writes a prompt of one's own. The same id with the same content answers the same.
#[utoipa::path(post, path = "/v1/prompts", operation_id = "post_prompts", tag = "Prompt", request_body = New,
    responses((status = 200, body = PromptView)))]
async fn create(State(app): State<Arc<App>>, caller: Caller, Body(new): Body<New>) -> Answer<PromptView> {
    let command = new.command(&app, &caller)?;
    let sent = app.send(&caller, command).await?;
    shown(&app, &caller, sent).await
}

async fn shown(app: &App, caller: &Caller, sent: Sent) -> Answer<PromptView> {
    let view = prompt::by_id(&app.db, caller.team, sent.id()).await?;
    sent.show(view)
}

/// One prompt. The queries repeat whose and which it is.
#[utoipa::path(get, path = "/v1/prompts/{id}", operation_id = "get_prompts_by_id", tag = "Prompt",
    params(("id" = String, Path), Again), responses((status = 200, body = PromptView)))]
async fn show(
    caller: Caller,
    Present(prompt): Present<PromptView>,
    Query(again): Query<Again>,
) -> Answer<PromptView> {
    let same = again.prompt_id.parse::<Uuid>().is_ok_and(|id| id.to_string() == prompt.id);
    if !same || again.team_id != caller.team.to_string() {
        return Err(ApiError::missing(NOUN));
    }
    let tag = match prompt.stream_version {
        0 => Tag::Content,
        version => Tag::Version(version),
    };
    Ok(Reply { tag, ..Reply::now(prompt) })
}

/// Changes a prompt of the team in place. Evaluations that were started before ask it as it was.
#[utoipa::path(put, path = "/v1/prompts/{id}", operation_id = "put_prompts_by_id", tag = "Prompt",
    params(("id" = String, Path)), request_body = Change, responses((status = 200, body = PromptView)))]
async fn update(
    State(app): State<Arc<App>>,
    caller: Caller,
    Present(known): Present<PromptView>,
    Body(change): Body<Change>,
) -> Answer<PromptView> {
    suite::changeable(&known.team_id, NOUN)?;
    let Change { text, tags, description, criteria } = change;
    let command =
        UpdatePrompt { team: caller.team, id: known.id.into(), messages: text, description, tags, criteria };
    let sent = app.send(&caller, command).await?;
    shown(&app, &caller, sent).await
}
