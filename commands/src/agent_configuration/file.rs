//! Files of a target: asked for, then brought.

use touchstone_aggregates::agent_configuration::{AgentConfiguration, AgentConfigurationEvent, FileStage};
use touchstone_kernel::{Command, Meta, Nothing, Owned, Sealed};
use touchstone_vocabulary::{AgentConfigurationId, FileId, MediaType, TeamId, Time, check_text};

use super::{AgentConfigurationRefusal, MOST_FILES, active};
use crate::caller;

/// Lets somebody bring a file until a time. The same file again changes nothing.
#[derive(Debug, Clone)]
pub struct RequestAgentFile {
    pub team: TeamId,
    pub id: AgentConfigurationId,
    pub file: FileId,
    /// Without folders.
    pub name: String,
    pub media: MediaType,
    /// Bytes.
    pub size: Option<u64>,
    /// MD5 in base64.
    pub checksum: Option<String>,
    pub expires_at: Time,
}

impl Command for RequestAgentFile {
    type On = AgentConfiguration;
    type Wants = Nothing;
    type Refusal = AgentConfigurationRefusal;

    fn stream(&self) -> Owned<AgentConfigurationId> {
        Owned::new(self.team, self.id)
    }

    fn decide(
        &self,
        state: &AgentConfiguration,
        _: &[Nothing],
        meta: &Meta,
    ) -> Result<Vec<AgentConfigurationEvent>, AgentConfigurationRefusal> {
        let known = active(state)?;
        check_text(&self.name)
            .map_err(|fault| AgentConfigurationRefusal::BadText { field: "file_name", fault })?;
        if known.files.contains_key(&self.file) {
            return Ok(Vec::new());
        }
        let standing = known.files.values().filter(|stage| match stage {
            FileStage::Requested { until } => *until > meta.at,
            FileStage::Verified => true,
        });
        if standing.count() >= MOST_FILES {
            return Err(AgentConfigurationRefusal::TooManyFiles);
        }
        Ok(vec![AgentConfigurationEvent::FileRequested {
            file: self.file,
            requested_by: caller(meta),
            name: Sealed::Open(self.name.clone()),
            media: self.media,
            size: self.size,
            checksum: self.checksum.clone().map(Sealed::Open),
            expires_at: self.expires_at,
        }])
    }
}

/// What a file turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileContent {
    /// Bytes.
    pub size: u64,
    /// MD5 in base64.
    pub checksum: String,
    /// BLAKE3 in hexadecimal.
    pub digest: String,
}

/// Takes a file that was asked for, once: that it was taken already is the only conflict. Without a content it only says
/// whether the file would be taken. To one that is archived nothing comes any more.
#[derive(Debug, Clone)]
pub struct TakeAgentFile {
    pub team: TeamId,
    pub id: AgentConfigurationId,
    pub file: FileId,
    pub content: Option<FileContent>,
}

impl Command for TakeAgentFile {
    type On = AgentConfiguration;
    type Wants = Nothing;
    type Refusal = AgentConfigurationRefusal;

    fn stream(&self) -> Owned<AgentConfigurationId> {
        Owned::new(self.team, self.id)
    }

    fn decide(
        &self,
        state: &AgentConfiguration,
        _: &[Nothing],
        _: &Meta,
    ) -> Result<Vec<AgentConfigurationEvent>, AgentConfigurationRefusal> {
        let (known, is_active) = match state {
            AgentConfiguration::Active(known) => (known, true),
            AgentConfiguration::Archived(known) => (known, false),
            AgentConfiguration::Absent => return Err(AgentConfigurationRefusal::NoSuchFile),
        };
        match known.files.get(&self.file) {
            Some(FileStage::Verified) => Err(AgentConfigurationRefusal::FileTaken),
            Some(FileStage::Requested { .. }) if is_active => Ok(self
                .content
                .iter()
                .map(|content| AgentConfigurationEvent::FileVerified {
                    file: self.file,
                    size: content.size,
                    checksum: Sealed::Open(content.checksum.clone()),
                    digest: Sealed::Open(content.digest.clone()),
                })
                .collect()),
            Some(FileStage::Requested { .. }) | None => Err(AgentConfigurationRefusal::NoSuchFile),
        }
    }
}

