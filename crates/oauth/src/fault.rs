//! How is a refusal put to an application, and how to people?

use crate::pages::{Fault, Field, PageFault, Problem};
use pool::{Refusal, Taken};

/// The error and its description at the authorization endpoint (RFC 6749, 4.1.2.1).
pub(crate) fn of_authorize(refusal: &Refusal) -> (&'static str, String) {
    match refusal {
        Refusal::FlowNotAllowed => {
            ("unauthorized_client", "The client may not use this response type".into())
        }
        Refusal::ScopeNotGranted(_) => ("invalid_scope", "invalid_scope".into()),
        Refusal::Busy | Refusal::Contended | Refusal::NotEnabled(_) | Refusal::RateExceeded => {
            ("temporarily_unavailable", "Too many requests".into())
        }
        other => match words(other) {
            Some(words) => ("invalid_request", words),
            None => ("server_error", "The request could not be finished".into()),
        },
    }
}

/// The error and its description at the token endpoint (RFC 6749, 5.2).
pub(crate) fn of_token(refusal: &Refusal) -> (&'static str, Option<String>) {
    match refusal {
        Refusal::FlowNotAllowed => ("unauthorized_client", None),
        Refusal::ScopeNotGranted(_) => ("invalid_scope", None),
        Refusal::InvalidCode
        | Refusal::Disabled
        | Refusal::NoUser
        | Refusal::InvalidRefreshToken
        | Refusal::RefreshTokenExpired
        | Refusal::RefreshTokenRevoked => ("invalid_grant", None),
        Refusal::NoClient(_) | Refusal::NoUserPool(_) => ("invalid_client", None),
        Refusal::NotExchanged(text) => ("invalid_request", Some(text.clone().into_owned())),
        Refusal::NoTarget(text) => ("invalid_target", Some(text.clone().into_owned())),
        other => ("invalid_request", words(other)),
    }
}

/// What a function of the pool says, which is what people are told in its stead.
pub(crate) fn words(refusal: &Refusal) -> Option<String> {
    match refusal {
        Refusal::TriggerThrew { trigger, message } => {
            let message: String = message.chars().take(2048).collect();
            Some(format!("{trigger} failed with error {message}."))
        }
        Refusal::TriggerUnreachable { trigger, reason } => {
            Some(format!("{trigger} invocation failed due to error {reason}."))
        }
        Refusal::TriggerAnswer { reason, .. } => Some(reason.clone()),
        _ => None,
    }
}

/// What an error page says of a refusal that no form can mend.
pub(crate) fn of_page(refusal: &Refusal) -> PageFault {
    match refusal {
        Refusal::NoClient(_) | Refusal::NoUserPool(_) => PageFault::UnknownClient,
        Refusal::TooManyAttempts | Refusal::LockedOut | Refusal::RateExceeded => {
            PageFault::TooManyRequests
        }
        Refusal::InvalidSession | Refusal::SessionExpired | Refusal::SessionUsed => {
            PageFault::SessionExpired
        }
        Refusal::Busy
        | Refusal::Contended
        | Refusal::NotDelivered
        | Refusal::Barred(_)
        | Refusal::NotEnabled(_) => PageFault::Unavailable,
        _ => PageFault::BadRequest,
    }
}

/// What a form says of a refusal. Whether somebody exists is never said by it, whatever the client's setting:
/// the pages are the server's own.
pub(crate) fn of_form(refusal: &Refusal) -> Problem {
    match refusal {
        Refusal::WrongCredentials
        | Refusal::NoUser
        | Refusal::NoUserForClient
        | Refusal::NotMigrated(_) => Problem::new(Fault::WrongCredentials),
        Refusal::WrongPasskey
        | Refusal::NoPasskeyChallenge
        | Refusal::PasskeyOfOtherClient
        | Refusal::PasskeyOrigin
        | Refusal::PasskeyRelyingParty
        | Refusal::PasskeyNotSupported => Problem::new(Fault::PasskeyFailed),
        Refusal::LockedOut => Problem::new(Fault::LockedOut),
        Refusal::Disabled => Problem::new(Fault::Disabled),
        Refusal::TemporaryPasswordExpired => Problem::new(Fault::TemporaryPasswordExpired),
        Refusal::PasswordBreaksPolicy(_) => {
            Problem::at(Field::NewPassword, Fault::PasswordBreaksPolicy)
        }
        Refusal::CodeMismatch
        | Refusal::WrongFactorCode
        | Refusal::WrongOneTimeCode
        | Refusal::NotEnrolled => Problem::at(Field::Code, Fault::WrongCode),
        // A code of an authenticator that was told before: the next one will do.
        Refusal::CodeExpired | Refusal::SoftwareTokenUsed => {
            Problem::at(Field::Code, Fault::ExpiredCode)
        }
        Refusal::TooManyAttempts
        | Refusal::TooManyGuesses
        | Refusal::TooManyCodes
        | Refusal::TooMany(_) => Problem::new(Fault::TooManyAttempts),
        Refusal::InvalidSession
        | Refusal::SessionExpired
        | Refusal::SessionUsed
        | Refusal::NoSoftwareToken => Problem::new(Fault::SessionExpired),
        Refusal::UserExists(taken) | Refusal::AliasExists(taken) => taken_problem(*taken),
        Refusal::NotAllowed(_) => Problem::new(Fault::SignUpClosed),
        Refusal::NotDelivered | Refusal::Barred(_) => Problem::new(Fault::NotSent),
        Refusal::NotEnabled(text) => Problem::new(Fault::Said((*text).to_owned())),
        Refusal::NoRecoveryContact | Refusal::AdminMustReset | Refusal::NotResettable => {
            Problem::new(Fault::CannotRecover)
        }
        // What the schema says of a value names the attribute, and is meant for whoever wrote it.
        Refusal::Invalid(text) => Problem::new(Fault::Said(text.clone().into_owned())),
        other => match words(other) {
            Some(words) => Problem::new(Fault::Said(words)),
            None => Problem::new(Fault::Unavailable),
        },
    }
}

fn taken_problem(taken: Taken) -> Problem {
    match taken {
        Taken::Username => Problem::at(Field::Username, Fault::UsernameTaken),
        Taken::PreferredUsername => {
            Problem::at(Field::Attribute("preferred_username".into()), Fault::UsernameTaken)
        }
        Taken::Email => Problem::at(Field::Attribute("email".into()), Fault::ContactTaken),
        Taken::PhoneNumber => {
            Problem::at(Field::Attribute("phone_number".into()), Fault::ContactTaken)
        }
    }
}
