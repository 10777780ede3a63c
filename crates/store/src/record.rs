//! Typed records over the port: what the house works with instead of keys and bytes.

use crate::port::{
    Broken, Change, CommitError, Condition, Item, Key, Page, Range, Store, Version, Write,
};
use bytes::Bytes;
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use std::{
    any::Any,
    collections::HashMap,
    ops::{Deref, DerefMut},
    sync::{Arc, OnceLock, RwLock},
};

/// Something that is kept under a key of its own, as JSON.
pub trait Record: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its kind, for messages about broken data.
    const KIND: &'static str;

    /// Where it is kept. Never changes over a record's life.
    fn key(&self) -> Key;

    /// Further ways to find it, written and removed with it. Answered from the record alone: what is removed
    /// is what the record that was read says.
    fn claims(&self) -> Vec<Claim> {
        Vec::new()
    }

    /// When it ceases to be. Its claims expire with it.
    fn expires_at(&self) -> Option<Timestamp> {
        None
    }
}

/// A second key under which a record is found; the item there holds the record's own key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Where the claim is kept.
    pub key: Key,
    /// Whether another record with the same claim makes the commit fail.
    pub is_unique: bool,
}

impl Claim {
    /// A claim that only one record can hold: an alias, a name.
    #[must_use]
    pub fn unique(key: Key) -> Self {
        Self { key, is_unique: true }
    }

    /// A claim that puts the record into a listing. Its key must name the record, so that two records
    /// never meet in one.
    #[must_use]
    pub fn listed(key: Key) -> Self {
        Self { key, is_unique: false }
    }
}

/// A record as it was read, on its way to be read only, saved, or deleted.
#[derive(Debug, Clone)]
pub struct Kept<R> {
    record: R,
    // INVARIANT: the version, claims and expiry of `record` as the store has them, whatever was changed since.
    version: Version,
    /// Worked out before the first change, if not earlier: most records are only read.
    claims: OnceLock<Vec<Claim>>,
    expiry: Option<Timestamp>,
}

impl<R> Kept<R> {
    /// The record, without the way back into the store.
    pub fn into_inner(self) -> R {
        self.record
    }
}

impl<R: Record> Kept<R> {
    /// The claims that the record held when it was read.
    fn claims(&self) -> &[Claim] {
        self.claims.get_or_init(|| self.record.claims())
    }

    /// Whether the record held this claim when it was read.
    fn holds(&self, claim: &Key) -> bool {
        self.claims().iter().any(|held| held.key == *claim)
    }
}

impl<R> Deref for Kept<R> {
    type Target = R;
    fn deref(&self) -> &R {
        &self.record
    }
}

impl<R: Record> DerefMut for Kept<R> {
    fn deref_mut(&mut self) -> &mut R {
        self.claims();
        &mut self.record
    }
}

/// A commit changed nothing because somebody else was first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    keys: Vec<Key>,
}

impl Conflict {
    /// Whether this key was (one of) the reason(s).
    #[must_use]
    pub fn is_on(&self, key: &Key) -> bool {
        self.keys.contains(key)
    }
}

/// Why [`Records::commit`] changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// A condition did not hold. Read again and decide again.
    #[error("somebody else was first")]
    Conflict(Conflict),
    /// The store does not work.
    #[error(transparent)]
    Broken(#[from] Broken),
}

/// Writes that happen together or not at all.
#[derive(Debug, Default)]
pub struct Commit {
    writes: Vec<Write>,
    broken: Option<Broken>,
}

