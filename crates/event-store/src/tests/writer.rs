//! Joined appends.

use futures::future::join_all;
use touchstone_kernel::Rejection;

use super::fixture::{World, keyed, meta, on_every_backend, thing};
use super::thing::{Thing, ThingEvent};

on_every_backend![
    appends_of_many_streams_are_joined_and_only_the_guilty_one_is_refused,
    appends_to_one_stream_follow_each_other,
    an_append_with_a_key_is_repeated_as_usual,
    a_repeated_joined_append_is_a_success,
];

fn made() -> Vec<ThingEvent> {
    vec![ThingEvent::Made { name: "a".into() }, ThingEvent::Ended]
}

async fn appends_of_many_streams_are_joined_and_only_the_guilty_one_is_refused(world: World) {
    let writer = world.store.writer();
    let metas: Vec<_> = (0..40).map(|_| meta()).collect();
    let ids: Vec<_> = (0..40).map(thing).collect();
    let appends = ids.iter().zip(&metas).enumerate().map(|(n, (id, meta))| {
        let expected = if n == 17 { 5 } else { 0 };
        writer.append::<Thing>(id, expected, made(), meta)
    });
    for (n, answer) in join_all(appends).await.into_iter().enumerate() {
        match answer {
            Ok(receipt) => {
                assert_ne!(n, 17);
                assert_eq!((receipt.stream, receipt.version), (ids[n].to_string(), 2));
                assert!(receipt.mark.position > 0);
            }
            Err(Rejection::Contended) => assert_eq!(n, 17),
            Err(other) => panic!("{other}"),
        }
    }
    world.log(78).await;
    assert_eq!(world.store.log().verify(|_| ()).await.unwrap().fault, None);
}

async fn appends_to_one_stream_follow_each_other(world: World) {
    let writer = world.store.writer();
    let (id, metas) = (thing(1), [meta(), meta(), meta()]);
    let appends = (0..).zip(&metas).map(|(n, meta)| writer.append::<Thing>(&id, 2 * n, made(), meta));
    let versions: Vec<_> =
        join_all(appends).await.into_iter().map(|answer| answer.unwrap().version).collect();
    assert_eq!(versions, [2, 4, 6]);
    world.log(6).await;
}

async fn an_append_with_a_key_is_repeated_as_usual(world: World) {
    let writer = world.store.writer();
    let first = writer.append::<Thing>(&thing(1), 0, made(), &keyed("k", "d")).await.unwrap();
    let again = writer.append::<Thing>(&thing(1), 0, made(), &keyed("k", "d")).await.unwrap();
    assert_eq!(first, again);
    let nothing = writer.append::<Thing>(&thing(1), 2, Vec::new(), &meta()).await.unwrap();
    assert!(!nothing.changed);
}

async fn a_repeated_joined_append_is_a_success(world: World) {
    let (writer, meta) = (world.store.writer(), meta());
    let first = writer.append::<Thing>(&thing(1), 0, made(), &meta).await.unwrap();
    let again = writer.append::<Thing>(&thing(1), 0, made(), &meta).await.unwrap();
    assert_eq!(first, again);
    world.log(2).await;
}
