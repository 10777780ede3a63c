//! What answers behind a route?
//!
//! One file each: `http` for a server elsewhere, `mock` for an answer that the configuration holds. A function
//! is spoken to by `proxy_event` and `proxy_answer`.

pub(crate) mod http;
pub(crate) mod mock;

pub use self::{
    http::HttpIntegration,
    mock::{MockIntegration, MockResponse, PassThrough},
};

use names::FunctionArn;

/// What answers behind a route.
#[derive(Debug, Clone)]
pub enum Integration {
    /// A function, by proxy events.
    Function(FunctionArn),
    /// A server elsewhere, as the client asked.
    Http(HttpIntegration),
    /// The gateway itself; REST APIs only.
    Mock(MockIntegration),
}

impl From<FunctionArn> for Integration {
    fn from(function: FunctionArn) -> Self {
        Self::Function(function)
    }
}
