//! Who found the words of a generated text.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Hub;

/// A model, and the hub that it was asked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Writer {
    pub hub: Hub,
    pub model: String,
}

impl fmt::Display for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.model, self.hub)
    }
}
