//! What the operator has installed for detectors, read at start.
//!
//! Name lists of registries lie in `packages/` of the data directory, the embedding model in `models/`, and word lists
//! wherever the operator keeps them. What is absent is left out; what is there but cannot be read stops the start.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use touchstone_detectors::{Ecosystem, Installed, Names, Terms, word_lists};
use touchstone_embeddings::Model;

use crate::settings::StoreSettings;

/// Where the embedding model lies.
pub fn model_directory(data_dir: &Path) -> PathBuf {
    data_dir.join("models").join("static")
}

/// The file with the names of all packages of a registry, one per line.
pub fn names_file(data_dir: &Path, ecosystem: Ecosystem) -> PathBuf {
    data_dir.join("packages").join(format!("{}.txt", ecosystem.registry()))
}

/// Reads everything that is there.
pub fn load(settings: &StoreSettings) -> Result<Installed> {
    let mut installed = Installed {
        model: Model::load(&model_directory(&settings.data_dir))?.map(Arc::new),
        ..Installed::default()
    };
    for ecosystem in Ecosystem::ALL {
        let file = names_file(&settings.data_dir, ecosystem);
        if file.exists() {
            installed.packages.insert(ecosystem, Names::of_lines(ecosystem, &read(&file)?));
        }
    }
    if let Some(folder) = &settings.word_lists {
        let entries = folder.read_dir().with_context(|| format!("{} cannot be read", folder.display()))?;
        for entry in entries {
            let file = entry?.path();
            let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let Some(list) = name.strip_suffix(".txt") else { continue };
            if !word_lists().contains(&list) {
                bail!("{} is no word list; the lists are {}", file.display(), word_lists().join(", "));
            }
            installed.words.insert(list.to_owned(), Terms::of_lines(&read(&file)?));
        }
    }
    Ok(installed)
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(data_dir: &Path, word_lists: Option<PathBuf>) -> StoreSettings {
        StoreSettings { word_lists, ..StoreSettings::embedded(data_dir) }
    }

    #[test]
    fn what_lies_in_the_data_directory_is_installed_and_the_rest_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let nothing = load(&settings(dir.path(), None)).unwrap();
        assert!(nothing.packages.is_empty() && nothing.words.is_empty() && nothing.model.is_none());
        std::fs::create_dir(dir.path().join("packages")).unwrap();
        std::fs::write(names_file(dir.path(), Ecosystem::Rust), "serde\ntokio\n").unwrap();
        let installed = load(&settings(dir.path(), None)).unwrap();
        assert_eq!(installed.packages[&Ecosystem::Rust].len(), 2);
        assert!(!installed.packages.contains_key(&Ecosystem::Python));
    }

    #[test]
    fn a_word_list_is_named_after_its_detector() {
        let dir = tempfile::tempdir().unwrap();
        let lists = dir.path().join("lists");
        std::fs::create_dir(&lists).unwrap();
        std::fs::write(lists.join("README"), "ours").unwrap();
        std::fs::write(lists.join("SurgeProfanityReligious.txt"), "frizzlewick\n").unwrap();
        let with_lists = settings(dir.path(), Some(lists.clone()));
        assert!(!load(&with_lists).unwrap().words["SurgeProfanityReligious"].is_empty());
        std::fs::write(lists.join("Religious.txt"), "frizzlewick\n").unwrap();
        let fault = load(&with_lists).err().unwrap().to_string();
        assert!(fault.contains("Religious.txt") && fault.contains("SurgeProfanityReligious"), "{fault}");
        assert!(load(&settings(dir.path(), Some(dir.path().join("none")))).is_err());
    }
}
