//! What may be reached, as the operator decided it.
//!
//! Two regimes and nothing between them. Without a list: public addresses, and this machine's loopback where the
//! server itself listens on loopback only. With a list: exactly the listed places, public ones included. The list
//! comes from the operator's settings alone; no request can add to it. And no list opens the service itself, or what it
//! stands on.

use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use url::{Host, Url};

use crate::address::{Zone, is_this_machine};

/// Why an address is not contacted. The sentences name no host, so that they can be counted and shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Blocked {
    #[error("The address is not a valid URL. Write it like https://host/v1.")]
    Invalid,
    #[error("The address must start with http:// or https://.")]
    Scheme,
    #[error("The address must not contain a user name or password. Store the key in the API key instead.")]
    Userinfo,
    /// What is kept of an address is kept in the clear.
    #[error(
        "The address must not contain a query or a fragment, but for api-version=<version>. Store the key in the API key instead."
    )]
    Query,
    #[error(
        "Port {0} is used by other protocols and is not contacted. Ask the operator to list it as allowed."
    )]
    Port(u16),
    #[error("The address is in a {0} network and is not contacted. Ask the operator to list it as allowed.")]
    Network(Zone),
    #[error("The address is not on the operator's list of allowed addresses.")]
    NotListed,
    /// Its API, its database or its NATS server, whatever the list says.
    #[error("The address is a part of this service and is not contacted.")]
    Own,
}

/// An entry of the allow list that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not an allowed address. Write host:port, where host is a name, an address or a network such as 10.0.0.0/8, and port a number or *."
)]
pub struct InvalidEntry(pub String);

/// The host part of an allowed entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A host name, lower-case and without a final dot. Whatever unicast address it resolves to is meant.
    Name(String),
    /// The addresses whose first `bits` bits equal those of `base`.
    Network { base: IpAddr, bits: u8 },
}

/// One entry of the operator's allow list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    pub place: Place,
    /// `None` stands for every port.
    pub port: Option<u16>,
}

/// What may be reached.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// Where it is not empty, nothing else is reached.
    pub allow: Vec<Allowed>,
    /// Loopback is reachable although nothing is listed.
    pub loopback: bool,
    /// A metadata service is reachable where it is listed as that very address.
    pub metadata: bool,
    pub own: Own,
}

/// Ports of the service and of what it stands on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Own {
    /// Of this process, on whatever address of this machine.
    pub here: BTreeSet<u16>,
    /// Of servers it uses, on whatever address that is not public: their names may resolve to several.
    pub near: BTreeSet<u16>,
}

impl Own {
    fn is(&self, address: IpAddr, port: Option<u16>) -> bool {
        let Some(port) = port else { return false };
        (self.near.contains(&port) && Zone::of(address) != Zone::Public)
            || (self.here.contains(&port) && is_this_machine(address))
    }
}

/// Ports on which something listens that an HTTP request could harm: mail, shells, directories, databases, brokers.
const FOREIGN_PORTS: [u16; 34] = [
    21, 22, 23, 25, 53, 110, 111, 135, 139, 143, 389, 445, 465, 587, 636, 993, 995, 1433, 1521, 2049, 2113,
    2375, 2376, 2379, 3306, 3389, 4222, 5432, 6222, 6379, 8222, 9042, 11211, 27017,
];

impl Policy {
    /// Reads the comma-separated allow list, e.g. `127.0.0.1:11434,10.0.0.0/8:443,[::1]:80,ollama.lan:*`. Loopback is
    /// open only when the list is empty and the server itself listens on loopback.
    pub fn parse(allow: &str, listens_on_loopback: bool) -> Result<Self, InvalidEntry> {
        let allow = allow
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .map(str::parse)
            .collect::<Result<Vec<Allowed>, _>>()?;
        let loopback = listens_on_loopback && allow.is_empty();
        Ok(Self { allow, loopback, ..Self::default() })
    }

