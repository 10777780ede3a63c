//! Who carries mails to users? SES.

use crate::{Aws, aws::unavailable};
use async_trait::async_trait;
use aws_sdk_sesv2::{
    Client,
    error::BuildError,
    types::{Body, Content, Destination, EmailContent, Message},
};
use kit::{
    Unavailable,
    passwordless::{Mail, Mailer},
};

/// Mails of one sender.
pub struct Mails {
    client: Client,
    from: String,
}

impl Mails {
    /// Mails from this address, `no-reply@example.com` or `Example <no-reply@example.com>`.
    #[must_use]
    pub fn new(aws: &Aws, from: &str) -> Self {
        let mut config = aws_sdk_sesv2::config::Builder::from(aws.config());
        config.set_endpoint_url(aws.endpoint("SESV2"));
        Self { client: Client::from_conf(config.build()), from: from.to_owned() }
    }
}

#[async_trait]
impl Mailer for Mails {
    async fn send(&self, mail: Mail) -> Result<(), Unavailable> {
        let what = "the mails";
        let to = Destination::builder().to_addresses(mail.to.clone()).build();
        let content = content(mail).map_err(|cause| Unavailable::new(what, cause))?;
        let sending = self.client.send_email().from_email_address(&self.from);
        let sent = sending.destination(to).content(content).send().await;
        sent.map_err(|error| unavailable(what, error)).map(drop)
    }
}

/// Two parts: what cannot show HTML shows the plain one.
fn content(mail: Mail) -> Result<EmailContent, BuildError> {
    let part = |text: String| Content::builder().charset("UTF-8").data(text).build();
    let body = Body::builder().html(part(mail.html)?).text(part(mail.text)?).build();
    let message = Message::builder().subject(part(mail.subject)?).body(body).build();
    Ok(EmailContent::builder().simple(message).build())
}

/// Letters of the user API, worded from the catalogues.
#[cfg(feature = "profiles")]
pub struct MailedLetters {
    mails: Mails,
    messages: kit::messages::Messages,
}

#[cfg(feature = "profiles")]
impl MailedLetters {
    /// Letters in these words.
    #[must_use]
    pub fn new(mails: Mails, messages: kit::messages::Messages) -> Self {
        Self { mails, messages }
    }
}

#[cfg(feature = "profiles")]
#[async_trait]
impl users::letters::Letters for MailedLetters {
    async fn send(
        &self,
        letter: users::letters::Letter,
        _: jiff::Timestamp,
    ) -> Result<(), users::letters::Undelivered> {
        use kit::messages::{About, Kind, Link};
        use users::letters::{LetterAbout, Undelivered};
        let minutes = Some(letter.minutes);
        let (kind, about) = match &letter.about {
            LetterAbout::Activation { link, .. } => {
                let link = Some(Link::Address(link));
                (Kind::SignUp, About { link, minutes, ..About::default() })
            }
            LetterAbout::EmailChange { code } => {
                let code = Some(code.reveal());
                (Kind::UpdateAttribute, About { code, minutes, ..About::default() })
            }
        };
        let written = self.messages.write(kind, letter.language.as_deref(), about);
        let written = written.ok_or_else(|| Undelivered("it has no words".to_owned()))?;
        let (html, text) = (written.html, written.text);
        let mail = Mail { to: letter.to, subject: written.subject, html, text };
        let sent = self.mails.send(mail).await;
        sent.map_err(|unavailable| Undelivered(unavailable.cause.to_string()))
    }
}
