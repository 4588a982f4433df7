//! An identity provider that the operator trusts: whose tokens it signed, it vouches for.

use data_encoding::HEXLOWER;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use touchstone_egress::{Setup, Url};
use touchstone_vocabulary::{TeamRole, Time};

use crate::keys::{Keys, Patience};

/// Two clocks may differ by this much, in seconds.
const LEEWAY: f64 = 30.0;
const LONGEST_CLAIM: usize = 255;

/// Which provider, and how its claims are called.
#[derive(Debug, Clone)]
pub struct Trust {
    pub issuer: Url,
    /// Whom its tokens must be for: this installation.
    pub audience: String,
    pub email_claim: String,
    /// Id or name of the team that the token is to act for.
    pub team_claim: String,
    /// What the token may do at most; a role in the team is not had by it.
    pub role_claim: String,
    /// Whether every address in its tokens is its bearer's, though they do not say so.
    pub vouches_for_emails: bool,
}

/// What a provider says of somebody.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// Digest of the issuer and its name for the person: the same for ever, whatever the address.
    pub digest: String,
    pub email: String,
    /// Whether the provider vouches that the address is the person's.
    pub is_email_verified: bool,
    pub given_name: String,
    pub family_name: String,
    pub team: Option<String>,
    pub role: Option<TeamRole>,
    pub expires_at: Time,
}

/// Why a token of a provider is not believed. The sentences hold nothing of the token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    #[error("The bearer token is neither one of this service nor a JWT.")]
    Malformed,
    #[error("The bearer token is not signed by a key of the identity provider.")]
    UnknownKey,
    #[error("The bearer token is signed in another way than its key is for.")]
    WrongAlgorithm,
    #[error("The bearer token's signature does not hold.")]
    BadSignature,
    #[error("The bearer token is of another issuer.")]
    OtherIssuer,
    #[error("The bearer token is for another audience.")]
    OtherAudience,
    #[error("The bearer token has expired.")]
    Expired,
    #[error("The bearer token is not valid yet.")]
    TooEarly,
    #[error("The bearer token lacks a claim that is needed: subject, e-mail address or expiry.")]
    Incomplete,
    /// Trying again later may help.
    #[error("the identity provider's keys cannot be read: {0}")]
    Away(String),
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: f64,
    nbf: Option<f64>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// Verifies tokens of one provider.
pub struct Provider {
    trust: Trust,
    keys: Keys,
}

impl Provider {
    pub fn new(trust: Trust, patience: Patience) -> Result<Self, Setup> {
        crate::ring::install();
        let keys = Keys::new(trust.issuer.clone(), patience)?;
        Ok(Self { trust, keys })
    }

    /// Whom a token speaks for at this time.
    pub async fn verify(&self, jwt: &str, now: Time) -> Result<Identity, Untrusted> {
        let header = decode_header(jwt).map_err(|_| Untrusted::Malformed)?;
        // Nothing critical is understood beyond the standard itself.
        if header.crit.is_some() {
            return Err(Untrusted::Malformed);
        }
        let kid = header.kid.filter(|kid| kid.len() <= LONGEST_CLAIM).ok_or(Untrusted::UnknownKey)?;
        let (key, issuer) = self.keys.find(&kid).await?;
        if header.alg != key.algorithm {
            return Err(Untrusted::WrongAlgorithm);
        }
        let mut rules = Validation::new(key.algorithm);
        rules.set_required_spec_claims(&["iss", "aud"]);
        rules.set_issuer(&[&issuer]);
        rules.set_audience(&[&self.trust.audience]);
        // The time is judged below, by the clock that everything else goes by.
        rules.validate_exp = false;
        let token = decode::<Claims>(jwt, &key.key, &rules).map_err(|fault| refusal(fault.kind()))?;
        self.identity(token.claims, &issuer, now)
    }

    fn identity(&self, claims: Claims, issuer: &str, now: Time) -> Result<Identity, Untrusted> {
        let Claims { sub, exp, nbf, others } = claims;
        let seconds = now.secs_f64();
        if exp + LEEWAY <= seconds {
            return Err(Untrusted::Expired);
        }
        if nbf.is_some_and(|start| start - LEEWAY > seconds) {
            return Err(Untrusted::TooEarly);
        }
        let text = |name: &str| others.get(name).and_then(Value::as_str).map(str::trim);
        let bounded = |name: &str| text(name).filter(|text| !text.is_empty() && text.len() <= LONGEST_CLAIM);
        let email = bounded(&self.trust.email_claim).ok_or(Untrusted::Incomplete)?;
        if sub.is_empty() || sub.len() > LONGEST_CLAIM {
            return Err(Untrusted::Incomplete);
        }
        let name = |claim: &str| bounded(claim).unwrap_or_default().to_owned();
        Ok(Identity {
            digest: digest(issuer, &sub),
            email: email.to_owned(),
            is_email_verified: others
                .get("email_verified")
                .map_or(self.trust.vouches_for_emails, |said| *said == Value::Bool(true)),
            given_name: name("given_name"),
            family_name: name("family_name"),
            team: bounded(&self.trust.team_claim).map(str::to_owned),
            role: others.get(&self.trust.role_claim).map(role),
            expires_at: Time::from_secs_f64(exp),
        })
    }
}

