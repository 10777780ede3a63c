//! How is a function called?
//!
//! A [`Function`] is the port: bytes in, bytes out, or a [`Failure`]. Transports implement it: a closure of
//! this process ([`InProcess`]) here, others beside it. [`Functions`] is where callers find functions by
//! ARN, and it knows the two ways of calling: [`Functions::invoke`] calls once within the function's own
//! time limit, [`Functions::fire`] calls as a user pool calls its triggers.
//!
//! ```
//! use functions::{Functions, InProcess, Settings, Thrown};
//! use std::sync::Arc;
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let functions = Functions::new(Arc::new(|| "c4a1bb4e".to_owned()));
//! functions.register(
//!     "double",
//!     Settings::default(),
//!     Arc::new(InProcess::new(|number: u32| async move { Ok::<u32, Thrown>(number * 2) })),
//! );
//!
//! let arn = "arn:aws:lambda:eu-west-1:000000000000:function:double".parse()?;
//! assert_eq!(functions.invoke(&arn, "21".into()).await?, "42");
//! # Ok(()) }
//! ```
//!
//! What goes in and what comes out is never logged, and never part of a `Debug` or `Display` here.

pub mod conformance;
mod failure;
mod in_process;
mod registry;

pub use failure::{Failure, Thrown};
pub use in_process::InProcess;
pub use registry::{Functions, RequestIds, Settings};

use async_trait::async_trait;
use bytes::Bytes;
use std::{fmt, time::Duration};

/// The most bytes a function is handed or answers: 6 MiB, as for a synchronous call of a Lambda function.
pub const MAX_PAYLOAD: usize = 6 * 1024 * 1024;

/// Something that can be called.
///
/// A transport keeps these promises, and [`conformance!`] checks them:
///
/// * It answers within [`Call::timeout`], with [`Failure::TimedOut`] if the function has not.
/// * Dropping the returned future gives the call up: nothing keeps running on the caller's account, and
///   the next call is not disturbed.
/// * A function that crashes takes nothing with it: the next call finds a working function.
/// * Calls may come many at once, and each gets its own answer.
/// * It neither sends nor returns more than [`MAX_PAYLOAD`].
#[async_trait]
pub trait Function: Send + Sync {
    /// Calls the function once.
    ///
    /// # Errors
    /// [`Failure`] if there is no answer; each variant says what happened.
    async fn invoke(&self, call: Call) -> Result<Bytes, Failure>;
}

/// One call of a function.
#[derive(Clone)]
pub struct Call {
    /// Names the call in the function's own logs. A repeated call carries the same id.
    pub request_id: String,
    /// The event, in JSON.
    pub payload: Bytes,
    /// How long the function may take.
    pub timeout: Duration,
}

impl fmt::Debug for Call {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Call")
            .field("request_id", &self.request_id)
            .field("bytes", &self.payload.len())
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
