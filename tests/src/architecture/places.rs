//! Where things are found: one word per context in every layer, no context inside another's, no endless file.

use std::collections::BTreeSet;
use std::fs;

use super::{assert_none, code, read, root, shown, sources};

const LAYERS: &[&str] = &["aggregates", "commands", "projections", "queries"];

/// Contexts that a layer does not have, with the reason.
const ABSENT: &[(&str, &str, &str)] = &[
    ("projections", "reservation", "names are refused by the log itself; nobody reads who holds one"),
    ("queries", "reservation", "names are refused by the log itself; nobody reads who holds one"),
    ("queries", "probe_run", "it is seen as the public contract shows it: probe, test and response"),
    ("projections", "access", "what was denied is a part of the audit"),
    ("queries", "access", "what was denied is a part of the audit"),
    ("projections", "notice", "that one was received is a part of the audit; nobody reads what it said"),
    ("queries", "notice", "that one was received is a part of the audit; nobody reads what it said"),
    (
        "projections",
        "local_eval_token",
        "to whom one was issued is a part of the audit; the credential is the operator's",
    ),
    (
        "queries",
        "local_eval_token",
        "to whom one was issued is a part of the audit; the credential is the operator's",
    ),
];

/// Where a context uses another of its own layer, with the reason.
const SIBLINGS: &[(&str, &str, &str, &str)] = &[
    ("aggregates", "probe_run", "evaluation", "its texts are sealed under the evaluation's key"),
    ("commands", "agent_configuration", "reservation", "an agent that is active has its name to itself"),
    ("commands", "api_key", "reservation", "the command on a key takes and frees the key's name"),
    ("commands", "invite", "reservation", "an invite takes its address in the team and frees it"),
    ("commands", "team", "reservation", "the command on a team takes and frees the team's name"),
    ("commands", "user", "reservation", "a user takes an address and an identity for good"),
];

const MOST_LINES: usize = 500;

/// The modules of a layer that stand for a context or a view: those that its lib.rs makes public.
fn contexts(layer: &str) -> BTreeSet<String> {
    let lib = read(root().join(layer).join("src/lib.rs"));
    lib.lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';').map(str::to_owned))
        .collect()
}

#[test]
fn a_context_has_the_same_word_in_every_layer() {
    let mut faults = Vec::new();
    for context in contexts("aggregates") {
        for layer in LAYERS {
            let absent = ABSENT.iter().any(|(at, word, _)| at == layer && *word == context);
            let file = root().join(layer).join("src").join(format!("{context}.rs"));
            if file.exists() == absent {
                let wanted = if absent { "is listed as absent but exists" } else { "does not exist" };
                faults.push(format!("{} {wanted}", shown(&file)));
            }
        }
    }
    for context in contexts("commands").difference(&contexts("aggregates")) {
        faults.push(format!("commands/src/{context}.rs has no aggregate of that name"));
    }
    assert_none(&faults);
}

#[test]
fn every_context_and_view_is_one_word_in_the_singular() {
    let plural = |word: &&String| word.ends_with('s') && !word.ends_with("ss");
    for layer in LAYERS {
        let wrong = contexts(layer);
        assert_eq!(wrong.iter().filter(plural).collect::<Vec<_>>(), Vec::<&String>::new(), "{layer}");
    }
}

/// The modules of its own crate that a text names: `crate::a`, `crate::{a, b::c}`.
fn named(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for part in code(text).split("crate::").skip(1) {
        let group = part
            .strip_prefix('{')
            .map_or(part, |inside| &inside[..inside.find("};").unwrap_or(inside.len())]);
        let mut depth = 0_i32;
        let grouped = part.starts_with('{');
        let mut word = String::new();
        for c in group.chars().chain([';']) {
            match c {
                c if c.is_alphanumeric() || c == '_' => {
                    word.push(c);
                    continue;
                }
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if !word.is_empty() {
                found.insert(std::mem::take(&mut word));
            }
            if !grouped || depth < 0 {
                break;
            }
        }
    }
    found
}

#[test]
fn a_context_uses_no_sibling_of_its_own_layer() {
    let mut faults = Vec::new();
    let mut met = BTreeSet::new();
    for layer in LAYERS {
        let contexts = contexts(layer);
        let src = root().join(layer).join("src");
        for path in sources(&src) {
            let inside = path.strip_prefix(&src).unwrap();
            let first = inside.iter().next().unwrap().to_str().unwrap();
            let own = first.strip_suffix(".rs").unwrap_or(first);
            if !contexts.contains(own) {
                continue;
            }
            for other in named(&read(&path)).into_iter().filter(|word| word != own && contexts.contains(word))
            {
                let listed =
                    SIBLINGS.iter().position(|(at, from, to, _)| at == layer && *from == own && *to == other);
                match listed {
                    Some(place) => drop(met.insert(place)),
                    None => faults.push(format!("{} uses its sibling {other}", shown(&path))),
                }
            }
        }
    }
    let stale = (0..SIBLINGS.len()).filter(|place| !met.contains(place));
    faults
        .extend(stale.map(|place| format!("{:?} is no longer so: remove it from SIBLINGS", SIBLINGS[place])));
    assert_none(&faults);
}

#[test]
fn a_text_names_the_modules_that_it_uses() {
    let text = "use crate::a::B;\nuse crate::{c::D, e::{F, g}};\n// crate::no\nlet x = crate::h();";
    let named = named(text);
    for word in ["a", "c", "e", "h"] {
        assert!(named.contains(word), "{word} in {named:?}");
    }
    assert!(!named.contains("no") && !named.contains("B") && !named.contains("x"), "{named:?}");
}

#[test]
fn no_file_is_longer_than_one_can_keep_in_mind() {
    let long = sources(&root()).into_iter().filter_map(|path| {
        let lines = read(&path).lines().count();
        (lines > MOST_LINES)
            .then(|| format!("{} has {lines} lines: make it a folder of that name", shown(&path)))
    });
    assert_none(&long.collect::<Vec<_>>());
}

#[test]
fn names_say_the_job() {
    let empty = ["Manager", "Service", "Helper", "Util", "Utils", "Dto", "Impl"];
    let mut faults = Vec::new();
    for path in sources(&root()) {
        for line in code(&read(&path)).lines() {
            let mut parts =
                super::words(line).skip_while(|word| !matches!(*word, "struct" | "enum" | "trait" | "mod"));
            if let (Some(_), Some(name)) = (parts.next(), parts.next())
                && !line.contains('"')
                && empty.iter().any(|ending| name.ends_with(ending) || name == ending.to_lowercase())
            {
                faults.push(format!("{}: {name} does not say what it does", shown(&path)));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn a_decision_is_a_page_of_its_own_in_order() {
    let folder = root().join("docs/decisions");
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    for (place, name) in names.iter().enumerate() {
        assert!(name.starts_with(&format!("{:04}-", place + 1)), "{name} is not number {}", place + 1);
    }
}
