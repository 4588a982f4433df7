//! The chat-completions protocol as bytes.
//!
//! A request holds the few keys that every provider and the simplest local server understand, and no other: some
//! refuse a request for a key they do not know. Answers are read leniently where providers differ (null content,
//! content in parts, missing usage) and strictly where a misreading would count as an answer.

use std::fmt;

use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use touchstone_vocabulary::{Hub, Message};

use crate::chat::{Completion, Params};
use crate::error::HubError;

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    messages: &'a [Message],
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
}

/// Providers that know the length limit by its older name only.
const fn says_max_tokens(hub: Hub) -> bool {
    matches!(hub, Hub::Mistral | Hub::Together | Hub::Fireworks | Hub::Nvidia | Hub::OpenRouter)
}

pub(crate) fn request(
    hub: Hub,
    model: &str,
    params: &Params,
    messages: &[Message],
) -> Result<Vec<u8>, HubError> {
    let (max_tokens, max_completion_tokens) = if says_max_tokens(hub) {
        (params.max_completion_tokens, None)
    } else {
        (None, params.max_completion_tokens)
    };
    let request = Request {
        model,
        messages,
        temperature: params.temperature.filter(|number| number.is_finite()),
        top_p: params.top_p.filter(|number| number.is_finite()),
        max_completion_tokens,
        max_tokens,
    };
    let length: usize = messages.iter().map(|message| message.content.len() + 64).sum();
    let mut body = Vec::with_capacity(length + 256);
    serde_json::to_writer(&mut body, &request)
        .map_err(|_| HubError::Blocked("The request could not be written as JSON.".into()))?;
    Ok(body)
}

#[derive(Deserialize)]
struct Answer<'a> {
    choices: Vec<Choice>,
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Choice {
    message: Spoken,
}

#[derive(Deserialize)]
struct Spoken {
    #[serde(default)]
    content: Content,
    #[serde(default)]
    tool_calls: Option<Vec<ToolCall>>,
}

#[derive(Deserialize)]
struct ToolCall {
    function: Option<Function>,
}

#[derive(Deserialize)]
struct Function {
    name: String,
}

#[derive(Deserialize, Default)]
struct Usage {
    #[serde(default)]
    prompt_tokens: Option<f64>,
    #[serde(default)]
    completion_tokens: Option<f64>,
}

/// The text of a message: a string, null, or a list of parts whose texts are joined.
#[derive(Default)]
struct Content(String);

