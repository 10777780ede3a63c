//! Which passkeys does a user have, and how does one come to be?
//!
//! All passkeys of a user are one record, so that there are never more than may be and one read tells them
//! all; each claims its id in the pool, so that no two users have the same. A challenge to make one waits
//! beside the user, for the client that asked, and is spent by the first answer, right or wrong.

use crate::{
    FirstFactor, PageOf, Pools, Refusal, Result, User, UserPool, webauthn_options::creation_options,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use crypto::webauthn::{BadPasskey, Expected, Registration};
use jiff::{SignedDuration, Timestamp};
use names::{ClientId, Sub, UserPoolId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Claim, Kept, Key, Record, Refused};

/// How a pool takes passkeys.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PasskeySettings {
    /// The domain that passkeys are made for.
    pub relying_party: Option<RelyingParty>,
    /// Whether authenticators must look who it is, as it was said.
    pub verification: Option<Verification>,
    /// Whether a passkey stands for a second factor too, as it was said.
    pub counts_twice: Option<bool>,
}

/// Whether authenticators look who their user is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verification {
    /// A passkey whose authenticator does not is refused.
    Required,
    /// Those that can, do.
    Preferred,
}

/// The domain that passkeys are made for: whatever page is on it, or below it, may use them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RelyingParty(String);

/// A passkey of a user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Passkey {
    /// Base64url without padding.
    pub id: String,
    /// A name that was made up for it.
    pub name: String,
    pub relying_party: String,
    /// `platform` or `cross-platform`.
    pub attachment: Option<String>,
    pub transports: Vec<String>,
    pub created_at: Timestamp,
    /// A `COSE_Key`, base64url.
    pub(crate) public_key: String,
    /// What the authenticator has counted to.
    pub(crate) counter: u32,
}

/// The passkeys of a user, oldest first.
#[derive(Serialize, Deserialize)]
pub(crate) struct Passkeys {
    pool: UserPoolId,
    sub: Sub,
    pub list: Vec<Passkey>,
}

/// A challenge to make a passkey.
#[derive(Serialize, Deserialize)]
struct NewPasskey {
    pool: UserPoolId,
    sub: Sub,
    /// Who asked, and for which relying party.
    client: ClientId,
    relying_party: String,
    challenge: String,
    ends_at: Timestamp,
}

/// How many passkeys a user may have.
const MOST: usize = 20;
/// How long somebody has to make one.
const WAIT: SignedDuration = SignedDuration::from_mins(5);
/// How often a change is tried when somebody else was changing the same.
pub(crate) const TRIES: usize = 16;

impl PasskeySettings {
    /// Whether a passkey of an authenticator that does not look who it is, is refused. One that stands for
    /// two factors is: it would be something to have, and nothing to be or know.
    #[must_use]
    pub fn needs_verification(&self) -> bool {
        self.verification == Some(Verification::Required) || self.counts_twice == Some(true)
    }
}

impl RelyingParty {
    const LONGEST: usize = 127;

    /// Reads a domain: in small letters, of more than one part unless it is this machine, and no address.
    ///
    /// # Errors
    /// [`Refusal::Invalid`].
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let is_label = |label: &str| {
            let is_letter =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            (1..=63).contains(&label.len())
                && label.bytes().all(is_letter)
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let last = text.rsplit('.').next().unwrap_or_default();
        let is_domain = text.len() <= Self::LONGEST
            && text.split('.').all(is_label)
            && (text == "localhost" || text.contains('.'))
            && !last.bytes().all(|byte| byte.is_ascii_digit());
        if is_domain {
            return Ok(Self(text.to_owned()));
        }
        Err(Refusal::invalid("RelyingPartyId must be a domain, in lower case and without a port."))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RelyingParty {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).map_err(|_| "not a relying party")
    }
}

impl From<RelyingParty> for String {
    fn from(relying_party: RelyingParty) -> Self {
        relying_party.0
    }
}

impl Passkeys {
    pub(crate) fn key_of(pool: &UserPoolId, sub: &Sub) -> Key {
        Key::new(User::partition(pool, sub), "passkeys")
    }

