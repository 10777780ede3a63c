//! What is usual for a user?
//!
//! The networks and devices of sign-ins that went well, the latest of each, and when the last wrong passwords
//! were told. From these facts and nothing else comes the level of risk.

use crate::{Circumstances, Pools, Result, RiskLevel, User};
use jiff::{SignedDuration, Timestamp};
use names::{Sub, UserPoolId};
use serde::{Deserialize, Serialize};
use store::{Kept, Key, Record};

/// How many networks and how many devices are remembered.
const REMEMBERED: usize = 16;
/// How long without anything new.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 180);
/// For how long a failure counts, and how many are written down in that time.
const RECENT: SignedDuration = SignedDuration::from_hours(1);
pub(crate) const MOST_FAILURES: usize = 60;
/// How many recent failures are some, and how many are many.
const SOME: usize = 5;
const MANY: usize = 10;

/// What is usual for a user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Habits {
    pool: UserPoolId,
    sub: Sub,
    /// Latest last.
    networks: Vec<String>,
    devices: Vec<String>,
    /// When something failed, and whether a wrong password or code was told.
    failures: Vec<(Timestamp, bool)>,
    changed_at: Timestamp,
}

impl Habits {
    fn new(pool: &UserPoolId, sub: &Sub, now: Timestamp) -> Self {
        Self {
            pool: pool.clone(),
            sub: sub.clone(),
            networks: Vec::new(),
            devices: Vec::new(),
            failures: Vec::new(),
            changed_at: now,
        }
    }

    /// Their place in the partition of their user.
    pub(crate) const PLACE: &'static str = "habits";

    fn key_of(pool: &UserPoolId, sub: &Sub) -> Key {
        Key::new(User::partition(pool, sub), Self::PLACE)
    }

    /// How much failed lately.
    pub(crate) fn recent_failures(&self, now: Timestamp) -> usize {
        self.failures.iter().filter(|(at, _)| *at + RECENT > now).count()
    }

    /// Takes note of a failure, and whether a wrong password or code was told.
    pub(crate) fn fail(&mut self, is_wrong: bool, now: Timestamp) {
        self.failures.retain(|(at, _)| *at + RECENT > now);
        if self.failures.len() < MOST_FAILURES {
            self.failures.push((now, is_wrong));
        }
        self.changed_at = now;
    }

    /// Takes note of a sign-in that went well.
    pub(crate) fn learn(&mut self, from: &Circumstances, now: Timestamp) {
        self.judge(from.network().as_deref(), from.device.as_deref(), true, now);
    }

    /// Makes a network and a device familiar, or not any more.
    pub(crate) fn judge(
        &mut self,
        network: Option<&str>,
        device: Option<&str>,
        is_valid: bool,
        now: Timestamp,
    ) {
        for (known, seen) in [(&mut self.networks, network), (&mut self.devices, device)] {
            let Some(seen) = seen else { continue };
            known.retain(|known| known != seen);
            if is_valid {
                known.push(seen.to_owned());
                let surplus = known.len().saturating_sub(REMEMBERED);
                known.drain(..surplus);
            }
        }
        self.changed_at = now;
    }

    /// How much a sign-in is unlike the ones before it. Somebody without a history has nothing to be unlike.
    pub(crate) fn level(&self, from: &Circumstances, now: Timestamp) -> Option<RiskLevel> {
        let is_new = |known: &[String], seen: Option<&str>| {
            seen.is_some_and(|seen| !known.is_empty() && known.iter().all(|known| known != seen))
        };
        let elsewhere = is_new(&self.networks, from.network().as_deref());
        let otherwise = is_new(&self.devices, from.device.as_deref());
        let is_recent = |(at, is_wrong): &&(Timestamp, bool)| *is_wrong && *at + RECENT > now;
        let failures = self.failures.iter().filter(is_recent).count();
        match (elsewhere, otherwise) {
            (true, true) if failures >= SOME => Some(RiskLevel::High),
            (true, true) => Some(RiskLevel::Medium),
            (true, false) | (false, true) if failures >= SOME => Some(RiskLevel::Medium),
            (true, false) | (false, true) => Some(RiskLevel::Low),
            (false, false) if failures >= MANY => Some(RiskLevel::Low),
            (false, false) => None,
        }
    }
}