impl Commit {
    /// An empty commit.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether nothing was asked of it yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty() && self.broken.is_none()
    }

    /// Keeps a new record. Fails the commit if there is one under its key or under a unique claim.
    pub fn create<R: Record>(&mut self, record: &R) -> &mut Self {
        self.put_record(record, Condition::Absent);
        self.put_claims(record, &record.claims(), Condition::Absent);
        self
    }

    /// Keeps a changed record. Fails the commit if it is not the one that was read, or if a new unique
    /// claim is taken.
    pub fn save<R: Record>(&mut self, kept: &Kept<R>) -> &mut Self {
        let claims = kept.record.claims();
        self.put_record(&kept.record, Condition::Version(kept.version));
        let (held, added): (Vec<Claim>, Vec<Claim>) =
            claims.iter().cloned().partition(|claim| kept.claims().contains(claim));
        for gone in kept.claims().iter().filter(|old| !claims.contains(old)) {
            self.write(deletion(&gone.key, Condition::Always));
        }
        self.put_claims(&kept.record, &added, Condition::Absent);
        if seconds(kept.record.expires_at()) != seconds(kept.expiry) {
            // A claim must not expire before its record, or somebody else could take it. That it is still
            // ours is what the version of the record says.
            self.put_claims(&kept.record, &held, Condition::Always);
        }
        self
    }

    /// Keeps a record whatever is there. For records without unique claims, and whose listed claims are
    /// always the same: what is there is not read, so claims that it alone has would stay.
    pub fn put<R: Record>(&mut self, record: &R) -> &mut Self {
        self.put_record(record, Condition::Always);
        self.put_claims(record, &record.claims(), Condition::Absent);
        self
    }

    /// Deletes a record with its claims. Fails the commit if it is not the one that was read.
    pub fn delete<R: Record>(&mut self, kept: &Kept<R>) -> &mut Self {
        self.write(deletion(&kept.record.key(), Condition::Version(kept.version)));
        kept.claims().iter().for_each(|old| self.write(deletion(&old.key, Condition::Always)));
        self
    }

    /// Changes nothing, but fails the commit if the record is not the one that was read.
    pub fn keep<R: Record>(&mut self, kept: &Kept<R>) -> &mut Self {
        let condition = Condition::Version(kept.version);
        self.write(Write { key: kept.record.key(), condition, change: Change::Keep });
        self
    }

    fn put_record<R: Record>(&mut self, record: &R, condition: Condition) {
        match serde_json::to_vec(record) {
            Ok(body) => {
                let change =
                    Change::Put { body: Bytes::from(body), expires_at: record.expires_at() };
                self.write(Write { key: record.key(), condition, change });
            }
            Err(error) => self.broken = Some(unreadable::<R>(Some(Box::new(error)))),
        }
    }

    fn put_claims<R: Record>(&mut self, record: &R, claims: &[Claim], unique: Condition) {
        if claims.is_empty() {
            return;
        }
        let pointer = match serde_json::to_vec(&record.key()) {
            Ok(pointer) => Bytes::from(pointer),
            Err(error) => {
                self.broken = Some(unreadable::<R>(Some(Box::new(error))));
                return;
            }
        };
        for claim in claims {
            let condition = if claim.is_unique { unique } else { Condition::Always };
            let change = Change::Put { body: pointer.clone(), expires_at: record.expires_at() };
            self.write(Write { key: claim.key.clone(), condition, change });
        }
    }

    /// Adds a write. What one record of this commit gives up and another takes over becomes one write,
    /// whichever of the two comes first. For a claim, the giving record's own condition guards it, since
    /// only its holder deletes it; a record that is deleted and made again is guarded by its version.
    fn write(&mut self, write: Write) {
        let Some(earlier) = self.writes.iter_mut().find(|earlier| earlier.key == write.key) else {
            self.writes.push(write);
            return;
        };
        match (&earlier.change, &write.change) {
            (Change::Delete, Change::Put { .. }) if is_taken_over(write.condition) => {
                let condition = earlier.condition;
                *earlier = Write { condition, ..write };
            }
            (Change::Put { .. }, Change::Delete) if is_taken_over(earlier.condition) => {
                earlier.condition = write.condition;
            }
            // The adapter refuses a key that stands twice; that is a mistake of the caller's.
            _ => self.writes.push(write),
        }
    }
}

/// Whether a put is that of a new record or of a claim. One under a version is that of a record that was
/// read: who also deletes it in the same commit has not decided what they want.
fn is_taken_over(put: Condition) -> bool {
    matches!(put, Condition::Absent | Condition::Always)
}

fn seconds(expires_at: Option<Timestamp>) -> Option<i64> {
    expires_at.map(Timestamp::as_second)
}

fn deletion(key: &Key, condition: Condition) -> Write {
    Write { key: key.clone(), condition, change: Change::Delete }
}

