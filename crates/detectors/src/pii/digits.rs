//! Numbers that belong to a person: payment cards, US social security numbers, phones, public IPv4 addresses.
//!
//! The text is cut into groups of digits once; each kind is a row of group lengths with its separators and its check.

use super::announced;

/// Words before a number that say it is something else.
const OTHER_NUMBER: &[&str] = &[
    "order",
    "tracking",
    "invoice",
    "isbn",
    "ticket",
    "serial",
    "reference",
    "ref.",
    "issn",
    "part no",
    "sku",
    "doi",
];
const OTHER_DOTTED: &[&str] =
    &["version", "release", "section", "chapter", "§", "clause", "build", "firmware", "step", " v", "ver."];
/// Public resolvers that every how-to names.
const KNOWN_HOSTS: &[[u8; 4]] = &[[8, 8, 8, 8], [8, 8, 4, 4], [1, 1, 1, 1], [1, 0, 0, 1], [9, 9, 9, 9]];

/// A maximal run of ASCII digits.
#[derive(Debug, Clone, Copy)]
struct Group {
    start: usize,
    end: usize,
}

impl Group {
    const fn len(self) -> usize {
        self.end - self.start
    }
}

struct Text<'a> {
    text: &'a str,
    groups: Vec<Group>,
}

/// Every item found, as it stands in the text.
pub(super) fn find(text: &str) -> Vec<&str> {
    let groups = groups(text);
    let view = Text { text, groups };
    (0..view.groups.len())
        .filter_map(|at| {
            let end = view
                .card(at)
                .or_else(|| view.social(at))
                .or_else(|| view.phone(at))
                .or_else(|| view.address(at))?;
            text.get(view.groups[at].start..end)
        })
        .collect()
}

fn groups(text: &str) -> Vec<Group> {
    let bytes = text.as_bytes();
    let mut groups = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at].is_ascii_digit() {
            let start = at;
            while at < bytes.len() && bytes[at].is_ascii_digit() {
                at += 1;
            }
            groups.push(Group { start, end: at });
        } else {
            at += 1;
        }
    }
    groups
}

