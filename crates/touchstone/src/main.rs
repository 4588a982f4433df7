//! `touchstone`: evaluates language models and agents, and can prove every result.

use std::process::ExitCode;

use clap::Parser;
use touchstone::cli::Cli;

fn main() -> ExitCode {
    touchstone::cli::main(Cli::parse())
}
