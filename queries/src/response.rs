//! Responses: what the target answered and how it was judged.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;
use touchstone_read_store::{Db, ReadError};
use touchstone_vocabulary::{Page, ResponseId, TeamId};
use utoipa::ToSchema;

use crate::results::{self, Chunks, Listed, ResultFilter, last_user_text};
use crate::sql::raw_list;

/// One response. `prompt` is the whole conversation, `input_prompt` the last thing the user says in it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Response)]
pub struct ResponseView {
    pub id: String,
    pub test_id: String,
    pub evaluation_id: String,
    pub input_prompt_id: String,
    #[schema(value_type = Vec<String>)]
    pub triggers: Box<RawValue>,
    /// Empty, never null, when the prompt stands alone.
    #[schema(value_type = Vec<String>)]
    pub prompt_group: Box<RawValue>,
    pub input_prompt: String,
    pub prompt_index: i64,
    pub probe_id: String,
    pub probe_config_id: String,
    pub response: String,
    pub generation: i64,
    pub status: String,
    #[schema(required)]
    pub error_message: Option<String>,
    /// Comma-joined.
    pub detector_ids: String,
    /// One-key maps: detector to raw value, or `ERROR` to the reason.
    #[schema(value_type = Vec<Object>)]
    pub detector_scores: Box<RawValue>,
    /// `{"score": x}`, or empty while there is none.
    #[schema(value_type = Object)]
    pub score: BTreeMap<&'static str, f64>,
    pub created_at: i64,
    #[schema(required)]
    pub completed_at: Option<i64>,
    pub team_id: String,
    #[schema(value_type = Vec<BTreeMap<String, String>>)]
    pub prompt: Box<RawValue>,
    pub is_visible: bool,
}

#[derive(sqlx::FromRow)]
struct ResponseRow {
    team_id: String,
    id: String,
    ordinal: i64,
    test_id: String,
    evaluation_id: String,
    probe_id: String,
    probe_config_id: String,
    prompt_id: String,
    prompt_index: i64,
    prompt_group: String,
    generation: i64,
    messages: String,
    triggers: String,
    answer: String,
    status: String,
    error: Option<String>,
    detectors: String,
    detector_scores: String,
    score: Option<f64>,
    started_at: i64,
    finished_at: i64,
}

impl Listed for ResponseRow {
    const SELECT: &'static str = "select r.team_id, r.id, r.ordinal, r.test_id, r.evaluation_id, \
        coalesce(p.id, '') as probe_id, \
        r.probe_config_id, r.prompt_id, r.prompt_index, r.prompt_group, r.generation, r.messages, r.triggers, \
        r.answer, r.status, r.error, coalesce(p.detectors, '') as detectors, r.detector_scores, r.score, r.started_at, r.finished_at \
        from rm_response r left join rm_probe p on p.team_id = r.team_id and p.evaluation_id = r.evaluation_id \
        and p.config_id = r.probe_config_id where r.team_id = ";
    const ID: &'static str = "id";
    const STATUS: &'static str = "status";
    type View = ResponseView;

    fn ordinal(&self) -> i64 {
        self.ordinal
    }

    fn bytes(&self) -> usize {
        // The prompt appears twice in the view.
        1024 + 2 * self.messages.len() + self.answer.len() + self.triggers.len() + self.detector_scores.len()
    }

    fn view(self) -> ResponseView {
        ResponseView {
            id: self.id,
            test_id: self.test_id,
            evaluation_id: self.evaluation_id,
            input_prompt_id: self.prompt_id,
            triggers: raw_list(self.triggers),
            prompt_group: raw_list(self.prompt_group),
            input_prompt: last_user_text(&self.messages),
            prompt_index: self.prompt_index,
            probe_id: self.probe_id,
            probe_config_id: self.probe_config_id,
            response: self.answer,
            generation: self.generation,
            status: self.status,
            error_message: self.error,
            detector_ids: self.detectors,
            detector_scores: raw_list(self.detector_scores),
            score: self.score.map(|score| ("score", score)).into_iter().collect(),
            created_at: self.started_at,
            completed_at: Some(self.finished_at),
            team_id: self.team_id,
            prompt: raw_list(self.messages),
            is_visible: true,
        }
    }
}

/// One response.
pub async fn by_id(db: &Db, team: TeamId, id: ResponseId) -> Result<Option<ResponseView>, ReadError> {
    results::by_id::<ResponseRow>(db, team, id.to_string()).await
}

/// A page in the order of recording, and how many match in all.
pub async fn list(
    db: &Db,
    team: TeamId,
    filter: ResultFilter,
    page: Page,
) -> Result<(Vec<ResponseView>, i64), ReadError> {
    results::list::<ResponseRow>(db, team, filter, page).await
}

/// The same page in chunks; the limit may be as large as one likes.
pub fn stream(db: Db, team: TeamId, filter: ResultFilter, page: Page) -> Chunks<ResponseView> {
    results::chunks::<ResponseRow>(db, team, filter, page)
}

/// How many match.
pub async fn count(db: &Db, team: TeamId, filter: &ResultFilter) -> Result<i64, ReadError> {
    results::count::<ResponseRow>(db, team, filter).await
}
