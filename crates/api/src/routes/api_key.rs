//! API keys. A secret goes to the vault before the command that names it and is destroyed again when the command is
//! refused; what is shown is a mask.

mod deposit;
mod live;

use std::sync::Arc;

use axum::extract::State;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use touchstone_commands::api_key::{CreateApiKey, DeleteApiKey, HubConfig, KeyChange, Setting, UpdateApiKey};
use touchstone_egress::Egress;
use touchstone_hubs::Target;
use touchstone_kernel::{Handle, Meta, Receipt, Visible};
use touchstone_queries::api_key::{self, ApiKeyView, HubConfigView};
use touchstone_vocabulary::{ApiKeyId, ApiKeyStatus, ConfigField, Hub};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::{IntoParams, ToSchema, openapi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::address;
use crate::app::{App, Dispatch, Sent, to_its_end};
use crate::body::Body;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::page::{FromParameters, Id, Parameters, Query};
use crate::present::{Find, Present};
use crate::reply::{Answer, Deleted, Reply, Versioned, one_of};
use deposit::Deposit;
pub use live::ModelLists;

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(test))
        .routes(routes!(show, update, delete))
        .routes(routes!(models))
}

const NOUN: &str = "API key";

impl Versioned for ApiKeyView {
    fn version(&self) -> i64 {
        self.stream_version
    }
}

impl Find for ApiKeyView {
    async fn find(app: &App, caller: &Caller, id: &Id) -> Result<Self, ApiError> {
        let found = api_key::by_id(&app.db, caller.team, id.of(NOUN)?).await?;
        found.ok_or_else(|| ApiError::missing(NOUN))
    }
}

pub(super) fn hubs() -> openapi::Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .enum_values(Some(Hub::ALL.iter().map(|hub| hub.as_str()).collect::<Vec<_>>()))
        .build()
}

pub(super) fn hub_named(name: &str) -> Result<Hub, ApiError> {
    name.parse().map_err(|_| {
        let all = Hub::ALL.iter().map(|hub| hub.as_str()).collect::<Vec<_>>().join(", ");
        ApiError::invalid("hub", format!("must be one of {all}"))
    })
}

/// A key for a hub.
#[derive(Deserialize, ToSchema)]
#[schema(as = CreateApiKeyRequest)]
struct New {
    name: String,
    #[schema(schema_with = hubs)]
    hub: String,
    /// At most so many calls in an interval.
    rate_limit_per_interval: i64,
    /// Seconds.
    rate_limit_interval: i64,
    /// The secret. Never shown again. Hubs that need a `hub_config` do without.
    #[schema(value_type = Option<String>)]
    value: Option<SecretString>,
    /// Base URL up to and including the version segment, for hubs without a public address.
    url: Option<String>,
    /// What vertex, bedrock, bedrockAgents and digitalocean need; secrets in it are never shown again.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    hub_config: Option<Value>,
}

/// What is to be different; what is absent or null stays.
#[derive(Deserialize, ToSchema)]
#[schema(as = UpdateApiKeyRequest)]
struct Change {
    name: Option<String>,
    /// Only the one that the key has.
    hub: Option<String>,
    rate_limit_per_interval: Option<i64>,
    /// Seconds.
    rate_limit_interval: Option<i64>,
    /// Another secret.
    #[schema(value_type = Option<String>)]
    value: Option<SecretString>,
    /// Merged over the fields that the key has.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    hub_config: Option<Value>,
    /// `active`, or `inactive`: not called with.
    status: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Comma-separated hubs; all when absent.
    #[param(required = false, value_type = Option<String>)]
    hubs: Vec<String>,
}

impl FromParameters for Which {
    fn read(given: &mut Parameters) -> Self {
        let all = given.many("hubs").join(",");
        let hubs = all.split(',').map(str::trim).filter(|hub| !hub.is_empty()).map(str::to_owned).collect();
        Self { hubs }
    }
}

/// The team's keys, oldest first.
#[utoipa::path(get, path = "/v1/api-keys", operation_id = "get_api_keys", tag = "API Key", params(Which),
    responses((status = 200, body = Vec<ApiKeyView>)))]
async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(which): Query<Which>,
) -> Answer<Vec<ApiKeyView>> {
    Ok(Reply::now(api_key::list(&app.db, caller.team, &which.hubs).await?))
}

