//! Which crate may know which.

use std::collections::{BTreeMap, BTreeSet};

use super::manifest::crates;
use super::{assert_none, code, read, sources, words};

/// Crate, and what it may be built from. `vocabulary` is everybody's and not repeated.
const ARROWS: &[(&str, &[&str])] = &[
    ("vocabulary", &[]),
    ("kernel", &[]),
    ("aggregates", &["kernel"]),
    ("commands", &["aggregates", "kernel"]),
    ("event-store", &["kernel", "vault"]),
    ("bus", &["kernel"]),
    ("read-store", &["kernel", "event-store", "bus"]),
    ("projections", &["aggregates", "read-store", "kernel"]),
    ("queries", &["read-store"]),
    ("egress", &[]),
    ("embeddings", &[]),
    ("extract", &[]),
    ("detectors", &["embeddings"]),
    ("search", &["embeddings"]),
    ("catalog", &[]),
    (
        "generator",
        &["commands", "aggregates", "event-store", "kernel", "catalog", "extract", "files", "hubs"],
    ),
    ("benchmarks", &["catalog"]),
    ("vault", &[]),
    ("hubs", &["egress"]),
    ("identity", &["egress"]),
    ("files", &["egress"]),
    ("registrar", &["commands", "aggregates", "event-store", "files", "kernel"]),
    (
        "runner",
        &[
            "commands",
            "aggregates",
            "event-store",
            "bus",
            "hubs",
            "detectors",
            "catalog",
            "benchmarks",
            "vault",
        ],
    ),
    (
        "api",
        &[
            "commands",
            "queries",
            "catalog",
            "benchmarks",
            "detectors",
            "embeddings",
            "search",
            "files",
            "kernel",
            "vault",
            "hubs",
            "identity",
        ],
    ),
    (
        "touchstone",
        &[
            "aggregates",
            "commands",
            "projections",
            "queries",
            "kernel",
            "event-store",
            "bus",
            "read-store",
            "vault",
            "egress",
            "hubs",
            "embeddings",
            "extract",
            "detectors",
            "catalog",
            "benchmarks",
            "identity",
            "files",
            "registrar",
            "generator",
            "runner",
            "api",
        ],
    ),
    ("servers", &[]),
];

/// They arrange pasts and look behind the API, so they may know everything. Nobody else knows them.
const TESTS: &[&str] = &["testkit", "e2e", "benches"];

/// Arrows beyond those, each with its reason. One that is no longer used must go.
const BESIDES: &[(&str, &str, &str)] = &[
    ("runner", "kernel", "it sends commands and reads envelopes"),
    ("api", "egress", "it asks whether a target's address may be called before it accepts one"),
];

/// Crates that some layers must never know, and those that may.
const OWNERS: &[(&str, &[&str])] = &[
    ("cqrs-es", &["event-store", "benches"]),
    ("postgres-es", &["event-store", "benches"]),
    ("async-nats", &["bus"]),
    ("aes-gcm", &["vault"]),
    ("jsonwebtoken", &["identity"]),
    ("object_store", &["files"]),
    ("ring", &["identity", "testkit"]),
    ("reqwest", &["egress", "touchstone", "testkit", "e2e", "benches"]),
    ("axum", &["api", "touchstone", "testkit", "servers"]),
    ("utoipa", &["api", "queries"]),
    ("clap", &["touchstone", "benches"]),
    ("figment", &["touchstone"]),
    ("metrics-exporter-prometheus", &["touchstone"]),
    (
        "sqlx",
        &[
            "event-store",
            "read-store",
            "vault",
            "benchmarks",
            "projections",
            "queries",
            "servers",
            "touchstone",
            "testkit",
            "e2e",
            "benches",
        ],
    ),
];

