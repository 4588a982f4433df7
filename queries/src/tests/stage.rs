//! Databases with rows in them.

use std::path::Path;

use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::{PgPool, SqlitePool};
use touchstone_event_store::{Database, Roles};
use touchstone_read_store::Db;
use touchstone_vocabulary::{EvaluationId, TeamId};
use uuid::Uuid;

pub const TEAM: TeamId = TeamId(Uuid::from_u128(1));
pub const OTHER: TeamId = TeamId(Uuid::from_u128(2));

pub const fn evaluation(number: u128) -> EvaluationId {
    EvaluationId(Uuid::from_u128(number))
}

/// Text of a small number as a uuid.
pub fn id(number: u128) -> String {
    Uuid::from_u128(number).to_string()
}

enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// One database under test.
pub struct Stage {
    pub db: Db,
    pool: Pool,
}

/// One evaluation to seed; what is not named has a plain value.
pub struct Seed<'a> {
    pub team: TeamId,
    pub number: u128,
    pub name: &'a str,
    pub status: &'a str,
    pub hub: &'a str,
    pub model: &'a str,
    pub created_at: i64,
    pub completed_at: Option<i64>,
    pub score: Option<f64>,
    pub tags: &'a [&'a str],
    pub created_by: u128,
    pub agent: Option<&'a str>,
}

impl Default for Seed<'_> {
    fn default() -> Self {
        Self {
            team: TEAM,
            number: 1,
            name: "run",
            status: "COMPLETED",
            hub: "custom",
            model: "practice",
            created_at: 100,
            completed_at: None,
            score: None,
            tags: &[],
            created_by: 50,
            agent: None,
        }
    }
}

fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

fn or_null<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "null".to_owned(), |value| value.to_string())
}

