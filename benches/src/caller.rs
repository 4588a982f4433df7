//! Somebody who calls the API.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};

pub struct Caller {
    base: String,
    token: String,
    http: Client,
}

impl Caller {
    /// The first admin of a server.
    #[expect(clippy::disallowed_methods, reason = "a measuring client is not the service's")]
    pub fn admin(address: &str, data_dir: &Path) -> Result<Self> {
        let token =
            std::fs::read_to_string(data_dir.join("admin.token")).context("the server wrote no token")?;
        let http = Client::builder().no_proxy().timeout(Duration::from_mins(30)).build()?;
        Ok(Self { base: format!("http://{address}"), token: token.trim().to_owned(), http })
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response> {
        let answer = request.bearer_auth(&self.token).send().await?;
        let status = answer.status();
        if !status.is_success() {
            bail!("the server answered {status}: {}", answer.text().await?);
        }
        Ok(answer)
    }

    /// A GET whose answer is read piece by piece.
    pub async fn stream(&self, path: &str) -> Result<Response> {
        self.send(self.http.get(format!("{}{path}", self.base))).await
    }

    pub async fn get(&self, path: &str) -> Result<Value> {
        Ok(serde_json::from_slice(&self.stream(path).await?.bytes().await?)?)
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let answer = self.send(self.http.post(format!("{}{path}", self.base)).json(body)).await?;
        Ok(serde_json::from_slice(&answer.bytes().await?)?)
    }

    /// An API key for a target, with a limit per second.
    pub async fn key(&self, url: &str, per_second: u32) -> Result<String> {
        let key = json!({
            "name": "practice", "hub": "custom", "value": "practice-key-value", "url": url,
            "rate_limit_per_interval": per_second, "rate_limit_interval": 1,
        });
        let made = self.post("/v1/api-keys", &key).await?;
        Ok(made["id"].as_str().context("the new key has no id")?.to_owned())
    }
}
