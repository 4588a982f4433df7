//! Prompts in files: one a line as JSON, or a CSV table with a header.
//!
//! Both know the same fields. `text` is what the user says, or the whole conversation as a list of messages; `system` stands
//! before it; `tags` are a list, or separated by commas; `criteria` is an object, of which `triggers` and `ground_truth`
//! can be fields of their own; `id` and `description` may be absent. Other fields are not read, and named to whoever
//! imports; in `criteria` they are a fault, for what a prompt is judged by must not be lost. In a table a cell that begins
//! like JSON is read as JSON. What is exported reads back the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use serde::Serialize;
use serde_json::{Map, Value, json};
use touchstone_benchmarks::Lines;
use touchstone_commands::prompt::CreatePrompt;
use touchstone_kernel::Refusal;
use touchstone_queries::prompt::PromptView;
use touchstone_vocabulary::{Criteria, Message, PromptId, TeamId};

/// Something that is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    pub file: String,
    /// From 1.
    pub line: u64,
    pub field: Option<String>,
    pub sentence: String,
}

/// A line, and the prompt that stands there or what is wrong with it.
pub struct Line {
    pub line: u64,
    pub prompt: Result<CreatePrompt, (Option<String>, String)>,
    /// Names of fields that mean nothing here.
    pub unread: Vec<String>,
}

impl Line {
    fn of(line: u64, mut fields: Map<String, Value>, team: TeamId) -> Self {
        let prompt = prompt(&mut fields, team);
        Self { line, prompt, unread: fields.into_iter().map(|(name, _)| name).collect() }
    }

    fn wrong(line: u64, sentence: &str) -> Self {
        Self { line, prompt: Err((None, sentence.to_owned())), unread: Vec::new() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Jsonl,
    Csv,
}

/// Every line of a file with a prompt for a team. A file that is no table at all is refused as a whole.
pub fn read(file: &Path, team: TeamId) -> Result<Vec<Line>> {
    let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("jsonl") => Ok(of_jsonl(&text, team)),
        Some("csv") => of_csv(&text, team).with_context(|| format!("{} is no table", file.display())),
        Some(_) | None => bail!("{} must end in .jsonl or .csv", file.display()),
    }
}

fn of_jsonl(text: &str, team: TeamId) -> Vec<Line> {
    let lines = (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty());
    let one = |(line, text): (u64, &str)| match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => Line::of(line, fields, team),
        Ok(_) | Err(_) => Line::wrong(line, "is no JSON object"),
    };
    lines.map(one).collect()
}

fn of_csv(text: &str, team: TeamId) -> Result<Vec<Line>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers()?.clone();
    if !header.iter().any(|name| name.trim() == "text") {
        bail!("its first line must name the columns, text among them");
    }
    let mut places = Lines::of(text);
    let mut place = |position: Option<&csv::Position>| places.line(position.map_or(0, csv::Position::byte));
    let one = |record: csv::Result<csv::StringRecord>| match record {
        Ok(record) => {
            let cells = header.iter().zip(&record).filter(|(_, cell)| !cell.trim().is_empty());
            let fields = cells.map(|(name, cell)| (name.trim().to_owned(), value(cell))).collect();
            Line::of(place(record.position()), fields, team)
        }
        Err(fault) => Line::wrong(place(fault.position()), "has not as many cells as the first line"),
    };
    Ok(reader.records().map(one).collect())
}

fn value(cell: &str) -> Value {
    let is_json = cell.trim_start().starts_with(['[', '{']);
    let read = is_json.then(|| serde_json::from_str(cell).ok()).flatten();
    read.unwrap_or_else(|| Value::String(cell.to_owned()))
}

type Wrong = (Option<String>, String);

fn wrong<T>(field: &str, sentence: &str) -> Result<T, Wrong> {
    Err((Some(field.to_owned()), sentence.to_owned()))
}

