//! Where a call goes and with which credential.

use secrecy::{ExposeSecret, SecretString};
use touchstone_egress::{Blocked, Egress, HeaderMap, HeaderName, HeaderValue, Url, header};
use touchstone_vocabulary::Hub;

/// A model behind a hub.
#[derive(Debug, Clone)]
pub struct Target {
    pub hub: Hub,
    /// Base URL up to and including the version segment, or the full URL of the completions. Without it the hub's
    /// public address is meant.
    pub url: Option<String>,
    pub model: String,
    pub secret: SecretString,
}

/// Why a target cannot be called at all. The sentences name neither the secret nor the address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetFault {
    #[error("The hub {0} is not supported yet. Use one of: {spoken}.", spoken = Hub::spoken_names())]
    NotSpoken(Hub),
    #[error("The hub {0} needs a URL.")]
    MissingUrl(Hub),
    #[error("The API key has characters that a header cannot carry. Store it again without line breaks.")]
    Secret,
    #[error(transparent)]
    Blocked(#[from] Blocked),
}

const COMPLETIONS: &str = "/chat/completions";
const MODELS: &str = "/models";

impl Target {
    /// The address of the completions, judged by the egress policy.
    pub(crate) fn address(&self, egress: &Egress) -> Result<Url, TargetFault> {
        self.below_base(egress, COMPLETIONS)
    }

    /// The address of the list of models, likewise.
    pub(crate) fn models_address(&self, egress: &Egress) -> Result<Url, TargetFault> {
        self.below_base(egress, MODELS)
    }

    fn below_base(&self, egress: &Egress, end: &str) -> Result<Url, TargetFault> {
        if !self.hub.is_spoken() {
            return Err(TargetFault::NotSpoken(self.hub));
        }
        let given = self.url.as_deref().map(str::trim).filter(|url| !url.is_empty());
        let base = given.or(self.hub.default_url()).ok_or(TargetFault::MissingUrl(self.hub))?;
        let mut url = egress.check(base)?;
        let path = url.path().trim_end_matches('/');
        let path = format!("{}{end}", path.strip_suffix(COMPLETIONS).unwrap_or(path));
        url.set_path(&path);
        url.set_fragment(None);
        Ok(url)
    }

    pub(crate) fn headers(&self) -> Result<HeaderMap, TargetFault> {
        let secret = self.secret.expose_secret().trim();
        let (name, text) = match self.hub {
            // A bearer there means a token of its directory service, not a key.
            Hub::Azure => (HeaderName::from_static("api-key"), secret.to_owned()),
            _ => (header::AUTHORIZATION, format!("Bearer {secret}")),
        };
        let mut credential = HeaderValue::from_str(&text).map_err(|_| TargetFault::Secret)?;
        credential.set_sensitive(true);
        let mut headers = HeaderMap::with_capacity(3);
        headers.insert(name, credential);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        Ok(headers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use touchstone_egress::Policy;

    fn target(hub: Hub, url: Option<&str>) -> Target {
        Target { hub, url: url.map(str::to_owned), model: "m".into(), secret: "amber".into() }
    }

    fn address(hub: Hub, url: Option<&str>) -> Result<String, TargetFault> {
        let egress = Egress::new(Policy { loopback: true, ..Policy::default() }).unwrap();
        target(hub, url).address(&egress).map(String::from)
    }

    #[test]
    fn the_completions_stand_below_the_base_url_unless_the_url_already_names_them() {
        let table = [
            (Hub::Custom, Some("http://127.0.0.1:1/v1"), "http://127.0.0.1:1/v1/chat/completions"),
            (Hub::Custom, Some(" http://127.0.0.1:1/v1/ "), "http://127.0.0.1:1/v1/chat/completions"),
            (Hub::Custom, Some("http://127.0.0.1:1"), "http://127.0.0.1:1/chat/completions"),
            (
                Hub::Custom,
                Some("http://127.0.0.1:1/v1/chat/completions#x"),
                "http://127.0.0.1:1/v1/chat/completions",
            ),
            (
                Hub::Azure,
                Some("https://a.example/openai/deployments/d/chat/completions?api-version=2024-06-01"),
                "https://a.example/openai/deployments/d/chat/completions?api-version=2024-06-01",
            ),
            (
                Hub::Azure,
                Some("https://a.example/openai/deployments/d?api-version=2024-06-01"),
                "https://a.example/openai/deployments/d/chat/completions?api-version=2024-06-01",
            ),
            (Hub::OpenAi, None, "https://api.openai.com/v1/chat/completions"),
            (Hub::Mistral, Some(""), "https://api.mistral.ai/v1/chat/completions"),
            (Hub::OpenAi, Some("http://127.0.0.1:1/v1"), "http://127.0.0.1:1/v1/chat/completions"),
        ];
        for (hub, url, wanted) in table {
            assert_eq!(address(hub, url).unwrap(), wanted);
        }
    }

    #[test]
    fn the_models_stand_beside_the_completions() {
        let egress = Egress::new(Policy { loopback: true, ..Policy::default() }).unwrap();
        for (url, wanted) in [
            ("http://127.0.0.1:1/v1", "http://127.0.0.1:1/v1/models"),
            ("http://127.0.0.1:1/v1/chat/completions?a=b", "http://127.0.0.1:1/v1/models?a=b"),
            ("http://127.0.0.1:1/", "http://127.0.0.1:1/models"),
        ] {
            let address = target(Hub::Custom, Some(url)).models_address(&egress).map(String::from);
            assert_eq!(address.unwrap(), wanted);
        }
    }

    #[test]
    fn every_spoken_hub_has_an_address_or_says_that_it_needs_one() {
        for hub in Hub::ALL.iter().copied() {
            let outcome = address(hub, None);
            if !hub.is_spoken() {
                assert_eq!(outcome, Err(TargetFault::NotSpoken(hub)));
            } else if hub.needs_url() {
                assert_eq!(outcome, Err(TargetFault::MissingUrl(hub)));
            } else {
                assert!(outcome.unwrap().starts_with("https://"));
            }
        }
        assert!(TargetFault::NotSpoken(Hub::Vertex).to_string().contains("openai, custom"));
    }

    #[test]
    fn a_credential_never_shows_and_cannot_smuggle_a_header() {
        let mut key = target(Hub::OpenAi, None);
        assert!(!format!("{key:?} {:?}", key.headers().unwrap()).contains("amber"));
        key.secret = "amber\r\nx-injected: 1".into();
        let fault = key.headers().unwrap_err();
        assert_eq!(fault, TargetFault::Secret);
        assert!(!fault.to_string().contains("amber"));
    }
}
