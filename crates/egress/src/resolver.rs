//! Name resolution that hands out permitted addresses only.
//!
//! The HTTP client connects to what this returns and asks nobody else, so an address that changes between two
//! questions (rebinding) is judged both times. The client does not tell a resolver which port it will connect to:
//! there is therefore one guard per port that the policy names, and one for all other ports.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::policy::{Blocked, Policy};

/// Asks for the addresses of a name.
pub type Lookup = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync>;

/// The operating system's own way: hosts file, then name servers.
pub(crate) fn system_lookup() -> Lookup {
    Arc::new(|name| {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    })
}

pub(crate) struct Guard {
    pub policy: Arc<Policy>,
    /// The port of the connections this guard serves; `None` for every port on which no judgement depends.
    pub port: Option<u16>,
    pub lookup: Lookup,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        let asked = (self.lookup)(name.clone());
        let (policy, port) = (Arc::clone(&self.policy), self.port);
        Box::pin(async move {
            let mut permitted = Vec::new();
            let mut refusal = None;
            for address in asked.await? {
                match policy.judge_resolved(&name, address, port) {
                    Ok(()) => permitted.push(SocketAddr::new(address, 0)),
                    Err(blocked) => refusal = Some(blocked),
                }
            }
            match refusal {
                Some(blocked) if permitted.is_empty() => {
                    Err(Box::new(blocked) as Box<dyn std::error::Error + Send + Sync>)
                }
                _ => Ok(Box::new(permitted.into_iter()) as Addrs),
            }
        })
    }
}

/// Finds the refusal of a guard somewhere below an error of the HTTP client.
pub(crate) fn refusal_in(error: &(dyn std::error::Error + 'static)) -> Option<Blocked> {
    let mut next = Some(error);
    while let Some(current) = next {
        if let Some(blocked) = current.downcast_ref::<Blocked>() {
            return Some(blocked.clone());
        }
        next = current.source();
    }
    None
}