    /// The claim on a passkey's id. An id may be longer than a key, so the claim is on its digest.
    fn id_key(pool: &UserPoolId, id: &str) -> Key {
        let digest = URL_SAFE_NO_PAD.encode(crypto::sha256(id.as_bytes()));
        Key::new(format!("pool/{pool}/passkey/{digest}"), "user")
    }

    /// A name that none of them has.
    fn free_name(&self) -> String {
        let mut names = (1..=MOST + 1).map(|number| format!("Passkey {number}"));
        let free = names.find(|name| self.list.iter().all(|passkey| passkey.name != *name));
        free.unwrap_or_else(|| "Passkey".to_owned())
    }
}

impl Record for Passkeys {
    const KIND: &'static str = "passkeys";

    fn key(&self) -> Key {
        Self::key_of(&self.pool, &self.sub)
    }

    fn claims(&self) -> Vec<Claim> {
        let ids = self.list.iter().map(|passkey| Self::id_key(&self.pool, &passkey.id));
        ids.map(Claim::unique).collect()
    }
}

impl NewPasskey {
    /// Each has a place of its own, so that somebody may make two in two windows.
    fn key_of(pool: &UserPoolId, sub: &Sub, challenge: &str) -> Key {
        Key::new(User::partition(pool, sub), format!("new passkey/{challenge}"))
    }
}

impl Record for NewPasskey {
    const KIND: &'static str = "new passkey";

    fn key(&self) -> Key {
        Self::key_of(&self.pool, &self.sub, &self.challenge)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.ends_at)
    }
}

impl Pools {
    /// The domain that a pool's passkeys are made for, if it takes any: the one it was told, or else its own.
    ///
    /// # Errors
    /// [`Refusal::PasskeysNotEnabled`], [`Refusal::NoRelyingParty`].
    pub async fn relying_party(&self, pool: &UserPool) -> Result<RelyingParty> {
        if !pool.settings.allows_first(FirstFactor::Passkey) {
            return Err(Refusal::PasskeysNotEnabled.into());
        }
        if let Some(told) = &pool.settings.mfa.passkeys.relying_party {
            return Ok(told.clone());
        }
        let host = self.host_of(&pool.id).await?.ok_or(Refusal::NoRelyingParty)?;
        RelyingParty::parse(&host).map_err(|_| Refusal::NoRelyingParty.into())
    }

    /// Begins to make a passkey for somebody who is signed in through a client: what a page hands to
    /// `navigator.credentials.create`, as W3C's `PublicKeyCredentialCreationOptionsJSON`.
    ///
    /// # Errors
    /// [`Refusal::PasskeysNotEnabled`], [`Refusal::NoRelyingParty`], [`Refusal::TooMany`].
    pub async fn begin_passkey(
        &self,
        pool: &UserPool,
        user: &User,
        client: &ClientId,
    ) -> Result<Value> {
        self.require_home(&pool.id).await?;
        let relying_party = String::from(self.relying_party(pool).await?);
        let passkeys = self.passkeys(user).await?;
        if passkeys.len() >= MOST {
            return Err(too_many());
        }
        let new = NewPasskey {
            pool: pool.id.clone(),
            sub: user.sub.clone(),
            client: client.clone(),
            relying_party,
            challenge: self.new_passkey_challenge(),
            ends_at: self.now() + WAIT,
        };
        self.commit(|commit| {
            commit.put(&new);
        })
        .await?;
        let (challenge, rp) = (&new.challenge, &new.relying_party);
        Ok(creation_options(pool, user, rp, challenge, &passkeys, WAIT))
    }

