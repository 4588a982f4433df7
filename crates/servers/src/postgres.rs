//! PostgreSQL clusters, thrown away afterwards: without durability, and so fast, but for measurements.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use sqlx::{Connection, Executor, PgConnection};
use tokio::sync::OnceCell;

use crate::process::{Look, PortTaken, Process, RunAs, free_port, scratch};
use crate::{blocking, programs};

/// Owns every database that a test is given; neither a superuser nor able to pass row security by.
const ROLE: &str = "touchstone";

/// What a superuser prepares for it: the roles in whose names it reads for callers, and writes read tables.
const ROLES: [&str; 2] = ["touchstone_reader", "touchstone_projector"];

/// Makes the data directory. The server's command line is `<bin>/postgres -D <data> …`.
const INITDB: &str =
    r#""${1%postgres}initdb" -D "$3" -A trust -U postgres -E UTF8 --locale=C.UTF-8 --no-sync </dev/null"#;

/// The cluster that all tests of one process share.
pub type Postgres = Cluster;

/// This process's cluster, started by the first test that asks.
pub async fn postgres() -> &'static Postgres {
    static SHARED: OnceLock<Cluster> = OnceLock::new();
    if let Some(cluster) = SHARED.get() {
        return cluster;
    }
    blocking(|| SHARED.get_or_init(|| Cluster::launch(Disk::Skipped))).await
}

/// A second cluster, for what a test may not do to the shared one. It stops, and its data go, when it is dropped.
pub async fn fresh_cluster() -> Cluster {
    blocking(|| Cluster::launch(Disk::Skipped)).await
}

/// A cluster as it comes, which waits for the disk at each commit, run in: for measurements.
pub async fn durable_cluster() -> Cluster {
    let cluster = blocking(|| Cluster::launch(Disk::Awaited)).await;
    cluster.run_in().await.unwrap_or_else(|fault| panic!("The cluster could not be run in: {fault}"));
    cluster
}

/// Segments of 16 MiB of write-ahead log: half of what PostgreSQL keeps by default.
const RUN_IN_SEGMENTS: usize = 32;

/// Whether a commit waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Disk {
    Skipped,
    Awaited,
}

/// One running PostgreSQL server on a free port of 127.0.0.1.
pub struct Cluster {
    process: Arc<Mutex<Process>>,
    port: u16,
    data: PathBuf,
    bin: PathBuf,
    databases: AtomicU32,
    roles: OnceCell<()>,
}

impl Cluster {
    fn launch(disk: Disk) -> Self {
        let bin = programs::postgres();
        let user = RunAs::unprivileged();
        loop {
            let dir = scratch("postgres", user);
            let (data, port) = (dir.join("data"), free_port());
            let process = Process::start(user, &dir, "QUIT", INITDB, &server(&bin, &dir, &data, port, disk));
            if process.until_ready(|| look(&data)).is_ok() {
                let process = Arc::new(Mutex::new(process));
                return Self {
                    process,
                    port,
                    data,
                    bin,
                    databases: AtomicU32::new(0),
                    roles: OnceCell::new(),
                };
            }
        }
    }

    /// Makes an empty database owned by a plain role and returns its url.
    pub async fn database(&self) -> String {
        let name = format!("t_{}", self.databases.fetch_add(1, Ordering::Relaxed) + 1);
        // template0 because nobody may be connected to it, so that tests never wait for each other's connections.
        let statement = format!("create database {name} owner {ROLE} template template0");
        let made = async {
            let mut admin = PgConnection::connect(&self.admin_url()).await?;
            self.roles.get_or_try_init(|| make_roles(&mut admin)).await?;
            admin.execute(statement.as_str()).await?;
            admin.close().await
        };
        made.await.unwrap_or_else(|fault: sqlx::Error| panic!("Database {name} could not be made: {fault}"));
        format!("postgres://{ROLE}@127.0.0.1:{}/{name}", self.port)
    }

    /// The superuser's url of the database `postgres`.
    pub fn admin_url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// The folder of `psql`, `pg_dump` and the like, of the server's own version.
    pub fn bin(&self) -> &Path {
        &self.bin
    }

