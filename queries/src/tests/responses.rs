//! Lists of responses and tests.

use futures::TryStreamExt;
use serde_json::json;
use touchstone_vocabulary::{Page, ResponseId, TestId};
use uuid::Uuid;

use super::stage::{OTHER, Seed, Stage, TEAM, evaluation, id};
use crate::{ResultFilter, response, test};

const ALL: Page = Page { limit: 1_000_000, offset: 0 };

async fn seeded(stage: &Stage) {
    stage.seed(&Seed::default()).await;
    stage.tree(TEAM, 1).await;
    stage.tree(TEAM, 2).await;
    stage.responses(TEAM, 1, "p.a", 1..11).await;
    stage.responses(TEAM, 1, "p.b", 11..21).await;
    stage.responses(TEAM, 2, "p.a", 21..26).await;
    stage.responses(OTHER, 1, "p.a", 31..33).await;
}

fn numbers(ids: impl Iterator<Item = String>, base: u128) -> Vec<u128> {
    ids.map(|id| Uuid::parse_str(&id).unwrap().as_u128() - base).collect()
}

#[tokio::test]
async fn each_filter_keeps_what_it_says_in_the_order_of_recording() {
    for stage in Stage::both().await {
        seeded(&stage).await;
        let of = |number| ResultFilter { evaluation_id: Some(evaluation(number)), ..ResultFilter::default() };
        let cases: Vec<(ResultFilter, Vec<u128>)> = vec![
            (ResultFilter::default(), (1..26).collect()),
            (of(1), (1..21).collect()),
            (of(3), vec![]),
            (ResultFilter { status: vec!["ERROR".into()], ..of(1) }, vec![5, 10, 15, 20]),
            (ResultFilter { status: vec!["ERROR".into(), "COMPLETED".into()], ..of(2) }, (21..26).collect()),
            (ResultFilter { probe_ids: vec!["p.b".into()], ..ResultFilter::default() }, (11..21).collect()),
            (
                ResultFilter { probe_ids: vec![id(1004).to_uppercase()], ..ResultFilter::default() },
                (1..11).collect(),
            ),
            (ResultFilter { probe_ids: vec!["p.a".into()], ..of(2) }, (21..26).collect()),
            (ResultFilter { prompt_ids: vec!["q1".into()], ..of(2) }, vec![22, 24]),
            (ResultFilter { is_visible: Some(true), ..of(2) }, (21..26).collect()),
            (ResultFilter { is_visible: Some(false), ..of(2) }, vec![]),
            (ResultFilter { ids: vec![id(1_000_007), id(1_000_031)], ..ResultFilter::default() }, vec![7]),
        ];
        for (filter, expected) in cases {
            let (views, total) = response::list(&stage.db, TEAM, filter.clone(), ALL).await.unwrap();
            assert_eq!(numbers(views.into_iter().map(|v| v.id), 1_000_000), expected, "{filter:?}");
            assert_eq!(usize::try_from(total).unwrap(), expected.len(), "{filter:?}");
        }
        let errored = ResultFilter { status: vec!["ERROR".into()], ..of(1) };
        let (views, total) = test::list(&stage.db, TEAM, errored, ALL).await.unwrap();
        assert_eq!((numbers(views.into_iter().map(|v| v.id), 2_000_000), total), (vec![10, 20], 2));
        let page = Page { limit: 3, offset: 18 };
        let (views, total) = response::list(&stage.db, TEAM, of(1), page).await.unwrap();
        assert_eq!((numbers(views.into_iter().map(|v| v.id), 1_000_000), total), (vec![19, 20], 20));
    }
}