fn unreadable<R: Record>(source: Option<Box<dyn std::error::Error + Send + Sync>>) -> Broken {
    Broken::Corrupt { what: R::KIND.to_owned(), source }
}

/// A store, seen as records.
#[derive(Clone)]
pub struct Records {
    store: Arc<dyn Store>,
    parsed: Arc<RwLock<Parsed>>,
}

/// Records of any kind under their keys, with the version that was parsed.
type Parsed = HashMap<Key, (Version, Arc<dyn Any + Send + Sync>)>;

impl Records {
    /// How many parsed records are remembered. Settings of pools and clients, not users.
    const PARSED: usize = 4096;
    /// How often a claim is looked up that changes hands meanwhile.
    const LOOKS: usize = 3;

    /// Records over this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, parsed: Arc::default() }
    }

    /// Reads a record by its key.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn get<R: Record>(
        &self,
        key: &Key,
        now: Timestamp,
    ) -> Result<Option<Kept<R>>, Broken> {
        let items = self.store.get(std::slice::from_ref(key), now).await?;
        items.into_iter().next().flatten().map(|item| parse(&item)).transpose()
    }

    /// Reads records of one kind by their keys, in that order, any number of them.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn get_all<R: Record>(
        &self,
        keys: &[Key],
        now: Timestamp,
    ) -> Result<Vec<Option<Kept<R>>>, Broken> {
        // A listing may name a record twice; the port takes a key once.
        let mut places: HashMap<&Key, usize> = HashMap::with_capacity(keys.len());
        let mut unique = Vec::with_capacity(keys.len());
        for key in keys {
            places.entry(key).or_insert_with(|| {
                unique.push(key.clone());
                unique.len() - 1
            });
        }
        let mut items = Vec::with_capacity(unique.len());
        for keys in unique.chunks(crate::Limit::KEYS) {
            items.extend(self.store.get(keys, now).await?);
        }
        let item = |key| places.get(key).and_then(|place| items.get(*place)?.as_ref());
        keys.iter().map(|key| item(key).map(parse).transpose()).collect()
    }

    /// Reads a record that is read much more often than written, and parses it only when it changed. The
    /// item itself is read every time, so the answer is never stale.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn get_shared<R: Record>(
        &self,
        key: &Key,
        now: Timestamp,
    ) -> Result<Option<Arc<Kept<R>>>, Broken> {
        let items = self.store.get(std::slice::from_ref(key), now).await?;
        let Some(item) = items.into_iter().next().flatten() else { return Ok(None) };
        if let Some(known) = self.known(key, item.version) {
            return Ok(Some(known));
        }
        let kept = Arc::new(parse::<R>(&item)?);
        if let Ok(mut parsed) = self.parsed.write() {
            if parsed.len() >= Self::PARSED {
                parsed.clear();
            }
            parsed.insert(key.clone(), (item.version, kept.clone()));
        }
        Ok(Some(kept))
    }

    fn known<R: Record>(&self, key: &Key, version: Version) -> Option<Arc<Kept<R>>> {
        let parsed = self.parsed.read().ok()?;
        let (known, kept) = parsed.get(key)?;
        if *known == version { kept.clone().downcast().ok() } else { None }
    }

    /// Reads the record that holds a claim.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn find<R: Record>(
        &self,
        claim: &Key,
        now: Timestamp,
    ) -> Result<Option<Kept<R>>, Broken> {
        // Claim and record are two reads, between which the claim may have gone to another record. It is
        // looked up again then, so that nobody is found under a name that is no longer theirs.
        for _ in 0..Self::LOOKS {
            let items = self.store.get(std::slice::from_ref(claim), now).await?;
            let Some(item) = items.into_iter().next().flatten() else { return Ok(None) };
            let found: Option<Kept<R>> = self.get(&pointer::<R>(&item)?, now).await?;
            if let Some(kept) = found.filter(|kept| kept.holds(claim)) {
                return Ok(Some(kept));
            }
        }
        Ok(None)
    }

    /// Reads a page of records that are kept in one partition.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn list<R: Record>(
        &self,
        range: &Range,
        now: Timestamp,
    ) -> Result<(Vec<Kept<R>>, Option<String>), Broken> {
        let Page { items, next } = self.store.list(range, now).await?;
        let records = items.iter().map(|listed| parse(&listed.item)).collect::<Result<_, _>>()?;
        Ok((records, next))
    }

    /// Reads a page of the places that are claimed in one partition, and not who claims them.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn list_places(
        &self,
        range: &Range,
        now: Timestamp,
    ) -> Result<(Vec<String>, Option<String>), Broken> {
        let Page { items, next } = self.store.list(range, now).await?;
        Ok((items.into_iter().map(|listed| listed.sort).collect(), next))
    }

    /// Reads a page of records that claim a place in one partition. One that is just being deleted, or
    /// giving up its place, may be missing.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn list_claimed<R: Record>(
        &self,
        range: &Range,
        now: Timestamp,
    ) -> Result<(Vec<Kept<R>>, Option<String>), Broken> {
        let Page { items, next } = self.store.list(range, now).await?;
        let keys: Vec<Key> =
            items.iter().map(|listed| pointer::<R>(&listed.item)).collect::<Result<_, _>>()?;
        let records: Vec<Option<Kept<R>>> = self.get_all(&keys, now).await?;
        let places = items.into_iter().map(|listed| Key::new(range.partition.clone(), listed.sort));
        let holders = records.into_iter().zip(places);
        let holders = holders.filter_map(|(kept, place)| kept.filter(|kept| kept.holds(&place)));
        Ok((holders.collect(), next))
    }

    /// Makes the writes of a commit, all or none. An empty commit is nothing.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn commit(&self, commit: Commit, now: Timestamp) -> Result<(), Refused> {
        let Commit { writes, broken } = commit;
        if let Some(broken) = broken {
            return Err(broken.into());
        }
        if writes.is_empty() {
            return Ok(());
        }
        let keys: Vec<Key> = writes.iter().map(|write| write.key.clone()).collect();
        match self.store.commit(writes, now).await {
            Ok(()) => Ok(()),
            Err(CommitError::Conflict(at)) => {
                let keys = at.into_iter().filter_map(|at| keys.get(at).cloned()).collect();
                Err(Refused::Conflict(Conflict { keys }))
            }
            Err(CommitError::Broken(broken)) => Err(broken.into()),
        }
    }
}

