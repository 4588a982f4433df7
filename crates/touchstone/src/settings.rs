//! One tree of settings: defaults that run on a laptop, then a file, then the environment, then flags.

mod bucket;
mod compat;
mod edge;
mod judge;
mod oidc;
mod secret;
#[cfg(test)]
mod tests;
mod tunnel;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use clap::Args;
use figment::Figment;
use figment::providers::{Format, Toml};
use figment::value::Dict;
use serde::Deserialize;
use touchstone_api::{AgentsList, Edge, Limits, TunnelProvider};
use touchstone_egress::Policy;
use touchstone_event_store::Roles;
use touchstone_files::Bucket;
use touchstone_hubs::Target;
use touchstone_identity::Trust;
use touchstone_vault::{KeySource, Keys};

/// A part of the service that a process can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The HTTP API.
    Api,
    /// Publishing the log.
    Relay,
    /// Building read models.
    Project,
    /// Running evaluations, and what else follows by itself.
    Run,
}

impl FromStr for Part {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        Ok(match text {
            "api" => Self::Api,
            "relay" => Self::Relay,
            "project" => Self::Project,
            "run" => Self::Run,
            other => bail!("{other:?} is no role; the roles are api, relay, project and run"),
        })
    }
}

/// Where things are kept: goes with every subcommand that touches the store.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreOptions {
    /// A settings file in TOML with the same names as the flags [default: touchstone.toml, where it exists].
    #[arg(long, global = true, env = "TOUCHSTONE_CONFIG")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// Where keys, tokens and the embedded database are kept [default: ./touchstone-data].
    #[arg(long, global = true, env = "TOUCHSTONE_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// `sqlite:PATH` or `postgres://…` [default: SQLite in the data directory].
    #[arg(long, global = true, env = "TOUCHSTONE_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// A NATS server with JetStream, `nats://…`; without one, events travel in the process.
    #[arg(long, global = true, env = "TOUCHSTONE_NATS_URL", hide_env_values = true)]
    pub nats_url: Option<String>,
    /// The file with the key that seals secrets [default: vault.key in the data directory, made on first start].
    /// The key itself may stand in the variable TOUCHSTONE_KEY instead.
    #[arg(long, global = true, env = "TOUCHSTONE_KEY_FILE")]
    pub key_file: Option<PathBuf>,
    /// The file with a key that also opens what was sealed under it, while keys are being changed; the key itself may
    /// stand in TOUCHSTONE_SECOND_KEY instead.
    #[arg(long, global = true, env = "TOUCHSTONE_SECOND_KEY_FILE")]
    pub second_key_file: Option<PathBuf>,
    /// The PostgreSQL role in whose name queries read [default: touchstone_reader].
    #[arg(long, global = true, env = "TOUCHSTONE_READER_ROLE")]
    pub reader_role: Option<String>,
    /// The PostgreSQL role that owns the read tables and in whose name projectors write [default: touchstone_projector].
    #[arg(long, global = true, env = "TOUCHSTONE_PROJECTOR_ROLE")]
    pub projector_role: Option<String>,
    /// A folder of word lists for the detectors that ship without one, each named after its detector.
    #[arg(long, global = true, env = "TOUCHSTONE_WORD_LISTS")]
    pub word_lists: Option<PathBuf>,
}

