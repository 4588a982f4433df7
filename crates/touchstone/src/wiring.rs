//! The one place where implementations are chosen and put together.

use std::fs::File;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpSocket;
use tokio_util::sync::CancellationToken;
use touchstone_api::{App, Finder, ModelLists, Quotas};
use touchstone_benchmarks::{Benchmarks, Tables};
use touchstone_bus::{Bus, Prefix, Relay};
use touchstone_detectors::Detectors;
use touchstone_egress::{Egress, Own, Policy, Url};
use touchstone_event_store::{Database, Sequencer, Store};
use touchstone_extract::Reader;
use touchstone_files::Files;
use touchstone_generator::{Generator, Scribe, Tools};
use touchstone_hubs::{ChatCompletions, Target};
use touchstone_identity::{Patience, Provider};
use touchstone_kernel::{Clock, Freshness};
use touchstone_read_store::{Db, Group, LogSource};
use touchstone_registrar::Registrar;
use touchstone_runner::{Engine, Options};
use touchstone_vault::Vault;
use uuid::Uuid;

use crate::clock::SystemClock;
use crate::settings::{Part, Settings, StoreSettings};
use crate::status::ServerStatus;
use crate::tasks::Tasks;

/// The group of all projections.
pub const GROUP: &str = "main";
/// How long requests and tasks may take to end after SIGTERM.
const GRACE: Duration = Duration::from_secs(10);
const CLOSING: Duration = Duration::from_secs(3);

/// The store and what reads it: enough for every subcommand.
#[derive(Clone)]
pub struct Core {
    pub store: Store,
    pub db: Db,
    pub group: Arc<Group>,
    pub clock: Arc<dyn Clock>,
}

/// The database, migrated, before anybody asks whether the log is whole.
pub async fn database(settings: &StoreSettings) -> Result<(Database, Vault)> {
    make_private(&settings.data_dir)?;
    let database = Database::open_for(&settings.database_url, settings.roles.clone()).await?;
    database.migrate().await?;
    let vault = Vault::open(database.vault_tables(), &settings.keys).await?;
    Ok((database, vault))
}

/// Where imported benchmarks lie: in the same database.
pub fn benchmarks(database: &Database) -> Benchmarks {
    Benchmarks::new(match database {
        Database::Postgres { write, .. } => Tables::Postgres(write.clone()),
        Database::Sqlite { write, read } => Tables::Sqlite { write: write.clone(), read: read.clone() },
        Database::Memory(_) => Tables::None,
    })
}

/// Opens the store.
pub async fn core(settings: &StoreSettings) -> Result<Core> {
    let (database, vault) = database(settings).await?;
    let store = Store::open(database.clone(), vault).await?;
    let db = Db::new(&database);
    let group = Arc::new(Group::new(GROUP, db.clone(), store.log(), touchstone_projections::all()));
    group.prepare().await?;
    Ok(Core { store, db, group, clock: Arc::new(SystemClock) })
}

/// Only one process serves an embedded database; the lock lies beside it and goes with the process.
fn lock(settings: &StoreSettings) -> Result<Option<File>> {
    let Some(database) = settings.database_url.strip_prefix("sqlite:") else { return Ok(None) };
    make_private(&settings.data_dir)?;
    let path = format!("{}.lock", database.split('?').next().unwrap_or(database).trim_start_matches("//"));
    let file = File::create(&path).with_context(|| format!("{path} cannot be made"))?;
    if file.try_lock().is_err() {
        bail!("another touchstone serves this database already ({path} is locked); stop it first");
    }
    Ok(Some(file))
}

/// A new directory is its owner's only: read tables hold prompts, answers and addresses in clear.
fn make_private(directory: &Path) -> Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .with_context(|| format!("the data directory {} cannot be made", directory.display()))
}

/// A server that runs.
pub struct Server {
    pub core: Core,
    pub address: Option<SocketAddr>,
    tasks: Tasks,
    _lock: Option<File>,
}