/// One key.
#[utoipa::path(get, path = "/v1/api-keys/{id}", operation_id = "get_api_keys_by_id", tag = "API Key",
    params(("id" = String, Path)), responses((status = 200, body = ApiKeyView)))]
async fn show(Present(key): Present<ApiKeyView>) -> Answer<ApiKeyView> {
    one_of(Some(key), NOUN)
}

/// Stores secrets and makes a key of them, also for a hub that evaluations cannot use yet.
#[utoipa::path(post, path = "/v1/api-keys", operation_id = "post_api_keys", tag = "API Key",
    request_body = New, responses((status = 200, body = ApiKeyView)))]
async fn create(State(app): State<Arc<App>>, caller: Caller, Body(new): Body<New>) -> Answer<ApiKeyView> {
    let (command, secrets) = asked(new, &caller, ApiKeyId(app.clock.new_id()), &app.egress)?;
    let meta = app.meta(&caller);
    let (receipt, command) = to_its_end(made(Arc::clone(&app), command, secrets, meta)).await?;
    let sent = app.seen(receipt).await?;
    let view = ApiKeyView { id: sent.id().to_owned(), ..shown(&command, &caller) };
    Ok(sent.reply_with_version(view))
}

/// Gives a key another name, limits, secrets or status. Its hub stays.
#[utoipa::path(put, path = "/v1/api-keys/{id}", operation_id = "put_api_keys_by_id", tag = "API Key",
    params(("id" = String, Path)), request_body = Change, responses((status = 200, body = ApiKeyView)))]
async fn update(
    State(app): State<Arc<App>>,
    caller: Caller,
    Present(key): Present<ApiKeyView>,
    Body(change): Body<Change>,
) -> Answer<ApiKeyView> {
    let (change, secrets) = wanted(change, hub_named(&key.hub)?)?;
    let id = key.id.parse().map_err(|_| ApiError::missing(NOUN))?;
    let command = UpdateApiKey { team: caller.team, id, change };
    let meta = app.meta(&caller);
    let (sent, change) = to_its_end(changed(Arc::clone(&app), command, secrets, meta)).await?;
    let view = api_key::by_id(&app.db, caller.team, id).await?;
    sent.show(view.map(|view| merged(view, change)))
}

/// Deletes a key. Evaluations that still need it end with a cause.
#[utoipa::path(delete, path = "/v1/api-keys/{id}", operation_id = "delete_api_keys_by_id", tag = "API Key",
    params(("id" = String, Path)), responses((status = 200, body = Deleted)))]
async fn delete(State(app): State<Arc<App>>, caller: Caller, id: Id) -> Answer<Deleted> {
    let key = id.of::<ApiKeyId>(NOUN)?;
    let sent = app.send(&caller, DeleteApiKey { team: caller.team, id: key }).await?;
    Ok(sent.reply(Deleted::new(key.to_string())))
}

/// A key to be tried, which is stored nowhere.
#[derive(Deserialize, ToSchema)]
#[schema(as = ApiKeyTestRequest)]
struct Trial {
    #[schema(schema_with = hubs)]
    hub: String,
    /// The secret.
    #[schema(value_type = String)]
    value: SecretString,
    /// Base URL up to and including the version segment, for hubs without a public address.
    url: Option<String>,
    /// Asked for one word where the hub's list of models does not tell whether the key is good.
    model: Option<String>,
    /// No hub that is spoken needs it.
    #[serde(default)]
    #[expect(dead_code, reason = "described, not used")]
    #[schema(value_type = Option<Object>)]
    hub_config: Option<Value>,
}

/// What came of a trial.
#[derive(Serialize, ToSchema)]
#[schema(as = APIKeyTestResponse)]
struct Tried {
    /// `valid`, `invalid` when the hub does not accept the key, or `error` when nobody can say.
    status: &'static str,
    /// So many calls, where the hub tells …
    #[schema(required = false)]
    rate_limit: Option<u32>,
    /// … in so many seconds.
    #[schema(required = false)]
    interval: Option<u32>,
    /// Why it is not valid.
    #[schema(required = false)]
    message: Option<String>,
}

/// Tries a key with one cheap call to its hub. A hub that fails is an answer too.
#[utoipa::path(post, path = "/v1/api-keys/test", operation_id = "post_api_keys_test", tag = "API Key",
    request_body = Trial, responses((status = 200, body = Tried)))]
