//! How do requests come in, and how much of them is taken?

use crate::Problem;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{body::Incoming, server::conn::http1::Builder, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use std::{convert::Infallible, future::Future, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::watch};

/// How long a client may take for its headers, and for its body.
const HEADERS_WITHIN: Duration = Duration::from_secs(15);
const BODY_WITHIN: Duration = Duration::from_secs(30);
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

/// Something that answers requests whose bodies were read.
pub trait Answer: Send + Sync + 'static {
    /// The most bytes of a body.
    fn body_limit(&self) -> usize;

    /// The answer, in the words of this door, to a request whose body was not read.
    fn refuse(&self, unread: Unread) -> Response<Bytes>;

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

/// Answers what comes in until the end is signalled, then lets what is under way finish.
pub async fn serve(
    listener: TcpListener,
    answers: Arc<impl Answer>,
    mut end: watch::Receiver<bool>,
) {
    // HTTP/1.1 alone: it is what clients of these APIs speak without TLS, and every state that a connection
    // can wait in has an end. Telling HTTP/2 apart by its first bytes would be one that has none.
    let mut builder = Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .max_buf_size(HEADER_BYTES)
        .max_headers(HEADER_COUNT)
        .keep_alive(true);
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
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
        let _ = stream.set_nodelay(true);
        let answers = answers.clone();
        let service = service_fn(move |request| {
            let answers = answers.clone();
            async move { Ok::<_, Infallible>(answer(&*answers, request, peer).await) }
        });
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(cause) = connection.await {
                tracing::debug!(%cause, "a connection broke");
            }
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(LAST_REQUESTS_WITHIN, graceful.shutdown()).await;
}

async fn answer(
    answers: &impl Answer,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let limited = Limited::new(body, answers.body_limit());
    let unread = match tokio::time::timeout(BODY_WITHIN, limited.collect()).await {
        Ok(Ok(body)) => {
            let request = Request::from_parts(head, body.to_bytes());
            return answers.answer(request, peer).await.map(Full::new);
        }
        Ok(Err(cause)) if cause.is::<LengthLimitError>() => Unread::TooLarge,
        Ok(Err(_)) => Unread::Broken,
        Err(_) => Unread::TooSlow,
    };
    let mut response = answers.refuse(unread);
    // What is left of the body would be read as the next request.
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
