//! Drafts of custom harnesses and how far their making has come. A deleted stage leaves no row.

use async_trait::async_trait;
use serde_json::json;
use touchstone_aggregates::harness_stage::{Draft, Function, HarnessStageEvent};
use touchstone_kernel::{Owned, Recorded, Sealed};
use touchstone_read_store::{ApplyError, Arg, Projection, Tx};
use touchstone_vocabulary::{Hub, StageId, StageStatus};

use crate::batch::{Key, clean, document, event, key, replacing, stream};
use crate::fold::{Folded, fold};

/// Fills the table of stages.
pub struct HarnessStageRows;

/// One row, in the order of [`COLUMNS`].
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
struct Stage {
    team_id: String,
    id: String,
    ordinal: i64,
    harness_id: String,
    status: String,
    status_message: Option<String>,
    harness_version: Option<String>,
    name: Option<String>,
    sources: Option<String>,
    system_prompt: Option<String>,
    bucket: Option<String>,
    function: Option<String>,
    personas: Option<String>,
    model: Option<String>,
    hub: Option<String>,
    max_output_tokens: Option<i64>,
    created_by: String,
    created_at: i64,
    started_at: Option<i64>,
    completed_at: Option<i64>,
    stream_version: i64,
}

const COLUMNS: &[&str] = &[
    "team_id",
    "id",
    "ordinal",
    "harness_id",
    "status",
    "status_message",
    "harness_version",
    "name",
    "sources",
    "system_prompt",
    "bucket",
    "function",
    "personas",
    "model",
    "hub",
    "max_output_tokens",
    "created_by",
    "created_at",
    "started_at",
    "completed_at",
    "stream_version",
];

impl Stage {
    fn merge(&mut self, changes: &Draft) -> Result<(), ApplyError> {
        let Draft { name, sources, system_prompt, bucket, function, personas, model, hub, max_output_tokens } =
            changes;
        let text = |sealed: &Sealed<String>| clean(sealed.text());
        put(&mut self.name, name.as_ref().map(text));
        put(&mut self.sources, sources.as_ref().map(document).transpose()?);
        put(&mut self.system_prompt, system_prompt.as_ref().map(text));
        put(&mut self.bucket, bucket.as_ref().map(text));
        put(&mut self.function, function.as_ref().map(shown).transpose()?);
        put(&mut self.personas, personas.as_ref().map(document).transpose()?);
        put(&mut self.model, model.as_deref().map(clean));
        put(&mut self.hub, hub.map(Hub::as_str).map(str::to_owned));
        put(&mut self.max_output_tokens, max_output_tokens.map(i64::from));
        Ok(())
    }

    fn reach(&mut self, status: StageStatus, message: Option<String>) {
        status.as_str().clone_into(&mut self.status);
        self.status_message = message;
    }
}

/// What is not said stays.
fn put<T>(place: &mut Option<T>, value: Option<T>) {
    if value.is_some() {
        *place = value;
    }
}

/// A function as the public contract names its parts.
fn shown(function: &Function) -> Result<String, ApplyError> {
    let Function { input_schema, output_schema, route } = function;
    document(&json!({
        "input_schema": clean(input_schema.text()),
        "output_schema": clean(output_schema.text()),
        "function_route": route.as_ref().map(|route| clean(route.text())),
    }))
}

impl Folded for Stage {
    const TABLE: &'static str = "rm_harness_stage";
    const COLUMNS: &'static [&'static str] = COLUMNS;
    type Event = HarnessStageEvent;

    fn key(&self) -> Key {
        (self.team_id.clone(), self.id.clone())
    }

    fn begun(key: &Key, recorded: &Recorded, event: &HarnessStageEvent) -> Result<Option<Self>, ApplyError> {
        let HarnessStageEvent::Created { created_by, harness, draft } = event else { return Ok(None) };
        let (team_id, id) = key.clone();
        let mut row = Self {
            team_id,
            id,
            ordinal: recorded.envelope.seq,
            harness_id: harness.to_string(),
            status: StageStatus::Created.as_str().to_owned(),
            status_message: None,
            harness_version: None,
            name: None,
            sources: None,
            system_prompt: None,
            bucket: None,
            function: None,
            personas: None,
            model: None,
            hub: None,
            max_output_tokens: None,
            created_by: created_by.to_string(),
            created_at: recorded.at().secs(),
            started_at: None,
            completed_at: None,
            stream_version: recorded.envelope.sequence,
        };
        row.merge(draft)?;
        Ok(Some(row))
    }

    fn follow(&mut self, recorded: &Recorded, event: HarnessStageEvent) -> Result<bool, ApplyError> {
        let at = recorded.at().secs();
        match event {
            HarnessStageEvent::Created { .. }
            | HarnessStageEvent::FileRequested { .. }
            | HarnessStageEvent::FileVerified { .. }
            | HarnessStageEvent::FileDeleted { .. }
            | HarnessStageEvent::PromptsWorded { .. } => {}
            HarnessStageEvent::Updated { changes } => self.merge(&changes)?,
            HarnessStageEvent::GenerationRequested { wish: _ } => {
                self.reach(StageStatus::Starting, None);
                self.started_at = Some(at);
            }
            HarnessStageEvent::GenerationProgressed { status, message } => {
                self.reach(status, Some(clean(&message)));
            }
            HarnessStageEvent::GenerationCompleted { version, said } => {
                let name = self.name.clone().unwrap_or_else(|| self.harness_id.clone());
                let said = clean(&said);
                let message = format!("The harness {name} was made. {said}");
                self.reach(StageStatus::Completed, Some(message.trim_end().to_owned()));
                self.harness_version = Some(clean(version.as_str()));
                self.completed_at = Some(at);
            }
            HarnessStageEvent::GenerationFailed { cause } => {
                self.reach(StageStatus::Error, Some(clean(&cause)));
                self.completed_at = Some(at);
            }
            HarnessStageEvent::Deleted {} => return Ok(false),
        }
        self.stream_version = recorded.envelope.sequence;
        Ok(true)
    }

    fn args(self) -> Vec<Arg> {
        vec![
            Arg::Text(self.team_id),
            Arg::Text(self.id),
            Arg::Int(self.ordinal),
            Arg::Text(self.harness_id),
            Arg::Text(self.status),
            Arg::OptText(self.status_message),
            Arg::OptText(self.harness_version),
            Arg::OptText(self.name),
            Arg::OptText(self.sources),
            Arg::OptText(self.system_prompt),
            Arg::OptText(self.bucket),
            Arg::OptText(self.function),
            Arg::OptText(self.personas),
            Arg::OptText(self.model),
            Arg::OptText(self.hub),
            Arg::OptInt(self.max_output_tokens),
            Arg::Text(self.created_by),
            Arg::Int(self.created_at),
            Arg::OptInt(self.started_at),
            Arg::OptInt(self.completed_at),
            Arg::Int(self.stream_version),
        ]
    }
}

