//! The identity provider whose tokens are accepted.

use std::net::IpAddr;

use anyhow::{Context, Result, bail};
use touchstone_egress::Url;
use touchstone_identity::Trust;

use super::ServeOptions;

/// The identity provider, where one is named.
pub fn trust(options: &ServeOptions, file: &ServeOptions) -> Result<Option<Trust>> {
    let issuer = options.oidc_issuer.as_ref().or(file.oidc_issuer.as_ref());
    let audience = options.oidc_audience.as_ref().or(file.oidc_audience.as_ref());
    let (issuer, audience) = match (issuer, audience) {
        (None, None) => return Ok(None),
        (Some(issuer), Some(audience)) => (issuer, audience.clone()),
        (Some(_), None) => bail!("oidc_issuer needs oidc_audience: whom the provider's tokens are for"),
        (None, Some(_)) => bail!("oidc_audience needs oidc_issuer: whose tokens are accepted"),
    };
    let issuer = Url::parse(issuer).context("oidc_issuer is no URL")?;
    let is_loopback = match issuer.host_str() {
        Some(host) => {
            host == "localhost"
                || host.trim_matches(['[', ']']).parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
        }
        None => bail!("oidc_issuer names no host"),
    };
    if issuer.scheme() != "https" && !(issuer.scheme() == "http" && is_loopback) {
        bail!("oidc_issuer must start with https://: whoever can answer in its place can be anybody here");
    }
    let claim = |flag: &Option<String>, file: &Option<String>, usual: &str| {
        flag.as_ref().or(file.as_ref()).cloned().unwrap_or_else(|| usual.to_owned())
    };
    Ok(Some(Trust {
        issuer,
        audience,
        email_claim: claim(&options.oidc_email_claim, &file.oidc_email_claim, "email"),
        team_claim: claim(&options.oidc_team_claim, &file.oidc_team_claim, "team"),
        role_claim: claim(&options.oidc_role_claim, &file.oidc_role_claim, "role"),
        vouches_for_emails: options.oidc_trust_emails.or(file.oidc_trust_emails).unwrap_or(false),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_provider_is_named_whole_and_reached_safely() {
        let read = |issuer: Option<&str>, audience: Option<&str>| {
            let flags = ServeOptions {
                oidc_issuer: issuer.map(str::to_owned),
                oidc_audience: audience.map(str::to_owned),
                ..ServeOptions::default()
            };
            trust(&flags, &ServeOptions::default())
        };
        assert!(read(None, None).unwrap().is_none());
        let trust = read(Some("https://id.example.org/realm"), Some("touchstone")).unwrap().unwrap();
        assert_eq!((trust.email_claim.as_str(), trust.role_claim.as_str()), ("email", "role"));
        for loopback in ["http://127.0.0.1:9", "http://[::1]:9/x", "http://localhost:9"] {
            assert!(read(Some(loopback), Some("a")).is_ok(), "{loopback}");
        }
        for (issuer, audience) in [
            (Some("https://id.example.org"), None),
            (None, Some("a")),
            (Some("http://id.example.org"), Some("a")),
            (Some("ftp://127.0.0.1"), Some("a")),
            (Some("id.example.org"), Some("a")),
        ] {
            assert!(read(issuer, audience).is_err(), "{issuer:?}");
        }
    }
}
