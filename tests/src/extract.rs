//! Documents read in a child process: well written ones, and those that are written to break their reader.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::Instant;

use touchstone_extract::{CPU_SECONDS, Kind, MEMORY, MOST_PAGES, PATIENCE, Page, Reader};
use touchstone_testkit::{Pdf, Spawn, eventually, packed};

const MIB: usize = 1 << 20;

/// Forty pages of our own, two rules and a fact on each.
pub fn policy() -> Vec<String> {
    const THINGS: [&str; 4] = ["keys", "ropes", "lanterns", "charts"];
    (1..=40)
        .map(|page| {
            let thing = THINGS[page % THINGS.len()];
            format!(
                "{page}.1 The wardens of pier {page} must not lend {thing} to strangers.\n\
                 {page}.2 Every loan of {thing} at pier {page} must be logged within {} hours.\n\
                 Pier {page} was rebuilt by the mason Orla-{page} after the storm.",
                page + 2
            )
        })
        .collect()
}

/// Runs a child by hand: whether it ended well, what it answered, and the most memory that it held, in bytes.
fn measured(document: &[u8]) -> (bool, String, usize) {
    let mut child = Command::new(Spawn::binary())
        .args(["extract", "pdf"])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut input, mut output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let status = format!("/proc/{}/status", child.id());
    std::thread::scope(|scope| {
        // One that is stopped does not read to the end.
        scope.spawn(move || drop(input.write_all(document)));
        let answer = scope.spawn(move || {
            let mut answer = String::new();
            output.read_to_string(&mut answer).unwrap();
            answer
        });
        let mut peak = 0;
        let ended = loop {
            let text = std::fs::read_to_string(&status).unwrap_or_default();
            let held = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let held = held.and_then(|kib| kib.trim().trim_end_matches(" kB").parse::<usize>().ok());
            peak = peak.max(held.unwrap_or(0) << 10);
            if let Some(ended) = child.try_wait().unwrap() {
                break ended;
            }
            std::thread::yield_now();
        };
        (ended.success(), answer.join().unwrap(), peak)
    })
}

fn reader() -> Reader {
    Reader::new(Spawn::binary())
}

#[tokio::test]
async fn a_policy_of_forty_pages_is_read_page_by_page_with_its_places() {
    let (policy, begun) = (policy(), Instant::now());
    let document = Pdf::of_pages(&policy);
    let pages = reader().read(Kind::Pdf, &document).await.unwrap().unwrap();
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    let texts: Vec<&str> = pages.iter().map(|page| page.text.as_str()).collect();
    assert_eq!(texts, policy);
    let whole = texts.join("\u{c}");
    for (number, Page { number: found, offset, text }) in (1..).zip(&pages) {
        assert_eq!(*found, number);
        assert!(whole[*offset..].starts_with(text), "page {number}");
    }
    let (well, _, peak) = measured(&document);
    assert!(well && peak <= 512 * MIB, "{peak} bytes");
}

