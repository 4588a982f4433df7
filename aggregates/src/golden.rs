//! The frozen examples: one per event and version, as it stands on the wire, free texts sealed.
//!
//! A file here is never changed and never removed: events of that form stand in logs for ever. A field that changes
//! makes a new version with a new file beside the old one.

macro_rules! files {
    ($($path:literal),+ $(,)?) => {
        &[$(($path, include_str!(concat!("../golden/", $path)))),+]
    };
}

const FILES: &[(&str, &str)] = files![
    "evaluation/created.v1.json",
    "evaluation/created.v2.json",
    "evaluation/planned.v1.json",
    "evaluation/planned.v2.json",
    "evaluation/started.v1.json",
    "evaluation/renamed.v1.json",
    "evaluation/restarted.v1.json",
    "evaluation/score_calculated.v1.json",
    "evaluation/completed.v1.json",
    "evaluation/canceled.v1.json",
    "evaluation/errored.v1.json",
    "evaluation/timed_out.v1.json",
    "evaluation/failed.v1.json",
    "evaluation/deleted.v1.json",
    "probe_run/opened.v1.json",
    "probe_run/opened.v2.json",
    "probe_run/claimed.v1.json",
    "probe_run/response_scored.v1.json",
    "probe_run/response_errored.v1.json",
    "probe_run/response_skipped.v1.json",
    "probe_run/scored.v1.json",
    "probe_run/closed.v1.json",
    "api_key/created.v1.json",
    "api_key/created.v2.json",
    "api_key/renamed.v1.json",
    "api_key/limits_changed.v1.json",
    "api_key/secret_rotated.v1.json",
    "api_key/hub_config_changed.v1.json",
    "api_key/status_changed.v1.json",
    "api_key/deleted.v1.json",
    "agent_configuration/created.v1.json",
    "agent_configuration/updated.v1.json",
    "agent_configuration/archived.v1.json",
    "agent_configuration/activated.v1.json",
    "agent_configuration/file_requested.v1.json",
    "agent_configuration/file_verified.v1.json",
    "team/created.v1.json",
    "team/created.v2.json",
    "team/details_changed.v1.json",
    "team/member_added.v1.json",
    "team/member_role_changed.v1.json",
    "team/member_removed.v1.json",
    "team/deleted.v1.json",
    "invite/created.v1.json",
    "invite/accepted.v1.json",
    "invite/declined.v1.json",
    "invite/revoked.v1.json",
    "invite/expired.v1.json",
    "user/registered.v1.json",
    "user/identity_linked.v1.json",
    "token/issued.v1.json",
    "token/issued_to_service.v1.json",
    "token/revoked.v1.json",
    "reservation/taken.v1.json",
    "reservation/released.v1.json",
    "access/denied.v1.json",
    "access/key_used.v1.json",
    "notice/received.v1.json",
    "local_eval_token/issued.v1.json",
    "local_eval_token/revoked.v1.json",
    "prompt/created.v1.json",
    "prompt/created.v2.json",
    "prompt/updated.v1.json",
    "probe_config/created.v1.json",
    "probe_config/updated.v1.json",
    "harness_config/created.v1.json",
    "harness_config/archived.v1.json",
    "harness_config/deleted.v1.json",
    "harness_stage/created.v1.json",
    "harness_stage/updated.v1.json",
    "harness_stage/file_requested.v1.json",
    "harness_stage/file_verified.v1.json",
    "harness_stage/file_deleted.v1.json",
    "harness_stage/generation_requested.v1.json",
    "harness_stage/generation_progressed.v1.json",
    "harness_stage/prompts_worded.v1.json",
    "harness_stage/generation_completed.v1.json",
    "harness_stage/generation_completed.v2.json",
    "harness_stage/generation_failed.v1.json",
    "harness_stage/deleted.v1.json",
];

