//! The adapter: the client, and what it reads.

use crate::{
    attributes::{self, Attributes, PARTITION, SORT},
    failure::{Patience, failed, unavailable},
};
use async_trait::async_trait;
use aws_sdk_dynamodb::{
    Client,
    config::{self, retry::RetryConfig, timeout::TimeoutConfig},
    types::KeysAndAttributes,
};
use jiff::Timestamp;
use std::{collections::HashMap, time::Duration};
use store::{
    Broken, CommitError, Item, Key, Page, PageBuilder, Range, Store, Write, check_get, check_list,
    check_writes,
};
use uuid::Uuid;

/// A store in a DynamoDB table.
#[derive(Debug, Clone)]
pub struct DynamoStore {
    client: Client,
    table: String,
    limits: Limits,
}

/// How long to wait for the table.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long one attempt of a write may take.
    pub attempt: Duration,
    /// How long a commit may take with all its attempts.
    pub call: Duration,
}

impl Default for Limits {
    /// What a server can wait for: an answer takes milliseconds, and whoever asked has a deadline of their own.
    fn default() -> Self {
        Self { attempt: Duration::from_secs(5), call: Duration::from_secs(12) }
    }
}

impl DynamoStore {
    /// The store in this table, over a client that is configured already. How long reads may take is the
    /// client's to say.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into(), limits: Limits::default() }
    }

    /// The same with other limits for its writes, for whoever has less time.
    #[must_use]
    pub fn within(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The store in this table, over a client that takes region, credentials and endpoint
    /// (`AWS_ENDPOINT_URL_DYNAMODB`) where the AWS tools take them: the environment, the shared configuration
    /// files, the role of the machine.
    #[cfg(feature = "open")]
    pub async fn open(table: impl Into<String>) -> Self {
        let limits = Limits::default();
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(3))
            .operation_attempt_timeout(limits.attempt)
            .operation_timeout(limits.call)
            .build();
        let defaults = aws_config::defaults(aws_config::BehaviorVersion::latest());
        let defaults = defaults.timeout_config(timeouts);
        Self::new(Client::new(&defaults.load().await), table)
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn table(&self) -> &str {
        &self.table
    }

    /// How writes are sent: once. What an attempt that failed means for the next one is known here, and not
    /// in the SDK.
    pub(crate) fn once(&self) -> config::Builder {
        let timeouts =
            TimeoutConfig::builder().operation_attempt_timeout(self.limits.attempt).build();
        config::Builder::new().retry_config(RetryConfig::disabled()).timeout_config(timeouts)
    }

    pub(crate) async fn get_one(&self, key: &Key) -> Result<Option<Item>, Broken> {
        let call = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(attributes::key(&key.partition, &key.sort)))
            .consistent_read(true);
        let answer = call.send().await.map_err(|error| failed("GetItem", error))?;
        answer.item.map(attributes::parse).transpose()
    }

    async fn get_many(&self, keys: &[Key]) -> Result<HashMap<Key, Item>, Broken> {
        let mut found = HashMap::with_capacity(keys.len());
        let mut patience = Patience::new(Uuid::new_v4());
        let keys = keys.iter().map(|key| attributes::key(&key.partition, &key.sort));
        let mut keys: Vec<Attributes> = keys.collect();
        loop {
            let asked = keys.len();
            let request = KeysAndAttributes::builder()
                .set_keys(Some(keys))
                .consistent_read(true)
                .build()
                .map_err(|error| unavailable("BatchGetItem", error))?;
            let call = self.client.batch_get_item().request_items(&self.table, request);
            let answer = call.send().await.map_err(|error| failed("BatchGetItem", error))?;
            for item in answer.responses.into_iter().flatten().flat_map(|(_, items)| items) {
                found.insert(attributes::parse_key(&item)?, attributes::parse(item)?);
            }
            let left = answer.unprocessed_keys.and_then(|mut left| left.remove(&self.table));
            keys = left.map(|left| left.keys).unwrap_or_default();
            if keys.is_empty() {
                return Ok(found);
            }
            // Some were left because the answer was full; if none came, the table is busy.
            if keys.len() >= asked && !patience.wait().await {
                return Err(unavailable("BatchGetItem", "keys were left unprocessed"));
            }
        }
    }
}

#[async_trait]
impl Store for DynamoStore {
    async fn get(&self, keys: &[Key], now: Timestamp) -> Result<Vec<Option<Item>>, Broken> {
        check_get(keys)?;
        let found = match keys {
            [key] => vec![self.get_one(key).await?],
            _ => {
                let mut found = self.get_many(keys).await?;
                keys.iter().map(|key| found.remove(key)).collect()
            }
        };
        let live = found.into_iter().map(|item| item.filter(|item| !item.has_expired(now)));
        Ok(live.collect())
    }

    async fn list(&self, range: &Range, now: Timestamp) -> Result<Page, Broken> {
        check_list(range)?;
        let mut page = PageBuilder::new(range, now);
        // DynamoDB refuses a start outside of the condition, so the two are brought together here.
        let mut start = match range.after.as_deref() {
            Some(after) if after.starts_with(&range.prefix) && !after.is_empty() => {
                Some(attributes::key(&range.partition, after))
            }
            Some(after) if after > range.prefix.as_str() => return Ok(page.finish()),
            _ => None,
        };
        loop {
            let wants = i32::try_from(page.wants()).unwrap_or(i32::MAX);
            let mut call = self
                .client
                .query()
                .table_name(&self.table)
                .consistent_read(true)
                .limit(wants)
                .set_exclusive_start_key(start)
                .expression_attribute_names("#pk", PARTITION)
                .expression_attribute_values(":pk", attributes::text(&range.partition));
            call = if range.prefix.is_empty() {
                call.key_condition_expression("#pk = :pk")
            } else {
                call.key_condition_expression("#pk = :pk AND begins_with(#sk, :prefix)")
                    .expression_attribute_names("#sk", SORT)
                    .expression_attribute_values(":prefix", attributes::text(&range.prefix))
            };
            let answer = call.send().await.map_err(|error| failed("Query", error))?;
            for item in answer.items.into_iter().flatten() {
                let key = attributes::parse_key(&item)?;
                let item = attributes::parse(item)?;
                let offered = page.offer(&key.sort, item.expires_at, || Ok::<_, Broken>(item));
                if offered?.is_break() {
                    return Ok(page.finish());
                }
            }
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(page.finish());
            }
        }
    }

    async fn commit(&self, writes: Vec<Write>, now: Timestamp) -> Result<(), CommitError> {
        check_writes(&writes).map_err(Broken::from)?;
        match tokio::time::timeout(self.limits.call, self.persist(writes, now)).await {
            Ok(outcome) => outcome,
            Err(elapsed) => Err(unavailable("committing", elapsed).into()),
        }
    }
}
