//! Asking for an evaluation.

use touchstone_aggregates::api_key::{ApiKey, Key};
use touchstone_aggregates::evaluation::{Evaluation, EvaluationEvent, Spec};
use touchstone_kernel::{Command, Meta, Owned};
use touchstone_vocabulary::{ApiKeyId, EvaluationId, Hub, TeamId, TextFault, check_text};

use super::EvaluationRefusal;
use crate::caller;

/// Asks for a run of harnesses against a target, under an id that the client chose.
///
/// The same id with the same content changes nothing; with other content it is a conflict. Whether the harnesses
/// exist is the catalogue's knowledge and checked before.
#[derive(Debug, Clone)]
pub struct CreateEvaluation {
    pub team: TeamId,
    pub id: EvaluationId,
    /// Digest of the request's meaning but its free texts, which are compared themselves.
    pub digest: String,
    pub spec: Spec,
}

impl CreateEvaluation {
    fn check(&self) -> Result<(), EvaluationRefusal> {
        let text = |field, text: &str, may_be_empty: bool| match check_text(text) {
            Ok(()) => Ok(()),
            Err(TextFault::Empty) if may_be_empty => Ok(()),
            Err(fault) => Err(EvaluationRefusal::BadText { field, fault }),
        };
        let range = |field, holds: bool, range| {
            if holds { Ok(()) } else { Err(EvaluationRefusal::OutOfRange { field, range }) }
        };
        let Spec { params, .. } = &self.spec;
        if self.spec.harnesses.is_empty() {
            return Err(EvaluationRefusal::NoHarness);
        }
        text("name", self.spec.name.text(), true)?;
        text("model", &self.spec.model, true)?;
        text("url", self.spec.url.as_deref().unwrap_or_default(), true)?;
        for tag in &self.spec.tags {
            text("tags", tag, false)?;
        }
        range("tags", self.spec.tags.len() <= 100, "at most 100")?;
        range("sample_size", self.spec.sample_size.is_none_or(|n| n >= 1), "at least 1")?;
        range("generations", (1..=100).contains(&params.generations), "between 1 and 100")?;
        range(
            "temperature",
            params.temperature.is_none_or(|t| (0.0..=2.0).contains(&t)),
            "a number between 0 and 2",
        )?;
        range("top_p", params.top_p.is_none_or(|p| (0.0..=1.0).contains(&p)), "a number between 0 and 1")?;
        range("max_completion_tokens", params.max_completion_tokens.is_none_or(|n| n >= 1), "at least 1")?;
        range(
            "timeout",
            params.timeout.is_none_or(|t| t > 0.0 && t.is_finite()),
            "a number of seconds above 0",
        )
    }

    /// The key, if it is one for this. One that is inactive is: its evaluation comes to an end that says so.
    fn key<'a>(&self, fact: Option<&'a ApiKey>) -> Result<&'a Key, EvaluationRefusal> {
        let key = fact.and_then(ApiKey::key).ok_or(EvaluationRefusal::NoSuchKey(self.spec.api_key))?;
        let asked = self.spec.hub;
        if key.hub != asked {
            return Err(EvaluationRefusal::OtherHub { key: key.hub, asked });
        }
        if !asked.is_spoken() {
            return Err(EvaluationRefusal::HubNotSpoken { hub: asked, spoken: Hub::spoken_names() });
        }
        if asked.needs_url() && self.spec.url.is_none() && key.url.is_none() {
            return Err(EvaluationRefusal::NoUrl(asked));
        }
        if self.spec.url.as_deref().is_some_and(|url| !key.vouches_for(url)) {
            return Err(EvaluationRefusal::OtherUrl);
        }
        Ok(key)
    }
}

impl Command for CreateEvaluation {
    type On = Evaluation;
    type Wants = ApiKey;
    type Refusal = EvaluationRefusal;

    fn stream(&self) -> Owned<EvaluationId> {
        Owned::new(self.team, self.id)
    }

    fn wants(&self, _: &Evaluation) -> Vec<Owned<ApiKeyId>> {
        vec![Owned::new(self.team, self.spec.api_key)]
    }

    fn decide(
        &self,
        state: &Evaluation,
        facts: &[ApiKey],
        meta: &Meta,
    ) -> Result<Vec<EvaluationEvent>, EvaluationRefusal> {
        match state {
            Evaluation::Absent => {
                self.check()?;
                let key = self.key(facts.first())?;
                let mut spec = self.spec.clone();
                let mut seen = Vec::new();
                spec.harnesses.retain(|id| {
                    let new = !seen.contains(id);
                    seen.push(id.clone());
                    new
                });
                Ok(vec![EvaluationEvent::Created {
                    created_by: caller(meta),
                    digest: self.digest.clone(),
                    key_fingerprint: key.fingerprint(),
                    spec: Box::new(spec),
                }])
            }
            Evaluation::Created(known)
            | Evaluation::Running { facts: known, .. }
            | Evaluation::Ended { facts: known, .. } => {
                let texts = |spec: &Spec| (spec.name.clone(), spec.params.system_prompt.clone());
                if known.digest == self.digest && texts(&known.spec) == texts(&self.spec) {
                    Ok(Vec::new())
                } else {
                    Err(EvaluationRefusal::IdTaken)
                }
            }
            Evaluation::Deleted { .. } => Err(EvaluationRefusal::IdTaken),
        }
    }
}

