//! How does a function ask somebody over HTTPS?
//!
//! One connection for one request: between its calls an instance is frozen, and a connection that was kept
//! would be dead by the next one. Certificates are looked at with the machine's own roots (`SSL_CERT_FILE`
//! names others), which are read when the first connection is made. No redirect is followed.

use bytes::Bytes;
use http::{HeaderValue, Request, Uri, header, uri::Scheme};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{InvalidDnsNameError, ServerName},
};
use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::JoinHandle,
};
use tokio_rustls::TlsConnector;

/// Asks over HTTPS.
#[derive(Default)]
pub struct Client {
    tls: Mutex<Option<Arc<ClientConfig>>>,
}

/// Where to ask: `https`, or `http` on the machine itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    uri: Uri,
    is_secure: bool,
    host: String,
    port: u16,
}

/// What came back.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body, as far as it was asked for.
    pub body: Bytes,
}

/// Why nothing came back. It quotes neither question nor answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no connection.
    #[error("there is no connection")]
    Connection(#[source] io::Error),
    /// The name is none that a certificate could be for.
    #[error("the name of the host is none")]
    Name(#[from] InvalidDnsNameError),
    /// The machine's roots cannot be used.
    #[error("there are no roots to look at certificates with")]
    Roots,
    /// The provider has no protocol in common with us. It always has.
    #[error("TLS cannot be set up")]
    Tls(#[from] rustls::Error),
    /// The request cannot be written.
    #[error("the request cannot be written")]
    Request(#[from] http::Error),
    /// What came is no HTTP, or it broke off.
    #[error("the exchange broke off")]
    Exchange(#[from] hyper::Error),
    /// The body is too long, or it broke off.
    #[error("the answer is too long or broke off")]
    Body,
}

impl Address {
    /// Reads an address. A query is none, and neither is a user.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let uri: Uri = text.parse().ok()?;
        let authority = uri.authority()?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let is_here = matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1");
        let is_secure = uri.scheme() == Some(&Scheme::HTTPS);
        let is_allowed = is_secure || (uri.scheme() == Some(&Scheme::HTTP) && is_here);
        let is_plain = uri.query().is_none() && !authority.as_str().contains('@');
        let port = authority.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
        (is_allowed && is_plain && !host.is_empty()).then_some(Self { uri, is_secure, host, port })
    }

    /// What is below this address.
    #[must_use]
    pub fn join(&self, path: &str) -> Option<Self> {
        let mut text = self.uri.to_string();
        text.truncate(text.trim_end_matches('/').len());
        Self::parse(&format!("{text}/{path}"))
    }
}

impl Client {
    /// Fetches what is there.
    ///
    /// # Errors
    /// [`Error`] if there is no whole answer, or one of more than `longest` bytes.
    pub async fn get(&self, address: &Address, longest: usize) -> Result<Answer, Error> {
        self.send(address, Request::get(address.path()), Bytes::new(), longest).await
    }

    /// Sends JSON there, with the value of an `Authorization` header if there is one.
    ///
    /// # Errors
    /// [`Error`] if there is no whole answer, or one of more than `longest` bytes.
    pub async fn post(
        &self,
        address: &Address,
        authorization: Option<&HeaderValue>,
        json: Bytes,
        longest: usize,
    ) -> Result<Answer, Error> {
        let mut request =
            Request::post(address.path()).header(header::CONTENT_TYPE, "application/json");
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        self.send(address, request, json, longest).await
    }

    async fn send(
        &self,
        address: &Address,
        request: http::request::Builder,
        body: Bytes,
        longest: usize,
    ) -> Result<Answer, Error> {
        let host = address.uri.authority().map_or("", |authority| authority.as_str());
        let request = request
            .header(header::HOST, host)
            .header(header::ACCEPT, "application/json")
            .header(header::CONNECTION, "close")
            .body(Full::new(body))?;
        let target = (address.host.as_str(), address.port);
        let stream = TcpStream::connect(target).await.map_err(Error::Connection)?;
        if !address.is_secure {
            return exchange(stream, request, longest).await;
        }
        let name = ServerName::try_from(address.host.clone())?;
        let connector = TlsConnector::from(self.tls()?);
        let stream = connector.connect(name, stream).await.map_err(Error::Connection)?;
        exchange(stream, request, longest).await
    }

    fn tls(&self) -> Result<Arc<ClientConfig>, Error> {
        let mut made = self.tls.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tls) = made.as_ref() {
            return Ok(tls.clone());
        }
        let mut roots = RootCertStore::empty();
        let (used, _) =
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if used == 0 {
            return Err(Error::Roots);
        }
        let tls = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(made.insert(Arc::new(tls)).clone())
    }
}

impl Address {
    fn path(&self) -> &str {
        self.uri.path()
    }
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    request: Request<Full<Bytes>>,
    longest: usize,
) -> Result<Answer, Error> {
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    // It ends with this call, also if the caller gives up.
    let _connection = Ends(tokio::spawn(async move {
        if let Err(cause) = connection.await {
            tracing::debug!(%cause, "a connection ended early");
        }
    }));
    let answer = sender.send_request(request).await?;
    let status = answer.status().as_u16();
    let body =
        Limited::new(answer.into_body(), longest).collect().await.map_err(|_| Error::Body)?;
    Ok(Answer { status, body: body.to_bytes() })
}

struct Ends(JoinHandle<()>);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_asked_without_tls() {
        for (text, host, port) in [
            ("https://example.com", "example.com", 443),
            ("https://example.com:8443/pool", "example.com", 8443),
            ("http://127.0.0.1:9229/eu-west-1_Ab1", "127.0.0.1", 9229),
            ("http://localhost", "localhost", 80),
            ("http://[::1]:80/", "::1", 80),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!((address.host.as_str(), address.port), (host, port), "{text}");
        }
        for bad in [
            "",
            "example.com",
            "/path",
            "http://example.com",
            "http://localhost.example.com",
            "https://ann:secret@example.com",
            "https://example.com/?a=b",
            "ftp://example.com",
            "https://",
        ] {
            assert_eq!(Address::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_path_is_joined_with_one_slash() {
        for text in ["https://example.com/pool", "https://example.com/pool/"] {
            let joined = Address::parse(text).unwrap().join("keys").unwrap();
            assert_eq!(joined.uri.to_string(), "https://example.com/pool/keys");
        }
        let joined = Address::parse("https://example.com").unwrap().join("keys").unwrap();
        assert_eq!(joined.path(), "/keys");
    }
}
