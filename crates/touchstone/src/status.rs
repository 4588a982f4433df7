//! How the service is: for probes, for metrics, for people.

use std::collections::BTreeMap;
use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;
use touchstone_api::Status;
use touchstone_event_store::Store;
use touchstone_kernel::{Clock, Pending};
use touchstone_read_store::Group;

/// A read model that is further behind than this does not count as ready.
const READY_LAG: i64 = 10_000;

/// Looks at the store and the read models.
pub struct ServerStatus {
    pub store: Store,
    pub group: Arc<Group>,
    pub clock: Arc<dyn Clock>,
    pub metrics: Option<PrometheusHandle>,
}

type Details = BTreeMap<String, String>;

impl ServerStatus {
    async fn look(&self) -> Result<(Details, i64), Details> {
        let fault = |what: &str, reason: String| {
            BTreeMap::from([("status".to_owned(), "error".to_owned()), (what.to_owned(), reason)])
        };
        let (head, _) = self.store.log().head().await.map_err(|e| fault("event_log", e.to_string()))?;
        let statuses = touchstone_read_store::statuses(&self.group, self.clock.now())
            .await
            .map_err(|e| fault("read_models", e.to_string()))?;
        let lag = statuses.iter().map(|one| one.lag_events).max().unwrap_or(0);
        let parked = statuses.first().map_or(0, |one| one.parked.len());
        metrics::gauge!("touchstone_projection_lag_events").set(as_gauge(lag));
        let mut details = BTreeMap::from([
            ("status".to_owned(), "ok".to_owned()),
            ("version".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
            ("events".to_owned(), head.to_string()),
            ("projection_lag_events".to_owned(), lag.to_string()),
            ("parked_lanes".to_owned(), parked.to_string()),
        ]);
        if let Some(alarm) = self.group.health().alarm {
            details.insert("status".to_owned(), "error".to_owned());
            details.insert("read_models".to_owned(), alarm);
            return Err(details);
        }
        Ok((details, lag))
    }
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float; counts stay far below 2^52")]
const fn as_gauge(count: i64) -> f64 {
    count as f64
}

impl Status for ServerStatus {
    fn healthy(&self) -> Pending<'_, Result<Details, Details>> {
        Box::pin(async { self.look().await.map(|(details, _)| details) })
    }

    fn ready(&self) -> Pending<'_, Result<Details, Details>> {
        Box::pin(async {
            let (mut details, lag) = self.look().await?;
            if lag > READY_LAG {
                details.insert("status".to_owned(), "catching up".to_owned());
                return Err(details);
            }
            Ok(details)
        })
    }

    fn metrics(&self) -> String {
        self.metrics.as_ref().map(PrometheusHandle::render).unwrap_or_default()
    }
}
