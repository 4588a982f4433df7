use std::collections::BTreeMap;

use touchstone_aggregates::harness_stage::HarnessStageEvent;
use touchstone_kernel::testing::{given, meta};
use touchstone_kernel::{Command, State, encode};
use touchstone_vocabulary::{
    CustomId, FileId, Hub, MediaType, PromptId, StageId, StageStatus, TeamId, Time, UserId, Version, Writer,
};
use uuid::Uuid;

use super::*;

const TEAM: TeamId = TeamId(Uuid::from_u128(1));
const ID: StageId = StageId(Uuid::from_u128(2));
const HARNESS: CustomId = CustomId(Uuid::from_u128(3));

fn draft() -> Draft {
    Draft {
        name: Some("harbour".to_owned().into()),
        system_prompt: Some("You help with moorings.".to_owned().into()),
        ..Draft::default()
    }
}

fn wish(prompts: &[(Family, u32)]) -> Wish {
    Wish {
        prompts: prompts.iter().copied().collect(),
        persona_goals: USUAL_GOALS,
        description: String::new().into(),
    }
}

fn create() -> CreateStage {
    CreateStage { team: TEAM, id: ID, harness: HARNESS, draft: draft() }
}

fn update(changes: Draft) -> UpdateStage {
    UpdateStage { team: TEAM, id: ID, harness: HARNESS, changes }
}

fn delete() -> DeleteStage {
    DeleteStage { team: TEAM, id: ID, harness: HARNESS }
}

fn request(prompts: &[(Family, u32)]) -> RequestGeneration {
    RequestGeneration { team: TEAM, id: ID, wish: wish(prompts) }
}

fn progress(status: StageStatus) -> ProgressGeneration {
    ProgressGeneration { team: TEAM, id: ID, status, message: "on the way".into() }
}

fn complete() -> CompleteGeneration {
    CompleteGeneration { team: TEAM, id: ID, version: Version("1.0.0".into()), said: "10 prompts.".into() }
}

fn word(portion: u32, text: &str) -> WordPrompts {
    WordPrompts {
        team: TEAM,
        id: ID,
        portion,
        writer: Writer { hub: Hub::OpenAi, model: "gpt-4o".into() },
        wordings: BTreeMap::from([(PromptId("p".into()), text.into())]),
        fault: None,
    }
}

fn fail() -> FailGeneration {
    FailGeneration { team: TEAM, id: ID, cause: "the policy is no PDF".into() }
}

fn created(draft: Draft) -> HarnessStageEvent {
    let user = UserId(Uuid::from_u128(7));
    HarnessStageEvent::Created { created_by: user, harness: HARNESS, draft }
}

fn requested() -> HarnessStageEvent {
    HarnessStageEvent::GenerationRequested { wish: wish(&[(Family::Exfil, 10)]) }
}

fn progressed(status: StageStatus) -> HarnessStageEvent {
    HarnessStageEvent::GenerationProgressed { status, message: "on the way".into() }
}

/// Every life that a stage can have had.
fn lives() -> Vec<(&'static str, Vec<HarnessStageEvent>)> {
    let begun = vec![created(draft()), requested()];
    let with = |event| [begun.clone(), vec![event]].concat();
    vec![
        ("absent", vec![]),
        ("draft", vec![created(draft())]),
        ("starting", begun.clone()),
        ("reading", with(progressed(StageStatus::Reading))),
        (
            "completed",
            with(HarnessStageEvent::GenerationCompleted {
                version: Version("1.0.0".into()),
                said: "10 prompts.".into(),
            }),
        ),
        ("failed", with(HarnessStageEvent::GenerationFailed { cause: "x".into() })),
        ("deleted", vec![created(draft()), HarnessStageEvent::Deleted {}]),
    ]
}

