//! The real binary as a process that can be killed, frozen and started again.

use std::path::PathBuf;
use std::process::Stdio;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use touchstone::settings::Settings;
use touchstone_servers::Nats;

use crate::caller::Caller;
use crate::world::Backend;

/// Where processes of one test keep things: survives their deaths.
pub struct Spawn {
    pub settings: Settings,
    pub nats: Option<Nats>,
    /// What every process finds in its environment besides.
    pub environment: Vec<(String, String)>,
    /// Where servers write their logs; to the test's own output when absent.
    pub logs: Option<PathBuf>,
    _dir: TempDir,
}

/// One running `touchstone serve`.
pub struct Process {
    child: Child,
    pub address: String,
}

impl Spawn {
    #[expect(clippy::expect_used, reason = "a test cannot go on without its directory")]
    pub async fn new(backend: Backend) -> Self {
        let dir = TempDir::new().expect("a scratch directory");
        let (settings, nats) = crate::world::settings(backend, &dir).await;
        Self { settings, nats, environment: Vec::new(), logs: None, _dir: dir }
    }

    /// The binary under test: the one that was built beside this test.
    pub fn binary() -> PathBuf {
        let binary = Self::beside();
        assert!(binary.exists(), "{} is missing: run scripts/test, which builds it first", binary.display());
        binary
    }

    /// Where that binary is, whether it has been built or not.
    #[expect(clippy::expect_used, reason = "a test cannot go on without the binary")]
    pub(crate) fn beside() -> PathBuf {
        let test = std::env::current_exe().expect("a test has a path");
        let profile = test.parent().and_then(std::path::Path::parent).expect("target/<profile>/deps");
        profile.join("touchstone")
    }

    /// Any subcommand on this store.
    pub fn command(&self, args: &[&str]) -> Command {
        let store = &self.settings.store;
        let mut command = Command::new(Self::binary());
        command.args(args).arg("--data-dir").arg(&store.data_dir);
        if !args.contains(&"--database-url") {
            command.arg("--database-url").arg(&store.database_url);
        }
        if let Some(url) = &store.nats_url {
            command.arg("--nats-url").arg(url);
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    /// Runs a subcommand to its end and returns exit code and output.
    #[expect(clippy::expect_used, reason = "a test cannot go on without the outcome")]
    pub async fn run(&self, args: &[&str]) -> (Option<i32>, String) {
        let output = self.command(args).output().await.expect("the binary runs");
        let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        (output.status.code(), text.into_owned())
    }

    /// Starts a server on a free port and waits for its address.
    pub async fn serve(&self) -> Process {
        self.serve_with(&["--log", "warn"]).await
    }

    /// The same with these arguments.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its server")]
    pub async fn serve_with(&self, args: &[&str]) -> Process {
        let usual: &[&str] = if args.contains(&"--listen") { &[] } else { &["--listen", "127.0.0.1:0"] };
        let mut child = self
            .command(&[&["serve"], usual, args].concat())
            .stdout(Stdio::piped())
            .stderr(self.log())
            .spawn()
            .expect("the binary starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let address = loop {
            let line = lines.next_line().await.expect("readable").expect("the server says where it listens");
            if let Some(rest) = line.split("http://").nth(1) {
                break rest.split([' ', '/']).next().unwrap_or_default().to_owned();
            }
        };
        Process { child, address }
    }

    #[expect(clippy::expect_used, reason = "a test cannot go on without its logs")]
    fn log(&self) -> Stdio {
        let Some(path) = &self.logs else { return Stdio::inherit() };
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
        file.expect("a writable log").into()
    }

    /// All that the database keeps: a plain dump of PostgreSQL, or every file that SQLite has on the disk.
    #[expect(clippy::expect_used, reason = "a test cannot go on without the dump")]
    pub async fn dump(&self) -> Vec<u8> {
        let store = &self.settings.store;
        if !store.is_sqlite() {
            let dump = touchstone_servers::postgres().await.bin().join("pg_dump");
            let output = Command::new(&dump).arg(&store.database_url).output().await;
            let output = output.unwrap_or_else(|fault| panic!("{}: {fault}", dump.display()));
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            return output.stdout;
        }
        let files = std::fs::read_dir(&store.data_dir).expect("a data directory");
        let files = files.map(|file| file.expect("a file").path());
        let of_database = files.filter(|file| file.to_string_lossy().contains("touchstone.db"));
        of_database.flat_map(|file| std::fs::read(file).expect("readable")).collect()
    }

    /// The first admin, on a process.
    #[expect(clippy::expect_used, reason = "a test cannot go on without a token")]
    pub fn admin(&self, process: &Process) -> Caller {
        let path = self.settings.store.data_dir.join("admin.token");
        let token = std::fs::read_to_string(path).expect("the first start writes a token");
        Caller::new(format!("http://{}", process.address), token.trim().to_owned())
    }
}

impl Process {
    /// As the system counts processes.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its server")]
    pub fn id(&self) -> u32 {
        self.child.id().expect("running")
    }

    /// `kill -9`, and waits until it is gone.
    #[expect(clippy::expect_used, reason = "a test cannot go on when it cannot kill")]
    pub async fn kill(mut self) {
        self.child.kill().await.expect("killed");
    }

    /// Sends a signal by name: `STOP`, `CONT`, `TERM`.
    #[expect(clippy::expect_used, reason = "a test cannot go on when it cannot signal")]
    pub async fn signal(&self, name: &str) {
        let pid = self.id().to_string();
        let status = Command::new("kill").arg(format!("-{name}")).arg(pid).status().await.expect("kill runs");
        assert!(status.success());
    }

    /// Waits for the end and returns the exit code.
    #[expect(clippy::expect_used, reason = "a test cannot go on without the outcome")]
    pub async fn ended(mut self) -> Option<i32> {
        self.child.wait().await.expect("waited").code()
    }
}
