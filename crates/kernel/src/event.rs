//! An event and its wire form.
//!
//! In Rust an event is a variant of its context's enum; on the wire it is a name such as `evaluation.canceled`, a
//! version and a JSON payload. serde's variant tag is the second half of the name, so neither can drift from the
//! other.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// What has happened in one stream. The enum is tagged by serde's default and `rename_all = "snake_case"`.
pub trait Event: Serialize + DeserializeOwned + Clone + PartialEq + Debug + Send + Sync + 'static {
    /// First half of every wire name: the stream kind.
    const CONTEXT: &'static str;

    /// Version of the payload that this build writes, per event; 1 until a field changes.
    fn version(&self) -> u32 {
        1
    }

    /// What makes a repetition of this event recognisable beyond the command that caused it, e.g. prompt and
    /// generation of a response. `None`: the command's own id tells repetitions.
    fn natural_key(&self) -> Option<String> {
        None
    }
}

/// The payload does not fit the event it claims to be.
#[derive(Debug, thiserror::Error)]
#[error("event {name} cannot be read: {reason}")]
pub struct WireFault {
    pub name: String,
    pub reason: String,
}

/// Splits an event into its wire name and payload.
pub fn encode<E: Event>(event: &E) -> Result<(String, Value), WireFault> {
    let fault = |reason: String| WireFault { name: E::CONTEXT.to_owned(), reason };
    match serde_json::to_value(event).map_err(|e| fault(e.to_string()))? {
        Value::Object(map) if map.len() == 1 => map
            .into_iter()
            .next()
            .map(|(tag, payload)| (format!("{}.{tag}", E::CONTEXT), payload))
            .ok_or_else(|| fault("empty".to_owned())),
        Value::String(tag) => Ok((format!("{}.{tag}", E::CONTEXT), Value::Object(Map::new()))),
        other => Err(fault(format!("not a tagged enum but {other}"))),
    }
}

/// Reads an event from its wire name and opened payload.
pub fn decode<E: Event>(name: &str, payload: &RawValue) -> Result<E, WireFault> {
    let fault = |reason: String| WireFault { name: name.to_owned(), reason };
    let tag = name
        .strip_prefix(E::CONTEXT)
        .and_then(|rest| rest.strip_prefix('.'))
        .ok_or_else(|| fault(format!("it is no event of {}", E::CONTEXT)))?;
    // A variant without fields is a bare string in serde's form, an empty object on the wire.
    if payload.get() == "{}"
        && let Ok(event) = serde_json::from_value(Value::String(tag.to_owned()))
    {
        return Ok(event);
    }
    let text = format!("{{{}:{}}}", Value::String(tag.to_owned()), payload.get());
    serde_json::from_str(&text).map_err(|e| fault(e.to_string()))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum LampEvent {
        SwitchedOn { watts: u32 },
        SwitchedOff {},
        Broken,
    }

    impl Event for LampEvent {
        const CONTEXT: &'static str = "lamp";
    }

    #[test]
    fn every_shape_of_variant_reads_back_from_its_name_and_payload() {
        for (event, name) in [
            (LampEvent::SwitchedOn { watts: 40 }, "lamp.switched_on"),
            (LampEvent::SwitchedOff {}, "lamp.switched_off"),
            (LampEvent::Broken, "lamp.broken"),
        ] {
            let (wire, payload) = encode(&event).unwrap();
            assert_eq!(wire, name);
            let payload = serde_json::value::to_raw_value(&payload).unwrap();
            assert_eq!(decode::<LampEvent>(&wire, &payload).unwrap(), event);
        }
    }

    #[test]
    fn an_event_of_another_context_or_an_unknown_one_is_refused_by_name() {
        let empty = RawValue::from_string("{}".to_owned()).unwrap();
        for name in ["door.opened", "lamp.exploded", "lamp"] {
            let fault = decode::<LampEvent>(name, &empty).unwrap_err();
            assert!(fault.to_string().contains(name), "{fault}");
        }
    }
}
