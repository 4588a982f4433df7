//! Many prompts in one request.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use futures::future::join_all;
use serde::{Deserialize, Serialize};
use touchstone_commands::prompt::CreatePrompt;
use touchstone_kernel::{Receipt, Rejection};
use touchstone_queries::prompt;
use touchstone_vocabulary::{Criteria, Message, PromptId};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{New, own_id};
use crate::app::App;
use crate::body::Body;
use crate::caller::Caller;
use crate::error::{ApiError, Fault, Step};
use crate::reply::{Answer, Reply};

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(create_many))
}

const MOST: usize = 1000;
/// Commands carried out at once.
const AT_ONCE: usize = 64;

/// Prompts to be written.
#[derive(Deserialize, ToSchema)]
#[schema(as = CreatePromptsRequest)]
struct Many {
    /// At most 1000. One without an id has one that follows from its content, so that it is written once.
    #[schema(min_items = 1, max_items = 1000)]
    prompts: Vec<New>,
    /// Write those that are good although others are not.
    partial: Option<bool>,
}

/// What became of them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreatePromptsResponse)]
struct Written {
    /// The ids of all that are there now, in the order of the request.
    results: Vec<String>,
    count: i64,
    /// How many of them were not there before.
    created: i64,
    /// What was wrong with the others; empty unless `partial`.
    faults: Vec<Fault>,
}

/// Writes many prompts, all of them or, with `partial`, those that are good. What is there already stays as it is, so
/// that the same request again changes nothing.
#[utoipa::path(post, path = "/v1/prompts/bulk", operation_id = "post_prompts_bulk", tag = "Prompt",
    request_body = Many, responses((status = 200, body = Written)))]
async fn create_many(State(app): State<Arc<App>>, caller: Caller, Body(many): Body<Many>) -> Answer<Written> {
    if !(1..=MOST).contains(&many.prompts.len()) {
        return Err(ApiError::invalid("prompts", format!("must be between 1 and {MOST}")));
    }
    let (commands, faults) = looked_at(&app, &caller, many.prompts).await?;
    if !faults.is_empty() && !many.partial.unwrap_or(false) {
        return Err(ApiError::Invalid(faults));
    }
    let results: Vec<String> = commands.iter().map(|command| command.id.to_string()).collect();
    let mut receipts: Vec<Receipt> = Vec::with_capacity(commands.len());
    let mut rest = commands.into_iter();
    while rest.len() > 0 {
        let some = rest.by_ref().take(AT_ONCE).map(|command| app.carry_out(&caller, command));
        for receipt in join_all(some).await {
            receipts.push(receipt?);
        }
    }
    let created = receipts.iter().filter(|receipt| receipt.changed).count();
    let written = Written {
        count: crate::reply::length(&results),
        created: i64::try_from(created).unwrap_or(i64::MAX),
        results,
        faults,
    };
    // Who has waited for the last has waited for all.
    match receipts.into_iter().max_by_key(|receipt| receipt.mark) {
        Some(last) => Ok(app.seen(last).await?.reply(written)),
        None => Ok(Reply::now(written)),
    }
}

/// The commands that are meant, and what is wrong with the others.
async fn looked_at(
    app: &App,
    caller: &Caller,
    prompts: Vec<New>,
) -> Result<(Vec<CreatePrompt>, Vec<Fault>), ApiError> {
    let (mut good, mut faults) = (Vec::new(), Vec::new());
    for (place, new) in prompts.into_iter().enumerate() {
        match command(caller, new) {
            Ok(command) => good.push((place, command)),
            Err(error) => faults.extend(inside(error, place)?),
        }
    }
    let ids: Vec<String> = good.iter().map(|(_, command)| command.id.to_string()).collect();
    let mut known: HashMap<String, Content> = HashMap::new();
    for view in prompt::known(&app.db, caller.team, &ids).await? {
        let messages = view.text.into_iter().map(|message| (message.role, message.content)).collect();
        known.insert(view.id, (messages, view.description, view.tags, view.criteria));
    }
    let mut commands = Vec::with_capacity(good.len());
    for (place, command) in good {
        let content = content(&command);
        match known.insert(command.id.to_string(), content.clone()) {
            Some(other) if other != content => {
                let taken = ApiError::invalid("id", "is that of a prompt with other content");
                faults.extend(inside(taken, place)?);
            }
            Some(_) | None => commands.push(command),
        }
    }
    faults.sort_by_key(|fault| match fault.loc.get(2) {
        Some(Step::Position(place)) => *place,
        Some(Step::Field(_)) | None => 0,
    });
    Ok((commands, faults))
}

type Content = (Vec<(String, String)>, String, Vec<String>, Criteria);

fn content(command: &CreatePrompt) -> Content {
    let role = |message: &Message| match message.role {
        touchstone_vocabulary::Role::System => "system",
        touchstone_vocabulary::Role::User => "user",
        touchstone_vocabulary::Role::Assistant => "assistant",
    };
    let messages = command.messages.iter().map(|message| (role(message).to_owned(), message.content.clone()));
    (messages.collect(), command.description.clone(), command.tags.clone(), command.criteria.clone())
}

fn command(caller: &Caller, new: New) -> Result<CreatePrompt, ApiError> {
    let New { text, tags, id, description, criteria } = new;
    let criteria = criteria.unwrap_or_default();
    let id: PromptId = match id {
        Some(id) => own_id(&id)?,
        None => CreatePrompt::content_id(caller.team, &text, &criteria),
    };
    let command = CreatePrompt {
        team: caller.team,
        id,
        messages: text,
        description: description.unwrap_or_default(),
        tags: tags.unwrap_or_default(),
        criteria,
        lineage: None,
        writer: None,
    };
    command.check().map_err(|refusal| Rejection::refused(&refusal))?;
    Ok(command)
}

/// What is wrong with one prompt, as a part of the request.
fn inside(error: ApiError, place: usize) -> Result<Vec<Fault>, ApiError> {
    let error = match error {
        ApiError::Conflict(sentence) => ApiError::invalid("id", sentence),
        other => other,
    };
    match error.at("prompts", place) {
        ApiError::Invalid(faults) => Ok(faults),
        other => Err(other),
    }
}
