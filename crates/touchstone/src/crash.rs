//! What a crash shows: where, and nothing of what was worked on.
//!
//! Keys and opened texts are in this process's memory. So the system writes no image of it, other processes of the same
//! user cannot look into it, and the text of a panic, which may quote a value, is told nowhere.

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// For the rest of the process's life.
pub fn show_nothing() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a part of the service panicked");
    }));
    let hidden = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    let no_image = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    if let Err(fault) = hidden.and(no_image) {
        tracing::warn!(%fault, "the system would show this process's memory after a crash");
    }
}
