//! Files of an agent: announced, then brought to an address that is good for that one file, for a while, and once.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::{Body, Client};
use serde_json::{Value, json};
use touchstone_testkit::{Backend, Caller, Reply, TargetOptions, World, eventually};

use super::{archived, made};
use crate::contract::Contract;
use crate::journey::{close, fresh, head, history, rows, team};

/// MD5 of `hello`, in base64.
pub const HELLO: &str = "XUFAKrxLKna5cZ2REBfFkg==";

/// A small file as the client announces one, with changes.
fn announced(change: &Value) -> Value {
    let file = json!({"file_name": "notes/hello.txt", "file_type": "text/plain", "file_size": 5, "checksum": HELLO,
                      "created_by": fresh(), "team_id": fresh(), "id": fresh(), "is_verified": true});
    super::change(file, change)
}

async fn address(caller: &Caller, path: &str, change: &Value) -> String {
    let file = caller.post(&format!("{path}/files"), &announced(change)).await.ok();
    file["upload_url"].as_str().unwrap().to_owned()
}

/// Brings a file as the client does: without a token.
async fn brought(
    caller: &Caller,
    url: &str,
    headers: &[(&'static str, &str)],
    body: impl Into<Body>,
) -> Reply {
    let put = headers.iter().fold(Client::new().put(url), |put, (name, value)| put.header(*name, *value));
    caller.send(put.body(body)).await
}

const TEXT: (&str, &str) = ("content-type", "text/plain");
const SUM: (&str, &str) = ("content-md5", HELLO);

fn place(world: &World) -> PathBuf {
    world.settings.store.data_dir.join("files")
}

/// What lies there: files below the folders of teams and of their files.
fn lying(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { lying(&path) } else { vec![path] }).collect()
}

/// How many files are kept.
fn kept(world: &World) -> usize {
    lying(&place(world)).len()
}

async fn taken(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let path = made(admin, "helper").await;
    let files = format!("{path}/files");
    let file = admin.post(&files, &announced(&json!({}))).await.ok();
    contract.holds("post", "/v1/agent-configurations/{id}/files", &file);
    let me = admin.get("/v1/users/me").await.ok();
    let id = file["id"].as_str().unwrap();
    assert_eq!((&file["created_by"], &file["team_id"]), (&me["user_id"], &me["team_id"]));
    assert_eq!((&file["file_name"], &file["is_verified"]), (&json!("hello.txt"), &json!(false)));
    assert_eq!(file["object_key"], json!(format!("{}/{id}", team(admin).await)));
    let url = file["upload_url"].as_str().unwrap();
    assert!(url.starts_with(&format!("{}/v1/uploads/", admin.base)), "{url}");
    assert_eq!(kept(&world), 0);

    let reply = brought(admin, url, &[TEXT, SUM], "hello").await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    contract.holds("put", "/v1/uploads/{token}", &reply.json());
    let list = admin.get(&files).await.ok();
    contract.holds("get", "/v1/agent-configurations/{id}/files", &list);
    let shown = &rows(&list)[0];
    assert_eq!(
        (&shown["id"], &shown["is_verified"], &shown["upload_url"]),
        (&file["id"], &json!(true), &json!(null))
    );
    assert!(shown["verified_at"].is_i64() && shown["file_size"] == 5);
    let stored = lying(&place(&world).join(file["object_key"].as_str().unwrap()));
    assert_eq!((stored.len(), std::fs::read(&stored[0]).unwrap().as_slice()), (1, b"hello".as_slice()));

    // Once: the same file again is too late, and changes nothing.
    let events = head(&world).await;
    brought(admin, url, &[TEXT, SUM], "hello").await.refused(409);
    assert_eq!((head(&world).await, kept(&world)), (events, 1));

    // Whoever did not say size and sum before says the sum now.
    let bare = json!({"file_name": "policy.pdf", "file_type": null, "file_size": null, "checksum": null});
    let url = address(admin, &path, &bare).await;
    let pdf = "%PDF-1.7\na policy that nobody reads\n";
    let (typed, sum) = (("content-type", "application/pdf"), ("content-md5", "XwQv8MeAwt+zbRUsv6/CBQ=="));
    brought(admin, &url, &[typed], pdf).await.refused(422);
    brought(admin, &url, &[typed, sum], pdf).await.ok();
    let names: Vec<Value> = history(&world).await.iter().map(|event| json!(event.envelope.name)).collect();
    let of = |name: &str| names.iter().filter(|known| **known == json!(name)).count();
    assert_eq!(of("agent_configuration.file_requested"), 2);
    assert_eq!(of("agent_configuration.file_verified"), 2);

    // They go with the team, and nobody is a member of it who could bring more.
    let left = address(admin, &path, &json!({})).await;
    world.somebody("ad@example.org", "default", touchstone_vocabulary::TeamRole::Admin).await;
    admin.delete(&format!("/v1/teams/{}", team(admin).await)).await.ok();
    brought(admin, &left, &[TEXT, SUM], "hello").await.refused(403);
    eventually("the team's files are gone", || async { (kept(&world) == 0).then_some(()) }).await;
    eventually("its agents are archived", || async {
        let history = history(&world).await;
        history.iter().any(|event| event.envelope.name == "agent_configuration.archived").then_some(())
    })
    .await;
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_a_file_is_brought_once_and_goes_with_its_team() {
    taken(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_a_file_is_brought_once_and_goes_with_its_team() {
    taken(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_as_announced_is_refused_and_the_address_stays_good() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let path = made(admin, "helper").await;
    let url = address(admin, &path, &json!({})).await;
    let events = head(&world).await;
    let other = ("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==");
    for (headers, body, status) in [
        (vec![SUM], "hello", 422),
        (vec![("content-type", "application/pdf"), SUM], "hello", 422),
        (vec![("content-type", "text/html"), SUM], "hello", 422),
        (vec![TEXT, other], "hello", 422),
        (vec![TEXT, ("content-md5", "hunter2")], "hello", 422),
        (vec![TEXT, SUM], "hallo", 422),
        (vec![TEXT, SUM], "hell", 422),
        (vec![TEXT, SUM], "", 422),
        (vec![TEXT, SUM], "hello!", 413),
    ] {
        let reply = brought(admin, &url, &headers, body).await;
        assert!(!reply.text.contains("hunter2"));
        reply.refused(status);
    }
    // Without an announced length, and far too much of it.
    let endless = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b'a'; 64 * 1024]));
    let many = futures::StreamExt::take(endless, 64);
    brought(admin, &url, &[TEXT, SUM], Body::wrap_stream(many)).await.refused(413);
    assert_eq!((head(&world).await, kept(&world)), (events, 0));
    // A content that only calls itself text.
    let program = json!({"file_size": null, "checksum": null});
    let disguised = address(admin, &path, &program).await;
    for content in [
        b"\x7fELF\x02\x01\x01\x00".to_vec(),
        b"%PDF-1.7".to_vec(),
        b"PK\x03\x04".to_vec(),
        b"\xff\xfe".to_vec(),
    ] {
        brought(admin, &disguised, &[TEXT, other], content).await.refused(422);
    }
    assert_eq!(kept(&world), 0);
    brought(admin, &url, &[("content-type", "Text/Plain; charset=utf-8"), SUM], "hello").await.ok();
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_was_not_given_or_whose_time_is_over_permits_nothing() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let path = made(admin, "helper").await;
    let url = address(admin, &path, &json!({})).await;
    let (base, token) = url.rsplit_once('/').unwrap();
    let (content, tag) = token.split_once('.').unwrap();
    let forged = |content: &str, tag: &str| format!("{base}/{content}.{tag}");
    let swapped = content.replacen(&content[40..41], if &content[40..41] == "A" { "B" } else { "A" }, 1);
    for url in [
        forged(&swapped, tag),
        forged(content, &tag.replacen(&tag[..1], if tag.starts_with('A') { "B" } else { "A" }, 1)),
        forged(content, ""),
        format!("{base}/{content}"),
        format!("{base}/x"),
    ] {
        // Told before anything of the body is read.
        let never = Body::wrap_stream(futures::stream::pending::<Result<Vec<u8>, std::io::Error>>());
        brought(admin, &url, &[TEXT, SUM], never).await.refused(403);
    }
    // A member's token adds nothing to an address, and the address nothing to a token.
    admin.get(&url[admin.base.len()..]).await.refused(405);
    let events = head(&world).await;
    world.clock.advance(Duration::from_mins(15));
    brought(admin, &url, &[TEXT, SUM], "hello").await.refused(403);
    let late = address(admin, &path, &json!({})).await;
    archived(admin, &path).await;
    brought(admin, &late, &[TEXT, SUM], "hello").await.refused(404);
    admin.post(&format!("{path}/files"), &announced(&json!({}))).await.refused(409);
    assert_eq!((head(&world).await, kept(&world)), (events + 3, 0));
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_may_not_come_is_refused_when_it_is_announced() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let path = made(admin, "helper").await;
    let files = format!("{path}/files");
    let events = head(&world).await;
    for (wrong, field) in [
        (json!({"file_name": null}), "file_name"),
        (json!({"file_name": "notes/"}), "file_name"),
        (json!({"file_type": "text/html"}), "file_type"),
        (json!({"file_type": "application/x-msdownload"}), "file_type"),
        (json!({"file_type": null, "file_name": "a.exe"}), "file_type"),
        (json!({"file_size": 0}), "file_size"),
        (json!({"file_size": 20 * 1024 * 1024 + 1}), "file_size"),
        (json!({"checksum": "5d41402abc4b2a76b9719d911017c592"}), "checksum"),
    ] {
        let refused = admin.post(&files, &announced(&wrong)).await.refused(422);
        assert_eq!(refused["detail"][0]["loc"], json!(["body", field]), "{wrong}");
    }
    assert_eq!(head(&world).await, events);
    // A request that comes again is about the same file.
    let repeated = async || {
        let asked = admin.request(reqwest::Method::POST, &files).header("idempotency-key", "one");
        admin.send(asked.json(&json!({"file_name": "a.txt"}))).await.ok()
    };
    assert_eq!(repeated().await, repeated().await);
    assert_eq!(head(&world).await, events + 1);
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_file_that_nobody_waits_for_any_more_when_it_is_in_nothing_stays() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let path = made(admin, "helper").await;
    let url = address(admin, &path, &json!({})).await;
    let (pieces, body) = futures::channel::mpsc::unbounded::<Result<&str, std::io::Error>>();
    pieces.unbounded_send(Ok("hel")).unwrap();
    let sending = brought(admin, &url, &[TEXT, SUM], Body::wrap_stream(body));
    let meanwhile = async {
        eventually("it is coming in", || async { (kept(&world) == 1).then_some(()) }).await;
        archived(admin, &path).await;
        pieces.unbounded_send(Ok("lo")).unwrap();
        pieces.close_channel();
    };
    let (reply, ()) = futures::future::join(sending, meanwhile).await;
    reply.refused(404);
    assert_eq!(kept(&world), 0);
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_is_not_there_is_missing_whatever_the_server_is_called() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let path = made(&world.admin, "helper").await;
    for (path, status) in [(format!("/v1/agent-configurations/{}", fresh()), 404), (path, 422)] {
        let asked = world.admin.request(reqwest::Method::POST, &format!("{path}/files"));
        let asked = asked.header("host", "harbour/lighthouse").json(&announced(&json!({})));
        world.admin.send(asked).await.refused(status);
    }
    close(world).await;
}
