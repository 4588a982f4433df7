//! Where a server under measurement keeps things, and the processes themselves.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use touchstone_servers::{Cluster, Nats, durable_cluster};

use crate::caller::Caller;

/// What the service stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Backend {
    /// SQLite, synchronous=FULL, events in the process.
    Sqlite,
    /// PostgreSQL with fsync, and NATS JetStream.
    Postgres,
}

impl Backend {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres+nats",
        }
    }
}

/// A fresh store and what serves it. Everything goes with the value.
pub struct Site {
    pub backend: Backend,
    pub database_url: String,
    nats: Option<Nats>,
    _cluster: Option<Cluster>,
    dir: TempDir,
}

/// A running process of the binary, killed with the value.
pub struct Running {
    child: Child,
    pub pid: u32,
    /// Host and port.
    pub address: String,
}

impl Site {
    pub async fn new(backend: Backend) -> Result<Self> {
        let dir = TempDir::new()?;
        Ok(match backend {
            Backend::Sqlite => {
                let database_url = format!("sqlite:{}", dir.path().join("data/touchstone.db").display());
                Self { backend, database_url, nats: None, _cluster: None, dir }
            }
            Backend::Postgres => {
                let cluster = durable_cluster().await;
                let database_url = cluster.database().await;
                Self { backend, database_url, nats: Some(Nats::start().await), _cluster: Some(cluster), dir }
            }
        })
    }

    fn data_dir(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// A subcommand on this store.
    pub fn command(&self, args: &[&str]) -> Result<Command> {
        let mut command = Command::new(binary()?);
        command.args(args).args(["--log", "warn"]);
        command.arg("--data-dir").arg(self.data_dir()).arg("--database-url").arg(&self.database_url);
        if let Some(nats) = &self.nats {
            command.arg("--nats-url").arg(nats.url());
        }
        command.stdin(Stdio::null()).kill_on_drop(true);
        Ok(command)
    }

    /// Starts a server. `in_flight` bounds the calls under way for one key.
    pub async fn serve(&self, in_flight: Option<usize>) -> Result<Running> {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"])?;
        if let Some(most) = in_flight {
            command.arg("--max-in-flight").arg(most.to_string());
        }
        Running::start(command).await
    }

    pub fn admin(&self, server: &Running) -> Result<Caller> {
        Caller::admin(&server.address, &self.data_dir())
    }
}

/// Starts the practice target.
pub async fn target(latency: Duration) -> Result<Running> {
    let mut command = Command::new(binary()?);
    command.args(["target", "--listen", "127.0.0.1:0", "--latency-ms"]).arg(latency.as_millis().to_string());
    command.stdin(Stdio::null()).kill_on_drop(true);
    Running::start(command).await
}

/// The binary that was built beside this one.
fn binary() -> Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name("touchstone");
    ensure!(path.exists(), "{} is missing: cargo build --release -p touchstone", path.display());
    Ok(path)
}

impl Running {
    /// Starts a process that says `http://HOST:PORT` when it listens.
    async fn start(mut command: Command) -> Result<Self> {
        let mut child = command.stdout(Stdio::piped()).spawn().context("the binary does not start")?;
        let pid = child.id().context("the process is gone")?;
        let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
        let address = loop {
            let line = lines.next_line().await?.context("the process ended before it listened")?;
            if let Some(rest) = line.split("http://").nth(1) {
                break rest.split([' ', '/']).next().unwrap_or_default().to_owned();
            }
        };
        eprintln!("process {pid} listens on {address}");
        Ok(Self { child, pid, address })
    }

    /// SIGTERM, and waits for the end.
    pub async fn stop(mut self) -> Result<()> {
        let sent = Command::new("kill").arg("-TERM").arg(self.pid.to_string()).status().await?;
        ensure!(sent.success(), "the signal could not be sent");
        self.child.wait().await?;
        Ok(())
    }
}
