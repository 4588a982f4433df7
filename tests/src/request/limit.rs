//! What a request may cost, and what becomes of one that costs more.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;
use touchstone_kernel::Clock as _;
use touchstone_testkit::{Backend, Caller, Reply, Spawn, TargetOptions, Wish, World, eventually};
use touchstone_vocabulary::TeamRole;

use super::hold;
use crate::journey::{close, head};

async fn socket(world: &World) -> TcpStream {
    TcpStream::connect(world.admin.base.trim_start_matches("http://")).await.unwrap()
}

/// Everything the server says until it closes.
async fn heard(mut socket: TcpStream) -> String {
    let mut said = Vec::new();
    // A connection that is broken off has said what it had to say.
    let _ =
        tokio::time::timeout(Duration::from_mins(1), socket.read_to_end(&mut said)).await.expect("it closes");
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_may_be_so_long_and_take_so_long() {
    let world = World::start_with(Backend::Embedded, TargetOptions::default(), |settings| {
        settings.limits.header_seconds = 1;
    })
    .await;
    for (bytes, status) in [(20 * 1024, 200), (40 * 1024, 431)] {
        let asked = world.admin.request(Method::GET, "/v1/users/me").header("x-filler", "x".repeat(bytes));
        assert_eq!(world.admin.send(asked).await.status.as_u16(), status, "{bytes} bytes");
    }
    let idle = socket(&world).await;
    let mut slow = socket(&world).await;
    let began = Instant::now();
    slow.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\nx-slow: ").await.unwrap();
    assert_eq!(heard(slow).await, "", "a head that does not come to its end is given up");
    assert!(began.elapsed() >= Duration::from_millis(900), "after {:?}", began.elapsed());
    // One that has asked before gets no more time for its next head.
    let mut again = socket(&world).await;
    again.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut first = [0; 12];
    again.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    again.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\nx-slow: ").await.unwrap();
    heard(again).await;
    // One that has sent nothing yet may still ask.
    let mut idle = idle;
    idle.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    assert!(heard(idle).await.starts_with("HTTP/1.1 200"));
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_may_stop_only_for_a_while_and_be_only_so_deep() {
    let world = World::start_with(Backend::Embedded, TargetOptions::default(), |settings| {
        settings.limits.body_idle_seconds = 1;
        settings.limits.json_depth = 10;
        settings.limits.values = 3;
    })
    .await;
    let (admin, events) = (&world.admin, head(&world).await);
    let mut stuck = socket(&world).await;
    let text = format!(
        "POST /v1/api-keys HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: 100\r\n\
         connection: close\r\n\r\n{{\"name\": ",
        admin.token
    );
    stuck.write_all(text.as_bytes()).await.unwrap();
    let said = heard(stuck).await;
    assert!(said.starts_with("HTTP/1.1 422") && said.contains("did not arrive"), "{said}");
    let deep = |levels: usize| format!("{{\"name\": {}1{}}}", "[".repeat(levels), "]".repeat(levels));
    for (levels, sentence) in [(9, "must be"), (10, "levels deep"), (100_000, "not valid JSON")] {
        let asked = admin.request(Method::POST, "/v1/api-keys").body(deep(levels));
        let refused = admin.send(asked).await.refused(422);
        assert!(refused["detail"][0]["msg"].as_str().unwrap().contains(sentence), "{levels}: {refused}");
    }
    admin.get("/v1/evaluations?tags=a&tags=b&tags=c").await.ok();
    admin.get("/v1/evaluations?tags=a&tags=b&tags=c&tags=d").await.refused(422);
    assert_eq!(head(&world).await, events);
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_does_not_come_is_waited_for_as_long_as_for_an_answer_and_holds_no_place_then() {
    let world = World::start_with(Backend::Embedded, TargetOptions::default(), |settings| {
        settings.limits.request_seconds = 1;
        settings.limits.requests = 1;
    })
    .await;
    for header in ["x-no-key: slow", "idempotency-key: slow"] {
        let mut slow = socket(&world).await;
        let text = format!(
            "POST /v1/api-keys HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n{header}\r\n\
             content-length: 100\r\nconnection: close\r\n\r\n{{\"name\": ",
            world.admin.token
        );
        slow.write_all(text.as_bytes()).await.unwrap();
        let said = heard(slow).await;
        assert!(said.starts_with("HTTP/1.1 503") && said.contains("within 1 s"), "{header}: {said}");
        world.admin.get("/v1/users/me").await.ok();
    }
    close(world).await;
}

fn api_key(name: &str) -> Value {
    json!({"name": name, "hub": "custom", "value": "practice-key-value", "url": "http://127.0.0.1:9/v1",
        "rate_limit_per_interval": 60, "rate_limit_interval": 10})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_takes_too_long_is_not_waited_for_and_the_command_stands() {
    let world = World::start_with(Backend::Embedded, TargetOptions::default(), |settings| {
        settings.limits.request_seconds = 1;
    })
    .await;
    let held = hold(&world).await;
    let late = world.admin.post("/v1/api-keys", &api_key("late")).await;
    assert_eq!(
        (late.status.as_u16(), &late.headers["retry-after"]),
        (503, &"1".parse().unwrap()),
        "{}",
        late.text
    );
    assert!(late.text.contains("finished all the same"), "{}", late.text);
    drop(held);
    eventually("the command stands", || async {
        let keys = world.admin.get("/v1/api-keys").await.ok();
        (keys.as_array().unwrap().len() == 1).then_some(())
    })
    .await;
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_at_once_than_can_be_answered_is_turned_away_and_comes_back() {
    let world = World::start_with(Backend::Embedded, TargetOptions::default(), |settings| {
        settings.limits.requests = 2;
    })
    .await;
    let held = hold(&world).await;
    let names: Vec<String> = (0..2).map(|n| format!("key {n}")).collect();
    let waiting = futures::future::join_all(names.iter().map(async |name| {
        let served = eventually("there is a place", || async {
            let reply = world.admin.post("/v1/api-keys", &api_key(name)).await;
            (reply.status != 503).then_some(reply)
        });
        served.await.ok()
    }));
    let knocking = async {
        let turned_away = eventually("all places are taken", || async {
            let reply = world.admin.get("/v1/users/me").await;
            (reply.status == 503).then_some(reply)
        })
        .await;
        assert_eq!(turned_away.headers["retry-after"], "1");
        assert!(turned_away.text.contains("busy"), "{}", turned_away.text);
        assert_eq!(world.admin.get("/livez").await.status, 200, "whoever looks after it still gets in");
        drop(held);
    };
    tokio::join!(waiting, knocking);
    world.admin.get("/v1/users/me").await.ok();
    close(world).await;
}

fn told_to_wait(reply: Reply) {
    let wait: u64 = reply.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert!(reply.refused(429)["detail"].as_str().unwrap().contains("ask again in"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asks_too_often_is_told_when_to_come_back_and_nobody_else_is() {
    let world = World::start_with(Backend::Embedded, TargetOptions::default(), |settings| {
        settings.edge.rates = true;
        settings.limits.reads_per_minute = 12;
        settings.limits.writes_per_minute = 6;
    })
    .await;
    let other = world.somebody("bo@example.org", "harbour", TeamRole::Admin).await;
    let admin = &world.admin;
    let mut read = 0;
    let refused = loop {
        let reply = admin.get("/v1/users/me").await;
        if reply.status != 200 {
            break reply;
        }
        read += 1;
    };
    assert!((12..=14).contains(&read), "{read} reads in a moment");
    told_to_wait(refused);
    for n in 0..6 {
        admin.post("/v1/api-keys", &api_key(&format!("key {n}"))).await.ok();
    }
    told_to_wait(admin.post("/v1/api-keys", &api_key("one more")).await);
    other.get("/v1/users/me").await.ok();
    for n in 0..5 {
        let invite = json!({"email": format!("a{n}@example.org"), "team_role": "user"});
        assert_eq!(other.post("/v1/invites", &invite).await.status, 200);
    }
    told_to_wait(other.post("/v1/invites", &json!({"email": "b@example.org", "team_role": "user"})).await);
    assert_eq!(admin.get("/livez").await.status, 200);
    close(world).await;
}

async fn strange(world: &World, from: Option<&str>) -> Reply {
    let stranger = world.admin.with_token("tst_no_such_token");
    let asked = stranger.request(Method::GET, "/v1/users/me");
    world
        .admin
        .send(match from {
            Some(from) => asked.header("x-forwarded-for", from),
            None => asked,
        })
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_fails_too_often_is_turned_away_by_address() {
    let direct = World::start_with(Backend::Embedded, TargetOptions::default(), |settings| {
        settings.edge.rates = true;
    })
    .await;
    for n in 0..20 {
        // Without a trusted proxy nobody hides behind a header.
        strange(&direct, Some(&format!("198.51.100.{n}"))).await.refused(401);
    }
    told_to_wait(strange(&direct, Some("198.51.100.99")).await);
    // An address that was made up is no better than a token that was.
    told_to_wait(direct.admin.send(direct.admin.request(Method::PUT, "/v1/uploads/made.up")).await);
    direct.admin.get("/v1/users/me").await.ok();
    close(direct).await;

    // Nor is a token that was good once.
    let late = World::start_with(Backend::Embedded, TargetOptions::default(), |settings| {
        settings.edge.rates = true;
    })
    .await;
    let soon = Some(late.clock.now().plus(Duration::from_hours(1)));
    let wish =
        Wish { email: "ex@example.org".into(), team: "harbour".into(), expires_at: soon, ..Wish::default() };
    let expired = late.issue(&wish).await;
    late.clock.advance(Duration::from_hours(1));
    for _ in 0..20 {
        expired.get("/v1/users/me").await.refused(401);
    }
    told_to_wait(expired.get("/v1/users/me").await);
    close(late).await;

    let behind = World::start_with(Backend::Embedded, TargetOptions::default(), |settings| {
        settings.edge.rates = true;
        settings.edge.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await;
    for _ in 0..20 {
        strange(&behind, Some("203.0.113.1, 198.51.100.1")).await.refused(401);
    }
    told_to_wait(strange(&behind, Some("203.0.113.2, 198.51.100.1")).await);
    strange(&behind, Some("198.51.100.2")).await.refused(401);
    strange(&behind, None).await.refused(401);
    close(behind).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beyond_this_machine_a_server_needs_a_proxy_or_a_word_and_then_counts() {
    let spawn = Spawn::new(Backend::Embedded).await;
    let serve = ["serve", "--listen", "0.0.0.0:0", "--log", "off"];
    let (code, said) = spawn.run(&serve).await;
    assert_eq!((code, said.trim().lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("--trusted-proxies") && said.contains("--insecure"), "{said}");
    let local = ["serve", "--listen", "127.0.0.1:0", "--log", "off", "--limits", "body_byte=1"];
    let wrong = spawn.run(&local).await;
    assert!(wrong.0 == Some(1) && wrong.1.contains("body_byte"), "{}", wrong.1);
    for allowed in [&["--insecure"][..], &["--trusted-proxies", "127.0.0.0/8"]] {
        let args =
            [&["--listen", "0.0.0.0:0", "--log", "warn", "--limits", "reads_per_minute=5"], allowed].concat();
        let server = spawn.serve_with(&args).await;
        let port = server.address.rsplit(':').next().unwrap().to_owned();
        let token = std::fs::read_to_string(spawn.settings.store.data_dir.join("admin.token")).unwrap();
        let admin = Caller::new(format!("http://127.0.0.1:{port}"), token.trim().to_owned());
        eventually("the count is full", || async {
            (admin.get("/v1/users/me").await.status == 429).then_some(())
        })
        .await;
        server.signal("TERM").await;
        assert_eq!(server.ended().await, Some(0));
    }
}
