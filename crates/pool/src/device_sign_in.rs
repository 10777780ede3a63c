//! Is this the device that the user remembers?
//!
//! A device proves its secret as a user proves a password. The proof is asked for after a password, never
//! instead of one: a session says that the password was right, and where a client does not send it back, as
//! some never do, the note of it that was kept.

use crate::{
    Caller, Challenge, Device, Outcome, Pools, Refusal, Result, User,
    challenge::{Kind, SoFar, Waiting},
    sign_in::{Proof, is_named, is_timestamp},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use crypto::PublicA;
use jiff::Timestamp;
use names::{DeviceKey, SecretHash, Session, Sub, UserPoolId, Username};
use serde::{Deserialize, Serialize};
use store::{Kept, Key, Record};

/// The answer to [`Challenge::Device`].
pub struct DeviceAnswer<'a> {
    pub username: &'a Username,
    /// Not all clients send it.
    pub session: Option<&'a Session>,
    pub device: &'a DeviceKey,
    pub srp_a: &'a str,
    pub hash: Option<&'a SecretHash>,
}

/// The answer to [`Challenge::DeviceVerifier`].
pub struct DeviceProof<'a> {
    pub username: &'a Username,
    pub device: &'a DeviceKey,
    pub secret_block: &'a str,
    pub signature: &'a str,
    pub timestamp: &'a str,
    pub hash: Option<&'a SecretHash>,
}

/// The device that somebody signs in on, as far as it is known.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct DeviceSoFar {
    /// Which one the client says it is. Nothing but [`Pools::offered_device`] says that there is such a one.
    pub key: Option<DeviceKey>,
    /// Whether it has proven that.
    pub is_proven: bool,
}

/// A device that has to prove itself.
#[derive(Serialize, Deserialize)]
pub(crate) struct DeviceStep {
    key: DeviceKey,
    /// What the user's password was; another one since then ends the challenge.
    standing: String,
    /// Whether the device stands in for a second factor.
    stands_in: bool,
    so_far: SoFar,
}

/// Proof of a device's secret.
#[derive(Serialize, Deserialize)]
pub(crate) struct DeviceProofStep {
    of: DeviceStep,
    a: String,
    b: String,
    public_b: String,
}

impl Kind for DeviceStep {
    const NAME: &'static str = "DEVICE_SRP_AUTH";
}

impl Kind for DeviceProofStep {
    const NAME: &'static str = "DEVICE_PASSWORD_VERIFIER";
}

/// The session of a device's challenge, for a client that does not send it back.
#[derive(Serialize, Deserialize)]
struct DeviceNote {
    pool: UserPoolId,
    sub: Sub,
    key: DeviceKey,
    session: String,
    ends_at: Timestamp,
}

impl DeviceNote {
    fn key_of(pool: &UserPoolId, sub: &Sub, key: &DeviceKey) -> Key {
        Key::new(User::partition(pool, sub), format!("device-note/{key}"))
    }
}

impl Record for DeviceNote {
    const KIND: &'static str = "note of a device's challenge";

    fn key(&self) -> Key {
        Self::key_of(&self.pool, &self.sub, &self.key)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.ends_at)
    }
}

impl Pools {
    /// The device that the client says it is, if the pool knows devices apart and it is one of the user's.
    pub(crate) async fn offered_device(
        &self,
        caller: &Caller,
        user: &User,
        device: &DeviceSoFar,
    ) -> Result<Option<Kept<Device>>> {
        match &device.key {
            Some(key) if caller.pool.settings.devices.is_some() => {
                self.find_device(user, key).await
            }
            _ => Ok(None),
        }
    }

    /// Refuses a device that a call names and that is none of the user's. Clients that hear it forget the
    /// device and go on without.
    ///
    /// # Errors
    /// [`Refusal::NoDevice`].
    pub(crate) async fn check_device(&self, caller: &Caller, user: Option<&User>) -> Result<()> {
        let Some(key) = caller.device.as_ref().filter(|_| caller.pool.settings.devices.is_some())
        else {
            return Ok(());
        };
        match user {
            Some(user) => self.device(user, key).await.map(drop),
            None => Err(Refusal::NoDevice.into()),
        }
    }