async fn test(State(app): State<Arc<App>>, _: Caller, Body(trial): Body<Trial>) -> Answer<Tried> {
    let hub = hub_named(&trial.hub)?;
    if !hub.is_spoken() {
        let spoken = Hub::spoken_names();
        return Err(ApiError::invalid("hub", format!("this server speaks only to {spoken} yet")));
    }
    let url = address::permitted(&app.egress, &["url"], trial.url)?;
    if hub.needs_url() && url.is_none() {
        return Err(ApiError::invalid("url", format!("hub {hub} needs a url")));
    }
    let secret = deposit::value(Some(trial.value))?;
    let secret = secret.ok_or_else(|| ApiError::invalid("value", "must not be empty"))?;
    let target = Target { hub, url, model: trial.model.unwrap_or_default(), secret };
    let live::Verdict { status, message, rate_limit, interval } = live::tried(&app, &target).await;
    Ok(Reply::now(Tried { status, rate_limit, interval, message }))
}

/// The models that a key may use.
#[derive(Serialize, ToSchema)]
#[schema(as = ModelResponse)]
struct Models {
    /// Null where the hub cannot say.
    #[schema(required, value_type = Option<Vec<String>>)]
    models: Option<Arc<[String]>>,
}

/// The models that the hub lets a key use, as it told within the last minutes.
#[utoipa::path(get, path = "/v1/api-keys/{id}/models", operation_id = "get_api_keys_models", tag = "API Key",
    params(("id" = String, Path)), responses((status = 200, body = Models)))]
async fn models(
    State(app): State<Arc<App>>,
    caller: Caller,
    Present(key): Present<ApiKeyView>,
) -> Answer<Models> {
    let id = key.id.parse().map_err(|_| ApiError::missing(NOUN))?;
    let found = api_key::credential(&app.db, caller.team, id).await?;
    let credential = found.ok_or_else(|| ApiError::missing(NOUN))?;
    let models = live::models(&app, &caller, id, hub_named(&key.hub)?, credential).await?;
    Ok(Reply::now(Models { models }))
}

/// The command that a request means, still without its secrets.
fn asked(
    new: New,
    caller: &Caller,
    id: ApiKeyId,
    egress: &Egress,
) -> Result<(CreateApiKey, deposit::Sent), ApiError> {
    let hub = hub_named(&new.hub)?;
    let url = address::permitted(egress, &["url"], new.url)?;
    let config = deposit::config(hub, new.hub_config, true)?;
    let secrets = deposit::Sent { value: deposit::value(new.value)?, config };
    let command = CreateApiKey {
        team: caller.team,
        id,
        name: new.name,
        hub,
        rate_limit_per_interval: bounded(new.rate_limit_per_interval),
        rate_limit_interval: bounded(new.rate_limit_interval),
        url,
        value: None,
        config: HubConfig::new(),
    };
    Ok((command, secrets))
}

/// The change that a request means for a key of this hub, still without its secrets.
fn wanted(change: Change, hub: Hub) -> Result<(KeyChange, deposit::Sent), ApiError> {
    let status = change.status.map(|word| {
        word.parse::<ApiKeyStatus>()
            .map_err(|fault| ApiError::invalid("status", format!("must be one of {}", fault.allowed)))
    });
    let meant = KeyChange {
        name: change.name,
        hub: change.hub.as_deref().map(hub_named).transpose()?,
        rate_limit_per_interval: change.rate_limit_per_interval.map(bounded),
        rate_limit_interval: change.rate_limit_interval.map(bounded),
        value: None,
        config: HubConfig::new(),
        status: status.transpose()?,
    };
    let config = deposit::config(hub, change.hub_config, false)?;
    Ok((meant, deposit::Sent { value: deposit::value(change.value)?, config }))
}

/// Into the command's range; what is below 1 becomes 0, which the command refuses.
fn bounded(number: i64) -> u32 {
    u32::try_from(number.max(0)).unwrap_or(u32::MAX)
}

