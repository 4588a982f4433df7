//! API keys. The secret goes to the vault before the command and is destroyed again when the command is refused; what
//! is shown is a mask.

use std::sync::Arc;

use axum::extract::State;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;
use touchstone_commands::api_key::{CreateApiKey, DeleteApiKey, mask};
use touchstone_egress::Egress;
use touchstone_kernel::{Handle, Meta, Receipt, Rejection};
use touchstone_queries::api_key::{self, ApiKeyView};
use touchstone_vocabulary::{ApiKeyId, ApiKeyStatus, Hub};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::{IntoParams, ToSchema, openapi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::address;
use crate::app::{App, Dispatch, to_its_end};
use crate::body::Body;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::page::{FromParameters, Id, Parameters, Query};
use crate::reply::{Answer, Deleted, Reply, Versioned, one_of};

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(show, delete))
}

impl Versioned for ApiKeyView {
    fn version(&self) -> i64 {
        self.stream_version
    }
}

/// The vault's name for the one secret of a key.
const FIELD: &str = "value";

fn hubs() -> openapi::Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .enum_values(Some(Hub::ALL.iter().map(|hub| hub.as_str()).collect::<Vec<_>>()))
        .build()
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
    /// The secret. Never shown again.
    #[schema(value_type = Option<String>)]
    value: Option<SecretString>,
    /// Base URL up to and including the version segment, for hubs without a public address.
    url: Option<String>,
    /// Accepted and ignored: no hub that is spoken needs it.
    #[serde(default)]
    #[expect(dead_code, reason = "described, not used")]
    #[schema(value_type = Option<Object>)]
    hub_config: Option<Value>,
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
async fn show(State(app): State<Arc<App>>, caller: Caller, id: Id) -> Answer<ApiKeyView> {
    one_of(api_key::by_id(&app.db, caller.team, id.of("API key")?).await?, "API key")
}

/// Stores a secret and makes a key of it.
#[utoipa::path(post, path = "/v1/api-keys", operation_id = "post_api_keys", tag = "API Key",
    request_body = New, responses((status = 200, body = ApiKeyView)))]
async fn create(State(app): State<Arc<App>>, caller: Caller, Body(new): Body<New>) -> Answer<ApiKeyView> {
    let (command, secret) = asked(new, &caller, ApiKeyId(app.clock.new_id()), &app.egress)?;
    let view = shown(&command, &caller);
    let meta = app.meta(&caller);
    let receipt = to_its_end(made(Arc::clone(&app), command, secret, meta)).await?;
    let sent = app.seen(receipt).await?;
    let id = sent.id().to_owned();
    Ok(sent.reply_with_version(ApiKeyView { id, ..view }))
}

/// Deletes a key. Evaluations that still need it end with a cause.
#[utoipa::path(delete, path = "/v1/api-keys/{id}", operation_id = "delete_api_keys_by_id", tag = "API Key",
    params(("id" = String, Path)), responses((status = 200, body = Deleted)))]
async fn delete(State(app): State<Arc<App>>, caller: Caller, id: Id) -> Answer<Deleted> {
    let key = id.of::<ApiKeyId>("API key")?;
    let sent = app.send(&caller, DeleteApiKey { team: caller.team, id: key }).await?;
    Ok(sent.reply(Deleted::new(key.to_string())))
}

/// The command that a request means, still without its secret.
fn asked(
    new: New,
    caller: &Caller,
    id: ApiKeyId,
    egress: &Egress,
) -> Result<(CreateApiKey, Option<SecretString>), ApiError> {
    use secrecy::ExposeSecret;
    let hub: Hub = new.hub.parse().map_err(|_| {
        let all = Hub::ALL.iter().map(|hub| hub.as_str()).collect::<Vec<_>>().join(", ");
        ApiError::invalid("hub", format!("must be one of {all}"))
    })?;
    let url = address::permitted(egress, &["url"], new.url)?;
    let secret = new.value.filter(|value| !value.expose_secret().is_empty());
    if secret.as_ref().is_some_and(|value| value.expose_secret().chars().any(char::is_control)) {
        return Err(ApiError::invalid("value", "must not contain line breaks or other control characters"));
    }
    let command = CreateApiKey {
        team: caller.team,
        id,
        name: new.name,
        hub,
        rate_limit_per_interval: bounded(new.rate_limit_per_interval),
        rate_limit_interval: bounded(new.rate_limit_interval),
        url,
        secret_ref: None,
        mask: secret.as_ref().map(|value| mask(value.expose_secret())).unwrap_or_default(),
    };
    Ok((command, secret))
}

/// Into the command's range; what is below 1 becomes 0, which the command refuses.
fn bounded(number: i64) -> u32 {
    u32::try_from(number.max(0)).unwrap_or(u32::MAX)
}

