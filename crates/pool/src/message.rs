//! What is said to a user, and over which channel?

use crate::{
    Barred, ByLink, Contact, Error, MailSettings, PoolSettings, Pools, Refusal, Result,
    SmsSettings, User, UserPool, link,
    trigger::{context, event_attributes},
};
use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::STANDARD};
use crypto::EnvelopeKey;
use events::cognito::{
    CustomMessageRequest, CustomMessageResponse, CustomSender, CustomSenderRequest, Empty,
    Metadata, SenderKind, TriggerSource,
};
use jiff::Timestamp;
use names::{ClientId, FunctionArn};
use std::borrow::Cow;
use zeroize::Zeroizing;

/// A mail or a text message on its way. Its code and body are secrets: `Debug` does not show them.
#[derive(Clone)]
pub struct Message {
    pub to: String,
    pub channel: Channel,
    /// Why it is sent: `SignUp`, `ResendCode`, `ForgotPassword`, ….
    pub purpose: &'static str,
    /// Empty for a text message.
    pub subject: String,
    pub body: Body,
    pub code: String,
    pub sent_at: Timestamp,
    /// Who a mail is from, as far as its pool says.
    pub mail: MailSettings,
    /// How a text message is sent, as far as its pool says.
    pub sms: SmsSettings,
}

/// What a message says.
#[derive(Clone)]
pub enum Body {
    Plain(String),
    Html(String),
    /// A mail whose author wrote it twice.
    Both {
        html: String,
        plain: String,
    },
}

impl Body {
    /// The one text, where there is place for one: as HTML if it is that.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Html(text) | Self::Both { html: text, .. } => text,
        }
    }
}

impl std::fmt::Debug for Message {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Message")
            .field("channel", &self.channel)
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

/// How a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    Email,
    Sms,
}

/// The way out for messages: an outbox, SMTP, SES and SNS.
#[async_trait]
pub trait Post: Send + Sync + 'static {
    /// Hands a message over. That it arrives is not promised.
    ///
    /// # Errors
    /// [`Undelivered`] when it could not be handed over.
    async fn send(&self, message: Message) -> Result<(), Undelivered>;

    /// Whether text messages could be sent so, found out without sending one. A way that takes on no roles has
    /// nothing against any.
    ///
    /// # Errors
    /// [`Undelivered`], which is [`Undelivered::barred`] unless it could not be found out.
    async fn try_sms_role(&self, _: &SmsSettings) -> Result<(), Undelivered> {
        Ok(())
    }

    /// Whether mails could be sent in the name of the identity of this ARN, found out without sending one. A way
    /// that knows no identities has nothing against any.
    ///
    /// # Errors
    /// [`Undelivered`], which is [`Undelivered::barred`] unless it could not be found out.
    async fn try_mail_identity(&self, _: &str) -> Result<(), Undelivered> {
        Ok(())
    }
}

/// A message could not be handed over.
#[derive(Debug, thiserror::Error)]
#[error("the message was not handed over: {reason}")]
pub struct Undelivered {
    /// For the log.
    pub reason: String,
    /// What whoever set up the pool can do something about.
    pub barred: Option<Barred>,
}

impl Undelivered {
    /// For a reason that is nobody's setting.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), barred: None }
    }

    /// Because of the name that it was to leave in.
    #[must_use]
    pub fn barred(self, barred: Barred) -> Self {
        Self { barred: Some(barred), ..self }
    }
}

/// Where a code went, with the address hidden from whoever asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub destination: String,
    pub contact: Contact,
}

impl Delivery {
    /// A delivery to this address, masked.
    #[must_use]
    pub fn to(contact: Contact, address: &str) -> Self {
        let destination = match contact {
            Contact::Email => mask_email(address),
            Contact::PhoneNumber => mask_phone_number(address),
        };
        Self { destination, contact }
    }
}

fn mask_email(address: &str) -> String {
    let (local, domain) = address.split_once('@').unwrap_or((address, ""));
    let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
    format!("{}***@{}***", first(local), first(domain))
}

