//! How does the API say no? Problem documents ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)).

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::json;
use std::borrow::Cow;

/// What kind of problem it is. Programs go by this, so a name never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The body is not what it says it is: no JSON, a member twice, too deep.
    MalformedBody,
    /// A member, parameter or header is not what it should be; `errors` says which.
    InvalidRequest,
    /// There is no credential, or one that proves nothing.
    Unauthorized,
    /// The credential is good, and does not allow this.
    Forbidden,
    NotFound,
    MethodNotAllowed,
    /// Somebody else has it; `errors` says what.
    Taken,
    /// The profile's status does not lead there.
    StatusNotReachable,
    /// What is there does not allow this.
    Conflict,
    /// Others changed the same thing at the same moment, again and again.
    Contended,
    /// The first request with this idempotency key is not answered yet.
    RequestUnderWay,
    /// It was there, and is used up or has expired, or is no longer done this way.
    Gone,
    /// `If-Match` names a version that is not the newest.
    StaleVersion,
    TooLarge,
    UnsupportedMediaType,
    /// The idempotency key was used for another request.
    IdempotencyKeyReused,
    /// The request is well formed, and cannot be followed.
    Unprocessable,
    TooManyRequests,
    /// Ours. What exactly stands in the log.
    Internal,
    /// Something that we need does not answer; later it may.
    Unavailable,
}

impl Kind {
    /// Every kind there is, for the documents.
    pub const ALL: [Self; 20] = [
        Self::MalformedBody,
        Self::InvalidRequest,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Taken,
        Self::StatusNotReachable,
        Self::Conflict,
        Self::Contended,
        Self::RequestUnderWay,
        Self::Gone,
        Self::StaleVersion,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::IdempotencyKeyReused,
        Self::Unprocessable,
        Self::TooManyRequests,
        Self::Internal,
        Self::Unavailable,
    ];

    /// The status, the name, and what is said when nothing more exact is known.
    fn row(self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as Status;
        match self {
            Self::MalformedBody => {
                (Status::BAD_REQUEST, "malformed-body", "The body cannot be read.")
            }
            Self::InvalidRequest => {
                (Status::BAD_REQUEST, "invalid-request", "The request is not what it should be.")
            }
            Self::Unauthorized => {
                (Status::UNAUTHORIZED, "unauthorized", "The request proves nobody.")
            }
            Self::Forbidden => (Status::FORBIDDEN, "forbidden", "The caller may not do this."),
            Self::NotFound => (Status::NOT_FOUND, "not-found", "There is no such thing here."),
            Self::MethodNotAllowed => (
                Status::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "This place does not know the method.",
            ),
            Self::Taken => (Status::CONFLICT, "taken", "Somebody else has it."),
            Self::StatusNotReachable => (
                Status::CONFLICT,
                "status-not-reachable",
                "The profile's status does not lead there.",
            ),
            Self::Conflict => (Status::CONFLICT, "conflict", "What is there does not allow this."),
            Self::Contended => (
                Status::CONFLICT,
                "contended",
                "Others are changing the same thing. Nothing was changed; try again.",
            ),
            Self::RequestUnderWay => (
                Status::CONFLICT,
                "request-under-way",
                "The first request with this idempotency key is not answered yet.",
            ),
            Self::Gone => (Status::GONE, "gone", "It is used up, or has expired."),
            Self::StaleVersion => (
                Status::PRECONDITION_FAILED,
                "stale-version",
                "It was changed since the version that If-Match names.",
            ),
            Self::TooLarge => (Status::PAYLOAD_TOO_LARGE, "too-large", "The body is too large."),
            Self::UnsupportedMediaType => (
                Status::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media-type",
                "The body is of a type that is not read here.",
            ),
            Self::IdempotencyKeyReused => (
                Status::UNPROCESSABLE_ENTITY,
                "idempotency-key-reused",
                "The idempotency key was used for another request.",
            ),
            Self::Unprocessable => {
                (Status::UNPROCESSABLE_ENTITY, "unprocessable", "The request cannot be followed.")
            }
            Self::TooManyRequests => {
                (Status::TOO_MANY_REQUESTS, "too-many-requests", "Too much at once; try later.")
            }
            Self::Internal => {
                (Status::INTERNAL_SERVER_ERROR, "internal", "Something is broken on our side.")
            }
            Self::Unavailable => (
                Status::SERVICE_UNAVAILABLE,
                "unavailable",
                "Something that is needed does not answer; try later.",
            ),
        }
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(self) -> StatusCode {
        self.row().0
    }

    /// The end of its URN: `urn:poolhouse:problem:<name>`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().1
    }
}

