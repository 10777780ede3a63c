//! What is a user, and under which names is one found?

use crate::{
    Alias, Attributes, Contact, Group, Identity, Refusal, SecondFactors, Taken, UserPool,
    user_pool::fold,
};
use jiff::{SignedDuration, Timestamp};
use names::{GroupName, Sub, UserPoolId, Username};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::{Claim, Key, Record};

/// A user of a pool.
#[derive(Clone, Serialize, Deserialize)]
pub struct User {
    pub pool: UserPoolId,
    pub sub: Sub,
    /// As kept: lower case in a pool where case does not matter, the `sub` in one where people sign in with
    /// an attribute.
    pub username: Username,
    pub status: UserStatus,
    pub is_enabled: bool,
    /// Without `sub`, which is a member of its own.
    pub attributes: Attributes,
    pub password: Option<SealedPassword>,
    /// The user's own passwords before this one, sealed, newest first, as far as the pool remembers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier_passwords: Vec<String>,
    #[serde(default, skip_serializing_if = "SecondFactors::is_none")]
    pub factors: SecondFactors,
    /// The groups by name, each with the generation that the user joined.
    pub groups: BTreeMap<GroupName, String>,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
    /// Sessions that began at or before this millisecond are over.
    pub signed_out_at: Option<Timestamp>,
    /// Refresh tokens of sessions that began at or before this millisecond are spent.
    pub refresh_ended_at: Option<Timestamp>,
    /// What identity providers know the user by. Told again in an attribute, so it is changed by
    /// `Self::set_identities` alone.
    #[serde(default)]
    pub(crate) identities: Vec<Identity>,
    // INVARIANT: the folded sign-in names, as `Self::rename` last left them.
    names: Vec<String>,
}

/// A password as it is kept: a sealed SRP verifier.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedPassword {
    pub sealed: String,
    /// Set by an administrator: it must be changed before this moment, at the first sign-in.
    pub expires_at: Option<Timestamp>,
}

/// Where a user is in life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserStatus {
    Unconfirmed,
    Confirmed,
    ResetRequired,
    ForceChangePassword,
    ExternalProvider,
}

impl UserStatus {
    /// Refuses what nobody may do before the sign-up is confirmed, or while another password has to be chosen.
    ///
    /// # Errors
    /// [`Refusal::NotConfirmed`], [`Refusal::PasswordResetRequired`].
    pub fn check(self) -> Result<(), Refusal> {
        match self {
            Self::Unconfirmed => Err(Refusal::NotConfirmed),
            Self::ResetRequired => Err(Refusal::PasswordResetRequired),
            Self::Confirmed | Self::ForceChangePassword | Self::ExternalProvider => Ok(()),
        }
    }

    /// The word for it in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unconfirmed => "UNCONFIRMED",
            Self::Confirmed => "CONFIRMED",
            Self::ResetRequired => "RESET_REQUIRED",
            Self::ForceChangePassword => "FORCE_CHANGE_PASSWORD",
            Self::ExternalProvider => "EXTERNAL_PROVIDER",
        }
    }
}

/// The partitions that listings of users are spread over: the first digit of the `sub`, which is random.
pub(crate) const SHARDS: [char; 16] =
    ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];

/// The shard of a user.
pub(crate) fn shard(sub: &Sub) -> char {
    sub.as_str().chars().next().unwrap_or('0')
}

/// What users are found by in a listing, besides their names.
pub(crate) const INDEXED: [&str; 9] = [
    "username",
    "email",
    "phone_number",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "cognito:user_status",
    "status",
];

/// Between a value and the `sub` in an index: sorts before everything that a value may go on with.
pub(crate) const END: char = '\u{1}';

impl User {
    /// A user as sign-up makes one.
    #[must_use]
    pub fn new(
        pool: &UserPool,
        sub: Sub,
        username: Username,
        attributes: Attributes,
        now: Timestamp,
    ) -> Self {
        let mut user = Self {
            pool: pool.id.clone(),
            sub,
            username,
            status: UserStatus::Unconfirmed,
            is_enabled: true,
            attributes,
            password: None,
            earlier_passwords: Vec::new(),
            factors: SecondFactors::default(),
            groups: BTreeMap::new(),
            created_at: now,
            modified_at: now,
            signed_out_at: None,
            refresh_ended_at: None,
            identities: Vec::new(),
            names: Vec::new(),
        };
        user.rename(pool);
        user
    }

