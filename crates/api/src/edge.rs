//! The edge of the service: from which address a request really comes.

use std::net::IpAddr;

use axum::http::{Extensions, HeaderMap, HeaderName};
use ipnet::IpNet;
use url::Url;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Who is at the other end of the connection; whoever serves puts it into each request.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// How the service stands in its network.
#[derive(Debug, Clone, Default)]
pub struct Edge {
    /// Networks whose word about where a request comes from is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether requests are counted per minute.
    pub rates: bool,
    /// Under which address clients reach the service, where a request does not say it itself.
    pub public_url: Option<Url>,
}

impl Edge {
    /// The address of whoever asks: the peer, or behind trusted proxies the last address in `X-Forwarded-For` that is
    /// none of theirs. What stands before that one anybody may have written.
    pub(crate) fn client(&self, extensions: &Extensions, headers: &HeaderMap) -> Option<IpAddr> {
        let Peer(peer) = *extensions.get::<Peer>()?;
        let trusted = |address: IpAddr| {
            self.trusted_proxies.iter().any(|network| network.contains(&address.to_canonical()))
        };
        if !trusted(peer) {
            return Some(peer.to_canonical());
        }
        let named = headers.get_all(FORWARDED_FOR).into_iter().filter_map(|value| value.to_str().ok());
        let named: Vec<&str> = named.flat_map(|value| value.split(',')).map(str::trim).collect();
        let mut nearest = peer;
        for text in named.into_iter().rev() {
            let Ok(address) = text.parse::<IpAddr>() else { break };
            nearest = address;
            if !trusted(address) {
                break;
            }
        }
        Some(nearest.to_canonical())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str]) -> String {
        let edge = Edge {
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()],
            rates: true,
            public_url: None,
        };
        let mut extensions = Extensions::new();
        extensions.insert(Peer(peer.parse().unwrap()));
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        edge.client(&extensions, &headers).unwrap().to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_about_where_a_request_comes_from() {
        assert_eq!(client("192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
        assert_eq!(client("10.0.0.1", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(client("::ffff:10.0.0.1", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(client("fd00::1", &["2001:db8::7"]), "2001:db8::7");
    }

    #[test]
    fn what_a_client_wrote_before_the_proxies_is_not_believed() {
        assert_eq!(client("10.0.0.1", &["203.0.113.9, 198.51.100.7, 10.0.0.2"]), "198.51.100.7");
        assert_eq!(client("10.0.0.1", &["203.0.113.9", "198.51.100.7"]), "198.51.100.7");
        assert_eq!(client("10.0.0.1", &["203.0.113.9, unknown"]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &["10.0.0.3"]), "10.0.0.3");
    }
}