/// What a command does in each of them: an event, nothing, or a kind of refusal.
#[track_caller]
fn assert_behaviour<C: Command<On = HarnessStage, Refusal = HarnessStageRefusal>>(
    command: &C,
    expected: [&str; 7],
) {
    let found: Vec<String> = lives()
        .iter()
        .map(|(_, events)| match given::<HarnessStage>(events).when(command).result() {
            Ok(events) if events.is_empty() => "nothing".to_owned(),
            Ok(events) => events.iter().map(|event| encode(event).unwrap().0).collect(),
            Err(refusal) => format!("{:?}", refusal.kind()),
        })
        .map(|word| word.replace("harness_stage.", ""))
        .collect();
    assert_eq!(found, expected, "in {:?}", lives().iter().map(|(life, _)| *life).collect::<Vec<_>>());
}

#[test]
fn a_draft_may_be_changed_and_deleted_until_its_harness_is_being_made() {
    assert_behaviour(
        &create(),
        ["created", "nothing", "nothing", "nothing", "nothing", "nothing", "nothing"],
    );
    let renamed = update(Draft { name: Some("lantern".to_owned().into()), ..Draft::default() });
    assert_behaviour(
        &renamed,
        ["Missing", "updated", "Conflict", "Conflict", "Conflict", "Conflict", "Missing"],
    );
    assert_behaviour(
        &update(Draft::default()),
        ["Missing", "nothing", "Conflict", "Conflict", "Conflict", "Conflict", "Missing"],
    );
    assert_behaviour(
        &delete(),
        ["Missing", "deleted", "Conflict", "Conflict", "deleted", "deleted", "Missing"],
    );
}

#[test]
fn the_making_goes_forward_and_ends_once() {
    assert_behaviour(
        &request(&[(Family::Exfil, 10)]),
        ["Missing", "generation_requested", "Conflict", "Conflict", "Conflict", "Conflict", "Missing"],
    );
    for (status, starting, reading) in [
        (StageStatus::Starting, "nothing", "nothing"),
        (StageStatus::InProgress, "generation_progressed", "nothing"),
        (StageStatus::Reading, "generation_progressed", "nothing"),
        (StageStatus::Saving, "generation_progressed", "generation_progressed"),
        (StageStatus::Completed, "nothing", "nothing"),
    ] {
        assert_behaviour(
            &progress(status),
            ["Missing", "Conflict", starting, reading, "Conflict", "Conflict", "Missing"],
        );
    }
    let (made, failed) = ("generation_completed", "generation_failed");
    assert_behaviour(&complete(), ["Missing", "Conflict", made, made, "nothing", "Conflict", "Missing"]);
    assert_behaviour(&fail(), ["Missing", "Conflict", failed, failed, "Conflict", "nothing", "Missing"]);
}

#[test]
fn a_team_takes_its_stages_down_with_it_whatever_they_are_at() {
    assert_behaviour(
        &TakeDownStage { team: TEAM, id: ID },
        ["nothing", "deleted", "deleted", "deleted", "deleted", "deleted", "nothing"],
    );
}

#[test]
fn words_of_a_model_are_kept_once_for_each_portion_while_the_harness_is_being_made() {
    let worded = "prompts_worded";
    assert_behaviour(
        &word(1, "Who opens the gate?"),
        ["Missing", "Conflict", worded, worded, "Conflict", "Conflict", "Missing"],
    );
    let begun = [created(draft()), requested()];
    let first = when(&begun, &word(1, "Who opens the gate?"));
    let after = [begun.to_vec(), first].concat();
    given::<HarnessStage>(&after).when(&word(1, "Who may open the gate?")).then_nothing();
    assert_eq!(when(&after, &word(2, "Who may open the gate?")).len(), 1);
}

#[test]
fn a_stage_is_found_only_under_its_own_harness() {
    let stage = given::<HarnessStage>(&[created(draft())]);
    let other = CustomId(Uuid::from_u128(4));
    let missing = HarnessStageRefusal::NoSuchStage;
    stage.when(&UpdateStage { harness: other, ..update(draft()) }).then_refused(&missing);
    stage.when(&DeleteStage { harness: other, ..delete() }).then_refused(&missing);
}

