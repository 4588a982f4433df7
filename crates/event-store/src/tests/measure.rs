use super::fixture::{World, meta, thing};
use super::thing::{Part, Thing, ThingEvent};
use crate::bridge::Root;
use cqrs_es::persist::{PersistedEventRepository, SerializedEvent};
use futures::future::join_all;
use std::time::Instant;

fn said() -> ThingEvent {
    ThingEvent::Said {
        text: "words \"and\" more ".repeat(60).into(),
        parts: vec![Part { note: "n".repeat(700).into() }, Part { note: "another".to_owned().into() }],
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore]
async fn measure() {
    let world = World::memory().await;
    let events: Vec<_> = (0..2000).map(|_| said()).collect();
    for _ in 0..3 {
        let t = Instant::now();
        let a = world.store.prepare_events::<Thing>(&thing(1), 0, &events, &meta()).await.unwrap();
        println!("encode+seal {:?}/event, {} bytes", t.elapsed() / 2000, a.events[0].payload.len());
    }
    for (name, world) in [("sqlite", World::sqlite().await), ("postgres", World::postgres().await)] {
        for size in [1usize, 100, 256] {
            let n = if size == 1 { 200 } else { 60 };
            let mut t = std::time::Duration::ZERO;
            for r in 0..n {
                let a = world
                    .store
                    .prepare_events::<Thing>(
                        &thing((size * 100_000 + r) as u128),
                        0,
                        &events[..size],
                        &meta(),
                    )
                    .await
                    .unwrap();
                let t0 = Instant::now();
                let _ = world.store.append_alone(a, &meta()).await.unwrap();
                t += t0.elapsed();
            }
            println!("{name} batches of {size}: {:.0} events/s", (n * size) as f64 / t.as_secs_f64());
        }
        let writer = world.store.writer();
        let t = Instant::now();
        let ids: Vec<_> = (0..64u128).map(|n| thing(1_000_000_000 + n)).collect();
        join_all(ids.iter().map(async |id| {
            for v in 0..100 {
                let _ = writer.append::<Thing>(id, v, vec![said()], &meta()).await.unwrap();
            }
        }))
        .await;
        println!(
            "{name} writer, 64 streams, one event each, with sealing: {:.0} events/s",
            6400.0 / t.elapsed().as_secs_f64()
        );
        let total = 200 + 6000 + 60 * 256 + 6400;
        let t = Instant::now();
        world.log(total).await;
        println!("{name} sequence + read twice: {:.0} events/s", total as f64 / t.elapsed().as_secs_f64());
        let log = world.store.log();
        let (mut after, t) = (0, Instant::now());
        let mut open = std::time::Duration::ZERO;
        loop {
            let run = log.read(after, 500, 4 << 20).await.unwrap();
            let Some(last) = run.last() else { break };
            after = last.seq;
            let t0 = Instant::now();
            let opened = log.open_all(run).await.unwrap();
            assert!(!opened.is_empty());
            open += t0.elapsed();
        }
        println!(
            "{name} read+open {:.0} events/s, opening alone {:?}/event",
            total as f64 / t.elapsed().as_secs_f64(),
            open / total as u32
        );
        if let Some(theirs) = world.store.postgres_es() {
            let mut t = std::time::Duration::ZERO;
            for r in 0..20u128 {
                let a = world
                    .store
                    .prepare_events::<Thing>(&thing(5_000_000_000 + r), 0, &events[..100], &meta())
                    .await
                    .unwrap();
                let events: Vec<_> = a
                    .placed()
                    .map(|(s, e)| {
                        SerializedEvent::new(
                            a.stream.clone(),
                            s as usize,
                            "thing".into(),
                            e.name.clone(),
                            "1".into(),
                            serde_json::from_str(&e.payload).unwrap(),
                            serde_json::from_str(&e.metadata).unwrap(),
                        )
                    })
                    .collect();
                let t0 = Instant::now();
                theirs.persist::<Root<Thing>>(&events, None).await.unwrap();
                t += t0.elapsed();
            }
            println!("postgres-es batches of 100: {:.0} events/s", 2000.0 / t.as_secs_f64());
        }
    }
}
