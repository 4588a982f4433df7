//! Probes: the team's own and those of the catalogue. A team's own are made together with a harness.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use touchstone_commands::probe_config::{CreateProbeConfig, Item, UpdateProbeConfig};
use touchstone_kernel::Rejection;
use touchstone_queries::probe_config::{self, ProbeConfigView, VERSION};
use touchstone_vocabulary::{DetectorId, Page, ProbeId, ProbeScoring, PromptId};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::App;
use crate::body::Body;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::fit::fit;
use crate::page::{FromParameters, Id, Parameters, Query};
use crate::present::{Find, Present};
use crate::reply::{Answer, Reply, Totalled, length};
use crate::suite;

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(update))
}

const NOUN: &str = "probe";

/// A probe to be made.
#[derive(Deserialize, ToSchema)]
#[schema(as = CreateProbeConfigRequest)]
pub struct New {
    #[schema(min_items = 1)]
    detector_ids: Vec<String>,
    /// Of the team or of the catalogue.
    #[schema(min_items = 1)]
    prompt_ids: Vec<String>,
    description: Option<String>,
    /// A uuid, with or without the prefix `vijil.probes.`; made up where absent.
    id: Option<String>,
    name: Option<String>,
    /// How detectors and answers become a score; `naive_mean_probe_min` where absent.
    scoring_function: Option<String>,
    /// What prompts count under the tinybench scorings, by id; 1 where absent.
    weights: Option<BTreeMap<String, f64>>,
    goals: Option<Vec<String>>,
    tags: Option<Vec<String>>,
}

impl New {
    /// The command that is meant, with everything in it that exists and fits.
    pub async fn command(self, app: &App, caller: &Caller) -> Result<CreateProbeConfig, ApiError> {
        let id = self.id.map_or_else(|| ProbeId::own(app.clock.new_id()), |text| ProbeId::named(&text));
        let command = CreateProbeConfig {
            team: caller.team,
            name: self.name.unwrap_or_else(|| id.to_string()),
            id,
            description: self.description.unwrap_or_default(),
            goals: self.goals.unwrap_or_default(),
            tags: self.tags.unwrap_or_default(),
            detectors: self.detector_ids.into_iter().map(DetectorId).collect(),
            scoring: scoring(self.scoring_function)?.unwrap_or(ProbeScoring::NaiveMeanMin),
            items: items(&self.prompt_ids, &self.weights.unwrap_or_default())?,
        };
        command.check().map_err(|refusal| Rejection::refused(&refusal))?;
        let prompts: Vec<PromptId> = command.items.iter().map(|item| item.prompt.clone()).collect();
        fit(app, caller, &command.detectors, &prompts).await?;
        Ok(command)
    }
}

fn scoring(word: Option<String>) -> Result<Option<ProbeScoring>, ApiError> {
    let read = |word: String| {
        word.parse().map_err(|_| {
            let all = ProbeScoring::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(", ");
            ApiError::invalid("scoring_function", format!("must be one of {all}"))
        })
    };
    word.map(read).transpose()
}

/// Prompts with their weights; a weight for anything else is a mistake.
fn items(prompts: &[String], weights: &BTreeMap<String, f64>) -> Result<Vec<Item>, ApiError> {
    let canonical = |id: &str| Uuid::parse_str(id).map_or_else(|_| id.to_owned(), |id| id.to_string());
    let weights: BTreeMap<String, f64> =
        weights.iter().map(|(id, weight)| (canonical(id), *weight)).collect();
    let items: Vec<Item> = prompts
        .iter()
        .map(|id| canonical(id))
        .map(|id| Item { weight: weights.get(&id).copied(), prompt: PromptId(id) })
        .collect();
    if items.iter().filter(|item| item.weight.is_some()).count() < weights.len() {
        return Err(ApiError::invalid("weights", "must be about prompts of the probe"));
    }
    Ok(items)
}

/// What is to be changed; null keeps.
#[derive(Deserialize, ToSchema)]
#[schema(as = PutProbeConfigBody)]
struct Change {
    /// A team's own probe is changed in place and has one version, 1.0.0.
    version: Option<String>,
    name: Option<String>,
    detector_ids: Option<Vec<String>>,
    prompt_ids: Option<Vec<String>>,
    description: Option<String>,
    scoring_function: Option<String>,
    /// Of the prompts in `prompt_ids`, or of all where those are kept.
    weights: Option<BTreeMap<String, f64>>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// All when absent.
    #[param(required = false)]
    ids: Vec<String>,
    /// All versions when absent.
    #[param(value_type = String, required = false)]
    version: Option<String>,
    #[param(required = false, default = 100, minimum = 1, maximum = 1000)]
    limit: i64,
    #[param(required = false, default = 0, minimum = 0, maximum = 1_000_000)]
    offset: i64,
}

