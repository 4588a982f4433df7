//! The stream itself: made where it is missing, and examined for what it holds.

use std::time::Duration;

use async_nats::jetstream::context::{GetStreamError, GetStreamErrorKind};
use async_nats::jetstream::message::StreamMessage;
use async_nats::jetstream::stream::{
    Config, DiscardPolicy, LastRawMessageErrorKind, RawMessageErrorKind, RetentionPolicy, StorageType, Stream,
};
use async_nats::jetstream::{Context, ErrorCode};

use crate::{BusError, BusState, Prefix, subjects, wire};

/// The server drops repetitions of a message id within this time; readers drop them always.
const DUPLICATE_WINDOW: Duration = Duration::from_mins(2);

pub(crate) fn away(error: &impl ToString) -> BusError {
    BusError::Away(error.to_string())
}

/// The stream, where it exists.
pub(crate) async fn find(context: &Context, prefix: &Prefix) -> Result<Option<Stream>, BusError> {
    match context.get_stream(&prefix.stream).await {
        Ok(stream) => Ok(Some(stream)),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(away(&error)),
    }
}

fn is_missing(error: &GetStreamError) -> bool {
    matches!(error.kind(), GetStreamErrorKind::JetStream(fault) if fault.error_code() == ErrorCode::STREAM_NOT_FOUND)
}

pub(crate) async fn delete(context: &Context, prefix: &Prefix) -> Result<(), BusError> {
    match context.delete_stream(&prefix.stream).await {
        Ok(_) => Ok(()),
        Err(error) => match find(context, prefix).await? {
            None => Ok(()),
            Some(_) => Err(away(&error)),
        },
    }
}

/// Makes the stream. Of two who do so at once both get the same one.
pub(crate) async fn make(context: &Context, prefix: &Prefix) -> Result<Stream, BusError> {
    context
        .create_stream(Config {
            name: prefix.stream.clone(),
            subjects: vec![subjects::all(&prefix.root)],
            storage: StorageType::File,
            retention: RetentionPolicy::Limits,
            discard: DiscardPolicy::Old,
            duplicate_window: DUPLICATE_WINDOW,
            num_replicas: 1,
            ..Config::default()
        })
        .await
        .map_err(|e| away(&e))
}

/// What the stream holds, and its last stream sequence.
pub(crate) async fn examine(stream: &Stream, prefix: &Prefix) -> Result<(BusState, u64), BusError> {
    let info = stream.get_info().await.map_err(|e| away(&e))?;
    let state = &info.state;
    let last_sequence = state.last_sequence;
    let created = info.created.unix_timestamp_nanos();
    if state.messages == 0 {
        let state = BusState { incarnation: format!("{created}/empty"), ..BusState::default() };
        return Ok((state, last_sequence));
    }
    let newest = stream.get_last_raw_message_by_subject(&subjects::all(&prefix.root)).await;
    let newest = newest.map_err(|error| match error.kind() {
        LastRawMessageErrorKind::NoMessageFound => {
            BusError::Damaged("it says that it holds messages and has none".to_owned())
        }
        _ => away(&error),
    })?;
    let (last_seq, last_hash) = (wire::seq(&newest.headers), wire::hash(&newest.headers));
    let first = at(stream, state.first_sequence).await?.and_then(|m| wire::seq(&m.headers));
    let deleted = state.deleted_count.unwrap_or(0);
    let contiguous = if first != Some(1) {
        0
    } else if deleted == 0 {
        last_seq.unwrap_or(0)
    } else {
        before_first_hole(stream, state.first_sequence).await?
    };
    let found = BusState {
        last_seq,
        last_hash,
        contiguous,
        messages: state.messages,
        incarnation: format!("{created}/{deleted}/{}", first.unwrap_or(0)),
    };
    Ok((found, last_sequence))
}

async fn before_first_hole(stream: &Stream, first: u64) -> Result<i64, BusError> {
    let info = stream.info_builder().with_deleted(true).fetch().await.map_err(|e| away(&e))?;
    let hole = info.info.state.deleted.unwrap_or_default().into_iter().min();
    let Some(before) = hole.and_then(|hole| hole.checked_sub(1)).filter(|before| *before >= first) else {
        return Ok(0);
    };
    Ok(at(stream, before).await?.and_then(|m| wire::seq(&m.headers)).unwrap_or(0))
}

async fn at(stream: &Stream, sequence: u64) -> Result<Option<StreamMessage>, BusError> {
    match stream.get_raw_message(sequence).await {
        Ok(message) => Ok(Some(message)),
        Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => Ok(None),
        Err(error) => Err(away(&error)),
    }
}
