//! How does the API say no? Problem documents ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)).

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde_json::json;

/// A refusal or a breakage, as the caller gets to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// Nobody was let in under a name; the route needs somebody.
    Unauthorized,
    NotFound,
    Invalid(String),
    Conflict(String),
    /// Ours. What exactly stands in the log.
    Internal,
}

impl Problem {
    /// A breakage of ours: the cause goes to the log, the caller learns nothing of it.
    #[must_use]
    pub fn broken(cause: impl std::error::Error) -> Self {
        tracing::error!(%cause, source = ?cause.source().map(ToString::to_string), "the user API is broken");
        Self::Internal
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, detail) = match self {
            Self::Unauthorized => {
                (StatusCode::UNAUTHORIZED, "The request names nobody.".to_owned())
            }
            Self::NotFound => (StatusCode::NOT_FOUND, "There is no such thing here.".to_owned()),
            Self::Invalid(detail) => (StatusCode::BAD_REQUEST, detail),
            Self::Conflict(detail) => (StatusCode::CONFLICT, detail),
            Self::Internal => {
                (StatusCode::INTERNAL_SERVER_ERROR, "Something is broken on our side.".to_owned())
            }
        };
        let title = status.canonical_reason().unwrap_or("Problem");
        let body = json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail });
        let headers = [
            (header::CONTENT_TYPE, "application/problem+json"),
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        (status, headers, body.to_string()).into_response()
    }
}
