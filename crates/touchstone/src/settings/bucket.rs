//! Where files are kept: by default in the data directory, else in a bucket of a store that speaks S3.

use std::path::Path;

use anyhow::{Result, bail};
use touchstone_egress::Url;
use touchstone_files::Bucket;

use super::secret;

const VARIABLE: &str = "TOUCHSTONE_FILES_SECRET_KEY";
const REGION: &str = "us-east-1";

/// What the settings say of it.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// `s3://bucket/prefix`.
    pub url: Option<String>,
    pub endpoint: Option<String>,
    pub region: Option<String>,
    pub access_key: Option<String>,
}

/// The bucket, where one is named. Its secret stands in the variable or in a file, but not in both.
pub fn named(told: Told, file: Option<&Path>) -> Result<Option<Bucket>> {
    let given = secret::given(VARIABLE);
    resolve(told, given, file)
}

fn resolve(told: Told, given: Option<String>, file: Option<&Path>) -> Result<Option<Bucket>> {
    let Some(url) = told.url else {
        if told.endpoint.is_some() || told.access_key.is_some() || file.is_some() {
            bail!("files_url is missing: say in which bucket files are kept, s3://bucket/prefix");
        }
        return Ok(None);
    };
    let secret = secret::one(VARIABLE, given, file)?;
    let parsed = Url::parse(&url).ok().filter(|url| url.scheme() == "s3");
    let Some((parsed, name)) = parsed.as_ref().and_then(|url| Some((url, url.host_str()?.to_owned()))) else {
        bail!("files_url: {url:?} is no bucket; write s3://bucket or s3://bucket/prefix");
    };
    let region = told.region.unwrap_or_else(|| REGION.to_owned());
    let endpoint = told.endpoint.unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com"));
    let endpoint = Url::parse(&endpoint).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https") && url.host_str().is_some() && url.username().is_empty()
    });
    let Some(endpoint) = endpoint else {
        bail!("files_endpoint is no address of a store; write https://host or https://host:port");
    };
    match (told.access_key.filter(|key| !key.is_empty()), secret) {
        (Some(access_key), Some(secret)) => Ok(Some(Bucket {
            name,
            prefix: parsed.path().trim_matches('/').to_owned(),
            endpoint,
            region,
            access_key,
            secret_key: secret.into(),
        })),
        (None, _) => bail!("files_url needs files_access_key: as whom the bucket is opened"),
        (_, None) => {
            bail!("files_url needs a secret: name its file with --files-secret-key-file, or set {VARIABLE}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(url: &str) -> Told {
        Told { url: Some(url.into()), access_key: Some("amber".into()), ..Told::default() }
    }

    #[test]
    fn a_bucket_is_named_whole_and_nothing_by_halves() {
        assert!(resolve(Told::default(), Some("s".into()), None).unwrap().is_none());
        let bucket = resolve(told("s3://papers/a/b/"), Some("s".into()), None).unwrap().unwrap();
        assert_eq!((bucket.name.as_str(), bucket.prefix.as_str()), ("papers", "a/b"));
        assert_eq!(bucket.endpoint.as_str(), "https://s3.us-east-1.amazonaws.com/");
        let near = Told { endpoint: Some("http://127.0.0.1:9000".into()), ..told("s3://papers") };
        let bucket = resolve(near, Some("s".into()), None).unwrap().unwrap();
        assert_eq!((bucket.prefix.as_str(), bucket.endpoint.port()), ("", Some(9000)));
        for (told, secret, word) in [
            (Told { url: None, ..told("") }, None, "files_url is missing"),
            (told("https://papers"), Some("s"), "is no bucket"),
            (told("s3://papers"), None, "needs a secret"),
            (told("s3://papers"), Some(""), "needs a secret"),
            (Told { access_key: None, ..told("s3://papers") }, Some("s"), "files_access_key"),
            (Told { endpoint: Some("papers".into()), ..told("s3://papers") }, Some("s"), "files_endpoint"),
            (
                Told { endpoint: Some("http://a:b@host".into()), ..told("s3://p") },
                Some("s"),
                "files_endpoint",
            ),
        ] {
            let fault = resolve(told, secret.map(str::to_owned), None).unwrap_err().to_string();
            assert!(fault.contains(word), "{fault}");
        }
    }

    #[test]
    fn the_secret_stands_in_one_place() {
        let directory = tempfile::TempDir::new().unwrap();
        let file = directory.path().join("secret");
        std::fs::write(&file, "s\n").unwrap();
        assert!(resolve(told("s3://papers"), None, Some(&file)).unwrap().is_some());
        let both = resolve(told("s3://papers"), Some("s".into()), Some(&file)).unwrap_err().to_string();
        assert!(both.contains("only one"), "{both}");
        assert!(resolve(told("s3://papers"), None, Some(Path::new("/nowhere"))).is_err());
    }
}
