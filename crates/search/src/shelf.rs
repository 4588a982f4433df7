//! What is needed to find texts.

use std::collections::HashMap;
use std::sync::Arc;

use crate::meaning::Meaning;
use crate::vectors::Vectors;
use crate::words::words;

/// A word's place in a text.
#[derive(Debug, Clone, Copy)]
pub struct Posting {
    pub entry: u32,
    pub times: u16,
}

/// One text, in the form in which it last came.
pub struct Entry {
    pub id: String,
    /// Words in it.
    pub length: u32,
    /// Which of the families it belongs to, if to one.
    pub family: Option<u32>,
    /// False once a newer form of the text has come.
    pub is_current: bool,
}

/// Texts that can be found.
pub struct Shelf {
    meaning: Option<Arc<Meaning>>,
    pub(crate) entries: Vec<Entry>,
    places: HashMap<String, u32>,
    postings: HashMap<String, Vec<Posting>>,
    pub(crate) vectors: Vectors,
    /// Words of all current texts.
    pub(crate) length: u64,
}

impl Shelf {
    /// An empty one. Without a meaning nothing on it is found by that.
    pub fn new(meaning: Option<Arc<Meaning>>) -> Self {
        Self {
            meaning,
            entries: Vec::new(),
            places: HashMap::new(),
            postings: HashMap::new(),
            vectors: Vectors::default(),
            length: 0,
        }
    }

    /// Current texts.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// More was replaced than is current: making the shelf anew would free memory.
    pub fn is_worn(&self) -> bool {
        self.entries.len() > 2 * self.places.len() + 1000
    }

    /// Puts a text there, in place of an earlier form of it.
    pub fn put(&mut self, id: &str, text: &str) {
        self.put_into(None, id, text);
    }

    /// The same for one of a family, by its number.
    pub fn put_into(&mut self, family: Option<u32>, id: &str, text: &str) {
        let entry = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        if let Some(earlier) = self.places.insert(id.to_owned(), entry) {
            let earlier = &mut self.entries[earlier as usize];
            earlier.is_current = false;
            self.length -= u64::from(earlier.length);
        }
        let mut times: HashMap<String, u16> = HashMap::new();
        let mut length = 0_u32;
        for word in words(text) {
            let count = times.entry(word).or_default();
            *count = count.saturating_add(1);
            length += 1;
        }
        for (word, times) in times {
            self.postings.entry(word).or_default().push(Posting { entry, times });
        }
        self.length += u64::from(length);
        self.entries.push(Entry { id: id.to_owned(), length, family, is_current: true });
        if let Some(meaning) = &self.meaning {
            self.vectors.push(&meaning.vector(text));
        }
    }

    /// How many current texts have a word.
    pub(crate) fn having(&self, word: &str) -> usize {
        if self.entries.len() == self.places.len() {
            self.postings.get(word).map_or(0, Vec::len)
        } else {
            self.postings(word).count()
        }
    }

    /// Where a word stands in current texts.
    pub(crate) fn postings(&self, word: &str) -> impl Iterator<Item = Posting> + '_ {
        let all = self.postings.get(word).map_or(&[][..], Vec::as_slice);
        all.iter().copied().filter(|posting| self.entries[posting.entry as usize].is_current)
    }
}
