//! Who speaks, by this access token?

use crate::{
    Error, Pools, Refusal, Result, User, UserPool, keys::PoolKeys, keys::Use, tokens::USER_ADMIN,
};
use crypto::{BadToken, Presented, VerifyingKey};
use names::{ClientId, DeviceKey, Sub, Token, UserPoolId};
use serde::Deserialize;
use std::sync::Arc;
use store::Kept;

/// The user that an access token speaks for, as the user is now.
#[derive(Debug, Clone)]
pub struct Bearer {
    pub pool: Arc<Kept<UserPool>>,
    pub user: Kept<User>,
    pub client: ClientId,
    /// What the token was granted for, in words with spaces between.
    pub scope: String,
    /// The session that the token is of.
    pub origin: String,
    /// The device that the session began on.
    pub device: Option<DeviceKey>,
}

/// What an access token says, once its signature was found right.
#[derive(Debug)]
pub(crate) struct VerifiedToken {
    pool: UserPoolId,
    claims: AccessClaims,
}

#[derive(Debug, Deserialize)]
struct AccessClaims {
    sub: Sub,
    iss: String,
    exp: i64,
    iat: i64,
    token_use: String,
    client_id: ClientId,
    scope: String,
    jti: String,
    origin_jti: Option<String>,
    device_key: Option<DeviceKey>,
}

/// What an ID token says about who it is about, whenever it was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdTokenHint {
    pub pool: UserPoolId,
    pub client: ClientId,
    pub sub: Sub,
}

#[derive(Debug, Deserialize)]
struct IdClaims {
    sub: Sub,
    iss: String,
    aud: ClientId,
    token_use: String,
}

impl Pools {
    /// The user that an access token speaks for at the API of the pool.
    ///
    /// # Errors
    /// As [`Self::bearer_with_scope`]; [`Refusal::NotConfirmed`], [`Refusal::PasswordResetRequired`].
    pub async fn bearer(&self, token: &Token) -> Result<Bearer> {
        let bearer = self.bearer_with_scope(token, USER_ADMIN).await?;
        bearer.user.status.check()?;
        Ok(bearer)
    }

    /// The user that an access token speaks for where this scope is asked for. Who is gone is told to whoever
    /// holds a token of theirs that is signed and still in its time, and to nobody else.
    ///
    /// # Errors
    /// [`Refusal::InvalidAccessToken`], [`Refusal::AccessTokenExpired`], [`Refusal::AccessTokenLacksScope`];
    /// then [`Refusal::NoUserPool`], [`Refusal::NoClient`], [`Refusal::NoUser`], [`Refusal::Disabled`],
    /// [`Refusal::AccessTokenRevoked`].
    pub async fn bearer_with_scope(&self, token: &Token, needed: &str) -> Result<Bearer> {
        let verified = self.verified(token).await?;
        let claims = &verified.claims;
        if claims.token_use != "access" || claims.iss != self.issuer(&verified.pool)?.as_str() {
            return Err(Refusal::InvalidAccessToken.into());
        }
        let now = self.now().as_second();
        if now >= claims.exp {
            return Err(Refusal::AccessTokenExpired.into());
        }
        if claims.iat > now + 60 {
            return Err(Refusal::InvalidAccessToken.into());
        }
        if !claims.scope.split(' ').any(|scope| scope == needed) {
            return Err(Refusal::AccessTokenLacksScope.into());
        }
        let pool = self.pool(&verified.pool).await?;
        let client = self.client(&claims.client_id).await?;
        if client.pool != pool.id {
            return Err(Refusal::InvalidAccessToken.into());
        }
        let user = self.user_by_sub(&pool.id, &claims.sub).await?;
        if !user.is_enabled {
            return Err(Refusal::Disabled.into());
        }
        let origin = claims.origin_jti.as_ref().unwrap_or(&claims.jti);
        let is_ended = self.is_ended(&user, origin).await?;
        if is_ended {
            return Err(Refusal::AccessTokenRevoked.into());
        }
        let (client, device) = (claims.client_id.clone(), claims.device_key.clone());
        let scope = claims.scope.clone();
        Ok(Bearer { pool, user, client, scope, origin: origin.clone(), device })
    }

    /// Whom an ID token is about and whom it is for, even if it is too old for anything else.
    ///
    /// # Errors
    /// [`Refusal::InvalidIdToken`] for one that is not ours.
    pub async fn id_token_hint(&self, token: &Token) -> Result<IdTokenHint> {
        let invalid = |_: BadToken| Refusal::InvalidIdToken;
        let presented = Presented::parse(token.reveal()).map_err(invalid)?;
        let (pool, key) = self
            .key_of(&presented, Use::IdTokens)
            .await?
            .ok_or_else(|| Error::from(Refusal::InvalidIdToken))?;
        let claims = presented.verify(&key).map_err(invalid)?;
        let claims: IdClaims =
            serde_json::from_slice(&claims).map_err(|_| Refusal::InvalidIdToken)?;
        if claims.token_use != "id" || claims.iss != self.issuer(&pool)?.as_str() {
            return Err(Refusal::InvalidIdToken.into());
        }
        Ok(IdTokenHint { pool, client: claims.aud, sub: claims.sub })
    }

    /// The claims of a token whose signature is right, remembered for the next time it is shown. Whether it
    /// is still good is asked every time.
    async fn verified(&self, token: &Token) -> Result<Arc<VerifiedToken>> {
        let digest = crypto::sha256(token.reveal().as_bytes());
        if let Some(known) = self.house().verified_tokens.get(&digest) {
            return Ok(known);
        }
        let invalid = |_: BadToken| Refusal::InvalidAccessToken;
        let presented = Presented::parse(token.reveal()).map_err(invalid)?;
        let (pool, key) = self
            .key_of(&presented, Use::AccessTokens)
            .await?
            .ok_or_else(|| Error::from(Refusal::InvalidAccessToken))?;
        let claims = presented.verify(&key).map_err(invalid)?;
        let claims = serde_json::from_slice(&claims).map_err(|_| Refusal::InvalidAccessToken)?;
        let verified = Arc::new(VerifiedToken { pool, claims });
        self.house().verified_tokens.insert(digest, verified.clone());
        Ok(verified)
    }

    /// The key that a token names, and its pool, if it is one of ours for this use.
    async fn key_of(
        &self,
        presented: &Presented<'_>,
        wanted: Use,
    ) -> Result<Option<(UserPoolId, VerifyingKey)>> {
        // Key ids are ours, 44 characters; anything else is not worth a look at the store.
        if presented.kid().len() != 44 {
            return Ok(None);
        }
        let kid = PoolKeys::kid_key(presented.kid());
        let Some(keys) = self.records().find::<PoolKeys>(&kid, self.now()).await? else {
            return Ok(None);
        };
        let found = keys.by_kid(presented.kid()).filter(|(of, _)| *of == wanted);
        let Some((_, jwk)) = found else { return Ok(None) };
        let key = VerifyingKey::from_jwk(jwk)
            .map_err(|_| Error::internal("a signing key is unusable"))?;
        Ok(Some((keys.pool.clone(), key)))
    }
}
