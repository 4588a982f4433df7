//! What every vault promises, whatever its tables are.

use touchstone_vocabulary::TeamId;
use uuid::Uuid;

use super::{Backend, plain, team};
use crate::{KeyEncryptionKey, Keys, MemoryTables, Tables, Vault, VaultError};

#[tokio::test]
async fn a_secret_comes_back_as_it_was_put_until_it_is_destroyed() {
    for backend in Backend::all().await {
        let kek = KeyEncryptionKey::random();
        let vault = backend.vault(&kek);
        let value = "a canary, not a key: ünï".into();
        let secret_ref = vault.put_secret(team(), "key-1", "key", &value).await.unwrap();
        let again = vault.put_secret(team(), "key-1", "key", &value).await.unwrap();
        assert_ne!(secret_ref, again);

        // Another process, which has nothing in its memory.
        let other = backend.vault(&kek);
        let read = other.secret(&secret_ref, team(), "key-1", "key").await.unwrap();
        assert_eq!(plain(read.as_ref()), Some("a canary, not a key: ünï"));

        vault.destroy_secret(&secret_ref).await.unwrap();
        vault.destroy_secret(&secret_ref).await.unwrap();
        for vault in [&vault, &other] {
            assert!(vault.secret(&secret_ref, team(), "key-1", "key").await.unwrap().is_none());
            assert!(vault.secret(&again, team(), "key-1", "key").await.unwrap().is_some());
        }
    }
}

#[tokio::test]
async fn a_secret_does_not_open_under_another_team_id_or_field() {
    for backend in Backend::all().await {
        let vault = backend.vault(&KeyEncryptionKey::random());
        let secret_ref = vault.put_secret(team(), "a|1", "key", &"canary".into()).await.unwrap();
        let stranger = TeamId(Uuid::from_u128(8));
        for (team, id, field) in
            [(stranger, "a|1", "key"), (team(), "a|2", "key"), (team(), "a|1", "url"), (team(), "a", "1|key")]
        {
            let fault = vault.secret(&secret_ref, team, id, field).await.err();
            assert!(matches!(fault, Some(VaultError::Altered)), "{id} {field}");
        }
    }
}

#[tokio::test]
async fn a_fingerprint_tells_secrets_of_a_team_apart_and_nothing_across_teams() {
    for backend in Backend::all().await {
        let kek = KeyEncryptionKey::random();
        let (vault, other) = (backend.vault(&kek), backend.vault(&kek));
        let of = async |vault: &Vault, team, text: &str| vault.fingerprint(team, &text.into()).await.unwrap();
        let one = of(&vault, team(), "canary one").await;
        assert_eq!(one.len(), 32);
        assert_eq!(of(&other, team(), "canary one").await, one, "in every process");
        assert_ne!(of(&vault, team(), "canary two").await, one);
        assert_ne!(of(&vault, TeamId(Uuid::from_u128(8)), "canary one").await, one);
    }
}

#[tokio::test]
async fn a_ciphertext_moved_to_another_row_does_not_open() {
    for backend in Backend::all().await {
        let vault = backend.vault(&KeyEncryptionKey::random());
        let mine = vault.put_secret(team(), "mine", "key", &"canary one".into()).await.unwrap();
        let yours = vault.put_secret(team(), "yours", "key", &"canary two".into()).await.unwrap();
        vault.data_key_or_create("evaluation:mine").await.unwrap();
        vault.data_key_or_create("evaluation:yours").await.unwrap();
        move_rows(&backend.tables, &mine, &yours).await;

        let fault = vault.secret(&yours, team(), "yours", "key").await.err();
        assert!(matches!(fault, Some(VaultError::Altered)));
        let fresh = backend.vault(vault.kek());
        assert!(matches!(fresh.data_key("evaluation:yours").await.err(), Some(VaultError::Altered)));
        assert!(fresh.data_key("evaluation:mine").await.unwrap().is_some());
    }
}

/// Copies the row of `from` over the row of `to`, and likewise with the two data keys.
async fn move_rows(tables: &Tables, from: &str, to: &str) {
    let secret = format!(
        "update secret set wrapped_key = (select wrapped_key from secret where secret_ref = '{from}'),
            sealed = (select sealed from secret where secret_ref = '{from}') where secret_ref = '{to}'"
    );
    let data_key = "update data_key set wrapped_key =
        (select wrapped_key from data_key where subject = 'evaluation:mine') where subject = 'evaluation:yours'";
    match tables {
        Tables::Sqlite { write, .. } => {
            sqlx::raw_sql(&secret).execute(write).await.unwrap();
            sqlx::raw_sql(data_key).execute(write).await.unwrap();
        }
        Tables::Postgres(pool) => {
            sqlx::raw_sql(&secret).execute(pool).await.unwrap();
            sqlx::raw_sql(data_key).execute(pool).await.unwrap();
        }
        Tables::Memory(rows) => MemoryTables::copy(rows, (from, to), ("evaluation:mine", "evaluation:yours")),
    }
}

#[tokio::test]
async fn what_one_process_sealed_another_opens_with_the_same_subject_only() {
    for backend in Backend::all().await {
        let kek = KeyEncryptionKey::random();
        let (writer, reader) = (backend.vault(&kek), backend.vault(&kek));
        assert!(reader.data_key("evaluation:1").await.unwrap().is_none());
        let key = writer.data_key_or_create("evaluation:1").await.unwrap().unwrap();
        let sealed = key.seal(b"event", b"text");
        // Having been unknown is not remembered.
        let same = reader.data_key("evaluation:1").await.unwrap().unwrap();
        assert_eq!(same.open(b"event", &sealed).as_deref(), Some(&b"text"[..]));
        let other = reader.data_key_or_create("evaluation:2").await.unwrap().unwrap();
        assert_eq!(other.open(b"event", &sealed), None);
    }
}

