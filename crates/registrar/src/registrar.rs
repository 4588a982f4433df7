//! The loop: lead, follow, act, remember.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use touchstone_aggregates::agent_configuration::AgentConfiguration;
use touchstone_aggregates::api_key::ApiKey;
use touchstone_aggregates::evaluation::Evaluation;
use touchstone_aggregates::harness_config::HarnessConfig;
use touchstone_aggregates::harness_stage::HarnessStage;
use touchstone_aggregates::invite::Invite;
use touchstone_aggregates::team::Team;
use touchstone_commands::agent_configuration::ArchiveAgentConfiguration;
use touchstone_commands::api_key::DeleteApiKey;
use touchstone_commands::evaluation::CancelEvaluation;
use touchstone_commands::harness_config::DeleteHarnessConfig;
use touchstone_commands::harness_stage::TakeDownStage;
use touchstone_commands::invite::{ExpireInvite, RevokeInvite};
use touchstone_commands::team::Admit;
use touchstone_event_store::{Store, StoreError};
use touchstone_files::Files;
use touchstone_kernel::{Actor, Clock, Command, Handle, Meta, Owned, Rejection, State, StreamRange};
use touchstone_vocabulary::TeamId;
use uuid::Uuid;

use crate::board::{Board, Cause};

/// Name of the lease and of the cursor.
const NAME: &str = "registrar";
const LEASE: Duration = Duration::from_secs(5);
const ROUND: Duration = Duration::from_secs(1);
/// Events read at once.
const BATCH: usize = 500;
/// A deleted team's tokens are forgotten everywhere by then, so nothing of it can be made any more.
const SETTLED: Duration = Duration::from_secs(10);

/// Does what follows, while it leads.
pub struct Registrar {
    store: Store,
    files: Files,
    clock: Arc<dyn Clock>,
    owner: Uuid,
    /// No other process can be alive on this store.
    alone: bool,
    /// What is to be done; nothing is known while another process leads.
    board: Option<Board>,
    /// When each deleted team was first heard of.
    heard: BTreeMap<TeamId, Instant>,
}

impl Registrar {
    pub fn new(store: Store, files: Files, clock: Arc<dyn Clock>, owner: Uuid, alone: bool) -> Self {
        Self { store, files, clock, owner, alone, board: None, heard: BTreeMap::new() }
    }

    /// Works until told to stop.
    pub async fn run(mut self, cancel: CancellationToken) {
        while !cancel.is_cancelled() {
            if self.lead().await {
                if let Err(rejection) = self.round().await {
                    tracing::warn!(%rejection, "what follows for teams could not be done; trying again");
                }
            } else {
                self.board = None;
            }
            let _ = cancel.run_until_cancelled(tokio::time::sleep(ROUND)).await;
        }
        if !self.alone {
            let _ = self.store.release(NAME, self.owner).await;
        }
    }

    async fn lead(&self) -> bool {
        self.alone || matches!(self.store.lease(NAME, self.owner, LEASE).await, Ok(Some(_)))
    }

    /// Hears what is new, does what is due, and remembers where to go on.
    async fn round(&mut self) -> Result<(), Rejection> {
        let mut board = match self.board.take() {
            Some(board) => board,
            None => Board { seq: self.store.cursor(NAME).await?, ..Board::default() },
        };
        let before = board.resume_from();
        let done = async {
            self.follow(&mut board).await?;
            self.act(&mut board).await
        };
        let outcome = done.await;
        let after = board.resume_from();
        self.board = Some(board);
        if after != before {
            self.store.save_cursor(NAME, after).await?;
        }
        outcome
    }

    async fn follow(&self, board: &mut Board) -> Result<(), StoreError> {
        let log = self.store.log();
        let everything = |context| StreamRange { context, stream: String::new(), prefix: true };
        let head = log.head().await?.0;
        loop {
            let ranges = [everything(Invite::STREAM), everything(Team::STREAM)];
            let found = log.find(&ranges, board.seq, BATCH).await?;
            let full = found.len() == BATCH;
            for recorded in log.open_all(found).await? {
                if let Err(fault) = board.apply(&recorded) {
                    tracing::error!(seq = recorded.envelope.seq, %fault, "an event of a team or invite is unreadable");
                }
                board.seq = recorded.envelope.seq;
            }
            if !full {
                board.seq = board.seq.max(head);
                return Ok(());
            }
        }
    }

