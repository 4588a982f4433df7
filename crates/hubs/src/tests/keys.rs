//! Trying a key, and asking for its models, over real HTTP.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use touchstone_vocabulary::Hub;

use super::calls::{client, hub_that, serve, target};
use crate::{Allowance, HubError, Target, Untested};

const LIST: &str = r#"{"object":"list","data":[{"id":"lamp-2"},{"id":"lamp-1","owned_by":"quay"}]}"#;
const ANSWER: &str = r#"{"choices":[{"message":{"content":"H"}}]}"#;

/// A hub whose list of models and whose completions answer so, and what it was asked.
async fn hub(list: (u16, &'static str), chat: (u16, &'static str)) -> (String, Arc<Mutex<Vec<String>>>) {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let notes = Arc::clone(&asked);
    let app = Router::new().fallback(any(move |method: Method, uri: Uri| async move {
        notes.lock().unwrap().push(format!("{method} {uri}"));
        let (status, body) = if method == Method::GET { list } else { chat };
        let limit = [("x-ratelimit-limit-requests", "500")];
        (StatusCode::from_u16(status).unwrap(), limit, body).into_response() as Response
    }));
    (serve(app).await, asked)
}

const ALLOWED: Option<Allowance> = Some(Allowance { calls: 500, interval: Some(60) });

#[tokio::test]
async fn a_key_is_tried_by_the_list_of_models_and_only_then_by_one_word() {
    let model = |url: &str| target(Hub::Custom, url);
    let none = |url: &str| Target { model: String::new(), ..target(Hub::Custom, url) };
    let refused = |status| Err(Untested::Hub(HubError::Refused(status)));
    let unauthorized = || Err(Untested::Hub(HubError::Unauthorized(401)));
    let table = [
        ((200, LIST), (500, ""), true, Ok(ALLOWED), 1),
        ((401, LIST), (200, ANSWER), true, unauthorized(), 1),
        ((404, ""), (200, ANSWER), true, Ok(ALLOWED), 2),
        ((404, ""), (401, ANSWER), true, unauthorized(), 2),
        ((404, ""), (200, ANSWER), false, refused(404), 1),
        ((200, "hello"), (200, ANSWER), true, Ok(ALLOWED), 2),
        ((200, "hello"), (200, ANSWER), false, Err(Untested::Hub(HubError::Malformed)), 1),
        ((200, "hello"), (200, "hello"), true, Err(Untested::Hub(HubError::Malformed)), 2),
        ((429, ""), (200, ANSWER), true, Err(Untested::Hub(HubError::RateLimited { after: None })), 1),
    ];
    for (list, chat, has_model, wanted, calls) in table {
        let (url, asked) = hub(list, chat).await;
        let target = if has_model { model(&url) } else { none(&url) };
        assert_eq!(client().try_key(&target).await, wanted, "{list:?} {chat:?}");
        let asked = asked.lock().unwrap().clone();
        assert_eq!(asked.len(), calls, "{asked:?}");
        assert_eq!(asked[0], "GET /v1/models");
    }
}

#[tokio::test]
async fn where_the_list_is_open_to_anybody_only_an_answer_tells_that_a_key_is_good() {
    let (url, asked) = hub((200, LIST), (401, "")).await;
    let target = target(Hub::OpenRouter, &url);
    assert_eq!(client().try_key(&target).await, Err(Untested::Hub(HubError::Unauthorized(401))));
    let none = Target { model: " ".into(), ..target };
    assert_eq!(client().try_key(&none).await, Err(Untested::NoModel(Hub::OpenRouter)));
    assert_eq!(*asked.lock().unwrap(), ["POST /v1/chat/completions"]);
}

#[tokio::test]
async fn models_are_listed_as_the_hub_names_them_and_nothing_dishonest() {
    let models = async |body: String| {
        let url = hub_that(move || body.clone()).await;
        client().models(&target(Hub::Together, &url)).await
    };
    assert_eq!(models(LIST.into()).await.unwrap(), ["lamp-2", "lamp-1"]);
    assert_eq!(models(r#"[{"id":"a/b"}]"#.into()).await.unwrap(), ["a/b"], "as some do without an envelope");
    let long = "a".repeat(257);
    let odd = format!(r#"{{"data":[{{"id":"{long}"}},{{"id":"a\u0000b"}},{{"id":"c"}}]}}"#);
    assert_eq!(models(odd).await.unwrap(), ["c"]);
    let many = r#"{"id":"x"},"#.repeat(20_000);
    let many = format!(r#"{{"data":[{}]}}"#, many.trim_end_matches(','));
    assert_eq!(models(many).await.unwrap().len(), 10_000);
    for bad in ["", "{}", r#"{"data":{}}"#, r#"{"data":[{"name":"x"}]}"#] {
        assert_eq!(models(bad.into()).await, Err(HubError::Malformed), "{bad}");
    }
}
