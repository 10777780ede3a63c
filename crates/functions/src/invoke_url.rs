//! How is a function called that somebody else runs?

use crate::{Call, Failure, Function, MAX_PAYLOAD, http_io::Io};
use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, client::conn::http1};
use names::Malformed;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use std::fmt;
use tokio::{net::TcpStream, task::JoinHandle};

/// A function behind the Invoke operation of Lambda's API, as emulators and development servers offer it
/// (`POST {url}/2015-03-31/functions/{name}/invocations`).
///
/// It speaks plain HTTP and signs nothing, which is what those on this machine take. Each call has a
/// connection of its own, and giving the call up closes it.
pub struct InvokeUrl {
    /// For the connection.
    host: String,
    port: u16,
    /// For the request.
    authority: String,
    path: String,
}

/// What a function's name may hold beside letters and digits without being written in another way.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// An error object is small; an answer may have another byte than [`MAX_PAYLOAD`] to be seen as too large.
const MOST: usize = MAX_PAYLOAD + 1;

impl InvokeUrl {
    /// The function of this name at this URL, such as `http://127.0.0.1:3001`.
    ///
    /// # Errors
    /// [`Malformed`] if the URL is not an absolute `http` one without a query.
    pub fn new(url: &str, name: &str) -> Result<Self, Malformed> {
        let malformed = Malformed { what: "InvokeUrl" };
        let uri: Uri = url.parse().map_err(|_| malformed)?;
        let authority = uri.authority().ok_or(malformed)?;
        let is_plain = uri.scheme_str() == Some("http")
            && uri.query().is_none()
            && !authority.as_str().contains('@')
            && !name.is_empty();
        if !is_plain {
            return Err(malformed);
        }
        let before = uri.path().trim_end_matches('/');
        let name = utf8_percent_encode(name, PLAIN);
        Ok(Self {
            host: authority.host().trim_matches(['[', ']']).to_owned(),
            port: authority.port_u16().unwrap_or(80),
            authority: authority.to_string(),
            path: format!("{before}/2015-03-31/functions/{name}/invocations"),
        })
    }

    async fn call(&self, payload: Bytes) -> Result<Bytes, Failure> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await;
        let stream = stream.map_err(|error| unreachable(&error.kind().to_string()))?;
        let _ = stream.set_nodelay(true);
        let (mut sender, connection) = http1::handshake(Io(stream))
            .await
            .map_err(|_| unreachable("no HTTP is spoken there"))?;
        let _connection = Conversation(tokio::spawn(async move {
            // What goes wrong shows in the answer that does not come.
            let _ = connection.await;
        }));
        let request = Request::post(self.path.as_str())
            .header("host", &self.authority)
            .header("content-type", "application/json")
            .header("x-amz-invocation-type", "RequestResponse")
            .body(Full::new(payload))
            .map_err(|_| unreachable("the request cannot be written"))?;
        let response = sender.send_request(request).await;
        let (head, body) = response.map_err(|_| broken_off())?.into_parts();
        let has_failed = head.headers.contains_key("x-amz-function-error");
        let body = read(body).await?;
        match head.status {
            StatusCode::OK | StatusCode::ACCEPTED if has_failed => Err(function_error(&body)),
            status if status.is_success() => Ok(body),
            StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => Err(Failure::Denied),
            StatusCode::NOT_FOUND => Err(Failure::NotFound),
            StatusCode::PAYLOAD_TOO_LARGE => Err(Failure::TooLarge),
            StatusCode::TOO_MANY_REQUESTS => Err(Failure::Throttled),
            status => Err(unreachable(&format!("it answered {}", status.as_u16()))),
        }
    }
}

#[async_trait]
impl Function for InvokeUrl {
    async fn invoke(&self, call: Call) -> Result<Bytes, Failure> {
        if call.payload.len() > MAX_PAYLOAD {
            return Err(Failure::TooLarge);
        }
        let answer = tokio::time::timeout(call.timeout, self.call(call.payload)).await;
        answer.unwrap_or(Err(Failure::TimedOut))
    }
}

