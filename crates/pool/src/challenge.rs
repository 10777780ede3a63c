//! What must be answered before the tokens, and was this the answer that was waited for?
//!
//! A challenge is sealed, not stored: any node can go on with it. That it was answered is stored, since it
//! may be answered once.

use crate::{
    Caller, Client, Contact, Delivery, Error, FirstChoice, Pools, Refusal, Result, SecondFactor,
    Tokens, User, device_sign_in::DeviceSoFar, sign_in::is_named, threats::Threat,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use events::cognito::{ChallengeResult, Metadata};
use jiff::Timestamp;
use names::{ClientId, DeviceKey, SecretHash, Session, Sub, UserPoolId, Username};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::collections::BTreeMap;
use store::{Kept, Key, Record, Refused};

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
    /// Say which public value of SRP the device proves its secret with.
    Device { session: Session },
    /// Prove that you know the device's secret.
    DeviceVerifier {
        salt: String,
        secret_block: String,
        srp_b: String,
        device: DeviceKey,
        user_id: Username,
    },
    /// Tell the code that was sent.
    Code {
        session: Session,
        user_id: Username,
        delivery: Delivery,
        /// Whether it is the only factor and not the second.
        is_first: bool,
    },
    /// Tell the code that the authenticator shows.
    SoftwareToken { session: Session, user_id: Username, device_name: Option<String> },
    /// Choose a second factor.
    SelectMfa { session: Session, user_id: Username, factors: Vec<SecondFactor> },
    /// Set up a second factor.
    SetUpMfa { session: Session, user_id: Username, factors: Vec<SecondFactor> },
    /// Choose how to begin.
    Select {
        session: Session,
        available: Vec<FirstChoice>,
        /// What a page needs to use a passkey, if that is one of them.
        passkey: Option<Value>,
    },
    /// Tell the password.
    Password { session: Session },
    /// Begin to prove the password.
    PasswordSrp { session: Session },
    /// Use a passkey, with what a page needs for it.
    Passkey { session: Session, options: Value },
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
    pub so_far: SoFar,
}

/// A new password.
#[derive(Serialize, Deserialize)]
pub(crate) struct NewPasswordStep {
    /// The sealed temporary password that was proven; another one since then ends the challenge.
    pub proven: String,
    pub so_far: SoFar,
}

/// A factor that is no proof of a password: chosen, or told as a code.
#[derive(Serialize, Deserialize)]
pub(crate) struct FactorStep {
    pub asked: Asked,
    pub so_far: SoFar,
}

/// What is asked of a factor.
#[derive(Serialize, Deserialize)]
pub(crate) enum Asked {
    /// Which of these begins the sign-in; with the challenge for a passkey, if that is one of them.
    First {
        offered: Vec<FirstChoice>,
        passkey: Option<String>,
    },
    /// The answer of a passkey to this challenge.
    Passkey(String),
    Password,
    PasswordSrp,
    /// The code that was sent, as the only factor.
    FirstCode(SentFactor),
    /// Which of these is the second.
    Second(Vec<SecondFactor>),
    SoftwareToken,
    /// The code that was sent, as the second factor.
    SecondCode(SentFactor),
    /// The code that was sent to what is to be the second factor from now on.
    SetUpCode(SentFactor),
}

/// A code that was sent to be told in a sign-in. The challenge itself remembers it, so that none is stored.
#[derive(Serialize, Deserialize)]
pub(crate) struct SentFactor {
    pub contact: Contact,
    /// The address or number. It is the user's once the code is right.
    pub value: String,
    /// A keyed digest of the code.
    pub digest: String,
}

/// The first sign-in of somebody who was confirmed a moment ago.
#[derive(Serialize, Deserialize)]
pub(crate) struct SignUpStep {
    pub is_confirmed: bool,
}

/// A second factor that has to be set up first. Operations that name no client go on with it.
#[derive(Serialize, Deserialize)]
pub(crate) struct SetUpStep {
    pub stage: SetUpStage,
    pub so_far: SoFar,
}

