//! A nats-server with JetStream that a test may kill, restart and rob of its store.

use std::ffi::OsString;
use std::io::Read;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::process::{Look, PortTaken, Process, RunAs, free_port, scratch};
use crate::{blocking, programs};

/// One server, killed and removed when it is dropped.
pub struct Nats {
    process: Arc<Mutex<Process>>,
    port: u16,
    store: PathBuf,
}

impl Nats {
    /// Starts a server with an empty store on a free port of 127.0.0.1.
    pub async fn start() -> Self {
        blocking(Self::launch).await
    }

    fn launch() -> Self {
        let program = programs::nats().join("nats-server");
        loop {
            let dir = scratch("nats", RunAs::SELF);
            let (store, port) = (dir.join("store"), free_port());
            let command: [OsString; 8] = [
                program.clone().into(),
                "-a".into(),
                "127.0.0.1".into(),
                "-p".into(),
                port.to_string().into(),
                "-js".into(),
                "-sd".into(),
                store.clone().into(),
            ];
            let process = Process::start(RunAs::SELF, &dir, "KILL", "", &command);
            if process.until_ready(|| look(port)).is_ok() {
                return Self { process: Arc::new(Mutex::new(process)), port, store };
            }
        }
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Where JetStream keeps its streams. A test may copy, replace or remove it while the server is down.
    pub fn store_dir(&self) -> &Path {
        &self.store
    }

    /// SIGKILL; returns when the server is gone.
    pub async fn kill(&mut self) {
        self.with_process(|process| process.stop("KILL")).await;
    }

    /// Starts a killed server again on the same port and store.
    pub async fn restart(&mut self) {
        let port = self.port;
        self.with_process(move |process| {
            process.again();
            while let Err(PortTaken) = process.until_ready(|| look(port)) {
                process.again();
            }
        })
        .await;
    }

    async fn with_process(&self, step: impl FnOnce(&mut Process) + Send + 'static) {
        let process = Arc::clone(&self.process);
        blocking(move || step(&mut process.lock().unwrap_or_else(PoisonError::into_inner))).await;
    }
}

/// The server greets every connection with a line that begins so. It listens only once JetStream has recovered.
fn look(port: u16) -> Look {
    let greeted = || -> std::io::Result<bool> {
        let mut connection = TcpStream::connect(("127.0.0.1", port))?;
        connection.set_read_timeout(Some(Duration::from_secs(2)))?;
        let mut greeting = [0; 5];
        connection.read_exact(&mut greeting)?;
        Ok(&greeting == b"INFO ")
    };
    if greeted().unwrap_or(false) { Look::Ready } else { Look::NotYet }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};

    use super::*;

    /// Sends one JetStream request in NATS's own line protocol and returns the answer's JSON.
    fn request(nats: &Nats, subject: &str, body: &str) -> String {
        let talk = || -> std::io::Result<String> {
            let mut connection = TcpStream::connect(("127.0.0.1", nats.port))?;
            connection.set_read_timeout(Some(Duration::from_secs(30)))?;
            let length = body.len();
            write!(
                connection,
                "CONNECT {{\"verbose\":false}}\r\nSUB answer 1\r\nPUB {subject} answer {length}\r\n{body}\r\n"
            )?;
            for line in BufReader::new(connection).lines() {
                let line = line?;
                if line.starts_with('{') {
                    return Ok(line);
                }
            }
            Ok(String::new())
        };
        talk().unwrap_or_else(|fault| panic!("{fault}"))
    }

    #[tokio::test]
    async fn a_killed_server_comes_back_on_its_port_with_its_streams() {
        let mut nats = Nats::start().await;
        let made = request(&nats, "$JS.API.STREAM.CREATE.KEPT", r#"{"name":"KEPT","subjects":["kept"]}"#);
        assert!(made.contains(r#""name":"KEPT""#), "{made}");
        let url = nats.url();

        nats.kill().await;
        assert!(TcpStream::connect(("127.0.0.1", nats.port)).is_err());
        nats.restart().await;
        assert_eq!(nats.url(), url);
        let names = request(&nats, "$JS.API.STREAM.NAMES", "");
        assert!(names.contains("KEPT"), "{names}");
    }

    #[tokio::test]
    async fn a_server_whose_store_was_removed_restarts_empty() {
        let mut nats = Nats::start().await;
        let _made = request(&nats, "$JS.API.STREAM.CREATE.LOST", r#"{"name":"LOST","subjects":["lost"]}"#);
        nats.kill().await;
        std::fs::remove_dir_all(nats.store_dir()).unwrap_or_else(|fault| panic!("{fault}"));
        nats.restart().await;
        let names = request(&nats, "$JS.API.STREAM.NAMES", "");
        assert!(names.contains("STREAM.NAMES") || names.contains("stream_names"), "{names}");
        assert!(!names.contains("LOST"), "{names}");
    }

    #[tokio::test]
    async fn a_dropped_server_leaves_nothing_behind() {
        let nats = Nats::start().await;
        let dir = nats.store.parent().map(Path::to_owned).unwrap_or_default();
        assert!(dir.is_dir());
        let port = nats.port;
        drop(nats);
        assert!(!dir.exists());
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    }
}