const FILE_COLUMNS: &[&str] = &[
    "team_id",
    "id",
    "stage_id",
    "ordinal",
    "category",
    "name",
    "media",
    "size",
    "checksum",
    "expires_at",
    "created_by",
    "created_at",
    "verified_at",
];

fn whole(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

async fn file(tx: &mut Tx<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
    let (team, stage) = key(&stream::<Owned<StageId>>(recorded)?);
    let at = recorded.at().secs();
    match event::<HarnessStageEvent>(recorded)? {
        HarnessStageEvent::FileRequested {
            file,
            requested_by,
            category,
            name,
            media,
            size,
            checksum,
            expires_at,
        } => {
            let row = vec![
                Arg::Text(team),
                Arg::Text(file.to_string()),
                Arg::Text(stage),
                Arg::Int(recorded.envelope.seq),
                Arg::Text(category.as_str().to_owned()),
                Arg::Text(clean(name.text())),
                Arg::Text(media.as_str().to_owned()),
                Arg::Int(whole(size)),
                Arg::Text(clean(checksum.text())),
                Arg::Int(expires_at.secs()),
                Arg::Text(requested_by.to_string()),
                Arg::Int(at),
                Arg::OptInt(None),
            ];
            let suffix = replacing(&["team_id", "id"], FILE_COLUMNS);
            tx.insert("rm_harness_stage_file", FILE_COLUMNS, vec![row], &suffix).await?;
        }
        HarnessStageEvent::FileVerified { file, size, checksum, digest: _ } => {
            let sql = "update rm_harness_stage_file set size = $1, checksum = $2, verified_at = $3 \
                where team_id = $4 and id = $5";
            let args = vec![
                Arg::Int(whole(size)),
                Arg::Text(clean(checksum.text())),
                Arg::Int(at),
                Arg::Text(team),
                Arg::Text(file.to_string()),
            ];
            tx.run(sql, args).await?;
        }
        HarnessStageEvent::FileDeleted { file } => {
            let sql = "delete from rm_harness_stage_file where team_id = $1 and id = $2";
            tx.run(sql, vec![Arg::Text(team), Arg::Text(file.to_string())]).await?;
        }
        HarnessStageEvent::Deleted {} => {
            let sql = "delete from rm_harness_stage_file where team_id = $1 and stage_id = $2";
            tx.run(sql, vec![Arg::Text(team), Arg::Text(stage)]).await?;
        }
        HarnessStageEvent::Created { .. }
        | HarnessStageEvent::Updated { .. }
        | HarnessStageEvent::GenerationRequested { .. }
        | HarnessStageEvent::GenerationProgressed { .. }
        | HarnessStageEvent::PromptsWorded { .. }
        | HarnessStageEvent::GenerationCompleted { .. }
        | HarnessStageEvent::GenerationFailed { .. } => {}
    }
    Ok(())
}

#[async_trait]
impl Projection for HarnessStageRows {
    fn name(&self) -> &'static str {
        "harness_stage"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["rm_harness_stage", "rm_harness_stage_file"]
    }

    fn ddl(&self) -> &'static str {
        include_str!("../../migrations/read/harness_stage.sql")
    }

    async fn apply(&self, tx: &mut Tx<'_>, events: &[Recorded]) -> Result<(), ApplyError> {
        fold::<Stage>(tx, events).await?;
        for recorded in events.iter().filter(|recorded| recorded.is::<HarnessStageEvent>()) {
            file(tx, recorded).await?;
        }
        Ok(())
    }
}
