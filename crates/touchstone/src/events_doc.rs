//! The analysts' guide to the events, made from the code: what can be taken from it is, and what cannot is checked
//! against it.
//!
//! The matches and destructurings here name every event and every field, so that a new one does not compile until it
//! is explained.

mod meaning;

use std::fmt::Write;

use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use touchstone_aggregates::access::AccessEvent;
use touchstone_aggregates::agent_configuration::AgentConfigurationEvent;
use touchstone_aggregates::api_key::ApiKeyEvent;
use touchstone_aggregates::evaluation::EvaluationEvent;
use touchstone_aggregates::golden;
use touchstone_aggregates::harness_config::HarnessConfigEvent;
use touchstone_aggregates::harness_stage::HarnessStageEvent;
use touchstone_aggregates::invite::InviteEvent;
use touchstone_aggregates::local_eval_token::LocalEvalTokenEvent;
use touchstone_aggregates::notice::NoticeEvent;
use touchstone_aggregates::probe_config::ProbeConfigEvent;
use touchstone_aggregates::probe_run::ProbeRunEvent;
use touchstone_aggregates::prompt::PromptEvent;
use touchstone_aggregates::reservation::ReservationEvent;
use touchstone_aggregates::team::TeamEvent;
use touchstone_aggregates::token::TokenEvent;
use touchstone_aggregates::user::UserEvent;
use touchstone_bus::{MAX_ENVELOPE_BYTES, PAYLOAD_IN_LOG, subjects};
use touchstone_kernel::{ChainHash, Envelope, Event, Mark, Metadata, event_id};
use touchstone_vocabulary::{TeamId, Time, UserId};
use uuid::Uuid;

use self::meaning::meaning;

const GUIDE: &str = include_str!("events_doc.md");

/// The text of docs/events.md.
#[must_use]
pub fn render() -> String {
    let envelope = example();
    [
        ("@STREAM@", subjects::STREAM.to_owned()),
        ("@ROOT@", subjects::ROOT.to_owned()),
        ("@SUBJECTS@", table(subjects::GRAMMAR)),
        ("@HEADERS@", table(subjects::HEADERS)),
        ("@EXAMPLE@", serde_json::to_string_pretty(&envelope).unwrap_or_default()),
        ("@LINE@", serde_json::to_string(&envelope).unwrap_or_default()),
        ("@ENVELOPE@", table(&envelope_fields(&envelope))),
        ("@METADATA@", table(&metadata_fields(&metadata()))),
        ("@LIMIT@", (MAX_ENVELOPE_BYTES / 1024).to_string()),
        ("@STUB@", PAYLOAD_IN_LOG.to_owned()),
        ("@CONTEXTS@", contexts()),
        ("@EVENTS@", events()),
    ]
    .iter()
    .fold(GUIDE.to_owned(), |text, (mark, value)| text.replace(mark, value.trim_end()))
}

fn table(rows: &[(&str, &str)]) -> String {
    rows.iter().fold(String::new(), |mut text, (name, meaning)| {
        let _ = writeln!(text, "| `{name}` | {meaning} |");
        text
    })
}

fn raw(value: &impl serde::Serialize) -> Box<RawValue> {
    serde_json::value::to_raw_value(value).unwrap_or_default()
}

fn metadata() -> Metadata {
    Metadata {
        actor: format!("user:{}", UserId(Uuid::from_u128(0xada))),
        team: None,
        subject: None,
        correlation: Uuid::from_u128(0xc0),
        causation: None,
    }
}

/// An envelope with a true hash.
fn example() -> Envelope {
    let metadata = metadata();
    let stream = format!("{}/{}", TeamId(Uuid::from_u128(0x7ea3)), Uuid::from_u128(0xe7a1));
    let mut envelope = Envelope {
        seq: 1,
        hash: ChainHash::GENESIS,
        prev: ChainHash::GENESIS,
        event_id: event_id("evaluation", &stream, "example"),
        context: "evaluation".to_owned(),
        stream,
        sequence: 1,
        name: "evaluation.errored".to_owned(),
        version: "1".to_owned(),
        recorded_at: Time::from_secs(1_700_000_000),
        mark: Mark { xid: 0, position: 1 },
        payload: Some(raw(&json!({"cause": "the API key was deleted"}))),
        metadata: raw(&metadata),
    };
    if let Some(hash) = envelope.stored().map(|stored| envelope.prev.next(envelope.seq, &stored)) {
        envelope.hash = hash;
    }
    envelope
}

fn envelope_fields(envelope: &Envelope) -> Vec<(&'static str, &'static str)> {
    let Envelope {
        seq: _,
        hash: _,
        prev: _,
        event_id: _,
        context: _,
        stream: _,
        sequence: _,
        name: _,
        version: _,
        recorded_at: _,
        mark: _,
        payload: _,
        metadata: _,
    } = envelope;
    vec![
        ("seq", "place in the log: from 1, without holes"),
        ("hash", "hash of everything up to this event, hex"),
        ("prev", "hash of everything before it, hex; 64 zeros before the first event"),
        ("event_id", "names the event for ever; also the message id"),
        ("context", "kind of the stream, see Streams"),
        ("stream", "id of the stream within its kind, see Streams"),
        ("sequence", "place in the stream: from 1, without holes"),
        ("name", "context, a dot, and what happened"),
        ("version", "version of the payload's form, a number as text"),
        (
            "recorded_at",
            "when the command ran that brought it about, by the clock of that server; not ordered",
        ),
        ("mark", "where the database keeps it, for the service's own use; says nothing to others"),
        ("payload", "what happened, see The events; absent in a stub"),
        ("metadata", "who and why, see below"),
    ]
}

