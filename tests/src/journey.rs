//! What several journeys need: a small evaluation, the score it must have, and everything that is stored as one text.

use std::collections::BTreeMap;

use futures::future::join_all;
use serde_json::{Value, json};
use sqlx::{PgPool, SqlitePool};
use touchstone_aggregates::evaluation::{CallParams, Spec};
use touchstone_kernel::{Owned, Recorded, Sealed};
use touchstone_testkit::{Caller, Persona, World};
use touchstone_vocabulary::{ApiKeyId, EvaluationId, HarnessId, Hub, Score, TeamId, mean};
use uuid::Uuid;

/// A harness that is run where any will do.
pub const SMALL: &str = "security_Small";

/// Two ways of adding the same numbers agree this closely.
pub const TOLERANCE: f64 = 1e-9;

pub fn fresh() -> String {
    Uuid::new_v4().to_string()
}

/// Ends the world after its read models were compared with the log, row by row.
pub async fn close(world: World) {
    clean(&world).await;
    world.close().await;
}

/// Read models built anew from the log equal the live ones.
pub async fn clean(world: &World) {
    world.settled().await;
    let report = touchstone_read_store::verify(&world.core.group).await.unwrap();
    assert!(report.is_clean(), "{report:?}");
}

/// A finished evaluation of two prompts a probe.
pub async fn finished(admin: &Caller, target: &str) -> String {
    let (id, key) = (fresh(), admin.key(&fresh(), target).await);
    admin.evaluate(&id, &key, &[SMALL], json!({"sample_size": 2})).await.ok();
    let evaluation = admin.ended(&id).await;
    assert_eq!(evaluation["status"], "COMPLETED", "{evaluation}");
    id
}

/// A key that lets few calls through, so that an evaluation takes its time: as many in a second as said.
pub async fn paced(admin: &Caller, target: &str, per_second: u32) -> String {
    let body = json!({"name": fresh(), "hub": "custom", "value": "practice-key-value", "url": target,
        "rate_limit_per_interval": per_second, "rate_limit_interval": 1});
    admin.post("/v1/api-keys", &body).await.ok()["id"].as_str().unwrap().to_owned()
}

pub async fn team(caller: &Caller) -> String {
    caller.get("/v1/users/me").await.ok()["team_id"].as_str().unwrap().to_owned()
}

/// The same request a hundred times on two servers of one store: how often it was answered how.
pub async fn race<'a, F>(callers: &'a [Caller; 2], ask: impl Fn(usize, &'a Caller) -> F) -> Vec<u16>
where
    F: Future<Output = u16>,
{
    join_all((0..100).map(|n| ask(n, &callers[n % 2]))).await
}

/// How many got what all wanted; the others must have been told that they are late.
pub fn won(answers: &[u16]) -> usize {
    assert!(answers.iter().all(|status| matches!(status, 200 | 409)), "{answers:?}");
    answers.iter().filter(|status| **status == 200).count()
}

pub fn rows(envelope: &Value) -> &[Value] {
    envelope["results"].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The texts of one field in a list.
pub fn column<'a>(envelope: &'a Value, field: &str) -> Vec<&'a str> {
    rows(envelope).iter().map(|row| row[field].as_str().unwrap_or_default()).collect()
}

