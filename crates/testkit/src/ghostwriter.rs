//! A model that finds words for prompts, over real HTTP, and not always usable ones.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// How it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    /// Everything as it is wanted, in other words at each call.
    Neat,
    /// The first line of each call as it is wanted, and each other line wrong in its own way.
    Sloppy,
    /// Prose.
    Chatty,
    /// 500.
    Broken,
}

/// The model. It ends with the test.
pub struct Ghostwriter {
    /// Base address of the hub.
    pub url: String,
    desk: Arc<Desk>,
    _serving: JoinSet<std::io::Result<()>>,
}

struct Desk {
    hand: Hand,
    /// An answer takes one of them.
    answers: Semaphore,
    /// What it was asked, call by call, and with which credential.
    asked: Mutex<Vec<(String, String)>>,
}

impl Ghostwriter {
    pub const MODEL: &str = "ghost-1";

    /// One that answers whatever it is asked.
    pub async fn start(hand: Hand) -> Self {
        Self::with_answers(hand, Semaphore::MAX_PERMITS).await
    }

    /// One that answers only so often, until it may answer more.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its model")]
    pub async fn with_answers(hand: Hand, answers: usize) -> Self {
        let desk = Arc::new(Desk { hand, answers: Semaphore::new(answers), asked: Mutex::new(Vec::new()) });
        let router = Router::new().route("/v1/chat/completions", post(write)).with_state(Arc::clone(&desk));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await });
        Self { url, desk, _serving: serving }
    }

    /// Lets it answer whatever it is asked from now on.
    pub fn go_on(&self) {
        self.desk.answers.add_permits(Semaphore::MAX_PERMITS / 2);
    }

    /// What it was asked, call by call, and with which credential.
    #[expect(clippy::expect_used, reason = "nobody panics with the lock")]
    pub fn asked(&self) -> Vec<(String, String)> {
        self.desk.asked.lock().expect("whole").clone()
    }
}

#[expect(clippy::expect_used, reason = "nobody panics with the lock, and the gate is never closed")]
async fn write(State(desk): State<Arc<Desk>>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    let wanted = body["messages"][1]["content"].as_str().unwrap_or_default().to_owned();
    let credential = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let call = {
        let mut asked = desk.asked.lock().expect("whole");
        asked.push((wanted.clone(), credential.unwrap_or_default().to_owned()));
        asked.len()
    };
    desk.answers.acquire().await.expect("open").forget();
    let lines = wanted.lines().filter_map(|line| serde_json::from_str(line).ok());
    let text = match desk.hand {
        Hand::Broken => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Hand::Chatty => "Certainly! Here are the prompts that you wanted.\n{\"prompts\": []}".to_owned(),
        Hand::Neat => joined(lines.map(|line| neat(&line, call))),
        Hand::Sloppy => joined(lines.map(|line| sloppy(&line, call))),
    };
    let message = json!({"role": "assistant", "content": text});
    Json(json!({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})).into_response()
}

fn joined(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}

fn words(wanted: &Value, call: usize) -> String {
    let n = &wanted["n"];
    match wanted["keep"].as_array() {
        None => format!("Ghost {call}.{n}: which one is it?"),
        Some(keep) => {
            let kept: Vec<&str> = keep.iter().filter_map(Value::as_str).collect();
            format!("Ghost {call}.{n} has its reasons: {}", kept.join(" with "))
        }
    }
}

fn neat(wanted: &Value, call: usize) -> String {
    json!({"n": wanted["n"], "text": words(wanted, call)}).to_string()
}

fn sloppy(wanted: &Value, call: usize) -> String {
    let (n, text) = (&wanted["n"], words(wanted, call));
    match n.as_u64().unwrap_or_default() {
        1 => neat(wanted, call),
        2 => text,
        3 => json!({"n": n, "text": text, "score": 1}).to_string(),
        4 => json!({"n": n, "text": "?".repeat(1_000)}).to_string(),
        5 => json!({"n": n, "text": format!("«{text}»?")}).to_string(),
        6 => match wanted["answer"].as_str() {
            Some(answer) => json!({"n": n, "text": format!("Is it {answer}?")}).to_string(),
            None => json!({"n": n, "text": "Ghost forgot what was to be kept."}).to_string(),
        },
        7 => json!({"n": 99, "text": text}).to_string(),
        // The first one's words again.
        _ => json!({"n": 1, "text": text}).to_string(),
    }
}
