//! Is this token good, as a server asks that was shown one?
//!
//! Unlike whoever verifies a signature alone, the house knows whether the session was ended since.

use crate::{
    Caller, Error, Pools, Refusal, Result, User, keys::PoolKeys, keys::Use, refresh::without_user,
};
use crypto::{BadToken, Presented, VerifyingKey};
use jiff::Timestamp;
use names::{ClientId, Sub, Token};
use serde::Deserialize;
use serde_json::{Map, Value};
use store::Kept;

/// Which of the tokens of a sign-in it is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    Id,
    Access,
    Refresh,
}

/// What a good token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspected {
    /// The user's `sub`, or the id of a client that speaks for itself.
    pub subject: String,
    pub client: ClientId,
    pub issued_at: Option<Timestamp>,
    pub expires_at: Timestamp,
    pub scopes: Vec<String>,
    pub groups: Vec<String>,
}

/// What a signed token says.
#[derive(Deserialize)]
pub(crate) struct Claims {
    pub sub: String,
    iss: String,
    pub exp: i64,
    pub iat: i64,
    token_use: String,
    /// Of an ID token, the client.
    pub aud: Option<String>,
    /// Of an access token.
    client_id: Option<ClientId>,
    pub scope: Option<String>,
    #[serde(default, rename = "cognito:groups")]
    groups: Vec<String>,
    pub jti: String,
    pub origin_jti: Option<String>,
    pub auth_time: Option<i64>,
    /// Everything else.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

impl Claims {
    /// The scopes, one by one.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scope.as_deref().unwrap_or_default().split_ascii_whitespace()
    }
}

/// A signed token that is good.
pub(crate) struct Good {
    pub claims: Claims,
    pub client: ClientId,
    /// Nobody, where a client speaks for itself.
    pub user: Option<Kept<User>>,
}

impl Pools {
    /// Looks at a token of the caller's pool. A refresh token must be of the caller's client; the others may be
    /// of any client of the pool.
    ///
    /// # Errors
    /// [`Refusal::InvalidAccessToken`] for what is none of this kind, [`Refusal::AccessTokenExpired`],
    /// [`Refusal::AccessTokenRevoked`] if the session was ended, [`Refusal::Disabled`]; for refresh tokens
    /// [`Refusal::InvalidRefreshToken`], [`Refusal::RefreshTokenExpired`], [`Refusal::RefreshTokenRevoked`],
    /// [`Refusal::RefreshTokenReused`].
    pub async fn inspect(
        &self,
        caller: &Caller,
        kind: TokenKind,
        token: &Token,
    ) -> Result<Inspected> {
        match kind {
            TokenKind::Id => self.inspect_signed(caller, Use::IdTokens, token).await,
            TokenKind::Access => self.inspect_signed(caller, Use::AccessTokens, token).await,
            TokenKind::Refresh => self.inspect_refresh(caller, token).await,
        }
    }

    async fn inspect_refresh(&self, caller: &Caller, token: &Token) -> Result<Inspected> {
        let claims = self.open_refresh_token(&caller.client, token)?;
        let user = self.refreshing(&claims).await.map_err(without_user)?;
        // Whether it goes on from the device that it began on is asked when it does.
        let caller = Caller { device: claims.device.clone(), ..caller.clone() };
        self.check_refresh(&caller, &user, &claims).await?;
        let scopes = claims.grant.iter().flat_map(|grant| &grant.scopes);
        Ok(Inspected {
            subject: claims.sub.to_string(),
            client: claims.client.clone(),
            issued_at: Some(claims.auth_time),
            expires_at: claims.ends_at,
            scopes: scopes.map(ToString::to_string).collect(),
            groups: Vec::new(),
        })
    }

