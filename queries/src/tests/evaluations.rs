//! Evaluations listed, shown and scored.

use serde_json::{Value, json};
use touchstone_vocabulary::{Direction, Hub, Page};

use super::stage::{OTHER, Seed, Stage, TEAM, evaluation, id};
use crate::evaluation::{self, EvaluationFilter, SortBy};

const ALL: Page = Page { limit: 10, offset: 0 };

async fn seeded(stage: &Stage) {
    let users = "insert into rm_user values ('{50}', 1, 'Ada@X.org', 'ada@x.org', 'A', 'B', 1), \
        ('{51}', 2, 'bo@x.org', 'bo@x.org', 'B', 'C', 1)";
    stage.run(&users.replace("{50}", &id(50)).replace("{51}", &id(51))).await;
    let seeds = [
        Seed {
            number: 1,
            name: "Alpha one",
            created_at: 100,
            completed_at: Some(150),
            score: Some(0.5),
            ..Seed::default()
        },
        Seed {
            number: 2,
            name: "beta ONE",
            created_at: 200,
            status: "IN_PROGRESS",
            tags: &["red", "blue"],
            hub: "openai",
            ..Seed::default()
        },
        Seed {
            number: 3,
            name: "Gamma 100%",
            created_at: 200,
            status: "CANCELED",
            completed_at: Some(260),
            tags: &["blue"],
            created_by: 51,
            model: "Another",
            ..Seed::default()
        },
        Seed {
            number: 4,
            name: "alpha two",
            created_at: 300,
            completed_at: Some(400),
            score: Some(1.0),
            agent: Some("a1"),
            ..Seed::default()
        },
        Seed { team: OTHER, number: 5, name: "alpha foreign", tags: &["red"], ..Seed::default() },
    ];
    for seed in &seeds {
        stage.seed(seed).await;
    }
}

async fn found(stage: &Stage, filter: &EvaluationFilter, sort: SortBy, way: Direction) -> Vec<u128> {
    let (views, total) = evaluation::list(&stage.db, TEAM, filter, sort, way, ALL).await.unwrap();
    assert_eq!(usize::try_from(total).unwrap(), views.len());
    (1..=5)
        .filter_map(|n| views.iter().position(|v| v.id == id(n)).map(|at| (at, n)))
        .collect::<std::collections::BTreeMap<_, _>>()
        .into_values()
        .collect()
}

#[tokio::test]
async fn each_filter_keeps_what_it_says_and_never_another_teams() {
    for stage in Stage::both().await {
        seeded(&stage).await;
        let none = EvaluationFilter::default;
        let cases: Vec<(EvaluationFilter, &[u128])> = vec![
            (none(), &[1, 2, 3, 4]),
            (EvaluationFilter { user_email: Some(" ADA@x.org ".into()), ..none() }, &[1, 2, 4]),
            (EvaluationFilter { user_email: Some("nobody@x.org".into()), ..none() }, &[]),
            (EvaluationFilter { status: vec!["CANCELED".into(), "IN_PROGRESS".into()], ..none() }, &[2, 3]),
            (EvaluationFilter { name: Some("ONE".into()), ..none() }, &[1, 2]),
            (EvaluationFilter { name: Some("0%".into()), ..none() }, &[3]),
            (EvaluationFilter { name: Some("%".into()), ..none() }, &[3]),
            (EvaluationFilter { name: Some(String::new()), ..none() }, &[1, 2, 3, 4]),
            (EvaluationFilter { hub: Some(Hub::OpenAi), ..none() }, &[2]),
            (EvaluationFilter { model: Some("Another".into()), ..none() }, &[3]),
            (EvaluationFilter { created_from: Some(200), ..none() }, &[2, 3, 4]),
            (EvaluationFilter { completed_until: Some(260), ..none() }, &[1, 3]),
            (EvaluationFilter { tags: vec!["red".into(), "green".into()], ..none() }, &[2]),
            (EvaluationFilter { tags: vec!["blue".into()], status: vec!["CANCELED".into()], ..none() }, &[3]),
            (EvaluationFilter { agent_configuration_id: Some("a1".into()), ..none() }, &[4]),
        ];
        for (filter, expected) in cases {
            assert_eq!(
                found(&stage, &filter, SortBy::CreatedAt, Direction::Ascending).await,
                expected,
                "{filter:?}"
            );
        }
    }
}

#[tokio::test]
async fn each_order_is_total_and_puts_what_has_no_value_last() {
    for stage in Stage::both().await {
        seeded(&stage).await;
        let cases = [
            (SortBy::CreatedAt, Direction::Descending, [4, 3, 2, 1]),
            (SortBy::Name, Direction::Ascending, [1, 4, 2, 3]),
            (SortBy::Score, Direction::Descending, [4, 1, 3, 2]),
            (SortBy::CompletedAt, Direction::Ascending, [1, 3, 4, 2]),
            (SortBy::Status, Direction::Ascending, [3, 1, 4, 2]),
            (SortBy::Hub, Direction::Descending, [2, 4, 3, 1]),
            (SortBy::Model, Direction::Ascending, [3, 1, 2, 4]),
        ];
        for (sort, way, expected) in cases {
            assert_eq!(found(&stage, &EvaluationFilter::default(), sort, way).await, expected, "{sort:?}");
        }
    }
}

#[tokio::test]
async fn a_page_is_cut_from_the_whole_and_tells_how_much_there_is() {
    for stage in Stage::both().await {
        seeded(&stage).await;
        let page = Page { limit: 2, offset: 3 };
        let filter = EvaluationFilter::default();
        let (views, total) =
            evaluation::list(&stage.db, TEAM, &filter, SortBy::CreatedAt, Direction::Descending, page)
                .await
                .unwrap();
        assert_eq!(total, 4);
        assert_eq!(views.len(), 1);
        assert_eq!(views[0].score, "0.5");
        assert_eq!(views[0].id, id(1));
    }
}

