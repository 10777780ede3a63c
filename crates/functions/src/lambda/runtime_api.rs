//! What does the Lambda Runtime API say to one instance?
//!
//! Each instance has a listener of its own, so none can answer for another. What is asked here is handed
//! to the instance's own task as [`Seen`], which alone decides; this file only speaks HTTP.

use crate::{MAX_PAYLOAD, Thrown, http_io::Io};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use serde::Deserialize;
use std::convert::Infallible;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    task::JoinSet,
};

/// What an instance did.
pub(super) enum Seen {
    /// It asks for an event.
    Next(oneshot::Sender<Event>),
    /// It answers an event.
    Answer { id: String, answer: Answer, verdict: oneshot::Sender<Verdict> },
    /// It could not be initialized.
    InitError { thrown: Thrown, verdict: oneshot::Sender<Verdict> },
    /// It sent what is no HTTP.
    Garbage,
    /// It asked for something that is not there.
    Unknown,
}

/// How it answers an event.
pub(super) enum Answer {
    Response(Bytes),
    Error(Thrown),
    /// More than [`MAX_PAYLOAD`].
    TooLarge,
    /// The body ended before its end.
    BrokenOff,
}

/// What it is told about what it did.
#[derive(Clone, Copy)]
pub(super) enum Verdict {
    Accepted,
    TooLarge,
    UnknownId,
    OutOfTurn,
}

/// An event on its way out.
pub(super) struct Event {
    pub id: String,
    pub payload: Bytes,
    pub deadline_milliseconds: i64,
    pub function_arn: String,
    pub trace_id: String,
}

/// An instance needs one or two connections. More than these wait to be accepted.
const CONNECTIONS: usize = 32;

/// An answer that is too large is read up to here, so that its sender hears what is wrong with it.
const LARGEST_HEARD: usize = 8 * MAX_PAYLOAD;

/// Enough for the longest stack.
const LARGEST_ERROR: usize = 1024 * 1024;

const ERROR_TYPE: &str = "lambda-runtime-function-error-type";
const ERROR_BODY: &str = "lambda-runtime-function-error-body";

/// Serves until it is dropped.
pub(super) async fn serve(listener: TcpListener, seen: mpsc::Sender<Seen>) {
    let mut connections = JoinSet::new();
    loop {
        if connections.len() >= CONNECTIONS {
            connections.join_next().await;
        }
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, seen.clone()));
                }
                // Out of descriptors, say. Whoever waits for an instance has a time limit.
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
}

async fn converse(stream: TcpStream, seen: mpsc::Sender<Seen>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let seen = seen.clone();
        async move { Ok::<_, Infallible>(answer(request, seen).await) }
    });
    let mut server = http1::Builder::new();
    server.auto_date_header(false);
    let ended = server.serve_connection(Io(stream), service).await;
    // A connection that is closed in the middle is how a process ends. What cannot be read is not.
    if ended.is_err_and(|error| error.is_parse()) {
        let _ = seen.send(Seen::Garbage).await;
    }
}

async fn answer(request: Request<Incoming>, seen: mpsc::Sender<Seen>) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let path: Vec<&str> = head.uri.path().split('/').collect();
    let (verdict, judged) = oneshot::channel();
    let said = match (&head.method, path.as_slice()) {
        (&Method::GET, ["", "2018-06-01", "runtime", "invocation", "next"]) => {
            return next(seen).await;
        }
        (&Method::POST, ["", "2018-06-01", "runtime", "invocation", id, "response"]) => {
            let answer = response(body).await;
            Seen::Answer { id: (*id).to_owned(), answer, verdict }
        }
        (&Method::POST, ["", "2018-06-01", "runtime", "invocation", id, "error"]) => {
            let answer = match read(body, LARGEST_ERROR).await {
                Ok(body) => Answer::Error(thrown(&head.headers, &body.bytes)),
                Err(NotRead::TooLarge) => Answer::TooLarge,
                Err(NotRead::BrokenOff) => Answer::BrokenOff,
            };
            Seen::Answer { id: (*id).to_owned(), answer, verdict }
        }
        (&Method::POST, ["", "2018-06-01", "runtime", "init", "error"]) => {
            let body = read(body, LARGEST_ERROR).await.map(|body| body.bytes).unwrap_or_default();
            Seen::InitError { thrown: thrown(&head.headers, &body), verdict }
        }
        _ => {
            let _ = seen.send(Seen::Unknown).await;
            return refuse(StatusCode::NOT_FOUND, "NotFound", "there is no such resource");
        }
    };
    let _ = seen.send(said).await;
    match judged.await {
        Ok(Verdict::Accepted) => {
            reply(StatusCode::ACCEPTED, Bytes::from_static(b"{\"status\":\"OK\"}\n"))
        }
        Ok(Verdict::TooLarge) => refuse(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestEntityTooLarge",
            "the answer is too large",
        ),
        Ok(Verdict::UnknownId) => {
            refuse(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
        }
        Ok(Verdict::OutOfTurn) => refuse(
            StatusCode::FORBIDDEN,
            "InvalidStateTransition",
            "this event has been answered already",
        ),
        // The instance is being ended, so nobody will read this.
        Err(_) => refuse(StatusCode::GONE, "Gone", "the instance has ended"),
    }
}

