//! Tests: one call to the target each.

use serde::Serialize;
use touchstone_read_store::{Db, ReadError};
use touchstone_vocabulary::{Page, TeamId, TestId};
use utoipa::ToSchema;

use crate::results::{self, Chunks, Listed, ResultFilter, last_user_text};

/// One test. Only calls that have come to an end are listed; what is still open shows in the evaluation's counts.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = VijilTest)]
pub struct TestView {
    pub id: String,
    pub evaluation_id: String,
    pub input_prompt_id: String,
    pub input_prompt: String,
    pub prompt_index: i64,
    pub probe_id: String,
    pub probe_config_id: String,
    pub api_key_hash: String,
    pub model: String,
    pub hub: String,
    #[schema(required)]
    pub url: Option<String>,
    pub remaining_retries: i64,
    pub response: String,
    pub generation: i64,
    pub status: String,
    /// Comma-joined.
    pub detector_ids: String,
    #[schema(required)]
    pub error_message: Option<String>,
    pub created_at: i64,
    #[schema(required)]
    pub started_at: Option<i64>,
    #[schema(required)]
    pub completed_at: Option<i64>,
    pub team_id: String,
    pub parent_test_id: String,
    pub child_test_ids: Vec<String>,
    pub is_final_test: bool,
}

#[derive(sqlx::FromRow)]
struct TestRow {
    team_id: String,
    test_id: String,
    ordinal: i64,
    evaluation_id: String,
    probe_id: String,
    probe_config_id: String,
    prompt_id: String,
    prompt_index: i64,
    generation: i64,
    messages: String,
    answer: String,
    test_status: String,
    error: Option<String>,
    detectors: String,
    started_at: i64,
    finished_at: i64,
    hub: String,
    model: String,
    url: String,
    api_key_hash: String,
}

impl Listed for TestRow {
    const SELECT: &'static str = "select r.team_id, r.test_id, r.ordinal, r.evaluation_id, \
        coalesce(p.id, '') as probe_id, \
        r.probe_config_id, r.prompt_id, r.prompt_index, r.generation, r.messages, r.answer, r.test_status, r.error, \
        coalesce(p.detectors, '') as detectors, r.started_at, r.finished_at, coalesce(e.hub, '') as hub, \
        coalesce(e.model, '') as model, coalesce(e.url, '') as url, coalesce(e.api_key_hash, '') as api_key_hash \
        from rm_response r left join rm_probe p on p.team_id = r.team_id and p.evaluation_id = r.evaluation_id \
        and p.config_id = r.probe_config_id \
        left join rm_evaluation e on e.team_id = r.team_id and e.id = r.evaluation_id where r.team_id = ";
    const ID: &'static str = "test_id";
    const STATUS: &'static str = "test_status";
    type View = TestView;

    fn ordinal(&self) -> i64 {
        self.ordinal
    }

    fn bytes(&self) -> usize {
        1024 + self.messages.len() + self.answer.len()
    }

    fn view(self) -> TestView {
        let failed = self.test_status == "ERROR";
        TestView {
            id: self.test_id,
            evaluation_id: self.evaluation_id,
            input_prompt_id: self.prompt_id,
            input_prompt: last_user_text(&self.messages),
            prompt_index: self.prompt_index,
            probe_id: self.probe_id,
            probe_config_id: self.probe_config_id,
            api_key_hash: self.api_key_hash,
            model: self.model,
            hub: self.hub,
            url: (!self.url.is_empty()).then_some(self.url),
            remaining_retries: i64::from(!failed),
            response: self.answer,
            generation: self.generation,
            status: self.test_status,
            detector_ids: self.detectors,
            // A failed judgement is the response's error, not the test's.
            error_message: self.error.filter(|_| failed),
            created_at: self.started_at,
            started_at: Some(self.started_at),
            completed_at: Some(self.finished_at),
            team_id: self.team_id,
            parent_test_id: String::new(),
            child_test_ids: Vec::new(),
            is_final_test: true,
        }
    }
}

/// One test.
pub async fn by_id(db: &Db, team: TeamId, id: TestId) -> Result<Option<TestView>, ReadError> {
    results::by_id::<TestRow>(db, team, id.to_string()).await
}

/// A page in the order of recording, and how many match in all.
pub async fn list(
    db: &Db,
    team: TeamId,
    filter: ResultFilter,
    page: Page,
) -> Result<(Vec<TestView>, i64), ReadError> {
    results::list::<TestRow>(db, team, filter, page).await
}

/// The same page in chunks; the limit may be as large as one likes.
pub fn stream(db: Db, team: TeamId, filter: ResultFilter, page: Page) -> Chunks<TestView> {
    results::chunks::<TestRow>(db, team, filter, page)
}

/// How many match.
pub async fn count(db: &Db, team: TeamId, filter: &ResultFilter) -> Result<i64, ReadError> {
    results::count::<TestRow>(db, team, filter).await
}
