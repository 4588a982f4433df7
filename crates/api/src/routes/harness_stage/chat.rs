//! The guide: asks for what a stage lacks, one thing after the other, and has the harness made when nothing is lacking.
//!
//! It follows fixed questions. The last of them that stands in the talk is the one that the last answer belongs to, so
//! the talk itself need not be kept: what was learnt stands in the stage.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use touchstone_commands::harness_stage::{Draft, Function, UpdateStage};
use touchstone_queries::harness_stage::{self, HarnessStageView};
use touchstone_vocabulary::{Family, Persona, Source, StageId, StageStatus};
use utoipa::ToSchema;

use super::generate::request;
use super::inputs::Inputs;
use super::{NOUN, invented};
use crate::app::App;
use crate::body::Body;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::reply::{Answer, Reply};

/// A stage, and the talk so far.
#[derive(Deserialize, ToSchema)]
#[schema(as = HarnessCreationChatRequest)]
pub struct Talk {
    harness_config_id: String,
    harness_stage_id: String,
    /// `role` and `content` each, oldest first.
    #[schema(value_type = Vec<Object>)]
    message_list: Vec<Said>,
}

#[derive(Deserialize)]
struct Said {
    role: String,
    content: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ChatResponseTypeEnum)]
#[serde(rename_all = "lowercase")]
pub enum ResponseType {
    /// Something is still lacking.
    Continue,
    /// The harness is being made.
    End,
    /// It cannot be made as it is.
    Error,
}

impl ResponseType {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Continue => "continue",
            Self::End => "end",
            Self::Error => "error",
        }
    }
}

/// What the guide says next.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HarnessCreationChatResponse)]
pub struct Turn {
    pub message: String,
    pub response_type: ResponseType,
}

/// What a stage can lack, in the order in which it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lack {
    Name,
    SystemPrompt,
    Sources,
    Bucket,
    Function,
    Personas,
}

impl Lack {
    const ALL: [Self; 6] =
        [Self::Name, Self::SystemPrompt, Self::Sources, Self::Bucket, Self::Function, Self::Personas];

    const fn question(self) -> &'static str {
        match self {
            Self::Name => "What shall the harness be called?",
            Self::SystemPrompt => "What is the system prompt of your agent? Send it whole, with its rules.",
            Self::Sources => {
                "What else shall it be made from? Name any of AGENT_POLICY, KNOWLEDGE_BASE, FUNCTION_ROUTE and \
                 PERSONA, or say none."
            }
            Self::Bucket => "Where does the knowledge lie? Send the name of the bucket.",
            Self::Function => {
                "Which function does the agent call? Send JSON with input_schema, output_schema and function_route."
            }
            Self::Personas => {
                "Which personas shall ask? Send their ids, with commas: any of beginner, expert, hurried, doubting, \
                 chatty, formal, terse and frustrated."
            }
        }
    }

    /// The first thing that a stage lacks.
    fn of(stage: &HarnessStageView) -> Option<Self> {
        let names =
            |source: Source| stage.harness_types.iter().flatten().any(|named| named == source.as_str());
        let lacks = |lack: &Self| match lack {
            Self::Name => stage.harness_name.is_none(),
            Self::SystemPrompt => {
                stage.agent_system_prompt.as_deref().is_none_or(|text| text.trim().is_empty())
            }
            Self::Sources => stage.harness_types.is_none(),
            Self::Bucket => names(Source::KnowledgeBase) && stage.rag_params.is_none(),
            Self::Function => names(Source::FunctionRoute) && stage.function_route_params.is_none(),
            Self::Personas => names(Source::Persona) && stage.persona_params.is_none(),
        };
        Self::ALL.into_iter().find(lacks)
    }

    /// What an answer to its question says; nothing where it cannot be made out.
    fn answered(self, text: &str) -> Option<Draft> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let draft = Draft::default();
        match self {
            Self::Name => Some(Draft { name: Some(text.to_owned().into()), ..draft }),
            Self::SystemPrompt => Some(Draft { system_prompt: Some(text.to_owned().into()), ..draft }),
            Self::Sources => sources(text).map(|sources| Draft { sources: Some(sources), ..draft }),
            Self::Bucket => Some(Draft { bucket: Some(text.to_owned().into()), ..draft }),
            Self::Function => function(text).map(|function| Draft { function: Some(function), ..draft }),
            Self::Personas => {
                let ids = text.split(',').map(str::trim).filter(|id| !id.is_empty());
                let known = ids.map(|id| id.to_lowercase().parse::<Persona>().ok());
                let known: Option<Vec<Persona>> = known.collect();
                let personas = known?.iter().map(ToString::to_string).collect();
                Some(Draft { personas: Some(personas), ..draft })
            }
        }
    }
}

fn sources(text: &str) -> Option<Vec<Source>> {
    let upper = text.to_uppercase();
    let words: Vec<&str> = upper.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let named: Vec<Source> =
        Source::ALL.iter().copied().filter(|source| words.contains(&source.as_str())).collect();
    (!named.is_empty() || words.contains(&"NONE")).then_some(named)
}

fn function(text: &str) -> Option<Function> {
    let value: Value = serde_json::from_str(text).ok()?;
    // A schema is a text to us, whether it was sent as one or not.
    let schema = |field: &str| match value.get(field)? {
        Value::String(text) => Some(text.clone()),
        Value::Null => None,
        other => Some(other.to_string()),
    };
    let route = value.get("function_route").and_then(Value::as_str).map(|route| route.to_owned().into());
    Some(Function {
        input_schema: schema("input_schema")?.into(),
        output_schema: schema("output_schema")?.into(),
        route,
    })
}

