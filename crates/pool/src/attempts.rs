//! How often may somebody try, and how long must they wait?
//!
//! Counts are kept beside a user. Wrong passwords lead to a lockout that doubles: after five, one
//! second, then two, up to fifteen minutes
//! ([sign-in lockout](https://docs.aws.amazon.com/cognito/latest/developerguide/authentication.html#authentication-flow-lockout-behavior)).
//! Guesses at the codes of a sign-in do the same, in a count of their own: it outlives a right password,
//! which whoever guesses at the second factor knows. Messages and confirmations have an allowance an hour.
//!
//! A right password at the first try writes nothing. Tries of one user take turns in a process
//! ([`Pools::turn`]), and a failure is written before the next try is looked at, so that guesses sent
//! together are counted one by one; over several nodes at most one guess a node is under way. A guess at a
//! code of a sign-in is written before it is looked at, so that there it holds over nodes too.

use crate::{Pools, Refusal, Result, User, UserPool};
use jiff::{SignedDuration, Timestamp};
use names::UserPoolId;
use serde::{Deserialize, Serialize};
use store::{Kept, Key, Record, Refused};

/// Wrong passwords before the first lockout.
const FREE: u32 = 5;
/// The longest lockout, and how long failures are remembered without a further try.
const LONGEST: SignedDuration = SignedDuration::from_mins(15);

/// Failed tries to sign in as one user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Failures {
    pool: UserPoolId,
    /// The `sub`, or for a name that nobody has, a digest of it.
    who: String,
    #[serde(default)]
    at: Guessed,
    count: u32,
    last_at: Timestamp,
}

/// What was guessed at.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
enum Guessed {
    #[default]
    Password,
    /// A code of a sign-in: of an authenticator, or sent.
    Code,
}

impl Guessed {
    fn as_str(self) -> &'static str {
        match self {
            Self::Password => "failures",
            Self::Code => "code-failures",
        }
    }
}

impl Failures {
    fn first(pool: &UserPoolId, who: &str, at: Guessed, now: Timestamp) -> Self {
        Self { pool: pool.clone(), who: who.to_owned(), at, count: 1, last_at: now }
    }

    fn locked_until(&self) -> Option<Timestamp> {
        let doubled = self.count.checked_sub(FREE)?;
        let seconds = 1_i64.checked_shl(doubled.min(20)).unwrap_or(i64::MAX);
        Some(self.last_at + SignedDuration::from_secs(seconds).min(LONGEST))
    }
}

impl Record for Failures {
    const KIND: &'static str = "failed sign-ins";

    fn key(&self) -> Key {
        attempts_key(&self.pool, &self.who, self.at.as_str())
    }

    fn expires_at(&self) -> Option<Timestamp> {
        // A second more than remembered: expiry has whole seconds.
        Some(self.last_at + LONGEST + SignedDuration::from_secs(1))
    }
}

/// Something that may be done so often an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowance {
    ConfirmSignUp,
    /// Have a message sent to one address or number, whoever signs up with it.
    SignUpMessage,
    ResendCode,
    RequestReset,
    ConfirmReset,
    VerifyAttribute,
    /// Give another address or number that has to be proven.
    ChangeContact,
    /// Have a code sent to sign in with, before anything was proven.
    SignInCode,
}

impl Allowance {
    /// How often it may be done in an hour.
    pub(crate) fn an_hour(self) -> u32 {
        match self {
            Self::ConfirmSignUp | Self::VerifyAttribute => 15,
            Self::ResendCode | Self::RequestReset => 5,
            Self::ConfirmReset => 10,
            Self::ChangeContact | Self::SignInCode | Self::SignUpMessage => 20,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::ConfirmSignUp => "confirm-sign-up",
            Self::SignUpMessage => "sign-up-message",
            Self::ResendCode => "resend-code",
            Self::RequestReset => "request-reset",
            Self::ConfirmReset => "confirm-reset",
            Self::VerifyAttribute => "verify-attribute",
            Self::ChangeContact => "change-contact",
            Self::SignInCode => "sign-in-code",
        }
    }
}

/// What was used of an allowance in its hour.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Used {
    pool: UserPoolId,
    who: String,
    what: String,
    count: u32,
    ends_at: Timestamp,
}

