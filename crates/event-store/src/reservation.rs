//! Names that must be unique, as streams of their own.
//!
//! A taker's event stands in the same append as the command's own, so of two takers the log's
//! primary key refuses the second.

use std::collections::BTreeMap;

use tokio::sync::OwnedMutexGuard;
use touchstone_kernel::{Claim, Kind, Meta, Rejection, Reservation, ReservationEvent, State};

use crate::append::Append;
use crate::store::{Loaded, Store};

/// The appends that a command's claims come to, and the locks that keep others of this process away until then.
#[derive(Default)]
pub(crate) struct Reserved {
    pub appends: Vec<Append>,
    pub _held: Vec<OwnedMutexGuard<()>>,
}

/// Works out what to append for the claims of `holder`, or refuses because somebody else holds one.
pub(crate) async fn reserve(
    store: &Store,
    claims: &[Claim],
    holder: &str,
    meta: &Meta,
) -> Result<Reserved, Rejection> {
    if claims.is_empty() {
        return Ok(Reserved::default());
    }
    let id = |claim: &Claim| format!("{}/{}/{}", claim.within, claim.scope, claim.digest);
    let streams: Vec<String> = claims.iter().map(id).collect();
    let held = store.claim_locks().hold(streams.iter().map(|stream| ("reservation", stream.as_str()))).await;

    let mut wanted: BTreeMap<String, (Loaded<Reservation>, Vec<ReservationEvent>)> = BTreeMap::new();
    for (claim, stream) in claims.iter().zip(streams) {
        if !wanted.contains_key(&stream) {
            let loaded = store.load::<Reservation>(&stream).await?;
            wanted.insert(stream.clone(), (loaded, Vec::new()));
        }
        let Some((loaded, events)) = wanted.get_mut(&stream) else { continue };
        let event = match (&loaded.state, claim.take) {
            (Reservation::Held(other), true) if other != holder => {
                return Err(Rejection::Refused {
                    kind: Kind::Conflict,
                    field: Some(claim.field),
                    message: claim.refusal.to_owned(),
                });
            }
            (Reservation::Absent | Reservation::Free, true) => {
                ReservationEvent::Taken { holder: holder.to_owned() }
            }
            (Reservation::Held(ours), false) if ours == holder => ReservationEvent::Released {},
            // Held already, or not ours to release.
            (Reservation::Held(_), _) | (Reservation::Absent | Reservation::Free, false) => continue,
        };
        loaded.state.apply(&event);
        events.push(event);
    }
    let mut appends = Vec::with_capacity(wanted.len());
    for (stream, (loaded, events)) in wanted {
        if !events.is_empty() {
            appends.push(store.encode_events::<Reservation>(&stream, loaded.version, &events, meta).await?);
        }
    }
    Ok(Reserved { appends, _held: held })
}