/// First the secrets, then the command; secrets that no key refers to afterwards are destroyed.
async fn made(
    app: Arc<App>,
    mut command: CreateApiKey,
    secrets: deposit::Sent,
    meta: Meta,
) -> Result<(Receipt, CreateApiKey), ApiError> {
    let id = command.id.to_string();
    let mut deposit = Deposit::new(app.vault.clone(), command.team, command.id);
    match deposit.put(&secrets).await {
        Ok((value, config)) => (command.value, command.config) = (value, config),
        Err(fault) => return deposit.settle(&[]).await.and(Err(fault)),
    }
    let dispatch = app.dispatch.as_ref() as &dyn Dispatch;
    let handled = Handle::<CreateApiKey>::handle(dispatch, command.clone(), meta).await;
    let is_void = match &handled {
        // A repeated request is answered with the first one's receipt, whose key has secrets of its own.
        Ok(receipt) => !receipt.stream.ends_with(&id),
        Err(rejection) => deposit::is_void(rejection),
    };
    if is_void {
        deposit.settle(&[]).await?;
    }
    Ok((handled?, command))
}

/// The same for a change. What it did not come to name, because it changed nothing or somebody else was later, is
/// destroyed as soon as that can be seen.
async fn changed(
    app: Arc<App>,
    mut command: UpdateApiKey,
    secrets: deposit::Sent,
    meta: Meta,
) -> Result<(Sent, KeyChange), ApiError> {
    let (team, id) = (command.team, command.id);
    let mut deposit = Deposit::new(app.vault.clone(), team, id);
    match deposit.put(&secrets).await {
        Ok((value, config)) => (command.change.value, command.change.config) = (value, config),
        Err(fault) => return deposit.settle(&[]).await.and(Err(fault)),
    }
    let change = command.change.clone();
    let dispatch = app.dispatch.as_ref() as &dyn Dispatch;
    match Handle::<UpdateApiKey>::handle(dispatch, command, meta).await {
        Ok(receipt) => {
            let sent = app.seen(receipt).await?;
            if sent.visible == Visible::Yes {
                let now = api_key::credential(&app.db, team, id).await?;
                let named = now.map(|now| now.value_ref.into_iter().chain(now.config_refs).collect());
                deposit.settle(&named.unwrap_or_else(Vec::new)).await?;
            }
            Ok((sent, change))
        }
        Err(rejection) => {
            if deposit::is_void(&rejection) {
                deposit.settle(&[]).await?;
            }
            Err(rejection.into())
        }
    }
}

/// What a key's config shows of these settings.
fn texts(config: HubConfig) -> impl Iterator<Item = (ConfigField, String)> {
    config.into_iter().map(|(field, setting)| match setting {
        Setting::Clear(text) => (field, text),
        Setting::Kept(kept) => (field, kept.mask),
    })
}

fn shown(command: &CreateApiKey, caller: &Caller) -> ApiKeyView {
    let config = command.config.clone();
    ApiKeyView {
        id: command.id.to_string(),
        name: command.name.clone(),
        hub: command.hub.as_str().to_owned(),
        rate_limit_per_interval: i64::from(command.rate_limit_per_interval),
        rate_limit_interval: i64::from(command.rate_limit_interval),
        display_value: command.value.as_ref().map(|kept| kept.mask.clone()).unwrap_or_default(),
        hub_config: (!config.is_empty()).then(|| HubConfigView::new(texts(config))),
        user_id: Some(caller.user.to_string()),
        team_id: Some(caller.team.to_string()),
        status: ApiKeyStatus::Active.as_str().to_owned(),
        url: command.url.clone(),
        stream_version: 1,
    }
}

/// A key as it is after a change that the read models may not show yet.
fn merged(view: ApiKeyView, change: KeyChange) -> ApiKeyView {
    let hub_config = view.hub_config.map(|mut config| {
        for (field, text) in texts(change.config) {
            config.set(field, text);
        }
        config
    });
    ApiKeyView {
        name: change.name.unwrap_or(view.name),
        rate_limit_per_interval: change
            .rate_limit_per_interval
            .map_or(view.rate_limit_per_interval, i64::from),
        rate_limit_interval: change.rate_limit_interval.map_or(view.rate_limit_interval, i64::from),
        display_value: change.value.map_or(view.display_value, |kept| kept.mask),
        status: change.status.map_or(view.status, |status| status.as_str().to_owned()),
        hub_config,
        ..view
    }
}

#[cfg(test)]
mod tests;
