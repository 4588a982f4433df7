//! One transaction of a batch, with the read tables of one generation in place of the live ones.

use std::borrow::Cow;
use std::fmt::Write as _;

use sqlx::{Executor, Postgres, Sqlite};
use touchstone_event_store::Role;

use crate::db::{Open, encode};
use crate::generation::renamed;
use crate::{Arg, ReadError, Row, arg};

/// How many rows of an insert stand in one statement: few distinct numbers, so that statements are prepared once.
const ROWS: [usize; 6] = [256, 128, 64, 32, 16, 8];
/// Below the smaller of the two databases' limits (32,766 and 65,535).
const MAX_PARAMETERS: usize = 30_000;

/// One transaction.
pub struct Tx<'a> {
    open: &'a mut Open,
    /// What stands for `rm_` in statements.
    prefix: &'a str,
}

impl<'a> Tx<'a> {
    pub(crate) const fn new(open: &'a mut Open, prefix: &'a str) -> Self {
        Self { open, prefix }
    }

    /// A table's name in this generation.
    pub(crate) fn name(&self, table: &str) -> String {
        renamed(table, self.prefix).into_owned()
    }

    fn text<'s>(&self, sql: &'s str) -> Cow<'s, str> {
        renamed(sql, self.prefix)
    }

    /// All rows of a query. Parameters are `$1..$n`, each used once, in order.
    pub async fn all<R: Row>(&mut self, sql: &str, args: Vec<Arg>) -> Result<Vec<R>, ReadError> {
        let sql = self.text(sql);
        Ok(match self.open {
            Open::Sqlite(tx) => {
                let args = arg::sqlite(args).map_err(|e| encode(&e))?;
                sqlx::query_as_with::<Sqlite, R, _>(&sql, args).fetch_all(&mut **tx).await?
            }
            Open::Postgres(tx, _) => {
                let args = arg::postgres(args).map_err(|e| encode(&e))?;
                sqlx::query_as_with::<Postgres, R, _>(&sql, args).fetch_all(&mut **tx).await?
            }
        })
    }

    /// The first row of a query.
    pub async fn one<R: Row>(&mut self, sql: &str, args: Vec<Arg>) -> Result<Option<R>, ReadError> {
        let sql = self.text(sql);
        Ok(match self.open {
            Open::Sqlite(tx) => {
                let args = arg::sqlite(args).map_err(|e| encode(&e))?;
                sqlx::query_as_with::<Sqlite, R, _>(&sql, args).fetch_optional(&mut **tx).await?
            }
            Open::Postgres(tx, _) => {
                let args = arg::postgres(args).map_err(|e| encode(&e))?;
                sqlx::query_as_with::<Postgres, R, _>(&sql, args).fetch_optional(&mut **tx).await?
            }
        })
    }

    /// Runs a statement and tells how many rows it changed.
    pub async fn run(&mut self, sql: &str, args: Vec<Arg>) -> Result<u64, ReadError> {
        let sql = self.text(sql);
        Ok(match self.open {
            Open::Sqlite(tx) => {
                let args = arg::sqlite(args).map_err(|e| encode(&e))?;
                sqlx::query_with(&sql, args).execute(&mut **tx).await?.rows_affected()
            }
            Open::Postgres(tx, _) => {
                let args = arg::postgres(args).map_err(|e| encode(&e))?;
                sqlx::query_with(&sql, args).execute(&mut **tx).await?.rows_affected()
            }
        })
    }

    /// Inserts many rows: `insert into <table> (<columns>) values (…),(…) <suffix>`, in as few statements as the
    /// databases allow. The suffix has no parameters.
    pub async fn insert(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: Vec<Vec<Arg>>,
        suffix: &str,
    ) -> Result<(), ReadError> {
        if self.is_postgres() {
            return self.insert_columns(table, columns, rows, suffix).await;
        }
        let most = (MAX_PARAMETERS / columns.len().max(1)).max(1);
        let mut rows = rows.into_iter();
        while rows.len() > 0 {
            let left = rows.len();
            let count = ROWS.into_iter().find(|n| *n <= left && *n <= most).unwrap_or(left.min(most));
            let sql = insertion(table, columns, count, suffix);
            let args = rows.by_ref().take(count).flatten().collect();
            self.run(&sql, args).await?;
        }
        Ok(())
    }

    /// The same in one statement with one array per column.
    async fn insert_columns(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: Vec<Vec<Arg>>,
        suffix: &str,
    ) -> Result<(), ReadError> {
        if rows.is_empty() {
            return Ok(());
        }
        let (arguments, types) = arg::postgres_columns(rows).map_err(|e| encode(&e))?;
        let sql = from_arrays(table, columns, &types, suffix);
        let sql = self.text(&sql);
        if let Open::Postgres(tx, _) = self.open {
            sqlx::query_with(&sql, arguments).execute(&mut **tx).await?;
        }
        Ok(())
    }

    /// Runs a statement without parameters and without preparing it: definitions, which change what others prepared.
    pub(crate) async fn define(&mut self, sql: &str) -> Result<(), ReadError> {
        let sql = self.text(sql);
        match self.open {
            Open::Sqlite(tx) => {
                (&mut **tx).execute(sqlx::raw_sql(&sql)).await?;
            }
            Open::Postgres(tx, _) => {
                (&mut **tx).execute(sqlx::raw_sql(&sql)).await?;
            }
        }
        Ok(())
    }

    pub(crate) const fn is_postgres(&self) -> bool {
        matches!(self.open, Open::Postgres(..))
    }

    /// The role that may read what is made here, where there are roles.
    pub(crate) fn reader(&self) -> Option<Role> {
        match &*self.open {
            Open::Sqlite(_) => None,
            Open::Postgres(_, reader) => Some(reader.clone()),
        }
    }
}

