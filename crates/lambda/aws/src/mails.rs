//! Who carries mails to users? SES.

use crate::{
    Aws,
    aws::{endpoint, unavailable},
};
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
        config.set_endpoint_url(endpoint("SESV2"));
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