fn metadata_fields(metadata: &Metadata) -> Vec<(&'static str, &'static str)> {
    let Metadata { actor: _, team: _, subject: _, correlation: _, causation: _ } = metadata;
    vec![
        (
            "actor",
            "`user:<id>`, or `system:<part>` for what the service did by itself: `runner`, `registrar` (what follows for \
             teams and invites), `identity` (whom an identity provider vouched for) or `operator`",
        ),
        (
            "team",
            "the team in whose name it was done; absent where it is the first segment of the stream, or there was none",
        ),
        (
            "subject",
            "the data key of the sealed texts, empty where there are none; absent where it is `evaluation:` and the first \
             two segments of the stream (contexts `evaluation` and `probe_run`) or context, colon and stream (all others)",
        ),
        ("correlation", "the same for everything that one request or one evaluation brought about"),
        ("causation", "the event or command that this one answers; absent where a person began it"),
    ]
}

/// Context, stream id, data key, what it tells.
const CONTEXTS: &[(&str, &str, &str, &str)] = &[
    (
        EvaluationEvent::CONTEXT,
        "<team>/<evaluation>",
        "evaluation:<team>/<evaluation>",
        "what was asked, the plan that came of it, scores of the upper levels, the end",
    ),
    (
        ProbeRunEvent::CONTEXT,
        "<team>/<evaluation>/<probe>",
        "evaluation:<team>/<evaluation>",
        "one probe of one evaluation: one event per response",
    ),
    (
        ApiKeyEvent::CONTEXT,
        "<team>/<key>",
        "team:<team>",
        "a credential for a hub; the secret itself is never in an event",
    ),
    (TeamEvent::CONTEXT, "<team>/team", "team:<team>", "a team and its members"),
    (
        InviteEvent::CONTEXT,
        "<team>/<invite>",
        "team:<team>",
        "an offer of membership to whoever owns an e-mail address",
    ),
    (UserEvent::CONTEXT, "_/<user>", "user:<user>", "a person or service that calls"),
    (TokenEvent::CONTEXT, "_/<token>", "", "a bearer token, by its digest"),
    (
        ReservationEvent::CONTEXT,
        "<team>/<kind of name>/<digest>",
        "",
        "who holds a name that is unique: in a team, among one person's things (`_/<user>` in place of the team), or in \
         the whole installation (`_`)",
    ),
    (
        AccessEvent::CONTEXT,
        "<team>/<id>",
        "",
        "attempts that were denied to somebody who is known, and uses of keys that no other event tells of",
    ),
    (
        NoticeEvent::CONTEXT,
        "<team>/<notice>",
        "team:<team>",
        "a public event that somebody sent and that asks for nothing",
    ),
    (
        LocalEvalTokenEvent::CONTEXT,
        "<team>/<user>",
        "",
        "a member's leave to use the installation's tunnel; its credential is in no event",
    ),
    (
        AgentConfigurationEvent::CONTEXT,
        "<team>/<agent configuration>",
        "team:<team>",
        "a named target that a team keeps, and its files; no content of a file is in an event",
    ),
    (
        PromptEvent::CONTEXT,
        "<team>/<prompt>",
        "team:<team>",
        "a conversation of the team's own, to be sent to targets; changed in place",
    ),
    (
        ProbeConfigEvent::CONTEXT,
        "<team>/<probe>",
        "team:<team>",
        "a probe of the team's own: prompts, detectors and scoring; changed in place",
    ),
    (
        HarnessConfigEvent::CONTEXT,
        "<team>/<harness>",
        "team:<team>",
        "a harness of the team's own with all its versions",
    ),
    (
        HarnessStageEvent::CONTEXT,
        "<team>/<stage>",
        "team:<team>",
        "the draft of a custom harness, and how far its making has come",
    ),
];

fn contexts() -> String {
    CONTEXTS.iter().fold(String::new(), |mut text, (context, stream, subject, tells)| {
        let subject = if subject.is_empty() { "none".to_owned() } else { format!("`{subject}`") };
        let _ = writeln!(text, "| `{context}` | `{stream}` | {subject} | {tells} |");
        text
    })
}

/// A frozen example. Its payload is shown as it stands in the file, so that no map can reorder it.
#[derive(Deserialize)]
struct Frozen<'a> {
    name: String,
    version: String,
    #[serde(borrow)]
    payload: &'a RawValue,
}

fn events() -> String {
    let mut text = String::new();
    for Frozen { name, version, payload } in
        golden().iter().filter_map(|(_, text)| serde_json::from_str(text).ok())
    {
        let meaning = meaning(&name, &version, payload);
        let payload = payload.get().replace("\n  ", "\n");
        let _ = write!(text, "### {name}, version {version}\n\n{meaning}\n\n```json\n{payload}\n```\n\n");
    }
    text
}

#[cfg(test)]
mod tests;