impl Server {
    /// Starts every part that the settings name. `clock` is the real one but in tests.
    pub async fn start(
        settings: &Settings,
        clock: Arc<dyn Clock>,
        cancel: CancellationToken,
    ) -> Result<Self> {
        let lock = lock(&settings.store)?;
        let has = |part| settings.roles.contains(&part);
        // Bound now, so that its port is known; heard from when there is something to say.
        let socket = if has(Part::Api) { Some(bound(settings.listen)?) } else { None };
        let core = Core { clock, ..core(&settings.store).await? };
        if core.store.database().passes_row_security().await? && !settings.allow_superuser {
            bail!(
                "the database login passes row security by, which takes the wall between teams away; log in as a role \
                 without SUPERUSER and BYPASSRLS, or say --allow-superuser"
            );
        }
        // The lock makes the server of an embedded store the only one: what its last run held is its own again.
        let owner = match &lock {
            Some(_) => Uuid::new_v5(&Uuid::NAMESPACE_URL, b"touchstone:embedded"),
            None => core.clock.new_id(),
        };
        let first =
            crate::bootstrap::first_start(&core.store, core.clock.as_ref(), owner, &settings.store.data_dir)
                .await?;
        let mut tasks = Tasks::new(cancel);
        let bus = match &settings.store.nats_url {
            None => Bus::local(),
            Some(url) => {
                let usual = Prefix::default();
                let prefix = Prefix {
                    stream: settings.nats_stream.clone().unwrap_or(usual.stream),
                    root: settings.nats_root.clone().unwrap_or(usual.root),
                    ..usual
                };
                Bus::connect(url, prefix).await?
            }
        };
        // In every process: it tells followers here of new events even where another one leads.
        let (sequencer, stop) = (Sequencer::new(core.store.clone(), owner), tasks.cancel());
        tasks.spawn("sequencer", async move { sequencer.run(stop).await });
        // Without NATS each process has a bus of its own, which its own relay must feed.
        if has(Part::Relay) || settings.store.nats_url.is_none() {
            let (relay, stop) =
                (Relay::new(LogSource::new(core.store.clone(), owner), bus.clone()), tasks.cancel());
            tasks.spawn("relay", async move { relay.run(stop).await });
        }
        if has(Part::Project) {
            let subscription = bus.subscribe(&format!("projector-{GROUP}")).await?;
            let (group, store, stop) = (Arc::clone(&core.group), core.store.clone(), tasks.cancel());
            tasks.spawn("projector", async move { group.run(subscription, owner, store, stop).await });
        }
        let own = own(&settings.store, socket.as_ref().map(TcpSocket::local_addr).transpose()?);
        let egress = Egress::new(Policy { own, ..settings.egress.clone() })
            .context("the outbound client cannot be built")?;
        let files = match &settings.bucket {
            Some(bucket) => Files::bucket(bucket),
            None => Files::local(&settings.store.data_dir.join("files")),
        };
        let files = files.context("the place for files cannot be used")?;
        let installed = crate::installed::load(&settings.store)?;
        let finder = Finder::new(installed.model.clone());
        let detectors = Arc::new(Detectors::new(installed));
        if has(Part::Run) {
            let options = Options {
                alone: settings.store.is_sqlite(),
                deadline: Duration::from_secs_f64(settings.deadline_hours * 3600.0),
                max_in_flight: settings.max_in_flight,
                ..Options::default()
            };
            let hub = ChatCompletions::new(egress.clone());
            let (detectors, clock) = (Arc::clone(&detectors), Arc::clone(&core.clock));
            let benchmarks = benchmarks(core.store.database());
            let engine = Engine::new(core.store.clone(), hub, detectors, benchmarks, clock, options);
            let stop = tasks.cancel();
            tasks.spawn("engine", async move { engine.run(stop).await });
            let (store, clock) = (core.store.clone(), Arc::clone(&core.clock));
            let registrar = Registrar::new(store, files.clone(), clock, owner, settings.store.is_sqlite());
            let stop = tasks.cancel();
            tasks.spawn("registrar", async move { registrar.run(stop).await });
            let program = settings.program.clone().map_or_else(std::env::current_exe, Ok);
            let tools = Tools {
                store: core.store.clone(),
                files: files.clone(),
                reader: Reader::new(program.context("this program's own file cannot be found")?),
                scribe: scribe(settings.judge.clone(), &egress)?,
                clock: Arc::clone(&core.clock),
            };
            let generator = Generator::new(tools, owner, settings.store.is_sqlite());
            let stop = tasks.cancel();
            tasks.spawn("generator", async move { generator.run(stop).await });
        }
        if let Some(receipt) = first
            && has(Part::Project)
        {
            // Whoever reads the token file may use it at once.
            let _ = core.group.reach(receipt.mark, format!("{}:{}", receipt.context, receipt.stream)).await;
        }
        let address = match socket {
            Some(socket) => {
                core.store.vault().data_key_or_create(touchstone_api::REQUESTS).await?;
                Some(api(settings, socket, &core, Shared { egress, files, detectors, finder }, &mut tasks)?)
            }
            None => None,
        };
        Ok(Self { core, address, tasks, _lock: lock })
    }