/// A form that sorts by bytes under every collation.
pub fn hex(value: &str) -> String {
    value.bytes().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

impl Stage {
    pub async fn both() -> Vec<Self> {
        let sqlite = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
        let url = touchstone_servers::postgres().await.database().await;
        let postgres = PgPoolOptions::new().max_connections(2).connect(&url).await.unwrap();
        let both = vec![
            Self {
                db: Db::new(&Database::Sqlite { write: sqlite.clone(), read: sqlite.clone() }),
                pool: Pool::Sqlite(sqlite),
            },
            Self {
                db: Db::new(&Database::Postgres {
                    write: postgres.clone(),
                    read: postgres.clone(),
                    roles: Roles::default(),
                }),
                pool: Pool::Postgres(postgres),
            },
        ];
        for stage in &both {
            for entry in
                std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations/read")).unwrap()
            {
                stage.run(&std::fs::read_to_string(entry.unwrap().path()).unwrap()).await;
            }
        }
        both
    }

    pub async fn run(&self, sql: &str) {
        match &self.pool {
            Pool::Sqlite(pool) => drop(sqlx::raw_sql(sql).execute(pool).await.unwrap()),
            Pool::Postgres(pool) => drop(sqlx::raw_sql(sql).execute(pool).await.unwrap()),
        }
    }

    pub async fn seed(&self, seed: &Seed<'_>) {
        let tags: Vec<String> = seed.tags.iter().map(|tag| format!("\"{tag}\"")).collect();
        let folded = seed.name.to_lowercase();
        let values = [
            text(&seed.team.to_string()),
            text(&id(seed.number)),
            seed.number.to_string(),
            text(seed.name),
            text(&folded),
            text(&hex(&folded)),
            text(seed.hub),
            text(seed.model),
            text(&hex(&seed.model.to_lowercase())),
            text("http://127.0.0.1:1/v1"),
            text(&id(11)),
            text(r#"["vijil.harnesses.security"]"#),
            text("[]"),
            text("1.0.0"),
            "2".to_owned(),
            "false".to_owned(),
            text(&format!("[{}]", tags.join(","))),
            "0.0".to_owned(),
            "0.125".to_owned(),
            "125".to_owned(),
            "1".to_owned(),
            "null".to_owned(),
            text("Keep the word."),
            or_null(seed.agent.map(text)),
            text("f1e2"),
            text(&id(seed.created_by)),
            seed.created_at.to_string(),
            or_null(seed.completed_at),
            text(seed.status),
            "null".to_owned(),
            or_null(seed.score),
            "1".to_owned(),
            "10".to_owned(),
            "4".to_owned(),
        ];
        self.run(&format!("insert into rm_evaluation values ({})", values.join(", "))).await;
        for tag in seed.tags {
            let row = [text(&seed.team.to_string()), text(&id(seed.number)), text(tag)].join(", ");
            self.run(&format!("insert into rm_evaluation_tag values ({row})")).await;
        }
    }

    /// Counters of an evaluation: 5 calls answered, 1 not, 3 answers judged and 1 skipped, in 9.4 seconds from first to
    /// last.
    pub async fn count(&self, team: TeamId, number: u128) {
        self.run(&format!(
            "insert into rm_evaluation_count values ('{team}', '{}', 5, 1, 4, 2, 1, 100, 30, 21000000, 1000000, 10400000)",
            id(number)
        ))
        .await;
    }

    /// A harness over two scenarios, one probe in both, another in one.
    pub async fn tree(&self, team: TeamId, number: u128) {
        let (evaluation, node) = (id(number), |place: u128| id(number * 1_000 + place));
        let sql = [
            format!(
                "insert into rm_harness values ('{team}', '{}', '{evaluation}', 'vijil.harnesses.security', 0, \
                 'Security', 'holds', 'DIMENSION', '1.0.0', '[\"{}\",\"{}\"]', '[\"s.one\",\"s.two\"]')",
                node(1),
                node(2),
                node(3)
            ),
            format!(
                "insert into rm_scenario values ('{team}', '{}', '{evaluation}', 's.one', 0, 'One', 'd', '1.0.0', \
                 '[\"{}\",\"{}\"]', '[\"p.a\",\"p.b\"]')",
                node(2),
                node(4),
                node(5)
            ),
            format!(
                "insert into rm_scenario values ('{team}', '{}', '{evaluation}', 's.two', 1, 'Two', 'd', '1.0.0', \
                 '[\"{}\"]', '[\"p.b\"]')",
                node(3),
                node(5)
            ),
            format!(
                "insert into rm_level_score values ('{team}', '{evaluation}', 'vijil.harnesses.security', 0.5)"
            ),
            format!("insert into rm_level_score values ('{team}', '{evaluation}', 's.one', null)"),
            format!(
                "insert into rm_probe values ('{team}', '{evaluation}', 'p.a', '{}', 0, 'A', 'd', \
                 'naive_mean_probe_min', 'd.x,d.y', 4)",
                node(4)
            ),
            format!(
                "insert into rm_probe values ('{team}', '{evaluation}', 'p.b', '{}', 1, 'B', 'd', \
                 'naive_mean_probe_max', 'd.z', 6)",
                node(5)
            ),
            format!(
                "insert into rm_probe_prompts values ('{team}', '{evaluation}', 'p.a', '[\"q1\",\"q2\"]')"
            ),
            format!(
                "insert into rm_probe_count values \
                 ('{team}', '{evaluation}', 'p.a', 2, 0.25, 4, 0, 4, 0, 0, 70, 10, 1, 1, 2), \
                 ('{team}', '{evaluation}', 'p.b', 1, null, 1, 1, 0, 2, 0, 30, 20, 1, 1, 2)"
            ),
        ];
        self.run(&sql.join("; ")).await;
    }

    /// Responses `from..to` of a probe of an evaluation; every fifth could not be judged, every tenth never came.
    pub async fn responses(&self, team: TeamId, number: u128, probe: &str, ordinals: std::ops::Range<u128>) {
        let mut rows = Vec::new();
        for n in ordinals {
            let (status, test, error, score) = match n {
                n if n % 10 == 0 => ("ERROR", "ERROR", "'timed out'", "null"),
                n if n % 5 == 0 => ("ERROR", "GENERATED", "'unverified'", "null"),
                _ => ("COMPLETED", "GENERATED", "null", "0.5"),
            };
            rows.push(format!(
                "('{team}', '{}', '{}', '{probe}', {n}, '{}', 'q{}', 0, '[]', 1, \
                 '[{{\"role\":\"system\",\"content\":\"s\"}},{{\"role\":\"user\",\"content\":\"say {n}\"}}]', \
                 '[\"zebra\"]', 'no {n}', '{status}', '{test}', {error}, '[{{\"d.x\":0.5}}]', {score}, {n}, {})",
                id(1_000_000 + n),
                id(number),
                id(2_000_000 + n),
                n % 2 + 1,
                n + 2
            ));
        }
        for chunk in rows.chunks(400) {
            self.run(&format!("insert into rm_response values {}", chunk.join(", "))).await;
        }
    }
}
