//! Files of a draft: asked for, brought, and taken away again.

use touchstone_aggregates::harness_stage::{HarnessStage, HarnessStageEvent, StageFile};
use touchstone_kernel::{Command, Meta, Nothing, Owned, Sealed};
use touchstone_vocabulary::{CustomId, FileId, MediaType, Source, StageId, TeamId, Time, check_text};

use super::{HarnessStageRefusal, MOST_FILES, of_harness, open};
use crate::caller;

/// Lets somebody bring a file to a draft until a time. The same file again changes nothing.
#[derive(Debug, Clone)]
pub struct RequestStageFile {
    pub team: TeamId,
    pub id: StageId,
    pub harness: CustomId,
    pub file: FileId,
    pub category: Source,
    /// Without folders.
    pub name: String,
    pub media: MediaType,
    /// Bytes.
    pub size: u64,
    /// MD5 in base64.
    pub checksum: String,
    pub expires_at: Time,
}

impl Command for RequestStageFile {
    type On = HarnessStage;
    type Wants = Nothing;
    type Refusal = HarnessStageRefusal;

    fn stream(&self) -> Owned<StageId> {
        Owned::new(self.team, self.id)
    }

    fn decide(
        &self,
        state: &HarnessStage,
        _: &[Nothing],
        meta: &Meta,
    ) -> Result<Vec<HarnessStageEvent>, HarnessStageRefusal> {
        of_harness(state, self.harness)?;
        let plan = open(state)?;
        check_text(&self.name).map_err(|fault| HarnessStageRefusal::BadText(fault, "file_name"))?;
        if plan.files.contains_key(&self.file) {
            return Ok(Vec::new());
        }
        let stands = |file: &&StageFile| file.digest.is_some() || file.until > meta.at;
        if plan.files.values().filter(stands).count() >= MOST_FILES {
            return Err(HarnessStageRefusal::TooManyFiles);
        }
        Ok(vec![HarnessStageEvent::FileRequested {
            file: self.file,
            requested_by: caller(meta),
            category: self.category,
            name: Sealed::Open(self.name.clone()),
            media: self.media,
            size: self.size,
            checksum: Sealed::Open(self.checksum.clone()),
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
/// whether the file would be taken. To a draft whose harness is being made nothing comes any more.
#[derive(Debug, Clone)]
pub struct TakeStageFile {
    pub team: TeamId,
    pub id: StageId,
    pub file: FileId,
    pub content: Option<FileContent>,
}

impl Command for TakeStageFile {
    type On = HarnessStage;
    type Wants = Nothing;
    type Refusal = HarnessStageRefusal;

    fn stream(&self) -> Owned<StageId> {
        Owned::new(self.team, self.id)
    }

    fn decide(
        &self,
        state: &HarnessStage,
        _: &[Nothing],
        _: &Meta,
    ) -> Result<Vec<HarnessStageEvent>, HarnessStageRefusal> {
        let known = state.plan().and_then(|plan| plan.files.get(&self.file));
        match known.ok_or(HarnessStageRefusal::NoSuchFile)?.digest {
            Some(_) => Err(HarnessStageRefusal::FileTaken),
            None if open(state).is_err() => Err(HarnessStageRefusal::NoSuchFile),
            None => Ok(self
                .content
                .iter()
                .map(|content| HarnessStageEvent::FileVerified {
                    file: self.file,
                    size: content.size,
                    checksum: Sealed::Open(content.checksum.clone()),
                    digest: Sealed::Open(content.digest.clone()),
                })
                .collect()),
        }
    }
}

/// Takes a file away, but not while its harness is being made. One that is gone is missing, also for a second deletion.
#[derive(Debug, Clone)]
pub struct DeleteStageFile {
    pub team: TeamId,
    pub id: StageId,
    pub harness: CustomId,
    pub file: FileId,
}

impl Command for DeleteStageFile {
    type On = HarnessStage;
    type Wants = Nothing;
    type Refusal = HarnessStageRefusal;

    fn stream(&self) -> Owned<StageId> {
        Owned::new(self.team, self.id)
    }

    fn decide(
        &self,
        state: &HarnessStage,
        _: &[Nothing],
        _: &Meta,
    ) -> Result<Vec<HarnessStageEvent>, HarnessStageRefusal> {
        of_harness(state, self.harness)?;
        if !state.plan().is_some_and(|plan| plan.files.contains_key(&self.file)) {
            return Err(HarnessStageRefusal::NoSuchFile);
        }
        match state {
            HarnessStage::Generating { .. } => Err(HarnessStageRefusal::Running),
            HarnessStage::Draft(_) | HarnessStage::Completed { .. } | HarnessStage::Failed(_) => {
                Ok(vec![HarnessStageEvent::FileDeleted { file: self.file }])
            }
            HarnessStage::Absent | HarnessStage::Deleted => Err(HarnessStageRefusal::NoSuchStage),
        }
    }
}
