//! What must be answered before the tokens, and was this the answer that was waited for?
//!
//! A challenge is sealed, not stored: any node can go on with it. That it was answered is stored, since it
//! may be answered once.

use crate::{Client, Error, Pools, Refusal, Result, Tokens};
use jiff::Timestamp;
use names::{ClientId, Session, Sub, UserPoolId, Username};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;
use store::{Key, Record, Refused};

/// What a step of a sign-in leads to.
#[derive(Debug, Clone)]
pub enum Outcome {
    SignedIn(Tokens),
    Challenge(Challenge),
}

/// What must be answered next.
#[derive(Debug, Clone)]
pub enum Challenge {
    /// Prove that you know the password.
    PasswordVerifier {
        salt: String,
        secret_block: String,
        srp_b: String,
        /// The name to compute the proof with, which need not be the one that was typed.
        user_id: Username,
    },
    /// Choose a password of your own.
    NewPasswordRequired {
        session: Session,
        user_id: Username,
        attributes: BTreeMap<String, String>,
        required: Vec<String>,
    },
}

/// A challenge that waits for its answer, as it is sealed.
#[derive(Serialize, Deserialize)]
pub(crate) struct Waiting<Step> {
    id: String,
    pool: UserPoolId,
    client: ClientId,
    ends_at: Timestamp,
    /// Joins the log lines and tokens of one sign-in.
    pub event_id: String,
    /// None for a user that does not exist, where that is hidden.
    pub sub: Option<Sub>,
    pub user_id: Username,
    pub step: Step,
}

/// Proof of a password over SRP; base64 of the numbers.
#[derive(Serialize, Deserialize)]
pub(crate) struct SrpStep {
    pub a: String,
    pub b: String,
    pub public_b: String,
}

/// A new password.
#[derive(Serialize, Deserialize)]
pub(crate) struct NewPasswordStep {
    /// The sealed temporary password that was proven; another one since then ends the challenge.
    pub proven: String,
}

/// A kind of challenge: what one is sealed for opens as nothing else.
pub(crate) trait Kind: Serialize + DeserializeOwned {
    const NAME: &'static str;
}

impl Kind for SrpStep {
    const NAME: &'static str = "PASSWORD_VERIFIER";
}

impl Kind for NewPasswordStep {
    const NAME: &'static str = "NEW_PASSWORD_REQUIRED";
}

/// A challenge that was answered, kept until it would have ended anyway.
#[derive(Serialize, Deserialize)]
struct Answered {
    pool: UserPoolId,
    id: String,
    ends_at: Timestamp,
}

impl Record for Answered {
    const KIND: &'static str = "answered challenge";

    fn key(&self) -> Key {
        Key::new(format!("pool/{}/answered/{}", self.pool, self.id), "answered")
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.ends_at + jiff::SignedDuration::from_secs(1))
    }
}

impl Pools {
    /// Seals a challenge for a client.
    pub(crate) fn wait<Step: Kind>(
        &self,
        client: &Client,
        event_id: &str,
        sub: Option<Sub>,
        user_id: Username,
        step: Step,
    ) -> Result<Vec<u8>> {
        let waiting = Waiting {
            id: self.random().uuid_v4(),
            pool: client.pool.clone(),
            client: client.id.clone(),
            ends_at: self.now() + client.settings.session_life(),
            event_id: event_id.to_owned(),
            sub,
            user_id,
            step,
        };
        let plain = serde_json::to_vec(&waiting)
            .map_err(|_| Error::internal("a challenge does not serialise"))?;
        let seals = &self.house().seals;
        Ok(seals.challenges.seal(self.random(), &plain, &bound_to::<Step>(&client.id)))
    }

    /// Opens a challenge that this client was given.
    ///
    /// # Errors
    /// [`Refusal::InvalidSession`], [`Refusal::SessionExpired`].
    pub(crate) fn open<Step: Kind>(&self, client: &Client, sealed: &[u8]) -> Result<Waiting<Step>> {
        let seals = &self.house().seals;
        let plain = seals
            .challenges
            .open(sealed, &bound_to::<Step>(&client.id))
            .map_err(|_| Refusal::InvalidSession)?;
        let waiting: Waiting<Step> =
            serde_json::from_slice(&plain).map_err(|_| Refusal::InvalidSession)?;
        if waiting.client != client.id || waiting.pool != client.pool {
            return Err(Refusal::InvalidSession.into());
        }
        if self.now() >= waiting.ends_at {
            return Err(Refusal::SessionExpired.into());
        }
        Ok(waiting)
    }

    /// Takes note that a challenge was answered, rightly or not.
    ///
    /// # Errors
    /// [`Refusal::SessionUsed`] if it was before.
    pub(crate) async fn answer_once<Step>(&self, waiting: &Waiting<Step>) -> Result<()> {
        let Waiting { pool, id, ends_at, .. } = waiting;
        let answered = Answered { pool: pool.clone(), id: id.clone(), ends_at: *ends_at };
        match self
            .try_commit(|commit| {
                commit.create(&answered);
            })
            .await
        {
            Ok(()) => Ok(()),
            Err(Refused::Conflict(_)) => Err(Refusal::SessionUsed.into()),
            Err(Refused::Broken(broken)) => Err(broken.into()),
        }
    }
}

fn bound_to<Step: Kind>(client: &ClientId) -> Vec<u8> {
    format!("{}\n{client}", Step::NAME).into_bytes()
}
