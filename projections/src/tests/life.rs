//! The lives of evaluations.

use touchstone_aggregates::evaluation::{self, EvaluationEvent};
use touchstone_aggregates::probe_run::{ProbeRunEvent, Stage as Came};
use touchstone_vocabulary::Score;

use super::past::{Case, OTHER_TEAM, Past, START};
use super::stage::Stage;

const EVALUATION: &str = "select status || ' ' || name_key || ' ' || model || ' tests=' || cast(total_tests as text) \
    || ' restarts=' || cast(restart_count as text) || ' ended=' || coalesce(cast(completed_at as text), '-') \
    || ' cause=' || coalesce(cause, '-') || ' score=' || coalesce(cast(cast(score * 100 as bigint) as text), '-') \
    as line from rm_evaluation order by ordinal";
const COUNTS: &str = "select cast(completed_tests as text) || '+' || cast(errored_tests as text) || ' ' || \
    cast(completed_responses as text) || '+' || cast(errored_responses as text) || ' tokens=' || \
    cast(prompt_tokens as text) || '/' || cast(completion_tokens as text) || ' micros=' || \
    cast(generation_micros as text) || ' ' || cast(last_finished_micros - first_started_micros as text) as line \
    from rm_evaluation_count order by team_id, evaluation_id";
const PROBES: &str = "select config_id || ' stage=' || cast(stage as text) || ' score=' || \
    coalesce(cast(cast(score * 100 as bigint) as text), '-') as line from rm_probe_count \
    order by evaluation_id, config_id";
const RESPONSES: &str = "select prompt_id || ' ' || status || ' ' || test_status || ' ' || coalesce(error, '-') || ' ' \
    || detector_scores as line from rm_response order by ordinal";
const ERRORS: &str = "select cause || ' x' || cast(occurrences as text) as line from rm_response_error \
    order by occurrences desc, cause_order";

fn completed() -> Past {
    let (mut past, case) = (Past::default(), Case::new(1));
    past.begin(&case);
    past.evaluation(&case, &EvaluationEvent::Restarted {});
    past.finish(&case);
    past
}

