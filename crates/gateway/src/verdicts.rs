//! Which verdicts are still good?
//!
//! A verdict is kept for the authorizer's TTL under everything that may tell two callers apart: API,
//! stage, authorizer and the value of every identity source. Only digests of those values are kept, and
//! only verdicts: what failed is asked again. Callers who ask the same at the same time share one call
//! of the function.

use crate::{fault::Stop, verdict::Verdict};
use futures::{
    FutureExt,
    future::{BoxFuture, WeakShared},
};
use jiff::Timestamp;
use moka::sync::Cache;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// How many bytes of verdicts are kept, roughly.
const CAPACITY: u64 = 16 * 1024 * 1024;

/// What tells one question from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key([u8; 32]);

impl Key {
    /// A key of all the parts. Each is written with its length, so that no two lists of parts look alike.
    pub(crate) fn of<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        // Room for a token among them.
        let mut text = Vec::with_capacity(2048);
        for part in parts {
            text.extend_from_slice(&part.len().to_be_bytes());
            text.extend_from_slice(part.as_bytes());
        }
        Self(crypto::sha256(&text))
    }
}

/// A function's answer on its way, as several may wait for it.
type Asking = BoxFuture<'static, Result<Arc<Verdict>, Stop>>;

#[derive(Clone)]
pub(crate) struct Verdicts {
    kept: Cache<Key, Kept>,
    asking: Arc<Mutex<HashMap<Key, WeakShared<Asking>>>>,
    /// How often verdicts were thrown away: an answer that was asked for before is not kept after.
    flushes: Arc<AtomicU64>,
}

#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) verdict: Arc<Verdict>,
    since: Timestamp,
    pub(crate) until: Timestamp,
    stage: Stage,
}

/// An API and its stage.
pub(crate) type Stage = Arc<(String, String)>;

impl Verdicts {
    pub(crate) fn new() -> Self {
        let kept = Cache::builder()
            .max_capacity(CAPACITY)
            .weigher(|_, kept: &Kept| u32::try_from(kept.verdict.size()).unwrap_or(u32::MAX))
            .support_invalidation_closures()
            .build();
        Self { kept, asking: Arc::default(), flushes: Arc::default() }
    }

    /// Throws away what is kept of the stages of which this is true.
    pub(crate) fn flush(&self, is_meant: impl Fn(&str, &str) -> bool + Send + Sync + 'static) {
        self.flushes.fetch_add(1, Ordering::AcqRel);
        let flushed = self.kept.invalidate_entries_if(move |_, kept| {
            let (api, stage) = &*kept.stage;
            is_meant(api, stage)
        });
        if flushed.is_err() {
            // Only a cache that was built without closures says so.
            self.kept.invalidate_all();
        }
    }

    /// A verdict that was given before and still holds.
    pub(crate) fn find(&self, key: Key, now: Timestamp) -> Option<Kept> {
        let kept = self.kept.get(&key)?;
        if (kept.since..kept.until).contains(&now) {
            return Some(kept);
        }
        self.kept.invalidate(&key);
        None
    }

    /// Asks for a verdict and keeps it for `ttl` from `now`, which is when the request came: so it is never
    /// kept for longer.
    pub(crate) async fn ask(
        &self,
        key: Key,
        stage: Stage,
        ttl: Duration,
        now: Timestamp,
        question: impl Future<Output = Result<Verdict, Stop>> + Send + 'static,
    ) -> Result<Arc<Verdict>, Stop> {
        // Declared first, so that it looks after our own share of the answer is gone.
        let _tidy = Tidy { asking: &self.asking, key };
        let answer = {
            let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
            let under_way = asking.get(&key).and_then(WeakShared::upgrade);
            let answer = under_way.unwrap_or_else(|| {
                let (kept, flushes) = (self.kept.clone(), self.flushes.clone());
                let before = flushes.load(Ordering::Acquire);
                let answer = async move {
                    let verdict = Arc::new(question.await?);
                    let is_current = flushes.load(Ordering::Acquire) == before;
                    if let (Ok(until), true) = (now.saturating_add(ttl), is_current) {
                        let verdict = verdict.clone();
                        kept.insert(key, Kept { verdict, since: now, until, stage });
                    }
                    Ok(verdict)
                };
                answer.boxed().shared()
            });
            if let Some(weak) = answer.downgrade() {
                asking.insert(key, weak);
            }
            answer
        };
        answer.await
    }
}

/// Forgets a question when nobody waits for its answer any more, whether it came or not.
struct Tidy<'a> {
    asking: &'a Mutex<HashMap<Key, WeakShared<Asking>>>,
    key: Key,
}