    /// Where the user of this `sub` is kept.
    #[must_use]
    pub fn key_of(pool: &UserPoolId, sub: &Sub) -> Key {
        Key::new(Self::partition(pool, sub), "user")
    }

    /// The partition of everything about one user.
    pub(crate) fn partition(pool: &UserPoolId, sub: &Sub) -> String {
        format!("pool/{pool}/user/{sub}")
    }

    /// The claim on a folded sign-in name.
    pub(crate) fn name_key(pool: &UserPoolId, folded: &str) -> Key {
        // A key has an end; nobody signs in with a name that long, but it is still unique.
        if folded.len() > 512 {
            let digest = crypto::sha256(folded.as_bytes());
            let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            return Key::new(format!("pool/{pool}/name#{digest}"), "user");
        }
        Key::new(format!("pool/{pool}/name/{folded}"), "user")
    }

    /// The partition that a part of a pool's users is listed in.
    pub(crate) fn listing(pool: &UserPoolId, shard: char) -> String {
        format!("pool/{pool}/users/{shard}")
    }

    /// The partition that a part of a pool's users is listed in by a value.
    pub(crate) fn index(pool: &UserPoolId, attribute: &str, shard: char) -> String {
        format!("pool/{pool}/by/{attribute}/{shard}")
    }

