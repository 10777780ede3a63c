//! How is a Lambda binary or handler called?
//!
//! [`LambdaHost`] runs the code of a function as Lambda would: it starts a process, serves the Lambda
//! Runtime API to it on a loopback port of its own, hands it one event at a time and takes its answers.
//! Code that was built for Lambda runs unmodified.
//!
//! ```no_run
//! use functions::lambda::{LambdaHost, Settings};
//! use std::sync::Arc;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let arn = "arn:aws:lambda:eu-west-1:000000000000:function:hello".parse()?;
//! let clock: names::Clock = Arc::new(jiff::Timestamp::now);
//! let mut settings = Settings::new(arn, "target/lambda/hello", "provided.al2023".parse()?, clock);
//! settings.memory_megabytes = 256;
//! let hello = LambdaHost::new(settings);
//! hello.check()?;
//! # Ok(()) }
//! ```
//!
//! # What an instance may do
//! It runs as the user of this process and is not in a sandbox: functions are trusted as far as programs
//! that one starts by hand. What it is given is only what Lambda would give: nothing of this process's
//! environment, no open file, no standard input, and no shell between this process and it.
//!
//! # How instances come and go
//! A call takes the instance that answered last, or starts another while there are fewer than
//! [`Settings::concurrency`]; a call beyond that is [`Failure::Throttled`].
//! Starting is nobody's call: it goes on when the caller that wanted it has gone, for at most
//! [`Settings::init_limit`], and the next caller finds the instance. An instance that crashes, that runs
//! out of time or memory, whose caller goes away, or that breaks the rules of the Runtime API is killed with
//! all processes of its group. One that is not called for [`Settings::idle`] is ended.
//!
//! All instances end when the host is dropped. Should this process be killed, they lose their Runtime API,
//! at which runtimes exit; one that hangs outlives it, unless [`Settings::launcher`] ties its life to this
//! process's.
//!
//! # Memory
//! The limit is held by looking at the resident memory of an instance and its children every
//! fifty milliseconds, and at the peak of the instance at each answer, and killing what is over it. A limit of the kernel on address space or data would
//! count what runtimes reserve and never touch, and control groups are not ours to make. The figures
//! include pages shared with other processes, so they are a little higher than Lambda's.

mod command;
mod crew;
mod instance;
mod launch;
mod memory;
mod process;
mod runtime_api;
mod settings;

pub use launch::launch;
pub use settings::{Architecture, Interpreters, Runtime, Settings, Unusable};

use crate::{Call, Failure, Function, MAX_PAYLOAD};
use async_trait::async_trait;
use bytes::Bytes;
use crew::Crew;
use instance::{Ended, Order};
use std::{fmt, sync::Arc};
use tokio::{
    sync::oneshot,
    time::{Instant, timeout_at},
};

/// The code of one function, run as Lambda runs it.
pub struct LambdaHost {
    crew: Arc<Crew>,
}

impl LambdaHost {
    /// A host without an instance; the first call starts one.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { crew: Arc::new(Crew::new(settings)) }
    }

    /// Whether an instance could be started: the settings are such as Lambda takes, and the code is there
    /// and made for this machine. Each start looks again, since code is rebuilt while this runs.
    ///
    /// # Errors
    /// [`Unusable`] says what is wrong.
    pub fn check(&self) -> Result<(), Unusable> {
        command::command(&self.crew.settings).map(drop)
    }

    /// How many instances there are now, those that are starting included.
    #[must_use]
    pub fn instances(&self) -> usize {
        self.crew.instances()
    }
}

#[async_trait]
impl Function for LambdaHost {
    async fn invoke(&self, call: Call) -> Result<Bytes, Failure> {
        if call.payload.len() > MAX_PAYLOAD {
            return Err(Failure::TooLarge);
        }
        if !is_a_request_id(&call.request_id) {
            let reason = "the request id cannot be written into a path".to_owned();
            return Err(Failure::Unreachable { reason });
        }
        let deadline = Instant::now() + call.timeout;
        let Ok(_place) = self.crew.places.try_acquire() else { return Err(Failure::Throttled) };
        loop {
            let instance = timeout_at(deadline, self.crew.instance())
                .await
                .unwrap_or(Err(Failure::TimedOut))?;
            let (reply, ended) = oneshot::channel();
            // An instance that ended in this moment takes no order; another one does.
            if instance.send(Order { call: call.clone(), deadline, reply }).is_err() {
                continue;
            }
            match ended.await {
                Ok(Ended::Answered(answer)) => return answer,
                Ok(Ended::NotHeard) => {}
                Err(_) => return Err(Failure::Crashed { reason: "its host has ended".to_owned() }),
            }
        }
    }
}

impl Drop for LambdaHost {
    fn drop(&mut self) {
        self.crew.dismiss();
    }
}

impl fmt::Debug for LambdaHost {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("LambdaHost")
            .field("settings", &self.crew.settings)
            .field("instances", &self.instances())
            .finish()
    }
}

/// The id travels in a header and comes back in a path.
fn is_a_request_id(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}