impl Text<'_> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn before(&self, at: usize) -> Option<u8> {
        at.checked_sub(1).and_then(|at| self.byte(at))
    }

    fn digits(&self, group: Group) -> &str {
        &self.text[group.start..group.end]
    }

    /// The groups from `at` on when they have these lengths and one and the same of `separators` between them.
    fn row(&self, at: usize, lengths: &[usize], separators: &[u8]) -> Option<&[Group]> {
        let row = self.groups.get(at..at + lengths.len())?;
        let fits = row.iter().zip(lengths).all(|(group, length)| group.len() == *length);
        let first = self.byte(row.first()?.end);
        let joined = row.windows(2).all(|pair| {
            pair[1].start == pair[0].end + 1
                && self.byte(pair[0].end) == first
                && first.is_some_and(|separator| separators.contains(&separator))
        });
        (fits && joined && self.stands_alone(row)).then_some(row)
    }

    /// Not a part of a longer code: no letter, hyphen or the like touches it, and no digit goes on behind a separator.
    fn stands_alone(&self, row: &[Group]) -> bool {
        let (Some(first), Some(last)) = (row.first(), row.last()) else { return false };
        let glued = |byte: Option<u8>| {
            byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'/' | b'@'))
        };
        let before = self.before(first.start);
        let goes_on = matches!(self.byte(last.end), Some(b'.' | b','))
            && self.byte(last.end + 1).is_some_and(|byte| byte.is_ascii_digit());
        let went_before = matches!(before, Some(b'.' | b','))
            && first.start >= 2
            && self.before(first.start - 1).is_some_and(|byte| byte.is_ascii_digit());
        !glued(before) && !glued(self.byte(last.end)) && !goes_on && !went_before
    }

    fn card(&self, at: usize) -> Option<usize> {
        let group = *self.groups.get(at)?;
        let row = if (13..=19).contains(&group.len()) {
            self.row(at, &[group.len()], b"")
        } else {
            [&[4, 4, 4, 4, 3][..], &[4, 4, 4, 4], &[4, 6, 5], &[4, 6, 4]]
                .iter()
                .find_map(|lengths| self.row(at, lengths, b" -"))
        }?;
        let number: String = row.iter().map(|group| self.digits(*group)).collect();
        let valid = is_issued(&number) && luhn(&number) && !announced(self.text, group.start, OTHER_NUMBER);
        valid.then_some(row.last()?.end)
    }

    fn social(&self, at: usize) -> Option<usize> {
        const WORDS: &[&str] = &["ssn", "social security", "social-security"];
        let group = *self.groups.get(at)?;
        let named = || announced(self.text, group.start, WORDS);
        let (number, end) = if let Some(row) = self.row(at, &[3, 2, 4], b"- ") {
            let dashed = self.byte(group.end) == Some(b'-');
            (dashed || named()).then_some(())?;
            (row.iter().map(|group| self.digits(*group)).collect::<String>(), row[2].end)
        } else {
            let row = self.row(at, &[9], b"")?;
            named().then_some(())?;
            (self.digits(row[0]).to_owned(), row[0].end)
        };
        (is_assignable(&number) && !announced(self.text, group.start, OTHER_NUMBER)).then_some(end)
    }

    fn phone(&self, at: usize) -> Option<usize> {
        self.international(at).or_else(|| self.north_american(at))
    }

    /// A plus sign, then 8 to 15 digits in at most seven groups.
    fn international(&self, at: usize) -> Option<usize> {
        let first = *self.groups.get(at)?;
        let plus = first.start.checked_sub(1).filter(|plus| self.byte(*plus) == Some(b'+'))?;
        if self.before(plus).is_some_and(|byte| byte.is_ascii_alphanumeric())
            || self.digits(first).starts_with('0')
        {
            return None;
        }
        let (mut number, mut end) = (self.digits(first).to_owned(), first.end);
        for group in self.groups.get(at + 1..)?.iter().take(6) {
            let between = &self.text[end..group.start];
            let joined = matches!(between, " " | "-" | "." | " (" | ") " | ")-" | "(" | ")" | "\u{a0}" | "/");
            if !joined || number.len() + group.len() > 15 {
                break;
            }
            number.push_str(self.digits(*group));
            end = group.end;
        }
        let north_american = number.strip_prefix('1').filter(|_| first.len() == 1);
        let plausible = north_american.map_or(number.len() >= 8, is_north_american);
        (plausible && !self.byte(end).is_some_and(|byte| byte.is_ascii_alphanumeric())).then_some(end)
    }

    /// Three, three and four digits as the North American plan assigns them, in a spelling that only phones have.
    fn north_american(&self, at: usize) -> Option<usize> {
        let row = self.groups.get(at..at + 3)?;
        if row.iter().map(|group| group.len()).ne([3, 3, 4]) {
            return None;
        }
        let open = self.before(row[0].start) == Some(b'(');
        let (first, second) = (&self.text[row[0].end..row[1].start], &self.text[row[1].end..row[2].start]);
        let spelt = (open && matches!(first, ") " | ")" | ")-") && matches!(second, "-" | "." | " "))
            || (matches!(first, "-" | ".") && first == second)
            || (first == " "
                && second == " "
                && announced(self.text, row[0].start, &["phone", "call", "tel", "mobile", "cell"]));
        let start = row[0].start;
        // A country code 1 may stand before; any other digit or letter makes it a longer code.
        let before = self.before(start);
        let coded = matches!(before, Some(b'-' | b'.'))
            && at > 0
            && self.digits(self.groups[at - 1]) == "1"
            && self.groups[at - 1].end + 1 == start;
        let free = open
            || coded
            || !before.is_some_and(|byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'/')
            });
        let end = row[2].end;
        let ended =
            !self.byte(end).is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        let number: String = row.iter().map(|group| self.digits(*group)).collect();
        let valid = spelt
            && free
            && ended
            && is_north_american(&number)
            && !announced(self.text, start, OTHER_NUMBER);
        valid.then_some(end)
    }

    /// A public IPv4 address.
    fn address(&self, at: usize) -> Option<usize> {
        let row = self.groups.get(at..at + 4)?;
        let dotted = row.windows(2).all(|pair| &self.text[pair[0].end..pair[1].start] == ".");
        let (start, end) = (row[0].start, row[3].end);
        let glued =
            |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        let goes_on =
            self.byte(end) == Some(b'.') && self.byte(end + 1).is_some_and(|byte| byte.is_ascii_digit());
        let part =
            glued(self.before(start)) || self.before(start) == Some(b'.') || glued(self.byte(end)) || goes_on;
        if !dotted || part || announced(self.text, row[0].start, OTHER_DOTTED) {
            return None;
        }
        let mut octets = [0_u8; 4];
        for (octet, group) in octets.iter_mut().zip(row) {
            let digits = self.digits(*group);
            *octet = digits.parse().ok().filter(|_| digits.len() == 1 || !digits.starts_with('0'))?;
        }
        is_public(octets).then_some(row[3].end)
    }
}

