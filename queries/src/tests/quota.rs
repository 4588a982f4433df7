//! What a team has of what is limited.

use touchstone_vocabulary::Time;

use super::stage::{OTHER, Seed, Stage, TEAM, id};
use crate::quota::{Asked, Stored, asked, stored};

#[tokio::test]
async fn of_a_team_open_evaluations_and_what_it_asked_for_lately_are_counted() {
    for stage in Stage::both().await {
        let none = Asked { open: 0, responses: 0, since: None };
        assert_eq!(asked(&stage.db, TEAM, Time::from_secs(0)).await.unwrap(), none);
        // Each of them asks for ten answers.
        for (team, number, created_at) in [(TEAM, 1, 100), (TEAM, 2, 200), (TEAM, 3, 300), (OTHER, 4, 300)] {
            stage.seed(&Seed { team, number, created_at, ..Seed::default() }).await;
        }
        stage
            .run(&format!(
                "insert into rm_probe_run_open values ('{TEAM}', '{}'), ('{OTHER}', '{}')",
                id(3),
                id(4)
            ))
            .await;
        let since = async |secs| asked(&stage.db, TEAM, Time::from_secs(secs)).await.unwrap();
        let asked = |responses, since: i64| Asked { open: 1, responses, since: Some(Time::from_secs(since)) };
        assert_eq!(since(0).await, asked(30, 100));
        assert_eq!(since(100).await, asked(20, 200));
        assert_eq!(since(300).await, Asked { open: 1, ..none });
    }
}

#[tokio::test]
async fn files_count_when_they_came_in_and_while_they_are_waited_for() {
    for stage in Stage::both().await {
        let none = Stored { bytes: 0, announced: 0, open: 0, until: None };
        assert_eq!(stored(&stage.db, TEAM, Time::from_secs(0)).await.unwrap(), none);
        let file = |team, number: u128, size: &str, expires_at: i64, verified_at: &str| {
            format!(
                "('{team}', '{}', '{}', {number}, 'a.txt', 'text/plain', {size}, 's', {expires_at}, '{}', 5, {verified_at})",
                id(number),
                id(11),
                id(50)
            )
        };
        let agents = [
            file(TEAM, 1, "5", 100, "50"),
            file(TEAM, 2, "7", 200, "null"),
            file(TEAM, 3, "null", 300, "null"),
            file(OTHER, 4, "100", 300, "50"),
        ];
        stage.run(&format!("insert into rm_agent_file values {}", agents.join(", "))).await;
        let stages = [
            file(TEAM, 5, "11", 100, "50"),
            file(TEAM, 6, "13", 250, "null"),
            file(OTHER, 7, "1", 300, "null"),
        ];
        let stages = stages.map(|row| row.replacen(", 'a.txt'", ", 'AGENT_POLICY', 'a.txt'", 1));
        stage.run(&format!("insert into rm_harness_stage_file values {}", stages.join(", "))).await;
        let at = async |secs| stored(&stage.db, TEAM, Time::from_secs(secs)).await.unwrap();
        let has = |announced, open, until: i64| Stored {
            bytes: 16,
            announced,
            open,
            until: Some(Time::from_secs(until)),
        };
        assert_eq!(at(0).await, has(20, 3, 200));
        assert_eq!(at(200).await, has(13, 2, 250));
        assert_eq!(at(300).await, Stored { bytes: 16, ..none });
    }
}