/// How a server behaves.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServeOptions {
    /// Address of the API [default: 127.0.0.1:8080].
    #[arg(long, env = "TOUCHSTONE_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// What this process does: any of api, relay, project, run, separated by commas [default: all].
    #[arg(long, env = "TOUCHSTONE_ROLES", value_delimiter = ',')]
    pub roles: Option<Vec<String>>,
    /// The only targets that may be called, `host:port,…`. Without it: public addresses, and loopback while the
    /// server itself listens on loopback.
    #[arg(long, env = "TOUCHSTONE_EGRESS_ALLOW")]
    pub egress_allow: Option<String>,
    /// Let metadata services of cloud providers be called where the list names their very address.
    #[arg(long, env = "TOUCHSTONE_EGRESS_METADATA")]
    pub egress_metadata: bool,
    /// Hours after which an unfinished evaluation ends as timed out [default: 24].
    #[arg(long, env = "TOUCHSTONE_DEADLINE_HOURS")]
    pub deadline_hours: Option<f64>,
    /// Calls to a target that may be under way at once for one API key [default: 1000].
    #[arg(long, env = "TOUCHSTONE_MAX_IN_FLIGHT")]
    pub max_in_flight: Option<usize>,
    /// Name of the JetStream stream, for several installations on one NATS [default: TOUCHSTONE_EVENTS].
    #[arg(long, env = "TOUCHSTONE_NATS_STREAM")]
    pub nats_stream: Option<String>,
    /// First segments of every NATS subject [default: touchstone.v1].
    #[arg(long, env = "TOUCHSTONE_NATS_ROOT")]
    pub nats_root: Option<String>,
    /// Proxies in front, as addresses and networks separated by commas: they end TLS, and what they say about where a
    /// request comes from is believed.
    #[arg(long, env = "TOUCHSTONE_TRUSTED_PROXIES")]
    pub trusted_proxies: Option<String>,
    /// Listen beyond this machine without a proxy that ends TLS: tokens travel in clear.
    #[arg(long, env = "TOUCHSTONE_INSECURE")]
    pub insecure: bool,
    /// Count requests per minute [default: true, but false while listening on loopback without trusted proxies].
    #[arg(long, env = "TOUCHSTONE_RATE_LIMITS")]
    pub rate_limits: Option<bool>,
    /// What requests may cost, as `name=value` separated by commas; the names are in the README.
    #[arg(long, env = "TOUCHSTONE_LIMITS", value_delimiter = ',')]
    #[serde(skip)]
    pub limits: Vec<String>,
    /// The same in the settings file: a table.
    #[arg(skip)]
    #[serde(rename = "limits")]
    pub limit_table: Dict,
    /// Serve although the database login passes row security by, as superusers do.
    #[arg(long, env = "TOUCHSTONE_ALLOW_SUPERUSER")]
    pub allow_superuser: bool,
    /// An OpenID Connect provider whose tokens are accepted beside our own, `https://…`.
    #[arg(long, env = "TOUCHSTONE_OIDC_ISSUER")]
    pub oidc_issuer: Option<String>,
    /// Whom the provider's tokens must be for.
    #[arg(long, env = "TOUCHSTONE_OIDC_AUDIENCE")]
    pub oidc_audience: Option<String>,
    /// The claim with the e-mail address [default: email].
    #[arg(long, env = "TOUCHSTONE_OIDC_EMAIL_CLAIM")]
    pub oidc_email_claim: Option<String>,
    /// The claim with the id or name of the team that the token is for [default: team].
    #[arg(long, env = "TOUCHSTONE_OIDC_TEAM_CLAIM")]
    pub oidc_team_claim: Option<String>,
    /// The claim that says what the token may do at most: admin or user [default: role].
    #[arg(long, env = "TOUCHSTONE_OIDC_ROLE_CLAIM")]
    pub oidc_role_claim: Option<String>,
    /// Every e-mail address in the provider's tokens is its bearer's, though they lack the claim `email_verified` [default: false].
    #[arg(long, env = "TOUCHSTONE_OIDC_TRUST_EMAILS")]
    pub oidc_trust_emails: Option<bool>,
    /// The address under which clients reach this service, `https://…`; it begins the addresses that are given out
    /// [default: as each request says it].
    #[arg(long, env = "TOUCHSTONE_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Where the contract and the common clients disagree, `name=value` separated by commas; the names are in the README.
    #[arg(long, env = "TOUCHSTONE_COMPAT", value_delimiter = ',')]
    #[serde(skip)]
    pub compat: Vec<String>,
    /// The same in the settings file: a table.
    #[arg(skip)]
    #[serde(rename = "compat")]
    pub compat_table: Dict,
    /// Where files are kept, `s3://bucket/prefix` [default: the data directory].
    #[arg(long, env = "TOUCHSTONE_FILES_URL")]
    pub files_url: Option<String>,
    /// The store of that bucket [default: that of AWS in the region].
    #[arg(long, env = "TOUCHSTONE_FILES_ENDPOINT")]
    pub files_endpoint: Option<String>,
    /// The store's region [default: us-east-1].
    #[arg(long, env = "TOUCHSTONE_FILES_REGION")]
    pub files_region: Option<String>,
    /// As whom the bucket is opened.
    #[arg(long, env = "TOUCHSTONE_FILES_ACCESS_KEY")]
    pub files_access_key: Option<String>,
    /// The file with the secret of that access key; the secret itself may stand in the variable
    /// TOUCHSTONE_FILES_SECRET_KEY instead.
    #[arg(long, env = "TOUCHSTONE_FILES_SECRET_KEY_FILE")]
    pub files_secret_key_file: Option<PathBuf>,
    /// The hub of a model that words the prompts of custom harnesses [default: openai, where there is a key].
    #[arg(long, env = "TOUCHSTONE_JUDGE_HUB")]
    pub judge_hub: Option<String>,
    /// That model [default: gpt-4o at openai].
    #[arg(long, env = "TOUCHSTONE_JUDGE_MODEL")]
    pub judge_model: Option<String>,
    /// Where the hub is [default: its public address].
    #[arg(long, env = "TOUCHSTONE_JUDGE_URL")]
    pub judge_url: Option<String>,
    /// The file with the key for that hub, without which no model is asked; the key itself may stand in the variable
    /// TOUCHSTONE_JUDGE_KEY instead.
    #[arg(long, env = "TOUCHSTONE_JUDGE_KEY_FILE")]
    pub judge_key_file: Option<PathBuf>,
    /// A tunnel through which members' own agents are evaluated: the name of the host under which it makes them reachable.
    #[arg(long, env = "TOUCHSTONE_TUNNEL_DOMAIN")]
    pub tunnel_domain: Option<String>,
    /// The file with the tunnel's token, which every member may see; the token itself may stand in the variable
    /// TOUCHSTONE_TUNNEL_TOKEN instead.
    #[arg(long, env = "TOUCHSTONE_TUNNEL_TOKEN_FILE")]
    pub tunnel_token_file: Option<PathBuf>,
}

