//! The manifests of the workspace, as far as these tests need them.

use std::fs;
use std::path::PathBuf;

use super::{read, root};

/// One crate.
pub struct Crate {
    /// Without the prefix `touchstone-`; the binary is `touchstone`.
    pub name: String,
    pub folder: PathBuf,
    /// What it is built from; what only its tests need is left out.
    pub dependencies: Vec<String>,
}

impl Crate {
    pub fn ours(&self) -> impl Iterator<Item = &str> {
        self.dependencies.iter().filter_map(|name| short(name))
    }

    pub fn foreign(&self) -> impl Iterator<Item = &str> {
        self.dependencies.iter().map(String::as_str).filter(|name| short(name).is_none())
    }
}

/// A crate of ours without the prefix.
fn short(name: &str) -> Option<&str> {
    if name == "touchstone" { Some(name) } else { name.strip_prefix("touchstone-") }
}

/// Every member of the workspace.
pub fn crates() -> Vec<Crate> {
    let mut folders: Vec<PathBuf> = ["aggregates", "commands", "projections", "queries", "tests", "benches"]
        .iter()
        .map(|folder| root().join(folder))
        .collect();
    folders.extend(fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().path()));
    folders.sort();
    folders.into_iter().filter(|folder| folder.join("Cargo.toml").exists()).map(parse).collect()
}

fn parse(folder: PathBuf) -> Crate {
    let text = read(folder.join("Cargo.toml"));
    let (mut section, mut name, mut dependencies) = ("", None, Vec::new());
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line.starts_with('[') {
            section = line;
            assert!(!line.starts_with("[dependencies."), "{}: write {line} in one line", folder.display());
        } else if let Some((key, value)) = line.split_once('=') {
            let key = key.trim().split('.').next().unwrap();
            match section {
                "[package]" if key == "name" => {
                    name = short(value.trim().trim_matches('"')).map(str::to_owned);
                }
                "[dependencies]" | "[build-dependencies]" => dependencies.push(key.to_owned()),
                _ => {}
            }
        }
    }
    Crate {
        name: name.expect("a crate of ours is called touchstone or touchstone-…"), folder, dependencies
    }
}
