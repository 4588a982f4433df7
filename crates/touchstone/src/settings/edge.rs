//! How the server stands in its network, and what it lets others cost.

use std::net::{IpAddr, SocketAddr};

use anyhow::{Context, Result, bail};
use figment::Figment;
use figment::providers::Serialized;
use figment::value::{Dict, Value};
use ipnet::IpNet;
use touchstone_api::Limits;
use touchstone_egress::Url;

/// The defaults, the file's table over them, and over both the pairs `name=value`.
pub fn limits(mut table: Dict, pairs: &[String]) -> Result<Limits> {
    for pair in pairs.iter().map(|pair| pair.trim()).filter(|pair| !pair.is_empty()) {
        let (name, value) =
            pair.split_once('=').with_context(|| format!("limits: {pair:?} is no name=value"))?;
        let value: u64 = value
            .trim()
            .parse()
            .with_context(|| format!("limits: {} must be a whole number", name.trim()))?;
        table.insert(name.trim().to_owned(), Value::from(value));
    }
    let limits: Limits =
        Figment::from(Serialized::defaults(table)).extract().context("limits cannot be read")?;
    let Limits { body_bytes, header_bytes, header_seconds, idle_seconds, body_idle_seconds, .. } = limits;
    let Limits { request_seconds, chat_seconds, upload_seconds, upload_bytes, .. } = limits;
    let Limits { json_depth, requests, connections, list_limit, .. } = limits;
    let needed = [header_seconds, idle_seconds, body_idle_seconds, request_seconds, chat_seconds];
    let needed = [needed.as_slice(), &[upload_seconds, upload_bytes]].concat();
    if needed.contains(&0)
        || [body_bytes, header_bytes, json_depth, requests, connections].contains(&0)
        || list_limit == 0
    {
        bail!("limits: only counts per minute and what a team may have may be 0");
    }
    Ok(limits)
}

/// Addresses and networks, separated by commas.
pub fn proxies(text: &str) -> Result<Vec<IpNet>> {
    let places = text.split(',').map(str::trim).filter(|place| !place.is_empty());
    places
        .map(|place| {
            let network = place.parse::<IpNet>().or_else(|_| place.parse::<IpAddr>().map(IpNet::from));
            network.with_context(|| format!("trusted_proxies: {place:?} is neither an address nor a network"))
        })
        .collect()
}

/// The address that begins those that are given out.
pub fn public(url: &str) -> Result<Url> {
    let url = Url::parse(url).context("public_url is no URL")?;
    let plain = url.username().is_empty() && url.query().is_none() && url.fragment().is_none();
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !plain {
        bail!("public_url must be the plain address of this service, like https://touchstone.example.org");
    }
    Ok(url)
}

/// Tokens travel in every request: whoever can be reached from elsewhere has TLS in front or says that it need not be.
pub fn guarded(listen: SocketAddr, proxies: &[IpNet], insecure: bool) -> Result<()> {
    if listen.ip().is_loopback() || !proxies.is_empty() || insecure {
        return Ok(());
    }
    bail!(
        "{listen} can be reached from other machines, and this server speaks plain HTTP: put a proxy with TLS in front \
         and name its address with --trusted-proxies, or accept that tokens travel in clear with --insecure"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Result<Limits> {
        limits(Dict::new(), &text.split(',').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn a_limit_is_set_by_its_name_and_the_others_keep_their_defaults() {
        let set = pairs("body_bytes=1000, reads_per_minute=0, team_bytes=10000000000").unwrap();
        assert_eq!((set.team_bytes, set.team_evaluations), (10_000_000_000, 500));
        assert_eq!((set.body_bytes, set.reads_per_minute, set.writes_per_minute), (1000, 0, 120));
        let table = Dict::from([("values".to_owned(), Value::from(7_u32))]);
        assert_eq!(limits(table.clone(), &[]).unwrap().values, 7);
        assert_eq!(limits(table, &["values=8".to_owned()]).unwrap().values, 8);
    }

    #[test]
    fn what_is_no_limit_is_named() {
        for (wrong, named) in [
            ("body_byte=1", "body_byte"),
            ("body_bytes=many", "body_bytes"),
            ("body_bytes", "name=value"),
            ("request_seconds=0", "only counts"),
        ] {
            let fault = format!("{:#}", pairs(wrong).unwrap_err());
            assert!(fault.contains(named), "{fault}");
        }
    }

    #[test]
    fn a_public_address_is_plain() {
        assert_eq!(public("https://a.example.org/t").unwrap().path(), "/t");
        for wrong in ["a.example.org", "ftp://a.example.org", "https://u@a.example.org", "https://a/?b"] {
            assert!(public(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_proxy_is_an_address_or_a_network() {
        assert_eq!(proxies(" 10.0.0.0/8, ::1 ,").unwrap().len(), 2);
        assert!(proxies("proxy.lan").unwrap_err().to_string().contains("proxy.lan"));
    }

    #[test]
    fn plain_http_is_for_this_machine_unless_somebody_takes_it_on_himself() {
        for (listen, behind, insecure, served) in [
            ("127.0.0.1:8080", "", false, true),
            ("[::1]:8080", "", false, true),
            ("0.0.0.0:8080", "", false, false),
            ("[::]:8080", "", false, false),
            ("192.0.2.1:8080", "", false, false),
            ("0.0.0.0:8080", "", true, true),
            ("0.0.0.0:8080", "10.0.0.1", false, true),
        ] {
            assert_eq!(
                guarded(listen.parse().unwrap(), &proxies(behind).unwrap(), insecure).is_ok(),
                served,
                "{listen}"
            );
        }
    }
}
