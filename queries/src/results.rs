//! Responses and tests stand in one table; what their lists share is here: the filter, the count, and reading by
//! keyset pages, so that a million rows pass through bounded memory.
//!
//! Lists are in the order of recording, which never changes under a reader: new rows come last.

use std::pin::Pin;

use futures::{Stream, TryStreamExt, stream};
use touchstone_read_store::{Db, ReadError, Row};
use touchstone_vocabulary::{EvaluationId, Page, TeamId};

use crate::sql::{Count, Sql, ids};

/// Which responses or tests. An empty list filters nothing.
#[derive(Debug, Clone, Default)]
pub struct ResultFilter {
    pub evaluation_id: Option<EvaluationId>,
    pub status: Vec<String>,
    /// Response ids in lists of responses, test ids in lists of tests.
    pub ids: Vec<String>,
    /// Ids of probe results or of the catalogue's probes.
    pub probe_ids: Vec<String>,
    pub prompt_ids: Vec<String>,
    /// Every recorded response is visible today, so `false` matches nothing.
    pub is_visible: Option<bool>,
}

/// A list in chunks of bounded size.
pub type Chunks<V> = Pin<Box<dyn Stream<Item = Result<Vec<V>, ReadError>> + Send>>;

/// Rows of one statement, at most; fewer where rows are long.
const MOST_ROWS: i64 = 1_000;
const FIRST_ROWS: i64 = 100;
const FEWEST_ROWS: i64 = 8;
/// What one chunk should weigh.
const CHUNK_BYTES: usize = 2 * 1024 * 1024;

/// One of the two views of the table.
pub trait Listed: Row + 'static {
    /// `select … where r.team_id = `, with the table as `r`; whatever joins it joins from the left, so that both
    /// databases walk the table in its own order and stop at the limit.
    const SELECT: &'static str;
    const ID: &'static str;
    const STATUS: &'static str;
    type View: Send + 'static;

    fn ordinal(&self) -> i64;
    /// About how much memory it takes.
    fn bytes(&self) -> usize;
    fn view(self) -> Self::View;
}

fn filtered<L: Listed>(start: &str, team: TeamId, filter: &ResultFilter) -> Sql {
    let team = team.to_string();
    let mut sql = Sql::new(start)
        .bind(team.as_str())
        .when(" and r.evaluation_id = ", filter.evaluation_id.map(|id| id.to_string()), "")
        .among(&format!(" and r.{}", L::STATUS), &filter.status, "")
        .among(&format!(" and r.{}", L::ID), &ids(&filter.ids), "")
        .among(" and r.prompt_id", &filter.prompt_ids, "");
    if !filter.probe_ids.is_empty() {
        let probes = ids(&filter.probe_ids);
        // A row-value subquery: the probe decides together with its evaluation.
        sql = sql
            .push(" and (r.evaluation_id, r.probe_config_id) in (select b.evaluation_id, b.config_id from rm_probe b")
            .push(" where b.team_id = ")
            .bind(team.as_str())
            .among(" and (b.id", &probes, "")
            .among(" or b.config_id", &probes, "))");
    }
    sql
}

/// How many match.
pub async fn count<L: Listed>(db: &Db, team: TeamId, filter: &ResultFilter) -> Result<i64, ReadError> {
    if filter.is_visible == Some(false) {
        return Ok(0);
    }
    let (text, args) =
        filtered::<L>("select count(*) as n from rm_response r where r.team_id = ", team, filter).parts();
    Ok(db.team(team).one::<Count>(&text, args).await?.map_or(0, |count| count.n))
}

pub async fn by_id<L: Listed>(db: &Db, team: TeamId, id: String) -> Result<Option<L::View>, ReadError> {
    let (text, args) =
        Sql::new(L::SELECT).bind(team.to_string()).push(&format!(" and r.{} = ", L::ID)).bind(id).parts();
    Ok(db.team(team).one::<L>(&text, args).await?.map(Listed::view))
}

struct Cursor {
    after: Option<i64>,
    skip: i64,
    left: i64,
    rows: i64,
}

/// The page, chunk by chunk; a chunk is never empty.
pub fn chunks<L: Listed>(db: Db, team: TeamId, filter: ResultFilter, page: Page) -> Chunks<L::View> {
    let left = if filter.is_visible == Some(false) { 0 } else { page.limit };
    let start = Cursor { after: None, skip: page.offset.max(0), left, rows: FIRST_ROWS };
    Box::pin(stream::try_unfold(start, move |cursor| {
        let (db, filter) = (db.clone(), filter.clone());
        async move {
            if cursor.left <= 0 {
                return Ok(None);
            }
            let wanted = cursor.rows.min(cursor.left);
            let mut sql = filtered::<L>(L::SELECT, team, &filter)
                .when(" and r.ordinal > ", cursor.after, "")
                .push(" order by r.ordinal limit ")
                .bind(wanted);
            if cursor.skip > 0 {
                sql = sql.push(" offset ").bind(cursor.skip);
            }
            let (text, args) = sql.parts();
            let rows: Vec<L> = db.team(team).all(&text, args).await?;
            let Some(last) = rows.last() else { return Ok(None) };
            let after = Some(last.ordinal());
            let got = i64::try_from(rows.len()).unwrap_or(i64::MAX);
            let weight = rows.iter().map(Listed::bytes).sum::<usize>() / rows.len();
            let left = if got < wanted { 0 } else { cursor.left - got };
            let next = Cursor { after, skip: 0, left, rows: fitting(weight) };
            Ok(Some((rows.into_iter().map(Listed::view).collect(), next)))
        }
    }))
}

/// How many rows of this weight make one chunk.
fn fitting(weight: usize) -> i64 {
    i64::try_from(CHUNK_BYTES / weight.max(1)).unwrap_or(MOST_ROWS).clamp(FEWEST_ROWS, MOST_ROWS)
}

/// The page at once, and how many match in all.
pub async fn list<L: Listed>(
    db: &Db,
    team: TeamId,
    filter: ResultFilter,
    page: Page,
) -> Result<(Vec<L::View>, i64), ReadError> {
    let total = count::<L>(db, team, &filter).await?;
    let rows = chunks::<L>(db.clone(), team, filter, page).try_concat().await?;
    Ok((rows, total))
}

/// The last thing the user says in a conversation, as flat text.
pub fn last_user_text(messages: &str) -> String {
    #[derive(serde::Deserialize)]
    struct Said {
        role: String,
        content: String,
    }
    let said: Vec<Said> = serde_json::from_str(messages).unwrap_or_default();
    said.into_iter()
        .rev()
        .find(|message| message.role == "user")
        .map(|message| message.content)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_rows_come_in_small_chunks() {
        assert_eq!(fitting(100), MOST_ROWS);
        assert_eq!(fitting(64 * 1024), 32);
        assert_eq!(fitting(usize::MAX), FEWEST_ROWS);
    }

    #[test]
    fn the_flat_prompt_is_what_the_user_said_last() {
        let messages = r#"[{"role":"system","content":"s"},{"role":"user","content":"a"},
            {"role":"assistant","content":"b"},{"role":"user","content":"c"}]"#;
        assert_eq!(last_user_text(messages), "c");
        assert_eq!(last_user_text("[]"), "");
    }
}
