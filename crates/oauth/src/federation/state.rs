//! What is remembered between the way to a provider and the way back?
//!
//! Nothing here: all of it is sealed into the `state` that travels along, for one pool, one provider and one
//! browser. That it came back is written down, so that it is good once.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use crypto::{NotOurs, Random, SealingKey};
use jiff::{SignedDuration, Timestamp};
use names::{ClientId, UserPoolId};
use serde::{Deserialize, Serialize};
use store::{Key, Record};

/// How long somebody may take at the provider.
pub(super) const LIFE: SignedDuration = SignedDuration::from_mins(10);
/// The longest state that is opened. What is handed out is shorter.
const LONGEST: usize = 16 * 1024;

/// A sign-in that went to a provider.
#[derive(Serialize, Deserialize)]
pub(super) struct Waiting {
    pub id: String,
    pub pool: UserPoolId,
    pub client: ClientId,
    pub provider: String,
    /// Of the provider, so that another one of the same name later does not answer.
    pub generation: String,
    pub callback_url: String,
    /// What is in the cookie of the browser that went, as a digest.
    pub browser: String,
    pub nonce: String,
    /// What proves to the token endpoint that the code is ours (RFC 7636).
    pub verifier: String,
    pub event_id: String,
    pub ends_at: Timestamp,
    pub carry: String,
}

impl Waiting {
    pub(super) fn seal(&self, key: &SealingKey, random: &dyn Random) -> Option<String> {
        let plain = serde_json::to_vec(self).ok()?;
        Some(key.seal_text(random, &plain, &bound_to(&self.pool)))
    }

    pub(super) fn open(key: &SealingKey, pool: &UserPoolId, text: &str) -> Result<Self, NotOurs> {
        if text.len() > LONGEST {
            return Err(NotOurs);
        }
        let plain = key.open_text(text, &bound_to(pool))?;
        let waiting: Self = serde_json::from_slice(&plain).map_err(|_| NotOurs)?;
        if waiting.pool == *pool { Ok(waiting) } else { Err(NotOurs) }
    }

    /// That this came back, until it would not be taken anyway.
    pub(super) fn returned(&self) -> Returned {
        Returned { pool: self.pool.clone(), id: self.id.clone(), ends_at: self.ends_at }
    }
}

/// A state that came back.
#[derive(Serialize, Deserialize)]
pub(super) struct Returned {
    pool: UserPoolId,
    id: String,
    ends_at: Timestamp,
}

impl Record for Returned {
    const KIND: &'static str = "returned federation state";

    fn key(&self) -> Key {
        Key::new(format!("pool/{}/returned/{}", self.pool, self.id), "returned")
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.ends_at + SignedDuration::from_secs(1))
    }
}

/// What a browser is remembered by.
pub(super) fn browser(cookie: &str) -> String {
    URL_SAFE_NO_PAD.encode(crypto::sha256(cookie.as_bytes()))
}

fn bound_to(pool: &UserPoolId) -> Vec<u8> {
    format!("federation\n{pool}").into_bytes()
}
