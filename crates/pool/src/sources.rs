//! How many wrong passwords may come from one address?
//!
//! The lockout of a user does not see somebody who tries one password on everybody. Their address does: after so
//! many wrong passwords it waits, whomever they were for. Right ones are not counted, and an address that nobody
//! else can have, this machine's own, is not either. Each node counts what it sees, in memory: an address is no
//! reason to write something down.

use crate::{Caller, Pools, Refusal, Result};
use jiff::{SignedDuration, Timestamp};
use moka::sync::Cache;
use names::UserPoolId;
use std::{
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

/// How many wrong passwords an address may send to a pool in this time.
const MOST: u32 = 500;
const TIME: SignedDuration = SignedDuration::from_mins(10);
/// How many addresses are remembered; the ones that were seen longest ago go first.
const REMEMBERED: u64 = 100_000;

/// What came from where.
pub(crate) struct Sources {
    seen: Cache<(UserPoolId, IpAddr), Arc<Mutex<Wrong>>>,
}

/// The wrong passwords since a moment.
#[derive(Clone, Copy)]
struct Wrong {
    since: Timestamp,
    count: u32,
}

impl Sources {
    pub fn new() -> Self {
        Self { seen: Cache::new(REMEMBERED) }
    }

    fn is_crowded(&self, pool: &UserPoolId, address: IpAddr, now: Timestamp) -> bool {
        let Some(wrong) = self.seen.get(&(pool.clone(), address)) else { return false };
        let wrong = *wrong.lock().unwrap_or_else(PoisonError::into_inner);
        wrong.count >= MOST && now < wrong.since + TIME
    }

    fn count(&self, pool: &UserPoolId, address: IpAddr, now: Timestamp) {
        let place = (pool.clone(), address);
        let wrong =
            self.seen.get_with(place, || Arc::new(Mutex::new(Wrong { since: now, count: 0 })));
        let mut wrong = wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if now >= wrong.since + TIME {
            *wrong = Wrong { since: now, count: 0 };
        }
        wrong.count = wrong.count.saturating_add(1);
    }
}

impl Pools {
    /// Refuses a password from an address that has sent too many wrong ones.
    ///
    /// # Errors
    /// [`Refusal::Busy`].
    pub(crate) fn refuse_crowded(&self, caller: &Caller) -> Result<()> {
        let Some(address) = source(caller) else { return Ok(()) };
        if self.house().sources.is_crowded(&caller.pool.id, address, self.now()) {
            return Err(Refusal::Busy.into());
        }
        Ok(())
    }

    /// Counts a wrong password against the address it came from.
    pub(crate) fn count_wrong(&self, caller: &Caller) {
        if let Some(address) = source(caller) {
            self.house().sources.count(&caller.pool.id, address, self.now());
        }
    }
}

/// What one customer of a network is known by: the address, or of IPv6 the part that is the same for all of a site.
fn source(caller: &Caller) -> Option<IpAddr> {
    let address = caller.address?.to_canonical();
    if address.is_loopback() {
        return None;
    }
    Some(match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bru_08_an_address_waits_and_no_other_does() {
        let (sources, now) = (Sources::new(), Timestamp::UNIX_EPOCH);
        let (pool, other) = ("eu-west-1_One1", "eu-west-1_Two2");
        let [pool, other] = [pool, other].map(|id| UserPoolId::parse(id).unwrap());
        let [here, there]: [IpAddr; 2] = ["203.0.113.7", "203.0.113.8"].map(|a| a.parse().unwrap());
        for _ in 0..MOST {
            assert!(!sources.is_crowded(&pool, here, now));
            sources.count(&pool, here, now);
        }
        assert!(sources.is_crowded(&pool, here, now));
        assert!(!sources.is_crowded(&pool, there, now) && !sources.is_crowded(&other, here, now));
        let later = now + TIME;
        assert!(!sources.is_crowded(&pool, here, later));
        sources.count(&pool, here, later);
        assert!(!sources.is_crowded(&pool, here, later));
    }
}
