//! With what does a user prove a second time who they are, and which of it is asked?

use crate::{Contact, MfaMode, Pools, Refusal, Result, User, UserPool, UserStatus};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Something that proves a second time who the user is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SecondFactor {
    /// A code by text message.
    Sms,
    /// A code that an authenticator shows.
    SoftwareToken,
    /// A code by mail.
    Email,
}

impl SecondFactor {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sms, Self::SoftwareToken, Self::Email];

    /// The word for it in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "SMS_MFA",
            Self::SoftwareToken => "SOFTWARE_TOKEN_MFA",
            Self::Email => "EMAIL_OTP",
        }
    }

    /// Where its codes are sent.
    #[must_use]
    pub fn contact(self) -> Option<Contact> {
        match self {
            Self::Sms => Some(Contact::PhoneNumber),
            Self::Email => Some(Contact::Email),
            Self::SoftwareToken => None,
        }
    }
}

/// The second factors of a user.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SecondFactors {
    /// Those that are turned on.
    pub enabled: BTreeSet<SecondFactor>,
    // INVARIANT: one of those that are turned on.
    pub preferred: Option<SecondFactor>,
    /// The authenticator, once its first code was right.
    pub software_token: Option<SoftwareToken>,
    /// Whether a passkey is both factors, as far as the user has said; the pool has to allow it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkey_counts_twice: Option<bool>,
}

/// A user's authenticator.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoftwareToken {
    /// The shared secret, sealed.
    pub sealed: String,
    /// What the user calls it.
    pub name: Option<String>,
    /// The last step whose code was taken: it and those before count no more.
    pub last_step: i64,
}

impl std::fmt::Debug for SoftwareToken {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("SoftwareToken")
            .field("last_step", &self.last_step)
            .finish_non_exhaustive()
    }
}

/// What somebody wants of one factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preference {
    pub factor: SecondFactor,
    pub is_enabled: bool,
    pub is_preferred: bool,
}

/// What somebody wants of all factors. What is not spoken of stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preferences {
    pub factors: Vec<Preference>,
    /// Whether a passkey is to be both factors.
    pub passkey_counts_twice: Option<bool>,
}

/// What a sign-in asks after the first factor.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Nothing,
    One(SecondFactor),
    Choice(Vec<SecondFactor>),
    /// None is there and one is needed: one of these.
    SetUp(Vec<SecondFactor>),
}

impl SecondFactors {
    /// Whether there is nothing to keep.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Turns a factor on, and prefers it if no other is preferred.
    pub fn enable(&mut self, factor: SecondFactor) {
        self.enabled.insert(factor);
        self.preferred.get_or_insert(factor);
    }

    /// Turns a factor off.
    pub fn disable(&mut self, factor: SecondFactor) {
        self.enabled.remove(&factor);
        self.preferred = self.preferred.filter(|preferred| *preferred != factor);
    }

    /// Takes the authenticator away.
    pub fn delete_software_token(&mut self) {
        self.disable(SecondFactor::SoftwareToken);
        self.software_token = None;
    }
}

impl User {
    /// Whether the user has what the factor needs.
    #[must_use]
    pub fn can_use(&self, factor: SecondFactor) -> bool {
        match factor.contact() {
            Some(contact) => self.attribute(contact.attribute()).is_some(),
            None => self.factors.software_token.is_some(),
        }
    }

    /// The factors with which this user can be asked in this pool. Where everybody has to prove it a second
    /// time, an address or number that is there will do.
    pub(crate) fn second_factors(&self, pool: &UserPool) -> Vec<SecondFactor> {
        let mfa = &pool.settings.mfa;
        if mfa.mode == MfaMode::Off {
            return Vec::new();
        }
        let is_usable = |factor: &SecondFactor| mfa.allows(*factor) && self.can_use(*factor);
        let enabled = self.factors.enabled.iter().copied();
        let enabled: Vec<_> = enabled.filter(is_usable).collect();
        if !enabled.is_empty() || mfa.mode == MfaMode::Optional {
            return enabled;
        }
        let sent = SecondFactor::ALL.into_iter().filter(|factor| factor.contact().is_some());
        sent.filter(is_usable).collect()
    }

    /// What is asked after the first factor.
    pub(crate) fn next_factor(&self, pool: &UserPool) -> Next {
        let factors = self.second_factors(pool);
        let preferred = self.factors.preferred.filter(|preferred| factors.contains(preferred));
        match (preferred, factors.as_slice()) {
            (Some(factor), _) => Next::One(factor),
            (None, [factor]) => Next::One(*factor),
            (None, []) if pool.settings.mfa.mode == MfaMode::On => {
                let mfa = &pool.settings.mfa;
                Next::SetUp(SecondFactor::ALL.into_iter().filter(|it| mfa.allows(*it)).collect())
            }
            (None, []) => Next::Nothing,
            (None, _) => Next::Choice(factors),
        }
    }

