//! Upcasters: how this version reads what earlier versions wrote. One registry, used when a state is folded and when
//! the log is followed, so that nobody sees an old form.
//!
//! An upcaster sees the payload opened. It may change payload, version and name; it cannot split an event or drop it.

use std::sync::Arc;

use cqrs_es::persist::{EventUpcaster, SerializedEvent};
use serde_json::{Map, Value};

/// Applied in order: one for version 2 stands before one for version 3.
#[derive(Clone, Default)]
pub(crate) struct Upcasters(Vec<Arc<dyn EventUpcaster>>);

impl Upcasters {
    /// Every event that was ever released still has its first form, so there is none yet.
    pub(crate) fn registry() -> Self {
        Self::default()
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
