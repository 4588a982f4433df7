//! Limits, concurrency and repetition, all on a stopped clock.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use touchstone_vocabulary::ApiKeyId;
use uuid::Uuid;

use crate::{Concurrency, HubError, KeyConcurrency, KeyLimits, Permit, Retry, with_retry};

const KEY: ApiKeyId = ApiKeyId(Uuid::from_u128(1));
const OTHER: ApiKeyId = ApiKeyId(Uuid::from_u128(2));

/// Polls once: what a future can do without anything else happening.
async fn at_once<F: Future>(future: F) -> Option<F::Output> {
    // Without the runtime's budget, which would make a long test wait where nothing makes it wait.
    let mut future = pin!(tokio::task::unconstrained(future));
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

async fn poll_once<F: Future + ?Sized>(mut future: Pin<&mut F>) {
    poll_fn(|cx| {
        let _ = future.as_mut().poll(cx);
        Poll::Ready(())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn no_window_of_the_interval_admits_more_than_the_limit() {
    for (per_interval, secs) in [(1, 1), (2, 1), (7, 3), (20, 1), (60, 10), (600, 60), (5_000, 1)] {
        let limits = KeyLimits::default();
        let rounds = 3 * usize::try_from(per_interval).unwrap();
        let mut admitted = Vec::new();
        for _ in 0..rounds {
            limits.admit(KEY, per_interval, secs).await;
            admitted.push(Instant::now());
        }
        let window = Duration::from_secs(secs.into());
        let most = usize::try_from(per_interval).unwrap();
        for (first, over) in admitted.iter().zip(&admitted[most..]) {
            assert!(*over - *first >= window, "{per_interval}/{secs}: {:?}", *over - *first);
        }
        // And it is not much slower than it may be; the timer's own grain is a millisecond.
        let ideal = window.mul_f64(f64::from(u32::try_from(rounds).unwrap()) / f64::from(per_interval));
        assert!(
            *admitted.last().unwrap() - admitted[0] <= ideal.mul_f64(1.1) + window,
            "{per_interval}/{secs}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn keys_do_not_wait_for_each_other_and_new_settings_take_effect() {
    let limits = KeyLimits::default();
    assert!(at_once(limits.admit(KEY, 1, 3600)).await.is_some());
    assert!(at_once(limits.admit(KEY, 1, 3600)).await.is_none());
    assert!(at_once(limits.admit(OTHER, 1, 3600)).await.is_some());
    assert!(at_once(limits.admit(KEY, 1000, 1)).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_given_up_uses_no_permit_and_lets_the_next_one_through() {
    let limits = KeyLimits::default();
    limits.admit(KEY, 1, 10).await;
    let began = Instant::now();
    let mut given_up = Box::pin(limits.admit(KEY, 1, 10));
    poll_once(given_up.as_mut()).await;
    let mut second = Box::pin(limits.admit(KEY, 1, 10));
    poll_once(second.as_mut()).await;
    drop(given_up);
    second.await;
    let waited = began.elapsed();
    assert!((Duration::from_secs(10)..Duration::from_secs(11)).contains(&waited), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn gates_of_forgotten_keys_are_dropped_and_a_busy_one_stays() {
    let limits = KeyLimits::default();
    for number in 0..2_000 {
        limits.admit(ApiKeyId(Uuid::from_u128(number)), 1, 1).await;
        tokio::time::advance(Duration::from_millis(100)).await;
    }
    assert!(at_once(limits.admit(ApiKeyId(Uuid::from_u128(1_999)), 1, 1)).await.is_none());
}

async fn fill(concurrency: &Concurrency) -> Vec<Permit> {
    let mut permits = Vec::new();
    while let Some(permit) = at_once(concurrency.acquire()).await {
        permits.push(permit);
    }
    permits
}

#[tokio::test(start_paused = true)]
async fn it_doubles_each_round_until_the_first_overload_and_then_grows_by_one_a_round() {
    let concurrency = Concurrency::new(4, 1_000);
    let mut permits = fill(&concurrency).await;
    for wanted in [8, 16, 32, 64] {
        permits = round(&concurrency, permits).await;
        assert_eq!((concurrency.limit(), permits.len()), (wanted, wanted));
    }
    tokio::time::advance(Duration::from_millis(1)).await;
    permits.pop().unwrap().overloaded();
    assert_eq!(concurrency.limit(), 32);
    drop(permits);
    permits = fill(&concurrency).await;
    for wanted in [33, 34, 35] {
        permits = round(&concurrency, permits).await;
        assert_eq!((concurrency.limit(), permits.len()), (wanted, wanted));
    }
}

/// Every call that was in flight succeeds, and each is followed by as many new ones as there is place for.
async fn round(concurrency: &Concurrency, permits: Vec<Permit>) -> Vec<Permit> {
    let mut next = Vec::new();
    for permit in permits {
        permit.succeeded();
        next.extend(fill(concurrency).await);
    }
    next
}

#[tokio::test(start_paused = true)]
async fn calls_that_were_under_way_at_a_halving_do_not_halve_again() {
    let concurrency = Concurrency::new(64, 1_000);
    let permits = fill(&concurrency).await;
    tokio::time::advance(Duration::from_millis(200)).await;
    permits.into_iter().for_each(Permit::overloaded);
    assert_eq!(concurrency.limit(), 32);
    tokio::time::advance(Duration::from_millis(1)).await;
    let next = fill(&concurrency).await;
    assert_eq!(next.len(), 32);
    tokio::time::advance(Duration::from_millis(200)).await;
    next.into_iter().for_each(Permit::overloaded);
    assert_eq!(concurrency.limit(), 16);
}

#[tokio::test(start_paused = true)]
async fn it_never_falls_below_one_nor_rises_above_its_maximum() {
    let low = Concurrency::new(8, 8);
    for _ in 0..10 {
        tokio::time::advance(Duration::from_millis(1)).await;
        let permit = low.acquire().await;
        tokio::time::advance(Duration::from_millis(1)).await;
        permit.overloaded();
    }
    assert_eq!((low.limit(), fill(&low).await.len()), (1, 1));

    let high = Concurrency::new(8, 20);
    for _ in 0..100 {
        fill(&high).await.into_iter().for_each(Permit::succeeded);
    }
    assert_eq!((high.limit(), fill(&high).await.len()), (20, 20));
}

#[tokio::test(start_paused = true)]
async fn a_fall_below_what_is_in_flight_holds_new_calls_back_until_enough_have_ended() {
    let concurrency = Concurrency::new(10, 100);
    let mut permits = fill(&concurrency).await;
    tokio::time::advance(Duration::from_millis(1)).await;
    permits.pop().unwrap().overloaded();
    assert_eq!((concurrency.limit(), concurrency.in_flight()), (5, 9));
    for _ in 0..4 {
        drop(permits.pop());
        assert!(at_once(concurrency.acquire()).await.is_none());
    }
    drop(permits.pop());
    assert_eq!(fill(&concurrency).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_idle_key_does_not_grow_and_a_call_without_a_verdict_changes_nothing() {
    let concurrency = Concurrency::new(64, 1_000);
    for _ in 0..1_000 {
        concurrency.acquire().await.succeeded();
        drop(concurrency.acquire().await);
    }
    assert_eq!((concurrency.limit(), concurrency.in_flight()), (64, 0));
    let given_up = at_once(concurrency.acquire()).await;
    drop(given_up);
    assert_eq!(fill(&concurrency).await.len(), 64);
}

#[tokio::test(start_paused = true)]
async fn an_overload_is_told_from_an_answer_and_from_other_errors() {
    let limit_after = async |outcome: Result<(), HubError>| {
        let concurrency = Concurrency::new(1, 10);
        concurrency.acquire().await.settle(&outcome);
        concurrency.acquire().await.settle(&outcome);
        (concurrency.limit(), concurrency.in_flight())
    };
    assert_eq!(limit_after(Ok(())).await, (3, 0));
    assert_eq!(limit_after(Err(HubError::Refused(400))).await, (1, 0));
    assert_eq!(limit_after(Err(BUSY)).await, (1, 0));
}

#[tokio::test(start_paused = true)]
async fn at_200_ms_a_hundred_calls_in_flight_reach_nearly_the_ideal_rate() {
    let concurrency = KeyConcurrency::default().of(KEY);
    let began = Instant::now();
    let work = (0..100).map(|_| {
        let concurrency = concurrency.clone();
        async move {
            for _ in 0..20 {
                let permit = concurrency.acquire().await;
                tokio::time::sleep(Duration::from_millis(200)).await;
                permit.succeeded();
            }
        }
    });
    futures::future::join_all(work).await;
    let ideal = Duration::from_millis(200) * 20;
    assert!(began.elapsed() <= ideal.mul_f64(1.0 / 0.95), "{:?}", began.elapsed());
}

#[test]
fn a_key_has_one_concurrency_and_another_key_has_another() {
    let keys = KeyConcurrency::new(2, 2);
    let _held = [alone(keys.of(KEY).acquire()), alone(keys.of(KEY).acquire())];
    assert_eq!((keys.of(KEY).in_flight(), keys.of(OTHER).in_flight()), (2, 0));
}

fn alone<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

const BUSY: HubError = HubError::Unavailable { status: 503, after: None };

/// Fails with the given errors one after the other, the last one again and again. Tells the calls made, the time
/// taken and the result.
async fn retried(policy: Retry, errors: &[HubError]) -> (usize, Duration, Result<(), HubError>) {
    let calls = AtomicUsize::new(0);
    let began = Instant::now();
    let result = with_retry(policy, &CancellationToken::new(), || {
        let call = calls.fetch_add(1, Ordering::SeqCst);
        let error = errors.get(call).or(errors.last()).cloned();
        async move { error.map_or(Ok(()), Err) }
    })
    .await;
    (calls.into_inner(), began.elapsed(), result)
}

#[tokio::test(start_paused = true)]
async fn a_passing_error_is_tried_again_as_often_as_allowed_and_then_final() {
    for max_retries in [0, 1, 5] {
        let policy = Retry { max_retries, ..Retry::default() };
        let (calls, waited, result) = retried(policy, &[BUSY]).await;
        assert_eq!((calls, result), (max_retries + 1, Err(BUSY)));
        assert!(waited <= Duration::from_millis(500 + 1_000 + 2_000 + 4_000 + 8_000 + 5));
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_call_is_never_retried() {
    for error in [
        HubError::Unauthorized(401),
        HubError::Refused(404),
        HubError::TooLarge,
        HubError::Blocked("no".into()),
    ] {
        let (calls, _, result) = retried(Retry::default(), std::slice::from_ref(&error)).await;
        assert_eq!((calls, result), (1, Err(error)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_malformed_answer_is_asked_for_once_more() {
    let (calls, _, result) = retried(Retry::default(), &[HubError::Malformed]).await;
    assert_eq!((calls, result), (2, Err(HubError::Malformed)));
    let (calls, ..) =
        retried(Retry::default(), &[HubError::Malformed, BUSY, BUSY, HubError::Refused(400)]).await;
    assert_eq!(calls, 4);
}

#[tokio::test(start_paused = true)]
async fn a_pause_the_hub_asked_for_is_kept_and_bounded() {
    let policy = Retry { max_retries: 1, ..Retry::default() };
    for (asked, least) in [(30, 30), (299, 299), (86_400, 300)] {
        let error = HubError::RateLimited { after: Some(Duration::from_secs(asked)) };
        let (_, waited, _) = retried(policy, &[error]).await;
        let range = Duration::from_secs(least)..Duration::from_secs(least + 1);
        assert!(range.contains(&waited), "{asked}: {waited:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn pauses_differ_from_call_to_call() {
    let policy = Retry { max_retries: 1, base: Duration::from_mins(1), cap: Duration::from_mins(1) };
    let mut waits = Vec::new();
    for _ in 0..50 {
        waits.push(retried(policy, &[BUSY]).await.1);
    }
    assert!(waits.iter().any(|wait| *wait < Duration::from_secs(20)));
    assert!(waits.iter().any(|wait| *wait > Duration::from_secs(40)));
}

#[tokio::test(start_paused = true)]
async fn a_cancel_ends_a_try_and_a_pause_at_once() {
    let cancel = CancellationToken::new();
    let began = Instant::now();
    let hanging = with_retry(Retry::default(), &cancel, std::future::pending::<Result<(), HubError>>);
    let soon = async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        cancel.cancel();
    };
    assert_eq!(tokio::join!(hanging, soon).0, Err(HubError::Canceled));

    let cancel = CancellationToken::new();
    let asked = HubError::RateLimited { after: Some(Duration::from_mins(5)) };
    let pausing = with_retry(Retry::default(), &cancel, || std::future::ready(Err::<(), _>(asked.clone())));
    let soon = async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        cancel.cancel();
    };
    assert_eq!(tokio::join!(pausing, soon).0, Err(HubError::Canceled));
    assert!(began.elapsed() < Duration::from_secs(1));

    let calls = AtomicUsize::new(0);
    let never = with_retry(Retry::default(), &cancel, || {
        calls.fetch_add(1, Ordering::SeqCst);
        std::future::pending::<Result<(), HubError>>()
    });
    assert_eq!(never.await, Err(HubError::Canceled));
}