    /// Brings the write-ahead log to where it is after some time of use. A new cluster makes each segment as it comes to
    /// it and fills it with zeros, which takes longer than the writes that are measured; later it uses old ones again.
    async fn run_in(&self) -> Result<(), sqlx::Error> {
        let mut admin = PgConnection::connect(&self.admin_url()).await?;
        admin.execute("create table tick (n bigint)").await?;
        for _ in 0..RUN_IN_SEGMENTS {
            admin.execute("insert into tick values (1)").await?;
            admin.execute("select pg_switch_wal()").await?;
        }
        admin.execute("checkpoint").await?;
        admin.close().await
    }

    /// Stops the server at once, as a crash would: every connection breaks, recovery runs at the next start.
    pub async fn stop_immediate(&self) {
        self.with_process(|process| process.stop("QUIT")).await;
    }

    /// Starts a stopped server again on the same port and data.
    pub async fn start(&self) {
        let data = self.data.clone();
        self.with_process(move |process| {
            process.again();
            while let Err(PortTaken) = process.until_ready(|| look(&data)) {
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

async fn make_roles(admin: &mut PgConnection) -> Result<(), sqlx::Error> {
    let login =
        format!("create role {ROLE} login nosuperuser nocreatedb nocreaterole nobypassrls noreplication");
    admin.execute(login.as_str()).await?;
    for role in ROLES {
        let statements = format!("create role {role} nologin; grant {role} to {ROLE}");
        admin.execute(statements.as_str()).await?;
    }
    Ok(())
}

fn server(bin: &Path, dir: &Path, data: &Path, port: u16, disk: Disk) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec![bin.join("postgres").into(), "-D".into(), data.into()];
    let mut sockets = OsString::from("unix_socket_directories=");
    sockets.push(dir);
    let mut settings = vec!["listen_addresses=127.0.0.1", "max_connections=200"];
    if disk == Disk::Skipped {
        settings.extend(["fsync=off", "full_page_writes=off"]);
    }
    arguments.extend(["-p".into(), port.to_string().into(), "-c".into(), sockets]);
    arguments.extend(settings.into_iter().flat_map(|setting| ["-c".into(), setting.into()]));
    arguments
}

/// The server writes its state into the eighth line of this file, as `pg_ctl` reads it.
fn look(data: &Path) -> Look {
    let state = std::fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    if state.lines().nth(7).is_some_and(|line| line.trim_end() == "ready") {
        Look::Ready
    } else {
        Look::NotYet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ask(url: &str, question: &str) -> Result<String, sqlx::Error> {
        let mut connection = PgConnection::connect(url).await?;
        sqlx::query_scalar(question).fetch_one(&mut connection).await
    }

    async fn tell(url: &str, statement: &str) {
        let mut connection = PgConnection::connect(url).await.unwrap_or_else(|fault| panic!("{fault}"));
        connection.execute(statement).await.unwrap_or_else(|fault| panic!("{fault}"));
    }

    #[tokio::test]
    async fn each_database_is_fresh_and_owned_by_a_plain_role() {
        let (one, two) = tokio::join!(postgres().await.database(), postgres().await.database());
        assert_ne!(one, two);
        for url in [one, two] {
            tell(&url, "create table thing (id bigint)").await;
            let rights = "select (rolsuper or rolbypassrls or rolcreatedb)::text || current_user::text
                          from pg_roles where rolname = current_user";
            assert_eq!(ask(&url, rights).await.ok().as_deref(), Some("falsetouchstone"));
        }
    }

    #[test]
    fn the_shared_cluster_serves_tests_of_any_runtime() {
        let mut urls = Vec::new();
        for _ in 0..2 {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.unwrap_or_else(|fault| panic!("{fault}"));
            urls.push(runtime.block_on(async {
                let url = postgres().await.database().await;
                ask(&url, "select current_database()::text").await.unwrap_or_else(|fault| panic!("{fault}"))
            }));
        }
        assert_ne!(urls[0], urls[1]);
    }

    #[tokio::test]
    async fn a_second_cluster_stops_starts_again_with_its_data_and_vanishes_when_dropped() {
        let cluster = fresh_cluster().await;
        let url = cluster.database().await;
        tell(&url, "create table thing as select 'kept'::text as word").await;

        cluster.stop_immediate().await;
        assert!(ask(&url, "select word from thing").await.is_err());
        cluster.start().await;
        assert_eq!(ask(&url, "select word from thing").await.ok().as_deref(), Some("kept"));

        let dir = cluster.data.parent().map(Path::to_owned).unwrap_or_default();
        assert!(dir.is_dir());
        drop(cluster);
        assert!(!dir.exists());
        assert!(ask(&url, "select word from thing").await.is_err());
    }
}
