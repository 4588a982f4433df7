use touchstone_aggregates::evaluation::CallParams;
use touchstone_aggregates::harness_config::HarnessConfigEvent;
use touchstone_aggregates::probe_config::{Item, ProbeConfigEvent};
use touchstone_aggregates::prompt::PromptEvent;
use touchstone_event_store::Database;
use touchstone_kernel::testing::meta;
use touchstone_kernel::{Meta, Sealed};
use touchstone_vault::{KeyEncryptionKey, Vault};
use touchstone_vocabulary::{
    ApiKeyId, Criteria, EvaluationId, Hub, Message, NodeId, ProbeScoring, ScenarioId, UserId,
};
use uuid::Uuid;

use super::*;
use crate::plan::suite;

const TEAM: TeamId = TeamId(Uuid::from_u128(1));
const USER: UserId = UserId(Uuid::from_u128(7));

fn harness() -> HarnessId {
    HarnessId::own(Uuid::from_u128(2))
}

fn probe_id() -> ProbeId {
    ProbeId::own(Uuid::from_u128(3))
}

fn prompt_id() -> PromptId {
    PromptId(Uuid::from_u128(4).to_string())
}

/// A store with a harness of one probe of one prompt, all in their first version.
/// No benchmark is imported.
const NOTHING: Benchmarks = Benchmarks::new(touchstone_benchmarks::Tables::None);

async fn store() -> Store {
    let database = Database::memory();
    let vault = Vault::new(database.vault_tables(), KeyEncryptionKey::random());
    let store = Store::open(database, vault).await.unwrap();
    add::<Prompt, _>(&store, prompt_id(), written("first")).await;
    let defined = ProbeConfigEvent::Created {
        created_by: USER,
        name: "Words".to_owned().into(),
        description: String::new().into(),
        goals: Vec::new().into(),
        tags: Vec::new(),
        detectors: vec!["first".into()],
        scoring: ProbeScoring::TinybenchMin,
        items: vec![Item { prompt: prompt_id(), weight: Some(2.0) }],
    };
    add::<ProbeConfig, _>(&store, probe_id(), defined).await;
    add::<HarnessConfig, _>(&store, harness(), released("1.0.0")).await;
    store
}

async fn add<S: State<Id = Owned<I>>, I>(store: &Store, id: I, event: S::Event) {
    let id = Owned::new(TEAM, id);
    let version = store.load::<S>(&id).await.unwrap().version;
    let command = Uuid::new_v5(&Uuid::nil(), format!("{}{version}", S::STREAM).as_bytes());
    let _ = store.append::<S>(&id, version, &[event], &Meta { command, ..meta() }).await.unwrap();
}

fn written(text: &str) -> PromptEvent {
    PromptEvent::Created {
        created_by: USER,
        messages: vec![Message::user(text)].into(),
        description: String::new().into(),
        tags: Vec::new(),
        criteria: Criteria::of_triggers(vec![text.to_owned()]).into(),
        lineage: None,
        writer: None,
    }
}

fn released(version: &str) -> HarnessConfigEvent {
    HarnessConfigEvent::Created {
        created_by: USER,
        version: version.into(),
        name: format!("Words {version}").into(),
        description: String::new().into(),
        scenarios: vec![Scenario {
            id: ScenarioId::own(Uuid::from_u128(5)),
            name: "Words".to_owned().into(),
            description: String::new().into(),
            probes: vec![probe_id()],
        }],
    }
}

fn spec(version: &str) -> Spec {
    Spec {
        name: Sealed::Erased,
        hub: Hub::Custom,
        model: String::new(),
        url: None,
        api_key: ApiKeyId(Uuid::nil()),
        harnesses: vec![harness()],
        scenarios: Vec::new(),
        version: version.into(),
        sample_size: None,
        is_lite: false,
        tags: Vec::new(),
        params: CallParams {
            temperature: None,
            top_p: None,
            max_completion_tokens: None,
            generations: 1,
            timeout: None,
            system_prompt: None,
        },
        agent_configuration: None,
    }
}

fn planned(shelf: &Shelf) -> Plan {
    suite(shelf, &Owned::new(TEAM, EvaluationId(Uuid::nil())), &spec("1.1.0")).plan
}

async fn filled(store: &Store, version: &str, plan: Option<&Plan>) -> Result<Shelf, String> {
    Shelf::fill(store, &NOTHING, TEAM, &spec(version), plan).await.map_err(|lacking| lacking.to_string())
}

fn version(shelf: &Shelf) -> &str {
    shelf.harnesses[&harness()].version.as_str()
}

#[tokio::test]
async fn what_was_planned_is_found_whatever_became_of_it_since() {
    let store = store().await;
    let plan = planned(&filled(&store, "1.1.0", None).await.unwrap());
    let update = ProbeConfigEvent::Updated {
        name: None,
        description: None,
        detectors: Some(vec!["second".into()]),
        scoring: None,
        items: None,
    };
    add::<ProbeConfig, _>(&store, probe_id(), update).await;
    add::<HarnessConfig, _>(&store, harness(), released("1.0.1")).await;
    add::<HarnessConfig, _>(&store, harness(), HarnessConfigEvent::Deleted { version: "1.0.0".into() }).await;
    let then = filled(&store, "1.1.0", Some(&plan)).await.unwrap();
    let (revision, definition) = &then.probes[&probe_id()];
    assert_eq!((version(&then), *revision, definition.detectors[0].as_str()), ("1.0.0", 1, "first"));
    assert_eq!(planned(&then), plan);
    let now = filled(&store, "1.1.0", None).await.unwrap();
    let (revision, definition) = &now.probes[&probe_id()];
    assert_eq!((version(&now), *revision, definition.detectors[0].as_str()), ("1.0.1", 2, "second"));
}

