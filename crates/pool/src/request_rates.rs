//! How many requests of a kind does this server answer in a second?
//!
//! A category has a bucket that holds what may come in a second and fills up evenly. Buckets are this process's
//! own, one set for all regions, and each is a number that is changed without a lock: a request costs one
//! exchange of it, and memory does not grow with those who ask.

use crate::{Pools, ProvisionedLimit, Refusal, Result};
use jiff::Timestamp;
use std::{
    num::NonZeroU32,
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
};
use store::Range;

/// Requests that are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    UserAuthentication,
    UserCreation,
    UserFederation,
    UserAccountRecovery,
    UserRead,
    UserUpdate,
    UserToken,
    UserResourceRead,
    UserResourceUpdate,
    UserList,
    UserPoolRead,
    UserPoolUpdate,
    UserPoolResourceRead,
    UserPoolResourceUpdate,
    UserPoolClientRead,
    UserPoolClientUpdate,
    ClientAuthentication,
    LimitManagement,
}

impl Category {
    /// Every category, in the order of their declaration.
    pub const ALL: [Self; 18] = [
        Self::UserAuthentication,
        Self::UserCreation,
        Self::UserFederation,
        Self::UserAccountRecovery,
        Self::UserRead,
        Self::UserUpdate,
        Self::UserToken,
        Self::UserResourceRead,
        Self::UserResourceUpdate,
        Self::UserList,
        Self::UserPoolRead,
        Self::UserPoolUpdate,
        Self::UserPoolResourceRead,
        Self::UserPoolResourceUpdate,
        Self::UserPoolClientRead,
        Self::UserPoolClientUpdate,
        Self::ClientAuthentication,
        Self::LimitManagement,
    ];

    /// The category of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.name() == name)
    }

    /// Its name, as AWS writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.named().0
    }

    /// How many requests a second AWS takes of it without a payment.
    #[must_use]
    pub const fn free(self) -> u32 {
        self.named().1
    }

    const fn named(self) -> (&'static str, u32) {
        match self {
            Self::UserAuthentication => ("UserAuthentication", 120),
            Self::UserCreation => ("UserCreation", 50),
            Self::UserFederation => ("UserFederation", 25),
            Self::UserAccountRecovery => ("UserAccountRecovery", 30),
            Self::UserRead => ("UserRead", 120),
            Self::UserUpdate => ("UserUpdate", 25),
            Self::UserToken => ("UserToken", 120),
            Self::UserResourceRead => ("UserResourceRead", 50),
            Self::UserResourceUpdate => ("UserResourceUpdate", 25),
            Self::UserList => ("UserList", 30),
            Self::UserPoolRead => ("UserPoolRead", 15),
            Self::UserPoolUpdate => ("UserPoolUpdate", 15),
            Self::UserPoolResourceRead => ("UserPoolResourceRead", 20),
            Self::UserPoolResourceUpdate => ("UserPoolResourceUpdate", 15),
            Self::UserPoolClientRead => ("UserPoolClientRead", 15),
            Self::UserPoolClientUpdate => ("UserPoolClientUpdate", 15),
            Self::ClientAuthentication => ("ClientAuthentication", 150),
            Self::LimitManagement => ("LimitManagement", 1),
        }
    }
}

/// What somebody asks for, as far as rates go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    Of(Category),
    /// The answer to a challenge: there may be three of them to a sign-in, and more are counted as sign-ins.
    ChallengeAnswer,
    /// An authorization code for tokens: as many as sign-ins, beside them.
    CodeRedemption,
}

/// How many answers to challenges belong to a sign-in.
const ANSWERS: u32 = 3;

/// The rates that a server keeps to.
#[derive(Debug, Default)]
pub struct RequestRates {
    /// Whether categories have the limit that is kept in the store, where it was not said otherwise.
    is_provisioned: bool,
    fixed: Vec<(Category, NonZeroU32)>,
    by_category: [Bucket; Category::ALL.len()],
    answers: Bucket,
    redemptions: Bucket,
}

impl RequestRates {
    /// These rates for these categories, and for the others what is provisioned, or no limit. The last word on a
    /// category counts.
    #[must_use]
    pub fn new(
        is_provisioned: bool,
        fixed: impl IntoIterator<Item = (Category, NonZeroU32)>,
    ) -> Self {
        let rates = Self { is_provisioned, fixed: fixed.into_iter().collect(), ..Self::default() };
        if is_provisioned {
            Category::ALL.into_iter().for_each(|category| rates.set(category, category.free()));
        }
        rates.fixed.iter().for_each(|(category, rate)| rates.set(*category, rate.get()));
        rates
    }

    /// Whether there is room for one more, which it takes.
    #[must_use]
    pub fn take(&self, asked: Asked, now: Timestamp) -> bool {
        let now = u64::try_from(now.as_nanosecond()).unwrap_or_default();
        match asked {
            Asked::Of(category) => self.bucket(category).take(now),
            Asked::ChallengeAnswer => {
                self.answers.take(now) || self.bucket(Category::UserAuthentication).take(now)
            }
            Asked::CodeRedemption => self.redemptions.take(now),
        }
    }

    fn set(&self, category: Category, rate: u32) {
        self.bucket(category).set(rate);
        if category == Category::UserAuthentication {
            self.answers.set(rate.saturating_mul(ANSWERS));
            self.redemptions.set(rate);
        }
    }

    /// What is provisioned now. What the server was started with stays.
    fn provision(&self, limit: &ProvisionedLimit) {
        let Some(category) = Category::parse(&limit.category) else { return };
        if self.is_provisioned && !self.fixed.iter().any(|(fixed, _)| *fixed == category) {
            self.set(category, limit.value);
        }
    }

