//! Two rankings, and how they become one.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};

use crate::meaning::Meaning;
use crate::shelf::Shelf;
use crate::words::words;

/// How fast more of the same word stops to count, and how much long texts are held back: the usual values (Robertson
/// and Zaragoza, The Probabilistic Relevance Framework, 2009).
const SATURATION: f32 = 1.2;
const LENGTH: f32 = 0.75;
/// Ranks count as if so many stood before the first (Cormack, Clarke and Büttcher, Reciprocal Rank Fusion, 2009).
const BEFORE: f32 = 60.0;
/// A word in a larger share of so many texts tells little and is passed over where there are others.
const COMMON: f32 = 0.25;
const MANY: usize = 1000;
/// What a rank by words counts beside one by meaning: a query shares some common word with nearly every text.
const WORDS: f32 = 0.5;

/// What is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub query: &'a str,
    /// Texts taken from the ranking by meaning.
    pub neighbours: usize,
    /// Texts taken from the ranking by words, and most texts in all.
    pub total: usize,
}

/// A text on one of the shelves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Place {
    shelf: usize,
    entry: usize,
}

/// The ids of the best texts on all shelves, best first. Without a meaning they are ranked by words alone.
pub fn find<'a>(shelves: &[&'a Shelf], meaning: Option<&Meaning>, asked: Asked<'_>) -> Vec<&'a str> {
    let id = |place: &Place| shelves[place.shelf].entries[place.entry].id.as_str();
    let by_words = best(heads(shelves, scored_by_words(shelves, asked.query)), asked.total, id);
    let by_meaning = match meaning {
        Some(meaning) => {
            best(heads(shelves, scored_by_meaning(shelves, meaning, asked.query)), asked.neighbours, id)
        }
        None => Vec::new(),
    };
    let mut fused: HashMap<Place, f32> = HashMap::new();
    for (ranking, weight) in [(by_words, WORDS), (by_meaning, 1.0)] {
        let mut rank = BEFORE;
        for place in ranking {
            rank += 1.0;
            *fused.entry(place).or_default() += weight / rank;
        }
    }
    // By words and by meaning, a family may have shown two of its own.
    let fused = fused.into_iter().map(|(place, score)| (score, place)).collect();
    best(heads(shelves, fused), asked.total, id).iter().map(id).collect()
}

/// Of each family the best alone, the first of equals; whatever belongs to none stays.
fn heads(shelves: &[&Shelf], scored: Vec<(f32, Place)>) -> Vec<(f32, Place)> {
    let mut kept = Vec::new();
    let mut best: HashMap<(usize, u32), (f32, Place)> = HashMap::new();
    for (score, place) in scored {
        let Some(family) = shelves[place.shelf].entries[place.entry].family else {
            kept.push((score, place));
            continue;
        };
        let known = best.entry((place.shelf, family)).or_insert((score, place));
        let is_better = match score.total_cmp(&known.0) {
            Ordering::Greater => true,
            Ordering::Equal => place.entry < known.1.entry,
            Ordering::Less => false,
        };
        if is_better {
            *known = (score, place);
        }
    }
    kept.extend(best.into_values());
    kept
}

/// The best so many; what is equal in the order of ids.
fn best<'a>(mut scored: Vec<(f32, Place)>, most: usize, id: impl Fn(&Place) -> &'a str) -> Vec<Place> {
    let order = |(a, one): &(f32, Place), (b, other): &(f32, Place)| match b.total_cmp(a) {
        Ordering::Equal => id(one).cmp(id(other)),
        unequal @ (Ordering::Less | Ordering::Greater) => unequal,
    };
    if most < scored.len() {
        scored.select_nth_unstable_by(most, order);
        scored.truncate(most);
    }
    scored.sort_unstable_by(order);
    scored.into_iter().map(|(_, place)| place).collect()
}

/// BM25 over all shelves as if they were one.
#[expect(clippy::cast_precision_loss, reason = "counts of texts and words, to rank by")]
fn scored_by_words(shelves: &[&Shelf], query: &str) -> Vec<(f32, Place)> {
    let count: usize = shelves.iter().map(|shelf| shelf.len()).sum();
    let length: u64 = shelves.iter().map(|shelf| shelf.length).sum();
    let average = length as f32 / count.max(1) as f32;
    let mut scores: Vec<Vec<f32>> = shelves.iter().map(|shelf| vec![0.0; shelf.entries.len()]).collect();
    // In one order, so that sums are the same to the last bit.
    let words: BTreeSet<String> = words(query).collect();
    let counted =
        words.iter().map(|word| (word, shelves.iter().map(|shelf| shelf.having(word)).sum::<usize>()));
    let counted: Vec<(&String, usize)> = counted.filter(|(_, having)| *having > 0).collect();
    let is_common = |having: usize| count >= MANY && having as f32 > COMMON * count as f32;
    let all_common = counted.iter().all(|(_, having)| is_common(*having));
    for (word, having) in counted {
        if is_common(having) && !all_common {
            continue;
        }
        let rarity = (1.0 + (count as f32 - having as f32 + 0.5) / (having as f32 + 0.5)).ln();
        for (shelf, scores) in shelves.iter().zip(&mut scores) {
            for posting in shelf.postings(word) {
                let entry = posting.entry as usize;
                let times = f32::from(posting.times);
                let long = 1.0 - LENGTH + LENGTH * shelf.entries[entry].length as f32 / average;
                scores[entry] += rarity * times * (SATURATION + 1.0) / (times + SATURATION * long);
            }
        }
    }
    let scored = scores.into_iter().enumerate().flat_map(|(shelf, scores)| {
        let placed = scores.into_iter().enumerate();
        placed.map(move |(entry, score)| (score, Place { shelf, entry }))
    });
    scored.filter(|(score, _)| *score > 0.0).collect()
}

/// Cosines with the query; what points elsewhere is left out.
fn scored_by_meaning(shelves: &[&Shelf], meaning: &Meaning, query: &str) -> Vec<(f32, Place)> {
    let query = meaning.vector(query);
    let mut scored = Vec::new();
    for (place, shelf) in shelves.iter().enumerate() {
        let products = shelf.vectors.products(&query).enumerate();
        let current = products.filter(|(entry, product)| *product > 0.0 && shelf.entries[*entry].is_current);
        scored.extend(current.map(|(entry, product)| (product, Place { shelf: place, entry })));
    }
    scored
}