#[tokio::test]
async fn what_is_open_is_still_to_come_or_canceled_once_the_evaluation_is_over() {
    for stage in Stage::both().await {
        for (number, status) in [(1, "IN_PROGRESS"), (2, "CANCELED"), (3, "CREATED")] {
            stage.seed(&Seed { number, status, ..Seed::default() }).await;
        }
        for number in [1, 2] {
            stage.count(TEAM, number).await;
            stage.tree(TEAM, number).await;
        }
        let counts = async |number| {
            let view = evaluation::by_id(&stage.db, TEAM, evaluation(number)).await.unwrap().unwrap();
            serde_json::to_value(view.status_counts).unwrap()
        };
        assert_eq!(
            counts(1).await,
            json!({
                "probes": {"COMPLETED": 1, "IN_PROGRESS": 1},
                "tests": {"GENERATED": 5, "ERROR": 1, "CREATED": 4},
                "responses": {"COMPLETED": 3, "SKIP": 1, "ERROR": 2, "CREATED": 4},
            })
        );
        assert_eq!(
            counts(2).await,
            json!({
                "probes": {"COMPLETED": 1, "CANCELED": 1},
                "tests": {"GENERATED": 5, "ERROR": 1, "CANCELED": 4},
                "responses": {"COMPLETED": 3, "SKIP": 1, "ERROR": 2, "CANCELED": 4},
            })
        );
        assert_eq!(
            counts(3).await,
            json!({"probes": {}, "tests": {"CREATED": 10}, "responses": {"CREATED": 10}})
        );
    }
}

#[tokio::test]
async fn an_evaluation_shows_its_counts_and_on_demand_what_was_asked() {
    for stage in Stage::both().await {
        stage
            .seed(&Seed { score: Some(0.75), tags: &["b", "a"], completed_at: Some(160), ..Seed::default() })
            .await;
        stage.count(TEAM, 1).await;
        let plain = evaluation::by_id(&stage.db, TEAM, evaluation(1)).await.unwrap().unwrap();
        let plain: Value = serde_json::to_value(plain).unwrap();
        let expected = json!({
            "id": id(1), "name": "run", "tags": ["b", "a"], "status": "COMPLETED", "cause": null,
            "total_test_count": 10, "completed_test_count": 5, "error_test_count": 1,
            "total_response_count": 10, "completed_response_count": 4, "error_response_count": 2,
            "total_generation_time": 9, "average_generation_time": 4, "score": 0.75,
            "status_counts": {"probes": {}, "tests": {"GENERATED": 5, "ERROR": 1, "CANCELED": 4},
                "responses": {"COMPLETED": 3, "SKIP": 1, "ERROR": 2, "CANCELED": 4}},
            "hub": "custom", "model": "practice", "url": "http://127.0.0.1:1/v1", "created_at": 100,
            "created_by": id(50), "completed_at": 160, "team_id": TEAM.to_string(), "restart_count": 1,
            "metadata": null, "completion_tokens": 30, "prompt_tokens": 100, "total_tokens": 130,
            "agent_configuration_id": null,
        });
        assert_eq!(plain, expected);
        let full = evaluation::with_metadata(&stage.db, TEAM, evaluation(1)).await.unwrap().unwrap();
        assert_eq!(
            serde_json::to_value(full.metadata).unwrap(),
            json!({
                "id": id(1), "evaluation_id": id(1), "api_key_hash": "f1e2", "hub": "custom", "model": "practice",
                "url": "http://127.0.0.1:1/v1", "harness_config_ids": ["vijil.harnesses.security"],
                "scenario_config_filters": [], "sample_size": 2, "temperature": "0.00",
                "max_completion_tokens": 125, "top_p": "0.125", "generations": 1, "tags": ["b", "a"], "name": "run",
                "version": "1.0.0", "timeout": null, "agent_system_prompt": "Keep the word.",
                "agent_configuration_id": null,
            })
        );
    }
}

#[tokio::test]
async fn scores_name_the_harnesses_by_their_catalogue_ids() {
    for stage in Stage::both().await {
        stage.seed(&Seed { score: Some(0.5), ..Seed::default() }).await;
        stage.tree(TEAM, 1).await;
        let view = evaluation::score(&stage.db, TEAM, evaluation(1)).await.unwrap().unwrap();
        assert_eq!(
            serde_json::to_value(view).unwrap(),
            json!({"score": {"score": 0.5, "harnesses": {"vijil.harnesses.security": 0.5}}})
        );
    }
}

#[tokio::test]
async fn another_teams_evaluation_is_not_there() {
    for stage in Stage::both().await {
        stage.seed(&Seed::default()).await;
        stage.seed(&Seed { team: OTHER, name: "theirs", ..Seed::default() }).await;
        let view = evaluation::by_id(&stage.db, OTHER, evaluation(1)).await.unwrap().unwrap();
        assert_eq!(view.name.as_deref(), Some("theirs"));
        stage.seed(&Seed { number: 2, ..Seed::default() }).await;
        assert!(evaluation::by_id(&stage.db, OTHER, evaluation(2)).await.unwrap().is_none());
        assert!(evaluation::with_metadata(&stage.db, OTHER, evaluation(2)).await.unwrap().is_none());
        assert!(evaluation::score(&stage.db, OTHER, evaluation(2)).await.unwrap().is_none());
        assert!(!evaluation::exists(&stage.db, OTHER, evaluation(2)).await.unwrap());
        assert!(evaluation::exists(&stage.db, TEAM, evaluation(2)).await.unwrap());
    }
}