/// Path below `golden/` and text of every frozen example, by context and in the order of a stream's life. The text is
/// an object of `name`, `version` and `payload`.
pub fn golden() -> &'static [(&'static str, &'static str)] {
    FILES
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::Path;

    use serde::Deserialize;
    use serde_json::value::RawValue;
    use serde_json::{Value, json};
    use touchstone_kernel::{Event, decode, encode};

    use super::*;
    use crate::access::AccessEvent;
    use crate::agent_configuration::AgentConfigurationEvent;
    use crate::api_key::ApiKeyEvent;
    use crate::evaluation::EvaluationEvent;
    use crate::harness_config::HarnessConfigEvent;
    use crate::harness_stage::HarnessStageEvent;
    use crate::invite::InviteEvent;
    use crate::local_eval_token::LocalEvalTokenEvent;
    use crate::notice::NoticeEvent;
    use crate::probe_config::ProbeConfigEvent;
    use crate::probe_run::ProbeRunEvent;
    use crate::prompt::PromptEvent;
    use crate::reservation::ReservationEvent;
    use crate::team::TeamEvent;
    use crate::token::TokenEvent;
    use crate::user::UserEvent;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Example {
        name: String,
        version: String,
        payload: Box<RawValue>,
    }

    /// An event whose variants are all listed. The list and the match come from the same words, so a new variant does
    /// not compile until it is named here, and then has no file until it has one.
    trait Listed: Event {
        const TAGS: &'static [&'static str];

        fn tag(&self) -> &'static str;
    }

    macro_rules! listed {
        ($($event:ident { $($variant:ident = $tag:literal),+ $(,)? })+) => {
            $(impl Listed for $event {
                const TAGS: &'static [&'static str] = &[$($tag),+];

                fn tag(&self) -> &'static str {
                    match self { $(Self::$variant { .. } => $tag),+ }
                }
            })+

            /// Each context with its tags and a reader of its examples.
            const CONTEXTS: &[(&str, &[&str], Reader)] =
                &[$(($event::CONTEXT, <$event as Listed>::TAGS, there_and_back::<$event>)),+];
        };
    }

    type Reader = fn(&str, &Example);

    listed! {
        EvaluationEvent {
            Created = "created",
            Planned = "planned",
            Started = "started",
            Renamed = "renamed",
            Restarted = "restarted",
            ScoreCalculated = "score_calculated",
            Completed = "completed",
            Canceled = "canceled",
            Errored = "errored",
            TimedOut = "timed_out",
            Failed = "failed",
            Deleted = "deleted",
        }
        ProbeRunEvent {
            Opened = "opened",
            Claimed = "claimed",
            ResponseScored = "response_scored",
            ResponseErrored = "response_errored",
            ResponseSkipped = "response_skipped",
            Scored = "scored",
            Closed = "closed",
        }
        ApiKeyEvent {
            Created = "created",
            Renamed = "renamed",
            LimitsChanged = "limits_changed",
            SecretRotated = "secret_rotated",
            HubConfigChanged = "hub_config_changed",
            StatusChanged = "status_changed",
            Deleted = "deleted",
        }
        AgentConfigurationEvent {
            Created = "created",
            Updated = "updated",
            Archived = "archived",
            Activated = "activated",
            FileRequested = "file_requested",
            FileVerified = "file_verified",
        }
        TeamEvent {
            Created = "created",
            DetailsChanged = "details_changed",
            MemberAdded = "member_added",
            MemberRoleChanged = "member_role_changed",
            MemberRemoved = "member_removed",
            Deleted = "deleted",
        }
        InviteEvent {
            Created = "created",
            Accepted = "accepted",
            Declined = "declined",
            Revoked = "revoked",
            Expired = "expired",
        }
        UserEvent { Registered = "registered", IdentityLinked = "identity_linked" }
        TokenEvent { Issued = "issued", IssuedToService = "issued_to_service", Revoked = "revoked" }
        ReservationEvent { Taken = "taken", Released = "released" }
        AccessEvent { Denied = "denied", KeyUsed = "key_used" }
        NoticeEvent { Received = "received" }
        LocalEvalTokenEvent { Issued = "issued", Revoked = "revoked" }
        PromptEvent { Created = "created", Updated = "updated" }
        ProbeConfigEvent { Created = "created", Updated = "updated" }
        HarnessConfigEvent { Created = "created", Archived = "archived", Deleted = "deleted" }
        HarnessStageEvent {
            Created = "created",
            Updated = "updated",
            FileRequested = "file_requested",
            FileVerified = "file_verified",
            FileDeleted = "file_deleted",
            GenerationRequested = "generation_requested",
            GenerationProgressed = "generation_progressed",
            PromptsWorded = "prompts_worded",
            GenerationCompleted = "generation_completed",
            GenerationFailed = "generation_failed",
            Deleted = "deleted",
        }
    }

    fn read(text: &str) -> Example {
        serde_json::from_str(text).unwrap()
    }

    /// From the file to the event and back to the very same JSON, and from there to the very same event.
    fn there_and_back<E: Listed>(path: &str, example: &Example) {
        let event: E =
            decode(&example.name, &example.payload).unwrap_or_else(|fault| panic!("{path}: {fault}"));
        assert_eq!(example.version, event.version().to_string(), "{path}");
        let (name, payload) = encode(&event).unwrap();
        assert_eq!(name, format!("{}.{}", E::CONTEXT, event.tag()), "{path}");
        let encoded = json!({"name": name, "version": event.version().to_string(), "payload": payload});
        let frozen: Value =
            json!({"name": example.name, "version": example.version, "payload": example.payload});
        assert_eq!(
            encoded, frozen,
            "{path}: an event of this form is written differently now; make a new version"
        );
        let payload = serde_json::value::to_raw_value(&payload).unwrap();
        assert_eq!(decode::<E>(&name, &payload).unwrap(), event, "{path}");
    }

    /// Earlier versions are read through the upcasters of the event store, which tests them.
    #[test]
    fn every_event_reads_back_from_its_newest_example_and_is_written_the_same() {
        let mut versions: BTreeMap<String, Vec<(&str, Example)>> = BTreeMap::new();
        for (path, text) in golden() {
            let example = read(text);
            let (stream, event) = example.name.split_once('.').unwrap();
            assert_eq!(*path, format!("{stream}/{event}.v{}.json", example.version));
            versions.entry(example.name.clone()).or_default().push((path, example));
        }
        for (name, examples) in versions {
            for (version, (path, example)) in (1..).zip(&examples) {
                assert_eq!(example.version, version.to_string(), "{path}: every version has its example");
            }
            let (path, newest) = examples.last().unwrap();
            let (context, _) = name.split_once('.').unwrap();
            let reader = CONTEXTS.iter().find(|(known, ..)| *known == context);
            let (.., reader) = reader.unwrap_or_else(|| panic!("{path} is of no known context"));
            reader(path, newest);
        }
    }

    #[test]
    fn every_event_has_a_frozen_example_and_every_example_an_event() {
        let frozen: BTreeSet<String> = golden().iter().map(|(_, text)| read(text).name).collect();
        let known: BTreeSet<String> = CONTEXTS
            .iter()
            .flat_map(|(context, tags, _)| tags.iter().map(move |tag| format!("{context}.{tag}")))
            .collect();
        assert_eq!(frozen, known);
    }

    #[test]
    fn every_file_of_the_folder_is_listed_and_every_module_has_a_folder() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let names = |folder: &Path| {
            let entries = fs::read_dir(folder).unwrap();
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<BTreeSet<_>>()
        };
        let streams = names(&here.join("golden"));
        let files: BTreeSet<String> = streams
            .iter()
            .flat_map(|stream| {
                let files = names(&here.join("golden").join(stream));
                files.into_iter().map(move |file| format!("{stream}/{file}"))
            })
            .collect();
        let listed: BTreeSet<String> = golden().iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(files, listed, "list the file in src/golden.rs");
        let modules: BTreeSet<String> = names(&here.join("src"))
            .iter()
            .filter_map(|file| file.strip_suffix(".rs"))
            .filter(|word| !matches!(*word, "lib" | "golden"))
            .map(str::to_owned)
            .collect();
        assert_eq!(streams, modules, "every context has examples");
    }

    #[test]
    fn texts_stand_sealed_in_every_example() {
        for (path, text) in golden() {
            assert!(!text.contains("$open") && !text.contains("$erased"), "{path}");
        }
    }
}
