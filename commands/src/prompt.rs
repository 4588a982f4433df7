//! Writing prompts and changing them. Prompts are never deleted: an evaluation may name any of their versions.

use touchstone_aggregates::prompt::{Draft, Lineage, Prompt, PromptEvent};
use touchstone_kernel::{Command, Kind, Meta, Nothing, Owned, Refusal, Sealed};
use touchstone_vocabulary::{Criteria, Message, PromptId, Role, TeamId, TextFault, Writer, check_text};
use uuid::Uuid;

use crate::{caller, replaced};

/// Messages of one conversation.
const MOST_MESSAGES: usize = 100;
/// Bytes of all its messages together.
const MOST_BYTES: usize = 128 * 1024;
const MOST_TAGS: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PromptRefusal {
    #[error("there is no such prompt")]
    NoSuchPrompt,
    #[error("a prompt with this id exists with other content")]
    IdTaken,
    #[error("the id of a prompt must be a uuid")]
    BadId,
    #[error("a prompt needs a message of the role user")]
    NobodyAsks,
    #[error("message {place} must not be empty")]
    EmptyMessage { place: usize },
    #[error("message {place} must not contain the NUL character")]
    NulInMessage { place: usize },
    #[error("a prompt has at most {MOST_MESSAGES} messages")]
    TooManyMessages,
    #[error("the messages of a prompt are at most {MOST_BYTES} bytes long together")]
    TooLong,
    #[error("a prompt has at most {MOST_TAGS} tags")]
    TooManyTags,
    #[error("a prompt's {field} {fault}")]
    BadText { field: &'static str, fault: TextFault },
}

impl Refusal for PromptRefusal {
    fn kind(&self) -> Kind {
        match self {
            Self::NoSuchPrompt => Kind::Missing,
            Self::IdTaken => Kind::Conflict,
            Self::BadId
            | Self::NobodyAsks
            | Self::EmptyMessage { .. }
            | Self::NulInMessage { .. }
            | Self::TooManyMessages
            | Self::TooLong
            | Self::TooManyTags
            | Self::BadText { .. } => Kind::Invalid,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NoSuchPrompt | Self::IdTaken => None,
            Self::BadId => Some("id"),
            Self::NobodyAsks
            | Self::EmptyMessage { .. }
            | Self::NulInMessage { .. }
            | Self::TooManyMessages
            | Self::TooLong => Some("text"),
            Self::TooManyTags => Some("tags"),
            Self::BadText { field, .. } => Some(field),
        }
    }
}

/// Writes a prompt under an id that the caller chose. The same id with the same content changes nothing; with other
/// content it is a conflict. That no prompt of the catalogue has the id is checked before.
#[derive(Debug, Clone)]
pub struct CreatePrompt {
    pub team: TeamId,
    /// A uuid.
    pub id: PromptId,
    pub messages: Vec<Message>,
    pub description: String,
    pub tags: Vec<String>,
    pub criteria: Criteria,
    /// Where it was generated.
    pub lineage: Option<Lineage>,
    /// Where a model worded it.
    pub writer: Option<Writer>,
}

impl CreatePrompt {
    /// What is wrong with the content, whatever exists.
    pub fn check(&self) -> Result<(), PromptRefusal> {
        if Uuid::parse_str(self.id.as_str()).is_err() {
            return Err(PromptRefusal::BadId);
        }
        check_messages(&self.messages)?;
        check_description(&self.description)?;
        check_tags(&self.tags)
    }

    /// The id of a prompt that is known by its content alone: the same content of the same team has the same id.
    pub fn content_id(team: TeamId, messages: &[Message], criteria: &Criteria) -> PromptId {
        let content = serde_json::to_vec(&(messages, criteria)).unwrap_or_default();
        PromptId(Uuid::new_v5(&team.0, &[b"prompt/", content.as_slice()].concat()).to_string())
    }
}

impl Command for CreatePrompt {
    type On = Prompt;
    type Wants = Nothing;
    type Refusal = PromptRefusal;

    fn stream(&self) -> Owned<PromptId> {
        Owned::new(self.team, self.id.clone())
    }

    fn decide(&self, state: &Prompt, _: &[Nothing], meta: &Meta) -> Result<Vec<PromptEvent>, PromptRefusal> {
        self.check()?;
        let draft = Draft {
            messages: Sealed::Open(self.messages.clone()),
            description: Sealed::Open(self.description.clone()),
            tags: self.tags.clone(),
            criteria: Sealed::Open(self.criteria.clone()),
            lineage: self.lineage.clone().map(Sealed::Open),
            writer: self.writer.clone(),
        };
        match state {
            Prompt::Absent => {
                let Draft { messages, description, tags, criteria, lineage, writer } = draft;
                Ok(vec![PromptEvent::Created {
                    created_by: caller(meta),
                    messages,
                    description,
                    tags,
                    criteria,
                    lineage,
                    writer,
                }])
            }
            Prompt::Written(known) => {
                // Who does not say where a prompt comes from does not contradict who did.
                let lineage = draft.lineage.clone().or_else(|| known.lineage.clone());
                let writer = draft.writer.clone().or_else(|| known.writer.clone());
                if **known == (Draft { lineage, writer, ..draft }) {
                    Ok(Vec::new())
                } else {
                    Err(PromptRefusal::IdTaken)
                }
            }
        }
    }
}

/// Changes a prompt in place; what is absent stays. What is the same already changes nothing.
#[derive(Debug, Clone)]
pub struct UpdatePrompt {
    pub team: TeamId,
    pub id: PromptId,
    pub messages: Option<Vec<Message>>,
    pub description: Option<String>,
    pub tags: Option<Vec<String>>,
    pub criteria: Option<Criteria>,
}

impl Command for UpdatePrompt {
    type On = Prompt;
    type Wants = Nothing;
    type Refusal = PromptRefusal;

    fn stream(&self) -> Owned<PromptId> {
        Owned::new(self.team, self.id.clone())
    }

    fn decide(&self, state: &Prompt, _: &[Nothing], _: &Meta) -> Result<Vec<PromptEvent>, PromptRefusal> {
        let Prompt::Written(known) = state else { return Err(PromptRefusal::NoSuchPrompt) };
        self.messages.as_deref().map_or(Ok(()), check_messages)?;
        self.description.as_deref().map_or(Ok(()), check_description)?;
        self.tags.as_deref().map_or(Ok(()), check_tags)?;
        let messages = replaced(self.messages.as_ref(), &known.messages);
        let description = replaced(self.description.as_ref(), &known.description);
        let tags = self.tags.clone().filter(|tags| *tags != known.tags);
        let criteria = replaced(self.criteria.as_ref(), &known.criteria);
        if messages.is_none() && description.is_none() && tags.is_none() && criteria.is_none() {
            return Ok(Vec::new());
        }
        Ok(vec![PromptEvent::Updated { messages, description, tags, criteria }])
    }
}

fn check_messages(messages: &[Message]) -> Result<(), PromptRefusal> {
    if messages.len() > MOST_MESSAGES {
        return Err(PromptRefusal::TooManyMessages);
    }
    for (place, message) in messages.iter().enumerate() {
        if message.content.trim().is_empty() {
            return Err(PromptRefusal::EmptyMessage { place });
        }
        if message.content.contains('\0') {
            return Err(PromptRefusal::NulInMessage { place });
        }
    }
    if messages.iter().map(|message| message.content.len()).sum::<usize>() > MOST_BYTES {
        return Err(PromptRefusal::TooLong);
    }
    if messages.iter().any(|message| message.role == Role::User) {
        Ok(())
    } else {
        Err(PromptRefusal::NobodyAsks)
    }
}

fn check_description(text: &str) -> Result<(), PromptRefusal> {
    match check_text(text) {
        Ok(()) | Err(TextFault::Empty) => Ok(()),
        Err(fault) => Err(PromptRefusal::BadText { field: "description", fault }),
    }
}

fn check_tags(tags: &[String]) -> Result<(), PromptRefusal> {
    if tags.len() > MOST_TAGS {
        return Err(PromptRefusal::TooManyTags);
    }
    let checked = tags.iter().try_for_each(|tag| check_text(tag));
    checked.map_err(|fault| PromptRefusal::BadText { field: "tags", fault })
}

#[cfg(test)]
mod tests {
    use touchstone_kernel::testing::given;

    use super::*;

    const TEAM: TeamId = TeamId(Uuid::from_u128(1));

    fn id() -> PromptId {
        PromptId(Uuid::from_u128(8).to_string())
    }

    fn create() -> CreatePrompt {
        CreatePrompt {
            team: TEAM,
            id: id(),
            messages: vec![Message::system("Keep the word."), Message::user("Which word?")],
            description: "a question".into(),
            tags: vec!["words".into()],
            criteria: Criteria::of_triggers(vec!["zebra".into()]),
            lineage: None,
            writer: None,
        }
    }

    fn keep() -> UpdatePrompt {
        UpdatePrompt { team: TEAM, id: id(), messages: None, description: None, tags: None, criteria: None }
    }

    fn created() -> Vec<PromptEvent> {
        given(&[]).when(&create()).result().unwrap()
    }

    #[test]
    fn the_same_prompt_again_changes_nothing_and_another_with_its_id_conflicts() {
        assert_eq!(created().len(), 1);
        given(&created()).when(&create()).then_nothing();
        let other = CreatePrompt { tags: Vec::new(), ..create() };
        given(&created()).when(&other).then_refused(&PromptRefusal::IdTaken);
        let lineage = Lineage {
            kind: touchstone_vocabulary::LineageKind::Rule,
            source: "Keep the word.".into(),
            place: None,
        };
        let writer = Writer { hub: touchstone_vocabulary::Hub::OpenAi, model: "m".into() };
        let generated = CreatePrompt { lineage: Some(lineage), writer: Some(writer), ..create() };
        given(&created()).when(&generated).then_refused(&PromptRefusal::IdTaken);
        let generated = given(&[]).when(&generated).result().unwrap();
        given(&generated).when(&create()).then_nothing();
    }

    #[test]
    fn an_update_records_what_is_other_and_nothing_else() {
        given(&[]).when(&keep()).then_refused(&PromptRefusal::NoSuchPrompt);
        given(&created()).when(&keep()).then_nothing();
        let update = UpdatePrompt {
            messages: Some(create().messages),
            tags: Some(vec!["other".into()]),
            criteria: Some(Criteria::default()),
            ..keep()
        };
        let changed = PromptEvent::Updated {
            messages: None,
            description: None,
            tags: Some(vec!["other".into()]),
            criteria: Some(Criteria::default().into()),
        };
        given(&created()).when(&update).then(std::slice::from_ref(&changed));
        given(&[created(), vec![changed]].concat()).when(&update).then_nothing();
    }

    #[test]
    fn each_bad_field_is_named_when_it_is_written_and_when_it_is_changed() {
        let messages = [
            vec![],
            vec![Message::assistant("hello")],
            vec![Message::user(" ")],
            vec![Message::user("a\0b")],
            vec![Message::user("a"); MOST_MESSAGES + 1],
            vec![Message::user("a".repeat(MOST_BYTES + 1))],
        ];
        for messages in messages {
            let refusal = given(&[]).when(&CreatePrompt { messages: messages.clone(), ..create() }).result();
            assert_eq!(refusal.unwrap_err().field(), Some("text"));
            let refusal = given(&created()).when(&UpdatePrompt { messages: Some(messages), ..keep() });
            assert_eq!(refusal.result().unwrap_err().field(), Some("text"));
        }
        let table = [
            (CreatePrompt { id: "mine".into(), ..create() }, "id"),
            (CreatePrompt { description: "a".repeat(2000), ..create() }, "description"),
            (CreatePrompt { tags: vec![String::new()], ..create() }, "tags"),
            (CreatePrompt { tags: vec!["a".into(); MOST_TAGS + 1], ..create() }, "tags"),
        ];
        for (command, field) in table {
            let refusal = given(&[]).when(&command).result().unwrap_err();
            assert_eq!((refusal.kind(), refusal.field()), (Kind::Invalid, Some(field)), "{refusal}");
        }
    }

    #[test]
    fn content_has_one_id_in_each_team() {
        let id =
            |team, text: &str| CreatePrompt::content_id(team, &[Message::user(text)], &Criteria::default());
        assert_eq!(id(TEAM, "a"), id(TEAM, "a"));
        assert_ne!(id(TEAM, "a"), id(TEAM, "b"));
        assert_ne!(id(TEAM, "a"), id(TeamId(Uuid::from_u128(2)), "a"));
    }
}
