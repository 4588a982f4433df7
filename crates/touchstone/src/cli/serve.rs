//! `touchstone serve`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;

use crate::clock::SystemClock;
use crate::settings::{ServeOptions, StoreOptions};
use crate::wiring::Server;

pub async fn run(store: &StoreOptions, options: &ServeOptions) -> Result<ExitCode> {
    let settings = crate::settings::serve(store, options)?;
    let stop = super::stop_signal();
    let server = Server::start(&settings, Arc::new(SystemClock), stop).await?;
    if let Some(address) = server.address {
        let mut said =
            format!("Touchstone serves http://{address} (documentation at http://{address}/docs)\n");
        let token = settings.store.data_dir.join("admin.token");
        if token.exists() {
            let _ = writeln!(said, "The first admin's token is in {}", token.display());
        }
        // A server goes on when nobody reads what it says any more.
        let _ = std::io::stdout().write_all(said.as_bytes());
    }
    server.wait().await?;
    Ok(ExitCode::SUCCESS)
}