/// Where package registries are asked. Each URL is a setting, so that a mirror can stand in.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IndexOptions {
    /// Simple index of Python packages, in JSON [default: https://pypi.org/simple].
    #[arg(long, env = "TOUCHSTONE_PYPI_INDEX")]
    pub pypi_index: Option<String>,
    /// All documents of the npm registry [default: https://replicate.npmjs.com/_all_docs].
    #[arg(long, env = "TOUCHSTONE_NPM_INDEX")]
    pub npm_index: Option<String>,
    /// The names of all gems, one a line [default: https://index.rubygems.org/names].
    #[arg(long, env = "TOUCHSTONE_RUBYGEMS_INDEX")]
    pub rubygems_index: Option<String>,
    /// The list of all crates, in pages [default: https://crates.io/api/v1/crates].
    #[arg(long, env = "TOUCHSTONE_CRATES_INDEX")]
    pub crates_index: Option<String>,
    /// The only hosts that may be asked, `host:port,…`, where not every public address shall or where a name leads to
    /// another; as of `serve`.
    #[arg(long, env = "TOUCHSTONE_EGRESS_ALLOW")]
    #[serde(skip)]
    pub egress_allow: Option<String>,
}

/// What the file may say of `serve`; the limits and compat tables too.
const OF_SERVE: &str = "listen roles egress_allow egress_metadata deadline_hours max_in_flight nats_stream nats_root \
    allow_superuser trusted_proxies insecure rate_limits limits oidc_issuer oidc_audience \
    oidc_email_claim oidc_team_claim oidc_role_claim oidc_trust_emails tunnel_domain \
    tunnel_token_file public_url compat files_url files_endpoint files_region files_access_key \
    files_secret_key_file judge_hub judge_model judge_url judge_key_file";

/// The file's keys, split over the groups; an unknown key is refused by name.
fn from_file(path: Option<&Path>) -> Result<(StoreOptions, ServeOptions, IndexOptions)> {
    let default = PathBuf::from("touchstone.toml");
    let path = match path {
        Some(path) if !path.exists() => bail!("the settings file {} does not exist", path.display()),
        Some(path) => path,
        None if default.exists() => &default,
        None => return Ok(Default::default()),
    };
    let file: Dict = Figment::from(Toml::file(path)).extract().context("the settings file cannot be read")?;
    let (mut store, mut serve, mut index) = (Dict::new(), Dict::new(), Dict::new());
    for (key, value) in file {
        match key.as_str() {
            "data_dir" | "database_url" | "nats_url" | "key_file" | "second_key_file" | "reader_role"
            | "projector_role" | "word_lists" => store.insert(key, value),
            key if OF_SERVE.split(' ').any(|known| known == key) => serve.insert(key.to_owned(), value),
            "pypi_index" | "npm_index" | "rubygems_index" | "crates_index" => index.insert(key, value),
            other => bail!("{} has an unknown setting {other:?}", path.display()),
        };
    }
    let read = "the settings file has a value of the wrong kind";
    Ok((
        Figment::from(figment::providers::Serialized::defaults(store)).extract().context(read)?,
        Figment::from(figment::providers::Serialized::defaults(serve)).extract().context(read)?,
        Figment::from(figment::providers::Serialized::defaults(index)).extract().context(read)?,
    ))
}

