//! Whether the detectors of a probe can judge the answers to its prompts. Prompts are never deleted and detectors are
//! part of the program, so what fits goes on to fit; a prompt that is changed may lack something later, and its answers
//! are then errors with that reason.

use std::collections::HashMap;

use touchstone_detectors::{Detector, Kind};
use touchstone_queries::prompt;
use touchstone_vocabulary::{Criteria, DetectorId, Message, PromptId, Role};

use crate::app::App;
use crate::caller::Caller;
use crate::error::ApiError;

/// As much of a prompt as a detector looks at.
struct Judged {
    criteria: Criteria,
    messages: Vec<Message>,
}

/// Refuses with 422 about the first thing that does not fit.
pub async fn fit(
    app: &App,
    caller: &Caller,
    detectors: &[DetectorId],
    prompts: &[PromptId],
) -> Result<(), ApiError> {
    let detectors = detectors.iter().map(|id| detector(app, id)).collect::<Result<Vec<_>, _>>()?;
    let known = known(app, caller, prompts).await?;
    for id in prompts {
        let Some(prompt) = known.get(id.as_str()) else {
            return Err(ApiError::invalid(
                "prompt_ids",
                format!("there is no prompt {}", brief(id.as_str())),
            ));
        };
        for detector in &detectors {
            let about = detector.describe();
            if let Some(field) = about.lacks(&prompt.criteria, &prompt.messages) {
                let sentence =
                    format!("the detector {} needs {field}, which the prompt {id} lacks", about.id);
                return Err(ApiError::invalid("prompt_ids", sentence));
            }
        }
    }
    Ok(())
}

fn brief(id: &str) -> String {
    id.chars().take(200).collect()
}

fn detector<'a>(app: &'a App, id: &DetectorId) -> Result<&'a dyn Detector, ApiError> {
    let refuse = |sentence: String| Err(ApiError::invalid("detector_ids", sentence));
    let id = brief(id.as_str());
    let Some(found) = app.detectors.find(&id) else { return refuse(format!("there is no detector {id}")) };
    match found.describe().kind {
        Kind::Plain => Ok(found),
        Kind::Pairwise => refuse(format!("{id} compares pairs of answers, which only the catalogue has")),
        Kind::Judge => refuse(format!("{id} needs a judge model, which this server does not have")),
        Kind::MultiTurn => refuse(format!("{id} needs several turns, which this server does not have")),
    }
}

async fn known(
    app: &App,
    caller: &Caller,
    prompts: &[PromptId],
) -> Result<HashMap<String, Judged>, ApiError> {
    let mut known = HashMap::new();
    let mut others = Vec::new();
    for id in prompts {
        match touchstone_catalog::prompt(id) {
            Some(placed) if placed.prompt.half.is_some() => {
                let sentence = format!("the prompt {id} is half of a pair, which only the catalogue asks");
                return Err(ApiError::invalid("prompt_ids", sentence));
            }
            Some(placed) => {
                let prompt = placed.prompt.clone();
                known.insert(id.to_string(), Judged { criteria: prompt.criteria, messages: prompt.messages });
            }
            None => others.push(id.to_string()),
        }
    }
    for view in prompt::known(&app.db, caller.team, &others).await? {
        let role = |text: &str| match text {
            "system" => Role::System,
            "assistant" => Role::Assistant,
            _ => Role::User,
        };
        let message =
            |message: prompt::MessageView| Message { role: role(&message.role), content: message.content };
        let messages = view.text.into_iter().map(message).collect();
        known.insert(view.id, Judged { criteria: view.criteria, messages });
    }
    Ok(known)
}