fn prompt(fields: &mut Map<String, Value>, team: TeamId) -> Result<CreatePrompt, Wrong> {
    let mut text = |name: &str| match fields.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => wrong(name, "must be a text"),
    };
    let (id, system, description) = (text("id")?, text("system")?, text("description")?);
    let ground_truth = text("ground_truth")?;
    let mut messages: Vec<Message> = system.into_iter().map(Message::system).collect();
    match fields.remove("text") {
        None | Some(Value::Null) => return wrong("text", "is missing"),
        Some(Value::String(text)) => messages.push(Message::user(text)),
        Some(list) => match serde_json::from_value::<Vec<Message>>(list) {
            Ok(list) => messages.extend(list),
            Err(_) => return wrong("text", "must be a text, or a list of messages with role and content"),
        },
    }
    let tags = texts("tags", fields.remove("tags"), Some(','))?;
    let mut criteria = match fields.remove("criteria") {
        None | Some(Value::Null) => Criteria::default(),
        Some(given) => criteria_of(given)?,
    };
    criteria.triggers.extend(texts("triggers", fields.remove("triggers"), None)?);
    criteria.ground_truth = ground_truth.or(criteria.ground_truth);
    let id = match id.filter(|id| !id.is_empty()) {
        None => CreatePrompt::content_id(team, &messages, &criteria),
        Some(id) => match uuid::Uuid::parse_str(&id) {
            Ok(id) => PromptId(id.to_string()),
            Err(_) => return wrong("id", "must be a uuid"),
        },
    };
    let description = description.unwrap_or_default();
    let command =
        CreatePrompt { team, id, messages, description, tags, criteria, lineage: None, writer: None };
    match command.check() {
        Ok(()) => Ok(command),
        Err(refusal) => Err((refusal.field().map(str::to_owned), refusal.to_string())),
    }
}

/// What answers are judged by, with nothing in it that no detector looks at.
fn criteria_of(given: Value) -> Result<Criteria, Wrong> {
    let names: Vec<String> = given.as_object().into_iter().flat_map(Map::keys).cloned().collect();
    let Some(Ok(criteria)) = Some(given).filter(Value::is_object).map(serde_json::from_value::<Criteria>)
    else {
        return wrong("criteria", "must be an object of what detectors look at");
    };
    let known = serde_json::to_value(Criteria::default()).unwrap_or_default();
    match names.iter().find(|name| known.get(name.as_str()).is_none()) {
        Some(name) => wrong("criteria", &format!("no detector looks at {name}")),
        None => Ok(criteria),
    }
}

/// A list of texts, or one text, which `separator` divides.
fn texts(field: &str, value: Option<Value>, separator: Option<char>) -> Result<Vec<String>, Wrong> {
    match (value, separator) {
        (None | Some(Value::Null), _) => Ok(Vec::new()),
        (Some(Value::String(text)), Some(separator)) => {
            let parts = text.split(separator).map(str::trim).filter(|part| !part.is_empty());
            Ok(parts.map(str::to_owned).collect())
        }
        (Some(Value::String(text)), None) => Ok(vec![text]),
        (Some(list), _) => serde_json::from_value(list).or_else(|_| wrong(field, "must be a list of texts")),
    }
}

/// Prompts as a file holds them.
pub fn written(prompts: &[PromptView], format: Format) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match format {
        Format::Jsonl => {
            for prompt in prompts {
                serde_json::to_writer(&mut bytes, &fields(prompt))?;
                bytes.push(b'\n');
            }
        }
        Format::Csv => {
            let mut writer = csv::Writer::from_writer(&mut bytes);
            writer.write_record(COLUMNS)?;
            for prompt in prompts {
                let fields = fields(prompt);
                let cell = |column: &&str| match fields.get(*column) {
                    Some(Value::String(text)) => text.clone(),
                    Some(other) => other.to_string(),
                    None => String::new(),
                };
                writer.write_record(COLUMNS.iter().map(cell))?;
            }
            writer.flush()?;
        }
    }
    Ok(bytes)
}

const COLUMNS: [&str; 5] = ["id", "text", "tags", "description", "criteria"];

fn fields(prompt: &PromptView) -> BTreeMap<&'static str, Value> {
    let PromptView { id, text, tags, description, criteria, .. } = prompt;
    BTreeMap::from([
        ("id", json!(id)),
        ("text", json!(text)),
        ("tags", json!(tags)),
        ("description", json!(description)),
        ("criteria", json!(criteria)),
    ])
}

#[cfg(test)]
mod tests {
    use touchstone_queries::prompt::MessageView;
    use uuid::Uuid;

    use super::*;

    const TEAM: TeamId = TeamId(Uuid::from_u128(1));

    fn faults(lines: Vec<Line>) -> Vec<(u64, Option<String>)> {
        let wrong = |line: Line| line.prompt.err().map(|(field, _)| (line.line, field));
        lines.into_iter().filter_map(wrong).collect()
    }

    fn good(lines: Vec<Line>) -> Vec<CreatePrompt> {
        lines.into_iter().map(|line| line.prompt.unwrap()).collect()
    }