impl Drop for Tidy<'_> {
    fn drop(&mut self) {
        let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = asking.get(&self.key).is_some_and(|weak| weak.upgrade().is_none());
        if is_over {
            asking.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fault::Refusal, verdict::Form};
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn stage(name: &str) -> Stage {
        Arc::new(("api".to_owned(), name.to_owned()))
    }

    fn yes() -> Verdict {
        Verdict::read(Form::Simple, br#"{"isAuthorized":true}"#).unwrap()
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(Key::of(["ab", "c"]), Key::of(["a", "bc"]));
        assert_ne!(Key::of(["a", ""]), Key::of(["a"]));
        assert_eq!(Key::of(["a", "b"]), Key::of(["a", "b"]));
    }

    #[tokio::test]
    async fn a_verdict_is_kept_for_its_time_and_no_longer() {
        let verdicts = Verdicts::new();
        let key = Key::of(["a"]);
        let ttl = Duration::from_secs(10);
        verdicts.ask(key, stage("s"), ttl, at(100), async { Ok(yes()) }).await.unwrap();
        assert!(verdicts.find(Key::of(["b"]), at(100)).is_none());
        for (second, kept) in [(100, true), (109, true), (110, false), (105, false)] {
            assert_eq!(verdicts.find(key, at(second)).is_some(), kept, "{second}");
        }
        // A clock that was set back proves nothing.
        verdicts.ask(key, stage("s"), ttl, at(100), async { Ok(yes()) }).await.unwrap();
        assert!(verdicts.find(key, at(99)).is_none());
    }

    #[tokio::test]
    async fn a_failure_is_not_kept() {
        let verdicts = Verdicts::new();
        let key = Key::of(["a"]);
        let ttl = Duration::from_secs(10);
        let failed =
            verdicts.ask(key, stage("s"), ttl, at(0), async { Err(Refusal::Unauthorized.into()) });
        assert!(failed.await.is_err());
        assert!(verdicts.find(key, at(0)).is_none());
        assert!(verdicts.asking.lock().unwrap().is_empty());
        assert!(verdicts.ask(key, stage("s"), ttl, at(0), async { Ok(yes()) }).await.is_ok());
    }

    #[tokio::test]
    async fn many_who_ask_at_once_are_one_question() {
        let verdicts = Verdicts::new();
        let asked = Arc::new(AtomicUsize::new(0));
        let key = Key::of(["a"]);
        let many = (0..50).map(|_| {
            let asked = asked.clone();
            verdicts.ask(key, stage("s"), Duration::from_secs(10), at(0), async move {
                asked.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                Ok(yes())
            })
        });
        let answers = futures::future::join_all(many).await;
        assert!(answers.iter().all(Result::is_ok));
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        assert!(verdicts.asking.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn whoever_gives_up_leaves_the_others_their_answer() {
        let verdicts = Verdicts::new();
        let key = Key::of(["a"]);
        let ttl = Duration::from_secs(10);
        let question = || async {
            tokio::task::yield_now().await;
            Ok(yes())
        };
        let mut first = Box::pin(verdicts.ask(key, stage("s"), ttl, at(0), question()));
        assert!(futures::poll!(&mut first).is_pending());
        let second = verdicts.ask(key, stage("s"), ttl, at(0), question());
        drop(first);
        assert!(second.await.is_ok());

        verdicts.kept.invalidate_all();
        let mut alone = Box::pin(verdicts.ask(key, stage("s"), ttl, at(0), question()));
        assert!(futures::poll!(&mut alone).is_pending());
        drop(alone);
        assert!(verdicts.asking.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn no_more_is_kept_than_there_is_room_for() {
        let verdicts = Verdicts::new();
        let context =
            format!(r#"{{"isAuthorized":true,"context":{{"a":"{}"}}}}"#, "x".repeat(8000));
        let ttl = Duration::from_secs(10);
        for number in 0..1500 {
            let verdict = Verdict::read(Form::Simple, context.as_bytes()).unwrap();
            // The verdict, and what functions are told of it in two formats.
            assert!(verdict.size() > 3 * 8000);
            let key = Key::of([number.to_string().as_str()]);
            let kept = verdicts.ask(key, stage("s"), ttl, at(0), async { Ok(verdict) });
            kept.await.unwrap();
        }
        verdicts.kept.run_pending_tasks();
        assert!((1..=CAPACITY).contains(&verdicts.kept.weighted_size()));
        assert!((400..1500).contains(&verdicts.kept.entry_count()));
    }

    #[tokio::test]
    async fn what_was_flushed_is_asked_again_and_an_answer_under_way_is_not_kept() {
        let verdicts = Verdicts::new();
        let ttl = Duration::from_secs(10);
        let (test, prod) = (Key::of(["test"]), Key::of(["prod"]));
        for (key, name) in [(test, "test"), (prod, "prod")] {
            verdicts.ask(key, stage(name), ttl, at(0), async { Ok(yes()) }).await.unwrap();
        }
        verdicts.flush(|api, stage| api == "api" && stage == "test");
        assert!(verdicts.find(test, at(0)).is_none());
        assert!(verdicts.find(prod, at(0)).is_some());
        let late = verdicts.ask(test, stage("test"), ttl, at(0), {
            let verdicts = verdicts.clone();
            async move {
                verdicts.flush(|_, _| true);
                Ok(yes())
            }
        });
        assert!(late.await.is_ok());
        assert!(verdicts.find(test, at(0)).is_none() && verdicts.find(prod, at(0)).is_none());
    }
}
