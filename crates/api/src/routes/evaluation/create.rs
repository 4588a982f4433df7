//! From what clients send to what is asked for.
//!
//! Clients of many versions send more, less and other than the contract says: tags are worked out where they are
//! absent, older names of parameters are understood, numbers may be texts. What comes out has one canonical form, and
//! the digest by which a repeated request is recognised covers that form, not the bytes.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use touchstone_benchmarks::Outline;
use touchstone_catalog::Edition;
use touchstone_catalog::benchmark::Benchmark;
use touchstone_commands::evaluation::{CallParams, CreateEvaluation, Spec};
use touchstone_egress::Egress;
use touchstone_kernel::Sealed;
use touchstone_queries::agent_configuration::{self, AgentConfigurationView};
use touchstone_queries::evaluation;
use touchstone_queries::harness_config::{self, HarnessConfigView};
use touchstone_vocabulary::{AgentStatus, EvaluationId, HarnessId, HarnessType, ScenarioId, TeamId, Version};
use utoipa::ToSchema;

use crate::address;
use crate::app::{App, Sent};
use crate::caller::Caller;
use crate::error::{ApiError, Fault};
use crate::quota;
use crate::routes::api_key::hub_named;
use crate::routes::harness_config::meant;
use crate::suite;

/// Longest time a call may take, in seconds; what is asked beyond is cut.
const LONGEST_CALL: f64 = 120.0;

/// What is asked for. Fields that the contract does not know are taken where clients send them.
#[derive(Deserialize, ToSchema)]
pub struct EvaluationRequest {
    /// A uuid that the client chooses.
    id: String,
    /// Id of the API key to use; by default that of the agent configuration, like hub, model, url and system prompt.
    #[schema(required = false, value_type = String)]
    api_key_proxy: Option<String>,
    #[schema(required = false, value_type = String)]
    hub: Option<String>,
    #[schema(required = false)]
    model: Option<String>,
    /// With or without the prefix `vijil.harnesses.`.
    #[schema(required = false, value_type = Vec<String>)]
    harness_config_ids: Option<Vec<String>>,
    /// Keep only these scenarios; empty keeps all.
    #[schema(required = false, value_type = Vec<String>)]
    scenario_config_filters: Option<Vec<String>>,
    #[schema(required = false, value_type = AgentParams)]
    agent_params: Option<AgentParams>,
    name: Option<String>,
    /// Worked out from the harnesses where absent.
    #[schema(required = false, value_type = Vec<String>)]
    tags: Option<Vec<String>>,
    /// At most so many prompts per probe.
    sample_size: Option<i64>,
    /// The target's base URL; by default that of the API key, whose host and port it must have.
    url: Option<String>,
    /// Of the catalogue; by default the newest.
    version: Option<String>,
    /// A target that the team keeps.
    agent_configuration_id: Option<String>,
    /// The small variants of the harnesses.
    is_lite: Option<bool>,
    /// Understood where `agent_params.generations` is absent.
    num_generations: Option<i64>,
}

/// How the target is called.
#[derive(Default, Deserialize, ToSchema)]
pub struct AgentParams {
    /// A number, also as text.
    #[serde(default = "unset")]
    #[schema(value_type = Option<f64>)]
    temperature: Value,
    /// A number, also as text.
    #[serde(default = "unset")]
    #[schema(value_type = Option<f64>)]
    top_p: Value,
    /// Answers per prompt.
    #[schema(required = false, value_type = i64, default = 1)]
    generations: Option<i64>,
    max_completion_tokens: Option<i64>,
    /// Seconds per call.
    timeout: Option<f64>,
    agent_system_prompt: Option<String>,
    /// Understood where `max_completion_tokens` is absent.
    max_tokens: Option<i64>,
    /// Understood where `generations` is absent.
    num_generations: Option<i64>,
}

/// Tells an absent field from an explicit null.
fn unset() -> Value {
    Value::Bool(false)
}