/// Where things are kept, resolved.
#[derive(Clone)]
pub struct StoreSettings {
    pub data_dir: PathBuf,
    pub database_url: String,
    pub nats_url: Option<String>,
    pub keys: Keys,
    pub roles: Roles,
    pub word_lists: Option<PathBuf>,
}

impl StoreSettings {
    /// Everything in one directory.
    pub fn embedded(data_dir: &Path) -> Self {
        Self {
            data_dir: data_dir.to_owned(),
            database_url: format!("sqlite:{}", data_dir.join("touchstone.db").display()),
            nats_url: None,
            keys: Keys::file(data_dir.join("vault.key")),
            roles: Roles::default(),
            word_lists: None,
        }
    }

    /// Embedded: one process at a time may serve it.
    pub fn is_sqlite(&self) -> bool {
        self.database_url.starts_with("sqlite:")
    }
}

/// A server's settings, resolved.
#[derive(Clone)]
pub struct Settings {
    pub store: StoreSettings,
    pub listen: SocketAddr,
    pub roles: BTreeSet<Part>,
    pub egress: Policy,
    pub deadline_hours: f64,
    pub max_in_flight: usize,
    pub nats_stream: Option<String>,
    pub nats_root: Option<String>,
    pub limits: Limits,
    pub edge: Edge,
    pub allow_superuser: bool,
    pub oidc: Option<Trust>,
    pub tunnel: Option<TunnelProvider>,
    pub agents_list: AgentsList,
    /// Where files are kept; by default in the data directory.
    pub bucket: Option<Bucket>,
    /// The model that words the prompts of custom harnesses, where there is one.
    pub judge: Option<Target>,
    /// What is started to read documents; by default the program that runs.
    pub program: Option<PathBuf>,
}

impl Settings {
    /// A server of every part with the defaults.
    pub fn of(store: StoreSettings, listen: SocketAddr) -> Self {
        Self {
            store,
            listen,
            roles: BTreeSet::from([Part::Api, Part::Relay, Part::Project, Part::Run]),
            egress: Policy { loopback: listen.ip().is_loopback(), ..Policy::default() },
            deadline_hours: 24.0,
            max_in_flight: touchstone_runner::MAX_IN_FLIGHT,
            nats_stream: None,
            nats_root: None,
            limits: Limits::default(),
            edge: Edge { trusted_proxies: Vec::new(), rates: !listen.ip().is_loopback(), public_url: None },
            allow_superuser: false,
            oidc: None,
            tunnel: None,
            agents_list: AgentsList::default(),
            bucket: None,
            judge: None,
            program: None,
        }
    }
}

/// A key from the variable or from a file, but not from both.
fn key(variable: &str, file: Option<PathBuf>) -> Result<Option<KeySource>> {
    let given = secret::given(variable);
    Ok(match (given, file) {
        (Some(_), Some(path)) => {
            bail!("{variable} is set, and so is the key file {}: give only one of them", path.display())
        }
        (Some(key), None) => Some(KeySource::Given(key.into())),
        (None, file) => file.map(KeySource::File),
    })
}

/// Resolves where things are kept.
pub fn store(options: &StoreOptions) -> Result<StoreSettings> {
    let (file, ..) = from_file(options.config.as_deref())?;
    resolve_store(options, file)
}

fn resolve_store(options: &StoreOptions, file: StoreOptions) -> Result<StoreSettings> {
    let data_dir =
        options.data_dir.clone().or(file.data_dir).unwrap_or_else(|| PathBuf::from("touchstone-data"));
    let usual = StoreSettings::embedded(&data_dir);
    let mut roles = Roles::default();
    if let Some(name) = options.reader_role.clone().or(file.reader_role) {
        roles.reader = name.parse().context("reader_role cannot be used")?;
    }
    if let Some(name) = options.projector_role.clone().or(file.projector_role) {
        roles.projector = name.parse().context("projector_role cannot be used")?;
    }
    Ok(StoreSettings {
        database_url: options.database_url.clone().or(file.database_url).unwrap_or(usual.database_url),
        nats_url: options.nats_url.clone().or(file.nats_url),
        keys: Keys {
            current: key("TOUCHSTONE_KEY", options.key_file.clone().or(file.key_file))?
                .unwrap_or(usual.keys.current),
            second: key("TOUCHSTONE_SECOND_KEY", options.second_key_file.clone().or(file.second_key_file))?,
        },
        roles,
        word_lists: options.word_lists.clone().or(file.word_lists),
        data_dir,
    })
}

/// Where package registries are asked, resolved.
#[derive(Debug, Clone)]
pub struct IndexSettings {
    pub pypi: String,
    pub npm: String,
    pub rubygems: String,
    pub crates: String,
    /// The places that the operator allows, as for a server.
    pub egress_allow: String,
}

