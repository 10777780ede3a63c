//! Was this the code that was sent, and how often was it guessed?

use crate::{Allowance, Pools, Refusal, Result, User, UserPool};
use jiff::{SignedDuration, Timestamp};
use names::{Code, Sub, UserPoolId};
use serde::{Deserialize, Serialize};
use store::{Commit, Kept, Key, Record, Refused};

/// What a code is for. A code of one purpose is nothing to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    ConfirmSignUp,
    ResetPassword,
    VerifyEmail,
    VerifyPhoneNumber,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::ConfirmSignUp => "confirm-sign-up",
            Self::ResetPassword => "reset-password",
            Self::VerifyEmail => "verify-email",
            Self::VerifyPhoneNumber => "verify-phone-number",
        }
    }

    /// How many guesses at one code are looked at: as many as are allowed in an hour, after which the code is
    /// dead.
    fn guesses(self) -> u32 {
        match self {
            Self::ConfirmSignUp => Allowance::ConfirmSignUp.an_hour(),
            Self::ResetPassword => Allowance::ConfirmReset.an_hour(),
            Self::VerifyEmail | Self::VerifyPhoneNumber => Allowance::VerifyAttribute.an_hour(),
        }
    }

    /// How long a code of this purpose is good for.
    fn life(self) -> SignedDuration {
        match self {
            Self::ResetPassword => SignedDuration::from_hours(1),
            _ => SignedDuration::from_hours(24),
        }
    }
}

/// A code that waits to be told back. Of the code itself only a keyed digest is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SentCode {
    pool: UserPoolId,
    sub: Sub,
    purpose: Purpose,
    digest: String,
    guesses: u32,
    ends_at: Timestamp,
    /// The attribute that the code proves, and the value it was sent to.
    pub attribute: String,
    pub value: String,
}

impl SentCode {
    fn key_of(pool: &UserPoolId, sub: &Sub, purpose: Purpose) -> Key {
        Key::new(User::partition(pool, sub), format!("code/{}", purpose.as_str()))
    }
}

impl Record for SentCode {
    const KIND: &'static str = "code";

    fn key(&self) -> Key {
        Self::key_of(&self.pool, &self.sub, self.purpose)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.ends_at)
    }
}

/// What is said where there is nothing to guess.
pub(crate) struct Unguessable {
    pub none_waiting: Refusal,
    /// The code was guessed at as often as it may be.
    pub used_up: Refusal,
}

impl Pools {
    /// A new code for a user, and the record of it that belongs into a commit. It replaces the one before.
    pub(crate) fn new_code(
        &self,
        user: &User,
        purpose: Purpose,
        attribute: &str,
        value: &str,
    ) -> Result<(Code, SentCode)> {
        let text = match &self.house().fixed_code {
            Some(fixed) => fixed.reveal().to_owned(),
            None => self.random().digits(6),
        };
        let code = Code::parse(text).map_err(|_| crate::Error::internal("a code is malformed"))?;
        let sent = SentCode {
            pool: user.pool.clone(),
            sub: user.sub.clone(),
            purpose,
            digest: self.digest(&user.pool, &user.sub, purpose, &code),
            guesses: 0,
            ends_at: self.now() + purpose.life(),
            attribute: attribute.to_owned(),
            value: value.to_owned(),
        };
        Ok((code, sent))
    }

    /// Looks at a guess, after counting it, and hands back the record of the code if it was right: whoever
    /// acts on it deletes it in the same commit, so that it acts once.
    ///
    /// What is said when there is nothing to guess is the caller's to know: whoever may not learn who exists may
    /// not learn either who asked for a code.
    ///
    /// # Errors
    /// [`Refusal::CodeMismatch`]; what of `otherwise` fits, also for the right code once its guesses are used up.
    pub(crate) async fn guess(
        &self,
        pool: &UserPool,
        sub: &Sub,
        purpose: Purpose,
        code: &Code,
        otherwise: &Unguessable,
    ) -> Result<Kept<SentCode>> {
        let key = SentCode::key_of(&pool.id, sub, purpose);
        let is_right = |sent: &SentCode| {
            let digest = self.digest(&pool.id, sub, purpose, code);
            crypto::equal(digest.as_bytes(), sent.digest.as_bytes())
        };
        let _turn = self.turn(&pool.id, sub.as_str()).await;
        for _ in 0..16 {
            let Some(mut sent) = self.records().get::<SentCode>(&key, self.now()).await? else {
                return Err(otherwise.none_waiting.clone().into());
            };
            if sent.guesses >= purpose.guesses() {
                return Err(otherwise.used_up.clone().into());
            }
            sent.guesses += 1;
            match self
                .try_commit(|commit| {
                    commit.save(&sent);
                })
                .await
            {
                Ok(()) if is_right(&sent) => {
                    // Read again: what was saved has another version than what was read before it.
                    let saved = self.records().get::<SentCode>(&key, self.now()).await?;
                    let saved = saved.filter(|sent| is_right(sent));
                    return saved.ok_or_else(|| Refusal::CodeExpired.into());
                }
                Ok(()) => return Err(Refusal::CodeMismatch.into()),
                Err(Refused::Conflict(_)) => {}
                Err(Refused::Broken(broken)) => return Err(broken.into()),
            }
        }
        Err(Refusal::TooManyAttempts.into())
    }

    /// The code that waits for an attribute to be verified, if there is one.
    pub(crate) async fn waiting_code(
        &self,
        user: &User,
        purpose: Purpose,
    ) -> Result<Option<Kept<SentCode>>> {
        let key = SentCode::key_of(&user.pool, &user.sub, purpose);
        Ok(self.records().get(&key, self.now()).await?)
    }

    fn digest(&self, pool: &UserPoolId, sub: &Sub, purpose: Purpose, code: &Code) -> String {
        let parts = [pool.as_str(), sub.as_str(), purpose.as_str(), code.reveal()];
        let parts: Vec<&[u8]> = parts.iter().flat_map(|part| [part.as_bytes(), b"\n"]).collect();
        use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
        STANDARD_NO_PAD.encode(crypto::hmac_sha256(&self.house().seals.codes, &parts))
    }
}

/// Spends a code in a commit.
pub(crate) fn spend(commit: &mut Commit, code: &Kept<SentCode>) {
    commit.delete(code);
}