impl FromParameters for Which {
    fn read(given: &mut Parameters) -> Self {
        let Page { limit, offset } = given.page(100, 1000);
        Self { ids: given.many("ids"), version: given.text("version"), limit, offset }
    }
}

impl Find for ProbeConfigView {
    async fn find(app: &App, caller: &Caller, id: &Id) -> Result<Self, ApiError> {
        let id = ProbeId::named(id.text());
        let found = match id.uuid() {
            Some(_) => probe_config::by_id(&app.db, caller.team, id.as_str()).await?,
            None => suite::probe_config(&app.benchmarks.newest().await?, &id),
        };
        found.ok_or_else(|| ApiError::missing(NOUN))
    }
}

/// The team's probes, newest first, then those of the catalogue.
#[utoipa::path(get, path = "/v1/probe-configs", operation_id = "get_probe_configs", tag = "Probe", params(Which),
    responses((status = 200, body = Totalled<ProbeConfigView>)))]
async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(which): Query<Which>,
) -> Answer<Totalled<ProbeConfigView>> {
    let page = Page { limit: which.limit, offset: which.offset };
    let ids: Vec<String> = which.ids.iter().map(|id| ProbeId::named(id).0).collect();
    let version = which.version.as_deref();
    let (own, count) = if version.is_none_or(|version| version == VERSION) {
        probe_config::page(&app.db, caller.team, &ids, page).await?
    } else {
        (Vec::new(), 0)
    };
    let mut standard = suite::probe_configs(&app.benchmarks.newest().await?, version);
    standard.retain(|config| ids.is_empty() || ids.contains(&config.id));
    let (results, total) = suite::joined(own, count, standard, page, |config| config);
    Ok(Reply::now(Totalled { count: length(&results), results, total }))
}

/// Changes a probe of the team in place. Evaluations that were started before run it as it was.
#[utoipa::path(put, path = "/v1/probe-configs/{id}", operation_id = "put_probe_configs_by_id", tag = "Probe",
    params(("id" = String, Path)), request_body = Change, responses((status = 200, body = ProbeConfigView)))]
async fn update(
    State(app): State<Arc<App>>,
    caller: Caller,
    Present(known): Present<ProbeConfigView>,
    Body(change): Body<Change>,
) -> Answer<ProbeConfigView> {
    suite::changeable(&known.team_id, NOUN)?;
    if change.version.as_ref().is_some_and(|version| *version != known.version) {
        return Err(ApiError::missing(NOUN));
    }
    let (id, command) = (known.id.clone(), changed(change, known, &caller)?);
    if let (Some(detectors), Some(items)) = (&command.detectors, &command.items) {
        let prompts: Vec<PromptId> = items.iter().map(|item| item.prompt.clone()).collect();
        fit(&app, &caller, detectors, &prompts).await?;
    }
    let sent = app.send(&caller, command).await?;
    sent.show(probe_config::by_id(&app.db, caller.team, &id).await?)
}

/// The command that is meant. Detectors and prompts are both in it as soon as either changes, since they must fit.
fn changed(change: Change, known: ProbeConfigView, caller: &Caller) -> Result<UpdateProbeConfig, ApiError> {
    let anew = change.detector_ids.is_some() || change.prompt_ids.is_some() || change.weights.is_some();
    let weights = match (change.weights, &change.prompt_ids) {
        (Some(weights), _) => weights,
        (None, None) => known.weights,
        (None, Some(prompts)) => known.weights.into_iter().filter(|(id, _)| prompts.contains(id)).collect(),
    };
    let detectors = change.detector_ids.unwrap_or(known.detector_ids).into_iter().map(DetectorId).collect();
    let items = items(&change.prompt_ids.unwrap_or(known.prompt_ids), &weights)?;
    Ok(UpdateProbeConfig {
        team: caller.team,
        id: known.id.into(),
        name: change.name,
        description: change.description,
        detectors: Some(detectors).filter(|_| anew),
        scoring: scoring(change.scoring_function)?,
        items: Some(items).filter(|_| anew),
    })
}
