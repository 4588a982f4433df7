//! Agent configurations, archived ones too, and their files.

use async_trait::async_trait;
use touchstone_aggregates::agent_configuration::{Agent, AgentConfigurationEvent};
use touchstone_kernel::{Owned, Recorded};
use touchstone_read_store::{ApplyError, Arg, Projection, Tx};
use touchstone_vocabulary::{AgentConfigurationId, AgentStatus};

use crate::batch::{Key, clean, document, event, key, replacing, stream};
use crate::fold::{Folded, fold};

/// Fills the tables of agent configurations.
pub struct AgentConfigurationRows;

/// One row, in the order of [`COLUMNS`].
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
struct AgentRow {
    team_id: String,
    id: String,
    ordinal: i64,
    name: String,
    hub: String,
    model: String,
    url: Option<String>,
    api_key_id: Option<String>,
    system_prompt: Option<String>,
    hub_config: Option<String>,
    status: String,
    created_by: String,
    created_at: i64,
    stream_version: i64,
}

const COLUMNS: &[&str] = &[
    "team_id",
    "id",
    "ordinal",
    "name",
    "hub",
    "model",
    "url",
    "api_key_id",
    "system_prompt",
    "hub_config",
    "status",
    "created_by",
    "created_at",
    "stream_version",
];

impl AgentRow {
    fn become_like(&mut self, agent: &Agent) -> Result<(), ApplyError> {
        let Agent { name, name_digest: _, hub, model, url, api_key, system_prompt, hub_config } = agent;
        self.name = clean(name.text());
        hub.as_str().clone_into(&mut self.hub);
        self.model = clean(model);
        self.url = url.as_deref().map(clean);
        self.api_key_id = api_key.map(|id| id.to_string());
        self.system_prompt = system_prompt.as_ref().map(|prompt| clean(prompt.text()));
        self.hub_config = hub_config.as_ref().map(document).transpose()?;
        Ok(())
    }
}

impl Folded for AgentRow {
    const TABLE: &'static str = "rm_agent_configuration";
    const COLUMNS: &'static [&'static str] = COLUMNS;
    type Event = AgentConfigurationEvent;

    fn key(&self) -> Key {
        (self.team_id.clone(), self.id.clone())
    }

    fn begun(
        key: &Key,
        recorded: &Recorded,
        event: &AgentConfigurationEvent,
    ) -> Result<Option<Self>, ApplyError> {
        let AgentConfigurationEvent::Created { created_by, agent } = event else { return Ok(None) };
        let (team_id, id) = key.clone();
        let mut row = Self {
            team_id,
            id,
            ordinal: recorded.envelope.seq,
            name: String::new(),
            hub: String::new(),
            model: String::new(),
            url: None,
            api_key_id: None,
            system_prompt: None,
            hub_config: None,
            status: AgentStatus::Active.as_str().to_owned(),
            created_by: created_by.to_string(),
            created_at: recorded.at().secs(),
            stream_version: recorded.envelope.sequence,
        };
        row.become_like(agent)?;
        Ok(Some(row))
    }

    fn follow(&mut self, recorded: &Recorded, event: AgentConfigurationEvent) -> Result<bool, ApplyError> {
        self.stream_version = recorded.envelope.sequence;
        match event {
            AgentConfigurationEvent::Updated { agent } => self.become_like(&agent)?,
            AgentConfigurationEvent::Archived {} => {
                AgentStatus::Archived.as_str().clone_into(&mut self.status);
            }
            AgentConfigurationEvent::Activated {} => {
                AgentStatus::Active.as_str().clone_into(&mut self.status);
            }
            AgentConfigurationEvent::Created { .. }
            | AgentConfigurationEvent::FileRequested { .. }
            | AgentConfigurationEvent::FileVerified { .. } => {}
        }
        Ok(true)
    }

    fn args(self) -> Vec<Arg> {
        vec![
            Arg::Text(self.team_id),
            Arg::Text(self.id),
            Arg::Int(self.ordinal),
            Arg::Text(self.name),
            Arg::Text(self.hub),
            Arg::Text(self.model),
            Arg::OptText(self.url),
            Arg::OptText(self.api_key_id),
            Arg::OptText(self.system_prompt),
            Arg::OptText(self.hub_config),
            Arg::Text(self.status),
            Arg::Text(self.created_by),
            Arg::Int(self.created_at),
            Arg::Int(self.stream_version),
        ]
    }
}

const FILE_COLUMNS: &[&str] = &[
    "team_id",
    "id",
    "agent_id",
    "ordinal",
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
    let (team, agent) = key(&stream::<Owned<AgentConfigurationId>>(recorded)?);
    let at = recorded.at().secs();
    match event::<AgentConfigurationEvent>(recorded)? {
        AgentConfigurationEvent::FileRequested {
            file,
            requested_by,
            name,
            media,
            size,
            checksum,
            expires_at,
        } => {
            let row = vec![
                Arg::Text(team),
                Arg::Text(file.to_string()),
                Arg::Text(agent),
                Arg::Int(recorded.envelope.seq),
                Arg::Text(clean(name.text())),
                Arg::Text(media.as_str().to_owned()),
                Arg::OptInt(size.map(whole)),
                Arg::OptText(checksum.map(|checksum| clean(checksum.text()))),
                Arg::Int(expires_at.secs()),
                Arg::Text(requested_by.to_string()),
                Arg::Int(at),
                Arg::OptInt(None),
            ];
            let suffix = replacing(&["team_id", "id"], FILE_COLUMNS);
            tx.insert("rm_agent_file", FILE_COLUMNS, vec![row], &suffix).await?;
        }
        AgentConfigurationEvent::FileVerified { file, size, checksum, digest: _ } => {
            let sql = "update rm_agent_file set size = $1, checksum = $2, verified_at = $3 \
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
        AgentConfigurationEvent::Created { .. }
        | AgentConfigurationEvent::Updated { .. }
        | AgentConfigurationEvent::Archived {}
        | AgentConfigurationEvent::Activated {} => {}
    }
    Ok(())
}

#[async_trait]
impl Projection for AgentConfigurationRows {
    fn name(&self) -> &'static str {
        "agent_configuration"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["rm_agent_configuration", "rm_agent_file"]
    }

    fn ddl(&self) -> &'static str {
        include_str!("../../migrations/read/agent_configuration.sql")
    }

    async fn apply(&self, tx: &mut Tx<'_>, events: &[Recorded]) -> Result<(), ApplyError> {
        fold::<AgentRow>(tx, events).await?;
        for recorded in events.iter().filter(|recorded| recorded.is::<AgentConfigurationEvent>()) {
            file(tx, recorded).await?;
        }
        Ok(())
    }
}
