//! What kind of network an address belongs to.
//!
//! Only [`Zone::Public`] is reachable without an operator's word. For IPv6 the rule is written the safe way round:
//! whatever is not global unicast (`2000::/3`) is reserved, so that a range assigned tomorrow is refused until it is
//! known here.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};

/// The network an address belongs to, as far as reaching it is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Zone {
    /// Routed on the internet.
    Public,
    /// This machine.
    Loopback,
    /// RFC 1918.
    Private,
    /// `169.254.0.0/16`, `fe80::/10`, and the withdrawn site-local range.
    LinkLocal,
    /// `100.64.0.0/10`: behind a carrier's address translation.
    CarrierNat,
    /// `fc00::/7`.
    UniqueLocal,
    /// Where cloud providers serve credentials to their machines.
    Metadata,
    /// One address for many receivers, broadcast included.
    Multicast,
    /// `0.0.0.0/8` and `::`, which some systems connect to themselves.
    Unspecified,
    /// Set aside for examples and for measuring.
    Documentation,
    /// Carries another address inside: IPv4-mapped, IPv4-compatible, NAT64, 6to4, Teredo.
    Embedding,
    /// Anything else that is not handed out for public use.
    Reserved,
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Public => "public",
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::LinkLocal => "link-local",
            Self::CarrierNat => "carrier-grade NAT",
            Self::UniqueLocal => "unique-local",
            Self::Metadata => "cloud metadata",
            Self::Multicast => "multicast",
            Self::Unspecified => "unspecified",
            Self::Documentation => "documentation",
            Self::Embedding => "address-embedding",
            Self::Reserved => "reserved",
        })
    }
}

impl Zone {
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(v4) => of_v4(v4),
            IpAddr::V6(v6) => of_v6(v6),
        }
    }
}

/// Whether a connection to this address ends on this machine: only its own addresses can be bound to.
pub(crate) fn is_this_machine(address: IpAddr) -> bool {
    matches!(Zone::of(address), Zone::Loopback | Zone::Unspecified) || UdpSocket::bind((address, 0)).is_ok()
}

/// Credential services of cloud providers that stand at a fixed IPv4 address.
const METADATA_V4: [Ipv4Addr; 4] = [
    Ipv4Addr::new(169, 254, 169, 254),
    Ipv4Addr::new(169, 254, 170, 2),
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(168, 63, 129, 16),
];

/// The same at a fixed IPv6 address.
const METADATA_V6: [Ipv6Addr; 2] =
    [Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x254), Ipv6Addr::new(0xfd20, 0x0ce, 0, 0, 0, 0, 0, 0x254)];

fn of_v4(address: Ipv4Addr) -> Zone {
    if METADATA_V4.contains(&address) {
        return Zone::Metadata;
    }
    match address.octets() {
        [0, ..] => Zone::Unspecified,
        [127, ..] => Zone::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Zone::Private,
        [169, 254, ..] => Zone::LinkLocal,
        [100, 64..=127, ..] => Zone::CarrierNat,
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] | [198, 18..=19, ..] => Zone::Documentation,
        // The anycast relays of 6to4.
        [192, 88, 99, _] => Zone::Embedding,
        [224..=239, ..] | [255, 255, 255, 255] => Zone::Multicast,
        [192, 0, 0, _] | [240..=255, ..] => Zone::Reserved,
        _ => Zone::Public,
    }
}

fn of_v6(address: Ipv6Addr) -> Zone {
    if METADATA_V6.contains(&address) {
        return Zone::Metadata;
    }
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Zone::Unspecified,
        [0, 0, 0, 0, 0, 0, 0, 1] => Zone::Loopback,
        // Compatible, mapped and translated IPv4; NAT64; Teredo; 6to4.
        [0, 0, 0, 0, 0, 0 | 0xffff, ..]
        | [0, 0, 0, 0, 0xffff, ..]
        | [0x64, 0xff9b, ..]
        | [0x2001, 0, ..]
        | [0x2002, ..] => Zone::Embedding,
        [0xfe80..=0xfeff, ..] => Zone::LinkLocal,
        [0xfc00..=0xfdff, ..] => Zone::UniqueLocal,
        [0xff00..=0xffff, ..] => Zone::Multicast,
        [0x2001, 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => Zone::Documentation,
        // The rest of 2001::/23: benchmarking, overlay hashes, protocol assignments.
        [0x2001, 0..=0x01ff, ..] => Zone::Reserved,
        [0x2000..=0x3fff, ..] => Zone::Public,
        _ => Zone::Reserved,
    }
}
