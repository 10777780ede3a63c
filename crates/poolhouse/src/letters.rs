//! How do letters of the user API reach users? As the mails of the pools do.

use async_trait::async_trait;
use jiff::Timestamp;
use kit::{
    BadSetting, Environment,
    messages::{About, Catalogues, Kind, Link, Messages},
};
use pool::{Body, Channel, MailSettings, Message, Post, SmsSettings};
use std::sync::Arc;
use users::letters::{Letter, LetterAbout, Letters, Undelivered};

/// Letters, worded from the catalogues and handed to the post of the pools.
pub struct LettersByPost {
    messages: Messages,
    post: Arc<dyn Post>,
}

impl LettersByPost {
    /// Letters as an environment asks for them; of a brand that is not named, ours.
    pub fn new(
        environment: &Environment,
        catalogues: &Catalogues,
        post: Arc<dyn Post>,
    ) -> Result<Self, BadSetting> {
        let mut environment = environment.clone();
        environment.entry("BRAND_NAME".to_owned()).or_insert_with(|| "Poolhouse".to_owned());
        Ok(Self { messages: Messages::from_environment(&environment, catalogues)?, post })
    }
}

#[async_trait]
impl Letters for LettersByPost {
    async fn send(&self, letter: Letter, now: Timestamp) -> Result<(), Undelivered> {
        let minutes = Some(letter.minutes);
        let (purpose, kind, code, about) = match &letter.about {
            LetterAbout::Activation { link, code } => {
                let about = About { link: Some(Link::Address(link)), minutes, ..About::default() };
                ("Activation", Kind::SignUp, code, about)
            }
            LetterAbout::EmailChange { code } => {
                let about = About { code: Some(code.reveal()), minutes, ..About::default() };
                ("EmailChange", Kind::UpdateAttribute, code, about)
            }
        };
        let written = self.messages.write(kind, letter.language.as_deref(), about);
        let written = written.ok_or_else(|| Undelivered("it has no words".to_owned()))?;
        let message = Message {
            to: letter.to,
            channel: Channel::Email,
            purpose,
            subject: written.subject,
            body: Body::Both { html: written.html, plain: written.text },
            code: code.reveal().to_owned(),
            sent_at: now,
            mail: MailSettings::default(),
            sms: SmsSettings::default(),
        };
        self.post.send(message).await.map_err(|cause| Undelivered(cause.to_string()))
    }
}
