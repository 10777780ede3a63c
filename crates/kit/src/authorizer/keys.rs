//! Which key is meant by this id?
//!
//! The key set is fetched at the first need and kept. Anybody can send a token with an id nobody knows, so
//! an unknown id may only make us look again once in a while, however many callers bring one and however
//! the last look ended.

use crate::Unavailable;
use async_trait::async_trait;
use crypto::jwt::{Jwks, VerifyingKey};
use jiff::{SignedDuration, Timestamp};
use names::Clock;
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tokio::sync::Mutex;

/// Where the pool's key set is to be had: `<issuer>/.well-known/jwks.json`, or the pool itself.
#[async_trait]
pub trait KeySource: Send + Sync {
    /// The key set as it is now.
    ///
    /// # Errors
    /// [`Unavailable`] if it cannot be had.
    async fn fetch(&self) -> Result<Jwks, Unavailable>;
}

/// The pool's keys, as far as they are known.
pub struct Keys {
    source: Arc<dyn KeySource>,
    clock: Clock,
    known: RwLock<Arc<Known>>,
    /// Whoever holds this is the one who fetches; the others wait for what comes of it.
    fetching: Mutex<Fetching>,
}

#[derive(Default)]
struct Known {
    keys: HashMap<String, VerifyingKey>,
    since: Option<Timestamp>,
}

#[derive(Default)]
struct Fetching {
    /// Not before this.
    next: Option<Timestamp>,
    /// How many in a row have failed.
    failures: u32,
}

/// How long an unknown id does not make us look again.
const COOL_DOWN: SignedDuration = SignedDuration::from_secs(30);

/// How long the keys are good without another look. A key that the pool has given up, perhaps because
/// somebody else has it, must not be believed for ever; an API gateway keeps keys for two hours.
const FRESH: SignedDuration = SignedDuration::from_hours(1);

/// How long one fetch may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// More keys than a pool has; a set that is longer is cut.
const MOST_KEYS: usize = 64;

impl Keys {
    /// The keys of this source, none of them known yet.
    #[must_use]
    pub fn new(source: Arc<dyn KeySource>, clock: Clock) -> Self {
        Self { source, clock, known: RwLock::default(), fetching: Mutex::default() }
    }

    /// The key of this id, if the pool has it.
    ///
    /// # Errors
    /// [`Unavailable`] if no key set could be had so far. Once there is one, an unknown id is just unknown
    /// even while the source is away: a stranger's token must not look like a breakage of ours.
    pub async fn find(&self, kid: &str) -> Result<Option<VerifyingKey>, Unavailable> {
        let known = self.known();
        if let Some(key) = known.keys.get(kid) {
            if is_within(known.since, (self.clock)(), FRESH) {
                return Ok(Some(key.clone()));
            }
            // Somebody looks whether the keys are still the pool's; the others go on with what is there,
            // and so does everybody when the source is away.
            if let Ok(mut fetching) = self.fetching.try_lock()
                && let Err(unavailable) = self.renew(&mut fetching).await
            {
                tracing::warn!(cause = unavailable.chain(), "old keys are used on");
            }
            return Ok(self.known().keys.get(kid).cloned());
        }

        let mut fetching = self.fetching.lock().await;
        if let Some(key) = self.known().keys.get(kid) {
            return Ok(Some(key.clone()));
        }
        let renewed = self.renew(&mut fetching).await;
        drop(fetching);
        let known = self.known();
        match renewed {
            Err(unavailable) if known.since.is_none() => Err(unavailable),
            Err(unavailable) => {
                tracing::warn!(
                    cause = unavailable.chain(),
                    "an unknown key could not be looked up"
                );
                Ok(None)
            }
            Ok(()) => Ok(known.keys.get(kid).cloned()),
        }
    }

    fn known(&self) -> Arc<Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Fetches the key set, unless that was done or tried a moment ago.
    async fn renew(&self, fetching: &mut Fetching) -> Result<(), Unavailable> {
        let now = (self.clock)();
        // A moment that is further ahead than any we set comes from a clock that was put back since.
        if fetching.next.is_some_and(|next| now < next && next.duration_since(now) <= COOL_DOWN) {
            return match fetching.failures {
                0 => Ok(()),
                _ => Err(Unavailable::new("the keys", "the last fetch failed a moment ago")),
            };
        }
        // Written down before the fetch, as a failure: a caller who goes away in the middle of it must not
        // open the way for the next.
        fetching.failures = fetching.failures.saturating_add(1);
        fetching.next = Some(now.saturating_add(pause_after(fetching.failures)).unwrap_or(now));
        let keys = tokio::time::timeout(PATIENCE, self.source.fetch())
            .await
            .unwrap_or_else(|_| Err(Unavailable::new("the keys", "there was no answer in time")))?;
        let keys = usable(keys);
        if keys.is_empty() {
            return Err(Unavailable::new("the keys", "there is no usable key in the set"));
        }
        tracing::debug!(keys = keys.len(), "the key set was fetched");
        *self.known.write().unwrap_or_else(PoisonError::into_inner) =
            Arc::new(Known { keys, since: Some(now) });
        *fetching =
            Fetching { next: Some(now.saturating_add(COOL_DOWN).unwrap_or(now)), failures: 0 };
        Ok(())
    }
}

/// 1 s, 2 s, 4 s, … and never more than the cool-down.
fn pause_after(failures: u32) -> SignedDuration {
    let seconds = 1_i64 << failures.saturating_sub(1).min(5);
    SignedDuration::from_secs(seconds).min(COOL_DOWN)
}

fn usable(set: Jwks) -> HashMap<String, VerifyingKey> {
    let keys = set.keys.into_iter().take(MOST_KEYS).filter(|key| !key.kid.is_empty());
    keys.filter_map(|key| Some((key.kid.clone(), VerifyingKey::from_jwk(&key).ok()?))).collect()
}

/// Whether `since` is at most `length` ago; a moment of the future is not.
fn is_within(since: Option<Timestamp>, now: Timestamp, length: SignedDuration) -> bool {
    since.is_some_and(|since| since <= now && now.duration_since(since) < length)
}
