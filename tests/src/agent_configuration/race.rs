//! A hundred at once, on two servers of one store.

use reqwest::Method;
use serde_json::json;
use touchstone_testkit::{Backend, Spawn, eventually};

use super::{LIST, agent, archived, made};
use crate::journey::{column, fresh, race, team, won};
use crate::operate::{admin, down, well};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_hundred_agents_that_want_one_name_on_two_servers_one_gets_it() {
    let spawn = Spawn::new(Backend::Scaled).await;
    let (one, two) = (spawn.serve().await, spawn.serve().await);
    let callers = [admin(&spawn, &one).await, admin(&spawn, &two).await];
    let made_first = race(&callers, |_, caller| async move {
        caller.post(LIST, &agent(&fresh(), "harbour")).await.status.as_u16()
    })
    .await;
    assert_eq!(won(&made_first), 1);
    assert_eq!(column(&callers[1].get(LIST).await.ok(), "agent_name"), ["harbour"]);

    let mut paths = Vec::new();
    for n in 0..100 {
        paths.push(made(&callers[n % 2], &format!("agent {n}")).await);
    }
    let renamed = race(&callers, |n, caller| {
        let path = format!("{}/update", paths[n]);
        async move { caller.put(&path, &json!({"agent_name": "lighthouse"})).await.status.as_u16() }
    })
    .await;
    assert_eq!(won(&renamed), 1);
    eventually("both servers show who won, and nobody else changed", || async {
        let lists = [callers[0].get(LIST).await.ok(), callers[1].get(LIST).await.ok()];
        let shown = lists.iter().all(|list| {
            let names = column(list, "agent_name");
            let kept = (0..100).filter(|n| names.contains(&format!("agent {n}").as_str())).count();
            names.iter().filter(|name| **name == "lighthouse").count() == 1 && kept == 99
        });
        shown.then_some(())
    })
    .await;

    // A hundred that were archived want their names back, which are one name by now.
    for path in &paths[..10] {
        archived(&callers[0], path).await;
    }
    let back = race(&callers, |n, caller| {
        let path = format!("{}/update", paths[n % 10]);
        let body = json!({"status": "active", "agent_name": "pier"});
        async move { caller.put(&path, &body).await.status.as_u16() }
    })
    .await;
    assert!(won(&back) >= 1);
    let pier = async || {
        let list = callers[0].get(LIST).await.ok();
        column(&list, "agent_name").iter().filter(|name| **name == "pier").count()
    };
    eventually("one has it", || async { (pier().await == 1).then_some(()) }).await;

    // A hundred changes of one agent: each stands or is told that it does not, and none is lost.
    let path = paths.last().unwrap();
    let answers = race(&callers, |n, caller| {
        let update = format!("{path}/update");
        async move { caller.put(&update, &json!({"model_name": format!("m{n}")})).await.status.as_u16() }
    })
    .await;
    let stood = won(&answers);
    let team = team(&callers[0]).await;
    let stream = format!("agent_configuration:{team}/{}", &path[LIST.len() + 1..]);
    let log = well(&spawn, &["log", "show", &stream, "--json"]).await;
    let updates =
        log.lines().filter(|line| line.contains("\"m") && line.contains("agent_configuration.updated"));
    let renames = usize::from(renamed[99] == 200);
    assert_eq!(updates.count(), stood + renames, "no change that was answered with 200 is lost");
    down(one).await;
    down(two).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_hundred_uploads_to_one_address_on_two_servers_one_is_taken() {
    let spawn = Spawn::new(Backend::Scaled).await;
    let (one, two) = (spawn.serve().await, spawn.serve().await);
    let callers = [admin(&spawn, &one).await, admin(&spawn, &two).await];
    let path = made(&callers[0], "helper").await;
    let file = json!({"file_name": "a.txt", "checksum": super::file::HELLO});
    let announced = callers[0].post(&format!("{path}/files"), &file).await.ok();
    let address =
        announced["upload_url"].as_str().unwrap().strip_prefix(&callers[0].base).unwrap().to_owned();
    let answers = race(&callers, |_, caller| {
        let put = reqwest::Client::new()
            .request(Method::PUT, format!("{}{address}", caller.base))
            .header("content-type", "text/plain")
            .body("hello");
        async move { caller.send(put).await.status.as_u16() }
    })
    .await;
    assert_eq!(won(&answers), 1);
    let files = callers[1].get(&format!("{path}/files")).await.ok();
    assert_eq!((&files["results"][0]["is_verified"], &files["count"]), (&json!(true), &json!(1)));
    down(one).await;
    down(two).await;
}
