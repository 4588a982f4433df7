//! The roles: made where that is allowed, asked for where it is not.

use sqlx::{Connection, Executor, PgConnection};

use crate::{Database, Role, Roles, StoreError};

async fn as_superuser(statements: &[&str]) {
    let url = touchstone_servers::postgres().await.admin_url();
    let mut admin = PgConnection::connect(&url).await.unwrap();
    for statement in statements {
        admin.execute(*statement).await.unwrap();
    }
}

/// A database of the cluster, for somebody else than its usual owner.
async fn database(login: &str, roles: Roles) -> Database {
    let url = touchstone_servers::postgres().await.database().await;
    let name = url.rsplit('/').next().unwrap();
    as_superuser(&[&format!("alter database {name} owner to {login}")]).await;
    Database::open_for(&url.replace("touchstone@", &format!("{}@", login.trim_matches('"'))), roles)
        .await
        .unwrap()
}

fn named(word: &str) -> Roles {
    let role = |work| format!("{word}_{work}").parse().unwrap();
    Roles { reader: role("reader"), projector: role("projector") }
}

#[tokio::test]
async fn a_login_that_may_make_roles_makes_them_once() {
    as_superuser(&["create role maker login createrole nosuperuser"]).await;
    let database = database("maker", named("made")).await;
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
    let database = database("\"plain-one\"", named("asked")).await;
    let fault = database.migrate().await.unwrap_err();
    assert!(matches!(fault, StoreError::Roles(_)), "{fault}");
    let said = fault.to_string();
    let asked: Vec<&str> = said.split(": ").last().unwrap().split_terminator(';').map(str::trim).collect();
    let needed = |role| [format!("create role {role} nologin"), format!("grant {role} to \"plain-one\"")];
    assert_eq!(asked, [needed("asked_reader"), needed("asked_projector")].concat());
    as_superuser(&asked).await;
    database.migrate().await.unwrap();
}

#[tokio::test]
async fn read_tables_that_are_somebody_elses_become_the_projectors_at_the_next_start() {
    let database = database("touchstone", Roles::default()).await;
    database.migrate().await.unwrap();
    let Database::Postgres { write, .. } = &database else { panic!("not PostgreSQL") };
    // As restored from a backup by the login, without owners and rights.
    let restored = "create table rm_old (x text); create table g7_old (x text); create table rmless (x text); \
        revoke all on progress, dead_letter from touchstone_projector; \
        revoke create on schema public from touchstone_projector";
    sqlx::raw_sql(restored).execute(write).await.unwrap();
    let (one, two) = tokio::join!(database.migrate(), database.migrate());
    one.unwrap();
    two.unwrap();
    let sql =
        "select tablename::text, tableowner::text from pg_tables where tablename ~ 'old|less' order by 1";
    let owners: Vec<(String, String)> = sqlx::query_as(sql).fetch_all(write).await.unwrap();
    let is = |table: &str, owner: &str| (table.to_owned(), owner.to_owned());
    let (projector, login) = ("touchstone_projector", "touchstone");
    assert_eq!(owners, [is("g7_old", projector), is("rm_old", projector), is("rmless", login)]);
    let mut tx = write.begin().await.unwrap();
    for statement in
        ["set local role touchstone_projector", "delete from progress", "create table rm_new (x text)"]
    {
        sqlx::query(statement).execute(&mut *tx).await.unwrap();
    }
}

#[tokio::test]
async fn whoever_passes_row_security_by_is_recognised() {
    as_superuser(&["create role above login bypassrls nosuperuser"]).await;
    assert!(database("above", Roles::default()).await.passes_row_security().await.unwrap());
    assert!(database("postgres", Roles::default()).await.passes_row_security().await.unwrap());
    assert!(!database("touchstone", Roles::default()).await.passes_row_security().await.unwrap());
}

#[test]
fn a_name_that_would_need_quotes_is_refused() {
    for name in ["", "1st", "Reader", "a b", "a\"; drop", &"a".repeat(64)] {
        let fault = name.parse::<Role>().unwrap_err().to_string();
        assert!(fault.contains("no role name"), "{fault}");
    }
    assert_eq!("_reader_2".parse::<Role>().unwrap().name(), "_reader_2");
}
