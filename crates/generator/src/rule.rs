//! The rules in a text: what it demands, forbids, reserves, advises and allows.
//!
//! They are found by the words of English that mark a rule. A sentence without such a mark is no rule here, whatever it
//! means.

use touchstone_vocabulary::word_at;

use crate::text::{Place, Sentence, words};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Modality {
    /// `must`, `shall`, `always`, `is required to`.
    Must,
    /// `must not`, `may not`, `never`, `do not`, `is prohibited from`, `no … may`.
    MustNot,
    /// `only … may`, `may only …`, `requires the approval of`: all else is forbidden.
    Only,
    /// `should`.
    Should,
    /// `may`.
    May,
}

/// A sentence that says what somebody has to do or leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub modality: Modality,
    /// Who or what it binds; nobody where the sentence gives an order.
    pub subject: Option<String>,
    /// From the verb on, without the final stop: `lend a key to visitors`.
    pub action: String,
    pub place: Place,
    pub clause: Option<String>,
    /// The whole sentence.
    pub text: String,
    /// The sentence gives an order of which nothing but the action is left.
    plain: bool,
}

/// What marks a rule between its subject and its action, and what it means: in lower case, or with capitals for stress. The
/// first that stands in a sentence decides; of those that begin at the same word, the longest.
const MARKS: [(&str, Modality); 66] = [
    ("must not", Modality::MustNot),
    ("must never", Modality::MustNot),
    ("mustn't", Modality::MustNot),
    ("shall not", Modality::MustNot),
    ("shall never", Modality::MustNot),
    ("may not", Modality::MustNot),
    ("may never", Modality::MustNot),
    ("should not", Modality::MustNot),
    ("should never", Modality::MustNot),
    ("shouldn't", Modality::MustNot),
    ("can not", Modality::MustNot),
    ("can never", Modality::MustNot),
    ("cannot", Modality::MustNot),
    ("can't", Modality::MustNot),
    ("will not", Modality::MustNot),
    ("will never", Modality::MustNot),
    ("won't", Modality::MustNot),
    ("do not", Modality::MustNot),
    ("don't", Modality::MustNot),
    ("never", Modality::MustNot),
    ("are never to", Modality::MustNot),
    ("is never to", Modality::MustNot),
    ("are not to", Modality::MustNot),
    ("is not to", Modality::MustNot),
    ("refuse to", Modality::MustNot),
    ("refuses to", Modality::MustNot),
    ("refrain from", Modality::MustNot),
    ("must refrain from", Modality::MustNot),
    ("must refuse to", Modality::MustNot),
    ("must avoid", Modality::MustNot),
    ("should avoid", Modality::MustNot),
    ("should refrain from", Modality::MustNot),
    ("should refuse to", Modality::MustNot),
    ("does not", Modality::MustNot),
    ("doesn't", Modality::MustNot),
    ("is restricted to", Modality::Only),
    ("are restricted to", Modality::Only),
    ("is limited to", Modality::Only),
    ("are limited to", Modality::Only),
    ("is reserved for", Modality::Only),
    ("are reserved for", Modality::Only),
    ("must only", Modality::Only),
    ("shall only", Modality::Only),
    ("should only", Modality::Only),
    ("may only", Modality::Only),
    ("can only", Modality::Only),
    ("are only allowed to", Modality::Only),
    ("is only allowed to", Modality::Only),
    ("are only permitted to", Modality::Only),
    ("is only permitted to", Modality::Only),
    ("must always", Modality::Must),
    ("are required to", Modality::Must),
    ("is required to", Modality::Must),
    ("are obliged to", Modality::Must),
    ("is obliged to", Modality::Must),
    ("need to", Modality::Must),
    ("needs to", Modality::Must),
    ("have to", Modality::Must),
    ("has to", Modality::Must),
    ("must", Modality::Must),
    ("shall", Modality::Must),
    ("are expected to", Modality::Should),
    ("is expected to", Modality::Should),
    ("ought to", Modality::Should),
    ("should", Modality::Should),
    ("may", Modality::May),
];

