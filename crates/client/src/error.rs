//! What can go wrong?

use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use std::time::Duration;

/// Why there is no answer, or not the one that was hoped for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The API says no.
    #[error("{0}")]
    Problem(Box<Problem>),
    /// The gateway in front of the API lets nobody through like this.
    #[error("the gateway answers {status}: {message}")]
    Gateway { status: StatusCode, message: String, retry_after: Option<Duration> },
    /// There was no answer in time. Whether the request was followed is not known.
    #[error("there was no answer in time")]
    TimedOut,
    /// There is no connection, or it broke.
    #[error("the API cannot be reached")]
    Unreachable(#[source] hyper_util::client::legacy::Error),
    /// The answer broke off, or is longer than any answer of the API.
    #[error("the answer broke off or is too long")]
    Broken,
    /// The answer is not one of the API's.
    #[error("an answer of status {status} is not as the API answers")]
    Unexpected { status: StatusCode },
    /// The request cannot be sent like this: a secret or a version that no header can hold.
    #[error("the request cannot be written")]
    Request(#[from] http::Error),
    /// The body cannot be written as JSON.
    #[error("the body cannot be written")]
    Body(#[source] serde_json::Error),
    /// The client has no credential of the kind that the operation needs.
    #[error("the operation needs {0}, and the client has none")]
    NoCredential(&'static str),
}

impl Error {
    /// What kind of problem it is, if the API said so.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Self::Problem(problem) => Some(problem.kind),
            _ => None,
        }
    }

    /// The status of the answer, if there is one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Problem(problem) => Some(problem.status),
            Self::Gateway { status, .. } | Self::Unexpected { status } => Some(*status),
            _ => None,
        }
    }

    /// After how long trying again makes sense, if somebody said so.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Problem(problem) => problem.retry_after,
            Self::Gateway { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

/// A problem document ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)) of the API.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{status}: {detail}")]
#[non_exhaustive]
pub struct Problem {
    pub kind: Kind,
    pub status: StatusCode,
    /// For people.
    pub detail: String,
    /// Which members, parameters and headers it is about.
    pub errors: Vec<FieldError>,
    pub retry_after: Option<Duration>,
}

/// What is wrong with one member of a body, a parameter or a header.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct FieldError {
    /// A JSON pointer into the body (`/email`), or the name of a parameter (`?limit`) or header (`If-Match`).
    pub pointer: String,
    /// For people.
    pub detail: String,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal,)*) => {
        /// What kind of problem it is, from its `type`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Kind {
            $($(#[$doc])* $kind,)*
            /// One that is newer than this client.
            Other,
        }

        impl Kind {
            /// All that this client knows, with the ends of their URNs.
            pub const KNOWN: &'static [(Self, &'static str)] = &[$((Self::$kind, $name),)*];
        }
    };
}

kinds! {
    /// The body is not what it says it is.
    MalformedBody = "malformed-body",
    /// A member, a parameter or a header is not what it should be.
    InvalidRequest = "invalid-request",
    /// There is no credential, or one that proves nothing.
    Unauthorized = "unauthorized",
    /// The credential is good, and does not allow this.
    Forbidden = "forbidden",
    NotFound = "not-found",
    MethodNotAllowed = "method-not-allowed",
    /// Somebody else has it.
    Taken = "taken",
    /// The profile's status does not lead there.
    StatusNotReachable = "status-not-reachable",
    /// What is there does not allow this.
    Conflict = "conflict",
    /// Others changed the same thing at the same moment.
    Contended = "contended",
    /// The first request with this idempotency key is not answered yet.
    RequestUnderWay = "request-under-way",
    /// It is used up, or has expired.
    Gone = "gone",
    /// It was changed since the version that the request names.
    StaleVersion = "stale-version",
    TooLarge = "too-large",
    UnsupportedMediaType = "unsupported-media-type",
    /// The idempotency key was used for another request.
    IdempotencyKeyReused = "idempotency-key-reused",
    /// The request is well formed, and cannot be followed.
    Unprocessable = "unprocessable",
    TooManyRequests = "too-many-requests",
    /// Something is broken on the side of the API.
    Internal = "internal",
    /// Something that the API needs does not answer.
    Unavailable = "unavailable",
}

impl Kind {
    fn of(urn: &str) -> Self {
        let name = urn.strip_prefix("urn:poolhouse:problem:").unwrap_or_default();
        let known = Self::KNOWN.iter().find(|(_, known)| *known == name);
        known.map_or(Self::Other, |(kind, _)| *kind)
    }
}

/// What an answer that is no success means.
pub(crate) fn of_answer(
    status: StatusCode,
    media: &str,
    retry_after: Option<Duration>,
    body: &Bytes,
) -> Error {
    #[derive(Deserialize)]
    struct Document {
        r#type: String,
        #[serde(default)]
        detail: String,
        #[serde(default)]
        errors: Vec<FieldError>,
    }
    #[derive(Deserialize)]
    struct Message {
        #[serde(alias = "Message")]
        message: String,
    }
    if media.starts_with("application/problem+json") {
        let Ok(document) = serde_json::from_slice::<Document>(body) else {
            return Error::Unexpected { status };
        };
        return Error::Problem(Box::new(Problem {
            kind: Kind::of(&document.r#type),
            status,
            detail: document.detail,
            errors: document.errors,
            retry_after,
        }));
    }
    match serde_json::from_slice::<Message>(body) {
        Ok(Message { message }) => Error::Gateway { status, message, retry_after },
        Err(_) => Error::Unexpected { status },
    }
}
