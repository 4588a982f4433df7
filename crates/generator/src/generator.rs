//! The loop: lead, follow, make, remember.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use touchstone_aggregates::harness_stage::HarnessStage;
use touchstone_event_store::StoreError;
use touchstone_kernel::{Owned, Rejection, State, StreamRange};
use touchstone_vocabulary::StageId;
use uuid::Uuid;

use crate::board::Board;
use crate::stage::{Making, Tools};

/// Name of the lease and of the cursor.
pub const NAME: &str = "generator";
const LEASE: Duration = Duration::from_secs(5);
const ROUND: Duration = Duration::from_millis(500);
/// Events read at once.
const BATCH: usize = 500;
/// Stages made at once, so that a slow one does not keep all others waiting.
const AT_ONCE: usize = 4;

type Ended = (Owned<StageId>, Result<(), Rejection>);

/// Makes what stages ask for, while it leads.
pub struct Generator {
    tools: Tools,
    owner: Uuid,
    /// No other process can be alive on this store.
    alone: bool,
    /// What is to be made; nothing is known while another process leads.
    board: Option<Board>,
    at_work: JoinSet<Ended>,
    begun: BTreeSet<Owned<StageId>>,
}

impl Generator {
    pub fn new(tools: Tools, owner: Uuid, alone: bool) -> Self {
        let (at_work, begun) = (JoinSet::new(), BTreeSet::new());
        Self { tools, owner, alone, board: None, at_work, begun }
    }

    /// Works until told to stop; then what is not made yet is left to another process or the next start.
    pub async fn run(mut self, cancel: CancellationToken) {
        while !cancel.is_cancelled() {
            if self.lead().await {
                if let Err(rejection) = self.round().await {
                    tracing::warn!(%rejection, "stages cannot be followed; trying again");
                }
            } else {
                self.board = None;
                self.rest().await;
            }
            tokio::select! {
                () = cancel.cancelled() => {}
                Some(ended) = self.at_work.join_next() => self.note(ended),
                () = tokio::time::sleep(ROUND) => {}
            }
        }
        self.rest().await;
        if !self.alone {
            let _ = self.tools.store.release(NAME, self.owner).await;
        }
    }

    async fn lead(&self) -> bool {
        self.alone || matches!(self.tools.store.lease(NAME, self.owner, LEASE).await, Ok(Some(_)))
    }

    async fn rest(&mut self) {
        self.at_work.shutdown().await;
        self.begun.clear();
    }

    fn note(&mut self, ended: Result<Ended, tokio::task::JoinError>) {
        if let Ok((stage, outcome)) = ended {
            self.begun.remove(&stage);
            if let Err(rejection) = outcome {
                tracing::warn!(%stage, %rejection, "a harness could not be made; trying again");
            }
        } else {
            // Why is not told: the text of a panic may hold what was worked on.
            tracing::error!("the making of a harness broke down");
            self.begun.clear();
        }
    }

    /// Hears what is new, begins what is due, and remembers where to go on.
    async fn round(&mut self) -> Result<(), Rejection> {
        let mut board = match self.board.take() {
            Some(board) => board,
            None => Board { seq: self.tools.store.cursor(NAME).await?, ..Board::default() },
        };
        let before = board.resume_from();
        let heard = self.follow(&mut board).await;
        for (stage, cause) in &board.wanted {
            if self.begun.len() < AT_ONCE && self.begun.insert(*stage) {
                let making = Making::new(self.tools.clone(), *stage, *cause);
                self.at_work.spawn(async move { (making.stage, making.run().await) });
            }
        }
        let after = board.resume_from();
        self.board = Some(board);
        if after != before {
            self.tools.store.save_cursor(NAME, after).await?;
        }
        Ok(heard?)
    }

    async fn follow(&self, board: &mut Board) -> Result<(), StoreError> {
        let log = self.tools.store.log();
        let stages = [StreamRange { context: HarnessStage::STREAM, stream: String::new(), prefix: true }];
        let head = log.head().await?.0;
        loop {
            let found = log.find(&stages, board.seq, BATCH).await?;
            let full = found.len() == BATCH;
            for recorded in log.open_all(found).await? {
                if let Err(fault) = board.apply(&recorded) {
                    tracing::error!(seq = recorded.envelope.seq, %fault, "an event of a stage is unreadable");
                }
                board.seq = recorded.envelope.seq;
            }
            if !full {
                board.seq = board.seq.max(head);
                return Ok(());
            }
        }
    }
}
