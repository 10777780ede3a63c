//! Where are profiles kept, and under which names are they found?
//!
//! A profile is one record. Its handle and its address are claims that only one profile can hold; its name,
//! its status and the moment it was made put it into listings, each spread over sixteen partitions. Claims
//! are over what a text looks like and not how it is spelled, so a claim is found and then compared.

mod listing;

pub use listing::{BadCursor, Page, Query};

use crate::{
    EmailAddress, Handle, Kind, PersonName, Problem, Profile, ProfileDetails, Status,
    events::{self, Happening},
};
use jiff::Timestamp;
use names::Sub;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, fmt::Write as _};
use store::{Broken, Claim, Commit, Conflict, Kept, Key, Record, Records, Refused, Version};

pub(crate) const HANDLE_TAKEN: &str = "Somebody has this handle, or one that looks like it.";

/// How often a change is tried again when somebody else was first.
pub(crate) const TRIES: usize = 16;

/// The profiles of one table. Cheap to clone.
#[derive(Clone)]
pub struct Profiles {
    records: Records,
    table: String,
}

/// A profile as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    table: String,
    pub document: Profile,
    /// How many events there were of this profile.
    #[serde(default)]
    pub told: u64,
    /// Whether the profile is the one that is found by its address. An address that nobody proved, or that
    /// another profile has, is shown and not held.
    #[serde(default)]
    pub holds_email: bool,
}

/// Somebody who came into the pool without the help of the API.
#[derive(Debug, Clone)]
pub struct Newcomer {
    pub sub: Sub,
    /// The attributes of the pool user.
    pub attributes: BTreeMap<String, String>,
    /// What the part of the profile that belongs to apps begins with.
    pub data: Map<String, Value>,
    pub created_at: Timestamp,
    /// Whether they may sign in.
    pub is_enabled: bool,
}

impl Row {
    /// A new profile of a table, which holds its address if it has one.
    #[must_use]
    pub fn new(table: &str, document: Profile) -> Self {
        let holds_email = document.email.is_some();
        Self { table: table.to_owned(), document, told: 0, holds_email }
    }

    /// What `ETag` says of it: another one after every change.
    #[must_use]
    pub fn etag(&self) -> String {
        // Over the record as it is understood now, so that reading and having written give the same.
        let body = serde_json::to_vec(self).unwrap_or_default();
        let Version(bytes) = Version::of(&body, None);
        let mut etag = String::with_capacity(34);
        etag.push('"');
        for byte in bytes {
            // Writing to a text does not fail.
            let _ = write!(etag, "{byte:02x}");
        }
        etag.push('"');
        etag
    }

    /// Puts an event into the commit that saves, makes or deletes this very row after it.
    pub fn tell(&mut self, commit: &mut Commit, happening: Happening, now: Timestamp) {
        let id = self.document.id.clone();
        events::record(commit, &self.table, &id, &mut self.told, happening, now);
    }

    /// Which of its claims another profile has, when a commit says so.
    #[must_use]
    pub fn taken(&self, conflict: &Conflict) -> Option<Problem> {
        let taken = |pointer, detail| Problem::new(Kind::Taken).at(pointer, detail);
        if self.handle_claim().is_some_and(|key| conflict.is_on(&key)) {
            return Some(taken("/handle", HANDLE_TAKEN));
        }
        if self.email_claim().is_some_and(|key| conflict.is_on(&key)) {
            return Some(taken("/email", "Somebody has this address."));
        }
        None
    }

    fn handle_claim(&self) -> Option<Key> {
        self.document.handle.as_ref().map(|handle| handle_key(&self.table, handle))
    }

    fn email_claim(&self) -> Option<Key> {
        let email = self.document.email.as_ref().filter(|_| self.holds_email);
        email.map(|email| email_key(&self.table, email))
    }
}

impl Record for Row {
    const KIND: &'static str = "profile";

    fn key(&self) -> Key {
        key(&self.table, &self.document.id)
    }

    fn claims(&self) -> Vec<Claim> {
        let unique = self.handle_claim().into_iter().chain(self.email_claim()).map(Claim::unique);
        unique.chain(listing::places(&self.table, &self.document).map(Claim::listed)).collect()
    }
}

fn key(table: &str, id: &Sub) -> Key {
    Key::new(format!("table/{table}/{id}"), "profile")
}

fn handle_key(table: &str, handle: &Handle) -> Key {
    Key::new(format!("table/{table}/handle/{}", handle.looks()), "profile")
}

fn email_key(table: &str, email: &EmailAddress) -> Key {
    Key::new(format!("table/{table}/email/{}", email.folded()), "profile")
}

