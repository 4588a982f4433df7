//! A name whose answers change between the check and the use reaches nothing that is closed.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use bytes::Bytes;
use reqwest::dns::Resolve;
use tokio::net::TcpListener;

use super::dns::NameServer;
use crate::resolver::Guard;
use crate::{Blocked, Egress, EgressError, HeaderMap, Limits, Policy, Zone};

const LIMITS: Limits = Limits { total: Duration::from_secs(20), max_body: 1 << 20 };

/// A server that nobody may reach, and how often somebody did.
async fn canary(address: &str) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(address).await.unwrap();
    let (address, hits) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&hits);
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    (address, hits)
}

async fn asked(egress: &Egress, url: &str) -> Result<Bytes, EgressError> {
    let url = egress.check(url)?;
    egress.get(url, HeaderMap::new(), LIMITS).await.map(|answer| answer.body)
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_name_that_was_public_when_it_was_checked_is_refused_once_it_is_private() {
    let (address, hits) = canary("127.0.0.1:0").await;
    for closed in ["127.0.0.1", "::1", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "64:ff9b::7f00:1"] {
        let server = NameServer::start(move |n| vec![if n == 0 { ip("8.8.8.8") } else { ip(closed) }]).await;
        let guard = Guard { policy: Arc::default(), port: None, lookup: server.lookup() };
        let first: Vec<_> = guard.resolve("flip.example".parse().unwrap()).await.unwrap().collect();
        assert_eq!(first, [SocketAddr::new(ip("8.8.8.8"), 0)], "the first answer is a good one");

        let egress = Egress::with_lookup(Policy::default(), &server.lookup()).unwrap();
        for _ in 0..10 {
            let refused = asked(&egress, &format!("http://flip.example:{}/", address.port())).await;
            let zone = Zone::of(ip(closed));
            assert_eq!(refused.unwrap_err(), EgressError::Blocked(Blocked::Network(zone)), "{closed}");
        }
        assert_eq!(server.asked(), 11, "it is asked at each use, and once");
    }
    assert_eq!(hits.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn only_the_permitted_ones_of_changing_and_mixed_answers_are_connected_to() {
    // The same port on two addresses of this machine: one is listed, the other is the canary.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (_, hits) = canary(&format!("127.0.0.2:{port}")).await;
    let app = Router::new().route("/", get(|| async { ([("connection", "close")], "here") }));
    let serving = tokio::spawn(async move { axum::serve(listener, app).await });
    let server = NameServer::start(|n| match n % 3 {
        0 => vec![ip("127.0.0.1")],
        1 => vec![ip("127.0.0.2")],
        _ => vec![ip("127.0.0.2"), ip("127.0.0.1"), ip("::1")],
    })
    .await;
    let policy = Policy::parse(&format!("127.0.0.1:{port}"), true).unwrap();
    let egress = Egress::with_lookup(policy, &server.lookup()).unwrap();
    let url = format!("http://flip.example:{port}/");
    for n in 0..30 {
        let answer = asked(&egress, &url).await;
        if n % 3 == 1 {
            assert_eq!(answer.unwrap_err(), EgressError::Blocked(Blocked::NotListed), "{n}");
        } else {
            assert_eq!(&answer.unwrap()[..], b"here", "{n}");
        }
    }
    // Nor does a client that finds nobody at the permitted address try the next.
    serving.abort();
    assert!(serving.await.is_err());
    for n in 0..30 {
        let answer = asked(&egress, &url).await.unwrap_err();
        assert!(matches!(answer, EgressError::Unreachable | EgressError::Blocked(Blocked::NotListed)), "{n}");
    }
    assert_eq!((server.asked(), hits.load(Ordering::SeqCst)), (60, 0));
}

#[tokio::test]
async fn a_canary_that_may_be_reached_is_reached() {
    let (address, hits) = canary("127.0.0.1:0").await;
    let server = NameServer::start(|_| vec![ip("127.0.0.1")]).await;
    let open = Policy { loopback: true, ..Policy::default() };
    let egress = Egress::with_lookup(open, &server.lookup()).unwrap();
    let broken = asked(&egress, &format!("http://flip.example:{}/", address.port())).await;
    assert_eq!(broken.unwrap_err(), EgressError::Broken);
    assert!(hits.load(Ordering::SeqCst) > 0, "the control");
}
