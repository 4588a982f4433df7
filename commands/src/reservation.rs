//! Names that must be unique in a team.
//!
//! Nobody sends a command to a reservation: a command on the thing itself claims or releases its name, and the
//! event store appends both together.

use touchstone_vocabulary::fold_key;

/// The digest under which a name is reserved: names are free text and stay out of stream ids.
pub fn name_digest(name: &str) -> String {
    blake3::hash(fold_key(name).as_bytes()).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_only_in_case_and_margin_are_one_name() {
        assert_eq!(name_digest(" My Key "), name_digest("my key"));
        assert_ne!(name_digest("my key"), name_digest("my keys"));
    }
}