#[tokio::test]
async fn texts_tables_and_trees_are_read_too() {
    for (kind, document, expected) in [
        (Kind::Text, "# Keys\n\nKeep them.", "# Keys\n\nKeep them."),
        (Kind::Csv, "berth,fee\n7,40\n", "berth: 7; fee: 40."),
        (Kind::Json, r#"{"fee": 40}"#, "fee: 40"),
    ] {
        let pages = reader().read(kind, document.as_bytes()).await.unwrap().unwrap();
        assert_eq!(pages, [Page { number: 1, offset: 0, text: expected.to_owned() }]);
    }
}

/// Name, document, and words of the sentence that it gets.
fn bombs() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let gibibyte = packed(&vec![b' '; MIB], 1024);
    let flate = "/Filter /FlateDecode";
    let object_stream = {
        let mut pdf = Pdf::default();
        pdf.object("<< /Type /Catalog /Pages 2 0 R >>");
        pdf.object("<< /Type /Pages /Kids [] /Count 0 >>");
        pdf.stream(&format!("/Type /ObjStm /N 1 /First 4 {flate}"), &gibibyte);
        pdf.bytes()
    };
    let font = {
        let mut pdf = Pdf::default();
        pdf.object("<< /Type /Catalog /Pages 2 0 R >>");
        pdf.object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
        pdf.object("<< /Type /Page /Parent 2 0 R /Contents 5 0 R /Resources << /Font << /F 4 0 R >> >> >>");
        pdf.object("<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /ToUnicode 6 0 R >>");
        pdf.stream("", b"BT /F 9 Tf <0041> Tj ET");
        pdf.stream(flate, &gibibyte);
        pdf.bytes()
    };
    let tree = |kids: String, count: usize| {
        let mut pdf = Pdf::default();
        pdf.object("<< /Type /Catalog /Pages 2 0 R >>");
        pdf.object(&format!("<< /Type /Pages /Kids [{kids}] /Count {count} >>"));
        pdf.object("<< /Type /Page /Parent 2 0 R >>");
        for _ in 0..2 * MOST_PAGES {
            pdf.object("null");
        }
        pdf.bytes()
    };
    let nested = {
        let mut pdf = Pdf::default();
        pdf.object("<< /Type /Catalog /Pages 2 0 R >>");
        pdf.object(&"[".repeat(64 << 10));
        pdf.bytes()
    };
    // An operator takes twenty times the memory of its two letters.
    let operators = packed(&b"q\n".repeat(MIB / 2), 60);
    let twice = packed(&gibibyte, 1);
    vec![
        ("object stream", object_stream, "unpacks to more than 64 MiB"),
        ("content", Pdf::of_content(flate, &gibibyte), "unpacks to more than 64 MiB"),
        ("map of a font", font, "unpacks to more than 64 MiB"),
        ("packed twice", Pdf::of_content("/Filter [/FlateDecode /FlateDecode]", &twice), "unpacks to more"),
        ("operators", Pdf::of_content(flate, &operators), "more than 512 MiB of memory"),
        ("a million pages", tree("3 0 R ".repeat(1_000_000), 1_000_000), "more than 2000 pages"),
        ("a tree in itself", tree("2 0 R 2 0 R".to_owned(), 2), "no text"),
        ("nested brackets", nested, "no text"),
        ("brackets in a page", Pdf::of_content("", "[".repeat(64 << 10).as_bytes()), "no text"),
        ("half a document", Pdf::of_pages(&policy())[..9_000].to_vec(), "page 22 of it is missing"),
    ]
}

#[tokio::test]
async fn a_document_that_would_take_too_much_gets_a_sentence_in_time_and_within_its_memory() {
    let mut highest = 0;
    for (name, document, words) in bombs() {
        assert!(document.len() < 8 * MIB, "{name} is {} bytes", document.len());
        let begun = Instant::now();
        let why = reader().read(Kind::Pdf, &document).await.unwrap().unwrap_err();
        let took = begun.elapsed();
        assert!(why.contains(words), "{name}: {why}");
        assert!(took < PATIENCE, "{name}: {took:?}");
        let (_, _, peak) = tokio::task::spawn_blocking(move || measured(&document)).await.unwrap();
        assert!(peak <= usize::try_from(MEMORY).unwrap(), "{name}: {peak} bytes");
        highest = highest.max(peak);
        println!("{name}: {took:?}, {} MiB: {why}", peak / MIB);
    }
    assert!(highest > 64 * MIB, "it is the child that was measured");
}

#[tokio::test]
async fn a_child_has_limited_itself_before_it_reads() {
    let mut command = tokio::process::Command::new(Spawn::binary());
    command.args(["extract", "text"]).stdin(Stdio::piped()).stdout(Stdio::null()).kill_on_drop(true);
    let child = command.spawn().unwrap();
    let path = format!("/proc/{}/limits", child.id().unwrap());
    let limits = async || {
        let text = std::fs::read_to_string(&path).unwrap();
        // Nofile is the last that it sets.
        let most = |what: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(what)).unwrap().to_owned();
            line.split_whitespace().next().unwrap().to_owned()
        };
        (most("Max open files") == "3").then(|| {
            ["Max address space", "Max cpu time", "Max processes", "Max file size", "Max core file size"]
                .map(most)
        })
    };
    let found = eventually("a limited child", limits).await;
    assert_eq!(found, [MEMORY.to_string(), CPU_SECONDS.to_string(), "0".into(), "0".into(), "0".into()]);
}

#[tokio::test]
async fn a_child_that_breaks_down_is_a_sentence_and_one_that_cannot_start_is_a_fault() {
    let why = Reader::new("/bin/false".into()).read(Kind::Text, b"hello").await.unwrap().unwrap_err();
    assert!(why.contains("damaged"), "{why}");
    let why = Reader::new("/bin/echo".into()).read(Kind::Text, b"hello").await.unwrap().unwrap_err();
    assert!(why.contains("cannot be told"), "{why}");
    assert!(Reader::new("/nowhere/touchstone".into()).read(Kind::Text, b"hello").await.is_err());
}
