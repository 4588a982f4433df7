//! The role that reads: made where that is allowed, asked for where it is not.

use sqlx::{Connection, Executor, PgConnection};

use crate::{Database, Reader, StoreError};

async fn as_superuser(statements: &[&str]) {
    let url = touchstone_servers::postgres().await.admin_url();
    let mut admin = PgConnection::connect(&url).await.unwrap();
    for statement in statements {
        admin.execute(*statement).await.unwrap();
    }
}

/// A database of the cluster, for somebody else than its usual owner.
async fn database(login: &str, reader: &str) -> Database {
    let url = touchstone_servers::postgres().await.database().await;
    let name = url.rsplit('/').next().unwrap();
    as_superuser(&[&format!("alter database {name} owner to {login}")]).await;
    Database::open_for(
        &url.replace("touchstone@", &format!("{}@", login.trim_matches('"'))),
        reader.parse().unwrap(),
    )
    .await
    .unwrap()
}

#[tokio::test]
async fn a_login_that_may_make_roles_makes_the_reader_once() {
    as_superuser(&["create role maker login createrole nosuperuser"]).await;
    let database = database("maker", "made_reader").await;
    let (one, two) = tokio::join!(database.migrate(), database.migrate());
    one.unwrap();
    two.unwrap();
    let Database::Postgres { read, .. } = &database else { panic!("not PostgreSQL") };
    let whose: String = sqlx::query_scalar("select current_user::text").fetch_one(read).await.unwrap();
    assert_eq!(whose, "made_reader");
    assert!(!database.passes_row_security().await.unwrap());
}

#[tokio::test]
async fn a_login_that_may_not_says_what_a_superuser_must_run_and_then_goes_on() {
    as_superuser(&["create role \"plain-one\" login nocreaterole nosuperuser"]).await;
    let database = database("\"plain-one\"", "asked_reader").await;
    let fault = database.migrate().await.unwrap_err();
    assert!(matches!(fault, StoreError::Reader { .. }), "{fault}");
    let said = fault.to_string();
    let asked: Vec<&str> = said.split(": ").last().unwrap().split_terminator(';').collect();
    assert_eq!(asked, ["create role asked_reader nologin", " grant asked_reader to \"plain-one\""]);
    as_superuser(&asked).await;
    database.migrate().await.unwrap();
}

#[tokio::test]
async fn whoever_passes_row_security_by_is_recognised() {
    as_superuser(&["create role above login bypassrls nosuperuser"]).await;
    assert!(database("above", "touchstone_reader").await.passes_row_security().await.unwrap());
    assert!(database("postgres", "touchstone_reader").await.passes_row_security().await.unwrap());
    assert!(!database("touchstone", "touchstone_reader").await.passes_row_security().await.unwrap());
}

#[test]
fn a_name_that_would_need_quotes_is_refused() {
    for name in ["", "1st", "Reader", "a b", "a\"; drop", &"a".repeat(64)] {
        let fault = name.parse::<Reader>().unwrap_err().to_string();
        assert!(fault.contains("no role name"), "{fault}");
    }
    assert_eq!("_reader_2".parse::<Reader>().unwrap().name(), "_reader_2");
}