impl Profiles {
    /// The profiles of this table, named as the template names it.
    pub fn new(records: Records, table: impl Into<String>) -> Self {
        Self { records, table: table.into() }
    }

    /// The records underneath, for what is kept beside profiles in one commit.
    #[must_use]
    pub fn records(&self) -> &Records {
        &self.records
    }

    /// The name of the table.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }

    /// A new row of this table.
    #[must_use]
    pub fn row(&self, document: Profile) -> Row {
        Row::new(&self.table, document)
    }

    /// The profile of a user, if there is one.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn find(&self, id: &Sub, now: Timestamp) -> Result<Option<Kept<Row>>, Broken> {
        self.records.get(&key(&self.table, id), now).await
    }

    /// The profile of a user, for a route that needs one.
    ///
    /// # Errors
    /// [`Kind::NotFound`]; a breakage.
    pub async fn get(&self, id: &Sub, now: Timestamp) -> Result<Kept<Row>, Problem> {
        let found = self.find(id, now).await.map_err(Problem::broken)?;
        found.ok_or_else(Problem::not_found)
    }

    /// The profile of this handle, or of the one that looks like it.
    ///
    /// # Errors
    /// [`Broken`].
    pub(crate) async fn find_alike(
        &self,
        handle: &Handle,
        now: Timestamp,
    ) -> Result<Option<Kept<Row>>, Broken> {
        self.records.find(&handle_key(&self.table, handle), now).await
    }

    /// The profile of this handle; one that only looks like it is another.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn find_by_handle(
        &self,
        handle: &Handle,
        now: Timestamp,
    ) -> Result<Option<Kept<Row>>, Broken> {
        let found = self.find_alike(handle, now).await?;
        let wanted = handle.folded();
        Ok(found.filter(|row| row.document.handle.as_ref().is_some_and(|h| h.folded() == wanted)))
    }

    /// The profile that holds this address.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn find_by_email(
        &self,
        email: &EmailAddress,
        now: Timestamp,
    ) -> Result<Option<Kept<Row>>, Broken> {
        self.records.find(&email_key(&self.table, email), now).await
    }

    /// Makes the profile of somebody who came without the help of the API. One that is there already stays
    /// as it is, and an address that another profile holds stays with that: a sign-up never fails here.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn welcome(&self, newcomer: Newcomer, now: Timestamp) -> Result<(), Broken> {
        let (document, is_proven) = newcomer.into_profile();
        let mut row = self.row(document);
        row.holds_email &= is_proven;
        for _ in 0..TRIES {
            let mut attempt = row.clone();
            let mut commit = Commit::new();
            attempt.tell(&mut commit, Happening::Created, now);
            commit.create(&attempt);
            match self.records.commit(commit, now).await {
                Ok(()) => return Ok(()),
                Err(Refused::Broken(broken)) => return Err(broken),
                Err(Refused::Conflict(conflict)) => {
                    if self.find(&row.document.id, now).await?.is_some() {
                        return Ok(());
                    }
                    if row.taken(&conflict).is_some() {
                        tracing::warn!(sub = %row.document.id, "another profile holds the address of a new user");
                        row.holds_email = false;
                    }
                }
            }
        }
        Err(contended())
    }

    /// Notes when a user signed in last. Answers whether there is such a profile; what is known to be later
    /// stays.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn note_sign_in(
        &self,
        id: &Sub,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, Broken> {
        for _ in 0..TRIES {
            let Some(mut row) = self.find(id, now).await? else { return Ok(false) };
            // Another sign-in, of a device or a node with a later clock, may have been noted meanwhile.
            if row.document.last_login_at.is_some_and(|known| known >= at) {
                return Ok(true);
            }
            row.document.last_login_at = Some(at);
            let mut commit = Commit::new();
            row.tell(&mut commit, Happening::SignedIn, now);
            commit.save(&row);
            match self.records.commit(commit, now).await {
                Ok(()) => return Ok(true),
                Err(Refused::Conflict(_)) => {}
                Err(Refused::Broken(broken)) => return Err(broken),
            }
        }
        Ok(true)
    }

    /// Takes over what a pool user has that the profile should have too: a proven address. Answers whether the
    /// profile is another now.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn heed(
        &self,
        id: &Sub,
        attributes: &BTreeMap<String, String>,
        now: Timestamp,
    ) -> Result<bool, Broken> {
        match proven_email(attributes) {
            Some(email) => self.heed_email(id, &email, now).await,
            None => Ok(false),
        }
    }

    /// Takes over a proven address that a user was given elsewhere, with the claim on it if it is free.
    /// Answers whether the profile is another now.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn heed_email(
        &self,
        id: &Sub,
        email: &EmailAddress,
        now: Timestamp,
    ) -> Result<bool, Broken> {
        let mut is_free = true;
        for _ in 0..TRIES {
            let Some(mut row) = self.find(id, now).await? else { return Ok(false) };
            let is_same = row.document.email.as_ref() == Some(email);
            if is_same && (row.holds_email || !is_free) {
                return Ok(false);
            }
            let before = row.clone();
            row.document.email = Some(email.clone());
            row.holds_email = is_free;
            let mut commit = Commit::new();
            row.tell(&mut commit, Happening::Changed(vec!["email".to_owned()]), now);
            commit.save(&row);
            match self.records.commit(commit, now).await {
                Ok(()) => return Ok(true),
                Err(Refused::Broken(broken)) => return Err(broken),
                Err(Refused::Conflict(conflict)) => {
                    is_free &= conflict.is_on(&before.key()) || row.taken(&conflict).is_none();
                }
            }
        }
        Err(contended())
    }

    /// Changes a profile alone: reads, changes, tells, saves, and begins again if somebody else was first.
    /// The change may run several times and must touch nothing but the row; what it answers is what
    /// happened, and nothing is written if nothing did.
    ///
    /// # Errors
    /// What the change refuses; [`Kind::NotFound`], [`Kind::Taken`], [`Kind::Contended`]; a breakage.
    pub async fn change(
        &self,
        id: &Sub,
        now: Timestamp,
        change: impl Fn(&mut Row) -> Result<Vec<Happening>, Problem> + Send + Sync,
    ) -> Result<Row, Problem> {
        self.change_with(id, now, change, |_, _| {}).await
    }

    /// As [`Self::change`], with further writes in the same commit, under whatever conditions they have.
    ///
    /// # Errors
    /// As [`Self::change`].
    pub async fn change_with(
        &self,
        id: &Sub,
        now: Timestamp,
        change: impl Fn(&mut Row) -> Result<Vec<Happening>, Problem> + Send + Sync,
        with: impl Fn(&Row, &mut Commit) + Send + Sync,
    ) -> Result<Row, Problem> {
        for _ in 0..TRIES {
            let mut row = self.get(id, now).await?;
            let before = row.key();
            let happenings = change(&mut row)?;
            let mut commit = Commit::new();
            for happening in happenings {
                row.tell(&mut commit, happening, now);
            }
            if commit.is_empty() {
                return Ok(row.into_inner());
            }
            with(&row, &mut commit);
            commit.save(&row);
            match self.records.commit(commit, now).await {
                Ok(()) => return Ok(row.into_inner()),
                Err(Refused::Broken(broken)) => return Err(Problem::broken(broken)),
                Err(Refused::Conflict(conflict)) => {
                    let taken = row.taken(&conflict).filter(|_| !conflict.is_on(&before));
                    if let Some(taken) = taken {
                        return Err(taken);
                    }
                }
            }
        }
        Err(Kind::Contended.into())
    }
}

