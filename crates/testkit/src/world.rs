//! A server in this process, with everything real around it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use touchstone::bootstrap::{self, Wish};
use touchstone::settings::{Settings, StoreSettings};
use touchstone::wiring::{Core, Server};
use touchstone_aggregates::team::{Team, TeamStream};
use touchstone_servers::Nats;
use touchstone_vocabulary::TeamRole;

use crate::caller::Caller;
use crate::clock::MockClock;
use crate::process::Spawn;
use crate::target::Practice;
use touchstone::target::TargetOptions;

/// How long anything may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_mins(2);

/// What the server stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// SQLite and the in-process bus.
    Embedded,
    /// PostgreSQL and NATS JetStream.
    Scaled,
}

impl Backend {
    pub const ALL: [Self; 2] = [Self::Embedded, Self::Scaled];
}

pub struct World {
    /// The first admin.
    pub admin: Caller,
    pub core: Core,
    pub clock: Arc<MockClock>,
    pub target: Practice,
    pub settings: Settings,
    pub nats: Option<Nats>,
    stop: CancellationToken,
    serving: JoinSet<anyhow::Result<()>>,
    _dir: TempDir,
}

/// Where the server keeps things, for a test that starts processes itself.
pub(crate) async fn settings(backend: Backend, dir: &TempDir) -> (Settings, Option<Nats>) {
    let mut store = StoreSettings::embedded(&dir.path().join("data"));
    let nats = match backend {
        Backend::Embedded => None,
        Backend::Scaled => {
            store.database_url = touchstone_servers::postgres().await.database().await;
            Some(Nats::start().await)
        }
    };
    store.nats_url = nats.as_ref().map(Nats::url);
    let settings = Settings::of(store, SocketAddr::from(([127, 0, 0, 1], 0)));
    // What runs here is a test, which reads no documents.
    (Settings { program: Some(Spawn::beside()), ..settings }, nats)
}

impl World {
    /// A world with a target that behaves as told.
    pub async fn start(backend: Backend, target: TargetOptions) -> Self {
        Self::start_with(backend, target, |_| ()).await
    }

    /// The same with other settings than the usual ones.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its server")]
    pub async fn start_with(
        backend: Backend,
        target: TargetOptions,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let dir = TempDir::new().expect("a scratch directory");
        let (mut settings, nats) = settings(backend, &dir).await;
        change(&mut settings);
        let clock = Arc::new(MockClock::default());
        let stop = CancellationToken::new();
        let server = Server::start(&settings, Arc::clone(&clock) as _, stop.clone()).await.expect("a server");
        let address = server.address.expect("an address");
        let core = server.core.clone();
        let token = std::fs::read_to_string(settings.store.data_dir.join("admin.token")).expect("a token");
        let mut serving = JoinSet::new();
        serving.spawn(server.wait());
        let world = Self {
            admin: Caller::new(format!("http://{address}"), token.trim().to_owned()),
            core,
            clock,
            target: Practice::start(target).await,
            settings,
            nats,
            stop,
            serving,
            _dir: dir,
        };
        world.settled().await;
        world
    }

    /// Somebody else, in a team that is made when absent. A team needs an admin, so one that is made for a `user` has a
    /// founder beside.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its caller")]
    pub async fn somebody(&self, email: &str, team: &str, role: TeamRole) -> Caller {
        let wish = |email: &str, role| Wish {
            email: email.to_owned(),
            team: team.to_owned(),
            role,
            ..Wish::default()
        };
        let stream = TeamStream(bootstrap::team_id(team));
        let known = self.core.store.load::<Team>(&stream).await.expect("a log").state;
        if role == TeamRole::User && known == Team::Absent {
            self.issue(&wish("founder@example.org", None)).await;
        }
        self.issue(&wish(email, Some(role))).await
    }

    /// Whoever the operator makes a token for.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its caller")]
    pub async fn issue(&self, wish: &Wish) -> Caller {
        let issued =
            bootstrap::issue(&self.core.store, self.core.clock.as_ref(), wish).await.expect("a token");
        self.settled().await;
        self.admin.with_token(&issued.token)
    }

    /// Ends somebody's token, as the operator does, and waits until it is refused.
    #[expect(clippy::expect_used, reason = "a test cannot go on with a token that is still good")]
    pub async fn revoke(&self, caller: &Caller) {
        bootstrap::revoke(&self.core.store, self.core.clock.as_ref(), &caller.token).await.expect("revoked");
        eventually("the token is refused", || async {
            (caller.get("/v1/users/me").await.status == 401).then_some(())
        })
        .await;
    }

    /// Waits until the read models show everything that is in the log now.
    pub async fn settled(&self) {
        eventually("the read models catch up", || async {
            // In this order: what gets its place in between is then part of the head.
            let sequenced = self.core.store.unsequenced().await.ok()? == 0;
            let head = self.core.store.log().head().await.ok()?.0;
            (sequenced && self.core.group.progress().borrow().seq >= head).then_some(())
        })
        .await;
    }

    /// Ends the server; fails when a part of it broke, something is parked, or the log is damaged.
    #[expect(clippy::expect_used, reason = "this is the assertion")]
    pub async fn close(mut self) {
        self.settled().await;
        let parked =
            touchstone_read_store::dead_letters(&self.core.group).await.expect("dead letters can be read");
        assert!(parked.is_empty(), "parked: {parked:?}");
        let report = self.core.store.log().verify(|_| ()).await.expect("the log can be read");
        assert_eq!(report.fault, None);
        self.stop.cancel();
        while let Some(ended) = self.serving.join_next().await {
            ended.expect("no task panics").expect("no part breaks");
        }
    }
}

/// Asks until there is an answer; gives up loudly after two minutes.
pub async fn eventually<T, F, Fut>(what: &str, mut ask: F) -> T
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < end, "still waiting after {} s: {what}", PATIENCE.as_secs());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