impl EvaluationRequest {
    /// Asks for it where the team may have one more, and tells its id.
    pub async fn send(self, app: &App, caller: &Caller) -> Result<(EvaluationId, Sent), ApiError> {
        let command = self.resolved(app, caller.team).await?;
        let id = command.id;
        let _place = quota::evaluation(app, caller.team, id).await?;
        Ok((id, app.send(caller, command).await?))
    }

    /// The command that is meant, with the agent configuration's word where the request says nothing itself.
    async fn resolved(self, app: &App, team: TeamId) -> Result<CreateEvaluation, ApiError> {
        let agent = match filled(self.agent_configuration_id.clone()) {
            Some(id) => Some(agent(app, team, &id).await),
            None => None,
        };
        let own = Own::of(&self, app, team).await?;
        self.command(team, &own, &app.egress, agent)
    }

    /// The same with the agent configuration and the harnesses of the team that it names. Its shape is checked first, then whether what it names
    /// exists.
    fn command(
        self,
        team: TeamId,
        own: &Own,
        egress: &Egress,
        agent: Option<Result<AgentConfigurationView, ApiError>>,
    ) -> Result<CreateEvaluation, ApiError> {
        let id: EvaluationId = self.id.parse().map_err(|_| ApiError::invalid("id", "must be a uuid"))?;
        let spec = self.spec(own, egress, agent)?;
        // Free texts stay out: a digest of them in the log would outlive their erasure. The command compares those.
        let mut open = spec.clone();
        open.name = Sealed::Erased;
        open.params.system_prompt = open.params.system_prompt.map(|_| Sealed::Erased);
        let canonical = serde_json::to_vec(&open).map_err(ApiError::internal)?;
        let digest = blake3::hash(&canonical).to_hex().to_string();
        Ok(CreateEvaluation { team, id, digest, spec })
    }

    /// What is asked for, in its canonical form. Its JSON is what the digest covers.
    fn spec(
        self,
        own: &Own,
        egress: &Egress,
        agent: Option<Result<AgentConfigurationView, ApiError>>,
    ) -> Result<Spec, ApiError> {
        let hub = filled(self.hub).map(|hub| hub_named(&hub)).transpose()?;
        let url = address::permitted(egress, &["url"], self.url)?;
        let mut params = self.agent_params.unwrap_or_default().call(self.num_generations)?;
        let sample_size = self.sample_size.map(|size| within("sample_size", size)).transpose()?;
        let key = filled(self.api_key_proxy);
        if agent.is_none() {
            let needed = [("api_key_proxy", key.is_none()), ("hub", hub.is_none())];
            let faults: Vec<Fault> = needed
                .iter()
                .filter(|(_, is_missing)| *is_missing)
                .map(|(field, _)| Fault::missing("body", field))
                .collect();
            if !faults.is_empty() {
                return Err(ApiError::Invalid(faults));
            }
        }
        let agent = agent.transpose()?;
        let kept =
            |text: fn(&AgentConfigurationView) -> Option<String>| filled(agent.as_ref().and_then(text));
        let hub = match hub {
            Some(hub) => hub,
            None => hub_named(&kept(|agent| Some(agent.hub.clone())).unwrap_or_default())?,
        };
        let key = key.or_else(|| kept(|agent| agent.api_key_id.clone())).ok_or_else(|| {
            ApiError::invalid("api_key_proxy", "must be named: this agent configuration has no API key")
        })?;
        let api_key =
            key.parse().map_err(|_| ApiError::Missing("there is no API key with this id".to_owned()))?;
        let url = match url {
            Some(url) => Some(url),
            // What was permitted when it was kept need not be so now.
            None => address::permitted(
                egress,
                &["agent_configuration_id"],
                kept(|agent| Some(agent.agent_url.clone())),
            )?,
        };
        let model = filled(self.model).or_else(|| kept(|agent| Some(agent.model_name.clone())));
        params.system_prompt = params
            .system_prompt
            .or_else(|| kept(|agent| agent.agent_system_prompt.clone()).map(Sealed::Open));
        let ids = distinct(named(self.harness_config_ids.as_deref()));
        let version = filled(self.version);
        let edition = suite::edition(&own.imported, version.as_deref());
        let edition = edition.as_deref();
        let version = match (edition, version) {
            (Some(edition), _) => edition.version().clone(),
            (None, Some(version)) if own.suffices(&ids, &version) => version.into(),
            (None, version) => return Err(unknown("version", &version.unwrap_or_default())),
        };
        let types = own.types(edition, &ids, &version)?;
        let scenarios = self.scenario_config_filters.unwrap_or_default().into_iter();
        let scenarios = distinct(scenarios.map(|id| ScenarioId::named(&id)).collect());
        let known = |id: &ScenarioId| {
            edition.is_some_and(|edition| edition.scenario(id).is_some()) || own.has_scenario(&version, id)
        };
        if let Some(strange) = scenarios.iter().find(|id| !known(id)) {
            return Err(unknown("scenario", strange.as_str()));
        }
        Ok(Spec {
            name: Sealed::Open(self.name.unwrap_or_default()),
            hub,
            model: model.unwrap_or_default(),
            url,
            api_key,
            harnesses: ids,
            scenarios,
            version,
            sample_size,
            is_lite: self.is_lite.unwrap_or(false),
            tags: self.tags.unwrap_or_else(|| tags(&types)),
            params,
            agent_configuration: agent.map(|agent| agent.id),
        })
    }
}

