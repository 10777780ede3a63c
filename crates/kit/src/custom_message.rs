//! How do the pool's messages read?
//!
//! As a mail in HTML under the brand's name and color, and as a text message, in the user's language: that
//! of the attribute `locale`, else the one that the client hands through as `locale` in its metadata, else
//! the default. [`crate::messages`] says where the words come from.
//!
//! The pool takes the mail as one text, which it sends as HTML; it has no place for a plain part beside it.
//! So the HTML is made to be read as plain text too: one column, nothing in pictures, the code as text; and
//! [`CustomMessages::write`] gives the plain part to whoever sends mails of two parts, such as a custom
//! sender.
//!
//! The placeholders for code, link and user name are written as the event has them, to the letter, and a
//! message that lacks one in the end, or is longer than the pool takes, is left out: the pool then sends
//! its own text. A text of ours is never worth a sign-up.
//!
//! Its environment: what [`Messages::from_environment`] reads, and `CONFIRM_WITH`, `code` (the default) or
//! `link`, as the pool's own messages are set.

use crate::{
    BadSetting, Environment,
    environment::find,
    messages::{About, Catalogues, Kind, Link, Messages, Written},
};
use events::cognito::{CustomMessage, CustomMessageRequest, CustomMessageResponse, TriggerSource};
use functions::{InProcess, Thrown};
use std::sync::Arc;

/// The function's name.
pub const NAME: &str = "custom-message";

const CONFIRM_WITH: &str = "CONFIRM_WITH";

/// The most characters of a mail that a pool takes.
const MAX_EMAIL: usize = 20_000;
/// The most characters of a subject and of a text message.
const MAX_LINE: usize = 140;

/// The function.
pub struct CustomMessages {
    settings: Settings,
    messages: Messages,
}

/// What the function is told about itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settings {
    /// How an address is confirmed after a sign-up.
    pub confirm_with: ConfirmWith,
}

/// What a user is sent to confirm an address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ConfirmWith {
    /// A code to type.
    #[default]
    Code,
    /// A link to follow.
    Link,
}

impl CustomMessages {
    /// The function with these settings and these words.
    #[must_use]
    pub fn new(settings: Settings, messages: Messages) -> Self {
        Self { settings, messages }
    }

    /// The function as its environment asks for it, with the catalogues of `MESSAGES_DIR`.
    ///
    /// # Errors
    /// [`BadSetting`] for what is missing or cannot be used.
    pub fn from_environment(
        environment: &Environment,
        catalogues: &Catalogues,
    ) -> Result<Self, BadSetting> {
        let messages = Messages::from_environment(environment, catalogues)?;
        Ok(Self::new(Settings::parse(environment)?, messages))
    }

    /// The message of an event in all its forms, if it is one of ours to write.
    #[must_use]
    pub fn write(&self, event: &CustomMessage) -> Option<Written> {
        let (kind, about) = self.about(event)?;
        self.messages.write(kind, language(&event.request), about)
    }

    /// The answer to the pool: each form that is whole and short enough.
    #[must_use]
    pub fn answer(&self, event: &CustomMessage) -> CustomMessageResponse {
        let (Some((_, about)), Some(written)) = (self.about(event), self.write(event)) else {
            tracing::error!(source = %event.trigger_source, "there are no words for a message");
            return CustomMessageResponse::default();
        };
        let link = match about.link {
            Some(Link::Placeholder(link)) => Some(link),
            Some(Link::Address(_)) | None => None,
        };
        let mail = [about.code, link, about.username];
        let has_mail = is_whole(&written.html, &mail, MAX_EMAIL)
            && written.subject.chars().count() <= MAX_LINE;
        if !has_mail {
            tracing::error!(source = %event.trigger_source, "a mail is not one that a pool takes");
        }
        // A link takes the code's place in the mail only: a phone number is confirmed with a code.
        let text = [Some(code(&event.request)), about.username];
        let sms = self.sms(event).filter(|sms| is_whole(sms, &text, MAX_LINE));
        if sms.is_none() {
            tracing::error!(source = %event.trigger_source, "a text message is not one that a pool takes");
        }
        CustomMessageResponse {
            sms_message: sms,
            email_subject: has_mail.then_some(written.subject),
            email_message: has_mail.then_some(written.html),
        }
    }

    /// The function as something that can be called.
    #[must_use]
    pub fn into_function(self) -> InProcess {
        let this = Arc::new(self);
        InProcess::new(move |mut event: CustomMessage| {
            let this = this.clone();
            async move {
                event.response = this.answer(&event);
                Ok::<_, Thrown>(event)
            }
        })
    }

    fn sms(&self, event: &CustomMessage) -> Option<String> {
        let kind = kind(event.trigger_source)?;
        let about = about_code(kind, &event.request);
        self.messages.write(kind, language(&event.request), about)?.sms
    }

    fn about<'a>(&self, event: &'a CustomMessage) -> Option<(Kind, About<'a>)> {
        let kind = kind(event.trigger_source)?;
        let about = about_code(kind, &event.request);
        let confirms = matches!(kind, Kind::SignUp | Kind::ResendCode);
        let link = event.request.link_parameter.as_deref().map(Link::Placeholder);
        Some(match (self.settings.confirm_with, link) {
            (ConfirmWith::Link, Some(link)) if confirms => {
                (kind, About { code: None, link: Some(link), ..about })
            }
            _ => (kind, about),
        })
    }
}

impl Settings {
    /// Reads `CONFIRM_WITH`.
    ///
    /// # Errors
    /// [`BadSetting`] for what is neither `code` nor `link`.
    pub fn parse(environment: &Environment) -> Result<Self, BadSetting> {
        let confirm_with = match find(environment, CONFIRM_WITH) {
            None | Some("code") => ConfirmWith::Code,
            Some("link") => ConfirmWith::Link,
            Some(_) => return Err(BadSetting::new(CONFIRM_WITH, "is neither `code` nor `link`")),
        };
        Ok(Self { confirm_with })
    }
}

fn kind(source: TriggerSource) -> Option<Kind> {
    Some(match source {
        TriggerSource::CustomMessageSignUp => Kind::SignUp,
        TriggerSource::CustomMessageAdminCreateUser => Kind::Invitation,
        TriggerSource::CustomMessageResendCode => Kind::ResendCode,
        TriggerSource::CustomMessageForgotPassword => Kind::ForgotPassword,
        TriggerSource::CustomMessageUpdateUserAttribute => Kind::UpdateAttribute,
        TriggerSource::CustomMessageVerifyUserAttribute => Kind::VerifyAttribute,
        TriggerSource::CustomMessageAuthentication => Kind::Authentication,
        _ => return None,
    })
}

fn code(request: &CustomMessageRequest) -> &str {
    request.code_parameter.as_deref().unwrap_or(CustomMessageRequest::CODE)
}

fn about_code(kind: Kind, request: &CustomMessageRequest) -> About<'_> {
    let username = request.username_parameter.as_deref();
    About {
        code: Some(code(request)),
        username: (kind == Kind::Invitation)
            .then(|| username.unwrap_or(CustomMessageRequest::USERNAME)),
        ..About::default()
    }
}

fn language(request: &CustomMessageRequest) -> Option<&str> {
    let handed = request.client_metadata.as_ref().and_then(|metadata| metadata.get("locale"));
    let own = request.user_attributes.get("locale").filter(|locale| !locale.trim().is_empty());
    own.or(handed).map(String::as_str)
}

fn is_whole(text: &str, placeholders: &[Option<&str>], limit: usize) -> bool {
    text.chars().count() <= limit
        && placeholders.iter().flatten().all(|placeholder| text.contains(placeholder))
}
