//! A team's probes as they are defined now.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use touchstone_aggregates::probe_config::ProbeConfigEvent;
use touchstone_kernel::{Owned, Recorded};
use touchstone_read_store::{ApplyError, Arg, Projection, Tx};
use touchstone_vocabulary::ProbeId;

use crate::batch::{Key, clean, document, event, key, load, replacing, stream};

/// Fills the table of probes.
pub struct ProbeConfigRows;

/// One row, in the order of [`COLUMNS`].
#[derive(Debug, Clone, sqlx::FromRow)]
struct Row {
    team_id: String,
    id: String,
    ordinal: i64,
    name: String,
    description: String,
    goals: String,
    tags: String,
    detectors: String,
    scoring: String,
    items: String,
    created_by: String,
    created_at: i64,
    stream_version: i64,
}

const COLUMNS: &[&str] = &[
    "team_id",
    "id",
    "ordinal",
    "name",
    "description",
    "goals",
    "tags",
    "detectors",
    "scoring",
    "items",
    "created_by",
    "created_at",
    "stream_version",
];

impl Row {
    fn created(key: &Key, recorded: &Recorded, event: &ProbeConfigEvent) -> Result<Option<Self>, ApplyError> {
        match event {
            ProbeConfigEvent::Created {
                created_by,
                name,
                description,
                goals,
                tags,
                detectors,
                scoring,
                items,
            } => Ok(Some(Self {
                team_id: key.0.clone(),
                id: key.1.clone(),
                ordinal: recorded.envelope.seq,
                name: clean(name.text()),
                description: clean(description.text()),
                goals: document(goals.open().map_or(&[][..], Vec::as_slice))?,
                tags: document(tags)?,
                detectors: document(detectors)?,
                scoring: scoring.as_str().to_owned(),
                items: document(items)?,
                created_by: created_by.to_string(),
                created_at: recorded.at().secs(),
                stream_version: recorded.envelope.sequence,
            })),
            ProbeConfigEvent::Updated { .. } => Ok(None),
        }
    }

    fn fold(&mut self, recorded: &Recorded, event: ProbeConfigEvent) -> Result<(), ApplyError> {
        self.stream_version = recorded.envelope.sequence;
        match event {
            ProbeConfigEvent::Created { .. } => {}
            ProbeConfigEvent::Updated { name, description, detectors, scoring, items } => {
                if let Some(name) = name {
                    self.name = clean(name.text());
                }
                if let Some(description) = description {
                    self.description = clean(description.text());
                }
                if let Some(detectors) = detectors {
                    self.detectors = document(&detectors)?;
                }
                if let Some(scoring) = scoring {
                    scoring.as_str().clone_into(&mut self.scoring);
                }
                if let Some(items) = items {
                    self.items = document(&items)?;
                }
            }
        }
        Ok(())
    }

    fn args(self) -> Vec<Arg> {
        vec![
            Arg::Text(self.team_id),
            Arg::Text(self.id),
            Arg::Int(self.ordinal),
            Arg::Text(self.name),
            Arg::Text(self.description),
            Arg::Text(self.goals),
            Arg::Text(self.tags),
            Arg::Text(self.detectors),
            Arg::Text(self.scoring),
            Arg::Text(self.items),
            Arg::Text(self.created_by),
            Arg::Int(self.created_at),
            Arg::Int(self.stream_version),
        ]
    }
}

#[async_trait]
impl Projection for ProbeConfigRows {
    fn name(&self) -> &'static str {
        "probe_config"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["rm_probe_config"]
    }

    fn ddl(&self) -> &'static str {
        include_str!("../../migrations/read/probe_config.sql")
    }

    async fn apply(&self, tx: &mut Tx<'_>, events: &[Recorded]) -> Result<(), ApplyError> {
        let mut heard = Vec::new();
        for recorded in events.iter().filter(|recorded| recorded.is::<ProbeConfigEvent>()) {
            let key = key(&stream::<Owned<ProbeId>>(recorded)?);
            heard.push((key, recorded, event::<ProbeConfigEvent>(recorded)?));
        }
        if heard.is_empty() {
            return Ok(());
        }
        let touched: BTreeSet<Key> = heard.iter().map(|(key, ..)| key.clone()).collect();
        let select = format!("select {} from rm_probe_config", COLUMNS.join(", "));
        let known: Vec<Row> = load(tx, &select, ["team_id", "id"], &touched).await?;
        let mut rows: BTreeMap<Key, Row> =
            known.into_iter().map(|row| ((row.team_id.clone(), row.id.clone()), row)).collect();
        for (key, recorded, event) in heard {
            if let Some(row) = Row::created(&key, recorded, &event)? {
                rows.insert(key, row);
            } else if let Some(row) = rows.get_mut(&key) {
                row.fold(recorded, event)?;
            }
        }
        let rows: Vec<Vec<Arg>> = rows.into_values().map(Row::args).collect();
        if !rows.is_empty() {
            tx.insert("rm_probe_config", COLUMNS, rows, &replacing(&["team_id", "id"], COLUMNS)).await?;
        }
        Ok(())
    }
}
