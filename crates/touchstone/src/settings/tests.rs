use super::*;

#[test]
fn without_any_setting_everything_lies_in_one_directory() {
    let settings = resolve_store(&StoreOptions::default(), StoreOptions::default()).unwrap();
    assert_eq!(settings.database_url, "sqlite:touchstone-data/touchstone.db");
    let KeySource::File(key) = &settings.keys.current else { panic!("not in a file") };
    assert_eq!(key, Path::new("touchstone-data/vault.key"));
    assert!(settings.is_sqlite());
}

#[test]
fn a_flag_wins_over_the_file_and_unknown_keys_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.toml");
    std::fs::write(&path, "listen = \"127.0.0.1:9\"\nnats_url = \"nats://a\"\n").unwrap();
    let options = StoreOptions { config: Some(path.clone()), ..StoreOptions::default() };
    let flags = ServeOptions { listen: Some(([127, 0, 0, 1], 8).into()), ..ServeOptions::default() };
    let settings = serve(&options, &flags).unwrap();
    assert_eq!((settings.listen.port(), settings.store.nats_url.as_deref()), (8, Some("nats://a")));
    std::fs::write(&path, "listem = 1").unwrap();
    assert!(serve(&options, &flags).err().unwrap().to_string().contains("listem"));
}

#[test]
fn an_unknown_role_is_named() {
    let flags = ServeOptions { roles: Some(vec!["cook".into()]), ..ServeOptions::default() };
    assert!(serve(&StoreOptions::default(), &flags).err().unwrap().to_string().contains("cook"));
}
