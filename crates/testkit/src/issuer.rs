//! An identity provider of the test's own: serves discovery and keys over HTTP, and signs what it is told to.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// A key that protects nothing but these tests, as PKCS #1 in base 64: ring makes no RSA keys of its own.
const RSA: &str = "\
    MIIEowIBAAKCAQEA7nzDvjGgEBHXvFyL1bvPadF2bI5pKLmDsdGY0RRVHT6+bURfQkdcZeEWR8K7d1xxUyhYYbqsAKx6PaWQeocV\
    BFSgDL3vBkG74zKbVi+6wwuBxitOQlAmkqYJIBQEqiUuvz9mPf4FsvLCzv//34Ahdbx17Xmh6QQpa5ynmd6lYyviEhNBqmtEblcY\
    jiQs6DplDpvS31AOxHWWU7IeNfMKZM8QZsJqDVs7frOmJilb//hJ7uToq4fsZkHZYO3WjhS8hD94XkJs/VeOIFcAFfTCC3xFJJXp\
    NtoWRX8P823dV8nx2q0l00VKCj9EWQf6206zH2TE6s5Gf1NeFGzwrOFjpwIDAQABAoIBAAN7XSzq3ZA5KndXZI/sy4pFzXRSn0oX\
    F0tNKO2DM1Ds0xaWT8u7GKgWIV9P17Ermi32zKo0nFaa2LgLXEYlsGgH8kRCsPmG6SmChM5n06gNrsndZP7xMPb60e70ITNOEqt7\
    z1AquXDo5sY4lPGcQHYkbRZYAcX8p7wopTEeaoy9lpAhAd7obeZ6qDJiKNiBsZTKRAK6LXucf/xgSjk/rzBSgwXTIuARE0s6xRKi\
    0WPlIptgvC84Z10SymP2jinJv6xglNRrRrQRyFjvhzCoUOdsOjo3dkZrc1gmrgduoaly2mZPz64NGGGrYb3d9nsxjNFDXU/Z5VHV\
    T2Z++PMrLzUCgYEA+JKyJcegx3LkK8OsXIYT6c6lpzhRw2tb2wf8ua2rQJBlLtMGV4LVQMYq8GqNp1WIIzvsocZ9Kj9WY9S+f+c5\
    A6AwMRLztifOA8haA/TN6bJC3xsBU2gUzWLyr2wUWy/FG4Rix5BNi3Ds4iJku1kl1Ad8XJ4Z0i5yTHtbZ1TWWo0CgYEA9ZzsuaD7\
    lxe/zFytcN5Tw1BpiZvLiZwU48X+c5gLvYVMlNWNxwm2LPBBo6dklWUL/3/pAow8ltwZOEFrXpYdjLYmxHZmLmF4IJp2gfz8guRQ\
    i8bdigXH47liR3A1UcwzbnB0MoJv5GLk72mvVBFhGTOYWHTe8vBwAuPWgwTMpAMCgYAzsWYk3y/7alQzGb01fJiVjej7LoYqaqAu\
    m6md/5TWl3DDXRU7i7THhK6XUsFkpC/si+C4/+s1pvhTSIHZXX+I1n5PJk7SedKpDLhTjExqJi0r8pTDAKka0VIA0ywkjnmiMFTO\
    hZ7qubA5ksd6Ap8QSgI9zI84G3qflyO6CHWPXQKBgH4UggiANOZI0LItWPM5jbITUznKed83+hk6h/X6tPwisz8rqM3llFjZNDi4\
    Mw/lgRU1Kf2e03N1pJSWMHGriZuz3Y64YJeqfSnvYKo1ncHrRdWazhqOASBLB8I4PYax1iz5GQzcnGeWxIKJs/DpwvhW3ft6cwAu\
    oLE7F+DF0+7VAoGBAOW1NYKo/w8pS8QV5zEr47mv8geLHyBvqv6wz+wzfl03KBzxb5YvBcwTPAUTRU9fqkC2DKxuT4Ccgif68paR\
    VF4t5d38Oja0piqZwV35QnPJrTZirmnABx70RPEhyW0GWqPOWLiGTSeBOoHX2WkQa/7PQi8EpNBYeFbSDLrK1IdH";

