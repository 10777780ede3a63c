//! How is a provider called?
//!
//! The port is one request and one response; the front has the sockets. Everything that comes back is read
//! here as what it must be, or not at all.

use super::form;
use ::http::{Request, Response, StatusCode, Uri, header};
use async_trait::async_trait;
use bytes::Bytes;
use serde_json::{Map, Value};

/// The longest answer of a provider that is read.
pub const LONGEST_BODY: usize = 1024 * 1024;

/// Calls somebody else's server.
///
/// An adapter calls only what its [`Reach`](super::Reach) allows, asking again about the address that a name
/// resolved to and connecting to that very address; follows no redirect; sends no cookie; reads at most
/// [`LONGEST_BODY`] bytes; and gives up after five seconds.
#[async_trait]
pub trait Http: Send + Sync + 'static {
    /// Sends a request with an absolute URL and gives the answer, whatever its status.
    ///
    /// # Errors
    /// [`Unreached`].
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Unreached>;
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreached {
    /// Nothing there may be called from here.
    #[error("this address may not be called from here")]
    NotAllowed,
    /// No answer in time.
    #[error("no answer in time")]
    TimedOut,
    /// An answer that is longer than anybody reads.
    #[error("the answer is too long")]
    TooLarge,
    /// The connection could not be made or broke.
    #[error("{0}")]
    Broken(String),
}

/// What is wrong with an answer that came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unusable {
    #[error("{0}")]
    Unreached(#[from] Unreached),
    #[error("the URL is none")]
    Url,
    /// An error of the provider's own, as RFC 6749 writes it.
    #[error("status {status}, {error}")]
    Refused { status: StatusCode, error: String, description: Option<String> },
    #[error("no JSON object")]
    NotJson,
}

/// Gets a JSON object.
pub(super) async fn get(http: &dyn Http, url: &str) -> Result<Map<String, Value>, Unusable> {
    let request = Request::get(uri(url)?).header(header::ACCEPT, "application/json");
    object(http, request.body(Bytes::new()).map_err(|_| Unusable::Url)?).await
}

/// Gets a JSON object with a token, by the method that the provider wants.
pub(super) async fn get_with_token(
    http: &dyn Http,
    url: &str,
    is_post: bool,
    token: &str,
) -> Result<Map<String, Value>, Unusable> {
    let builder = if is_post { Request::post(uri(url)?) } else { Request::get(uri(url)?) };
    let request = builder
        .header(header::ACCEPT, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    object(http, request.body(Bytes::new()).map_err(|_| Unusable::Url)?).await
}

/// Posts a form and reads a JSON object.
pub(super) async fn post(
    http: &dyn Http,
    url: &str,
    authorization: Option<&str>,
    fields: &[(&str, &str)],
) -> Result<Map<String, Value>, Unusable> {
    let mut request = Request::post(uri(url)?)
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    if let Some(authorization) = authorization {
        request = request.header(header::AUTHORIZATION, authorization);
    }
    object(http, request.body(form(fields).into()).map_err(|_| Unusable::Url)?).await
}

fn uri(url: &str) -> Result<Uri, Unusable> {
    url.parse().map_err(|_| Unusable::Url)
}

async fn object(http: &dyn Http, request: Request<Bytes>) -> Result<Map<String, Value>, Unusable> {
    let response = http.send(request).await?;
    let status = response.status();
    let body = response.body();
    if body.len() > LONGEST_BODY {
        return Err(Unreached::TooLarge.into());
    }
    let object = serde_json::from_slice::<Map<String, Value>>(body);
    if status == StatusCode::OK {
        return object.map_err(|_| Unusable::NotJson);
    }
    let object = object.unwrap_or_default();
    let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
    let error = text("error").unwrap_or_default();
    Err(Unusable::Refused { status, error, description: text("error_description") })
}
