//! Why is a signature not accepted? AWS's names and sentences.

use jiff::Timestamp;

/// A request that is not admitted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No credentials at all.
    #[error("Missing Authentication Token")]
    Missing,
    /// An `Authorization` header that lacks something, or a request that lacks a date.
    #[error("{0}")]
    Incomplete(String),
    /// A key nobody knows, or a session token that is not the key's.
    #[error("The security token included in the request is invalid.")]
    UnknownKey,
    /// A temporary key past its end.
    #[error("The security token included in the request is expired")]
    ExpiredKey,
    /// The signature belongs to another request or another secret.
    #[error(
        "The request signature we calculated does not match the signature you provided. Check your \
         AWS Secret Access Key and signing method. Consult the service documentation for details."
    )]
    Mismatch,
    /// Signed too long ago: signed at, now.
    #[error(
        "Signature expired: {} is now earlier than {} ({} - 5 min.)",
        basic(.0), basic(&(*.1 - super::verify::SKEW)), basic(.1)
    )]
    Expired(Timestamp, Timestamp),
    /// Signed in the future: signed at, now.
    #[error(
        "Signature not yet current: {} is still later than {} ({} + 5 min.)",
        basic(.0), basic(&(*.1 + super::verify::SKEW)), basic(.1)
    )]
    NotYet(Timestamp, Timestamp),
    /// A credential scope that is not for this request.
    #[error("{0}")]
    Scope(String),
}

impl Refused {
    /// The exception's name.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing => "MissingAuthenticationTokenException",
            Self::Incomplete(_) => "IncompleteSignatureException",
            Self::UnknownKey => "UnrecognizedClientException",
            Self::ExpiredKey => "ExpiredTokenException",
            Self::Mismatch | Self::Expired(..) | Self::NotYet(..) | Self::Scope(_) => {
                "InvalidSignatureException"
            }
        }
    }
}

/// `20150830T123600Z`
pub(super) fn basic(time: &Timestamp) -> String {
    time.strftime("%Y%m%dT%H%M%SZ").to_string()
}
