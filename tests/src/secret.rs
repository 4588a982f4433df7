//! Marked secrets go through every path that takes one, and stand nowhere afterwards but sealed in the vault.

mod panic;

use std::collections::BTreeMap;
use std::path;

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use md5::{Digest, Md5};
use regex::bytes::{Regex, RegexBuilder};
use reqwest::Method;
use serde_json::{Value, json};
use touchstone_testkit::{Backend, Caller, Practice, Process, Reply, Spawn, TargetOptions, eventually};
use touchstone_vocabulary::{ConfigField, Hub};

use crate::faults::Fixed;
use crate::journey::{SMALL, fresh};

/// The forms in which bytes might stand somewhere: as they are, in hexadecimal, in both alphabets of base64 at each of
/// the three alignments (without the edges, which depend on their neighbours), percent-encoded and escaped as in JSON.
fn forms(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = vec![
        HEXLOWER.encode(secret),
        HEXUPPER.encode(secret),
        each(secret, |byte| format!("%{byte:02x}")),
        percent(secret),
        each(secret, |byte| format!("\\u{byte:04x}")),
    ];
    for shift in 0..3 {
        let shifted = [&vec![b' '; shift][..], secret].concat();
        for text in [BASE64_NOPAD.encode(&shifted), BASE64URL_NOPAD.encode(&shifted)] {
            forms.push(text[4..text.len() - 4].to_owned());
        }
    }
    forms.into_iter().map(String::into_bytes).chain([secret.to_vec()]).collect()
}

/// Finds any of these secrets in any form.
fn finder<'a>(secrets: impl IntoIterator<Item = &'a [u8]>) -> Regex {
    let literal = |form: Vec<u8>| each(&form, |byte| format!("\\x{byte:02x}"));
    let any = secrets.into_iter().flat_map(forms).map(literal).collect::<Vec<_>>().join("|");
    RegexBuilder::new(&any).unicode(false).size_limit(64 << 20).build().unwrap()
}

fn each(bytes: &[u8], form: impl Fn(u8) -> String) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &form(*byte))
}

fn percent(bytes: &[u8]) -> String {
    each(bytes, |byte| format!("%{byte:02X}"))
}

fn holds(place: &[u8], secret: &[u8]) -> bool {
    finder([secret]).is_match(place)
}

fn mark() -> String {
    format!("canary{}", fresh().replace('-', ""))
}

fn files(directory: &path::Path, found: &mut Vec<u8>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.extend(std::fs::read(path).unwrap()) }
    }
}

