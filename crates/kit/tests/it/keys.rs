//! When are the keys fetched, and when not?

use crate::house::{CountingKeys, KID, OTHER_KEY, POOL_KEY, StoppedClock};
use jiff::SignedDuration;
use kit::authorizer::Keys;
use std::sync::{Arc, atomic::Ordering};

struct House {
    keys: Arc<Keys>,
    source: Arc<CountingKeys>,
    clock: StoppedClock,
}

fn house() -> House {
    let clock = StoppedClock::new();
    let source = CountingKeys::new(&[(KID, &POOL_KEY)]);
    House { keys: Arc::new(Keys::new(source.clone(), clock.clock())), source, clock }
}

impl House {
    async fn has(&self, kid: &str) -> bool {
        self.keys.find(kid).await.unwrap().is_some()
    }

    fn wait(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    fn set_away(&self, is_away: bool) {
        self.source.is_away.store(is_away, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn many_callers_at_once_make_one_fetch() {
    let house = house();
    let calls: Vec<_> = (0..100)
        .map(|number| {
            let keys = house.keys.clone();
            let kid = if number % 2 == 0 { KID.to_owned() } else { format!("random-{number}") };
            tokio::spawn(async move { keys.find(&kid).await.unwrap().is_some() })
        })
        .collect();
    let mut found = 0;
    for call in calls {
        found += usize::from(call.await.unwrap());
    }
    assert_eq!((found, house.source.fetches()), (50, 1));
}

#[tokio::test]
async fn a_new_key_is_found_after_the_cool_down() {
    let house = house();
    assert!(house.has(KID).await);
    house.source.publish(&[(KID, &POOL_KEY), ("next", &OTHER_KEY)]);
    house.wait(29);
    assert!(!house.has("next").await);
    house.wait(1);
    assert!(house.has("next").await);
    assert_eq!(house.source.fetches(), 2);
}

#[tokio::test]
async fn a_failing_source_is_asked_ever_more_rarely() {
    let house = house();
    house.set_away(true);
    for _ in 0..300 {
        assert!(house.keys.find(KID).await.is_err());
        house.wait(1);
    }
    // After 0, 1, 3, 7, 15, 31 s, and then every 30 s.
    assert_eq!(house.source.fetches(), 14);

    house.set_away(false);
    house.wait(30);
    assert!(house.has(KID).await);
}

#[tokio::test]
async fn a_source_that_goes_away_leaves_the_keys_that_are_known() {
    let house = house();
    assert!(house.has(KID).await);
    house.set_away(true);
    for _ in 0..100 {
        house.wait(1);
        assert!(!house.has("random").await, "unknown, and no breakage");
    }
    house.wait(7200);
    assert!(house.has(KID).await);
}

#[tokio::test]
async fn a_key_the_pool_gave_up_is_forgotten_within_the_hour() {
    let house = house();
    assert!(house.has(KID).await);
    house.source.publish(&[("next", &OTHER_KEY)]);
    house.wait(3599);
    assert!(house.has(KID).await);
    house.wait(1);
    assert!(!house.has(KID).await);
    assert!(house.has("next").await);
    assert_eq!(house.source.fetches(), 2);
}

#[tokio::test]
async fn an_empty_key_set_does_not_lock_everybody_out() {
    let house = house();
    assert!(house.has(KID).await);
    house.source.publish(&[]);
    house.wait(3600);
    assert!(house.has(KID).await);
    assert_eq!(house.source.fetches(), 2);
}

#[tokio::test]
async fn a_clock_that_is_put_back_does_not_stop_the_fetching() {
    let house = house();
    assert!(house.has(KID).await);
    house.source.publish(&[("next", &OTHER_KEY)]);
    house.wait(-86_400);
    assert!(house.has("next").await);
}

#[tokio::test(start_paused = true)]
async fn a_silent_source_is_given_up_and_counts_as_a_failure() {
    let house = house();
    house.source.is_silent.store(true, Ordering::SeqCst);
    let began = tokio::time::Instant::now();
    assert!(house.keys.find(KID).await.is_err());
    assert_eq!(began.elapsed(), std::time::Duration::from_secs(3));
    assert!(house.keys.find(KID).await.is_err());
    assert_eq!(house.source.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_goes_away_does_not_open_the_way_for_the_next() {
    let house = house();
    house.source.is_silent.store(true, Ordering::SeqCst);
    for _ in 0..10 {
        let waiting = house.keys.find(KID);
        let _ = tokio::time::timeout(std::time::Duration::from_millis(10), waiting).await;
    }
    assert_eq!(house.source.fetches(), 1);
}