fn parse<R: Record>(item: &Item) -> Result<Kept<R>, Broken> {
    let record: R = serde_json::from_slice(&item.body)
        .map_err(|error| unreadable::<R>(Some(Box::new(error))))?;
    let claims = OnceLock::new();
    Ok(Kept { record, version: item.version, claims, expiry: item.expires_at })
}

fn pointer<R: Record>(item: &Item) -> Result<Key, Broken> {
    serde_json::from_slice(&item.body).map_err(|error| unreadable::<R>(Some(Box::new(error))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limit, MemoryStore};
    use serde::Deserialize;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct User {
        id: String,
        mail: Option<String>,
        groups: Vec<String>,
        expires_at: Option<Timestamp>,
    }

    impl User {
        fn new(id: &str, mail: &str) -> Self {
            let (id, mail) = (id.to_owned(), Some(mail.to_owned()));
            Self { id, mail, groups: Vec::new(), expires_at: None }
        }

        fn key_of(id: &str) -> Key {
            Key::new("users", id)
        }
    }

    fn mail(address: &str) -> Key {
        Key::new("mails", address)
    }

    impl Record for User {
        const KIND: &'static str = "user";

        fn key(&self) -> Key {
            Self::key_of(&self.id)
        }

        fn claims(&self) -> Vec<Claim> {
            let mails = self.mail.iter().map(|address| Claim::unique(mail(address)));
            let groups = self
                .groups
                .iter()
                .map(|group| Claim::listed(Key::new("groups", format!("{group}#{}", self.id))));
            mails.chain(groups).collect()
        }

        fn expires_at(&self) -> Option<Timestamp> {
            self.expires_at
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn records() -> Records {
        Records::new(Arc::new(MemoryStore::new()))
    }

    impl Records {
        async fn run(
            &self,
            commit: impl FnOnce(&mut Commit) -> &mut Commit,
        ) -> Result<(), Refused> {
            let mut writes = Commit::new();
            commit(&mut writes);
            self.commit(writes, at(0)).await
        }

        async fn user(&self, id: &str) -> Option<Kept<User>> {
            self.get(&User::key_of(id), at(0)).await.unwrap()
        }

        async fn by_mail(&self, address: &str) -> Option<String> {
            let found: Option<Kept<User>> = self.find(&mail(address), at(0)).await.unwrap();
            found.map(|user| user.into_inner().id)
        }

        async fn group(&self, prefix: &str) -> Vec<String> {
            let (partition, prefix) = ("groups".to_owned(), prefix.to_owned());
            let range = Range { partition, prefix, after: None, limit: 100 };
            let (users, next) = self.list_claimed::<User>(&range, at(0)).await.unwrap();
            assert_eq!(next, None);
            users.into_iter().map(|user| user.into_inner().id).collect()
        }
    }

    fn conflict(outcome: Result<(), Refused>) -> Conflict {
        match outcome {
            Err(Refused::Conflict(conflict)) => conflict,
            other => panic!("a conflict was expected, not {other:?}"),
        }
    }

    #[tokio::test]
    async fn a_record_is_found_by_its_key_and_its_claims() {
        let records = records();
        let ann = User { groups: vec!["admins".into()], ..User::new("ann", "ann@example.org") };
        records.run(|tx| tx.create(&ann)).await.unwrap();
        assert_eq!(records.user("ann").await.unwrap().into_inner(), ann);
        assert_eq!(records.by_mail("ann@example.org").await.as_deref(), Some("ann"));
        assert_eq!(records.group("admins#").await, ["ann"]);
        assert_eq!(records.by_mail("bob@example.org").await, None);
        assert!(records.user("bob").await.is_none());
    }

    #[tokio::test]
    async fn a_taken_key_and_a_taken_claim_are_told_apart() {
        let records = records();
        records.run(|tx| tx.create(&User::new("ann", "a@x"))).await.unwrap();
        let outcome = conflict(records.run(|tx| tx.create(&User::new("bob", "a@x"))).await);
        assert!(outcome.is_on(&mail("a@x")) && !outcome.is_on(&User::key_of("bob")));
        let outcome = conflict(records.run(|tx| tx.create(&User::new("ann", "b@x"))).await);
        assert!(outcome.is_on(&User::key_of("ann")) && !outcome.is_on(&mail("b@x")));
        assert!(records.user("bob").await.is_none());
        assert_eq!(records.by_mail("b@x").await, None);
    }

    #[tokio::test]
    async fn a_save_moves_the_claims_that_changed() {
        let records = records();
        let ann = User { groups: vec!["a".into(), "b".into()], ..User::new("ann", "old@x") };
        records.run(|tx| tx.create(&ann)).await.unwrap();
        let mut ann = records.user("ann").await.unwrap();
        ann.mail = Some("new@x".into());
        ann.groups = vec!["b".into(), "c".into()];
        records.run(|tx| tx.save(&ann)).await.unwrap();
        assert_eq!(records.by_mail("old@x").await, None);
        assert_eq!(records.by_mail("new@x").await.as_deref(), Some("ann"));
        assert!(records.group("a#").await.is_empty());
        assert_eq!(
            (records.group("b#").await, records.group("c#").await),
            (vec!["ann".into()], vec!["ann".into()])
        );

        // The one that was read before knows other claims, and is refused.
        let outcome = conflict(records.run(|tx| tx.save(&ann)).await);
        assert!(outcome.is_on(&User::key_of("ann")));
        let ann = records.user("ann").await.unwrap();
        records.run(|tx| tx.delete(&ann)).await.unwrap();
        assert_eq!((records.by_mail("new@x").await, records.group("").await), (None, vec![]));
        records.run(|tx| tx.create(&User::new("eve", "new@x"))).await.unwrap();
    }

    #[tokio::test]
    async fn a_claim_goes_from_one_record_to_another_in_one_commit() {
        for takes_first in [false, true] {
            let records = records();
            records.run(|tx| tx.create(&User::new("ann", "a@x"))).await.unwrap();
            let stale = records.user("ann").await.unwrap();
            let mut ann = records.user("ann").await.unwrap();
            ann.mail = None;
            let bob = User::new("bob", "a@x");
            let outcome = records.run(|tx| {
                if takes_first { tx.create(&bob).save(&ann) } else { tx.save(&ann).create(&bob) }
            });
            outcome.await.unwrap();
            assert_eq!(records.by_mail("a@x").await.as_deref(), Some("bob"));
            assert_eq!(records.user("ann").await.unwrap().mail, None);

            // Who gives away what is no longer theirs is refused.
            let mut stale = stale;
            stale.mail = None;
            let eve = User::new("eve", "a@x");
            let outcome = conflict(records.run(|tx| tx.save(&stale).create(&eve)).await);
            assert!(outcome.is_on(&User::key_of("ann")));
            assert_eq!(records.by_mail("a@x").await.as_deref(), Some("bob"));
        }
    }

    #[tokio::test]
    async fn two_records_swap_their_claims() {
        let records = records();
        let both = [User::new("ann", "a@x"), User::new("bob", "b@x")];
        records.run(|tx| tx.create(&both[0]).create(&both[1])).await.unwrap();
        let mut ann = records.user("ann").await.unwrap();
        let mut bob = records.user("bob").await.unwrap();
        (ann.mail, bob.mail) = (bob.mail.clone(), ann.mail.clone());
        records.run(|tx| tx.save(&ann).save(&bob)).await.unwrap();
        assert_eq!(records.by_mail("a@x").await.as_deref(), Some("bob"));
        assert_eq!(records.by_mail("b@x").await.as_deref(), Some("ann"));
    }

    #[tokio::test]
    async fn a_record_is_replaced_in_one_commit_only_if_it_is_what_was_read() {
        let records = records();
        records.run(|tx| tx.create(&User::new("ann", "old@x"))).await.unwrap();
        let old = records.user("ann").await.unwrap();
        records.run(|tx| tx.delete(&old).create(&User::new("ann", "new@x"))).await.unwrap();
        assert_eq!(records.by_mail("old@x").await, None);
        assert_eq!(records.by_mail("new@x").await.as_deref(), Some("ann"));
        let again = User::new("ann", "third@x");
        conflict(records.run(|tx| tx.create(&again).delete(&old)).await);
    }

    #[tokio::test]
    async fn saving_and_deleting_at_once_is_a_mistake_that_shows() {
        let records = records();
        records.run(|tx| tx.create(&User::new("ann", "a@x"))).await.unwrap();
        let ann = records.user("ann").await.unwrap();
        let outcome = records.run(|tx| tx.save(&ann).delete(&ann)).await;
        assert!(matches!(outcome, Err(Refused::Broken(Broken::Limit(Limit::Twice)))));
        let outcome = records.run(|tx| tx.delete(&ann).save(&ann)).await;
        assert!(matches!(outcome, Err(Refused::Broken(Broken::Limit(Limit::Twice)))));
        assert!(records.user("ann").await.is_some());
    }

    #[tokio::test]
    async fn what_was_made_again_with_the_same_content_may_be_saved() {
        let records = records();
        records.run(|tx| tx.create(&User::new("ann", "a@x"))).await.unwrap();
        let mut read = records.user("ann").await.unwrap();
        let again = records.user("ann").await.unwrap();
        records.run(|tx| tx.delete(&again)).await.unwrap();
        conflict(records.run(|tx| tx.save(&read)).await);
        records.run(|tx| tx.create(&User::new("ann", "a@x"))).await.unwrap();
        read.mail = Some("b@x".into());
        records.run(|tx| tx.save(&read)).await.unwrap();
        assert_eq!(records.by_mail("a@x").await, None);
        assert_eq!(records.by_mail("b@x").await.as_deref(), Some("ann"));
    }

    #[tokio::test]
    async fn a_claim_lives_exactly_as_long_as_its_record() {
        let records = records();
        let guest = User { expires_at: Some(at(60)), ..User::new("ann", "a@x") };
        records.run(|tx| tx.create(&guest)).await.unwrap();
        let mut ann = records.user("ann").await.unwrap();
        ann.expires_at = None;
        records.run(|tx| tx.save(&ann)).await.unwrap();
        // The record stays now, so its address must stay taken.
        let mut thief = Commit::new();
        thief.create(&User::new("eve", "a@x"));
        assert!(conflict(records.commit(thief, at(60)).await).is_on(&mail("a@x")));
        let found: Option<Kept<User>> = records.find(&mail("a@x"), at(60)).await.unwrap();
        assert_eq!(found.unwrap().id, "ann");

        let mut ann = records.user("ann").await.unwrap();
        ann.expires_at = Some(at(90));
        let mut commit = Commit::new();
        commit.save(&ann);
        records.commit(commit, at(60)).await.unwrap();
        let mut heir = Commit::new();
        heir.create(&User::new("bob", "a@x"));
        records.commit(heir, at(90)).await.unwrap();
    }

    #[tokio::test]
    async fn keep_guards_a_commit_by_a_record_it_does_not_change() {
        let records = records();
        records.run(|tx| tx.create(&User::new("ann", "a@x"))).await.unwrap();
        let read = records.user("ann").await.unwrap();
        records.run(|tx| tx.keep(&read).create(&User::new("bob", "b@x"))).await.unwrap();
        let mut changed = records.user("ann").await.unwrap();
        changed.groups.push("a".into());
        records.run(|tx| tx.save(&changed)).await.unwrap();
        let outcome = records.run(|tx| tx.keep(&read).create(&User::new("eve", "e@x"))).await;
        assert!(conflict(outcome).is_on(&User::key_of("ann")));
        assert!(records.user("eve").await.is_none());
    }

    #[tokio::test]
    async fn get_shared_is_never_stale_and_parses_once() {
        let records = records();
        let key = User::key_of("ann");
        records.run(|tx| tx.create(&User::new("ann", "a@x"))).await.unwrap();
        let first: Arc<Kept<User>> = records.get_shared(&key, at(0)).await.unwrap().unwrap();
        let second: Arc<Kept<User>> = records.get_shared(&key, at(0)).await.unwrap().unwrap();
        assert!(Arc::ptr_eq(&first, &second));
        let mut ann = records.user("ann").await.unwrap();
        ann.mail = Some("b@x".into());
        records.run(|tx| tx.save(&ann)).await.unwrap();
        let third: Arc<Kept<User>> = records.get_shared(&key, at(0)).await.unwrap().unwrap();
        assert_eq!(third.mail.as_deref(), Some("b@x"));
        records.run(|tx| tx.delete(&third)).await.unwrap();
        assert!(records.get_shared::<User>(&key, at(0)).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_listing_may_name_a_record_twice() {
        let records = records();
        let ann = User { groups: vec!["a".into(), "b".into()], ..User::new("ann", "a@x") };
        records.run(|tx| tx.create(&ann)).await.unwrap();
        assert_eq!(records.group("").await, ["ann", "ann"]);
        let keys = [User::key_of("ann"), User::key_of("bob"), User::key_of("ann")];
        let found: Vec<Option<Kept<User>>> = records.get_all(&keys, at(0)).await.unwrap();
        assert_eq!(found.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, true]);
        let many: Vec<Key> = (0..250).map(|id| User::key_of(&id.to_string())).collect();
        assert_eq!(records.get_all::<User>(&many, at(0)).await.unwrap().len(), 250);
    }

    #[tokio::test]
    async fn nobody_is_found_under_a_claim_that_is_not_theirs() {
        let records = records();
        records.run(|tx| tx.create(&User::new("ann", "a@x"))).await.unwrap();
        // A pointer that was left behind, as a reader between two commits would hold it.
        let stale = Claim::unique(mail("stale@x"));
        let mut commit = Commit::new();
        commit.put_claims(&User::new("ann", "a@x"), &[stale], Condition::Always);
        records.commit(commit, at(0)).await.unwrap();
        assert_eq!(records.by_mail("stale@x").await, None);
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_a_breakage_that_names_its_kind() {
        let store = Arc::new(MemoryStore::new());
        let change = Change::Put { body: Bytes::from_static(b"{"), expires_at: None };
        let write = Write { key: User::key_of("ann"), condition: Condition::Always, change };
        store.commit(vec![write], at(0)).await.unwrap();
        let broken =
            Records::new(store).get::<User>(&User::key_of("ann"), at(0)).await.unwrap_err();
        assert_eq!(broken.to_string(), "the store holds something unreadable: user");
    }
}
