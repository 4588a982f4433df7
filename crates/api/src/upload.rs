//! Files on their way in. Whoever may add a file to something is given an address that is the credential for that one
//! file: signed, for a quarter of an hour, good once. That it is good once is the owner's word: its stream takes a file
//! that it waits for, and no other.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use std::sync::Arc;
use touchstone_files::{Checksum, Expected, Grant};
use touchstone_queries::team;
use touchstone_vault::{DataKey, VaultError};
use touchstone_vocabulary::{FileId, MAX_INDEXED_BYTES, MediaType};
use url::Url;
use uuid::Uuid;

use crate::app::App;
use crate::caller::Caller;
use crate::error::{ApiError, Fault};
use crate::limit::Limits;

/// Whose data key signs addresses.
const SUBJECT: &str = "upload";

/// What a request says of the file that it announces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// Without folders.
    pub name: String,
    pub media: MediaType,
    /// Bytes.
    pub size: Option<u64>,
    pub checksum: Option<Checksum>,
}

/// A file as a request describes it, in the words of the contract.
#[derive(Debug, Default)]
pub struct Description {
    pub file_name: Option<String>,
    pub file_type: Option<String>,
    pub file_size: Option<i64>,
    pub checksum: Option<String>,
}

impl Description {
    /// What it announces, if a file of these types and of such a size may come.
    pub fn announced(self, allowed: &[MediaType], limits: &Limits) -> Result<Announced, ApiError> {
        let path = self.file_name.unwrap_or_default();
        let name = path.rsplit(['/', '\\']).next().unwrap_or_default().trim().to_owned();
        if name.is_empty() || name.len() > MAX_INDEXED_BYTES || name.contains(char::is_control) {
            return Err(ApiError::invalid("file_name", "must be the name of a file"));
        }
        let media = match self.file_type.as_deref().map(str::trim).filter(|kind| !kind.is_empty()) {
            Some(kind) => essence(kind).parse().ok(),
            None => MediaType::of_name(&name),
        };
        let media = media.filter(|media| allowed.contains(media)).ok_or_else(|| {
            let words: Vec<&str> = allowed.iter().map(|media| media.as_str()).collect();
            ApiError::invalid("file_type", format!("must be one of {}", words.join(", ")))
        })?;
        let size = self.file_size.map(|size| {
            let size = u64::try_from(size).ok().filter(|size| *size > 0 && *size <= limits.upload_bytes);
            let range = format!("must be between 1 and {} bytes", limits.upload_bytes);
            size.ok_or_else(|| ApiError::invalid("file_size", range))
        });
        let checksum = self.checksum.filter(|text| !text.trim().is_empty()).map(|text| {
            text.parse::<Checksum>().map_err(|fault| ApiError::invalid("checksum", fault.to_string()))
        });
        Ok(Announced { name, media, size: size.transpose()?, checksum: checksum.transpose()? })
    }
}

