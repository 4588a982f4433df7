//! How often one token may ask in a minute, and how often one address may fail to have a token.
//!
//! Counted in this process alone: an installation of several admits as many times more.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use uuid::Uuid;

use crate::limit::Limits;

/// When so many are remembered, those who have not asked for a minute are forgotten.
const REMEMBERED: usize = 10_000;

/// What a request counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Read,
    Write,
    KeyTest,
    Invite,
}

/// One count per minute; `None` is no limit.
struct Count<K: Hash + Eq + Clone>(Option<DefaultKeyedRateLimiter<K>>);

impl<K: Hash + Eq + Clone> Count<K> {
    fn new(per_minute: u32) -> Self {
        Self(NonZeroU32::new(per_minute).map(|count| RateLimiter::keyed(Quota::per_minute(count))))
    }

    /// Counts one more, or tells how long to wait.
    fn one(&self, of: &K) -> Result<(), Duration> {
        let Some(count) = &self.0 else { return Ok(()) };
        if count.len() > REMEMBERED {
            count.retain_recent();
        }
        count.check_key(of).map_err(|until| until.wait_time_from(DefaultClock::default().now()))
    }
}

/// All counts of a process.
pub struct Rates {
    reads: Count<Uuid>,
    writes: Count<Uuid>,
    key_tests: Count<Uuid>,
    invites: Count<Uuid>,
    failures: Count<IpAddr>,
}

impl Rates {
    pub fn new(limits: &Limits) -> Self {
        Self {
            reads: Count::new(limits.reads_per_minute),
            writes: Count::new(limits.writes_per_minute),
            key_tests: Count::new(limits.key_tests_per_minute),
            invites: Count::new(limits.invites_per_minute),
            failures: Count::new(limits.failures_per_minute),
        }
    }

    /// Counts a request of whoever the token, or without one the user, stands for.
    pub fn asked(&self, kind: Kind, who: Uuid) -> Result<(), Duration> {
        match kind {
            Kind::Read => self.reads.one(&who),
            Kind::Write => self.writes.one(&who),
            Kind::KeyTest => self.key_tests.one(&who).and_then(|()| self.writes.one(&who)),
            Kind::Invite => self.invites.one(&who).and_then(|()| self.writes.one(&who)),
        }
    }

    /// Counts a request without a token that is good. Of IPv6 the network counts: one client has all of its addresses.
    pub fn failed(&self, from: IpAddr) -> Result<(), Duration> {
        self.failures.one(&network(from))
    }
}

/// An IPv4 address as it is, also one that is written as IPv6; the first 64 bits of another.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Uuid = Uuid::from_u128(1);
    const TWO: Uuid = Uuid::from_u128(2);

    fn admitted(rates: &Rates, kind: Kind, who: Uuid, of: u32) -> usize {
        (0..of).filter(|_| rates.asked(kind, who).is_ok()).count()
    }

    #[test]
    fn each_kind_and_each_token_has_a_count_of_its_own() {
        let rates = Rates::new(&Limits { reads_per_minute: 6, writes_per_minute: 4, ..Limits::default() });
        assert_eq!((admitted(&rates, Kind::Read, ONE, 20), admitted(&rates, Kind::Read, TWO, 20)), (6, 6));
        assert_eq!(admitted(&rates, Kind::Write, ONE, 20), 4);
        let wait = rates.asked(Kind::Write, ONE).unwrap_err();
        assert!(wait > Duration::ZERO && wait <= Duration::from_secs(15), "{wait:?}");
    }

    #[test]
    fn invites_and_key_tests_count_as_writes_too() {
        let rates = Rates::new(&Limits { writes_per_minute: 12, ..Limits::default() });
        assert_eq!(admitted(&rates, Kind::Invite, ONE, 20), 5);
        assert_eq!(admitted(&rates, Kind::KeyTest, ONE, 20), 7);
        assert_eq!(admitted(&rates, Kind::Write, ONE, 20), 0);
    }

    #[test]
    fn failures_count_by_address_and_nought_is_no_limit() {
        let rates = Rates::new(&Limits { reads_per_minute: 0, failures_per_minute: 3, ..Limits::default() });
        let from = |text: &str| (0..10).filter(|_| rates.failed(text.parse().unwrap()).is_ok()).count();
        assert_eq!((from("192.0.2.1"), from("2001:db8::1")), (3, 3));
        let same = ["::ffff:192.0.2.1", "2001:db8::2", "2001:db8:0:0:ffff::1"];
        assert_eq!(same.map(from), [0, 0, 0], "the same client at another of its addresses");
        assert_eq!((from("192.0.2.2"), from("2001:db8:0:1::1")), (3, 3));
        assert_eq!(admitted(&rates, Kind::Read, ONE, 5000), 5000);
    }
}