#[tokio::test]
async fn a_destroyed_data_key_never_comes_back() {
    for backend in Backend::all().await {
        let kek = KeyEncryptionKey::random();
        let vault = backend.vault(&kek);
        vault.data_key_or_create("evaluation:1").await.unwrap().unwrap();
        for subject in ["evaluation:1", "evaluation:never-made"] {
            vault.destroy_data_key(subject).await.unwrap();
            vault.destroy_data_key(subject).await.unwrap();
            for vault in [&vault, &backend.vault(&kek)] {
                assert!(vault.data_key(subject).await.unwrap().is_none());
                assert!(vault.data_key_or_create(subject).await.unwrap().is_none());
                assert!(vault.data_key(subject).await.unwrap().is_none());
            }
        }
    }
}

#[tokio::test]
async fn processes_that_race_for_a_new_data_key_get_the_same_one() {
    for backend in Backend::all().await {
        let kek = KeyEncryptionKey::random();
        for round in 0..5 {
            let subject = format!("evaluation:{round}");
            let mut racers = tokio::task::JoinSet::new();
            for _ in 0..8 {
                let (vault, subject) = (backend.vault(&kek), subject.clone());
                racers.spawn(async move { vault.data_key_or_create(&subject).await.unwrap().unwrap() });
            }
            let keys = racers.join_all().await;
            let sealed = keys[0].seal(b"", b"text");
            assert!(keys.iter().all(|key| key.open(b"", &sealed).is_some()));
        }
    }
}

#[tokio::test]
async fn a_key_destroyed_while_others_ask_for_it_is_gone_for_all() {
    for backend in Backend::all().await {
        let kek = KeyEncryptionKey::random();
        let vault = backend.vault(&kek);
        let mut askers = tokio::task::JoinSet::new();
        for turn in 0..24 {
            let vault = vault.clone();
            askers.spawn(async move {
                if turn == 12 {
                    vault.destroy_data_key("evaluation:1").await.unwrap();
                } else {
                    let _either = vault.data_key_or_create("evaluation:1").await.unwrap();
                }
            });
        }
        askers.join_all().await;
        assert!(vault.data_key_or_create("evaluation:1").await.unwrap().is_none());
    }
}

#[tokio::test]
async fn another_key_encryption_key_is_refused_before_and_at_use() {
    for backend in Backend::all().await {
        let right = backend.vault(&KeyEncryptionKey::random());
        let wrong = backend.vault(&KeyEncryptionKey::random());
        right.check().await.unwrap();
        wrong.check().await.unwrap();
        let secret_ref = right.put_secret(team(), "1", "key", &"canary".into()).await.unwrap();
        assert!(matches!(wrong.check().await.err(), Some(VaultError::WrongKey)));
        assert!(matches!(
            wrong.secret(&secret_ref, team(), "1", "key").await.err(),
            Some(VaultError::WrongKey)
        ));
        right.destroy_secret(&secret_ref).await.unwrap();
        wrong.check().await.unwrap();

        right.data_key_or_create("evaluation:1").await.unwrap();
        assert!(matches!(wrong.check().await.err(), Some(VaultError::WrongKey)));
        assert!(matches!(wrong.data_key("evaluation:1").await.err(), Some(VaultError::WrongKey)));
        right.destroy_data_key("evaluation:1").await.unwrap();
        wrong.check().await.unwrap();
        right.check().await.unwrap();
    }
}

#[tokio::test]
async fn a_server_makes_its_key_file_once_and_never_starts_with_a_missing_or_foreign_one() {
    for backend in Backend::all().await {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("vault.key");
        let keys = Keys::file(&file);
        let open = || Vault::open(backend.tables.clone(), &keys);
        let first = open().await.unwrap();
        assert_eq!(open().await.unwrap().kek().id(), first.kek().id());

        let saved = std::fs::read(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        let fault = open().await.err().unwrap();
        assert!(fault.to_string().contains("is missing"), "{fault}");
        assert!(!file.exists());

        std::fs::write(&file, "ab".repeat(32)).unwrap();
        assert!(matches!(open().await.err(), Some(VaultError::WrongKey)));
        std::fs::write(&file, saved).unwrap();
        open().await.unwrap();
    }
}

#[tokio::test]
async fn of_two_first_starts_with_different_key_files_one_is_refused() {
    for backend in Backend::all().await {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (Keys::file(dir.path().join("one.key")), Keys::file(dir.path().join("two.key")));
        let (one, two) = tokio::join!(
            Vault::open(backend.tables.clone(), &one),
            Vault::open(backend.tables.clone(), &two)
        );
        assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1);
        let refused = one.err().or(two.err());
        // Which of the two sentences it gets depends on how far the other had come when it looked.
        assert!(matches!(refused, Some(VaultError::WrongKey | VaultError::KeyMissing { .. })));
    }
}

#[tokio::test]
async fn an_unreachable_database_is_not_taken_for_an_absent_value() {
    let backend = Backend::postgres().await;
    let vault = backend.vault(&KeyEncryptionKey::random());
    if let Tables::Postgres(pool) = &backend.tables {
        pool.close().await;
    }
    assert!(matches!(vault.data_key("evaluation:1").await.err(), Some(VaultError::Unavailable(_))));
    assert!(matches!(
        vault.secret("secret_1", team(), "1", "key").await.err(),
        Some(VaultError::Unavailable(_))
    ));
}