/// A target that the team keeps and that can be evaluated.
async fn agent(app: &App, team: TeamId, id: &str) -> Result<AgentConfigurationView, ApiError> {
    let missing = || ApiError::missing("agent configuration");
    let id = id.parse().map_err(|_| missing())?;
    let agent = agent_configuration::by_id(&app.db, team, id).await?.ok_or_else(missing)?;
    if agent.status == AgentStatus::Active.as_str() {
        Ok(agent)
    } else {
        Err(ApiError::Conflict(
            "this agent configuration is archived; make it active first, or name another".into(),
        ))
    }
}

impl AgentParams {
    fn call(self, num_generations: Option<i64>) -> Result<CallParams, ApiError> {
        let generations = self.generations.or(num_generations).or(self.num_generations).unwrap_or(1);
        let longest = self.max_completion_tokens.or(self.max_tokens);
        Ok(CallParams {
            temperature: number("temperature", &self.temperature, 1.0)?,
            top_p: number("top_p", &self.top_p, 0.99)?,
            max_completion_tokens: longest.map(|n| within("max_completion_tokens", n)).transpose()?,
            generations: within("generations", generations)?,
            timeout: self.timeout.map(|seconds| seconds.min(LONGEST_CALL)),
            system_prompt: filled(self.agent_system_prompt).map(Sealed::Open),
        })
    }
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

fn within(field: &str, number: i64) -> Result<u32, ApiError> {
    u32::try_from(number).map_err(|_| ApiError::invalid(field, "must be at least 1 and not too large"))
}

/// A number or its text; nothing where null was sent.
fn number(field: &str, value: &Value, default: f64) -> Result<Option<f64>, ApiError> {
    let fault = || ApiError::invalid(field, "must be a number or its text");
    match value {
        Value::Bool(false) => Ok(Some(default)),
        Value::Null => Ok(None),
        Value::Number(number) => number.as_f64().map(Some).ok_or_else(fault),
        Value::String(text) if text.trim().is_empty() => Ok(None),
        Value::String(text) => {
            let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
            number.map(Some).ok_or_else(fault)
        }
        Value::Bool(true) | Value::Array(_) | Value::Object(_) => Err(fault()),
    }
}

fn distinct<T: PartialEq>(all: Vec<T>) -> Vec<T> {
    let mut seen = Vec::with_capacity(all.len());
    for one in all {
        if !seen.contains(&one) {
            seen.push(one);
        }
    }
    seen
}

fn unknown(noun: &str, name: &str) -> ApiError {
    let name: String = name.chars().take(200).collect();
    ApiError::Missing(format!("there is no {noun} {name}"))
}

/// Full ids, as asked.
fn named(asked: Option<&[String]>) -> Vec<HarnessId> {
    asked.unwrap_or_default().iter().map(|id| HarnessId::named(id)).collect()
}

/// The team's own harnesses that a request names, each with all its versions, newest first.
#[derive(Default)]
struct Own {
    harnesses: BTreeMap<HarnessId, Vec<HarnessConfigView>>,
    /// What is imported for benchmarks; that is every team's.
    imported: Vec<Outline>,
    /// The evaluation was asked for before: what it names need not be there any more.
    is_repeated: bool,
}

impl Own {
    async fn of(request: &EvaluationRequest, app: &App, team: TeamId) -> Result<Self, ApiError> {
        let mut own = Self { imported: app.benchmarks.newest().await?, ..Self::default() };
        for id in named(request.harness_config_ids.as_deref()).into_iter().filter(|id| id.uuid().is_some()) {
            let versions = harness_config::versions(&app.db, team, &id).await?;
            own.harnesses.insert(id, versions);
        }
        if let (false, Ok(id)) = (own.harnesses.is_empty(), request.id.parse()) {
            own.is_repeated = evaluation::exists(&app.db, team, id).await?;
        }
        Ok(own)
    }

