//! How the practice target misbehaves on request.
//!
//! Written as `kind[:name=value]…`: `rate-limit:every=10:after=2`, `error:every=20`, `hang`, `garbage`, `huge`,
//! `long:bytes=5242880`. Every kind takes `every=N`: the N-th, 2N-th … call is faulty; without it all calls are.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A fault and how often it strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    pub kind: FaultKind,
    /// Every this many calls; at least 1.
    pub every: u64,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// 429 with `Retry-After` in whole seconds.
    RateLimit { after: Duration },
    /// 500.
    Error,
    /// No answer until the caller or the target goes away.
    Hang,
    /// 200 with bytes that are no JSON.
    Garbage,
    /// 200 with a body of more than 8 MiB, whose length is not announced.
    Huge,
    /// The usual answer, lengthened to this many bytes by harmless text.
    Long { bytes: usize },
}

/// The text describes no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a fault: use rate-limit[:after=SECONDS], error, hang, garbage, huge or long[:bytes=N], each with an optional :every=N"
)]
pub struct InvalidFault(pub String);

const DEFAULT_AFTER: Duration = Duration::from_secs(1);
const DEFAULT_LONG: usize = 5 * 1024 * 1024;
/// Longer answers would only measure the memory of the machine.
const LONGEST: usize = 64 * 1024 * 1024;

impl Fault {
    /// Whether the call with this number, counted from 1, is a faulty one.
    pub const fn strikes(&self, call: u64) -> bool {
        call.is_multiple_of(if self.every == 0 { 1 } else { self.every })
    }
}

impl FromStr for Fault {
    type Err = InvalidFault;

    fn from_str(text: &str) -> Result<Self, InvalidFault> {
        read(text).ok_or_else(|| InvalidFault(text.chars().take(80).collect()))
    }
}

fn read(text: &str) -> Option<Fault> {
    let mut words = text.split(':');
    let mut kind = match words.next()? {
        "rate-limit" => FaultKind::RateLimit { after: DEFAULT_AFTER },
        "error" => FaultKind::Error,
        "hang" => FaultKind::Hang,
        "garbage" => FaultKind::Garbage,
        "huge" => FaultKind::Huge,
        "long" => FaultKind::Long { bytes: DEFAULT_LONG },
        _ => return None,
    };
    let mut every = 1;
    for word in words {
        match (word.split_once('=')?, &mut kind) {
            (("every", value), _) => every = value.parse().ok().filter(|every| *every > 0)?,
            (("after", value), FaultKind::RateLimit { after }) => {
                *after = Duration::from_secs(value.parse().ok()?);
            }
            (("bytes", value), FaultKind::Long { bytes }) => {
                *bytes = value.parse().ok().filter(|bytes| *bytes <= LONGEST)?;
            }
            _ => return None,
        }
    }
    Some(Fault { kind, every })
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            FaultKind::RateLimit { after } => write!(f, "rate-limit:after={}", after.as_secs())?,
            FaultKind::Error => f.write_str("error")?,
            FaultKind::Hang => f.write_str("hang")?,
            FaultKind::Garbage => f.write_str("garbage")?,
            FaultKind::Huge => f.write_str("huge")?,
            FaultKind::Long { bytes } => write!(f, "long:bytes={bytes}")?,
        }
        write!(f, ":every={}", self.every)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_with_their_defaults() {
        let table = [
            ("rate-limit", FaultKind::RateLimit { after: Duration::from_secs(1) }, 1),
            ("rate-limit:every=10:after=2", FaultKind::RateLimit { after: Duration::from_secs(2) }, 10),
            ("rate-limit:after=0", FaultKind::RateLimit { after: Duration::ZERO }, 1),
            ("error:every=20", FaultKind::Error, 20),
            ("hang", FaultKind::Hang, 1),
            ("garbage:every=3", FaultKind::Garbage, 3),
            ("huge", FaultKind::Huge, 1),
            ("long", FaultKind::Long { bytes: 5_242_880 }, 1),
            ("long:bytes=100:every=2", FaultKind::Long { bytes: 100 }, 2),
        ];
        for (text, kind, every) in table {
            let fault: Fault = text.parse().unwrap();
            assert_eq!(fault, Fault { kind, every });
            assert_eq!(fault.to_string().parse(), Ok(fault));
        }
    }

    #[test]
    fn what_is_no_fault_is_named() {
        for text in [
            "",
            "nap",
            "error:every=0",
            "error:every=x",
            "error:after=1",
            "hang:bytes=1",
            "long:bytes=-1",
            "error:",
            "long:bytes=99999999999",
        ] {
            assert!(text.parse::<Fault>().unwrap_err().to_string().contains("rate-limit"), "{text}");
        }
    }

    #[test]
    fn a_fault_strikes_every_so_many_calls() {
        let fault: Fault = "error:every=3".parse().unwrap();
        assert_eq!((1..=7).filter(|call| fault.strikes(*call)).collect::<Vec<_>>(), [3, 6]);
    }
}