#[cfg(test)]
mod tests {
    use touchstone_kernel::testing::{given, meta};
    use touchstone_kernel::{Kind, Refusal, State};

    use super::super::fixtures::{create, created, every_state, key, spec};
    use super::*;

    #[test]
    fn the_same_request_again_changes_nothing_and_another_with_the_same_id_conflicts() {
        for (name, past) in every_state() {
            let state = Evaluation::fold(&past);
            let same = create().decide(&state, &[key(Hub::Custom)], &meta());
            let other = CreateEvaluation { digest: "d2".into(), ..create() };
            let other = other.decide(&state, &[key(Hub::Custom)], &meta());
            match name {
                "absent" => assert_eq!((same.unwrap().len(), other.unwrap().len()), (1, 1)),
                "deleted" => assert_eq!(same.unwrap_err(), EvaluationRefusal::IdTaken),
                _ => {
                    assert_eq!(same.unwrap(), [], "{name}");
                    assert_eq!(other.unwrap_err(), EvaluationRefusal::IdTaken, "{name}");
                }
            }
        }
    }

    #[test]
    fn each_bad_field_is_named() {
        let with = |change: fn(&mut Spec)| {
            let mut command = create();
            change(&mut command.spec);
            command
        };
        let table = [
            (with(|s| s.harnesses.clear()), "harness_config_ids"),
            (with(|s| s.model = "a\0b".into()), "model"),
            (with(|s| s.tags = vec![String::new()]), "tags"),
            (with(|s| s.sample_size = Some(0)), "sample_size"),
            (with(|s| s.params.generations = 0), "generations"),
            (with(|s| s.params.temperature = Some(f64::NAN)), "temperature"),
            (with(|s| s.params.top_p = Some(1.5)), "top_p"),
            (with(|s| s.params.max_completion_tokens = Some(0)), "max_completion_tokens"),
            (with(|s| s.params.timeout = Some(-1.0)), "timeout"),
            (with(|s| s.hub = Hub::OpenAi), "hub"),
            (with(|s| s.url = None), "url"),
        ];
        for (command, field) in table {
            let refusal = given(&[]).when_knowing(&command, &[key(Hub::Custom)]).result().unwrap_err();
            assert_eq!((refusal.kind(), refusal.field()), (Kind::Invalid, Some(field)), "{refusal}");
        }
    }

    #[test]
    fn a_key_that_is_unknown_or_deleted_is_missing() {
        for fact in [ApiKey::Absent, ApiKey::Deleted] {
            given(&[])
                .when_knowing(&create(), &[fact])
                .then_refused(&EvaluationRefusal::NoSuchKey(spec().api_key));
        }
    }

    #[test]
    fn a_key_is_not_used_at_an_address_that_it_was_not_stored_for() {
        let stored = |hub, url: Option<&str>| match key(hub) {
            ApiKey::Stored(key) => ApiKey::Stored(Box::new(Key { url: url.map(str::to_owned), ..*key })),
            ApiKey::Absent | ApiKey::Deleted => panic!(),
        };
        let asked = |hub| CreateEvaluation { spec: Spec { hub, ..spec() }, ..create() };
        for fact in [stored(Hub::Custom, Some("http://127.0.0.1:10/v1")), stored(Hub::OpenAi, None)] {
            let command = asked(fact.key().unwrap().hub);
            given(&[]).when_knowing(&command, &[fact]).then_refused(&EvaluationRefusal::OtherUrl);
        }
        for fact in [stored(Hub::Custom, Some("http://127.0.0.1:9")), stored(Hub::Custom, None)] {
            assert!(given(&[]).when_knowing(&asked(Hub::Custom), &[fact]).result().is_ok());
        }
    }

    #[test]
    fn repeated_harnesses_are_asked_for_once_in_first_order() {
        let mut command = create();
        command.spec.harnesses = vec!["b".into(), "a".into(), "b".into()];
        let events = given(&[]).when_knowing(&command, &[key(Hub::Custom)]).result().unwrap();
        let EvaluationEvent::Created { spec, .. } = &events[0] else { panic!("{events:?}") };
        assert_eq!(spec.harnesses, ["b".into(), "a".into()]);
    }

    #[test]
    fn what_was_created_folds_into_a_created_evaluation() {
        let events = given(&[]).when_knowing(&create(), &[key(Hub::Custom)]).result().unwrap();
        assert_eq!(events, created(), "with the fingerprint of its key");
        assert_eq!(Evaluation::fold(&events), Evaluation::fold(&created()));
    }
}
