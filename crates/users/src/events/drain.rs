//! How do events get from where they wait to whoever wants to hear them?
//!
//! One node at a time takes the events of a partition, by a lease, and tells them in the order of their user.
//! An event is removed after it was told, together with others that were told at about the same time, so a node
//! that dies in between tells them again: at least once. One that was not taken is tried again, later and later,
//! and those of the same user after it wait. After [`MOST_TRIES`] refusals, or [`OLDEST`] during which nobody
//! could be told anything, it is parked: out of the way, kept for a month, and tried again when
//! [`Drain::unpark`] is called.

use super::{NotDelivered, PARKED_FOR, Parked, SHARDS, Sink, Waiting};
use ::events::UserEventSource;
use jiff::{SignedDuration, Timestamp};
use names::{Clock, Sub};
use std::{
    ops::AddAssign,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use store::{Broken, Commit, Kept, Key, Lease, Range, Records, Refused};
use tokio::{sync::Notify, task::JoinSet};

/// How long a node that says nothing more keeps its partition. Longer than a delivery takes.
const LEASE: SignedDuration = SignedDuration::from_secs(30);
/// How often an event is offered that is not taken: for an hour and a half.
const MOST_TRIES: u32 = 16;
/// How long an event waits for somebody who cannot be told anything.
const OLDEST: SignedDuration = SignedDuration::from_hours(72);
/// The longest pause between two tries of an event.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(15);
/// The longest time for which nobody is told anything, since nobody could be reached.
const LONGEST_QUIET: SignedDuration = SignedDuration::from_secs(30);
/// How many events are read at once.
const PAGE: usize = 100;
/// How many that were told are removed at once, and how long the first of them waits for the others.
const REMOVED_AT_ONCE: usize = 50;
const REMOVED_WITHIN: SignedDuration = SignedDuration::from_millis(200);

/// Takes the events of one table to whoever wants to hear them. Cheap to clone.
#[derive(Clone)]
pub struct Drain {
    inside: Arc<Inside>,
    /// How long a request may take longer to tell what it did; none where somebody else does in the
    /// background.
    with_requests: Option<Duration>,
}

struct Inside {
    records: Records,
    table: String,
    source: UserEventSource,
    sink: Arc<dyn Sink>,
    clock: Clock,
    holder: String,
    rounds: AtomicU64,
    quiet: Mutex<Quiet>,
    news: Notify,
}

/// A while in which nobody is told anything, since it would be in vain.
#[derive(Default)]
struct Quiet {
    failures: u32,
    until: Option<Timestamp>,
}

/// What came of a round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Drained {
    pub published: usize,
    /// Not told; will be tried again.
    pub failed: usize,
    /// Not told, and not tried again by itself.
    pub parked: usize,
}

impl AddAssign for Drained {
    fn add_assign(&mut self, more: Self) {
        self.published += more.published;
        self.failed += more.failed;
        self.parked += more.parked;
    }
}

impl Drain {
    /// Tells the events of this table, as those of this pool. The holder is a text of this process alone.
    pub fn new(
        records: Records,
        table: impl Into<String>,
        source: UserEventSource,
        sink: Arc<dyn Sink>,
        clock: Clock,
        holder: String,
    ) -> Self {
        let inside = Inside {
            records,
            table: table.into(),
            source,
            sink,
            clock,
            holder,
            rounds: AtomicU64::new(0),
            quiet: Mutex::default(),
            news: Notify::new(),
        };
        Self { inside: Arc::new(inside), with_requests: None }
    }

    /// The same where nothing runs between requests: each that may have changed something tells it before it
    /// is answered, and takes at most this much longer.
    #[must_use]
    pub fn with_requests(self, at_most: Duration) -> Self {
        Self { with_requests: Some(at_most), ..self }
    }

    /// Says that there may be something to tell.
    pub fn wake(&self) {
        self.inside.news.notify_one();
    }

    /// Something may have happened in a request.
    pub(crate) async fn after_request(&self) {
        match self.with_requests {
            None => self.wake(),
            Some(at_most) => {
                self.run_once(at_most).await;
            }
        }
    }

    /// Waits until there may be something to tell, or this long: other nodes do not say when they leave
    /// something behind.
    pub async fn news(&self, at_most: Duration) {
        let _ = tokio::time::timeout(at_most, self.inside.news.notified()).await;
    }

