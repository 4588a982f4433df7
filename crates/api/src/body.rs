//! Request bodies: bounded, JSON, and refused in the contract's shape without a word of what was sent.

use std::time::Duration;

use axum::body::BodyDataStream;
use axum::extract::{FromRef, FromRequest, Request};
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

use crate::error::{ApiError, Fault, Step};
use crate::limit::Limits;

/// Longest time for the rest of a body that is refused.
const PATIENCE: Duration = Duration::from_secs(2);
/// A JSON body. Unknown fields are ignored.
pub struct Body<T>(pub T);

impl<S, T> FromRequest<S> for Body<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
    Limits: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let limits = Limits::from_ref(state);
        let bytes = gathered(request.into_body(), &limits).await?;
        read(&bytes, &limits).map(Self).map_err(|fault| ApiError::Invalid(vec![fault]))
    }
}

/// The whole body, if it is not too long and does not stop in the middle.
pub async fn gathered(body: axum::body::Body, limits: &Limits) -> Result<Bytes, ApiError> {
    let (limit, idle) = (limits.body_bytes, Duration::from_secs(limits.body_idle_seconds));
    let mut pieces = body.into_data_stream();
    let mut bytes = BytesMut::new();
    loop {
        match tokio::time::timeout(idle, pieces.next()).await {
            Ok(None) => return Ok(bytes.freeze()),
            Ok(Some(Ok(piece))) if bytes.len() + piece.len() <= limit => bytes.extend_from_slice(&piece),
            Ok(Some(Ok(_))) => {
                discard(pieces, limit).await;
                return Err(ApiError::TooLarge(limit));
            }
            Ok(Some(Err(_))) | Err(_) => {
                return Err(ApiError::Invalid(vec![Fault::body("The body did not arrive", "value_error")]));
            }
        }
    }
}

/// Lets a client finish sending what is refused, within bounds: one that is cut off in the middle often never sees
/// the answer.
pub async fn discard(mut pieces: BodyDataStream, limit: usize) {
    let mut left = limit.saturating_mul(4);
    let rest = async {
        while let Some(Ok(piece)) = pieces.next().await {
            left = left.saturating_sub(piece.len());
            if left == 0 {
                break;
            }
        }
    };
    // Whoever is slower than this is cut off.
    let _ = tokio::time::timeout(PATIENCE, rest).await;
}

/// Reads a value, or says what is wrong and where.
pub fn read<T: DeserializeOwned>(bytes: &[u8], limits: &Limits) -> Result<T, Fault> {
    if bytes.is_empty() {
        return Err(Fault::body("Field required", "missing"));
    }
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|_| Fault::body("The body is not valid JSON", "json_invalid"))?;
    if !value.is_object() {
        return Err(Fault::body("The body must be a JSON object", "value_error"));
    }
    let mut loc = vec![Step::Field("body".to_owned())];
    check(&value, &mut loc, limits)?;
    serde_path_to_error::deserialize(value).map_err(|error| fault(&error, &[]))
}

/// Reads a part of a body that was read before; `under` is the way to it.
pub fn parsed<T: DeserializeOwned>(value: Value, under: &[&str]) -> Result<T, ApiError> {
    serde_path_to_error::deserialize(value).map_err(|error| ApiError::Invalid(vec![fault(&error, under)]))
}