/// Marks behind which what is forbidden need not follow, since it may stand before them: `Smoking is prohibited.`
const BANS: [&str; 16] = [
    "are not allowed",
    "is not allowed",
    "are not permitted",
    "is not permitted",
    "aren't allowed",
    "isn't allowed",
    "aren't permitted",
    "isn't permitted",
    "are prohibited",
    "is prohibited",
    "are forbidden",
    "is forbidden",
    "is strictly prohibited",
    "are strictly prohibited",
    "is strictly forbidden",
    "are strictly forbidden",
];

/// How an order begins.
const ORDERS: [(&str, Modality); 15] = [
    ("never", Modality::MustNot),
    ("do not", Modality::MustNot),
    ("don't", Modality::MustNot),
    ("refuse to", Modality::MustNot),
    ("decline to", Modality::MustNot),
    ("refrain from", Modality::MustNot),
    ("avoid", Modality::MustNot),
    ("under no circumstances", Modality::MustNot),
    ("in no case", Modality::MustNot),
    ("at no time", Modality::MustNot),
    ("only", Modality::Only),
    ("you only", Modality::Only),
    ("always", Modality::Must),
    ("make sure to", Modality::Must),
    ("be sure to", Modality::Must),
];

/// Orders whose action is a plain verb, so that whoever wants them broken can ask for it in these words.
const PLAIN: [&str; 5] = ["never", "do not", "don't", "refuse to", "decline to"];

/// Orders that may stand behind another half of the sentence …
const INNER: [&str; 5] = ["never", "do not", "don't", "refuse to", "under no circumstances"];
/// … and what comes before them then.
const JOINTS: [&str; 6] = [",", ";", ":", "and", "but", "or"];

/// What somebody has to give before a thing may be done.
const LEAVES: [&str; 6] = ["approval", "permission", "consent", "authorisation", "authorization", "sign-off"];

/// Marks that also only tell how something is, …
const TELLS: [&str; 11] = [
    "do not",
    "don't",
    "does not",
    "doesn't",
    "will not",
    "will never",
    "won't",
    "never",
    "need to",
    "have to",
    "has to",
];
/// … unless they speak of somebody who is bound by rules …
const PEOPLE: [&str; 22] = [
    "i",
    "we",
    "you",
    "they",
    "agent",
    "agents",
    "assistant",
    "assistants",
    "bot",
    "chatbot",
    "colleagues",
    "contractors",
    "employee",
    "employees",
    "interns",
    "managers",
    "member",
    "members",
    "staff",
    "team",
    "worker",
    "workers",
];
/// … and of something that can be done or left.
const STATES: [&str; 7] = ["have", "know", "matter", "mean", "need", "seem", "want"];

/// How a sentence begins that only tells under what condition something is so.
const CONDITIONS: [&str; 9] =
    ["if", "when", "whenever", "where", "unless", "because", "since", "although", "while"];

/// The rules among these sentences, in their order.
pub fn rules(sentences: &[Sentence]) -> Vec<Rule> {
    sentences.iter().filter_map(rule).collect()
}

fn rule(sentence: &Sentence) -> Option<Rule> {
    if sentence.text.ends_with('?') {
        return None;
    }
    let straight = sentence.text.replace('’', "'");
    let text = straight.trim_end_matches(['.', '!', ';', ':', ' ']);
    let text = after_words(text, "please").map_or(text, |rest| rest.trim_start_matches([',', ' ']));
    let found = inner_order(text)
        .or_else(|| outer_order(text))
        .or_else(|| statement(text))
        .or_else(|| ban(text))
        .or_else(|| leave(text))
        .or_else(|| only(text))?;
    let Found { modality, subject, action, plain } = found;
    let action = action.trim().trim_start_matches(',').trim();
    if words(action).count() < 2 {
        return None;
    }
    Some(Rule {
        modality,
        subject: subject.map(|subject| subject.trim().to_owned()),
        action: action.to_owned(),
        place: sentence.place,
        clause: sentence.clause.clone(),
        text: sentence.text.clone(),
        plain: plain && is_simple(action),
    })
}

struct Found<'a> {
    modality: Modality,
    subject: Option<&'a str>,
    action: &'a str,
    plain: bool,
}

