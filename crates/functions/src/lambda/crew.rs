//! Which instance takes the next call?

use super::{
    Settings,
    instance::{self, Order},
};
use crate::Failure;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Semaphore, oneshot},
    task::JoinSet,
    time::timeout,
};

/// The way to hand an order to an instance that is ready. Dropping it unused tells the instance to offer
/// itself again.
pub(super) type Ready = oneshot::Sender<Order>;

/// All instances of one function.
pub(super) struct Crew {
    pub settings: Arc<Settings>,
    /// One for each call that may be under way.
    pub places: Semaphore,
    state: Mutex<State>,
    tasks: Mutex<JoinSet<()>>,
}

#[derive(Default)]
struct State {
    /// The one that answered last is taken first, so that the others grow idle.
    ready: Vec<Ready>,
    waiting: VecDeque<oneshot::Sender<Result<Ready, Failure>>>,
    instances: usize,
    starting: usize,
    /// Those that have answered and not asked for another event yet.
    settling: usize,
    started: u64,
    is_dismissed: bool,
}

/// An instance that has answered asks for the next event within microseconds as a rule, so it is worth
/// waiting for; one that is busy with its own matters is not.
const WORTH_WAITING: Duration = Duration::from_millis(20);

impl Crew {
    pub fn new(settings: Settings) -> Self {
        let places = Semaphore::new(settings.concurrency.min(Semaphore::MAX_PERMITS));
        let settings = Arc::new(settings);
        Self { settings, places, state: Mutex::default(), tasks: Mutex::default() }
    }

    pub fn instances(&self) -> usize {
        self.state().instances
    }

    /// An instance that is ready, as soon as there is one.
    pub async fn instance(self: &Arc<Self>) -> Result<Ready, Failure> {
        let (give, mut given) = oneshot::channel();
        {
            let mut state = self.state();
            if state.is_dismissed {
                return Err(Failure::Unreachable { reason: "its host has ended".to_owned() });
            }
            while let Some(ready) = state.ready.pop() {
                if !ready.is_closed() {
                    return Ok(ready);
                }
            }
            state.waiting.push_back(give);
        }
        self.start_for_those_who_wait(true);
        let given = match timeout(WORTH_WAITING, &mut given).await {
            Ok(given) => given,
            Err(_) => {
                self.start_for_those_who_wait(false);
                given.await
            }
        };
        given.unwrap_or_else(|_| {
            Err(Failure::Unreachable { reason: "its host has ended".to_owned() })
        })
    }

    /// An instance says that it is ready. It is answered whether anybody will ever want it.
    pub fn offer(&self, mut ready: Ready) -> bool {
        let mut state = self.state();
        while let Some(waiting) = state.waiting.pop_front() {
            match waiting.send(Ok(ready)) {
                Ok(()) => return true,
                Err(Ok(back)) => ready = back,
                // What was sent comes back.
                Err(Err(_)) => return false,
            }
        }
        if !state.is_dismissed {
            state.ready.retain(|ready| !ready.is_closed());
            state.ready.push(ready);
        }
        !state.is_dismissed
    }

    /// An instance could not be started: one of those who wait for one is told, if any does.
    pub fn tell_failure(&self, mut failure: Failure) {
        let mut state = self.state();
        while let Some(waiting) = state.waiting.pop_front() {
            match waiting.send(Err(failure)) {
                Ok(()) => return,
                Err(Err(back)) => failure = back,
                Err(Ok(_)) => return,
            }
        }
    }

    /// Starts as many instances as are waited for and may be. Never called from a `drop`, since starting
    /// needs a runtime that lives.
    pub fn start_for_those_who_wait(self: &Arc<Self>, count_settling: bool) {
        loop {
            let (seat, number) = {
                let mut state = self.state();
                state.waiting.retain(|waiting| !waiting.is_closed());
                let coming = state.starting + if count_settling { state.settling } else { 0 };
                let may_start = state.instances < self.settings.concurrency && !state.is_dismissed;
                if state.waiting.len() <= coming || !may_start {
                    return;
                }
                state.instances += 1;
                state.starting += 1;
                state.started += 1;
                (Seat { crew: self.clone(), phase: Phase::Starting }, state.started)
            };
            let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            while tasks.try_join_next().is_some() {}
            tasks.spawn(instance::run(seat, number));
        }
    }

    /// Ends all instances, and takes no call any more.
    pub fn dismiss(&self) {
        let (ready, waiting) = {
            let mut state = self.state();
            state.is_dismissed = true;
            (std::mem::take(&mut state.ready), std::mem::take(&mut state.waiting))
        };
        drop((ready, waiting));
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of one instance among the others, given up when it is dropped.
pub(super) struct Seat {
    pub crew: Arc<Crew>,
    phase: Phase,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Starting,
    /// Waiting for a call, or busy with one.
    Serving,
    /// Answered, and not ready again.
    Settling,
}

impl State {
    fn count(&mut self, phase: Phase) -> Option<&mut usize> {
        match phase {
            Phase::Starting => Some(&mut self.starting),
            Phase::Settling => Some(&mut self.settling),
            Phase::Serving => None,
        }
    }
}

impl Seat {
    pub fn enter(&mut self, phase: Phase) {
        let mut state = self.crew.state();
        if let Some(count) = state.count(self.phase) {
            *count -= 1;
        }
        if let Some(count) = state.count(phase) {
            *count += 1;
        }
        drop(state);
        self.phase = phase;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.enter(Phase::Serving);
        self.crew.state().instances -= 1;
    }
}
