//! The port: keys, items, conditions, and the three verbs.

use crate::limits::Limit;
use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where an item is: a partition, and a place in the order of that partition.
///
/// Both are UTF-8 and compared by bytes, as DynamoDB compares strings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// At most 2,048 bytes, not empty. Items of one partition are listed together, and on DynamoDB share
    /// a thousand writes a second.
    pub partition: String,
    /// At most 1,024 bytes, not empty.
    pub sort: String,
}

impl Key {
    /// The key of these two parts.
    pub fn new(partition: impl Into<String>, sort: impl Into<String>) -> Self {
        Self { partition: partition.into(), sort: sort.into() }
    }
}

/// What an item was when it was read: the first half of a SHA-256 over its body and expiry.
///
/// A condition on a version therefore means "the item is byte for byte what I read", also when it was
/// deleted and made again meanwhile, and an adapter needs neither a counter nor a clock to give one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Version(pub [u8; 16]);

impl Version {
    /// The version of an item with this body and expiry.
    #[must_use]
    pub fn of(body: &[u8], expires_at: Option<Timestamp>) -> Self {
        use sha2::{Digest, Sha256};
        let mut hash = Sha256::new();
        hash.update(expires_at.map_or(i64::MAX, Timestamp::as_second).to_be_bytes());
        hash.update(body);
        let digest: [u8; 32] = hash.finalize().into();
        let mut version = [0; 16];
        version.copy_from_slice(digest.split_at(16).0);
        Self(version)
    }
}

/// An item as it was read.
#[derive(Clone, PartialEq, Eq)]
pub struct Item {
    /// Opaque to the store; at most [`Limit::BODY`] bytes.
    pub body: Bytes,
    /// See [`Version`].
    pub version: Version,
    /// From this second on the item is not there any more. Adapters answer as if it were gone at once, and
    /// remove it when they get to it. Whole seconds; a fraction is dropped.
    pub expires_at: Option<Timestamp>,
}

impl Item {
    /// The item of this body and expiry.
    #[must_use]
    pub fn new(body: Bytes, expires_at: Option<Timestamp>) -> Self {
        let version = Version::of(&body, expires_at);
        // A timestamp without its fraction is always one of the possible ones.
        let expires_at = expires_at.and_then(|at| Timestamp::from_second(at.as_second()).ok());
        Self { body, version, expires_at }
    }

    /// Whether the item is gone at this moment.
    #[must_use]
    pub fn has_expired(&self, now: Timestamp) -> bool {
        has_expired(self.expires_at, now)
    }
}

/// Whether an item with this expiry is gone at this moment: the one place that says so, for every adapter
/// that can ask in Rust.
#[must_use]
pub fn has_expired(expires_at: Option<Timestamp>, now: Timestamp) -> bool {
    expires_at.is_some_and(|at| at.as_second() <= now.as_second())
}

impl fmt::Debug for Item {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Item").field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// What must be true of an item for a write to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// There is no such item, or it has expired.
    Absent,
    /// The item is exactly the one that was read.
    Version(Version),
    /// Nothing: the last writer wins.
    Always,
}

impl Condition {
    /// Whether it holds where the item of this version is, or none that has not expired.
    #[must_use]
    pub fn holds(self, found: Option<Version>) -> bool {
        match self {
            Self::Absent => found.is_none(),
            Self::Version(version) => found == Some(version),
            Self::Always => true,
        }
    }
}

/// What a write does.
#[derive(Clone, PartialEq, Eq)]
pub enum Change {
    /// The item is this from now on.
    Put {
        /// At most [`Limit::BODY`] bytes.
        body: Bytes,
        /// See [`Item::expires_at`].
        expires_at: Option<Timestamp>,
    },
    /// The item is gone. Deleting what is not there is no error.
    Delete,
    /// The item stays as it is; only the condition counts.
    Keep,
}

/// One write of a commit.
#[derive(Clone, PartialEq, Eq)]
pub struct Write {
    /// Which item.
    pub key: Key,
    /// What must be true of it.
    pub condition: Condition,
    /// What happens to it.
    pub change: Change,
}

impl fmt::Debug for Write {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match &self.change {
            Change::Put { body, .. } => format!("put {} bytes", body.len()),
            Change::Delete => "delete".to_owned(),
            Change::Keep => "keep".to_owned(),
        };
        write!(out, "Write({verb}, {:?}, {:?})", self.condition, self.key)
    }
}

/// A part of a partition, in the order of the sort keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// Which partition.
    pub partition: String,
    /// Only sort keys that begin with this; empty for all.
    pub prefix: String,
    /// Only sort keys greater than this one, which need not exist: the cursor.
    pub after: Option<String>,
    /// At most this many items, 1 to [`Limit::PAGE`].
    pub limit: usize,
}

/// One item of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its sort key.
    pub sort: String,
    /// The item.
    pub item: Item,
}

/// A page of a listing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// In the order of the sort keys; may be fewer than asked for, even none, while there is a `next`: a page
    /// ends with the item that fills [`Limit::PAGE_BYTES`].
    pub items: Vec<Listed>,
    /// What to give as `after` for the next page; `None` when the range is at its end.
    pub next: Option<String>,
}

/// The store does not work: a breakage, never an answer to a user.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The caller asked for more than the port gives; a mistake in the code above.
    #[error("beyond a limit of the store: {0}")]
    Limit(#[from] Limit),
    /// Temporarily out of reach or over its capacity; the same call may work later.
    #[error("the store is not available: {what}")]
    Unavailable {
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// What is kept is not what was written.
    #[error("the store holds something unreadable: {what}")]
    Corrupt {
        /// Where, or what kind of record.
        what: String,
        /// Why it cannot be read.
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
}

/// Why a commit changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// These conditions did not hold: indexes into the writes, ascending. Empty when another commit was
    /// under way on the same items and the adapter gave up waiting; reading again and retrying is right
    /// in both cases.
    #[error("a condition did not hold")]
    Conflict(Vec<usize>),
    /// Nothing was changed, or (only if the connection broke while waiting for the answer) it is not
    /// known whether it was.
    #[error(transparent)]
    Broken(#[from] Broken),
}

/// A place to keep items.
///
/// Every adapter passes the suite of `conformance` and promises nothing beyond it:
///
/// * What `commit` has acknowledged is durable, and seen by every later `get` and `list`, from any node.
/// * A `get` sees each item whole. A `list` sees each item whole, but not one moment of the partition.
/// * `now` is what expiry is asked against; the adapter reads no clock for it.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Reads items, in the order of the keys. At most [`Limit::KEYS`] keys, none twice.
    ///
    /// # Errors
    /// [`Broken`].
    async fn get(&self, keys: &[Key], now: Timestamp) -> Result<Vec<Option<Item>>, Broken>;

    /// Reads a page of a partition.
    ///
    /// # Errors
    /// [`Broken`].
    async fn list(&self, range: &Range, now: Timestamp) -> Result<Page, Broken>;

    /// Makes these writes, all of them or none. At most [`Limit::WRITES`] writes, no key twice. A caller that
    /// stops waiting has not taken its commit back.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] when a condition did not hold, [`CommitError::Broken`] otherwise.
    async fn commit(&self, writes: Vec<Write>, now: Timestamp) -> Result<(), CommitError>;
}