    /// Judges all that can be judged without asking a name server. A name that passes is judged again, by its
    /// addresses, at the moment of connecting.
    pub(crate) fn check(&self, url: &Url) -> Result<(), Blocked> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Blocked::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Blocked::Userinfo);
        }
        let port = url.port_or_known_default().filter(|port| *port != 0).ok_or(Blocked::Invalid)?;
        if self.allow.is_empty() && FOREIGN_PORTS.contains(&port) {
            return Err(Blocked::Port(port));
        }
        match url.host().ok_or(Blocked::Invalid)? {
            Host::Ipv4(address) => self.judge(IpAddr::V4(address), Some(port)),
            Host::Ipv6(address) => self.judge(IpAddr::V6(address), Some(port)),
            Host::Domain("") => Err(Blocked::Invalid),
            Host::Domain(name) if self.allow.is_empty() => match zone_of_name(name) {
                Zone::Public => Ok(()),
                Zone::Loopback if self.loopback => Ok(()),
                zone => Err(Blocked::Network(zone)),
            },
            Host::Domain(name) if self.names(name, Some(port)) => Ok(()),
            // It may still resolve into a listed network; where none is listed for this port, it cannot.
            Host::Domain(_) => {
                let possible = |entry: &Allowed| {
                    matches!(entry.place, Place::Network { .. })
                        && entry.port.is_none_or(|listed| listed == port)
                };
                if self.allow.iter().any(possible) { Ok(()) } else { Err(Blocked::NotListed) }
            }
        }
    }

    /// The ports that a judgement may depend on.
    pub(crate) fn ports(&self) -> BTreeSet<u16> {
        let listed = self.allow.iter().filter_map(|entry| entry.port);
        listed.chain(self.own.here.iter().copied()).chain(self.own.near.iter().copied()).collect()
    }

    /// Judges one address that is about to be connected to. `port` is `None` for one that is none of [`Self::ports`].
    pub(crate) fn judge(&self, address: IpAddr, port: Option<u16>) -> Result<(), Blocked> {
        if self.own.is(address.to_canonical(), port) {
            return Err(Blocked::Own);
        }
        if self.allow.is_empty() {
            return match Zone::of(address) {
                Zone::Public => Ok(()),
                Zone::Loopback if self.loopback => Ok(()),
                zone => Err(Blocked::Network(zone)),
            };
        }
        let address = address.to_canonical();
        unicast(address)?;
        let metadata = Zone::of(address) == Zone::Metadata;
        let listed = self.allow.iter().any(|entry| {
            entry.covers_port(port)
                && entry.covers(address)
                && (!metadata || (self.metadata && entry.is_one_address()))
        });
        if listed { Ok(()) } else { Err(Blocked::NotListed) }
    }

    /// Judges an address that a name resolved to. A listed name vouches for its addresses, but not for a metadata
    /// service: whoever controls the name server must not reach that.
    pub(crate) fn judge_resolved(
        &self,
        name: &str,
        address: IpAddr,
        port: Option<u16>,
    ) -> Result<(), Blocked> {
        let canonical = address.to_canonical();
        let vouched = self.names(name, port) && Zone::of(canonical) != Zone::Metadata;
        if vouched && !self.own.is(canonical, port) {
            return unicast(canonical);
        }
        self.judge(address, port)
    }

    fn names(&self, name: &str, port: Option<u16>) -> bool {
        let name = name.strip_suffix('.').unwrap_or(name);
        let is_it = |entry: &Allowed| matches!(&entry.place, Place::Name(listed) if listed.eq_ignore_ascii_case(name));
        self.allow.iter().any(|entry| entry.covers_port(port) && is_it(entry))
    }
}

/// Names that are never public: those of RFC 6761, 6762 and 8375, that of RFC 9476, ICANN's `internal`, and
/// the ones that many networks use inside.
const INNER: [&str; 9] =
    ["local", "internal", "home.arpa", "alt", "test", "localdomain", "lan", "home", "corp"];

/// Where a name leads as far as the name itself tells. One without a dot is that of a machine nearby.
fn zone_of_name(name: &str) -> Zone {
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_below =
        |top: &str| name.strip_suffix(top).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    if is_below("localhost") {
        Zone::Loopback
    } else if !name.contains('.') || INNER.into_iter().any(is_below) {
        Zone::Private
    } else {
        Zone::Public
    }
}

/// Refuses what may hold a credential: a query, but for the version that Azure wants there, and a fragment.
pub(crate) fn bare(url: &Url) -> Result<(), Blocked> {
    let is_bare = url.query_pairs().all(|(name, value)| name == "api-version" && is_version(&value));
    if is_bare && url.fragment().is_none() { Ok(()) } else { Err(Blocked::Query) }
}

