//! The surface without a database: what happens before anything is looked up, and how commands travel.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use touchstone_benchmarks::Benchmarks;
use touchstone_commands::evaluation::CancelEvaluation;
use touchstone_egress::{Egress, Policy};
use touchstone_event_store::Database;
use touchstone_files::Files;
use touchstone_kernel::{
    Begun, Clock, Command, Freshness, Handle, History, Kind, Mark, Meta, Pending, Receipt, Recorded,
    Rejection, Repeatable, Requests, Revocations, StreamRange, TokenUse, Unavailable, Visible,
};
use touchstone_queries::Db;
use touchstone_vault::{KeyEncryptionKey, Tables, Vault};
use touchstone_vocabulary::{EvaluationId, TeamId, TeamRole, Time, TokenId, UserId};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::{
    AgentsList, ApiError, App, Caller, Edge, Limits, ModelLists, Quotas, Rule, Standing, Status, router,
    witness,
};

/// Everything behind the surface: remembers what it was asked and answers as it was told.
pub struct Behind {
    pub handled: Mutex<Vec<(String, Meta)>>,
    outcome: Result<(), Rejection>,
    visible: Visible,
}

impl<C: Command + Debug> Handle<C> for Behind {
    fn handle(&self, command: C, meta: Meta) -> Pending<'_, Result<Receipt, Rejection>> {
        let stream = command.stream().to_string();
        self.handled.lock().unwrap().push((format!("{command:?}"), meta));
        let receipt = self.outcome.clone().map(|()| Receipt {
            context: "evaluation".into(),
            stream,
            version: 1,
            mark: Mark::default(),
            changed: true,
        });
        Box::pin(async move { receipt })
    }
}

impl Freshness for Behind {
    fn reach(&self, _: Mark, _: String) -> Pending<'_, Visible> {
        let visible = self.visible;
        Box::pin(async move { visible })
    }
}

impl History for Behind {
    fn read(&self, _: Vec<StreamRange>, _: i64, _: usize) -> Pending<'_, Result<Vec<Recorded>, Unavailable>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn beyond(&self, _: i64) -> Pending<'_, ()> {
        Box::pin(std::future::pending())
    }
}

impl TokenUse for Behind {
    fn used(&self, _: TokenId, _: Time) -> Pending<'_, Result<(), Unavailable>> {
        Box::pin(async { Ok(()) })
    }
}

impl Revocations for Behind {
    fn is_revoked(&self, _: TokenId) -> Pending<'_, Result<bool, Unavailable>> {
        Box::pin(async { Ok(false) })
    }
}

impl Requests for Behind {
    fn begin<'a>(&'a self, _: &'a Repeatable) -> Pending<'a, Result<Begun, Unavailable>> {
        Box::pin(async { Ok(Begun::Ours) })
    }

    fn renew<'a>(&'a self, _: &'a Repeatable) -> Pending<'a, Result<(), Unavailable>> {
        Box::pin(async { Ok(()) })
    }

    fn answered<'a>(&'a self, _: &'a Repeatable, _: String) -> Pending<'a, Result<(), Unavailable>> {
        Box::pin(async { Ok(()) })
    }

    fn abandoned<'a>(&'a self, _: &'a Repeatable) -> Pending<'a, Result<(), Unavailable>> {
        Box::pin(async { Ok(()) })
    }
}

impl Clock for Behind {
    fn now(&self) -> Time {
        Time::from_secs(1_700_000_000)
    }

    fn new_id(&self) -> Uuid {
        Uuid::from_u128(77)
    }
}

type Words = Result<BTreeMap<String, String>, BTreeMap<String, String>>;

impl Status for Behind {
    fn healthy(&self) -> Pending<'_, Words> {
        Box::pin(async { Err(BTreeMap::from([("status".to_owned(), "the log is away".to_owned())])) })
    }

    fn ready(&self) -> Pending<'_, Words> {
        Box::pin(async { Ok(BTreeMap::from([("status".to_owned(), "ok".to_owned())])) })
    }

    fn metrics(&self) -> String {
        "a 1\n".to_owned()
    }
}

/// A member with the role user.
pub fn caller() -> Caller {
    Caller {
        user: UserId(Uuid::from_u128(7)),
        team: TeamId(Uuid::from_u128(1)),
        standing: Standing::Member(TeamRole::User),
        email: "a@example.invalid".to_owned(),
        correlation: Uuid::from_u128(3),
        idempotency: None,
        expected: None,
        turns: Arc::default(),
    }
}