    /// Asks a remembered device that has not proven itself yet to do so.
    pub(crate) async fn ask_for_device(
        &self,
        caller: &Caller,
        user: &User,
        device: &Device,
        stands_in: bool,
        so_far: SoFar,
    ) -> Result<Outcome> {
        let key = device.key.clone();
        let step = DeviceStep { key: key.clone(), standing: standing(user), stands_in, so_far };
        let (sub, user_id) = (user.sub.clone(), user.username.clone());
        let session = self.wait_session(caller, Some(sub.clone()), user_id, step).await?;
        let note = DeviceNote {
            pool: user.pool.clone(),
            sub,
            key,
            session: session.reveal().to_owned(),
            ends_at: self.now() + caller.client.settings.session_life(),
        };
        self.commit(|commit| {
            commit.put(&note);
        })
        .await?;
        Ok(Outcome::Challenge(Challenge::Device { session }))
    }

    /// Takes the public value of a device, and asks for the proof.
    ///
    /// # Errors
    /// [`Refusal::InvalidSession`], [`Refusal::SessionExpired`], [`Refusal::SessionUsed`],
    /// [`Refusal::NoDevice`], and [`Refusal::Invalid`] for a public value that SRP does not allow.
    pub async fn begin_device_srp(
        &self,
        caller: &Caller,
        answer: DeviceAnswer<'_>,
    ) -> Result<Outcome> {
        let a = PublicA::parse(answer.srp_a)
            .map_err(|_| Refusal::invalid("SRP_A is not a valid public value."))?;
        let session = match answer.session {
            Some(session) => session.clone(),
            None => self.noted_session(caller, &answer).await?,
        };
        let mut waiting = self.open_session::<DeviceStep>(&caller.client, &session).await?;
        let (caller, user) =
            self.resumed(caller, &mut waiting, answer.username, answer.hash).await?;
        if waiting.step.key != *answer.device || waiting.step.standing != standing(&user) {
            return Err(Refusal::InvalidSession.into());
        }
        let device = self.device(&user, &waiting.step.key).await?;
        // A note of a password lets one proof be tried, also where it comes from the store.
        self.answer_once(&waiting).await?;
        let step = waiting.step;
        let verifier = self.device_verifier(&device)?;
        let salt = verifier.salt_hex();
        let random = self.house().random.clone();
        let (b, public_b) = self.work(move || crypto::begin(&verifier, &*random)).await?;

        let srp_b = public_b.to_hex();
        let step = DeviceProofStep {
            of: step,
            a: a.to_hex(),
            b: URL_SAFE_NO_PAD.encode(b.to_bytes().as_slice()),
            public_b: srp_b.clone(),
        };
        let (sub, user_id) = (Some(user.sub.clone()), user.username.clone());
        let sealed = self.wait(&caller.client, &caller.event_id, sub, user_id.clone(), step)?;
        let secret_block = STANDARD.encode(sealed);
        let device = device.key.clone();
        Ok(Outcome::Challenge(Challenge::DeviceVerifier {
            salt,
            secret_block,
            srp_b,
            device,
            user_id,
        }))
    }

