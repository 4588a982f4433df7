//! Where imported sets lie: two tables of the one database, so that every process of an installation has the same.

use sqlx::{PgPool, QueryBuilder, SqlitePool};
use touchstone_catalog::benchmark::{self, Benchmark};
use touchstone_catalog::{Edition, Probe};
use touchstone_vocabulary::{HarnessId, ProbeId, Time};

use crate::set::{Outline, Portion, Row, Set, place};

/// Rows written in one statement: five columns each, and SQLite takes 32,766 values.
const AT_ONCE: usize = 500;

/// The database.
#[derive(Clone)]
pub enum Tables {
    /// `write` has exactly one connection.
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
    },
    Postgres(PgPool),
    /// There is none, and nothing is ever imported; for tests.
    None,
}

/// The database does not answer, or not as it should.
#[derive(Debug, thiserror::Error)]
#[error("the imported benchmarks cannot be reached")]
pub struct Unreachable(#[from] sqlx::Error);

/// All imported sets.
#[derive(Clone)]
pub struct Benchmarks(pub(crate) Tables);

const SETS: &str = "select benchmark, digest, portions from benchmark_set order by imported_at desc, digest";
const ROWS: &str = "select content from benchmark_row
    where benchmark = $1 and digest = $2 and portion = $3 order by place";
const PUT_SET: &str =
    "insert into benchmark_set (benchmark, digest, imported_at, portions) values ($1, $2, $3, $4)
    on conflict (benchmark, digest) do update set imported_at = excluded.imported_at";
const PUT_ROWS: &str = "insert into benchmark_row (benchmark, digest, portion, place, content) ";

/// One statement on whichever database there is.
macro_rules! on {
    ($tables:expr, $pool:ident: $sqlite:ident, $run:expr, $nothing:expr) => {
        match $tables {
            Tables::Sqlite { $sqlite: $pool, .. } => $run,
            Tables::Postgres($pool) => $run,
            Tables::None => $nothing,
        }
    };
}

impl Benchmarks {
    pub const fn new(tables: Tables) -> Self {
        Self(tables)
    }

    /// Stores a set, which from now on is the one that is run; false where it was that already. The rows go first, in
    /// statements of their own: a set that was cut off is not there, and importing it again completes it.
    pub async fn import(&self, set: &Set, at: Time) -> Result<bool, Unreachable> {
        let Outline { benchmark, digest, portions } = &set.outline;
        let known = self.outlines().await?;
        if newest(&known, benchmark) == Some(&set.outline) {
            return Ok(false);
        }
        if !known.contains(&set.outline) {
            for (portion, rows) in set.rows.iter().enumerate() {
                for (piece, rows) in rows.chunks(AT_ONCE).enumerate() {
                    self.put(&set.outline, portion, piece * AT_ONCE, rows).await?;
                }
            }
        }
        let portions = serde_json::to_string(portions)
            .map_err(|fault| Unreachable(sqlx::Error::Encode(fault.into())))?;
        on!(
            &self.0,
            pool: write,
            {
                let query = sqlx::query(PUT_SET).bind(benchmark.name).bind(digest).bind(at.micros());
                query.bind(portions).execute(pool).await?;
            },
            {}
        );
        Ok(true)
    }

    async fn put(&self, of: &Outline, portion: usize, first: usize, rows: &[Row]) -> Result<(), Unreachable> {
        let contents = rows.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>();
        let contents = contents.map_err(|fault| Unreachable(sqlx::Error::Encode(fault.into())))?;
        on!(
            &self.0,
            pool: write,
            {
                let mut query = QueryBuilder::new(PUT_ROWS);
                query.push_values((first..).zip(contents), |mut values, (place, content)| {
                    values.push_bind(of.benchmark.name).push_bind(&of.digest).push_bind(number(portion));
                    values.push_bind(number(place)).push_bind(content);
                });
                query.push(" on conflict (benchmark, digest, portion, place) do nothing");
                query.build().execute(pool).await?;
            },
            {}
        );
        Ok(())
    }

    /// Every set there is, the newest first. One of a benchmark or form that this build does not know is left out.
    async fn outlines(&self) -> Result<Vec<Outline>, Unreachable> {
        let rows: Vec<(String, String, String)> =
            on!(&self.0, pool: read, sqlx::query_as(SETS).fetch_all(pool).await?, Vec::new());
        let outline = |(name, digest, portions): (String, String, String)| {
            let portions: Vec<Portion> = serde_json::from_str(&portions).ok()?;
            Some(Outline { benchmark: Benchmark::named(&name)?, digest, portions })
        };
        Ok(rows.into_iter().filter_map(outline).collect())
    }

    /// The set of each benchmark that is run now.
    pub async fn newest(&self) -> Result<Vec<Outline>, Unreachable> {
        let all = self.outlines().await?;
        let newest = all.iter().filter(|one| newest(&all, one.benchmark) == Some(one));
        Ok(newest.cloned().collect())
    }

    /// The sets that an evaluation of these harnesses has to ask: of its plan, by the ids of the planned probes; before
    /// there is one, those that are run now.
    pub async fn asked(
        &self,
        harnesses: &[HarnessId],
        planned: Option<&[&ProbeId]>,
    ) -> Result<Vec<benchmark::Set>, Unreachable> {
        if !harnesses.iter().any(|id| Benchmark::named(id.as_str()).is_some()) {
            return Ok(Vec::new());
        }
        let chosen = match planned {
            None => self.newest().await?,
            Some(probes) => {
                let pinned = |one: &Outline| {
                    let of_this = |(benchmark, digest, _)| benchmark == one.benchmark && digest == one.digest;
                    probes.iter().any(|probe| place(probe).is_some_and(of_this))
                };
                self.outlines().await?.into_iter().filter(pinned).collect()
            }
        };
        let named =
            |one: &&Outline| harnesses.iter().any(|id| Benchmark::named(id.as_str()) == Some(one.benchmark));
        Ok(chosen.iter().filter(named).map(Outline::numbered).collect())
    }

    /// A probe of an imported set with all its rows; `None` where it is no benchmark's.
    pub async fn probe(&self, id: &ProbeId) -> Result<Option<Probe>, Unreachable> {
        let Some((benchmark, digest, portion)) = place(id) else { return Ok(None) };
        let all = self.outlines().await?;
        let Some(outline) = all.iter().find(|one| one.benchmark == benchmark && one.digest == digest) else {
            return Ok(None);
        };
        let contents: Vec<String> = on!(
            &self.0,
            pool: read,
            {
                let query = sqlx::query_scalar(ROWS).bind(benchmark.name).bind(digest).bind(number(portion));
                query.fetch_all(pool).await?
            },
            Vec::new()
        );
        let rows: Result<Vec<Row>, _> =
            contents.iter().map(|content| serde_json::from_str(content)).collect();
        Ok(outline.filled(portion, rows.map_err(|fault| Unreachable(sqlx::Error::Decode(fault.into())))?))
    }

    /// An edition with what is imported now, as it is listed.
    pub async fn listed(&self, edition: &Edition) -> Result<Edition, Unreachable> {
        Ok(edition.with(self.newest().await?.iter().map(Outline::listed)))
    }
}

fn newest<'a>(all: &'a [Outline], benchmark: &Benchmark) -> Option<&'a Outline> {
    all.iter().find(|one| one.benchmark == benchmark)
}

fn number(place: usize) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}
