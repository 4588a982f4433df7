//! Detectors: what the registry holds, as it describes itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use touchstone_detectors::{Description, Detector};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::page::{FromParameters, Id, Parameters, Query};
use crate::reply::{Answer, Listed, Reply, one};

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show))
}

/// A judge of responses.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Detector)]
struct DetectorView {
    id: &'static str,
    name: &'static str,
    description: &'static str,
    /// Field to the text of its type.
    detector_input: BTreeMap<&'static str, &'static str>,
    version: &'static str,
}

fn view(about: &'static Description) -> DetectorView {
    DetectorView {
        id: about.id,
        name: about.name,
        description: about.description,
        detector_input: about.inputs.iter().copied().collect(),
        version: about.version,
    }
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// The newest when empty; a detector is listed from its own version on.
    #[param(required = true)]
    version: Option<String>,
    #[param(required = false)]
    ids: Vec<String>,
}

impl FromParameters for Which {
    fn read(given: &mut Parameters) -> Self {
        Self { version: given.named("version"), ids: given.many("ids") }
    }
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct At {
    /// The newest when empty; otherwise the nearest that is not newer.
    #[param(required = true)]
    version: Option<String>,
}

impl FromParameters for At {
    fn read(given: &mut Parameters) -> Self {
        Self { version: given.named("version") }
    }
}

/// All detectors, or those with one of these ids.
#[utoipa::path(get, path = "/v1/detectors", operation_id = "get_detectors", tag = "Detector", params(Which),
    responses((status = 200, body = Listed<DetectorView>)))]
async fn list(Query(which): Query<Which>) -> Answer<Listed<DetectorView>> {
    Ok(Reply::now(Listed { results: chosen(&which).map(view).collect() }))
}

/// One detector, by its full dotted id.
#[utoipa::path(get, path = "/v1/detectors/{id}", operation_id = "get_detectors_by_id", tag = "Detector",
    params(("id" = String, Path), At), responses((status = 200, body = DetectorView)))]
async fn show(id: Id, Query(at): Query<At>) -> Answer<DetectorView> {
    let found = touchstone_detectors::find(id.text()).map(Detector::describe);
    one(found.filter(|about| reaches(at.version.as_deref(), about.version)).map(view), "detector")
}

fn chosen(which: &Which) -> impl Iterator<Item = &'static Description> {
    touchstone_detectors::all().iter().map(|detector| detector.describe()).filter(|about| {
        (which.ids.is_empty() || which.ids.iter().any(|id| id == about.id))
            && reaches(which.version.as_deref(), about.version)
    })
}

/// Whether what is asked for is not older than a detector's version. What is no version counts as the newest.
fn reaches(asked: Option<&str>, version: &str) -> bool {
    let parts = |text: &str| text.split('.').map(str::parse::<u32>).collect::<Result<Vec<_>, _>>().ok();
    asked.and_then(parts).is_none_or(|asked| parts(version).is_none_or(|version| asked >= version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_registry_has_is_listed_and_by_id_on_request() {
        let all = Which { version: None, ids: Vec::new() };
        assert_eq!(chosen(&all).count(), touchstone_detectors::all().len());
        let id = chosen(&all).next().unwrap().id;
        let one = Which { version: Some("1.0.0".into()), ids: vec![id.to_owned(), "no.such".to_owned()] };
        assert_eq!(chosen(&one).map(|about| about.id).collect::<Vec<_>>(), [id]);
    }

    #[test]
    fn a_newer_version_falls_back_and_an_older_one_finds_nothing() {
        assert!(reaches(Some("9.0.0"), "1.0.0") && reaches(Some("1.0.X"), "1.0.0") && reaches(None, "1.0.0"));
        assert!(!reaches(Some("0.9.0"), "1.0.0"));
    }
}
