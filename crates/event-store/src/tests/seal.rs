//! Sealed texts through the whole store.

use touchstone_kernel::{Sealed, State};

use super::fixture::{World, meta, on_every_backend, thing};
use super::thing::{Part, Thing, ThingEvent};

on_every_backend![
    a_sealed_text_is_stored_shut_and_read_open,
    an_erased_text_is_gone_and_the_chain_stays_whole,
    nothing_is_sealed_anew_once_the_key_is_destroyed,
];

fn said() -> ThingEvent {
    ThingEvent::Said {
        text: "a secret \"word\"".to_owned().into(),
        parts: vec![Part { note: "another".to_owned().into() }],
    }
}

async fn spoken(world: &World) {
    let events = [ThingEvent::Made { name: "a".into() }, said()];
    let _ = world.store.append::<Thing>(&thing(1), 0, &events, &meta()).await.unwrap();
}

async fn a_sealed_text_is_stored_shut_and_read_open(world: World) {
    spoken(&world).await;
    let log = world.log(2).await;
    let stored = log[1].payload.as_ref().unwrap().get().to_owned();
    assert!(!stored.contains("secret") && !stored.contains("another") && stored.contains("$sealed"));
    let subject = Some(Thing::subject(&thing(1))).filter(|subject| *subject != log[1].lane());
    assert_eq!(log[1].metadata().unwrap().subject, subject);

    let recorded = world.store.log().open(log[1].clone()).await.unwrap();
    assert_eq!(recorded.event::<ThingEvent>().unwrap(), said());
    let Thing::Open { said, .. } = world.store.load::<Thing>(&thing(1)).await.unwrap().state else {
        panic!("not open")
    };
    assert_eq!(said[0].text(), "a secret \"word\"");
}

async fn an_erased_text_is_gone_and_the_chain_stays_whole(world: World) {
    spoken(&world).await;
    let log = world.log(2).await;
    world.vault.destroy_data_key(&Thing::subject(&thing(1))).await.unwrap();
    let erased = ThingEvent::Said { text: Sealed::Erased, parts: vec![Part { note: Sealed::Erased }] };
    let recorded = world.store.log().open_all(log).await.unwrap();
    assert_eq!(recorded[1].event::<ThingEvent>().unwrap(), erased);
    let Thing::Open { said, .. } = world.store.load::<Thing>(&thing(1)).await.unwrap().state else {
        panic!("not open")
    };
    assert_eq!(said, [Sealed::Erased]);
    assert_eq!(world.store.log().verify(|_| ()).await.unwrap().fault, None);
}

async fn nothing_is_sealed_anew_once_the_key_is_destroyed(world: World) {
    world.vault.destroy_data_key(&Thing::subject(&thing(1))).await.unwrap();
    spoken(&world).await;
    let log = world.log(2).await;
    let stored = log[1].payload.as_ref().unwrap().get();
    assert_eq!(stored, r#"{"text":{"$erased":true},"parts":[{"note":{"$erased":true}}]}"#);
}
