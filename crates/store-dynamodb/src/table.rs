//! Is the table there, and is it ours?

use crate::{
    attributes::{EXPIRY, PARTITION, SORT},
    dynamo::DynamoStore,
    failure::unavailable,
};
use aws_sdk_dynamodb::{
    error::BuildError,
    operation::{create_table::CreateTableError, describe_table::DescribeTableError},
    types::{
        AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
        TableDescription, TableStatus, TimeToLiveSpecification, TimeToLiveStatus,
    },
};
use std::{error::Error, time::Duration};
use store::Broken;

impl DynamoStore {
    /// How often a new table is asked whether it is ready, half a second apart.
    const LOOKS: usize = 240;

    /// Makes the table if it is not there: paid by request, with `x` as its time to live. Returns when it is
    /// ready.
    ///
    /// # Errors
    /// [`Broken`]; [`Broken::Corrupt`] if there is a table of this name with other keys.
    pub async fn create_table_if_absent(&self) -> Result<(), Broken> {
        if self.describe().await?.is_none() {
            self.create().await?;
        }
        for _ in 0..Self::LOOKS {
            let found = self.describe().await?;
            match found.as_ref().and_then(|found| found.table_status()) {
                Some(TableStatus::Active | TableStatus::Updating) => {
                    self.check_keys(found.as_ref())?;
                    self.expire().await;
                    return Ok(());
                }
                // Made a moment ago: not every node of DynamoDB knows of it.
                _ => tokio::time::sleep(Duration::from_millis(500)).await,
            }
        }
        Err(unavailable("waiting for the table", "it does not become active"))
    }

    async fn describe(&self) -> Result<Option<TableDescription>, Broken> {
        let call = self.client().describe_table().table_name(self.table());
        match call.send().await {
            Ok(answer) => Ok(answer.table),
            Err(error) => match error.as_service_error() {
                Some(DescribeTableError::ResourceNotFoundException(_)) => Ok(None),
                _ => Err(unavailable("DescribeTable", error)),
            },
        }
    }

    async fn create(&self) -> Result<(), Broken> {
        let built = || -> Result<_, BuildError> {
            let mut call = self
                .client()
                .create_table()
                .table_name(self.table())
                .billing_mode(BillingMode::PayPerRequest);
            for (name, kind) in [(PARTITION, KeyType::Hash), (SORT, KeyType::Range)] {
                let text = AttributeDefinition::builder()
                    .attribute_name(name)
                    .attribute_type(ScalarAttributeType::S)
                    .build()?;
                let key =
                    KeySchemaElement::builder().attribute_name(name).key_type(kind).build()?;
                call = call.attribute_definitions(text).key_schema(key);
            }
            Ok(call)
        };
        let call = built().map_err(|error| unavailable("CreateTable", error))?;
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                // Another node was faster.
                Some(CreateTableError::ResourceInUseException(_)) => Ok(()),
                _ => Err(unavailable("CreateTable", error)),
            },
        }
    }

    fn check_keys(&self, found: Option<&TableDescription>) -> Result<(), Broken> {
        let keys = found.map(TableDescription::key_schema).unwrap_or_default();
        let keys: Vec<_> = keys.iter().map(|key| (key.attribute_name(), key.key_type())).collect();
        if keys == [(PARTITION, &KeyType::Hash), (SORT, &KeyType::Range)] {
            return Ok(());
        }
        let what = format!("the table {} has other keys than {PARTITION} and {SORT}", self.table());
        Err(Broken::Corrupt { what, source: None })
    }

    /// Lets DynamoDB remove what has expired. Without that the table only grows, so that a table which one
    /// may not change is used as it is.
    async fn expire(&self) {
        let described = self.client().describe_time_to_live().table_name(self.table()).send().await;
        let status =
            described.ok().and_then(|found| found.time_to_live_description?.time_to_live_status);
        if matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
            return;
        }
        let wanted =
            TimeToLiveSpecification::builder().attribute_name(EXPIRY).enabled(true).build();
        let outcome = match wanted {
            Ok(wanted) => {
                let call = self.client().update_time_to_live().table_name(self.table());
                let call = call.time_to_live_specification(wanted);
                call.send().await.map(drop).map_err(|error| unavailable("UpdateTimeToLive", error))
            }
            Err(error) => Err(unavailable("UpdateTimeToLive", error)),
        };
        if let Err(error) = outcome {
            let error = &error as &(dyn Error + 'static);
            tracing::warn!(error, table = self.table(), "expired items will stay in the table");
        }
    }
}
