//! What the command line offers is in the README.

use super::{assert_none, code, read, root, sources, words};

/// A subcommand: its words and whether it is hidden.
struct Subcommand {
    words: Vec<String>,
    hidden: bool,
}

fn kebab(name: &str) -> String {
    let mut text = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.push(if c == '_' { '-' } else { c.to_ascii_lowercase() });
    }
    text
}

/// The variants of the enum that is declared by `head`: name, text behind the name, and whether it is hidden.
fn variants(text: &str, head: &str) -> Vec<(String, String, bool)> {
    let Some((_, body)) = text.split_once(head) else { return Vec::new() };
    let (mut found, mut depth, mut hidden) = (Vec::new(), 0_i32, false);
    for line in body.lines() {
        let trimmed = line.trim();
        let outer = depth == 1;
        depth += i32::try_from(line.matches('{').count()).unwrap()
            - i32::try_from(line.matches('}').count()).unwrap();
        if outer && trimmed.contains("hide = true") {
            hidden = true;
        } else if outer && trimmed.starts_with(char::is_uppercase) {
            let name: String = trimmed.chars().take_while(|c| c.is_alphanumeric()).collect();
            found.push((name.clone(), trimmed[name.len()..].to_owned(), std::mem::take(&mut hidden)));
        }
        if depth == 0 && line.contains('}') {
            break;
        }
    }
    found
}

/// Every subcommand of the binary, outermost word first.
fn subcommands() -> Vec<Subcommand> {
    let src = root().join("crates/touchstone/src");
    let mut found = Vec::new();
    for (name, rest, hidden) in variants(&code(&read(src.join("cli.rs"))), "enum Sub ") {
        let nested = rest.trim_start_matches('(').split(')').next().unwrap_or_default().split_once("::");
        let inner = nested.map_or_else(Vec::new, |(module, kind)| {
            let file = src.join("cli").join(format!("{module}.rs"));
            if file.exists() { variants(&code(&read(file)), &format!("enum {kind} ")) } else { Vec::new() }
        });
        found.push(Subcommand { words: vec![kebab(&name)], hidden });
        found.extend(inner.into_iter().map(|(inner, _, inner_hidden)| Subcommand {
            words: vec![kebab(&name), kebab(&inner)],
            hidden: hidden || inner_hidden,
        }));
    }
    found
}

/// The long flags that a text declares.
fn flags(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let text = code(text);
    for part in text.split("#[arg(").skip(1) {
        let Some((attributes, field)) = part.split_once(")]") else { continue };
        if !words(attributes).any(|word| word == "long") || attributes.contains("hide = true") {
            continue;
        }
        let field = field.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("#["));
        let name =
            field.and_then(|line| line.trim_start_matches("pub ").split(':').next()).unwrap_or_default();
        found.push(format!("--{}", kebab(name)));
    }
    found
}

#[test]
fn the_readme_names_every_subcommand_and_flag() {
    let readme = read(root().join("README.md"));
    let mut missing = Vec::new();
    let all = subcommands();
    assert!(all.len() > 10, "only {} subcommands were found", all.len());
    for subcommand in all.iter().filter(|one| !one.hidden) {
        let said = readme.lines().any(|line| {
            let said: Vec<&str> = line.split(|c: char| !c.is_alphanumeric() && c != '-').collect();
            subcommand.words.iter().all(|word| said.contains(&word.as_str()))
        });
        if !said {
            missing.push(format!("README.md does not name `touchstone {}`", subcommand.words.join(" ")));
        }
    }
    let src = root().join("crates/touchstone/src");
    let mut declared: Vec<String> =
        sources(&src.join("cli")).iter().flat_map(|path| flags(&read(path))).collect();
    declared.extend(["cli.rs", "settings.rs"].iter().flat_map(|file| flags(&read(src.join(file)))));
    declared.sort();
    declared.dedup();
    assert!(declared.len() > 10, "only {} flags were found", declared.len());
    for flag in declared {
        let said = readme.match_indices(&flag).any(|(at, _)| {
            let next = readme[at + flag.len()..].chars().next();
            !next.is_some_and(|c| c.is_alphanumeric() || c == '-')
        });
        if !said {
            missing.push(format!("README.md does not name `{flag}`"));
        }
    }
    assert_none(&missing);
}

#[test]
fn subcommands_and_flags_are_read_from_their_declarations() {
    let text = "enum Sub {\n    One(a::B),\n    #[command(hide = true)]\n    TwoWords,\n    Three {\n        x: u8,\n    },\n}\nenum Other { No }";
    let found: Vec<(String, bool)> =
        variants(text, "enum Sub ").into_iter().map(|(name, _, hidden)| (kebab(&name), hidden)).collect();
    assert_eq!(found, [("one".into(), false), ("two-words".into(), true), ("three".into(), false)]);
    let text = "#[arg(\n    long,\n    env = \"X\"\n)]\n#[serde(skip)]\npub data_dir: u8,\n#[arg(required = true)]\nname: u8,";
    assert_eq!(flags(text), ["--data-dir"]);
}