/// What can be true and what may be asked is worked out without waiting, storing, sending, clocks or chance.
const PURE: &[&str] = &["vocabulary", "kernel", "aggregates", "commands", "detectors"];
const IMPURE: &[&str] = &[
    "tokio",
    "tokio-util",
    "tokio-stream",
    "futures",
    "async-trait",
    "sqlx",
    "axum",
    "async-nats",
    "cqrs-es",
    "postgres-es",
    "reqwest",
    "rand",
    "time",
    "tracing",
    "metrics",
];

fn allowed() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut allowed: BTreeMap<_, BTreeSet<_>> =
        ARROWS.iter().map(|(name, may)| (*name, may.iter().copied().collect())).collect();
    for (name, may) in &mut allowed {
        if *name != "vocabulary" {
            may.insert("vocabulary");
        }
    }
    for (name, other, _) in BESIDES {
        allowed.get_mut(name).unwrap().insert(other);
    }
    // Each may know those before it.
    for name in TESTS {
        let everything = allowed.keys().copied().collect();
        allowed.insert(name, everything);
    }
    allowed
}

#[test]
fn every_crate_knows_only_what_the_arrows_allow() {
    let allowed = allowed();
    let mut faults = Vec::new();
    for one in crates() {
        let Some(may) = allowed.get(one.name.as_str()) else {
            faults.push(format!("{} has no arrows: give it a line in ARROWS", one.name));
            continue;
        };
        let wrong = one.ours().filter(|other| !may.contains(other));
        faults.extend(wrong.map(|other| format!("{} must not depend on {other}", one.name)));
    }
    assert_none(&faults);
}

#[test]
fn the_arrows_have_no_cycle() {
    let mut rest = allowed();
    while !rest.is_empty() {
        let left: BTreeSet<&str> = rest.keys().copied().collect();
        let before = rest.len();
        rest.retain(|_, may| may.iter().any(|other| left.contains(other)));
        assert!(rest.len() < before, "a cycle runs through {left:?}");
    }
}

#[test]
fn nobody_is_built_from_the_binary_but_its_tests() {
    let mut faults = Vec::new();
    for one in crates().iter().filter(|one| !TESTS.contains(&one.name.as_str())) {
        let wrong =
            one.ours().filter(|other| TESTS.contains(other) || matches!(*other, "touchstone" | "servers"));
        faults.extend(wrong.map(|other| format!("{} must not depend on {other}", one.name)));
    }
    assert_none(&faults);
}

#[test]
fn an_exception_that_nobody_uses_is_gone() {
    let crates = crates();
    let stale = BESIDES.iter().filter(|(name, other, _)| {
        !crates.iter().any(|one| one.name == *name && one.ours().any(|known| known == *other))
    });
    assert_none(
        &stale
            .map(|(name, other, _)| format!("{name} -> {other} is unused: remove it from BESIDES"))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn each_library_stays_with_its_owner_and_the_pure_layers_pure() {
    let mut faults = Vec::new();
    for one in crates() {
        for (library, owners) in OWNERS {
            if one.foreign().any(|name| name == *library) && !owners.contains(&one.name.as_str()) {
                faults.push(format!(
                    "{} must not depend on {library}: only {} may",
                    one.name,
                    owners.join(", ")
                ));
            }
        }
        if PURE.contains(&one.name.as_str()) {
            let wrong = one.foreign().filter(|name| IMPURE.contains(name));
            faults.extend(wrong.map(|name| format!("{} is pure and must not depend on {name}", one.name)));
        }
    }
    assert_none(&faults);
}

#[test]
fn every_dependency_of_a_manifest_is_used() {
    let mut faults = Vec::new();
    for one in crates() {
        let text: String = sources(&one.folder).iter().map(|path| code(&read(path)) + "\n").collect();
        let used: BTreeSet<&str> = words(&text).collect();
        let idle = one.dependencies.iter().filter(|name| !used.contains(name.replace('-', "_").as_str()));
        faults.extend(
            idle.map(|name| format!("{} does not use {name}: remove it from its Cargo.toml", one.name)),
        );
    }
    assert_none(&faults);
}
