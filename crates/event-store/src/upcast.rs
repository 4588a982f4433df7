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
        Self(vec![
            Arc::new(TeamNames),
            Arc::new(KeyValues),
            Arc::new(KeyFingerprints),
            Arc::new(PlanTexts),
            Arc::new(RunPrompts),
            Arc::new(PromptWriters),
            Arc::new(StageWords),
        ])
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

/// `api_key.created` 2 has what is known of its value together, and a hub config. Before, no hub had one, and no
/// fingerprint was taken: it is empty, which no secret's is.
struct KeyValues;

impl EventUpcaster for KeyValues {
    fn can_upcast(&self, name: &str, version: &str) -> bool {
        (name, version) == ("api_key.created", "1")
    }

    fn upcast(&self, mut event: SerializedEvent) -> SerializedEvent {
        if let Some(payload) = event.payload.as_object_mut() {
            let secret_ref = payload.remove("secret_ref").filter(|secret_ref| !secret_ref.is_null());
            let mask = payload.remove("mask").unwrap_or_default();
            let value = secret_ref
                .map(|secret_ref| json!({"secret_ref": secret_ref, "mask": mask, "fingerprint": ""}));
            payload.insert("value".to_owned(), value.unwrap_or_default());
            payload.insert("config".to_owned(), json!({}));
        }
        "2".clone_into(&mut event.event_version);
        event
    }
}

/// `evaluation.created` 2 says with which credential; before, nobody took note.
struct KeyFingerprints;

impl EventUpcaster for KeyFingerprints {
    fn can_upcast(&self, name: &str, version: &str) -> bool {
        (name, version) == ("evaluation.created", "1")
    }

    fn upcast(&self, mut event: SerializedEvent) -> SerializedEvent {
        event.payload["key_fingerprint"] = json!("");
        "2".clone_into(&mut event.event_version);
        event
    }
}

/// `evaluation.planned` 2 seals the names in a plan, since a team's own are free text, and says which version of its own
/// is meant. Before, all were the catalogue's: names in clear, and the version that was asked for.
struct PlanTexts;

impl EventUpcaster for PlanTexts {
    fn can_upcast(&self, name: &str, version: &str) -> bool {
        (name, version) == ("evaluation.planned", "1")
    }

    fn upcast(&self, mut event: SerializedEvent) -> SerializedEvent {
        for (level, which) in [("harnesses", "version"), ("scenarios", "version"), ("probes", "revision")] {
            let parts = event.payload["plan"][level].as_array_mut();
            for part in parts.into_iter().flatten() {
                for field in ["name", "description"] {
                    part[field] = json!({"$open": part[field].take()});
                }
                part[which] = Value::Null;
            }
        }
        "2".clone_into(&mut event.event_version);
        event
    }
}

/// `probe_run.opened` 2 says of each prompt which version is asked and what it counts. Before, it was its id alone.
struct RunPrompts;

impl EventUpcaster for RunPrompts {
    fn can_upcast(&self, name: &str, version: &str) -> bool {
        (name, version) == ("probe_run.opened", "1")
    }

    fn upcast(&self, mut event: SerializedEvent) -> SerializedEvent {
        let prompts = event.payload["prompts"].as_array_mut();
        for prompt in prompts.into_iter().flatten() {
            *prompt = json!({"id": prompt.take()});
        }
        "2".clone_into(&mut event.event_version);
        event
    }
}

/// `prompt.created` 2 says which model found its words. Before, none did.
struct PromptWriters;

impl EventUpcaster for PromptWriters {
    fn can_upcast(&self, name: &str, version: &str) -> bool {
        (name, version) == ("prompt.created", "1")
    }

    fn upcast(&self, mut event: SerializedEvent) -> SerializedEvent {
        event.payload["writer"] = Value::Null;
        "2".clone_into(&mut event.event_version);
        event
    }
}

/// `harness_stage.generation_completed` 2 says in a sentence what was made. Before, nobody said it.
struct StageWords;

impl EventUpcaster for StageWords {
    fn can_upcast(&self, name: &str, version: &str) -> bool {
        (name, version) == ("harness_stage.generation_completed", "1")
    }

