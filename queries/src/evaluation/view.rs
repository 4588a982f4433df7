//! What an evaluation looks like from outside, and how it comes out of a row.

use std::collections::BTreeMap;

use serde::Serialize;
use touchstone_vocabulary::{EvaluationStatus, ProbeStatus, ResponseStatus, TestStatus};
use utoipa::ToSchema;

use crate::sql::parsed;

/// One evaluation in a list. `score` is a text here, empty while there is none.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = EvaluationResponse)]
pub struct EvaluationItemView {
    pub id: String,
    #[schema(required)]
    pub name: Option<String>,
    pub tags: Vec<String>,
    pub status: String,
    #[schema(required)]
    pub cause: Option<String>,
    pub score: String,
    pub model: String,
    pub hub: String,
    pub url: String,
    pub created_at: i64,
    pub completed_test_count: i64,
    pub total_test_count: i64,
    pub created_by: String,
    #[schema(required)]
    pub completed_at: Option<i64>,
    pub team_id: String,
    pub completion_tokens: i64,
    pub prompt_tokens: i64,
    pub total_tokens: i64,
    pub version: String,
    #[schema(required)]
    pub agent_configuration_id: Option<String>,
}

/// One evaluation with its counts. Times in whole seconds.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = EvaluationResponseWithMetrics)]
pub struct EvaluationView {
    pub id: String,
    #[schema(required)]
    pub name: Option<String>,
    pub tags: Vec<String>,
    pub status: String,
    #[schema(required)]
    pub cause: Option<String>,
    pub total_test_count: i64,
    pub completed_test_count: i64,
    pub error_test_count: i64,
    pub total_response_count: i64,
    pub completed_response_count: i64,
    pub error_response_count: i64,
    /// From the first call's start to the last call's end.
    pub total_generation_time: i64,
    /// Mean duration of a call.
    pub average_generation_time: i64,
    #[schema(required)]
    pub score: Option<f64>,
    pub status_counts: StatusCountsView,
    pub hub: String,
    pub model: String,
    pub url: String,
    pub created_at: i64,
    pub created_by: String,
    #[schema(required)]
    pub completed_at: Option<i64>,
    pub team_id: String,
    pub restart_count: i64,
    #[schema(required)]
    pub metadata: Option<EvaluationMetadataView>,
    pub completion_tokens: i64,
    pub prompt_tokens: i64,
    pub total_tokens: i64,
    #[schema(required)]
    pub agent_configuration_id: Option<String>,
    /// Sequence of the last event of its stream.
    #[serde(skip)]
    pub stream_version: i64,
}

/// How many are in which status; statuses that nothing is in are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
#[schema(as = StatusCounts)]
pub struct StatusCountsView {
    pub probes: BTreeMap<String, i64>,
    pub tests: BTreeMap<String, i64>,
    pub responses: BTreeMap<String, i64>,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = EvaluationMetadata)]
pub struct EvaluationMetadataView {
    pub id: String,
    pub evaluation_id: String,
    /// What tells the API key's secret, as it was when this was asked for, from the team's others.
    pub api_key_hash: String,
    pub hub: String,
    pub model: String,
    pub url: String,
    pub harness_config_ids: Vec<String>,
    pub scenario_config_filters: Vec<String>,
    #[schema(required)]
    pub sample_size: Option<i64>,
    /// A number as text, with at least two decimals.
    #[schema(required)]
    pub temperature: Option<String>,
    #[schema(required)]
    pub max_completion_tokens: Option<i64>,
    /// A number as text, with at least two decimals.
    #[schema(required)]
    pub top_p: Option<String>,
    pub generations: i64,
    pub tags: Vec<String>,
    pub name: String,
    pub version: String,
    /// Seconds per call.
    #[schema(required)]
    pub timeout: Option<f64>,
    #[schema(required)]
    pub agent_system_prompt: Option<String>,
    #[schema(required)]
    pub agent_configuration_id: Option<String>,
}

