//! A team's harnesses, version by version, and their scenarios.

use serde::Serialize;
use touchstone_read_store::{Db, ReadError};
use touchstone_vocabulary::{
    EvaluationStatus, HarnessId, HarnessScoring, HarnessStatus, HarnessType, ScenarioScoring, TeamId,
};
use utoipa::ToSchema;

use crate::sql::{Sql, parsed};

/// A harness, of the catalogue or of a team.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = HarnessConfig)]
pub struct HarnessConfigView {
    pub id: String,
    pub name: String,
    pub harness_type: String,
    pub is_leaf: bool,
    pub description: String,
    pub harness_config_ids: Vec<String>,
    pub scenario_config_ids: Vec<String>,
    pub version: String,
    /// `ACTIVE` or `INACTIVE`.
    pub status: String,
    pub scoring_function: &'static str,
    /// Unix seconds.
    pub created_at: i64,
    /// Empty where it is of the catalogue.
    pub team_id: String,
    pub created_by: String,
    /// Sequence of the event that made this version, in the stream of the harness.
    #[serde(skip)]
    pub created_in: i64,
    /// Sequence of the last event of that stream.
    #[serde(skip)]
    pub stream_version: i64,
}

impl HarnessConfigView {
    pub fn is_active(&self) -> bool {
        self.status == HarnessStatus::Active.as_str()
    }
}

/// A scenario, of the catalogue or of a team.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ScenarioConfig)]
pub struct ScenarioConfigView {
    pub id: String,
    pub name: String,
    pub probe_ids: Vec<String>,
    pub description: String,
    pub version: String,
    pub scoring_function: &'static str,
    /// Empty where it is of the catalogue.
    pub team_id: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    team_id: String,
    id: String,
    version: String,
    name: String,
    description: String,
    status: String,
    scenario_ids: String,
    created_by: String,
    created_at: i64,
    created_in: i64,
    stream_version: i64,
}

const SELECT: &str = "select team_id, id, version, name, description, status, scenario_ids, created_by, \
    created_at, created_in, stream_version from rm_harness_config where team_id = ";

fn view(row: Row) -> HarnessConfigView {
    HarnessConfigView {
        id: row.id,
        name: row.name,
        harness_type: HarnessType::Custom.as_str().to_owned(),
        is_leaf: true,
        description: row.description,
        harness_config_ids: Vec::new(),
        scenario_config_ids: parsed(&row.scenario_ids),
        version: row.version,
        status: row.status,
        scoring_function: HarnessScoring::NaiveMean.as_str(),
        created_at: row.created_at,
        team_id: row.team_id,
        created_by: row.created_by,
        created_in: row.created_in,
        stream_version: row.stream_version,
    }
}

/// The versions that can be run, of all the team's harnesses, newest first; of one version or maker where named.
pub async fn active(
    db: &Db,
    team: TeamId,
    version: Option<&str>,
    created_by: Option<&str>,
) -> Result<Vec<HarnessConfigView>, ReadError> {
    let (text, args) = Sql::new(SELECT)
        .bind(team.to_string())
        .push(" and status = ")
        .bind(HarnessStatus::Active.as_str())
        .when(" and version = ", version, "")
        .when(" and created_by = ", created_by, "")
        .push(" order by ordinal desc")
        .parts();
    Ok(db.team(team).all::<Row>(&text, args).await?.into_iter().map(view).collect())
}

/// All versions of one harness, archived ones too, newest first.
pub async fn versions(db: &Db, team: TeamId, id: &HarnessId) -> Result<Vec<HarnessConfigView>, ReadError> {
    let (text, args) = Sql::new(SELECT)
        .bind(team.to_string())
        .push(" and id = ")
        .bind(id.as_str())
        .push(" order by ordinal desc")
        .parts();
    Ok(db.team(team).all::<Row>(&text, args).await?.into_iter().map(view).collect())
}

#[derive(sqlx::FromRow)]
struct Asked {
    harnesses: String,
}

/// Whether an evaluation that has not ended asks for the harness.
pub async fn is_in_use(db: &Db, team: TeamId, id: &HarnessId) -> Result<bool, ReadError> {
    let unfinished: Vec<String> = EvaluationStatus::ALL
        .iter()
        .filter(|status| !status.is_terminal())
        .map(|status| status.as_str().to_owned())
        .collect();
    let (text, args) = Sql::new("select harnesses from rm_evaluation where team_id = ")
        .bind(team.to_string())
        .among(" and status", &unfinished, "")
        .parts();
    let asked: Vec<Asked> = db.team(team).all(&text, args).await?;
    Ok(asked.iter().any(|row| parsed::<Vec<String>>(&row.harnesses).iter().any(|one| one == id.as_str())))
}

#[derive(sqlx::FromRow)]
struct ScenarioRow {
    team_id: String,
    id: String,
    version: String,
    name: String,
    description: String,
    probe_ids: String,
}

/// The team's scenarios, newest first; of these ids and this version where named.
pub async fn scenarios(
    db: &Db,
    team: TeamId,
    ids: &[String],
    version: Option<&str>,
) -> Result<Vec<ScenarioConfigView>, ReadError> {
    let (text, args) = Sql::new(
        "select team_id, id, version, name, description, probe_ids from rm_scenario_config where team_id = ",
    )
    .bind(team.to_string())
    .among(" and id", ids, "")
    .when(" and version = ", version, "")
    .push(" order by ordinal desc, place")
    .parts();
    let rows: Vec<ScenarioRow> = db.team(team).all(&text, args).await?;
    let view = |row: ScenarioRow| ScenarioConfigView {
        id: row.id,
        name: row.name,
        probe_ids: parsed(&row.probe_ids),
        description: row.description,
        version: row.version,
        scoring_function: ScenarioScoring::NaiveMean.as_str(),
        team_id: row.team_id,
    };
    Ok(rows.into_iter().map(view).collect())
}
