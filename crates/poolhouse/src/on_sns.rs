//! How does a text message leave by Amazon SNS?

use crate::on_aws::{Regions, said};
use async_trait::async_trait;
use aws_sdk_sns::{Client, types::MessageAttributeValue};
use pool::{Message, Post, Undelivered};

/// Text messages through SNS. Credentials and endpoint (`AWS_ENDPOINT_URL_SNS`) are where the AWS tools take them, and
/// are not looked for before the first message.
pub struct OnSns {
    clients: Regions<Client>,
}

impl OnSns {
    pub fn new() -> Self {
        Self { clients: Regions::new(Client::new) }
    }
}

#[async_trait]
impl Post for OnSns {
    async fn send(&self, message: Message) -> Result<(), Undelivered> {
        let client = self.clients.of(message.sms_region.as_deref()).await;
        // Codes are what people wait for: they go before advertisements.
        let kind = MessageAttributeValue::builder()
            .data_type("String")
            .string_value("Transactional")
            .build()
            .map_err(|cause| Undelivered(cause.to_string()))?;
        let sent = client
            .publish()
            .phone_number(&message.to)
            .message(message.body.text())
            .message_attributes("AWS.SNS.SMS.SMSType", kind)
            .send()
            .await;
        sent.map(drop).map_err(|error| said("SNS", &error))
    }
}