/// A media type without its parameters.
pub fn essence(kind: &str) -> String {
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Leave for the caller to bring a file of something: the context of its stream, and its id. A request that comes again
/// under its idempotency key is about the same file.
pub fn grant(app: &App, caller: &Caller, context: &str, owner: Uuid, announced: &Announced) -> Grant {
    let file = match &caller.idempotency {
        Some(known) => {
            Uuid::new_v5(&owner, format!("{}\n{}\n{}", caller.user, known.key, known.digest).as_bytes())
        }
        None => app.clock.new_id(),
    };
    let Announced { name: _, media, size, checksum } = announced;
    Grant {
        team: caller.team,
        user: caller.user,
        context: context.to_owned(),
        owner: owner.to_string(),
        file: FileId(file),
        expected: Expected {
            media: *media,
            size: *size,
            limit: app.limits.upload_bytes,
            checksum: *checksum,
        },
        expires_at: app.clock.now().plus(Grant::LIFE),
    }
}

/// The address at which the file can be brought.
pub async fn address(app: &App, here: &Here, grant: &Grant) -> Result<String, ApiError> {
    let key = key(app).await?;
    Ok(format!("{}/v1/uploads/{}", here.0, grant.token(|text| key.tag(text))))
}

const LEFT: &str = "whoever was given this address is no member of the team any more";

/// What a token permits. One that permits nothing is forbidden, whatever is wrong with it, also where the member to whom
/// it was given has left.
pub async fn granted(app: &App, token: &str) -> Result<Grant, ApiError> {
    let key = key(app).await?;
    let grant = Grant::read(token, |text, tag| key.vouches(text, tag), app.clock.now())
        .map_err(|void| ApiError::Forbidden(void.to_string()))?;
    let member = team::membership_in(&app.db, grant.team, grant.user).await?;
    member.map(|_| grant).ok_or_else(|| ApiError::Forbidden(LEFT.to_owned()))
}

async fn key(app: &App) -> Result<DataKey, ApiError> {
    Ok(app.vault.data_key_or_create(SUBJECT).await?.ok_or(VaultError::Altered)?)
}

/// Under which address the service was called: as the operator says, or as the request does.
pub struct Here(String);

impl FromRequestParts<Arc<App>> for Here {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        if let Some(url) = &app.edge.public_url {
            return Ok(Self(url.as_str().trim_end_matches('/').to_owned()));
        }
        let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let base = host.and_then(|host| Url::parse(&format!("http://{host}/")).ok());
        let base = base.filter(|url| url.path() == "/" && url.username().is_empty() && url.query().is_none());
        let missing = || ApiError::Invalid(vec![Fault::new("header", "host", "must name this server")]);
        base.map(|url| Self(url.origin().ascii_serialization())).ok_or_else(missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Step;

    fn read(change: impl FnOnce(&mut Description)) -> Result<Announced, String> {
        let mut description = Description {
            file_name: Some("/home/ada/policy.pdf".into()),
            file_type: Some("application/pdf".into()),
            file_size: Some(5),
            checksum: Some("XUFAKrxLKna5cZ2REBfFkg==".into()),
        };
        change(&mut description);
        description.announced(&[MediaType::Pdf, MediaType::Plain], &Limits::default()).map_err(|error| {
            let ApiError::Invalid(faults) = error else { panic!("{error}") };
            let Step::Field(field) = &faults[0].loc[1] else { panic!() };
            field.clone()
        })
    }

    #[test]
    fn a_file_is_announced_by_its_name_without_folders_and_its_type() {
        let announced = read(|_| ()).unwrap();
        assert_eq!(
            (announced.name.as_str(), announced.media, announced.size),
            ("policy.pdf", MediaType::Pdf, Some(5))
        );
        assert_eq!(read(|file| file.file_name = Some("C:\\a\\b.txt".into())).unwrap().name, "b.txt");
        let typed = read(|file| file.file_type = Some("Text/Plain; charset=utf-8".into())).unwrap();
        assert_eq!(typed.media, MediaType::Plain);
        let bare =
            read(|file| (file.file_type, file.file_size, file.checksum) = (None, None, Some(" ".into())));
        let bare = bare.unwrap();
        assert_eq!((bare.media, bare.size, bare.checksum), (MediaType::Pdf, None, None));
    }

    #[test]
    fn what_may_not_come_is_named() {
        type Change = fn(&mut Description);
        let table: [(Change, &str); 12] = [
            (|file| file.file_name = None, "file_name"),
            (|file| file.file_name = Some("folder/".into()), "file_name"),
            (|file| file.file_name = Some("a\u{7}b".into()), "file_name"),
            (|file| file.file_name = Some("a".repeat(2000)), "file_name"),
            (|file| file.file_type = Some("text/html".into()), "file_type"),
            (|file| file.file_type = Some("text/csv".into()), "file_type"),
            (|file| (file.file_type, file.file_name) = (None, Some("a.exe".into())), "file_type"),
            (|file| file.file_size = Some(0), "file_size"),
            (|file| file.file_size = Some(-1), "file_size"),
            (|file| file.file_size = Some(20 * 1024 * 1024 + 1), "file_size"),
            (|file| file.checksum = Some("hunter2".into()), "checksum"),
            (|file| file.checksum = Some("5d41402abc4b2a76b9719d911017c592".into()), "checksum"),
        ];
        for (change, field) in table {
            assert_eq!(read(change), Err(field.to_owned()));
        }
    }
}