/// An app over [`Behind`], without read tables.
pub fn app(outcome: Result<(), Rejection>, visible: Visible) -> (Arc<Behind>, Arc<App>) {
    let behind = Arc::new(Behind { handled: Mutex::default(), outcome, visible });
    let app = App {
        dispatch: behind.clone(),
        history: behind.clone(),
        freshness: behind.clone(),
        clock: behind.clone(),
        token_use: behind.clone(),
        revocations: behind.clone(),
        provider: None,
        db: Db::new(&Database::memory()),
        vault: Vault::new(Tables::memory(), KeyEncryptionKey::random()),
        egress: Egress::new(Policy::default()).unwrap(),
        files: Files::memory(),
        agents_list: AgentsList::default(),
        detectors: Arc::default(),
        finder: crate::Finder::default(),
        benchmarks: Benchmarks::new(touchstone_benchmarks::Tables::None),
        models: ModelLists::default(),
        tunnel: None,
        status: behind.clone(),
        requests: behind.clone(),
        limits: Limits::default(),
        quotas: Quotas::default(),
        edge: Edge::default(),
    };
    (behind, Arc::new(app))
}

async fn call(request: Request<Body>) -> Response {
    router(app(Ok(()), Visible::Yes).1, witness().0).oneshot(request).await.unwrap()
}

async fn told(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap())
}

fn request(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path)
}

#[tokio::test]
async fn without_a_token_every_secured_operation_is_401_whatever_else_is_wrong() {
    let secured = |row: &&crate::Row| !matches!(row.rule, Rule::Open | Rule::Signed);
    for row in crate::TABLE.iter().filter(secured) {
        let path = row.path.replace("{id}", "%FF").replace("{status}", "PENDING").replace(['{', '}'], "");
        for authorization in [None, Some("Basic abc"), Some("Bearer")] {
            let mut request = request(row.method, &format!("{path}?limit=-1"));
            if let Some(value) = authorization {
                request = request.header(header::AUTHORIZATION, value);
            }
            let response = call(request.body(Body::from("{not json")).unwrap()).await;
            assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer", "{}", row.operation);
            let (status, body) = told(response).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{}", row.operation);
            assert!(body["detail"].is_string());
        }
    }
}

#[tokio::test]
async fn unknown_paths_and_wrong_methods_are_json() {
    let not_found = told(call(request("GET", "/v1/nowhere").body(Body::empty()).unwrap()).await).await;
    assert_eq!(not_found, (StatusCode::NOT_FOUND, json!({"detail": "Not Found"})));
    let slash = told(call(request("GET", "/v1/evaluations/").body(Body::empty()).unwrap()).await).await;
    assert_eq!(slash.0, StatusCode::NOT_FOUND);
    let wrong = told(call(request("DELETE", "/v1/evaluations").body(Body::empty()).unwrap()).await).await;
    assert_eq!(wrong, (StatusCode::METHOD_NOT_ALLOWED, json!({"detail": "Method Not Allowed"})));
}

#[tokio::test]
async fn a_store_that_is_away_is_503_with_an_id_and_nothing_more() {
    let token = touchstone_identity::mint([7; 32]);
    let request = request("GET", "/v1/users/me").header(header::AUTHORIZATION, format!("Bearer {token}"));
    let response = call(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.headers()[header::RETRY_AFTER], "1");
    let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let (status, body) = told(response).await;
    assert_eq!((status, body["id"].as_str()), (StatusCode::SERVICE_UNAVAILABLE, Some(id.as_str())));
    let text = body.to_string();
    assert!(!text.contains("memory") && !text.contains(&token), "{text}");
}

#[tokio::test]
async fn what_cannot_be_a_token_of_ours_is_told_without_asking_the_store() {
    let token = touchstone_identity::mint([7; 32]);
    for wrong in [&token[..40], "tst_", &token.replace("tst_1", "tst_2"), "a.b.c", "opaque"] {
        let request = request("GET", "/v1/users/me").header(header::AUTHORIZATION, format!("Bearer {wrong}"));
        let (status, body) = told(call(request.body(Body::empty()).unwrap()).await).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{wrong}: {body}");
    }
}