    /// An attribute, `sub` included.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        if name == "sub" {
            return Some(self.sub.as_str());
        }
        self.attributes.get(name).map(String::as_str)
    }

    /// Whether an address or number was proven to be the user's.
    #[must_use]
    pub fn is_verified(&self, contact: Contact) -> bool {
        self.attribute(contact.verified_attribute()) == Some("true")
            && self.attribute(contact.attribute()).is_some()
    }

    /// Sets an attribute; an empty value removes it. An address or number that changes is not proven any more.
    pub fn set_attribute(&mut self, name: &str, value: &str) {
        let is_new = self.attribute(name) != Some(value);
        if let Some(contact) = Contact::of(name).filter(|_| is_new) {
            let verified = contact.verified_attribute();
            if value.is_empty() {
                self.attributes.remove(verified);
            } else {
                self.attributes.insert(verified.to_owned(), "false".to_owned());
            }
        }
        if value.is_empty() {
            self.attributes.remove(name);
        } else {
            self.attributes.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Says of each address and number that nobody spoke for that it is not proven.
    pub fn doubt_contacts(&mut self) {
        for contact in [Contact::Email, Contact::PhoneNumber] {
            if self.attributes.contains_key(contact.attribute()) {
                let verified = contact.verified_attribute().to_owned();
                self.attributes.entry(verified).or_insert_with(|| "false".to_owned());
            }
        }
    }

    /// Replaces the password. One of the user's own is remembered as long as the pool's policy says; one
    /// that an administrator made up is not.
    pub fn replace_password(&mut self, pool: &UserPool, password: SealedPassword) {
        let before = self.password.replace(password).filter(|before| before.expires_at.is_none());
        self.earlier_passwords.splice(..0, before.map(|before| before.sealed));
        let remembered = usize::from(pool.settings.password_policy.history_size);
        self.earlier_passwords.truncate(remembered);
    }

    /// Says that an address or number is the user's.
    pub fn verify(&mut self, contact: Contact) {
        if self.attributes.contains_key(contact.attribute()) {
            self.attributes.insert(contact.verified_attribute().to_owned(), "true".to_owned());
        }
    }

    /// Bars the user from signing in, and ends every session.
    pub fn disable(&mut self, now: Timestamp) {
        self.is_enabled = false;
        self.sign_out(now);
    }

    /// Lets the user sign in again.
    pub fn enable(&mut self, now: Timestamp) {
        self.is_enabled = true;
        self.modified_at = now;
    }

    /// Ends every session that began until now.
    pub fn sign_out(&mut self, now: Timestamp) {
        self.signed_out_at = Some(self.next_session(now));
        self.modified_at = now;
    }

    /// Spends every refresh token that was issued until now.
    pub fn end_refresh_tokens(&mut self, now: Timestamp) {
        self.refresh_ended_at = Some(self.next_session(now));
        self.modified_at = now;
    }

    /// When a session that is made now begins: after whatever ended the ones before, so that a sign-in right
    /// after a sign-out is good. Whatever ends sessions now ends at least at that moment, so that it ends
    /// this one too.
    pub(crate) fn next_session(&self, now: Timestamp) -> Timestamp {
        let ended = self.signed_out_at.max(self.refresh_ended_at);
        ended.map_or(now, |ended| now.max(ended + SignedDuration::from_millis(1)))
    }

    /// Works out the sign-in names again. Every change of names, contacts, verification or status ends with
    /// this.
    pub fn rename(&mut self, pool: &UserPool) {
        let mut names = vec![pool.fold(self.username.as_str())];
        // Whoever comes from a provider signs in there. Their address is the provider's word, and must not
        // keep its owner from using it here.
        if self.status == UserStatus::ExternalProvider {
            self.names = names;
            return;
        }
        for contact in &pool.names.username_attributes {
            names.extend(self.attribute(contact.attribute()).map(|value| pool.fold(value)));
        }
        let is_confirmed = self.status != UserStatus::Unconfirmed;
        for alias in &pool.names.alias_attributes {
            let value = match alias {
                Alias::Email if self.is_verified(Contact::Email) => self.attribute("email"),
                Alias::PhoneNumber if self.is_verified(Contact::PhoneNumber) => {
                    self.attribute("phone_number")
                }
                Alias::PreferredUsername if is_confirmed => self.attribute("preferred_username"),
                _ => None,
            };
            names.extend(value.map(|value| pool.fold(value)));
        }
        names.sort_unstable();
        names.dedup();
        self.names = names;
    }

    /// What of this user somebody else has, when a commit says that this name is taken.
    #[must_use]
    pub fn taken(&self, pool: &UserPool, is_on: impl Fn(&Key) -> bool) -> Option<Taken> {
        let taken = self.names.iter().find(|name| is_on(&Self::name_key(&self.pool, name)))?;
        let is =
            |attribute| self.attribute(attribute).is_some_and(|value| pool.fold(value) == *taken);
        Some(if is("email") {
            Taken::Email
        } else if is("phone_number") {
            Taken::PhoneNumber
        } else if is("preferred_username") {
            Taken::PreferredUsername
        } else {
            Taken::Username
        })
    }

    /// The value under which the user stands in an index.
    pub(crate) fn indexed(&self, attribute: &str) -> Option<String> {
        match attribute {
            "username" => Some(self.username.as_str().to_owned()),
            "cognito:user_status" => Some(self.status.as_str().to_owned()),
            "status" => Some(if self.is_enabled { "Enabled" } else { "Disabled" }.to_owned()),
            _ => self.attribute(attribute).map(str::to_owned),
        }
    }
}

/// The part of a value that stands in an index: folded, and short enough for a sort key.
pub(crate) fn index_text(value: &str) -> String {
    let folded = fold(value, false);
    let mut end = folded.len().min(512);
    while !folded.is_char_boundary(end) {
        end -= 1;
    }
    let mut folded = folded;
    folded.truncate(end);
    folded
}

impl std::fmt::Debug for User {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("User")
            .field("sub", &self.sub)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl Record for User {
    const KIND: &'static str = "user";

    fn key(&self) -> Key {
        Self::key_of(&self.pool, &self.sub)
    }

    fn claims(&self) -> Vec<Claim> {
        let (pool, sub) = (&self.pool, &self.sub);
        let mut claims: Vec<Claim> = Vec::with_capacity(16);
        claims.extend(self.names.iter().map(|name| Claim::unique(Self::name_key(pool, name))));
        claims.extend(self.identity_claims());
        claims.push(Claim::listed(Key::new(Self::listing(pool, shard(sub)), sub.as_str())));
        for attribute in INDEXED {
            if let Some(value) = self.indexed(attribute) {
                let place = format!("{}{END}{sub}", index_text(&value));
                claims
                    .push(Claim::listed(Key::new(Self::index(pool, attribute, shard(sub)), place)));
            }
        }
        let joined = self.groups.values().map(|generation| Group::member(pool, generation, sub));
        claims.extend(joined.map(Claim::listed));
        claims
    }
}
