//! Which keys sign a pool's tokens?
//!
//! A pool has two RSA keys, one for ID tokens and one for access tokens, as Cognito shows in its JWKS. They
//! are made when they are first needed, since making them takes longer than starting the server.

use crate::{Error, Pools, Result};
use bytes::Bytes;
use crypto::{Jwk, Jwks, SigningKey};
use names::UserPoolId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::{Claim, Key, Record, Refused};
use zeroize::Zeroizing;

/// What a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    IdTokens,
    AccessTokens,
}

/// The keys of a pool, ready to sign.
pub struct LoadedKeys {
    pub id_tokens: Arc<SigningKey>,
    pub access_tokens: Arc<SigningKey>,
    document: Bytes,
}

impl LoadedKeys {
    fn new(id_tokens: Arc<SigningKey>, access_tokens: Arc<SigningKey>) -> Result<Self> {
        let mut loaded = Self { id_tokens, access_tokens, document: Bytes::new() };
        let document = serde_json::to_vec(&loaded.jwks());
        let document = document.map_err(|_| Error::internal("a key set does not serialise"))?;
        loaded.document = document.into();
        Ok(loaded)
    }

    /// The key set that the world verifies with.
    #[must_use]
    pub fn jwks(&self) -> Jwks {
        Jwks { keys: vec![self.id_tokens.jwk(), self.access_tokens.jwk()] }
    }

    /// The key set as the world reads it, made once: every verifier asks for it, again and again.
    #[must_use]
    pub fn jwks_document(&self) -> Bytes {
        self.document.clone()
    }
}

/// The keys of a pool as they are kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PoolKeys {
    pub pool: UserPoolId,
    pub id_tokens: SealedKey,
    pub access_tokens: SealedKey,
}

/// One key as it is kept: its algorithm and public half in the open, the whole sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SealedKey {
    pub jwk: Jwk,
    sealed: String,
}

impl PoolKeys {
    pub(crate) fn key_of(pool: &UserPoolId) -> Key {
        Key::new(format!("pool/{pool}"), "keys")
    }

    /// Where the keys that a token's header names are found: the id is all that is known of a token before
    /// it is verified.
    pub(crate) fn kid_key(kid: &str) -> Key {
        Key::new(format!("kid/{kid}"), "keys")
    }

    /// The key of this id, and what it signs.
    pub(crate) fn by_kid(&self, kid: &str) -> Option<(Use, &Jwk)> {
        if self.id_tokens.jwk.kid == kid {
            return Some((Use::IdTokens, &self.id_tokens.jwk));
        }
        (self.access_tokens.jwk.kid == kid).then_some((Use::AccessTokens, &self.access_tokens.jwk))
    }
}

impl Record for PoolKeys {
    const KIND: &'static str = "signing keys";

    fn key(&self) -> Key {
        Self::key_of(&self.pool)
    }

    fn claims(&self) -> Vec<Claim> {
        let kids = [&self.id_tokens.jwk.kid, &self.access_tokens.jwk.kid];
        kids.iter().map(|kid| Claim::unique(Self::kid_key(kid))).collect()
    }
}

impl Pools {
    /// The keys of a pool, made now if it has none yet.
    ///
    /// # Errors
    /// Breakages; [`Refusal::Busy`](crate::Refusal::Busy).
    pub async fn keys(&self, pool: &UserPoolId) -> Result<Arc<LoadedKeys>> {
        if let Some(loaded) = self.loaded_keys(pool) {
            return Ok(loaded);
        }
        let key = PoolKeys::key_of(pool);
        if self.records().get::<PoolKeys>(&key, self.now()).await?.is_none() {
            self.make_keys(pool).await?;
        }
        let kept = self.records().get::<PoolKeys>(&key, self.now()).await?;
        let kept = kept.ok_or_else(|| Error::internal("the signing keys are gone"))?;
        let id_tokens = self.load_key(pool, &kept.id_tokens)?;
        let loaded = LoadedKeys::new(id_tokens, self.load_key(pool, &kept.access_tokens)?)?;
        let loaded = Arc::new(loaded);
        if let Ok(mut all) = self.house().loaded_keys.write() {
            all.insert(pool.clone(), loaded.clone());
        }
        Ok(loaded)
    }

    /// The keys of a pool, if this process has used them. Whether there is still such a pool is not asked.
    #[must_use]
    pub fn loaded_keys(&self, pool: &UserPoolId) -> Option<Arc<LoadedKeys>> {
        self.house().loaded_keys.read().ok()?.get(pool).cloned()
    }

    async fn make_keys(&self, pool: &UserPoolId) -> Result<()> {
        let keys = PoolKeys {
            pool: pool.clone(),
            id_tokens: self.make_key(pool).await?,
            access_tokens: self.make_key(pool).await?,
        };
        match self
            .try_commit(|commit| {
                commit.create(&keys);
            })
            .await
        {
            // Another node made them first: those count.
            Ok(()) | Err(Refused::Conflict(_)) => Ok(()),
            Err(Refused::Broken(broken)) => Err(broken.into()),
        }
    }

    async fn make_key(&self, pool: &UserPoolId) -> Result<SealedKey> {
        let make = self.house().new_key;
        let made = tokio::task::spawn_blocking(make).await.ok().flatten();
        let pkcs8 = made.ok_or_else(|| Error::internal("no RSA key could be made"))?;
        let kid = crypto::key_id(self.random());
        let key = SigningKey::from_pkcs8(&kid, &pkcs8)
            .map_err(|_| Error::internal("a new RSA key does not load"))?;
        let bound_to = format!("{pool}\n{kid}");
        let sealed =
            self.house().seals.signing_keys.seal_text(self.random(), &pkcs8, bound_to.as_bytes());
        Ok(SealedKey { jwk: key.jwk().clone(), sealed })
    }

    /// The private key that signs a pool's ID tokens, for its certificate.
    pub(crate) async fn id_token_key(&self, pool: &UserPoolId) -> Result<Zeroizing<Vec<u8>>> {
        self.keys(pool).await?;
        let key = PoolKeys::key_of(pool);
        let kept = self.records().get::<PoolKeys>(&key, self.now()).await?;
        let kept = kept.ok_or_else(|| Error::internal("the signing keys are gone"))?;
        self.open_key(pool, &kept.id_tokens)
    }

    fn load_key(&self, pool: &UserPoolId, kept: &SealedKey) -> Result<Arc<SigningKey>> {
        let pkcs8 = self.open_key(pool, kept)?;
        let key = SigningKey::from_pkcs8(&kept.jwk.kid, &pkcs8)
            .map_err(|_| Error::internal("a signing key does not load"))?;
        Ok(Arc::new(key))
    }

    fn open_key(&self, pool: &UserPoolId, kept: &SealedKey) -> Result<Zeroizing<Vec<u8>>> {
        let bound_to = format!("{pool}\n{}", kept.jwk.kid);
        let opened = self.house().seals.signing_keys.open_text(&kept.sealed, bound_to.as_bytes());
        opened.map_err(|_| Error::internal("a signing key does not open: is this the master key?"))
    }
}
