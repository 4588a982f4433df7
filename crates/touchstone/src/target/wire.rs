//! The target's side of the chat-completions protocol: only what a persona needs is read.

use std::borrow::Cow;
use std::fmt;

use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use touchstone_vocabulary::{Message, Role};

/// A question, as far as it matters here.
pub(super) struct Question {
    pub model: Option<String>,
    pub messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(default)]
    model: Option<String>,
    #[serde(borrow)]
    messages: Vec<Said<'a>>,
    #[serde(default)]
    stream: Option<bool>,
}

#[derive(Deserialize)]
struct Said<'a> {
    #[serde(borrow)]
    role: Cow<'a, str>,
    #[serde(default)]
    content: Text,
}

#[derive(Default)]
struct Text(String);

#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    text: Option<String>,
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, null or a list of parts")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }

            fn visit_unit<E: de::Error>(self) -> Result<Text, E> {
                Ok(Text::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Text, A::Error> {
                let mut text = String::new();
                while let Some(part) = parts.next_element::<Part>()? {
                    text.push_str(part.text.as_deref().unwrap_or_default());
                }
                Ok(Text(text))
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

/// Reads a request or says in a sentence what is wrong with it.
pub(super) fn question(body: &[u8]) -> Result<Question, &'static str> {
    let request: Request<'_> = serde_json::from_slice(body)
        .map_err(|_| "The body must be a chat-completions request with messages.")?;
    if request.stream == Some(true) {
        return Err("This target does not stream: leave stream out or set it to false.");
    }
    let message = |said: Said<'_>| {
        let role = match said.role.as_ref() {
            "system" | "developer" => Role::System,
            "user" => Role::User,
            "assistant" => Role::Assistant,
            // Results of tools and the like say nothing to a persona.
            _ => return None,
        };
        Some(Message { role, content: said.content.0 })
    };
    Ok(Question {
        model: request.model,
        messages: request.messages.into_iter().filter_map(message).collect(),
    })
}

#[derive(Serialize)]
struct Completion<'a> {
    id: &'static str,
    object: &'static str,
    created: u32,
    model: &'a str,
    choices: [Choice<'a>; 1],
    usage: Usage,
}

#[derive(Serialize)]
struct Choice<'a> {
    index: u32,
    message: Spoken<'a>,
    finish_reason: &'static str,
}

#[derive(Serialize)]
struct Spoken<'a> {
    role: &'static str,
    content: &'a str,
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are the protocol's")]
struct Usage {
    prompt_tokens: usize,
    completion_tokens: usize,
    total_tokens: usize,
}

/// A quarter of the characters, rounded down.
fn tokens<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(|text| text.chars().count()).sum::<usize>() / 4
}

/// The answer as JSON. Id and time are always the same: equal questions get equal bytes.
pub(super) fn completion(model: &str, messages: &[Message], answer: &str) -> Response {
    let prompt_tokens = tokens(messages.iter().map(|message| message.content.as_str()));
    let completion_tokens = tokens(std::iter::once(answer));
    let completion = Completion {
        id: "chatcmpl-practice",
        object: "chat.completion",
        created: 0,
        model,
        choices: [Choice {
            index: 0,
            message: Spoken { role: "assistant", content: answer },
            finish_reason: "stop",
        }],
        usage: Usage { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
    };
    match serde_json::to_vec(&completion) {
        Ok(body) => json(StatusCode::OK, body),
        Err(_) => error(StatusCode::INTERNAL_SERVER_ERROR, "The answer could not be written."),
    }
}

#[derive(Serialize)]
struct Failure<'a> {
    error: Reason<'a>,
}

#[derive(Serialize)]
struct Reason<'a> {
    message: &'a str,
    r#type: &'static str,
}

pub(super) fn error(status: StatusCode, message: &str) -> Response {
    let kind = if status.is_client_error() { "invalid_request_error" } else { "server_error" };
    json(status, serde_json::to_vec(&Failure { error: Reason { message, r#type: kind } }).unwrap_or_default())
}

pub(super) fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.into()).into_response()
}

/// More than 8 MiB in pieces, as a completion that would be well-formed to its end.
pub(super) fn huge() -> Response {
    const PIECE: usize = 64 * 1024;
    const PIECES: usize = 160;
    let filler = Bytes::from(vec![b'a'; PIECE]);
    let head = Bytes::from_static(br#"{"choices":[{"message":{"role":"assistant","content":""#);
    let tail = Bytes::from_static(br#""}}],"usage":null}"#);
    let pieces =
        std::iter::once(head).chain(std::iter::repeat_n(filler, PIECES)).chain(std::iter::once(tail));
    json(
        StatusCode::OK,
        Body::from_stream(futures::stream::iter(pieces.map(Ok::<_, std::convert::Infallible>))),
    )
}
