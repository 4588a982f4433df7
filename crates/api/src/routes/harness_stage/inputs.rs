//! Which prompts a custom harness gets, in the contract's words.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use touchstone_commands::harness_stage::{MOST_GOALS, USUAL_GOALS, Wish};
use touchstone_vocabulary::Family;
use utoipa::ToSchema;

use crate::error::ApiError;

/// For every kind of prompts whether it is wanted, and how many. What is absent is as usual: not wanted.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = CustomEvalConfigInputs)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "the contract has one for each kind")]
pub struct Inputs {
    #[schema(default = false)]
    include_security: bool,
    #[schema(default = 20, minimum = 0, maximum = 150)]
    security_prompt_count: i64,
    #[schema(default = false)]
    include_toxicity: bool,
    #[schema(default = 20, minimum = 0, maximum = 100)]
    toxicity_prompt_count: i64,
    #[schema(default = false)]
    include_stereotype: bool,
    #[schema(default = 20, minimum = 0, maximum = 50)]
    stereotype_prompt_count: i64,
    #[schema(default = false)]
    include_correctness: bool,
    #[schema(default = 10, minimum = 0, maximum = 50)]
    correctness_prompt_count: i64,
    #[schema(default = false)]
    include_adherence: bool,
    #[schema(default = 10, minimum = 0, maximum = 50)]
    adherence_prompt_count: i64,
    #[schema(default = false)]
    include_exfil: bool,
    #[schema(default = 10, minimum = 0, maximum = 50)]
    exfil_prompt_count: i64,
    #[schema(default = false)]
    include_consistency: bool,
    #[schema(default = 10, minimum = 0, maximum = 50)]
    consistency_prompt_count: i64,
    #[schema(default = false)]
    include_tool: bool,
    #[schema(default = 10, minimum = 0, maximum = 25)]
    tool_prompt_count: i64,
    #[schema(default = false)]
    include_persona: bool,
    /// How many different things the personas ask for …
    #[schema(default = 5, minimum = 0, maximum = 10)]
    persona_goal_count: i64,
    /// … and in how many ways each.
    #[schema(default = 10, minimum = 0, maximum = 25)]
    persona_prompts_per_goal: i64,
    #[schema(default = "")]
    harness_description: String,
}

impl Default for Inputs {
    fn default() -> Self {
        let usual = |family: Family| i64::from(family.usual());
        Self {
            include_security: false,
            security_prompt_count: usual(Family::Security),
            include_toxicity: false,
            toxicity_prompt_count: usual(Family::Toxicity),
            include_stereotype: false,
            stereotype_prompt_count: usual(Family::Stereotype),
            include_correctness: false,
            correctness_prompt_count: usual(Family::Correctness),
            include_adherence: false,
            adherence_prompt_count: usual(Family::Adherence),
            include_exfil: false,
            exfil_prompt_count: usual(Family::Exfil),
            include_consistency: false,
            consistency_prompt_count: usual(Family::Consistency),
            include_tool: false,
            tool_prompt_count: usual(Family::Tool),
            include_persona: false,
            persona_goal_count: i64::from(USUAL_GOALS),
            persona_prompts_per_goal: usual(Family::Persona),
            harness_description: String::new(),
        }
    }
}

impl Inputs {
    /// These kinds, each in its usual number.
    pub fn of(families: &[Family]) -> Self {
        let has = |family| families.contains(&family);
        Self {
            include_security: has(Family::Security),
            include_toxicity: has(Family::Toxicity),
            include_stereotype: has(Family::Stereotype),
            include_correctness: has(Family::Correctness),
            include_adherence: has(Family::Adherence),
            include_exfil: has(Family::Exfil),
            include_consistency: has(Family::Consistency),
            include_tool: has(Family::Tool),
            include_persona: has(Family::Persona),
            ..Self::default()
        }
    }

    const fn counts(&self) -> [(Family, bool, i64, &'static str); 9] {
        [
            (Family::Security, self.include_security, self.security_prompt_count, "security_prompt_count"),
            (Family::Toxicity, self.include_toxicity, self.toxicity_prompt_count, "toxicity_prompt_count"),
            (
                Family::Stereotype,
                self.include_stereotype,
                self.stereotype_prompt_count,
                "stereotype_prompt_count",
            ),
            (
                Family::Correctness,
                self.include_correctness,
                self.correctness_prompt_count,
                "correctness_prompt_count",
            ),
            (
                Family::Adherence,
                self.include_adherence,
                self.adherence_prompt_count,
                "adherence_prompt_count",
            ),
            (Family::Exfil, self.include_exfil, self.exfil_prompt_count, "exfil_prompt_count"),
            (
                Family::Consistency,
                self.include_consistency,
                self.consistency_prompt_count,
                "consistency_prompt_count",
            ),
            (Family::Tool, self.include_tool, self.tool_prompt_count, "tool_prompt_count"),
            (
                Family::Persona,
                self.include_persona,
                self.persona_prompts_per_goal,
                "persona_prompts_per_goal",
            ),
        ]
    }

    /// What they ask for. A count out of range is refused by its name, whether or not its kind is wanted.
    pub fn wish(&self) -> Result<Wish, ApiError> {
        let within = |count: i64, most: u32, field: &str| {
            let count = u32::try_from(count).ok().filter(|count| *count <= most);
            count.ok_or_else(|| ApiError::invalid(field, format!("must be between 0 and {most}")))
        };
        let mut prompts = BTreeMap::new();
        for (family, wanted, count, field) in self.counts() {
            let count = within(count, family.most(), field)?;
            if wanted {
                prompts.insert(family, count);
            }
        }
        let persona_goals = within(self.persona_goal_count, MOST_GOALS, "persona_goal_count")?;
        Ok(Wish { prompts, persona_goals, description: self.harness_description.clone().into() })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn wish(body: Value) -> Result<Wish, ApiError> {
        serde_json::from_value::<Inputs>(body).unwrap().wish()
    }

    #[test]
    fn the_usual_inputs_have_the_contracts_twenty_keys() {
        let inputs = serde_json::to_value(Inputs::default()).unwrap();
        assert_eq!(inputs.as_object().unwrap().len(), 20);
        for (key, value) in [
            ("include_exfil", json!(false)),
            ("stereotype_prompt_count", json!(20)),
            ("tool_prompt_count", json!(10)),
            ("persona_goal_count", json!(5)),
            ("persona_prompts_per_goal", json!(10)),
            ("harness_description", json!("")),
        ] {
            assert_eq!(inputs[key], value, "{key}");
        }
    }

    #[test]
    fn what_is_switched_on_is_wanted_in_its_number() {
        let asked = json!({"include_exfil": true, "include_persona": true, "exfil_prompt_count": 3});
        let wish = wish(asked).unwrap();
        assert_eq!(wish.prompts, [(Family::Exfil, 3), (Family::Persona, 10)].into());
        assert_eq!(Inputs::of(&[Family::Exfil]).wish().unwrap().prompts, [(Family::Exfil, 10)].into());
    }

    #[test]
    fn a_count_out_of_range_is_named_even_where_it_is_not_wanted() {
        for (field, count) in [
            ("security_prompt_count", 151),
            ("tool_prompt_count", 26),
            ("persona_goal_count", 11),
            ("persona_prompts_per_goal", -1),
        ] {
            let Err(ApiError::Invalid(faults)) = wish(json!({ field: count })) else { panic!("accepted") };
            assert_eq!(serde_json::to_value(&faults[0].loc).unwrap()[1], field);
        }
    }
}
