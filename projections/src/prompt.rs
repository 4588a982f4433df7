//! A team's prompts as they read now.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use serde::Serialize;
use touchstone_aggregates::prompt::{Lineage, PromptEvent};
use touchstone_kernel::{Owned, Recorded, Sealed};
use touchstone_read_store::{ApplyError, Arg, Projection, Tx};
use touchstone_vocabulary::{Criteria, Message, PromptId, Writer};

use crate::batch::{Key, clean, document, event, key, load, replacing, stream};

/// Fills the table of prompts.
pub struct PromptRows;

/// One row, in the order of [`COLUMNS`].
#[derive(Debug, Clone, sqlx::FromRow)]
struct Row {
    team_id: String,
    id: String,
    ordinal: i64,
    messages: String,
    description: String,
    tags: String,
    criteria: String,
    lineage: Option<String>,
    created_by: String,
    created_at: i64,
    /// Place in the log of its last event.
    changed_in: i64,
    stream_version: i64,
}

const COLUMNS: &[&str] = &[
    "team_id",
    "id",
    "ordinal",
    "messages",
    "description",
    "tags",
    "criteria",
    "lineage",
    "created_by",
    "created_at",
    "changed_in",
    "stream_version",
];

/// A lineage as it is shown: with the model, where one found the words.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    lineage: &'a Lineage,
    #[serde(flatten)]
    writer: Option<&'a Writer>,
}

/// Of a prompt whose key is gone nothing is left to show.
fn messages(sealed: &Sealed<Vec<Message>>) -> Result<String, ApplyError> {
    document(sealed.open().map_or(&[][..], Vec::as_slice))
}

fn criteria(sealed: &Sealed<Criteria>) -> Result<String, ApplyError> {
    document(&sealed.open().cloned().unwrap_or_default())
}

impl Row {
    fn fold(&mut self, recorded: &Recorded, event: PromptEvent) -> Result<(), ApplyError> {
        self.changed_in = recorded.envelope.seq;
        self.stream_version = recorded.envelope.sequence;
        match event {
            PromptEvent::Created { .. } => {}
            PromptEvent::Updated { messages: new, description, tags, criteria: judged } => {
                if let Some(new) = new {
                    self.messages = messages(&new)?;
                }
                if let Some(description) = description {
                    self.description = clean(description.text());
                }
                if let Some(tags) = tags {
                    self.tags = document(&tags)?;
                }
                if let Some(judged) = judged {
                    self.criteria = criteria(&judged)?;
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
            Arg::Text(self.messages),
            Arg::Text(self.description),
            Arg::Text(self.tags),
            Arg::Text(self.criteria),
            Arg::OptText(self.lineage),
            Arg::Text(self.created_by),
            Arg::Int(self.created_at),
            Arg::Int(self.changed_in),
            Arg::Int(self.stream_version),
        ]
    }
}

#[async_trait]
impl Projection for PromptRows {
    fn name(&self) -> &'static str {
        "prompt"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["rm_prompt"]
    }

    fn ddl(&self) -> &'static str {
        include_str!("../../migrations/read/prompt.sql")
    }

    async fn apply(&self, tx: &mut Tx<'_>, events: &[Recorded]) -> Result<(), ApplyError> {
        let mut heard = Vec::new();
        for recorded in events.iter().filter(|recorded| recorded.is::<PromptEvent>()) {
            heard.push((
                key(&stream::<Owned<PromptId>>(recorded)?),
                recorded,
                event::<PromptEvent>(recorded)?,
            ));
        }
        if heard.is_empty() {
            return Ok(());
        }
        let touched: BTreeSet<Key> = heard.iter().map(|(key, ..)| key.clone()).collect();
        let select = format!("select {} from rm_prompt", COLUMNS.join(", "));
        let known: Vec<Row> = load(tx, &select, ["team_id", "id"], &touched).await?;
        let mut rows: BTreeMap<Key, Row> =
            known.into_iter().map(|row| ((row.team_id.clone(), row.id.clone()), row)).collect();
        for (key, recorded, event) in heard {
            if let PromptEvent::Created {
                created_by,
                messages: text,
                description,
                tags,
                criteria: judged,
                lineage,
                writer,
            } = &event
            {
                let row = Row {
                    team_id: key.0.clone(),
                    id: key.1.clone(),
                    ordinal: recorded.envelope.seq,
                    messages: messages(text)?,
                    description: clean(description.text()),
                    tags: document(tags)?,
                    criteria: criteria(judged)?,
                    lineage: lineage
                        .as_ref()
                        .and_then(Sealed::open)
                        .map(|lineage| document(&Shown { lineage, writer: writer.as_ref() }))
                        .transpose()?,
                    created_by: created_by.to_string(),
                    created_at: recorded.at().secs(),
                    changed_in: recorded.envelope.seq,
                    stream_version: recorded.envelope.sequence,
                };
                rows.insert(key, row);
            } else if let Some(row) = rows.get_mut(&key) {
                row.fold(recorded, event)?;
            }
        }
        let rows: Vec<Vec<Arg>> = rows.into_values().map(Row::args).collect();
        if !rows.is_empty() {
            tx.insert("rm_prompt", COLUMNS, rows, &replacing(&["team_id", "id"], COLUMNS)).await?;
        }
        Ok(())
    }
}
