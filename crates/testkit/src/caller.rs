//! Somebody who calls the API.

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::world::eventually;

/// A base address and a token.
#[derive(Clone)]
pub struct Caller {
    pub base: String,
    pub token: String,
    http: Client,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reply {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// The body of an answer that must be 200.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self.json()
    }

    #[track_caller]
    pub fn refused(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.json()
    }
}

impl Caller {
    #[expect(
        clippy::disallowed_methods,
        clippy::missing_panics_doc,
        reason = "a test's client is not the service's"
    )]
    pub fn new(base: String, token: String) -> Self {
        let http = Client::builder().no_proxy().timeout(Duration::from_mins(2)).build();
        #[expect(clippy::expect_used, reason = "a test cannot go on without a client")]
        Self { base, token, http: http.expect("an HTTP client") }
    }

    /// The same server with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    /// A request to be completed by the test.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token)
    }

    /// Sends what [`Caller::request`] began.
    #[expect(clippy::expect_used, reason = "a test cannot go on without an answer")]
    pub async fn send(&self, request: RequestBuilder) -> Reply {
        let answer = request.send().await.expect("the server answers");
        let (status, headers) = (answer.status(), answer.headers().clone());
        Reply { status, headers, text: answer.text().await.expect("the answer is text") }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// A POST without a body and without a content type, as the public client sends it.
    pub async fn post_empty(&self, path: &str) -> Reply {
        self.send(self.request(Method::POST, path)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Reply {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// Makes an API key for a practice target and returns its id.
    pub async fn key(&self, name: &str, url: &str) -> String {
        let body = json!({
            "name": name, "hub": "custom", "value": "practice-key-value", "url": url,
            "rate_limit_per_interval": 1_000_000, "rate_limit_interval": 1,
        });
        self.post("/v1/api-keys", &body).await.ok()["id"].as_str().unwrap_or_default().to_owned()
    }

    /// Starts an evaluation; `extra` overrides fields of the request.
    pub async fn evaluate(&self, id: &str, key: &str, harnesses: &[&str], extra: Value) -> Reply {
        let mut body = json!({
            "id": id, "name": "journey", "hub": "custom", "model": "practice", "api_key_proxy": key,
            "harness_config_ids": harnesses, "scenario_config_filters": [], "agent_params": {"temperature": 0},
        });
        if let (Some(body), Value::Object(extra)) = (body.as_object_mut(), extra) {
            body.extend(extra);
        }
        self.post("/v1/evaluations", &body).await
    }

    pub async fn evaluation(&self, id: &str) -> Value {
        self.get(&format!("/v1/evaluations/{id}")).await.ok()
    }

    /// Waits for an end and returns the evaluation.
    pub async fn ended(&self, id: &str) -> Value {
        eventually("the evaluation ends", || async {
            let evaluation = self.evaluation(id).await;
            (!matches!(evaluation["status"].as_str(), Some("CREATED" | "IN_PROGRESS"))).then_some(evaluation)
        })
        .await
    }
}
