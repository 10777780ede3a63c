//! What do the forms of all pages have in common?

use super::Language;

/// The most characters of what a function of the pool says.
const MAX_SAID: usize = 300;

/// Where a form goes and what goes with it unseen.
///
/// `Debug` shows only where it goes: the rest is bound to one person's session.
#[derive(Clone, PartialEq, Eq)]
pub struct Form {
    /// The address of a `POST`: a path of ours, with its query.
    pub action: String,
    /// Sent as `_csrf`.
    pub csrf: String,
    /// Further names and values.
    pub hidden: Vec<(String, String)>,
}

impl Form {
    /// A form that sends only what people write into it.
    #[must_use]
    pub fn new(action: impl Into<String>, csrf: impl Into<String>) -> Self {
        Self { action: action.into(), csrf: csrf.into(), hidden: Vec::new() }
    }

    /// The same form, which also sends this.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.hidden.push((name.into(), value.into()));
        self
    }
}

impl std::fmt::Debug for Form {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Form").field("action", &self.action).finish_non_exhaustive()
    }
}

/// A place of a form that people write into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    Username,
    Password,
    NewPassword,
    RepeatedPassword,
    Code,
    /// An attribute of the user, by its full name: `email`, `custom:team`.
    Attribute(String),
}

impl Field {
    /// Under which name the form sends it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Username => "username".to_owned(),
            Self::Password => "password".to_owned(),
            Self::NewPassword => "new_password".to_owned(),
            Self::RepeatedPassword => "repeated_password".to_owned(),
            Self::Code => "code".to_owned(),
            Self::Attribute(name) => format!("attribute.{name}"),
        }
    }
}

/// Something that stands in the way, told at the top of the page and, if it belongs to one, at its field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub at: Option<Field>,
    pub fault: Fault,
}

impl Problem {
    /// A problem with the whole.
    #[must_use]
    pub const fn new(fault: Fault) -> Self {
        Self { at: None, fault }
    }

    /// A problem with one field.
    #[must_use]
    pub const fn at(field: Field, fault: Fault) -> Self {
        Self { at: Some(field), fault }
    }
}

/// What is wrong. Each has its words in every catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The name or the password; it is never said which.
    WrongCredentials,
    /// A second factor, a passkey or the like was not accepted.
    NotAccepted,
    Disabled,
    LockedOut,
    TooManyAttempts,
    WrongCode,
    ExpiredCode,
    TemporaryPasswordExpired,
    PasswordBreaksPolicy,
    /// One of the last passwords.
    PasswordUsedBefore,
    PasswordsDiffer,
    Missing,
    /// Something that cannot be in this field.
    Malformed,
    MalformedEmail,
    MalformedPhoneNumber,
    UsernameTaken,
    /// There is an account with this address or number already.
    ContactTaken,
    SignUpClosed,
    /// There is no way to send a code to this person.
    CannotRecover,
    SessionExpired,
    PasskeyFailed,
    /// The identity provider did not sign anybody in.
    ProviderFailed,
    /// A message could not be sent.
    NotSent,
    Unavailable,
    /// What a function of the pool says, in its own words. Escaped, and cut at 300 characters.
    Said(String),
}

impl Fault {
    /// What is wrong, in somebody's language.
    pub(super) fn words(&self, language: &Language) -> String {
        let key = match self {
            Self::WrongCredentials => "fault-wrong-credentials",
            Self::NotAccepted => "fault-not-accepted",
            Self::Disabled => "fault-disabled",
            Self::LockedOut => "fault-locked-out",
            Self::TooManyAttempts => "fault-too-many-attempts",
            Self::WrongCode => "fault-wrong-code",
            Self::ExpiredCode => "fault-expired-code",
            Self::TemporaryPasswordExpired => "fault-temporary-password-expired",
            Self::PasswordBreaksPolicy => "fault-password-breaks-policy",
            Self::PasswordUsedBefore => "fault-password-used-before",
            Self::PasswordsDiffer => "fault-passwords-differ",
            Self::Missing => "fault-missing",
            Self::Malformed => "fault-malformed",
            Self::MalformedEmail => "fault-malformed-email",
            Self::MalformedPhoneNumber => "fault-malformed-phone-number",
            Self::UsernameTaken => "fault-username-taken",
            Self::ContactTaken => "fault-contact-taken",
            Self::SignUpClosed => "fault-sign-up-closed",
            Self::CannotRecover => "fault-cannot-recover",
            Self::SessionExpired => "fault-session-expired",
            Self::PasskeyFailed => "fault-passkey-failed",
            Self::ProviderFailed => "fault-provider-failed",
            Self::NotSent => "fault-not-sent",
            Self::Unavailable => "fault-unavailable",
            Self::Said(words) => return words.chars().take(MAX_SAID).collect(),
        };
        language.say(key)
    }
}

