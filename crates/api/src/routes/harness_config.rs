//! Harnesses: the team's own and those of the catalogue.

use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use touchstone_benchmarks::Outline;
use touchstone_commands::harness_config::{
    ArchiveHarnessConfig, CreateHarnessConfig, DeleteHarnessConfig, NewScenario, id_of_name,
};
use touchstone_kernel::Rejection;
use touchstone_queries::harness_config::{self, HarnessConfigView};
use touchstone_queries::harness_stage::{self, HarnessStageFilter, HarnessStageView};
use touchstone_vocabulary::{CustomId, Direction, HarnessId, Page, ProbeId, ScenarioId};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::{IntoParams, ToSchema, openapi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::probe_config;
use crate::app::{App, thing};
use crate::body::Body;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::page::{FromParameters, Id, Parameters, Query};
use crate::present::{Find, Present};
use crate::reply::{Answer, Counted, Reply, Tag, Totalled, length};
use crate::suite;

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(versions))
        .routes(routes!(show, delete))
        .routes(routes!(archive))
}

const NOUN: &str = "harness";

/// What harnesses can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    CreatedAt,
    Name,
    Id,
}

impl FromStr for Sort {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "created_at" => Ok(Self::CreatedAt),
            "name" => Ok(Self::Name),
            "id" => Ok(Self::Id),
            _ => Err(()),
        }
    }
}

fn sorts() -> openapi::Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .enum_values(Some(["created_at", "name", "id"]))
        .default(Some("created_at".into()))
        .build()
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    #[param(required = false)]
    harness_type: Vec<String>,
    #[param(value_type = Option<bool>, default = false)]
    with_stages: bool,
    /// Only what this user made.
    user_id: Option<String>,
    #[param(required = false, default = 100, minimum = 1, maximum = 10_000)]
    limit: i64,
    #[param(required = false, default = 0, minimum = 0, maximum = 1_000_000)]
    offset: i64,
    /// All versions when absent.
    version: Option<String>,
    #[param(required = false, schema_with = sorts)]
    sort_by: Sort,
    /// `ASC` or `DESC`.
    #[param(required = false, default = "DESC", value_type = String)]
    sort_order: Direction,
}

impl FromParameters for Which {
    fn read(given: &mut Parameters) -> Self {
        let Page { limit, offset } = given.page(100, 10_000);
        Self {
            harness_type: given.many("harness_type"),
            with_stages: given.flag("with_stages").unwrap_or(false),
            user_id: given.text("user_id"),
            limit,
            offset,
            version: given.text("version"),
            sort_by: given.word("sort_by", "created_at, name, id").unwrap_or(Sort::CreatedAt),
            sort_order: given.direction(),
        }
    }
}

/// A harness, and the stages of its making where they are asked for; those of the catalogue have none.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HarnessConfigWithStaging)]
struct WithStages {
    harness_config: HarnessConfigView,
    staging: Option<Stages>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StagingResponse)]
struct Stages {
    results: Vec<HarnessStageView>,
    count: i64,
}

impl WithStages {
    /// `stages` are the team's, where they were asked for.
    fn new(harness_config: HarnessConfigView, stages: Option<&[HarnessStageView]>) -> Self {
        let id = HarnessId::named(&harness_config.id).uuid().map(|id| id.to_string());
        let staging = stages.map(|stages| {
            let of_it = |stage: &&HarnessStageView| id.is_some() && stage.harness_config_id == id;
            let results: Vec<_> = stages.iter().filter(of_it).cloned().collect();
            Stages { count: length(&results), results }
        });
        Self { harness_config, staging }
    }
}

/// The team's newest stages, where they are asked for: of one harness or of all.
async fn stages(
    app: &App,
    caller: &Caller,
    wanted: bool,
    harness: Option<CustomId>,
) -> Result<Option<Vec<HarnessStageView>>, ApiError> {
    if !wanted {
        return Ok(None);
    }
    let filter = HarnessStageFilter { harness, ..HarnessStageFilter::default() };
    let page = Page { limit: 1000, offset: 0 };
    Ok(Some(harness_stage::list(&app.db, caller.team, &filter, page).await?.0))
}