fn from_arrays(table: &str, columns: &[&str], types: &[&str], suffix: &str) -> String {
    let arrays: Vec<String> = (1..).zip(types).map(|(n, kind)| format!("${n}::{kind}")).collect();
    let (columns, arrays) = (columns.join(", "), arrays.join(", "));
    format!("insert into {table} ({columns}) select * from unnest({arrays}) {suffix}")
}

fn insertion(table: &str, columns: &[&str], rows: usize, suffix: &str) -> String {
    let mut sql = format!("insert into {table} ({}) values ", columns.join(", "));
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns.len() {
            let comma = if column == 0 { "" } else { ", " };
            // Writing to a String cannot fail.
            let _ = write!(sql, "{comma}${}", row * columns.len() + column + 1);
        }
        sql.push(')');
    }
    sql.push(' ');
    sql.push_str(suffix);
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postgresql_takes_one_array_per_column_however_many_rows_there_are() {
        let row = |x: &str, y: Option<i64>| vec![Arg::from(x), Arg::from(y)];
        let (_, types) = arg::postgres_columns(vec![row("a", None), row("b", Some(1))]).unwrap();
        assert_eq!(
            from_arrays("rm_a", &["x", "y"], &types, "on conflict (x) do nothing"),
            "insert into rm_a (x, y) select * from unnest($1::text[], $2::bigint[]) on conflict (x) do nothing"
        );
        assert!(arg::postgres_columns(vec![row("a", None), vec![Arg::Int(1), Arg::Int(1)]]).is_err());
        assert!(arg::postgres_columns(vec![row("a", None), vec![Arg::Int(1)]]).is_err());
    }

    #[test]
    fn an_insert_numbers_its_parameters_row_by_row() {
        assert_eq!(
            insertion("rm_a", &["x", "y"], 2, "on conflict (x) do nothing"),
            "insert into rm_a (x, y) values ($1, $2), ($3, $4) on conflict (x) do nothing"
        );
    }
}
