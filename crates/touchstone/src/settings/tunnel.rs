//! The tunnel through which agents on members' own machines can be reached.

use std::path::Path;

use anyhow::{Result, bail};
use touchstone_api::TunnelProvider;
use touchstone_egress::Url;

use super::secret;

const VARIABLE: &str = "TOUCHSTONE_TUNNEL_TOKEN";

/// The provider, where one is named. Its token stands in the variable or in a file, but not in both.
pub fn provider(domain: Option<String>, file: Option<&Path>) -> Result<Option<TunnelProvider>> {
    let given = secret::given(VARIABLE);
    resolve(domain, given, file)
}

fn resolve(
    domain: Option<String>,
    given: Option<String>,
    file: Option<&Path>,
) -> Result<Option<TunnelProvider>> {
    let token = secret::one(VARIABLE, given, file)?;
    match (domain, token) {
        (None, None) => Ok(None),
        (Some(domain), Some(token)) if is_host(&domain) => {
            Ok(Some(TunnelProvider { domain, token: token.into() }))
        }
        (Some(domain), Some(_)) => bail!("tunnel_domain: {domain:?} is no name of a host"),
        (Some(_), None) => {
            bail!("tunnel_domain needs a token: name its file with --tunnel-token-file, or set {VARIABLE}")
        }
        (None, Some(_)) => {
            bail!("the tunnel's token needs tunnel_domain: under which name agents are reached")
        }
    }
}

fn is_host(domain: &str) -> bool {
    Url::parse(&format!("https://{domain}/")).is_ok_and(|url| url.host_str() == Some(domain))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_tunnel_is_named_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        std::fs::write(&path, "amber-lantern\n").unwrap();
        let read = |domain: Option<&str>, given: Option<&str>, file: Option<&Path>| {
            resolve(domain.map(str::to_owned), given.map(str::to_owned), file)
        };
        assert!(read(None, None, None).unwrap().is_none());
        assert!(read(None, Some(""), None).unwrap().is_none());
        let named = "agents.example.org";
        let domain = Some(named);
        for (given, file) in [(Some("amber-lantern"), None), (None, Some(path.as_path()))] {
            let provider = read(domain, given, file).unwrap().unwrap();
            assert_eq!((provider.domain.as_str(), provider.token.expose_secret()), (named, "amber-lantern"));
        }
        for (domain, given, file, word) in [
            (domain, None, None, "needs a token"),
            (None, Some("amber-lantern"), None, "needs tunnel_domain"),
            (domain, Some("amber-lantern"), Some(path.as_path()), "only one"),
            (domain, None, Some(dir.path()), "cannot be read"),
            (Some("https://agents.example.org"), Some("amber-lantern"), None, "no name of a host"),
            (Some("a b"), Some("amber-lantern"), None, "no name of a host"),
        ] {
            let fault = read(domain, given, file).err().unwrap().to_string();
            assert!(fault.contains(word) && !fault.contains("amber"), "{fault}");
        }
    }
}
