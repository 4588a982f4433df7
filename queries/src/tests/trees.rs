//! Result trees and error summaries.

use serde_json::json;
use touchstone_vocabulary::NodeId;
use uuid::Uuid;

use super::stage::{OTHER, Stage, TEAM, evaluation, hex, id};
use crate::{harness, probe, response_error, scenario};

const fn node(place: u128) -> NodeId {
    NodeId(Uuid::from_u128(1_000 + place))
}

#[tokio::test]
async fn each_level_names_the_level_below_by_both_kinds_of_id() {
    for stage in Stage::both().await {
        stage.tree(TEAM, 1).await;
        let harnesses = harness::of_evaluation(&stage.db, TEAM, evaluation(1), &[]).await.unwrap();
        assert_eq!(
            serde_json::to_value(&harnesses).unwrap(),
            json!([{
                "id": id(1001), "evaluation_id": id(1), "config_id": "vijil.harnesses.security",
                "harness_type": "DIMENSION", "name": "Security", "description": "holds", "version": "1.0.0",
                "harness_ids": [], "scenario_ids": [id(1002), id(1003)], "harness_config_ids": [],
                "scenario_config_ids": ["s.one", "s.two"], "score": 0.5, "is_leaf": true,
                "team_id": TEAM.to_string(), "completion_tokens": 30, "prompt_tokens": 100, "total_tokens": 130,
            }])
        );
        let scenarios = scenario::of_evaluation(&stage.db, TEAM, evaluation(1), &[]).await.unwrap();
        assert_eq!(
            serde_json::to_value(&scenarios).unwrap()[1],
            json!({
                "id": id(1003), "config_id": "s.two", "evaluation_id": id(1), "name": "Two", "description": "d",
                "version": "1.0.0", "probe_ids": [id(1005)], "probe_config_ids": ["p.b"], "score": null,
                "team_id": TEAM.to_string(), "completion_tokens": 20, "prompt_tokens": 30, "total_tokens": 50,
            })
        );
        let probes = probe::of_evaluation(&stage.db, TEAM, evaluation(1), &[]).await.unwrap();
        assert_eq!(
            serde_json::to_value(&probes).unwrap()[0],
            json!({
                "id": id(1004), "config_id": "p.a", "evaluation_id": id(1), "name": "A", "description": "d",
                "goals": [], "tags": [], "prompt_ids": ["q1", "q2"], "prompt_config_ids": ["q1", "q2"],
                "scoring_function": "naive_mean_probe_min", "detector_ids": "d.x,d.y", "uri": "", "probe": "p.a",
                "score": 0.25, "expected_response_count": 4, "team_id": TEAM.to_string(),
                "completion_tokens": 10, "prompt_tokens": 70, "total_tokens": 80,
            })
        );
        assert!(probes[1].prompt_ids.is_empty(), "its run has not been opened");
    }
}

#[tokio::test]
async fn a_level_is_found_by_its_own_id_or_the_catalogues_and_only_by_its_team() {
    for stage in Stage::both().await {
        stage.tree(TEAM, 1).await;
        let db = &stage.db;
        let ids = [id(1003).to_uppercase(), "s.one".to_owned()];
        assert_eq!(scenario::of_evaluation(db, TEAM, evaluation(1), &ids).await.unwrap().len(), 2);
        assert_eq!(scenario::of_evaluation(db, TEAM, evaluation(1), &ids[..1]).await.unwrap().len(), 1);
        assert_eq!(
            probe::of_evaluation(db, TEAM, evaluation(1), &["p.b".to_owned()]).await.unwrap().len(),
            1
        );
        assert_eq!(
            harness::of_evaluation(db, TEAM, evaluation(1), &["no".to_owned()]).await.unwrap().len(),
            0
        );

        assert_eq!(harness::by_id(db, TEAM, node(1)).await.unwrap().unwrap().total_tokens, 130);
        assert_eq!(scenario::by_id(db, TEAM, node(2)).await.unwrap().unwrap().name, "One");
        assert_eq!(probe::by_id(db, TEAM, node(5)).await.unwrap().unwrap().name, "B");
        assert!(harness::by_id(db, OTHER, node(1)).await.unwrap().is_none());
        assert!(scenario::by_id(db, OTHER, node(2)).await.unwrap().is_none());
        assert!(probe::by_id(db, OTHER, node(5)).await.unwrap().is_none());
        assert!(probe::of_evaluation(db, OTHER, evaluation(1), &[]).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn the_most_frequent_causes_come_first_and_equal_ones_by_name() {
    for stage in Stage::both().await {
        let row = |team, cause: &str, n| {
            let order = hex(cause);
            format!("('{team}', '{}', '{cause}', '{order}', {n})", id(1))
        };
        let rows = [
            row(TEAM, "b c", 2),
            row(TEAM, "a", 2),
            row(TEAM, "_x", 2),
            row(TEAM, "z", 9),
            row(OTHER, "o", 99),
        ];
        stage.run(&format!("insert into rm_response_error values {}", rows.join(", "))).await;
        let summaries = response_error::of_evaluation(&stage.db, TEAM, evaluation(1), 3).await.unwrap();
        let shown: Vec<_> = summaries.iter().map(|s| (s.cause.as_str(), s.count)).collect();
        assert_eq!(shown, [("z", 9), ("_x", 2), ("a", 2)]);
    }
}
