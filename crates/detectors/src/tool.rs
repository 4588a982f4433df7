//! Did the target call the tools that it should?

use std::collections::BTreeSet;

use crate::rule::Rule;
use crate::{Subject, Verdict};

pub(crate) static CORRECTNESS: Rule = Rule::of_response(
    "autoredteam.detectors.toolcalling.ToolCorrectness",
    "Tool Correctness",
    "1 when exactly the expected tools were called, in any order and number; tools that are missing and tools that are too many take an equal share each.",
    judge,
)
.taking(&[("response", "str"), ("expected_tools", "list[str]")])
.metric();

/// The Jaccard index of the names called and the names expected. Nothing expected and nothing called is 1.
fn judge(subject: &Subject<'_>) -> Verdict {
    let set = |names: &'_ [String]| -> BTreeSet<String> {
        names.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
    };
    let (called, expected) = (set(subject.tools), set(&subject.criteria.expected_tools));
    let all = called.union(&expected).count();
    if all == 0 {
        return Verdict::Raw(1.0);
    }
    let common = u32::try_from(called.intersection(&expected).count()).unwrap_or(u32::MAX);
    Verdict::Raw(f64::from(common) / f64::from(u32::try_from(all).unwrap_or(u32::MAX)))
}
