//! A team's prompts from files and into files.

use std::collections::{BTreeMap, HashMap};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use futures::future::try_join_all;
use serde_json::json;
use touchstone_aggregates::prompt::Prompt;
use touchstone_aggregates::team::{Team, TeamStream};
use touchstone_commands::prompt::CreatePrompt;
use touchstone_event_store::Sequencer;
use touchstone_kernel::{Actor, Command, Handle, Meta, Owned, Refusal, Rejection};
use touchstone_queries::prompt;
use touchstone_vocabulary::{PromptId, TeamId};
use uuid::Uuid;

use crate::bootstrap::team_id;
use crate::prompts::{Fault, Format, read, written};
use crate::settings::StoreOptions;
use crate::wiring::Core;

const PAGE: i64 = 1000;
/// Prompts written at once.
const AT_ONCE: usize = 64;

/// How an import is to go.
pub struct Import<'a> {
    pub files: &'a [PathBuf],
    pub team: &'a str,
    /// Says what would happen.
    pub dry_run: bool,
    /// Imports what is good although something is wrong.
    pub partial: bool,
    pub json: bool,
}

/// What the files hold.
#[derive(Default)]
struct Found {
    new: Vec<CreatePrompt>,
    /// Prompts that are there already, or stand in the files twice.
    known: usize,
    faults: Vec<Fault>,
    /// Fields that were not read, and in how many lines each stands.
    unread: BTreeMap<String, usize>,
}

/// Faults that are told; the others are counted. As JSON all are told.
const TOLD: usize = 50;

async fn team(core: &Core, name: &str) -> Result<TeamId> {
    let team = team_id(name);
    match core.store.load::<Team>(&TeamStream(team)).await?.state {
        Team::Active(_) => Ok(team),
        Team::Absent | Team::Deleted => bail!("there is no team {name}"),
    }
}

pub async fn import(options: &StoreOptions, asked: &Import<'_>) -> Result<ExitCode> {
    let core = crate::wiring::core(&crate::settings::store(options)?).await?;
    let team = team(&core, asked.team).await?;
    let mut found = look(&core, team, asked.files).await?;
    if asked.dry_run || (!found.faults.is_empty() && !asked.partial) {
        let would = if asked.dry_run { found.new.len() } else { 0 };
        return Ok(tell(asked, would, &found));
    }
    let mut rest = std::mem::take(&mut found.new).into_iter();
    let count = rest.len();
    while rest.len() > 0 {
        try_join_all(rest.by_ref().take(AT_ONCE).map(|command| write(&core, command))).await?;
    }
    Ok(tell(asked, count, &found))
}

/// Reads every line and compares it with what is there, before anything is written.
async fn look(core: &Core, team: TeamId, files: &[PathBuf]) -> Result<Found> {
    let mut found = Found::default();
    let mut seen: HashMap<PromptId, String> = HashMap::new();
    for file in files {
        for line in read(file, team)? {
            let at = |field: Option<String>, sentence: String| Fault {
                file: file.display().to_string(),
                line: line.line,
                field,
                sentence,
            };
            for field in line.unread {
                *found.unread.entry(field).or_default() += 1;
            }
            let command = match line.prompt {
                Ok(command) => command,
                Err((field, sentence)) => {
                    found.faults.push(at(field, sentence));
                    continue;
                }
            };
            if let Some(standard) = touchstone_catalog::prompt(&command.id) {
                let standard = standard.prompt;
                if (&standard.messages, &standard.criteria) == (&command.messages, &command.criteria) {
                    found.known += 1;
                } else {
                    let sentence =
                        "is that of a prompt of the catalogue, with other content; give another or none";
                    found.faults.push(at(Some("id".to_owned()), sentence.to_owned()));
                }
                continue;
            }
            let content = serde_json::to_string(&(
                &command.messages,
                &command.description,
                &command.tags,
                &command.criteria,
            ))?;
            match seen.insert(command.id.clone(), content.clone()) {
                Some(earlier) if earlier == content => {
                    found.known += 1;
                    continue;
                }
                Some(_) => {
                    let sentence = "stands in the files before, with other content".to_owned();
                    found.faults.push(at(Some("id".to_owned()), sentence));
                    continue;
                }
                None => {}
            }
            let state = core.store.load::<Prompt>(&Owned::new(team, command.id.clone())).await?.state;
            match command.decide(&state, &[], &meta(core, &command)) {
                Ok(events) if events.is_empty() => found.known += 1,
                Ok(_) => found.new.push(command),
                Err(refusal) => {
                    let field = refusal.field().unwrap_or("id").to_owned();
                    found.faults.push(at(Some(field), refusal.to_string()));
                }
            }
        }
    }
    Ok(found)
}

fn meta(core: &Core, command: &CreatePrompt) -> Meta {
    let id = Uuid::new_v5(&command.team.0, format!("import/{}", command.id).as_bytes());
    Meta::alone(Actor::System("operator"), Some(command.team), core.clock.now(), id)
}

async fn write(core: &Core, command: CreatePrompt) -> Result<(), Rejection> {
    let meta = meta(core, &command);
    core.store.handle(command, meta).await.map(drop)
}

fn tell(asked: &Import<'_>, count: usize, found: &Found) -> ExitCode {
    let Found { known, faults, unread, .. } = found;
    if asked.json {
        println!(
            "{}",
            json!({
                "imported": count, "known": known, "dry_run": asked.dry_run, "faults": faults, "unread": unread,
            })
        );
    } else {
        for Fault { file, line, field, sentence } in faults.iter().take(TOLD) {
            let field = field.as_ref().map(|field| format!("{field}: ")).unwrap_or_default();
            println!("{file}:{line}: {field}{sentence}");
        }
        if faults.len() > TOLD {
            println!("… and {} more; --json tells all", faults.len() - TOLD);
        }
        for (field, lines) in unread {
            println!("{field}: was not read, in {lines} lines");
        }
        let what = if asked.dry_run { "would be imported" } else { "imported" };
        println!("{count} prompts {what}, {known} were known, {} lines are wrong", faults.len());
        if !faults.is_empty() && !asked.partial {
            println!("nothing is imported while a line is wrong; --partial imports the others");
        }
    }
    if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The prompts of a team, or of the newest edition of the catalogue.
pub async fn export(
    options: &StoreOptions,
    team_name: Option<&str>,
    format: Format,
    file: Option<&PathBuf>,
) -> Result<ExitCode> {
    let prompts = match team_name {
        Some(name) => of_team(options, name).await?,
        None => touchstone_api::standard_prompts(),
    };
    let bytes = written(&prompts, format)?;
    match file {
        Some(file) => std::fs::write(file, bytes)?,
        None => std::io::stdout().write_all(&bytes)?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn of_team(options: &StoreOptions, name: &str) -> Result<Vec<prompt::PromptView>> {
    let core = crate::wiring::core(&crate::settings::store(options)?).await?;
    let team = team(&core, name).await?;
    // No server may be running that would bring the read models up to the log.
    let sequencer = Sequencer::new(core.store.clone(), core.clock.new_id());
    while sequencer.step().await? > 0 {}
    let _ = core.group.catch_up().await?;
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let page = prompt::written_after(&core.db, team, after, PAGE).await?;
        let Some((last, _)) = page.last() else { return Ok(all) };
        after = *last;
        all.extend(page.into_iter().map(|(_, view)| view));
    }
}
