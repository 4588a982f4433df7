//! The log is shown and verified, and a changed byte is found.

use serde_json::Value;
use sqlx::SqlitePool;
use touchstone_testkit::{Backend, Spawn};

use super::{admin, down, json, target, well};
use crate::journey::{finished, fresh, team};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_byte_is_found_and_its_place_named() {
    let (spawn, target) = (Spawn::new(Backend::Embedded).await, target().await);
    let server = spawn.serve().await;
    let admin = admin(&spawn, &server).await;
    let id = finished(&admin, &target.url).await;
    let (team, url) = (team(&admin).await, spawn.settings.store.database_url.clone());
    let stream = format!("evaluation:{team}/{id}");

    for _ in ["server up", "server down"] {
        let said = well(&spawn, &["log", "show", &stream, "--json"]).await;
        let events: Vec<Value> = said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let events: Vec<&Value> = events.iter().filter(|event| event["name"].is_string()).collect();
        assert_eq!(events[0]["name"], "evaluation.created");
        assert!(events[0]["payload"].to_string().contains("journey"), "opened: {}", events[0]);
        let last = events.last().unwrap();
        assert_eq!(last["name"], "evaluation.completed");
        let early = well(&spawn, &["log", "show", &stream, "--at", &events[1]["seq"].to_string()]).await;
        assert!(early.contains("evaluation.created") && !early.contains("evaluation.completed"), "{early}");
        let report = json(&well(&spawn, &["log", "verify", "--json"]).await);
        assert!(
            report["events"].as_i64().unwrap() >= last["seq"].as_i64().unwrap() && report["fault"].is_null()
        );
        if let Ok(reply) = reqwest::get(format!("http://{}/livez", server.address)).await {
            assert_eq!(reply.status(), 200);
            server.signal("TERM").await;
            touchstone_testkit::eventually("the server ends", || async {
                reqwest::get(format!("http://{}/livez", server.address)).await.is_err().then_some(())
            })
            .await;
        }
    }
    assert_eq!(server.ended().await, Some(0));
    for nothing in [format!("evaluation:{team}/{}", fresh()), "evaluation".to_owned()] {
        assert_eq!(spawn.run(&["log", "show", &nothing]).await.0, Some(1));
    }

    let pool = SqlitePool::connect(&url).await.unwrap();
    let triggers: Vec<String> =
        sqlx::query_scalar("select name from sqlite_master where type = 'trigger' and tbl_name = 'events'")
            .fetch_all(&pool)
            .await
            .unwrap();
    let forbidden = sqlx::query("update events set payload = payload").execute(&pool).await;
    assert!(forbidden.is_err() && !triggers.is_empty(), "the database itself refuses");
    for trigger in triggers {
        sqlx::query(&format!("drop trigger {trigger}")).execute(&pool).await.unwrap();
    }
    let position: i64 =
        sqlx::query_scalar("select position from events where event_type = 'evaluation.planned'")
            .fetch_one(&pool)
            .await
            .unwrap();
    // First a letter inside a text, then a character without which it is no JSON any more.
    for (from, to) in [("vijil", "vijik"), ("{", "X")] {
        sqlx::query(
            "update events set payload = substr(payload, 1, instr(payload, $1) - 1) || $2 \
             || substr(payload, instr(payload, $1) + length($1)) where position = $3",
        )
        .bind(from)
        .bind(to)
        .bind(position)
        .execute(&pool)
        .await
        .unwrap();
        let (code, said) = spawn.run(&["log", "verify"]).await;
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(&format!("seq {position}")), "{said}");
        let (code, said) = spawn.run(&["log", "verify", "--json"]).await;
        assert_eq!((code, json(&said)["events"].as_i64()), (Some(1), Some(position - 1)));
    }
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_evaluation_is_shown_as_erased() {
    let (spawn, target) = (Spawn::new(Backend::Embedded).await, target().await);
    let server = spawn.serve().await;
    let admin = admin(&spawn, &server).await;
    let id = finished(&admin, &target.url).await;
    let stream = format!("evaluation:{}/{id}", team(&admin).await);
    admin.post_empty(&format!("/v1/evaluations/{id}/delete")).await.ok();
    touchstone_testkit::eventually("the name is erased", || async {
        let said = well(&spawn, &["log", "show", &stream]).await;
        (said.contains("evaluation.deleted") && said.contains("$erased") && !said.contains("journey"))
            .then_some(())
    })
    .await;
    well(&spawn, &["log", "verify"]).await;
    well(&spawn, &["projections", "verify"]).await;
    down(server).await;
}