    #[test]
    fn lines_and_tables_say_the_same() {
        let lines = r#"{"text": "Which word?", "system": "Keep it.", "tags": ["a", "b"], "triggers": ["zebra"], "x": 1}

{"text": [{"role": "user", "content": "Two,\nlines"}], "criteria": {"ground_truth": "yes"}, "description": "d"}
"#;
        let table = "text,system,tags,triggers,criteria,description,x\n\
            Which word?,Keep it.,\"a, b\",zebra,,,1\n\
            \"[{\"\"role\"\":\"\"user\"\",\"\"content\"\":\"\"Two,\\nlines\"\"}]\",,,,\"{\"\"ground_truth\"\":\"\"yes\"\"}\",d,\n";
        let (lines, table) = (good(of_jsonl(lines, TEAM)), good(of_csv(table, TEAM).unwrap()));
        assert_eq!(format!("{lines:?}"), format!("{table:?}"));
        assert_eq!(lines[0].messages, [Message::system("Keep it."), Message::user("Which word?")]);
        assert_eq!((lines[0].tags.len(), lines[0].criteria.triggers.len()), (2, 1));
        assert_eq!(lines[1].criteria.ground_truth.as_deref(), Some("yes"));
    }

    #[test]
    fn each_wrong_line_is_told_with_its_field() {
        let named = |field: &str| Some(field.to_owned());
        let lines = "{\"text\": \"good\"}\nnot json\n[]\n{}\n{\"text\": \" \"}\n{\"text\": [{\"role\": \"king\"}]}\n\
            {\"text\": \"a\", \"tags\": 4}\n{\"text\": \"a\", \"id\": \"mine\"}\n{\"text\": \"a\", \"criteria\": []}\n\
            {\"text\": \"a\", \"description\": []}\n";
        let expected = [
            (2, None),
            (3, None),
            (4, named("text")),
            (5, named("text")),
            (6, named("text")),
            (7, named("tags")),
            (8, named("id")),
            (9, named("criteria")),
            (10, named("description")),
        ];
        assert_eq!(faults(of_jsonl(lines, TEAM)), expected);
        let table = "id,text\n,good\nmine,bad id\n,\"over\ntwo lines\"\ntoo,many,cells\n,\n";
        let expected = [(3, named("id")), (6, None), (7, named("text"))];
        assert_eq!(faults(of_csv(table, TEAM).unwrap()), expected);
        assert!(of_csv("id,words\n", TEAM).is_err());
    }

    #[test]
    fn a_field_that_is_not_read_is_named_and_one_of_the_criteria_is_a_fault() {
        let lines = of_jsonl("{\"text\": \"a\", \"trigers\": [\"zebra\"]}\n{\"text\": \"b\"}\n", TEAM);
        let unread: Vec<_> = lines.iter().map(|line| line.unread.clone()).collect();
        assert_eq!(unread, [vec!["trigers".to_owned()], vec![]]);
        let lines = of_jsonl("{\"text\": \"a\", \"criteria\": {\"trigers\": [\"zebra\"]}}\n", TEAM);
        assert_eq!(faults(lines), [(1, Some("criteria".to_owned()))]);
    }

    #[test]
    fn lines_of_a_table_are_counted_whatever_they_end_with() {
        let table = "id,text\n,good\nmine,bad id\n,\"over\ntwo lines\"\ntoo,many,cells\n,\n";
        let places = |table: &str| faults(of_csv(table, TEAM).unwrap()).into_iter().map(|(line, _)| line);
        assert!(places(table).eq(places(&table.replace('\n', "\r\n"))));
    }

    #[test]
    fn what_is_exported_reads_back_the_same() {
        let message = |role: &str, content: &str| MessageView { role: role.into(), content: content.into() };
        let view = PromptView {
            id: Uuid::from_u128(5).to_string(),
            config_id: String::new(),
            text: vec![message("system", "Keep \"it\"."), message("user", "[Which], word?\nNow.")],
            tags: vec!["a, b".into(), "c".into()],
            description: "{not json".into(),
            is_runtime: false,
            created_at: 7,
            team_id: TEAM.to_string(),
            criteria: Criteria::of_triggers(vec!["zebra".into()]),
            lineage: None,
            stream_version: 1,
        };
        let text = |format| String::from_utf8(written(std::slice::from_ref(&view), format).unwrap()).unwrap();
        for back in [of_jsonl(&text(Format::Jsonl), TEAM), of_csv(&text(Format::Csv), TEAM).unwrap()] {
            let back = good(back).remove(0);
            assert_eq!((back.id.as_str(), &back.tags), (view.id.as_str(), &view.tags));
            assert_eq!((&back.description, &back.criteria), (&view.description, &view.criteria));
            assert_eq!(back.messages[1].content, view.text[1].content);
        }
    }
}