    /// Tells what waits and no other node tells, for at most this long. What could not be told stays, and a
    /// store that does not work is a line in the log: whoever calls this has something else to do.
    pub async fn run_once(&self, at_most: Duration) -> Drained {
        let mut drained = Drained::default();
        let round = async {
            let mut shards = JoinSet::new();
            for shard in 0..SHARDS {
                let inside = self.inside.clone();
                shards.spawn(async move { inside.tell_shard(shard).await });
            }
            while let Some(done) = shards.join_next().await {
                match done {
                    Ok(Ok(done)) => drained += done,
                    Ok(Err(broken)) => {
                        tracing::error!(cause = %broken, "events of users could not be looked at");
                    }
                    Err(cause) => tracing::error!(%cause, "telling an event of a user panicked"),
                }
            }
        };
        // What is under way is given up, and told again in a later round.
        let _ = tokio::time::timeout(at_most, round).await;
        drained
    }

    /// Gives the events that nobody took another chance, as new ones. Answers how many there were.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn unpark(&self) -> Result<usize, Broken> {
        let Inside { records, table, .. } = &*self.inside;
        let mut range = range(Parked::partition(table));
        let mut count = 0;
        loop {
            let now = (self.inside.clock)();
            let (page, next) = records.list::<Parked>(&range, now).await?;
            for parked in page {
                let mut event = parked.event.clone();
                (event.tries, event.next_try) = (0, None);
                let mut commit = Commit::new();
                commit.delete(&parked).put(&event);
                match records.commit(commit, now).await {
                    Ok(()) => count += 1,
                    Err(Refused::Conflict(_)) => {}
                    Err(Refused::Broken(broken)) => return Err(broken),
                }
            }
            let Some(next) = next else { return Ok(count) };
            range.after = Some(next);
        }
    }
}

fn range(partition: String) -> Range {
    Range { partition, prefix: String::new(), after: None, limit: PAGE }
}

impl Inside {
    fn now(&self) -> Timestamp {
        (self.clock)()
    }

    fn is_quiet(&self) -> bool {
        let quiet = self.quiet.lock().unwrap_or_else(PoisonError::into_inner);
        quiet.until.is_some_and(|until| until > self.now())
    }

