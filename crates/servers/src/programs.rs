//! Where the servers' programs are: a folder named by the environment first (`scripts/test` names what it found or
//! brought), then the search path, then Debian's folders, which are not on the path.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The folder that holds `postgres`, `initdb` and `pg_dump`, and with them `psql` where it is installed.
pub(crate) fn postgres() -> PathBuf {
    let mut folders = candidates("TOUCHSTONE_TEST_PG_BIN");
    folders.extend(debian_clusters());
    find(&folders, &["postgres", "initdb", "pg_dump"]).unwrap_or_else(|| missing("The PostgreSQL server"))
}

/// The folder that holds `nats-server`.
pub(crate) fn nats() -> PathBuf {
    let mut folders = candidates("TOUCHSTONE_TEST_NATS_BIN");
    folders.push(PathBuf::from("/usr/sbin"));
    find(&folders, &["nats-server"]).unwrap_or_else(|| missing("nats-server"))
}

fn missing(what: &str) -> ! {
    panic!(
        "{what} was not found on this machine. Run scripts/test: it finds or installs it and then runs the tests."
    )
}

fn candidates(variable: &str) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = environment(variable).map(PathBuf::from).into_iter().collect();
    folders
        .extend(environment("PATH").iter().flat_map(|path| std::env::split_paths(path).collect::<Vec<_>>()));
    folders
}

#[expect(
    clippy::disallowed_methods,
    reason = "scripts/test says where the servers are; no settings reach a test"
)]
fn environment(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Debian keeps each major version's programs in a folder of its own; the newest comes first.
fn debian_clusters() -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir("/usr/lib/postgresql") else { return Vec::new() };
    let mut versions: Vec<(u32, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort_by(|a, b| b.cmp(a));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

fn find(folders: &[PathBuf], programs: &[&str]) -> Option<PathBuf> {
    folders.iter().find(|folder| has_all(folder, programs)).cloned()
}

fn has_all(folder: &Path, programs: &[&str]) -> bool {
    programs.iter().all(|program| folder.join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_counts_only_when_it_has_every_program() {
        let root = tempfile::tempdir().unwrap_or_else(|fault| panic!("{fault}"));
        let (half, whole) = (root.path().join("half"), root.path().join("whole"));
        for (folder, programs) in [(&half, &["postgres"][..]), (&whole, &["postgres", "initdb"][..])] {
            std::fs::create_dir(folder).unwrap_or_else(|fault| panic!("{fault}"));
            for program in programs {
                std::fs::write(folder.join(program), "").unwrap_or_else(|fault| panic!("{fault}"));
            }
        }
        assert_eq!(find(&[half.clone(), whole.clone()], &["postgres", "initdb"]), Some(whole));
        assert_eq!(find(&[half], &["postgres", "initdb"]), None);
    }
}
