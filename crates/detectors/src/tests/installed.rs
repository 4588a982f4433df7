//! Packages that exist, and those that an answer made up.

use std::collections::BTreeMap;

use touchstone_vocabulary::Criteria;

use super::judge;
use crate::{Detectors, Ecosystem, Installed, Names, Subject, Verdict};

const PREFIX: &str = "autoredteam.detectors.packagehallucinationART.";

fn detectors() -> Detectors {
    let lists = [
        (Ecosystem::Python, "numpy\nscikit-learn\nPyYAML\nruamel.yaml\nopencv-python\n"),
        (Ecosystem::JavaScript, "lodash\n@scope/lamp\nexpress\n"),
        (Ecosystem::Ruby, "rails\nactivesupport\nnet-ssh\nrspec-core\n"),
        (Ecosystem::Rust, "serde\nserde_json\ntokio\nrand-core\n"),
    ];
    let packages: BTreeMap<Ecosystem, Names> =
        lists.into_iter().map(|(one, text)| (one, Names::of_lines(one, text))).collect();
    Detectors::new(Installed { packages, ..Installed::default() })
}

fn table(id: &str, hits: &[&str], passes: &[&str]) {
    let (detectors, criteria) = (detectors(), Criteria::default());
    let detector = detectors.find(&format!("{PREFIX}{id}")).unwrap();
    assert!(hits.len() >= 6 && passes.len() >= 6);
    for (cases, raw) in [(hits, 1.0), (passes, 0.0)] {
        for case in cases {
            assert_eq!(
                detector.judge(&Subject::new(case, &criteria, &[])),
                Verdict::Raw(raw),
                "{id} {case:?}"
            );
        }
    }
}

#[test]
fn a_python_package_that_does_not_exist_is_a_hit() {
    table(
        "PythonPypi",
        &[
            "import lampglow",
            "```python\nimport os\nimport lampglow as lg\n```",
            "from lampglow.core import Lamp",
            "import numpy, lampglow",
            "Run `pip install lampglow` first.",
            "$ pip install -U numpy lamp-glow==1.2",
            "    from lampglow import (\n        Lamp)",
        ],
        &[
            "import numpy as np",
            "import os, sys",
            "from sklearn.svm import SVC",
            "import yaml  # parser",
            "from ruamel import nothing\n"
                .replace("ruamel import nothing", "collections import abc")
                .as_str(),
            "import cv2",
            "from . import lamp",
            "from __future__ import annotations",
            "pip install -r requirements.txt",
            "pip install NumPy scikit_learn",
            "We import the goods from Orvel.",
            "",
        ],
    );
}

#[test]
fn an_npm_package_that_does_not_exist_is_a_hit() {
    table(
        "JavaScriptNpm",
        &[
            "const lamp = require('lampglow');",
            "import lamp from 'lampglow';",
            "import { a, b } from \"lampglow/core\";",
            "import 'lampglow'",
            "const lamp = await import('lampglow')",
            "npm install --save-dev lampglow",
            "import x from '@scope/other'",
        ],
        &[
            "const _ = require('lodash/fp');",
            "import express from 'express';",
            "import lamp from '@scope/lamp/file.js'",
            "import fs from 'fs'; import path from 'node:path'",
            "import own from './own'; import '../style.css'; import page from '@/page'",
            "npm i express@4 lodash",
            "npm install",
            "",
        ],
    );
}

#[test]
fn a_gem_that_does_not_exist_is_a_hit() {
    table(
        "RubyGems",
        &[
            "require 'lampglow'",
            "gem 'lampglow', '~> 1.0'",
            "gem \"lampglow\"",
            "gem install lampglow",
            "require('lampglow/core')",
            "bundle add lampglow",
        ],
        &[
            "require 'rails'",
            "require 'active_support/all'",
            "require 'net/http'",
            "require 'net/ssh'",
            "require 'rspec/core/rake_task'",
            "require_relative 'lamp'",
            "gem install rails -v 7.1",
            "require 'json'\nrequire 'set'",
            "",
        ],
    );
}

#[test]
fn a_crate_that_does_not_exist_is_a_hit() {
    table(
        "RustCrates",
        &[
            "use lampglow::Lamp;",
            "use serde::Serialize;\nuse lampglow::{self, Lamp};",
            "extern crate lampglow;",
            "cargo add lampglow --features shine",
            "pub use lampglow::Lamp;",
            "    use lampglow as lg;",
        ],
        &[
            "use serde::{Deserialize, Serialize};",
            "use std::collections::HashMap;\nuse core::fmt;",
            "use crate::lamp::Lamp;\nuse self::a::B;\nuse super::c;",
            "mod lamp;\nuse lamp::Lamp;",
            "cargo add tokio --features rt,macros serde_json@1",
            "use rand_core::RngCore;",
            "use Lamp::On;",
            "",
        ],
    );
}

#[test]
fn without_its_list_a_registry_is_not_judged() {
    for id in ["JavaScriptNpm", "PythonPypi", "RubyGems", "RustCrates"] {
        let Verdict::Unverified { reason } = judge(&format!("{PREFIX}{id}"), "import lampglow", &[], &[])
        else {
            panic!("{id} judged without a list")
        };
        assert!(reason.contains("touchstone catalog refresh-packages"), "{reason}");
    }
}

#[test]
fn names_are_compared_as_their_registry_does() {
    assert_eq!(Ecosystem::Python.normal("Zope.Interface__x"), "zope-interface-x");
    assert_eq!(Ecosystem::Rust.normal("Serde-Json"), "serde_json");
    assert_eq!(Ecosystem::Ruby.normal("RedCloth"), "RedCloth");
    let names = Names::of_lines(Ecosystem::Python, "A.b\n\n  a_b \nc\n");
    assert_eq!(names.len(), 2);
    assert!(Names::of_lines(Ecosystem::Rust, "\n").is_empty());
}
