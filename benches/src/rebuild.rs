//! `projections rebuild --all` over the log of a finished evaluation, server down.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use sqlx::{Connection, PgConnection, SqliteConnection};
use tokio::time::Instant;

use crate::evaluation::evaluate;
use crate::report::{Goal, Report, count};
use crate::site::{Backend, Site, target};

pub async fn run(backend: Backend, prompts: usize) -> Result<()> {
    let site = Site::new(backend).await?;
    let server = site.serve(None).await?;
    let practice = target(Duration::ZERO).await?;
    evaluate(&site, &server, &practice, prompts).await?;
    server.stop().await?;
    measure(&site).await
}

/// Rebuilds from the log that is there. The time is that of the whole command, from its start to its end.
pub async fn measure(site: &Site) -> Result<()> {
    let events = events(site).await?;
    let began = Instant::now();
    let mut command = site.command(&["projections", "rebuild", "--all"])?;
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    eprintln!("process {} rebuilds", child.id().context("the rebuild is gone")?);
    let output = child.wait_with_output().await?;
    let seconds = began.elapsed().as_secs_f64();
    ensure!(output.status.success(), "the rebuild failed: {}", String::from_utf8_lossy(&output.stderr));
    let mut report = Report::new("rebuild", site.backend.as_str(), events, seconds);
    let rate = count(events) / seconds;
    match site.backend {
        Backend::Sqlite => report.figure("rate", rate),
        Backend::Postgres => report.goal("rate", rate, Goal::AtLeast(20_000.0)),
    }
    report.print();
    Ok(())
}

async fn events(site: &Site) -> Result<usize> {
    let sql = "select count(*) from events";
    let n: i64 = match site.backend {
        Backend::Sqlite => {
            let mut connection = SqliteConnection::connect(&site.database_url).await?;
            sqlx::query_scalar(sql).fetch_one(&mut connection).await?
        }
        Backend::Postgres => {
            let mut connection = PgConnection::connect(&site.database_url).await?;
            sqlx::query_scalar(sql).fetch_one(&mut connection).await?
        }
    };
    Ok(usize::try_from(n)?)
}