/// What is wrong with one member of a body, a parameter or a header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// A JSON pointer into the body (`/email`), or the name of a parameter (`?limit`) or header
    /// (`If-Match`).
    pub pointer: String,
    /// For people. Never repeats what was sent.
    pub detail: Cow<'static, str>,
}

/// A refusal or a breakage, as the caller gets to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    kind: Kind,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    retry_after: Option<u32>,
    challenge: Option<&'static str>,
}

impl Problem {
    /// A problem of this kind, in the words that the kind has.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        let detail = Cow::Borrowed(kind.row().2);
        Self { kind, detail, errors: Vec::new(), retry_after: None, challenge: None }
    }

    /// In more exact words, which never repeat what was sent.
    #[must_use]
    pub fn saying(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = detail.into();
        self
    }

    /// With a member, parameter or header that is the reason.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>, detail: impl Into<Cow<'static, str>>) -> Self {
        self.errors.push(FieldError { pointer: pointer.into(), detail: detail.into() });
        self
    }

    /// With all of these reasons.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors.extend(errors);
        self
    }

    /// With the number of seconds after which it may work.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// With what a `WWW-Authenticate` header asks for.
    #[must_use]
    pub fn challenging(mut self, challenge: &'static str) -> Self {
        self.challenge = Some(challenge);
        self
    }

    /// One member, parameter or header is not what it should be.
    #[must_use]
    pub fn invalid(pointer: impl Into<String>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::InvalidRequest).at(pointer, detail)
    }

    /// There is no such thing, or the caller is not to know of it.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound)
    }

    /// A breakage of ours that is in the log already.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(Kind::Internal)
    }

    /// A breakage of ours: the cause goes to the log, the caller learns nothing of it.
    #[must_use]
    pub fn broken(cause: impl std::error::Error) -> Self {
        let mut chain = cause.to_string();
        let mut next = cause.source();
        while let Some(error) = next {
            chain.push_str(": ");
            chain.push_str(&error.to_string());
            next = error.source();
        }
        tracing::error!(cause = chain, "the user API is broken");
        Self::internal()
    }

    /// What kind it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }
}

impl From<Kind> for Problem {
    fn from(kind: Kind) -> Self {
        Self::new(kind)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, name, _) = self.kind.row();
        let title = status.canonical_reason().unwrap_or("Problem");
        let mut body = json!({
            "type": format!("urn:poolhouse:problem:{name}"),
            "title": title,
            "status": status.as_u16(),
            "detail": self.detail,
        });
        if !self.errors.is_empty()
            && let Some(body) = body.as_object_mut()
        {
            body.insert("errors".to_owned(), json!(self.errors));
        }
        let headers = [
            (header::CONTENT_TYPE, "application/problem+json"),
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        let mut response = (status, headers, body.to_string()).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(challenge) = self.challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_has_a_name_of_its_own_and_the_status_of_an_error() {
        let names: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(names.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            assert!(kind.status().is_client_error() || kind.status().is_server_error());
            assert!(kind.name().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
        }
    }

    #[tokio::test]
    async fn a_document_says_what_where_and_when_to_come_again() {
        let problem = Problem::new(Kind::TooManyRequests)
            .saying("Slowly.")
            .at("/email", "is asked too often")
            .retry_after(60)
            .challenging("Bearer");
        let response = problem.into_response();
        let headers = response.headers();
        assert_eq!(headers[header::RETRY_AFTER], "60");
        assert_eq!(headers[header::WWW_AUTHENTICATE], "Bearer");
        assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json");
        let body = axum::body::to_bytes(response.into_body(), 4096).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            body,
            json!({
                "type": "urn:poolhouse:problem:too-many-requests", "title": "Too Many Requests",
                "status": 429, "detail": "Slowly.",
                "errors": [{ "pointer": "/email", "detail": "is asked too often" }],
            })
        );
    }
}
