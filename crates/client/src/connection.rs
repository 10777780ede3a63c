//! How does a request get there, and its answer back?

use crate::{AccessToken, Address, ApiKey, Error, NoAddress, error};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client as Pool, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::crypto::aws_lc_rs;
use serde::{Serialize, de::DeserializeOwned};
use std::{io, sync::Arc, time::Duration};

/// The most bytes of an answer. The API has none that is longer.
const LONGEST_ANSWER: usize = 10 * 1024 * 1024;
/// How long an answer is waited for unless somebody says otherwise. A gateway gives up after 29 seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// A client of one API. Cheap to clone; clones share their connections.
#[derive(Debug, Clone)]
pub struct Client {
    address: Arc<Address>,
    pool: Pool<HttpsConnector<HttpConnector>, Full<Bytes>>,
    key: Option<ApiKey>,
    token: Option<AccessToken>,
    patience: Duration,
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum Unsendable {
    #[error(transparent)]
    Address(#[from] NoAddress),
    /// Without them nobody can tell whose certificate is good.
    #[error("the roots of this machine cannot be read")]
    Roots(#[from] io::Error),
}

/// Which version of something it is. What is in it is the API's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version(String);

impl Version {
    /// A version that was kept as text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The version as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Something, and which version of it that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned<T> {
    pub value: T,
    /// For the change that is made of it.
    pub version: Option<Version>,
}

/// What marks a request as the same when it is sent again. It is good for a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// A key: 1 to 255 visible letters of ASCII, made up for one request.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

/// Who an operation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Credential {
    Nothing,
    Key,
    Token,
}

/// A request that is being put together.
pub(crate) struct Call<'a> {
    client: &'a Client,
    method: Method,
    credential: Credential,
    target: String,
    headers: HeaderMap,
    body: Result<Bytes, Error>,
}

impl Client {
    /// A client of the API at this address. It has no credential yet.
    ///
    /// # Errors
    /// [`Unsendable`].
    pub fn new(address: &str) -> Result<Self, Unsendable> {
        let address = Address::parse(address)?;
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(aws_lc_rs::default_provider())?
            // An address of plain HTTP is this machine's.
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self {
            address: Arc::new(address),
            pool: Pool::builder(TokioExecutor::new()).build(connector),
            key: None,
            token: None,
            patience: PATIENCE,
        })
    }

    /// The same client with a server's key, for the operations from server to server.
    #[must_use]
    pub fn with_api_key(self, key: ApiKey) -> Self {
        Self { key: Some(key), ..self }
    }

    /// The same client with an access token, for the operations below `/public`.
    #[must_use]
    pub fn with_token(self, token: AccessToken) -> Self {
        Self { token: Some(token), ..self }
    }

    /// The same client, which waits this long for an answer.
    #[must_use]
    pub fn with_timeout(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    pub(crate) fn call(
        &self,
        method: Method,
        credential: Credential,
        segments: &[&str],
    ) -> Call<'_> {
        self.call_with_query(method, credential, segments, &[])
    }

    pub(crate) fn call_with_query(
        &self,
        method: Method,
        credential: Credential,
        segments: &[&str],
        query: &[(&str, String)],
    ) -> Call<'_> {
        Call {
            client: self,
            method,
            credential,
            target: self.address.join(segments, query),
            headers: HeaderMap::new(),
            body: Ok(Bytes::new()),
        }
    }
}

