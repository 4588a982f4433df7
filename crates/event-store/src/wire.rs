//! Events as text. Same form as the kernel's, made without a tree in between, because every response of an
//! evaluation passes here.

use touchstone_kernel::{Event, WireFault};

/// The wire name and the payload's text.
pub(crate) fn encode<E: Event>(event: &E) -> Result<(String, String), WireFault> {
    let text = serde_json::to_string(event)
        .map_err(|fault| WireFault { name: E::CONTEXT.to_owned(), reason: fault.to_string() })?;
    split(E::CONTEXT, &text)
}

/// Splits serde's form of a tagged enum, `{"tag":payload}` or `"tag"`.
pub(crate) fn split(context: &str, text: &str) -> Result<(String, String), WireFault> {
    let fault = || WireFault { name: context.to_owned(), reason: "it is no tagged enum".to_owned() };
    if let Some(tag) = text.strip_prefix('"') {
        let tag = tag.strip_suffix('"').ok_or_else(fault)?;
        return Ok((format!("{context}.{tag}"), "{}".to_owned()));
    }
    let (tag, payload) = text
        .strip_prefix("{\"")
        .and_then(|rest| rest.strip_suffix('}'))
        .and_then(|rest| rest.split_once("\":"))
        .ok_or_else(fault)?;
    Ok((format!("{context}.{tag}"), payload.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::tests::thing::{Part, ThingEvent};

    #[test]
    fn it_is_the_form_that_the_kernel_writes() {
        for event in [
            ThingEvent::Made { name: "a\"}:{".into() },
            ThingEvent::Said {
                text: "b".to_owned().into(),
                parts: vec![Part { note: "c".to_owned().into() }],
            },
            ThingEvent::Ended,
        ] {
            let (name, payload) = encode(&event).unwrap();
            let (expected_name, expected) = touchstone_kernel::encode(&event).unwrap();
            assert_eq!((name, serde_json::from_str::<Value>(&payload).unwrap()), (expected_name, expected));
        }
    }
}