/// How far somebody is with a new second factor.
#[derive(Serialize, Deserialize)]
pub(crate) enum SetUpStage {
    Asked,
    /// An authenticator was given this secret, sealed.
    Given(String),
    /// Its first code was right.
    Verified,
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

/// What a sign-in remembers from challenge to challenge.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct SoFar {
    /// Where functions decide what comes next: what happened so far.
    pub custom: Option<Steps>,
    /// Whether the user chose a password on the way, which the function before tokens is told.
    pub chose_password: bool,
    /// The device that the sign-in happens on.
    pub device: DeviceSoFar,
    /// What was thought of it, in a pool that looks for threats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threat: Option<Threat>,
    /// Whether the password was proven, as far as anybody who looks for threats knows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub met_password: bool,
    /// Whether a second factor was proven.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub met_factor: bool,
    /// Whether functions decided.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_custom: bool,
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
    /// The device that the sign-in happens on.
    pub device: DeviceSoFar,
}

impl SoFar {
    /// What is known when a sign-in begins.
    pub(crate) fn of(caller: &Caller) -> Self {
        let device = DeviceSoFar { key: caller.device.clone(), is_proven: false };
        Self { device, ..Self::default() }
    }

    /// Takes note of the device that a later call names: the last word counts.
    pub(crate) fn hear_of_device(&mut self, caller: &Caller) {
        if caller.device.is_some() {
            self.device = DeviceSoFar { key: caller.device.clone(), is_proven: false };
        }
    }

    /// Takes note of a challenge that was met, for functions that decide what comes next.
    pub(crate) fn push(&mut self, name: &str) {
        if let Some(steps) = &mut self.custom {
            steps.push(name, true);
        }
    }
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
    /// Whether it opens only for the client that was asked. Some operations take a session and no client.
    const IS_OF_CLIENT: bool = true;
}

impl Kind for SrpStep {
    const NAME: &'static str = "PASSWORD_VERIFIER";
}

impl Kind for NewPasswordStep {
    const NAME: &'static str = "NEW_PASSWORD_REQUIRED";
}

impl Kind for FactorStep {
    const NAME: &'static str = "FACTOR";
}

impl Kind for SignUpStep {
    const NAME: &'static str = "SIGN_UP";
}

impl Kind for SetUpStep {
    const NAME: &'static str = "MFA_SETUP";
    const IS_OF_CLIENT: bool = false;
}

impl Kind for CustomStep {
    const NAME: &'static str = "CUSTOM_CHALLENGE";
}