#[test]
fn what_is_not_said_stays() {
    let changes = Draft { personas: Some(vec!["hurried".into()]), ..Draft::default() };
    let events = [created(draft()), HarnessStageEvent::Updated { changes: changes.clone() }];
    let state = HarnessStage::fold(&events);
    let expected = Draft { personas: changes.personas, ..draft() };
    assert_eq!(state.plan().unwrap().draft, expected);
}

#[test]
fn each_bad_text_is_named() {
    let nul = || Some("a\0b".to_owned().into());
    let function = Function {
        input_schema: "{}".to_owned().into(),
        output_schema: "a\0b".to_owned().into(),
        route: None,
    };
    let table = [
        (Draft { name: Some(" ".to_owned().into()), ..draft() }, "harness_name"),
        (Draft { system_prompt: nul(), ..draft() }, "agent_system_prompt"),
        (Draft { bucket: nul(), ..draft() }, "rag_params"),
        (Draft { function: Some(function), ..draft() }, "function_route_params"),
        (Draft { personas: Some(vec![String::new()]), ..draft() }, "persona_params"),
        (Draft { model: Some(String::new()), ..draft() }, "base_model_name"),
    ];
    for (draft, field) in table {
        for result in [
            given::<HarnessStage>(&[]).when(&CreateStage { draft: draft.clone(), ..create() }).result(),
            given::<HarnessStage>(&[created(self::draft())]).when(&update(draft.clone())).result(),
        ] {
            let refusal = result.unwrap_err();
            assert_eq!((refusal.kind(), refusal.field()), (Kind::Invalid, Some(field)), "{refusal}");
        }
    }
}

#[test]
fn a_harness_is_made_only_of_what_is_there_and_within_bounds() {
    let refused = |draft: Draft, wish: Wish| {
        let asked = RequestGeneration { wish, ..request(&[]) };
        given::<HarnessStage>(&[created(draft)]).when(&asked).result().unwrap_err()
    };
    let bare = Draft { system_prompt: None, ..draft() };
    assert_eq!(refused(draft(), wish(&[])), HarnessStageRefusal::NothingChosen);
    assert_eq!(refused(draft(), wish(&[(Family::Exfil, 0)])), HarnessStageRefusal::NothingChosen);
    for family in Family::ALL {
        let many = wish(&[(*family, family.most() + 1)]);
        assert_eq!(refused(draft(), many), HarnessStageRefusal::TooMany(*family));
    }
    let persona = wish(&[(Family::Persona, 1)]);
    for persona_goals in [0, MOST_GOALS + 1] {
        let goals = Wish { persona_goals, ..persona.clone() };
        assert_eq!(refused(draft(), goals), HarnessStageRefusal::BadGoals);
    }
    assert_eq!(refused(draft(), persona), HarnessStageRefusal::NothingToGoBy(Family::Persona));
    let tool = wish(&[(Family::Tool, 1)]);
    assert_eq!(refused(draft(), tool), HarnessStageRefusal::NothingToGoBy(Family::Tool));
    assert_eq!(refused(bare, wish(&[(Family::Exfil, 1)])), HarnessStageRefusal::NoSystemPrompt);
    for source in [Source::KnowledgeBase, Source::FunctionRoute, Source::Persona] {
        let draft = Draft { sources: Some(vec![Source::AgentPolicy, source]), ..draft() };
        let refusal = refused(draft, wish(&[(Family::Exfil, 1)]));
        assert_eq!(refusal, HarnessStageRefusal::SourceIncomplete(source));
        assert!(refusal.to_string().contains("_params"), "{refusal}");
    }
}

#[test]
fn the_usual_counts_are_within_bounds() {
    let usual: BTreeMap<Family, u32> = Family::ALL.iter().map(|family| (*family, family.usual())).collect();
    assert!(usual.iter().all(|(family, count)| (1..=family.most()).contains(count)));
    assert!((1..=MOST_GOALS).contains(&USUAL_GOALS));
}

const FILE: FileId = FileId(Uuid::from_u128(8));

fn announce(file: u128) -> RequestStageFile {
    RequestStageFile {
        team: TEAM,
        id: ID,
        harness: HARNESS,
        file: FileId(Uuid::from_u128(file)),
        category: Source::AgentPolicy,
        name: "policy.pdf".into(),
        media: MediaType::Pdf,
        size: 5,
        checksum: "c".into(),
        expires_at: Time(meta().at.micros() + 1),
    }
}