#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    text: Option<String>,
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Content;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, null or a list of parts")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Content, E> {
                Ok(Content(text.to_owned()))
            }

            fn visit_string<E: de::Error>(self, text: String) -> Result<Content, E> {
                Ok(Content(text))
            }

            fn visit_unit<E: de::Error>(self) -> Result<Content, E> {
                Ok(Content::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Content, A::Error> {
                let mut text = String::new();
                while let Some(part) = parts.next_element::<Part>()? {
                    text.push_str(part.text.as_deref().unwrap_or_default());
                }
                Ok(Content(text))
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

/// More calls, or longer names, are no honest answer and cost nobody memory.
const MOST_TOOLS: usize = 128;
const LONGEST_TOOL: usize = 256;

fn tools(calls: Option<Vec<ToolCall>>) -> Vec<String> {
    let names = calls.into_iter().flatten().filter_map(|call| call.function).map(|function| function.name);
    names
        .take(MOST_TOOLS)
        .map(|name| name.replace('\0', "\u{fffd}").chars().take(LONGEST_TOOL).collect())
        .collect()
}

/// Reads the first choice. A NUL, which no database can store as text, becomes the replacement character.
pub(crate) fn completion(body: &[u8]) -> Result<Completion, HubError> {
    let answer: Answer<'_> = serde_json::from_slice(body).map_err(|_| HubError::Malformed)?;
    let message = answer.choices.into_iter().next().ok_or(HubError::Malformed)?.message;
    let Content(mut text) = message.content;
    if text.contains('\0') {
        text = text.replace('\0', "\u{fffd}");
    }
    // A usage that cannot be read costs the numbers, not the answer.
    let usage: Usage = answer.usage.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
    Ok(Completion {
        text,
        tools: tools(message.tool_calls),
        prompt_tokens: tokens(usage.prompt_tokens),
        completion_tokens: tokens(usage.completion_tokens),
    })
}

/// Some providers count in fractions. Anything outside the range of an honest count is no count.
fn tokens(count: Option<f64>) -> i64 {
    let count = count.unwrap_or(0.0).round();
    if (0.0..=f64::from(u32::MAX)).contains(&count) { format!("{count:.0}").parse().unwrap_or(0) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn keys(hub: Hub, params: &Params) -> BTreeSet<String> {
        let body = request(hub, "m", params, &[Message::user("hello")]).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&body).unwrap();
        value.as_object().unwrap().keys().cloned().collect()
    }

    #[test]
    fn a_request_has_no_key_that_a_local_server_does_not_know() {
        let full = Params {
            temperature: Some(0.0),
            top_p: Some(1.0),
            max_completion_tokens: Some(125),
            ..Params::default()
        };
        let known = ["model", "messages", "temperature", "top_p", "max_completion_tokens"].map(str::to_owned);
        for hub in [Hub::Custom, Hub::OpenAi, Hub::Azure] {
            assert_eq!(keys(hub, &full), BTreeSet::from(known.clone()));
        }
        for hub in [Hub::Mistral, Hub::Together, Hub::Fireworks, Hub::Nvidia, Hub::OpenRouter] {
            assert!(
                keys(hub, &full).contains("max_tokens")
                    && !keys(hub, &full).contains("max_completion_tokens")
            );
        }
        assert_eq!(
            keys(Hub::Custom, &Params::default()),
            BTreeSet::from(["model", "messages"].map(str::to_owned))
        );
        let odd = Params { temperature: Some(f64::NAN), ..Params::default() };
        assert!(!keys(Hub::Custom, &odd).contains("temperature"));
    }

    #[test]
    fn messages_are_written_with_their_role_and_text() {
        let messages = [Message::system("s"), Message::user("\"u\"\n"), Message::assistant("a")];
        let body = request(Hub::Custom, "m", &Params::default(), &messages).unwrap();
        assert_eq!(
            std::str::from_utf8(&body).unwrap(),
            r#"{"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":"\"u\"\n"},{"role":"assistant","content":"a"}]}"#
        );
    }

    #[test]
    fn answers_of_all_shapes_are_read() {
        let table = [
            (
                r#"{"choices":[{"message":{"content":"hi"}}],"usage":{"prompt_tokens":3,"completion_tokens":4}}"#,
                "hi",
                3,
                4,
            ),
            (r#"{"choices":[{"message":{"content":null}}],"usage":null}"#, "", 0, 0),
            (r#"{"choices":[{"message":{"role":"assistant","tool_calls":[]}}]}"#, "", 0, 0),
            (
                r#"{"choices":[{"message":{"content":[{"type":"text","text":"a"},{"type":"x"},{"text":"b"}]}}]}"#,
                "ab",
                0,
                0,
            ),
            (r#"{"choices":[{"message":{"content":"1"}},{"message":{"content":"2"}}]}"#, "1", 0, 0),
            (
                r#"{"choices":[{"message":{"content":"h"}}],"usage":{"prompt_tokens":2.6,"completion_tokens":-4}}"#,
                "h",
                3,
                0,
            ),
            (r#"{"choices":[{"message":{"content":"h"}}],"usage":{"prompt_tokens":1e99}}"#, "h", 0, 0),
            (r#"{"choices":[{"message":{"content":"h"}}],"usage":"many"}"#, "h", 0, 0),
            (r#"{"choices":[{"message":{"content":"a\u0000b"}}]}"#, "a\u{fffd}b", 0, 0),
            (r#"{"choices":[{"message":{"content":"é\ud83d\ude00"}}],"x":[1,{"y":2}]}"#, "é😀", 0, 0),
        ];
        for (body, text, prompt_tokens, completion_tokens) in table {
            let wanted = Completion {
                text: text.to_owned(),
                prompt_tokens,
                completion_tokens,
                ..Completion::default()
            };
            assert_eq!(completion(body.as_bytes()).unwrap(), wanted, "{body}");
        }
    }

    #[test]
    fn the_names_of_called_tools_are_read_in_order() {
        for (message, tools) in [
            (
                r#"{"content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"search","arguments":"{}"}},{"function":{"name":"book"}}]}"#,
                &["search", "book"] as &[&str],
            ),
            (r#"{"content":"a","tool_calls":null}"#, &[]),
            (r#"{"content":"a","tool_calls":[{"type":"custom"}]}"#, &[]),
            (r#"{"content":"a","tool_calls":[{"function":{"name":"a\u0000b"}}]}"#, &["a\u{fffd}b"]),
        ] {
            let body = format!(r#"{{"choices":[{{"message":{message}}}]}}"#);
            assert_eq!(completion(body.as_bytes()).unwrap().tools, tools, "{message}");
        }
        let many = r#"{"function":{"name":"x"}},"#.repeat(1000);
        let body =
            format!(r#"{{"choices":[{{"message":{{"tool_calls":[{}]}}}}]}}"#, many.trim_end_matches(','));
        assert_eq!(completion(body.as_bytes()).unwrap().tools.len(), MOST_TOOLS);
    }

    #[test]
    fn what_is_no_completion_is_malformed() {
        for body in [
            "",
            "null",
            "[]",
            "{}",
            r#"{"choices":[]}"#,
            r#"{"choices":null}"#,
            r#"{"choices":[{}]}"#,
            r#"{"choices":[{"message":null}]}"#,
            r#"{"choices":[{"message":{"content":7}}]}"#,
            r#"{"choices":[{"message":{"content":"a"}}]} trailing"#,
            r#"{"choices":[{"message":{"content":"a"#,
            "<html>busy</html>",
            r#"{"error":{"message":"no"}}"#,
        ] {
            assert_eq!(completion(body.as_bytes()), Err(HubError::Malformed), "{body}");
        }
        assert_eq!(
            completion(b"{\"choices\":[{\"message\":{\"content\":\"\xff\"}}]}"),
            Err(HubError::Malformed)
        );
    }
}
