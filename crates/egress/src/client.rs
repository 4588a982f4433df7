//! The client: one request, one bounded answer.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, Response, redirect};
use url::Url;

use crate::policy::{Blocked, Policy, bare};
use crate::resolver::{Guard, Lookup, refusal_in, system_lookup};

/// Longest wait for a connection, TLS handshake included. The limit of the whole call may end it earlier.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// Shorter than what common servers and load balancers keep an idle connection for.
const IDLE_FOR: Duration = Duration::from_secs(30);

/// The outbound HTTP client. Clones share connections.
#[derive(Clone)]
pub struct Egress(Arc<Clients>);

struct Clients {
    policy: Arc<Policy>,
    /// For each port that a judgement may depend on.
    by_port: HashMap<u16, Client>,
    any_port: Client,
}

/// What one request may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the first step to the last byte of the answer.
    pub total: Duration,
    /// Most bytes of the answer's body.
    pub max_body: usize,
}

/// Whatever the other side answered, redirects and errors included.
#[derive(Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Why there is no answer. Carries nothing that the other side sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    #[error(transparent)]
    Blocked(#[from] Blocked),
    #[error("The answer was not complete within its time limit.")]
    TimedOut,
    /// The name is unknown, nothing listens, or the TLS handshake failed.
    #[error("No connection could be made.")]
    Unreachable,
    #[error("The answer was longer than {limit} bytes.")]
    TooLarge { limit: usize },
    /// The connection or its encoding broke in the middle.
    #[error("The connection broke before the answer was complete.")]
    Broken,
}

/// The client could not be built, which happens only when TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("the outbound HTTP client could not be set up")]
pub struct Setup(#[from] reqwest::Error);

impl Egress {
    pub fn new(policy: Policy) -> Result<Self, Setup> {
        Self::with_lookup(policy, &system_lookup())
    }

    /// The same with another way of asking for addresses. Whatever it answers is judged.
    pub fn with_lookup(policy: Policy, lookup: &Lookup) -> Result<Self, Setup> {
        let policy = Arc::new(policy);
        let guarded = |port| client(Guard { policy: Arc::clone(&policy), port, lookup: Arc::clone(lookup) });
        let by_port = policy
            .ports()
            .into_iter()
            .map(|port| Ok((port, guarded(Some(port))?)))
            .collect::<Result<_, Setup>>()?;
        let any_port = guarded(None)?;
        Ok(Self(Arc::new(Clients { policy, by_port, any_port })))
    }

    /// Reads and judges an address as far as that is possible without a name server.
    pub fn check(&self, url: &str) -> Result<Url, Blocked> {
        let url = Url::parse(url.trim()).map_err(|_| Blocked::Invalid)?;
        self.0.policy.check(&url)?;
        Ok(url)
    }

    /// The same for an address that is going to be kept and shown: there must be no room in it for a credential.
    pub fn check_kept(&self, url: &str) -> Result<Url, Blocked> {
        let url = self.check(url)?;
        bare(&url)?;
        Ok(url)
    }

    pub async fn post(
        &self,
        url: Url,
        headers: HeaderMap,
        body: Bytes,
        limits: Limits,
    ) -> Result<Answer, EgressError> {
        self.send(Method::POST, url, headers, Some(body), limits).await
    }

    pub async fn get(&self, url: Url, headers: HeaderMap, limits: Limits) -> Result<Answer, EgressError> {
        self.send(Method::GET, url, headers, None, limits).await
    }

    /// Any other request.
    pub async fn call(
        &self,
        method: Method,
        url: Url,
        headers: HeaderMap,
        body: Bytes,
        limits: Limits,
    ) -> Result<Answer, EgressError> {
        self.send(method, url, headers, Some(body), limits).await
    }

    async fn send(
        &self,
        method: Method,
        url: Url,
        headers: HeaderMap,
        body: Option<Bytes>,
        limits: Limits,
    ) -> Result<Answer, EgressError> {
        // Again, although `check` made it: a URL can be built in other ways, and addresses never reach the resolver.
        self.0.policy.check(&url)?;
        let client = url.port_or_known_default().and_then(|port| self.0.by_port.get(&port));
        let mut request = client.unwrap_or(&self.0.any_port).request(method, url).headers(headers);
        if let Some(body) = body {
            request = request.body(body);
        }
        let exchange = async {
            let response = request.send().await.map_err(|error| fault(&error))?;
            answer(response, limits.max_body).await
        };
        tokio::time::timeout(limits.total, exchange).await.unwrap_or(Err(EgressError::TimedOut))
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one outbound client")]
fn client(guard: Guard) -> Result<Client, Setup> {
    let client = Client::builder()
        .user_agent(concat!("touchstone/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .referer(false)
        .no_proxy()
        // A few bytes may not unfold into gigabytes, whatever features another crate turns on.
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .http1_only()
        .tcp_nodelay(true)
        .connect_timeout(CONNECT_WITHIN)
        .pool_idle_timeout(IDLE_FOR)
        .dns_resolver(Arc::new(guard))
        .build()?;
    Ok(client)
}

async fn answer(mut response: Response, limit: usize) -> Result<Answer, EgressError> {
    let announced =
        response.content_length().map_or(0, |length| usize::try_from(length).unwrap_or(usize::MAX));
    if announced > limit {
        return Err(EgressError::TooLarge { limit });
    }
    let status = response.status().as_u16();
    let headers = std::mem::take(response.headers_mut());
    let mut next = async || response.chunk().await.map_err(|error| fault(&error));
    let first = next().await?.unwrap_or_default();
    if first.len() > limit {
        return Err(EgressError::TooLarge { limit });
    }
    // Most answers come in one piece, which then needs no copy.
    let Some(second) = next().await? else {
        return Ok(Answer { status, headers, body: first });
    };
    let mut body = BytesMut::with_capacity(announced.max(first.len() + second.len()));
    body.extend_from_slice(&first);
    let mut piece = Some(second);
    while let Some(bytes) = piece {
        if body.len() + bytes.len() > limit {
            return Err(EgressError::TooLarge { limit });
        }
        body.extend_from_slice(&bytes);
        piece = next().await?;
    }
    Ok(Answer { status, headers, body: body.freeze() })
}

fn fault(error: &reqwest::Error) -> EgressError {
    if let Some(blocked) = refusal_in(error) {
        EgressError::Blocked(blocked)
    } else if error.is_connect() {
        EgressError::Unreachable
    } else if error.is_timeout() {
        EgressError::TimedOut
    } else {
        EgressError::Broken
    }
}
