//! Values that go into statements: the few types that both databases understand alike.

use sqlx::Arguments;
use sqlx::error::BoxDynError;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;

/// One parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Arg {
    Text(String),
    Int(i64),
    Real(f64),
    Bool(bool),
    OptText(Option<String>),
    OptInt(Option<i64>),
    OptReal(Option<f64>),
}

macro_rules! from {
    ($($from:ty => $variant:ident),+ $(,)?) => {$(
        impl From<$from> for Arg {
            fn from(value: $from) -> Self {
                Self::$variant(value.into())
            }
        }
    )+};
}

from!(
    String => Text, &str => Text, &String => Text, i64 => Int, i32 => Int, u32 => Int, f64 => Real, bool => Bool,
    Option<String> => OptText, Option<i64> => OptInt, Option<f64> => OptReal,
);

impl From<Option<&str>> for Arg {
    fn from(value: Option<&str>) -> Self {
        Self::OptText(value.map(str::to_owned))
    }
}

/// Parameters of a statement, each converted to an [`Arg`].
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::Arg::from($value)),*] };
}

macro_rules! add_all {
    ($arguments:ident, $args:ident) => {
        for arg in $args {
            match arg {
                Arg::Text(value) => $arguments.add(value)?,
                Arg::Int(value) => $arguments.add(value)?,
                Arg::Real(value) => $arguments.add(value)?,
                Arg::Bool(value) => $arguments.add(value)?,
                Arg::OptText(value) => $arguments.add(value)?,
                Arg::OptInt(value) => $arguments.add(value)?,
                Arg::OptReal(value) => $arguments.add(value)?,
            }
        }
    };
}

pub(crate) fn postgres(args: Vec<Arg>) -> Result<PgArguments, BoxDynError> {
    let mut arguments = PgArguments::default();
    add_all!(arguments, args);
    Ok(arguments)
}

/// The values of one column, which PostgreSQL takes as one array: a statement then has as many parameters as columns,
/// however many rows it brings, and is planned once.
enum Column {
    Text(Vec<Option<String>>),
    Int(Vec<Option<i64>>),
    Real(Vec<Option<f64>>),
    Bool(Vec<Option<bool>>),
}

impl Column {
    fn like(first: &Arg, rows: usize) -> Self {
        match first {
            Arg::Text(_) | Arg::OptText(_) => Self::Text(Vec::with_capacity(rows)),
            Arg::Int(_) | Arg::OptInt(_) => Self::Int(Vec::with_capacity(rows)),
            Arg::Real(_) | Arg::OptReal(_) => Self::Real(Vec::with_capacity(rows)),
            Arg::Bool(_) => Self::Bool(Vec::with_capacity(rows)),
        }
    }

    fn push(&mut self, arg: Arg) -> Result<(), BoxDynError> {
        match (self, arg) {
            (Self::Text(values), Arg::Text(value)) => values.push(Some(value)),
            (Self::Text(values), Arg::OptText(value)) => values.push(value),
            (Self::Int(values), Arg::Int(value)) => values.push(Some(value)),
            (Self::Int(values), Arg::OptInt(value)) => values.push(value),
            (Self::Real(values), Arg::Real(value)) => values.push(Some(value)),
            (Self::Real(values), Arg::OptReal(value)) => values.push(value),
            (Self::Bool(values), Arg::Bool(value)) => values.push(Some(value)),
            (_, arg) => return Err(format!("a column has values of two kinds, one of them {arg:?}").into()),
        }
        Ok(())
    }
}

/// The rows of an insert as one array per column, with the arrays' types. Every row has the same columns.
pub(crate) fn postgres_columns(rows: Vec<Vec<Arg>>) -> Result<(PgArguments, Vec<&'static str>), BoxDynError> {
    let count = rows.len();
    let mut columns: Vec<Column> =
        rows.first().into_iter().flatten().map(|arg| Column::like(arg, count)).collect();
    for row in rows {
        if row.len() != columns.len() {
            return Err("the rows of an insert differ in length".into());
        }
        for (column, arg) in columns.iter_mut().zip(row) {
            column.push(arg)?;
        }
    }
    let mut arguments = PgArguments::default();
    let mut types = Vec::with_capacity(columns.len());
    for column in columns {
        types.push(match column {
            Column::Text(values) => arguments.add(values).map(|()| "text[]")?,
            Column::Int(values) => arguments.add(values).map(|()| "bigint[]")?,
            Column::Real(values) => arguments.add(values).map(|()| "double precision[]")?,
            Column::Bool(values) => arguments.add(values).map(|()| "boolean[]")?,
        });
    }
    Ok((arguments, types))
}

pub(crate) fn sqlite<'q>(args: Vec<Arg>) -> Result<SqliteArguments<'q>, BoxDynError> {
    let mut arguments = SqliteArguments::default();
    add_all!(arguments, args);
    Ok(arguments)
}