    #[expect(clippy::indexing_slicing, reason = "there are as many buckets as categories")]
    fn bucket(&self, category: Category) -> &Bucket {
        &self.by_category[category as usize]
    }
}

const SECOND: u64 = 1_000_000_000;

/// Room for so many a second.
#[derive(Debug, Default)]
struct Bucket {
    /// Zero: there is no limit.
    rate: AtomicU32,
    /// When, in nanoseconds since 1970, it will be full again if nobody comes.
    full_at: AtomicU64,
}

impl Bucket {
    fn set(&self, rate: u32) {
        self.rate.store(rate, Ordering::Relaxed);
    }

    fn take(&self, now: u64) -> bool {
        let Some(one) = SECOND.checked_div(self.rate.load(Ordering::Relaxed).into()) else {
            return true;
        };
        let taken = self.full_at.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |full_at| {
            // More than a second ahead it cannot be, but for a clock that was set back.
            let full_at = if full_at > now.saturating_add(SECOND) { now } else { full_at };
            let then = full_at.max(now).saturating_add(one);
            (then - now <= SECOND).then_some(then)
        });
        taken.is_ok()
    }
}

impl Pools {
    /// Takes the room of one request, if this server keeps to rates.
    ///
    /// # Errors
    /// [`Refusal::RateExceeded`].
    pub fn admit(&self, asked: Asked) -> Result<()> {
        match &self.house().rates {
            Some(rates) if !rates.take(asked, self.now()) => Err(Refusal::RateExceeded.into()),
            _ => Ok(()),
        }
    }

    /// Whether this server keeps to rates at all.
    #[must_use]
    pub fn keeps_to_rates(&self) -> bool {
        self.house().rates.is_some()
    }

    /// Takes over what is provisioned in this server's region, which another node may have changed.
    ///
    /// # Errors
    /// Breakages only.
    pub async fn provision_rates(&self) -> Result<()> {
        let Some(rates) = self.house().rates.as_ref().filter(|rates| rates.is_provisioned) else {
            return Ok(());
        };
        let range = Range {
            partition: ProvisionedLimit::partition(self.region()),
            prefix: String::new(),
            after: None,
            limit: Category::ALL.len(),
        };
        let (limits, _) = self.records().list::<ProvisionedLimit>(&range, self.now()).await?;
        limits.iter().for_each(|limit| rates.provision(limit));
        Ok(())
    }

    /// As [`Self::provision_rates`], for a limit that was set here.
    pub(crate) fn provision_rate(&self, limit: &ProvisionedLimit) {
        if let Some(rates) = self.house().rates.as_ref().filter(|_| limit.is_of(self.region())) {
            rates.provision(limit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    const READ: Asked = Asked::Of(Category::UserRead);

    fn rates(rate: u32) -> RequestRates {
        RequestRates::new(false, [(Category::UserRead, NonZeroU32::new(rate).unwrap())])
    }

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(1_790_000_000_000 + milliseconds).unwrap()
    }

    fn taken(rates: &RequestRates, asked: Asked, now: Timestamp) -> usize {
        (0..1000).take_while(|_| rates.take(asked, now)).count()
    }

    #[test]
    fn every_category_is_found_by_its_name() {
        for (index, category) in Category::ALL.into_iter().enumerate() {
            assert_eq!(category as usize, index);
            assert_eq!(Category::parse(category.name()), Some(category));
        }
        assert_eq!(Category::parse("userread"), None);
    }

    #[test]
    fn a_bucket_holds_a_second_and_fills_up_evenly() {
        for rate in [1, 3, 7, 120] {
            let rates = rates(rate);
            assert_eq!(taken(&rates, READ, at(0)), rate as usize);
            assert_eq!(taken(&rates, READ, at(0)), 0);
            assert_eq!(taken(&rates, READ, at(1000)), rate as usize);
        }
        let rates = rates(10);
        assert_eq!(taken(&rates, READ, at(0)), 10);
        assert_eq!(taken(&rates, READ, at(99)), 0);
        assert_eq!(taken(&rates, READ, at(500)), 5);
        assert_eq!(taken(&rates, READ, at(60_000)), 10);
    }

    #[test]
    fn a_clock_that_is_set_back_shuts_nobody_out() {
        let rates = rates(2);
        assert_eq!(taken(&rates, READ, at(0)), 2);
        let earlier = at(0) - SignedDuration::from_hours(1);
        assert_eq!(taken(&rates, READ, earlier), 2);
    }

    #[test]
    fn what_was_not_limited_is_not() {
        let rates = rates(1);
        assert_eq!(taken(&rates, Asked::Of(Category::UserList), at(0)), 1000);
        assert_eq!(taken(&rates, Asked::ChallengeAnswer, at(0)), 1000);
    }

    #[test]
    fn a_sign_in_has_three_challenges_and_more_count_as_sign_ins() {
        let two = NonZeroU32::new(2).unwrap();
        let rates = RequestRates::new(true, [(Category::UserAuthentication, two)]);
        assert_eq!(taken(&rates, Asked::ChallengeAnswer, at(0)), 6 + 2);
        assert_eq!(taken(&rates, Asked::Of(Category::UserAuthentication), at(0)), 0);
        assert_eq!(taken(&rates, Asked::CodeRedemption, at(0)), 2);
        assert_eq!(taken(&rates, READ, at(0)), 120);
    }

    #[test]
    fn a_crowd_gets_what_there_is_and_no_more() {
        let rates = rates(100);
        let taken: usize = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..8).map(|_| scope.spawn(|| taken(&rates, READ, at(0)))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(taken, 100);
    }
}