/// The harnesses that can be asked for: the team's, and those of the catalogue. Archived ones are not among them.
#[utoipa::path(get, path = "/v1/harness-configs", operation_id = "get_harness_configs", tag = "Harness",
    params(Which), responses((status = 200, body = Totalled<WithStages>)))]
async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(which): Query<Which>,
) -> Answer<Totalled<WithStages>> {
    let page = Page { limit: which.limit, offset: which.offset };
    let (version, maker) = (which.version.as_deref(), which.user_id.as_deref());
    let own = harness_config::active(&app.db, caller.team, version, maker).await?;
    let imported = app.benchmarks.newest().await?;
    let chosen = chosen(&which, own, &imported).into_iter();
    let stages = stages(&app, &caller, which.with_stages, None).await?;
    let all = chosen.map(|config| WithStages::new(config, stages.as_deref())).collect();
    Ok(Reply::now(Totalled::cut(all, page)))
}

/// The team's, newest first, and those of the catalogue, which nobody made, filtered and sorted.
fn chosen(which: &Which, own: Vec<HarnessConfigView>, imported: &[Outline]) -> Vec<HarnessConfigView> {
    let mut found = own;
    if which.user_id.is_none() {
        found.extend(suite::harness_configs(imported, which.version.as_deref()));
    }
    found.retain(|config| which.harness_type.is_empty() || which.harness_type.contains(&config.harness_type));
    // Stable, so that what is equal stays in its order.
    let descending = which.sort_order == Direction::Descending;
    found.sort_by(|a, b| {
        let (a, b) = if descending { (b, a) } else { (a, b) };
        match which.sort_by {
            Sort::CreatedAt => a.created_at.cmp(&b.created_at),
            Sort::Name => a.name.cmp(&b.name).then_with(|| a.id.cmp(&b.id)),
            Sort::Id => a.id.cmp(&b.id),
        }
    });
    found
}

/// The versions of the catalogue, newest first.
#[utoipa::path(get, path = "/v1/harness-configs/versions", operation_id = "get_harness_configs_versions",
    tag = "Harness", responses((status = 200, body = Counted<String>)))]
async fn versions() -> Answer<Counted<String>> {
    Ok(Reply::now(Counted::new(suite::versions())))
}

/// A harness with all its versions, newest first, archived ones too.
struct Harness {
    id: HarnessId,
    versions: Vec<HarnessConfigView>,
}

impl Find for Harness {
    async fn find(app: &App, caller: &Caller, id: &Id) -> Result<Self, ApiError> {
        let id = HarnessId::named(id.text());
        let versions = if id.uuid().is_some() {
            harness_config::versions(&app.db, caller.team, &id).await?
        } else {
            let imported = app.benchmarks.newest().await?;
            let standard = suite::harness_configs(&imported, None).into_iter();
            standard.filter(|config| config.id == id.as_str()).collect()
        };
        if versions.is_empty() { Err(ApiError::missing(NOUN)) } else { Ok(Self { id, versions }) }
    }
}

impl Harness {
    /// Exactly this version of a harness of the team.
    fn own(&self, version: &str) -> Result<&HarnessConfigView, ApiError> {
        let first = self.versions.first().map(|config| config.team_id.as_str());
        suite::changeable(first.unwrap_or_default(), NOUN)?;
        let found = self.versions.iter().find(|config| config.version == version);
        found.ok_or_else(|| ApiError::missing(NOUN))
    }
}

/// The version that is meant: the one that is named or, of a team's own, the newest that can be run.
pub fn meant<'a>(versions: &'a [HarnessConfigView], version: &str) -> Option<&'a HarnessConfigView> {
    let named = versions.iter().find(|config| config.version == version);
    named.or_else(|| versions.iter().find(|config| !config.team_id.is_empty() && config.is_active()))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct At {
    version: String,
    #[param(value_type = Option<bool>, default = false)]
    with_stages: bool,
}