impl Record for Used {
    const KIND: &'static str = "used allowance";

    fn key(&self) -> Key {
        attempts_key(&self.pool, &self.who, &self.what)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.ends_at)
    }
}

/// Not in the user's partition: a name that nobody has is counted like one that somebody has.
fn attempts_key(pool: &UserPoolId, who: &str, what: &str) -> Key {
    Key::new(format!("pool/{pool}/attempts/{who}"), what)
}

/// A guess that is under way: nobody else guesses as the same user meanwhile.
pub(crate) struct Guessing {
    who: String,
    failures: Option<Kept<Failures>>,
    _turn: tokio::sync::OwnedMutexGuard<()>,
}

impl Pools {
    /// Waits for the turn of a guess, and refuses it while its user is locked out.
    pub(crate) async fn begin_guess(
        &self,
        pool: &UserPool,
        user: Option<&User>,
        name: &str,
    ) -> Result<Guessing> {
        let who = self.counted_as(pool, user, name);
        let turn = self.turn(&pool.id, &who).await;
        let failures = self.refuse_if_locked(&pool.id, &who).await?;
        Ok(Guessing { who, failures, _turn: turn })
    }

    /// Forgets the wrong guesses before a right one.
    pub(crate) async fn guessed_right(&self, guessing: Guessing) -> Result<()> {
        self.forget_failures(guessing.failures).await
    }

    /// Counts a wrong guess before the next is looked at.
    pub(crate) async fn guessed_wrong(&self, pool: &UserPoolId, guessing: Guessing) -> Result<()> {
        self.count_failure(pool, &guessing.who).await
    }

    /// Under whom tries with this name are counted: the user, or the name itself, so that somebody who does
    /// not exist is locked out like somebody who does.
    pub(crate) fn counted_as(&self, pool: &UserPool, user: Option<&User>, name: &str) -> String {
        match user {
            Some(user) => user.sub.to_string(),
            None => {
                // One count for the name that was typed and for the id that a challenge made of it.
                let user_id = self.decoy_user_id(pool, name);
                format!("nobody-{}", self.disguised(pool, b"\n", &user_id))
            }
        }
    }

    /// Under what messages to an address or number are counted, which names nobody.
    pub(crate) fn counted_address(&self, pool: &UserPool, address: &str) -> String {
        let folded = crate::user_pool::fold(address, false);
        format!("address-{}", self.disguised(pool, b"\naddress\n", &folded))
    }

