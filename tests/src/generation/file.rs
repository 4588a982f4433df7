//! Files of a stage: brought as the client brings them, read in a child process, cited by the prompts made of them.

use std::time::{Duration, Instant};

use data_encoding::BASE64;
use md5::{Digest, Md5};
use reqwest::Client;
use serde_json::{Value, json};
use touchstone_testkit::{Backend, Caller, Pdf, Reply, TargetOptions, World, packed};
use touchstone_vocabulary::TeamRole;

use super::{PROMPT, asked, ended, prompts, staged};
use crate::contract::Contract;
use crate::extract::policy;
use crate::journey::{close, column, fresh, head, rows};

const FILES: &str = "/v1/harness-configs/{harness_config_id}/stages/{staging_id}/files";
/// How long the making of a harness may take, documents and all.
const PATIENCE: Duration = Duration::from_secs(30);

pub fn announced(name: &str, media: &str, content: &[u8]) -> Value {
    let checksum = BASE64.encode(&Md5::digest(content));
    json!({"category": "AGENT_POLICY", "file_name": name, "file_type": media, "file_size": content.len(),
           "checksum": checksum})
}

/// Puts a file where it may be brought: without a token.
pub async fn put(caller: &Caller, file: &Value, announced: &Value, content: Vec<u8>) -> Reply {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let put = Client::new()
        .put(text(&file["upload_url"]))
        .header("content-type", text(&announced["file_type"]))
        .header("content-md5", text(&announced["checksum"]));
    caller.send(put.body(content)).await
}

pub async fn brought(caller: &Caller, files: &str, name: &str, media: &str, content: Vec<u8>) -> Value {
    let announced = announced(name, media, &content);
    let file = caller.post(files, &announced).await.ok();
    put(caller, &file, &announced, content).await.ok();
    file
}

pub fn draft() -> Value {
    json!({"harness_name": "harbour", "agent_system_prompt": PROMPT, "harness_types": ["AGENT_POLICY"]})
}

/// The contents that are kept of a file.
fn kept(world: &World, file: &Value) -> Vec<Vec<u8>> {
    let folder = world.settings.store.data_dir.join("files").join(file["object_key"].as_str().unwrap());
    let contents = std::fs::read_dir(folder).into_iter().flatten();
    contents.map(|content| std::fs::read(content.unwrap().path()).unwrap()).collect()
}

