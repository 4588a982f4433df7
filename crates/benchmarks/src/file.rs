//! From a file to records, by its ending: CSV, JSON lines, one JSON document, or lines of text.

use csv::{ReaderBuilder, StringRecord};
use serde_json::{Map, Value};
use touchstone_catalog::benchmark::Benchmark;

use crate::fields::{Fields, Wrong};
use crate::form;
use crate::lines::Lines;
use crate::set::Row;

/// A record that is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line on which it begins, from 1; in a JSON document, which one of its records it is.
    pub line: u64,
    pub field: String,
    /// One sentence that goes on from the field's name. Nothing of the record stands in it.
    pub sentence: &'static str,
}

/// What a file holds.
#[derive(Debug, Default)]
pub struct Reading {
    pub rows: Vec<Row>,
    pub faults: Vec<Fault>,
}

type Numbered = (u64, Result<Map<String, Value>, Wrong>);

/// Reads a file of a benchmark. `name` is the file's name, whose ending tells the form and whose stem may tell more.
pub fn read(benchmark: &Benchmark, name: &str, text: &str) -> Reading {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let body = text.trim_start_matches('\u{feff}');
    let records = match ending.to_ascii_lowercase().as_str() {
        "csv" => of_csv(body, form::columns(benchmark.name, stem)),
        "jsonl" | "ndjson" => of_lines(body, object),
        "json" => of_document(body),
        _ => of_lines(body, |line| Ok(Map::from_iter([("line".to_owned(), line.into())]))),
    };
    let mut reading = Reading::default();
    for (line, record) in records {
        let row = record.and_then(|map| form::row(benchmark.name, &Fields { file: stem, map }));
        match row {
            Ok(row) => reading.rows.push(row),
            Err(Wrong { field, sentence }) => reading.faults.push(Fault { line, field, sentence }),
        }
    }
    reading
}

/// With the columns' names from the first line, or given where the form has no such line.
fn of_csv(text: &str, columns: Option<&[&str]>) -> Vec<Numbered> {
    let mut reader =
        ReaderBuilder::new().flexible(true).has_headers(columns.is_none()).from_reader(text.as_bytes());
    let header = match columns {
        Some(names) => StringRecord::from(names.to_vec()),
        None => reader.headers().cloned().unwrap_or_default(),
    };
    let mut all = Vec::new();
    let mut record = StringRecord::new();
    let mut lines = Lines::of(text);
    let mut line = |position: Option<&csv::Position>| lines.line(position.map_or(0, csv::Position::byte));
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => return all,
            Ok(true) => {
                let line = line(record.position());
                let named = header.iter().zip(record.iter());
                let map = named.map(|(name, value)| (name.trim().to_owned(), value.into())).collect();
                let whole = record.len() == header.len();
                all.push((
                    line,
                    if whole { Ok(map) } else { Err(Wrong::new("line", "has another number of columns")) },
                ));
            }
            Err(fault) => {
                let line = line(fault.position());
                all.push((line, Err(Wrong::new("line", "cannot be read as CSV"))));
            }
        }
    }
}

fn of_lines(text: &str, read: impl Fn(&str) -> Result<Map<String, Value>, Wrong>) -> Vec<Numbered> {
    let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    lines.map(|(line, number)| (number, read(line))).collect()
}

fn object(line: &str) -> Result<Map<String, Value>, Wrong> {
    match serde_json::from_str(line) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) | Err(_) => Err(Wrong::new("line", "is no JSON object")),
    }
}

/// A list of objects, or such lists by task, whose name each record is given. Several objects are lines of JSON.
fn of_document(text: &str) -> Vec<Numbered> {
    let number = |records: Vec<Result<Map<String, Value>, Wrong>>| (1..).zip(records).collect();
    let record = |value| match value {
        Value::Object(map) => Ok(map),
        _ => Err(Wrong::new("record", "is no JSON object")),
    };
    match serde_json::from_str(text) {
        Ok(Value::Array(items)) => number(items.into_iter().map(record).collect()),
        Ok(Value::Object(tasks)) if tasks.values().any(Value::is_array) && !tasks.contains_key("expect") => {
            let mut all = Vec::new();
            for (task, items) in tasks {
                let Value::Array(items) = items else {
                    all.push(Err(Wrong::new("document", "must hold a list for each task")));
                    continue;
                };
                all.extend(items.into_iter().map(|item| {
                    let mut map = record(item)?;
                    map.insert("task".to_owned(), task.clone().into());
                    Ok(map)
                }));
            }
            number(all)
        }
        Ok(_) | Err(_) => of_lines(text, object),
    }
}
