//! The demo's view of the API: the same HTTP that anybody else speaks.

use anyhow::{Context, Result, bail};
use serde_json::Value;

pub struct Client {
    base: String,
    token: String,
    http: reqwest::Client,
}

impl Client {
    #[expect(clippy::disallowed_methods, reason = "the demo is a client of its own server, not part of it")]
    pub fn new(base: String, token: String) -> Result<Self> {
        let http = reqwest::Client::builder().no_proxy().build().context("no HTTP client can be built")?;
        Ok(Self { base, token, http })
    }

    pub async fn get(&self, path: &str) -> Result<Value> {
        self.answer(self.http.get(format!("{}{path}", self.base))).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.answer(self.http.post(format!("{}{path}", self.base)).json(body)).await
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> Result<Value> {
        let answer = request.bearer_auth(&self.token).send().await?;
        let status = answer.status();
        let body: Value = answer.json().await.context("the API's answer is no JSON")?;
        if !status.is_success() {
            bail!("the API answered {status}: {}", body["detail"]);
        }
        Ok(body)
    }
}