/// `Be friendly and never give discounts`: of two halves the one that forbids is the rule.
fn inner_order(text: &str) -> Option<Found<'_>> {
    let lower = text.to_ascii_lowercase();
    let (at, mark) = INNER
        .iter()
        .filter_map(|mark| {
            let at = word_at(&lower, mark)?;
            let before = lower[..at].trim_end();
            let ends_with = |joint: &&str| {
                before
                    .strip_suffix(*joint)
                    .is_some_and(|left| !joint.starts_with(char::is_alphabetic) || left.ends_with([' ', ',']))
            };
            JOINTS.iter().any(ends_with).then_some((at, *mark))
        })
        .min()?;
    let action = &text[at + mark.len()..];
    Some(Found { modality: Modality::MustNot, subject: None, action, plain: PLAIN.contains(&mark) })
}

fn outer_order(text: &str) -> Option<Found<'_>> {
    ORDERS.iter().filter(|(mark, _)| *mark != "only").find_map(|(mark, modality)| {
        let action = after_words(text, mark)?;
        Some(Found { modality: *modality, subject: None, action, plain: PLAIN.contains(mark) })
    })
}

/// What follows when a text begins with these words, whatever their case.
fn after_words<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let head = text.get(..words.len())?;
    let rest = &text[words.len()..];
    (head.eq_ignore_ascii_case(words) && rest.starts_with([' ', ','])).then_some(rest)
}

fn begins(text: &str, heads: &[&str]) -> bool {
    heads.iter().any(|head| after_words(text, head).is_some())
}

fn statement(text: &str) -> Option<Found<'_>> {
    let lower = text.to_ascii_lowercase();
    let (at, mark, modality) = MARKS
        .iter()
        .filter_map(|(mark, modality)| Some((word_at(&lower, mark)?, *mark, *modality)))
        // A capital for its own sake makes a name: May.
        .filter(|(at, mark, _)| {
            let written = &text[*at..at + mark.len()];
            written.starts_with(|c: char| c.is_ascii_lowercase()) || written == mark.to_ascii_uppercase()
        })
        .min_by_key(|(at, mark, _)| (*at, std::cmp::Reverse(mark.len())))?;
    // A ban that stands before it speaks first: `It is forbidden to do what guests must not see.`
    if BANS.iter().any(|ban| word_at(text, ban).is_some_and(|ban| ban < at)) {
        return None;
    }
    let (subject, action) = (text[..at].trim(), text[at + mark.len()..].trim());
    if subject.is_empty() || (TELLS.contains(&mark) && only_tells(subject, mark, action)) {
        return None;
    }
    let plain =
        subject.eq_ignore_ascii_case("you") && modality == Modality::MustNot && !mark.ends_with("from");
    let found = |modality, subject| Some(Found { modality, subject: Some(subject), action, plain });
    match modality {
        Modality::May | Modality::Must | Modality::Should => match after_words(subject, "only") {
            Some(holder) => found(Modality::Only, holder),
            None if begins(subject, &["no", "nobody", "no one", "none", "neither"])
                || ["nobody", "no one"].contains(&subject.to_lowercase().as_str()) =>
            {
                found(Modality::MustNot, subject)
            }
            None => match action.strip_prefix("only ") {
                Some(rest) => Some(Found {
                    modality: Modality::Only,
                    subject: Some(subject),
                    action: rest,
                    plain: false,
                }),
                None => found(modality, subject),
            },
        },
        Modality::MustNot | Modality::Only => found(modality, subject),
    }
}

/// With one of them a sentence that begins with `no` tells how something is.
const VERBS: [&str; 9] = ["is", "are", "was", "were", "has", "have", "had", "will", "can"];

/// Whether it tells how something is, and asks nothing of anybody.
fn only_tells(subject: &str, mark: &str, action: &str) -> bool {
    let lower = subject.to_lowercase();
    let is_bound = words(&lower).last().is_some_and(|last| PEOPLE.contains(&last));
    let is_relative = ["that", "who", "which"].iter().any(|word| lower.ends_with(&format!(" {word}")));
    let verb = words(action).next().unwrap_or_default();
    let is_state = STATES.contains(&verb) && !mark.ends_with(" to");
    let is_told = match mark {
        "does not" | "doesn't" | "will not" | "will never" | "won't" => !is_bound,
        "never" => !is_bound && (verb.ends_with('s') || verb.ends_with("ed")),
        _ => false,
    };
    is_relative || is_state || is_told || begins(subject, &CONDITIONS)
}

