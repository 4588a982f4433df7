//! Agent configurations: named targets that a team keeps, and their files.

use std::sync::Arc;

use axum::extract::State;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use touchstone_commands::agent_configuration::{
    AgentChange, AgentHubConfig, ArchiveAgentConfiguration, CreateAgentConfiguration, Draft, FileContent,
    RequestAgentFile, TakeAgentFile, UpdateAgentConfiguration,
};
use touchstone_egress::Egress;
use touchstone_files::{Grant, Received};
use touchstone_kernel::{Command, Handle, Meta, Receipt, State as _};
use touchstone_queries::agent_configuration::{self, AgentConfigurationView, FileView, SECRET};
use touchstone_vocabulary::{
    AgentConfigurationId, AgentStatus, ApiKeyId, ConfigField, Hub, MAX_INDEXED_BYTES, MediaType,
};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::address;
use crate::app::{App, Dispatch, to_its_end};
use crate::body::Body;
use crate::caller::Caller;
use crate::error::{ApiError, Fault, Step};
use crate::page::{FromParameters, Id, Parameters, Query};
use crate::present::{Find, Present};
use crate::quota;
use crate::reply::{Answer, Counted, Reply, Versioned, one_of};
use crate::routes::api_key::{hub_named, hubs};
use crate::upload::{self, Description, Here};

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show))
        .routes(routes!(update))
        .routes(routes!(archive))
        .routes(routes!(files, announce))
}

const NOUN: &str = "agent configuration";
/// In whose name files are granted.
pub const CONTEXT: &str = <TakeAgentFile as Command>::On::STREAM;

impl Versioned for AgentConfigurationView {
    fn version(&self) -> i64 {
        self.stream_version
    }
}

impl Find for AgentConfigurationView {
    async fn find(app: &App, caller: &Caller, id: &Id) -> Result<Self, ApiError> {
        let found = agent_configuration::by_id(&app.db, caller.team, id.of(NOUN)?).await?;
        found.ok_or_else(|| ApiError::missing(NOUN))
    }
}

/// Where the contract and the clients disagree, the operator may choose the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentsList {
    /// `{"results": […], "count": n}`, which every client since 0.1.48 needs.
    #[default]
    Envelope,
    /// A bare array.
    Array,
}

/// A list in the form that the operator chose.
#[derive(Serialize)]
#[serde(untagged)]
enum Listed {
    Envelope(Counted<AgentConfigurationView>),
    Array(Vec<AgentConfigurationView>),
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// `active`, `archived` or `creating`; those that are active when absent.
    #[param(required = false, value_type = Vec<String>)]
    statuses: Vec<AgentStatus>,
}

impl FromParameters for Which {
    fn read(given: &mut Parameters) -> Self {
        let statuses = given.words("statuses", "creating, active, archived");
        Self { statuses: if statuses.is_empty() { vec![AgentStatus::Active] } else { statuses } }
    }
}

/// The team's agents, newest first.
#[utoipa::path(get, path = "/v1/agent-configurations", operation_id = "get_agent_configurations",
    tag = "Agent Configuration", params(Which), responses((status = 200, body = Counted<AgentConfigurationView>)))]
async fn list(State(app): State<Arc<App>>, caller: Caller, Query(which): Query<Which>) -> Answer<Listed> {
    let agents = agent_configuration::list(&app.db, caller.team, &which.statuses).await?;
    Ok(Reply::now(match app.agents_list {
        AgentsList::Envelope => Listed::Envelope(Counted::new(agents)),
        AgentsList::Array => Listed::Array(agents),
    }))
}

/// One agent, also one that is archived.
#[utoipa::path(get, path = "/v1/agent-configurations/{id}", operation_id = "get_agent_configurations_by_id",
    tag = "Agent Configuration", params(("id" = String, Path)),
    responses((status = 200, body = AgentConfigurationView)))]
async fn show(Present(agent): Present<AgentConfigurationView>) -> Answer<AgentConfigurationView> {
    one_of(Some(agent), NOUN)
}

