//! How are keys kept in a store, and managed?

use super::{ApiKey, ApiKeys, Grant, KeyDigest, KeyId, KeyScope};
use crate::Problem;
use async_trait::async_trait;
use crypto::Random;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use store::{Broken, Commit, Kept, Key, Range, Record, Records, Refused};
use tokio::runtime::Handle;

/// How many keys may be good at a time.
pub const MOST_KEYS: usize = 100;
/// Characters of a name.
pub const LONGEST_NAME: usize = 100;

/// The longest text that is looked at as a key.
const LONGEST_KEY: usize = 256;
/// How often the last use of a key is written down.
const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);
/// How long a key that has ended stays in the list.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How long the last use of a key is known.
const USE_REMEMBERED: SignedDuration = SignedDuration::from_hours(400 * 24);
/// The longest that an old secret stays good beside a new one.
const LONGEST_OVERLAP: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How often a change is tried that somebody else was faster than.
const TRIES: usize = 4;
const PAGE: usize = 1000;

/// A key as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Row {
    set: String,
    id: KeyId,
    name: String,
    scope: KeyScope,
    digest: KeyDigest,
    /// The secret before this one, and until when it is good.
    #[serde(default)]
    previous: Option<(KeyDigest, Timestamp)>,
    created_at: Timestamp,
    #[serde(default)]
    rotated_at: Option<Timestamp>,
    #[serde(default)]
    expires_at: Option<Timestamp>,
    #[serde(default)]
    revoked_at: Option<Timestamp>,
    /// Whether its secret can be worked out again. Such a key is never forgotten, or it would be good again
    /// after it was revoked.
    #[serde(default)]
    is_derived: bool,
}

impl Record for Row {
    const KIND: &'static str = "API key";

    fn key(&self) -> Key {
        place(&self.set, &self.id)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        if self.is_derived {
            return None;
        }
        let ends = [self.revoked_at, self.expires_at];
        ends.into_iter().flatten().min()?.checked_add(REMEMBERED).ok()
    }
}

impl Row {
    fn state(&self, now: Timestamp) -> &'static str {
        match (self.revoked_at, self.expires_at) {
            (Some(_), _) => "revoked",
            (None, Some(end)) if end <= now => "expired",
            _ => "active",
        }
    }

    fn is_active(&self, now: Timestamp) -> bool {
        self.state(now) == "active"
    }

    fn grant(&self) -> Grant {
        Grant { id: self.id.clone(), name: self.name.clone(), scope: self.scope }
    }

    fn shown(&self, last_used_at: Option<Timestamp>, now: Timestamp) -> KeyRecord {
        KeyRecord {
            id: self.id.clone(),
            name: self.name.clone(),
            scope: self.scope,
            state: self.state(now),
            created_at: self.created_at,
            expires_at: self.expires_at,
            rotated_at: self.rotated_at,
            previous_until: self.previous.map(|(_, until)| until).filter(|until| *until > now),
            revoked_at: self.revoked_at,
            last_used_at,
        }
    }
}

/// When a key was used last: beside the key, so that noting it never stands in the way of a change.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct LastUse {
    set: String,
    id: KeyId,
    at: Timestamp,
}

impl Record for LastUse {
    const KIND: &'static str = "last use of an API key";

    fn key(&self) -> Key {
        Key::new(format!("api-key-uses/{}", self.set), self.id.as_str())
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.at.checked_add(USE_REMEMBERED).ok()
    }
}

fn place(set: &str, id: &KeyId) -> Key {
    Key::new(format!("api-keys/{set}"), id.as_str())
}

/// What is known of a key, without its secret.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyRecord {
    pub id: KeyId,
    pub name: String,
    pub scope: KeyScope,
    /// `active`, `expired` or `revoked`.
    pub state: &'static str,
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotated_at: Option<Timestamp>,
    /// Until when the secret before this one is good too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// To the minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
}

/// A key at the one moment at which it is shown.
#[derive(Debug)]
pub struct ShownKey {
    pub key: ApiKey,
    pub record: KeyRecord,
}

/// What a new key is made of.
#[derive(Debug, Clone)]
pub struct NewKey {
    pub name: String,
    pub scope: KeyScope,
    pub expires_at: Option<Timestamp>,
}