impl FromParameters for At {
    fn read(given: &mut Parameters) -> Self {
        Self { version: given.required("version"), with_stages: given.flag("with_stages").unwrap_or(false) }
    }
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Exactly {
    version: String,
}

impl FromParameters for Exactly {
    fn read(given: &mut Parameters) -> Self {
        Self { version: given.required("version") }
    }
}

/// One harness, by its id with or without the prefix `vijil.harnesses.`. A team's own is shown in its newest version
/// where it has not the one that is asked for.
#[utoipa::path(get, path = "/v1/harness-configs/{harness_config_id}", operation_id = "get_harness_configs_by_id",
    tag = "Harness", params(("harness_config_id" = String, Path), At),
    responses((status = 200, body = Totalled<WithStages>)))]
async fn show(
    State(app): State<Arc<App>>,
    caller: Caller,
    Present(harness): Present<Harness>,
    Query(at): Query<At>,
) -> Answer<Totalled<WithStages>> {
    let found = meant(&harness.versions, &at.version).ok_or_else(|| ApiError::missing(NOUN))?;
    let tag = match found.stream_version {
        0 => Tag::Content,
        version => Tag::Version(version),
    };
    let own = HarnessId::named(&found.id).uuid().map(CustomId);
    let stages = stages(&app, &caller, at.with_stages, own).await?;
    Ok(Reply { tag, ..Reply::now(enveloped(found.clone(), stages.as_deref())) })
}

fn enveloped(config: HarnessConfigView, stages: Option<&[HarnessStageView]>) -> Totalled<WithStages> {
    Totalled { results: vec![WithStages::new(config, stages)], count: 1, total: 1 }
}

/// A harness to be made of chosen prompts and detectors.
#[derive(Deserialize, ToSchema)]
#[schema(as = CreateHarnessConfigRequest)]
struct New {
    #[schema(min_items = 1)]
    probe_configs: Vec<probe_config::New>,
    description: Option<String>,
    /// The same name again makes the next version of the same harness.
    name: Option<String>,
}

/// Makes a harness of one scenario that holds the probes: version 1.0.0, or the next patch where the team has one of
/// that name.
#[utoipa::path(post, path = "/v1/harness-configs", operation_id = "post_harness_configs", tag = "Harness",
    request_body = New, responses((status = 200, body = HarnessConfigView)))]
async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(new): Body<New>,
) -> Answer<HarnessConfigView> {
    let mut probes = Vec::with_capacity(new.probe_configs.len());
    for (place, probe) in new.probe_configs.into_iter().enumerate() {
        let command = probe.command(&app, &caller).await;
        probes.push(command.map_err(|error| error.at("probe_configs", place))?);
    }
    let id = match &new.name {
        Some(name) => id_of_name(caller.team, name),
        None => HarnessId::own(app.clock.new_id()),
    };
    let name = new.name.unwrap_or_else(|| id.to_string());
    let mut command = CreateHarnessConfig {
        team: caller.team,
        id,
        scenarios: vec![NewScenario {
            id: ScenarioId::own(app.clock.new_id()),
            name: name.clone(),
            description: String::new(),
            probes: probes.iter().map(|probe| probe.id.clone()).collect(),
        }],
        name,
        description: new.description.unwrap_or_default(),
    };
    command.check().map_err(|refusal| Rejection::refused(&refusal))?;
    let mut made = Vec::with_capacity(probes.len());
    for probe in probes {
        // Of a repeated request these are the probes of the first.
        made.push(ProbeId::from(thing(&app.carry_out(&caller, probe).await?)));
    }
    for scenario in &mut command.scenarios {
        scenario.probes.clone_from(&made);
    }
    let sent = app.send(&caller, command).await?;
    let versions = harness_config::versions(&app.db, caller.team, &sent.id().into()).await?;
    let made_in = sent.receipt.version;
    let view = versions.into_iter().find(|config| config.created_in == made_in);
    sent.show(view)
}

/// Deletes a version of a harness of the team. What ran stays readable.
#[utoipa::path(delete, path = "/v1/harness-configs/{harness_config_id}",
    operation_id = "delete_harness_configs_by_id", tag = "Harness",
    params(("harness_config_id" = String, Path), Exactly), responses((status = 200, body = Totalled<WithStages>)))]
