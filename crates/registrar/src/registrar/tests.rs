use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use touchstone_aggregates::team::TeamStream;
use touchstone_commands::agent_configuration::{
    AgentChange, CreateAgentConfiguration, Draft, UpdateAgentConfiguration,
};
use touchstone_commands::api_key::{CreateApiKey, HubConfig, Kept};
use touchstone_commands::harness_config::{CreateHarnessConfig, NewScenario, id_of_name};
use touchstone_commands::harness_stage::{CreateStage, Draft as StageDraft, RequestGeneration, Wish};
use touchstone_commands::invite::{AcceptInvite, Addressee, CreateInvite};
use touchstone_commands::probe_config::{CreateProbeConfig, Item};
use touchstone_commands::team::{CreateTeam, DeleteTeam};
use touchstone_event_store::Database;
use touchstone_kernel::testing;
use touchstone_vault::{KeyEncryptionKey, Vault};
use touchstone_vocabulary::{
    AgentConfigurationId, AgentStatus, ApiKeyId, CustomId, Family, Hub, InviteId, ProbeId, ProbeScoring,
    ScenarioId, StageId, TeamRole, Time, UserId,
};

use super::*;

const TEAM: TeamId = TeamId(Uuid::from_u128(1));
const FOUNDER: UserId = UserId(Uuid::from_u128(7));
const BO: UserId = UserId(Uuid::from_u128(8));

struct Turned(AtomicI64);

impl Clock for Turned {
    fn now(&self) -> Time {
        Time(self.0.load(Ordering::Relaxed))
    }

    fn new_id(&self) -> Uuid {
        static LAST: AtomicU64 = AtomicU64::new(1 << 40);
        Uuid::from_u128(LAST.fetch_add(1, Ordering::Relaxed).into())
    }
}

struct World {
    store: Store,
    files: Files,
    clock: Arc<Turned>,
}

impl World {
    /// A team of one admin.
    async fn new() -> Self {
        let database = Database::memory();
        let vault = Vault::new(database.vault_tables(), KeyEncryptionKey::random());
        let store = Store::open(database, vault).await.unwrap();
        let clock = Arc::new(Turned(AtomicI64::new(testing::meta().at.micros())));
        let world = Self { store, files: Files::memory(), clock };
        let found = CreateTeam {
            id: TEAM,
            founder: FOUNDER,
            name: "Harbour".into(),
            description: None,
            is_single_user: false,
            among: Vec::new(),
        };
        world.does(FOUNDER, found).await;
        world
    }

    async fn does<C: Command>(&self, user: UserId, command: C)
    where
        Store: Handle<C>,
    {
        let meta = Meta {
            actor: Actor::User(user),
            at: self.clock.now(),
            command: self.clock.new_id(),
            ..testing::meta()
        };
        let _ = self.store.handle(command, meta).await.unwrap();
    }

    async fn invite(&self, number: u128) -> Owned<InviteId> {
        self.invite_to(number, format!("bo{number}@example.org")).await
    }

    async fn invite_to(&self, number: u128, email: String) -> Owned<InviteId> {
        let id = InviteId(Uuid::from_u128(number));
        let create = CreateInvite { team: TEAM, id, email, role: TeamRole::User, addressee: None };
        self.does(FOUNDER, create).await;
        Owned::new(TEAM, id)
    }

    async fn accept(&self, invite: Owned<InviteId>) {
        let by = Addressee { user: BO, email: format!("bo{}@example.org", invite.id.0.as_u128()) };
        self.does(BO, AcceptInvite { team: TEAM, id: invite.id, by }).await;
    }

    fn registrar(&self) -> Registrar {
        let (store, files) = (self.store.clone(), self.files.clone());
        Registrar::new(store, files, Arc::clone(&self.clock) as _, Uuid::from_u128(99), true)
    }

    async fn names(&self) -> Vec<String> {
        let events = self.store.log().read(0, 1_000, 1 << 20).await.unwrap();
        events.into_iter().map(|event| event.name).filter(|name| !name.starts_with("reservation")).collect()
    }
}

#[tokio::test]
async fn an_accepted_invite_becomes_a_membership_also_for_a_process_that_comes_later() {
    let world = World::new().await;
    let invite = world.invite(1).await;
    let mut first = world.registrar();
    first.round().await.unwrap();
    world.accept(invite).await;
    first.round().await.unwrap();
    let team = world.store.load::<Team>(&TeamStream(TEAM)).await.unwrap().state;
    assert_eq!(team.role(BO), Some(TeamRole::User));
    let events = world.names().await;
    for _ in 0..2 {
        world.registrar().round().await.unwrap();
    }
    assert_eq!(world.names().await, events, "what was done is not done again");
}

