//! What each event tells, in a sentence.

use serde_json::value::RawValue;
use touchstone_aggregates::access::AccessEvent;
use touchstone_aggregates::agent_configuration::AgentConfigurationEvent;
use touchstone_aggregates::api_key::ApiKeyEvent;
use touchstone_aggregates::evaluation::EvaluationEvent;
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
use touchstone_event_store::upcast;
use touchstone_kernel::{Event, decode};

use super::raw;

/// One sentence per event, in front of it a word about a form that is no longer written; empty only for a name that no
/// context has.
pub(super) fn meaning(name: &str, version: &str, payload: &RawValue) -> String {
    fn of<E: Event>(name: &str, payload: &RawValue, meaning: fn(&E) -> &'static str) -> Option<&'static str> {
        decode::<E>(name, payload).ok().map(|event| meaning(&event))
    }
    let stored = serde_json::from_str(payload.get()).unwrap_or_default();
    let (current, payload) = upcast(name, version, stored);
    let payload = raw(&payload);
    let sentence = of(name, &payload, of_evaluation)
        .or_else(|| of(name, &payload, of_probe_run))
        .or_else(|| of(name, &payload, of_api_key))
        .or_else(|| of(name, &payload, of_team))
        .or_else(|| of(name, &payload, of_invite))
        .or_else(|| of(name, &payload, of_user))
        .or_else(|| of(name, &payload, of_token))
        .or_else(|| of(name, &payload, of_reservation))
        .or_else(|| of(name, &payload, of_access))
        .or_else(|| of(name, &payload, of_notice))
        .or_else(|| of(name, &payload, of_local_eval_token))
        .or_else(|| of(name, &payload, of_agent_configuration))
        .or_else(|| of(name, &payload, of_prompt))
        .or_else(|| of(name, &payload, of_probe_config))
        .or_else(|| of(name, &payload, of_harness_config))
        .or_else(|| of(name, &payload, of_harness_stage))
        .unwrap_or_default();
    if current == version { sentence.to_owned() } else { format!("No longer written. {sentence}") }
}

fn of_evaluation(event: &EvaluationEvent) -> &'static str {
    match event {
        EvaluationEvent::Created { .. } => {
            "Somebody asked for an evaluation; `digest` is that of the request, so that the same id with the same \
             content is recognised, and `key_fingerprint` that of the API key at the time, empty where it was not known."
        }
        EvaluationEvent::Planned { .. } => {
            "The request was resolved against the catalogue; a scenario or probe that several parents list stands in \
             the plan once and runs once."
        }
        EvaluationEvent::Started {} => "Every planned probe run is open and may be claimed.",
        EvaluationEvent::Renamed { .. } => {
            "It was given another name; this happens at any time, also after the end."
        }
        EvaluationEvent::Restarted {} => "A process that worked on it was lost and another goes on.",
        EvaluationEvent::ScoreCalculated { .. } => {
            "Scores of upper levels, all of them as known now; null for a level that has not finished or has nothing \
             to count; also recorded when scores are calculated again after the end."
        }
        EvaluationEvent::Completed { .. } => {
            "Every probe run is closed, and this is the score: a terminal event."
        }
        EvaluationEvent::Canceled {} => "Somebody stopped it; what was scored stays: a terminal event.",
        EvaluationEvent::Errored { .. } => {
            "Nothing could be scored, or the hub kept refusing the key: a terminal event."
        }
        EvaluationEvent::TimedOut { .. } => "It did not finish before its deadline: a terminal event.",
        EvaluationEvent::Failed { .. } => {
            "It could not be run as asked, for example with an empty plan: a terminal event."
        }
        EvaluationEvent::Deleted {} => {
            "It is hidden with everything under it, and its data key is destroyed; one that still ran was canceled \
             just before."
        }
    }
}

