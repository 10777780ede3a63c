//! Who goes on with work that takes longer than a request?
//!
//! Imports, and the removal of what was in a deleted pool. Each is a record that says what is to be done. A
//! node claims it by a lease, takes one step after the other, and renews the lease in between; when the node
//! dies, the lease ends and another node goes on. Where the work stands is kept with the work itself, and
//! every step is good to take twice, so that two nodes that both believe in their lease do no harm.

use crate::{Pools, Result};
use jiff::{SignedDuration, Timestamp};
use names::UserPoolId;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use store::{Commit, Kept, Key, Range, Record, Refused};

/// How long a node that says nothing more keeps its work. Longer than a step takes, with room for a slow store.
const LEASE: SignedDuration = SignedDuration::from_secs(30);

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Task {
    /// Users come in from a file.
    Import { pool: UserPoolId, job: String },
    /// What was in a pool goes after it.
    Removal { pool: UserPoolId },
}

/// Work that waits for a node, or is being done by one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Work {
    task: Task,
    lease: Option<Lease>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Lease {
    /// Made up at each claim.
    holder: String,
    until: Timestamp,
}

impl Work {
    const LISTING: &'static str = "background";

    pub(crate) fn new(task: Task) -> Self {
        Self { task, lease: None }
    }

    fn key_of(task: &Task) -> Key {
        let place = match task {
            Task::Import { pool, job } => format!("import/{pool}/{job}"),
            Task::Removal { pool } => format!("removal/{pool}"),
        };
        Key::new(Self::LISTING, place)
    }

    fn is_free(&self, now: Timestamp) -> bool {
        self.lease.as_ref().is_none_or(|lease| lease.until <= now)
    }
}

impl Record for Work {
    const KIND: &'static str = "background work";

    fn key(&self) -> Key {
        Self::key_of(&self.task)
    }
}

/// What came of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// There is more to do.
    More,
    /// The work is done.
    Done,
}

impl Pools {
    /// Waits until this process has work for the background, or this long: other nodes do not say when
    /// theirs is left behind.
    pub async fn background_work(&self, at_most: Duration) {
        let _ = tokio::time::timeout(at_most, self.house().background.notified()).await;
    }

    /// Does the background work that no other node does, to its end, and gives the number of works that
    /// came to their end. A work that breaks is left to a later round, and is in nobody's way.
    ///
    /// # Errors
    /// Breakages of the store.
    pub async fn do_background_work(&self) -> Result<usize> {
        let mut done = 0;
        let mut after = None;
        loop {
            let range = Range {
                partition: Work::LISTING.to_owned(),
                prefix: String::new(),
                after,
                limit: 100,
            };
            let (works, next) = self.records().list::<Work>(&range, self.now()).await?;
            for work in works {
                let task = work.task.clone();
                match self.do_work(work).await {
                    Ok(is_done) => done += usize::from(is_done),
                    Err(error) => tracing::error!(?task, ?error, "background work broke"),
                }
            }
            if next.is_none() {
                return Ok(done);
            }
            after = next;
        }
    }

    /// Does one work, unless another node does it. Whether it came to its end here.
    async fn do_work(&self, work: Kept<Work>) -> Result<bool> {
        if !work.is_free(self.now()) {
            return Ok(false);
        }
        let holder = self.random().uuid_v4();
        let Some(mut work) = self.hold(work, &holder).await? else { return Ok(false) };
        loop {
            let step = match &work.task {
                Task::Import { pool, job } => self.import_step(pool, job).await?,
                Task::Removal { pool } => self.removal_step(pool).await?,
            };
            if step == Step::Done {
                let mut commit = Commit::new();
                commit.delete(&work);
                return match self.records().commit(commit, self.now()).await {
                    // Whoever else got hold of it finds that nothing is left to do.
                    Ok(()) | Err(Refused::Conflict(_)) => Ok(true),
                    Err(Refused::Broken(broken)) => Err(broken.into()),
                };
            }
            let Some(held) = self.hold(work, &holder).await? else { return Ok(false) };
            work = held;
        }
    }

    /// Claims a work, or claims it for longer. `None` if somebody else has it.
    async fn hold(&self, mut work: Kept<Work>, holder: &str) -> Result<Option<Kept<Work>>> {
        let now = self.now();
        // A lease is written anew when half of it is gone: most steps are shorter than that.
        let is_fresh = work
            .lease
            .as_ref()
            .is_some_and(|lease| lease.holder == holder && lease.until > now + LEASE / 2);
        if is_fresh {
            return Ok(Some(work));
        }
        work.lease = Some(Lease { holder: holder.to_owned(), until: now + LEASE });
        let saved = self.try_commit(|commit| {
            commit.save(&work);
        });
        match saved.await {
            Ok(()) => {}
            Err(Refused::Conflict(_)) => return Ok(None),
            Err(Refused::Broken(broken)) => return Err(broken.into()),
        }
        let found = self.records().get::<Work>(&work.key(), self.now()).await?;
        Ok(found.filter(|found| found.lease == work.lease))
    }

    /// Tells this process's background that there is work.
    pub(crate) fn wake_background(&self) {
        self.house().background.notify_one();
    }

    /// Finishes the removal of a pool that had this id, so that a pool of the same id begins empty. Pools of
    /// a template have ids that are known before they are made, and may be made again.
    ///
    /// # Errors
    /// [`crate::Refusal::Contended`] if another node removes it for longer than a lease.
    pub async fn finish_removal(&self, pool: &UserPoolId) -> Result<()> {
        const LOOK_AGAIN: Duration = Duration::from_millis(500);
        let key = Work::key_of(&Task::Removal { pool: pool.clone() });
        // The node that had the work may have died; its lease has an end.
        for _ in 0..2 * LEASE.as_secs().unsigned_abs() + 10 {
            let work = self.records().get::<Work>(&key, self.now()).await?;
            let Some(work) = work else { return Ok(()) };
            if self.do_work(work).await? {
                return Ok(());
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Err(crate::Refusal::Contended.into())
    }
}
