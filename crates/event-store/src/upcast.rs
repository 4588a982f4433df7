//! Upcasters: how this version reads what earlier versions wrote. One registry, used when a state is folded and when
//! the log is followed, so that nobody sees an old form.
//!
//! An upcaster sees the payload opened. It may change payload, version and name; it cannot split an event or drop it.

use std::sync::Arc;

use cqrs_es::persist::{EventUpcaster, SerializedEvent};
use serde_json::{Map, Value, json};
use touchstone_vocabulary::{UserId, fold_key};
use uuid::Uuid;

/// Applied in order: one for version 2 stands before one for version 3.
#[derive(Clone, Default)]
pub(crate) struct Upcasters(Vec<Arc<dyn EventUpcaster>>);

impl Upcasters {
    pub(crate) fn registry() -> Self {
        Self(vec![Arc::new(TeamNames)])
    }

    #[cfg(test)]
    pub(crate) fn of(upcasters: Vec<Arc<dyn EventUpcaster>>) -> Self {
        Self(upcasters)
    }

    /// Whether an event of this name and version has to be brought up to date.
    pub(crate) fn concern(&self, name: &str, version: &str) -> bool {
        self.0.iter().any(|upcaster| upcaster.can_upcast(name, version))
    }

    pub(crate) fn apply(&self, event: SerializedEvent) -> SerializedEvent {
        self.0.iter().fold(event, |event, upcaster| {
            if upcaster.can_upcast(&event.event_type, &event.event_version) {
                upcaster.upcast(event)
            } else {
                event
            }
        })
    }

    /// The registry as cqrs-es takes it. Last comes [`Named`], because cqrs-es decodes from the payload alone.
    pub(crate) fn for_folding(&self) -> Vec<Box<dyn EventUpcaster>> {
        let shared = self.0.iter().map(|upcaster| Box::new(Shared(Arc::clone(upcaster))) as Box<_>);
        shared.chain([Box::new(Named) as Box<dyn EventUpcaster>]).collect()
    }
}

/// `team.created` 2 says by which digest and under whom the team's name is reserved. Before, no name was: the digest is
/// worked out while the name can be read, and the holder is nobody.
struct TeamNames;

impl EventUpcaster for TeamNames {
    fn can_upcast(&self, name: &str, version: &str) -> bool {
        (name, version) == ("team.created", "1")
    }

    fn upcast(&self, mut event: SerializedEvent) -> SerializedEvent {
        let text = event.payload["name"].take();
        let known = text["$open"].as_str().unwrap_or_default();
        let digest = blake3::hash(fold_key(known).as_bytes()).to_hex().to_string();
        event.payload["name"] = json!({"text": text, "digest": digest, "holder": UserId(Uuid::nil())});
        "2".clone_into(&mut event.event_version);
        event
    }
}

/// Version and payload of an event in the form that this build writes, from any form that was ever written.
#[must_use]
pub fn upcast(name: &str, version: &str, payload: Value) -> (String, Value) {
    let event = SerializedEvent {
        aggregate_id: String::new(),
        sequence: 1,
        aggregate_type: String::new(),
        event_type: name.to_owned(),
        event_version: version.to_owned(),
        payload,
        metadata: Value::Null,
    };
    let event = Upcasters::registry().apply(event);
    (event.event_version, event.payload)
}

struct Shared(Arc<dyn EventUpcaster>);

impl EventUpcaster for Shared {
    fn can_upcast(&self, name: &str, version: &str) -> bool {
        self.0.can_upcast(name, version)
    }

    fn upcast(&self, event: SerializedEvent) -> SerializedEvent {
        self.0.upcast(event)
    }
}

/// Puts the wire name beside the payload.
struct Named;

impl EventUpcaster for Named {
    fn can_upcast(&self, _: &str, _: &str) -> bool {
        true
    }

    fn upcast(&self, mut event: SerializedEvent) -> SerializedEvent {
        let payload = event.payload.take();
        let name = Value::String(event.event_type.clone());
        // Not json!, which copies what it is given.
        event.payload =
            Value::Object(Map::from_iter([("name".to_owned(), name), ("payload".to_owned(), payload)]));
        event
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use touchstone_aggregates::golden;
    use touchstone_aggregates::team::TeamEvent;
    use touchstone_kernel::{Event, decode};

    use super::*;

    #[derive(Deserialize)]
    struct Example {
        name: String,
        version: String,
        payload: Value,
    }

    #[test]
    fn every_form_that_was_ever_written_becomes_the_newest_one() {
        let examples: Vec<Example> =
            golden().iter().map(|(_, text)| serde_json::from_str(text).unwrap()).collect();
        let mut newest: BTreeMap<&str, u32> = BTreeMap::new();
        for example in &examples {
            let version = example.version.parse().unwrap();
            let known = newest.entry(&example.name).or_insert(version);
            *known = version.max(*known);
        }
        let mut earlier = 0;
        for example in &examples {
            let (version, payload) = upcast(&example.name, &example.version, example.payload.clone());
            assert_eq!(version, newest[example.name.as_str()].to_string(), "{}", example.name);
            if version != example.version {
                earlier += 1;
                let payload = serde_json::value::to_raw_value(&payload).unwrap();
                let event = match example.name.split('.').next().unwrap() {
                    TeamEvent::CONTEXT => decode::<TeamEvent>(&example.name, &payload).map(|e| e.version()),
                    other => panic!("read an earlier form of {other} here"),
                };
                assert_eq!(event.unwrap().to_string(), version);
            }
        }
        assert!(earlier > 0);
    }

    #[test]
    fn a_team_of_the_first_form_has_the_digest_of_its_name() {
        let first = json!({"name": {"$open": " Harbour"}, "description": null, "is_single_user": false});
        let (_, payload) = upcast("team.created", "1", first);
        assert_eq!(payload["name"]["text"], json!({"$open": " Harbour"}));
        assert_eq!(payload["name"]["digest"], blake3::hash(b"harbour").to_hex().as_str());
    }
}
