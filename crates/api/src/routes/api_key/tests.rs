use serde_json::json;
use touchstone_egress::Policy;
use touchstone_kernel::{Kind, Rejection};

use super::*;
use crate::tests::caller;

fn of(change: Value) -> Result<(CreateApiKey, deposit::Sent), ApiError> {
    let mut body = json!({"name": "main", "hub": "custom", "rate_limit_per_interval": 60,
        "rate_limit_interval": 10, "value": "abcdefgh", "url": "http://127.0.0.1:9/v1"});
    if let (Value::Object(body), Value::Object(change)) = (&mut body, change) {
        body.extend(change);
    }
    let egress = Egress::new(Policy { loopback: true, ..Policy::default() }).unwrap();
    asked(serde_json::from_value(body).unwrap(), &caller(), ApiKeyId(uuid::Uuid::from_u128(9)), &egress)
}

fn field(outcome: Result<impl Sized, ApiError>) -> String {
    let Err(ApiError::Invalid(faults)) = outcome else { panic!("accepted") };
    serde_json::to_value(&faults[0].loc).unwrap()[1].as_str().unwrap().to_owned()
}

#[test]
fn a_request_becomes_a_command_without_secrets() {
    let (command, secrets) = of(json!({"team_id": "x", "hub_config": null})).unwrap();
    assert!(command.value.is_none() && command.config.is_empty());
    assert!(secrets.value.is_some() && secrets.config.is_empty());
    assert_eq!(command.team, caller().team);
}

#[test]
fn a_key_without_a_value_is_left_to_the_command_to_refuse() {
    for value in [json!({"value": null}), json!({"value": ""})] {
        assert!(of(value).unwrap().1.value.is_none());
    }
}

#[test]
fn unknown_hubs_and_words_and_forbidden_addresses_are_named() {
    assert_eq!(field(of(json!({"hub": "nowhere"}))), "hub");
    assert_eq!(field(of(json!({"url": "http://169.254.169.254/v1"}))), "url");
    assert_eq!(field(of(json!({"url": "file:///etc/passwd"}))), "url");
    let update = |body| field(wanted(serde_json::from_value(body).unwrap(), Hub::Custom));
    assert_eq!(update(json!({"status": "deleted"})), "status");
    assert_eq!(update(json!({"hub": "nowhere"})), "hub");
}

#[test]
fn limits_below_one_stay_below_one() {
    let (command, _) =
        of(json!({"rate_limit_per_interval": -5, "rate_limit_interval": 1_i64 << 40})).unwrap();
    assert_eq!((command.rate_limit_per_interval, command.rate_limit_interval), (0, u32::MAX));
}

/// Whether the secrets of a key are still in the vault after its command ended so.
async fn kept(outcome: Result<(), Rejection>) -> bool {
    let (behind, app) = crate::tests::app(outcome, Visible::Yes);
    let config = json!({"region": "eu", "access_key": "abcdefgh", "secret_access_key": "abcdefgh"});
    let (command, secrets) = of(json!({"hub": "bedrock", "hub_config": config})).unwrap();
    let (team, id) = (command.team, command.id.to_string());
    let _ = made(Arc::clone(&app), command, secrets, app.meta(&caller())).await;
    let handled = behind.handled.lock().unwrap()[0].0.clone();
    assert!(!handled.contains("abcdefgh"), "a command never holds a secret");
    let mut kept = Vec::new();
    for (place, field) in ["value", "access_key", "secret_access_key"].into_iter().enumerate() {
        let stored = handled.split("secret_ref: \"").nth(place + 1).unwrap().split('"').next().unwrap();
        kept.push(app.vault.secret(stored, team, &id, field).await.unwrap().is_some());
    }
    assert!(kept.iter().all(|one| *one == kept[0]), "{kept:?}");
    kept[0]
}

#[tokio::test]
async fn secrets_stay_with_their_key_and_go_with_a_refusal() {
    assert!(kept(Ok(())).await);
    let refused = Rejection::Refused { kind: Kind::Invalid, field: Some("hub"), message: "no".into() };
    assert!(!kept(Err(refused)).await);
    assert!(!kept(Err(Rejection::Contended)).await);
    assert!(kept(Err(Rejection::Unavailable("the answer was lost".into()))).await);
}