#[cfg(test)]
mod tests {
    use touchstone_kernel::testing::{given, meta};
    use touchstone_kernel::{Kind, Refusal};
    use uuid::Uuid;

    use super::super::fixtures::{ID, TEAM, archived, created};
    use super::*;

    const FILE: FileId = FileId(Uuid::from_u128(8));

    fn request(file: u128) -> RequestAgentFile {
        RequestAgentFile {
            team: TEAM,
            id: ID,
            file: FileId(Uuid::from_u128(file)),
            name: "policy.pdf".into(),
            media: MediaType::Pdf,
            size: Some(5),
            checksum: None,
            expires_at: Time(meta().at.micros() + 1),
        }
    }

    fn take(content: bool) -> TakeAgentFile {
        let content = content.then(|| FileContent { size: 5, checksum: "c".into(), digest: "d".into() });
        TakeAgentFile { team: TEAM, id: ID, file: FILE, content }
    }

    fn requested() -> Vec<AgentConfigurationEvent> {
        let events = given::<AgentConfiguration>(&created()).when(&request(8)).result().unwrap();
        [created(), events].concat()
    }

    #[test]
    fn a_file_is_asked_for_and_taken_once() {
        given::<AgentConfiguration>(&requested()).when(&request(8)).then_nothing();
        given::<AgentConfiguration>(&requested()).when(&take(false)).then_nothing();
        let taken = given::<AgentConfiguration>(&requested()).when(&take(true)).result().unwrap();
        assert!(matches!(taken.as_slice(), [AgentConfigurationEvent::FileVerified { size: 5, .. }]));
        let after = [requested(), taken].concat();
        for content in [false, true] {
            given::<AgentConfiguration>(&after)
                .when(&take(content))
                .then_refused(&AgentConfigurationRefusal::FileTaken);
            given::<AgentConfiguration>(&created())
                .when(&take(content))
                .then_refused(&AgentConfigurationRefusal::NoSuchFile);
        }
    }

    #[test]
    fn nothing_is_brought_to_one_that_is_archived_or_not_there() {
        let ended = [requested(), vec![AgentConfigurationEvent::Archived {}]].concat();
        for (past, refusal) in [
            (archived(), AgentConfigurationRefusal::Archived),
            (ended, AgentConfigurationRefusal::Archived),
            (Vec::new(), AgentConfigurationRefusal::NoSuchAgent),
        ] {
            given::<AgentConfiguration>(&past).when(&request(8)).then_refused(&refusal);
            given::<AgentConfiguration>(&past)
                .when(&take(true))
                .then_refused(&AgentConfigurationRefusal::NoSuchFile);
        }
        let taken = given::<AgentConfiguration>(&requested()).when(&take(true)).result().unwrap();
        let ended = [requested(), taken, vec![AgentConfigurationEvent::Archived {}]].concat();
        given::<AgentConfiguration>(&ended)
            .when(&take(true))
            .then_refused(&AgentConfigurationRefusal::FileTaken);
    }

    #[test]
    fn a_name_is_needed_and_places_are_bounded_and_come_back_when_their_time_is_over() {
        let nameless = RequestAgentFile { name: String::new(), ..request(8) };
        let refusal = given::<AgentConfiguration>(&created()).when(&nameless).result().unwrap_err();
        assert_eq!((refusal.kind(), refusal.field()), (Kind::Invalid, Some("file_name")));
        let past = |until: i64| {
            let mut past = created();
            for file in 0..MOST_FILES as u128 {
                let request = RequestAgentFile { expires_at: Time(until), ..request(100 + file) };
                past.push(AgentConfigurationEvent::FileRequested {
                    file: request.file,
                    requested_by: touchstone_vocabulary::UserId(Uuid::nil()),
                    name: request.name.into(),
                    media: request.media,
                    size: None,
                    checksum: None,
                    expires_at: request.expires_at,
                });
            }
            past
        };
        let now = meta().at.micros();
        given::<AgentConfiguration>(&past(now + 1))
            .when(&request(8))
            .then_refused(&AgentConfigurationRefusal::TooManyFiles);
        assert_eq!(given::<AgentConfiguration>(&past(now)).when(&request(8)).result().unwrap().len(), 1);
    }
}
