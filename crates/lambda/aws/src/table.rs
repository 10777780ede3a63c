//! How are profiles kept in a DynamoDB table?
//!
//! One item for each user, under the key `id`. Every write says what must be true, so that calls which come
//! twice, late or at the same time do no harm.

use crate::{
    Aws,
    aws::{endpoint, unavailable},
    document::{self, ID, Item, LAST_LOGIN_AT},
};
use async_trait::async_trait;
use aws_sdk_dynamodb::{Client, error::SdkError, types::ReturnValuesOnConditionCheckFailure};
use jiff::Timestamp;
use kit::{NewProfile, Profile, Profiles, Unavailable};
use names::Sub;

/// What is unavailable.
pub(crate) const WHAT: &str = "the profiles";

/// The table of the profiles.
#[derive(Clone)]
pub struct Table {
    pub(crate) client: Client,
    pub(crate) name: String,
}

impl Table {
    /// The table of this name.
    #[must_use]
    pub fn new(aws: &Aws, name: &str) -> Self {
        let mut config = aws_sdk_dynamodb::config::Builder::from(aws.config());
        config.set_endpoint_url(endpoint("DYNAMODB"));
        Self { client: Client::from_conf(config.build()), name: name.to_owned() }
    }

    /// The item of a user as it is now: who was made a moment ago is there.
    pub(crate) async fn item(&self, sub: &Sub) -> Result<Option<Item>, Unavailable> {
        let asked = self.client.get_item().table_name(&self.name).consistent_read(true);
        let asked = asked.key(ID, document::text(sub.as_str())).send().await;
        Ok(asked.map_err(|error| unavailable(WHAT, error))?.item)
    }
}

#[async_trait]
impl Profiles for Table {
    async fn find(&self, sub: &Sub) -> Result<Option<Profile>, Unavailable> {
        Ok(self.item(sub).await?.map(document::from_item))
    }

    async fn create(&self, new: NewProfile) -> Result<(), Unavailable> {
        let put = self.client.put_item().table_name(&self.name);
        let put = put
            .set_item(Some(document::to_item(document::of_new(&new))))
            .condition_expression("attribute_not_exists(#id)")
            .expression_attribute_names("#id", ID);
        match put.send().await {
            Ok(_) => Ok(()),
            Err(error) => {
                let is_there = error
                    .as_service_error()
                    .is_some_and(|error| error.is_conditional_check_failed_exception());
                if is_there { Ok(()) } else { Err(unavailable(WHAT, error)) }
            }
        }
    }

    async fn signed_in(&self, sub: &Sub, at: Timestamp) -> Result<bool, Unavailable> {
        let update = self.client.update_item().table_name(&self.name);
        let update = update
            .key(ID, document::text(sub.as_str()))
            .update_expression("SET #at = :at")
            .condition_expression(
                "attribute_exists(#id) AND (attribute_not_exists(#at) OR #at < :at)",
            )
            .expression_attribute_names("#id", ID)
            .expression_attribute_names("#at", LAST_LOGIN_AT)
            .expression_attribute_values(":at", document::text(document::time(at)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match update.send().await {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(error))
                if error.err().is_conditional_check_failed_exception() =>
            {
                // Either there is no profile, or it knows of a later sign-in. The item says which.
                Ok(found(error.into_err()))
            }
            Err(error) => Err(unavailable(WHAT, error)),
        }
    }
}

fn found(error: aws_sdk_dynamodb::operation::update_item::UpdateItemError) -> bool {
    use aws_sdk_dynamodb::operation::update_item::UpdateItemError::ConditionalCheckFailedException;
    match error {
        ConditionalCheckFailedException(failed) => {
            failed.item.is_some_and(|item| item.contains_key(ID))
        }
        _ => false,
    }
}
