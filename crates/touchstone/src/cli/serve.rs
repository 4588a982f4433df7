//! `touchstone serve`.

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
        println!("Touchstone serves http://{address} (documentation at http://{address}/docs)");
        let token = settings.store.data_dir.join("admin.token");
        if token.exists() {
            println!("The first admin's token is in {}", token.display());
        }
    }
    server.wait().await?;
    Ok(ExitCode::SUCCESS)
}
