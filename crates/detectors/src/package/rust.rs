//! Rust: `use a::b`, `extern crate a`, `cargo add a`.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::{Use, installed};
use crate::pattern;

static IMPORT: LazyLock<Regex> = LazyLock::new(|| {
    pattern::text(
        r"^[ \t>]*(?:pub(?:\([a-z]+\))?[ \t]+)?(?:use[ \t]+(?:::)?([a-z_][a-z0-9_]*)(?:::|;|[ \t]+as[ \t])|extern[ \t]+crate[ \t]+([a-z_][a-z0-9_]*)[ \t]*(?:;|as[ \t]))",
    )
});
static INSTALL: LazyLock<Regex> =
    LazyLock::new(|| pattern::text(r"\bcargo[ \t]+(?:add|install)[ \t]+([^\n`]+)"));
/// Modules and crates that the answer itself declares.
static OWN: LazyLock<Regex> = LazyLock::new(|| pattern::text(r"\bmod[ \t]+([a-z_][a-z0-9_]*)"));

const STANDARD: &[&str] = &["std", "core", "alloc", "proc_macro", "test", "crate", "self", "super"];

pub(super) fn used(text: &str) -> Vec<Use> {
    let own: HashSet<&str> =
        OWN.captures_iter(text).filter_map(|found| found.get(1)).map(|name| name.as_str()).collect();
    let imported = IMPORT
        .captures_iter(text)
        .filter_map(|found| found.get(1).or_else(|| found.get(2)))
        .map(|name| name.as_str())
        .filter(|name| !STANDARD.contains(name) && !own.contains(name));
    let packages =
        installed(&INSTALL, text).filter_map(|word| word.split(['@', '=']).next()).filter(|name| {
            !name.is_empty() && name.chars().all(|ch| ch.is_ascii_alphanumeric() || matches!(ch, '-' | '_'))
        });
    imported.chain(packages).map(|name| vec![name.to_owned()]).collect()
}
