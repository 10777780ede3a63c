//! How much may be asked, and how much was?
//!
//! A throttle is a bucket of tokens that refills at a rate and holds a burst: kept in this process alone, as
//! it is about a second. A quota is about a day, a week or a month, and so outlives a process and is shared
//! by all nodes: each node counts for itself and tells the [`UsageLedger`] from time to time, and is told
//! what all of them have counted. In between it knows too little by what the others have counted since, and
//! a node that dies takes with it what it had not told. API Gateway promises no more: quotas there are best
//! effort too.

use crate::{
    Quota, QuotaPeriod, Throttle, Unavailable,
    trail::{Step, Trail},
};
use async_trait::async_trait;
use jiff::{Timestamp, ToSpan, civil::Weekday, tz::TimeZone};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// How long the first request of a period waits for what other nodes have counted.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where all nodes together count the requests of quotas.
///
/// It is asked before the first request that a key makes in a period, and otherwise behind the back of
/// requests.
#[async_trait]
pub trait UsageLedger: Send + Sync {
    /// Adds to what was counted in a period, and tells what all nodes have counted in it.
    ///
    /// # Errors
    /// [`Unavailable`] if nothing was added.
    async fn add(&self, usage: Usage<'_>) -> Result<UsageTotal, Unavailable>;
}

/// What a key has used of a plan, as one node has counted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage<'a> {
    pub plan: &'a str,
    /// The key's id.
    pub key: &'a str,
    /// When the period began.
    pub period: Timestamp,
    pub count: u64,
}

/// What all nodes have counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsageTotal {
    pub count: u64,
    /// Whether it is the first period in which this key was counted in this plan.
    pub is_first_period: bool,
}

/// Counts in this process alone, for as long as it lives.
#[derive(Debug, Default)]
pub struct UsageInMemory(Mutex<HashMap<(String, String), Counted>>);

#[derive(Debug, Clone, Copy)]
struct Counted {
    first: Timestamp,
    period: Timestamp,
    count: u64,
}

#[async_trait]
impl UsageLedger for UsageInMemory {
    async fn add(&self, usage: Usage<'_>) -> Result<UsageTotal, Unavailable> {
        let Usage { plan, key, period, count } = usage;
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = all.entry((plan.to_owned(), key.to_owned()));
        let counted = counted.or_insert(Counted { first: period, period, count: 0 });
        if counted.period != period {
            *counted = Counted { period, count: 0, ..*counted };
        }
        counted.count = counted.count.saturating_add(count);
        Ok(UsageTotal { count: counted.count, is_first_period: counted.first == period })
    }
}

/// Tokens that are taken one by one and come back at a rate.
#[derive(Debug)]
pub(crate) struct Bucket {
    throttle: Throttle,
    level: Mutex<Level>,
}

#[derive(Debug, Clone, Copy)]
struct Level {
    tokens: f64,
    /// When there were so many; none before the first request, when there are as many as fit.
    at: Option<Timestamp>,
}

impl Bucket {
    pub(crate) const fn new(throttle: Throttle) -> Self {
        Self { throttle, level: Mutex::new(Level { tokens: 0.0, at: None }) }
    }

    /// Takes a token, if there is one. An explanation only looks.
    pub(crate) fn admits(&self, whose: &str, now: Timestamp, trail: &Trail) -> bool {
        let most = f64::from(self.throttle.burst);
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        let tokens = match level.at {
            None => most,
            Some(at) => {
                // A clock that was set back gives nothing and takes nothing.
                let seconds = now.duration_since(at).as_secs_f64().max(0.0);
                (level.tokens + seconds * self.throttle.rate).min(most)
            }
        };
        // A rate such as 0.1 does not add up exactly.
        let admits = tokens + 1e-9 >= 1.0;
        if !trail.is_on() {
            let tokens = if admits { (tokens - 1.0).max(0.0) } else { tokens };
            *level = Level { tokens, at: Some(now) };
        }
        drop(level);
        trail.note(|| {
            let text = format!(
                "{whose} is throttled to {} requests a second, {} at once: {}",
                self.throttle.rate,
                self.throttle.burst,
                if admits { "there is room" } else { "there is no room now" }
            );
            let step = Step { passed: admits, ..Step::passed("throttle", text) };
            step.with("rate", self.throttle.rate).with("burst", self.throttle.burst)
        });
        admits
    }
}

/// What one key uses of one plan, over all stages of the plan.
pub(crate) struct Account {
    plan: String,
    key: String,
    pub(crate) bucket: Option<Bucket>,
    quota: Option<(Quota, Mutex<Counter>)>,
    /// Held by the request that opens a period, so that a crowd asks the ledger once.
    opening: tokio::sync::Mutex<()>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counter {
    /// The period that is counted; none before the first request.
    period: Option<Timestamp>,
    /// What all nodes have counted, as far as the ledger has told.
    total: u64,
    /// What was counted here and the ledger was not told yet.
    pending: u64,
    is_first_period: bool,
}

impl Account {
    pub(crate) fn new(
        plan: &str,
        key: &str,
        throttle: Option<Throttle>,
        quota: Option<Quota>,
    ) -> Self {
        Self {
            plan: plan.to_owned(),
            key: key.to_owned(),
            bucket: throttle.map(Bucket::new),
            quota: quota.map(|quota| (quota, Mutex::default())),
            opening: tokio::sync::Mutex::default(),
        }
    }