/// What no text or list may be, wherever it stands, and how deep it may stand.
fn check(value: &Value, loc: &mut Vec<Step>, limits: &Limits) -> Result<(), Fault> {
    let Limits { json_depth, list_items, text_bytes, .. } = *limits;
    let refuse = |loc: &[Step], msg: String| Err(Fault { loc: loc.to_vec(), msg, kind: "value_error" });
    match value {
        Value::String(text) if text.contains('\0') => {
            refuse(loc, "must not contain the NUL character".to_owned())
        }
        Value::String(text) if text.len() > text_bytes => {
            refuse(loc, format!("must be at most {text_bytes} bytes long"))
        }
        // The body itself is the first level.
        Value::Array(_) | Value::Object(_) if loc.len() > json_depth => {
            refuse(&loc[..1], format!("must be at most {json_depth} levels deep"))
        }
        Value::Array(items) if items.len() > list_items => {
            refuse(loc, format!("must have at most {list_items} elements"))
        }
        Value::Array(items) => items.iter().enumerate().try_for_each(|(place, item)| {
            loc.push(Step::Position(place));
            check(item, loc, limits)?;
            loc.pop();
            Ok(())
        }),
        Value::Object(fields) => fields.iter().try_for_each(|(name, item)| {
            loc.push(Step::Field(name.chars().take(80).collect()));
            check(item, loc, limits)?;
            loc.pop();
            Ok(())
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

fn fault(error: &serde_path_to_error::Error<serde_json::Error>, under: &[&str]) -> Fault {
    let way = ["body"].iter().chain(under);
    let mut loc: Vec<Step> = way.map(|step| Step::Field((*step).to_owned())).collect();
    loc.extend(error.path().iter().filter_map(|segment| match segment {
        Segment::Seq { index } => Some(Step::Position(*index)),
        Segment::Map { key } => Some(Step::Field(key.clone())),
        Segment::Enum { variant } => Some(Step::Field(variant.clone())),
        Segment::Unknown => None,
    }));
    let text = error.inner().to_string();
    if let Some(field) = text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        loc.push(Step::Field(field.to_owned()));
        return Fault { loc, msg: "Field required".to_owned(), kind: "missing" };
    }
    // Before the last comma stands what was sent; after it what our own types expect.
    let msg = match text.rsplit_once(", expected ") {
        Some((_, expected)) => format!("The value must be {expected}"),
        None => "The value is not valid".to_owned(),
    };
    Fault { loc, msg, kind: "value_error" }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::StatusCode;
    use axum::routing::post;
    use serde::Deserialize;
    use tower::ServiceExt as _;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Sample {
        name: String,
        sizes: Option<Vec<i64>>,
    }

    fn fault_of(text: &str) -> Value {
        serde_json::to_value(read::<Sample>(text.as_bytes(), &Limits::default()).unwrap_err()).unwrap()
    }

    #[test]
    fn each_fault_names_its_place_and_never_what_was_sent() {
        let table = [
            ("", "[\"body\"]", "missing"),
            ("{\"name\": hunter2", "[\"body\"]", "json_invalid"),
            ("[\"hunter2\"]", "[\"body\"]", "value_error"),
            ("{}", "[\"body\",\"name\"]", "missing"),
            ("{\"name\":[\"hunter2\"]}", "[\"body\",\"name\"]", "value_error"),
            (
                "{\"name\":\"a\",\"sizes\":[1,\"hunter2, expected x\"]}",
                "[\"body\",\"sizes\",1]",
                "value_error",
            ),
            ("{\"name\":\"hunter2\\u0000\"}", "[\"body\",\"name\"]", "value_error"),
        ];
        for (text, loc, kind) in table {
            let fault = fault_of(text);
            assert_eq!(fault["loc"].to_string(), loc, "{text}");
            assert_eq!(fault["type"], kind, "{text}");
            assert!(!fault.to_string().contains("hunter2"), "{fault}");
        }
    }

    #[test]
    fn unknown_fields_are_ignored() {
        assert_eq!(
            read::<Sample>(br#"{"name":"a","team_id":"x","n":{"m":[]}}"#, &Limits::default()).unwrap().name,
            "a"
        );
    }

    #[test]
    fn endless_texts_and_lists_are_refused() {
        let text = format!("{{\"name\":\"{}\"}}", "a".repeat(Limits::default().text_bytes + 1));
        assert_eq!(fault_of(&text)["loc"].to_string(), "[\"body\",\"name\"]");
        let list = format!("{{\"name\":\"a\",\"sizes\":[{}1]}}", "1,".repeat(Limits::default().list_items));
        assert_eq!(fault_of(&list)["loc"].to_string(), "[\"body\",\"sizes\"]");
    }

    #[test]
    fn a_body_may_be_nested_so_deep_and_no_deeper() {
        let nested =
            |levels: usize| format!("{{\"name\":\"a\",\"x\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        let deepest = Limits::default().json_depth - 1;
        assert!(read::<Sample>(nested(deepest).as_bytes(), &Limits::default()).is_ok());
        assert_eq!(fault_of(&nested(deepest + 1))["loc"].to_string(), "[\"body\"]");
        assert_eq!(fault_of(&nested(100_000))["type"], "json_invalid");
    }

    #[derive(Clone)]
    struct Small;

    impl FromRef<Small> for Limits {
        fn from_ref(_: &Small) -> Self {
            Self { body_bytes: 64, ..Self::default() }
        }
    }

    #[tokio::test]
    async fn a_body_beyond_the_limit_is_413() {
        let app = Router::new()
            .route("/", post(|Body(sample): Body<Sample>| async move { sample.name }))
            .with_state(Small);
        let send = |text: String| {
            let request = Request::post("/").body(axum::body::Body::from(text)).unwrap();
            app.clone().oneshot(request)
        };
        let long = format!("{{\"name\":\"{}\"}}", "a".repeat(64));
        assert_eq!(send(long).await.unwrap().status(), StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(send("{\"name\":\"a\"}".to_owned()).await.unwrap().status(), StatusCode::OK);
    }
}
