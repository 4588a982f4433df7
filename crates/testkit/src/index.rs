//! The indexes of package registries, small, in the forms and with the pages that the public ones have.

use std::io::{Cursor, Write as _};
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use data_encoding::HEXLOWER;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A registry of each kind on one address. All end with the test.
pub struct PackageIndex {
    /// `http://127.0.0.1:PORT`.
    pub root: String,
    _serving: JoinSet<std::io::Result<()>>,
}

/// What the registries hold; sorted.
#[derive(Default)]
struct Shelf {
    names: Vec<String>,
    wheel: Option<(String, ToyWheel)>,
}

/// A wheel with a model of two dimensions: `▁sun` and `▁heat` are warm, `▁ice` is cold.
#[derive(Clone)]
pub struct ToyWheel {
    pub bytes: Vec<u8>,
    /// SHA-256 in hexadecimal.
    pub digest: String,
}

impl ToyWheel {
    pub const VECTORS: &str = "toy/weights.safetensors";
    pub const TOKENIZER: &str = "toy/tokenizer.json";

    #[expect(clippy::expect_used, reason = "a test cannot go on without its wheel")]
    pub fn new() -> Self {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in
            [(Self::VECTORS, vectors()), (Self::TOKENIZER, tokenizer().to_string().into_bytes())]
        {
            archive.start_file(name, SimpleFileOptions::default()).expect("a file in the wheel");
            archive.write_all(&content).expect("its content");
        }
        let bytes = archive.finish().expect("a whole wheel").into_inner();
        let digest = HEXLOWER.encode(&Sha256::digest(&bytes));
        Self { bytes, digest }
    }
}

impl Default for ToyWheel {
    fn default() -> Self {
        Self::new()
    }
}

const TOKENS: [&str; 21] = [
    "<unk>", "▁", "s", "u", "n", "h", "e", "a", "t", "i", "c", "▁s", "un", "▁sun", "▁h", "ea", "eat",
    "▁heat", "▁i", "ce", "▁ice",
];

fn tokenizer() -> Value {
    let vocab: serde_json::Map<String, Value> =
        TOKENS.iter().enumerate().map(|(id, token)| ((*token).to_owned(), json!(id))).collect();
    let merges = ["▁ s", "u n", "▁s un", "▁ h", "e a", "ea t", "▁h eat", "▁ i", "c e", "▁i ce"];
    json!({"model": {"type": "BPE", "vocab": vocab, "merges": merges}})
}

/// Half-precision rows behind the header that safetensors has: its length, then JSON.
fn vectors() -> Vec<u8> {
    const ONE: u16 = 0x3c00;
    let row = |token: &&str| match *token {
        "▁sun" | "▁heat" => [ONE, 0],
        "▁ice" => [0, ONE],
        _ => [0, 0],
    };
    let data: Vec<u8> = TOKENS.iter().flat_map(row).flat_map(u16::to_le_bytes).collect();
    let table = json!({"dtype": "F16", "shape": [TOKENS.len(), 2], "data_offsets": [0, data.len()]});
    let header = json!({"embedding.weight": table}).to_string();
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &data].concat()
}

impl PackageIndex {
    /// Every registry has the same names; the Python one also has a package `toy` with one wheel of this file name.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its index")]
    pub async fn start(names: &[&str], wheel: Option<(&str, ToyWheel)>) -> Self {
        let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        names.sort();
        let shelf = Shelf { names, wheel: wheel.map(|(file, wheel)| (file.to_owned(), wheel)) };
        let router = Router::new()
            .route("/simple/", get(projects))
            .route("/simple/{package}/", get(files))
            .route("/files/{file}", get(file))
            .route("/_all_docs", get(documents))
            .route("/names", get(gems))
            .route("/crates", get(crates))
            .with_state(Arc::new(shelf));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let root = format!("http://{}", listener.local_addr().expect("an address"));
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await });
        Self { root, _serving: serving }
    }

    /// The flags that make a subcommand ask here.
    pub fn flags(&self) -> Vec<String> {
        let paths =
            [("pypi", "/simple"), ("npm", "/_all_docs"), ("rubygems", "/names"), ("crates", "/crates")];
        paths
            .iter()
            .flat_map(|(registry, path)| [format!("--{registry}-index"), format!("{}{path}", self.root)])
            .collect()
    }
}

async fn projects(State(shelf): State<Arc<Shelf>>) -> Json<Value> {
    let projects: Vec<Value> = shelf.names.iter().map(|name| json!({"name": name})).collect();
    Json(json!({"meta": {"api-version": "1.1"}, "projects": projects}))
}

async fn files(State(shelf): State<Arc<Shelf>>, Path(package): Path<String>) -> Response {
    match &shelf.wheel {
        Some((file, wheel)) => {
            let listed = json!({"filename": file, "url": format!("../../files/{file}"), "hashes": {"sha256": wheel.digest}});
            Json(json!({"name": package, "files": [listed]})).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn file(State(shelf): State<Arc<Shelf>>, Path(asked): Path<String>) -> Response {
    match &shelf.wheel {
        Some((file, wheel)) if *file == asked => wheel.bytes.clone().into_response(),
        Some(_) | None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[derive(Deserialize)]
struct Range {
    limit: usize,
    /// A JSON string: the first entry of the answer.
    startkey: Option<String>,
}

async fn documents(State(shelf): State<Arc<Shelf>>, Query(range): Query<Range>) -> Json<Value> {
    let start: String = range.startkey.and_then(|key| serde_json::from_str(&key).ok()).unwrap_or_default();
    let rows: Vec<Value> = shelf
        .names
        .iter()
        .filter(|name| **name >= start)
        .take(range.limit)
        .map(|name| json!({"id": name, "key": name, "value": {"rev": "1"}}))
        .collect();
    Json(json!({"total_rows": shelf.names.len(), "rows": rows}))
}

async fn gems(State(shelf): State<Arc<Shelf>>) -> String {
    format!("---\n{}\n", shelf.names.join("\n"))
}

#[derive(Deserialize)]
struct Page {
    per_page: usize,
    seek: Option<usize>,
}

async fn crates(State(shelf): State<Arc<Shelf>>, Query(page): Query<Page>) -> Json<Value> {
    let start = page.seek.unwrap_or(0);
    let end = (start + page.per_page).min(shelf.names.len());
    let crates: Vec<Value> =
        shelf.names[start.min(end)..end].iter().map(|name| json!({"id": name, "name": name})).collect();
    let next = (end < shelf.names.len()).then(|| format!("?per_page={}&seek={end}", page.per_page));
    Json(json!({"crates": crates, "meta": {"next_page": next, "total": shelf.names.len()}}))
}
