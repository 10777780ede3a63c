//! Where does work run that takes a processor for a millisecond?
//!
//! A signature or a power of a 3072-bit number would hold up every other request of an async
//! thread. Such jobs run here instead: on a fixed number of threads, behind a queue that ends. When
//! more comes in than can be done, a job is refused at once rather than done after its caller has
//! gone, so that a flood costs the flood and not everyone.

use crate::always;
use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};
use tokio::sync::oneshot;

/// Why a job gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unserved {
    /// A refusal: the queue is full or late, and the job was not begun. Asking again later may
    /// help.
    #[error("too many jobs are waiting")]
    Busy,
    /// A breakage: the job panicked.
    #[error("the job panicked")]
    Panicked,
}

/// A bounded pool of threads. Dropping it ends them, each after the job it is at.
///
/// ```
/// use crypto::Workers;
/// use std::time::Duration;
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let workers = Workers::new(2, 64, Duration::from_millis(500));
/// assert_eq!(workers.run(|| 6 * 7).await, Ok(42));
/// # });
/// ```
#[derive(Debug)]
pub struct Workers {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    queue: Mutex<Queue>,
    something_to_do: Condvar,
    queue_len: usize,
    late_after: Duration,
}

#[derive(Debug, Default)]
struct Queue {
    jobs: VecDeque<Waiting>,
    closed: bool,
}

struct Waiting {
    since: Instant,
    job: Box<dyn Job>,
}

impl std::fmt::Debug for Waiting {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Waiting").field("since", &self.since).finish_non_exhaustive()
    }
}

/// A closure and the one who waits for it, with the type of the answer erased.
trait Job: Send {
    fn run(self: Box<Self>);
    fn refuse(self: Box<Self>);
    fn is_abandoned(&self) -> bool;
}

struct Asked<F, T> {
    work: F,
    answer: oneshot::Sender<Result<T, Unserved>>,
}

impl<T: Send, F: FnOnce() -> T + Send> Job for Asked<F, T> {
    fn run(self: Box<Self>) {
        let outcome = catch_unwind(AssertUnwindSafe(self.work)).map_err(|_| Unserved::Panicked);
        // Whoever asked may have gone away meanwhile.
        let _ = self.answer.send(outcome);
    }

    fn refuse(self: Box<Self>) {
        let _ = self.answer.send(Err(Unserved::Busy));
    }

    fn is_abandoned(&self) -> bool {
        self.answer.is_closed()
    }
}

impl Workers {
    /// Starts `threads` threads. At most `queue_len` jobs wait for them, and none for longer than
    /// `late_after`. There is at least one thread and one place in the queue.
    #[must_use]
    pub fn new(threads: usize, queue_len: usize, late_after: Duration) -> Self {
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            something_to_do: Condvar::new(),
            queue_len: queue_len.max(1),
            late_after,
        });
        for number in 0..threads.max(1) {
            let shared = Arc::clone(&shared);
            let thread = thread::Builder::new().name(format!("worker-{number}"));
            always(thread.spawn(move || shared.work()), "starting a thread");
        }
        Self { shared }
    }

    /// Runs `job` on one of the threads. Dropping the future takes a job that has not begun out of
    /// the queue.
    ///
    /// # Errors
    /// [`Unserved::Busy`] when it was not begun, [`Unserved::Panicked`] when it panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unserved> {
        let (answer, outcome) = oneshot::channel();
        self.shared.push(Box::new(Asked { work: job, answer }))?;
        outcome.await.unwrap_or(Err(Unserved::Busy))
    }

    /// How many jobs wait now.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.shared.lock().jobs.len()
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.something_to_do.notify_all();
    }
}

impl Shared {
    fn push(&self, job: Box<dyn Job>) -> Result<(), Unserved> {
        let mut queue = self.lock();
        if queue.jobs.len() >= self.queue_len {
            // Only a full queue is worth a walk: those who gave up make room for those who wait.
            queue.jobs.retain(|waiting| !waiting.job.is_abandoned());
        }
        let is_late = queue.jobs.front().is_some_and(|first| self.is_late(first));
        if is_late || queue.jobs.len() >= self.queue_len {
            return Err(Unserved::Busy);
        }
        queue.jobs.push_back(Waiting { since: Instant::now(), job });
        drop(queue);
        self.something_to_do.notify_one();
        Ok(())
    }

    fn work(&self) {
        while let Some(waiting) = self.next() {
            // What a job holds may panic even when it is only dropped, and the thread must live on.
            let _ = catch_unwind(AssertUnwindSafe(|| self.serve(waiting)));
        }
    }

    fn serve(&self, waiting: Waiting) {
        if waiting.job.is_abandoned() {
            return;
        }
        if self.is_late(&waiting) {
            waiting.job.refuse();
        } else {
            waiting.job.run();
        }
    }