fn take(content: bool) -> TakeStageFile {
    let content = content.then(|| FileContent { size: 5, checksum: "c".into(), digest: "d".into() });
    TakeStageFile { team: TEAM, id: ID, file: FILE, content }
}

fn drop_file() -> DeleteStageFile {
    DeleteStageFile { team: TEAM, id: ID, harness: HARNESS, file: FILE }
}

fn when<C: Command<On = HarnessStage, Refusal = HarnessStageRefusal>>(
    past: &[HarnessStageEvent],
    command: &C,
) -> Vec<HarnessStageEvent> {
    given::<HarnessStage>(past).when(command).result().unwrap()
}

#[test]
fn files_are_asked_for_and_taken_only_while_a_stage_is_a_draft() {
    assert_behaviour(
        &announce(8),
        ["Missing", "file_requested", "Conflict", "Conflict", "Conflict", "Conflict", "Missing"],
    );
    let draft = vec![created(draft())];
    let asked = [draft.clone(), when(&draft, &announce(8))].concat();
    given::<HarnessStage>(&asked).when(&announce(8)).then_nothing();
    given::<HarnessStage>(&asked).when(&take(false)).then_nothing();
    let begun = [asked.clone(), vec![requested()]].concat();
    given::<HarnessStage>(&begun).when(&take(true)).then_refused(&HarnessStageRefusal::NoSuchFile);
    let taken = [asked.clone(), when(&asked, &take(true))].concat();
    for content in [false, true] {
        given::<HarnessStage>(&taken).when(&take(content)).then_refused(&HarnessStageRefusal::FileTaken);
        given::<HarnessStage>(&draft).when(&take(content)).then_refused(&HarnessStageRefusal::NoSuchFile);
    }
}

#[test]
fn a_file_is_taken_away_but_not_while_the_harness_is_being_made() {
    let draft = vec![created(draft())];
    let asked = [draft.clone(), when(&draft, &announce(8))].concat();
    let taken = [asked.clone(), when(&asked, &take(true))].concat();
    let begun = [taken.clone(), vec![requested()]].concat();
    let failed = HarnessStageEvent::GenerationFailed { cause: "x".into() };
    for past in [&asked, &taken, &[begun.clone(), vec![failed]].concat()] {
        let gone = when(past, &drop_file());
        assert_eq!(gone, [HarnessStageEvent::FileDeleted { file: FILE }]);
        let after = [past.clone(), gone].concat();
        given::<HarnessStage>(&after).when(&drop_file()).then_refused(&HarnessStageRefusal::NoSuchFile);
    }
    given::<HarnessStage>(&begun).when(&drop_file()).then_refused(&HarnessStageRefusal::Running);
    given::<HarnessStage>(&draft).when(&drop_file()).then_refused(&HarnessStageRefusal::NoSuchFile);
    given::<HarnessStage>(&[]).when(&drop_file()).then_refused(&HarnessStageRefusal::NoSuchStage);
}

#[test]
fn places_for_files_are_bounded_and_come_back_when_their_time_is_over() {
    let full = |until: i64| {
        let mut past = vec![created(draft())];
        for file in 0..MOST_FILES as u128 {
            let late = RequestStageFile { expires_at: Time(until), ..announce(100 + file) };
            past.extend(when(&[created(draft())], &late));
        }
        past
    };
    let now = meta().at.micros();
    let refused = given::<HarnessStage>(&full(now + 1)).when(&announce(8)).result().unwrap_err();
    assert_eq!(refused, HarnessStageRefusal::TooManyFiles);
    assert_eq!(when(&full(now), &announce(8)).len(), 1);
    let nameless = RequestStageFile { name: String::new(), ..announce(8) };
    let refused = given::<HarnessStage>(&[created(draft())]).when(&nameless).result().unwrap_err();
    assert_eq!((refused.kind(), refused.field()), (Kind::Invalid, Some("file_name")));
}
