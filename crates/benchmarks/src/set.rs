//! Rows put together: probes of a benchmark, named by the digest of everything in them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use touchstone_catalog::benchmark::{self, Benchmark};
use touchstone_catalog::{Probe, Prompt};
use touchstone_vocabulary::{Criteria, DetectorId, Message, ProbeId, ProbeScoring, PromptId};
use uuid::Uuid;

use crate::judge::Judge;

/// The namespace of prompt ids.
const PROMPTS: Uuid = Uuid::from_u128(0x2b9d_64c7_e1f0_5a38_9c55_7d12_40be_8a6f);
/// Rows of one probe, at most: a probe is one stream of events, and one process works at it.
const MOST: usize = 1_000;
/// Hexadecimal digits of a set's digest.
const DIGITS: usize = 16;
/// Longest name of a part, in characters.
const LONGEST_PART: usize = 60;

/// One question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub judge: Judge,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    pub user: String,
    pub criteria: Criteria,
    /// Rows of one part are scored as one probe, as the data set's authors do where it has parts.
    #[serde(skip)]
    pub part: String,
}

impl Row {
    pub(crate) fn new(judge: Judge, user: String, criteria: Criteria) -> Self {
        Self { judge, system: None, user, criteria, part: String::new() }
    }

    /// The part's name is shown, so it is a plain word or some.
    pub(crate) fn part(mut self, name: Option<&str>) -> Self {
        let plain = |c: char| if c.is_alphanumeric() || "-.,()/&' ".contains(c) { c } else { ' ' };
        let name: String = name.unwrap_or_default().chars().map(plain).collect();
        let words: Vec<&str> = name.split_whitespace().collect();
        self.part = words.join(" ").chars().take(LONGEST_PART).collect();
        self
    }

    fn prompt(self, id: PromptId) -> Prompt {
        let system = self.system.map(Message::system);
        let messages = system.into_iter().chain([Message::user(self.user)]).collect();
        Prompt { id, messages, criteria: self.criteria, half: None }
    }
}

/// Some rows of one part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Portion {
    pub name: String,
    pub judge: Judge,
    pub rows: usize,
}

/// What is known of a set without its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    pub benchmark: &'static Benchmark,
    pub digest: String,
    pub(crate) portions: Vec<Portion>,
}

/// A set with its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Set {
    pub outline: Outline,
    /// In the order of the portions.
    pub(crate) rows: Vec<Vec<Row>>,
}

impl Set {
    /// Puts rows in probes: by how they are judged and by part, in the parts' order of names, and within those in their
    /// own. `None` where there are no rows.
    pub fn of(benchmark: &'static Benchmark, rows: Vec<Row>) -> Option<Self> {
        let mut parts: BTreeMap<(String, &'static str), Vec<Row>> = BTreeMap::new();
        for row in rows {
            parts.entry((row.part.clone(), row.judge.as_str())).or_default().push(row);
        }
        let mut hasher = blake3::Hasher::new();
        let (mut portions, mut all) = (Vec::new(), Vec::new());
        for ((part, _), rows) in parts {
            let pieces = rows.len().div_ceil(MOST);
            for (number, rows) in even(rows, pieces).into_iter().enumerate() {
                let judge = rows.first()?.judge;
                let name = match (part.as_str(), judge) {
                    ("", Judge::Answer) => "answered".to_owned(),
                    (part, Judge::Answer) => format!("{part}, answered"),
                    (part, _) => part.to_owned(),
                };
                let piece = if pieces > 1 { format!("{} of {pieces}", number + 1) } else { String::new() };
                let name =
                    [name, piece].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", ");
                let portion = Portion { name, judge, rows: rows.len() };
                hasher.update(portion.name.as_bytes()).update(&[0xFF]);
                for row in &rows {
                    hasher.update(&serde_json::to_vec(row).unwrap_or_default()).update(&[0xFF]);
                }
                portions.push(portion);
                all.push(rows);
            }
        }
        let mut digest = hasher.finalize().to_hex().to_string();
        digest.truncate(DIGITS);
        (!all.is_empty()).then_some(Self { outline: Outline { benchmark, digest, portions }, rows: all })
    }
}

