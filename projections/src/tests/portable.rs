//! The SQL text of read models is one for both databases: it says nothing that only one of them understands.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::stage::tables;
use crate::all;

/// Words that mean something in one database only, or something different in each.
const FORBIDDEN: &[&str] = &[
    "array",
    "now",
    "ilike",
    "like",
    "lower",
    "upper",
    "serial",
    "bigserial",
    "interval",
    "greatest",
    "least",
    "sum",
    "avg",
    "glob",
    "regexp",
    "instr",
    "strpos",
    "position",
    "jsonb",
    "json",
    "current_timestamp",
    "datetime",
    "autoincrement",
    "identity",
    "collate",
    "ifnull",
    "nvl",
    "unnest",
    "generate_series",
    "date_trunc",
    "to_char",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "tests") {
            files(&path, ending, found);
        } else if path.extension().is_some_and(|e| e == ending)
            && path.file_name().is_some_and(|n| n != "tests.rs")
        {
            found.push(path);
        }
    }
}

/// String literals of Rust source, tests and comments left out, continued lines joined.
fn literals(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let mut found = Vec::new();
    let mut rest = code.chars();
    while rest.by_ref().any(|c| c == '"') {
        let mut text = String::new();
        while let Some(c) = rest.next() {
            match c {
                '"' => break,
                '\\' => match rest.next() {
                    Some('\n') => {
                        let trimmed = rest.as_str().trim_start();
                        rest = trimmed.chars();
                    }
                    Some(other) => text.push(other),
                    None => break,
                },
                other => text.push(other),
            }
        }
        found.push(text);
    }
    found
}

/// All SQL of the read side, with the place it comes from.
fn statements() -> Vec<(String, String)> {
    let mut sql = Vec::new();
    let mut paths = Vec::new();
    files(&root().join("migrations/read"), "sql", &mut paths);
    assert_eq!(paths.len(), all().len(), "one file per projection");
    for path in paths {
        sql.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
    }
    let mut sources = Vec::new();
    files(&root().join("projections/src"), "rs", &mut sources);
    files(&root().join("queries/src"), "rs", &mut sources);
    let starts = [
        "select ",
        "insert ",
        "update ",
        "delete ",
        "on conflict",
        " and ",
        " or ",
        " order by",
        " group by",
    ];
    for path in sources {
        for literal in literals(&fs::read_to_string(&path).unwrap()) {
            if starts.iter().any(|start| literal.starts_with(start)) || literal.contains("rm_") {
                sql.push((path.display().to_string(), literal));
            }
        }
    }
    assert!(sql.len() > 40, "the search for SQL finds only {}", sql.len());
    sql
}

fn words(sql: &str) -> impl Iterator<Item = String> {
    sql.split(|c: char| !c.is_alphanumeric() && c != '_')
        .map(str::to_lowercase)
        .filter(|word| !word.is_empty())
}

#[test]
fn no_statement_uses_what_only_one_database_understands() {
    for (place, sql) in statements() {
        // A sum is another type in each, unless it is cast.
        for word in words(&sql.replace("cast(coalesce(sum(", "")) {
            assert!(!FORBIDDEN.contains(&word.as_str()), "{place}: {word} in {sql:?}");
            assert!(!word.starts_with("json_"), "{place}: {word} in {sql:?}");
        }
        for sign in ["::", "->", " is null or", "for update", "for share"] {
            // Nullable columns of the counters are compared in an upsert; nothing else may branch on null.
            let allowed = sign == " is null or" && place.ends_with("count.rs");
            assert!(allowed || !sql.to_lowercase().contains(sign), "{place}: {sign} in {sql:?}");
        }
    }
}

#[test]
fn the_table_prefix_occurs_in_no_other_meaning() {
    for (place, sql) in statements() {
        for (at, _) in sql.match_indices("rm_") {
            let before = sql[..at].chars().next_back();
            let inside_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
            assert!(!inside_word || sql[..at].ends_with("ix_"), "{place}: {sql:?}");
        }
    }
}

#[test]
fn lists_are_sorted_by_numbers_or_by_a_form_that_every_collation_sorts_alike() {
    let texts: BTreeSet<String> = all()
        .iter()
        .flat_map(|projection| tables(projection.ddl()))
        .flat_map(|(_, columns)| columns)
        .filter(|(name, kind)| kind.starts_with("text") && !name.ends_with("_order"))
        .map(|(name, _)| name)
        .collect();
    for (place, sql) in statements() {
        for (at, clause) in sql.match_indices("order by ") {
            let sorted = sql[at + clause.len()..].split(" limit").next().unwrap();
            for column in sorted.split(',') {
                let name = column.trim().split(' ').next().unwrap().rsplit('.').next().unwrap();
                assert!(!texts.contains(name), "{place}: {name} in {sql:?}");
            }
        }
    }
}