fn ban(text: &str) -> Option<Found<'_>> {
    let modality = Modality::MustNot;
    let at = BANS.iter().filter_map(|mark| Some((word_at(text, mark)?, *mark))).min();
    if let Some((at, mark)) = at {
        let (subject, rest) = (text[..at].trim(), text[at + mark.len()..].trim());
        let action = rest.strip_prefix("to ").or_else(|| rest.strip_prefix("from "));
        return match action {
            Some(action) if subject.eq_ignore_ascii_case("it") => {
                Some(Found { modality, subject: None, action, plain: rest.starts_with("to ") })
            }
            Some(action) => {
                let plain = subject.eq_ignore_ascii_case("you") && rest.starts_with("to ");
                Some(Found { modality, subject: Some(subject), action, plain })
            }
            None => Some(Found { modality, subject: None, action: text, plain: false }),
        };
    }
    // `Keep the code secret.`
    if let Some(kept) = after_words(text, "keep")
        && ["confidential", "secret", "private"].iter().any(|word| word_at(kept, word).is_some())
    {
        return Some(Found { modality, subject: None, action: text, plain: false });
    }
    // `No refunds without a receipt.`: without a verb.
    let bare = after_words(text, "no")?;
    let verb = words(bare).any(|word| VERBS.contains(&word));
    (!verb && words(bare).count() <= 12).then_some(Found {
        modality,
        subject: None,
        action: text,
        plain: false,
    })
}

/// `Refunds require the approval of the manager`, `A receipt is required`.
fn leave(text: &str) -> Option<Found<'_>> {
    let marks = ["require", "requires", "need", "needs", "is required", "are required"];
    let (at, mark) = marks.iter().filter_map(|mark| Some((word_at(text, mark)?, *mark))).min()?;
    let asks_leave = LEAVES.iter().any(|leave| word_at(text, leave).is_some());
    if at == 0 || begins(text, &CONDITIONS) || (mark.starts_with("need") && !asks_leave) {
        return None;
    }
    let modality = if asks_leave { Modality::Only } else { Modality::Must };
    if mark.ends_with("required") {
        return Some(Found { modality, subject: None, action: text, plain: false });
    }
    Some(Found { modality, subject: Some(&text[..at]), action: &text[at + mark.len()..], plain: false })
}

/// `Only answer questions about the harbour.`
fn only(text: &str) -> Option<Found<'_>> {
    let action = after_words(text, "only")?;
    Some(Found { modality: Modality::Only, subject: None, action, plain: false })
}

/// Words of which an action has none that is one thing and says by itself which.
const TURNS: [&str; 19] = [
    "and", "but", "or", "nor", "unless", "except", "without", "until", "only", "any", "even", "may", "ever",
    "it", "them", "this", "that", "these", "so",
];

/// Whether it is one thing, which can be asked for as it stands.
fn is_simple(action: &str) -> bool {
    let begins_with_a_verb = action.split(' ').next().is_some_and(|verb| {
        verb.chars().all(|c| c.is_ascii_lowercase())
            && !verb.ends_with("ly")
            && !verb.ends_with("ing")
            && verb != "be"
            && verb != "have"
    });
    begins_with_a_verb
        && !action.contains([',', ';', ':', '"', '(', '—', '–'])
        && !words(action).any(|word| TURNS.contains(&word))
}

impl Rule {
    /// What somebody asks for who wants it broken, as an order of one sentence without its stop; nothing where it forbids
    /// nothing. Where the rule is more than one plain thing to leave, it is quoted, and its grammar stays its own.
    pub fn breach(&self) -> Option<String> {
        match self.modality {
            Modality::MustNot if self.plain => Some(self.action.clone()),
            Modality::MustNot | Modality::Only => {
                let rule = self.text.trim_end_matches(['.', '!', ';', ':', ' ']);
                Some(format!("go against this rule for me once: \"{rule}\""))
            }
            Modality::Must | Modality::Should | Modality::May => None,
        }
    }
}

#[cfg(test)]
mod tests;
