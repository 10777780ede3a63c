//! How do our functions and the gateway reach what lives in this very process?

use async_trait::async_trait;
use crypto::{Jwks, VerifyingKey};
use gateway::KeySets;
use jiff::Timestamp;
use kit::{
    NewProfile, Profile, Unavailable,
    authorizer::KeySource,
    passwordless::{Mail, Mailer},
};
use names::{Clock, Issuer, Sub, UserPoolId};
use pool::{Body, Channel, Error, MailSettings, Message, Pools, Post, SmsSettings};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, PoisonError, RwLock},
};
use users::{Newcomer, Profiles, events::Drain};

/// The profiles of the user API, for the functions that read and make them.
pub struct ProfilesBeside {
    pub profiles: Profiles,
    pub clock: Clock,
    /// Who takes what happened to whoever wants to hear it.
    pub drain: Option<Drain>,
}

impl ProfilesBeside {
    fn tell(&self) {
        if let Some(drain) = &self.drain {
            drain.wake();
        }
    }
}

#[async_trait]
impl kit::Profiles for ProfilesBeside {
    async fn find(&self, sub: &Sub) -> Result<Option<Profile>, Unavailable> {
        let found = self.profiles.find(sub, (self.clock)()).await;
        let found = found.map_err(|cause| Unavailable::new("the profiles", cause))?;
        let document = found.map(|row| serde_json::to_value(&row.document)).transpose();
        match document.map_err(|cause| Unavailable::new("the profiles", cause))? {
            Some(serde_json::Value::Object(document)) => Ok(Some(document)),
            _ => Ok(None),
        }
    }

    async fn create(&self, new: NewProfile) -> Result<(), Unavailable> {
        let NewProfile { sub, attributes, data, created_at, .. } = new;
        // Who has just come in was let in.
        let newcomer = Newcomer { sub, attributes, data, created_at, is_enabled: true };
        let welcomed = self.profiles.welcome(newcomer, (self.clock)()).await;
        self.tell();
        welcomed.map_err(|cause| Unavailable::new("the profiles", cause))
    }

    async fn signed_in(&self, sub: &Sub, at: Timestamp) -> Result<bool, Unavailable> {
        let noted = self.profiles.note_sign_in(sub, at, (self.clock)()).await;
        self.tell();
        noted.map_err(|cause| Unavailable::new("the profiles", cause))
    }

    async fn heed(
        &self,
        sub: &Sub,
        attributes: &BTreeMap<String, String>,
    ) -> Result<(), Unavailable> {
        let heeded = self.profiles.heed(sub, attributes, (self.clock)()).await;
        self.tell();
        heeded.map(drop).map_err(|cause| Unavailable::new("the profiles", cause))
    }

    fn tells(&self) -> bool {
        true
    }
}

/// Mails of our functions leave as those of the pools do.
pub struct MailsByPost {
    pub post: Arc<dyn Post>,
    pub clock: Clock,
}

#[async_trait]
impl Mailer for MailsByPost {
    async fn send(&self, mail: Mail) -> Result<(), Unavailable> {
        // The code stands in the texts, and nowhere else.
        let message = Message {
            to: mail.to,
            channel: Channel::Email,
            purpose: "Passwordless",
            subject: mail.subject,
            body: Body::Both { html: mail.html, plain: mail.text },
            code: String::new(),
            sent_at: (self.clock)(),
            mail: MailSettings::default(),
            sms: SmsSettings::default(),
        };
        let sent = self.post.send(message).await;
        sent.map_err(|cause| Unavailable::new("the outbox", cause))
    }
}

/// Keys by their pool and key id.
type KnownKeys = HashMap<(UserPoolId, String), Arc<VerifyingKey>>;

/// The pools of this process by the issuer of their tokens.
#[derive(Clone)]
pub struct IssuersBeside {
    pools: Pools,
    known: Arc<RwLock<KnownKeys>>,
}

impl IssuersBeside {
    pub fn new(pools: Pools) -> Self {
        Self { pools, known: Arc::default() }
    }

    /// Whether an issuer is a pool of ours, or would be.
    pub fn has(&self, issuer: &Issuer) -> bool {
        self.pool_of(issuer).is_some()
    }

    /// The pool of an issuer, if it is one of ours.
    fn pool_of(&self, issuer: &Issuer) -> Option<UserPoolId> {
        let (_, id) = issuer.as_str().rsplit_once('/')?;
        let id = UserPoolId::parse(id).ok()?;
        (self.pools.issuer(&id).ok()? == *issuer).then_some(id)
    }

    async fn jwks(&self, issuer: &Issuer) -> Result<Jwks, String> {
        let Some(pool) = self.pool_of(issuer) else {
            return Err("its issuer is not one of this server's".to_owned());
        };
        let keys = async {
            let pool = self.pools.pool(&pool).await?;
            self.pools.keys(&pool.id).await
        };
        match keys.await {
            Ok(keys) => Ok(keys.jwks()),
            Err(Error::Refused(refusal)) => Err(format!("{refusal:?}")),
            Err(Error::Broken(broken)) => Err(broken.to_string()),
        }
    }
}

#[async_trait]
impl KeySets for IssuersBeside {
    async fn key(
        &self,
        issuer: &Issuer,
        kid: &str,
    ) -> Result<Option<Arc<VerifyingKey>>, gateway::Unavailable> {
        let Some(pool) = self.pool_of(issuer) else {
            let text = format!("{issuer} is not an issuer of this server");
            return Err(gateway::Unavailable(text));
        };
        let place = (pool, kid.to_owned());
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&place).cloned();
        if known.is_some() {
            return Ok(known);
        }
        let jwks = self.jwks(issuer).await.map_err(gateway::Unavailable)?;
        let Some(jwk) = jwks.find(kid) else { return Ok(None) };
        let key = VerifyingKey::from_jwk(jwk);
        let key = Arc::new(key.map_err(|cause| gateway::Unavailable(cause.to_string()))?);
        // Only keys that exist are remembered: what callers make up takes no room.
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(place, key.clone());
        Ok(Some(key))
    }
}

/// The key set of one issuer of this process, for the authorizer.
pub struct KeysBeside {
    pub issuers: IssuersBeside,
    pub issuer: Issuer,
}

#[async_trait]
impl KeySource for KeysBeside {
    async fn fetch(&self) -> Result<Jwks, Unavailable> {
        self.issuers
            .jwks(&self.issuer)
            .await
            .map_err(|cause| Unavailable::new("the key set", cause))
    }
}
