//! The same events give the same rows, however they are cut into batches.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, proptest};
use tokio_util::sync::CancellationToken;
use touchstone_aggregates::evaluation::{self, EvaluationEvent};
use touchstone_aggregates::probe_run::{ProbeRunEvent, Stage as Came};
use touchstone_read_store::{Scope, rebuild, verify};

use super::past::{Case, Happening, OTHER_TEAM, Past};
use super::stage::Stage;

/// Six lives that take turns: finished, running, canceled with late answers, deleted, failed, another team's.
fn past(turns: &[usize]) -> Vec<Arc<dyn Happening>> {
    let mut lives: Vec<Vec<Arc<dyn Happening>>> = Vec::new();
    for number in 1..=6_u128 {
        let case = if number == 6 { Case::of(OTHER_TEAM, 1) } else { Case::new(number) };
        let mut life = Past::default();
        life.begin(&case);
        match number {
            1 | 6 => {
                life.finish(&case);
                life.evaluation(&case, &EvaluationEvent::Renamed { name: "Again".to_owned().into() });
            }
            2 => {
                life.scored(&case, 0, 0, 0.0);
                life.errored(&case, 0, 1, Came::Generation, "timed out");
            }
            3 | 5 => {
                life.scored(&case, 0, 0, 1.0);
                life.errored(&case, 0, 1, Came::Detection, "unverified");
                let failed = EvaluationEvent::Failed { cause: "lost".to_owned() };
                life.evaluation(&case, if number == 3 { &EvaluationEvent::Canceled {} } else { &failed });
                life.claim(&case, 1);
                life.scored(&case, 1, 0, 1.0);
                life.errored(&case, 1, 1, Came::Generation, "too late");
                life.run(&case, 0, &ProbeRunEvent::Closed { finished: false });
            }
            _ => {
                life.finish(&case);
                life.evaluation(&case, &EvaluationEvent::Deleted {});
                life.run(&case, 0, &ProbeRunEvent::Closed { finished: false });
                life.scored(&case, 0, 7, 0.0);
            }
        }
        life.events.reverse();
        lives.push(life.events);
    }
    let mut turn = turns.iter().cycle();
    let mut all = Vec::new();
    while !lives.is_empty() {
        let at = turn.next().unwrap() % lives.len();
        all.extend(lives[at].pop());
        lives.retain(|life| !life.is_empty());
    }
    all
}

async fn in_batches(stage: &Stage, events: &[Arc<dyn Happening>], cuts: &[usize]) -> Vec<String> {
    let mut ends: Vec<usize> = cuts.iter().map(|cut| cut % events.len()).collect();
    ends.push(events.len());
    ends.sort_unstable();
    let mut start = 0;
    for end in ends {
        stage.apply(&events[start..end]).await;
        start = end;
    }
    stage.dump().await
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn batches_leave_no_trace_in_the_rows(turns in vec(any::<usize>(), 1..40), cuts in vec(any::<usize>(), 0..30)) {
        wait(async {
            let events = past(&turns);
            let whole = in_batches(&Stage::sqlite().await, &events, &[]).await;
            let parts = in_batches(&Stage::sqlite().await, &events, &cuts).await;
            assert_eq!(whole, parts);
        });
    }
}

#[tokio::test]
async fn one_event_at_a_time_gives_the_same_rows_on_postgresql() {
    let events = past(&[3, 1, 7]);
    let whole = in_batches(&Stage::postgres().await, &events, &[]).await;
    let stage = Stage::postgres().await;
    for event in &events {
        stage.apply(std::slice::from_ref(event)).await;
    }
    assert_eq!(whole, stage.dump().await);
}

#[tokio::test]
async fn tables_made_anew_from_the_log_equal_the_live_ones_also_after_texts_were_erased() {
    for stage in Stage::both().await {
        stage.apply(&past(&[5, 2, 11])).await;
        let erased = Case::new(4).id();
        stage.store.vault().destroy_data_key(&evaluation::subject(&erased)).await.unwrap();
        let before = stage.dump().await;
        let cancel = CancellationToken::new();
        let report = verify(&stage.group).await.unwrap();
        assert!(report.is_clean(), "{report:?}");
        rebuild(&stage.group, &Scope::All, &cancel, |_| {}).await.unwrap();
        assert_eq!(stage.dump().await, before);
    }
}