/// A target to be kept. What the server gives itself is not read: team, creator, time and status.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewAgentConfiguration)]
#[expect(dead_code, reason = "what the server gives itself is described and never read")]
struct New {
    /// A uuid that the client chooses.
    #[schema(required = false, value_type = String)]
    id: Option<String>,
    agent_name: String,
    /// May be empty.
    #[schema(required = false, value_type = String)]
    model_name: Option<String>,
    agent_url: Option<String>,
    #[schema(schema_with = hubs, required = false)]
    hub: Option<String>,
    api_key_id: Option<String>,
    agent_system_prompt: Option<String>,
    /// Secrets in it are not kept.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    hub_config: Option<Value>,
    /// Ignored, like all that follows.
    #[schema(required = false, value_type = String)]
    team_id: Option<IgnoredAny>,
    #[schema(required = false, value_type = Option<String>)]
    created_by: Option<IgnoredAny>,
    #[schema(required = false, value_type = String)]
    status: Option<IgnoredAny>,
    #[schema(required = false, value_type = i64)]
    created_at: Option<IgnoredAny>,
}

/// Keeps a target. The same id with the same content again is answered with what has become of it.
#[utoipa::path(post, path = "/v1/agent-configurations", operation_id = "post_agent_configurations",
    tag = "Agent Configuration", request_body = New, responses((status = 200, body = AgentConfigurationView)))]
async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(new): Body<New>,
) -> Answer<AgentConfigurationView> {
    let id = match filled(new.id.clone()) {
        Some(id) => id.parse().map_err(|_| ApiError::invalid("id", "must be a uuid"))?,
        None => AgentConfigurationId(app.clock.new_id()),
    };
    let command = CreateAgentConfiguration { team: caller.team, id, draft: draft(new, &app.egress)? };
    let sent = app.send(&caller, command.clone()).await?;
    // A request that was repeated without an id is about the first one's.
    let id = sent.id().parse().unwrap_or(id);
    let view = agent_configuration::by_id(&app.db, caller.team, id).await?;
    let view = view.unwrap_or_else(|| shown(&app, &caller, id, command.draft));
    Ok(sent.reply_with_version(view))
}

/// What is to be different; what is absent or null stays.
#[derive(Deserialize, ToSchema)]
#[schema(as = AgentConfigurationUpdate)]
struct Change {
    agent_name: Option<String>,
    model_name: Option<String>,
    /// Empty: that of the key, or of the hub.
    agent_url: Option<String>,
    hub: Option<String>,
    api_key_id: Option<String>,
    /// Empty: none.
    agent_system_prompt: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    hub_config: Option<Value>,
    /// Only `active`, which brings an archived one back.
    status: Option<String>,
}

/// Changes an agent. Evaluations that were asked for before keep what it was.
#[utoipa::path(put, path = "/v1/agent-configurations/{id}/update", operation_id = "put_agent_configurations_update",
    tag = "Agent Configuration", params(("id" = String, Path)), request_body = Change,
    responses((status = 200, body = AgentConfigurationView)))]
async fn update(
    State(app): State<Arc<App>>,
    caller: Caller,
    Present(agent): Present<AgentConfigurationView>,
    Body(change): Body<Change>,
) -> Answer<AgentConfigurationView> {
    let id = id_of(&agent)?;
    let change = wanted(change, &app.egress)?;
    let sent = app.send(&caller, UpdateAgentConfiguration { team: caller.team, id, change }).await?;
    sent.show(agent_configuration::by_id(&app.db, caller.team, id).await?)
}

/// Ends the use of an agent and frees its name. Evaluations that were asked for go on.
#[utoipa::path(put, path = "/v1/agent-configurations/{id}/archive", operation_id = "put_agent_configurations_archive",
    tag = "Agent Configuration", params(("id" = String, Path)),
    responses((status = 200, body = AgentConfigurationView)))]
async fn archive(
    State(app): State<Arc<App>>,
    caller: Caller,
    Present(agent): Present<AgentConfigurationView>,
) -> Answer<AgentConfigurationView> {
    let id = id_of(&agent)?;
    let sent = app.send(&caller, ArchiveAgentConfiguration { team: caller.team, id }).await?;
    sent.show(agent_configuration::by_id(&app.db, caller.team, id).await?)
}

/// The files of an agent, newest first.
#[utoipa::path(get, path = "/v1/agent-configurations/{id}/files", operation_id = "get_agent_configurations_files",
    tag = "Agent Configuration", params(("id" = String, Path)), responses((status = 200, body = Counted<FileView>)))]
async fn files(
    State(app): State<Arc<App>>,
    caller: Caller,
    Present(agent): Present<AgentConfigurationView>,
) -> Answer<Counted<FileView>> {
    let files = agent_configuration::files(&app.db, caller.team, id_of(&agent)?).await?;
    Ok(Reply::now(Counted::new(files)))
}

