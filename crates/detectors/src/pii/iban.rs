//! International bank account numbers: length by country and the check of ISO 7064 (mod 97).

/// Countries with the length of their numbers.
const LENGTHS: &[(&str, usize)] = &[
    ("AD", 24),
    ("AE", 23),
    ("AT", 20),
    ("BE", 16),
    ("BG", 22),
    ("CH", 21),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("EE", 20),
    ("ES", 24),
    ("FI", 18),
    ("FR", 27),
    ("GB", 22),
    ("GI", 23),
    ("GR", 27),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IS", 26),
    ("IT", 27),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MT", 31),
    ("NL", 18),
    ("NO", 15),
    ("PL", 28),
    ("PT", 25),
    ("RO", 24),
    ("RS", 22),
    ("SA", 24),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("TR", 26),
    ("UA", 29),
];

/// Every valid number, as it stands in the text: in one piece or in groups with single spaces.
pub(super) fn find(text: &str) -> impl Iterator<Item = &str> {
    let bytes = text.as_bytes();
    bytes.windows(4).enumerate().filter_map(move |(at, head)| {
        let [country @ .., first, second] = head else { return None };
        let free = !at.checked_sub(1).is_some_and(|before| bytes[before].is_ascii_alphanumeric());
        if !free
            || !country.iter().all(u8::is_ascii_uppercase)
            || !first.is_ascii_digit()
            || !second.is_ascii_digit()
        {
            return None;
        }
        let length = LENGTHS.iter().find(|(name, _)| name.as_bytes() == country)?.1;
        let (number, end) = take(bytes, at, length)?;
        is_valid(&number).then(|| text.get(at..end)).flatten()
    })
}

/// `length` characters from `at` on, and where they end; `None` when the number is shorter or goes on.
fn take(bytes: &[u8], at: usize, length: usize) -> Option<(Vec<u8>, usize)> {
    let mut number = Vec::with_capacity(length);
    let mut end = at;
    while number.len() < length {
        match *bytes.get(end)? {
            byte if byte.is_ascii_uppercase() || byte.is_ascii_digit() => number.push(byte),
            b' ' if bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric) => {}
            _ => return None,
        }
        end += 1;
    }
    (!bytes.get(end).is_some_and(u8::is_ascii_alphanumeric)).then_some((number, end))
}

/// Country and check digits moved behind, letters read as 10 to 35: the remainder by 97 is 1.
fn is_valid(number: &[u8]) -> bool {
    let (head, tail) = number.split_at(4.min(number.len()));
    let remainder = tail.iter().chain(head).fold(0_u32, |rest, byte| {
        if byte.is_ascii_digit() {
            (rest * 10 + u32::from(byte - b'0')) % 97
        } else {
            (rest * 100 + u32::from(byte - b'A') + 10) % 97
        }
    });
    remainder == 1
}
