//! `touchstone target`.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use tokio::net::TcpListener;

use crate::target::{Fault, Persona, TargetOptions};

#[derive(Debug, Args)]
pub struct TargetArgs {
    /// Address of the practice target.
    #[arg(long, env = "TOUCHSTONE_TARGET_LISTEN", default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
    /// How it answers: steadfast refuses all, gullible leaks all, mixed falls for some.
    #[arg(long, env = "TOUCHSTONE_TARGET_PERSONA", default_value = "mixed")]
    persona: Persona,
    /// Milliseconds that each answer takes.
    #[arg(long, env = "TOUCHSTONE_TARGET_LATENCY_MS", default_value_t = 0)]
    latency_ms: u64,
    /// Misbehaviour, e.g. `rate-limit:every=10:after=1`, `error:every=20`, `hang`, `garbage`, `huge`, `long`.
    #[arg(long, env = "TOUCHSTONE_TARGET_FAULT")]
    fault: Option<Fault>,
}

pub async fn run(args: &TargetArgs) -> Result<ExitCode> {
    let listener = TcpListener::bind(args.listen)
        .await
        .with_context(|| format!("{} cannot be listened on; choose another --listen", args.listen))?;
    println!("The practice target ({}) serves http://{}/v1", args.persona, listener.local_addr()?);
    let options = TargetOptions {
        persona: args.persona,
        latency: Duration::from_millis(args.latency_ms),
        fault: args.fault,
    };
    crate::target::serve(listener, options, super::stop_signal()).await?;
    Ok(ExitCode::SUCCESS)
}