#[derive(sqlx::FromRow)]
pub struct EvaluationRow {
    team_id: String,
    id: String,
    name: String,
    hub: String,
    model: String,
    url: String,
    harnesses: String,
    scenarios: String,
    version: String,
    sample_size: Option<i64>,
    tags: String,
    temperature: Option<f64>,
    top_p: Option<f64>,
    max_completion_tokens: Option<i64>,
    generations: i64,
    timeout: Option<f64>,
    system_prompt: Option<String>,
    agent_configuration_id: Option<String>,
    api_key_hash: String,
    created_by: String,
    created_at: i64,
    completed_at: Option<i64>,
    status: String,
    cause: Option<String>,
    score: Option<f64>,
    restart_count: i64,
    total_tests: i64,
    stream_version: i64,
    completed_tests: i64,
    errored_tests: i64,
    completed_responses: i64,
    errored_responses: i64,
    skipped_responses: i64,
    prompt_tokens: i64,
    completion_tokens: i64,
    generation_micros: i64,
    first_started_micros: Option<i64>,
    last_finished_micros: Option<i64>,
}

pub const SELECT: &str = "select e.team_id, e.id, e.name, e.hub, e.model, e.url, e.harnesses, e.scenarios, e.version, \
    e.sample_size, e.tags, e.temperature, e.top_p, e.max_completion_tokens, e.generations, e.timeout, \
    e.system_prompt, e.agent_configuration_id, e.api_key_hash, e.created_by, e.created_at, e.completed_at, \
    e.status, e.cause, e.score, e.restart_count, e.total_tests, e.stream_version, \
    coalesce(c.completed_tests, 0) as completed_tests, \
    coalesce(c.errored_tests, 0) as errored_tests, coalesce(c.completed_responses, 0) as completed_responses, \
    coalesce(c.errored_responses, 0) as errored_responses, \
    coalesce(c.skipped_responses, 0) as skipped_responses, coalesce(c.prompt_tokens, 0) as prompt_tokens, \
    coalesce(c.completion_tokens, 0) as completion_tokens, coalesce(c.generation_micros, 0) as generation_micros, \
    c.first_started_micros, c.last_finished_micros from rm_evaluation e \
    left join rm_evaluation_count c on c.team_id = e.team_id and c.evaluation_id = e.id where e.team_id = ";

/// How many probes have come how far: 0 untouched, 1 claimed, 2 finished.
#[derive(sqlx::FromRow)]
pub struct StageRow {
    pub stage: i64,
    pub n: i64,
}

impl EvaluationRow {
    pub fn item(self) -> EvaluationItemView {
        EvaluationItemView {
            id: self.id,
            name: Some(self.name),
            tags: parsed(&self.tags),
            status: self.status,
            cause: self.cause,
            score: self.score.map(|score| score.to_string()).unwrap_or_default(),
            model: self.model,
            hub: self.hub,
            url: self.url,
            created_at: self.created_at,
            completed_test_count: self.completed_tests,
            total_test_count: self.total_tests,
            created_by: self.created_by,
            completed_at: self.completed_at,
            team_id: self.team_id,
            completion_tokens: self.completion_tokens,
            prompt_tokens: self.prompt_tokens,
            total_tokens: self.completion_tokens + self.prompt_tokens,
            version: self.version,
            agent_configuration_id: self.agent_configuration_id,
        }
    }

    pub fn view(self, stages: &[StageRow], metadata: bool) -> EvaluationView {
        let status_counts = self.status_counts(stages);
        let metadata = metadata.then(|| self.metadata());
        let span = match (self.first_started_micros, self.last_finished_micros) {
            (Some(first), Some(last)) => (last - first).max(0),
            _ => 0,
        };
        let calls = self.completed_tests + self.errored_tests;
        EvaluationView {
            id: self.id,
            name: Some(self.name),
            tags: parsed(&self.tags),
            status: self.status,
            cause: self.cause,
            total_test_count: self.total_tests,
            completed_test_count: self.completed_tests,
            error_test_count: self.errored_tests,
            total_response_count: self.total_tests,
            completed_response_count: self.completed_responses,
            error_response_count: self.errored_responses,
            total_generation_time: seconds(span),
            average_generation_time: seconds(if calls > 0 { self.generation_micros / calls } else { 0 }),
            score: self.score,
            status_counts,
            hub: self.hub,
            model: self.model,
            url: self.url,
            created_at: self.created_at,
            created_by: self.created_by,
            completed_at: self.completed_at,
            team_id: self.team_id,
            restart_count: self.restart_count,
            metadata,
            completion_tokens: self.completion_tokens,
            prompt_tokens: self.prompt_tokens,
            total_tokens: self.completion_tokens + self.prompt_tokens,
            agent_configuration_id: self.agent_configuration_id,
            stream_version: self.stream_version,
        }
    }

