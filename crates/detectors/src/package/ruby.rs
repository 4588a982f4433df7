//! Ruby: `require 'a/b'`, `gem 'a'`, `gem install a`.

use std::sync::LazyLock;

use regex::Regex;

use super::{Use, installed};
use crate::pattern;

static REQUIRE: LazyLock<Regex> =
    LazyLock::new(|| pattern::text(r#"^[ \t>]*(?:require|gem)[ \t]*\(?[ \t]*['"]([A-Za-z0-9_./-]+)['"]"#));
static INSTALL: LazyLock<Regex> =
    LazyLock::new(|| pattern::text(r"\b(?:gem[ \t]+install|bundle[ \t]+add)[ \t]+([^\n`]+)"));

/// What comes with Ruby, gems that are installed with it included.
const STANDARD: &str = " English abbrev base64 benchmark bigdecimal bundler cgi coverage csv date dbm debug delegate did_you_mean digest \
drb e2mmap erb error_highlight etc expect fcntl fiber fiddle fileutils find forwardable gdbm getoptlong io ipaddr irb json \
logger matrix minitest monitor mutex_m net nkf objspace observer open-uri open3 openssl optparse ostruct pathname power_assert pp \
prettyprint prime prism pstore psych pty racc rake random rational rbconfig rdoc readline reline resolv rexml ripper rss ruby \
rubygems scanf sdbm securerandom set shell shellwords singleton socket stringio strscan sync syntax_suggest syslog tempfile \
test test-unit thread thwait time timeout tmpdir tracer tsort un unicode_normalize uri weakref webrick win32ole yaml zlib ";

pub(super) fn used(text: &str) -> Vec<Use> {
    let required = REQUIRE.captures_iter(text).filter_map(|found| found.get(1)).map(|name| name.as_str());
    let packages = installed(&INSTALL, text).map(|word| word.trim_matches(['"', '\'', ',']));
    let plain = |name: &&str| {
        !name.is_empty()
            && name.chars().all(|ch| ch.is_ascii_alphanumeric() || matches!(ch, '-' | '_' | '.' | '/'))
    };
    required.chain(packages).filter(plain).filter_map(forms).collect()
}

/// `active_support/all` is of the gem `active_support` or, with hyphens, `activesupport`; `net/http/x` of `net-http-x`.
fn forms(name: &str) -> Option<Use> {
    let first = name.split('/').next()?;
    if first.starts_with('.') || STANDARD.contains(&format!(" {first} ")) {
        return None;
    }
    let mut forms = vec![first.to_owned(), first.replace('_', "-"), first.replace('_', "")];
    if first != name {
        forms.push(name.replace('/', "-"));
        let two: Vec<&str> = name.splitn(3, '/').take(2).collect();
        forms.push(two.join("-"));
    }
    Some(forms)
}
