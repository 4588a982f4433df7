//! How often which error happened in an evaluation.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use touchstone_aggregates::evaluation::EvaluationEvent;
use touchstone_aggregates::probe_run::ProbeRunEvent;
use touchstone_kernel::Recorded;
use touchstone_read_store::{ApplyError, Arg, Projection, Tx};
use touchstone_vocabulary::MAX_INDEXED_BYTES;

use crate::batch::{Key, clean, event, order_key, remove};
use crate::gate::{self, Gates, Turn};

/// Fills the table of error causes.
pub struct ResponseErrorRows;

const COLUMNS: &[&str] = &["team_id", "evaluation_id", "cause", "cause_order", "occurrences"];

/// The form in which causes are counted together: one line, single spaces, bounded.
fn normal(cause: &str) -> String {
    let mut text = clean(cause).split_whitespace().collect::<Vec<_>>().join(" ");
    let mut end = text.len().min(MAX_INDEXED_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

#[async_trait]
impl Projection for ResponseErrorRows {
    fn name(&self) -> &'static str {
        "response_error"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["rm_response_error_open", "rm_response_error"]
    }

    fn ddl(&self) -> &'static str {
        include_str!("../../migrations/read/response_error.sql")
    }

    async fn apply(&self, tx: &mut Tx<'_>, events: &[Recorded]) -> Result<(), ApplyError> {
        let mut heard = Vec::new();
        for recorded in events {
            let turn = if recorded.is::<EvaluationEvent>() { Turn::of(recorded) } else { None };
            if turn.is_some() || recorded.envelope.name == "probe_run.response_errored" {
                heard.push((gate::evaluation(recorded)?, recorded, turn));
            }
        }
        if heard.is_empty() {
            return Ok(());
        }
        let touched: BTreeSet<Key> = heard.iter().map(|(key, ..)| key.clone()).collect();
        let mut gates = Gates::load(tx, "rm_response_error_open", &touched).await?;
        let mut causes: BTreeMap<Key, BTreeMap<String, i64>> = BTreeMap::new();
        for (key, recorded, turn) in heard {
            if let Some(turn) = turn {
                gates.turn(&key, turn);
                if turn == Turn::Purge {
                    causes.remove(&key);
                }
            } else if gates.is_open(&key)
                && let ProbeRunEvent::ResponseErrored { cause, .. } = event(recorded)?
            {
                *causes.entry(key).or_default().entry(normal(&cause)).or_default() += 1;
            }
        }
        remove(tx, &["rm_response_error"], ["team_id", "evaluation_id"], gates.purged()).await?;
        let mut rows = Vec::new();
        for ((team, evaluation), counted) in causes {
            for (cause, occurrences) in counted {
                let order = order_key(&cause);
                let texts = [team.clone(), evaluation.clone(), cause, order].map(Arg::Text);
                rows.push(texts.into_iter().chain([Arg::Int(occurrences)]).collect());
            }
        }
        if !rows.is_empty() {
            let suffix = "on conflict (team_id, evaluation_id, cause) do update set \
                          occurrences = rm_response_error.occurrences + excluded.occurrences";
            tx.insert("rm_response_error", COLUMNS, rows, suffix).await?;
        }
        gates.save(tx).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_that_differ_only_in_white_space_are_one() {
        assert_eq!(normal(" timed\n out\tafter  90 s "), "timed out after 90 s");
    }

    #[test]
    fn a_long_cause_is_cut_between_characters() {
        let cut = normal(&"ä".repeat(MAX_INDEXED_BYTES));
        assert_eq!(cut.len(), MAX_INDEXED_BYTES);
        assert_eq!(normal(&format!("x{}", "ä".repeat(MAX_INDEXED_BYTES))).len(), MAX_INDEXED_BYTES - 1);
    }
}
