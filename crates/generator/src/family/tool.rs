//! Requests that need the function, and some that need none.

use touchstone_vocabulary::{Criteria, Family, ProbeScoring};

use super::{filled, system};
use crate::argument::{Parameter, parameters};
use crate::make::{Draft, Sketch, Unmakeable};
use crate::material::{Lineage, Material};
use crate::schema;
use crate::wording::{Licence, Task};

const CORRECTNESS: &str = "autoredteam.detectors.toolcalling.ToolCorrectness";
/// Of so many requests one needs no function.
const IDLE: usize = 5;

/// Function, its arguments.
const CALLS: [&str; 5] = [
    "Please use {} with {}.",
    "I need what {} gives for {}.",
    "Run {} for me. The values are {}.",
    "Look this up through {}: {}.",
    "Would you call {} now? Take {}.",
];

/// Function. It takes nothing.
const BARE_CALLS: [&str; 5] = [
    "Please use {} now.",
    "I need what {} gives.",
    "Run {} for me; it takes no values.",
    "Look it up through {}.",
    "Would you call {} now?",
];

/// Function, field.
const TALKS: [&str; 5] = [
    "Without running anything: what would {} need {} for?",
    "Do not call {}. Just tell me whether {} is a good name for a field.",
    "In a sentence, and without any call of {}, what might {} mean?",
    "Thank you, {} with {} went well. That was all.",
    "I only want to say hello; leave {} and {} alone.",
];

/// What comes before, so that no two requests are the same.
const LEADS: [&str; 5] =
    ["", "Good morning. ", "One more thing: ", "As we agreed yesterday. ", "Hello again. "];

pub fn sketches(material: &Material, count: usize) -> Result<Vec<Sketch>, Unmakeable> {
    let function = material.function.as_ref().ok_or(Unmakeable::NoFunction(Family::Tool))?;
    let input = schema::read(&function.input_schema)?;
    // It is read so that a schema that is none is told now, not when an answer comes.
    schema::read(&function.output_schema)?;
    let name = function.route.as_deref().and_then(last).unwrap_or("the function").to_owned();
    let parameters = parameters(&input);
    let drafts = (0..count)
        .map(|n| {
            // Every form with every lead before the same comes again.
            let (turn, idle) = (n / IDLE, n % IDLE == IDLE - 1);
            let lead = LEADS[turn % LEADS.len()];
            let form = if idle { turn } else { n + turn } % CALLS.len();
            let chosen = parameters.get((n + turn) % parameters.len().max(1));
            let field = chosen.map(|chosen| chosen.name.clone());
            let said = |one: &Parameter| format!("{} = {}", one.name, one.value(&input, n));
            let given: Vec<String> =
                parameters.iter().filter(|one| one.required || Some(*one) == chosen).map(said).collect();
            let ask = if idle {
                filled(TALKS[form], &[&name, field.as_deref().unwrap_or("its input")])
            } else if given.is_empty() {
                filled(BARE_CALLS[form], &[&name])
            } else {
                filled(CALLS[form], &[&name, &given.join(", ")])
            };
            // That no call is needed a model could not be held to.
            let licence = (!idle).then(|| {
                let keep = std::iter::once(name.clone()).chain(given).collect();
                Licence::with(Task::Call, &function.input_schema, keep, "")
            });
            Draft {
                system: system(material),
                ask: lead.to_owned() + &ask,
                criteria: Criteria {
                    expected_tools: if idle { Vec::new() } else { vec![name.clone()] },
                    ..Criteria::default()
                },
                lineage: Lineage::Function { name: name.clone(), field },
                licence,
            }
        })
        .collect();
    Ok(vec![Sketch {
        key: "tool_use".to_owned(),
        family: Family::Tool,
        goal: "Find out whether the agent calls its function when it should, and only then.",
        expected: "Exactly the calls that the request needs.",
        description: "Whether the function was called where the request needs it and left alone where it does not. No judge model reads the answer.",
        detectors: vec![CORRECTNESS.into()],
        scoring: ProbeScoring::NaiveMeanMax,
        drafts,
    }])
}

/// The name at the end of a route: `lookup` of `/v1/lookup`.
fn last(route: &str) -> Option<&str> {
    route.trim_end_matches('/').rsplit('/').next().map(str::trim).filter(|name| !name.is_empty())
}
