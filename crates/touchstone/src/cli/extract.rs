//! `touchstone extract`: the child process in which a document is read.

use std::process::ExitCode;

use clap::Args;
use touchstone_extract::Kind;

/// A document on the standard input, its pages as JSON on the standard output.
#[derive(Debug, Args)]
pub struct ExtractArgs {
    /// pdf, text, csv or json.
    kind: Kind,
}

/// Before anything else is started: it needs no thread, no log and no setting.
pub fn run(args: &ExtractArgs) -> ExitCode {
    let done = touchstone_extract::confine().and_then(|()| {
        touchstone_extract::answer(args.kind, std::io::stdin().lock(), std::io::stdout().lock())
    });
    if done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