/// Good news, or merely news, told at the top of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// To a masked address. Also told when nothing was sent because there is nobody to send it to.
    CodeSent {
        to: Option<String>,
    },
    AccountConfirmed,
    PasswordChanged,
    /// Somebody is signed in already and has to prove it again.
    ProveAgain,
    /// The application asks for somebody who signs in anew.
    SignInAgain,
}

impl Notice {
    /// The news, in somebody's language.
    pub(super) fn words(&self, language: &Language) -> String {
        match self {
            Self::CodeSent { to: Some(to) } => language.say_of("notice-code-sent-to", "to", to),
            Self::CodeSent { to: None } => language.say("notice-code-sent"),
            Self::AccountConfirmed => language.say("notice-account-confirmed"),
            Self::PasswordChanged => language.say("notice-password-changed"),
            Self::ProveAgain => language.say("notice-prove-again"),
            Self::SignInAgain => language.say("notice-sign-in-again"),
        }
    }
}

/// By which names people sign in, which decides what the field is called and how a phone's keyboard looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identifier {
    Username,
    Email,
    PhoneNumber,
    EmailOrPhoneNumber,
    UsernameOrEmail,
    UsernameOrPhoneNumber,
    UsernameOrContact,
}

/// What a new password has to have, as it is told before somebody writes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordRules {
    pub minimum_length: u16,
    pub needs_lowercase: bool,
    pub needs_uppercase: bool,
    pub needs_numbers: bool,
    pub needs_symbols: bool,
}

/// An attribute that a form asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeField {
    /// The full name: `email`, `given_name`, `custom:team`. Standard ones have a label in every language; the
    /// others are called by their name, or as the theme's texts say (`attribute-custom-team`).
    pub name: String,
    pub kind: AttributeKind,
    pub is_required: bool,
    /// In characters, for text.
    pub min_length: Option<u32>,
    pub max_length: Option<u32>,
    /// What was written before.
    pub value: String,
}

/// What may be written into an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeKind {
    Text,
    Email,
    PhoneNumber,
    Number,
    Date,
    Address,
    Boolean,
}

/// An identity provider that somebody can sign in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// As the pool calls it.
    pub name: String,
    pub kind: ProviderKind,
    /// A link that goes there.
    pub href: String,
}

/// The providers whose name in a pool is not the name that people know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderKind {
    Google,
    Apple,
    Facebook,
    Amazon,
    Other,
}

impl Provider {
    /// The name that people know.
    pub(super) fn known_as(&self) -> &str {
        match self.kind {
            ProviderKind::Google => "Google",
            ProviderKind::Apple => "Apple",
            ProviderKind::Facebook => "Facebook",
            ProviderKind::Amazon => "Amazon",
            ProviderKind::Other => &self.name,
        }
    }

    /// The letter on its sign. Trademarks are left to whoever has the right to show them: a theme.
    pub(super) fn initial(&self) -> String {
        self.known_as()
            .chars()
            .next()
            .map_or_else(String::new, |letter| letter.to_uppercase().collect())
    }

    /// A class that a theme can hang a mark on.
    pub(super) const fn class(&self) -> &'static str {
        match self.kind {
            ProviderKind::Google => "provider-google",
            ProviderKind::Apple => "provider-apple",
            ProviderKind::Facebook => "provider-facebook",
            ProviderKind::Amazon => "provider-amazon",
            ProviderKind::Other => "provider-other",
        }
    }
}
