//! What a harness is made from, and what every prompt tells of it.

use crate::text::{Place, Sentence, sentences};

/// What somebody gave. Texts may be empty.
#[derive(Debug, Clone, Default)]
pub struct Material {
    pub system_prompt: String,
    pub documents: Vec<Document>,
    pub function: Option<Function>,
    /// Ids of personas.
    pub personas: Vec<String>,
}

/// A text that was brought as a file.
#[derive(Debug, Clone)]
pub struct Document {
    /// What people call it.
    pub name: String,
    /// Pages parted by form feeds.
    pub text: String,
}

/// A function that the agent can call.
#[derive(Debug, Clone)]
pub struct Function {
    pub route: Option<String>,
    pub input_schema: String,
    pub output_schema: String,
}

/// What a prompt was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lineage {
    /// Of the system prompt where no document is named.
    Sentence {
        document: Option<String>,
        sentence: Sentence,
    },
    /// The same, where it is a rule that may be kept or broken.
    Rule {
        document: Option<String>,
        sentence: Sentence,
    },
    Function {
        name: String,
        field: Option<String>,
    },
    Persona {
        persona: String,
        goal: Box<Lineage>,
    },
    /// A prompt of the standard catalogue.
    Catalogue {
        probe: String,
        prompt: String,
    },
}

impl Lineage {
    /// The sentence, rule, function or prompt itself.
    pub fn source(&self) -> String {
        match self {
            Self::Sentence { sentence, .. } | Self::Rule { sentence, .. } => sentence.text.clone(),
            Self::Function { name, field: Some(field) } => format!("{name}, field {field}"),
            Self::Function { name, field: None } => name.clone(),
            Self::Persona { persona, goal } => format!("{persona}: {}", goal.source()),
            Self::Catalogue { prompt, .. } => format!("prompt {prompt}"),
        }
    }

    /// Where that stands.
    pub fn place(&self) -> Option<String> {
        match self {
            Self::Sentence { document, sentence } | Self::Rule { document, sentence } => {
                let Sentence { place: Place { page, sentence }, clause, .. } = sentence;
                let clause = clause.as_ref().map(|clause| format!(", clause {clause}")).unwrap_or_default();
                Some(match document {
                    Some(name) => format!("{name}, page {page}, sentence {sentence}{clause}"),
                    None => format!("system prompt, sentence {sentence}{clause}"),
                })
            }
            Self::Function { .. } => None,
            Self::Persona { goal, .. } => goal.place(),
            Self::Catalogue { probe, .. } => Some(probe.clone()),
        }
    }

    /// Both, for people.
    pub fn cited(&self) -> String {
        match self.place() {
            Some(place) => format!("{place}: {}", self.source()),
            None => self.source(),
        }
    }
}

/// A sentence and the document that it is from; without one it is from the system prompt.
#[derive(Debug, Clone)]
pub struct Fact {
    pub document: Option<String>,
    pub sentence: Sentence,
}

impl Fact {
    pub fn lineage(&self) -> Lineage {
        Lineage::Sentence { document: self.document.clone(), sentence: self.sentence.clone() }
    }
}

impl Material {
    /// All sentences: of the documents, then of the system prompt.
    pub fn facts(&self) -> Vec<Fact> {
        let of = |name: Option<&str>, text: &str| {
            let document = name.map(str::to_owned);
            sentences(text)
                .into_iter()
                .map(|sentence| Fact { document: document.clone(), sentence })
                .collect::<Vec<_>>()
        };
        let documents = self.documents.iter().flat_map(|one| of(Some(&one.name), &one.text));
        documents.chain(of(None, &self.system_prompt)).collect()
    }
}