fn of_probe_run(event: &ProbeRunEvent) -> &'static str {
    match event {
        ProbeRunEvent::Opened { .. } => {
            "The probe is ready to be worked on: its prompts in order, each to be asked `generations` times."
        }
        ProbeRunEvent::Claimed { .. } => {
            "A worker took the run; from here on only that worker's responses, with this fence, are recorded."
        }
        ProbeRunEvent::ResponseScored { .. } => "The target answered and every detector judged the answer.",
        ProbeRunEvent::ResponseErrored { .. } => {
            "There is no score for this response: the target gave no answer (`stage` generation) or a detector could \
             not judge it (`stage` detection); an error is neither pass nor fail."
        }
        ProbeRunEvent::ResponseSkipped { .. } => {
            "The original half of a pair was answered; it is not judged by itself, but the variant's answer beside it."
        }
        ProbeRunEvent::Scored { .. } => {
            "Every planned response is recorded; the mean of those that have a score, null when none has."
        }
        ProbeRunEvent::Closed { .. } => {
            "Nothing is recorded after this; `finished` is false when the evaluation ended before the run did."
        }
    }
}

fn of_api_key(event: &ApiKeyEvent) -> &'static str {
    match event {
        ApiKeyEvent::Created { .. } => {
            "A team stored a credential; `secret_ref` says where the vault keeps a secret, `mask` is all that is ever shown \
             of it, and `fingerprint` is the same for the same secret in the same team; what is not secret in a hub's \
             config stands under `clear`."
        }
        ApiKeyEvent::Renamed { .. } => "It has another name, and the former is free again.",
        ApiKeyEvent::LimitsChanged { .. } => {
            "At most so many calls in so many seconds from now on; both numbers, also where one stays."
        }
        ApiKeyEvent::SecretRotated { .. } => "Its value is another one; the former secret is destroyed.",
        ApiKeyEvent::HubConfigChanged { .. } => {
            "These fields of its hub config hold something else; former secrets are destroyed."
        }
        ApiKeyEvent::StatusChanged { .. } => {
            "It is called with again (`active`) or not (`inactive`): then responses that need it are errors."
        }
        ApiKeyEvent::Deleted {} => {
            "The credential is gone and its secrets destroyed; its name is free again."
        }
    }
}

fn of_team(event: &TeamEvent) -> &'static str {
    match event {
        TeamEvent::Created { .. } => {
            "A team was founded; its name is unique among the teams that its `holder` named, and a personal team \
             (`is_single_user`) has one member."
        }
        TeamEvent::DetailsChanged { .. } => "It has another name or description; null where that stays.",
        TeamEvent::MemberAdded { .. } => "Somebody became a member, as admin or user.",
        TeamEvent::MemberRoleChanged { .. } => "A member has another role from now on.",
        TeamEvent::MemberRemoved { .. } => {
            "Somebody is no member any more; tokens for the team do no longer speak for him."
        }
        TeamEvent::Deleted {} => {
            "The team is gone for everybody; its invites, keys and running evaluations are ended by what follows."
        }
    }
}

fn of_invite(event: &InviteEvent) -> &'static str {
    match event {
        InviteEvent::Created { .. } => {
            "A team offers membership with this role to whoever owns the address; at most one offer per address is \
             pending in a team."
        }
        InviteEvent::Accepted { .. } => "Its addressee accepted; `team.member_added` follows.",
        InviteEvent::Declined { .. } => "Its addressee turned it down.",
        InviteEvent::Revoked {} => "The team took it back.",
        InviteEvent::Expired {} => "Its time was over; it could not be accepted from `expires_at` on.",
    }
}

fn of_access(event: &AccessEvent) -> &'static str {
    match event {
        AccessEvent::Denied(_) => {
            "Somebody who is known was not let through, `count` times since `first_at`: the same operation for the same \
             reason, joined so that there is at most one such event in ten seconds."
        }
        AccessEvent::KeyUsed { .. } => {
            "A key's secret was opened for a request that leaves no event of its own. Evaluations name their key themselves."
        }
    }
}

fn of_local_eval_token(event: &LocalEvalTokenEvent) -> &'static str {
    match event {
        LocalEvalTokenEvent::Issued { .. } => {
            "A member was given the credential of the installation's tunnel, of which `fingerprint` tells whether it is \
             another one."
        }
        LocalEvalTokenEvent::Revoked {} => "The member gave it back.",
    }
}