/// A request that takes a secret: method, path, headers and body.
struct Taking {
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

fn post(path: &str, body: &Value) -> Taking {
    Taking { method: Method::POST, path: path.to_owned(), headers: Vec::new(), body: body.to_string() }
}

fn api_key(change: &Value) -> Taking {
    let mut body = json!({"name": fresh(), "hub": "custom", "value": "practice-key-value",
        "url": "http://127.0.0.1:9/v1", "rate_limit_per_interval": 60, "rate_limit_interval": 10});
    body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    post("/v1/api-keys", &body)
}

fn trial(change: &Value) -> Taking {
    let mut body = json!({"hub": "custom", "value": "practice-key-value", "url": "http://127.0.0.1:9/v1"});
    body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    post("/v1/api-keys/test", &body)
}

fn agent(change: &Value) -> Taking {
    let mut body = json!({"id": fresh(), "agent_name": fresh(), "model_name": "m", "hub": "custom"});
    body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    post("/v1/agent-configurations", &body)
}

fn with(taking: Taking, name: &'static str, value: &str) -> Taking {
    Taking { headers: vec![(name, value.to_owned())], ..taking }
}

/// A name, and the request that carries a secret.
type Path = (&'static str, fn(&str) -> Taking);

/// Every path that takes a secret, or into which somebody might put one. A new path is a new line.
const PATHS: &[Path] = &[
    ("value of a key", |secret| api_key(&json!({"value": secret}))),
    ("value, repeatable", |secret| with(api_key(&json!({"value": secret})), "idempotency-key", "value")),
    ("value of another kind", |secret| api_key(&json!({"value": [secret]}))),
    ("value with a line break", |secret| api_key(&json!({"value": format!("{secret}\n")}))),
    ("value far too long", |secret| api_key(&json!({"value": secret.repeat(10_000)}))),
    ("value of a key for nowhere", |secret| api_key(&json!({"value": secret, "hub": "nowhere"}))),
    ("value without a name", |secret| api_key(&json!({"value": secret, "name": ""}))),
    ("body that is no JSON", |secret| Taking {
        body: format!("{{\"value\": {secret}"),
        ..api_key(&json!({}))
    }),
    ("client_secret", |secret| api_key(&json!({"hub_config": {"client_secret": secret}}))),
    ("access_key", |secret| api_key(&json!({"hub_config": {"access_key": secret}}))),
    ("secret_access_key", |secret| api_key(&json!({"hub_config": {"secret_access_key": secret}}))),
    ("agent_key", |secret| api_key(&json!({"hub_config": {"agent_key": secret}}))),
    ("value of a trial", |secret| trial(&json!({"value": secret}))),
    ("value of a trial with a line break", |secret| trial(&json!({"value": format!("{secret}\n")}))),
    ("hub_config of a trial", |secret| trial(&json!({"hub_config": {"agent_key": secret}}))),
    ("password in the address of a trial", |secret| {
        trial(&json!({"url": format!("http://a:{secret}@example.org/")}))
    }),
    ("password in a key's address", |secret| {
        api_key(&json!({"url": format!("http://a:{secret}@example.org/")}))
    }),
    ("query of a key's address", |secret| {
        api_key(&json!({"url": format!("http://127.0.0.1:9/v1?api_key={secret}")}))
    }),
    ("fragment of a key's address", |secret| {
        api_key(&json!({"url": format!("http://127.0.0.1:9/v1#{secret}")}))
    }),
    ("query of the address of a trial", |secret| {
        trial(&json!({"url": format!("http://127.0.0.1:9/v1?api_key={secret}")}))
    }),
    ("hub_config of an agent", |secret| {
        let all = ConfigField::ALL.iter().filter(|field| field.is_secret());
        let config: serde_json::Map<_, _> =
            all.map(|field| (field.as_str().to_owned(), json!(secret))).collect();
        agent(&json!({"hub": "vertex", "hub_config": config}))
    }),
    ("hub_config of an agent, repeatable", |secret| {
        with(agent(&json!({"hub_config": {"access_key": secret}})), "idempotency-key", "agent")
    }),
    ("hub_config of an agent of another kind", |secret| {
        agent(&json!({"hub_config": {"agent_key": [secret]}}))
    }),
    ("hub_config of an agent that is none", |secret| agent(&json!({"hub_config": secret}))),
    ("key of an agent that is a secret", |secret| agent(&json!({"api_key_id": secret}))),
    ("password in an agent's address", |secret| {
        agent(&json!({"agent_url": format!("http://a:{secret}@example.org/")}))
    }),
    ("query of an agent's address", |secret| {
        agent(&json!({"agent_url": format!("http://127.0.0.1:9/v1?api-version={secret}")}))
    }),
    ("address of an upload", |secret| Taking {
        method: Method::PUT,
        path: format!("/v1/uploads/{secret}.{secret}"),
        headers: vec![("content-type", "text/plain".to_owned())],
        body: secret.to_owned(),
    }),
    ("password in an evaluation's address", |secret| {
        let url = format!("http://a:{secret}@example.org/");
        post(
            "/v1/evaluations",
            &json!({"id": fresh(), "hub": "custom", "api_key_proxy": fresh(), "url": url}),
        )
    }),
    ("query of an evaluation's address", |secret| {
        let url = format!("http://127.0.0.1:9/v1?api_key={secret}");
        post(
            "/v1/evaluations",
            &json!({"id": fresh(), "hub": "custom", "api_key_proxy": fresh(), "url": url}),
        )
    }),
    ("data of an event", |secret| {
        post("/v1/events", &json!({"type": "CANCEL_EVALUATION", "data": {"token": secret}}))
    }),
    ("unknown token", |secret| with(api_key(&json!({})), "authorization", &format!("Bearer {secret}"))),
    ("token of a provider", |secret| {
        with(api_key(&json!({})), "authorization", &format!("Bearer eyJhbGciOiJSUzI1NiJ9.{secret}.{secret}"))
    }),
    ("password of another scheme", |secret| {
        with(api_key(&json!({})), "authorization", &format!("Basic {secret}"))
    }),
    ("token in the query", |secret| Taking {
        method: Method::GET,
        path: format!("/v1/evaluations?access_token={secret}&limit=x"),
        headers: Vec::new(),
        body: String::new(),
    }),
    ("token in a cookie", |secret| with(api_key(&json!({})), "cookie", &format!("session={secret}"))),
];

async fn sent(caller: &Caller, taking: &Taking) -> Reply {
    let mut asked = caller.request(taking.method.clone(), &taking.path).body(taking.body.clone());
    for (name, value) in &taking.headers {
        let mut headers = reqwest::header::HeaderMap::new();
        headers.insert(*name, value.parse().unwrap());
        asked = asked.headers(headers);
    }
    caller.send(asked).await
}

/// Whatever was said and kept, by the place where it stands.
struct Places(BTreeMap<&'static str, Vec<u8>>);

impl Places {
    /// Every place where this stands.
    fn with(&self, secret: &[u8]) -> Vec<&'static str> {
        self.0.iter().filter(|(_, bytes)| holds(bytes, secret)).map(|(place, _)| *place).collect()
    }

    /// Fails when any of these stands anywhere.
    fn are_free_of(&self, secrets: &[(&str, Vec<u8>)]) {
        let any = finder(secrets.iter().map(|(_, secret)| secret.as_slice()));
        if self.0.values().any(|bytes| any.is_match(bytes)) {
            let found = secrets.iter().map(|(name, secret)| (name, self.with(secret)));
            panic!("{:?}", found.filter(|(_, places)| !places.is_empty()).collect::<Vec<_>>());
        }
    }
}

async fn places(spawn: &Spawn, answers: &str) -> Places {
    let mut nats = Vec::new();
    if let Some(server) = &spawn.nats {
        files(server.store_dir(), &mut nats);
    }
    let logs = std::fs::read(spawn.logs.as_ref().unwrap()).unwrap();
    Places(BTreeMap::from([
        ("database", spawn.dump().await),
        ("bus", nats),
        ("logs", logs),
        ("answers", answers.as_bytes().to_vec()),
    ]))
}

async fn known(spawn: &Spawn, server: &Process) -> Caller {
    let admin = spawn.admin(server);
    eventually("the token is known", || async {
        (admin.get("/v1/users/me").await.status == 200).then_some(())
    })
    .await;
    admin
}

fn all_of(reply: &Reply) -> String {
    format!("{:?} {}\n", reply.headers, reply.text)
}

/// Runs an evaluation with a stored key to its end and returns all that is shown of it.
async fn evaluated(admin: &Caller, key: &str, url: &str, model: &str) -> String {
    let id = fresh();
    let extra = json!({"sample_size": 1, "url": url, "model": model});
    admin.evaluate(&id, key, &[SMALL], extra).await.ok();
    let mut said = admin.ended(&id).await.to_string();
    for path in [
        format!("/v1/evaluations/metadata/{id}"),
        format!("/v1/evaluations/{id}/response-errors"),
        format!("/v1/responses?evaluation_id={id}"),
        format!("/v1/tests?evaluation_id={id}"),
    ] {
        said += &all_of(&admin.get(&path).await);
    }
    said
}

type Secrets = Vec<(&'static str, Vec<u8>)>;

/// A config with everything that a hub needs. What is secret in it is new, and noted.
fn config(hub: Hub, secrets: &mut Secrets) -> Value {
    let mut filled = |field: &ConfigField| {
        let text = mark();
        if field.is_secret() {
            secrets.push((field.as_str(), text.clone().into_bytes()));
        }
        (field.as_str().to_owned(), Value::String(text))
    };
    Value::Object(hub.config_fields().iter().map(&mut filled).collect())
}

/// Makes a key for every hub that needs a config, gives it other secrets, and returns all that is shown of it.
async fn configured(admin: &Caller, secrets: &mut Secrets) -> String {
    let mut said = String::new();
    for hub in Hub::ALL.iter().copied().filter(|hub| !hub.config_fields().is_empty()) {
        let new =
            json!({"hub": hub.as_str(), "value": null, "url": null, "hub_config": config(hub, secrets)});
        let made = sent(admin, &api_key(&new)).await;
        said += &all_of(&made);
        let path = format!("/v1/api-keys/{}", made.ok()["id"].as_str().unwrap());
        let value = mark();
        let wrong = json!({"value": value, "hub_config": config(hub, secrets), "status": "asleep"});
        said += &all_of(&admin.put(&path, &wrong).await);
        let other = json!({"value": value, "hub_config": config(hub, secrets)});
        let changed = admin.put(&path, &other).await;
        said += &all_of(&changed);
        changed.ok();
        said += &all_of(&admin.get(&path).await);
        said += &all_of(&admin.get(&format!("{path}/models")).await);
        secrets.push(("value that was put", value.into_bytes()));
    }
    said
}

/// Changes an agent with secrets in the request, has a file of it brought, and returns all that is shown of it. The
/// address of the upload is for whoever asked for it, so what is said of that is not among it.
async fn kept(admin: &Caller, secrets: &mut Secrets) -> String {
    let made = sent(admin, &agent(&json!({}))).await.ok();
    let path = format!("/v1/agent-configurations/{}", made["id"].as_str().unwrap());
    let mut said = String::new();
    for hub in Hub::ALL.iter().copied().filter(|hub| !hub.config_fields().is_empty()) {
        let change = json!({"hub": hub.as_str(), "hub_config": config(hub, secrets)});
        let changed = admin.put(&format!("{path}/update"), &change).await;
        said += &all_of(&changed);
        changed.ok();
    }
    let asked = admin.request(Method::POST, &format!("{path}/files")).header("idempotency-key", "file");
    let file = admin.send(asked.json(&json!({"file_name": "a.txt"}))).await.ok();
    let url = file["upload_url"].as_str().unwrap().to_owned();
    let token = url.rsplit('/').next().unwrap().to_owned();
    let content = mark();
    let put = reqwest::Client::new().put(&url).header("content-type", "text/plain");
    let wrong = put.try_clone().unwrap().header("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==");
    let refused = admin.send(wrong.body(content.clone())).await;
    said += &all_of(&refused);
    refused.refused(422);
    let sum = BASE64.encode(&Md5::digest(content.as_bytes()));
    let taken = admin.send(put.header("content-md5", sum).body(content.clone())).await;
    said += &all_of(&taken);
    taken.ok();
    for path in [path.clone(), format!("{path}/files"), "/v1/agent-configurations".to_owned()] {
        said += &all_of(&admin.get(&path).await);
    }
    let (grant, tag) = token.split_once('.').unwrap();
    secrets.push(("grant of an upload", grant.as_bytes().to_vec()));
    secrets.push(("tag of an upload", tag.as_bytes().to_vec()));
    secrets.push(("content of a file", content.into_bytes()));
    said
}

async fn nowhere(backend: Backend) {
    let mut spawn = Spawn::new(backend).await;
    let mut secrets = Secrets::new();
    let directory = tempfile::tempdir().unwrap();
    spawn.logs = Some(directory.path().join("serve.log"));
    // What the operator hands over: the key itself, as text and as bytes, and passwords in addresses.
    let key = fresh().replace('-', "") + &fresh().replace('-', "");
    secrets.push(("key as text", key.clone().into_bytes()));
    secrets.push(("key", HEXLOWER.decode(key.as_bytes()).unwrap()));
    spawn.environment.push(("TOUCHSTONE_KEY".into(), key));
    let tunnel = mark();
    spawn.environment.push(("TOUCHSTONE_TUNNEL_TOKEN".into(), tunnel.clone()));
    secrets.push(("token of the tunnel", tunnel.clone().into_bytes()));
    let (database, bus) = (mark(), mark());
    let store = &mut spawn.settings.store;
    store.database_url = store.database_url.replace("touchstone@", &format!("touchstone:{database}@"));
    store.nats_url =
        store.nats_url.take().map(|url| url.replace("nats://", &format!("nats://touchstone:{bus}@")));
    secrets.push(("database password", database.into_bytes()));
    secrets.push(("NATS password", bus.into_bytes()));

    let target = Practice::start(TargetOptions::default()).await;
    let server = spawn.serve_with(&["--log", "trace", "--tunnel-domain", "agents.example.org"]).await;
    let admin = known(&spawn, &server).await;
    let mut answers = String::new();
    for (name, taking) in PATHS {
        let secret = mark();
        let asked = taking(&secret);
        for _ in 0..2 {
            answers += &all_of(&sent(&admin, &asked).await);
        }
        secrets.push((name, secret.into_bytes()));
    }
    answers += &configured(&admin, &mut secrets).await;
    answers += &kept(&admin, &mut secrets).await;
    // Members are given this one, so that its answers are not among those that show nothing.
    for _ in 0..2 {
        assert_eq!(admin.get("/v1/local-eval-token").await.ok()["token"], json!(tunnel));
    }
    // The tokens that are at work.
    let created = ["token", "create", "--email", "bo@example.org", "--team", "harbour", "--json"];
    let (code, said) = spawn.run(&created).await;
    assert_eq!(code, Some(0), "{said}");
    let token = serde_json::from_str::<Value>(&said).unwrap()["token"].as_str().unwrap().to_owned();
    let bo = admin.with_token(&token);
    eventually("the token is known", || async { (bo.get("/v1/users/me").await.status == 200).then_some(()) })
        .await;
    answers += &all_of(&bo.get("/v1/audit").await);
    secrets.push(("token", token.into_bytes()));
    secrets.push(("first token", admin.token.clone().into_bytes()));

    // A key at work, also against a hub that says it back, and against one that does so in an error.
    let secret = mark();
    let made = sent(&admin, &api_key(&json!({"value": secret, "url": target.url}))).await.ok();
    let id = made["id"].as_str().unwrap();
    answers += &evaluated(&admin, id, &target.url, "practice").await;
    let refusing = Fixed::start(401, json!({"error": {"message": format!("bad key {secret}")}})).await;
    let refused = sent(&admin, &api_key(&json!({"value": secret, "url": refusing.url}))).await.ok();
    answers += &evaluated(&admin, refused["id"].as_str().unwrap(), &refusing.url, "practice").await;
    answers += &all_of(&sent(&admin, &trial(&json!({"value": secret, "url": refusing.url}))).await);
    answers += &all_of(&admin.get("/v1/api-keys").await);
    answers += &all_of(&admin.get("/v1/audit").await);
    answers += &all_of(&admin.get("/metrics").await);
    answers += &all_of(&admin.get("/healthz").await);
    secrets.push(("key at work", secret.into_bytes()));

    // The control: what is put where it does not belong is found, in whatever form.
    let planted = mark();
    let mut controls: Vec<(&str, String)> =
        vec![("raw", planted.clone()), ("hexadecimal", HEXLOWER.encode(planted.as_bytes()))];
    controls.push(("base64", BASE64_NOPAD.encode(format!("x{planted}yz").as_bytes())));
    controls.push(("percent", percent(planted.as_bytes())));
    for (form, text) in &controls {
        let control = evaluated(&admin, id, &target.url, text).await;
        assert!(holds(control.as_bytes(), planted.as_bytes()), "{form}");
        answers += &control;
    }
    let places = places(&spawn, &answers).await;
    let found = places.with(planted.as_bytes());
    let shown: &[_] =
        if backend == Backend::Scaled { &["answers", "bus", "database"] } else { &["answers", "database"] };
    assert_eq!(found, shown, "the search finds what there is");
    assert!(
        holds(&places.0["logs"], b"a token for the first admin was written"),
        "the logs are the server's"
    );

    assert!(secrets.iter().all(|(_, secret)| secret.len() >= 30));
    places.are_free_of(&secrets);
    server.signal("TERM").await;
    assert_eq!(server.ended().await, Some(0));
    let after = self::places(&spawn, "").await;
    after.are_free_of(&secrets);
    let kept = String::from_utf8_lossy(&after.0["database"]).matches("secret_").count();
    assert!(kept >= 2, "the vault holds sealed secrets under references");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_a_secret_stands_nowhere_but_sealed_in_the_vault() {
    nowhere(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_and_nats_a_secret_stands_nowhere_but_sealed_in_the_vault() {
    nowhere(Backend::Scaled).await;
}

#[test]
fn a_secret_is_found_in_every_form_and_only_where_it_is() {
    let secret = mark();
    for form in forms(secret.as_bytes()) {
        assert!(holds(&[b"before ", &form[..], b" after"].concat(), secret.as_bytes()));
    }
    assert!(!holds(mark().as_bytes(), secret.as_bytes()));
}
