//! Counters that grow with every response, kept per probe and per evaluation.

use touchstone_aggregates::probe_run::{Call, Stage};
use touchstone_read_store::Arg;

/// What became of one response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Scored,
    /// How far it came.
    Errored(Stage),
    /// The original half of a pair: complete, but not judged by itself.
    Skipped,
}

/// What some responses add up to. Times in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    completed_tests: i64,
    errored_tests: i64,
    completed_responses: i64,
    errored_responses: i64,
    skipped_responses: i64,
    prompt_tokens: i64,
    completion_tokens: i64,
    generation_micros: i64,
    first_started: Option<i64>,
    last_finished: Option<i64>,
}

/// The columns of [`Counts::args`], in order.
pub const COLUMNS: &[&str] = &[
    "completed_tests",
    "errored_tests",
    "completed_responses",
    "errored_responses",
    "skipped_responses",
    "prompt_tokens",
    "completion_tokens",
    "generation_micros",
    "first_started_micros",
    "last_finished_micros",
];

/// Columns that add up; the last two are a minimum and a maximum.
const SUMS: usize = 8;

impl Counts {
    /// Adds one response. A test whose answer nobody could judge is a completed test with an errored response; a
    /// skipped response is a completed one.
    pub fn add(&mut self, call: &Call, fate: Fate) {
        match fate {
            Fate::Scored => {
                self.completed_tests += 1;
                self.completed_responses += 1;
            }
            Fate::Skipped => {
                self.completed_tests += 1;
                self.completed_responses += 1;
                self.skipped_responses += 1;
            }
            Fate::Errored(Stage::Detection) => {
                self.completed_tests += 1;
                self.errored_responses += 1;
            }
            Fate::Errored(Stage::Generation) => {
                self.errored_tests += 1;
                self.errored_responses += 1;
            }
        }
        self.prompt_tokens += call.prompt_tokens;
        self.completion_tokens += call.completion_tokens;
        let (started, finished) = (call.started_at.micros(), call.finished_at.micros());
        self.generation_micros += (finished - started).max(0);
        self.first_started = Some(self.first_started.map_or(started, |known| known.min(started)));
        self.last_finished = Some(self.last_finished.map_or(finished, |known| known.max(finished)));
    }

    pub fn args(&self) -> impl Iterator<Item = Arg> {
        [
            Arg::Int(self.completed_tests),
            Arg::Int(self.errored_tests),
            Arg::Int(self.completed_responses),
            Arg::Int(self.errored_responses),
            Arg::Int(self.skipped_responses),
            Arg::Int(self.prompt_tokens),
            Arg::Int(self.completion_tokens),
            Arg::Int(self.generation_micros),
            Arg::OptInt(self.first_started),
            Arg::OptInt(self.last_finished),
        ]
        .into_iter()
    }
}

/// The assignments that add an inserted row to the one that is there.
pub fn adding(table: &str) -> String {
    let sums =
        COLUMNS.iter().take(SUMS).map(|column| format!("{column} = {table}.{column} + excluded.{column}"));
    let extreme = |column: &str, sign: &str| {
        format!(
            "{column} = case when {table}.{column} is null or excluded.{column} {sign} {table}.{column} \
             then excluded.{column} else {table}.{column} end"
        )
    };
    let mut all: Vec<String> = sums.collect();
    all.push(extreme("first_started_micros", "<"));
    all.push(extreme("last_finished_micros", ">"));
    all.join(", ")
}