/// The texts in a list-valued field of one row.
pub fn texts(row: &Value, field: &str) -> Vec<String> {
    row[field].as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// How many there are, as the API counts.
pub fn length<T>(items: &[T]) -> i64 {
    i64::try_from(items.len()).unwrap()
}

pub fn count(value: &Value, field: &str) -> i64 {
    value[field].as_i64().unwrap_or_else(|| panic!("{field} is no number: {value}"))
}

/// What a request means, as far as it decides which prompts are sent.
pub fn spec(harnesses: &[&str], sample_size: Option<u32>) -> Spec {
    Spec {
        name: Sealed::Erased,
        hub: Hub::Custom,
        model: String::new(),
        url: None,
        api_key: ApiKeyId(Uuid::nil()),
        harnesses: harnesses.iter().map(|id| HarnessId(format!("vijil.harnesses.{id}"))).collect(),
        scenarios: Vec::new(),
        version: touchstone_catalog::latest().version().clone(),
        sample_size,
        is_lite: false,
        tags: Vec::new(),
        params: CallParams {
            temperature: None,
            top_p: None,
            max_completion_tokens: None,
            generations: 1,
            timeout: None,
            system_prompt: None,
        },
        agent_configuration: None,
    }
}

/// The score that a persona's rule implies, and the number of tests: a prompt for which it falls is a hit.
pub fn predicted(persona: Persona, spec: &Spec) -> (f64, i64) {
    let edition = touchstone_catalog::latest();
    let nobody = Owned::new(TeamId(Uuid::nil()), EvaluationId(Uuid::nil()));
    let suite = touchstone_runner::suite(&edition.into(), &nobody, spec);
    let mut finished = BTreeMap::new();
    let mut tests = 0;
    for (id, chosen) in &suite.prompts {
        let prompts = &edition.probe(id).unwrap().prompts;
        tests += length(chosen);
        let scored = prompts.iter().filter(|prompt| prompt.is_scored() && chosen.contains(&prompt.id));
        let scores = scored
            .map(|prompt| Some(if persona.falls(&prompt.messages) { Score::FAIL } else { Score::PASS }));
        finished.insert(id.clone(), mean(scores));
    }
    let score = touchstone_commands::evaluation::levels(&suite.plan, &finished).evaluation.unwrap();
    (score.get(), tests * i64::from(spec.params.generations))
}

/// Every event, opened as far as its key exists.
pub async fn history(world: &World) -> Vec<Recorded> {
    let log = world.core.store.log();
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let page = log.read(after, 500, 64 << 20).await.unwrap();
        let Some(last) = page.last() else { return all };
        after = last.seq;
        all.extend(log.open_all(page).await.unwrap());
    }
}

/// How many events there are.
pub async fn head(world: &World) -> i64 {
    world.core.store.log().head().await.unwrap().0
}

/// How many events there are but those that tell of denials, which are recorded beside the request.
pub async fn done(world: &World) -> usize {
    history(world).await.iter().filter(|recorded| recorded.envelope.context != "access").count()
}

/// Every row of every table whose name passes, as text.
pub async fn stored(url: &str, wanted: impl Fn(&str) -> bool) -> String {
    if url.starts_with("sqlite:") {
        stored_in_sqlite(url, wanted).await
    } else {
        stored_in_postgres(url, wanted).await
    }
}

async fn stored_in_sqlite(url: &str, wanted: impl Fn(&str) -> bool) -> String {
    let pool = SqlitePool::connect(url).await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar("select name from sqlite_master where type = 'table'")
        .fetch_all(&pool)
        .await
        .unwrap();
    let mut text = String::new();
    for table in tables.iter().filter(|table| wanted(table)) {
        let columns: Vec<String> = sqlx::query_scalar("select name from pragma_table_info($1)")
            .bind(table)
            .fetch_all(&pool)
            .await
            .unwrap();
        let quoted: Vec<String> = columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
        let all = format!("select {} from \"{table}\"", quoted.join(" || '|' || "));
        let rows: Vec<String> = sqlx::query_scalar(&all).fetch_all(&pool).await.unwrap();
        text.extend(rows.iter().map(|row| format!("{table}: {row}\n")));
    }
    pool.close().await;
    text
}

async fn stored_in_postgres(url: &str, wanted: impl Fn(&str) -> bool) -> String {
    let pool = PgPool::connect(url).await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar(
        "select tablename::text from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let mut text = String::new();
    for table in tables.iter().filter(|table| wanted(table)) {
        let all = format!("select t::text from \"{table}\" t");
        let rows: Vec<String> = sqlx::query_scalar(&all).fetch_all(&pool).await.unwrap();
        text.extend(rows.iter().map(|row| format!("{table}: {row}\n")));
    }
    pool.close().await;
    text
}
