//! The names of all packages of a registry. Each registry has its own way of listing them.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use touchstone_detectors::Ecosystem;

use super::Index;
use crate::installed::names_file;

/// Longest list or page, in bytes.
const LONGEST: usize = 512 * 1024 * 1024;
/// Entries that one page of npm's list may have.
const NPM_PAGE: usize = 10_000;
/// crates.io asks crawlers for no more than one request a second.
const PAUSE: Duration = Duration::from_secs(1);

const JSON: &str = "application/json";
const SIMPLE: &str = "application/vnd.pypi.simple.v1+json";

#[derive(Deserialize)]
struct Projects {
    projects: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Rows {
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    id: String,
}

#[derive(Deserialize)]
struct Crates {
    crates: Vec<Named>,
    meta: Meta,
}

#[derive(Deserialize)]
struct Meta {
    /// The query of the next page, with its question mark.
    next_page: Option<String>,
}

impl Index {
    /// Fetches all names of a registry into the data directory and returns their number.
    pub async fn refresh(&self, ecosystem: Ecosystem, data_dir: &Path) -> Result<usize> {
        let names = match ecosystem {
            Ecosystem::Python => self.python().await?,
            Ecosystem::JavaScript => self.javascript().await?,
            Ecosystem::Ruby => self.ruby().await?,
            Ecosystem::Rust => self.rust().await?,
        };
        let usable = |name: &&String| !name.is_empty() && !name.contains(char::is_whitespace);
        let lines: BTreeSet<&str> = names.iter().filter(usable).map(String::as_str).collect();
        if lines.is_empty() {
            bail!("the index of {} named no package; the old list stays", ecosystem.registry());
        }
        let text = lines.iter().fold(String::new(), |text, name| text + name + "\n");
        super::replace(&names_file(data_dir, ecosystem), text.as_bytes())?;
        Ok(lines.len())
    }

    async fn python(&self) -> Result<Vec<String>> {
        let url = self.url(&format!("{}/", self.settings.pypi))?;
        let body = self.get(&url, SIMPLE, LONGEST).await?;
        if body.first() == Some(&b'<') {
            let page = std::str::from_utf8(&body).context("the list of packages is no text")?;
            return Ok(linked(page));
        }
        let Projects { projects } = read(&body)?;
        Ok(projects.into_iter().map(|project| project.name).collect())
    }

    /// Page by page; each begins with the last entry of the one before.
    async fn javascript(&self) -> Result<Vec<String>> {
        let mut url = self.url(&self.settings.npm)?;
        let mut names: Vec<String> = Vec::new();
        loop {
            let start = names.last().map(serde_json::to_string).transpose()?;
            url.query_pairs_mut().clear().append_pair("limit", &NPM_PAGE.to_string());
            if let Some(start) = &start {
                url.query_pairs_mut().append_pair("startkey", start);
            }
            let Rows { rows } = read(&self.get(&url, JSON, LONGEST).await?)?;
            let is_whole = rows.len() >= NPM_PAGE;
            let before = names.len();
            let known = names.last().cloned();
            names.extend(rows.into_iter().map(|row| row.id).filter(|id| Some(id) != known.as_ref()));
            if !is_whole || names.len() == before {
                names.retain(|name| !name.starts_with("_design/"));
                return Ok(names);
            }
        }
    }

    async fn ruby(&self) -> Result<Vec<String>> {
        let url = self.url(&self.settings.rubygems)?;
        let body = self.get(&url, "text/plain", LONGEST).await?;
        let text = std::str::from_utf8(&body).context("the list of gems is no text")?;
        Ok(text.lines().filter(|line| *line != "---").map(str::to_owned).collect())
    }

    async fn rust(&self) -> Result<Vec<String>> {
        let first = self.url(&format!("{}?per_page=100", self.settings.crates))?;
        let (mut url, mut names) = (first.clone(), Vec::new());
        loop {
            let Crates { crates, meta } = read(&self.get(&url, JSON, LONGEST).await?)?;
            let is_empty = crates.is_empty();
            names.extend(crates.into_iter().map(|one| one.name));
            match meta.next_page {
                Some(next) if !is_empty => url.set_query(Some(next.trim_start_matches('?'))),
                Some(_) | None => return Ok(names),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// The projects that a page in the older form links to (PEP 503), as mirrors have it that know no JSON.
fn linked(page: &str) -> Vec<String> {
    let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split_once('"'));
    let name = |(link, _): (&str, &str)| link.trim_end_matches('/').rsplit('/').next().map(str::to_owned);
    links.filter_map(name).collect()
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T> {
    serde_json::from_slice(body)
        .context("the index answered in a form that is not its own; check its address")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_the_older_form_names_what_it_links_to() {
        let page = "<!DOCTYPE html><html><body>\n<a href=\"amber-lamp/\">Amber.Lamp</a>\n\
            <a class=\"x\" href=\"/simple/rope/\">rope</a></body></html>";
        assert_eq!(linked(page), ["amber-lamp", "rope"]);
    }
}
