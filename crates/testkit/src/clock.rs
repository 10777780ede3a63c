//! A clock that stands still until it is moved.

use jiff::{SignedDuration, Timestamp};
use names::Clock;
use std::sync::{Arc, Mutex};

/// What time it is in a test. Clones share their time.
#[derive(Clone)]
pub struct StoppedClock(Arc<Mutex<Timestamp>>);

impl StoppedClock {
    /// Stands at a Saturday morning.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new("2026-11-21T08:00:00.25Z".parse().unwrap())))
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    /// Moves on.
    pub fn advance(&self, by: SignedDuration) {
        *self.0.lock().unwrap() += by;
    }

    /// The clock as everybody else takes it.
    #[must_use]
    pub fn clock(&self) -> Clock {
        let this = self.clone();
        Arc::new(move || this.now())
    }
}

impl Default for StoppedClock {
    fn default() -> Self {
        Self::new()
    }
}
