//! JavaScript: `require('a')`, `import … from 'a'`, `import('a')`, `npm install a`.

use std::sync::LazyLock;

use regex::Regex;

use super::{Use, installed};
use crate::pattern;

static IMPORT: LazyLock<Regex> = LazyLock::new(|| {
    pattern::text(
        r#"(?:\brequire[ \t]*\([ \t]*|\bimport[ \t]*\([ \t]*|^[ \t>]*import[ \t]+(?:[\w$*{][^'"\n;]*[ \t}]from[ \t]*)?|^[ \t>]*(?:import|export)[ \t]*\{[^}]*\}[ \t]*from[ \t]*)['"]([^'"\n]+)['"]"#,
    )
});
static INSTALL: LazyLock<Regex> = LazyLock::new(|| {
    pattern::text(r"\b(?:npm[ \t]+(?:install|i|add)|yarn[ \t]+add|pnpm[ \t]+add)[ \t]+([^\n`]+)")
});

const STANDARD: &str = " assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns domain \
events fs http http2 https inspector module net os path perf_hooks process punycode querystring readline repl stream \
string_decoder sys test timers tls trace_events tty url util v8 vm wasi worker_threads zlib ";

pub(super) fn used(text: &str) -> Vec<Use> {
    let imported = IMPORT.captures_iter(text).filter_map(|found| found.get(1)).map(|name| name.as_str());
    let imported = imported.filter(|name| !name.starts_with(['.', '/', '#', '~']) && !name.contains(':'));
    let packages = installed(&INSTALL, text).map(|word| word.trim_matches(['"', '\'', ',']));
    let names = imported.chain(packages).filter_map(package);
    names.filter(|name| !STANDARD.contains(&format!(" {name} "))).map(|name| vec![name]).collect()
}

/// Without version and path: of `@scope/name/file` the scope and name, of `name/file` the name.
fn package(written: &str) -> Option<String> {
    let (scope, rest) = match written.strip_prefix('@') {
        Some(scoped) => {
            let (scope, rest) = scoped.split_once('/')?;
            // An alias of the project's own, such as `@/components`.
            (Some(scope).filter(|scope| !scope.is_empty())?, rest)
        }
        None => ("", written),
    };
    let name = rest.split(['/', '@']).next().filter(|name| !name.is_empty())?;
    let plain =
        |part: &str| part.chars().all(|ch| ch.is_ascii_alphanumeric() || matches!(ch, '-' | '_' | '.'));
    (plain(scope) && plain(name))
        .then(|| if scope.is_empty() { name.to_owned() } else { format!("@{scope}/{name}") })
}
