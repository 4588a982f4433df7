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

pub(crate) fn sqlite<'q>(args: Vec<Arg>) -> Result<SqliteArguments<'q>, BoxDynError> {
    let mut arguments = SqliteArguments::default();
    add_all!(arguments, args);
    Ok(arguments)
}
