//! How does this server call somebody else's?
//!
//! Only as its [`Reach`] allows: the name is resolved here, the address is asked about, and that very address
//! is connected to, so that nothing can resolve to another one in between. One request, one connection, no
//! redirect, no cookie, a bounded answer, five seconds for all of it.

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, Uri, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use oauth::federation::{Http, LONGEST_BODY, Reach, Target, Unreached, is_local_name};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    sync::OnceCell,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs, pki_types::ServerName},
};

/// How long a call may take, from the name to the last byte.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many of a name's addresses are tried.
const MOST_ADDRESSES: usize = 4;

/// Calls other servers.
pub struct Outbound {
    reach: Reach,
    /// What the operator names may be called over TLS, though it is not public.
    named: Vec<IpAddr>,
    patience: Duration,
    /// Made at the first call over TLS: reading the machine's certificates takes longer than the start.
    tls: OnceCell<TlsConnector>,
}

impl Outbound {
    /// Calls what may be reached.
    #[must_use]
    pub fn new(reach: Reach) -> Self {
        Self { reach, named: Vec::new(), patience: PATIENCE, tls: OnceCell::new() }
    }

    /// The same, and these addresses too, over TLS.
    #[must_use]
    pub fn and_named(self, named: Vec<IpAddr>) -> Self {
        Self { named, ..self }
    }

    fn allows(&self, address: IpAddr, is_tls: bool) -> bool {
        self.reach.allows(address, is_tls) || is_tls && self.named.contains(&address.to_canonical())
    }