/// Cut in so many pieces whose sizes differ by one at most, so that the mean of their means is that of all.
fn even(mut rows: Vec<Row>, pieces: usize) -> Vec<Vec<Row>> {
    let mut cut = Vec::with_capacity(pieces);
    for left in (1..=pieces).rev() {
        let rest = rows.split_off(rows.len().div_ceil(left));
        cut.push(std::mem::replace(&mut rows, rest));
    }
    cut
}

impl Outline {
    pub fn rows(&self) -> usize {
        self.portions.iter().map(|portion| portion.rows).sum()
    }

    pub fn probes(&self) -> usize {
        self.portions.len()
    }

    /// For an edition, without prompts.
    pub fn listed(&self) -> benchmark::Set {
        self.set(|_, _| Vec::new())
    }

    /// For a plan, with prompts that have nothing but an id.
    pub fn numbered(&self) -> benchmark::Set {
        self.set(|probe, portion| {
            let bare = |id| Prompt { id, messages: Vec::new(), criteria: Criteria::default(), half: None };
            prompt_ids(probe).take(portion.rows).map(bare).collect()
        })
    }

    fn set(&self, prompts: impl Fn(&ProbeId, &Portion) -> Vec<Prompt>) -> benchmark::Set {
        let probe = |(number, portion)| {
            let id = self.probe_id(number);
            let prompts = prompts(&id, portion);
            Arc::new(self.probe(id, portion, prompts))
        };
        let probes = self.portions.iter().enumerate().map(probe).collect();
        benchmark::Set { benchmark: self.benchmark, digest: self.digest.clone(), probes }
    }

    /// One probe with its rows.
    pub(crate) fn filled(&self, number: usize, rows: Vec<Row>) -> Option<Probe> {
        let portion = self.portions.get(number)?;
        let id = self.probe_id(number);
        let prompts = prompt_ids(&id).zip(rows).map(|(id, row)| row.prompt(id)).collect();
        Some(self.probe(id, portion, prompts))
    }

    fn probe_id(&self, number: usize) -> ProbeId {
        ProbeId(format!("vijil.probes.{}.{}.{}", self.benchmark.name, self.digest, number + 1))
    }

    fn probe(&self, id: ProbeId, portion: &Portion, prompts: Vec<Prompt>) -> Probe {
        let Self { benchmark, digest, .. } = self;
        let Portion { name, judge, rows } = portion;
        let tags = [benchmark.name, "benchmark", judge.as_str()].into_iter().chain(benchmark.tags());
        Probe {
            id,
            name: match name.as_str() {
                "" => benchmark.title.to_owned(),
                part => format!("{}: {part}", benchmark.title),
            },
            description: format!(
                "{} Measures {rows} rows of the imported set {digest}. {} No judge model takes part.",
                benchmark.about,
                judge.words()
            ),
            goal: judge.goal().to_owned(),
            expected: judge.expected().to_owned(),
            tags: tags.map(str::to_owned).collect(),
            detector_ids: vec![DetectorId::from(judge.detector())],
            scoring: ProbeScoring::NaiveMeanMin,
            unpractised: Some(
                "the practice target does not know what is right in an imported set".to_owned(),
            ),
            prompts,
        }
    }
}

/// The ids of a probe's prompts, in order.
fn prompt_ids(probe: &ProbeId) -> impl Iterator<Item = PromptId> {
    (0_usize..).map(move |place| {
        let name = blake3::hash(format!("{probe}/{place}").as_bytes());
        PromptId(Uuid::new_v5(&PROMPTS, name.as_bytes()).hyphenated().to_string())
    })
}

/// Which part of which set a probe is; `None` for those that are no benchmark's.
pub(crate) fn place(probe: &ProbeId) -> Option<(&'static Benchmark, &str, usize)> {
    let mut parts = probe.as_str().strip_prefix("vijil.probes.")?.split('.');
    let (name, digest, number) = (parts.next()?, parts.next()?, parts.next()?);
    let is_digest = digest.len() == DIGITS && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_digest || parts.next().is_some() {
        return None;
    }
    Some((Benchmark::named(name)?, digest, number.parse::<usize>().ok()?.checked_sub(1)?))
}