    /// Counts a request, if the quota has room for it. An explanation only looks.
    pub(crate) async fn counts(
        &self,
        ledger: &dyn UsageLedger,
        now: Timestamp,
        trail: &Trail,
    ) -> bool {
        let Some((quota, counter)) = &self.quota else { return true };
        let period = quota.period.start(now);
        let lock = || counter.lock().unwrap_or_else(PoisonError::into_inner);
        if lock().period != Some(period) {
            let _opening = self.opening.lock().await;
            if lock().period != Some(period) {
                let total = tokio::time::timeout(PATIENCE, self.tell(ledger, period, 0)).await;
                let total = total.unwrap_or_else(|_| Err(Unavailable("no answer in time".into())));
                // A ledger that is gone must not close the API: whoever may ask is let in, and what
                // was counted elsewhere is learned when it is back.
                let total = total.unwrap_or_else(|cause| {
                    tracing::warn!(plan = self.plan, key = self.key, %cause, "a quota was not read");
                    UsageTotal { count: 0, is_first_period: false }
                });
                *lock() = Counter {
                    period: Some(period),
                    total: total.count,
                    pending: 0,
                    is_first_period: total.is_first_period,
                };
            }
        }
        let mut counter = lock();
        let offset = if counter.is_first_period { quota.offset } else { 0 };
        let most = quota.limit.saturating_sub(offset);
        let used = counter.total.saturating_add(counter.pending);
        let has_room = used < most;
        if has_room && !trail.is_on() {
            counter.pending += 1;
        }
        drop(counter);
        trail.note(|| {
            let text = format!("the plan's quota is {most} a {}, {used} are used", quota.period);
            let step = Step { passed: has_room, ..Step::passed("quota", text) };
            step.with("limit", most).with("used", used).with("period", quota.period.to_string())
        });
        has_room
    }

    /// Tells the ledger what it was not told yet, and learns what others have counted.
    pub(crate) async fn settle(&self, ledger: &dyn UsageLedger) -> Result<(), Unavailable> {
        let Some((_, counter)) = &self.quota else { return Ok(()) };
        let lock = || counter.lock().unwrap_or_else(PoisonError::into_inner);
        let Counter { period, pending, .. } = *lock();
        let Some(period) = period.filter(|_| pending > 0) else { return Ok(()) };
        let total = self.tell(ledger, period, pending).await?;
        let mut counter = lock();
        if counter.period == Some(period) {
            counter.total = total.count;
            counter.pending = counter.pending.saturating_sub(pending);
            counter.is_first_period = total.is_first_period;
        }
        Ok(())
    }

