//! How does a mail leave by Amazon SES?

use crate::{
    letter::Letter,
    on_aws::{Regions, is_denied, said},
};
use async_trait::async_trait;
use aws_sdk_sesv2::{
    Client,
    error::{BuildError, ProvideErrorMetadata},
    types::{Body, Content, Destination, EmailContent, Message},
};
use lettre::message::Mailbox;
use pool::{Barred, Post, Undelivered};

/// Mails through SES. Credentials and endpoint (`AWS_ENDPOINT_URL_SESV2`) are where the AWS tools take them, and are
/// not looked for before the first mail.
pub struct OnSes {
    clients: Regions<Client>,
    from: Option<Mailbox>,
    configuration_set: Option<String>,
}

impl OnSes {
    /// Mails that count towards a configuration set, if their pool names no other.
    pub fn new(from: Option<Mailbox>, configuration_set: Option<&str>) -> Self {
        let configuration_set = configuration_set.map(str::to_owned);
        Self { clients: Regions::new(Client::new), from, configuration_set }
    }
}

#[async_trait]
impl Post for OnSes {
    async fn send(&self, message: pool::Message) -> Result<(), Undelivered> {
        let settings = message.mail.clone();
        let letter = Letter::of(message, self.from.as_ref())?;
        // An identity lives in a region, and mails of it leave from there.
        let client = self.clients.of(settings.identity.as_deref().and_then(region)).await;
        let says_identity = settings.identity.is_some();
        let to = Destination::builder().to_addresses(letter.to.to_string()).build();
        let from = letter.from.to_string();
        let reply_to = letter.reply_to.as_ref().map(|reply_to| vec![reply_to.to_string()]);
        let content = content(letter).map_err(|cause| Undelivered::new(cause.to_string()))?;
        let sent = client
            .send_email()
            .from_email_address(from)
            .set_from_email_address_identity_arn(settings.identity)
            .set_reply_to_addresses(reply_to)
            .set_configuration_set_name(
                settings.configuration_set.or_else(|| self.configuration_set.clone()),
            )
            .destination(to)
            .content(content)
            .send()
            .await;
        sent.map(drop).map_err(|error| {
            let said = said("SES", &error);
            if says_identity && is_denied(&error) {
                said.barred(Barred::MailIdentity)
            } else {
                said
            }
        })
    }

    async fn try_mail_identity(&self, arn: &str) -> Result<(), Undelivered> {
        let unverified = || Barred::MailIdentityUnverified(arn.to_owned());
        let Some((_, name)) = arn.split_once(":identity/") else {
            return Err(Undelivered::new("the ARN is not one of an identity").barred(unverified()));
        };
        let client = self.clients.of(region(arn)).await;
        match client.get_email_identity().email_identity(name).send().await {
            Ok(found) if found.verified_for_sending_status() => Ok(()),
            Ok(_) => Err(Undelivered::new("SES: it is not verified").barred(unverified())),
            Err(error) => {
                let said = said("SES", &error);
                Err(if is_denied(&error) {
                    said.barred(Barred::MailIdentity)
                } else if error.code() == Some("NotFoundException") {
                    said.barred(unverified())
                } else {
                    said
                })
            }
        }
    }
}

/// The region of an ARN.
fn region(arn: &str) -> Option<&str> {
    arn.split(':').nth(3)
}

/// Two parts: what cannot show HTML shows the plain one.
fn content(letter: Letter) -> Result<EmailContent, BuildError> {
    let part = |text: String| Content::builder().charset("UTF-8").data(text).build();
    let html = letter.html.map(part).transpose()?;
    let body = Body::builder().set_html(html).text(part(letter.plain)?).build();
    let message = Message::builder().subject(part(letter.subject)?).body(body).build();
    Ok(EmailContent::builder().simple(message).build())
}
