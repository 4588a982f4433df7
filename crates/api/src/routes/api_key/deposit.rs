//! Secrets on their way into the log's reach: read from a request, put into the vault before the command that names
//! them, and destroyed again when it does not come to name them.

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use touchstone_commands::api_key::{HubConfig, Kept, Setting, mask};
use touchstone_kernel::Rejection;
use touchstone_vault::Vault;
use touchstone_vocabulary::{ApiKeyId, ConfigField, Hub, MAX_INDEXED_BYTES, TeamId};

use crate::error::{ApiError, Fault, Step};

/// The vault's name for the one value of a key; those of a hub config are named like their fields.
pub const VALUE: &str = "value";

/// What a request wants to be kept, still in clear.
#[derive(Default)]
pub struct Sent {
    pub value: Option<SecretString>,
    pub config: Vec<(ConfigField, SecretString)>,
}

/// A value without what no header can carry. Absent, null and empty are none.
pub fn value(sent: Option<SecretString>) -> Result<Option<SecretString>, ApiError> {
    let value = sent.filter(|value| !value.expose_secret().is_empty());
    if value.as_ref().is_some_and(has_controls) {
        return Err(ApiError::invalid(VALUE, CONTROLS));
    }
    Ok(value)
}

const CONTROLS: &str = "must not contain line breaks or other control characters";

fn has_controls(secret: &SecretString) -> bool {
    secret.expose_secret().chars().any(char::is_control)
}

/// The fields of a hub config that this hub knows; others are ignored. Where it must be `complete`, every field that
/// is missing is named.
pub fn config(
    hub: Hub,
    sent: Option<Value>,
    complete: bool,
) -> Result<Vec<(ConfigField, SecretString)>, ApiError> {
    let wanted = hub.config_fields();
    let mut given = match sent {
        _ if wanted.is_empty() => return Ok(Vec::new()),
        Some(Value::Object(given)) => given,
        None | Some(Value::Null) => serde_json::Map::new(),
        Some(_) => return Err(ApiError::invalid("hub_config", "must be an object")),
    };
    let (mut config, mut faults) = (Vec::new(), Vec::new());
    for field in wanted.iter().copied() {
        match given.remove(field.as_str()) {
            Some(Value::String(text)) if !text.is_empty() => match fault(field, &text) {
                None => config.push((field, text.into())),
                Some(msg) => faults.push(at(field, msg, "value_error")),
            },
            None | Some(Value::Null | Value::String(_)) if complete => {
                faults.push(at(field, "Field required", "missing"));
            }
            None | Some(Value::Null | Value::String(_)) => {}
            Some(_) => faults.push(at(field, "must be a text", "value_error")),
        }
    }
    if faults.is_empty() { Ok(config) } else { Err(ApiError::Invalid(faults)) }
}

fn fault(field: ConfigField, text: &str) -> Option<&'static str> {
    if text.chars().any(char::is_control) {
        Some(CONTROLS)
    } else if !field.is_secret() && text.len() > MAX_INDEXED_BYTES {
        Some("is too long")
    } else {
        None
    }
}

fn at(field: ConfigField, msg: &str, kind: &'static str) -> Fault {
    let loc = ["body", "hub_config", field.as_str()].map(|step| Step::Field(step.to_owned()));
    Fault { loc: loc.to_vec(), msg: msg.to_owned(), kind }
}

/// What was put into the vault for one command.
pub struct Deposit {
    vault: Vault,
    team: TeamId,
    key: ApiKeyId,
    refs: Vec<String>,
}

impl Deposit {
    pub const fn new(vault: Vault, team: TeamId, key: ApiKeyId) -> Self {
        Self { vault, team, key, refs: Vec::new() }
    }

