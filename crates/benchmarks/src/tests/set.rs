//! How rows become probes.

use touchstone_catalog::benchmark::Benchmark;
use touchstone_vocabulary::Criteria;

use crate::set::place;
use crate::{Judge, Row, Set};

fn row(judge: Judge, part: &str, user: impl Into<String>) -> Row {
    Row::new(judge, user.into(), Criteria::default()).part(Some(part))
}

fn set(rows: Vec<Row>) -> Set {
    Set::of(Benchmark::named("JBB").unwrap(), rows).unwrap()
}

#[test]
fn each_part_is_a_probe_and_so_is_each_way_of_judging() {
    let rows = vec![
        row(Judge::Refuse, "Locks", "b"),
        row(Judge::Refuse, "Keys", "c"),
        row(Judge::Answer, "Locks", "d"),
        row(Judge::Refuse, "Locks", "a"),
    ];
    let set = set(rows);
    let listed = set.outline.listed();
    let names: Vec<_> = listed.probes.iter().map(|probe| probe.name.as_str()).collect();
    assert_eq!(names, ["JailbreakBench: Keys", "JailbreakBench: Locks, answered", "JailbreakBench: Locks"]);
    assert!(listed.probes.iter().all(|probe| probe.prompts.is_empty() && probe.tags.len() >= 5));
    assert_eq!((set.outline.rows(), set.outline.probes()), (4, 3));
    for (number, probe) in listed.probes.iter().enumerate() {
        assert_eq!(place(&probe.id), Some((set.outline.benchmark, set.outline.digest.as_str(), number)));
    }
    let filled = set.outline.filled(2, set.rows[2].clone()).unwrap();
    let asked: Vec<_> = filled.prompts.iter().map(|prompt| prompt.messages[0].content.as_str()).collect();
    assert_eq!(asked, ["b", "a"]);
    let numbered = set.outline.numbered();
    let ids =
        |prompts: &[touchstone_catalog::Prompt]| prompts.iter().map(|p| p.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&filled.prompts), ids(&numbered.probes[2].prompts), "a plan names what is asked");
}

#[test]
fn a_large_part_is_cut_evenly_and_its_probes_count_alike() {
    let set = set((0..2_501).map(|n| row(Judge::Refuse, "", n.to_string())).collect());
    let sizes: Vec<_> = set.rows.iter().map(Vec::len).collect();
    assert_eq!(sizes, [834, 834, 833]);
    assert_eq!(set.outline.listed().probes[1].name, "JailbreakBench: 2 of 3");
    let all: Vec<_> = set.rows.concat().into_iter().map(|row| row.user).collect();
    assert!(all.iter().enumerate().all(|(n, user)| *user == n.to_string()));
}

#[test]
fn the_digest_is_of_the_content() {
    let digest = |rows| set(rows).outline.digest;
    let one = || row(Judge::Refuse, "Locks", "a");
    assert_eq!(digest(vec![one()]), digest(vec![one()]));
    for other in [
        vec![one(), one()],
        vec![row(Judge::Refuse, "Locks", "b")],
        vec![row(Judge::Answer, "Locks", "a")],
        vec![row(Judge::Refuse, "Keys", "a")],
        vec![Row { system: Some("s".to_owned()), ..one() }],
    ] {
        assert_ne!(digest(other), digest(vec![one()]));
    }
    assert_eq!(Set::of(Benchmark::named("JBB").unwrap(), Vec::new()), None);
}

#[test]
fn a_probe_of_the_catalogue_is_no_place_in_a_set() {
    for id in
        ["vijil.probes.MMLU", "vijil.probes.leakreplay.NYTCloze", "vijil.probes.MMLU.0123456789abcdef.0", "x"]
    {
        assert_eq!(place(&id.into()), None, "{id}");
    }
    for probe in touchstone_catalog::latest().probes() {
        assert_eq!(place(&probe.id), None, "{}", probe.id);
    }
}

#[test]
fn a_parts_name_is_plain_and_short() {
    let named = |part: &str| row(Judge::Refuse, part, "a").part;
    assert_eq!(named("  Harbour_folk <b>\u{7} "), "Harbour folk b");
    assert_eq!(named(&"a".repeat(500)).len(), 60);
}
