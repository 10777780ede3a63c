//! Where are the records of the user API kept? In a DynamoDB table of its own.

use crate::{
    Aws,
    aws::{ALL_TRIES, ONE_TRY},
};
use aws_sdk_dynamodb::Client;
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
    Records::new(Arc::new(store.within(Limits { attempt: ONE_TRY, call: ALL_TRIES })))
}