    /// What is not done is still to come, or canceled once the evaluation is over.
    fn status_counts(&self, stages: &[StageRow]) -> StatusCountsView {
        let over = self.status.parse::<EvaluationStatus>().is_ok_and(EvaluationStatus::is_terminal);
        let mut counts = StatusCountsView::default();
        for stage in stages {
            let status = match stage.stage {
                2 => ProbeStatus::Completed,
                _ if over => ProbeStatus::Canceled,
                1 => ProbeStatus::InProgress,
                _ => ProbeStatus::Created,
            };
            add(&mut counts.probes, status.as_str(), stage.n);
        }
        let open = self.total_tests - self.completed_tests - self.errored_tests;
        let (test, response) = if over {
            (TestStatus::Canceled, ResponseStatus::Canceled)
        } else {
            (TestStatus::Created, ResponseStatus::Created)
        };
        add(&mut counts.tests, TestStatus::Generated.as_str(), self.completed_tests);
        add(&mut counts.tests, TestStatus::Error.as_str(), self.errored_tests);
        add(&mut counts.tests, test.as_str(), open);
        let scored = self.completed_responses - self.skipped_responses;
        add(&mut counts.responses, ResponseStatus::Completed.as_str(), scored);
        add(&mut counts.responses, ResponseStatus::Skip.as_str(), self.skipped_responses);
        add(&mut counts.responses, ResponseStatus::Error.as_str(), self.errored_responses);
        add(&mut counts.responses, response.as_str(), open);
        counts
    }

    fn metadata(&self) -> EvaluationMetadataView {
        EvaluationMetadataView {
            id: self.id.clone(),
            evaluation_id: self.id.clone(),
            api_key_hash: self.api_key_hash.clone(),
            hub: self.hub.clone(),
            model: self.model.clone(),
            url: self.url.clone(),
            harness_config_ids: parsed(&self.harnesses),
            scenario_config_filters: parsed(&self.scenarios),
            sample_size: self.sample_size,
            temperature: self.temperature.map(decimal),
            max_completion_tokens: self.max_completion_tokens,
            top_p: self.top_p.map(decimal),
            generations: self.generations,
            tags: parsed(&self.tags),
            name: self.name.clone(),
            version: self.version.clone(),
            timeout: self.timeout,
            agent_system_prompt: self.system_prompt.clone(),
            agent_configuration_id: self.agent_configuration_id.clone(),
        }
    }
}

fn add(counts: &mut BTreeMap<String, i64>, status: &str, n: i64) {
    if n > 0 {
        *counts.entry(status.to_owned()).or_default() += n;
    }
}

/// Microseconds as whole seconds, rounded.
const fn seconds(micros: i64) -> i64 {
    (micros + 500_000) / 1_000_000
}

/// A number as text with two decimals, or all it has where it has more.
fn decimal(value: f64) -> String {
    let (short, full) = (format!("{value:.2}"), value.to_string());
    if full.len() > short.len() { full } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sampling_parameters_are_texts_with_at_least_two_decimals() {
        assert_eq!(decimal(1.0), "1.00");
        assert_eq!(decimal(0.99), "0.99");
        assert_eq!(decimal(0.125), "0.125");
    }

    #[test]
    fn durations_are_rounded_to_whole_seconds() {
        assert_eq!(seconds(499_999), 0);
        assert_eq!(seconds(500_000), 1);
        assert_eq!(seconds(96_400_000), 96);
    }
}