fn mask_phone_number(number: &str) -> String {
    let last: Vec<char> = number.chars().rev().take(4).collect();
    format!("+*******{}", last.into_iter().rev().collect::<String>())
}

/// Why a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    SignUp,
    AdminCreateUser,
    ResendCode,
    ForgotPassword,
    UpdateUserAttribute,
    VerifyUserAttribute,
    /// A code to sign in with, as the only factor or the second.
    Authentication,
}

impl Occasion {
    fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "SignUp",
            Self::AdminCreateUser => "AdminCreateUser",
            Self::ResendCode => "ResendCode",
            Self::ForgotPassword => "ForgotPassword",
            Self::UpdateUserAttribute => "UpdateUserAttribute",
            Self::VerifyUserAttribute => "VerifyUserAttribute",
            Self::Authentication => "Authentication",
        }
    }

    /// The source under which the function that sends mails or texts is handed the code.
    fn sender(self, contact: Contact) -> TriggerSource {
        use TriggerSource as Source;
        match (contact, self) {
            (Contact::Email, Self::SignUp) => Source::CustomEmailSenderSignUp,
            (Contact::Email, Self::AdminCreateUser) => Source::CustomEmailSenderAdminCreateUser,
            (Contact::Email, Self::ResendCode) => Source::CustomEmailSenderResendCode,
            (Contact::Email, Self::ForgotPassword) => Source::CustomEmailSenderForgotPassword,
            (Contact::Email, Self::UpdateUserAttribute) => {
                Source::CustomEmailSenderUpdateUserAttribute
            }
            (Contact::Email, Self::VerifyUserAttribute) => {
                Source::CustomEmailSenderVerifyUserAttribute
            }
            (Contact::Email, Self::Authentication) => Source::CustomEmailSenderAuthentication,
            (Contact::PhoneNumber, Self::Authentication) => Source::CustomSmsSenderAuthentication,
            (Contact::PhoneNumber, Self::SignUp) => Source::CustomSmsSenderSignUp,
            (Contact::PhoneNumber, Self::AdminCreateUser) => Source::CustomSmsSenderAdminCreateUser,
            (Contact::PhoneNumber, Self::ResendCode) => Source::CustomSmsSenderResendCode,
            (Contact::PhoneNumber, Self::ForgotPassword) => Source::CustomSmsSenderForgotPassword,
            (Contact::PhoneNumber, Self::UpdateUserAttribute) => {
                Source::CustomSmsSenderUpdateUserAttribute
            }
            (Contact::PhoneNumber, Self::VerifyUserAttribute) => {
                Source::CustomSmsSenderVerifyUserAttribute
            }
        }
    }

    /// The source under which the function that words messages is asked.
    pub(crate) fn custom_message(self) -> TriggerSource {
        match self {
            Self::SignUp => TriggerSource::CustomMessageSignUp,
            Self::AdminCreateUser => TriggerSource::CustomMessageAdminCreateUser,
            Self::ResendCode => TriggerSource::CustomMessageResendCode,
            Self::ForgotPassword => TriggerSource::CustomMessageForgotPassword,
            Self::UpdateUserAttribute => TriggerSource::CustomMessageUpdateUserAttribute,
            Self::VerifyUserAttribute => TriggerSource::CustomMessageVerifyUserAttribute,
            Self::Authentication => TriggerSource::CustomMessageAuthentication,
        }
    }
}

/// Whom a message is for, and on which occasion.
#[derive(Clone, Copy)]
pub(crate) struct About<'a> {
    pub pool: &'a UserPool,
    /// None where an administrator acts.
    pub client: Option<&'a ClientId>,
    pub user: &'a User,
    pub occasion: Occasion,
    /// What the client wants functions to hear.
    pub metadata: &'a Metadata,
}

impl About<'_> {
    /// Whether the code that goes to this contact confirms an account.
    fn confirms(&self, contact: Contact) -> bool {
        contact == Contact::Email
            && matches!(self.occasion, Occasion::SignUp | Occasion::ResendCode)
    }
}

