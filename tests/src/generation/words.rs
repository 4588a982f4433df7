//! Harnesses in the words of a model: usable ones, useless ones, none, and ones that came before a crash.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use touchstone::settings::Settings;
use touchstone_hubs::Target;
use touchstone_testkit::{Backend, Caller, Ghostwriter, Hand, Spawn, TargetOptions, World, eventually};
use touchstone_vocabulary::Hub;

use super::{asked, draft, ended, order, prompts, staged};
use crate::journey::{close, fresh, history, rows};

const KEY: &str = "amber-judge-key";
/// What a model may word. The catalogue's own prompts are beside.
const KINDS: [&str; 7] = ["correctness", "adherence", "exfil", "consistency", "tool", "persona", "security"];
/// Five kinds of ten and fifty of personas, less two of the function that need none.
const WORDABLE: usize = 5 * 10 + 50 - 2;
const TOTAL: usize = 5 * 10 + 50 + 20;
const PORTION: usize = 8;
/// Calls under way at once.
const CALLS: usize = 4;

async fn world(backend: Backend, model: &Ghostwriter) -> World {
    let url = Some(model.url.clone());
    let target = Target { hub: Hub::Custom, url, model: Ghostwriter::MODEL.into(), secret: KEY.into() };
    let judged = |settings: &mut Settings| settings.judge = Some(target);
    World::start_with(backend, TargetOptions::default(), judged).await
}

/// A harness of all kinds: its stage when it is done, and its prompts.
async fn made(caller: &Caller) -> (String, Value, Vec<Value>) {
    let harness = fresh();
    let stage = staged(caller, &harness, &draft()).await;
    asked(caller, &stage, &KINDS).await;
    let done = ended(caller, &stage).await;
    assert_eq!(done["status"], "COMPLETED", "{done}");
    let prompts = texts(caller, &harness).await;
    (harness, done, prompts)
}

async fn texts(caller: &Caller, harness: &str) -> Vec<Value> {
    let ids: Vec<String> =
        prompts(caller, harness, "1.0.0").await.into_iter().flat_map(|(_, ids)| ids).collect();
    let mut found = Vec::new();
    for some in ids.chunks(50) {
        let query: Vec<String> = some.iter().map(|id| format!("ids={id}")).collect();
        let page = caller.get(&format!("/v1/prompts?limit=100&{}", query.join("&"))).await.ok();
        found.extend(rows(&page).iter().cloned());
    }
    assert_eq!(found.len(), ids.len());
    found
}