impl<Step: Kind> Kind for Elsewhere<Step> {
    const NAME: &'static str = "elsewhere";
    const IS_OF_CLIENT: bool = Step::IS_OF_CLIENT;
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
        Ok(seals.challenges.seal(self.random(), &plain, &bound_to::<Step>(Some(&client.id))))
    }

    /// Opens a challenge that this client was given.
    ///
    /// # Errors
    /// [`Refusal::InvalidSession`], [`Refusal::SessionExpired`].
    pub(crate) fn open<Step: Kind>(&self, client: &Client, sealed: &[u8]) -> Result<Waiting<Step>> {
        let waiting = self.unseal::<Step>(sealed, &bound_to::<Step>(Some(&client.id)))?;
        if waiting.client != client.id || waiting.pool != client.pool {
            return Err(Refusal::InvalidSession.into());
        }
        Ok(waiting)
    }

    fn unseal<Step: Kind>(&self, sealed: &[u8], bound_to: &[u8]) -> Result<Waiting<Step>> {
        let seals = &self.house().seals;
        let plain = seals.challenges.open(sealed, bound_to).map_err(|_| Refusal::InvalidSession)?;
        let waiting: Waiting<Step> =
            serde_json::from_slice(&plain).map_err(|_| Refusal::InvalidSession)?;
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
        let waiting = self.open_text::<Step>(session, Some(&client.id)).await?;
        if waiting.client != client.id || waiting.pool != client.pool {
            return Err(Refusal::InvalidSession.into());
        }
        Ok(waiting)
    }

    /// Opens a session for an operation that names no client, and tells whose it is.
    ///
    /// # Errors
    /// [`Refusal::InvalidSession`], [`Refusal::SessionExpired`].
    pub(crate) async fn open_clientless<Step: Kind>(
        &self,
        session: &Session,
    ) -> Result<(Caller, Waiting<Step>)> {
        let waiting = self.open_text::<Step>(session, None).await?;
        let caller = self.caller_of(&waiting.pool, &waiting.client, Metadata::new()).await;
        let caller = caller.map_err(|error| match error {
            Error::Refused(_) => Refusal::InvalidSession.into(),
            broken @ Error::Broken(_) => broken,
        })?;
        Ok((Caller { event_id: waiting.event_id.clone(), ..caller }, waiting))
    }

    async fn open_text<Step: Kind>(
        &self,
        session: &Session,
        client: Option<&ClientId>,
    ) -> Result<Waiting<Step>> {
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| Refusal::InvalidSession);
        let block = decode(session.reveal())?;
        let here = bound_to::<Step>(client);
        let elsewhere = match self.unseal::<Step>(&block, &here) {
            Err(Error::Refused(Refusal::InvalidSession)) => {
                self.unseal::<Elsewhere<Step>>(&block, &bound_to::<Elsewhere<Step>>(client))?
            }
            opened => return opened,
        };
        let key = Long::key_of(&elsewhere.pool, &elsewhere.step.id);
        let long = self.records().get::<Long>(&key, self.now()).await?;
        let long = long.ok_or(Refusal::SessionExpired)?;
        self.unseal::<Step>(&decode(&long.sealed)?, &here)
    }

    /// Opens a session for somebody who says to be its user. The user is none where it is hidden that there
    /// is none.
    ///
    /// # Errors
    /// [`Refusal::InvalidSession`], [`Refusal::SessionExpired`], [`Refusal::NoSecretHash`],
    /// [`Refusal::WrongSecretHash`]; [`Refusal::NoUser`] where the client does not hide it.
    pub(crate) async fn open_for<Step: Kind>(
        &self,
        caller: &Caller,
        session: &Session,
        username: &Username,
        hash: Option<&SecretHash>,
    ) -> Result<(Waiting<Step>, Option<Kept<User>>)> {
        let waiting = self.open_session::<Step>(&caller.client, session).await?;
        let user = match &waiting.sub {
            Some(sub) => {
                self.records().get(&User::key_of(&caller.pool.id, sub), self.now()).await?
            }
            None => None,
        };
        self.check_secret_hash(&caller.client, username.as_str(), user.as_deref(), hash)?;
        if waiting.sub.is_some() && user.is_none() {
            return Err(caller.without_user().into());
        }
        if !is_named(&caller.pool, user.as_deref(), &waiting.user_id, username) {
            return Err(Refusal::InvalidSession.into());
        }
        Ok((waiting, user))
    }

    /// Whether a challenge was answered.
    pub(crate) async fn is_answered<Step>(&self, waiting: &Waiting<Step>) -> Result<bool> {
        let Waiting { pool, id, ends_at, .. } = waiting;
        let answered = Answered { pool: pool.clone(), id: id.clone(), ends_at: *ends_at };
        Ok(self.records().get::<Answered>(&answered.key(), self.now()).await?.is_some())
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

/// What a challenge is sealed for. One of a client never opens where no client is named.
fn bound_to<Step: Kind>(client: Option<&ClientId>) -> Vec<u8> {
    match client.filter(|_| Step::IS_OF_CLIENT) {
        Some(client) => format!("{}\n{client}", Step::NAME).into_bytes(),
        None => Step::NAME.as_bytes().to_vec(),
    }
}
