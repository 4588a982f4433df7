//! Detectors: what the registry holds, as it describes itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use touchstone_detectors::{Description, Detector, Detectors, Measurement, Share};
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
    /// The work that named the task, and the method or standard that is followed.
    source: &'static str,
    /// `plain`, or what it needs beyond one answer: `pairwise`, `judge`, `multi_turn`.
    kind: &'static str,
    /// `risk`: a raw value of 1 is bad; `metric`: it is good.
    polarity: &'static str,
    /// How well it did against human judgement; empty where nobody has measured that.
    measured: Vec<MeasurementView>,
}

/// A detector on one labelled data set.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DetectorMeasurement)]
struct MeasurementView {
    data_set: &'static str,
    date: &'static str,
    /// What counts as found.
    positive: &'static str,
    responses: u32,
    /// Those that it neither passed nor failed; the shares leave them out.
    unverified: u32,
    precision: Option<ShareView>,
    recall: Option<ShareView>,
}

/// A share and its 95 % interval.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DetectorShare)]
struct ShareView {
    value: f64,
    low: f64,
    high: f64,
}

impl From<Share> for ShareView {
    fn from(Share { value, low, high }: Share) -> Self {
        Self { value, low, high }
    }
}

fn view(about: &'static Description) -> DetectorView {
    DetectorView {
        id: about.id,
        name: about.name,
        description: about.description,
        detector_input: about.inputs.iter().copied().collect(),
        version: about.version,
        source: about.source(),
        kind: about.kind.as_str(),
        polarity: about.polarity.as_str(),
        measured: about.measured.iter().map(measurement).collect(),
    }
}

fn measurement(of: &'static Measurement) -> MeasurementView {
    MeasurementView {
        data_set: of.data_set,
        date: of.date,
        positive: of.positive,
        responses: of.counts.total(),
        unverified: of.counts.unverified,
        precision: of.counts.precision().map(ShareView::from),
        recall: of.counts.recall().map(ShareView::from),
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
async fn list(State(app): State<Arc<App>>, Query(which): Query<Which>) -> Answer<Listed<DetectorView>> {
    Ok(Reply::now(Listed { results: chosen(&app.detectors, &which).map(view).collect() }))
}

/// One detector, by its full dotted id.
#[utoipa::path(get, path = "/v1/detectors/{id}", operation_id = "get_detectors_by_id", tag = "Detector",
    params(("id" = String, Path), At), responses((status = 200, body = DetectorView)))]
async fn show(State(app): State<Arc<App>>, id: Id, Query(at): Query<At>) -> Answer<DetectorView> {
    let found = app.detectors.find(id.text()).map(Detector::describe);
    one(found.filter(|about| reaches(at.version.as_deref(), about.version)).map(view), "detector")
}

fn chosen(detectors: &Detectors, which: &Which) -> impl Iterator<Item = &'static Description> {
    detectors.all().map(Detector::describe).filter(|about| {
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
        let detectors = Detectors::default();
        let all = Which { version: None, ids: Vec::new() };
        assert_eq!(chosen(&detectors, &all).count(), detectors.all().count());
        let id = chosen(&detectors, &all).next().unwrap().id;
        let one = Which { version: Some("1.0.0".into()), ids: vec![id.to_owned(), "no.such".to_owned()] };
        assert_eq!(chosen(&detectors, &one).map(|about| about.id).collect::<Vec<_>>(), [id]);
    }

    #[test]
    fn a_newer_version_falls_back_and_an_older_one_finds_nothing() {
        assert!(reaches(Some("9.0.0"), "1.0.0") && reaches(Some("1.0.X"), "1.0.0") && reaches(None, "1.0.0"));
        assert!(!reaches(Some("0.9.0"), "1.0.0"));
    }
}