/// Issuer ranges with the lengths that they give out.
fn is_issued(number: &str) -> bool {
    let lead = |count: usize| number.get(..count).and_then(|lead| lead.parse::<u32>().ok()).unwrap_or(0);
    let varied = number.bytes().any(|digit| Some(digit) != number.bytes().next());
    let known = match number.len() {
        13 => lead(1) == 4,
        14 => (300..=305).contains(&lead(3)) || matches!(lead(2), 36 | 38),
        15 => matches!(lead(2), 34 | 37),
        16 => {
            lead(1) == 4
                || (51..=55).contains(&lead(2))
                || (2221..=2720).contains(&lead(4))
                || lead(4) == 6011
                || matches!(lead(2), 62 | 65)
                || (644..=649).contains(&lead(3))
                || (3528..=3589).contains(&lead(4))
        }
        19 => lead(1) == 4 || lead(2) == 62,
        _ => false,
    };
    known && varied
}

/// The check digit of ISO/IEC 7812-1: doubled every second digit from the right, the sum is a multiple of ten.
pub(super) fn luhn(number: &str) -> bool {
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let value = u32::from(digit.wrapping_sub(b'0'));
            if place % 2 == 0 { value } else { value * 2 / 10 + value * 2 % 10 }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Numbers that the US administration may have assigned; the two that were printed in advertisements never count.
fn is_assignable(number: &str) -> bool {
    let (area, rest) = number.split_at(3);
    let (group, serial) = rest.split_at(2);
    !matches!(area, "000" | "666")
        && !area.starts_with('9')
        && group != "00"
        && serial != "0000"
        && !matches!(number, "078051120" | "219099999" | "123456789")
}

/// Ten digits whose area and exchange may be assigned, and whose area is nobody's toll-free line.
fn is_north_american(number: &str) -> bool {
    let bytes = number.as_bytes();
    let assigned = |at: usize| bytes.get(at).is_some_and(|digit| (b'2'..=b'9').contains(digit));
    let toll_free =
        ["800", "833", "844", "855", "866", "877", "888", "900"].iter().any(|area| number.starts_with(area));
    bytes.len() == 10 && assigned(0) && assigned(3) && !toll_free
}

/// Neither private, local, multicast nor reserved, nor a row of small numbers such as a chapter has.
fn is_public(octets: [u8; 4]) -> bool {
    let private = match octets {
        [0 | 10 | 127 | 224..=255, ..] | [169, 254, ..] | [192, 168, ..] => true,
        [172, second, ..] => (16..=31).contains(&second),
        [100, second, ..] => (64..=127).contains(&second),
        _ => false,
    };
    !private && !octets.iter().all(|octet| *octet < 10) && !KNOWN_HOSTS.contains(&octets)
}
