//! From the log into the tables, and who may see it when.

use touchstone_bus::Bus;
use touchstone_kernel::{Freshness, Mark, Visible};
use touchstone_vocabulary::Time;

use super::on_both;
use super::support::{POISON, World, shows};
use crate::statuses;

on_both!(
    a_replay_shows_every_event_once,
    catching_up_twice_changes_nothing,
    a_write_is_seen_within_the_wait,
    a_write_is_seen_when_another_process_feeds_the_group,
    a_write_to_a_parked_lane_is_behind_at_once,
    a_write_that_nobody_applies_is_behind_after_the_wait,
    one_of_two_processes_feeds_the_group_and_the_other_takes_over,
    the_status_names_lag_generation_and_parked_lanes,
);

async fn a_replay_shows_every_event_once(world: World) {
    let head = world.many(1_300).await;
    assert_eq!(world.group.catch_up().await.unwrap(), head);
    world.assert_rows().await;
}

async fn catching_up_twice_changes_nothing(world: World) {
    world.many(120).await;
    world.group.catch_up().await.unwrap();
    // A second reader that believes to be at the start is told better by the progress row.
    world.elsewhere().catch_up().await.unwrap();
    world.group.catch_up().await.unwrap();
    world.assert_rows().await;
}

async fn a_write_is_seen_within_the_wait(world: World) {
    let bus = Bus::local();
    let running = world.running(&world.group, bus.subscribe("main").await.unwrap());
    shows(&world.group, 0).await;
    let mark = world.note("one", &[1, 2, 3]).await;
    assert_eq!(world.group.reach(mark, "thing:team/one".to_owned()).await, Visible::Yes);
    world.assert_rows().await;
    running.stop().await;
}

async fn a_write_is_seen_when_another_process_feeds_the_group(world: World) {
    let bus = Bus::local();
    let running = world.running(&world.group, bus.subscribe("main").await.unwrap());
    let here = world.elsewhere();
    let mark = world.note("one", &[1]).await;
    let (first, second) = tokio::join!(
        here.reach(mark, "thing:team/one".to_owned()),
        here.reach(mark, "thing:team/one".to_owned())
    );
    assert_eq!((first, second), (Visible::Yes, Visible::Yes));
    running.stop().await;
}

async fn a_write_to_a_parked_lane_is_behind_at_once(world: World) {
    world.note("bad", &[1, POISON]).await;
    world.group.catch_up().await.unwrap();
    let mark = world.note("bad", &[3]).await;
    world.group.catch_up().await.unwrap();
    assert_eq!(world.group.reach(mark, "thing:team/bad".to_owned()).await, Visible::Behind);
    assert_eq!(world.elsewhere().reach(mark, "thing:team/good".to_owned()).await, Visible::Yes);
}

async fn a_write_that_nobody_applies_is_behind_after_the_wait(world: World) {
    let never = Mark { xid: i64::MAX, position: 0 };
    assert_eq!(world.group.reach(never, "thing:team/one".to_owned()).await, Visible::Behind);
    assert_eq!(world.group.reach(Mark::default(), "thing:team/one".to_owned()).await, Visible::Yes);
}

async fn one_of_two_processes_feeds_the_group_and_the_other_takes_over(world: World) {
    let bus = Bus::local();
    let other = world.elsewhere();
    let one = world.running(&world.group, bus.subscribe("one").await.unwrap());
    world.note("one", &[1]).await;
    shows(&world.group, 1).await;
    let two = world.running(&other, bus.subscribe("two").await.unwrap());
    one.stop().await;
    world.note("one", &[2]).await;
    shows(&other, 2).await;
    assert!(!world.group.health().running);
    world.assert_rows().await;
    two.stop().await;
}

async fn the_status_names_lag_generation_and_parked_lanes(world: World) {
    world.note("bad", &[POISON]).await;
    world.group.catch_up().await.unwrap();
    world.note("good", &[1, 2]).await;
    let recorded = world.envelopes().await[1].recorded_at;
    let now = Time(recorded.micros() + 5_000_000);
    let all = statuses(&world.group, now).await.unwrap();
    assert_eq!(all.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["notes", "counts"]);
    for status in all {
        assert_eq!((status.seq, status.head, status.lag_events, status.lag_seconds), (1, 3, 2, 5));
        assert_eq!((status.generation, status.parked), (0, vec!["thing:team/bad".to_owned()]));
    }
}
