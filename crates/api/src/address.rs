//! Addresses that a request names and that the service will contact. Every such field goes through here when it is
//! written; the outbound client judges it again at each use.

use touchstone_egress::Egress;

use crate::error::{ApiError, Fault, Step};

/// The address without surrounding space, if one is given: absent, null and empty are none. Refused with 422 at
/// `field`, the way to it in the body, when it may not be contacted.
pub fn permitted(
    egress: &Egress,
    field: &[&str],
    address: Option<String>,
) -> Result<Option<String>, ApiError> {
    let Some(address) = address.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    match egress.check_kept(&address) {
        Ok(_) => Ok(Some(address)),
        Err(blocked) => {
            let loc = ["body"].iter().chain(field).map(|step| Step::Field((*step).to_owned())).collect();
            Err(ApiError::Invalid(vec![Fault { loc, msg: blocked.to_string(), kind: "value_error" }]))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use touchstone_egress::Policy;

    use super::*;

    fn of(address: Option<&str>) -> Result<Option<String>, ApiError> {
        let egress = Egress::new(Policy::default()).unwrap();
        permitted(&egress, &["completion_params", "url"], address.map(str::to_owned))
    }

    #[test]
    fn a_permitted_address_is_kept_and_none_is_none() {
        assert_eq!(of(Some(" https://example.org/v1 ")).unwrap().as_deref(), Some("https://example.org/v1"));
        for version in ["2024-06-01", "2024-06-01-preview", "preview"] {
            let azure = format!("https://example.org/openai/deployments/d?api-version={version}");
            assert_eq!(of(Some(&azure)).unwrap(), Some(azure));
        }
        for none in [None, Some(""), Some("  ")] {
            assert_eq!(of(none).unwrap(), None);
        }
    }

    #[test]
    fn another_is_refused_at_its_place_in_the_body_and_not_repeated() {
        for bad in [
            "http://127.0.0.1/hunter2",
            "file:///hunter2",
            "hunter2",
            "https://example.org/v1?api_key=hunter2",
            "https://example.org/v1#hunter2",
            "https://example.org/v1?api-version=hunter2",
            "https://example.org/v1?api-version=2024-06-01&key=hunter2",
        ] {
            let Err(ApiError::Invalid(faults)) = of(Some(bad)) else { panic!("{bad}") };
            let fault = serde_json::to_value(&faults[0]).unwrap();
            assert_eq!(fault["loc"], json!(["body", "completion_params", "url"]));
            assert!(!fault.to_string().contains("hunter2"), "{fault}");
        }
    }
}
