use std::path::Path;

use serde_json::Value;

use super::*;

#[test]
fn the_committed_guide_is_the_one_that_the_code_makes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/events.md");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == render(),
        "docs/events.md is out of date: run `just events-doc` and commit the result"
    );
}

#[test]
fn every_mark_of_the_template_is_filled() {
    let text = render();
    let marks =
        text.split('@').filter(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_uppercase()));
    assert_eq!(marks.collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn every_event_is_explained() {
    for (path, text) in golden() {
        let Frozen { name, version, payload } = serde_json::from_str(text).unwrap();
        assert!(meaning(&name, &version, payload).ends_with('.'), "{path}");
        assert_ne!(meaning(&name, &version, payload), "No longer written. ", "{path}");
        assert!(CONTEXTS.iter().any(|(context, ..)| name.starts_with(&format!("{context}."))), "{path}");
        assert!(render().contains(&format!("### {name}, version ")), "{path}");
    }
}

#[test]
fn every_field_on_the_wire_is_explained() {
    let envelope = example();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let value = serde_json::to_value(&envelope).unwrap();
    for key in keys(&value) {
        assert!(envelope_fields(&envelope).iter().any(|(name, _)| *name == key), "{key}");
    }
    for key in keys(&value["metadata"]) {
        assert!(metadata_fields(&metadata()).iter().any(|(name, _)| *name == key), "{key}");
    }
}

#[test]
fn the_example_carries_its_true_hash() {
    let line = serde_json::to_string(&example()).unwrap();
    let read: Envelope = serde_json::from_str(&line).unwrap();
    assert_eq!(read.hash, read.prev.next(read.seq, &read.stored().unwrap()));
    assert_ne!(read.hash, ChainHash::GENESIS);
}
