//! A name server on loopback whose answers change, and a way of asking it: enough of RFC 1035 for that.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::UdpSocket;

use crate::Lookup;

const A: u16 = 1;
const AAAA: u16 = 28;

/// Answers question number n, counted from 0, with what the script says.
pub struct NameServer {
    pub address: SocketAddr,
    asked: Arc<AtomicUsize>,
}

impl NameServer {
    pub async fn start(script: impl Fn(usize) -> Vec<IpAddr> + Send + 'static) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let (address, asked) = (socket.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
        let count = Arc::clone(&asked);
        tokio::spawn(async move {
            let mut question = [0; 512];
            while let Ok((length, from)) = socket.recv_from(&mut question).await {
                let answer = answer(&question[..length], &script(count.load(Ordering::SeqCst)));
                // The two questions about a name are one; AAAA comes last.
                if kind(&question[..length]) == AAAA {
                    count.fetch_add(1, Ordering::SeqCst);
                }
                socket.send_to(&answer, from).await.unwrap();
            }
        });
        Self { address, asked }
    }

    /// How often a name was asked for.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Asks this server for both kinds of addresses, each time anew.
    pub fn lookup(&self) -> Lookup {
        let server = self.address;
        Arc::new(move |name| {
            Box::pin(async move {
                let mut found = Vec::new();
                for kind in [A, AAAA] {
                    let socket = UdpSocket::bind("127.0.0.1:0").await?;
                    socket.send_to(&question(&name, kind), server).await?;
                    let mut answer = [0; 512];
                    let length = socket.recv(&mut answer).await?;
                    found.extend(addresses(&answer[..length], kind));
                }
                if found.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(found) }
            })
        })
    }
}

fn question(name: &str, kind: u16) -> Vec<u8> {
    // Id, "recursion desired", one question.
    let mut message = vec![0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.').filter(|label| !label.is_empty()) {
        message.push(u8::try_from(label.len()).unwrap());
        message.extend(label.as_bytes());
    }
    message.push(0);
    message.extend(kind.to_be_bytes());
    message.extend([0, 1]);
    message
}

/// Where the question ends: its name, type and class.
fn after_question(message: &[u8]) -> usize {
    let mut at = 12;
    while message[at] != 0 {
        at += 1 + usize::from(message[at]);
    }
    at + 5
}

fn kind(question: &[u8]) -> u16 {
    let end = after_question(question);
    u16::from_be_bytes([question[end - 4], question[end - 3]])
}

fn answer(question: &[u8], addresses: &[IpAddr]) -> Vec<u8> {
    let asked = kind(question);
    let mut message = question[..after_question(question)].to_vec();
    let mut count = 0;
    for address in addresses {
        let (kind, bytes) = match address {
            IpAddr::V4(v4) => (A, v4.octets().to_vec()),
            IpAddr::V6(v6) => (AAAA, v6.octets().to_vec()),
        };
        if kind == asked {
            // The name of the question; type, class; to be forgotten at once; length.
            message.extend([0xc0, 12]);
            message.extend(kind.to_be_bytes());
            message.extend([0, 1, 0, 0, 0, 0, 0, u8::try_from(bytes.len()).unwrap()]);
            message.extend(bytes);
            count += 1;
        }
    }
    (message[2], message[3], message[7]) = (0x81, 0x80, count);
    message
}

fn addresses(message: &[u8], kind: u16) -> Vec<IpAddr> {
    let length = if kind == A { 4 } else { 16 };
    let records = message[after_question(message)..].chunks_exact(12 + length);
    records
        .map(|record| {
            let bytes = &record[12..];
            match <[u8; 4]>::try_from(bytes) {
                Ok(v4) => IpAddr::V4(Ipv4Addr::from(v4)),
                Err(_) => IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).unwrap())),
            }
        })
        .collect()
}