/// A message that is worded and waits for its code.
///
/// A function may refuse to word it, so this comes before what the code is kept with.
pub(crate) struct Draft {
    contact: Contact,
    address: String,
    occasion: Occasion,
    subject: String,
    body: String,
    /// Where the link goes that stands for the code, up to the code itself.
    link: Option<String>,
    mail: MailSettings,
    sms: SmsSettings,
    /// Who sends it instead of the house.
    sender: Option<Sender>,
}

/// A function that sends codes, and what it will hear but for the code.
struct Sender {
    function: FunctionArn,
    key: String,
    event: CustomSender,
}

impl Pools {
    /// Words the message with which a code goes to one of a user's contacts.
    ///
    /// # Errors
    /// What the function that words messages refuses.
    pub(crate) async fn draft_code(
        &self,
        about: About<'_>,
        contact: Contact,
        address: &str,
    ) -> Result<Draft> {
        let answer = self.ask_custom_message(about).await?;
        let PoolSettings { messages, mfa, .. } = &about.pool.settings;
        let signs_in = about.occasion == Occasion::Authentication;
        let by_link = messages.by_link.as_ref().filter(|_| about.confirms(contact));
        let (subject, body) = match contact {
            Contact::Email if let Some(ByLink { subject, email }) = by_link => {
                (subject.as_deref(), email.as_deref())
            }
            Contact::Email if signs_in => {
                (mfa.email_subject.as_deref(), mfa.email_message.as_deref())
            }
            Contact::Email => {
                (messages.verification_subject.as_deref(), messages.verification_email.as_deref())
            }
            Contact::PhoneNumber if signs_in => (None, mfa.sms_message.as_deref()),
            Contact::PhoneNumber => (None, messages.verification_sms.as_deref()),
        };
        let (our_subject, our_body) = if by_link.is_some() {
            (LINK_SUBJECT, BY_LINK)
        } else if signs_in {
            (AUTHENTICATION_SUBJECT, AUTHENTICATION)
        } else {
            (SUBJECT, VERIFICATION)
        };
        let theirs = match by_link {
            Some(_) => worded(&answer, contact, |text| link::is_in(text) || text.contains(CODE)),
            None => worded(&answer, contact, |text| text.contains(CODE)),
        };
        let subject = theirs.subject.or(subject).unwrap_or(our_subject);
        let body = theirs.body.or(body).unwrap_or(our_body);
        let body = body.replace(USERNAME, &as_shown(contact, about.user.username.as_str()));
        let mut draft = Draft::new(about, contact, address, subject, body);
        if by_link.is_some() {
            let pages = self.pages_of(&about.pool.id).await?;
            draft.link = Some(link::to_confirm(&pages, about.client, about.user));
        }
        Ok(draft)
    }

    /// Words the invitations of a user whom an administrator made: one for each medium that can reach the
    /// user. The function that words messages is asked once for all of them.
    ///
    /// # Errors
    /// What that function refuses.
    pub(crate) async fn draft_invitations(
        &self,
        about: About<'_>,
        mediums: &[Contact],
    ) -> Result<Vec<Draft>> {
        let About { pool, user, .. } = about;
        let reached: Vec<_> = mediums
            .iter()
            .filter_map(|contact| Some((*contact, user.attribute(contact.attribute())?)))
            .collect();
        if reached.is_empty() {
            return Ok(Vec::new());
        }
        let answer = self.ask_custom_message(about).await?;
        let texts = &pool.settings.messages;
        let drafts = reached.into_iter().map(|(contact, address)| {
            let (subject, body) = match contact {
                Contact::Email => {
                    (texts.invitation_subject.as_deref(), texts.invitation_email.as_deref())
                }
                Contact::PhoneNumber => (None, texts.invitation_sms.as_deref()),
            };
            let theirs = worded(&answer, contact, |text| {
                [CODE, USERNAME].iter().all(|placeholder| text.contains(placeholder))
            });
            let subject = theirs.subject.or(subject).unwrap_or(INVITATION_SUBJECT);
            let body = theirs.body.or(body).unwrap_or(INVITATION);
            // People know themselves by the name they sign in with, not by a generated one.
            let name =
                if pool.has_username_attributes() { address } else { user.username.as_str() };
            let body = body.replace(USERNAME, &as_shown(contact, name));
            Draft::new(about, contact, address, subject, body)
        });
        Ok(drafts.collect())
    }

