//! Who writes? One thread, which takes all waiting commits into one transaction and answers when it is on
//! disk.

use crate::{
    embedded::{Readers, unavailable},
    layout::{EXPIRY, ITEMS, Stored, expiring_item, expiry_key, expiry_prefix, key_bytes, stored},
};
use jiff::Timestamp;
use redb::{Database, ReadableTable, Table};
use std::{
    mem,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::Receiver,
    },
};
use store::{Broken, Change, CommitError, Version, Write, has_expired};
use tokio::sync::oneshot;

/// Commits in one transaction, so that the first to wait is not kept waiting by all who come.
const TOGETHER: usize = 1024;
/// Bytes of bodies in one transaction.
const TOGETHER_BYTES: usize = 8 * 1024 * 1024;

/// What a caller waits for.
pub struct Job {
    pub task: Task,
    /// What the job takes of the queue, given back when it is answered.
    pub place: Place,
}

pub enum Task {
    Commit { writes: Vec<Write>, now: Timestamp, answer: oneshot::Sender<Result<(), CommitError>> },
    Sweep { now: Timestamp, at_most: usize, answer: oneshot::Sender<Result<usize, Broken>> },
}

/// A share of the memory that waiting commits may take.
pub struct Place {
    taken: Arc<AtomicUsize>,
    bytes: usize,
}

