//! One server process under a shell that outlives neither us nor it.
//!
//! The shell reads orders from its input: a signal name stops the server, `start` starts it again. When the input
//! ends, because the owner dropped it or the whole test process was killed, it stops the server and removes the
//! scratch directory. It leads a process group of its own, so that a Ctrl-C meant for the tests reaches it only so.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

// A closed pipe must not end the keeper before it has tidied up, hence the ignored SIGPIPE. A shell's background
// children ignore SIGQUIT until they ask for it, hence the repeated signal.
const KEEPER: &str = r#"
trap '' PIPE
dir=$1 farewell=$2 prepare=$3; shift 3
run() { "$@" >>"$dir/server.log" 2>&1 & pid=$!; }
end() {
  while kill -s "$1" "$pid" 2>/dev/null; do sleep 0.1; done &
  wait "$pid" 2>/dev/null
}
if eval "$prepare" >>"$dir/server.log" 2>&1; then
  run "$@"; echo started
  while read -r order; do
    if [ "$order" = start ]; then run "$@"; echo started; else end "$order"; echo stopped; fi
  done
  end "$farewell"
else
  echo unprepared
fi
rm -rf "$dir"
"#;

/// Long enough for a machine that is busy compiling.
const PATIENCE: Duration = Duration::from_secs(90);

/// The user a server runs as: another one when we are root and the server refuses root.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RunAs(Option<(u32, u32)>);

impl RunAs {
    /// The user that runs the tests.
    pub(crate) const SELF: Self = Self(None);

    /// `postgres`, or `nobody` where there is no such user, when we are root; ourselves otherwise.
    pub(crate) fn unprivileged() -> Self {
        if account(&[]).is_some_and(|(user, _)| user != 0) {
            return Self::SELF;
        }
        let found = ["postgres", "nobody"].iter().find_map(|name| account(&[name]));
        Self(Some(
            found.unwrap_or_else(|| {
                panic!("PostgreSQL refuses to run as root, and there is no user postgres")
            }),
        ))
    }

    fn command(self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        if let Some((user, group)) = self.0 {
            command.uid(user).gid(group);
        }
        command
    }

    fn own(self, dir: &Path) {
        if let Some((user, group)) = self.0 {
            std::os::unix::fs::chown(dir, Some(user), Some(group)).unwrap_or_else(|fault| {
                panic!("{} could not be given to user {user}: {fault}", dir.display())
            });
        }
    }
}

fn account(name: &[&str]) -> Option<(u32, u32)> {
    let number = |flag: &str| -> Option<u32> {
        let output = Command::new("id").arg(flag).args(name).stderr(Stdio::null()).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    Some((number("-u")?, number("-g")?))
}

/// A new directory that the server's user owns. It goes when its [`Process`] goes.
pub(crate) fn scratch(name: &str, user: RunAs) -> PathBuf {
    let dir = tempfile::Builder::new()
        .prefix(&format!("touchstone-{name}-"))
        .tempdir()
        .unwrap_or_else(|fault| panic!("No scratch directory could be made for {name}: {fault}"))
        .keep();
    user.own(&dir);
    dir
}

/// A port that was free a moment ago, below the range from which the system gives ports to outgoing connections, so
/// that it stays free while its server is down.
pub(crate) fn free_port() -> u16 {
    std::iter::repeat_with(|| rand::random_range(15_000..32_000_u16))
        .take(1_000)
        .find(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .unwrap_or_else(|| panic!("No port between 15000 and 32000 is free"))
}

/// What a look at a starting server shows.
pub(crate) enum Look {
    Ready,
    NotYet,
}

pub(crate) struct Process {
    keeper: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    dir: PathBuf,
    /// Where in the server's log its present run begins.
    log_start: u64,
}

/// Another program took the port first.
#[derive(Debug)]
pub(crate) struct PortTaken;

impl Process {
    /// Starts `command` in `dir`; `farewell` is the signal that ends it when we go. `prepare` is a piece of shell
    /// that runs once before, with the command as its positional parameters.
    pub(crate) fn start(
        user: RunAs,
        dir: &Path,
        farewell: &str,
        prepare: &str,
        command: &[OsString],
    ) -> Self {
        let mut keeper = user
            .command("sh")
            .args(["-c", KEEPER, "keeper"])
            .arg(dir)
            .args([farewell, prepare])
            .args(command)
            .current_dir(dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap_or_else(|fault| {
                panic!("{} could not be started in {}: {fault}", command[0].display(), dir.display())
            });
        let (Some(orders), Some(answers)) = (keeper.stdin.take(), keeper.stdout.take()) else {
            panic!("A test server started without pipes")
        };
        let mut process = Self {
            keeper,
            orders: Some(orders),
            answers: BufReader::new(answers),
            dir: dir.to_owned(),
            log_start: 0,
        };
        process.answer("started");
        process
    }

    /// Sends the server this signal and waits until it is gone. Its directory stays.
    pub(crate) fn stop(&mut self, signal: &str) {
        self.order(signal);
        self.answer("stopped");
    }

    /// Starts the server again with the same arguments.
    pub(crate) fn again(&mut self) {
        self.log_start = self.log_path().metadata().map_or(0, |data| data.size());
        self.order("start");
        self.answer("started");
    }

    /// Waits until `look` finds the server ready.
    pub(crate) fn until_ready(&self, look: impl Fn() -> Look) -> Result<(), PortTaken> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if matches!(look(), Look::Ready) {
                return Ok(());
            }
            if self.log().contains("ddress already in use") {
                return Err(PortTaken);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("A test server was not ready after {} s. Its log:\n{}", PATIENCE.as_secs(), self.log())
    }

    /// What the present run of the server has logged.
    pub(crate) fn log(&self) -> String {
        let read = || -> std::io::Result<String> {
            let mut file = std::fs::File::open(self.log_path())?;
            file.seek(SeekFrom::Start(self.log_start))?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        read().unwrap_or_default()
    }

    fn log_path(&self) -> PathBuf {
        self.dir.join("server.log")
    }

    fn order(&mut self, order: &str) {
        let sent = self.orders.as_mut().map(|orders| writeln!(orders, "{order}"));
        assert!(
            matches!(sent, Some(Ok(()))),
            "A test server's keeper is gone. The server's log:\n{}",
            self.log()
        );
    }

    fn answer(&mut self, wanted: &str) {
        let mut line = String::new();
        let read = self.answers.read_line(&mut line);
        assert!(
            read.is_ok() && line.trim_end() == wanted,
            "A test server's keeper answered {line:?}. The server's log:\n{}",
            self.log()
        );
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.orders = None;
        let _ended = self.keeper.wait();
    }
}
