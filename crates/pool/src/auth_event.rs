//! What was done as a user, from where, and did it look like the user?
//!
//! Only pools with threat protection keep events, and for a quarter of a year. The id of an event tells when it
//! began, so that a user's events are kept newest first and each is found by its id. The steps of one sign-in
//! are one event.

use crate::{Error, Pools, Refusal, Result, RiskLevel, User, UserPool};
use jiff::{SignedDuration, Timestamp};
use names::{Sub, Token, UserPoolId};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use store::{Key, Record, Refused};

/// How long events are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);
/// How long a user may say whether it was them, by the link of a mail.
const FEEDBACK_LIFE: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Something that was done as a user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuthEvent {
    pub pool: UserPoolId,
    pub sub: Sub,
    pub id: String,
    pub kind: AuthEventKind,
    pub created_at: Timestamp,
    pub result: AuthEventResult,
    pub decision: RiskDecision,
    pub level: Option<RiskLevel>,
    /// Whether the password is one that everybody knows.
    pub is_compromised: bool,
    /// What was asked, and whether the answer was right.
    pub challenges: Vec<(AuthChallenge, bool)>,
    pub address: Option<IpAddr>,
    pub device_name: Option<String>,
    pub timezone: Option<String>,
    pub feedback: Option<Feedback>,
    /// What is familiar from now on if the user says that it was them.
    pub(crate) network: Option<String>,
    pub(crate) device: Option<String>,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthEventKind {
    SignIn,
    SignUp,
    ForgotPassword,
    PasswordChange,
    ResendCode,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthEventResult {
    Pass,
    Fail,
    InProgress,
}

/// What was thought of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum RiskDecision {
    #[default]
    NoRisk,
    AccountTakeover,
    Block,
}

/// What is asked in a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthChallenge {
    Password,
    Mfa,
}

/// What somebody said of an event afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feedback {
    pub is_valid: bool,
    pub by: FeedbackBy,
    pub at: Timestamp,
}

/// Whose word it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FeedbackBy {
    Admin,
    User,
}

/// What the link in a mail is good for.
#[derive(Serialize, Deserialize)]
struct FeedbackClaims {
    pool: UserPoolId,
    sub: Sub,
    event: String,
    ends_at: Timestamp,
}

impl AuthEvent {
    /// What the places of events begin with in the partition of their user.
    pub(crate) const PREFIX: &'static str = "event/";

    /// Where an event is kept: the later it began, the earlier in the order.
    pub(crate) fn key_of(pool: &UserPoolId, sub: &Sub, id: &str) -> Key {
        let digits: String = id.chars().filter(char::is_ascii_hexdigit).take(12).collect();
        let began = u64::from_str_radix(&digits, 16).unwrap_or(0);
        let backwards = 0xffff_ffff_ffff_u64.saturating_sub(began);
        Key::new(User::partition(pool, sub), format!("{}{backwards:012x}/{id}", Self::PREFIX))
    }
}

impl Record for AuthEvent {
    const KIND: &'static str = "auth event";

    fn key(&self) -> Key {
        Self::key_of(&self.pool, &self.sub, &self.id)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.created_at + KEPT)
    }
}

impl UserPool {
    /// Refuses what only a pool with threat protection can do.
    ///
    /// # Errors
    /// [`Refusal::NoThreatProtection`].
    pub fn require_threat_protection(&self) -> Result<()> {
        if self.settings.threats.is_on() {
            return Ok(());
        }
        Err(Refusal::NoThreatProtection.into())
    }
}

impl Pools {
    /// Says of an event whether it was the user, on an administrator's word.
    ///
    /// # Errors
    /// [`Refusal::NoAuthEvent`].
    pub async fn judge_auth_event(&self, user: &User, id: &str, is_valid: bool) -> Result<()> {
        self.judge(&user.pool, &user.sub, id, is_valid, FeedbackBy::Admin).await
    }

    /// Says of an event whether it was the user, on the word of whoever has the mail about it. The names of the
    /// user and the event must be those that the token is for.
    ///
    /// # Errors
    /// [`Refusal::InvalidFeedbackToken`], [`Refusal::NoUser`], [`Refusal::NoAuthEvent`].
    pub async fn judge_auth_event_by_token(
        &self,
        pool: &UserPool,
        user: Option<&User>,
        id: &str,
        token: &Token,
        is_valid: bool,
    ) -> Result<()> {
        let claims = self.open_feedback_token(token)?;
        let is_of_event = claims.pool == pool.id && claims.event == id;
        if is_of_event && user.is_none() {
            // Whoever has a token of somebody may know that they are gone.
            self.user_by_sub(&pool.id, &claims.sub).await?;
        }
        if !is_of_event || user.is_none_or(|user| user.sub != claims.sub) {
            return Err(Refusal::InvalidFeedbackToken.into());
        }
        self.judge(&claims.pool, &claims.sub, id, is_valid, FeedbackBy::User).await
    }

    /// As [`Self::judge_auth_event_by_token`], by a link, which names nothing but the token.
    ///
    /// # Errors
    /// [`Refusal::InvalidFeedbackToken`], [`Refusal::NoAuthEvent`].
    pub async fn judge_auth_event_by_link(&self, token: &Token, is_valid: bool) -> Result<()> {
        let claims = self.open_feedback_token(token)?;
        self.judge(&claims.pool, &claims.sub, &claims.event, is_valid, FeedbackBy::User).await
    }

    async fn judge(
        &self,
        pool: &UserPoolId,
        sub: &Sub,
        id: &str,
        is_valid: bool,
        by: FeedbackBy,
    ) -> Result<()> {
        let key = AuthEvent::key_of(pool, sub, id);
        for _ in 0..16 {
            let now = self.now();
            let event = self.records().get::<AuthEvent>(&key, now).await?;
            let mut event = event.ok_or(Refusal::NoAuthEvent)?;
            event.feedback = Some(Feedback { is_valid, by, at: now });
            let mut habits = self.habits(pool, sub).await?;
            let (network, device) = (event.network.as_deref(), event.device.as_deref());
            habits.judge(network, device, is_valid, now);
            let done = self.try_commit(|commit| {
                commit.save(&event).put(&habits);
            });
            match done.await {
                Ok(()) => return Ok(()),
                Err(Refused::Conflict(_)) => {}
                Err(Refused::Broken(broken)) => return Err(broken.into()),
            }
        }
        Err(Refusal::Contended.into())
    }

    /// What whoever reads the mail about an event may say of it with.
    pub(crate) fn seal_feedback_token(&self, user: &User, event: &str) -> Result<String> {
        let claims = FeedbackClaims {
            pool: user.pool.clone(),
            sub: user.sub.clone(),
            event: event.to_owned(),
            ends_at: self.now() + FEEDBACK_LIFE,
        };
        let plain = serde_json::to_vec(&claims)
            .map_err(|_| Error::internal("feedback claims do not serialise"))?;
        Ok(self.house().seals.feedback.seal_text(self.random(), &plain, b"feedback"))
    }

    fn open_feedback_token(&self, token: &Token) -> Result<FeedbackClaims> {
        let opened = self.house().seals.feedback.open_text(token.reveal(), b"feedback");
        let claims = opened.ok().and_then(|plain| serde_json::from_slice(&plain).ok());
        let claims: FeedbackClaims = claims.ok_or(Refusal::InvalidFeedbackToken)?;
        if self.now() >= claims.ends_at {
            return Err(Refusal::InvalidFeedbackToken.into());
        }
        Ok(claims)
    }
}