    /// What tells nobody the text that it was made of, and is another in every pool and behind every label.
    fn disguised(&self, pool: &UserPool, label: &[u8], text: &str) -> String {
        let parts = [pool.id.as_str().as_bytes(), label, text.as_bytes()];
        let digest = crypto::hmac_sha256(&self.house().seals.decoys, &parts);
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Refuses a try while its user is locked out, and tells what failed before.
    pub(crate) async fn refuse_if_locked(
        &self,
        pool: &UserPoolId,
        who: &str,
    ) -> Result<Option<Kept<Failures>>> {
        let key = attempts_key(pool, who, Guessed::Password.as_str());
        let failures = self.records().get::<Failures>(&key, self.now()).await?;
        let until = failures.as_ref().and_then(|failures| failures.locked_until());
        if until.is_some_and(|until| self.now() < until) {
            return Err(Refusal::LockedOut.into());
        }
        Ok(failures)
    }

    /// Counts a failed try.
    pub(crate) async fn count_failure(&self, pool: &UserPoolId, who: &str) -> Result<()> {
        let key = attempts_key(pool, who, Guessed::Password.as_str());
        for _ in 0..16 {
            let known = self.records().get::<Failures>(&key, self.now()).await?;
            let done = match known {
                Some(mut failures) => {
                    failures.count = failures.count.saturating_add(1);
                    failures.last_at = self.now();
                    self.try_commit(|commit| {
                        commit.save(&failures);
                    })
                    .await
                }
                None => {
                    let failures = Failures::first(pool, who, Guessed::Password, self.now());
                    self.try_commit(|commit| {
                        commit.create(&failures);
                    })
                    .await
                }
            };
            match done {
                Ok(()) => return Ok(()),
                Err(Refused::Conflict(_)) => {}
                Err(Refused::Broken(broken)) => return Err(broken.into()),
            }
        }
        Err(Refusal::Busy.into())
    }

    /// Forgets failed tries after one that succeeded.
    pub(crate) async fn forget_failures(&self, failures: Option<Kept<Failures>>) -> Result<()> {
        let Some(failures) = failures else { return Ok(()) };
        match self
            .try_commit(|commit| {
                commit.delete(&failures);
            })
            .await
        {
            // Somebody failed meanwhile; that failure counts.
            Ok(()) | Err(Refused::Conflict(_)) => Ok(()),
            Err(Refused::Broken(broken)) => Err(broken.into()),
        }
    }

    /// Counts a guess at a code of a sign-in, which may be looked at then, or refuses it while its user is
    /// locked out.
    pub(crate) async fn count_code_guess(&self, pool: &UserPoolId, who: &str) -> Result<()> {
        let key = attempts_key(pool, who, Guessed::Code.as_str());
        let _turn = self.turn(pool, who).await;
        for _ in 0..16 {
            let now = self.now();
            let done = match self.records().get::<Failures>(&key, now).await? {
                Some(failures) if failures.locked_until().is_some_and(|until| now < until) => {
                    return Err(Refusal::LockedOut.into());
                }
                Some(mut failures) => {
                    failures.count = failures.count.saturating_add(1);
                    failures.last_at = now;
                    self.try_commit(|commit| {
                        commit.save(&failures);
                    })
                    .await
                }
                None => {
                    let failures = Failures::first(pool, who, Guessed::Code, now);
                    self.try_commit(|commit| {
                        commit.create(&failures);
                    })
                    .await
                }
            };
            match done {
                Ok(()) => return Ok(()),
                Err(Refused::Conflict(_)) => {}
                Err(Refused::Broken(broken)) => return Err(broken.into()),
            }
        }
        Err(Refusal::Busy.into())
    }

    /// Forgets the guesses at codes once one was right.
    pub(crate) async fn forget_code_guesses(&self, pool: &UserPoolId, who: &str) -> Result<()> {
        let key = attempts_key(pool, who, Guessed::Code.as_str());
        let failures = self.records().get::<Failures>(&key, self.now()).await?;
        self.forget_failures(failures).await
    }

    /// Uses one of an allowance, or refuses when it is used up for this hour.
    pub(crate) async fn allow(&self, pool: &UserPoolId, who: &str, what: Allowance) -> Result<()> {
        let key = attempts_key(pool, who, what.as_str());
        for _ in 0..16 {
            let known = self.records().get::<Used>(&key, self.now()).await?;
            let done = match known {
                Some(used) if used.count >= what.an_hour() => {
                    return Err(Refusal::TooManyAttempts.into());
                }
                Some(mut used) => {
                    used.count += 1;
                    self.try_commit(|commit| {
                        commit.save(&used);
                    })
                    .await
                }
                None => {
                    let used = Used {
                        pool: pool.clone(),
                        who: who.to_owned(),
                        what: what.as_str().to_owned(),
                        count: 1,
                        ends_at: self.now() + SignedDuration::from_hours(1),
                    };
                    self.try_commit(|commit| {
                        commit.create(&used);
                    })
                    .await
                }
            };
            match done {
                Ok(()) => return Ok(()),
                Err(Refused::Conflict(_)) => {}
                Err(Refused::Broken(broken)) => return Err(broken.into()),
            }
        }
        Err(Refusal::TooManyAttempts.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lockout_doubles_up_to_a_quarter_of_an_hour() {
        let last_at = Timestamp::UNIX_EPOCH;
        let wait = |count| {
            let pool = UserPoolId::parse("eu-west-1_Ab1Cd2Ef3").unwrap();
            let failures =
                Failures { pool, who: "x".into(), at: Guessed::Password, count, last_at };
            failures.locked_until().map(|until| until.as_second())
        };
        assert_eq!(wait(4), None);
        assert_eq!(wait(5), Some(1));
        assert_eq!(wait(6), Some(2));
        assert_eq!(wait(14), Some(512));
        assert_eq!(wait(15), Some(900));
        assert_eq!(wait(4000), Some(900));
    }
}
