//! Events that cannot be applied hold up their own lane and nobody else's.

use super::on_both;
use super::support::{POISON, REFUSED, World};
use crate::{Scope, dead_letters, discard, rebuild, retry, verify};
use tokio_util::sync::CancellationToken;

on_both!(
    a_poison_event_parks_only_its_lane_and_a_retry_heals_it,
    a_row_that_the_database_refuses_parks_its_lane,
    a_retry_that_fails_again_leaves_everything_parked,
    what_is_discarded_stays_out_of_every_rebuild,
    a_single_rebuild_leaves_parked_events_out,
    a_rebuild_of_everything_heals_what_can_be_applied_now,
    a_rebuild_of_everything_parks_what_cannot_be_applied,
);

/// A parked lane between healthy ones; returns how many events the log has.
async fn poisoned(world: &World) -> i64 {
    for round in 0..20 {
        world.note_unplaced("good", &[round]).await;
        world.note_unplaced("bad", &[if round == 7 { POISON } else { round }]).await;
    }
    world.note("fine", &[1]).await;
    world.group.catch_up().await.unwrap()
}

async fn assert_clean(world: &World) {
    let report = verify(&world.group).await.unwrap();
    assert!(report.is_clean(), "{report:?}");
}

async fn a_poison_event_parks_only_its_lane_and_a_retry_heals_it(world: World) {
    assert_eq!(poisoned(&world).await, 41);
    let letters = dead_letters(&world.group).await.unwrap();
    assert_eq!(letters.len(), 13);
    assert!(letters.iter().all(|letter| letter.lane == "thing:team/bad"));
    assert!(letters[0].reason.contains("poison"), "{}", letters[0].reason);
    let (_, counts) = world.rows().await;
    assert_eq!(
        counts.iter().map(|(s, n, _)| (s.as_str(), *n)).collect::<Vec<_>>(),
        [("team/bad", 7), ("team/fine", 1), ("team/good", 20)]
    );
    assert_clean(&world).await;
    world.mended.mend();
    let healed = retry(&world.group, None).await.unwrap();
    assert_eq!((healed.len(), healed[0].events, healed[0].fault.clone()), (1, 13, None));
    assert!(dead_letters(&world.group).await.unwrap().is_empty());
    world.assert_rows().await;
    world.note("bad", &[99]).await;
    world.group.catch_up().await.unwrap();
    world.assert_rows().await;
}

async fn a_row_that_the_database_refuses_parks_its_lane(world: World) {
    world.note("good", &[1]).await;
    world.note("bad", &[1, REFUSED, 3]).await;
    world.note("good", &[2]).await;
    assert_eq!(world.group.catch_up().await.unwrap(), 5);
    let letters = dead_letters(&world.group).await.unwrap();
    assert_eq!(letters.iter().map(|l| l.seq).collect::<Vec<_>>(), [3, 4]);
    assert_clean(&world).await;
}

async fn a_retry_that_fails_again_leaves_everything_parked(world: World) {
    poisoned(&world).await;
    let before = (world.rows().await, dead_letters(&world.group).await.unwrap());
    let tried = retry(&world.group, Some("thing:team/bad")).await.unwrap();
    assert!(tried[0].fault.as_deref().is_some_and(|fault| fault.contains("poison")));
    assert_eq!((world.rows().await, dead_letters(&world.group).await.unwrap()), before);
    assert!(retry(&world.group, Some("thing:team/none")).await.unwrap().is_empty());
}

async fn what_is_discarded_stays_out_of_every_rebuild(world: World) {
    poisoned(&world).await;
    assert_eq!(discard(&world.group, "thing:team/bad").await.unwrap(), 13);
    world.note("bad", &[5]).await;
    world.group.catch_up().await.unwrap();
    let rows = world.rows().await;
    assert_eq!(rows.1[0], ("team/bad".to_owned(), 8, 26));
    assert_clean(&world).await;
    rebuild(&world.group, &Scope::All, &CancellationToken::new(), |_| {}).await.unwrap().unwrap();
    assert_eq!(world.rows().await, rows);
    assert!(dead_letters(&world.group).await.unwrap().iter().all(|letter| letter.discarded));
    assert!(retry(&world.group, None).await.unwrap().is_empty());
}

async fn a_single_rebuild_leaves_parked_events_out(world: World) {
    poisoned(&world).await;
    let rows = world.rows().await;
    let one = Scope::One("counts".to_owned());
    rebuild(&world.group, &one, &CancellationToken::new(), |_| {}).await.unwrap().unwrap();
    assert_eq!(world.rows().await, rows);
    world.mended.mend();
    retry(&world.group, None).await.unwrap();
    world.assert_rows().await;
}

async fn a_rebuild_of_everything_heals_what_can_be_applied_now(world: World) {
    poisoned(&world).await;
    world.mended.mend();
    rebuild(&world.group, &Scope::All, &CancellationToken::new(), |_| {}).await.unwrap().unwrap();
    assert!(dead_letters(&world.group).await.unwrap().is_empty());
    world.assert_rows().await;
}

async fn a_rebuild_of_everything_parks_what_cannot_be_applied(world: World) {
    poisoned(&world).await;
    let (rows, letters) = (world.rows().await, dead_letters(&world.group).await.unwrap());
    let built = rebuild(&world.group, &Scope::All, &CancellationToken::new(), |_| {}).await.unwrap().unwrap();
    assert_eq!((built.seq, built.generation), (41, 1));
    let again = dead_letters(&world.group).await.unwrap();
    assert_eq!(
        again.iter().map(|l| l.seq).collect::<Vec<_>>(),
        letters.iter().map(|l| l.seq).collect::<Vec<_>>()
    );
    assert_eq!(world.rows().await, rows);
    assert_clean(&world).await;
}