impl Call<'_> {
    /// With a body.
    pub fn json(self, body: &impl Serialize) -> Self {
        self.body(HeaderValue::from_static("application/json"), body)
    }

    /// With a merge patch ([RFC 7396](https://www.rfc-editor.org/rfc/rfc7396)).
    pub fn merge_patch(self, body: &impl Serialize) -> Self {
        self.body(HeaderValue::from_static("application/merge-patch+json"), body)
    }

    /// With bytes of some other type.
    pub fn bytes(mut self, media: &'static str, body: Bytes) -> Self {
        self.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
        self.body = Ok(body);
        self
    }

    fn body(mut self, media: HeaderValue, body: &impl Serialize) -> Self {
        self.headers.insert(header::CONTENT_TYPE, media);
        self.body = serde_json::to_vec(body).map(Bytes::from).map_err(Error::Body);
        self
    }

    /// Only if it is still this version.
    pub fn of_version(self, version: Option<&Version>) -> Self {
        self.header(header::IF_MATCH.as_str(), version.map(Version::as_str))
    }

    /// The same request as another with this key.
    pub fn once(self, key: Option<&IdempotencyKey>) -> Self {
        self.header("idempotency-key", key.map(|key| key.0.as_str()))
    }

    fn header(mut self, name: &'static str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            match HeaderValue::from_str(value) {
                Ok(value) => {
                    self.headers.insert(name, value);
                }
                Err(error) => self.body = Err(Error::Request(error.into())),
            }
        }
        self
    }

    /// What comes back, read as JSON.
    pub async fn answer<T: DeserializeOwned>(self) -> Result<T, Error> {
        let (status, _, body) = self.send().await?;
        serde_json::from_slice(&body).map_err(|_| Error::Unexpected { status })
    }

    /// What comes back, with its version.
    pub async fn versioned<T: DeserializeOwned>(self) -> Result<Versioned<T>, Error> {
        let (status, headers, body) = self.send().await?;
        let version = headers.get(header::ETAG).and_then(|version| version.to_str().ok());
        let version = version.map(Version::new);
        let value = serde_json::from_slice(&body).map_err(|_| Error::Unexpected { status })?;
        Ok(Versioned { value, version })
    }

    /// What comes back, as it is.
    pub async fn raw(self) -> Result<Bytes, Error> {
        Ok(self.send().await?.2)
    }

    /// That something comes back.
    pub async fn done(self) -> Result<(), Error> {
        self.send().await.map(drop)
    }

    async fn send(self) -> Result<(StatusCode, HeaderMap, Bytes), Error> {
        let client = self.client;
        let mut request = Request::builder()
            .method(self.method)
            .uri(self.target)
            .header(header::ACCEPT, "application/json, application/problem+json")
            .header(header::USER_AGENT, concat!("poolhouse-client/", env!("CARGO_PKG_VERSION")))
            .body(Full::new(self.body?))?;
        let headers = request.headers_mut();
        headers.extend(self.headers);
        match self.credential {
            Credential::Nothing => {}
            Credential::Key => {
                let key = client.key.as_ref().ok_or(Error::NoCredential("an API key"))?;
                headers.insert("x-api-key", hidden(key.reveal())?);
            }
            Credential::Token => {
                let token = client.token.as_ref().ok_or(Error::NoCredential("an access token"))?;
                let value = zeroize::Zeroizing::new(format!("Bearer {}", token.reveal()));
                headers.insert(header::AUTHORIZATION, hidden(&value)?);
            }
        }
        let exchange = async {
            let response = client.pool.request(request).await.map_err(Error::Unreachable)?;
            let (head, body) = response.into_parts();
            let body = Limited::new(body, LONGEST_ANSWER).collect().await;
            Ok::<_, Error>((head, body.map_err(|_| Error::Broken)?.to_bytes()))
        };
        let exchange = tokio::time::timeout(client.patience, exchange).await;
        let (head, body) = exchange.map_err(|_| Error::TimedOut)??;
        if head.status.is_success() {
            return Ok((head.status, head.headers, body));
        }
        let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
        let retry_after = text(header::RETRY_AFTER).and_then(|seconds| seconds.parse().ok());
        let media = text(header::CONTENT_TYPE).unwrap_or_default();
        Err(error::of_answer(head.status, media, retry_after.map(Duration::from_secs), &body))
    }
}

/// A header that no log of the connection shows.
fn hidden(text: &str) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(text).map_err(|error| Error::Request(error.into()))?;
    value.set_sensitive(true);
    Ok(value)
}
