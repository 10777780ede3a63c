//! A store that finds its DynamoDB in the environment.

use crate::fixture;
use bytes::Bytes;
use jiff::Timestamp;
use std::{
    env,
    process::{Command, Stdio},
};
use store::{Change, Condition, Key, Store, Write};
use store_dynamodb::DynamoStore;

const TABLE: &str = "POOLHOUSE_OPEN_TEST_TABLE";

/// Not a test by itself: the process whose environment the test below makes.
#[tokio::test]
async fn a_process_that_opens_the_store_of_its_environment() {
    let Ok(table) = env::var(TABLE) else { return };
    let store = DynamoStore::open(table).await;
    store.create_table_if_absent().await.unwrap();
    let change = Change::Put { body: Bytes::from_static(b"body"), expires_at: None };
    let write = Write { key: Key::new("p", "s"), condition: Condition::Absent, change };
    store.commit(vec![write], Timestamp::UNIX_EPOCH).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn endpoint_region_and_credentials_come_from_the_environment() {
    let dynamo = fixture::emulator().await;
    let table = fixture::fresh_name();
    let mut child = Command::new(env::current_exe().unwrap());
    child
        .args(["--exact", "open::a_process_that_opens_the_store_of_its_environment"])
        .env(TABLE, &table)
        .env("AWS_ENDPOINT_URL_DYNAMODB", &dynamo.url)
        .env("AWS_REGION", "eu-central-1")
        .env("AWS_ACCESS_KEY_ID", "local")
        .env("AWS_SECRET_ACCESS_KEY", "local")
        .stdout(Stdio::null());
    let status = tokio::task::spawn_blocking(move || child.status()).await.unwrap().unwrap();
    assert!(status.success());
    let store = DynamoStore::new(dynamo.client(), table);
    let found = store.get(&[Key::new("p", "s")], Timestamp::UNIX_EPOCH).await.unwrap();
    assert!(found[0].is_some());
}
