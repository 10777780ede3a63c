//! Where are the records of the user API kept? In a DynamoDB table of its own.

use crate::Aws;
use aws_sdk_dynamodb::Client;
use aws_types::sdk_config::TimeoutConfig;
use std::sync::Arc;
use store::Records;
use store_dynamodb::{DynamoStore, Limits};

/// The records of the table of this name. The limits are those of a function, which has less time than a
/// server.
#[must_use]
pub fn records(aws: &Aws, table: &str) -> Records {
    let mut config = aws_sdk_dynamodb::config::Builder::from(aws.config());
    config.set_endpoint_url(aws.endpoint("DYNAMODB"));
    let store = DynamoStore::new(Client::from_conf(config.build()), table);
    let (limits, timeouts) = (Limits::default(), aws.config().timeout_config());
    let attempt = timeouts.and_then(TimeoutConfig::operation_attempt_timeout);
    let call = timeouts.and_then(TimeoutConfig::operation_timeout);
    Records::new(Arc::new(store.within(Limits {
        attempt: attempt.unwrap_or(limits.attempt),
        call: call.unwrap_or(limits.call),
    })))
}
