//! What is said to a user, and over which channel?

use crate::{Contact, Error, MessageTemplates, Pools, Refusal, Result, User, UserPool};
use async_trait::async_trait;
use jiff::Timestamp;
use names::{Code, Password};

/// A mail or a text message on its way. Its code and body are secrets: `Debug` does not show them.
#[derive(Clone)]
pub struct Message {
    pub to: String,
    pub channel: Channel,
    /// Why it is sent: `SignUp`, `ResendCode`, `ForgotPassword`, ….
    pub purpose: &'static str,
    /// Empty for a text message.
    pub subject: String,
    pub body: String,
    pub code: String,
    pub sent_at: Timestamp,
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
}

/// A message could not be handed over.
#[derive(Debug, thiserror::Error)]
#[error("the message was not handed over: {0}")]
pub struct Undelivered(pub String);

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

impl Pools {
    /// Sends a code to one of a user's contacts.
    pub(crate) async fn send_code(
        &self,
        pool: &UserPool,
        user: &User,
        contact: Contact,
        address: &str,
        purpose: &'static str,
        code: &Code,
    ) -> Result<Delivery> {
        let texts = &pool.settings.messages;
        let (subject, body) = match contact {
            Contact::Email => (
                texts.verification_subject.clone().unwrap_or_else(|| SUBJECT.to_owned()),
                texts.verification_email.as_deref().unwrap_or(VERIFICATION),
            ),
            Contact::PhoneNumber => {
                (String::new(), texts.verification_sms.as_deref().unwrap_or(VERIFICATION))
            }
        };
        let body =
            body.replace("{####}", code.reveal()).replace("{username}", user.username.as_str());
        self.hand_over(contact, address, purpose, subject, body, code.reveal()).await?;
        Ok(Delivery::to(contact, address))
    }

    /// Sends the temporary password to a user whom an administrator made.
    pub(crate) async fn send_invitation(
        &self,
        pool: &UserPool,
        user: &User,
        contact: Contact,
        password: &Password,
    ) -> Result<()> {
        let MessageTemplates { invitation_subject, invitation_email, invitation_sms, .. } =
            &pool.settings.messages;
        let (subject, body) = match contact {
            Contact::Email => (
                invitation_subject.clone().unwrap_or_else(|| INVITATION_SUBJECT.to_owned()),
                invitation_email.as_deref().unwrap_or(INVITATION),
            ),
            Contact::PhoneNumber => {
                (String::new(), invitation_sms.as_deref().unwrap_or(INVITATION))
            }
        };
        // People know themselves by the name they sign in with, not by a generated one.
        let name = if pool.has_username_attributes() {
            user.attribute(contact.attribute()).unwrap_or_default()
        } else {
            user.username.as_str()
        };
        let body = body.replace("{username}", name).replace("{####}", password.reveal());
        let Some(address) = user.attribute(contact.attribute()) else { return Ok(()) };
        self.hand_over(contact, address, "AdminCreateUser", subject, body, password.reveal()).await
    }

    async fn hand_over(
        &self,
        contact: Contact,
        address: &str,
        purpose: &'static str,
        subject: String,
        body: String,
        code: &str,
    ) -> Result<()> {
        let channel = match contact {
            Contact::Email => Channel::Email,
            Contact::PhoneNumber => Channel::Sms,
        };
        let (to, code, sent_at) = (address.to_owned(), code.to_owned(), self.now());
        let message = Message { to, channel, purpose, subject, body, code, sent_at };
        self.house().post.send(message).await.map_err(|undelivered| {
            tracing::warn!(purpose, reason = %undelivered, "a message was not handed over");
            Error::Refused(Refusal::NotDelivered)
        })
    }
}

const SUBJECT: &str = "Your verification code";
const VERIFICATION: &str = "Your confirmation code is {####}";
const INVITATION_SUBJECT: &str = "Your temporary password";
const INVITATION: &str = "Your username is {username} and temporary password is {####}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_masked_as_cognito_does() {
        assert_eq!(mask_email("tom@example.com"), "t***@e***");
        assert_eq!(mask_phone_number("+15551231234"), "+*******1234");
    }
}