/// Why keys stay as they are.
#[derive(Debug, thiserror::Error)]
pub enum KeysRefused {
    /// In words for whoever asked.
    #[error("{0}")]
    Unsound(&'static str),
    #[error("There is no such key.")]
    NoSuchKey,
    #[error("The key has expired or was revoked.")]
    HasEnded,
    #[error("There are as many keys as there may be; revoke one first.")]
    TooMany,
    #[error("The key is being changed by somebody else.")]
    Contended,
    #[error(transparent)]
    Broken(#[from] Broken),
}

/// The keys of one set in a store.
#[derive(Clone)]
pub struct StoredKeys {
    records: Records,
    random: Arc<dyn Random>,
    set: String,
    /// When the use of a key was written down last, by this process.
    noted: Arc<Mutex<HashMap<KeyId, Timestamp>>>,
}

impl StoredKeys {
    /// The keys of this set, for example that of a stack.
    pub fn new(records: Records, random: Arc<dyn Random>, set: impl Into<String>) -> Self {
        Self { records, random, set: set.into(), noted: Arc::default() }
    }

    /// Makes a key. This is the only time that it is seen whole.
    ///
    /// # Errors
    /// [`KeysRefused`].
    pub async fn create(&self, new: NewKey, now: Timestamp) -> Result<ShownKey, KeysRefused> {
        let name = name(&new.name)?;
        if new.expires_at.is_some_and(|end| end <= now) {
            return Err(KeysRefused::Unsound("A key expires in the future."));
        }
        // Two who make one at once may both find room; the bound is for the list, not for the vault.
        let all = self.rows(now).await?;
        if all.iter().filter(|row| row.is_active(now)).count() >= MOST_KEYS {
            return Err(KeysRefused::TooMany);
        }
        let key = ApiKey::generate(self.random.as_ref());
        let row = self.row(&key, name, new.scope, now);
        let row = Row { expires_at: new.expires_at, ..row };
        self.add(&row, now).await?;
        Ok(ShownKey { key, record: row.shown(None, now) })
    }

    /// Sees to it that a key is good whose secret can be worked out again, and answers whether it is: one that
    /// was revoked or given another secret stays so.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn offer_derived(
        &self,
        key: &ApiKey,
        name: &str,
        scope: KeyScope,
        now: Timestamp,
    ) -> Result<bool, Broken> {
        let row = self.row(key, name.to_owned(), scope, now);
        let row = Row { is_derived: true, ..row };
        match self.add(&row, now).await {
            Ok(()) => return Ok(true),
            Err(KeysRefused::Broken(broken)) => return Err(broken),
            Err(_) => {}
        }
        let found: Option<Kept<Row>> = self.records.get(&row.key(), now).await?;
        Ok(found.is_some_and(|found| found.is_active(now) && found.digest.is(&row.digest)))
    }

    /// All keys, those that ended in the last 90 days included, by the time they were made.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn list(&self, now: Timestamp) -> Result<Vec<KeyRecord>, Broken> {
        let mut rows = self.rows(now).await?;
        rows.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        let uses: Vec<Key> = rows.iter().map(|row| self.last_use(&row.id, now).key()).collect();
        let uses: Vec<Option<Kept<LastUse>>> = self.records.get_all(&uses, now).await?;
        let uses = uses.into_iter().map(|found| found.map(|found| found.at));
        Ok(rows.iter().zip(uses).map(|(row, used)| row.shown(used, now)).collect())
    }

    /// Gives a key a new secret. The old one stays good beside it for so long.
    ///
    /// # Errors
    /// [`KeysRefused`].
    pub async fn rotate(
        &self,
        id: &KeyId,
        overlap: SignedDuration,
        now: Timestamp,
    ) -> Result<ShownKey, KeysRefused> {
        if overlap.is_negative() || overlap > LONGEST_OVERLAP {
            return Err(KeysRefused::Unsound("The overlap is between 0 seconds and 30 days."));
        }
        let key = ApiKey::of(id.clone(), self.random.as_ref());
        let record = self
            .change(id, now, |row| {
                // The secret before the old one ends here, so that two at most are good.
                let until = now.checked_add(overlap).unwrap_or(now);
                row.previous = Some((row.digest, until)).filter(|(_, until)| *until > now);
                row.digest = key.digest();
                row.rotated_at = Some(now);
            })
            .await?;
        Ok(ShownKey { key, record })
    }