    /// Puts the code, or the temporary password, into a message and hands it over.
    ///
    /// # Errors
    /// [`Refusal::NotDelivered`], [`Refusal::Barred`].
    pub(crate) async fn send(&self, draft: Draft, code: &str) -> Result<Delivery> {
        let Draft { contact, address, occasion, subject, body, link, mail, sms, sender } = draft;
        let delivery = Delivery::to(contact, &address);
        if let Some(sender) = sender {
            self.hand_to_sender(sender, occasion, code)?;
            return Ok(delivery);
        }
        let channel = match contact {
            Contact::Email => Channel::Email,
            Contact::PhoneNumber => Channel::Sms,
        };
        // The link before the code: what a code is made of is no placeholder.
        let body = match link {
            Some(link) => link::placed(&body, &format!("{link}{code}")),
            None => body,
        };
        let body = body.replace(CODE, &as_shown(contact, code));
        let message = Message {
            to: address,
            channel,
            purpose: occasion.as_str(),
            subject,
            body: match channel {
                Channel::Email => Body::Html(body),
                Channel::Sms => Body::Plain(body),
            },
            code: code.to_owned(),
            sent_at: self.now(),
            mail,
            sms,
        };
        self.house().post.send(message).await.map_err(|undelivered| {
            let purpose = occasion.as_str();
            tracing::warn!(purpose, reason = %undelivered, "a message was not handed over");
            Error::Refused(undelivered.barred.map_or(Refusal::NotDelivered, Refusal::Barred))
        })?;
        Ok(delivery)
    }

    /// As [`Self::send`], in calls that have no word for a message that was not handed over.
    pub(crate) async fn send_surely(&self, draft: Draft, code: &str) -> Result<Delivery> {
        self.send(draft, code).await.map_err(|error| match error {
            Error::Refused(Refusal::NotDelivered) => {
                Error::internal("a message was not handed over")
            }
            other => other,
        })
    }

    /// Hands a code to the function that sends it. Nobody waits for that function: what goes wrong there is
    /// seen in the log only, as on AWS.
    fn hand_to_sender(&self, sender: Sender, occasion: Occasion, code: &str) -> Result<()> {
        let Sender { function, key, mut event } = sender;
        // A temporary password is told as it would stand in a mail.
        let code = match occasion {
            Occasion::AdminCreateUser => escaped(code),
            _ => code.to_owned(),
        };
        let context = [("userpool-id", event.user_pool_id.as_str())];
        let sealed = self.sender_key(&key).encrypt(self.random(), code.as_bytes(), &context);
        let sealed = sealed.map_err(|_| Error::internal("a code does not fit an envelope"))?;
        event.request.code = Some(STANDARD.encode(sealed));
        let pools = self.clone();
        tokio::spawn(async move {
            if let Err(Error::Broken(broken)) = pools.fire::<_, Empty>(&function, &event).await {
                let source = event.trigger_source;
                tracing::error!(%source, ?broken, "a code was not sent");
            }
        });
        Ok(())
    }

    /// The local key that stands in for a KMS key of this name or ARN. Functions that send codes decrypt
    /// them with it.
    #[must_use]
    pub fn sender_key(&self, name: &str) -> EnvelopeKey {
        let parts: [&[u8]; 2] = [b"sender key\n", name.as_bytes()];
        let key = crypto::hmac_sha256(&self.house().seals.sender_keys, &parts);
        EnvelopeKey::new(name, Zeroizing::new(key))
    }
}

impl Draft {
    fn new(about: About<'_>, contact: Contact, address: &str, subject: &str, body: String) -> Self {
        let subject = match contact {
            Contact::Email => subject.to_owned(),
            Contact::PhoneNumber => String::new(),
        };
        let settings = &about.pool.settings;
        Self {
            contact,
            address: address.to_owned(),
            occasion: about.occasion,
            subject,
            body,
            link: None,
            mail: settings.mail.clone(),
            sms: settings.sms(),
            sender: Sender::of(about, contact),
        }
    }
}

