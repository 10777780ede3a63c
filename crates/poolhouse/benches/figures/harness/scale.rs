//! How much is done of everything?

use std::time::Duration;

/// The size of a run.
pub struct Scale {
    /// How long a flow is driven.
    pub flow: Duration,
    /// How long sign-ups are driven, whose pace is the disk's.
    pub sign_up: Duration,
    /// Sign-ins over SRP, whose client's part is computed beforehand.
    pub exchanges: usize,
    /// Users of the larger listing, and how long they may take to sign up.
    pub users: usize,
    pub top_up: Duration,
    /// Users of the pools that are listed, a small one and a large one.
    pub crowds: (usize, usize),
    /// How often the server is started.
    pub starts: usize,
    /// How long a server rests before its memory is looked at again.
    pub rest: Duration,
}

impl Scale {
    pub fn full() -> Self {
        Self {
            flow: Duration::from_secs(3),
            sign_up: Duration::from_secs(4),
            exchanges: 2048,
            users: 10_000,
            top_up: Duration::from_secs(60),
            crowds: (1_000, 100_000),
            starts: 20,
            rest: Duration::from_secs(5),
        }
    }

    pub fn quick() -> Self {
        Self {
            flow: Duration::from_millis(300),
            sign_up: Duration::from_millis(500),
            exchanges: 64,
            users: 1000,
            top_up: Duration::from_secs(3),
            crowds: (200, 2_000),
            starts: 3,
            rest: Duration::from_millis(500),
        }
    }
}