    /// Ends a key, with both of its secrets.
    ///
    /// # Errors
    /// [`KeysRefused`].
    pub async fn revoke(&self, id: &KeyId, now: Timestamp) -> Result<KeyRecord, KeysRefused> {
        self.change(id, now, |row| {
            row.revoked_at = Some(now);
            row.previous = None;
        })
        .await
    }

    async fn change(
        &self,
        id: &KeyId,
        now: Timestamp,
        change: impl Fn(&mut Row),
    ) -> Result<KeyRecord, KeysRefused> {
        for _ in 0..TRIES {
            let found: Option<Kept<Row>> = self.records.get(&place(&self.set, id), now).await?;
            let mut row = found.ok_or(KeysRefused::NoSuchKey)?;
            if !row.is_active(now) {
                return Err(KeysRefused::HasEnded);
            }
            change(&mut row);
            let mut commit = Commit::new();
            commit.save(&row);
            match self.records.commit(commit, now).await {
                Ok(()) => {
                    let used = self.last_use(id, now).key();
                    let used: Option<Kept<LastUse>> = self.records.get(&used, now).await?;
                    return Ok(row.shown(used.map(|used| used.at), now));
                }
                Err(Refused::Conflict(_)) => {}
                Err(Refused::Broken(broken)) => return Err(broken.into()),
            }
        }
        Err(KeysRefused::Contended)
    }

    async fn add(&self, row: &Row, now: Timestamp) -> Result<(), KeysRefused> {
        let mut commit = Commit::new();
        commit.create(row);
        match self.records.commit(commit, now).await {
            Ok(()) => Ok(()),
            Err(Refused::Conflict(_)) => Err(KeysRefused::Contended),
            Err(Refused::Broken(broken)) => Err(broken.into()),
        }
    }

    async fn rows(&self, now: Timestamp) -> Result<Vec<Kept<Row>>, Broken> {
        let mut all = Vec::new();
        let mut after = None;
        loop {
            let partition = format!("api-keys/{}", self.set);
            let range = Range { partition, prefix: String::new(), after, limit: PAGE };
            let (rows, next) = self.records.list(&range, now).await?;
            all.extend(rows);
            after = next;
            if after.is_none() {
                return Ok(all);
            }
        }
    }

    fn row(&self, key: &ApiKey, name: String, scope: KeyScope, now: Timestamp) -> Row {
        Row {
            set: self.set.clone(),
            id: key.id().clone(),
            name,
            scope,
            digest: key.digest(),
            previous: None,
            created_at: now,
            rotated_at: None,
            expires_at: None,
            revoked_at: None,
            is_derived: false,
        }
    }

    fn last_use(&self, id: &KeyId, at: Timestamp) -> LastUse {
        LastUse { set: self.set.clone(), id: id.clone(), at }
    }

    /// Writes down that a key was used, after the request has gone on. What fails is tried with a later use.
    fn note(&self, id: &KeyId, now: Timestamp) {
        {
            let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
            if noted.get(id).is_some_and(|last| now.duration_since(*last) < NOTED_EVERY) {
                return;
            }
            noted.insert(id.clone(), now);
        }
        let Ok(runtime) = Handle::try_current() else { return };
        let (records, used) = (self.records.clone(), self.last_use(id, now));
        runtime.spawn(async move {
            let mut commit = Commit::new();
            commit.put(&used);
            if let Err(error) = records.commit(commit, now).await {
                tracing::warn!(id = %used.id, %error, "the use of an API key could not be noted");
            }
        });
    }
}

