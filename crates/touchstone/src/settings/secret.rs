//! Secrets of the settings: in a variable or in a file. A flag would show them to everybody who lists processes.

use std::path::Path;

use anyhow::{Context, Result, bail};

/// What the variable holds.
#[expect(clippy::disallowed_methods, reason = "a secret is no flag, so it is no setting like the others")]
pub fn given(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|secret| !secret.is_empty())
}

/// The secret from the one place where it stands, without white space around it.
pub fn one(variable: &str, given: Option<String>, file: Option<&Path>) -> Result<Option<String>> {
    let secret = match (given.filter(|secret| !secret.is_empty()), file) {
        (Some(_), Some(path)) => {
            bail!("{variable} is set, and so is the file {}: give only one of them", path.display())
        }
        (Some(secret), None) => Some(secret),
        (None, Some(path)) => {
            let secret = std::fs::read_to_string(path)
                .with_context(|| format!("{}, in place of {variable}, cannot be read", path.display()))?;
            Some(secret.trim().to_owned())
        }
        (None, None) => None,
    };
    Ok(secret.filter(|secret| !secret.is_empty()))
}