    async fn inspect_signed(
        &self,
        caller: &Caller,
        signed_for: Use,
        token: &Token,
    ) -> Result<Inspected> {
        let good = self.good(caller, signed_for, token).await.map_err(|error| match error {
            Error::Refused(Refusal::NoUser) => Refusal::AccessTokenRevoked.into(),
            other => other,
        })?;
        let Good { claims, client, .. } = good;
        let expires_at = Timestamp::from_second(claims.exp);
        Ok(Inspected {
            client,
            issued_at: Timestamp::from_second(claims.iat).ok(),
            expires_at: expires_at.map_err(|_| Refusal::InvalidAccessToken)?,
            scopes: claims.scopes().map(str::to_owned).collect(),
            subject: claims.sub,
            groups: claims.groups,
        })
    }

    /// The claims of a token of any client of the caller's pool, if it is good and its user may still sign in.
    ///
    /// # Errors
    /// As [`Self::inspect`], and [`Refusal::NoUser`] if the user is gone.
    pub(crate) async fn good(
        &self,
        caller: &Caller,
        signed_for: Use,
        token: &Token,
    ) -> Result<Good> {
        let claims = self.read_signed(caller, signed_for, token).await?;
        let (client, token_use) = match signed_for {
            Use::IdTokens => {
                (claims.aud.as_deref().and_then(|aud| ClientId::parse(aud).ok()), "id")
            }
            Use::AccessTokens => (claims.client_id.clone(), "access"),
        };
        let invalid = || Refusal::InvalidAccessToken;
        let client = client.ok_or_else(invalid)?;
        if claims.token_use != token_use || claims.iss != self.issuer(&caller.pool.id)?.as_str() {
            return Err(invalid().into());
        }
        let now = self.now().as_second();
        if now >= claims.exp {
            return Err(Refusal::AccessTokenExpired.into());
        }
        if claims.iat > now + 60 {
            return Err(invalid().into());
        }
        let of_pool = self.client_of(&caller.pool.id, &client).await;
        of_pool.map_err(|error| match error {
            Error::Refused(Refusal::NoClient(_)) => invalid().into(),
            other => other,
        })?;
        // A client that speaks for itself has no session that could end.
        let user = match claims.sub == client.as_str() {
            true => None,
            false => Some(self.check_session(caller, &claims).await?),
        };
        Ok(Good { claims, client, user })
    }

    async fn read_signed(&self, caller: &Caller, signed_for: Use, token: &Token) -> Result<Claims> {
        let invalid = |_: BadToken| Refusal::InvalidAccessToken;
        let presented = Presented::parse(token.reveal()).map_err(invalid)?;
        let key = PoolKeys::key_of(&caller.pool.id);
        let keys = self.records().get_shared::<PoolKeys>(&key, self.now()).await?;
        let jwk = keys.as_ref().and_then(|keys| keys.by_kid(presented.kid()));
        let Some((_, jwk)) = jwk.filter(|(used_for, _)| *used_for == signed_for) else {
            return Err(Refusal::InvalidAccessToken.into());
        };
        let key = VerifyingKey::from_jwk(jwk)
            .map_err(|_| Error::internal("a signing key is unusable"))?;
        let claims = presented.verify(&key).map_err(invalid)?;
        serde_json::from_slice(&claims).map_err(|_| Refusal::InvalidAccessToken.into())
    }

    async fn check_session(&self, caller: &Caller, claims: &Claims) -> Result<Kept<User>> {
        let sub = Sub::parse(&claims.sub).map_err(|_| Refusal::InvalidAccessToken)?;
        let user = self.user_by_sub(&caller.pool.id, &sub).await?;
        if !user.is_enabled {
            return Err(Refusal::Disabled.into());
        }
        let is_ended = match (&claims.origin_jti, claims.token_use.as_str()) {
            (Some(origin), _) => self.is_ended(&user, origin).await?,
            // Tokens of clients that end no sessions: an access token's id knows when its session began, of
            // an ID token only the second is known.
            (None, "access") => self.is_ended(&user, &claims.jti).await?,
            (None, _) => {
                let began = claims.auth_time.unwrap_or(claims.iat);
                user.signed_out_at.is_some_and(|ended| began <= ended.as_second())
            }
        };
        if is_ended { Err(Refusal::AccessTokenRevoked.into()) } else { Ok(user) }
    }
}