    /// Puts a value and a config into the vault, as far as they are secret, and tells what a command may know of them.
    pub async fn put(&mut self, sent: &Sent) -> Result<(Option<Kept>, HubConfig), ApiError> {
        let value = match &sent.value {
            Some(value) => Some(self.keep(VALUE, value).await?),
            None => None,
        };
        let mut config = HubConfig::new();
        for (field, text) in &sent.config {
            let setting = if field.is_secret() {
                Setting::Kept(self.keep(field.as_str(), text).await?)
            } else {
                Setting::Clear(text.expose_secret().to_owned())
            };
            config.insert(*field, setting);
        }
        Ok((value, config))
    }

    async fn keep(&mut self, field: &str, secret: &SecretString) -> Result<Kept, ApiError> {
        let secret_ref = self.vault.put_secret(self.team, &self.key.to_string(), field, secret).await?;
        self.refs.push(secret_ref.clone());
        let fingerprint = self.vault.fingerprint(self.team, secret).await?;
        Ok(Kept { secret_ref, mask: mask(secret.expose_secret()), fingerprint })
    }

    /// Destroys what is not among those that are named now.
    pub async fn settle(self, named: &[String]) -> Result<(), ApiError> {
        for secret_ref in self.refs.iter().filter(|secret_ref| !named.contains(secret_ref)) {
            self.vault.destroy_secret(secret_ref).await?;
        }
        Ok(())
    }
}

/// Whether a command with this outcome certainly does not stand. One whose answer was lost may.
pub const fn is_void(rejection: &Rejection) -> bool {
    match rejection {
        Rejection::Refused { .. } | Rejection::Contended | Rejection::Stale | Rejection::KeyReused => true,
        Rejection::Unavailable(_) | Rejection::Corrupt(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(hub: Hub, sent: Value, complete: bool) -> Result<Vec<ConfigField>, Vec<(String, &'static str)>> {
        match config(hub, Some(sent), complete) {
            Ok(config) => Ok(config.into_iter().map(|(field, _)| field).collect()),
            Err(ApiError::Invalid(faults)) => Err(faults
                .into_iter()
                .map(|fault| (serde_json::to_value(&fault.loc).unwrap().to_string(), fault.kind))
                .collect()),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn a_config_has_the_fields_of_its_hub_and_each_that_is_missing_is_named() {
        use ConfigField::{AccessKey, AgentId, AgentKey, Region};
        let whole = json!({"agent_id": "a", "agent_key": "b", "colour": 7});
        assert_eq!(read(Hub::DigitalOcean, whole, true), Ok(vec![AgentId, AgentKey]));
        let missing = |field: &str| (format!("[\"body\",\"hub_config\",\"{field}\"]"), "missing");
        assert_eq!(
            read(Hub::DigitalOcean, json!({"agent_id": ""}), true),
            Err(vec![missing("agent_id"), missing("agent_key")])
        );
        assert_eq!(read(Hub::DigitalOcean, Value::Null, true).unwrap_err().len(), 2);
        let part = json!({"region": "eu", "access_key": "x", "secret_access_key": null});
        assert_eq!(read(Hub::Bedrock, part, false), Ok(vec![Region, AccessKey]));
        assert_eq!(read(Hub::Custom, json!({"agent_id": 7}), true), Ok(vec![]), "a hub without a config");
    }

    #[test]
    fn what_is_no_text_or_cannot_be_sent_is_named_and_not_repeated() {
        for (sent, field) in [
            (json!({"region": 7}), "region"),
            (json!({"region": "hunter2".repeat(200)}), "region"),
            (json!({"secret_access_key": "hunter2\n"}), "secret_access_key"),
            (json!({"secret_access_key": ["hunter2"]}), "secret_access_key"),
        ] {
            let faults = read(Hub::Bedrock, sent, false).unwrap_err();
            assert_eq!(faults, [(format!("[\"body\",\"hub_config\",\"{field}\"]"), "value_error")]);
        }
        assert!(matches!(config(Hub::Bedrock, Some(json!("x")), false), Err(ApiError::Invalid(_))));
        assert!(value(Some("hunter2\r\n".into())).is_err());
        assert!(value(Some("".into())).unwrap().is_none() && value(None).unwrap().is_none());
    }
}
