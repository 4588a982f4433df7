//! What an operator may install for detectors beyond the program itself.
//!
//! None of it ships: name lists of package registries are refreshed by `touchstone catalog refresh-packages`, word
//! lists are the operator's own files, and the embedding model comes by `touchstone models fetch`. A detector without
//! its data says `unverified` and names what to run.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use touchstone_embeddings::Model;

use crate::fold;

/// All data beyond the program itself; the default is nothing.
#[derive(Default)]
pub struct Installed {
    pub packages: BTreeMap<Ecosystem, Names>,
    /// Terms by the name of their list, one of [`crate::word_lists`].
    pub words: BTreeMap<String, Terms>,
    pub model: Option<Arc<Model>>,
}

/// Where packages are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ecosystem {
    Python,
    JavaScript,
    Ruby,
    Rust,
}

impl Ecosystem {
    pub const ALL: [Self; 4] = [Self::Python, Self::JavaScript, Self::Ruby, Self::Rust];

    /// The name of its registry, as files and flags call it.
    pub const fn registry(self) -> &'static str {
        match self {
            Self::Python => "pypi",
            Self::JavaScript => "npm",
            Self::Ruby => "rubygems",
            Self::Rust => "crates",
        }
    }

    /// The form in which two spellings of one package are equal.
    pub fn normal(self, name: &str) -> String {
        match self {
            // PEP 503: runs of `-`, `_` and `.` are one `-`, letter case does not matter.
            Self::Python => {
                let mut out = String::with_capacity(name.len());
                for ch in name.chars().flat_map(char::to_lowercase) {
                    let ch = if matches!(ch, '_' | '.') { '-' } else { ch };
                    if ch != '-' || !out.ends_with('-') {
                        out.push(ch);
                    }
                }
                out
            }
            Self::JavaScript => name.to_lowercase(),
            Self::Ruby => name.to_owned(),
            Self::Rust => name.to_lowercase().replace('-', "_"),
        }
    }
}

/// The names of all packages of one registry.
///
/// Only their hashes are kept, 8 bytes each: among four million names the chance that one of those missing looks
/// present is about 2⁻⁴².
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names(Vec<u64>);

impl Names {
    /// Reads one name per line.
    pub fn of_lines(ecosystem: Ecosystem, text: &str) -> Self {
        let names = text.lines().map(str::trim).filter(|name| !name.is_empty());
        let mut hashes: Vec<u64> = names.map(|name| hash(&ecosystem.normal(name))).collect();
        hashes.sort_unstable();
        hashes.dedup();
        Self(hashes)
    }

    pub const fn len(&self) -> usize {
        self.0.len()
    }

    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn contain(&self, normal: &str) -> bool {
        self.0.binary_search(&hash(normal)).is_ok()
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Words and phrases of one kind, compared by [`fold::ascii`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    terms: HashSet<String>,
    /// Words of the longest term.
    longest: usize,
}

impl Terms {
    /// Reads one term per line; empty lines and those that begin with `#` are skipped.
    pub fn of_lines(text: &str) -> Self {
        let mut all = Self::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let folded = fold::ascii(line, line.len());
            let words: Vec<&str> = words(&folded).collect();
            if !words.is_empty() {
                all.longest = all.longest.max(words.len());
                all.terms.insert(words.join(" "));
            }
        }
        all
    }

    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Does any of the terms stand in the text as whole words?
    pub(crate) fn stand_in(&self, text: &str) -> bool {
        let folded = fold::ascii(text, text.len());
        let words: Vec<&str> = words(&folded).collect();
        let mut run = String::new();
        (0..words.len()).any(|start| {
            run.clear();
            words[start..].iter().take(self.longest).any(|word| {
                if !run.is_empty() {
                    run.push(' ');
                }
                run.push_str(word);
                self.terms.contains(run.as_str())
            })
        })
    }
}

/// Letters and digits in a row. `~`, which stands for a letter without ASCII form, belongs to its word.
fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|ch: char| !ch.is_ascii_alphanumeric() && ch != '~').filter(|word| !word.is_empty())
}