#[tokio::test]
async fn monitoring_and_documents_are_open() {
    for (path, status) in [("/livez", 200), ("/readyz", 200), ("/healthz", 503), ("/openapi.json", 200)] {
        let (got, body) = told(call(request("GET", path).body(Body::empty()).unwrap()).await).await;
        assert_eq!(got.as_u16(), status, "{path}");
        assert!(body.is_object());
    }
    let json = request("GET", "/metrics").header(header::ACCEPT, "application/json");
    assert_eq!(told(call(json.body(Body::empty()).unwrap()).await).await.1, json!({"a": 1.0}));
    for path in ["/metrics", "/docs"] {
        let response = call(request("GET", path).body(Body::empty()).unwrap()).await;
        assert!(response.headers()[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/"), "{path}");
    }
}

#[tokio::test]
async fn each_refusal_has_its_status_and_shape() {
    let refused = |kind, field| Rejection::Refused { kind, field, message: "no".into() };
    let table = [
        (refused(Kind::Missing, None), 404, json!({"detail": "no"})),
        (refused(Kind::Forbidden, None), 403, json!({"detail": "no"})),
        (refused(Kind::Conflict, None), 409, json!({"detail": "no"})),
        (
            refused(Kind::Invalid, Some("url")),
            422,
            json!({"detail": [{"loc": ["body", "url"], "msg": "no", "type": "value_error"}]}),
        ),
        (
            refused(Kind::Invalid, None),
            422,
            json!({"detail": [{"loc": ["body"], "msg": "no", "type": "value_error"}]}),
        ),
    ];
    for (rejection, status, body) in table {
        let got = told(ApiError::from(rejection).into_response()).await;
        assert_eq!(got, (StatusCode::from_u16(status).unwrap(), body));
    }
    let status = |rejection| ApiError::from(rejection).into_response().status().as_u16();
    assert_eq!(status(Rejection::Contended), 409);
    assert_eq!(status(Rejection::KeyReused), 422);
    assert_eq!(status(Rejection::Unavailable("x".into())), 503);
    assert_eq!(status(Rejection::Corrupt("x".into())), 500);
}

fn cancel() -> CancelEvaluation {
    CancelEvaluation { team: caller().team, id: EvaluationId(Uuid::from_u128(10)) }
}

#[tokio::test]
async fn a_command_travels_with_its_caller_and_tells_when_it_cannot_be_seen_yet() {
    let (behind, app) = app(Ok(()), Visible::Behind);
    let sent = app.send(&caller(), cancel()).await.unwrap();
    assert_eq!(sent.id(), Uuid::from_u128(10).to_string());
    assert_eq!(sent.reply(json!({})).into_response().headers()["x-read-model"], "behind");
    let handled = behind.handled.lock().unwrap();
    let (command, meta) = &handled[0];
    assert!(command.starts_with("CancelEvaluation"));
    assert_eq!((meta.team, meta.correlation), (Some(caller().team), Uuid::from_u128(3)));
    assert_eq!(meta.actor.to_string(), format!("user:{}", Uuid::from_u128(7)));
}

#[tokio::test]
async fn a_command_that_was_begun_is_finished_although_nobody_waits() {
    let (behind, app) = app(Ok(()), Visible::Yes);
    {
        let caller = caller();
        let sending = app.send(&caller, cancel());
        tokio::pin!(sending);
        // One poll starts the task; then the client hangs up.
        assert!(futures::poll!(sending.as_mut()).is_pending());
    }
    while behind.handled.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_text_of_a_panic_is_told_nowhere() {
    for panic in [Box::new("hunter2") as Box<dyn std::any::Any + Send>, Box::new("hunter2".to_owned())] {
        let mut response = crate::frame::panicked(panic);
        let cause = response.extensions_mut().remove::<crate::error::Cause>().unwrap().0;
        assert!(!format!("{cause} {cause:?}").contains("hunter2"));
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}

#[tokio::test]
async fn a_refused_command_is_an_error() {
    let outcome = Err(Rejection::Refused {
        kind: Kind::Missing,
        field: None,
        message: "there is no such evaluation".into(),
    });
    let (_, app) = app(outcome, Visible::Yes);
    let refused = app.send(&caller(), cancel()).await.err().unwrap();
    assert_eq!(told(refused.into_response()).await.0, StatusCode::NOT_FOUND);
}
