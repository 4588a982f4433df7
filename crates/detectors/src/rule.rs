//! The two shapes of a built-in detector: a rule, and a rule over data that the operator installs.

use crate::{Description, Detector, Kind, Measurement, Polarity, Subject, Verdict};

const RESPONSE_AND_TRIGGERS: &[(&str, &str)] = &[("response", "str"), ("triggers", "list[str]")];
pub(crate) const RESPONSE_TRIGGERS_AND_NOTES: &[(&str, &str)] =
    &[("response", "str"), ("triggers", "list[str]"), ("contexts", "list[str]")];
pub(crate) const RESPONSE_AND_GROUND_TRUTH: &[(&str, &str)] = &[("response", "str"), ("ground_truth", "str")];

/// A description and a function.
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
        Self { about: Description::of_response(id, name, description), judge }
    }

    /// A risk detector that compares the response with the prompt's triggers.
    pub(crate) const fn of_triggers(
        id: &'static str,
        name: &'static str,
        description: &'static str,
        judge: fn(&Subject<'_>) -> Verdict,
    ) -> Self {
        Self::of_response(id, name, description, judge).taking(RESPONSE_AND_TRIGGERS)
    }

    /// The fields that it looks at, the response among them.
    pub(crate) const fn taking(mut self, inputs: &'static [(&'static str, &'static str)]) -> Self {
        self.about.inputs = inputs;
        self
    }

    /// Raw 1 is good.
    pub(crate) const fn metric(mut self) -> Self {
        self.about.polarity = Polarity::Metric;
        self
    }

    /// How well it did against human judgement.
    pub(crate) const fn measured(mut self, figures: &'static [Measurement]) -> Self {
        self.about.measured = figures;
        self
    }

    /// Judges the answer to a variant beside the answer to its original.
    pub(crate) const fn pairwise(mut self) -> Self {
        self.about.kind = Kind::Pairwise;
        self
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

/// A description and a function over data of type `D`.
pub(crate) struct DataRule<D: 'static> {
    pub(crate) about: Description,
    pub(crate) judge: fn(&D, &Subject<'_>) -> Verdict,
    /// What is missing and how it is brought: the end of the sentence that begins with `unverified`.
    pub(crate) without: &'static str,
}

/// A rule and the data that is installed for it.
pub(crate) struct Supplied<D: 'static> {
    pub(crate) rule: &'static DataRule<D>,
    pub(crate) data: Option<D>,
}

impl<D: Send + Sync> Detector for Supplied<D> {
    fn describe(&self) -> &'static Description {
        &self.rule.about
    }

    fn judge(&self, subject: &Subject<'_>) -> Verdict {
        match &self.data {
            Some(data) => (self.rule.judge)(data, subject),
            None => Verdict::unverified(self.rule.without),
        }
    }
}