/// A file that is to come. What the server gives itself is not read.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewFileUpload)]
#[expect(dead_code, reason = "what the server gives itself is described and never read")]
struct NewFile {
    /// Folders in it are cut off.
    file_name: Option<String>,
    /// `application/pdf`, `text/plain`, `text/markdown`, `text/csv` or `application/json`; by default as the name says.
    file_type: Option<String>,
    /// Bytes.
    file_size: Option<i64>,
    /// MD5 in base64. Without one, the upload itself must say it.
    checksum: Option<String>,
    /// Ignored, like all that follows.
    #[schema(required = false, value_type = String)]
    id: Option<IgnoredAny>,
    #[schema(required = false, value_type = String)]
    created_by: Option<IgnoredAny>,
    #[schema(required = false, value_type = String)]
    team_id: Option<IgnoredAny>,
    #[schema(required = false, value_type = i64)]
    created_at: Option<IgnoredAny>,
    #[schema(required = false, value_type = Option<String>)]
    upload_url: Option<IgnoredAny>,
    #[schema(required = false, value_type = Option<i64>)]
    upload_expiration: Option<IgnoredAny>,
    #[schema(required = false, value_type = Option<String>)]
    provider: Option<IgnoredAny>,
    #[schema(required = false, value_type = Option<String>)]
    object_key: Option<IgnoredAny>,
    #[schema(required = false, value_type = bool)]
    is_verified: Option<IgnoredAny>,
    #[schema(required = false, value_type = Option<i64>)]
    verified_at: Option<IgnoredAny>,
}

/// Says where a file can be brought, within a quarter of an hour and once.
#[utoipa::path(post, path = "/v1/agent-configurations/{id}/files", operation_id = "post_agent_configurations_files",
    tag = "Agent Configuration", params(("id" = String, Path)), request_body = NewFile,
    responses((status = 200, body = FileView)))]
async fn announce(
    State(app): State<Arc<App>>,
    caller: Caller,
    Present(agent): Present<AgentConfigurationView>,
    here: Here,
    Body(new): Body<NewFile>,
) -> Answer<FileView> {
    let NewFile { file_name, file_type, file_size, checksum, .. } = new;
    let description = Description { file_name, file_type, file_size, checksum };
    let announced = description.announced(MediaType::ALL, &app.limits)?;
    let id = id_of(&agent)?;
    let _places = quota::upload(&app, caller.team, announced.size).await?;
    let grant = upload::grant(&app, &caller, CONTEXT, id.0, &announced);
    let upload_url = upload::address(&app, &here, &grant).await?;
    let command = RequestAgentFile {
        team: caller.team,
        id,
        file: grant.file,
        name: announced.name.clone(),
        media: announced.media,
        size: announced.size,
        checksum: announced.checksum.map(|checksum| checksum.to_string()),
        expires_at: grant.expires_at,
    };
    let sent = app.send(&caller, command).await?;
    Ok(sent.reply(FileView {
        id: grant.file.to_string(),
        created_by: caller.user.to_string(),
        team_id: caller.team.to_string(),
        created_at: app.clock.now().secs(),
        file_name: Some(announced.name),
        file_type: Some(announced.media.as_str().to_owned()),
        file_size: announced.size.and_then(|size| i64::try_from(size).ok()),
        upload_url: Some(upload_url),
        upload_expiration: Some(grant.expires_at.secs()),
        provider: Some(FileView::PROVIDER.to_owned()),
        checksum: announced.checksum.map(|checksum| checksum.to_string()),
        object_key: Some(grant.key().to_string()),
        is_verified: false,
        verified_at: None,
    }))
}

