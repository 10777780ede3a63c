//! May this session go on?
//!
//! Refresh tokens are sealed, not stored: whoever has the master key can read one, and nobody can make one.
//! What ends a session is stored: a moment on the user, and a small item for a single session.

use crate::{
    Caller, Client, Error, Flow, Grant, Outcome, Pools, Refusal, Result, Tokens, User,
    tokens::{Session, USER_ADMIN},
};
use events::cognito::{Metadata, TriggerSource};
use jiff::Timestamp;
use names::{ClientId, DeviceKey, Scope, SecretHash, Sub, Token, UserPoolId};
use serde::{Deserialize, Serialize};
use store::{Kept, Key, Record};

/// What a refresh token holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RefreshClaims {
    pub pool: UserPoolId,
    pub client: ClientId,
    pub sub: Sub,
    pub origin: String,
    /// Which of the tokens of its session this is, where each is exchanged for the next.
    #[serde(default)]
    pub id: String,
    /// The device that the session began on.
    pub device: Option<DeviceKey>,
    pub auth_time: Timestamp,
    pub ends_at: Timestamp,
    /// What was granted at the OAuth 2.0 endpoints; none for a sign-in through the API of the pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<Grant>,
}

impl RefreshClaims {
    pub(crate) fn begin(pools: &Pools, caller: &Caller, user: &User, session: &Session) -> Self {
        // Who is signed in at a browser already may get a session long after proving who they are.
        let began = match session.grant {
            None => session.auth_time,
            Some(_) => Session::began_at(&session.origin).unwrap_or(session.auth_time),
        };
        Self {
            pool: caller.pool.id.clone(),
            client: caller.client.id.clone(),
            sub: user.sub.clone(),
            origin: session.origin.clone(),
            id: pools.random().uuid_v4(),
            device: session.device.clone(),
            auth_time: session.auth_time,
            ends_at: began + caller.client.settings.refresh_token_life(),
            grant: session.grant.clone().map(Grant::without_nonce),
        }
    }

    /// The session that goes on.
    pub(crate) fn session(&self) -> Session {
        let Self { origin, auth_time, device, grant, .. } = self.clone();
        Session { origin, auth_time, device, grant }
    }
}

/// One session that was revoked, kept until its refresh token would have ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RevokedSession {
    pub pool: UserPoolId,
    pub sub: Sub,
    pub origin: String,
    pub ends_at: Timestamp,
}

impl RevokedSession {
    pub(crate) fn key_of(pool: &UserPoolId, sub: &Sub, origin: &str) -> Key {
        Key::new(User::partition(pool, sub), format!("revoked/{origin}"))
    }
}

impl Record for RevokedSession {
    const KIND: &'static str = "revoked session";

    fn key(&self) -> Key {
        Self::key_of(&self.pool, &self.sub, &self.origin)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        // An access token of the session may outlive its refresh token by at most a day.
        Some(self.ends_at + jiff::SignedDuration::from_hours(24))
    }
}

impl Pools {
    pub(crate) fn seal_refresh_token(&self, claims: &RefreshClaims) -> Result<Token> {
        let plain = serde_json::to_vec(claims)
            .map_err(|_| Error::internal("refresh claims do not serialise"))?;
        let bound_to = bound_to(&claims.client);
        let text = self.house().seals.refresh_tokens.seal_text(self.random(), &plain, &bound_to);
        Token::parse(text).map_err(|_| Error::internal("a refresh token is malformed"))
    }

    pub(crate) fn open_refresh_token(
        &self,
        client: &Client,
        token: &Token,
    ) -> Result<RefreshClaims> {
        let seals = &self.house().seals;
        let plain = seals
            .refresh_tokens
            .open_text(token.reveal(), &bound_to(&client.id))
            .map_err(|_| Refusal::InvalidRefreshToken)?;
        let claims: RefreshClaims =
            serde_json::from_slice(&plain).map_err(|_| Refusal::InvalidRefreshToken)?;
        // A client id is never used again, and neither is a pool's; still, say it.
        if claims.client != client.id || claims.pool != client.pool {
            return Err(Refusal::InvalidRefreshToken.into());
        }
        Ok(claims)
    }