impl Place {
    /// Takes a share, unless all that is taken would be more than this.
    pub fn take(taken: &Arc<AtomicUsize>, bytes: usize, at_most: usize) -> Option<Self> {
        let place = Self { taken: taken.clone(), bytes };
        let before = taken.fetch_add(bytes, Ordering::Relaxed);
        // Dropped where it does not fit, it gives back what it took.
        (before.saturating_add(bytes) <= at_most).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.taken.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// What a job came to, if the transaction reaches the disk.
enum Outcome {
    Done(usize),
    Conflict(Vec<usize>),
}

/// Answers jobs until nobody can send any more.
pub fn run(database: &Database, jobs: &Receiver<Job>, readers: &Readers) {
    let mut failed: Option<Arc<redb::Error>> = None;
    while let Ok(first) = jobs.recv() {
        let mut bytes = first.place.bytes;
        let mut batch = vec![first];
        while batch.len() < TOGETHER && bytes < TOGETHER_BYTES {
            let Ok(job) = jobs.try_recv() else { break };
            bytes += job.place.bytes;
            batch.push(job);
        }
        let outcomes = match &failed {
            // What is on the disk is not known any more; only opening the file again tells.
            Some(error) => Err(error.clone()),
            None => write(database, readers, &mut batch).map_err(Arc::new),
        };
        match outcomes {
            Ok(outcomes) => {
                batch.into_iter().zip(outcomes).for_each(|(job, outcome)| job.done(outcome));
            }
            Err(error) => {
                if failed.is_none() {
                    let error = &*error as &(dyn std::error::Error + 'static);
                    tracing::error!(error, "the store cannot write and takes no more commits");
                }
                batch.into_iter().for_each(|job| job.refused(&error));
                failed = Some(error);
            }
        }
    }
}

impl Job {
    // Nobody may be waiting any more; the commit stands.
    fn done(self, outcome: Outcome) {
        match (self.task, outcome) {
            (Task::Commit { answer, .. }, Outcome::Done(_)) => drop(answer.send(Ok(()))),
            (Task::Commit { answer, .. }, Outcome::Conflict(at)) => {
                drop(answer.send(Err(CommitError::Conflict(at))));
            }
            (Task::Sweep { answer, .. }, Outcome::Done(count)) => {
                drop(answer.send(Ok(count)));
            }
            (Task::Sweep { answer, .. }, Outcome::Conflict(_)) => drop(answer.send(Ok(0))),
        }
    }

    fn refused(self, error: &Arc<redb::Error>) {
        let broken = unavailable("writing to the file", error.clone());
        match self.task {
            Task::Commit { answer, .. } => drop(answer.send(Err(broken.into()))),
            Task::Sweep { answer, .. } => drop(answer.send(Err(broken))),
        }
    }
}

/// Makes what the jobs ask for, in their order, in one transaction, and gives their outcomes when it is on
/// disk and readers see it.
fn write(
    database: &Database,
    readers: &Readers,
    batch: &mut [Job],
) -> Result<Vec<Outcome>, redb::Error> {
    let mut transaction = database.begin_write()?;
    // Two syncs in place of one: a crash needs no repair of the whole file then, and a torn write of the
    // first cannot look whole.
    transaction.set_quick_repair(true);
    let mut changes = 0;
    let mut outcomes = Vec::with_capacity(batch.len());
    {
        let mut tables = Tables {
            items: transaction.open_table(ITEMS)?,
            expiry: transaction.open_table(EXPIRY)?,
        };
        for job in batch {
            let outcome = match &mut job.task {
                Task::Commit { writes, now, .. } => tables.commit(mem::take(writes), *now)?,
                Task::Sweep { now, at_most, .. } => tables.sweep(*now, *at_most)?,
            };
            if let Outcome::Done(count) = outcome {
                changes += count;
            }
            outcomes.push(outcome);
        }
    }
    if changes == 0 {
        transaction.abort()?;
        return Ok(outcomes);
    }
    transaction.commit()?;
    // Before anybody is answered: who was told of a commit must see it.
    readers.renew(database)?;
    Ok(outcomes)
}

struct Tables<'txn> {
    items: Table<'txn, &'static [u8], &'static [u8]>,
    expiry: Table<'txn, &'static [u8], ()>,
}

impl Tables<'_> {
    fn commit(&mut self, writes: Vec<Write>, now: Timestamp) -> Result<Outcome, redb::Error> {
        // All conditions before any change, so that a commit which fails leaves no trace.
        let mut failed = Vec::new();
        let mut keys = Vec::with_capacity(writes.len());
        for (at, write) in writes.iter().enumerate() {
            let key = key_bytes(&write.key);
            let found = match self.items.get(key.as_slice())? {
                Some(found) => live(found.value(), now)?,
                None => None,
            };
            if !write.condition.holds(found) {
                failed.push(at);
            }
            keys.push(key);
        }
        if !failed.is_empty() {
            return Ok(Outcome::Conflict(failed));
        }
        let mut changes = 0;
        for (key, write) in keys.iter().zip(writes) {
            match write.change {
                Change::Put { body, expires_at } => self.put(key, &body, expires_at)?,
                Change::Delete => self.delete(key)?,
                Change::Keep => continue,
            }
            changes += 1;
        }
        Ok(Outcome::Done(changes))
    }

    fn put(
        &mut self,
        key: &[u8],
        body: &[u8],
        expires_at: Option<Timestamp>,
    ) -> Result<(), redb::Error> {
        let value = stored(Version::of(body, expires_at), expires_at, body);
        let old = match self.items.insert(key, value.as_slice())? {
            Some(old) => expiry(old.value())?,
            None => None,
        };
        let new = expires_at.map(|at| expiry_key(at, key));
        let old = old.map(|at| expiry_key(at, key));
        if old != new {
            if let Some(old) = old {
                self.expiry.remove(old.as_slice())?;
            }
            if let Some(new) = new {
                self.expiry.insert(new.as_slice(), ())?;
            }
        }
        Ok(())
    }

    fn delete(&mut self, key: &[u8]) -> Result<(), redb::Error> {
        let old = match self.items.remove(key)? {
            Some(old) => expiry(old.value())?,
            None => None,
        };
        if let Some(at) = old {
            self.expiry.remove(expiry_key(at, key).as_slice())?;
        }
        Ok(())
    }

    fn sweep(&mut self, now: Timestamp, at_most: usize) -> Result<Outcome, redb::Error> {
        // Up to and including this second, whatever the key after it.
        let end = now.as_second().checked_add(1).and_then(|next| Timestamp::from_second(next).ok());
        let end = end.map_or([u8::MAX; 8], expiry_prefix);
        let mut expired = Vec::new();
        for entry in self.expiry.range(..end.as_slice())?.take(at_most) {
            expired.push(entry?.0.value().to_vec());
        }
        for key in &expired {
            self.expiry.remove(key.as_slice())?;
            if let Some(item) = expiring_item(key) {
                self.items.remove(item)?;
            }
        }
        Ok(Outcome::Done(expired.len()))
    }
}

fn live(bytes: &[u8], now: Timestamp) -> Result<Option<Version>, redb::Error> {
    let item = Stored::parse(bytes).map_err(corrupt)?;
    Ok((!has_expired(item.expires_at, now)).then_some(item.version))
}

fn expiry(bytes: &[u8]) -> Result<Option<Timestamp>, redb::Error> {
    Stored::parse(bytes).map(|item| item.expires_at).map_err(corrupt)
}

fn corrupt(broken: Broken) -> redb::Error {
    redb::Error::Corrupted(broken.to_string())
}
