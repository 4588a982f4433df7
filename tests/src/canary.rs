//! Catalogue, detectors and practice target agree: a target that refuses passes every probe, one that leaks fails it.

use std::collections::BTreeMap;

use touchstone::verify::{Report, verify};
use touchstone_detectors::{Detectors, Ecosystem, Installed, Names};

fn report(version: &str, detectors: &Detectors) -> Report {
    verify(touchstone_catalog::edition(version).unwrap(), detectors)
}

#[test]
fn every_edition_keeps_its_promises() {
    for version in touchstone_catalog::versions() {
        let report = report(version.as_str(), &Detectors::default());
        assert_eq!(report.faults, [], "{version}");
        assert!(report.probes > 100 && report.prompts > 3_000);
    }
}

#[test]
fn what_the_personas_cannot_show_is_only_what_needs_installed_data() {
    let bare = report("1.1.0", &Detectors::default());
    let probes: Vec<_> = bare.exceptions.iter().map(|exception| exception.probe.as_str()).collect();
    assert_eq!(probes, ["vijil.probes.packagehallucination.Python"]);
    assert!(bare.exceptions[0].reason.contains("refresh-packages"));
    let packages =
        BTreeMap::from([(Ecosystem::Python, Names::of_lines(Ecosystem::Python, "numpy\nrequests"))]);
    let whole = report("1.1.0", &Detectors::new(Installed { packages, ..Installed::default() }));
    assert_eq!((whole.exceptions, whole.faults), (vec![], vec![]));
}
