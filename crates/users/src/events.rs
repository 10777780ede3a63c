//! What is told of a user, and how does it get out of the house?
//!
//! Whatever changes a profile puts what happened into the same commit ([`record`]): there is no change that
//! is not told, and nothing is told that did not happen. A [`Drain`] takes it from there to a [`Sink`].
//!
//! The events of one user are numbered by their profile, so they have the order of the commits, and an event
//! has the same id however often it is delivered.

mod drain;

pub use drain::{Drain, Drained};

use ::events::{UserEvent, UserEventData, UserEventKind, UserEventSource};
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use names::Sub;
use serde::{Deserialize, Serialize};
use store::{Commit, Key, Record};

/// What happened to a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    Created,
    Activated,
    SignedIn,
    /// The names of the members that changed, never what they are now.
    Changed(Vec<String>),
    Deleted,
    /// The name of the badge.
    BadgeIssued(String),
    BadgeRevoked(String),
}

impl Happening {
    fn into_parts(self) -> (UserEventKind, UserEventData) {
        let nothing = UserEventData::default();
        match self {
            Self::Created => (UserEventKind::Created, nothing),
            Self::Activated => (UserEventKind::Activated, nothing),
            Self::SignedIn => (UserEventKind::SignedIn, nothing),
            Self::Deleted => (UserEventKind::Deleted, nothing),
            Self::Changed(changed) => {
                (UserEventKind::Changed, UserEventData { changed, ..nothing })
            }
            Self::BadgeIssued(badge) => {
                (UserEventKind::BadgeIssued, UserEventData { badge: Some(badge), ..nothing })
            }
            Self::BadgeRevoked(badge) => {
                (UserEventKind::BadgeRevoked, UserEventData { badge: Some(badge), ..nothing })
            }
        }
    }
}

/// Puts an event into the commit that makes it true. `told` is how many events there were of this profile; it
/// counts up, and has to be kept with the profile in this very commit.
pub fn record(
    commit: &mut Commit,
    table: &str,
    user: &Sub,
    told: &mut u64,
    happening: Happening,
    now: Timestamp,
) {
    *told += 1;
    let (kind, data) = happening.into_parts();
    commit.create(&Waiting {
        table: table.to_owned(),
        user: user.clone(),
        number: *told,
        kind,
        data,
        at: now,
        tries: 0,
        next_try: None,
    });
}

/// Where events are told. One that is told twice is recognised by its id.
#[async_trait]
pub trait Sink: Send + Sync + 'static {
    /// Tells one event, or says why not. Takes seconds at most.
    ///
    /// # Errors
    /// [`NotDelivered`] if it may not have been told.
    async fn deliver(&self, event: &UserEvent) -> Result<(), NotDelivered>;
}

/// Why an event may not have been told, in words for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotDelivered {
    /// Nobody can be told anything now.
    #[error("nobody can be told now: {0}")]
    Unreachable(String),
    /// This event was not taken. Others may be.
    #[error("the event was not taken: {0}")]
    Refused(String),
}

/// Tells the log.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogSink;

#[async_trait]
impl Sink for LogSink {
    async fn deliver(&self, event: &UserEvent) -> Result<(), NotDelivered> {
        let text = serde_json::to_string(event);
        let text = text.map_err(|cause| NotDelivered::Refused(cause.to_string()))?;
        tracing::info!(target: "user_events", "{text}");
        Ok(())
    }
}

/// Over how many partitions the events of a table are spread.
const SHARDS: u8 = 16;

/// How long an event that nobody took is kept for somebody to look at.
const PARKED_FOR: SignedDuration = SignedDuration::from_hours(24 * 30);

/// An event that waits to be told.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Waiting {
    table: String,
    user: Sub,
    number: u64,
    kind: UserEventKind,
    data: UserEventData,
    at: Timestamp,
    tries: u32,
    /// Not before this; at once if there is none.
    next_try: Option<Timestamp>,
}

impl Waiting {
    fn partition(table: &str, shard: u8) -> String {
        format!("outbox/{table}/{shard:02}")
    }

    /// The events of one user are in one partition, one after the other.
    fn shard(&self) -> u8 {
        let [first, ..] = crypto::sha256(self.user.as_str().as_bytes());
        first % SHARDS
    }

    fn place(&self) -> String {
        format!("{}/{:020}", self.user, self.number)
    }

    fn to_event(&self, source: &UserEventSource) -> UserEvent {
        let sequence = format!("{:020}", self.number);
        let id = format!("{}.{}", self.user, self.number);
        let user = Some(self.user.clone());
        let mut event = UserEvent::new(id, source.clone(), self.kind, user, self.at);
        (event.sequence, event.data) = (Some(sequence), self.data.clone());
        event
    }
}

impl Record for Waiting {
    const KIND: &'static str = "event that waits";

    fn key(&self) -> Key {
        Key::new(Self::partition(&self.table, self.shard()), self.place())
    }
}

/// An event that nobody took, out of the way of those after it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Parked {
    event: Waiting,
    until: Timestamp,
}

impl Parked {
    fn partition(table: &str) -> String {
        format!("outbox-parked/{table}")
    }
}

impl Record for Parked {
    const KIND: &'static str = "event that nobody took";

    fn key(&self) -> Key {
        Key::new(Self::partition(&self.event.table), self.event.place())
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.until)
    }
}
