//! What happens to users is told: in order, at least once, and whatever the listener does.

use crate::stage::{Stage, TABLE};
use async_trait::async_trait;
use events::{UserEvent, UserEventKind as Kind, UserEventSource};
use jiff::SignedDuration;
use serde_json::json;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use users::events::{Drain, Drained, NotDelivered, Sink};

/// Somebody who listens, or does not.
#[derive(Default)]
struct Listener {
    heard: Mutex<Vec<UserEvent>>,
    refusals: Mutex<BTreeMap<String, u32>>,
    away: Mutex<u32>,
}

#[async_trait]
impl Sink for Listener {
    async fn deliver(&self, event: &UserEvent) -> Result<(), NotDelivered> {
        {
            let mut away = self.away.lock().unwrap();
            if *away > 0 {
                *away -= 1;
                return Err(NotDelivered::Unreachable("away".to_owned()));
            }
        }
        let mut refusals = self.refusals.lock().unwrap();
        if let Some(left) = refusals.get_mut(&event.id).filter(|left| **left > 0) {
            *left -= 1;
            return Err(NotDelivered::Refused("no".to_owned()));
        }
        self.heard.lock().unwrap().push(event.clone());
        Ok(())
    }
}

impl Listener {
    fn heard(&self) -> Vec<(String, Kind)> {
        let heard = self.heard.lock().unwrap();
        heard.iter().map(|event| (event.id.clone(), event.kind)).collect()
    }

    fn kinds_of(&self, user: &str) -> Vec<Kind> {
        let heard = self.heard.lock().unwrap();
        let of_user =
            |event: &&UserEvent| event.subject.as_ref().is_some_and(|sub| sub.as_str() == user);
        heard.iter().filter(of_user).map(|event| event.kind).collect()
    }
}

fn drain(stage: &Stage, sink: &Arc<impl Sink + 'static>, holder: &str) -> Drain {
    let source = UserEventSource::new("aws", "123456789012", &stage.house.pool.parse().unwrap());
    let clock = stage.house.clock.clone();
    let records = stage.api.profiles.records().clone();
    let clock = Arc::new(move || clock.now());
    Drain::new(records, TABLE, source, sink.clone(), clock, holder.to_owned())
}

const LONG: Duration = Duration::from_secs(30);

#[tokio::test]
async fn everything_that_happens_is_told_in_the_order_in_which_it_did() {
    let stage = Stage::new().await;
    let listener = Arc::new(Listener::default());
    let drain = drain(&stage, &listener, "one");
    let id = stage.active("ann").await;
    let login = json!({ "handle": "ann", "password": testkit::PASSWORD });
    stage.post("/auth/login").json(&login).send().await.ok();
    stage.patch(&format!("/user/{id}/data/update")).json(&json!({ "a": 1 })).send().await.ok();
    stage.post(&format!("/user/{id}/badge/founder")).send().await;
    stage.delete(&format!("/user/{id}/badge/founder")).send().await;
    stage.patch(&format!("/user/{id}/status/suspended")).send().await.ok();
    stage.delete(&format!("/user/{id}")).send().await;
    drain.run_once(LONG).await;
    let mut expected = vec![Kind::Created, Kind::Activated, Kind::SignedIn, Kind::Changed];
    expected.extend([Kind::BadgeIssued, Kind::BadgeRevoked, Kind::Changed, Kind::Deleted]);
    assert_eq!(listener.kinds_of(&id), expected);
    assert_eq!(drain.run_once(LONG).await, Drained::default(), "once is enough");

    let heard = listener.heard.lock().unwrap();
    let ids: Vec<&str> = heard.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids, (1..=8).map(|number| format!("{id}.{number}")).collect::<Vec<_>>());
    // Nothing of what is told is about the user but the id.
    let text = serde_json::to_string(&*heard).unwrap();
    for word in ["ann", "example.com"] {
        assert!(!text.contains(word), "{text}");
    }
    assert!(heard.windows(2).all(|pair| pair[0].sequence < pair[1].sequence));
}

#[tokio::test]
async fn where_nothing_runs_between_requests_each_tells_what_it_did() {
    let mut stage = Stage::new().await;
    let listener = Arc::new(Listener::default());
    let drain = drain(&stage, &listener, "one").with_requests(LONG);
    stage.listen(drain);
    let id = stage.pending("ann").await;
    assert_eq!(listener.kinds_of(&id), [Kind::Created]);
}

#[tokio::test]
async fn a_listener_that_is_away_hears_everything_when_it_is_back() {
    let stage = Stage::new().await;
    let listener = Arc::new(Listener { away: Mutex::new(2), ..Listener::default() });
    let drain = drain(&stage, &listener, "one");
    let id = stage.active("ann").await;
    let first = drain.run_once(LONG).await;
    assert_eq!((first.published, first.failed), (0, 1));
    assert_eq!(drain.run_once(LONG).await, Drained::default(), "it is not asked again at once");
    stage.advance(SignedDuration::from_secs(2));
    assert_eq!(drain.run_once(LONG).await.failed, 1);
    stage.advance(SignedDuration::from_secs(5));
    assert_eq!(drain.run_once(LONG).await.published, 2);
    assert_eq!(listener.kinds_of(&id), [Kind::Created, Kind::Activated]);
}

