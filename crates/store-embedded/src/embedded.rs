//! The adapter: reads on the caller's thread, commits through the writer's.

use crate::{
    file::{self, OpenError},
    layout::{ITEMS, Stored, item_key, key_bytes, sort_of},
    writer::{self, Job, Place, Task},
};
use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use redb::{Database, ReadOnlyTable, ReadableDatabase};
use std::{
    error::Error,
    ops::Bound,
    path::Path,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::AtomicUsize,
        mpsc::{SyncSender, TrySendError, sync_channel},
    },
    thread::{self, JoinHandle},
};
use store::{
    Broken, Change, CommitError, Item, Key, Page, PageBuilder, Range, Store, Write, check_get,
    check_list, check_writes,
};
use tokio::sync::oneshot;

/// Commits that may wait; the next one is refused, since it would wait for seconds.
const WAITING: usize = 4096;
/// Bytes of the bodies of waiting commits.
const WAITING_BYTES: usize = 32 * 1024 * 1024;

/// A store in one file, `poolhouse.redb`, which one process has open at a time.
pub struct EmbeddedStore {
    readers: Arc<Readers>,
    waiting: Arc<AtomicUsize>,
    // Taken when the store is dropped, which is how the writer learns that it may stop.
    queue: Option<SyncSender<Job>>,
    writer: Option<JoinHandle<()>>,
}

impl EmbeddedStore {
    /// Opens the store in this directory, which only its owner may enter; makes it if it is not there.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(directory: &Path) -> Result<Self, OpenError> {
        let database = file::open(directory)?;
        let path = || directory.to_owned();
        let readers = Readers::of(&database)
            .map_err(|error| OpenError::Damaged { path: path(), source: Box::new(error) })?;
        Self::over(database, readers).map_err(|source| OpenError::Io { path: path(), source })
    }

    /// The store over a database that is prepared.
    pub(crate) fn over(database: Database, readers: Readers) -> std::io::Result<Self> {
        let readers = Arc::new(readers);
        let (queue, jobs) = sync_channel(WAITING);
        let writer = thread::Builder::new().name("store-writer".to_owned()).spawn({
            let readers = readers.clone();
            move || writer::run(&database, &jobs, &readers)
        })?;
        let waiting = Arc::default();
        Ok(Self { readers, waiting, queue: Some(queue), writer: Some(writer) })
    }

    /// Removes items that have expired, at most this many, the longest expired first, and says how many
    /// there were. Nothing depends on it but the size of the file.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn sweep(&self, now: Timestamp, at_most: usize) -> Result<usize, Broken> {
        self.ask(0, |answer| Task::Sweep { now, at_most, answer }).await?
    }

    /// Puts a task into the queue and waits for its answer.
    async fn ask<T>(
        &self,
        bytes: usize,
        task: impl FnOnce(oneshot::Sender<T>) -> Task,
    ) -> Result<T, Broken> {
        let overloaded = || unavailable("queueing a commit", Overloaded);
        let stopped = || unavailable("committing", WriterStopped);
        let place = Place::take(&self.waiting, bytes, WAITING_BYTES).ok_or_else(overloaded)?;
        let (answer, answered) = oneshot::channel();
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        queue.try_send(Job { task: task(answer), place }).map_err(|error| match error {
            TrySendError::Full(_) => overloaded(),
            TrySendError::Disconnected(_) => stopped(),
        })?;
        answered.await.map_err(|_| stopped())
    }
}

impl Drop for EmbeddedStore {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(writer) = self.writer.take()
            && writer.join().is_err()
        {
            tracing::error!("the writer of the store has died");
        }
    }
}

#[async_trait]
impl Store for EmbeddedStore {
    async fn get(&self, keys: &[Key], now: Timestamp) -> Result<Vec<Option<Item>>, Broken> {
        check_get(keys)?;
        let items = self.readers.latest();
        keys.iter()
            .map(|key| {
                let Some(found) = items.get(key_bytes(key).as_slice()).map_err(unreadable)? else {
                    return Ok(None);
                };
                let found = item(Stored::parse(found.value())?);
                Ok(Some(found).filter(|found| !found.has_expired(now)))
            })
            .collect()
    }

    async fn list(&self, range: &Range, now: Timestamp) -> Result<Page, Broken> {
        check_list(range)?;
        let items = self.readers.latest();
        let prefix = item_key(&range.partition, &range.prefix);
        let after = range.after.as_ref().map(|after| item_key(&range.partition, after));
        let from = match &after {
            Some(after) if *after >= prefix => Bound::Excluded(after.as_slice()),
            _ => Bound::Included(prefix.as_slice()),
        };
        let mut page = PageBuilder::new(range, now);
        for entry in items.range::<&[u8]>((from, Bound::Unbounded)).map_err(unreadable)? {
            let (key, value) = entry.map_err(unreadable)?;
            if !key.value().starts_with(&prefix) {
                break;
            }
            let sort = sort_of(key.value(), &range.partition)?;
            let stored = Stored::parse(value.value())?;
            if page.offer(sort, stored.expires_at, || Ok::<_, Broken>(item(stored)))?.is_break() {
                break;
            }
        }
        Ok(page.finish())
    }

    async fn commit(&self, writes: Vec<Write>, now: Timestamp) -> Result<(), CommitError> {
        check_writes(&writes).map_err(Broken::from)?;
        let bytes = writes.iter().map(|write| match &write.change {
            Change::Put { body, .. } => body.len(),
            Change::Delete | Change::Keep => 0,
        });
        self.ask(bytes.sum(), |answer| Task::Commit { writes, now, answer }).await?
    }
}

/// What readers read: the items as the last commit left them.
///
/// A read transaction is kept open from one commit to the next, since opening one costs more than the
/// read itself. It holds on to the pages of one commit only.
pub struct Readers {
    latest: RwLock<Arc<ReadOnlyTable<&'static [u8], &'static [u8]>>>,
}

impl Readers {
    /// Readers of what is committed now.
    pub fn of(database: &Database) -> Result<Self, redb::Error> {
        Ok(Self { latest: RwLock::new(Arc::new(database.begin_read()?.open_table(ITEMS)?)) })
    }

    /// Lets readers see what is committed now.
    pub fn renew(&self, database: &Database) -> Result<(), redb::Error> {
        let items = Arc::new(database.begin_read()?.open_table(ITEMS)?);
        let mut latest = self.latest.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *latest, items);
        drop(latest);
        // Closing a read transaction takes a moment too, and nobody needs to wait for it.
        drop(before);
        Ok(())
    }

    fn latest(&self) -> Arc<ReadOnlyTable<&'static [u8], &'static [u8]>> {
        self.latest.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn item(stored: Stored<'_>) -> Item {
    let Stored { version, expires_at, body } = stored;
    Item { body: Bytes::copy_from_slice(body), version, expires_at }
}

/// More commits are waiting than the disk can take.
#[derive(Debug, thiserror::Error)]
#[error("more commits are waiting than the disk can take")]
struct Overloaded;

/// The thread that writes is not there any more.
#[derive(Debug, thiserror::Error)]
#[error("the writer has stopped")]
struct WriterStopped;

pub fn unavailable(what: &'static str, source: impl Error + Send + Sync + 'static) -> Broken {
    Broken::Unavailable { what, source: Box::new(source) }
}

fn unreadable(error: redb::StorageError) -> Broken {
    match error {
        redb::StorageError::Corrupted(_) => {
            Broken::Corrupt { what: "the file".to_owned(), source: Some(Box::new(error)) }
        }
        _ => unavailable("reading from the file", error),
    }
}
