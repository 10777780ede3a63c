//! How does a request get to a server elsewhere? The gateway opens no socket: who has it brings one.

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};

/// Sends requests to the servers that HTTP integrations name.
///
/// The address is absolute. A redirect is an answer and is not followed. The gateway waits no longer than the
/// integration's time and then drops the call.
#[async_trait]
pub trait Upstream: Send + Sync {
    /// The answer, its body whole and at most `largest` bytes long.
    ///
    /// # Errors
    /// [`Unreached`], if there is none.
    async fn send(
        &self,
        request: Request<Bytes>,
        largest: usize,
    ) -> Result<Response<Bytes>, Unreached>;
}

/// Why a server elsewhere gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreached {
    /// There was no connection, or it broke.
    #[error("it cannot be reached: {0}")]
    Broken(String),
    /// The answer is longer than an answer may be.
    #[error("its answer is too large")]
    TooLarge,
}

/// Reaches nobody: for gateways without HTTP integrations.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoUpstream;

#[async_trait]
impl Upstream for NoUpstream {
    async fn send(&self, _: Request<Bytes>, _: usize) -> Result<Response<Bytes>, Unreached> {
        Err(Unreached::Broken("this gateway calls no other servers".to_owned()))
    }
}