#[tokio::test]
async fn a_response_looks_as_the_contract_says() {
    for stage in Stage::both().await {
        seeded(&stage).await;
        let view = |n: u128| response::by_id(&stage.db, TEAM, ResponseId(Uuid::from_u128(1_000_000 + n)));
        let good = serde_json::to_value(view(1).await.unwrap().unwrap()).unwrap();
        assert_eq!(
            good,
            json!({
                "id": id(1_000_001), "test_id": id(2_000_001), "evaluation_id": id(1), "input_prompt_id": "q2",
                "triggers": ["zebra"], "prompt_group": [], "input_prompt": "say 1", "prompt_index": 0,
                "probe_id": id(1004), "probe_config_id": "p.a", "response": "no 1", "generation": 1,
                "status": "COMPLETED", "error_message": null, "detector_ids": "d.x,d.y",
                "detector_scores": [{"d.x": 0.5}], "score": {"score": 0.5}, "created_at": 1, "completed_at": 3,
                "team_id": TEAM.to_string(),
                "prompt": [{"role": "system", "content": "s"}, {"role": "user", "content": "say 1"}],
                "is_visible": true,
            })
        );
        let bad = serde_json::to_value(view(5).await.unwrap().unwrap()).unwrap();
        assert_eq!((&bad["score"], &bad["error_message"]), (&json!({}), &json!("unverified")));
        assert!(
            response::by_id(&stage.db, OTHER, ResponseId(Uuid::from_u128(1_000_001)))
                .await
                .unwrap()
                .is_none()
        );
    }
}

#[tokio::test]
async fn a_test_whose_answer_could_not_be_judged_is_no_error() {
    for stage in Stage::both().await {
        seeded(&stage).await;
        let view = |n: u128| test::by_id(&stage.db, TEAM, TestId(Uuid::from_u128(2_000_000 + n)));
        let unjudged = serde_json::to_value(view(5).await.unwrap().unwrap()).unwrap();
        assert_eq!(
            unjudged,
            json!({
                "id": id(2_000_005), "evaluation_id": id(1), "input_prompt_id": "q2", "input_prompt": "say 5",
                "prompt_index": 0, "probe_id": id(1004), "probe_config_id": "p.a", "api_key_hash": "f1e2",
                "model": "practice", "hub": "custom", "url": "http://127.0.0.1:1/v1", "remaining_retries": 1,
                "response": "no 5", "generation": 1, "status": "GENERATED", "detector_ids": "d.x,d.y",
                "error_message": null, "created_at": 5, "started_at": 5, "completed_at": 7,
                "team_id": TEAM.to_string(), "parent_test_id": "", "child_test_ids": [], "is_final_test": true,
            })
        );
        let failed = view(10).await.unwrap().unwrap();
        assert_eq!((failed.status.as_str(), failed.error_message.as_deref()), ("ERROR", Some("timed out")));
        assert!(test::by_id(&stage.db, OTHER, TestId(Uuid::from_u128(2_000_005))).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_long_list_streams_in_bounded_chunks_each_row_once() {
    for stage in Stage::both().await {
        stage.tree(TEAM, 1).await;
        stage.responses(TEAM, 1, "p.a", 1..3_001).await;
        let filter = ResultFilter { evaluation_id: Some(evaluation(1)), ..ResultFilter::default() };
        for (page, expected) in [
            (ALL, 1..3_001),
            (Page { limit: 2_500, offset: 0 }, 1..2_501),
            (Page { limit: 1_100, offset: 1_950 }, 1_951..3_001),
            (Page { limit: 0, offset: 0 }, 1..1),
            (Page { limit: 5, offset: 3_000 }, 1..1),
        ] {
            let stream = response::stream(stage.db.clone(), TEAM, filter.clone(), page);
            let chunks: Vec<_> = stream.try_collect().await.unwrap();
            assert!(chunks.iter().all(|chunk| !chunk.is_empty() && chunk.len() <= 1_000));
            let ids = chunks.into_iter().flatten().map(|view| view.id);
            assert_eq!(numbers(ids, 1_000_000), expected.collect::<Vec<_>>(), "{page:?}");
        }
        assert_eq!(response::count(&stage.db, TEAM, &filter).await.unwrap(), 3_000);
        assert_eq!(test::count(&stage.db, OTHER, &filter).await.unwrap(), 0);
    }
}
