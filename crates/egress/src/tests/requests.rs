//! Real requests to real servers on loopback.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{any, get, post};
use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::resolver::Lookup;
use crate::{Blocked, Egress, EgressError, Limits, Policy, Zone};

const ROOMY: Limits = Limits { total: Duration::from_secs(20), max_body: 1 << 20 };

async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// A server that says `text` to whoever asks, then closes.
async fn serve_raw(text: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut seen = [0; 4096];
            let _ = socket.read(&mut seen).await;
            let _ = socket.write_all(text.as_bytes()).await;
        }
    });
    address
}

fn home() -> Egress {
    Egress::new(Policy { loopback: true, ..Policy::default() }).unwrap()
}

fn fixed(addresses: &'static [&'static str]) -> Lookup {
    Arc::new(move |_| {
        Box::pin(async move { Ok(addresses.iter().map(|text| text.parse::<IpAddr>().unwrap()).collect()) })
    })
}

async fn get_with(egress: &Egress, url: &str, limits: Limits) -> Result<(u16, Bytes), EgressError> {
    let url = egress.check(url)?;
    egress.get(url, HeaderMap::new(), limits).await.map(|answer| (answer.status, answer.body))
}

#[tokio::test]
async fn a_post_carries_its_headers_and_body_and_brings_the_answer() {
    let app = Router::new().route(
        "/v1/x",
        post(|headers: HeaderMap, body: String| async move {
            let key = headers.get("authorization").unwrap().to_str().unwrap().to_owned();
            (StatusCode::IM_A_TEAPOT, [("retry-after", "7")], format!("{key} {body}"))
        }),
    );
    let address = serve(app).await;
    let egress = home();
    let mut headers = HeaderMap::new();
    headers.insert("authorization", "Bearer amber".parse().unwrap());
    let url = egress.check(&format!("http://{address}/v1/x")).unwrap();
    let answer = egress.post(url, headers, Bytes::from_static(b"lantern"), ROOMY).await.unwrap();
    assert_eq!((answer.status, &answer.body[..]), (418, &b"Bearer amber lantern"[..]));
    assert_eq!(answer.headers["retry-after"], "7");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_nobody_follows_it() {
    let visits = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&visits);
    let app = Router::new()
        .route("/from", any(|| async { (StatusCode::TEMPORARY_REDIRECT, [("location", "/to")]) }))
        .route(
            "/to",
            any(move || {
                seen.fetch_add(1, Ordering::SeqCst);
                async { "arrived" }
            }),
        );
    let address = serve(app).await;
    let (status, _) = get_with(&home(), &format!("http://{address}/from"), ROOMY).await.unwrap();
    assert_eq!(status, 307);
    assert_eq!(visits.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_body_over_its_limit_is_given_up_whether_announced_or_not() {
    let app = Router::new().route("/announced", get(|| async { vec![b'a'; 70_000] })).route(
        "/endless",
        get(|| async {
            let piece = Bytes::from(vec![b'a'; 16_384]);
            Body::from_stream(futures::stream::repeat_with(move || Ok::<_, std::io::Error>(piece.clone())))
        }),
    );
    let address = serve(app).await;
    let limits = Limits { max_body: 65_536, ..ROOMY };
    for path in ["announced", "endless"] {
        let result = get_with(&home(), &format!("http://{address}/{path}"), limits).await;
        assert_eq!(result.unwrap_err(), EgressError::TooLarge { limit: 65_536 }, "{path}");
    }
    let exact = Limits { max_body: 70_000, ..ROOMY };
    let (_, body) = get_with(&home(), &format!("http://{address}/announced"), exact).await.unwrap();
    assert_eq!(body.len(), 70_000);
}

#[tokio::test]
async fn a_server_that_hangs_before_or_inside_its_answer_times_out() {
    let app = Router::new().route("/silent", get(|| async { std::future::pending::<&str>().await })).route(
        "/stuck",
        get(|| async { Body::from_stream(futures::stream::pending::<Result<Bytes, std::io::Error>>()) }),
    );
    let address = serve(app).await;
    let limits = Limits { total: Duration::from_millis(60), ..ROOMY };
    for path in ["silent", "stuck"] {
        let result = get_with(&home(), &format!("http://{address}/{path}"), limits).await;
        assert_eq!(result.unwrap_err(), EgressError::TimedOut, "{path}");
    }
}

#[tokio::test]
async fn a_half_answer_and_a_non_answer_are_broken() {
    let half =
        serve_raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\nconnection: close\r\n\r\nonly this").await;
    let noise = serve_raw("\u{1}\u{2}\u{3} this is no HTTP\r\n\r\n").await;
    for address in [half, noise] {
        let result = get_with(&home(), &format!("http://{address}/"), ROOMY).await;
        assert_eq!(result.unwrap_err(), EgressError::Broken);
    }
}

#[tokio::test]
async fn a_closed_port_and_an_unknown_name_are_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let result = get_with(&home(), &format!("http://{address}/"), ROOMY).await;
    assert_eq!(result.unwrap_err(), EgressError::Unreachable);

    let unknown: Lookup = Arc::new(|_| Box::pin(async { Err(std::io::Error::other("no such name")) }));
    let egress = Egress::with_lookup(Policy::default(), &unknown).unwrap();
    let result = get_with(&egress, "http://nowhere.example/", ROOMY).await;
    assert_eq!(result.unwrap_err(), EgressError::Unreachable);
}

#[tokio::test]
async fn a_name_that_resolves_to_closed_addresses_only_is_blocked() {
    for (address, zone) in [
        (&["127.0.0.1"][..], Zone::Loopback),
        (&["10.0.0.1", "192.168.0.1"], Zone::Private),
        (&["169.254.169.254"], Zone::Metadata),
        (&["::ffff:127.0.0.1"], Zone::Embedding),
        (&["fd00::1"], Zone::UniqueLocal),
    ] {
        let egress = Egress::with_lookup(Policy::default(), &fixed(address)).unwrap();
        let result = get_with(&egress, "http://innocent.example/", ROOMY).await;
        assert_eq!(result.unwrap_err(), EgressError::Blocked(Blocked::Network(zone)));
    }
}

#[tokio::test]
async fn of_several_addresses_only_the_permitted_are_connected_to() {
    let address = serve(Router::new().route("/", get(|| async { "here" }))).await;
    let policy = Policy { loopback: true, ..Policy::default() };
    let egress = Egress::with_lookup(policy, &fixed(&["10.0.0.1", "127.0.0.1"])).unwrap();
    let (status, body) =
        get_with(&egress, &format!("http://mixed.example:{}/", address.port()), ROOMY).await.unwrap();
    assert_eq!((status, &body[..]), (200, &b"here"[..]));
}

#[tokio::test]
async fn an_answer_that_changes_between_two_questions_is_judged_both_times() {
    let app = Router::new().route("/", get(|| async { ([("connection", "close")], "here") }));
    let address = serve(app).await;
    let asked = AtomicUsize::new(0);
    let flipping: Lookup = Arc::new(move |_| {
        let first = asked.fetch_add(1, Ordering::SeqCst) == 0;
        Box::pin(async move { Ok(vec![if first { "127.0.0.1" } else { "10.0.0.1" }.parse().unwrap()]) })
    });
    let egress = Egress::with_lookup(Policy { loopback: true, ..Policy::default() }, &flipping).unwrap();
    let url = format!("http://flip.example:{}/", address.port());
    assert!(get_with(&egress, &url, ROOMY).await.is_ok());
    let second = get_with(&egress, &url, ROOMY).await.unwrap_err();
    assert_eq!(second, EgressError::Blocked(Blocked::Network(Zone::Private)));
}

#[tokio::test]
async fn a_listed_port_is_reached_and_its_neighbour_is_not() {
    let open = serve(Router::new().route("/", get(|| async { "open" }))).await;
    let other = serve(Router::new().route("/", get(|| async { "closed" }))).await;
    let policy = Policy::parse(&format!("127.0.0.1:{}", open.port()), true).unwrap();
    let egress = Egress::with_lookup(policy, &fixed(&["127.0.0.1"])).unwrap();
    for host in ["127.0.0.1", "localhost", "any.example"] {
        let (status, _) = get_with(&egress, &format!("http://{host}:{}/", open.port()), ROOMY).await.unwrap();
        assert_eq!(status, 200, "{host}");
        let refused =
            get_with(&egress, &format!("http://{host}:{}/", other.port()), ROOMY).await.unwrap_err();
        assert_eq!(refused, EgressError::Blocked(Blocked::NotListed), "{host}");
    }
}

#[tokio::test]
async fn a_port_listed_for_one_network_opens_no_other() {
    let address = serve(Router::new().route("/", get(|| async { "open" }))).await;
    let policy = Policy::parse(&format!("10.0.0.0/8:{},127.0.0.1:1", address.port()), true).unwrap();
    let egress = Egress::with_lookup(policy, &fixed(&["127.0.0.1"])).unwrap();
    let refused =
        get_with(&egress, &format!("http://name.example:{}/", address.port()), ROOMY).await.unwrap_err();
    assert_eq!(refused, EgressError::Blocked(Blocked::NotListed));
}

#[tokio::test]
async fn a_listed_name_may_live_in_a_private_network_but_not_at_a_metadata_service() {
    let address = serve(Router::new().route("/", get(|| async { "open" }))).await;
    let policy = Policy::parse("model.lan:*", false).unwrap();
    let egress = Egress::with_lookup(policy.clone(), &fixed(&["127.0.0.1"])).unwrap();
    assert!(get_with(&egress, &format!("http://model.lan:{}/", address.port()), ROOMY).await.is_ok());
    let egress = Egress::with_lookup(policy, &fixed(&["169.254.169.254"])).unwrap();
    let refused = get_with(&egress, "http://model.lan/", ROOMY).await.unwrap_err();
    assert_eq!(refused, EgressError::Blocked(Blocked::NotListed));
}

#[tokio::test]
async fn a_url_that_was_never_checked_is_checked_by_the_request() {
    let url = url::Url::parse("http://127.0.0.1:9/").unwrap();
    let egress = Egress::new(Policy::default()).unwrap();
    let refused = egress.post(url, HeaderMap::new(), Bytes::new(), ROOMY).await.err().unwrap();
    assert_eq!(refused, EgressError::Blocked(Blocked::Network(Zone::Loopback)));
}
