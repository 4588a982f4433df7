//! The one shape of a built-in detector: a description and a function.

use crate::{Description, Detector, Polarity, Subject, Verdict};

const RESPONSE: &[(&str, &str)] = &[("response", "str")];
const RESPONSE_AND_TRIGGERS: &[(&str, &str)] = &[("response", "str"), ("triggers", "list[str]")];

pub(crate) struct Rule {
    about: Description,
    judge: fn(&Subject<'_>) -> Verdict,
}

impl Rule {
    /// A risk detector that looks at the response alone.
    pub(crate) const fn of_response(
        id: &'static str,
        name: &'static str,
        description: &'static str,
        judge: fn(&Subject<'_>) -> Verdict,
    ) -> Self {
        Self::new(id, name, description, RESPONSE, judge)
    }

    /// A risk detector that compares the response with the prompt's triggers.
    pub(crate) const fn of_triggers(
        id: &'static str,
        name: &'static str,
        description: &'static str,
        judge: fn(&Subject<'_>) -> Verdict,
    ) -> Self {
        Self::new(id, name, description, RESPONSE_AND_TRIGGERS, judge)
    }

    const fn new(
        id: &'static str,
        name: &'static str,
        description: &'static str,
        inputs: &'static [(&'static str, &'static str)],
        judge: fn(&Subject<'_>) -> Verdict,
    ) -> Self {
        let about = Description { id, name, description, polarity: Polarity::Risk, inputs, version: "1.0.0" };
        Self { about, judge }
    }
}

// Only a rule that lives as long as the program can lend out its description for ever; all of them are statics.
impl Detector for &'static Rule {
    fn describe(&self) -> &'static Description {
        &self.about
    }

    fn judge(&self, subject: &Subject<'_>) -> Verdict {
        (self.judge)(subject)
    }
}