    /// Runs until told to stop or a part breaks.
    pub async fn wait(self) -> Result<()> {
        let ended = self.tasks.supervise(GRACE).await;
        let closing = self.core.store.database().close();
        if tokio::time::timeout(CLOSING, closing).await.is_err() {
            tracing::warn!("not every connection to the database could be closed in time");
        }
        ended
    }
}

/// The model that words prompts. One that can never be called is told at the start.
fn scribe(target: Option<Target>, egress: &Egress) -> Result<Option<Scribe>> {
    let Some(target) = target else { return Ok(None) };
    let hub = ChatCompletions::new(egress.clone());
    hub.check(&target).context("the model of judge_hub cannot be called")?;
    Ok(Some(Scribe { hub, target }))
}

fn bound(address: SocketAddr) -> Result<TcpSocket> {
    let bind = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        Ok::<_, std::io::Error>(socket)
    };
    bind().with_context(|| format!("{address} cannot be listened on; choose another --listen"))
}

/// What no request may make this service call: itself, its database and its NATS server.
fn own(store: &StoreSettings, api: Option<SocketAddr>) -> Own {
    let port = |url: &str, usual| Url::parse(url).map_or(usual, |url| url.port().unwrap_or(usual));
    let postgres = (!store.is_sqlite()).then(|| port(&store.database_url, 5432));
    let nats = store.nats_url.as_deref().map(|url| port(url, 4222));
    Own {
        here: api.map(|address| address.port()).into_iter().collect(),
        near: postgres.into_iter().chain(nats).collect(),
    }
}

/// What the API shares with the engine beside the store.
struct Shared {
    egress: Egress,
    files: Files,
    detectors: Arc<Detectors>,
    finder: Finder,
}

fn api(
    settings: &Settings,
    socket: TcpSocket,
    core: &Core,
    shared: Shared,
    tasks: &mut Tasks,
) -> Result<SocketAddr> {
    let Shared { egress, files, detectors, finder } = shared;
    let provider = settings.oidc.clone().map(|trust| Provider::new(trust, Patience::default()));
    let app = Arc::new(App {
        dispatch: Arc::new(core.store.clone()),
        history: Arc::new(core.store.log()),
        freshness: Arc::clone(&core.group) as _,
        clock: Arc::clone(&core.clock),
        token_use: Arc::new(core.store.clone()),
        revocations: Arc::new(core.store.clone()),
        provider: provider.transpose().context("the client for the identity provider cannot be built")?,
        db: core.db.clone(),
        vault: core.store.vault().clone(),
        egress,
        files,
        agents_list: settings.agents_list,
        detectors,
        finder,
        benchmarks: benchmarks(core.store.database()),
        models: ModelLists::default(),
        tunnel: settings.tunnel.clone(),
        status: Arc::new(ServerStatus {
            store: core.store.clone(),
            group: Arc::clone(&core.group),
            clock: Arc::clone(&core.clock),
            metrics: recorder(),
        }),
        requests: Arc::new(core.store.clone()),
        limits: settings.limits,
        quotas: Quotas::default(),
        edge: settings.edge.clone(),
    });
    let address = socket.local_addr()?;
    let listener = socket.listen(1024).with_context(|| format!("{address} cannot be listened on"))?;
    let (witness, recorder) = touchstone_api::witness();
    let (witnessed, stop) = (Arc::clone(&app), tasks.cancel());
    tasks.spawn("recorder", async move { recorder.run(witnessed, stop.cancelled_owned()).await });
    let router = touchstone_api::router(app, witness);
    let stop = tasks.cancel();
    let limits = settings.limits;
    tasks.spawn("api", async move { crate::http::serve(listener, router, limits, stop, GRACE / 2).await });
    let (store, clock, stop) = (core.store.clone(), Arc::clone(&core.clock), tasks.cancel());
    tasks.spawn("requests", async move { store.tend_requests(clock.as_ref(), stop).await });
    Ok(address)
}

/// One recorder per process; a second server in it (tests) has no metrics of its own.
fn recorder() -> Option<PrometheusHandle> {
    static HANDLE: std::sync::OnceLock<Option<PrometheusHandle>> = std::sync::OnceLock::new();
    HANDLE.get_or_init(|| PrometheusBuilder::new().install_recorder().ok()).clone()
}
