//! How do others hear of what users do? From an SNS topic.

use crate::{Aws, aws::unavailable};
use async_trait::async_trait;
use aws_sdk_sns::{Client, types::MessageAttributeValue};
use events::UserEvent;
use kit::{Unavailable, user_events::Publisher};

/// A topic. Each message carries the attribute `type`, by which subscribers filter.
pub struct Topic {
    client: Client,
    arn: String,
    has_order: bool,
}

impl Topic {
    /// The topic of this ARN.
    #[must_use]
    pub fn new(aws: &Aws, arn: &str) -> Self {
        let mut config = aws_sdk_sns::config::Builder::from(aws.config());
        config.set_endpoint_url(aws.endpoint("SNS"));
        let client = Client::from_conf(config.build());
        Self { client, arn: arn.to_owned(), has_order: arn.ends_with(".fifo") }
    }
}

impl Topic {
    async fn tell(&self, event: &UserEvent) -> Result<(), Unavailable> {
        let what = "the topic";
        let json = serde_json::to_string(event).map_err(|cause| Unavailable::new(what, cause))?;
        let kind = MessageAttributeValue::builder()
            .data_type("String")
            .string_value(event.kind.as_str())
            .build()
            .map_err(|cause| Unavailable::new(what, cause))?;
        let mut message = self.client.publish().topic_arn(&self.arn).message(json);
        message = message.message_attributes("type", kind);
        if self.has_order {
            // What one user does stays in order, and what comes twice is told once.
            let user = event.subject.as_ref().map_or("nobody", |sub| sub.as_str());
            message = message.message_group_id(user).message_deduplication_id(&event.id);
        }
        message.send().await.map_err(|error| unavailable(what, error)).map(drop)
    }
}

#[async_trait]
impl Publisher for Topic {
    async fn publish(&self, event: &UserEvent) -> Result<(), Unavailable> {
        self.tell(event).await
    }
}

#[cfg(feature = "profiles")]
#[async_trait]
impl users::events::Sink for Topic {
    async fn deliver(&self, event: &UserEvent) -> Result<(), users::events::NotDelivered> {
        // An event of ours is nothing that a topic could refuse: it is small, and no text of a user's.
        let told = self.tell(event).await;
        told.map_err(|cause| users::events::NotDelivered::Unreachable(cause.cause.to_string()))
    }
}