fn question(prompt: &Value) -> &str {
    prompt["text"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap()
}

fn is_ghosts(prompt: &Value) -> bool {
    question(prompt).contains("Ghost ")
}

/// The portions that are kept, in order.
async fn kept(world: &World) -> Vec<Value> {
    let payload = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    history(world)
        .await
        .iter()
        .filter(|one| one.envelope.name == "harness_stage.prompts_worded")
        .map(|one| payload(one.payload.get()))
        .collect()
}

async fn worded(backend: Backend) {
    let model = Ghostwriter::start(Hand::Neat).await;
    let world = world(backend, &model).await;
    let admin = &world.admin;
    let (harness, done, prompts) = made(admin).await;
    let said = done["status_message"].as_str().unwrap();
    let whose = format!("{WORDABLE} in the words of ghost-1 (custom), {} from templates.", TOTAL - WORDABLE);
    assert!(said.starts_with("The harness harbour was made.") && said.ends_with(&whose), "{said}");
    assert_eq!(prompts.len(), TOTAL);
    for prompt in &prompts {
        let lineage = &prompt["lineage"];
        let whose = (&lineage["hub"], &lineage["model"]);
        let expected = if is_ghosts(prompt) {
            (&json!("custom"), &json!("ghost-1"))
        } else {
            (&Value::Null, &Value::Null)
        };
        assert_eq!(whose, expected, "{prompt}");
        assert!(!lineage["source"].as_str().unwrap().is_empty(), "what it was made from stays: {prompt}");
    }
    assert_eq!(prompts.iter().filter(|prompt| is_ghosts(prompt)).count(), WORDABLE);
    let unique: BTreeSet<&str> = prompts.iter().filter(|prompt| is_ghosts(prompt)).map(question).collect();
    assert_eq!(unique.len(), WORDABLE);
    let kept = kept(&world).await;
    let numbers: Vec<i64> = kept.iter().map(|portion| portion["portion"].as_i64().unwrap()).collect();
    assert_eq!(numbers, (0..).take(WORDABLE.div_ceil(PORTION)).collect::<Vec<_>>());
    let calls = model.asked();
    assert_eq!(calls.len(), kept.len(), "a portion is asked for once");
    for (wanted, credential) in &calls {
        assert_eq!(credential, &format!("Bearer {KEY}"));
        assert!(wanted.lines().count() <= PORTION);
    }

    // Every answer to it can be judged, as to a template.
    let key = admin.key("practice", &world.target.url).await;
    let id = fresh();
    admin.evaluate(&id, &key, &[harness.as_str()], json!({})).await.ok();
    let evaluation = admin.ended(&id).await;
    assert_eq!(
        (&evaluation["status"], &evaluation["error_test_count"], &evaluation["completed_test_count"]),
        (&json!("COMPLETED"), &json!(0), &json!(TOTAL)),
        "{evaluation}"
    );
    world.settled().await;
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_a_model_words_the_prompts_and_each_says_so() {
    worded(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_a_model_words_the_prompts_and_each_says_so() {
    worded(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_prompt_whose_words_are_unusable_stays_a_template() {
    let model = Ghostwriter::start(Hand::Sloppy).await;
    let world = world(Backend::Embedded, &model).await;
    let (_, done, prompts) = made(&world.admin).await;
    let portions = WORDABLE.div_ceil(PORTION);
    let said = done["status_message"].as_str().unwrap();
    assert!(said.contains(&format!(" {portions} in the words of ghost-1 (custom)")), "{said}");
    let ghosts: Vec<&str> = prompts.iter().filter(|prompt| is_ghosts(prompt)).map(question).collect();
    assert_eq!(ghosts.len(), portions);
    for text in ghosts {
        assert!(text.contains(".1: ") || text.contains(".1 has"), "only first lines were usable: {text}");
    }
    assert_eq!(prompts.len(), TOTAL);
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_that_does_not_do_as_it_is_told_or_does_not_answer_changes_nothing() {
    for (hand, portions, word) in [
        (Hand::Chatty, WORDABLE.div_ceil(PORTION), " 0 in the words of ghost-1 (custom)"),
        (Hand::Broken, 1, "was asked no more: The hub could not serve the request (status 500)."),
    ] {
        let model = Ghostwriter::start(hand).await;
        let world = world(Backend::Embedded, &model).await;
        let (_, done, prompts) = made(&world.admin).await;
        let said = done["status_message"].as_str().unwrap();
        assert!(said.contains(word), "{said}");
        assert_eq!(prompts.len(), TOTAL);
        assert!(prompts.iter().all(|prompt| !is_ghosts(prompt) && prompt["lineage"]["model"].is_null()));
        assert_eq!(kept(&world).await.len(), portions);
        close(world).await;
    }
}

async fn killed(backend: Backend) {
    let model = Ghostwriter::with_answers(Hand::Neat, CALLS).await;
    let mut spawn = Spawn::new(backend).await;
    for (name, value) in [("HUB", "custom"), ("MODEL", Ghostwriter::MODEL), ("URL", &model.url), ("KEY", KEY)]
    {
        spawn.environment.push((format!("TOUCHSTONE_JUDGE_{name}"), value.to_owned()));
    }
    let server = spawn.serve().await;
    let admin = spawn.admin(&server);
    eventually("the admin's token is known", || async {
        (admin.get("/v1/users/me").await.status == 200).then_some(())
    })
    .await;
    let harness = fresh();
    let stage = staged(&admin, &harness, &draft()).await;
    admin.post("/v1/harness-creation-agent", &order(&stage, &KINDS)).await.ok();
    // One more than can be under way at once: so the first portion is kept.
    eventually("the model was asked", || async { (model.asked().len() > CALLS).then_some(()) }).await;
    server.kill().await;
    let server = spawn.serve().await;
    let admin = spawn.admin(&server);
    model.go_on();
    let done = ended(&admin, &stage).await;
    assert_eq!(done["status"], "COMPLETED", "{done}");
    let made = texts(&admin, &harness).await;
    let ghosts: BTreeSet<&str> = made.iter().filter(|prompt| is_ghosts(prompt)).map(question).collect();
    assert_eq!((made.len(), ghosts.len()), (TOTAL, WORDABLE));
    let asked: Vec<String> = model.asked().into_iter().map(|(wanted, _)| wanted).collect();
    let portions = WORDABLE.div_ceil(PORTION);
    let calls = portions..=portions + CALLS;
    assert!(
        calls.contains(&asked.len()),
        "{} calls: only what was under way is asked for again",
        asked.len()
    );
    let different: BTreeSet<&String> = asked.iter().collect();
    assert_eq!(different.len(), portions, "a portion that is asked for again is the same");
    let written = super::written(&admin).await;
    assert_eq!(written, i64::try_from(TOTAL).unwrap(), "no second set was made");
    server.signal("TERM").await;
    assert_eq!(server.ended().await, Some(0));
    for check in [["log", "verify"], ["projections", "verify"]] {
        let (code, said) = spawn.run(&check).await;
        assert_eq!(code, Some(0), "{said}");
    }
    let dump = spawn.dump().await;
    let holds = |secret: &str| dump.windows(secret.len()).any(|part| part == secret.as_bytes());
    assert!(!holds(KEY) && holds(&stage), "the key is nowhere");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_words_that_came_before_a_crash_are_used_after_it() {
    killed(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_words_that_came_before_a_crash_are_used_after_it() {
    killed(Backend::Scaled).await;
}