    /// New ID and access tokens for a session that goes on. No new refresh token.
    ///
    /// # Errors
    /// [`Refusal::InvalidRefreshToken`], [`Refusal::RefreshTokenExpired`], [`Refusal::NoUser`],
    /// [`Refusal::RefreshTokenRevoked`], [`Refusal::Disabled`], [`Refusal::Invalid`] for a client that may
    /// not refresh, and what the pool's functions refuse.
    pub async fn refresh(
        &self,
        caller: &Caller,
        token: &Token,
        hash: Option<&SecretHash>,
        sent_name: Option<&str>,
    ) -> Result<Outcome> {
        caller.require(Flow::RefreshToken)?;
        // The hash is over a user name that only the token tells; without a token, over nothing.
        if caller.client.has_secret() && hash.is_none() {
            return Err(Refusal::NoSecretHash(caller.client.id.clone()).into());
        }
        let claims = self.open_refresh_token(&caller.client, token)?;
        let user = self.refreshing(&claims).await?;
        self.check_secret_hash(&caller.client, sent_name.unwrap_or_default(), Some(&user), hash)?;
        self.check_refresh(caller, &user, &claims).await.map_err(without_reuse)?;
        let source = TriggerSource::TokenGenerationRefreshTokens;
        let tokens = self.issue(caller, &user, &claims.session(), source, Metadata::new()).await?;
        self.touch(&caller.pool, &claims).await?;
        Ok(Outcome::SignedIn(tokens))
    }

    /// As [`Self::refresh`] at the token endpoint, where the client has proven itself already: a new refresh
    /// token too where the client exchanges them. Whatever way the session began, it may go on here, unless
    /// it is bound to a device; with `scopes`, the access token is for some of what was granted.
    ///
    /// # Errors
    /// As [`Self::refresh`], but of a user who is gone [`Refusal::InvalidRefreshToken`];
    /// [`Refusal::ScopeNotGranted`] for a scope that was not granted.
    pub async fn refresh_granted(
        &self,
        caller: &Caller,
        token: &Token,
        scopes: Option<&[Scope]>,
    ) -> Result<Tokens> {
        let claims = self.open_refresh_token(&caller.client, token)?;
        let user = self.refreshing(&claims).await.map_err(without_user)?;
        self.check_refresh(caller, &user, &claims).await.map_err(without_reuse)?;
        let mut session = claims.session();
        if let Some(asked) = scopes {
            let granted = match &session.grant {
                Some(grant) => grant.scopes.clone(),
                None => Scope::parse(USER_ADMIN).into_iter().collect(),
            };
            if let Some(other) = asked.iter().find(|scope| !granted.contains(scope)) {
                return Err(Refusal::ScopeNotGranted(other.to_string()).into());
            }
            if let Some(grant) = &mut session.grant {
                grant.scopes = asked.to_vec();
            }
        }
        self.exchange_for(caller, &user, claims, &session).await.map_err(without_reuse)
    }

    /// The user whose session a token goes on with.
    pub(crate) async fn refreshing(&self, claims: &RefreshClaims) -> Result<Kept<User>> {
        if self.now() >= claims.ends_at {
            return Err(Refusal::RefreshTokenExpired.into());
        }
        self.user_by_sub(&claims.pool, &claims.sub).await
    }

    /// Refuses a session that is over, or that goes on somewhere else than it began.
    pub(crate) async fn check_refresh(
        &self,
        caller: &Caller,
        user: &User,
        claims: &RefreshClaims,
    ) -> Result<()> {
        if !user.is_enabled {
            return Err(Refusal::Disabled.into());
        }
        if self.is_ended(user, &claims.origin).await? || is_spent(user, &claims.origin) {
            return Err(Refusal::RefreshTokenRevoked.into());
        }
        let knows_devices = caller.pool.settings.devices.is_some();
        if knows_devices && claims.device.is_some() && claims.device != caller.device {
            return Err(Refusal::InvalidRefreshToken.into());
        }
        self.refuse_if_exchanged(caller, claims).await
    }