/// First the secret, then the command; a secret that no key refers to afterwards is destroyed.
async fn made(
    app: Arc<App>,
    mut command: CreateApiKey,
    secret: Option<SecretString>,
    meta: Meta,
) -> Result<Receipt, ApiError> {
    let (team, id) = (command.team, command.id.to_string());
    if let Some(secret) = &secret {
        command.secret_ref = Some(app.vault.put_secret(team, &id, FIELD, secret).await?);
    }
    let stored = command.secret_ref.clone();
    let handled = Handle::<CreateApiKey>::handle(app.dispatch.as_ref() as &dyn Dispatch, command, meta).await;
    let orphaned = match &handled {
        // A repeated request is answered with the first one's receipt, whose key has a secret of its own.
        Ok(receipt) => !receipt.stream.ends_with(&id),
        Err(Rejection::Refused { .. } | Rejection::Contended | Rejection::Stale | Rejection::KeyReused) => {
            true
        }
        // The command may stand although its answer was lost.
        Err(Rejection::Unavailable(_) | Rejection::Corrupt(_)) => false,
    };
    if let (true, Some(stored)) = (orphaned, stored) {
        app.vault.destroy_secret(&stored).await?;
    }
    Ok(handled?)
}

fn shown(command: &CreateApiKey, caller: &Caller) -> ApiKeyView {
    ApiKeyView {
        id: command.id.to_string(),
        name: command.name.clone(),
        hub: command.hub.as_str().to_owned(),
        rate_limit_per_interval: i64::from(command.rate_limit_per_interval),
        rate_limit_interval: i64::from(command.rate_limit_interval),
        display_value: command.mask.clone(),
        hub_config: None,
        user_id: Some(caller.user.to_string()),
        team_id: Some(caller.team.to_string()),
        status: ApiKeyStatus::Active.as_str().to_owned(),
        url: command.url.clone(),
        stream_version: 1,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use touchstone_egress::Policy;
    use touchstone_kernel::{Kind, Visible};

    use super::*;
    use crate::tests::caller;

    fn of(change: Value) -> Result<(CreateApiKey, Option<SecretString>), ApiError> {
        let mut body = json!({"name": "main", "hub": "custom", "rate_limit_per_interval": 60,
            "rate_limit_interval": 10, "value": "abcdefgh", "url": "http://127.0.0.1:9/v1"});
        if let (Value::Object(body), Value::Object(change)) = (&mut body, change) {
            body.extend(change);
        }
        let egress = Egress::new(Policy { loopback: true, ..Policy::default() }).unwrap();
        asked(serde_json::from_value(body).unwrap(), &caller(), ApiKeyId(uuid::Uuid::from_u128(9)), &egress)
    }

    fn field(change: Value) -> String {
        let Err(ApiError::Invalid(faults)) = of(change) else { panic!("accepted") };
        serde_json::to_value(&faults[0].loc).unwrap()[1].as_str().unwrap().to_owned()
    }

    #[test]
    fn a_request_becomes_a_command_with_a_mask_and_without_a_secret() {
        let (command, secret) = of(json!({"team_id": "x", "hub_config": null})).unwrap();
        assert_eq!((command.mask.as_str(), command.secret_ref), ("ab****gh", None));
        assert!(secret.is_some());
        assert_eq!(command.team, caller().team);
    }

    #[test]
    fn a_key_without_a_value_is_left_to_the_command_to_refuse() {
        for value in [json!({"value": null}), json!({"value": ""})] {
            let (command, secret) = of(value).unwrap();
            assert!(secret.is_none() && command.mask.is_empty());
        }
    }

    #[test]
    fn unknown_hubs_and_forbidden_addresses_are_named() {
        assert_eq!(field(json!({"hub": "nowhere"})), "hub");
        assert_eq!(field(json!({"url": "http://169.254.169.254/v1"})), "url");
        assert_eq!(field(json!({"url": "file:///etc/passwd"})), "url");
    }

    #[test]
    fn limits_below_one_stay_below_one() {
        let (command, _) =
            of(json!({"rate_limit_per_interval": -5, "rate_limit_interval": 1_i64 << 40})).unwrap();
        assert_eq!((command.rate_limit_per_interval, command.rate_limit_interval), (0, u32::MAX));
    }

    /// Whether the secret of a key is still in the vault after its command ended so.
    async fn kept(outcome: Result<(), Rejection>) -> bool {
        let (behind, app) = crate::tests::app(outcome, Visible::Yes);
        let (command, secret) = of(json!({})).unwrap();
        let (team, id) = (command.team, command.id.to_string());
        let _ = made(Arc::clone(&app), command, secret, app.meta(&caller())).await;
        let handled = behind.handled.lock().unwrap()[0].0.clone();
        assert!(!handled.contains("abcdefgh"), "a command never holds a secret");
        let stored = handled.split("secret_ref: Some(\"").nth(1).unwrap().split('"').next().unwrap();
        app.vault.secret(stored, team, &id, FIELD).await.unwrap().is_some()
    }

    #[tokio::test]
    async fn a_secret_stays_with_its_key_and_goes_with_a_refusal() {
        assert!(kept(Ok(())).await);
        let refused = Rejection::Refused { kind: Kind::Invalid, field: Some("hub"), message: "no".into() };
        assert!(!kept(Err(refused)).await);
        assert!(!kept(Err(Rejection::Contended)).await);
        assert!(kept(Err(Rejection::Unavailable("the answer was lost".into()))).await);
    }
}
