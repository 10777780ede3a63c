//! Which refresh token of a session is the good one, where each is exchanged for the next?
//!
//! Tokens are sealed and not stored, so what is stored is which of them were exchanged. One that comes again
//! after its time of grace is in two hands, and nobody can tell whose is the right one: the session ends.

use crate::{
    Caller, Pools, Refusal, Result, Tokens, User, refresh::RefreshClaims, tokens::Session,
};
use events::cognito::TriggerSource;
use jiff::{SignedDuration, Timestamp};
use names::{ClientSecret, Sub, Token, UserPoolId};
use serde::{Deserialize, Serialize};
use store::{Key, Record, Refused};

/// A refresh token that was exchanged, kept until it would have ended.
#[derive(Serialize, Deserialize)]
struct Exchanged {
    pool: UserPoolId,
    sub: Sub,
    origin: String,
    id: String,
    exchanged_at: Timestamp,
    ends_at: Timestamp,
}

impl Exchanged {
    fn key_of(claims: &RefreshClaims) -> Key {
        let RefreshClaims { pool, sub, origin, id, .. } = claims;
        Key::new(User::partition(pool, sub), format!("exchanged/{origin}/{id}"))
    }
}

impl Record for Exchanged {
    const KIND: &'static str = "exchanged refresh token";

    fn key(&self) -> Key {
        let Self { pool, sub, origin, id, .. } = self;
        Key::new(User::partition(pool, sub), format!("exchanged/{origin}/{id}"))
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.ends_at)
    }
}

impl Pools {
    /// New tokens for a session that goes on; a new refresh token too where the client exchanges them, which
    /// ends when the first one would have.
    ///
    /// # Errors
    /// [`Refusal::WrongClientSecret`], [`Refusal::InvalidRefreshToken`], [`Refusal::RefreshTokenExpired`],
    /// [`Refusal::NoUser`], [`Refusal::RefreshTokenRevoked`], [`Refusal::RefreshTokenReused`],
    /// [`Refusal::Disabled`], and what the pool's functions refuse.
    pub async fn exchange(
        &self,
        caller: &Caller,
        token: &Token,
        secret: Option<&ClientSecret>,
    ) -> Result<Tokens> {
        self.check_client_secret(&caller.client, secret)?;
        let claims = self.open_refresh_token(&caller.client, token)?;
        let user = self.refreshing(&claims).await?;
        self.check_refresh(caller, &user, &claims).await?;
        let session = claims.session();
        self.exchange_for(caller, &user, claims, &session).await
    }

    /// The tokens of a session whose refresh token was found good.
    pub(crate) async fn exchange_for(
        &self,
        caller: &Caller,
        user: &User,
        claims: RefreshClaims,
        session: &Session,
    ) -> Result<Tokens> {
        let source = TriggerSource::TokenGenerationRefreshTokens;
        let metadata = caller.metadata.clone();
        let mut tokens = self.issue(caller, user, session, source, metadata).await?;
        self.touch(&caller.pool, &claims).await?;
        if caller.client.settings.rotation.is_some() {
            // After the functions were asked: one that refuses must not cost the client its token.
            self.mark_exchanged(caller, &claims).await?;
            let next = RefreshClaims { id: self.random().uuid_v4(), ..claims };
            tokens.refresh = Some(self.seal_refresh_token(&next)?);
        }
        Ok(tokens)
    }

    /// Refuses a refresh token that was exchanged and whose grace is over, and ends its session. That holds
    /// too where the client does not exchange tokens any more: the one it was exchanged for is out there.
    pub(crate) async fn refuse_if_exchanged(
        &self,
        caller: &Caller,
        claims: &RefreshClaims,
    ) -> Result<()> {
        let key = Exchanged::key_of(claims);
        let Some(exchanged) = self.records().get::<Exchanged>(&key, self.now()).await? else {
            return Ok(());
        };
        let grace = caller.client.settings.rotation.map_or(0, |rotation| rotation.grace_seconds);
        let grace = SignedDuration::from_secs(i64::from(grace));
        if self.now() < exchanged.exchanged_at + grace {
            return Ok(());
        }
        self.revoke_session(claims).await?;
        Err(Refusal::RefreshTokenReused.into())
    }

    /// Takes note that a refresh token was exchanged. Of two that do it at once, one finds that it comes
    /// second.
    async fn mark_exchanged(&self, caller: &Caller, claims: &RefreshClaims) -> Result<()> {
        let RefreshClaims { pool, sub, origin, id, ends_at, .. } = claims.clone();
        let exchanged = Exchanged { pool, sub, origin, id, exchanged_at: self.now(), ends_at };
        let marked = self.try_commit(|commit| {
            commit.create(&exchanged);
        });
        match marked.await {
            Ok(()) => Ok(()),
            Err(Refused::Broken(broken)) => Err(broken.into()),
            Err(Refused::Conflict(_)) => self.refuse_if_exchanged(caller, claims).await,
        }
    }
}