/// What the last answer belongs to, and the answer.
fn last(talk: &[Said]) -> Option<(Lack, &str)> {
    let (answer, before) = talk.split_last().filter(|(last, _)| last.role == "user")?;
    let asked = before.iter().rev().find(|said| said.role == "assistant")?;
    let lack = Lack::ALL.into_iter().find(|lack| asked.content.ends_with(lack.question()))?;
    Some((lack, &answer.content))
}

/// The prompts that a complete stage gets.
fn families(stage: &HarnessStageView) -> Vec<Family> {
    let of = |named: &String| match named.parse::<Source>().ok()? {
        Source::AgentPolicy => Some(Family::Adherence),
        Source::FunctionRoute => Some(Family::Tool),
        Source::Persona => Some(Family::Persona),
        Source::KnowledgeBase => Some(Family::Consistency),
    };
    let named = stage.harness_types.iter().flatten().filter_map(of);
    [Family::Correctness, Family::Exfil].into_iter().chain(named).collect()
}

impl Talk {
    /// One turn: that of this operation, and of the public event that stands for it.
    pub async fn turn(&self, app: &App, caller: &Caller) -> Answer<Turn> {
        let missing = || ApiError::missing(NOUN);
        let (team, harness) = (caller.team, invented(&self.harness_config_id)?);
        let id: StageId = self.harness_stage_id.parse().map_err(|_| missing())?;
        let found = async || harness_stage::by_id(&app.db, team, harness, id).await;
        let stage = found().await?.ok_or_else(missing)?;
        if stage.status != StageStatus::Created.as_str() {
            return Err(ApiError::Conflict(
                "the making of this harness has begun; make a new stage to change it".to_owned(),
            ));
        }
        let asked = last(&self.message_list);
        let learnt = asked.and_then(|(lack, answer)| lack.answered(answer));
        let unclear = asked.is_some() && learnt.is_none();
        let mut sent = None;
        let mut stage = stage;
        if let Some(changes) = learnt {
            sent = Some(app.send(caller, UpdateStage { team, id, harness, changes }).await?);
            stage = found().await?.ok_or_else(missing)?;
        }
        let turn = match Lack::of(&stage) {
            Some(lack) => {
                let question = lack.question();
                let message =
                    if unclear { format!("I could not make that out. {question}") } else { question.into() };
                Turn { message, response_type: ResponseType::Continue }
            }
            None => match request(app, caller, id, &Inputs::of(&families(&stage))).await {
                Ok(requested) => {
                    sent = Some(requested);
                    let message =
                        "Thank you. The harness is being made; its stage tells how far it has come.";
                    Turn { message: message.to_owned(), response_type: ResponseType::End }
                }
                Err(ApiError::Invalid(faults)) => {
                    let why: Vec<&str> = faults.iter().map(|fault| fault.msg.as_str()).collect();
                    Turn { message: why.join("; "), response_type: ResponseType::Error }
                }
                Err(error) => return Err(error),
            },
        };
        Ok(match sent {
            Some(sent) => sent.reply(turn),
            None => Reply::now(turn),
        })
    }
}

/// Tells what is lacking, takes answers, and has the harness made when nothing is lacking any more.
#[utoipa::path(post, path = "/v1/harness-creation-agent/chat", operation_id = "post_harness_creation_agent_chat",
    tag = "Harness", request_body = Talk, responses((status = 200, body = Turn)))]
pub async fn talk(State(app): State<Arc<App>>, caller: Caller, Body(talk): Body<Talk>) -> Answer<Turn> {
    talk.turn(&app, &caller).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(role: &str, content: &str) -> Said {
        Said { role: role.into(), content: content.into() }
    }

    #[test]
    fn an_answer_belongs_to_the_last_question() {
        let question = Lack::SystemPrompt.question();
        let talk = [said("user", "hello"), said("assistant", question), said("user", "You mind boats.")];
        assert_eq!(last(&talk), Some((Lack::SystemPrompt, "You mind boats.")));
        let again = [said("assistant", &format!("I could not make that out. {question}")), said("user", "x")];
        assert_eq!(last(&again), Some((Lack::SystemPrompt, "x")));
        for talk in [&talk[..1], &talk[..2], &[said("assistant", "Hello."), said("user", "x")]] {
            assert_eq!(last(talk), None);
        }
    }

    #[test]
    fn sources_are_found_among_other_words_and_none_is_an_answer() {
        assert_eq!(
            sources("persona and Agent_Policy, please"),
            Some(vec![Source::AgentPolicy, Source::Persona])
        );
        assert_eq!(sources("None."), Some(Vec::new()));
        assert_eq!(sources("I do not know"), None);
    }

    #[test]
    fn a_function_is_json_whose_schemas_are_texts_or_trees() {
        let found = function(r#"{"input_schema": {"a": 1}, "output_schema": "{'b': 2}"}"#).unwrap();
        assert_eq!((found.input_schema.text(), found.output_schema.text()), ("{\"a\":1}", "{'b': 2}"));
        assert_eq!(found.route, None);
        assert_eq!(function(r#"{"input_schema": "{}"}"#), None);
        assert_eq!(function("call me"), None);
    }
}