    /// Ends the session of this origin, and remembers so until its refresh token would have ended.
    pub(crate) async fn revoke_origin(
        &self,
        caller: &Caller,
        sub: &Sub,
        origin: &str,
    ) -> Result<()> {
        let began = Session::began_at(origin).unwrap_or_else(|| self.now());
        let revoked = RevokedSession {
            pool: caller.pool.id.clone(),
            sub: sub.clone(),
            origin: origin.to_owned(),
            ends_at: began + caller.client.settings.refresh_token_life(),
        };
        self.commit(|commit| {
            commit.put(&revoked);
        })
        .await?;
        self.untrack(&revoked.pool, &revoked.sub, &revoked.origin).await
    }

    /// Whether a session was ended: by a sign-out of the user everywhere, or on its own.
    pub(crate) async fn is_ended(&self, user: &User, origin: &str) -> Result<bool> {
        if user.signed_out_at.is_some_and(|ended| has_ended(origin, ended)) {
            return Ok(true);
        }
        let key = RevokedSession::key_of(&user.pool, &user.sub, origin);
        Ok(self.records().get::<RevokedSession>(&key, self.now()).await?.is_some())
    }

    /// Ends the session of a refresh token, and takes back what its user has let the client have. One that is unknown or
    /// has ended already is none of anybody's business: nothing happens.
    ///
    /// # Errors
    /// [`Refusal::RevocationDisabled`], [`Refusal::NotARefreshToken`] for an ID or access token.
    pub async fn revoke(&self, client: &Client, token: &Token) -> Result<()> {
        if !client.settings.can_revoke {
            return Err(Refusal::RevocationDisabled.into());
        }
        if crypto::Presented::parse(token.reveal()).is_ok() {
            return Err(Refusal::NotARefreshToken.into());
        }
        let Ok(claims) = self.open_refresh_token(client, token) else { return Ok(()) };
        self.revoke_session(&claims).await?;
        self.forget_consent(&claims.pool, &claims.sub, &claims.client).await
    }

    /// Ends the session of a refresh token, with every token that came of it.
    pub(crate) async fn revoke_session(&self, claims: &RefreshClaims) -> Result<()> {
        let RefreshClaims { pool, sub, origin, ends_at, .. } = claims.clone();
        let revoked = RevokedSession { pool, sub, origin, ends_at };
        self.commit(|commit| {
            commit.put(&revoked);
        })
        .await?;
        self.untrack(&claims.pool, &claims.sub, &claims.origin).await
    }
}

/// Where there is no word for a user who is gone.
pub(crate) fn without_user(error: Error) -> Error {
    match error {
        Error::Refused(Refusal::NoUser) => Refusal::InvalidRefreshToken.into(),
        other => other,
    }
}

/// Where tokens are not exchanged there is no word for one that was.
fn without_reuse(error: Error) -> Error {
    match error {
        Error::Refused(Refusal::RefreshTokenReused) => Refusal::RefreshTokenRevoked.into(),
        other => other,
    }
}

/// Whether a new password has spent the refresh tokens of a session.
fn is_spent(user: &User, origin: &str) -> bool {
    user.refresh_ended_at.is_some_and(|ended| has_ended(origin, ended))
}

/// Whether a session of this origin began until the moment at which all of them ended.
pub(crate) fn has_ended(origin: &str, ended: Timestamp) -> bool {
    Session::began_at(origin).is_none_or(|began| began <= floor(ended))
}

/// A session knows its beginning to the millisecond only.
fn floor(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

fn bound_to(client: &ClientId) -> Vec<u8> {
    format!("refresh\n{client}").into_bytes()
}