    /// Looks at the proof of a device's secret.
    ///
    /// # Errors
    /// [`Refusal::WrongCredentials`], [`Refusal::LockedOut`], [`Refusal::InvalidSession`],
    /// [`Refusal::SessionExpired`], [`Refusal::SessionUsed`], [`Refusal::NoDevice`], and what is refused after
    /// a second factor.
    pub async fn answer_device_srp(
        &self,
        caller: &Caller,
        proof: &DeviceProof<'_>,
    ) -> Result<Outcome> {
        let block = STANDARD.decode(proof.secret_block).map_err(|_| Refusal::InvalidSession)?;
        let mut waiting = self.open::<DeviceProofStep>(&caller.client, &block)?;
        let (caller, user) = self.resumed(caller, &mut waiting, proof.username, proof.hash).await?;
        let DeviceStep { key, standing: stood, .. } = &waiting.step.of;
        if key != proof.device || *stood != standing(&user) {
            return Err(Refusal::InvalidSession.into());
        }
        if !is_timestamp(proof.timestamp) {
            return Err(Refusal::invalid(
                "TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.",
            )
            .into());
        }
        let Ok(signature) = STANDARD.decode(proof.signature) else {
            return Err(Refusal::WrongCredentials.into());
        };
        let mut device = self.device(&user, key).await?;

        let who = self.counted_as(&caller.pool, Some(&user), user.username.as_str());
        let turn = self.turn(&caller.pool.id, &who).await;
        self.answer_once(&waiting).await?;
        let failures = self.refuse_if_locked(&caller.pool.id, &who).await?;
        let DeviceProofStep { of, a, b, public_b } = waiting.step;
        let verifier = self.device_verifier(&device)?;
        let timestamp = proof.timestamp.to_owned();
        let proof = Proof { a, b, public_b, verifier, block, signature, timestamp };
        let group = self.device_group(&user.pool, &user.sub);
        let is_right =
            self.work(move || proof.is_right(&group, of.key.as_str()).then_some(of)).await?;
        let Some(of) = is_right else {
            self.count_failure(&caller.pool.id, &who).await?;
            return Err(Refusal::WrongCredentials.into());
        };
        self.forget_failures(failures).await?;
        drop(turn);

        device.authenticated_at = self.now();
        let noted = self.try_commit(|commit| {
            commit.save(&device);
        });
        if let Err(store::Refused::Broken(broken)) = noted.await {
            return Err(broken.into());
        }
        let mut so_far = of.so_far;
        so_far.device = DeviceSoFar { key: Some(of.key), is_proven: true };
        if of.stands_in {
            return self.after_second_factor(&caller, user, so_far).await;
        }
        self.finish(&caller, user, so_far).await
    }

    /// The session of a device's challenge that its client did not send back.
    async fn noted_session(&self, caller: &Caller, answer: &DeviceAnswer<'_>) -> Result<Session> {
        let Some(user) = self.find_user(&caller.pool, answer.username).await? else {
            return Err(Refusal::InvalidSession.into());
        };
        let key = DeviceNote::key_of(&user.pool, &user.sub, answer.device);
        let note = self.records().get::<DeviceNote>(&key, self.now()).await?;
        let note = note.ok_or(Refusal::InvalidSession)?;
        Session::parse(note.session.as_str()).map_err(|_| Refusal::InvalidSession.into())
    }

    /// The user whose challenge this is, who must still be one to sign in.
    async fn resumed<Step>(
        &self,
        caller: &Caller,
        waiting: &mut Waiting<Step>,
        name: &Username,
        hash: Option<&SecretHash>,
    ) -> Result<(Caller, Kept<User>)> {
        let user = match &waiting.sub {
            Some(sub) => {
                self.records().get(&User::key_of(&caller.pool.id, sub), self.now()).await?
            }
            None => None,
        };
        self.check_secret_hash(&caller.client, name.as_str(), user.as_deref(), hash)?;
        let user = user.ok_or_else(|| caller.without_user())?;
        if !is_named(&caller.pool, Some(&user), &waiting.user_id, name) {
            return Err(Refusal::InvalidSession.into());
        }
        if !user.is_enabled {
            return Err(Refusal::Disabled.into());
        }
        user.status.check()?;
        let event_id = std::mem::take(&mut waiting.event_id);
        Ok((Caller { event_id, ..caller.clone() }, user))
    }
}

/// A mark of the user's password as it is now.
fn standing(user: &User) -> String {
    let sealed = user.password.as_ref().map_or("", |password| password.sealed.as_str());
    STANDARD.encode(crypto::sha256(sealed.as_bytes()))
}
