//! Tables beside the live ones: the same statements with another prefix.

use std::borrow::Cow;
use std::sync::Arc;

use crate::{Projection, ReadError, Tx, wall};

/// What every live read table's name starts with.
pub(crate) const LIVE: &str = "rm_";

/// The prefix of a generation's tables.
pub(crate) fn prefix(kind: Kind, number: i64) -> String {
    match kind {
        Kind::Rebuild => format!("g{number}_"),
        Kind::Verify => format!("v{number}_"),
    }
}

/// What a generation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Rebuild,
    Verify,
}

impl Kind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Rebuild => "rebuild",
            Self::Verify => "verify",
        }
    }
}

/// The statement with another prefix for every live table and index.
pub(crate) fn renamed<'s>(sql: &'s str, prefix: &str) -> Cow<'s, str> {
    if prefix == LIVE || !sql.contains(LIVE) {
        return Cow::Borrowed(sql);
    }
    let mut out = String::with_capacity(sql.len() + 32);
    let mut rest = sql;
    while let Some(at) = rest.find(LIVE) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        // `ix_rm_` counts; a word that merely contains the letters does not.
        let word = before.chars().next_back().is_some_and(char::is_alphanumeric)
            || (before.is_empty() && out.chars().next_back().is_some_and(char::is_alphanumeric));
        out.push_str(if word { LIVE } else { prefix });
        rest = &after[LIVE.len()..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// A projection's definitions: what rows need, and what can wait until there are rows.
pub(crate) struct Ddl {
    pub tables: Vec<String>,
    pub indexes: Vec<String>,
}

/// Splits a text of definitions. Unique indexes belong to the tables: upserts need them.
pub(crate) fn split(ddl: &str) -> Ddl {
    let plain: String =
        ddl.lines().map(|line| line.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    let (mut tables, mut indexes) = (Vec::new(), Vec::new());
    for statement in plain.split(';').map(str::trim).filter(|s| !s.is_empty()) {
        let is_index = statement.get(..12).is_some_and(|start| start.eq_ignore_ascii_case("create index"));
        if is_index { &mut indexes } else { &mut tables }.push(statement.to_owned());
    }
    Ddl { tables, indexes }
}

/// The definitions of all these projections as one text: whether unfinished tables still fit is seen by it.
pub(crate) fn ddl_of(projections: &[Arc<dyn Projection>]) -> String {
    projections.iter().map(|p| p.ddl()).collect::<Vec<_>>().join("\n")
}

pub(crate) fn tables_of(projections: &[Arc<dyn Projection>]) -> Vec<&'static str> {
    projections.iter().flat_map(|p| p.tables()).copied().collect()
}

/// Makes the tables of a transaction's generation.
pub(crate) async fn create_tables(
    tx: &mut Tx<'_>,
    projections: &[Arc<dyn Projection>],
) -> Result<(), ReadError> {
    for projection in projections {
        for statement in split(projection.ddl()).tables {
            tx.define(&statement).await?;
        }
    }
    wall::raise(tx, projections).await
}

pub(crate) async fn create_indexes(
    tx: &mut Tx<'_>,
    projections: &[Arc<dyn Projection>],
) -> Result<(), ReadError> {
    for projection in projections {
        for statement in split(projection.ddl()).indexes {
            tx.define(&statement).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_table_and_index_names_change_their_prefix() {
        assert_eq!(
            renamed("create index ix_rm_a on rm_a (norm_x, term_rm_y)", "g7_"),
            "create index ix_g7_a on g7_a (norm_x, term_g7_y)"
        );
        assert_eq!(renamed("select rm_a.x from rm_a,rm_b", "v2_"), "select v2_a.x from v2_a,v2_b");
        assert!(matches!(renamed("select rm_a", LIVE), Cow::Borrowed(_)));
    }

    #[test]
    fn definitions_are_split_into_tables_and_later_indexes() {
        let ddl = split(
            "-- a; b\ncreate table rm_a (x text);\ncreate unique index ix_rm_u on rm_a (x); Create Index ix_rm_a on rm_a (x)\n;",
        );
        assert_eq!(ddl.tables.len(), 2);
        assert_eq!(ddl.indexes, ["Create Index ix_rm_a on rm_a (x)"]);
    }
}
