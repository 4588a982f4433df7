//! What an operator does on the command line, server up or down.

mod install;
mod log;
mod process;
mod projections;
mod vault;

use serde_json::Value;
use touchstone_testkit::{Caller, Practice, Process, Spawn, TargetOptions, eventually};

/// The one JSON line of an output; logs go elsewhere.
pub fn json(said: &str) -> Value {
    let line = said
        .lines()
        .find(|line| serde_json::from_str::<Value>(line).is_ok_and(|value| value.get("level").is_none()));
    line.and_then(|line| serde_json::from_str(line).ok()).unwrap_or_else(|| panic!("no JSON: {said}"))
}

/// Runs a subcommand that must end well.
pub async fn well(spawn: &Spawn, args: &[&str]) -> String {
    let (code, said) = spawn.run(args).await;
    assert_eq!(code, Some(0), "{args:?}: {said}");
    said
}

/// The first admin, once the token is known.
pub async fn admin(spawn: &Spawn, server: &Process) -> Caller {
    let admin = spawn.admin(server);
    eventually("the token is known", || async {
        (admin.get("/v1/users/me").await.status == 200).then_some(())
    })
    .await;
    admin
}

async fn target() -> Practice {
    Practice::start(TargetOptions::default()).await
}

pub async fn down(server: Process) {
    server.signal("TERM").await;
    assert_eq!(server.ended().await, Some(0));
}
