//! How do requests come in, and how much of them is taken?

use crate::{Problem, crowd::Crowd, tls::Tls};
use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header, request::Parts};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{body::Incoming, server::conn::http1::Builder, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
};
use std::{convert::Infallible, future::Future, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::watch,
    time::Instant,
};

/// How long a client may take to agree on TLS, for its headers, and for its body.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
const HEADERS_WITHIN: Duration = Duration::from_secs(15);
const BODY_WITHIN: Duration = Duration::from_secs(30);
/// How long a body may take that is taken in parts, each within the time of a whole one.
const PARTS_WITHIN: Duration = Duration::from_secs(15 * 60);
/// The most bytes of all headers together, and the most headers.
const HEADER_BYTES: usize = 64 * 1024;
const HEADER_COUNT: usize = 100;
/// How long requests that are under way may take when the server ends.
const LAST_REQUESTS_WITHIN: Duration = Duration::from_secs(8);

/// Why the body of a request was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    TooLarge,
    Broken,
    TooSlow,
}

impl Unread {
    /// The status of the answer.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Broken => StatusCode::BAD_REQUEST,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
        }
    }
}

/// How the body of a request is taken.
pub enum Way {
    /// As a whole, within the limit.
    Whole,
    /// Part by part, by somebody who keeps each before the next is read.
    InParts(Box<dyn Taker>),
    /// Not at all.
    Refused(Response<Bytes>),
}

/// Somebody who takes a body part by part.
#[async_trait]
pub trait Taker: Send {
    /// Takes the next part, or answers that no more is taken.
    async fn take(&mut self, part: Bytes) -> Result<(), Response<Bytes>>;

    /// Answers when all of it was taken.
    async fn end(self: Box<Self>) -> Response<Bytes>;
}

/// Something that answers requests whose bodies were read.
pub trait Answer: Send + Sync + 'static {
    /// How the body of a request is taken, asked before any of it is read.
    fn way(&self, _: &Parts) -> impl Future<Output = Way> + Send {
        async { Way::Whole }
    }

    /// The most bytes of a body behind this head.
    fn body_limit(&self, head: &Parts) -> usize;

    /// The answer, in the words of this door, to a request whose body was not read.
    fn refuse(&self, head: &Parts, peer: SocketAddr, unread: Unread) -> Response<Bytes>;

    /// Answers.
    fn answer(
        &self,
        request: Request<Bytes>,
        peer: SocketAddr,
    ) -> impl Future<Output = Response<Bytes>> + Send;
}

/// Takes a place to listen at.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, Problem> {
    TcpListener::bind(address)
        .await
        .map_err(|cause| Problem::new(format!("cannot listen on {address}"), cause))
}

