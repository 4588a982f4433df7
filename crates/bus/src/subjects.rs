//! Every subject and its grammar.
//!
//! Events travel on `<root>.<team>.<context>.<event>`, so that a reader can ask for one team, one kind of stream or
//! one kind of event with NATS wildcards. Hints travel outside of `<root>` and are therefore never stored.

use touchstone_kernel::Envelope;

/// The stream that keeps all events.
pub const STREAM: &str = "TOUCHSTONE_EVENTS";

/// First segments of every event's subject. The number is that of the envelope's form.
pub const ROOT: &str = "touchstone.v1";

/// For the documentation: one subject form per line and what stands in it.
pub const GRAMMAR: &[(&str, &str)] = &[
    (
        "touchstone.v1.<team>.<context>.<event>",
        "one recorded event. <team>: the id of the team, or _ for what belongs to none. <context>: the kind of \
         stream, e.g. evaluation. <event>: the second half of the event's name, e.g. canceled",
    ),
    ("touchstone.v1.<team>.>", "every event of one team"),
    ("touchstone.v1.*.<context>.>", "every event of one kind of stream"),
    ("touchstone.v1.*.<context>.<event>", "one kind of event, of all teams"),
    ("hint.touchstone.v1", "hints between the processes of one installation; not stored, may get lost"),
];

/// For the documentation: the headers of an event's message.
pub const HEADERS: &[(&str, &str)] = &[
    (MESSAGE_ID, "the event's id; the server drops a repetition within two minutes, a reader after that"),
    (SEQ, "place in the log: dense, from 1"),
    (HASH, "chain hash at this event, hex"),
    (PREV, "chain hash before this event, hex; equals the hash of the event with the number before"),
    (VERSION, "version of the event's payload"),
    (CORRELATION, "what belongs together: the id of the request or run that caused it"),
    (CAUSATION, "the command or event that caused it, where there was one"),
    (PAYLOAD, "`log` when the message has no payload because it is too large to travel; absent otherwise"),
];

pub(crate) const MESSAGE_ID: &str = "Nats-Msg-Id";
pub(crate) const EXPECTED_LAST_SEQUENCE: &str = "Nats-Expected-Last-Sequence";
pub(crate) const SEQ: &str = "seq";
pub(crate) const HASH: &str = "hash";
pub(crate) const PREV: &str = "prev";
pub(crate) const VERSION: &str = "version";
pub(crate) const CORRELATION: &str = "correlation";
pub(crate) const CAUSATION: &str = "causation";
pub(crate) const PAYLOAD: &str = "payload";

/// The subject of one event.
#[must_use]
pub fn event(root: &str, envelope: &Envelope) -> String {
    let short = envelope.name.split_once('.').map_or(envelope.name.as_str(), |(_, event)| event);
    format!("{root}.{}.{}.{}", token(envelope.team_segment()), token(&envelope.context), token(short))
}

/// All events below a root.
#[must_use]
pub fn all(root: &str) -> String {
    format!("{root}.>")
}

/// Where hints go.
#[must_use]
pub fn hints(root: &str) -> String {
    format!("hint.{root}")
}

/// One segment: letters, digits, `-` and `_`; anything else becomes `_`, so that no event has an impossible subject.
fn token(text: &str) -> String {
    if text.is_empty() {
        return "_".to_owned();
    }
    text.chars()
        .take(64)
        .map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '_' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::support::chain;

    #[test]
    fn an_events_subject_names_team_context_and_event() {
        let mut envelope = chain(1).remove(0);
        envelope.context = "evaluation".to_owned();
        envelope.stream = "0190-a/e1".to_owned();
        envelope.name = "evaluation.canceled".to_owned();
        assert_eq!(event(ROOT, &envelope), "touchstone.v1.0190-a.evaluation.canceled");
    }

    #[test]
    fn whatever_an_event_is_called_its_subject_is_possible() {
        let mut envelope = chain(1).remove(0);
        envelope.stream = String::new();
        envelope.context = "a b.*".to_owned();
        envelope.name = "x.>.ü y".to_owned();
        assert_eq!(event("r", &envelope), "r._.a_b__.____y");
    }
}
