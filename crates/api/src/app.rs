//! What the handlers hold, and the one way in which a command is sent.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::FromRef;
use touchstone_benchmarks::Benchmarks;
use touchstone_commands::access::{RecordDenials, RecordKeyUse};
use touchstone_commands::agent_configuration::{
    ArchiveAgentConfiguration, CreateAgentConfiguration, RequestAgentFile, TakeAgentFile,
    UpdateAgentConfiguration,
};
use touchstone_commands::api_key::{CreateApiKey, DeleteApiKey, UpdateApiKey};
use touchstone_commands::evaluation::{
    CancelEvaluation, CreateEvaluation, DeleteEvaluation, RenameEvaluation, RequestStart, ScoreEvaluation,
};
use touchstone_commands::harness_config::{ArchiveHarnessConfig, CreateHarnessConfig, DeleteHarnessConfig};
use touchstone_commands::harness_stage::{
    CreateStage, DeleteStage, DeleteStageFile, RequestGeneration, RequestStageFile, TakeStageFile,
    UpdateStage,
};
use touchstone_commands::invite::{AcceptInvite, CreateInvite, DeclineInvite, ExpireInvite, RevokeInvite};
use touchstone_commands::local_eval_token::{IssueLocalEvalToken, RevokeLocalEvalToken};
use touchstone_commands::notice::ReceiveNotice;
use touchstone_commands::probe_config::{CreateProbeConfig, UpdateProbeConfig};
use touchstone_commands::prompt::{CreatePrompt, UpdatePrompt};
use touchstone_commands::team::{Admit, ChangeRole, CreateTeam, DeleteTeam, UpdateTeam};
use touchstone_commands::user::{LinkIdentity, RegisterUser};
use touchstone_detectors::Detectors;
use touchstone_egress::Egress;
use touchstone_files::Files;
use touchstone_identity::Provider;
use touchstone_kernel::{
    Actor, Clock, Command, Freshness, Handle, History, Idempotency, Meta, Pending, Receipt, Requests,
    Revocations, TokenUse, Visible,
};
use touchstone_queries::Db;
use touchstone_vault::Vault;

use crate::caller::Caller;
use crate::edge::Edge;
use crate::error::ApiError;
use crate::finder::Finder;
use crate::limit::Limits;
use crate::quota::Quotas;
use crate::reply::Reply;
use crate::routes::agent_configuration::AgentsList;
use crate::routes::api_key::ModelLists;
use crate::routes::local_eval_token::TunnelProvider;

/// Whatever carries out every command that HTTP can send. Adding a command adds one line.
pub trait Dispatch:
    Handle<CreateEvaluation>
    + Handle<RenameEvaluation>
    + Handle<CancelEvaluation>
    + Handle<DeleteEvaluation>
    + Handle<ScoreEvaluation>
    + Handle<CreateApiKey>
    + Handle<DeleteApiKey>
    + Handle<UpdateApiKey>
    + Handle<RequestStart>
    + Handle<RegisterUser>
    + Handle<LinkIdentity>
    + Handle<CreateTeam>
    + Handle<UpdateTeam>
    + Handle<DeleteTeam>
    + Handle<ChangeRole>
    + Handle<Admit>
    + Handle<CreateInvite>
    + Handle<AcceptInvite>
    + Handle<DeclineInvite>
    + Handle<RevokeInvite>
    + Handle<ExpireInvite>
    + Handle<ReceiveNotice>
    + Handle<IssueLocalEvalToken>
    + Handle<RevokeLocalEvalToken>
    + Handle<RecordDenials>
    + Handle<RecordKeyUse>
    + Handle<CreateAgentConfiguration>
    + Handle<UpdateAgentConfiguration>
    + Handle<ArchiveAgentConfiguration>
    + Handle<RequestAgentFile>
    + Handle<TakeAgentFile>
    + Handle<CreatePrompt>
    + Handle<UpdatePrompt>
    + Handle<CreateProbeConfig>
    + Handle<UpdateProbeConfig>
    + Handle<CreateHarnessConfig>
    + Handle<ArchiveHarnessConfig>
    + Handle<DeleteHarnessConfig>
    + Handle<CreateStage>
    + Handle<UpdateStage>
    + Handle<DeleteStage>
    + Handle<RequestStageFile>
    + Handle<TakeStageFile>
    + Handle<DeleteStageFile>
    + Handle<RequestGeneration>
{
}

