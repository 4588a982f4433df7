//! The keys of an identity provider: found by discovery, kept for a while, asked for again when one is unknown.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;
use touchstone_egress::{Egress, HeaderMap, Limits, Policy, Setup, Url};

use crate::provider::Untrusted;

const LIMITS: Limits = Limits { total: Duration::from_secs(5), max_body: 1024 * 1024 };

/// How long keys are believed.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Keys are asked for again after this: one that the provider has withdrawn is not accepted for longer.
    pub fresh: Duration,
    /// A provider is asked at most this often, whatever unknown keys are named to us.
    pub pause: Duration,
    /// While the provider is away, the keys that are known are used for this long.
    pub stale: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            fresh: Duration::from_mins(10),
            pause: Duration::from_secs(10),
            stale: Duration::from_hours(1),
        }
    }
}

/// One public key and the one algorithm that it is for: a token cannot choose.
#[derive(Clone)]
pub struct PublicKey {
    pub key: DecodingKey,
    pub algorithm: Algorithm,
}

/// What the provider said the last time.
struct Known {
    /// The issuer as the provider spells it.
    issuer: String,
    keys: HashMap<String, PublicKey>,
    at: Instant,
}

/// The keys of one provider.
pub struct Keys {
    issuer: Url,
    patience: Patience,
    /// Reaches the issuer's own host, wherever the operator put it.
    own: Egress,
    /// Reaches public addresses, where large providers keep their keys.
    public: Egress,
    known: RwLock<Option<Arc<Known>>>,
    /// When it was last asked; held while it is.
    asked: Mutex<Option<Instant>>,
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

impl Keys {
    pub fn new(issuer: Url, patience: Patience) -> Result<Self, Setup> {
        let own = Egress::new(reaching(&issuer))?;
        let public = Egress::new(Policy::default())?;
        Ok(Self { issuer, patience, own, public, known: RwLock::default(), asked: Mutex::default() })
    }

    /// The key of this name and the issuer's own spelling of itself.
    pub async fn find(&self, kid: &str) -> Result<(PublicKey, String), Untrusted> {
        let held = |known: &Known| known.keys.get(kid).map(|key| (key.clone(), known.issuer.clone()));
        if let Some(found) = self.known_within(self.patience.fresh).as_deref().and_then(held) {
            return Ok(found);
        }
        let is_known = self.known_within(self.patience.stale).as_deref().and_then(held).is_some();
        let failed = self.ask(!is_known).await.err();
        match (self.known_within(self.patience.stale), failed) {
            (Some(known), _) => held(&known).ok_or(Untrusted::UnknownKey),
            (None, Some(fault)) => Err(Untrusted::Away(fault)),
            (None, None) => Err(Untrusted::Away("it was asked a moment ago and did not answer".to_owned())),
        }
    }

    fn known_within(&self, age: Duration) -> Option<Arc<Known>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        known.filter(|known| known.at.elapsed() < age)
    }

    /// Asks the provider, unless it was asked a moment ago. Who comes while it is asked waits for the same answer, if
    /// there is nothing to go on with.
    async fn ask(&self, waits: bool) -> Result<(), String> {
        let mut asked = match self.asked.try_lock() {
            Ok(asked) => asked,
            Err(_) if waits => self.asked.lock().await,
            Err(_) => return Ok(()),
        };
        if asked.is_some_and(|at| at.elapsed() < self.patience.pause) {
            return Ok(());
        }
        let fetched = self.fetch().await;
        *asked = Some(Instant::now());
        match fetched {
            Ok(known) => {
                *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(known));
                Ok(())
            }
            Err(fault) => {
                tracing::warn!(issuer = %self.issuer, fault, "the identity provider's keys cannot be read");
                Err(fault)
            }
        }
    }

    async fn fetch(&self) -> Result<Known, String> {
        let path = format!("{}/.well-known/openid-configuration", self.issuer.as_str().trim_end_matches('/'));
        let discovery: Discovery = self.get(&path).await?;
        if discovery.issuer.trim_end_matches('/') != self.issuer.as_str().trim_end_matches('/') {
            return Err("its discovery document speaks of another issuer".to_owned());
        }
        let set: KeySet = self.get(&discovery.jwks_uri).await?;
        let keys = set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok());
        let keys = keys.filter_map(|key: Jwk| usable(&key)).collect();
        Ok(Known { issuer: discovery.issuer, keys, at: Instant::now() })
    }

    async fn get<T: DeserializeOwned>(&self, url: &str) -> Result<T, String> {
        let url = Url::parse(url).map_err(|_| "it names an address that is no URL".to_owned())?;
        if url.scheme() != "https" && self.issuer.scheme() == "https" {
            return Err("it names an address without https".to_owned());
        }
        let place = |url: &Url| (url.host_str().map(str::to_owned), url.port_or_known_default());
        let client = if place(&url) == place(&self.issuer) { &self.own } else { &self.public };
        let answer = client.get(url, HeaderMap::new(), LIMITS).await.map_err(|fault| fault.to_string())?;
        if answer.status != 200 {
            return Err(format!("it answered with status {}", answer.status));
        }
        serde_json::from_slice(&answer.body).map_err(|_| "its answer is not what it should be".to_owned())
    }
}

/// The one place that the operator named.
fn reaching(issuer: &Url) -> Policy {
    let host = issuer.host_str().unwrap_or_default();
    let entry = issuer.port_or_known_default().map(|port| format!("{host}:{port}"));
    let allow = entry.and_then(|entry| entry.parse().ok());
    Policy { allow: allow.into_iter().collect(), ..Policy::default() }
}

/// A key that may verify signatures, with its name.
fn usable(jwk: &Jwk) -> Option<(String, PublicKey)> {
    let kid = jwk.common.key_id.clone()?;
    if matches!(jwk.common.public_key_use, Some(PublicKeyUse::Encryption)) {
        return None;
    }
    let algorithm = algorithm(jwk)?;
    Some((kid, PublicKey { key: DecodingKey::from_jwk(jwk).ok()?, algorithm }))
}

/// The algorithm of a key: what it says if its kind allows that, else what its kind implies.
fn algorithm(jwk: &Jwk) -> Option<Algorithm> {
    let allowed: &[Algorithm] = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => &[
            Algorithm::RS256,
            Algorithm::RS384,
            Algorithm::RS512,
            Algorithm::PS256,
            Algorithm::PS384,
            Algorithm::PS512,
        ],
        AlgorithmParameters::EllipticCurve(curve) => match curve.curve {
            EllipticCurve::P256 => &[Algorithm::ES256],
            EllipticCurve::P384 => &[Algorithm::ES384],
            _ => return None,
        },
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
            &[Algorithm::EdDSA]
        }
        _ => return None,
    };
    match jwk.common.key_algorithm {
        None => allowed.first().copied(),
        Some(said) => allowed.iter().copied().find(|algorithm| KeyAlgorithm::from(*algorithm) == said),
    }
}
