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
use pool::{Body, Channel, Error, MailSettings, Message, Pools, Post};
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};
use users::{ProfileDetails, Profiles, Status};

/// The profiles of the user API, for the functions that read and make them.
pub struct ProfilesBeside {
    pub profiles: Profiles,
    pub clock: Clock,
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
        let attribute = |name: &str| new.attributes.get(name).cloned();
        let document = users::Profile {
            id: new.sub.clone(),
            name: attribute("name"),
            first_name: attribute("given_name"),
            last_name: attribute("family_name"),
            handle: None,
            email: new.email.clone(),
            created_at: new.created_at,
            last_login_at: None,
            role: None,
            status: Status::Active,
            source_system: None,
            profile: ProfileDetails { data: new.data.clone(), ..ProfileDetails::default() },
        };
        let created = self.profiles.create(document, (self.clock)()).await;
        created.map_err(|cause| Unavailable::new("the profiles", cause))
    }

    async fn signed_in(&self, sub: &Sub, at: Timestamp) -> Result<bool, Unavailable> {
        let noted = self.profiles.note_sign_in(sub, at, (self.clock)()).await;
        noted.map_err(|cause| Unavailable::new("the profiles", cause))
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
            sms_region: None,
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