impl<T> Dispatch for T where
    T: Handle<CreateEvaluation>
        + Handle<RenameEvaluation>
        + Handle<CancelEvaluation>
        + Handle<DeleteEvaluation>
        + Handle<ScoreEvaluation>
        + Handle<CreateApiKey>
        + Handle<DeleteApiKey>
        + Handle<UpdateApiKey>
        + Handle<RequestStart>
        + Handle<RegisterUser>
        + Handle<LinkIdentity>
        + Handle<CreateTeam>
        + Handle<UpdateTeam>
        + Handle<DeleteTeam>
        + Handle<ChangeRole>
        + Handle<Admit>
        + Handle<CreateInvite>
        + Handle<AcceptInvite>
        + Handle<DeclineInvite>
        + Handle<RevokeInvite>
        + Handle<ExpireInvite>
        + Handle<ReceiveNotice>
        + Handle<IssueLocalEvalToken>
        + Handle<RevokeLocalEvalToken>
        + Handle<RecordDenials>
        + Handle<RecordKeyUse>
        + Handle<CreateAgentConfiguration>
        + Handle<UpdateAgentConfiguration>
        + Handle<ArchiveAgentConfiguration>
        + Handle<RequestAgentFile>
        + Handle<TakeAgentFile>
        + Handle<CreatePrompt>
        + Handle<UpdatePrompt>
        + Handle<CreateProbeConfig>
        + Handle<UpdateProbeConfig>
        + Handle<CreateHarnessConfig>
        + Handle<ArchiveHarnessConfig>
        + Handle<DeleteHarnessConfig>
        + Handle<CreateStage>
        + Handle<UpdateStage>
        + Handle<DeleteStage>
        + Handle<RequestStageFile>
        + Handle<TakeStageFile>
        + Handle<DeleteStageFile>
        + Handle<RequestGeneration>
{
}

/// How the process is doing. The maps are shown as they are: names of parts and words about them, nothing secret.
pub trait Status: Send + Sync {
    /// Whether the event log answers.
    fn healthy(&self) -> Pending<'_, Result<BTreeMap<String, String>, BTreeMap<String, String>>>;

    /// Whether requests should be sent here.
    fn ready(&self) -> Pending<'_, Result<BTreeMap<String, String>, BTreeMap<String, String>>>;

    /// All metrics in Prometheus' text format.
    fn metrics(&self) -> String;
}

/// Everything a handler may use.
pub struct App {
    pub dispatch: Arc<dyn Dispatch>,
    pub history: Arc<dyn History>,
    pub freshness: Arc<dyn Freshness>,
    pub clock: Arc<dyn Clock>,
    pub token_use: Arc<dyn TokenUse>,
    pub revocations: Arc<dyn Revocations>,
    /// Whose tokens are believed beside our own.
    pub provider: Option<Provider>,
    pub db: Db,
    pub vault: Vault,
    pub egress: Egress,
    pub files: Files,
    pub agents_list: AgentsList,
    pub detectors: Arc<Detectors>,
    pub finder: Finder,
    pub benchmarks: Benchmarks,
    pub models: ModelLists,
    /// Through which agents on members' machines can be reached.
    pub tunnel: Option<TunnelProvider>,
    pub status: Arc<dyn Status>,
    pub requests: Arc<dyn Requests>,
    pub limits: Limits,
    pub quotas: Quotas,
    pub edge: Edge,
}

impl FromRef<Arc<App>> for Limits {
    fn from_ref(app: &Arc<App>) -> Self {
        app.limits
    }
}

/// A command that stands.
#[must_use = "it says whether the read models show the command"]
pub struct Sent {
    pub receipt: Receipt,
    pub visible: Visible,
}