async fn delete(
    State(app): State<Arc<App>>,
    caller: Caller,
    Present(harness): Present<Harness>,
    Query(at): Query<Exactly>,
) -> Answer<Totalled<WithStages>> {
    let config = harness.own(&at.version)?.clone();
    if harness_config::is_in_use(&app.db, caller.team, &harness.id).await? {
        return Err(ApiError::Conflict(
            "an evaluation that has not ended uses this harness; wait for its end or cancel it".to_owned(),
        ));
    }
    let version = Some(config.version.as_str().into());
    let sent = app.send(&caller, DeleteHarnessConfig { team: caller.team, id: harness.id, version }).await?;
    Ok(sent.reply(enveloped(config, None)))
}

/// Takes a version out of use: no new evaluation runs it, and what ran stays readable.
#[utoipa::path(put, path = "/v1/harness-configs/{harness_config_id}/versions/{version}/archive",
    operation_id = "put_harness_configs_versions_archive", tag = "Harness",
    params(("harness_config_id" = String, Path), ("version" = String, Path)),
    responses((status = 200, body = HarnessConfigView)))]
async fn archive(
    State(app): State<Arc<App>>,
    caller: Caller,
    Present(harness): Present<Harness>,
    Path((_, version)): Path<(String, String)>,
) -> Answer<HarnessConfigView> {
    let version = harness.own(&version)?.version.clone();
    let command =
        ArchiveHarnessConfig { team: caller.team, id: harness.id.clone(), version: version.as_str().into() };
    let sent = app.send(&caller, command).await?;
    let versions = harness_config::versions(&app.db, caller.team, &harness.id).await?;
    sent.show(versions.into_iter().find(|config| config.version == version))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(query: &str) -> Vec<String> {
        let which = Which::read(&mut Parameters::of(query));
        chosen(&which, Vec::new(), &[]).into_iter().map(|config| config.id).collect()
    }

    #[test]
    fn the_catalogue_is_filtered_by_type_and_version() {
        let (old, new) = (ids("version=1.0.0"), ids("version=1.1.0"));
        assert!(old.contains(&"vijil.harnesses.security_Small".to_owned()));
        assert_eq!(ids("version=1.0.0&harness_type=DIMENSION"), old);
        assert_eq!(ids(""), [new.clone(), old.clone()].concat(), "all versions, newest first");
        assert_eq!(ids("sort_order=ASC"), [old, new.clone()].concat(), "oldest first");
        assert_eq!(
            ids("version=1.1.0&harness_type=AUDIT"),
            ["vijil.harnesses.owasp", "vijil.harnesses.gdpr"]
        );
        let kinds: usize = touchstone_vocabulary::HarnessType::ALL
            .iter()
            .map(|kind| ids(&format!("version=1.1.0&harness_type={kind}")).len())
            .sum();
        assert_eq!(kinds, new.len());
        for none in ["version=9.9.9", "harness_type=NONE", "user_id=x"] {
            assert!(ids(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn names_and_ids_sort_both_ways() {
        let mut up = ids("sort_by=id&sort_order=ASC");
        assert!(up.is_sorted());
        up.reverse();
        assert_eq!(ids("sort_by=id"), up);
    }

    #[test]
    fn a_version_that_a_team_has_not_is_its_newest_that_can_be_run() {
        let one = |version: &str, team: &str, status: &str| HarnessConfigView {
            version: version.to_owned(),
            team_id: team.to_owned(),
            status: status.to_owned(),
            ..suite::harness_configs(&[], Some("1.1.0")).remove(0)
        };
        let own = [one("1.0.2", "t", "INACTIVE"), one("1.0.1", "t", "ACTIVE"), one("1.0.0", "t", "ACTIVE")];
        let version = |asked| meant(&own, asked).map(|config| config.version.as_str());
        assert_eq!(
            (version("1.0.0"), version("1.0.2"), version("9.9.9")),
            (Some("1.0.0"), Some("1.0.2"), Some("1.0.1"))
        );
        assert!(
            meant(&[one("1.1.0", "", "ACTIVE")], "9.9.9").is_none(),
            "of the catalogue nothing stands in"
        );
    }
}
