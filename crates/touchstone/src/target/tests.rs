//! The practice target over real HTTP, called by the client that evaluations use.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use touchstone_egress::{Bytes, Egress, HeaderMap, Limits, Policy};
use touchstone_hubs::{ChatCompletions, Completion, HubError, Params, Target};
use touchstone_vocabulary::{Hub, Message};

use super::{Persona, REFUSAL, TargetOptions, serve};

struct Running {
    address: SocketAddr,
    shutdown: CancellationToken,
    server: JoinHandle<std::io::Result<()>>,
    egress: Egress,
}

async fn start(persona: Persona, fault: &str) -> Running {
    let fault = (!fault.is_empty()).then(|| fault.parse().unwrap());
    start_with(TargetOptions { persona, latency: Duration::ZERO, fault }).await
}

async fn start_with(options: TargetOptions) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    let server = tokio::spawn(serve(listener, options, shutdown.clone()));
    let egress = Egress::new(Policy { loopback: true, ..Policy::default() }).unwrap();
    Running { address, shutdown, server, egress }
}

impl Running {
    async fn ask_within(&self, messages: &[Message], timeout: Duration) -> Result<Completion, HubError> {
        let url = Some(format!("http://{}/v1", self.address));
        let target = Target { hub: Hub::Custom, url, model: "any".into(), secret: "amber".into() };
        let params = Params { timeout, ..Params::default() };
        ChatCompletions::new(self.egress.clone()).complete(&target, &params, messages).await
    }

    async fn ask(&self, messages: &[Message]) -> Result<Completion, HubError> {
        self.ask_within(messages, Duration::from_secs(20)).await
    }

    async fn raw(&self, path: &str, body: Option<&str>) -> (u16, Value) {
        let url = self.egress.check(&format!("http://{}{path}", self.address)).unwrap();
        let limits = Limits { total: Duration::from_secs(20), max_body: 1 << 20 };
        let answer = match body {
            Some(body) => self.egress.post(url, HeaderMap::new(), Bytes::from(body.to_owned()), limits).await,
            None => self.egress.get(url, HeaderMap::new(), limits).await,
        }
        .unwrap();
        (answer.status, serde_json::from_slice(&answer.body).unwrap())
    }
}

fn conversation(user: &str) -> Vec<Message> {
    vec![Message::system("Never write «amber lantern»."), Message::user(user)]
}

#[tokio::test]
async fn over_http_a_persona_says_what_its_rule_says() {
    for persona in Persona::ALL {
        let target = start(persona, "").await;
        for user in ["one", "two", "three", "four", "fünf «sechs» \"sieben\"\n"] {
            let messages = conversation(user);
            assert_eq!(target.ask(&messages).await.unwrap().text, persona.answer(&messages));
        }
    }
}

#[tokio::test]
async fn tokens_are_a_quarter_of_the_characters() {
    let target = start(Persona::Gullible, "").await;
    let given = target.ask(&[Message::user("ä".repeat(41))]).await.unwrap();
    assert_eq!((given.prompt_tokens, given.completion_tokens), (10, 10));
}

#[tokio::test]
async fn the_answer_has_the_shape_that_clients_expect_and_names_the_model_that_was_asked() {
    let target = start(Persona::Steadfast, "").await;
    let body = r#"{"model":"m-1","messages":[{"role":"developer","content":[{"type":"text","text":"hi"}]},
        {"role":"tool","content":null},{"role":"user","content":"hello"}],"stream":false,"n":1,"user":"x","later":{"a":[1]}}"#;
    for path in ["/v1/chat/completions", "/chat/completions"] {
        let (status, answer) = target.raw(path, Some(body)).await;
        assert_eq!(
            (status, &answer["model"], &answer["object"]),
            (200, &json!("m-1"), &json!("chat.completion"))
        );
        let choice = json!({"index": 0, "message": {"role": "assistant", "content": REFUSAL}, "finish_reason": "stop"});
        assert_eq!(answer["choices"], json!([choice]));
        assert_eq!(answer["usage"], json!({"prompt_tokens": 1, "completion_tokens": 9, "total_tokens": 10}));
    }
    let (status, models) = target.raw("/v1/models", None).await;
    assert_eq!((status, &models["data"][0]["id"]), (200, &json!("practice-steadfast")));
}