#[tokio::test]
async fn an_invite_expires_when_its_time_is_over_and_a_restart_does_not_forget_it() {
    let world = World::new().await;
    world.invite(1).await;
    world.registrar().round().await.unwrap();
    let waiting = world.store.cursor(NAME).await.unwrap();
    world.clock.0.fetch_add(14 * 24 * 3_600_000_000 - 1, Ordering::Relaxed);
    world.registrar().round().await.unwrap();
    assert!(!world.names().await.contains(&"invite.expired".to_owned()));
    world.clock.0.fetch_add(1, Ordering::Relaxed);
    world.registrar().round().await.unwrap();
    assert_eq!(world.names().await.last().unwrap(), "invite.expired");
    assert!(world.store.cursor(NAME).await.unwrap() > waiting);
    // The address is free again.
    world.invite_to(2, "bo1@example.org".into()).await;
    assert_eq!(world.names().await.last().unwrap(), "invite.created");
}

#[tokio::test]
async fn what_a_deleted_team_owned_is_taken_down_once() {
    let world = World::new().await;
    world.accept(world.invite(1).await).await;
    world.invite(2).await;
    let key = CreateApiKey {
        team: TEAM,
        id: ApiKeyId(Uuid::from_u128(3)),
        name: "main".into(),
        hub: Hub::Custom,
        rate_limit_per_interval: 1,
        rate_limit_interval: 1,
        url: None,
        value: Some(Kept { secret_ref: "ref".into(), mask: String::new(), fingerprint: String::new() }),
        config: HubConfig::new(),
    };
    world.does(FOUNDER, key).await;
    let draft = Draft {
        name: "helper".into(),
        hub: Hub::Custom,
        model: String::new(),
        url: None,
        api_key: None,
        system_prompt: None,
        hub_config: None,
    };
    let agent = AgentConfigurationId(Uuid::from_u128(4));
    world.does(FOUNDER, CreateAgentConfiguration { team: TEAM, id: agent, draft }).await;
    // Whatever was archived and brought back stands again.
    world.does(FOUNDER, ArchiveAgentConfiguration { team: TEAM, id: agent }).await;
    let change = AgentChange { status: Some(AgentStatus::Active), ..AgentChange::default() };
    world.does(FOUNDER, UpdateAgentConfiguration { team: TEAM, id: agent, change }).await;
    let probe = CreateProbeConfig {
        team: TEAM,
        id: ProbeId::own(Uuid::from_u128(4)),
        name: "p".into(),
        description: String::new(),
        goals: Vec::new(),
        tags: Vec::new(),
        detectors: vec!["d".into()],
        scoring: ProbeScoring::NaiveMeanMin,
        items: vec![Item { prompt: "q".into(), weight: None }],
    };
    world.does(FOUNDER, probe.clone()).await;
    for number in [5, 6] {
        let scenario = NewScenario {
            id: ScenarioId::own(Uuid::from_u128(number)),
            name: "s".into(),
            description: String::new(),
            probes: vec![probe.id.clone()],
        };
        let harness = CreateHarnessConfig {
            team: TEAM,
            id: id_of_name(TEAM, "h"),
            name: "h".into(),
            description: String::new(),
            scenarios: vec![scenario],
        };
        world.does(FOUNDER, harness).await;
    }
    for number in [7, 8] {
        let create = CreateStage {
            team: TEAM,
            id: StageId(Uuid::from_u128(number)),
            harness: CustomId(Uuid::from_u128(number)),
            draft: StageDraft::default(),
        };
        world.does(FOUNDER, create).await;
    }
    // One of them is being made.
    let wish =
        Wish { prompts: [(Family::Security, 5)].into(), persona_goals: 0, description: String::new().into() };
    let request = RequestGeneration { team: TEAM, id: StageId(Uuid::from_u128(8)), wish };
    world.does(FOUNDER, request).await;
    world.does(FOUNDER, DeleteTeam { id: TEAM }).await;
    let mut registrar = world.registrar();
    for _ in 0..2 {
        registrar.round().await.unwrap();
    }
    let names = world.names().await;
    let after = names.iter().position(|name| name == "team.deleted").unwrap();
    assert_eq!(
        names[after + 1..],
        [
            "invite.revoked",
            "api_key.deleted",
            "agent_configuration.archived",
            "harness_stage.deleted",
            "harness_stage.deleted",
            "harness_config.deleted",
            "harness_config.deleted"
        ]
    );
    assert!(!registrar.board.unwrap().deleted.is_empty(), "for a while, something may still be made");
}