#[tokio::test]
async fn the_version_asked_for_is_meant_and_the_newest_stands_in_for_one_that_never_was() {
    let store = store().await;
    add::<HarnessConfig, _>(&store, harness(), released("1.0.1")).await;
    assert_eq!(version(&filled(&store, "1.0.0", None).await.unwrap()), "1.0.0");
    let alone = filled(&store, "1.0.1", None).await.unwrap();
    assert!(alone.edition.is_none() && version(&alone) == "1.0.1");
    assert_eq!(version(&filled(&store, "1.1.0", None).await.unwrap()), "1.0.1");
    add::<HarnessConfig, _>(&store, harness(), HarnessConfigEvent::Archived { version: "1.0.1".into() })
        .await;
    assert_eq!(version(&filled(&store, "1.1.0", None).await.unwrap()), "1.0.0");
    assert!(filled(&store, "1.0.1", None).await.unwrap_err().contains("archived"));
    add::<HarnessConfig, _>(&store, harness(), HarnessConfigEvent::Deleted { version: "1.0.0".into() }).await;
    assert!(filled(&store, "1.1.0", None).await.unwrap_err().contains("archived or deleted"));
}

#[tokio::test]
async fn a_run_asks_the_prompts_as_they_were_when_it_was_opened() {
    let store = store().await;
    let shelf = filled(&store, "1.1.0", None).await.unwrap();
    let catalogue = touchstone_catalog::prompts().next().unwrap().prompt;
    let chosen = vec![prompt_id(), catalogue.id.clone()];
    let prompts = asked(&store, TEAM, chosen, shelf.probes.get(&probe_id())).await.unwrap();
    assert_eq!((prompts[0].revision, prompts[0].weight), (Some(1), Some(2.0)));
    assert_eq!((prompts[1].revision, prompts[1].weight), (None, None));
    let update = PromptEvent::Updated {
        messages: Some(vec![Message::user("second")].into()),
        description: None,
        tags: None,
        criteria: None,
    };
    add::<Prompt, _>(&store, prompt_id(), update).await;
    let mut run = Run {
        node: NodeId(Uuid::nil()),
        scoring: ProbeScoring::TinybenchMin,
        detectors: vec!["first".into()],
        prompts,
        generations: 1,
        fence: 1,
        recorded: BTreeMap::new(),
        score: None,
    };
    let texts = async |run: &Run| {
        let probe = probe(&store, &NOTHING, TEAM, &probe_id(), run, &"9.9.9".into()).await.unwrap().unwrap();
        assert_eq!((probe.detector_ids.clone(), probe.scoring), (run.detectors.clone(), run.scoring));
        probe.prompts.iter().map(|prompt| prompt.messages.clone()).collect::<Vec<_>>()
    };
    assert_eq!(texts(&run).await, [vec![Message::user("first")], catalogue.messages.clone()]);
    run.prompts[0].revision = Some(2);
    assert_eq!(texts(&run).await[0], [Message::user("second")]);
    run.prompts[0].revision = Some(3);
    let early = probe(&store, &NOTHING, TEAM, &probe_id(), &run, &"9.9.9".into()).await.unwrap_err();
    assert!(matches!(early, Rejection::Unavailable(_)), "it may still come");
}

#[tokio::test]
async fn an_own_probe_with_a_pairwise_detector_asks_each_second_prompt_beside_the_one_before() {
    let store = store().await;
    let second = PromptId(Uuid::from_u128(6).to_string());
    add::<Prompt, _>(&store, second.clone(), written("second")).await;
    let third = touchstone_catalog::prompts().find(|placed| placed.prompt.half.is_none()).unwrap().prompt;
    let own = |id: PromptId| Asked { id, revision: Some(1), weight: None };
    let mut run = Run {
        node: NodeId(Uuid::nil()),
        scoring: ProbeScoring::NaiveMeanMax,
        detectors: vec!["touchstone.detectors.answer.SameFromNotes".into()],
        prompts: vec![own(prompt_id()), own(second.clone()), Asked::from(third.id.clone())],
        generations: 1,
        fence: 1,
        recorded: BTreeMap::new(),
        score: None,
    };
    let halves = async |run: &Run| {
        let probe = probe(&store, &NOTHING, TEAM, &probe_id(), run, &"9.9.9".into()).await.unwrap().unwrap();
        probe.prompts.iter().map(|prompt| prompt.half.clone()).collect::<Vec<_>>()
    };
    let (original, variant) = (Half::Original { variant: second }, Half::Variant { original: prompt_id() });
    assert_eq!(halves(&run).await, [Some(original), Some(variant), None]);
    run.prompts.remove(0);
    assert_eq!(halves(&run).await, [None, None], "one of the catalogue is no half of an own one");
    run.detectors = vec!["touchstone.detectors.answer.FromNotes".into()];
    assert_eq!(halves(&run).await, [None, None]);
}
