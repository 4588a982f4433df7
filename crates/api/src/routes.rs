//! The operations, one file per context: the document's words and the handler stand together.

pub mod api_key;
pub mod detector;
pub mod docs;
pub mod evaluation;
pub mod event;
pub mod harness;
pub mod monitoring;
pub mod probe;
pub mod response;
pub mod scenario;
pub mod test;
pub mod user;