    async fn tell_shard(&self, shard: u8) -> Result<Drained, Broken> {
        let mut drained = Drained::default();
        if self.is_quiet() {
            return Ok(drained);
        }
        let mut range = range(Waiting::partition(&self.table, shard));
        let mut lease: Option<Lease> = None;
        let mut skipped: Option<Sub> = None;
        let mut told = Vec::new();
        'rounds: loop {
            let (page, next) = self.records.list::<Waiting>(&range, self.now()).await?;
            for waiting in page {
                if skipped.as_ref() == Some(&waiting.user) {
                    continue;
                }
                if waiting.next_try.is_some_and(|at| at > self.now()) {
                    skipped = Some(waiting.user.clone());
                    continue;
                }
                // Most rounds find nothing; only those that do need a lease.
                if !self.holds(shard, &mut lease).await? {
                    break 'rounds;
                }
                let user = waiting.user.clone();
                let (done, outcome) = self.tell(waiting, &mut told).await?;
                drained += done;
                self.remove_some(&mut told).await?;
                match outcome {
                    Told::Done => {}
                    Told::Later => skipped = Some(user),
                    Told::Quiet => break 'rounds,
                }
            }
            let Some(next) = next else { break };
            // `0` comes after `/`: this is behind all events of that user.
            let behind = skipped.as_ref().map(|user| format!("{user}0"));
            range.after = Some(behind.filter(|behind| *behind > next).unwrap_or(next));
        }
        self.remove(told).await?;
        if let Some(lease) = lease {
            lease.give_back(&self.records, self.now()).await?;
        }
        Ok(drained)
    }

    /// Whether this round may tell the events of a partition: takes the lease, or keeps it.
    async fn holds(&self, shard: u8, lease: &mut Option<Lease>) -> Result<bool, Broken> {
        if let Some(lease) = lease {
            return lease.renew(&self.records, LEASE, self.now()).await;
        }
        let place = Key::new(format!("outbox-lease/{}", self.table), format!("{shard:02}"));
        // Two rounds of one process are two holders.
        let round = self.rounds.fetch_add(1, Ordering::Relaxed);
        let holder = format!("{}/{round}", self.holder);
        *lease = Lease::take(&self.records, &place, &holder, LEASE, self.now()).await?;
        Ok(lease.is_some())
    }

    /// Removes the events that were told, once they are many or the first was told a while ago.
    async fn remove_some(&self, told: &mut Vec<Heard>) -> Result<(), Broken> {
        let Some(first) = told.first() else { return Ok(()) };
        if told.len() < REMOVED_AT_ONCE && self.now() < first.at + REMOVED_WITHIN {
            return Ok(());
        }
        self.remove(std::mem::take(told)).await
    }

    async fn remove(&self, told: Vec<Heard>) -> Result<(), Broken> {
        let mut all = Commit::new();
        for heard in &told {
            all.delete(&heard.event);
        }
        if told.is_empty() || self.try_commit(all).await? {
            return Ok(());
        }
        // Another node was at one of them too.
        for heard in &told {
            let mut one = Commit::new();
            one.delete(&heard.event);
            self.try_commit(one).await?;
        }
        Ok(())
    }

    async fn tell(
        &self,
        mut waiting: Kept<Waiting>,
        told: &mut Vec<Heard>,
    ) -> Result<(Drained, Told), Broken> {
        // What was read may have been told meanwhile, by a node whose lease had ended.
        let event = waiting.to_event(&self.source);
        let Err(reason) = self.sink.deliver(&event).await else {
            *self.quiet.lock().unwrap_or_else(PoisonError::into_inner) = Quiet::default();
            told.push(Heard { event: waiting, at: self.now() });
            return Ok((Drained { published: 1, ..Drained::default() }, Told::Done));
        };
        let now = self.now();
        waiting.tries += 1;
        let is_over = match &reason {
            NotDelivered::Refused(_) => waiting.tries >= MOST_TRIES,
            NotDelivered::Unreachable(_) => now > waiting.at + OLDEST,
        };
        let mut commit = Commit::new();
        if is_over {
            tracing::error!(id = event.id, kind = event.kind.as_str(), %reason, "an event of a user is given up");
            commit
                .delete(&waiting)
                .put(&Parked { event: (*waiting).clone(), until: now + PARKED_FOR });
            self.try_commit(commit).await?;
            return Ok((Drained { parked: 1, ..Drained::default() }, Told::Done));
        }
        let tries = waiting.tries;
        tracing::warn!(id = event.id, kind = event.kind.as_str(), tries, %reason, "an event of a user waits");
        waiting.next_try = Some(now + pause(tries, LONGEST_PAUSE));
        commit.save(&waiting);
        self.try_commit(commit).await?;
        let failed = Drained { failed: 1, ..Drained::default() };
        if let NotDelivered::Refused(_) = reason {
            return Ok((failed, Told::Later));
        }
        let mut quiet = self.quiet.lock().unwrap_or_else(PoisonError::into_inner);
        quiet.failures = quiet.failures.saturating_add(1);
        quiet.until = Some(now + pause(quiet.failures, LONGEST_QUIET));
        Ok((failed, Told::Quiet))
    }

    /// Whether the commit came through. If not, another node was at it too.
    async fn try_commit(&self, commit: Commit) -> Result<bool, Broken> {
        match self.records.commit(commit, self.now()).await {
            Ok(()) => Ok(true),
            Err(Refused::Conflict(_)) => Ok(false),
            Err(Refused::Broken(broken)) => Err(broken),
        }
    }
}

/// An event that was told and is not removed yet.
struct Heard {
    event: Kept<Waiting>,
    at: Timestamp,
}

/// How it goes on after an event.
enum Told {
    /// With the next one.
    Done,
    /// With the next user.
    Later,
    /// Not now.
    Quiet,
}

/// The pause after so many tries: a second, and twice as long each time.
fn pause(tries: u32, longest: SignedDuration) -> SignedDuration {
    let seconds = 1_i64.checked_shl(tries.saturating_sub(1).min(40)).unwrap_or(i64::MAX);
    SignedDuration::from_secs(seconds).min(longest)
}
