//! The served document is also committed, so that a change of the surface shows in review.

use std::path::Path;

#[test]
fn the_committed_document_is_the_served_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi.json");
    let committed = std::fs::read_to_string(&path).expect("openapi.json lies at the top");
    let served = touchstone_api::openapi().to_pretty_json().expect("the document is JSON");
    assert!(committed.trim() == served.trim(), "openapi.json is not what is served: run `just openapi`");
}