    /// Keeps the passkey that a page made: W3C's `RegistrationResponseJSON`. Whatever comes of it, the
    /// challenge is spent.
    ///
    /// # Errors
    /// [`Refusal::PasskeysNotEnabled`], [`Refusal::NoRelyingParty`], [`Refusal::NoPasskeyChallenge`],
    /// [`Refusal::PasskeyOfOtherClient`], [`Refusal::PasskeyOrigin`], [`Refusal::PasskeyRelyingParty`],
    /// [`Refusal::PasskeyNotSupported`], [`Refusal::Invalid`], [`Refusal::TooMany`].
    pub async fn finish_passkey(
        &self,
        pool: &UserPool,
        user: &User,
        client: &ClientId,
        credential: &Value,
    ) -> Result<()> {
        self.require_home(&pool.id).await?;
        let relying_party = self.relying_party(pool).await?;
        let relying_party = relying_party.as_str();
        let answer = Registration::read(credential).map_err(unkept)?;
        let challenge = answer.challenge().map_err(unkept)?;
        if !is_challenge(&challenge) {
            return Err(Refusal::NoPasskeyChallenge.into());
        }
        let key = NewPasskey::key_of(&pool.id, &user.sub, &challenge);
        let new = self.records().get::<NewPasskey>(&key, self.now()).await?;
        let new = new.ok_or(Refusal::NoPasskeyChallenge)?;
        if new.client != *client {
            return Err(Refusal::PasskeyOfOtherClient.into());
        }
        // Before it is looked at, so that of two answers to one challenge one is refused.
        let spent = self.try_commit(|commit| {
            commit.delete(&new);
        });
        match spent.await {
            Ok(()) => {}
            Err(Refused::Conflict(_)) => return Err(Refusal::NoPasskeyChallenge.into()),
            Err(Refused::Broken(broken)) => return Err(broken.into()),
        }
        if new.relying_party != relying_party {
            return Err(Refusal::PasskeyRelyingParty.into());
        }
        let expected = Expected {
            challenge: &new.challenge,
            relying_party,
            needs_verification: pool.settings.mfa.passkeys.needs_verification(),
        };
        let made = answer.verify(&expected).map_err(unkept)?;
        let passkey = Passkey {
            id: made.id,
            name: String::new(),
            relying_party: relying_party.to_owned(),
            attachment: made.attachment,
            transports: made.transports,
            created_at: self.now(),
            public_key: URL_SAFE_NO_PAD.encode(made.public_key),
            counter: made.counter,
        };
        self.add_passkey(pool, user, passkey).await
    }

    async fn add_passkey(&self, pool: &UserPool, user: &User, passkey: Passkey) -> Result<()> {
        let id_key = Passkeys::id_key(&pool.id, &passkey.id);
        for _ in 0..TRIES {
            // A user who is being deleted gets no passkey any more.
            let user = self.user_by_sub(&pool.id, &user.sub).await?;
            let found = self.find_passkeys(&user).await?;
            let add = |passkeys: &mut Passkeys| {
                if passkeys.list.len() >= MOST {
                    return Err(too_many());
                }
                let name = passkeys.free_name();
                passkeys.list.push(Passkey { name, ..passkey.clone() });
                Ok(())
            };
            let done = match found {
                Some(mut passkeys) => {
                    if passkeys.list.iter().any(|known| known.id == passkey.id) {
                        return Err(registered());
                    }
                    add(&mut passkeys)?;
                    self.try_commit(|commit| {
                        commit.keep(&user).save(&passkeys);
                    })
                    .await
                }
                None => {
                    let (pool, sub) = (user.pool.clone(), user.sub.clone());
                    let mut passkeys = Passkeys { pool, sub, list: Vec::new() };
                    add(&mut passkeys)?;
                    self.try_commit(|commit| {
                        commit.keep(&user).create(&passkeys);
                    })
                    .await
                }
            };
            match done {
                Ok(()) => return Ok(()),
                Err(Refused::Broken(broken)) => return Err(broken.into()),
                Err(Refused::Conflict(conflict)) if conflict.is_on(&id_key) => {
                    return Err(registered());
                }
                Err(Refused::Conflict(_)) => {}
            }
        }
        Err(Refusal::Contended.into())
    }

    /// The passkeys of a user, oldest first.
    ///
    /// # Errors
    /// Breakages only.
    pub async fn passkeys(&self, user: &User) -> Result<Vec<Passkey>> {
        let found = self.find_passkeys(user).await?;
        Ok(found.map(|found| found.into_inner().list).unwrap_or_default())
    }

    pub(crate) async fn find_passkeys(&self, user: &User) -> Result<Option<Kept<Passkeys>>> {
        let key = Passkeys::key_of(&user.pool, &user.sub);
        Ok(self.records().get(&key, self.now()).await?)
    }

