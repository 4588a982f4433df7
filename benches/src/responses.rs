//! All responses in one answer, and what that costs the server in memory.

use std::time::Duration;

use anyhow::{Result, ensure};
use tokio::time::Instant;

use crate::evaluation::evaluate;
use crate::report::{Goal, Report, count};
use crate::site::{Backend, Running, Site, target};
use crate::{machine, rebuild};

/// Enough of the answer's end to see its count.
const TAIL: usize = 200;

pub async fn run(backend: Backend, prompts: usize) -> Result<()> {
    let (_site, server) = filled(backend, prompts).await?;
    server.stop().await
}

/// The same store serves both measurements.
pub async fn run_then_rebuild(backend: Backend, prompts: usize) -> Result<()> {
    let (site, server) = filled(backend, prompts).await?;
    server.stop().await?;
    rebuild::measure(&site).await
}

async fn filled(backend: Backend, prompts: usize) -> Result<(Site, Running)> {
    let site = Site::new(backend).await?;
    let server = site.serve(None).await?;
    let practice = target(Duration::ZERO).await?;
    let finished = evaluate(&site, &server, &practice, prompts).await?;
    drop(practice);
    let n = count(finished.responses);
    let mut report = Report::new("evaluation", backend.as_str(), finished.responses, finished.projecting);
    report.note("latency_ms", 0);
    report.figure("wall_seconds", finished.wall);
    report.figure("rate", n / finished.projecting);
    report.figure("recorded_rate", (n - 1.0) / finished.recording);
    report.figure("cpu_seconds_per_1000", finished.cpu / n * 1000.0);
    report.figure("peak_rss_mib", machine::peak_rss_mib(server.pid)?);
    report.print();
    measure(&site, &server, finished.responses).await?;
    Ok((site, server))
}

async fn measure(site: &Site, server: &Running, responses: usize) -> Result<()> {
    let admin = site.admin(server)?;
    let before = machine::rss_mib(server.pid)?;
    machine::forget_peak(server.pid)?;
    let cpu = machine::cpu_seconds(server.pid)?;
    let began = Instant::now();
    let mut answer = admin.stream("/v1/responses?limit=1000000").await?;
    let (mut bytes, mut tail) = (0_usize, Vec::new());
    while let Some(chunk) = answer.chunk().await? {
        bytes += chunk.len();
        tail.extend_from_slice(&chunk[chunk.len().saturating_sub(TAIL)..]);
        tail.drain(..tail.len().saturating_sub(TAIL));
    }
    let seconds = began.elapsed().as_secs_f64();
    let end = String::from_utf8_lossy(&tail).into_owned();
    ensure!(end.contains(&format!("],\"count\":{responses},")), "the answer is not whole, it ends: {end}");
    let peak = machine::peak_rss_mib(server.pid)?;
    let mut report = Report::new("responses-stream", site.backend.as_str(), responses, seconds);
    report.note("bytes", bytes);
    report.figure("rate", count(responses) / seconds);
    report.figure("cpu_seconds", machine::cpu_seconds(server.pid)? - cpu);
    report.figure("rss_before_mib", before);
    report.figure("peak_rss_mib", peak);
    report.goal("rss_growth_mib", peak - before, Goal::AtMost(64.0));
    report.print();
    Ok(())
}
