//! How often may somebody do this in an hour?

use crate::{Kind, Problem, Profiles, idempotency::hex, profiles::TRIES};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use store::{Commit, Key, Record, Refused};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// Something that may be done so often an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Allowance {
    /// Wrong activation codes from one address.
    WrongActivation,
    /// Activation letters to one user.
    ActivationLetter,
    /// Letters to addresses that one user wants to have.
    EmailChangeLetter,
    /// Codes of such letters that one user shows.
    EmailChangeCode,
}

impl Allowance {
    fn an_hour(self) -> u32 {
        match self {
            Self::WrongActivation => 20,
            Self::ActivationLetter | Self::EmailChangeLetter | Self::EmailChangeCode => 5,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::WrongActivation => "wrong-activation",
            Self::ActivationLetter => "activation-letter",
            Self::EmailChangeLetter => "email-change-letter",
            Self::EmailChangeCode => "email-change-code",
        }
    }
}

/// What was used of an allowance in its hour. Who used it is kept as a digest.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Used {
    table: String,
    who: String,
    what: String,
    count: u32,
    ends_at: Timestamp,
}

impl Record for Used {
    const KIND: &'static str = "used allowance";

    fn key(&self) -> Key {
        key(&self.table, &self.who, &self.what)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.ends_at)
    }
}

fn key(table: &str, who: &str, what: &str) -> Key {
    Key::new(format!("table/{table}/used/{who}"), what)
}

/// The network that an address is of, which is what its owner has many of. Those that came from nowhere share
/// one.
pub(crate) fn network(address: Option<IpAddr>) -> String {
    match address.map(|address| address.to_canonical()) {
        None => "nowhere".to_owned(),
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}

impl Profiles {
    /// Whether something may be done once more.
    ///
    /// # Errors
    /// [`Kind::TooManyRequests`].
    pub(crate) async fn check_allowance(
        &self,
        what: Allowance,
        who: &str,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let key = key(self.table(), &digest(who), what.as_str());
        let used = self.records().get::<Used>(&key, now).await.map_err(Problem::broken)?;
        match used.filter(|used| used.count >= what.an_hour()) {
            Some(used) => Err(too_many(used.ends_at, now)),
            None => Ok(()),
        }
    }

    /// Counts something that was done, if it may be done once more.
    ///
    /// # Errors
    /// [`Kind::TooManyRequests`].
    pub(crate) async fn use_allowance(
        &self,
        what: Allowance,
        who: &str,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let who = digest(who);
        let key = key(self.table(), &who, what.as_str());
        for _ in 0..TRIES {
            let mut commit = Commit::new();
            match self.records().get::<Used>(&key, now).await.map_err(Problem::broken)? {
                Some(used) if used.count >= what.an_hour() => {
                    return Err(too_many(used.ends_at, now));
                }
                Some(mut used) => {
                    used.count += 1;
                    commit.save(&used);
                }
                None => {
                    commit.create(&Used {
                        table: self.table().to_owned(),
                        who: who.clone(),
                        what: what.as_str().to_owned(),
                        count: 1,
                        ends_at: now + HOUR,
                    });
                }
            }
            match self.records().commit(commit, now).await {
                Ok(()) => return Ok(()),
                Err(Refused::Conflict(_)) => {}
                Err(Refused::Broken(broken)) => return Err(Problem::broken(broken)),
            }
        }
        // So many at once are too many.
        Err(Problem::new(Kind::TooManyRequests).retry_after(1))
    }
}

fn digest(who: &str) -> String {
    hex(&crypto::sha256(who.as_bytes()))
}

fn too_many(until: Timestamp, now: Timestamp) -> Problem {
    let seconds = (until.as_second() - now.as_second()).clamp(1, 3600);
    Problem::new(Kind::TooManyRequests).retry_after(u32::try_from(seconds).unwrap_or(3600))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_network_is_one_caller() {
        let of = |text: &str| network(Some(text.parse().unwrap()));
        assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:2"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(network(None), "nowhere");
    }
}
