//! Waiting, for a bounded time, until a write can be seen.

use std::time::Duration;

use tokio::time::timeout;
use touchstone_kernel::{Freshness, Mark, Pending, Visible};

use super::Group;
use crate::args;

const PATIENCE: Duration = Duration::from_secs(2);
/// How often another process's progress is asked for while somebody waits.
const ASK_EVERY: Duration = Duration::from_millis(25);

impl Freshness for Group {
    fn reach(&self, mark: Mark, lane: String) -> Pending<'_, Visible> {
        Box::pin(async move { timeout(PATIENCE, self.wait(mark, &lane)).await.unwrap_or(Visible::Behind) })
    }
}

impl Group {
    async fn wait(&self, mark: Mark, lane: &str) -> Visible {
        if self.is_parked(lane).await {
            return Visible::Behind;
        }
        let mut known = self.progress.subscribe();
        while known.borrow_and_update().mark < mark {
            if self.state().running {
                // Also looks up now and then, in case this process stops feeding the group.
                let _ = timeout(ASK_EVERY, known.changed()).await;
                continue;
            }
            tokio::select! {
                _ = known.changed() => {}
                _asking = self.asking.lock() => {
                    if self.refresh().await.is_ok_and(|found| found.mark >= mark) {
                        break;
                    }
                    tokio::time::sleep(ASK_EVERY).await;
                }
            }
        }
        // The very write may have been parked meanwhile.
        if self.is_parked(lane).await { Visible::Behind } else { Visible::Yes }
    }

    async fn is_parked(&self, lane: &str) -> bool {
        {
            let state = self.state();
            if state.running && !state.parked.contains(lane) {
                return false;
            }
        }
        let found: Result<Option<(i64,)>, _> = self
            .db
            .as_owner()
            .one(
                "select seq from dead_letter \
                 where group_name = $1 and generation = 0 and lane = $2 and discarded = false limit 1",
                args![self.name.as_str(), lane],
            )
            .await;
        matches!(found, Ok(Some(_)))
    }
}