impl Sent {
    /// The id in the receipt's stream: that of the first attempt when the request was a repetition.
    pub fn id(&self) -> &str {
        thing(&self.receipt)
    }

    /// The team in the receipt's stream: that of the first attempt, likewise.
    pub fn team(&self) -> &str {
        self.receipt.stream.split('/').next().unwrap_or_default()
    }

    /// Visible only when the other is visible too.
    pub fn and(self, other: &Self) -> Self {
        let visible = if other.visible == Visible::Yes { self.visible } else { other.visible };
        Self { visible, ..self }
    }

    pub fn reply<T>(self, body: T) -> Reply<T> {
        Reply { visible: self.visible, ..Reply::now(body) }
    }

    /// The same for a single thing of that stream, tagged with the version that the command made.
    pub fn reply_with_version<T>(self, body: T) -> Reply<T> {
        let version = self.receipt.version;
        self.reply(body).version(version)
    }

    /// Replies with what a query shows. What was just changed exists: when it cannot be seen, the read model is behind.
    pub fn show<T>(self, view: Option<T>) -> Result<Reply<T>, ApiError> {
        match view {
            Some(body) => Ok(self.reply_with_version(body)),
            None => Err(ApiError::unavailable("the read models are behind the event log")),
        }
    }
}

/// The id in a receipt's stream.
pub fn thing(receipt: &Receipt) -> &str {
    receipt.stream.rsplit('/').next().unwrap_or_default()
}

impl App {
    /// Carries a command out to its end and waits, for a bounded time, until the read models show it.
    pub(crate) async fn send<C: Command>(&self, caller: &Caller, command: C) -> Result<Sent, ApiError>
    where
        dyn Dispatch: Handle<C>,
    {
        let receipt = self.carry_out(caller, command).await?;
        self.seen(receipt).await
    }

    /// The same without waiting: for all commands of a request but the last. Who waits for that has waited for these.
    pub(crate) async fn carry_out<C: Command>(&self, caller: &Caller, command: C) -> Result<Receipt, ApiError>
    where
        dyn Dispatch: Handle<C>,
    {
        let dispatch = Arc::clone(&self.dispatch);
        let meta = self.meta(caller);
        to_its_end(async move { Ok(Handle::<C>::handle(dispatch.as_ref(), command, meta).await?) }).await
    }

    /// Waits for the read models.
    pub(crate) async fn seen(&self, receipt: Receipt) -> Result<Sent, ApiError> {
        let lane = format!("{}:{}", receipt.context, receipt.stream);
        let visible = self.freshness.reach(receipt.mark, lane).await;
        Ok(Sent { receipt, visible })
    }

    /// What surrounds the next command of a request. Each command of a repeatable request has a key of its own, which
    /// no client can send; the precondition is about the first.
    pub(crate) fn meta(&self, caller: &Caller) -> Meta {
        let turn = caller.turns.fetch_add(1, Ordering::Relaxed);
        let numbered = |idempotency: Idempotency| match turn {
            0 => idempotency,
            turn => Idempotency { key: format!("{}\n{turn}", idempotency.key), ..idempotency },
        };
        Meta {
            actor: Actor::User(caller.user),
            team: Some(caller.team),
            at: self.clock.now(),
            command: self.clock.new_id(),
            correlation: caller.correlation,
            causation: None,
            idempotency: caller.idempotency.clone().map(numbered),
            expected: caller.expected.filter(|_| turn == 0),
        }
    }
}

/// Runs on a task of its own, so that a client that hangs up does not stop it half-way.
#[expect(
    clippy::disallowed_methods,
    reason = "awaited here unless the client hangs up, and then only the reply is lost"
)]
pub(crate) async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, ApiError>> + Send + 'static,
) -> Result<T, ApiError> {
    // Why it broke is not told: the text of a panic may hold what was worked on.
    tokio::spawn(work).await.map_err(|_| ApiError::internal("the task of a request broke"))?
}
