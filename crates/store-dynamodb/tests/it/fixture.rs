//! A DynamoDB to test against, and a table in it for every test.

use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
};
use dynoxide::Database;
use std::{
    env, process,
    sync::atomic::{AtomicUsize, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};
use store_dynamodb::DynamoStore;
use tokio::net::TcpListener;

const ENDPOINT: &str = "POOLHOUSE_DYNAMODB_ENDPOINT";

/// A DynamoDB somewhere.
pub struct Dynamo {
    pub url: String,
}

pub fn has_endpoint() -> bool {
    env::var_os(ENDPOINT).is_some()
}

/// The one that the environment names.
pub async fn endpoint() -> Dynamo {
    Dynamo { url: env::var(ENDPOINT).unwrap() }
}

/// One of this test alone, in this process.
pub async fn emulator() -> Dynamo {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let database = Database::memory().unwrap();
    tokio::spawn(async move { dynoxide::server::serve_on(listener, database).await });
    Dynamo { url }
}

impl Dynamo {
    pub fn client(&self) -> Client {
        client(&self.url)
    }

    /// A store in a table that does not exist yet.
    pub fn store(&self) -> DynamoStore {
        DynamoStore::new(self.client(), fresh_name())
    }

    /// A store in an empty table.
    pub async fn with_table(&self) -> DynamoStore {
        let store = self.store();
        store.create_table_if_absent().await.unwrap();
        store
    }
}

pub fn client(url: &str) -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "tests"))
        .endpoint_url(url)
        .build();
    Client::from_conf(config)
}

/// A name that no other test has, in this run or an earlier one.
pub fn fresh_name() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let begin = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    format!("poolhouse-test-{begin}-{}-{count}", process::id())
}
