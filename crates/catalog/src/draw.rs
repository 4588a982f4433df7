//! A tiny deterministic source of choices (SplitMix64). The catalogue must come out the same on every machine and in
//! every release, so it can depend on no random number crate whose stream may change.

/// A stream of choices that is a pure function of its seed.
#[derive(Debug, Clone)]
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number in `0..bound`, which must not exceed 65,536; 0 when `bound` is 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let [high, low, ..] = self.next().to_be_bytes();
        usize::from(u16::from_be_bytes([high, low])).checked_rem(bound).unwrap_or(0)
    }

    /// True once in `n` draws on average.
    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// The same items in an order of its own.
    pub(crate) fn shuffled<T>(&mut self, mut left: Vec<T>) -> Vec<T> {
        let mut out = Vec::with_capacity(left.len());
        while !left.is_empty() {
            out.push(left.swap_remove(self.below(left.len())));
        }
        out
    }

    /// One of `options`; the default (an empty text, say) when there are none.
    pub(crate) fn pick<T: Copy + Default>(&mut self, options: &[T]) -> T {
        let index = self.below(options.len());
        options.get(index).copied().unwrap_or_default()
    }
}

/// The first eight bytes of the BLAKE3 hash of the parts, each closed by a byte that occurs in no UTF-8 text.
pub(crate) fn hash64(parts: &[&str]) -> u64 {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part.as_bytes());
        hasher.update(&[0xFF]);
    }
    let mut first = [0_u8; 8];
    for (to, from) in first.iter_mut().zip(hasher.finalize().as_bytes()) {
        *to = *from;
    }
    u64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_choices() {
        let (mut a, mut b) = (Draw::new(7), Draw::new(7));
        for _ in 0..100 {
            assert_eq!(a.below(1000), b.below(1000));
        }
        assert_eq!(Draw::new(1).below(0), 0);
        assert_eq!(Draw::new(1).pick::<&str>(&[]), "");
    }

    #[test]
    fn parts_are_kept_apart_in_the_hash() {
        assert_ne!(hash64(&["ab", "c"]), hash64(&["a", "bc"]));
    }
}