/// Admin only where that very word is said, alone or in a list; any other role is the lesser one.
fn role(claim: &Value) -> TeamRole {
    let admin = Value::from(TeamRole::Admin.as_str());
    let is_admin = *claim == admin || claim.as_array().is_some_and(|roles| roles.contains(&admin));
    if is_admin { TeamRole::Admin } else { TeamRole::User }
}

/// Issuer and subject; the length in between keeps any two pairs apart.
fn digest(issuer: &str, subject: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(format!("{}:{issuer}{subject}", issuer.len())))
}

fn refusal(fault: &ErrorKind) -> Untrusted {
    match fault {
        ErrorKind::InvalidSignature => Untrusted::BadSignature,
        ErrorKind::InvalidAlgorithm | ErrorKind::UnsupportedAlgorithm => Untrusted::WrongAlgorithm,
        ErrorKind::InvalidIssuer => Untrusted::OtherIssuer,
        ErrorKind::InvalidAudience => Untrusted::OtherAudience,
        ErrorKind::MissingRequiredClaim(claim) if claim == "iss" => Untrusted::OtherIssuer,
        ErrorKind::MissingRequiredClaim(claim) if claim == "aud" => Untrusted::OtherAudience,
        ErrorKind::Json(_) => Untrusted::Incomplete,
        _ => Untrusted::Malformed,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Time = Time::from_secs(1_000);

    fn provider(vouches_for_emails: bool) -> Provider {
        let trust = Trust {
            issuer: Url::parse("https://id.example.org").unwrap(),
            audience: "touchstone".into(),
            email_claim: "email".into(),
            team_claim: "team".into(),
            role_claim: "role".into(),
            vouches_for_emails,
        };
        Provider::new(trust, Patience::default()).unwrap()
    }

    #[allow(clippy::needless_pass_by_value)]
    fn read_by(vouches_for_emails: bool, change: Value) -> Result<Identity, Untrusted> {
        let mut claims =
            json!({"sub": "s-1", "exp": 1_000, "email": " ada@example.org ", "given_name": "Ada"});
        claims.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let claims = serde_json::from_value(claims).unwrap();
        provider(vouches_for_emails).identity(claims, "https://id.example.org", NOW)
    }

    fn read(change: Value) -> Result<Identity, Untrusted> {
        read_by(false, change)
    }

    #[test]
    fn an_address_is_vouched_for_by_the_token_or_where_it_is_silent_by_the_operator() {
        let table = [
            (json!({}), [false, true]),
            (json!({"email_verified": true}), [true, true]),
            (json!({"email_verified": false}), [false, false]),
            (json!({"email_verified": "true"}), [false, false]),
        ];
        for (claims, expected) in table {
            let vouched =
                [false, true].map(|trusts| read_by(trusts, claims.clone()).unwrap().is_email_verified);
            assert_eq!(vouched, expected, "{claims}");
        }
    }

    #[test]
    fn a_person_is_the_issuers_subject_whatever_the_address() {
        let ada = read(json!({})).unwrap();
        assert_eq!((ada.email.as_str(), ada.given_name.as_str()), ("ada@example.org", "Ada"));
        assert_eq!((ada.team, ada.role, ada.is_email_verified), (None, None, false));
        assert_eq!(read(json!({"email": "a@b"})).unwrap().digest, ada.digest);
        assert_ne!(read(json!({"sub": "s-2"})).unwrap().digest, ada.digest);
        assert_ne!(digest("a", "bc"), digest("ab", "c"));
    }

    #[test]
    fn a_token_holds_from_its_start_to_its_end_give_or_take_half_a_minute() {
        let table = [
            (json!({"exp": 970}), Err(Untrusted::Expired)),
            (json!({"exp": 971}), Ok(())),
            (json!({"exp": 1e300}), Ok(())),
            (json!({"nbf": 1_030}), Ok(())),
            (json!({"nbf": 1_030.5}), Err(Untrusted::TooEarly)),
            (json!({"nbf": null}), Ok(())),
        ];
        for (claims, expected) in table {
            assert_eq!(read(claims.clone()).map(drop), expected, "{claims}");
        }
    }

    #[test]
    fn what_is_needed_must_be_there_and_bounded() {
        for wrong in [
            json!({"sub": ""}),
            json!({"sub": "s".repeat(256)}),
            json!({"email": ""}),
            json!({"email": null}),
            json!({"email": ["a@b"]}),
            json!({"email": "e".repeat(256)}),
        ] {
            assert_eq!(read(wrong.clone()), Err(Untrusted::Incomplete), "{wrong}");
        }
    }

    #[test]
    fn only_the_very_word_admin_does_not_narrow() {
        let role = |claim: Value| read(json!({"role": claim})).unwrap().role;
        for admin in [json!("admin"), json!(["user", "admin"])] {
            assert_eq!(role(admin), Some(TeamRole::Admin));
        }
        for lesser in [json!("user"), json!("administrator"), json!([]), json!(true), json!({"admin": true})]
        {
            assert_eq!(role(lesser), Some(TeamRole::User));
        }
    }
}