enum Pair {
    Rsa(RsaKeyPair),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// A private key with a name.
pub struct Signer {
    kid: String,
    pair: Pair,
}

fn text(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

#[expect(clippy::expect_used, reason = "a test cannot go on without its keys")]
impl Signer {
    /// Signs with RS256.
    pub fn rsa(kid: &str) -> Self {
        let der = BASE64.decode(RSA.as_bytes()).expect("base 64");
        let pair = Pair::Rsa(RsaKeyPair::from_der(&der).expect("an RSA key"));
        Self { kid: kid.to_owned(), pair }
    }

    /// Signs with ES256.
    pub fn ecdsa(kid: &str) -> Self {
        let (random, scheme) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let document = EcdsaKeyPair::generate_pkcs8(scheme, &random).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(scheme, document.as_ref(), &random).expect("a key");
        Self { kid: kid.to_owned(), pair: Pair::Ecdsa(pair) }
    }

    /// Signs with EdDSA.
    pub fn ed25519(kid: &str) -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key");
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).expect("a key");
        Self { kid: kid.to_owned(), pair: Pair::Ed25519(pair) }
    }

    fn algorithm(&self) -> &'static str {
        match self.pair {
            Pair::Rsa(_) => "RS256",
            Pair::Ecdsa(_) => "ES256",
            Pair::Ed25519(_) => "EdDSA",
        }
    }

    /// What everybody may know of it.
    pub fn jwk(&self) -> Value {
        let mut jwk = match &self.pair {
            Pair::Rsa(pair) => {
                let public = PublicKeyComponents::<Vec<u8>>::from(pair.public());
                json!({"kty": "RSA", "n": text(&public.n), "e": text(&public.e)})
            }
            Pair::Ecdsa(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({"kty": "EC", "crv": "P-256", "x": text(x), "y": text(y)})
            }
            Pair::Ed25519(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": text(pair.public_key().as_ref())})
            }
        };
        jwk["kid"] = json!(self.kid);
        jwk["use"] = json!("sig");
        jwk
    }

    fn signature(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).expect("signed");
                signature
            }
            Pair::Ecdsa(pair) => pair.sign(&random, message).expect("signed").as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    /// A JWT with these claims.
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_as(&json!({"alg": self.algorithm(), "kid": self.kid, "typ": "JWT"}), claims)
    }

    /// The same under whatever header, also one that lies.
    pub fn sign_as(&self, header: &Value, claims: &Value) -> String {
        let signed =
            format!("{}.{}", text(header.to_string().as_bytes()), text(claims.to_string().as_bytes()));
        let signature = self.signature(signed.as_bytes());
        format!("{signed}.{}", text(&signature))
    }
}

#[derive(Default)]
struct Told {
    keys: Mutex<Vec<Value>>,
    asked: AtomicUsize,
    away: AtomicBool,
    url: String,
}

/// The provider.
pub struct Issuer {
    pub url: String,
    told: Arc<Told>,
    _serving: JoinSet<std::io::Result<()>>,
}

#[expect(clippy::expect_used, reason = "a test cannot go on without its provider")]
impl Issuer {
    pub async fn start(signers: &[&Signer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let told = Arc::new(Told { url: url.clone(), ..Told::default() });
        let app = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .with_state(Arc::clone(&told));
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, app).await });
        let issuer = Self { url, told, _serving: serving };
        issuer.publish(signers);
        issuer
    }

    /// From now on these are the keys.
    pub fn publish(&self, signers: &[&Signer]) {
        let keys = signers.iter().map(|signer| signer.jwk()).collect();
        *self.told.keys.lock().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    /// Answers nothing but errors while it is away.
    pub fn be_away(&self, away: bool) {
        self.told.away.store(away, Ordering::Relaxed);
    }

    /// How often its keys were asked for.
    pub fn asked(&self) -> usize {
        self.told.asked.load(Ordering::Relaxed)
    }
}

type Answer = Result<Json<Value>, StatusCode>;

fn unless_away(told: &Told, answer: Value) -> Answer {
    if told.away.load(Ordering::Relaxed) { Err(StatusCode::SERVICE_UNAVAILABLE) } else { Ok(Json(answer)) }
}

async fn discovery(State(told): State<Arc<Told>>) -> Answer {
    told.asked.fetch_add(1, Ordering::Relaxed);
    let url = &told.url;
    unless_away(&told, json!({"issuer": url, "jwks_uri": format!("{url}/keys")}))
}

async fn keys(State(told): State<Arc<Told>>) -> Answer {
    let keys = told.keys.lock().unwrap_or_else(PoisonError::into_inner).clone();
    unless_away(&told, json!({"keys": keys}))
}