async fn cited(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let harness = fresh();
    let stage = staged(admin, &harness, &draft()).await;
    let files = format!("/v1/harness-configs/{harness}/stages/{stage}/files");
    let document = Pdf::of_pages(&policy());
    let announced = announced("C:\\papers/policy.pdf", "application/pdf", &document);
    let file = admin.post(&files, &announced).await.ok();
    contract.holds("post", FILES, &file);
    assert_eq!((&file["file_name"], &file["is_verified"]), (&json!("policy.pdf"), &json!(false)));
    let awaited = admin.get(&format!("{files}?staging_id={stage}")).await.ok();
    contract.holds("get", FILES, &awaited);
    assert_eq!(column(&awaited, "id"), [file["id"].as_str().unwrap()]);
    assert_eq!(rows(&awaited)[0]["is_verified"], false);
    put(admin, &file, &announced, document.clone()).await.ok();
    assert_eq!(kept(&world, &file), std::slice::from_ref(&document));
    // One whose place it is now is not taken again, and one that is dropped goes with its content.
    put(admin, &file, &announced, document.clone()).await.refused(409);
    let spare =
        brought(admin, &files, "spare.txt", "text/plain", b"Boats may not leave at night.".to_vec()).await;
    let path = format!("{files}/{}", spare["id"].as_str().unwrap());
    let gone = admin.delete(&path).await.ok();
    contract.holds(
        "delete",
        "/v1/harness-configs/{harness_config_id}/stages/{staging_id}/files/{file_id}",
        &gone,
    );
    admin.delete(&path).await.refused(404);
    assert!(kept(&world, &spare).is_empty());
    let known = admin.get(&files).await.ok();
    assert_eq!(
        (column(&known, "file_name"), &rows(&known)[0]["is_verified"]),
        (vec!["policy.pdf"], &json!(true))
    );

    let begun = Instant::now();
    asked(admin, &stage, &["adherence", "correctness"]).await;
    let done = ended(admin, &stage).await;
    assert_eq!(done["status"], "COMPLETED", "{done}");
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    println!("a harness of a policy of forty pages takes {:?}", begun.elapsed());
    let pages = policy();
    let mut of_policy = 0;
    for (probe, ids) in prompts(admin, &harness, "1.0.0").await {
        for id in ids {
            let prompt = rows(&admin.get(&format!("/v1/prompts?ids={id}")).await.ok())[0].clone();
            let cited = prompt["description"].as_str().unwrap();
            let (place, source) = cited.split_once(": ").unwrap();
            let Some(place) = place.strip_prefix("policy.pdf, page ") else { continue };
            let page: usize = place.split(',').next().unwrap().parse().unwrap();
            assert!(pages[page - 1].contains(source), "{cited}");
            if probe["name"] == "policy_adherence" {
                assert!(source.contains("must not"), "{cited}");
                assert!(place.ends_with(&format!("clause {page}.1")), "{cited}");
            }
            of_policy += 1;
        }
    }
    assert!(of_policy >= 15, "{of_policy} of 20 cite the policy");

    // What a harness was made of stays until the stage goes.
    admin.post(&files, &announced).await.refused(409);
    assert_eq!(kept(&world, &file).len(), 1);
    admin.delete(&format!("/v1/harness-configs/{harness}/stages/{stage}")).await.ok();
    assert!(kept(&world, &file).is_empty());
    world.settled().await;
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_a_policy_of_forty_pages_is_cited_by_the_prompts_made_of_it() {
    cited(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_a_policy_of_forty_pages_is_cited_by_the_prompts_made_of_it() {
    cited(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_that_cannot_be_read_ends_the_making_with_a_sentence_in_time() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let gibibyte = packed(&vec![b' '; 1 << 20], 1024);
    let bomb = Pdf::of_content("/Filter /FlateDecode", &gibibyte);
    for (content, media, words) in [
        (bomb, "application/pdf", "policy.pdf: a part of it unpacks to more than 64 MiB"),
        (b"%PDF-1.7\nand nothing else".to_vec(), "application/pdf", "policy.pdf: it is no PDF"),
        (b" \n \n".to_vec(), "text/plain", "policy.pdf: there is no text in it"),
    ] {
        let harness = fresh();
        let stage = staged(admin, &harness, &draft()).await;
        let files = format!("/v1/harness-configs/{harness}/stages/{stage}/files");
        brought(admin, &files, "policy.pdf", media, content).await;
        let begun = Instant::now();
        asked(admin, &stage, &["adherence"]).await;
        let failed = ended(admin, &stage).await;
        assert_eq!(failed["status"], "ERROR", "{failed}");
        assert!(failed["status_message"].as_str().unwrap().contains(words), "{failed}");
        assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    }
    world.settled().await;
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_not_be_brought_is_refused_and_records_nothing() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let stranger = world.somebody("bo@example.org", "harbour", TeamRole::Admin).await;
    let harness = fresh();
    let stage = staged(admin, &harness, &draft()).await;
    let files = format!("/v1/harness-configs/{harness}/stages/{stage}/files");
    let file = announced("policy.txt", "text/plain", b"Boats may not leave at night.");
    let before = head(&world).await;
    for (change, field) in [
        (json!({"file_name": ""}), "file_name"),
        (json!({"file_type": "text/csv"}), "file_type"),
        (json!({"file_type": "application/zip"}), "file_type"),
        (json!({"file_size": 0}), "file_size"),
        (json!({"file_size": 20 * 1024 * 1024 + 1}), "file_size"),
        (json!({"checksum": "hunter2"}), "checksum"),
        (json!({"checksum": ""}), "checksum"),
        (json!({"category": "WEATHER"}), "category"),
    ] {
        let mut wrong = file.clone();
        wrong.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let refused = admin.post(&files, &wrong).await.refused(422);
        assert_eq!(refused["detail"][0]["loc"][1], json!(field), "{refused}");
    }
    let elsewhere = format!("/v1/harness-configs/{}/stages/{stage}/files", fresh());
    for (caller, path) in [(&stranger, &files), (admin, &elsewhere)] {
        caller.get(path).await.refused(404);
        caller.post(path, &file).await.refused(404);
        caller.delete(&format!("{path}/{}", fresh())).await.refused(404);
    }
    assert_eq!(head(&world).await, before);
    // A table is knowledge, but no policy.
    let mut table = announced("tides.csv", "text/csv", b"day,height\n1,4\n");
    table["category"] = json!("KNOWLEDGE_BASE");
    admin.post(&files, &table).await.ok();
    // An upload that was not brought in time is not missed.
    asked(admin, &stage, &["exfil"]).await;
    assert_eq!(ended(admin, &stage).await["status"], "COMPLETED");
    admin.post(&files, &file).await.refused(409);
    close(world).await;
}
