//! The parent's side: starts a child, waits for it for so long, and makes one sentence of whatever goes wrong with it.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

use crate::child::{Answer, CPU_SECONDS, MEMORY};
use crate::document::{Kind, MOST_TEXT, Page};

/// How long a child may take by the clock on the wall.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// Children at once: together they take no more than so many times their memory.
const AT_ONCE: usize = 2;
/// Longest answer, in bytes: JSON makes a text at most twice as long, and a page has a number and an offset.
const LONGEST: usize = 3 * MOST_TEXT;

/// Pages, or one sentence for people.
pub type Outcome = Result<Vec<Page>, String>;

/// Reads documents in child processes.
#[derive(Debug, Clone)]
pub struct Reader {
    program: PathBuf,
    places: Arc<Semaphore>,
}

impl Reader {
    /// `program` is a `touchstone` that has the subcommand `extract`.
    pub fn new(program: PathBuf) -> Self {
        Self { program, places: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Reads a document. An error is of this machine, not of the document: the child could not be started.
    pub async fn read(&self, kind: Kind, document: &[u8]) -> io::Result<Outcome> {
        let _place = self.places.acquire().await.map_err(io::Error::other)?;
        let mut child = Command::new(&self.program)
            .args(["extract", kind.as_str()])
            // It needs no settings, and so it has no secret.
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        if let Ok(outcome) = tokio::time::timeout(PATIENCE, conversation(&mut child, document)).await {
            return outcome;
        }
        child.kill().await?;
        let seconds = PATIENCE.as_secs();
        Ok(Err(format!("reading it takes longer than {seconds} seconds; save it anew, or send its text")))
    }
}

async fn conversation(child: &mut Child, document: &[u8]) -> io::Result<Outcome> {
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(io::Error::other("a child without pipes"));
    };
    let ask = async move {
        // One that ends early has its reasons, which its exit tells.
        let _ = input.write_all(document).await;
        drop(input);
    };
    let hear = async move {
        let mut answer = Vec::new();
        let most = u64::try_from(LONGEST).unwrap_or(u64::MAX);
        output.take(most).read_to_end(&mut answer).await.map(|_| answer)
    };
    let ((), answer) = tokio::join!(ask, hear);
    let answer = answer?;
    let status = child.wait().await?;
    if !status.success() {
        return Ok(Err(died(status)));
    }
    match serde_json::from_slice(&answer) {
        Ok(Answer::Pages(pages)) => Ok(Ok(pages)),
        Ok(Answer::Unreadable(why)) => Ok(Err(why)),
        Err(_) => Ok(Err("its text cannot be told; save it anew, or send its text".to_owned())),
    }
}

/// How a child ends that was stopped or broke down.
fn died(status: ExitStatus) -> String {
    const ABORTED: i32 = 6;
    const KILLED: i32 = 9;
    const OVERRUN: i32 = 24;
    let why = match status.signal() {
        Some(ABORTED) => format!("reading it takes more than {} MiB of memory", MEMORY >> 20),
        Some(KILLED | OVERRUN) => format!("reading it takes more than {CPU_SECONDS} seconds of computing"),
        Some(_) | None => "it is damaged".to_owned(),
    };
    format!("{why}; save it anew, or send its text")
}
