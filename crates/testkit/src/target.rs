//! A practice target of the test's own, over real HTTP.

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use touchstone::target::TargetOptions;

use crate::caller::Caller;

pub struct Practice {
    pub url: String,
    root: String,
    stop: CancellationToken,
    _serving: JoinSet<std::io::Result<()>>,
}

impl Practice {
    #[expect(clippy::expect_used, reason = "a test cannot go on without its target")]
    pub async fn start(options: TargetOptions) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let root = format!("http://{}", listener.local_addr().expect("an address"));
        let stop = CancellationToken::new();
        let mut serving = JoinSet::new();
        serving.spawn(touchstone::target::serve(listener, options, stop.clone()));
        Self { url: format!("{root}/v1"), root, stop, _serving: serving }
    }

    /// How often it was called: `calls`, `distinct`, `repeated`, `peak`.
    pub async fn calls(&self) -> Value {
        Caller::new(self.root.clone(), String::new()).get("/calls").await.ok()
    }
}

impl Drop for Practice {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