impl Record for Habits {
    const KIND: &'static str = "habits";

    fn key(&self) -> Key {
        Self::key_of(&self.pool, &self.sub)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.changed_at + KEPT)
    }
}

impl Pools {
    /// The habits of a user. They are written without looking: of two sign-ins at one moment either may teach.
    pub(crate) async fn habits(&self, pool: &UserPoolId, sub: &Sub) -> Result<Habits> {
        let key = Habits::key_of(pool, sub);
        let found = self.records().get::<Habits>(&key, self.now()).await?;
        Ok(found.map_or_else(|| Habits::new(pool, sub, self.now()), Kept::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(address: &str, device: &str) -> Circumstances {
        Circumstances {
            address: address.parse().ok(),
            device: Some(device.to_owned()).filter(|device| !device.is_empty()),
            ..Circumstances::default()
        }
    }

    fn nobody() -> Habits {
        let pool = UserPoolId::parse("eu-west-1_Ab1Cd2Ef3").unwrap();
        let sub = Sub::parse("a0000000-0000-4000-8000-000000000000").unwrap();
        Habits::new(&pool, &sub, Timestamp::UNIX_EPOCH)
    }

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    #[test]
    fn the_level_comes_from_what_is_new_and_from_failures() {
        let mut ann = nobody();
        assert_eq!(ann.level(&from("203.0.113.9", "phone"), NOW), None, "no history");
        ann.learn(&from("192.0.2.7", "laptop"), NOW);
        let level =
            |ann: &Habits, address: &str, device: &str| ann.level(&from(address, device), NOW);
        assert_eq!(level(&ann, "192.0.2.99", "laptop"), None);
        assert_eq!(level(&ann, "203.0.113.9", "laptop"), Some(RiskLevel::Low));
        assert_eq!(level(&ann, "192.0.2.7", "phone"), Some(RiskLevel::Low));
        assert_eq!(level(&ann, "203.0.113.9", "phone"), Some(RiskLevel::Medium));
        assert_eq!(level(&ann, "", ""), None, "what is not known is not new");
        for _ in 0..SOME {
            ann.fail(true, NOW);
        }
        assert_eq!(level(&ann, "192.0.2.7", "laptop"), None);
        assert_eq!(level(&ann, "203.0.113.9", "laptop"), Some(RiskLevel::Medium));
        assert_eq!(level(&ann, "203.0.113.9", "phone"), Some(RiskLevel::High));
        for _ in 0..SOME {
            ann.fail(true, NOW);
        }
        assert_eq!(level(&ann, "192.0.2.7", "laptop"), Some(RiskLevel::Low));
        let later = NOW + SignedDuration::from_hours(2);
        assert_eq!(ann.level(&from("203.0.113.9", "phone"), later), Some(RiskLevel::Medium));
    }

    #[test]
    fn what_is_remembered_has_a_limit() {
        let mut ann = nobody();
        for number in 0..100 {
            ann.learn(&from(&format!("10.0.{number}.1"), &format!("device {number}")), NOW);
            ann.fail(true, NOW);
        }
        assert_eq!((ann.networks.len(), ann.devices.len()), (REMEMBERED, REMEMBERED));
        assert_eq!(ann.recent_failures(NOW), MOST_FAILURES);
        assert_eq!(ann.level(&from("10.0.99.1", "device 99"), NOW), Some(RiskLevel::Low));
        ann.judge(Some("10.0.99.0/24"), Some("device 99"), false, NOW);
        assert_eq!(ann.level(&from("10.0.99.1", "device 99"), NOW), Some(RiskLevel::High));
    }
}