#[async_trait]
impl ApiKeys for StoredKeys {
    async fn check(&self, presented: &str, now: Timestamp) -> Result<Option<Grant>, Problem> {
        let presented = if presented.len() > LONGEST_KEY { "" } else { presented };
        let id = ApiKey::parse(presented).map(|key| key.id().clone());
        let id = id.unwrap_or_else(|_| KeyId::of_nobody());
        let digest = KeyDigest::of(presented);
        let found = self.records.get_shared::<Row>(&place(&self.set, &id), now).await;
        let found = found.map_err(Problem::broken)?;
        // Both secrets are compared whatever was found, so that an unknown id takes as long as a wrong secret.
        let other = KeyDigest::of("");
        let row = found.as_deref();
        let is_current = digest.is(row.map_or(&other, |row| &row.digest));
        let previous = row.and_then(|row| row.previous);
        let is_previous = digest.is(previous.as_ref().map_or(&other, |(digest, _)| digest))
            && previous.is_some_and(|(_, until)| until > now);
        let Some(row) = row else { return Ok(None) };
        if !(is_current || is_previous) || !row.is_active(now) {
            return Ok(None);
        }
        self.note(&row.id, now);
        Ok(Some(row.grant()))
    }
}

fn name(text: &str) -> Result<String, KeysRefused> {
    let text = text.trim();
    let length = text.chars().count();
    if !(1..=LONGEST_NAME).contains(&length) || text.chars().any(char::is_control) {
        return Err(KeysRefused::Unsound(
            "A name has 1 to 100 characters, none of them a control character.",
        ));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api_keys::NoKeys;
    use crypto::SeededRandom;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use store::{CommitError, Item, MemoryStore, Page, Store, Write};

    fn now() -> Timestamp {
        "2026-11-21T12:00:00Z".parse().unwrap()
    }

    fn after(hours: i64) -> Timestamp {
        now() + SignedDuration::from_hours(hours)
    }

    fn keys() -> StoredKeys {
        let records = Records::new(Arc::new(MemoryStore::new()));
        StoredKeys::new(records, Arc::new(SeededRandom::new(1)), "stack")
    }

    fn new(name: &str, scope: KeyScope) -> NewKey {
        NewKey { name: name.to_owned(), scope, expires_at: None }
    }

    async fn made(keys: &StoredKeys) -> ApiKey {
        keys.create(new("server", KeyScope::Read), now()).await.unwrap().key
    }

    async fn is_good(keys: &StoredKeys, key: &ApiKey, at: Timestamp) -> bool {
        keys.check(key.reveal(), at).await.unwrap().is_some()
    }

    #[tokio::test]
    async fn a_key_says_who_it_is_and_nothing_like_it_does() {
        let keys = keys();
        let made = keys.create(new(" server ", KeyScope::Write), now()).await.unwrap();
        let grant = keys.check(made.key.reveal(), now()).await.unwrap().unwrap();
        assert_eq!((grant.name.as_str(), grant.scope), ("server", KeyScope::Write));
        assert_eq!(grant.id, made.record.id);
        let text = made.key.reveal();
        let last = if text.ends_with('a') { 'b' } else { 'a' };
        for bad in [
            "",
            "ph_",
            &text[..text.len() - 1],
            &format!("{}{last}", &text[..text.len() - 1]),
            &format!("{text}a"),
            &format!("{text} "),
            &text.to_uppercase(),
            ApiKey::generate(&SeededRandom::new(9)).reveal(),
            &"x".repeat(1_000_000),
        ] {
            assert_eq!(keys.check(bad, now()).await.unwrap(), None);
        }
        assert_eq!(NoKeys.check(text, now()).await.unwrap(), None);
    }

    /// A store that counts what is read and written.
    #[derive(Default)]
    struct Counting {
        inner: MemoryStore,
        reads: AtomicUsize,
        writes: AtomicUsize,
    }

    #[async_trait]
    impl Store for Counting {
        async fn get(&self, keys: &[Key], now: Timestamp) -> Result<Vec<Option<Item>>, Broken> {
            self.reads.fetch_add(keys.len(), Ordering::Relaxed);
            self.inner.get(keys, now).await
        }

        async fn list(&self, range: &Range, now: Timestamp) -> Result<Page, Broken> {
            self.reads.fetch_add(1, Ordering::Relaxed);
            self.inner.list(range, now).await
        }

        async fn commit(&self, writes: Vec<Write>, now: Timestamp) -> Result<(), CommitError> {
            self.writes.fetch_add(writes.len(), Ordering::Relaxed);
            self.inner.commit(writes, now).await
        }
    }

    /// USR-06: what a wrong key costs does not depend on how nearly it is right. The comparison itself is that of two
    /// digests, in constant time.
    #[tokio::test]
    async fn usr_06_a_nearly_right_key_takes_as_much_as_any_other() {
        let store = Arc::new(Counting::default());
        let random = Arc::new(SeededRandom::new(1));
        let keys = StoredKeys::new(Records::new(store.clone()), random, "stack");
        let key = made(&keys).await;
        let good = key.reveal();
        let (id, secret) = good.rsplit_once('_').unwrap();
        let last = if good.ends_with('a') { "b" } else { "a" };
        let nearly = format!("{}{last}", &good[..good.len() - 1]);
        let costs = async |presented: &str| {
            let count =
                || (store.reads.load(Ordering::Relaxed), store.writes.load(Ordering::Relaxed));
            let before = count();
            assert_eq!(keys.check(presented, now()).await.unwrap(), None, "{presented}");
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            let after = count();
            (after.0 - before.0, after.1 - before.1)
        };
        for wrong in [
            nearly.as_str(),
            &format!("{id}_{}", secret.chars().rev().collect::<String>()),
            &format!("ph_nobody_{secret}"),
            ApiKey::generate(&SeededRandom::new(9)).reveal(),
            "wrong",
            "",
            &"x".repeat(1_000_000),
        ] {
            assert_eq!(costs(wrong).await, (1, 0), "{wrong:.40}");
        }
        // A key that has two secrets and one that has ended are no other.
        keys.rotate(key.id(), SignedDuration::from_hours(1), now()).await.unwrap();
        assert_eq!(costs(&nearly).await, (1, 0));
        keys.revoke(key.id(), now()).await.unwrap();
        assert_eq!(costs(good).await, (1, 0));
    }

    #[tokio::test]
    async fn what_is_kept_is_no_key() {
        let store = Arc::new(MemoryStore::new());
        let records = Records::new(store.clone());
        let keys = StoredKeys::new(records, Arc::new(SeededRandom::new(1)), "stack");
        let key = made(&keys).await;
        let item = Store::get(store.as_ref(), &[place("stack", key.id())], now()).await;
        let body = item.unwrap()[0].clone().unwrap().body;
        let body = String::from_utf8(body.to_vec()).unwrap();
        let secret = key.reveal().rsplit_once('_').unwrap().1;
        assert!(!body.contains(secret) && body.contains(&key.digest().to_string()), "{body}");
        let listed = serde_json::to_string(&keys.list(now()).await.unwrap()).unwrap();
        assert!(!listed.contains(secret) && !listed.contains(&key.digest().to_string()));
    }

    #[tokio::test]
    async fn a_key_expires_and_is_forgotten_later() {
        let keys = keys();
        let new = NewKey { expires_at: Some(after(1)), ..new("server", KeyScope::Read) };
        let key = keys.create(new, now()).await.unwrap().key;
        assert!(is_good(&keys, &key, now()).await);
        assert!(!is_good(&keys, &key, after(1)).await);
        assert_eq!(keys.list(after(1)).await.unwrap()[0].state, "expired");
        assert!(keys.list(after(91 * 24)).await.unwrap().is_empty());
        let refused = keys.rotate(key.id(), SignedDuration::ZERO, after(2)).await;
        assert!(matches!(refused, Err(KeysRefused::HasEnded)));
    }

    #[tokio::test]
    async fn a_new_secret_is_good_beside_the_old_one_until_the_overlap_ends() {
        let keys = keys();
        let first = made(&keys).await;
        let second = keys.rotate(first.id(), SignedDuration::from_hours(2), now()).await.unwrap();
        assert_eq!(second.record.previous_until, Some(after(2)));
        for (key, at, expected) in [
            (&first, now(), true),
            (&second.key, now(), true),
            (&first, after(2), false),
            (&second.key, after(2), true),
        ] {
            assert_eq!(is_good(&keys, key, at).await, expected);
        }
        // Three secrets are never good at once, and without an overlap the old one ends now.
        let third = keys.rotate(first.id(), SignedDuration::from_hours(2), after(1)).await.unwrap();
        assert!(!is_good(&keys, &first, after(1)).await);
        assert!(is_good(&keys, &second.key, after(1)).await);
        let fourth = keys.rotate(first.id(), SignedDuration::ZERO, after(1)).await.unwrap();
        assert!(!is_good(&keys, &third.key, after(1)).await);
        assert!(is_good(&keys, &fourth.key, after(1)).await);
        for overlap in [SignedDuration::from_hours(-1), SignedDuration::from_hours(24 * 31)] {
            let refused = keys.rotate(first.id(), overlap, now()).await;
            assert!(matches!(refused, Err(KeysRefused::Unsound(_))));
        }
    }

    #[tokio::test]
    async fn a_revoked_key_is_bad_with_both_of_its_secrets() {
        let keys = keys();
        let first = made(&keys).await;
        let second = keys.rotate(first.id(), SignedDuration::from_hours(2), now()).await.unwrap();
        let other = made(&keys).await;
        assert_eq!(keys.revoke(first.id(), now()).await.unwrap().state, "revoked");
        assert!(!is_good(&keys, &first, now()).await);
        assert!(!is_good(&keys, &second.key, now()).await);
        assert!(is_good(&keys, &other, now()).await);
        let again = keys.revoke(first.id(), now()).await;
        assert!(matches!(again, Err(KeysRefused::HasEnded)));
        let nobody = keys.revoke(&KeyId::parse("nobody").unwrap(), now()).await;
        assert!(matches!(nobody, Err(KeysRefused::NoSuchKey)));
    }

    #[tokio::test]
    async fn the_last_use_is_noted_once_a_minute_and_after_the_answer() {
        let keys = keys();
        let key = made(&keys).await;
        let used = async |at: Timestamp| {
            // What was spawned gets its turn.
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            keys.list(at).await.unwrap()[0].last_used_at
        };
        assert_eq!(used(now()).await, None);
        assert!(is_good(&keys, &key, now()).await);
        assert_eq!(used(now()).await, Some(now()));
        let soon = now() + SignedDuration::from_secs(59);
        assert!(is_good(&keys, &key, soon).await);
        assert_eq!(used(soon).await, Some(now()));
        assert!(is_good(&keys, &key, after(1)).await);
        assert_eq!(used(after(1)).await, Some(after(1)));
    }

    #[tokio::test]
    async fn a_derived_key_is_the_same_after_a_restart_and_stays_revoked() {
        let keys = keys();
        let key = ApiKey::generate(&SeededRandom::new(5));
        let offer = async |key: &ApiKey, at| {
            keys.offer_derived(key, "dev", KeyScope::Write, at).await.unwrap()
        };
        assert!(offer(&key, now()).await && offer(&key, now()).await);
        assert!(is_good(&keys, &key, now()).await);
        keys.revoke(key.id(), now()).await.unwrap();
        for at in [now(), after(24 * 1000)] {
            assert!(!offer(&key, at).await && !is_good(&keys, &key, at).await);
        }
        let other = ApiKey::generate(&SeededRandom::new(6));
        assert!(offer(&other, now()).await);
        keys.rotate(other.id(), SignedDuration::from_hours(1), now()).await.unwrap();
        assert!(!offer(&other, now()).await);
    }

    #[tokio::test]
    async fn names_are_bounded_and_so_are_keys() {
        let keys = keys();
        for bad in ["", " ", "a\nb", &"x".repeat(101)] {
            let refused = keys.create(new(bad, KeyScope::Read), now()).await;
            assert!(matches!(refused, Err(KeysRefused::Unsound(_))), "{bad:?}");
        }
        let past = NewKey { expires_at: Some(now()), ..new("server", KeyScope::Read) };
        assert!(matches!(keys.create(past, now()).await, Err(KeysRefused::Unsound(_))));
        for _ in 0..MOST_KEYS {
            made(&keys).await;
        }
        let refused = keys.create(new("one more", KeyScope::Read), now()).await;
        assert!(matches!(refused, Err(KeysRefused::TooMany)));
        let first = keys.list(now()).await.unwrap()[0].id.clone();
        keys.revoke(&first, now()).await.unwrap();
        made(&keys).await;
    }
}
