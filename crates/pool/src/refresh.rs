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
use names::{ClientId, Scope, SecretHash, Sub, Token, UserPoolId};
use serde::{Deserialize, Serialize};
use store::{Kept, Key, Record};

/// What a refresh token holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RefreshClaims {
    pub pool: UserPoolId,
    pub client: ClientId,
    pub sub: Sub,
    pub origin: String,
    pub auth_time: Timestamp,
    pub ends_at: Timestamp,
    /// What was granted at the OAuth 2.0 endpoints; none for a sign-in through the API of the pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<Grant>,
}

impl RefreshClaims {
    pub(crate) fn begin(caller: &Caller, user: &User, session: &Session) -> Self {
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
            auth_time: session.auth_time,
            ends_at: began + caller.client.settings.refresh_token_life(),
            grant: session.grant.clone().map(Grant::without_nonce),
        }
    }
}

/// One session that was revoked, kept until its refresh token would have ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RevokedSession {
    pool: UserPoolId,
    sub: Sub,
    origin: String,
    ends_at: Timestamp,
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

    fn open_refresh_token(&self, client: &Client, token: &Token) -> Result<RefreshClaims> {
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
    /// [`Refusal::InvalidRefreshToken`], [`Refusal::RefreshTokenExpired`],
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
        let (claims, user) = self.owner_of_refresh_token(&caller.client, token).await?;
        self.check_secret_hash(&caller.client, sent_name.unwrap_or_default(), Some(&user), hash)?;
        let session = self.refreshable(&user, claims).await?;
        let source = TriggerSource::TokenGenerationRefreshTokens;
        let tokens = self.issue(caller, &user, &session, source, Metadata::new()).await?;
        Ok(Outcome::SignedIn(tokens))
    }

    /// As [`Self::refresh`] at the token endpoint, where the client has proven itself already. Whatever way
    /// the session began, it may go on here; with `scopes`, some of what was granted.
    ///
    /// # Errors
    /// As [`Self::refresh`]; [`Refusal::ScopeNotGranted`] for a scope that was not granted.
    pub async fn refresh_granted(
        &self,
        caller: &Caller,
        token: &Token,
        scopes: Option<&[Scope]>,
    ) -> Result<Tokens> {
        let (claims, user) = self.owner_of_refresh_token(&caller.client, token).await?;
        let mut session = self.refreshable(&user, claims).await?;
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
        let source = TriggerSource::TokenGenerationRefreshTokens;
        self.issue(caller, &user, &session, source, caller.metadata.clone()).await
    }

    async fn owner_of_refresh_token(
        &self,
        client: &Client,
        token: &Token,
    ) -> Result<(RefreshClaims, Kept<User>)> {
        let claims = self.open_refresh_token(client, token)?;
        if self.now() >= claims.ends_at {
            return Err(Refusal::RefreshTokenExpired.into());
        }
        let user =
            self.user_by_sub(&claims.pool, &claims.sub).await.map_err(|error| match error {
                Error::Refused(Refusal::NoUser) => Refusal::InvalidRefreshToken.into(),
                other => other,
            })?;
        Ok((claims, user))
    }

    /// The session of a refresh token, if it may go on.
    async fn refreshable(&self, user: &User, claims: RefreshClaims) -> Result<Session> {
        if !user.is_enabled {
            return Err(Refusal::Disabled.into());
        }
        if self.is_ended(user, &claims.origin).await? || is_spent(user, &claims.origin) {
            return Err(Refusal::RefreshTokenRevoked.into());
        }
        let RefreshClaims { origin, auth_time, grant, .. } = claims;
        Ok(Session { origin, auth_time, grant })
    }

    /// Ends one session, and remembers so until its refresh token would have ended.
    pub(crate) async fn end_session(&self, caller: &Caller, sub: &Sub, origin: &str) -> Result<()> {
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
        .await
    }

    /// Whether a session was ended: by a sign-out of the user everywhere, or on its own.
    pub(crate) async fn is_ended(&self, user: &User, origin: &str) -> Result<bool> {
        let began = Session::began_at(origin);
        if user.signed_out_at.is_some_and(|ended| began.is_none_or(|began| began <= floor(ended))) {
            return Ok(true);
        }
        let key = RevokedSession::key_of(&user.pool, &user.sub, origin);
        Ok(self.records().get::<RevokedSession>(&key, self.now()).await?.is_some())
    }

    /// Ends the session of a refresh token. One that is unknown or has ended already is none of anybody's
    /// business: nothing happens.
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
        let RefreshClaims { pool, sub, origin, ends_at, .. } = claims;
        let revoked = RevokedSession { pool, sub, origin, ends_at };
        self.commit(|commit| {
            commit.put(&revoked);
        })
        .await
    }
}

/// Whether a new password has spent the refresh tokens of a session.
fn is_spent(user: &User, origin: &str) -> bool {
    let began = Session::began_at(origin);
    user.refresh_ended_at.is_some_and(|ended| began.is_none_or(|began| began <= floor(ended)))
}

/// A session knows its beginning to the millisecond only.
fn floor(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

fn bound_to(client: &ClientId) -> Vec<u8> {
    format!("refresh\n{client}").into_bytes()
}