async fn next(seen: mpsc::Sender<Seen>) -> Response<Full<Bytes>> {
    let (deliver, delivered) = oneshot::channel();
    let _ = seen.send(Seen::Next(deliver)).await;
    let Ok(event) = delivered.await else {
        return refuse(StatusCode::GONE, "Gone", "the instance has ended");
    };
    let built = Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", event.id)
        .header("lambda-runtime-deadline-ms", event.deadline_milliseconds)
        .header("lambda-runtime-invoked-function-arn", event.function_arn)
        .header("lambda-runtime-trace-id", event.trace_id)
        .body(Full::new(event.payload));
    built.unwrap_or_else(|_| {
        refuse(StatusCode::INTERNAL_SERVER_ERROR, "Internal", "the event cannot be sent")
    })
}

async fn response(body: Incoming) -> Answer {
    match read(body, MAX_PAYLOAD).await {
        // A streamed answer says at its end that it went wrong.
        Ok(Body { bytes: _, trailers: Some(trailers) }) if trailers.contains_key(ERROR_TYPE) => {
            let body = trailers.get(ERROR_BODY).and_then(|body| BASE64.decode(body).ok());
            Answer::Error(thrown(&trailers, &body.unwrap_or_default()))
        }
        Ok(Body { bytes, .. }) => Answer::Response(bytes),
        Err(NotRead::TooLarge) => Answer::TooLarge,
        Err(NotRead::BrokenOff) => Answer::BrokenOff,
    }
}

struct Body {
    bytes: Bytes,
    trailers: Option<HeaderMap>,
}

enum NotRead {
    TooLarge,
    BrokenOff,
}

async fn read(mut body: Incoming, most: usize) -> Result<Body, NotRead> {
    let mut bytes = BytesMut::new();
    let mut heard = 0;
    let mut trailers = None;
    while let Some(frame) = body.frame().await {
        match frame.map_err(|_| NotRead::BrokenOff)?.into_data() {
            Ok(data) => {
                heard += data.len();
                if heard > LARGEST_HEARD {
                    return Err(NotRead::TooLarge);
                }
                if heard <= most {
                    bytes.extend_from_slice(&data);
                } else {
                    bytes = BytesMut::new();
                }
            }
            Err(frame) => trailers = frame.into_trailers().ok(),
        }
    }
    if heard > most { Err(NotRead::TooLarge) } else { Ok(Body { bytes: bytes.freeze(), trailers }) }
}

/// An error as runtimes report it. One whose body cannot be read is still an error.
fn thrown(headers: &HeaderMap, body: &[u8]) -> Thrown {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Report {
        #[serde(rename = "errorType")]
        error_type: Option<serde_json::Value>,
        #[serde(rename = "errorMessage")]
        message: Option<serde_json::Value>,
    }
    let report: Report = serde_json::from_slice(body).unwrap_or_default();
    let text = |value: Option<serde_json::Value>| value.and_then(|v| v.as_str().map(str::to_owned));
    let header = headers.get(ERROR_TYPE).and_then(|value| value.to_str().ok());
    let error_type = text(report.error_type).or_else(|| header.map(str::to_owned));
    Thrown::new(
        error_type.unwrap_or_else(|| "Runtime.Unknown".to_owned()),
        text(report.message).unwrap_or_default(),
    )
}

fn reply(status: StatusCode, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    let json = http::HeaderValue::from_static("application/json");
    response.headers_mut().insert(http::header::CONTENT_TYPE, json);
    response
}

fn refuse(status: StatusCode, error_type: &str, message: &str) -> Response<Full<Bytes>> {
    let body = serde_json::json!({ "errorType": error_type, "errorMessage": message });
    reply(status, body.to_string().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_read_from_its_body_or_its_header_or_not_at_all() {
        let mut headers = HeaderMap::new();
        let read = |headers: &HeaderMap, body: &[u8]| {
            let Thrown { error_type, message } = thrown(headers, body);
            (error_type, message)
        };
        let unknown = ("Runtime.Unknown".to_owned(), String::new());
        for body in ["", "no json", "[]", "7", "{\"errorType\":{}}", "null"] {
            assert_eq!(read(&headers, body.as_bytes()), unknown, "{body}");
        }
        headers.insert(ERROR_TYPE, "Unhandled".parse().unwrap());
        assert_eq!(read(&headers, b"x").0, "Unhandled");
        let body = br#"{"errorType":"E","errorMessage":"M","stackTrace":["a"]}"#;
        assert_eq!(read(&headers, body), ("E".to_owned(), "M".to_owned()));
    }
}