#[tokio::test]
async fn a_finished_evaluation_has_its_tree_its_responses_and_exact_counts() {
    let past = completed();
    for stage in Stage::both().await {
        stage.apply(&past.events).await;
        let ended = START + i64::try_from(past.events.len()).unwrap();
        assert_eq!(
            stage.lines(EVALUATION, vec![]).await,
            [format!("COMPLETED run number 1 practice tests=4 restarts=1 ended={ended} cause=- score=75")]
        );
        // Four calls of two seconds, the last begun one second after the first: eight seconds in a span of three.
        assert_eq!(stage.lines(COUNTS, vec![]).await, ["3+1 2+2 tokens=40/12 micros=8000000 3000000"]);
        assert_eq!(
            stage.lines(PROBES, vec![]).await,
            ["vijil.probes.a.A stage=2 score=75", "vijil.probes.b.B stage=2 score=-"]
        );
        assert_eq!(
            stage.lines(RESPONSES, vec![]).await,
            [
                r#"prompt-0-0 COMPLETED GENERATED - [{"garak.detectors.x.Y":0.0}]"#,
                r#"prompt-0-1 COMPLETED GENERATED - [{"garak.detectors.x.Y":0.5}]"#,
                r#"prompt-1-0 ERROR GENERATED unverified [{"ERROR":"unverified"}]"#,
                r#"prompt-1-1 ERROR ERROR timed  out [{"ERROR":"timed  out"}]"#,
            ]
        );
        assert_eq!(stage.lines(ERRORS, vec![]).await, ["timed out x1", "unverified x1"]);
        let tags = "select tag as line from rm_evaluation_tag order by tag";
        assert_eq!(stage.lines(tags, vec![]).await, ["blue", "red"]);
        let scores =
            "select config_id as line from rm_level_score where score is not null order by config_id";
        assert_eq!(stage.lines(scores, vec![]).await, ["vijil.harnesses.security", "vijil.scenarios.one"]);
        let prompts = "select prompt_ids as line from rm_probe_prompts order by config_id";
        assert_eq!(
            stage.lines(prompts, vec![]).await,
            [r#"["prompt-0-0","prompt-0-1"]"#, r#"["prompt-1-0","prompt-1-1"]"#]
        );
    }
}

#[tokio::test]
async fn the_original_half_of_a_pair_is_complete_and_not_judged() {
    for stage in Stage::both().await {
        let (mut past, case) = (Past::default(), Case::new(1));
        past.begin(&case);
        past.skipped(&case, 0, 0);
        past.scored(&case, 0, 1, 0.0);
        stage.apply(&past.events).await;
        assert_eq!(stage.lines(COUNTS, vec![]).await, ["2+0 2+0 tokens=20/6 micros=4000000 3000000"]);
        let skipped = "select cast(skipped_responses as text) as line from rm_evaluation_count \
            union all select cast(skipped_responses as text) from rm_probe_count";
        assert_eq!(stage.lines(skipped, vec![]).await, ["1", "1"]);
        assert_eq!(
            stage.lines(RESPONSES, vec![]).await,
            [
                r#"prompt-0-0 SKIP GENERATED - [{"SKIP":0}]"#,
                r#"prompt-0-1 COMPLETED GENERATED - [{"garak.detectors.x.Y":1.0}]"#,
            ]
        );
        let scores = "select prompt_id as line from rm_response where score is not null";
        assert_eq!(stage.lines(scores, vec![]).await, ["prompt-0-1"]);
    }
}

#[tokio::test]
async fn a_result_after_the_terminal_event_counts_nowhere() {
    let ends = [
        (EvaluationEvent::Canceled {}, "CANCELED", "-"),
        (EvaluationEvent::Errored { cause: "no".to_owned() }, "ERRORED", "no"),
        (EvaluationEvent::TimedOut { cause: "late".to_owned() }, "TIMEOUT", "late"),
        (EvaluationEvent::Failed { cause: "lost".to_owned() }, "FAILED", "lost"),
    ];
    for stage in Stage::both().await {
        let mut past = Past::default();
        for (number, (end, ..)) in (1..).zip(&ends) {
            let case = Case::new(number);
            past.begin(&case);
            past.scored(&case, 0, 0, 1.0);
            past.evaluation(&case, end);
            // What was in flight, and the closing of the runs.
            past.scored(&case, 0, 1, 1.0);
            past.errored(&case, 1, 0, Came::Generation, "too late");
            past.run(&case, 0, &ProbeRunEvent::Scored { score: Some(Score::PASS) });
            past.run(&case, 0, &ProbeRunEvent::Closed { finished: false });
            past.run(&case, 1, &ProbeRunEvent::Closed { finished: false });
        }
        stage.apply(&past.events).await;
        assert_eq!(stage.lines(COUNTS, vec![]).await, vec!["1+0 1+0 tokens=10/3 micros=2000000 2000000"; 4]);
        assert_eq!(stage.lines(PROBES, vec![]).await, vec!["vijil.probes.a.A stage=1 score=-"; 4]);
        assert_eq!(stage.lines(RESPONSES, vec![]).await.len(), 4);
        assert!(stage.lines(ERRORS, vec![]).await.is_empty());
        let shown = stage.lines(EVALUATION, vec![]).await;
        for (line, (_, status, cause)) in shown.iter().zip(&ends) {
            assert!(line.starts_with(status) && line.contains(&format!("cause={cause} ")), "{line}");
            assert!(!line.contains("ended=-"), "{line}");
        }
        assert!(stage.lines("select team_id as line from rm_probe_run_open", vec![]).await.is_empty());
    }
}

/// The audit goes on telling that somebody used a key, by ids alone.
async fn but_audit(stage: &Stage) -> Vec<String> {
    let mut rows = stage.dump().await;
    rows.retain(|row| !row.starts_with("rm_audit "));
    rows
}

#[tokio::test]
async fn nothing_is_left_of_a_deleted_evaluation_whatever_comes_later() {
    for stage in Stage::both().await {
        let mut kept = Past::default();
        let other = Case::of(OTHER_TEAM, 1);
        kept.begin(&other);
        kept.finish(&other);
        stage.apply(&kept.events).await;
        let before = but_audit(&stage).await;

        // The same client-chosen id in another team, deleted while running.
        let (mut past, case) = (Past { events: kept.events }, Case::new(1));
        let begun = past.events.len();
        past.begin(&case);
        past.scored(&case, 0, 0, 1.0);
        past.errored(&case, 0, 1, Came::Generation, "timed out");
        stage.apply(&past.events[begun..]).await;
        assert_ne!(but_audit(&stage).await, before);

        let running = past.events.len();
        past.evaluation(&case, &EvaluationEvent::Canceled {});
        past.evaluation(&case, &EvaluationEvent::Deleted {});
        past.scored(&case, 1, 0, 1.0);
        past.run(&case, 0, &ProbeRunEvent::Closed { finished: false });
        past.evaluation(&case, &EvaluationEvent::Renamed { name: "Back".to_owned().into() });
        past.evaluation(&case, &EvaluationEvent::ScoreCalculated { levels: case.levels(1.0) });
        past.evaluation(&case, &EvaluationEvent::Completed { score: Score::PASS });
        stage.apply(&past.events[running..]).await;
        assert_eq!(but_audit(&stage).await, before);
    }
}

#[tokio::test]
async fn a_new_name_is_found_under_the_new_name() {
    for stage in Stage::both().await {
        let mut past = completed();
        past.evaluation(&Case::new(1), &EvaluationEvent::Renamed { name: " Ünder New ".to_owned().into() });
        stage.apply(&past.events).await;
        assert_eq!(stage.lines("select name_key as line from rm_evaluation", vec![]).await, ["ünder new"]);
    }
}

#[tokio::test]
async fn texts_that_can_no_longer_be_read_are_empty() {
    for stage in Stage::both().await {
        stage.append(&completed().events).await;
        stage.store.vault().destroy_data_key(&evaluation::subject(&Case::new(1).id())).await.unwrap();
        stage.catch_up().await;
        let texts = "select '<' || answer || messages || triggers || '>' as line from rm_response";
        assert_eq!(stage.lines(texts, vec![]).await, vec!["<[][]>"; 4]);
        assert_eq!(stage.lines("select '<' || name || '>' as line from rm_evaluation", vec![]).await, ["<>"]);
    }
}

#[tokio::test]
async fn a_recalculation_replaces_the_scores_of_an_ended_evaluation() {
    for stage in Stage::both().await {
        let mut past = completed();
        let levels = Case::new(1).levels(0.25);
        past.evaluation(&Case::new(1), &EvaluationEvent::ScoreCalculated { levels });
        stage.apply(&past.events).await;
        let scores = "select cast(cast(score * 100 as bigint) as text) as line from rm_level_score \
            union all select cast(cast(score * 100 as bigint) as text) from rm_evaluation";
        assert_eq!(stage.lines(scores, vec![]).await, ["25", "25", "25"]);
    }
}