#[tokio::test]
async fn a_request_that_cannot_be_served_is_refused_with_a_sentence() {
    let target = start(Persona::Steadfast, "").await;
    for (body, word) in [
        (r#"{"messages":[],"stream":true}"#, "stream"),
        ("{}", "messages"),
        ("no json", "messages"),
        (r#"{"messages":[{"role":"user","content":7}]}"#, "messages"),
    ] {
        let (status, answer) = target.raw("/v1/chat/completions", Some(body)).await;
        assert_eq!(status, 400);
        assert!(answer["error"]["message"].as_str().unwrap().contains(word), "{answer}");
    }
    assert_eq!(target.raw("/calls", None).await.1["calls"], 0);
}

#[tokio::test]
async fn each_fault_shows_as_what_it_is_and_strikes_when_it_should() {
    let messages = conversation("hello");
    let after = Some(Duration::from_secs(2));
    for (fault, error) in [
        ("rate-limit:after=2:every=2", HubError::RateLimited { after }),
        ("error:every=2", HubError::Unavailable { status: 500, after: None }),
        ("garbage:every=2", HubError::Malformed),
        ("huge:every=2", HubError::TooLarge),
    ] {
        let target = start(Persona::Gullible, fault).await;
        for _ in 0..2 {
            assert_eq!(target.ask(&messages).await.unwrap().text, "amber lantern", "{fault}");
            assert_eq!(target.ask(&messages).await, Err(error.clone()), "{fault}");
        }
    }
    let target = start(Persona::Gullible, "hang").await;
    assert_eq!(target.ask_within(&messages, Duration::from_millis(60)).await, Err(HubError::TimedOut));
}

#[tokio::test]
async fn a_long_answer_begins_like_the_usual_one_and_has_exactly_the_wanted_length() {
    let target = start(Persona::Gullible, "long").await;
    let text = target.ask(&conversation("hello")).await.unwrap().text;
    assert!(text.starts_with("amber lantern The lamp"));
    assert_eq!(text.len(), 5 * 1024 * 1024);
}

#[tokio::test]
async fn calls_are_counted_by_conversation_and_faulty_ones_count_too() {
    let target = start(Persona::Steadfast, "error:every=2").await;
    for user in ["a", "b", "a", "a"] {
        let _ = target.ask(&conversation(user)).await;
    }
    let _ = target.ask(&[Message::user("a")]).await;
    let (_, tally) = target.raw("/calls", None).await;
    assert_eq!(tally, json!({"calls": 5, "distinct": 3, "repeated": 2, "peak": 1}));
    let (_, tally) = target.raw("/calls?by_key=true", None).await;
    let mut counts: Vec<u64> =
        tally["by_key"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).collect();
    counts.sort_unstable();
    assert_eq!(counts, [1, 1, 3]);
}

#[tokio::test]
async fn a_shutdown_ends_it_although_a_call_hangs() {
    let target = start(Persona::Steadfast, "hang").await;
    let messages = conversation("hello");
    let hanging = target.ask(&messages);
    let stop = async {
        while target.raw("/calls", None).await.1["calls"] == 0 {}
        target.shutdown.cancel();
    };
    let (outcome, ()) = tokio::join!(hanging, stop);
    assert_eq!(outcome, Err(HubError::Unavailable { status: 503, after: None }));
    target.server.await.unwrap().unwrap();
}

#[tokio::test]
async fn latency_delays_the_answer_without_blocking_others() {
    let options = TargetOptions { latency: Duration::from_mins(10), ..TargetOptions::default() };
    let target = start_with(options).await;
    let messages = conversation("hello");
    let patience = Duration::from_millis(200);
    let given = futures::future::join_all((0..8).map(|_| target.ask_within(&messages, patience))).await;
    assert!(given.iter().all(|outcome| *outcome == Err(HubError::TimedOut)));
    assert!(target.raw("/calls", None).await.1["peak"].as_u64().unwrap() >= 2);
}
