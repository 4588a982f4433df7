//! The whole way over a real NATS server that dies, forgets and comes back: the tables converge by themselves.

use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use touchstone_bus::{Bus, Prefix, Relay};
use touchstone_servers::Nats;
use uuid::Uuid;

use super::on_both;
use super::support::{World, shows, until};
use crate::{LogSource, verify};

on_both!(
    tables_converge_through_a_kill_an_emptied_server_and_a_return,
    a_relay_goes_on_where_another_process_stopped,
);

fn relay(world: &World, bus: &Bus) -> AbortOnDropHandle<()> {
    let source = LogSource::new(world.store.clone(), Uuid::new_v4());
    AbortOnDropHandle::new(tokio::spawn(Relay::new(source, bus.clone()).run(CancellationToken::new())))
}

async fn tables_converge_through_a_kill_an_emptied_server_and_a_return(world: World) {
    let mut nats = Nats::start().await;
    let bus = Bus::connect(&nats.url(), Prefix::default()).await.unwrap();
    let _relay = relay(&world, &bus);
    let _sequencing = world.sequencing();
    let running = world.running(&world.group, bus.subscribe("main").await.unwrap());
    for number in 0..20 {
        world.note_unplaced("one", &[number]).await;
    }
    shows(&world.group, 20).await;

    nats.kill().await;
    for number in 0..20 {
        world.note_unplaced("two", &[number]).await;
    }
    shows(&world.group, 40).await;

    std::fs::remove_dir_all(nats.store_dir()).unwrap();
    nats.restart().await;
    for number in 0..20 {
        world.note_unplaced("three", &[number]).await;
    }
    shows(&world.group, 60).await;
    until(async || matches!(bus.state().await, Ok(state) if state.contiguous == 60)).await;
    world.note_unplaced("one", &[99]).await;
    shows(&world.group, 61).await;
    running.stop().await;
    world.assert_rows().await;
    assert!(verify(&world.group).await.unwrap().is_clean());
}

async fn a_relay_goes_on_where_another_process_stopped(world: World) {
    let nats = Nats::start().await;
    let bus = Bus::connect(&nats.url(), Prefix::default()).await.unwrap();
    world.many(100).await;
    {
        let source = LogSource::new(world.store.clone(), Uuid::new_v4());
        let cancel = CancellationToken::new();
        let running = tokio::spawn(Relay::new(source, bus.clone()).run(cancel.clone()));
        until(async || matches!(bus.state().await, Ok(state) if state.contiguous == 100)).await;
        cancel.cancel();
        running.await.unwrap();
    }
    world.many(100).await;
    let _relay = relay(&world, &bus);
    until(async || matches!(bus.state().await, Ok(state) if state.contiguous == 200)).await;
    assert_eq!(bus.state().await.unwrap().messages, 200);
}
