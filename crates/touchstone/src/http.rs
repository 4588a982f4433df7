//! HTTP connections: how many, how long a head may be and take, and how they end.
//!
//! A connection that has sent nothing costs little and may stay for a while; one that has begun a request has to
//! finish its head soon. What a request may cost afterwards is the API's to say.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::Request;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Sleep;
use tokio_util::sync::CancellationToken;
use touchstone_api::{Limits, Peer};
use tower::ServiceExt;

/// Between attempts to accept while the system has no room for another connection.
const BREATH: Duration = Duration::from_millis(100);

/// Serves until told to stop; then requests that are being answered have `grace` to end.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    stop: CancellationToken,
    grace: Duration,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            // Whoever comes when all places are taken waits in the system's queue.
            accepted = async { (Arc::clone(&places).acquire_owned().await, listener.accept().await) } => accepted,
            Some(_) = connections.join_next() => continue,
        };
        match accepted {
            (Ok(place), Ok((socket, peer))) => {
                let (router, stop) = (router.clone(), stop.clone());
                connections.spawn(async move {
                    connection(socket, Peer(peer.ip()), router, limits, stop).await;
                    drop(place);
                });
            }
            (_, Err(fault)) => {
                tracing::warn!(%fault, "a connection could not be accepted");
                tokio::time::sleep(BREATH).await;
            }
            (Err(_), _) => break,
        }
    }
    drop(listener);
    let ending = async { while connections.join_next().await.is_some() {} };
    // Event streams never end by themselves.
    let _ = tokio::time::timeout(grace, ending).await;
}

async fn connection(socket: TcpStream, peer: Peer, router: Router, limits: Limits, stop: CancellationToken) {
    // An answer is not held back to be sent with the next one.
    let _ = socket.set_nodelay(true);
    let turns = Turns::default();
    let patient = Patient {
        socket,
        turns: turns.clone(),
        turn: 0,
        within: Duration::from_secs(limits.header_seconds),
        head: None,
    };
    let service = service_fn(move |request: Request<Incoming>| {
        turns.next();
        let turns = turns.clone();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(peer);
        let answered = router.clone().oneshot(request);
        async move { Ok::<_, std::convert::Infallible>(answered.await?.map(|body| Sent { body, turns })) }
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(limits.idle_seconds))
        .max_header_size(limits.header_bytes)
        .serve_connection(TokioIo::new(patient), service);
    tokio::pin!(serving);
    // How it ends is the client's affair: it went away, was too slow, or said no HTTP.
    let _ = tokio::select! {
        ended = serving.as_mut() => ended,
        () = stop.cancelled() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
}

/// Whose turn it is on a connection: in even turns the client sends a head, in odd ones a request is answered.
#[derive(Clone, Default)]
struct Turns(Arc<AtomicU64>);

impl Turns {
    fn next(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A socket that gives a client only so long for the rest of a head it has begun.
struct Patient {
    socket: TcpStream,
    turns: Turns,
    /// The turn of the last look.
    turn: u64,
    within: Duration,
    /// Runs while a head comes in.
    head: Option<Pin<Box<Sleep>>>,
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.socket).poll_read(cx, buf);
        let turn = self.turns.now();
        if turn != self.turn {
            (self.turn, self.head) = (turn, None);
        }
        // What comes in while a request is answered is its body.
        if turn.is_multiple_of(2) && buf.filled().len() > before && self.head.is_none() {
            self.head = Some(Box::pin(tokio::time::sleep(self.within)));
        }
        let too_late = self.head.as_mut().is_some_and(|end| end.as_mut().poll(cx).is_ready());
        if too_late { Poll::Ready(Err(io::ErrorKind::TimedOut.into())) } else { read }
    }
}

impl AsyncWrite for Patient {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(cx, pieces)
    }
}

/// The body of an answer; when it is gone, the connection waits for the next head.
struct Sent {
    body: Body,
    turns: Turns,
}

impl HttpBody for Sent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        self.turns.next();
    }
}
