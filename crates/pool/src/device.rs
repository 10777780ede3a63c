//! On which devices does a user sign in, and which of them are remembered?
//!
//! A sign-in that names no device is given the key of a new one, which is written down nowhere: the access
//! token carries it, and whoever has the token may confirm the device with the verifier of a secret that
//! never leaves it. From then on the device is kept. Only a remembered one is asked to prove itself, and only
//! one that has proven itself can stand in for a second factor.

use crate::{Bearer, Error, Pools, Refusal, Result, User, UserPool};
use base64::{Engine, engine::general_purpose::STANDARD};
use crypto::Verifier;
use jiff::Timestamp;
use names::{DeviceKey, Sub, UserPoolId};
use serde::{Deserialize, Serialize};
use store::{Kept, Key, Record, Refused};

/// Whether a pool knows devices apart, and what it makes of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceTracking {
    /// Only new devices need a second factor: one that is remembered stands in for it.
    pub replaces_second_factor: bool,
    /// A device is remembered once its user says so, and not as soon as it is confirmed.
    pub is_remembered_on_prompt: bool,
}

/// A device that a user has confirmed.
#[derive(Clone, Serialize, Deserialize)]
pub struct Device {
    pub pool: UserPoolId,
    pub sub: Sub,
    pub key: DeviceKey,
    pub name: Option<String>,
    pub is_remembered: bool,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
    /// When somebody last signed in on it.
    pub authenticated_at: Timestamp,
    /// The verifier of the device's secret, sealed.
    verifier: String,
}

/// What a device is told about itself when somebody signs in on it for the first time.
#[derive(Debug, Clone)]
pub struct NewDevice {
    pub key: DeviceKey,
    /// What the device's proofs are made over, besides its key.
    pub group: String,
}

/// The proof of a device, as the device sends it to be kept: both in base64.
pub struct DeviceVerifier<'a> {
    pub salt: &'a str,
    pub verifier: &'a str,
}

/// The longest base64 text of a salt or verifier that is looked at; a verifier has 516 characters.
const LONGEST: usize = 1024;
/// How often a device is confirmed again when somebody else was changing the user.
const TRIES: usize = 16;
/// Device groups are made of these.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

impl Device {
    pub(crate) fn key_of(pool: &UserPoolId, sub: &Sub, key: &DeviceKey) -> Key {
        Key::new(User::partition(pool, sub), format!("{}{key}", Self::PREFIX))
    }

    /// What the places of devices begin with in the partition of their user.
    pub(crate) const PREFIX: &'static str = "device/";
}

impl std::fmt::Debug for Device {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Device")
            .field("key", &self.key)
            .field("is_remembered", &self.is_remembered)
            .finish_non_exhaustive()
    }
}

impl Record for Device {
    const KIND: &'static str = "device";

    fn key(&self) -> Key {
        Self::key_of(&self.pool, &self.sub, &self.key)
    }
}

impl Pools {
    /// A key for a device that nobody signed in on before, and the group of the user's devices.
    pub(crate) fn new_device(&self, user: &User) -> Result<NewDevice> {
        // A key has 55 characters at most, and its id takes 37 of them.
        let region: String = user.pool.region().chars().take(18).collect();
        let key = DeviceKey::parse(format!("{region}_{}", self.random().uuid_v4()))
            .map_err(|_| Error::internal("a generated device key is malformed"))?;
        Ok(NewDevice { key, group: self.device_group(&user.pool, &user.sub) })
    }

    /// The group of a user's devices, which proofs are made over. It is worked out and not kept, so that
    /// nothing has to be written before a device is confirmed.
    pub(crate) fn device_group(&self, pool: &UserPoolId, sub: &Sub) -> String {
        let parts: [&[u8]; 4] = [pool.as_str().as_bytes(), b"\n", sub.as_str().as_bytes(), b"\n"];
        let digest = crypto::hmac_sha256(&self.house().seals.device_groups, &parts);
        let letter =
            |byte: &u8| ALPHABET.get(usize::from(byte & 63)).copied().map_or('A', char::from);
        std::iter::once('-').chain(digest.iter().take(8).map(letter)).collect()
    }

    /// A device of a user.
    ///
    /// # Errors
    /// [`Refusal::NoDevice`].
    pub async fn device(&self, user: &User, key: &DeviceKey) -> Result<Kept<Device>> {
        self.find_device(user, key).await?.ok_or_else(|| Refusal::NoDevice.into())
    }

    /// A device of a user, if there is one of this key.
    pub(crate) async fn find_device(
        &self,
        user: &User,
        key: &DeviceKey,
    ) -> Result<Option<Kept<Device>>> {
        let key = Device::key_of(&user.pool, &user.sub, key);
        Ok(self.records().get(&key, self.now()).await?)
    }

