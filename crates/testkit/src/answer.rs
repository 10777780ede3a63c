//! What came back through the door.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::Value;

/// An answer of an API.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: http::HeaderMap,
    /// `Null` for an empty body.
    pub body: Value,
}

impl Answer {
    pub(crate) fn of(response: Response<Bytes>) -> Self {
        let (parts, body) = response.into_parts();
        let body = match body.as_ref() {
            [] => Value::Null,
            body => serde_json::from_slice(body).expect("a body is JSON"),
        };
        Self { status: parts.status, headers: parts.headers, body }
    }

    /// The body of a success.
    ///
    /// # Panics
    /// If it is none.
    pub fn ok(self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.line());
        self.body
    }

    /// The answer in a line: `200 OK`, `400 NotAuthorizedException: User is disabled.`
    pub fn line(&self) -> String {
        if self.status == StatusCode::OK {
            return "200 OK".to_owned();
        }
        let text = |name| self.body[name].as_str().unwrap_or_default();
        format!("{} {}: {}", self.status.as_u16(), text("__type"), text("message"))
    }
}
