//! How is a function called?
//!
//! A [`Function`] is the port: bytes in, bytes out, or a [`Failure`]. Transports implement it, each behind
//! the feature of its name, so that a function of ours links none that it does not use:
//!
//! * [`InProcess`], always there: a closure of this process;
//! * `lambda::LambdaHost` (`lambda`): a Lambda binary or handler, in processes of its own;
//! * `InvokeUrl` (`invoke-url`): a function that somebody else runs.
//!
//! The other way round, `InvokeApi` (`invoke-api`) lets the SDKs and command lines of AWS call ours.
//!
//! [`Functions`] is where callers find functions by ARN, and it knows the two ways of calling:
//! [`Functions::invoke`] calls once within the function's own time limit, [`Functions::fire`] calls as a user
//! pool calls its triggers.
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
#[cfg(any(feature = "lambda", feature = "invoke-url"))]
mod http_io;
mod in_process;
#[cfg(feature = "invoke-api")]
pub mod invoke_api;
#[cfg(feature = "invoke-url")]
mod invoke_url;
#[cfg(feature = "lambda")]
pub mod lambda;
mod logs;
mod registry;

pub use failure::{Failure, Thrown, crash_message};
pub use in_process::InProcess;
#[cfg(feature = "invoke-api")]
pub use invoke_api::InvokeApi;
#[cfg(feature = "invoke-url")]
pub use invoke_url::{InvokeUrl, function_error};
pub use logs::{Line, Logs, Source, Tails, TracedLogs, Watch};
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