/// Resolves where package registries are asked.
pub fn index(store: &StoreOptions, options: &IndexOptions) -> Result<IndexSettings> {
    let (_, serve, file) = from_file(store.config.as_deref())?;
    let url = |flag: &Option<String>, file: Option<String>, usual: &str| {
        flag.clone().or(file).unwrap_or_else(|| usual.to_owned()).trim_end_matches('/').to_owned()
    };
    Ok(IndexSettings {
        pypi: url(&options.pypi_index, file.pypi_index, "https://pypi.org/simple"),
        npm: url(&options.npm_index, file.npm_index, "https://replicate.npmjs.com/_all_docs"),
        rubygems: url(&options.rubygems_index, file.rubygems_index, "https://index.rubygems.org/names"),
        crates: url(&options.crates_index, file.crates_index, "https://crates.io/api/v1/crates"),
        egress_allow: options.egress_allow.clone().or(serve.egress_allow).unwrap_or_default(),
    })
}

/// Resolves a server's settings.
pub fn serve(store: &StoreOptions, options: &ServeOptions) -> Result<Settings> {
    let (store_file, file, _) = from_file(store.config.as_deref())?;
    let oidc = oidc::trust(options, &file)?;
    let tunnel = tunnel::provider(
        options.tunnel_domain.clone().or(file.tunnel_domain),
        options.tunnel_token_file.as_deref().or(file.tunnel_token_file.as_deref()),
    )?;
    let told = bucket::Told {
        url: options.files_url.clone().or(file.files_url),
        endpoint: options.files_endpoint.clone().or(file.files_endpoint),
        region: options.files_region.clone().or(file.files_region),
        access_key: options.files_access_key.clone().or(file.files_access_key),
    };
    let secret = options.files_secret_key_file.as_deref().or(file.files_secret_key_file.as_deref());
    let bucket = bucket::named(told, secret)?;
    let told = judge::Told {
        hub: options.judge_hub.clone().or(file.judge_hub),
        model: options.judge_model.clone().or(file.judge_model),
        url: options.judge_url.clone().or(file.judge_url),
    };
    let judge = judge::named(told, options.judge_key_file.as_deref().or(file.judge_key_file.as_deref()))?;
    let listen = options.listen.or(file.listen).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
    let usual = Settings::of(resolve_store(store, store_file)?, listen);
    let roles = match options.roles.clone().or(file.roles) {
        None => usual.roles,
        Some(names) => names.iter().map(|name| name.trim().parse()).collect::<Result<_>>()?,
    };
    let allow = options.egress_allow.clone().or(file.egress_allow).unwrap_or_default();
    let deadline_hours = options.deadline_hours.or(file.deadline_hours).unwrap_or(usual.deadline_hours);
    if !(deadline_hours > 0.0 && deadline_hours.is_finite()) {
        bail!("deadline_hours must be above 0");
    }
    let max_in_flight = options.max_in_flight.or(file.max_in_flight).unwrap_or(usual.max_in_flight);
    if max_in_flight == 0 {
        bail!("max_in_flight must be above 0");
    }
    let proxies = options.trusted_proxies.clone().or(file.trusted_proxies).unwrap_or_default();
    let trusted_proxies = edge::proxies(&proxies)?;
    edge::guarded(listen, &trusted_proxies, options.insecure || file.insecure)?;
    let public_url = options.public_url.as_ref().or(file.public_url.as_ref());
    let public_url = public_url.map(|url| edge::public(url)).transpose()?;
    let usually = !listen.ip().is_loopback() || !trusted_proxies.is_empty();
    let rates = options.rate_limits.or(file.rate_limits).unwrap_or(usually);
    let egress = Policy::parse(&allow, listen.ip().is_loopback()).context("egress_allow cannot be read")?;
    Ok(Settings {
        roles,
        egress: Policy { metadata: options.egress_metadata || file.egress_metadata, ..egress },
        deadline_hours,
        max_in_flight,
        nats_stream: options.nats_stream.clone().or(file.nats_stream),
        nats_root: options.nats_root.clone().or(file.nats_root),
        limits: edge::limits(file.limit_table, &options.limits)?,
        edge: Edge { rates, trusted_proxies, public_url },
        agents_list: compat::agents_list(file.compat_table, &options.compat)?,
        bucket,
        judge,
        program: None,
        allow_superuser: options.allow_superuser || file.allow_superuser,
        oidc,
        tunnel,
        ..usual
    })
}
