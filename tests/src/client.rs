//! The unmodified Python client, through everything that is served.

use std::path::Path;
use std::time::Duration;

use tokio::process::Command;
use touchstone_testkit::{Backend, Practice, Spawn, TargetOptions};

async fn journey(backend: Backend) {
    let mut spawn = Spawn::new(backend).await;
    spawn.environment.push(("TOUCHSTONE_TUNNEL_TOKEN".into(), "amber-tunnel-token".into()));
    let server = spawn.serve_with(&["--log", "warn", "--tunnel-domain", "agents.example.org"]).await;
    let fast = Practice::start(TargetOptions::default()).await;
    let slow =
        Practice::start(TargetOptions { latency: Duration::from_millis(700), ..TargetOptions::default() })
            .await;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("client/journey.py");
    let output = Command::new("python3")
        .arg(script)
        .arg(format!("http://{}/v1", server.address))
        .arg(spawn.admin(&server).token)
        .args([&fast.url, &slow.url])
        .output()
        .await
        .expect("python3 is installed");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("the client's journey held"), "{said}");
}

#[tokio::test]
async fn the_python_client_works_on_sqlite() {
    journey(Backend::Embedded).await;
}

#[tokio::test]
async fn the_python_client_works_on_postgresql_and_nats() {
    journey(Backend::Scaled).await;
}
