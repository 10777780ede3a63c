//! What does a client learn when an operation does not succeed?

use std::{borrow::Cow, error::Error, fmt};

/// An error as an AWS client sees it, with what only the log may see.
#[derive(Debug)]
pub struct Fault {
    code: Cow<'static, str>,
    message: String,
    status: u16,
    reason: Option<String>,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl Fault {
    /// An answer that says no: status 400, or 403 for `ForbiddenException`.
    #[must_use]
    pub fn refusal(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        let code = code.into();
        let status = if code == "ForbiddenException" { 403 } else { 400 };
        Self { code, message: message.into(), status, reason: None, cause: None }
    }

    /// Something of ours is broken. The client learns no more than that; the door logs the cause with
    /// all its sources.
    #[must_use]
    pub fn broken(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            code: Cow::Borrowed("InternalErrorException"),
            message: "Something went wrong".to_owned(),
            status: 500,
            reason: None,
            cause: Some(cause.into()),
        }
    }

    /// Under another name.
    pub(super) fn renamed(mut self, code: &'static str) -> Self {
        self.code = Cow::Borrowed(code);
        self
    }

    /// With another HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// With the `reasonCode` that `InvalidParameterException` may carry.
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// The exception's name.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The sentence for the client.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The `reasonCode`.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// The cause of a breakage and its sources, one line.
    pub(super) fn chain(&self) -> Option<String> {
        let cause = self.cause.as_deref()?;
        let mut line = cause.to_string();
        let mut next = cause.source();
        while let Some(source) = next {
            line.push_str(": ");
            line.push_str(&source.to_string());
            next = source.source();
        }
        Some(line)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}: {}", self.status, self.code, self.message)
    }
}