#[tokio::test]
async fn an_event_that_nobody_takes_holds_up_its_user_for_a_while_and_nobody_else() {
    let stage = Stage::new().await;
    let (ann, bob) = (stage.active("ann").await, stage.active("bob").await);
    let refusals = Mutex::new(BTreeMap::from([(format!("{ann}.1"), 16)]));
    let listener = Arc::new(Listener { refusals, ..Listener::default() });
    let drain = drain(&stage, &listener, "one");
    drain.run_once(LONG).await;
    assert!(listener.kinds_of(&ann).is_empty(), "what came later waits");
    assert_eq!(listener.kinds_of(&bob), [Kind::Created, Kind::Activated]);
    let mut parked = 0;
    for _ in 0..15 {
        stage.advance(SignedDuration::from_mins(15));
        parked += drain.run_once(LONG).await.parked;
    }
    assert_eq!(parked, 1);
    assert_eq!(listener.kinds_of(&ann), [Kind::Activated]);
    // Somebody has mended the listener.
    assert_eq!(drain.unpark().await.unwrap(), 1);
    drain.run_once(LONG).await;
    assert_eq!(listener.kinds_of(&ann), [Kind::Activated, Kind::Created]);
}

#[tokio::test]
async fn several_nodes_tell_everything_once_between_them() {
    let stage = Stage::new().await;
    for number in 0..20 {
        stage.pending(&format!("user{number}")).await;
    }
    let listener = Arc::new(Listener::default());
    let rounds: Vec<_> = (0..4)
        .map(|node| {
            let drain = drain(&stage, &listener, &node.to_string());
            tokio::spawn(async move { drain.run_once(LONG).await })
        })
        .collect();
    for round in rounds {
        round.await.unwrap();
    }
    drain(&stage, &listener, "last").run_once(LONG).await;
    let mut heard = listener.heard();
    assert!(heard.len() >= 20);
    heard.sort();
    heard.dedup();
    assert_eq!(heard.len(), 20);
}

#[tokio::test]
async fn a_node_that_was_overtaken_removes_what_it_told_and_nothing_else() {
    /// While it takes the last event, the lease ends and another node begins.
    struct Slow {
        listener: Listener,
        clock: testkit::StoppedClock,
        other: Drain,
    }
    #[async_trait]
    impl Sink for Slow {
        async fn deliver(&self, event: &UserEvent) -> Result<(), NotDelivered> {
            if event.kind == Kind::SignedIn {
                self.clock.advance(SignedDuration::from_secs(31));
                assert_eq!(self.other.run_once(LONG).await.published, 1);
            }
            self.listener.deliver(event).await
        }
    }
    let stage = Stage::new().await;
    let id = stage.active("ann").await;
    let login = json!({ "handle": "ann", "password": testkit::PASSWORD });
    stage.post("/auth/login").json(&login).send().await.ok();
    // The other node tells the first event and fails to tell the second.
    let refusals = Mutex::new(BTreeMap::from([(format!("{id}.2"), 1)]));
    let other = Arc::new(Listener { refusals, ..Listener::default() });
    let slow = Arc::new(Slow {
        listener: Listener::default(),
        clock: stage.house.clock.clone(),
        other: drain(&stage, &other, "other"),
    });
    assert_eq!(drain(&stage, &slow, "slow").run_once(LONG).await.published, 3);
    stage.advance(SignedDuration::from_mins(1));
    drain(&stage, &other, "other").run_once(LONG).await;
    // What the other node had changed was its own to tell again; the last event was told and is gone.
    assert_eq!(slow.listener.kinds_of(&id), [Kind::Created, Kind::Activated, Kind::SignedIn]);
    assert_eq!(other.kinds_of(&id), [Kind::Created, Kind::Activated]);
}

#[tokio::test]
async fn a_listener_that_hangs_holds_up_nobody_for_longer_than_was_said() {
    struct Hanging;
    #[async_trait]
    impl Sink for Hanging {
        async fn deliver(&self, _: &UserEvent) -> Result<(), NotDelivered> {
            std::future::pending().await
        }
    }
    let stage = Stage::new().await;
    stage.pending("ann").await;
    let hanging = drain(&stage, &Arc::new(Hanging), "hanging");
    assert_eq!(hanging.run_once(Duration::from_millis(50)).await, Drained::default());
    // Its lease comes to an end, and another node goes on.
    let listener = Arc::new(Listener::default());
    let other = drain(&stage, &listener, "other");
    assert_eq!(other.run_once(LONG).await.published, 0);
    stage.advance(SignedDuration::from_secs(31));
    assert_eq!(other.run_once(LONG).await.published, 1);
}