/// So many tries that it is no longer somebody else's turn.
fn contended() -> Broken {
    Broken::Unavailable {
        what: "a change of a profile",
        source: "others changed the same profile again and again".into(),
    }
}

fn proven_email(attributes: &BTreeMap<String, String>) -> Option<EmailAddress> {
    let is_proven = attributes.get("email_verified").is_some_and(|text| text == "true");
    attributes.get("email").filter(|_| is_proven).and_then(|text| EmailAddress::parse(text).ok())
}

impl Newcomer {
    /// The profile, and whether its address was proven. What makes no sense in a profile is left out: it is
    /// for the pool to refuse it, which let it in.
    fn into_profile(self) -> (Profile, bool) {
        let attribute = |name: &str| self.attributes.get(name).map(String::as_str);
        let name = |name: &str| attribute(name).and_then(|text| PersonName::parse(text).ok());
        let is_proven = proven_email(&self.attributes).is_some();
        let document = Profile {
            id: self.sub.clone(),
            name: name("name"),
            first_name: name("given_name"),
            last_name: name("family_name"),
            handle: None,
            email: attribute("email").and_then(|text| EmailAddress::parse(text).ok()),
            created_at: self.created_at,
            last_login_at: None,
            role: None,
            status: if self.is_enabled { Status::Active } else { Status::Suspended },
            source_system: None,
            profile: ProfileDetails { data: self.data.clone(), ..ProfileDetails::default() },
        };
        (document, is_proven)
    }
}