/// Has an agent take a file that came in, or say whether it would.
pub async fn take(
    app: &App,
    grant: &Grant,
    meta: Meta,
    received: Option<&Received>,
) -> Result<Receipt, ApiError> {
    let id = grant.owner.parse().map_err(|_| ApiError::missing(NOUN))?;
    let content = received.map(|received| FileContent {
        size: received.size,
        checksum: received.checksum.to_string(),
        digest: received.digest.clone(),
    });
    let command = TakeAgentFile { team: grant.team, id, file: grant.file, content };
    let dispatch = Arc::clone(&app.dispatch);
    to_its_end(async move {
        Ok(Handle::<TakeAgentFile>::handle(dispatch.as_ref() as &dyn Dispatch, command, meta).await?)
    })
    .await
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

fn id_of(agent: &AgentConfigurationView) -> Result<AgentConfigurationId, ApiError> {
    agent.id.parse().map_err(|_| ApiError::missing(NOUN))
}

fn key_named(id: Option<String>) -> Result<Option<ApiKeyId>, ApiError> {
    let parsed = filled(id).map(|id| id.parse().map_err(|_| ApiError::missing("API key")));
    parsed.transpose()
}

fn draft(new: New, egress: &Egress) -> Result<Draft, ApiError> {
    let url = address::permitted(egress, &["agent_url"], new.agent_url)?;
    Ok(Draft {
        name: new.agent_name,
        hub: filled(new.hub).map_or(Ok(Hub::Custom), |hub| hub_named(&hub))?,
        model: new.model_name.unwrap_or_default(),
        url,
        hub_config: config(new.hub_config)?,
        api_key: key_named(new.api_key_id)?,
        system_prompt: filled(new.agent_system_prompt),
    })
}

fn wanted(change: Change, egress: &Egress) -> Result<AgentChange, ApiError> {
    let url = change.agent_url.map(|url| address::permitted(egress, &["agent_url"], Some(url)));
    let status = change.status.map(|word| {
        word.parse::<AgentStatus>()
            .map_err(|fault| ApiError::invalid("status", format!("must be one of {}", fault.allowed)))
    });
    Ok(AgentChange {
        name: change.agent_name,
        hub: filled(change.hub).as_deref().map(hub_named).transpose()?,
        model: change.model_name,
        url: url.transpose()?,
        system_prompt: change.agent_system_prompt.map(|prompt| filled(Some(prompt))),
        hub_config: config(change.hub_config)?,
        status: status.transpose()?,
        api_key: key_named(change.api_key_id)?,
    })
}

/// The fields that some hub knows; others are ignored. Of a secret only that it was there.
fn config(sent: Option<Value>) -> Result<Option<AgentHubConfig>, ApiError> {
    let mut given = match sent {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(given)) => given,
        Some(_) => return Err(ApiError::invalid("hub_config", "must be an object")),
    };
    let mut config = AgentHubConfig::new();
    for field in ConfigField::ALL.iter().copied() {
        match given.remove(field.as_str()) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) if field.is_secret() => {
                config.extend((!text.is_empty()).then_some((field, None)));
            }
            Some(Value::String(text))
                if text.len() <= MAX_INDEXED_BYTES && !text.contains(char::is_control) =>
            {
                config.insert(field, Some(text));
            }
            Some(_) => {
                let loc = ["body", "hub_config", field.as_str()].map(|step| Step::Field(step.to_owned()));
                let msg = "must be a short text on one line".to_owned();
                return Err(ApiError::Invalid(vec![Fault { loc: loc.to_vec(), msg, kind: "value_error" }]));
            }
        }
    }
    Ok((!config.is_empty()).then_some(config))
}

/// An agent that the read models do not show yet.
fn shown(app: &App, caller: &Caller, id: AgentConfigurationId, draft: Draft) -> AgentConfigurationView {
    let config = draft.hub_config.map(|config| {
        let text = |(field, text): (ConfigField, Option<String>)| {
            (field.as_str().to_owned(), text.unwrap_or_else(|| SECRET.to_owned()))
        };
        config.into_iter().map(text).collect()
    });
    AgentConfigurationView {
        id: id.to_string(),
        agent_name: draft.name,
        model_name: draft.model,
        agent_url: draft.url.unwrap_or_default(),
        hub: draft.hub.as_str().to_owned(),
        team_id: caller.team.to_string(),
        created_by: caller.user.to_string(),
        api_key_id: draft.api_key.map(|id| id.to_string()),
        agent_system_prompt: draft.system_prompt,
        status: AgentStatus::Active.as_str().to_owned(),
        created_at: app.clock.now().secs(),
        hub_config: config,
        stream_version: 1,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn of_a_config_secrets_are_not_kept_and_unknown_fields_ignored() {
        let read = |sent: Value| config(Some(sent)).unwrap();
        let sent = json!({"region": "eu", "access_key": "hunter2", "secret_access_key": null, "colour": [7]});
        let kept = AgentHubConfig::from([
            (ConfigField::Region, Some("eu".to_owned())),
            (ConfigField::AccessKey, None),
        ]);
        assert_eq!(read(sent), Some(kept));
        for nothing in [json!({}), json!(null), json!({"agent_id": null, "agent_key": ""})] {
            assert_eq!(read(nothing), None);
        }
        for wrong in
            [json!("x"), json!({"region": 7}), json!({"region": "a\nb"}), json!({"agent_key": ["hunter2"]})]
        {
            let Err(ApiError::Invalid(faults)) = config(Some(wrong)) else { panic!() };
            assert!(!serde_json::to_string(&faults).unwrap().contains("hunter2"));
        }
    }
}
