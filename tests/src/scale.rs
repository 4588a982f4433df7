//! Two servers on one PostgreSQL and NATS.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};
use touchstone_testkit::{Backend, Practice, Spawn, TargetOptions, eventually};
use uuid::Uuid;

/// The claims of an evaluation's probe runs: worker to runs, and the fences in log order per run.
async fn claims(
    spawn: &Spawn,
    stream_of: &[String],
) -> (BTreeMap<String, usize>, BTreeMap<String, Vec<u64>>) {
    let (mut workers, mut fences) = (BTreeMap::new(), BTreeMap::new());
    for stream in stream_of {
        let (code, said) = spawn.run(&["log", "show", stream, "--json"]).await;
        assert_eq!(code, Some(0), "{said}");
        for line in said.lines() {
            let Ok(event) = serde_json::from_str::<Value>(line) else { continue };
            if event["name"] == "probe_run.claimed" {
                let worker = event["payload"]["worker"].as_str().unwrap_or_default().to_owned();
                *workers.entry(worker).or_insert(0) += 1;
                let fence = event["payload"]["fence"].as_u64().unwrap_or(0);
                fences.entry(stream.clone()).or_insert_with(Vec::new).push(fence);
            }
        }
    }
    (workers, fences)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_share_the_work_and_a_frozen_one_records_nothing_twice() {
    let spawn = Spawn::new(Backend::Scaled).await;
    let target =
        Practice::start(TargetOptions { latency: Duration::from_millis(250), ..TargetOptions::default() })
            .await;
    let (one, two) = (spawn.serve().await, spawn.serve().await);
    let admin = spawn.admin(&one);
    eventually("the admin's token is known", || async {
        (admin.get("/v1/users/me").await.status == 200).then_some(())
    })
    .await;
    let me = admin.get("/v1/users/me").await.ok();
    let team = me["team_id"].as_str().unwrap_or_default().to_owned();
    // A limit that keeps the evaluation going well past the freeze.
    let key = admin
        .post(
            "/v1/api-keys",
            &json!({"name": "paced", "hub": "custom", "value": "practice-key-value", "url": target.url,
                    "rate_limit_per_interval": 100, "rate_limit_interval": 1}),
        )
        .await
        .ok();
    let id = Uuid::new_v4().to_string();
    let key = key["id"].as_str().unwrap_or_default();
    admin.evaluate(&id, key, &["security", "safety"], json!({})).await.ok();
    eventually("work is under way", || async {
        (admin.evaluation(&id).await["completed_test_count"].as_u64()? > 200).then_some(())
    })
    .await;

    two.signal("STOP").await;
    let before = admin.evaluation(&id).await["completed_test_count"].as_u64().unwrap_or(0);
    // Past its lease: the other takes its runs over, so the evaluation can only go on through take-overs in the end.
    eventually("the other server goes on", || async {
        (admin.evaluation(&id).await["completed_test_count"].as_u64()? > before + 500).then_some(())
    })
    .await;
    two.signal("CONT").await;
    let evaluation = admin.ended(&id).await;
    assert_eq!(evaluation["status"], "COMPLETED", "{evaluation}");
    let total = evaluation["total_test_count"].as_u64().unwrap_or(0);
    assert_eq!(evaluation["completed_test_count"].as_u64(), Some(total));

    let responses = admin.get(&format!("/v1/responses?evaluation_id={id}&limit=1000000")).await.ok();
    let rows = responses["results"].as_array().cloned().unwrap_or_default();
    let slots: BTreeSet<_> = rows
        .iter()
        .map(|row| (row["probe_config_id"].to_string(), row["input_prompt_id"].to_string()))
        .collect();
    assert_eq!((rows.len() as u64, slots.len() as u64), (total, total), "nothing is recorded twice");

    let probes = admin.get(&format!("/v1/probes?evaluation_id={id}")).await.ok();
    let streams: Vec<String> = probes["results"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|probe| format!("probe_run:{team}/{id}/{}", probe["config_id"].as_str().unwrap_or_default()))
        .collect();
    let (workers, fences) = claims(&spawn, &streams).await;
    assert!(workers.len() >= 2, "both servers took runs: {workers:?}");
    for (stream, fences) in fences {
        assert!(fences.windows(2).all(|pair| pair[0] < pair[1]), "{stream}: {fences:?}");
    }
    for server in [one, two] {
        server.signal("TERM").await;
        assert_eq!(server.ended().await, Some(0));
    }
    let (code, said) = spawn.run(&["log", "verify"]).await;
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = spawn.run(&["projections", "verify"]).await;
    assert_eq!(code, Some(0), "{said}");
}