    /// Turns factors on and off as asked. What is not spoken of stays as it is.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for a factor that the user does not have, two that are preferred, and for a
    /// passkey as both where the pool does not take it as such or the user has nothing else.
    pub fn prefer(
        &mut self,
        pool: &UserPool,
        preferences: &Preferences,
        now: Timestamp,
    ) -> Result<()> {
        let Preferences { factors: preferences, passkey_counts_twice } = preferences;
        if preferences.iter().filter(|it| it.is_preferred).count() > 1 {
            return Err(Refusal::invalid("Only one MFA method can be set as preferred.").into());
        }
        for Preference { factor, is_enabled, is_preferred } in preferences {
            if !is_enabled {
                if *is_preferred {
                    let text = "An MFA method that is not enabled cannot be set as preferred.";
                    return Err(Refusal::invalid(text).into());
                }
                self.factors.disable(*factor);
                continue;
            }
            if !self.can_use(*factor) {
                let what = match factor {
                    SecondFactor::Email => "EMAIL_MFA",
                    other => other.as_str(),
                };
                let text = format!("User does not have delivery config set to turn on {what}");
                return Err(Refusal::invalid(text).into());
            }
            self.factors.enabled.insert(*factor);
            if *is_preferred {
                self.factors.preferred = Some(*factor);
            } else if self.factors.preferred == Some(*factor) {
                self.factors.preferred = None;
            }
        }
        if *passkey_counts_twice == Some(true) {
            if pool.settings.mfa.passkeys.counts_twice != Some(true) {
                let text = "Passkeys do not count as MFA in this user pool.";
                return Err(Refusal::invalid(text).into());
            }
            // Whoever loses the passkey is not to be locked out.
            if self.factors.enabled.is_empty() {
                let text = "Another MFA method must be enabled before passkeys count as MFA.";
                return Err(Refusal::invalid(text).into());
            }
        }
        if passkey_counts_twice.is_some() {
            self.factors.passkey_counts_twice = *passkey_counts_twice;
        }
        self.modified_at = now;
        Ok(())
    }
}

impl Pools {
    /// Turns a user's second factors on and off, on the user's own word. Where everybody needs one, the last
    /// stays.
    ///
    /// # Errors
    /// As [`User::prefer`], and [`Refusal::Invalid`] for the last factor.
    pub async fn prefer_factors(
        &self,
        pool: &UserPool,
        user: &User,
        preferences: &Preferences,
    ) -> Result<()> {
        let now = self.now();
        let change = |user: &mut User| {
            let had_one = !user.second_factors(pool).is_empty();
            user.prefer(pool, preferences, now)?;
            let needs_one = pool.settings.mfa.mode == MfaMode::On && had_one;
            if needs_one && user.second_factors(pool).is_empty() {
                let text = "User cannot turn off MFA while the user pool requires it.";
                return Err(Refusal::invalid(text).into());
            }
            Ok(())
        };
        self.change_user(pool, &user.sub, change).await.map(drop)
    }

    /// Turns a user's second factors on and off, on an administrator's word.
    ///
    /// # Errors
    /// As [`User::prefer`]; [`Refusal::NotConfirmed`], [`Refusal::PasswordResetRequired`].
    pub async fn prefer_factors_as_admin(
        &self,
        pool: &UserPool,
        user: &User,
        preferences: &Preferences,
    ) -> Result<()> {
        let now = self.now();
        let change = |user: &mut User| {
            user.status.check()?;
            user.prefer(pool, preferences, now)
        };
        self.change_user(pool, &user.sub, change).await.map(drop)
    }

    /// Takes a user's authenticator away.
    ///
    /// # Errors
    /// [`Refusal::NoUser`]; [`Refusal::NotConfirmed`] of somebody who cannot have one yet.
    pub async fn delete_software_token(&self, pool: &UserPool, user: &User) -> Result<()> {
        let now = self.now();
        let change = |user: &mut User| {
            if user.status == UserStatus::Unconfirmed {
                return Err(Refusal::NotConfirmed.into());
            }
            user.factors.delete_software_token();
            user.modified_at = now;
            Ok(())
        };
        self.change_user(pool, &user.sub, change).await.map(drop)
    }
}