impl fmt::Debug for InvokeUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "InvokeUrl(http://{}{})", self.authority, self.path)
    }
}

/// A connection, closed when the call is over or given up.
struct Conversation(JoinHandle<()>);

impl Drop for Conversation {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn unreachable(reason: &str) -> Failure {
    Failure::Unreachable { reason: reason.to_owned() }
}

/// The function may have heard the event: not the same as being out of reach.
fn broken_off() -> Failure {
    Failure::Crashed { reason: "the connection was closed before the answer was there".to_owned() }
}

async fn read(mut body: Incoming) -> Result<Bytes, Failure> {
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.map_err(|_| broken_off())?.into_data() {
            bytes.extend_from_slice(&data);
        }
        if bytes.len() >= MOST {
            return Err(Failure::TooLarge);
        }
    }
    Ok(bytes.freeze())
}

/// What an error object says that an Invoke API answered. Some of its types are the service's own and not the
/// function's.
#[must_use]
pub fn function_error(body: &[u8]) -> Failure {
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct Report {
        error_type: Option<String>,
        error_message: Option<String>,
    }
    let report: Report = serde_json::from_slice(body).unwrap_or_default();
    let error_type = report.error_type.unwrap_or_default();
    let message = report.error_message.unwrap_or_default();
    match error_type.as_str() {
        "Sandbox.Timedout" => Failure::TimedOut,
        "" if message.contains("Task timed out after") => Failure::TimedOut,
        "Function.ResponseSizeTooLarge" => Failure::TooLarge,
        "Runtime.ExitError" | "Runtime.OutOfMemory" => Failure::Crashed { reason: error_type },
        _ => Failure::Thrown { error_type, message },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_plain_http_and_its_name_cannot_leave_its_place() {
        let shown = |url, name| InvokeUrl::new(url, name).map(|url| format!("{url:?}"));
        let tail = "/2015-03-31/functions/f/invocations";
        assert_eq!(
            shown("http://127.0.0.1:9001/", "f").unwrap(),
            format!("InvokeUrl(http://127.0.0.1:9001{tail})")
        );
        assert_eq!(
            shown("http://localhost/lambda", "f").unwrap(),
            format!("InvokeUrl(http://localhost/lambda{tail})")
        );
        assert!(
            shown("http://[::1]:1", "../x?y#z\r\n").unwrap().contains("%2E%2E%2Fx%3Fy%23z%0D%0A")
        );
        for bad in ["", "127.0.0.1:1", "https://x", "ftp://x", "http://a@b", "http://x/?y", "/x"] {
            assert!(InvokeUrl::new(bad, "f").is_err(), "{bad}");
        }
        assert!(InvokeUrl::new("http://x", "").is_err());
    }

    #[test]
    fn the_services_own_errors_are_told_from_the_functions() {
        let read = |body: &str| function_error(body.as_bytes());
        assert_eq!(read(r#"{"errorType":"Sandbox.Timedout"}"#), Failure::TimedOut);
        let late =
            r#"{"errorMessage":"2026-01-01T00:00:00.000Z x Task timed out after 3.00 seconds"}"#;
        assert_eq!(read(late), Failure::TimedOut);
        assert_eq!(read(r#"{"errorType":"Function.ResponseSizeTooLarge"}"#), Failure::TooLarge);
        assert!(matches!(read(r#"{"errorType":"Runtime.ExitError"}"#), Failure::Crashed { .. }));
        let thrown = |t: &str, m: &str| Failure::Thrown { error_type: t.into(), message: m.into() };
        assert_eq!(read(r#"{"errorType":"E","errorMessage":"m"}"#), thrown("E", "m"));
        assert_eq!(read("no json"), thrown("", ""));
    }
}
