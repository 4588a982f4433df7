//! An envelope as a message: headers for filters, a JSON body for readers, and a stub where the payload is too large.

use std::borrow::Cow;

use async_nats::HeaderMap;
use touchstone_kernel::{ChainHash, Envelope};

use crate::subjects;

/// A larger envelope travels without its payload.
pub const MAX_ENVELOPE_BYTES: usize = 256 * 1024;

/// Value of the header `payload` of a message whose payload must be read from the log.
pub const PAYLOAD_IN_LOG: &str = "log";

/// Everything of an envelope but its payload is well below this.
const OVERHEAD_BYTES: usize = 1024;

/// About the size of its JSON form.
pub(crate) fn size(envelope: &Envelope) -> usize {
    OVERHEAD_BYTES
        + envelope.payload.as_ref().map_or(0, |p| p.get().len())
        + envelope.metadata.get().len()
        + envelope.stream.len()
}

/// The envelope as it travels: whole, or without payload when it is larger than `limit`.
pub(crate) fn fitting(envelope: &Envelope, limit: usize) -> Cow<'_, Envelope> {
    if size(envelope) <= limit { Cow::Borrowed(envelope) } else { Cow::Owned(stub(envelope)) }
}

/// The same event without its payload.
pub(crate) fn stub(envelope: &Envelope) -> Envelope {
    Envelope { payload: None, ..envelope.clone() }
}

/// The headers of an event's message.
pub(crate) fn headers(envelope: &Envelope) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(subjects::MESSAGE_ID, envelope.event_id.to_string());
    headers.insert(subjects::SEQ, envelope.seq.to_string());
    headers.insert(subjects::HASH, envelope.hash.to_string());
    headers.insert(subjects::PREV, envelope.prev.to_string());
    headers.insert(subjects::VERSION, one_line(&envelope.version));
    if let Ok(metadata) = envelope.metadata() {
        headers.insert(subjects::CORRELATION, metadata.correlation.to_string());
        if let Some(causation) = metadata.causation {
            headers.insert(subjects::CAUSATION, causation.to_string());
        }
    }
    if envelope.payload.is_none() {
        headers.insert(subjects::PAYLOAD, PAYLOAD_IN_LOG);
    }
    headers
}

fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}

/// The log number that a message carries.
pub(crate) fn seq(headers: &HeaderMap) -> Option<i64> {
    headers.get(subjects::SEQ)?.as_str().parse().ok()
}

/// The chain hash that a message carries.
pub(crate) fn hash(headers: &HeaderMap) -> Option<ChainHash> {
    headers.get(subjects::HASH)?.as_str().parse().ok()
}