    async fn tell(
        &self,
        ledger: &dyn UsageLedger,
        period: Timestamp,
        count: u64,
    ) -> Result<UsageTotal, Unavailable> {
        ledger.add(Usage { plan: &self.plan, key: &self.key, period, count }).await
    }
}

impl QuotaPeriod {
    /// When the period began that this moment is in: a day at midnight, a week on Sunday, a month on its
    /// first, all of UTC.
    fn start(self, now: Timestamp) -> Timestamp {
        let today = now.to_zoned(TimeZone::UTC).date();
        let first = match self {
            Self::Day => today,
            Self::Week => {
                let days = i64::from(today.weekday().since(Weekday::Sunday));
                today.saturating_sub(days.days())
            }
            Self::Month => today.first_of_month(),
        };
        let midnight = first.to_zoned(TimeZone::UTC);
        // The calendar ends in the year 9999; what has no midnight then is one endless period.
        midnight.map_or(Timestamp::MAX, |midnight| midnight.timestamp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn admits(bucket: &Bucket, text: &str) -> bool {
        bucket.admits("it", at(text), &Trail::off())
    }

    #[test]
    fn a_bucket_holds_its_burst_and_refills_at_its_rate() {
        let bucket = Bucket::new(Throttle { rate: 2.0, burst: 3 });
        let begin = "2026-03-12T19:00:00Z";
        assert!((0..3).all(|_| admits(&bucket, begin)));
        assert!(!admits(&bucket, begin));
        assert!(!admits(&bucket, "2026-03-12T19:00:00.4Z"));
        assert!(admits(&bucket, "2026-03-12T19:00:00.5Z"));
        assert!(!admits(&bucket, "2026-03-12T19:00:00.5Z"));
        // However long nobody asks, no more than the burst gathers.
        assert!((0..3).all(|_| admits(&bucket, "2026-03-13T19:00:00Z")));
        assert!(!admits(&bucket, "2026-03-13T19:00:00Z"));
        // A clock that was set back is no gift.
        assert!(!admits(&bucket, begin));
        assert!(admits(&bucket, "2026-03-12T19:00:01Z"));
    }

    #[test]
    fn a_bucket_without_burst_admits_nobody() {
        let bucket = Bucket::new(Throttle { rate: 100.0, burst: 0 });
        assert!(!admits(&bucket, "2026-03-12T19:00:00Z"));
        assert!(!admits(&bucket, "2026-03-12T20:00:00Z"));
    }

    #[test]
    fn an_explanation_takes_no_token() {
        let bucket = Bucket::new(Throttle { rate: 1.0, burst: 1 });
        let begin = at("2026-03-12T19:00:00Z");
        assert!((0..9).all(|_| bucket.admits("it", begin, &Trail::on())));
        assert!(admits(&bucket, "2026-03-12T19:00:00Z"));
        assert!(!bucket.admits("it", begin, &Trail::on()));
    }

    #[test]
    fn periods_begin_at_midnight_on_sunday_and_on_the_first() {
        for (period, now, start) in [
            (QuotaPeriod::Day, "2026-03-12T19:03:58Z", "2026-03-12T00:00:00Z"),
            (QuotaPeriod::Day, "2026-03-12T00:00:00Z", "2026-03-12T00:00:00Z"),
            (QuotaPeriod::Week, "2026-03-12T19:03:58Z", "2026-03-08T00:00:00Z"),
            (QuotaPeriod::Week, "2026-03-08T00:00:00Z", "2026-03-08T00:00:00Z"),
            (QuotaPeriod::Week, "2026-03-07T23:59:59Z", "2026-03-01T00:00:00Z"),
            (QuotaPeriod::Month, "2026-03-12T19:03:58Z", "2026-03-01T00:00:00Z"),
            (QuotaPeriod::Month, "2024-02-29T23:59:59Z", "2024-02-01T00:00:00Z"),
        ] {
            assert_eq!(period.start(at(now)), at(start), "{period} {now}");
        }
    }

    fn account(limit: u64, offset: u64) -> Account {
        let quota = Quota { limit, offset, period: QuotaPeriod::Day };
        Account::new("plan", "key", None, Some(quota))
    }

    #[tokio::test]
    async fn nodes_count_together_once_they_have_told() {
        let ledger = UsageInMemory::default();
        let (one, two) = (account(3, 0), account(3, 0));
        let now = at("2026-03-12T19:00:00Z");
        let counts = async |account: &Account| account.counts(&ledger, now, &Trail::off()).await;
        assert!(counts(&one).await && counts(&one).await);
        one.settle(&ledger).await.unwrap();
        // Another node opens the period, and knows of the two.
        assert!(counts(&two).await);
        assert!(!counts(&two).await);
        two.settle(&ledger).await.unwrap();
        // The first learns of the third when it has something to tell itself.
        assert!(counts(&one).await);
        one.settle(&ledger).await.unwrap();
        assert!(!counts(&one).await);
        // A process that comes back finds the count.
        assert!(!counts(&account(3, 0)).await);
        let tomorrow = at("2026-03-13T00:00:00Z");
        assert!(account(3, 0).counts(&ledger, tomorrow, &Trail::off()).await);
    }

    #[tokio::test]
    async fn the_offset_shortens_the_first_period_only() {
        let ledger = UsageInMemory::default();
        let account = account(3, 2);
        let count = async |day: &str| {
            let mut passed = 0;
            while account.counts(&ledger, at(day), &Trail::off()).await {
                passed += 1;
            }
            account.settle(&ledger).await.unwrap();
            passed
        };
        assert_eq!(count("2026-03-12T19:00:00Z").await, 1);
        assert_eq!(count("2026-03-13T19:00:00Z").await, 3);
    }

    struct Gone;

    #[async_trait]
    impl UsageLedger for Gone {
        async fn add(&self, _: Usage<'_>) -> Result<UsageTotal, Unavailable> {
            Err(Unavailable("gone".to_owned()))
        }
    }

    #[tokio::test]
    async fn a_ledger_that_is_gone_closes_nothing_and_loses_nothing() {
        let account = account(2, 1);
        let now = at("2026-03-12T19:00:00Z");
        assert!(account.counts(&Gone, now, &Trail::off()).await);
        assert!(account.settle(&Gone).await.is_err());
        assert!(account.counts(&Gone, now, &Trail::off()).await);
        assert!(!account.counts(&Gone, now, &Trail::off()).await);
        let ledger = UsageInMemory::default();
        account.settle(&ledger).await.unwrap();
        let told = Usage { plan: "plan", key: "key", period: at("2026-03-12T00:00:00Z"), count: 0 };
        assert_eq!(ledger.add(told).await.unwrap().count, 2);
    }
}