    /// Does what is due. What cannot be done stays due and is no hindrance to the rest; the last such refusal is told.
    async fn act(&mut self, board: &mut Board) -> Result<(), Rejection> {
        let mut outcome = Ok(());
        for (invite, cause) in board.accepted.clone() {
            let admit = Admit { team: invite.team, invite: invite.id };
            match self.send(invite.team, cause, "admit", admit).await {
                Ok(()) => drop(board.accepted.remove(&invite)),
                Err(rejection) => outcome = Err(rejection),
            }
        }
        let now = self.clock.now();
        let overdue: Vec<_> = board
            .pending
            .iter()
            .filter(|(_, (_, end))| *end <= now)
            .map(|(id, (cause, _))| (*id, *cause))
            .collect();
        for (invite, cause) in overdue {
            let expire = ExpireInvite { team: invite.team, id: invite.id };
            match self.send(invite.team, cause, "expire", expire).await {
                Ok(()) => drop(board.pending.remove(&invite)),
                Err(rejection) => outcome = Err(rejection),
            }
        }
        for (team, cause) in board.deleted.clone() {
            let heard = *self.heard.entry(team).or_insert_with(Instant::now);
            let settled = heard.elapsed() >= SETTLED;
            match self.clear(team, cause).await {
                Ok(()) if settled => {
                    board.deleted.remove(&team);
                    self.heard.remove(&team);
                }
                Ok(()) => {}
                Err(rejection) => outcome = Err(rejection),
            }
        }
        outcome
    }

    /// Takes down what a deleted team owns.
    async fn clear(&self, team: TeamId, cause: Cause) -> Result<(), Rejection> {
        for Owned { id, .. } in
            self.standing::<Invite>(team, &["accepted", "declined", "revoked", "expired"]).await?
        {
            self.send(team, cause, &format!("revoke/{id}"), RevokeInvite { team, id }).await?;
        }
        for Owned { id, .. } in self.standing::<ApiKey>(team, &["deleted"]).await? {
            self.send(team, cause, &format!("delete/{id}"), DeleteApiKey { team, id }).await?;
        }
        let ends = ["completed", "canceled", "errored", "timed_out", "failed", "deleted"];
        for Owned { id, .. } in self.standing::<Evaluation>(team, &ends).await? {
            self.send(team, cause, &format!("cancel/{id}"), CancelEvaluation { team, id }).await?;
        }
        for Owned { id, .. } in self.standing::<AgentConfiguration>(team, &["archived"]).await? {
            self.send(team, cause, &format!("archive/{id}"), ArchiveAgentConfiguration { team, id }).await?;
        }
        // Before the harnesses, so that what is being made of them ends.
        for Owned { id, .. } in self.standing::<HarnessStage>(team, &["deleted"]).await? {
            self.send(team, cause, &format!("take-down/{id}"), TakeDownStage { team, id }).await?;
        }
        // Whatever versions are left; of one that is gone already nothing comes.
        for Owned { id, .. } in self.standing::<HarnessConfig>(team, &[]).await? {
            let key = format!("delete/{id}");
            self.send(team, cause, &key, DeleteHarnessConfig { team, id, version: None }).await?;
        }
        self.files.remove_all(team).await.map_err(|fault| Rejection::Unavailable(fault.to_string()))
    }

    /// The things of a team that were made and have met none of these ends.
    async fn standing<S: State>(&self, team: TeamId, ends: &[&str]) -> Result<Vec<S::Id>, StoreError> {
        let (log, mut after) = (self.store.log(), 0);
        let range = StreamRange { context: S::STREAM, stream: format!("{team}/"), prefix: true };
        let mut standing = BTreeSet::new();
        loop {
            let found = log.find(std::slice::from_ref(&range), after, BATCH).await?;
            for envelope in &found {
                let what = envelope.name.rsplit('.').next().unwrap_or_default();
                if matches!(what, "created" | "activated") {
                    standing.insert(envelope.stream.clone());
                } else if ends.contains(&what) {
                    standing.remove(&envelope.stream);
                }
                after = envelope.seq;
            }
            if found.len() < BATCH {
                return Ok(standing.iter().filter_map(|stream| stream.parse().ok()).collect());
            }
        }
    }

    async fn send<C: Command>(
        &self,
        team: TeamId,
        cause: Cause,
        key: &str,
        command: C,
    ) -> Result<(), Rejection>
    where
        Store: Handle<C>,
    {
        let meta = Meta {
            actor: Actor::System(NAME),
            team: Some(team),
            at: self.clock.now(),
            command: Uuid::new_v5(&cause.event, key.as_bytes()),
            correlation: cause.correlation,
            causation: Some(cause.event),
            idempotency: None,
            expected: None,
        };
        match self.store.handle(command, meta).await {
            // Somebody decided otherwise meanwhile; what that means stands in the log.
            Ok(_) | Err(Rejection::Refused { .. }) => Ok(()),
            Err(rejection) => Err(rejection),
        }
    }
}

#[cfg(test)]
mod tests;