    fn upcast(&self, mut event: SerializedEvent) -> SerializedEvent {
        event.payload["said"] = json!("");
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
    use touchstone_aggregates::api_key::{ApiKeyEvent, HubConfig, Kept};
    use touchstone_aggregates::evaluation::EvaluationEvent;
    use touchstone_aggregates::golden;
    use touchstone_aggregates::harness_stage::HarnessStageEvent;
    use touchstone_aggregates::probe_run::ProbeRunEvent;
    use touchstone_aggregates::prompt::PromptEvent;
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
                    ApiKeyEvent::CONTEXT => {
                        decode::<ApiKeyEvent>(&example.name, &payload).map(|e| e.version())
                    }
                    EvaluationEvent::CONTEXT => {
                        decode::<EvaluationEvent>(&example.name, &payload).map(|e| e.version())
                    }
                    ProbeRunEvent::CONTEXT => {
                        decode::<ProbeRunEvent>(&example.name, &payload).map(|e| e.version())
                    }
                    PromptEvent::CONTEXT => {
                        decode::<PromptEvent>(&example.name, &payload).map(|e| e.version())
                    }
                    HarnessStageEvent::CONTEXT => {
                        decode::<HarnessStageEvent>(&example.name, &payload).map(|e| e.version())
                    }
                    other => panic!("read an earlier form of {other} here"),
                };
                assert_eq!(event.unwrap().to_string(), version);
            }
        }
        assert!(earlier > 0);
    }

    #[test]
    fn a_plan_and_a_run_of_the_first_form_keep_what_they_said() {
        let first = |name: &str| {
            let (_, text) = golden().iter().find(|(path, _)| *path == format!("{name}.v1.json")).unwrap();
            serde_json::from_str::<Example>(text).unwrap()
        };
        let planned = first("evaluation/planned");
        let (_, payload) = upcast(&planned.name, "1", planned.payload);
        let plan = &payload["plan"];
        assert_eq!(plan["harnesses"][0]["name"], json!({"$open": "Security"}));
        assert_eq!(plan["scenarios"][0]["version"], Value::Null);
        assert_eq!((&plan["probes"][0]["revision"], &plan["probes"][0]["tests"]), (&Value::Null, &json!(20)));
        let opened = first("probe_run/opened");
        let (_, payload) = upcast(&opened.name, "1", opened.payload);
        assert_eq!(payload["prompts"], json!([{"id": "dan.DUDE-0001"}, {"id": "dan.DUDE-0002"}]));
    }

    #[test]
    fn a_team_of_the_first_form_has_the_digest_of_its_name() {
        let first = json!({"name": {"$open": " Harbour"}, "description": null, "is_single_user": false});
        let (_, payload) = upcast("team.created", "1", first);
        assert_eq!(payload["name"]["text"], json!({"$open": " Harbour"}));
        assert_eq!(payload["name"]["digest"], blake3::hash(b"harbour").to_hex().as_str());
    }

    fn frozen<E: Event>(path: &str) -> E {
        let (_, text) = golden().iter().find(|(known, _)| *known == path).unwrap();
        let example: Example = serde_json::from_str(text).unwrap();
        let (_, payload) = upcast(&example.name, &example.version, example.payload);
        decode(&example.name, &serde_json::value::to_raw_value(&payload).unwrap()).unwrap()
    }

    #[test]
    fn a_key_of_the_first_form_keeps_its_secret_and_has_no_config_and_no_fingerprint() {
        let ApiKeyEvent::Created { value, config, .. } = frozen("api_key/created.v1.json") else { panic!() };
        let kept = Kept {
            secret_ref: "secret_0f1e2d3c4b5a69788796a5b4c3d2e1f0".into(),
            mask: "sk************9z".into(),
            fingerprint: String::new(),
        };
        assert_eq!((value, config), (Some(kept), HubConfig::new()));
        let bare = json!({"secret_ref": null, "mask": ""});
        assert_eq!(upcast("api_key.created", "1", bare).1, json!({"value": null, "config": {}}));
    }

    #[test]
    fn an_evaluation_of_the_first_form_is_the_same_but_for_its_fingerprint() {
        let EvaluationEvent::Created { created_by, digest, key_fingerprint, spec } =
            frozen("evaluation/created.v1.json")
        else {
            panic!()
        };
        assert_eq!(key_fingerprint, "");
        let key_fingerprint = "4be2b1f0a6d3c59788e1f00d2c3b4a59".to_owned();
        let now = EvaluationEvent::Created { created_by, digest, key_fingerprint, spec };
        assert_eq!(frozen::<EvaluationEvent>("evaluation/created.v2.json"), now);
    }
}