    /// Whether a version that the catalogue does not have is one of these harnesses, and nothing else is asked for.
    fn suffices(&self, ids: &[HarnessId], version: &str) -> bool {
        let has = |id: &HarnessId| self.versions(id).iter().any(|config| config.version == version);
        ids.iter().all(|id| id.uuid().is_some()) && (self.is_repeated || ids.iter().any(has))
    }

    fn versions(&self, id: &HarnessId) -> &[HarnessConfigView] {
        self.harnesses.get(id).map_or(&[], Vec::as_slice)
    }

    /// The types of all that is asked for; refuses what is not there or cannot be run.
    fn types(
        &self,
        edition: Option<&Edition>,
        ids: &[HarnessId],
        version: &Version,
    ) -> Result<Vec<HarnessType>, ApiError> {
        let kind = |id: &HarnessId| {
            if id.uuid().is_none() {
                return standard(edition, id);
            }
            let versions = self.versions(id);
            if self.is_repeated || meant(versions, version.as_str()).is_some_and(HarnessConfigView::is_active)
            {
                Ok(HarnessType::Custom)
            } else if versions.is_empty() {
                Err(unknown("harness", id.as_str()))
            } else {
                let sentence =
                    format!("the harness {id} is archived; make a new version of it to run it again");
                Err(ApiError::Conflict(sentence))
            }
        };
        ids.iter().map(kind).collect()
    }

    fn has_scenario(&self, version: &Version, id: &ScenarioId) -> bool {
        let chosen = self.harnesses.values().filter_map(|versions| meant(versions, version.as_str()));
        self.is_repeated && id.uuid().is_some()
            || chosen.flat_map(|config| &config.scenario_config_ids).any(|one| one == id.as_str())
    }
}

/// The type of a harness of the catalogue. A benchmark must have been imported.
fn standard(edition: Option<&Edition>, id: &HarnessId) -> Result<HarnessType, ApiError> {
    let found = edition.and_then(|edition| edition.harness(id));
    let found = found.ok_or_else(|| unknown("harness", id.as_str()))?;
    if found.scenario_ids.is_empty() {
        let remedy = Benchmark::named(id.as_str()).map(Benchmark::remedy).unwrap_or_default();
        return Err(ApiError::Conflict(format!(
            "the benchmark {id} cannot be run until its data set is imported: have the operator run `{remedy}`"
        )));
    }
    Ok(found.harness_type)
}

/// One tag per kind of harness, as clients set them.
fn tags(types: &[HarnessType]) -> Vec<String> {
    let tag = |kind: &HarnessType| match kind {
        HarnessType::Dimension => "vijil_harness",
        HarnessType::Audit => "audit",
        HarnessType::Scenario => "vijil_scenario",
        HarnessType::Custom => "custom",
        HarnessType::BenchmarkSecurity | HarnessType::BenchmarkSafety | HarnessType::BenchmarkReliability => {
            "benchmarks"
        }
    };
    distinct(types.iter().map(|kind| tag(kind).to_owned()).collect())
}

#[cfg(test)]
mod tests;
