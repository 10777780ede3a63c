//! Which DynamoDB do tests have? The one that `POOLHOUSE_DYNAMODB_ENDPOINT` names, or one of this process.

use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
    types::{
        AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
        ScalarAttributeType,
    },
};
use std::{collections::HashMap, env};
use tokio::net::TcpListener;

/// A DynamoDB with an empty table whose key is `id`.
pub struct Dynamo {
    /// Its address.
    pub url: String,
    /// The name of the table.
    pub table: String,
    client: Client,
}

impl Dynamo {
    /// One with an empty table.
    pub async fn new() -> Self {
        let url = match env::var("POOLHOUSE_DYNAMODB_ENDPOINT") {
            Ok(url) => url,
            Err(_) => emulator().await,
        };
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("local", "local", None, None, "tests"))
            .endpoint_url(&url)
            .build();
        let client = Client::from_conf(config);
        let table = format!("profiles-{:x}", jiff::Timestamp::now().as_nanosecond());
        let id = AttributeDefinition::builder()
            .attribute_name("id")
            .attribute_type(ScalarAttributeType::S);
        let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash);
        client
            .create_table()
            .table_name(&table)
            .billing_mode(BillingMode::PayPerRequest)
            .attribute_definitions(id.build().expect("it is whole"))
            .key_schema(key.build().expect("it is whole"))
            .send()
            .await
            .expect("a table is made");
        Self { url, table, client }
    }

    /// The item of this id.
    pub async fn item(&self, id: &str) -> Option<HashMap<String, AttributeValue>> {
        let asked = self.client.get_item().table_name(&self.table).consistent_read(true);
        let asked = asked.key("id", AttributeValue::S(id.to_owned())).send().await;
        asked.expect("the table answers").item
    }

    /// Puts an item, in place of the one of its id.
    pub async fn put(&self, item: &[(&str, AttributeValue)]) {
        let mut put = self.client.put_item().table_name(&self.table);
        for (name, value) in item {
            put = put.item(*name, value.clone());
        }
        put.send().await.expect("the item is put");
    }
}

async fn emulator() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("it has an address"));
    let database = dynoxide::Database::memory().expect("there is memory");
    tokio::spawn(async move { dynoxide::server::serve_on(listener, database).await });
    url
}