fn of_agent_configuration(event: &AgentConfigurationEvent) -> &'static str {
    match event {
        AgentConfigurationEvent::Created { .. } => {
            "A team keeps a named target; null in `hub_config` stands for a secret that was sent along and is not kept."
        }
        AgentConfigurationEvent::Updated { .. } => "It is this from now on, with all that stays the same.",
        AgentConfigurationEvent::Archived {} => {
            "Nothing new is evaluated on it, and its name is free; evaluations that were asked for go on."
        }
        AgentConfigurationEvent::Activated {} => "It can be evaluated again, under its name.",
        AgentConfigurationEvent::FileRequested { .. } => {
            "Somebody may bring this file, until `expires_at`; what of it was announced is not null."
        }
        AgentConfigurationEvent::FileVerified { .. } => {
            "The file came in, once, and is what was announced; `digest` is the BLAKE3 of its content."
        }
    }
}

fn of_notice(event: &NoticeEvent) -> &'static str {
    match event {
        NoticeEvent::Received { .. } => {
            "Somebody sent a public event of this `kind`; `data` is kept as it was sent."
        }
    }
}

fn of_prompt(event: &PromptEvent) -> &'static str {
    match event {
        PromptEvent::Created { .. } => {
            "A prompt was written, with what its answers are judged by; `lineage` says what a generated one was made from, `writer` which model worded it."
        }
        PromptEvent::Updated { .. } => {
            "It reads otherwise from now on; null where it stays. Evaluations name the version that they ask."
        }
    }
}

fn of_probe_config(event: &ProbeConfigEvent) -> &'static str {
    match event {
        ProbeConfigEvent::Created { .. } => {
            "A probe was defined; an item's `weight` is what it counts under the tinybench scorings, 1 where absent."
        }
        ProbeConfigEvent::Updated { .. } => {
            "It is defined otherwise from now on; null where it stays. Evaluations name the version that they run."
        }
    }
}

fn of_harness_config(event: &HarnessConfigEvent) -> &'static str {
    match event {
        HarnessConfigEvent::Created { .. } => {
            "A version was made; it never changes and its number is never given again."
        }
        HarnessConfigEvent::Archived { .. } => "Nothing new runs this version; what ran stays readable.",
        HarnessConfigEvent::Deleted { .. } => "This version is gone; what ran stays readable.",
    }
}

fn of_harness_stage(event: &HarnessStageEvent) -> &'static str {
    match event {
        HarnessStageEvent::Created { .. } => {
            "Somebody began to draft the harness `vijil.harnesses.<harness>`; null where nothing was said yet."
        }
        HarnessStageEvent::Updated { .. } => "The draft was changed; null where it stays.",
        HarnessStageEvent::FileRequested { .. } => "Somebody may bring a file, once and until `expires_at`.",
        HarnessStageEvent::FileVerified { .. } => "The file came in and is what it was said to be.",
        HarnessStageEvent::FileDeleted { .. } => "The file is gone, and so is its content.",
        HarnessStageEvent::GenerationRequested { .. } => {
            "The harness shall be made, with so many prompts of each family; the draft stays as it is from here on."
        }
        HarnessStageEvent::GenerationProgressed { .. } => "The making has come so far; it only goes forward.",
        HarnessStageEvent::PromptsWorded { .. } => {
            "A model was asked for the words of a portion of prompts; what stands here is used, and the portion is not asked for again."
        }
        HarnessStageEvent::GenerationCompleted { .. } => "The harness is made, in this version.",
        HarnessStageEvent::GenerationFailed { .. } => "The harness could not be made, and this is why.",
        HarnessStageEvent::Deleted {} => "The stage is gone; a harness that was made of it stays.",
    }
}

fn of_user(event: &UserEvent) -> &'static str {
    match event {
        UserEvent::Registered { .. } => "A person or service that may call was made known.",
        UserEvent::IdentityLinked { .. } => {
            "Whoever an identity provider knows by this is this user; `identity` is a digest of the provider and its name \
             for the person."
        }
    }
}

fn of_token(event: &TokenEvent) -> &'static str {
    match event {
        TokenEvent::Issued { .. } => {
            "A bearer token is in force for a user in a team; `digest` is the SHA-256 of the token, which is stored \
             nowhere."
        }
        TokenEvent::IssuedToService { .. } => {
            "The same for a part of the installation that is no member of the team: it may send public events only."
        }
        TokenEvent::Revoked {} => "The token is no longer accepted.",
    }
}

fn of_reservation(event: &ReservationEvent) -> &'static str {
    match event {
        ReservationEvent::Taken { .. } => {
            "The name belongs to `holder`, a context and stream id; appended together with the holder's own event."
        }
        ReservationEvent::Released {} => "The name is free again.",
    }
}
