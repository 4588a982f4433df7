//! `touchstone log`.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use touchstone_kernel::Recorded;

use crate::settings::StoreOptions;

#[derive(Debug, Subcommand)]
pub enum LogCommand {
    /// Checks that seq is dense, streams are contiguous and the hash chain is whole; exit 1 and the place where not.
    Verify {
        /// Print JSON.
        #[arg(long, env = "TOUCHSTONE_JSON")]
        json: bool,
    },
    /// Shows a stream's events, opened where the key still exists.
    Show {
        /// `<context>:<id>`, e.g. `evaluation:<team>/<evaluation>`.
        stream: String,
        /// Only events up to this seq: the stream as it was then.
        #[arg(long, env = "TOUCHSTONE_LOG_AT")]
        at: Option<i64>,
        /// Print one JSON object a line.
        #[arg(long, env = "TOUCHSTONE_JSON")]
        json: bool,
    },
    /// To be run once after a database was restored from a backup, before the server starts.
    AfterRestore,
}

/// Events read at once.
const PAGE: usize = 500;

pub async fn run(options: &StoreOptions, command: &LogCommand) -> Result<ExitCode> {
    let settings = crate::settings::store(options)?;
    match command {
        LogCommand::Verify { json } => verify(&crate::wiring::core(&settings).await?, *json).await,
        LogCommand::Show { stream, at, json } => {
            show(&crate::wiring::core(&settings).await?, stream, *at, *json).await
        }
        LogCommand::AfterRestore => {
            let (database, vault) = crate::wiring::database(&settings).await?;
            let report = touchstone_event_store::after_restore(&database, &vault).await?;
            if report.needed {
                println!(
                    "{} events were put in place; the log is ready (epoch {})",
                    report.sequenced, report.epoch
                );
            } else {
                println!("nothing to do: the log was not moved, or this was done before");
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn verify(core: &crate::wiring::Core, json: bool) -> Result<ExitCode> {
    let head = core.store.log().head().await?.0;
    let bar = ProgressBar::new(u64::try_from(head).unwrap_or(0));
    bar.set_style(ProgressStyle::with_template("verifying {wide_bar} {pos}/{len}")?);
    let report = core.store.log().verify(|seq| bar.set_position(u64::try_from(seq).unwrap_or(0))).await?;
    bar.finish_and_clear();
    if json {
        println!("{}", serde_json::json!({"events": report.events, "fault": report.fault}));
    } else {
        match &report.fault {
            None => println!("{} events, all in order, the hash chain is whole", report.events),
            Some(fault) => println!("the log is damaged: {fault}"),
        }
    }
    Ok(if report.fault.is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn show(core: &crate::wiring::Core, stream: &str, at: Option<i64>, json: bool) -> Result<ExitCode> {
    let (context, id) = stream
        .split_once(':')
        .context("name the stream as <context>:<id>, e.g. evaluation:<team>/<evaluation>")?;
    let log = core.store.log();
    let (mut after, mut shown) = (0, 0_usize);
    loop {
        let page = log.stream(context, id, after, PAGE).await?;
        let full = page.len() >= PAGE;
        after = page.last().map_or(after, |envelope| envelope.sequence);
        for recorded in log.open_all(page).await? {
            if at.is_none_or(|at| recorded.envelope.seq <= at) {
                shown += 1;
                // Whoever reads may have seen enough.
                if writeln!(std::io::stdout(), "{}", text(&recorded, json)?).is_err() {
                    return Ok(ExitCode::SUCCESS);
                }
            }
        }
        if !full {
            break;
        }
    }
    if shown == 0 {
        eprintln!("there is no stream {stream}");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn text(recorded: &Recorded, json: bool) -> Result<String> {
    if json {
        return Ok(serde_json::to_string(recorded)?);
    }
    let envelope = &recorded.envelope;
    let at = super::moment(envelope.recorded_at)?;
    let by = envelope.metadata()?.actor;
    let (seq, sequence, name) = (envelope.seq, envelope.sequence, &envelope.name);
    Ok(format!("seq {seq}  #{sequence}  {name}  {at}  by {by}\n    {}", recorded.payload))
}