impl Sender {
    /// The function that sends what goes to this contact, if there is one.
    fn of(about: About<'_>, contact: Contact) -> Option<Self> {
        let triggers = &about.pool.settings.triggers;
        let (function, kind) = match contact {
            Contact::Email => (&triggers.custom_email_sender, SenderKind::Email),
            Contact::PhoneNumber => (&triggers.custom_sms_sender, SenderKind::Sms),
        };
        let function = function.clone()?;
        let key = triggers.sender_key.clone().unwrap_or_default();
        let metadata = Some(about.metadata.clone()).filter(|metadata| !metadata.is_empty());
        let request = CustomSenderRequest {
            kind,
            code: None,
            user_attributes: event_attributes(about.pool, about.user),
            client_metadata: metadata,
        };
        let event = CustomSender::new(
            about.occasion.sender(contact),
            about.pool.id.as_str(),
            about.user.username.as_str(),
            context(about.client),
            request,
        );
        Some(Self { function, key, event })
    }
}

/// A value as it stands in a message: a mail is HTML, and nobody's name or password is.
fn as_shown(contact: Contact, value: &str) -> Cow<'_, str> {
    match contact {
        Contact::Email => escaped(value).into(),
        Contact::PhoneNumber => value.into(),
    }
}

/// A text as it stands in HTML.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// What a function says of one message.
#[derive(Default)]
struct Worded<'a> {
    subject: Option<&'a str>,
    body: Option<&'a str>,
}

/// The function's words for this contact. A text without a placeholder that it needs would reach somebody
/// who can do nothing with it, so it is not used, and the log says so.
fn worded<'a>(
    answer: &'a CustomMessageResponse,
    contact: Contact,
    is_whole: impl Fn(&str) -> bool,
) -> Worded<'a> {
    let (subject, body) = match contact {
        Contact::Email => (answer.email_subject.as_deref(), answer.email_message.as_deref()),
        Contact::PhoneNumber => (None, answer.sms_message.as_deref()),
    };
    let is_usable = |text: &&str| {
        let is_whole = is_whole(text);
        if !is_whole && !text.is_empty() {
            tracing::warn!("a message of a function lacks a placeholder and is not used");
        }
        is_whole
    };
    Worded { subject: subject.filter(|subject| !subject.is_empty()), body: body.filter(is_usable) }
}

const CODE: &str = CustomMessageRequest::CODE;
const USERNAME: &str = CustomMessageRequest::USERNAME;
const SUBJECT: &str = "Your verification code";
const VERIFICATION: &str = "Your confirmation code is {####}";
const LINK_SUBJECT: &str = "Your verification link";
const BY_LINK: &str =
    "Please click the link below to verify your email address. {##Verify Email##}";
const AUTHENTICATION_SUBJECT: &str = "Your authentication code";
const AUTHENTICATION: &str = "Your authentication code is {####}";
const INVITATION_SUBJECT: &str = "Your temporary password";
const INVITATION: &str = "Your username is {username} and temporary password is {####}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_without_its_placeholders_is_not_used() {
        let answer = CustomMessageResponse {
            email_message: Some("Hello {username}".to_owned()),
            email_subject: Some("Welcome".to_owned()),
            sms_message: Some("{username}: {####}".to_owned()),
        };
        let mail = worded(&answer, Contact::Email, |text| text.contains(CODE));
        assert_eq!((mail.subject, mail.body), (Some("Welcome"), None));
        let text = worded(&answer, Contact::PhoneNumber, |text| text.contains(USERNAME));
        assert_eq!((text.subject, text.body), (None, Some("{username}: {####}")));
    }

    #[test]
    fn an_address_is_masked_as_cognito_does() {
        assert_eq!(mask_email("tom@example.com"), "t***@e***");
        assert_eq!(mask_phone_number("+15551231234"), "+*******1234");
    }
}