    /// Where a request goes, if it may.
    fn target(&self, uri: &Uri) -> Result<Target, Unreached> {
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let is_tls = uri.scheme_str() == Some("https");
        match host.parse::<IpAddr>() {
            Ok(address) if is_tls && self.named.contains(&address.to_canonical()) => {
                Ok(Target { is_tls, host: host.to_owned(), port: uri.port_u16().unwrap_or(443) })
            }
            _ => self.reach.target(uri),
        }
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Unreached> {
        let target = self.target(request.uri())?;
        let stream = self.connect(&target).await?;
        let request = relative(request)?;
        if !target.is_tls {
            return speak(stream, request).await;
        }
        let name = ServerName::try_from(target.host.clone()).map_err(|_| Unreached::NotAllowed)?;
        let tls = self.tls.get_or_try_init(connector).await?;
        speak(tls.connect(name, stream).await.map_err(broken)?, request).await
    }

    async fn connect(&self, target: &Target) -> Result<TcpStream, Unreached> {
        let mut outcome = Err(Unreached::NotAllowed);
        let addresses = resolve(target).await?;
        let allowed = addresses.into_iter().filter(|at| self.allows(at.ip(), target.is_tls));
        for address in allowed.take(MOST_ADDRESSES) {
            outcome = TcpStream::connect(address).await.map_err(broken);
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }
}

#[async_trait]
impl Http for Outbound {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Unreached> {
        let answer = tokio::time::timeout(self.patience, self.exchange(request)).await;
        answer.unwrap_or(Err(Unreached::TimedOut))
    }
}

async fn resolve(target: &Target) -> Result<Vec<SocketAddr>, Unreached> {
    if is_local_name(&target.host) {
        // Never anybody else's, whatever a resolver says (RFC 6761, 6.3).
        let here = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        return Ok(here.map(|address| SocketAddr::new(address, target.port)).into());
    }
    let found = lookup_host((target.host.as_str(), target.port)).await.map_err(broken)?;
    Ok(found.collect())
}

async fn connector() -> Result<TlsConnector, Unreached> {
    let load = tokio::task::spawn_blocking(rustls_native_certs::load_native_certs);
    let found = load.await.map_err(broken)?;
    for error in &found.errors {
        tracing::warn!(%error, "some of the machine's certificates could not be read");
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(broken)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The request as it stands on a connection to its own host.
fn relative(request: Request<Bytes>) -> Result<Request<Full<Bytes>>, Unreached> {
    let (mut parts, body) = request.into_parts();
    let host = parts.uri.authority().map(|authority| authority.as_str()).unwrap_or_default();
    let host = HeaderValue::from_str(host).map_err(|_| Unreached::NotAllowed)?;
    parts.headers.insert(header::HOST, host);
    parts.headers.insert(header::USER_AGENT, HeaderValue::from_static("poolhouse"));
    parts.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    let path = parts.uri.path_and_query().cloned();
    parts.uri = path.map_or_else(|| Uri::from_static("/"), Uri::from);
    Ok(Request::from_parts(parts, Full::new(body)))
}

async fn speak(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> Result<Response<Bytes>, Unreached> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    // It ends with this call: the time for all of it covers it too.
    let exchange = async {
        let (parts, body) = sender.send_request(request).await.map_err(broken)?.into_parts();
        let body = Limited::new(body, LONGEST_BODY).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() { Unreached::TooLarge } else { broken(error) }
        })?;
        Ok(Response::from_parts(parts, body.to_bytes()))
    };
    tokio::pin!(exchange);
    tokio::select! {
        // What was answered counts, even if the connection broke after it.
        biased;
        answer = &mut exchange => answer,
        ended = connection => match ended {
            Ok(()) => exchange.await,
            Err(error) => Err(broken(error)),
        },
    }
}

fn broken(error: impl std::fmt::Display) -> Unreached {
    Unreached::Broken(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    /// A server that gives every connection this answer, and counts them.
    async fn server(answer: &'static [u8]) -> (u16, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let count = Arc::new(AtomicUsize::new(0));
        let counter = count.clone();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                counter.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    let mut asked = [0; 4096];
                    let read = stream.read(&mut asked).await.unwrap_or(0);
                    assert!(read > 0);
                    if answer.is_empty() {
                        tokio::time::sleep(Duration::from_secs(60)).await;
                    }
                    // Whoever asked may have gone before the end.
                    let _ = stream.write_all(answer).await;
                });
            }
        });
        (port, count)
    }

    async fn get(outbound: &Outbound, url: &str) -> Result<Response<Bytes>, Unreached> {
        outbound.send(Request::get(url).body(Bytes::new()).unwrap()).await
    }

    const FINE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

    #[tokio::test]
    async fn fed_02_nothing_of_this_machine_is_called_and_hears_nothing() {
        let (port, count) = server(FINE).await;
        let outbound = Outbound::new(Reach::Public);
        for host in [
            "127.0.0.1",
            "localhost",
            "x.localhost",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "0.0.0.0",
            "2130706433",
            "0x7f.1",
        ] {
            for scheme in ["http", "https"] {
                let url = format!("{scheme}://{host}:{port}/");
                assert_eq!(get(&outbound, &url).await.unwrap_err(), Unreached::NotAllowed, "{url}");
            }
        }
        assert_eq!(count.load(Ordering::SeqCst), 0);
    }

    #[test]
    fn an_address_that_is_not_public_is_called_over_tls_if_it_was_named() {
        let named = Outbound::new(Reach::Public).and_named(vec!["10.0.0.1".parse().unwrap()]);
        let (mine, other) = ("https://10.0.0.1/hook", "https://10.0.0.2/hook");
        assert!(named.target(&Uri::from_static(mine)).is_ok());
        assert!(Outbound::new(Reach::Public).target(&Uri::from_static(mine)).is_err());
        for refused in [other, "http://10.0.0.1/hook", "https://169.254.169.254/", "https://[::1]/"]
        {
            assert!(named.target(&Uri::from_static(refused)).is_err(), "{refused}");
        }
        // The same of what a name leads to.
        assert!(named.allows("::ffff:10.0.0.1".parse().unwrap(), true));
        assert!(!named.allows("10.0.0.1".parse().unwrap(), false));
    }

    #[tokio::test]
    async fn a_developer_calls_this_machine() {
        let (port, _) = server(FINE).await;
        let outbound = Outbound::new(Reach::PublicAndLoopback);
        for host in ["127.0.0.1", "localhost", "people.auth.localhost"] {
            let answer = get(&outbound, &format!("http://{host}:{port}/x")).await.unwrap();
            assert_eq!(answer.body().as_ref(), b"{}");
        }
    }

    #[tokio::test]
    async fn fed_02_a_redirect_is_an_answer_and_not_followed() {
        let (target, count) = server(FINE).await;
        let redirect = format!(
            "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{target}/\r\ncontent-length: 0\r\n\r\n"
        );
        let (port, _) = server(redirect.leak().as_bytes()).await;
        let outbound = Outbound::new(Reach::PublicAndLoopback);
        let answer = get(&outbound, &format!("http://127.0.0.1:{port}/")).await.unwrap();
        assert_eq!((answer.status().as_u16(), count.load(Ordering::SeqCst)), (302, 0));
    }

    #[tokio::test]
    async fn an_answer_without_end_and_one_that_never_comes_are_given_up() {
        let long = [&b"HTTP/1.1 200 OK\r\n\r\n"[..], &vec![b' '; LONGEST_BODY + 1]].concat();
        let (port, _) = server(long.leak()).await;
        let mut outbound = Outbound::new(Reach::PublicAndLoopback);
        let url = format!("http://127.0.0.1:{port}/");
        assert_eq!(get(&outbound, &url).await.unwrap_err(), Unreached::TooLarge);

        let (port, _) = server(b"").await;
        outbound.patience = Duration::from_millis(50);
        let url = format!("http://127.0.0.1:{port}/");
        assert_eq!(get(&outbound, &url).await.unwrap_err(), Unreached::TimedOut);
    }

    #[tokio::test]
    async fn a_server_without_tls_is_not_spoken_to_over_it() {
        let (port, _) = server(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let outbound = Outbound::new(Reach::PublicAndLoopback);
        let refused = get(&outbound, &format!("https://localhost:{port}/")).await;
        assert!(matches!(refused, Err(Unreached::Broken(_))), "{refused:?}");
    }
}
