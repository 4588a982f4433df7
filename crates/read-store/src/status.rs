//! Where each projection stands, for the operator.

use touchstone_vocabulary::Time;

use crate::{Group, ReadError, args, progress};

/// One projection.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ProjectionStatus {
    pub group: String,
    pub name: String,
    /// The newest event that its tables show.
    pub seq: i64,
    /// The newest event of the log.
    pub head: i64,
    /// How many events it is behind.
    pub lag_events: i64,
    /// For how long its next event has been waiting.
    pub lag_seconds: u64,
    /// Grows with each rebuild.
    pub generation: i64,
    /// Lanes of its group that wait for somebody.
    pub parked: Vec<String>,
}

/// All projections of a group. `now` is the caller's clock.
pub async fn statuses(group: &Group, now: Time) -> Result<Vec<ProjectionStatus>, ReadError> {
    let at = progress::live(group.db(), group.name()).await?.map_or(0, |progress| progress.seq);
    let (head, _) = group.log().head().await?;
    let waiting =
        group.log().read(at, 1, 1).await?.first().map(|event| now.since(event.recorded_at).as_secs());
    let parked: Vec<(String,)> = group
        .db()
        .as_owner()
        .all(
            "select distinct lane from dead_letter \
             where group_name = $1 and generation = 0 and discarded = false order by lane",
            args![group.name()],
        )
        .await?;
    let parked: Vec<String> = parked.into_iter().map(|(lane,)| lane).collect();
    let generations: Vec<(String, i64)> = group
        .db()
        .as_owner()
        .all("select name, generation from projection where group_name = $1", args![group.name()])
        .await?;
    Ok(group
        .projections()
        .iter()
        .map(|projection| ProjectionStatus {
            group: group.name().to_owned(),
            name: projection.name().to_owned(),
            seq: at,
            head,
            lag_events: (head - at).max(0),
            lag_seconds: waiting.unwrap_or(0),
            generation: generations.iter().find(|(name, _)| name == projection.name()).map_or(0, |(_, n)| *n),
            parked: parked.clone(),
        })
        .collect())
}
