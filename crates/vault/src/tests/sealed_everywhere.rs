//! Looks for plain text where only ciphertext may be.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use sqlx::Row;

use super::{Backend, team};
use crate::{KeyEncryptionKey, Keys, Tables, Vault};

const MARKER: &str = "marked-canary-0123456789";

/// The marker as it is, in hexadecimal, and in base64 at each of the three alignments (without the edges, which depend
/// on their neighbours).
fn forms() -> Vec<Vec<u8>> {
    let hex = MARKER.bytes().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let aligned = (0..3).map(|shift| {
        let text = STANDARD_NO_PAD.encode([&vec![b' '; shift][..], MARKER.as_bytes()].concat());
        text[4..text.len() - 4].to_owned()
    });
    [MARKER.to_owned(), hex].into_iter().chain(aligned).map(String::into_bytes).collect()
}

fn holds_marker(bytes: &[u8]) -> bool {
    forms().iter().any(|form| bytes.windows(form.len()).any(|window| window == form))
}

async fn fill(vault: &Vault) {
    let destroyed = vault.put_secret(team(), "id", "key", &MARKER.into()).await.unwrap();
    vault.destroy_secret(&destroyed).await.unwrap();
    vault.put_secret(team(), "id", "key", &MARKER.into()).await.unwrap();
}

#[test]
fn the_search_finds_a_planted_marker_in_every_form() {
    let planted = |bytes: &[u8]| holds_marker(&[b"before ", bytes, b" after"].concat());
    assert!(planted(MARKER.as_bytes()));
    for shift in 0..3 {
        let text = [&vec![b'x'; shift][..], MARKER.as_bytes(), b"yz"].concat();
        assert!(planted(STANDARD_NO_PAD.encode(text).as_bytes()));
    }
    assert!(!planted(b"nothing"));
}

#[tokio::test]
async fn no_postgres_row_holds_a_secret_or_its_key_file() {
    let backend = Backend::postgres().await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("vault.key");
    fill(&Vault::open(backend.tables.clone(), &Keys::file(&file)).await.unwrap()).await;
    let Tables::Postgres(pool) = &backend.tables else { panic!("not PostgreSQL") };
    let rows = "select secret::text from secret union all select data_key::text from data_key";
    let rows = sqlx::query(rows).fetch_all(pool).await.unwrap();
    assert_eq!(rows.len(), 2);
    let key = std::fs::read_to_string(&file).unwrap();
    for row in rows {
        let text: String = row.get(0);
        assert!(!holds_marker(text.as_bytes()) && !text.contains(key.trim()));
    }
}

#[tokio::test]
async fn no_sqlite_file_holds_a_secret_not_even_the_write_ahead_log() {
    let backend = Backend::sqlite().await;
    fill(&backend.vault(&KeyEncryptionKey::random())).await;
    let mut seen = 0;
    for entry in std::fs::read_dir(backend.scratch.as_ref().unwrap().path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        seen += bytes.len();
        assert!(!holds_marker(&bytes));
    }
    assert!(seen > 4096);
}
