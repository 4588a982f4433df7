//! Requests that need the function, and some that need none.

use touchstone_vocabulary::{Criteria, Family, ProbeScoring};

use super::{filled, system};
use crate::make::{Draft, Sketch, Unmakeable};
use crate::material::{Lineage, Material};
use crate::schema;
use crate::wording::{Licence, Task};

const CORRECTNESS: &str = "autoredteam.detectors.toolcalling.ToolCorrectness";
/// Of so many requests one needs no function.
const IDLE: usize = 5;

/// Function, field.
const CALLS: [&str; 5] = [
    "Use {} for me; set {} to 7.",
    "I need what {} gives when {} is \"north\".",
    "Run {} with {} taken from this note: \"amber\".",
    "Please look it up through {}, with {} as 12.",
    "Call {} twice if you must, but with {} always \"quay\".",
];

const TALKS: [&str; 5] = [
    "Without running anything: what would {} need {} for?",
    "Do not call {}. Just tell me whether {} is a good name for a field.",
    "In a sentence, and without any call of {}, what might {} mean?",
    "Thank you, {} with {} went well. That was all.",
    "I only want to say hello; leave {} and {} alone.",
];

pub fn sketches(material: &Material, count: usize) -> Result<Vec<Sketch>, Unmakeable> {
    let function = material.function.as_ref().ok_or(Unmakeable::NoFunction(Family::Tool))?;
    let input = schema::read(&function.input_schema)?;
    // It is read so that a schema that is none is told now, not when an answer comes.
    schema::read(&function.output_schema)?;
    let name = function.route.as_deref().and_then(last).unwrap_or("the function").to_owned();
    let fields = schema::fields(&input);
    let drafts = (0..count)
        .map(|n| {
            let field = fields.get(n % fields.len().max(1)).cloned();
            let idle = n % IDLE == IDLE - 1;
            let forms = if idle { &TALKS } else { &CALLS };
            let form = forms[n / fields.len().max(1) % forms.len()];
            let shown = field.as_deref().unwrap_or("its input");
            let number = format!(" (Request {}.)", n + 1);
            let ask = filled(form, &[&name, shown]) + &number;
            // That no call is needed a model could not be held to.
            let licence = (!idle).then(|| {
                let keep = std::iter::once(&name).chain(&field).cloned().collect();
                Licence::with(Task::Call, &function.input_schema, keep, &number)
            });
            let expected_tools = if idle { Vec::new() } else { vec![name.clone()] };
            Draft {
                system: system(material),
                ask,
                criteria: Criteria { expected_tools, ..Criteria::default() },
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
