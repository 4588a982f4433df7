//! The child's side: limits first, then one document in and one answer out.

use std::io::{self, Read, Write};

use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};

use crate::document::{Kind, MOST_BYTES, Page, read};

/// How much memory the child can have, in bytes.
pub const MEMORY: u64 = 512 << 20;
/// How long it can compute, in seconds.
pub const CPU_SECONDS: u64 = 20;

/// What the child answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Pages(Vec<Page>),
    /// One sentence for people.
    Unreadable(String),
}

/// Limits this process for the rest of its life: memory, time, and that it opens no further file, connection or process.
pub fn confine() -> io::Result<()> {
    let limit = |resource, most| setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    limit(Resource::As, MEMORY)?;
    limit(Resource::Cpu, CPU_SECONDS)?;
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Nproc, 0)?;
    // Standard input, output and error are open already.
    limit(Resource::Nofile, 3)?;
    Ok(())
}

/// Reads a document to its end and writes the answer.
pub fn answer(kind: Kind, input: impl Read, mut output: impl Write) -> io::Result<()> {
    let mut bytes = Vec::new();
    input.take(u64::try_from(MOST_BYTES).unwrap_or(u64::MAX).saturating_add(1)).read_to_end(&mut bytes)?;
    let answer = match read(kind, &bytes) {
        Ok(pages) => Answer::Pages(pages),
        Err(fault) => Answer::Unreadable(fault.to_string()),
    };
    serde_json::to_writer(&mut output, &answer)?;
    output.flush()
}
