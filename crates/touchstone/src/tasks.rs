//! Supervised background tasks: none ends unnoticed.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The tasks of a server. When one ends before it was told to, all are told to.
pub struct Tasks {
    cancel: CancellationToken,
    set: JoinSet<&'static str>,
}

impl Tasks {
    pub fn new(cancel: CancellationToken) -> Self {
        Self { cancel, set: JoinSet::new() }
    }

    pub fn cancel(&self) -> CancellationToken {
        self.cancel.clone()
    }

    pub fn spawn(&mut self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        self.set.spawn(async move {
            task.await;
            name
        });
    }

    /// Runs until told to stop or a task breaks; then gives the others `grace` to end.
    pub async fn supervise(mut self, grace: Duration) -> anyhow::Result<()> {
        let broken = tokio::select! {
            () = self.cancel.cancelled() => None,
            Some(ended) = self.set.join_next() => Some(match ended {
                Ok(name) => format!("{name} ended by itself"),
                // The text of a panic may hold anything; the hook has logged its place.
                Err(_) => "a task broke".to_owned(),
            }),
        };
        let told = self.cancel.is_cancelled();
        self.cancel.cancel();
        let ending = async {
            while let Some(ended) = self.set.join_next().await {
                if ended.is_err() {
                    tracing::error!("a task broke while ending");
                }
            }
        };
        if tokio::time::timeout(grace, ending).await.is_err() {
            tracing::warn!("not every task ended in time");
        }
        match broken {
            Some(what) if !told => Err(anyhow::anyhow!("{what}; the log says why")),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_that_breaks_stops_the_others_and_is_reported() {
        let mut tasks = Tasks::new(CancellationToken::new());
        let cancel = tasks.cancel();
        tasks.spawn("steady", {
            let cancel = cancel.clone();
            async move { cancel.cancelled().await }
        });
        tasks.spawn("broken", async { panic!("on purpose") });
        assert!(tasks.supervise(Duration::from_secs(5)).await.is_err());
        assert!(cancel.is_cancelled());
    }

    #[tokio::test]
    async fn tasks_that_were_told_to_stop_end_well() {
        let mut tasks = Tasks::new(CancellationToken::new());
        let cancel = tasks.cancel();
        tasks.spawn("steady", {
            let cancel = cancel.clone();
            async move { cancel.cancelled().await }
        });
        cancel.cancel();
        assert!(tasks.supervise(Duration::from_secs(5)).await.is_ok());
    }
}
