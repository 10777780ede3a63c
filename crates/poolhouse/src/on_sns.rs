//! How does a text message leave by Amazon SNS?

use crate::{
    on_aws::{Regions, is_denied, said},
    roles::Roles,
};
use async_trait::async_trait;
use aws_sdk_sns::{
    Client,
    error::SdkError,
    operation::publish::{PublishError, PublishOutput},
    types::MessageAttributeValue,
};
use pool::{Barred, Message, Post, SmsSettings, Undelivered};

/// A number that nobody has and SNS takes for none: no country's code begins so.
const NOBODY: &str = "+0";

/// Text messages through SNS, in the role of the pool that sends them, or with the server's own rights if it has
/// none. Credentials and endpoint (`AWS_ENDPOINT_URL_SNS`) are where the AWS tools take them, and are not looked
/// for before the first message.
pub struct OnSns {
    clients: Regions<Client>,
    roles: Roles,
}

impl OnSns {
    pub fn new() -> Self {
        Self { clients: Regions::new(Client::new), roles: Roles::new() }
    }

    /// What SNS refused, and whether that is because of the pool's role.
    fn refused<R>(&self, error: &SdkError<PublishError, R>, sms: &SmsSettings) -> Undelivered {
        let said = said("SNS", error);
        if sms.role.is_none() {
            return said;
        }
        // Credentials may have lost what they were given for; with new ones that is known for certain.
        self.roles.drop(sms);
        if is_denied(error) { said.barred(Barred::SmsRoleAccess) } else { said }
    }
}

#[async_trait]
impl Post for OnSns {
    async fn send(&self, message: Message) -> Result<(), Undelivered> {
        let Message { sms, to, body, .. } = message;
        let own = self.clients.of(sms.region.as_deref()).await;
        let client = match &sms.role {
            Some(role) => self.roles.client(&own, &sms, role).await?,
            None => own,
        };
        let sent = publish(&client, &to, body.text()).await?;
        sent.map(drop).map_err(|error| self.refused(&error, &sms))
    }

    async fn try_sms_role(&self, sms: &SmsSettings) -> Result<(), Undelivered> {
        let Some(role) = &sms.role else { return Ok(()) };
        let own = self.clients.of(sms.region.as_deref()).await;
        let client = self.roles.take_on(&own, sms, role).await?;
        // Whether a role may publish is not to be asked. So it publishes to nobody, which is wrong otherwise than
        // by lack of rights.
        match publish(&client, NOBODY, "-").await? {
            Err(error) if is_denied(&error) => Err(self.refused(&error, sms)),
            _ => Ok(()),
        }
    }
}

type Published = Result<PublishOutput, SdkError<PublishError>>;

async fn publish(client: &Client, to: &str, text: &str) -> Result<Published, Undelivered> {
    // Codes are what people wait for: they go before advertisements.
    let kind = MessageAttributeValue::builder()
        .data_type("String")
        .string_value("Transactional")
        .build()
        .map_err(|cause| Undelivered::new(cause.to_string()))?;
    let published = client
        .publish()
        .phone_number(to)
        .message(text)
        .message_attributes("AWS.SNS.SMS.SMSType", kind)
        .send()
        .await;
    Ok(published)
}
