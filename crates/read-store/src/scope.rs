//! What is rebuilt: all of a group or one projection.

use std::sync::Arc;

use crate::{Projection, ReadError};

/// What to rebuild.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    All,
    /// By name.
    One(String),
}

impl Scope {
    /// As the table of generations spells it.
    pub(crate) fn key(&self) -> &str {
        match self {
            Self::All => "",
            Self::One(name) => name,
        }
    }

    pub(crate) fn of(&self, all: &[Arc<dyn Projection>]) -> Result<Vec<Arc<dyn Projection>>, ReadError> {
        match self {
            Self::All => Ok(all.to_vec()),
            Self::One(name) => {
                let found: Vec<_> = all.iter().filter(|p| p.name() == name).cloned().collect();
                if found.is_empty() {
                    let known: Vec<_> = all.iter().map(|p| p.name()).collect();
                    return Err(ReadError::Data(format!(
                        "there is no projection {name:?}; there are {}",
                        known.join(", ")
                    )));
                }
                Ok(found)
            }
        }
    }
}
