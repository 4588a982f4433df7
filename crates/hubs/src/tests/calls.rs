//! Every way a hub can answer, over real HTTP.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use touchstone_egress::{Egress, Policy};
use touchstone_vocabulary::{Hub, Message};

use crate::{ChatCompletions, Completion, HubError, Params, Target};

/// Serves whatever `answer` makes on every path and tells the base URL.
pub async fn hub_that<R, F>(answer: F) -> String
where
    R: IntoResponse + 'static,
    F: Fn() -> R + Clone + Send + Sync + 'static,
{
    let app = Router::new().fallback(any(move || {
        let response: Response = answer().into_response();
        async { response }
    }));
    serve(app).await
}

pub async fn serve(app: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}/v1")
}

pub fn client() -> ChatCompletions {
    ChatCompletions::new(Egress::new(Policy { loopback: true, ..Policy::default() }).unwrap())
}

pub fn target(hub: Hub, url: &str) -> Target {
    Target { hub, url: Some(url.to_owned()), model: "lamp-1".into(), secret: "amber-lantern".into() }
}

async fn ask(url: &str) -> Result<Completion, HubError> {
    let params = Params { timeout: Duration::from_secs(20), ..Params::default() };
    client().complete(&target(Hub::Custom, url), &params, &[Message::user("hello")]).await
}

#[tokio::test]
async fn a_call_carries_the_key_as_its_hub_wants_it_and_brings_text_and_tokens() {
    let seen: Arc<Mutex<Vec<(String, HeaderMap, serde_json::Value)>>> = Arc::default();
    let notes = Arc::clone(&seen);
    let app = Router::new().fallback(any(move |uri: axum::http::Uri, headers: HeaderMap, body: Bytes| async move {
        notes.lock().unwrap().push((uri.to_string(), headers, serde_json::from_slice(&body).unwrap()));
        r#"{"choices":[{"message":{"content":"good day"}}],"usage":{"prompt_tokens":5,"completion_tokens":2}}"#
    }));
    let url = serve(app).await;
    for hub in Hub::SPOKEN {
        let given =
            client().complete(&target(*hub, &url), &Params::default(), &[Message::user("hello")]).await;
        assert_eq!(
            given,
            Ok(Completion {
                text: "good day".into(),
                prompt_tokens: 5,
                completion_tokens: 2,
                ..Completion::default()
            })
        );
        let (path, headers, body) = seen.lock().unwrap().pop().unwrap();
        assert_eq!(path, "/v1/chat/completions");
        assert_eq!(body["model"], "lamp-1");
        let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(header("content-type").as_deref(), Some("application/json"));
        if *hub == Hub::Azure {
            assert_eq!(header("api-key").as_deref(), Some("amber-lantern"));
            assert_eq!(header("authorization"), None);
        } else {
            assert_eq!(header("authorization").as_deref(), Some("Bearer amber-lantern"));
        }
    }
}

#[tokio::test]
async fn null_content_is_an_empty_text_and_null_usage_is_no_tokens() {
    let url = hub_that(|| r#"{"choices":[{"message":{"content":null}}],"usage":null}"#).await;
    assert_eq!(ask(&url).await, Ok(Completion::default()));
}

#[tokio::test]
async fn each_status_becomes_its_error_and_the_body_of_the_hub_stays_outside() {
    let after = Some(Duration::from_secs(3));
    let table = [
        (400, HubError::Refused(400)),
        (401, HubError::Unauthorized(401)),
        (403, HubError::Unauthorized(403)),
        (404, HubError::Refused(404)),
        (408, HubError::Unavailable { status: 408, after }),
        (429, HubError::RateLimited { after }),
        (500, HubError::Unavailable { status: 500, after }),
        (503, HubError::Unavailable { status: 503, after }),
        (529, HubError::Unavailable { status: 529, after }),
    ];
    for (status, wanted) in table {
        let code = StatusCode::from_u16(status).unwrap();
        let url = hub_that(move || (code, [("retry-after", "3")], "key amber-lantern is bad")).await;
        let error = ask(&url).await.unwrap_err();
        assert_eq!(error, wanted);
        assert!(!format!("{error} {error:?}").contains("amber"), "{error}");
    }
}

#[tokio::test]
async fn a_redirect_is_refused_and_the_key_goes_nowhere_else() {
    let elsewhere = hub_that(|| -> &str { panic!("nobody may come here") }).await;
    let url = hub_that(move || (StatusCode::PERMANENT_REDIRECT, [("location", elsewhere.clone())])).await;
    assert_eq!(ask(&url).await, Err(HubError::Refused(308)));
}

#[tokio::test]
async fn a_hub_that_hangs_times_out() {
    let url = serve(Router::new().fallback(any(|| async { std::future::pending::<&str>().await }))).await;
    let params = Params { timeout: Duration::from_millis(60), ..Params::default() };
    let given = client().complete(&target(Hub::Custom, &url), &params, &[Message::user("hello")]).await;
    assert_eq!(given, Err(HubError::TimedOut));
}

#[tokio::test]
async fn garbage_is_malformed() {
    let url = hub_that(|| vec![0xff_u8, 0x00, 0x7b, 0x22]).await;
    assert_eq!(ask(&url).await, Err(HubError::Malformed));
    let url = hub_that(|| StatusCode::NO_CONTENT).await;
    assert_eq!(ask(&url).await, Err(HubError::Malformed));
}

#[tokio::test]
async fn an_answer_over_eight_mebibytes_is_too_large_and_five_pass() {
    let piece = Bytes::from(vec![b'a'; 65_536]);
    let url = hub_that(move || {
        let piece = piece.clone();
        Body::from_stream(futures::stream::repeat_with(move || Ok::<_, std::io::Error>(piece.clone())))
    })
    .await;
    assert_eq!(ask(&url).await, Err(HubError::TooLarge));

    let long = format!(r#"{{"choices":[{{"message":{{"content":"{}"}}}}]}}"#, "a".repeat(5 << 20));
    let url = hub_that(move || long.clone()).await;
    assert_eq!(ask(&url).await.unwrap().text.len(), 5 << 20);
}

#[tokio::test]
async fn a_target_that_may_not_be_called_is_blocked_before_any_call() {
    let closed = ChatCompletions::new(Egress::new(Policy::default()).unwrap());
    for url in
        ["http://127.0.0.1:9/v1", "http://10.0.0.1/v1", "http://169.254.169.254/v1", "ftp://example.org"]
    {
        let target = target(Hub::Custom, url);
        let fault = closed.check(&target).unwrap_err();
        let error = closed.complete(&target, &Params::default(), &[]).await.unwrap_err();
        assert_eq!(error, HubError::Blocked(fault.to_string()));
        assert!(!error.is_transient());
    }
    assert!(client().check(&target(Hub::Custom, "http://127.0.0.1:9/v1")).is_ok());
}

#[tokio::test]
async fn nothing_listening_is_unreachable() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(ask(&url).await, Err(HubError::Unreachable));
}
