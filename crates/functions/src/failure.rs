//! How can a call fail?

use std::fmt;

/// Why a call has no answer.
///
/// For a caller that is a user pool: [`Failure::Thrown`] becomes `UserLambdaValidationException` with the
/// function's message, and [`Failure::Crashed`] with [`crash_message`]; everything else becomes
/// `UnexpectedLambdaException` with [`Failure::service_error`]; an answer that is there but cannot be read is
/// the caller's to find out.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The function answered with an error: its code threw, or it could not read its event. Calling again
    /// would give the same. The message is the function's own and meant for the caller, not for logs.
    #[error("the function threw {error_type:?}")]
    Thrown {
        /// What kind of error, in the function's own words.
        error_type: String,
        /// What the function says.
        message: String,
    },
    /// There was no answer in time.
    #[error("the function did not answer in time")]
    TimedOut,
    /// There is no room for another call now.
    #[error("the function has too many calls at once")]
    Throttled,
    /// There is no such function.
    #[error("there is no such function")]
    NotFound,
    /// The function must not be called by this caller.
    #[error("the function may not be called")]
    Denied,
    /// The function went away in the middle of the call: it exited, was killed, panicked or broke its
    /// protocol.
    #[error("the function crashed: {reason}")]
    Crashed {
        /// What was seen from outside, never what the function said.
        reason: String,
    },
    /// The event or the answer is larger than [`MAX_PAYLOAD`](crate::MAX_PAYLOAD).
    #[error("the event or the answer is too large")]
    TooLarge,
    /// The way to the function is broken; the function itself was not reached.
    #[error("the function cannot be reached: {reason}")]
    Unreachable {
        /// What was seen from here.
        reason: String,
    },
}

/// What a function's code threw.
///
/// Any [`std::error::Error`] becomes one, its type's name and its text being what the caller sees; so a
/// handler can use `?`.
#[derive(Clone, PartialEq, Eq)]
pub struct Thrown {
    /// What kind of error.
    pub error_type: String,
    /// What the caller is told.
    pub message: String,
}

impl Failure {
    /// Whether a second try may end differently, and does no harm beyond what a time-out does anyway.
    #[must_use]
    pub fn is_worth_another_try(&self) -> bool {
        match self {
            Self::TimedOut | Self::Throttled | Self::Crashed { .. } => true,
            Self::Thrown { .. }
            | Self::NotFound
            | Self::Denied
            | Self::TooLarge
            | Self::Unreachable { .. } => false,
        }
    }

    /// What a user pool calls this in messages such as `PreSignUp invocation failed due to error
    /// TooManyRequestsException.`: the name of the error that Lambda's own API has for it, or of a time-out,
    /// which the API never tells, the words that pools were seen to use. A function's own error has none.
    #[must_use]
    pub fn service_error(&self) -> Option<&'static str> {
        Some(match self {
            Self::Thrown { .. } => return None,
            Self::TimedOut => "Socket timeout while invoking Lambda function",
            Self::Throttled => "TooManyRequestsException",
            Self::NotFound => "ResourceNotFoundException",
            Self::Denied => "AccessDeniedException",
            Self::TooLarge => "RequestTooLargeException",
            Self::Crashed { .. } | Self::Unreachable { .. } => "ServiceException",
        })
    }
}

/// What Lambda tells callers of a function that crashed. `reason` is that of [`Failure::Crashed`].
#[must_use]
pub fn crash_message(request_id: &str, reason: &str) -> String {
    format!("RequestId: {request_id} Error: {reason}")
}

impl Thrown {
    /// An error of this kind with this message.
    #[must_use]
    pub fn new(error_type: impl Into<String>, message: impl Into<String>) -> Self {
        Self { error_type: error_type.into(), message: message.into() }
    }
}

impl<E: std::error::Error> From<E> for Thrown {
    fn from(error: E) -> Self {
        let path = std::any::type_name::<E>();
        let path = path.split('<').next().unwrap_or(path);
        let name = path.rsplit("::").next().unwrap_or(path);
        Self::new(name, error.to_string())
    }
}

impl From<Thrown> for Failure {
    fn from(thrown: Thrown) -> Self {
        Self::Thrown { error_type: thrown.error_type, message: thrown.message }
    }
}

/// Like `Display`: without the function's message.
impl fmt::Debug for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Failure({self})")
    }
}

/// Without the message.
impl fmt::Debug for Thrown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Thrown").field("error_type", &self.error_type).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_thrown_under_the_name_of_its_type() {
        let thrown = Thrown::from("x".parse::<u8>().unwrap_err());
        assert_eq!(thrown.error_type, "ParseIntError");
        assert_eq!(thrown.message, "invalid digit found in string");
    }

    #[test]
    fn a_thrown_message_is_not_for_logs() {
        let failure = Failure::from(Thrown::new("Oops\n", "the code was 123456"));
        assert_eq!(format!("{failure}"), "the function threw \"Oops\\n\"");
        assert_eq!(format!("{failure:?}"), "Failure(the function threw \"Oops\\n\")");
        assert!(!format!("{:?}", Thrown::new("Oops", "123456")).contains("123456"));
    }
}
