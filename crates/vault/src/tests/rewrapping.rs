//! The keys are changed while everything goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Backend, plain, team};
use crate::{KeyEncryptionKey, KeySource, Keys, Vault, VaultError};

const SECRETS: u32 = 150;

fn subject(number: u32) -> String {
    format!("evaluation:{number}")
}

/// Secrets and data keys, more than one batch of each.
async fn filled(vault: &Vault) -> (Vec<String>, Vec<String>) {
    let (mut secrets, mut sealed) = (Vec::new(), Vec::new());
    for number in 0..SECRETS {
        let (id, value) = (number.to_string(), format!("canary {number}"));
        secrets.push(vault.put_secret(team(), &id, "key", &value.into()).await.unwrap());
        let key = vault.data_key_or_create(&subject(number)).await.unwrap().unwrap();
        sealed.push(key.seal(b"event", id.as_bytes()));
    }
    (secrets, sealed)
}

async fn opens(vault: &Vault, (secrets, sealed): &(Vec<String>, Vec<String>)) {
    for (number, (secret, text)) in (0..SECRETS).zip(secrets.iter().zip(sealed)) {
        let value = vault.secret(secret, team(), &number.to_string(), "key").await.unwrap();
        assert_eq!(plain(value.as_ref()), Some(format!("canary {number}").as_str()));
        let key = vault.data_key(&subject(number)).await.unwrap().unwrap();
        assert_eq!(key.open(b"event", text).unwrap(), number.to_string().as_bytes());
    }
}

#[tokio::test]
async fn everything_moves_to_the_new_key_and_the_old_one_is_not_needed_any_more() {
    for backend in Backend::all().await {
        let (old, new) = (KeyEncryptionKey::random(), KeyEncryptionKey::random());
        let before = backend.vault(&old);
        let filled = filled(&before).await;
        before.destroy_data_key("evaluation:gone").await.unwrap();

        let both = backend.vault(&new).with_second(Some(old.clone()));
        both.check().await.unwrap();
        opens(&both, &filled).await;
        assert_eq!(both.outdated().await.unwrap(), u64::from(2 * SECRETS));
        let mut heard = Vec::new();
        let done = both.rewrap(|rows| heard.push(rows)).await.unwrap();
        assert_eq!((done.rows, done.unreadable.len()), (u64::from(2 * SECRETS), 0));
        assert!(heard.len() >= 4 && heard.is_sorted(), "{heard:?}");
        assert_eq!(both.outdated().await.unwrap(), 0);
        assert_eq!(both.rewrap(|_| ()).await.unwrap().rows, 0, "a second run has nothing to do");

        let after = backend.vault(&new);
        after.check().await.unwrap();
        opens(&after, &filled).await;
        assert!(
            after.data_key_or_create("evaluation:gone").await.unwrap().is_none(),
            "what was destroyed stays so"
        );
        let fresh = backend.vault(&old);
        assert!(matches!(fresh.check().await.err(), Some(VaultError::WrongKey)));
        assert!(matches!(fresh.data_key(&subject(1)).await.err(), Some(VaultError::WrongKey)));
    }
}

#[tokio::test]
async fn a_run_that_was_cut_off_is_finished_by_the_next_and_two_at_once_do_not_disturb_each_other() {
    for backend in Backend::all().await {
        let (old, new) = (KeyEncryptionKey::random(), KeyEncryptionKey::random());
        let filled = filled(&backend.vault(&old)).await;
        let both = backend.vault(&new).with_second(Some(old));
        let reached = Arc::new(AtomicBool::new(false));
        let cut_off = tokio::spawn({
            let (both, reached) = (both.clone(), Arc::clone(&reached));
            async move { both.rewrap(move |_| assert!(!reached.swap(true, Ordering::SeqCst), "cut off")).await }
        });
        assert!(cut_off.await.is_err());
        let left = both.outdated().await.unwrap();
        assert!(
            reached.load(Ordering::SeqCst) && 0 < left && left < u64::from(2 * SECRETS),
            "{left} are left"
        );
        opens(&both, &filled).await;
        let (one, two) = tokio::join!(both.rewrap(|_| ()), both.rewrap(|_| ()));
        assert_eq!(one.unwrap().rows + two.unwrap().rows, left);
        opens(&backend.vault(&new), &filled).await;
    }
}

#[tokio::test]
async fn a_server_that_knows_both_keys_is_not_disturbed_and_what_it_destroys_stays_destroyed() {
    for backend in Backend::all().await {
        let (old, new) = (KeyEncryptionKey::random(), KeyEncryptionKey::random());
        let filled = filled(&backend.vault(&old)).await;
        // Steps of a change: this one still wraps under the old key.
        let server = backend.vault(&old).with_second(Some(new.clone()));
        let both = backend.vault(&new).with_second(Some(old.clone()));
        let working = async {
            for number in SECRETS..SECRETS + 40 {
                server.data_key_or_create(&subject(number)).await.unwrap().unwrap();
                server.destroy_data_key(&subject(number)).await.unwrap();
                let gone = server.put_secret(team(), "x", "key", &"canary".into()).await.unwrap();
                server.destroy_secret(&gone).await.unwrap();
            }
        };
        let (done, ()) = tokio::join!(both.rewrap(|_| ()), working);
        done.unwrap();
        both.rewrap(|_| ()).await.unwrap();
        opens(&server, &filled).await;
        let after = backend.vault(&new);
        after.check().await.unwrap();
        for number in SECRETS..SECRETS + 40 {
            assert!(after.data_key(&subject(number)).await.unwrap().is_none());
        }
    }
}

#[tokio::test]
async fn a_row_that_does_not_open_is_named_and_holds_nothing_up() {
    let backend = Backend::sqlite().await;
    let (old, new) = (KeyEncryptionKey::random(), KeyEncryptionKey::random());
    filled(&backend.vault(&old)).await;
    let crate::Tables::Sqlite { write, .. } = &backend.tables else { panic!("not SQLite") };
    sqlx::raw_sql("update data_key set wrapped_key = 'AAAA' where subject = 'evaluation:7'")
        .execute(write)
        .await
        .unwrap();
    let done = backend.vault(&new).with_second(Some(old)).rewrap(|_| ()).await.unwrap();
    assert_eq!((done.rows, done.unreadable), (u64::from(2 * SECRETS) - 1, vec![subject(7)]));
}

#[tokio::test]
async fn a_key_may_be_given_instead_of_kept_in_a_file() {
    let hex = |digit: &str| KeySource::Given(digit.repeat(64).into());
    for backend in Backend::all().await {
        let open = async |current: &str, second: Option<&str>| {
            let keys = Keys { current: hex(current), second: second.map(hex) };
            Vault::open(backend.tables.clone(), &keys).await
        };
        let first = open("a", None).await.unwrap();
        first.put_secret(team(), "1", "key", &"canary".into()).await.unwrap();
        assert!(matches!(open("b", None).await.err(), Some(VaultError::WrongKey)));
        let both = open("b", Some("a")).await.unwrap();
        both.rewrap(|_| ()).await.unwrap();
        open("b", None).await.unwrap();
        assert!(matches!(open("a", None).await.err(), Some(VaultError::WrongKey)));
        assert!(matches!(open("b", Some("x")).await.err(), Some(VaultError::InvalidKey)));
        let said = format!("{:?}", Keys { current: hex("b"), second: Some(hex("a")) });
        assert!(!said.contains("aaaa") && !said.contains("bbbb"), "{said}");
    }
}
