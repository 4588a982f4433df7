//! `touchstone catalog import-benchmark`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::json;
use touchstone_benchmarks::{Fault, Outline, Row, Set, read};
use touchstone_catalog::benchmark::{BENCHMARKS, Benchmark};
use touchstone_kernel::Clock;

use crate::clock::SystemClock;
use crate::settings::StoreOptions;

/// So many faults are told; the rest is counted.
const TOLD: usize = 100;

#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Which benchmark, by the name of its harness.
    name: String,
    /// Files of the data set in their public form, or JSON lines with `expect` and `question`.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Leave out rows that cannot be read, and import the others.
    #[arg(long, env = "TOUCHSTONE_SKIP_BAD")]
    skip_bad: bool,
    /// Print JSON.
    #[arg(long, env = "TOUCHSTONE_JSON")]
    json: bool,
}

pub async fn import(options: &StoreOptions, args: &ImportArgs) -> Result<ExitCode> {
    let Some(benchmark) = Benchmark::named(&args.name) else {
        let names: Vec<&str> = BENCHMARKS.iter().map(|benchmark| benchmark.name).collect();
        bail!("there is no benchmark of that name; there are {}", names.join(", "));
    };
    let (rows, faults) = read_all(benchmark, &args.files)?;
    let is_refused = !faults.is_empty() && !args.skip_bad;
    let set = if is_refused { None } else { Set::of(benchmark, rows) };
    let Some(set) = set else {
        tell(args, benchmark, None, &faults);
        if !args.json {
            let reason =
                if is_refused { "correct the rows or say --skip-bad" } else { "the files hold no row" };
            println!("nothing was imported: {reason}");
        }
        return Ok(ExitCode::FAILURE);
    };
    let (database, _) = crate::wiring::database(&crate::settings::store(options)?).await?;
    let imported = crate::wiring::benchmarks(&database).import(&set, SystemClock.now()).await;
    database.close().await;
    tell(args, benchmark, Some((&set.outline, imported?)), &faults);
    Ok(ExitCode::SUCCESS)
}

/// A record that is not taken, and the name of its file.
struct Bad {
    file: String,
    fault: Fault,
}

/// The rows of all files in the order of their names, and what could not be read.
fn read_all(benchmark: &Benchmark, files: &[PathBuf]) -> Result<(Vec<Row>, Vec<Bad>)> {
    let mut files = files.to_vec();
    files.sort_by(|one, other| one.file_name().cmp(&other.file_name()).then_with(|| one.cmp(other)));
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for file in files {
        let text = std::fs::read_to_string(&file)
            .with_context(|| format!("{} cannot be read as text", file.display()))?;
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let reading = read(benchmark, &name, &text);
        rows.extend(reading.rows);
        faults.extend(reading.faults.into_iter().map(|fault| Bad { file: name.clone(), fault }));
    }
    Ok((rows, faults))
}

/// What became of it. Of the rows themselves nothing is told.
fn tell(args: &ImportArgs, benchmark: &Benchmark, imported: Option<(&Outline, bool)>, faults: &[Bad]) {
    if args.json {
        let fault = |Bad { file, fault: Fault { line, field, sentence } }: &Bad| json!({"file": file, "line": line, "field": field, "sentence": sentence});
        let report = json!({
            "benchmark": benchmark.name,
            "digest": imported.map(|(outline, _)| &outline.digest),
            "rows": imported.map_or(0, |(outline, _)| outline.rows()),
            "probes": imported.map_or(0, |(outline, _)| outline.probes()),
            "is_new": imported.is_some_and(|(_, is_new)| is_new),
            "bad_rows": faults.len(),
            "faults": faults.iter().take(TOLD).map(fault).collect::<Vec<_>>(),
        });
        println!("{report}");
        return;
    }
    for Bad { file, fault: Fault { line, field, sentence } } in faults.iter().take(TOLD) {
        println!("{file}:{line}: {field} {sentence}");
    }
    if faults.len() > TOLD {
        println!("and {} more", faults.len() - TOLD);
    }
    if let Some((outline, is_new)) = imported {
        let what = if is_new { "imported" } else { "was imported already" };
        let (rows, probes, digest) = (outline.rows(), outline.probes(), &outline.digest);
        println!("{} {what}: {rows} rows in {probes} probes, set {digest}", benchmark.name);
    }
}