/// Answers what comes in, over TLS if there is a certificate, until the end is signalled, then lets what is
/// under way finish.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    crowd: Arc<Crowd>,
    answers: Arc<impl Answer>,
    mut end: watch::Receiver<bool>,
) {
    // HTTP/1.1 alone: every client of these APIs speaks it, and every state that a connection can wait in has
    // an end. Telling HTTP/2 apart by its first bytes would be one that has none.
    let mut builder = Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .max_buf_size(HEADER_BYTES)
        .max_headers(HEADER_COUNT)
        .keep_alive(true);
    let graceful = GracefulShutdown::new();
    loop {
        let come = async { (crowd.room().await, listener.accept().await) };
        let (room, accepted) = tokio::select! {
            accepted = come => accepted,
            _ = end.changed() => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(cause) => {
                // Out of file descriptors, most likely: those that are open will be closed.
                tracing::warn!(%cause, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Some(place) = crowd.admit(room, peer.ip()) else { continue };
        let _ = stream.set_nodelay(true);
        let (answers, builder, watcher) = (answers.clone(), builder.clone(), graceful.watcher());
        let acceptor = tls.as_ref().map(|tls| tls.acceptor());
        tokio::spawn(async move {
            let _place = place;
            let Some(acceptor) = acceptor else {
                return speak(stream, peer, &builder, watcher, answers).await;
            };
            match tokio::time::timeout(HANDSHAKE_WITHIN, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => speak(stream, peer, &builder, watcher, answers).await,
                Ok(Err(cause)) => tracing::debug!(%cause, "a client did not agree on TLS"),
                Err(_) => tracing::debug!("a client did not finish its handshake"),
            }
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(LAST_REQUESTS_WITHIN, graceful.shutdown()).await;
}

/// Answers what comes over one connection, until somebody closes it.
async fn speak(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    builder: &Builder,
    watcher: Watcher,
    answers: Arc<impl Answer>,
) {
    let service = service_fn(move |request| {
        let answers = answers.clone();
        async move { Ok::<_, Infallible>(answer(&*answers, request, peer).await) }
    });
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    if let Err(cause) = watcher.watch(connection).await {
        tracing::debug!(%cause, "a connection broke");
    }
}

async fn answer(
    answers: &impl Answer,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    match answers.way(&head).await {
        Way::Whole => {}
        Way::InParts(taker) => return in_parts(answers, &head, peer, taker, body).await,
        Way::Refused(response) => return closed(response),
    }
    let limited = Limited::new(body, answers.body_limit(&head));
    let unread = match tokio::time::timeout(BODY_WITHIN, limited.collect()).await {
        Ok(Ok(body)) => {
            let request = Request::from_parts(head, body.to_bytes());
            return answers.answer(request, peer).await.map(Full::new);
        }
        Ok(Err(cause)) if cause.is::<LengthLimitError>() => Unread::TooLarge,
        Ok(Err(_)) => Unread::Broken,
        Err(_) => Unread::TooSlow,
    };
    closed(answers.refuse(&head, peer, unread))
}

/// Hands a body on as it comes, so that no more than a part of it is in memory.
async fn in_parts(
    answers: &impl Answer,
    head: &Parts,
    peer: SocketAddr,
    mut taker: Box<dyn Taker>,
    mut body: Incoming,
) -> Response<Full<Bytes>> {
    let end = Instant::now() + PARTS_WITHIN;
    loop {
        let next_within = BODY_WITHIN.min(end.saturating_duration_since(Instant::now()));
        match tokio::time::timeout(next_within, body.frame()).await {
            Ok(None) => return taker.end().await.map(Full::new),
            Ok(Some(Ok(frame))) => {
                let Ok(part) = frame.into_data() else { continue };
                if let Err(response) = taker.take(part).await {
                    return closed(response);
                }
            }
            Ok(Some(Err(_))) => return closed(answers.refuse(head, peer, Unread::Broken)),
            Err(_) => return closed(answers.refuse(head, peer, Unread::TooSlow)),
        }
    }
}

/// The answer to a request whose body was not read to its end: what is left would be read as the next
/// request.
fn closed(mut response: Response<Bytes>) -> Response<Full<Bytes>> {
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response.map(Full::new)
}

/// Waits for the wish to end: Ctrl-C, or the signal that supervisors send.
pub async fn end_wished() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else {
            let _ = tokio::signal::ctrl_c().await;
            return;
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    {
        let _ = tokio::signal::ctrl_c().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
    };

    const HEADERS: &str = "POST / HTTP/1.1\r\nHost: localhost\r\n";

    /// Answers how many bytes came.
    struct Scales;

    impl Answer for Scales {
        fn body_limit(&self, _: &Parts) -> usize {
            10
        }

        fn refuse(&self, _: &Parts, _: SocketAddr, unread: Unread) -> Response<Bytes> {
            refusal(unread)
        }

        async fn answer(&self, request: Request<Bytes>, _: SocketAddr) -> Response<Bytes> {
            Response::new(Bytes::from(request.into_body().len().to_string()))
        }

        async fn way(&self, head: &Parts) -> Way {
            match head.uri.path() {
                "/parts" => Way::InParts(Box::new(Sum(0))),
                "/refused" => Way::Refused(refusal(Unread::Broken)),
                _ => Way::Whole,
            }
        }
    }

    fn refusal(unread: Unread) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from(format!("{unread:?}")));
        *response.status_mut() = unread.status();
        response
    }

    /// Takes a thousand bytes, and answers how many came.
    struct Sum(usize);

    #[async_trait]
    impl Taker for Sum {
        async fn take(&mut self, part: Bytes) -> Result<(), Response<Bytes>> {
            self.0 += part.len();
            if self.0 <= 1000 { Ok(()) } else { Err(refusal(Unread::TooLarge)) }
        }

        async fn end(self: Box<Self>) -> Response<Bytes> {
            Response::new(Bytes::from(self.0.to_string()))
        }
    }

    /// What is heard until the server hangs up, for a client that says this and nothing more. The clock
    /// is the runtime's, which moves on by itself whenever everybody waits.
    async fn heard(said: &str) -> String {
        let listener = bind((Ipv4Addr::LOCALHOST, 0).into()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (_end, ended) = watch::channel(false);
        let crowd = Crowd::of_this_process(true);
        tokio::spawn(serve(listener, None, crowd, Arc::new(Scales), ended));
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(said.as_bytes()).await.unwrap();
        let mut heard = Vec::new();
        // A server that never hangs up would be waited for until the end of days.
        let end = client.read_to_end(&mut heard);
        let _ = tokio::time::timeout(Duration::from_secs(120), end).await.expect("no end");
        String::from_utf8_lossy(&heard).into_owned()
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_says_nothing_is_hung_up_on() {
        for said in ["", "POST", HEADERS, "PRI * HTTP/2.0\r\n"] {
            heard(said).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_is_not_waited_for() {
        let answer = heard(&format!("{HEADERS}Content-Length: 5\r\n\r\nabc")).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(answer.ends_with("TooSlow"), "{answer}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_is_cut_at_the_limit_and_the_connection_with_it() {
        let next = "GET /admin HTTP/1.1\r\nHost: localhost\r\n\r\n";
        let answer = heard(&format!("{HEADERS}Content-Length: 11\r\n\r\nabcdefghijk{next}")).await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
        assert!(answer.contains("connection: close"), "{answer}");
        assert!(answer.ends_with("TooLarge"), "{answer}");
        let whole = "Connection: close\r\nContent-Length: 10\r\n\r\nabcdefghij";
        let answer = heard(&format!("{HEADERS}{whole}")).await;
        assert!(answer.ends_with("\r\n\r\n10"), "{answer}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_may_be_taken_in_parts_beyond_the_limit_of_a_whole_one() {
        let put = |path: &str, length: usize, body: &str| {
            let head = format!("PUT {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close");
            format!("{head}\r\nContent-Length: {length}\r\n\r\n{body}")
        };
        let answer = heard(&put("/parts", 1000, &"x".repeat(1000))).await;
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("1000"), "{answer}");
        let answer = heard(&put("/parts", 1001, &"x".repeat(1001))).await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
        let answer = heard(&put("/parts", 1000, "x")).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        // Nothing of the body is waited for.
        let answer = heard(&put("/refused", 1000, "")).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    }

    #[tokio::test(start_paused = true)]
    async fn headers_have_a_limit_in_number_and_in_size() {
        let many: String = (0..=HEADER_COUNT).map(|number| format!("X-{number}: a\r\n")).collect();
        // Some more than the limit: a buffer is looked at between two reads.
        let large = format!("X: {}\r\n", "a".repeat(4 * HEADER_BYTES));
        for headers in [many, large] {
            let answer = heard(&format!("{HEADERS}{headers}\r\n")).await;
            assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
        }
    }
}
