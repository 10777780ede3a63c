//! What must be answered before the tokens, and was this the answer that was waited for?
//!
//! A challenge is sealed, not stored: any node can go on with it. That it was answered is stored, since it
//! may be answered once.

use crate::{Caller, Client, Error, Pools, Refusal, Result, Tokens};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use events::cognito::ChallengeResult;
use jiff::Timestamp;
use names::{ClientId, Session, Sub, UserPoolId, Username};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;
use store::{Key, Record, Refused};

/// What a step of a sign-in leads to.
#[derive(Debug, Clone)]
pub enum Outcome {
    SignedIn(Tokens),
    /// A browser's user is who they say, with every factor that was asked for; tokens are made later.
    Proven(Proven),
    Challenge(Challenge),
}

/// Who somebody at a browser was found to be.
#[derive(Debug, Clone)]
pub struct Proven {
    pub sub: Sub,
    /// Joins the log lines and tokens of one sign-in.
    pub event_id: String,
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
    /// Answer what a function of the pool asks.
    Custom { session: Session, parameters: BTreeMap<String, String> },
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
    /// Where functions decide what comes next: what happened so far.
    pub custom: Option<Steps>,
}

/// A new password.
#[derive(Serialize, Deserialize)]
pub(crate) struct NewPasswordStep {
    /// The sealed temporary password that was proven; another one since then ends the challenge.
    pub proven: String,
    /// Where functions decide what comes next: what happened so far.
    pub custom: Option<Steps>,
}

/// A challenge that a function made up.
#[derive(Serialize, Deserialize)]
pub(crate) struct CustomStep {
    pub steps: Steps,
    /// What only functions may know, such as the right answer.
    pub private: Option<BTreeMap<String, String>>,
    /// The function's name for the challenge.
    pub metadata: Option<String>,
}

/// What happened so far in a sign-in in which functions decide.
#[derive(Serialize, Deserialize)]
pub(crate) struct Steps {
    /// The user's name as functions hear it; of somebody who does not exist, as it was typed.
    pub name: Username,
    /// The steps that are done, oldest first.
    pub results: Vec<ChallengeResult>,
    /// The client's public value, for when the password is asked for.
    pub a: Option<String>,
}

/// A challenge that is too long for a session, and is kept instead.
#[derive(Serialize, Deserialize)]
struct Elsewhere<Step> {
    id: String,
    #[serde(skip)]
    of: std::marker::PhantomData<Step>,
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

impl Kind for CustomStep {
    const NAME: &'static str = "CUSTOM_CHALLENGE";
}

impl<Step: Kind> Kind for Elsewhere<Step> {
    const NAME: &'static str = "elsewhere";
}

/// The longest session that a client may send back, in characters.
const LONGEST_SESSION: usize = 2048;
/// The longest challenge that is kept, sealed and in characters. Functions that remember more than this
/// across their challenges have a store of their own.
const LONGEST_KEPT: usize = 64 * 1024;

/// A long challenge, still sealed, until it ends.
#[derive(Serialize, Deserialize)]
struct Long {
    pool: UserPoolId,
    id: String,
    sealed: String,
    ends_at: Timestamp,
}

impl Long {
    fn key_of(pool: &UserPoolId, id: &str) -> Key {
        Key::new(format!("pool/{pool}/challenge/{id}"), "challenge")
    }
}

impl Record for Long {
    const KIND: &'static str = "long challenge";

    fn key(&self) -> Key {
        Self::key_of(&self.pool, &self.id)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.ends_at + jiff::SignedDuration::from_secs(1))
    }
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

    /// Seals a challenge into a session. What is too long to be sent to and fro is kept, sealed, and the
    /// session says where: functions may go on for as many rounds as they like.
    ///
    /// # Errors
    /// [`Refusal::TriggerAnswer`] for what no function should have a client carry.
    pub(crate) async fn wait_session<Step: Kind>(
        &self,
        caller: &Caller,
        sub: Option<Sub>,
        user_id: Username,
        step: Step,
    ) -> Result<Session> {
        let Caller { client, event_id, .. } = caller;
        let block = self.wait(client, event_id, sub.clone(), user_id.clone(), step)?;
        let mut text = URL_SAFE_NO_PAD.encode(block);
        if text.len() > LONGEST_KEPT {
            let reason = "the challenge parameters are too large".to_owned();
            return Err(Refusal::TriggerAnswer { trigger: "CreateAuthChallenge", reason }.into());
        }
        if text.len() > LONGEST_SESSION {
            let id = self.random().uuid_v4();
            let ends_at = self.now() + client.settings.session_life();
            let long = Long { pool: client.pool.clone(), id: id.clone(), sealed: text, ends_at };
            self.commit(|commit| {
                commit.create(&long);
            })
            .await?;
            let elsewhere = Elsewhere::<Step> { id, of: std::marker::PhantomData };
            text = URL_SAFE_NO_PAD.encode(self.wait(client, event_id, sub, user_id, elsewhere)?);
        }
        Session::parse(text).map_err(|_| Error::internal("a session is malformed"))
    }

    /// Opens a session that this client was given.
    ///
    /// # Errors
    /// [`Refusal::InvalidSession`], [`Refusal::SessionExpired`].
    pub(crate) async fn open_session<Step: Kind>(
        &self,
        client: &Client,
        session: &Session,
    ) -> Result<Waiting<Step>> {
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| Refusal::InvalidSession);
        let block = decode(session.reveal())?;
        let elsewhere = match self.open::<Step>(client, &block) {
            Err(Error::Refused(Refusal::InvalidSession)) => {
                self.open::<Elsewhere<Step>>(client, &block)?
            }
            opened => return opened,
        };
        let key = Long::key_of(&client.pool, &elsewhere.step.id);
        let long = self.records().get::<Long>(&key, self.now()).await?;
        let long = long.ok_or(Refusal::SessionExpired)?;
        self.open::<Step>(client, &decode(&long.sealed)?)
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