    fn next(&self) -> Option<Waiting> {
        let mut queue = self.lock();
        loop {
            if queue.closed {
                return None;
            }
            if let Some(waiting) = queue.jobs.pop_front() {
                return Some(waiting);
            }
            queue = self.something_to_do.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn is_late(&self, waiting: &Waiting) -> bool {
        waiting.since.elapsed() > self.late_after
    }

    /// No job runs under the lock, so a poisoned one guards a whole queue all the same.
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    const LONG: Duration = Duration::from_secs(60);

    /// Holds the only thread until the returned sender is dropped.
    async fn occupied(workers: &Arc<Workers>) -> mpsc::Sender<()> {
        let (release, wait) = mpsc::channel::<()>();
        let (begin, begun) = oneshot::channel();
        let busy = Arc::clone(workers);
        tokio::spawn(async move {
            busy.run(move || {
                let _ = begin.send(());
                let _ = wait.recv();
            })
            .await
        });
        begun.await.unwrap();
        release
    }

    /// Begins a call and returns once it waits in the queue.
    async fn queued(workers: &Arc<Workers>) -> tokio::task::JoinHandle<Result<u8, Unserved>> {
        let before = workers.waiting();
        let again = Arc::clone(workers);
        let call = tokio::spawn(async move { again.run(|| 7).await });
        while workers.waiting() == before {
            tokio::task::yield_now().await;
        }
        call
    }

    #[tokio::test]
    async fn jobs_are_done_and_answered() {
        let workers = Workers::new(2, 16, LONG);
        for number in 0..100 {
            assert_eq!(workers.run(move || number * 2).await, Ok(number * 2));
        }
    }

    #[tokio::test]
    async fn a_full_queue_refuses_and_serves_those_who_wait() {
        let workers = Arc::new(Workers::new(1, 2, LONG));
        let release = occupied(&workers).await;
        let (first, second) = (queued(&workers).await, queued(&workers).await);
        assert_eq!(workers.run(|| 7).await, Err(Unserved::Busy));
        drop(release);
        assert_eq!((first.await.unwrap(), second.await.unwrap()), (Ok(7), Ok(7)));
        assert_eq!(workers.run(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn a_late_queue_refuses_old_and_new() {
        // Longer than a thread of a busy machine waits for its turn, or the first job would be late too.
        let late_after = Duration::from_secs(1);
        let workers = Arc::new(Workers::new(1, 16, late_after));
        let release = occupied(&workers).await;
        let early = queued(&workers).await;
        tokio::time::sleep(late_after + Duration::from_millis(100)).await;
        assert_eq!(workers.run(|| 7).await, Err(Unserved::Busy));
        drop(release);
        assert_eq!(early.await.unwrap(), Err(Unserved::Busy));
        assert_eq!(workers.run(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn a_caller_who_gave_up_leaves_room() {
        let workers = Arc::new(Workers::new(1, 1, LONG));
        let release = occupied(&workers).await;
        let gone = queued(&workers).await;
        gone.abort();
        assert!(gone.await.unwrap_err().is_cancelled());
        let next = tokio::spawn({
            let workers = Arc::clone(&workers);
            async move { workers.run(|| 8).await }
        });
        tokio::task::yield_now().await;
        drop(release);
        assert_eq!(next.await.unwrap(), Ok(8));
    }

    #[tokio::test]
    async fn a_panicking_job_is_told_apart_and_the_thread_lives_on() {
        let workers = Workers::new(1, 16, LONG);
        for _ in 0..5 {
            assert_eq!(
                workers.run(|| panic!("as planned")).await,
                Err::<(), _>(Unserved::Panicked)
            );
            assert_eq!(workers.run(|| 7).await, Ok(7));
        }
    }

    #[tokio::test]
    async fn a_job_that_panics_when_it_is_dropped_costs_no_thread() {
        struct Trap;
        impl Drop for Trap {
            fn drop(&mut self) {
                panic!("as planned");
            }
        }
        let workers = Arc::new(Workers::new(1, 16, LONG));
        let release = occupied(&workers).await;
        let again = Arc::clone(&workers);
        let trap = Trap;
        let gone = tokio::spawn(async move { again.run(move || drop(trap)).await });
        while workers.waiting() == 0 {
            tokio::task::yield_now().await;
        }
        gone.abort();
        assert!(gone.await.unwrap_err().is_cancelled());
        drop(release);
        assert_eq!(workers.run(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn the_threads_end_with_the_pool() {
        let workers = Workers::new(3, 16, LONG);
        let shared = Arc::downgrade(&workers.shared);
        assert_eq!(workers.run(|| 7).await, Ok(7));
        drop(workers);
        let deadline = Instant::now() + LONG;
        while shared.strong_count() > 0 {
            assert!(Instant::now() < deadline, "a thread outlived its pool");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}