    /// Keeps the device that the session of a token began on. Whether its user has to be asked to remember it
    /// is the answer.
    ///
    /// # Errors
    /// [`Refusal::NoDeviceTracking`], [`Refusal::Invalid`] for another device, [`Refusal::UnusableVerifier`],
    /// [`Refusal::DeviceExists`].
    pub async fn confirm_device(
        &self,
        bearer: &Bearer,
        key: &DeviceKey,
        verifier: &DeviceVerifier<'_>,
        name: Option<String>,
    ) -> Result<bool> {
        let tracking = bearer.pool.settings.devices;
        let tracking = tracking.ok_or(Refusal::NoDeviceTracking)?;
        if bearer.device.as_ref() != Some(key) {
            return Err(Refusal::invalid("Invalid device key given.").into());
        }
        let verifier = verifier.parse()?;
        let now = self.now();
        let device = Device {
            pool: bearer.pool.id.clone(),
            sub: bearer.user.sub.clone(),
            key: key.clone(),
            name,
            is_remembered: !tracking.is_remembered_on_prompt,
            created_at: now,
            modified_at: now,
            authenticated_at: now,
            verifier: self.seal_device(&bearer.user, key, &verifier),
        };
        for _ in 0..TRIES {
            // A user who is being deleted gets no device any more.
            let user = self.user_by_sub(&bearer.pool.id, &bearer.user.sub).await?;
            let done = self.try_commit(|commit| {
                commit.keep(&user).create(&device);
            });
            match done.await {
                Ok(()) => return Ok(tracking.is_remembered_on_prompt),
                Err(Refused::Broken(broken)) => return Err(broken.into()),
                Err(Refused::Conflict(conflict)) if conflict.is_on(&device.key()) => {
                    return Err(Refusal::DeviceExists.into());
                }
                Err(Refused::Conflict(_)) => {}
            }
        }
        Err(Refusal::Contended.into())
    }

    /// Remembers a device, or ceases to; `None` changes nothing.
    ///
    /// # Errors
    /// [`Refusal::NoDevice`], [`Refusal::Contended`].
    pub async fn set_device_remembered(
        &self,
        user: &User,
        key: &DeviceKey,
        is_remembered: Option<bool>,
    ) -> Result<()> {
        let mut device = self.device(user, key).await?;
        let Some(is_remembered) = is_remembered else { return Ok(()) };
        device.is_remembered = is_remembered;
        device.modified_at = self.now();
        self.commit(|commit| {
            commit.save(&device);
        })
        .await
    }

    /// Forgets a device. Whoever signs in on it from now on does so on a new one.
    ///
    /// # Errors
    /// [`Refusal::NoDevice`], [`Refusal::Contended`].
    pub async fn forget_device(&self, user: &User, key: &DeviceKey) -> Result<()> {
        let device = self.device(user, key).await?;
        self.commit(|commit| {
            commit.delete(&device);
        })
        .await
    }

    fn seal_device(&self, user: &User, key: &DeviceKey, verifier: &Verifier) -> String {
        let bound_to = bound_to(&user.pool, &user.sub, key);
        self.house().seals.devices.seal_text(self.random(), &verifier.to_bytes(), &bound_to)
    }

    /// What the proofs of a device are held against.
    pub(crate) fn device_verifier(&self, device: &Device) -> Result<Verifier> {
        let bound_to = bound_to(&device.pool, &device.sub, &device.key);
        let plain = self
            .house()
            .seals
            .devices
            .open_text(&device.verifier, &bound_to)
            .map_err(|_| Error::internal("a device does not open: is this the master key?"))?;
        Verifier::from_bytes(&plain).map_err(|_| Error::internal("a device is malformed"))
    }
}

impl UserPool {
    /// Refuses what is about devices where they are not known apart.
    ///
    /// # Errors
    /// [`Refusal::NoDeviceTracking`].
    pub fn require_devices(&self) -> Result<(), Refusal> {
        if self.settings.devices.is_some() { Ok(()) } else { Err(Refusal::NoDeviceTracking) }
    }

    /// Whether a remembered device stands in for a second factor here.
    pub(crate) fn device_replaces_second_factor(&self) -> bool {
        self.settings.devices.is_some_and(|tracking| tracking.replaces_second_factor)
    }
}

impl DeviceVerifier<'_> {
    fn parse(&self) -> Result<Verifier, Refusal> {
        let decode = |text: &str| {
            let is_short = text.len() <= LONGEST;
            is_short.then(|| STANDARD.decode(text).ok()).flatten()
        };
        let parsed = decode(self.salt)
            .zip(decode(self.verifier))
            .and_then(|(salt, verifier)| Verifier::from_device(&salt, &verifier).ok());
        parsed.ok_or(Refusal::UnusableVerifier)
    }
}

fn bound_to(pool: &UserPoolId, sub: &Sub, key: &DeviceKey) -> Vec<u8> {
    format!("{pool}\n{sub}\n{key}").into_bytes()
}