/// A day, also of a preview, or one of the words for the newest.
fn is_version(text: &str) -> bool {
    let day = text.strip_suffix("-preview").unwrap_or(text);
    let fits = |(place, byte): (usize, u8)| {
        if matches!(place, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() }
    };
    matches!(text, "v1" | "preview" | "latest") || (day.len() == 10 && day.bytes().enumerate().all(fits))
}

/// No list can make these meaningful targets of a connection.
fn unicast(address: IpAddr) -> Result<(), Blocked> {
    match Zone::of(address) {
        zone @ (Zone::Multicast | Zone::Unspecified) => Err(Blocked::Network(zone)),
        _ => Ok(()),
    }
}

impl Allowed {
    fn covers_port(&self, port: Option<u16>) -> bool {
        self.port.is_none() || self.port == port
    }

    fn covers(&self, address: IpAddr) -> bool {
        match (&self.place, address) {
            (Place::Network { base: IpAddr::V4(base), bits }, IpAddr::V4(address)) => {
                let shift = 32_u32.saturating_sub(u32::from(*bits));
                let top = |ip: Ipv4Addr| ip.to_bits().checked_shr(shift).unwrap_or(0);
                top(*base) == top(address)
            }
            (Place::Network { base: IpAddr::V6(base), bits }, IpAddr::V6(address)) => {
                let shift = 128_u32.saturating_sub(u32::from(*bits));
                let top = |ip: Ipv6Addr| ip.to_bits().checked_shr(shift).unwrap_or(0);
                top(*base) == top(address)
            }
            (Place::Network { .. } | Place::Name(_), _) => false,
        }
    }

    fn is_one_address(&self) -> bool {
        matches!(
            self.place,
            Place::Network { base: IpAddr::V4(_), bits: 32 }
                | Place::Network { base: IpAddr::V6(_), bits: 128 }
        )
    }
}

impl FromStr for Allowed {
    type Err = InvalidEntry;

    fn from_str(text: &str) -> Result<Self, InvalidEntry> {
        let read = || {
            let (host, port) = text.trim().rsplit_once(':')?;
            let port = match port {
                "*" => None,
                number => Some(number.parse().ok().filter(|port| *port != 0)?),
            };
            Some(Self { place: place(host)?, port })
        };
        read().ok_or_else(|| InvalidEntry(text.chars().take(80).collect()))
    }
}

fn place(host: &str) -> Option<Place> {
    if let Some(rest) = host.strip_prefix('[') {
        // Both ways of writing a network are in use: [fd00::]/8 and [fd00::/8].
        let (inside, after) = rest.split_once(']')?;
        let (base, bits) = match (inside.split_once('/'), after.strip_prefix('/')) {
            (Some((base, bits)), None) if after.is_empty() => (base, Some(bits)),
            (None, Some(bits)) => (inside, Some(bits)),
            (None, None) if after.is_empty() => (inside, None),
            _ => return None,
        };
        let base: Ipv6Addr = base.parse().ok()?;
        let bits = bits.map_or(Some(128), |bits| bits.parse::<u8>().ok().filter(|bits| *bits <= 128))?;
        return Some(match base.to_ipv4_mapped() {
            Some(v4) if bits >= 96 => Place::Network { base: IpAddr::V4(v4), bits: bits - 96 },
            _ => Place::Network { base: IpAddr::V6(base), bits },
        });
    }
    if let Some((base, bits)) = host.split_once('/') {
        let base: Ipv4Addr = base.parse().ok()?;
        let bits = bits.parse::<u8>().ok().filter(|bits| *bits <= 32)?;
        return Some(Place::Network { base: IpAddr::V4(base), bits });
    }
    match Host::parse(host).ok()? {
        Host::Domain(name) => {
            let name = name.strip_suffix('.').unwrap_or(&name).to_owned();
            (!name.is_empty() && !name.contains('*')).then_some(Place::Name(name))
        }
        Host::Ipv4(address) => Some(Place::Network { base: IpAddr::V4(address), bits: 32 }),
        Host::Ipv6(_) => None,
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Name(name) => f.write_str(name)?,
            Place::Network { base: IpAddr::V4(base), bits: 32 } => write!(f, "{base}")?,
            Place::Network { base: IpAddr::V4(base), bits } => write!(f, "{base}/{bits}")?,
            Place::Network { base: IpAddr::V6(base), bits: 128 } => write!(f, "[{base}]")?,
            Place::Network { base: IpAddr::V6(base), bits } => write!(f, "[{base}]/{bits}")?,
        }
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => f.write_str(":*"),
        }
    }
}