    /// A page of the passkeys of a user, oldest first.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for a token that is not of this listing.
    pub async fn list_passkeys(
        &self,
        user: &User,
        limit: usize,
        token: Option<&str>,
    ) -> Result<PageOf<Passkey>> {
        let question = format!("passkeys of {} in {}", user.sub, user.pool);
        // Where the page before ended: what was deleted since then is in nobody's way.
        let after: Option<(Timestamp, String)> =
            token.map(|token| self.open_cursor(&question, token)).transpose()?;
        let place = |passkey: &Passkey| (passkey.created_at, passkey.id.clone());
        let mut items = self.passkeys(user).await?;
        items.sort_by_key(place);
        items.retain(|passkey| after.as_ref().is_none_or(|after| place(passkey) > *after));
        let is_more = items.len() > limit;
        items.truncate(limit);
        let last = items.last().filter(|_| is_more);
        let next = last.map(|last| self.seal_cursor(&question, &place(last))).transpose()?;
        Ok(PageOf { items, next })
    }

    /// Forgets a passkey of a user.
    ///
    /// # Errors
    /// [`Refusal::NoPasskey`], [`Refusal::Contended`].
    pub async fn delete_passkey(&self, user: &User, id: &str) -> Result<()> {
        for _ in 0..TRIES {
            let mut passkeys = self.find_passkeys(user).await?.ok_or(Refusal::NoPasskey)?;
            let before = passkeys.list.len();
            let rest: Vec<_> =
                passkeys.list.iter().filter(|passkey| passkey.id != id).cloned().collect();
            if rest.len() == before {
                return Err(Refusal::NoPasskey.into());
            }
            let is_last = rest.is_empty();
            if !is_last {
                passkeys.list = rest;
            }
            let done = self.try_commit(|commit| {
                if is_last {
                    commit.delete(&passkeys);
                } else {
                    commit.save(&passkeys);
                }
            });
            match done.await {
                Ok(()) => return Ok(()),
                Err(Refused::Conflict(_)) => {}
                Err(Refused::Broken(broken)) => return Err(broken.into()),
            }
        }
        Err(Refusal::Contended.into())
    }

    /// A challenge for an authenticator: base64url of 32 random bytes.
    pub(crate) fn new_passkey_challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.random().bytes::<32>())
    }
}

/// Whether this could be a challenge of ours: base64url of 32 bytes. What is looked for by it is found by its key.
fn is_challenge(text: &str) -> bool {
    text.len() == 43
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Why a passkey is not kept.
fn unkept(bad: BadPasskey) -> Refusal {
    match bad {
        BadPasskey::Challenge => Refusal::NoPasskeyChallenge,
        BadPasskey::Origin => Refusal::PasskeyOrigin,
        BadPasskey::RelyingParty => Refusal::PasskeyRelyingParty,
        BadPasskey::NobodyPresent | BadPasskey::Unverified | BadPasskey::Key => {
            Refusal::PasskeyNotSupported
        }
        BadPasskey::Malformed
        | BadPasskey::Ceremony
        | BadPasskey::Signature
        | BadPasskey::Counter => Refusal::invalid("The credential is not valid."),
    }
}

fn too_many() -> crate::Error {
    Refusal::TooMany(format!("A user may have {MOST} passkeys at most.").into()).into()
}

fn registered() -> crate::Error {
    Refusal::invalid("The credential is already registered.").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relying_party_is_a_domain() {
        for good in ["example.com", "auth.example.com", "localhost", "a.b", "1.example.com"] {
            assert!(RelyingParty::parse(good).is_ok(), "{good}");
        }
        let long = format!("{}.com", "a".repeat(64));
        for bad in [
            "",
            "com",
            "Example.com",
            "https://example.com",
            "example.com:443",
            "example.com/",
            "example..com",
            ".example.com",
            "example.com.",
            "-a.com",
            "a-.com",
            "127.0.0.1",
            "[::1]",
            "exämple.com",
            "*.example.com",
            &long,
        ] {
            assert!(RelyingParty::parse(bad).is_err(), "{bad}");
        }
    }
}
