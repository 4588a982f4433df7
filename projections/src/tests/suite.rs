//! A team's prompts, probes and harnesses.

use std::sync::Arc;

use touchstone_aggregates::harness_config::{HarnessConfig, HarnessConfigEvent, Scenario};
use touchstone_aggregates::probe_config::{Item, ProbeConfig, ProbeConfigEvent};
use touchstone_aggregates::prompt::{Lineage, Prompt, PromptEvent};
use touchstone_kernel::Owned;
use touchstone_vocabulary::{
    Criteria, HarnessId, Hub, LineageKind, Message, ProbeId, ProbeScoring, PromptId, ScenarioId, Writer,
};
use uuid::Uuid;

use super::past::{Happening, OTHER_TEAM, Past, TEAM, USER};
use super::stage::Stage;

fn prompt(number: u128) -> PromptId {
    PromptId(Uuid::from_u128(number).to_string())
}

fn written(question: &str) -> PromptEvent {
    PromptEvent::Created {
        created_by: USER,
        messages: vec![Message::user(question)].into(),
        description: "a question".to_owned().into(),
        tags: vec!["words".to_owned()],
        criteria: Criteria::of_triggers(vec!["zebra".to_owned()]).into(),
        lineage: Some(
            Lineage { kind: LineageKind::Rule, source: "No refunds.".to_owned(), place: None }.into(),
        ),
        writer: Some(Writer { hub: Hub::OpenAi, model: "gpt-4o".to_owned() }),
    }
}

fn released(version: &str, name: &str) -> HarnessConfigEvent {
    HarnessConfigEvent::Created {
        created_by: USER,
        version: version.into(),
        name: name.to_owned().into(),
        description: "ours".to_owned().into(),
        scenarios: vec![Scenario {
            id: ScenarioId::own(Uuid::from_u128(3)),
            name: name.to_owned().into(),
            description: String::new().into(),
            probes: vec![ProbeId::own(Uuid::from_u128(2))],
        }],
    }
}

fn past() -> Vec<Arc<dyn Happening>> {
    let mut past = Past::default();
    for team in [TEAM, OTHER_TEAM] {
        past.push::<Prompt>(&Owned::new(team, prompt(1)), &written("Which\0 word?"));
    }
    past.push::<Prompt>(&Owned::new(TEAM, prompt(2)), &written("Another?"));
    let updated = PromptEvent::Updated {
        messages: Some(vec![Message::user("Say it.")].into()),
        description: None,
        tags: Some(Vec::new()),
        criteria: Some(Criteria::default().into()),
    };
    past.push::<Prompt>(&Owned::new(TEAM, prompt(1)), &updated);
    let probe = Owned::new(TEAM, ProbeId::own(Uuid::from_u128(2)));
    let defined = ProbeConfigEvent::Created {
        created_by: USER,
        name: "Words".to_owned().into(),
        description: String::new().into(),
        goals: vec!["keeps the word".to_owned()].into(),
        tags: Vec::new(),
        detectors: vec!["garak.detectors.x.Y".into()],
        scoring: ProbeScoring::NaiveMeanMin,
        items: vec![Item { prompt: prompt(1), weight: None }],
    };
    past.push::<ProbeConfig>(&probe, &defined);
    let updated = ProbeConfigEvent::Updated {
        name: Some("Yaks".to_owned().into()),
        description: None,
        detectors: None,
        scoring: Some(ProbeScoring::TinybenchMax),
        items: Some(vec![Item { prompt: prompt(2), weight: Some(0.5) }]),
    };
    past.push::<ProbeConfig>(&probe, &updated);
    let harness = Owned::new(TEAM, HarnessId::own(Uuid::from_u128(4)));
    for event in [
        released("1.0.0", "Refunds"),
        released("1.0.1", "refunds"),
        HarnessConfigEvent::Archived { version: "1.0.0".into() },
        released("1.0.2", "gone"),
        HarnessConfigEvent::Deleted { version: "1.0.2".into() },
    ] {
        past.push::<HarnessConfig>(&harness, &event);
    }
    past.events
}

#[tokio::test]
async fn a_suite_stands_as_its_last_event_left_it() {
    for stage in Stage::both().await {
        stage.apply(&past()).await;
        let prompts = "select messages || ' ' || tags || ' ' || coalesce(lineage, '-') || ' ' || \
            cast(stream_version as text) || ' ' || cast(changed_in as text) as line from rm_prompt where team_id = $1 \
            order by ordinal";
        let lineage =
            r#"{"kind":"rule","source":"No refunds.","place":null,"hub":"openai","model":"gpt-4o"}"#;
        assert_eq!(
            stage.lines(prompts, vec![TEAM.to_string().into()]).await,
            [
                format!(r#"[{{"role":"user","content":"Say it."}}] [] {lineage} 2 4"#),
                format!(r#"[{{"role":"user","content":"Another?"}}] ["words"] {lineage} 1 3"#),
            ]
        );
        let theirs = stage.lines(prompts, vec![OTHER_TEAM.to_string().into()]).await;
        assert!(theirs.len() == 1 && theirs[0].contains("Which"), "{theirs:?}");
        let probes =
            "select name || ' ' || goals || ' ' || scoring || ' ' || items as line from rm_probe_config";
        assert_eq!(
            stage.lines(probes, vec![]).await,
            [format!(
                r#"Yaks ["keeps the word"] tinybench_score_probe_max [{{"prompt":"{}","weight":0.5}}]"#,
                prompt(2)
            )]
        );
        let harnesses = "select h.version || ' ' || h.name || ' ' || h.status || ' ' || \
            cast(h.created_in as text) || ' ' || cast(h.stream_version as text) || ' ' || s.name as line \
            from rm_harness_config h join rm_scenario_config s on s.harness_id = h.id and s.version = h.version \
            order by h.ordinal";
        assert_eq!(
            stage.lines(harnesses, vec![]).await,
            ["1.0.0 Refunds INACTIVE 1 5 Refunds", "1.0.1 refunds ACTIVE 2 5 refunds"]
        );
        let scenarios = "select cast(count(*) as text) as line from rm_scenario_config";
        assert_eq!(stage.lines(scenarios, vec![]).await, ["2"], "those of a deleted version went with it");
    }
}

#[tokio::test]
async fn one_event_at_a_time_leaves_the_same_suite() {
    let (whole, single) = (Stage::sqlite().await, Stage::sqlite().await);
    whole.apply(&past()).await;
    for event in past() {
        single.apply(std::slice::from_ref(&event)).await;
    }
    assert_eq!(whole.dump().await, single.dump().await);
}
