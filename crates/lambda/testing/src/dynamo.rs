//! Which DynamoDB do tests have? The one that `POOLHOUSE_DYNAMODB_ENDPOINT` names, or one of this process.

use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
};
use jiff::Timestamp;
use names::Sub;
use serde_json::Value;
use std::{env, sync::Arc};
use store::{Commit, Records};
use store_dynamodb::DynamoStore;
use tokio::net::TcpListener;
use users::{Profile, Profiles, Row};

/// A DynamoDB with an empty table of profiles.
pub struct Dynamo {
    /// Its address.
    pub url: String,
    /// The name of the table.
    pub table: String,
    /// The same profiles that a function has.
    pub profiles: Profiles,
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
        let table = format!("profiles-{:x}", Timestamp::now().as_nanosecond());
        let store = DynamoStore::new(Client::from_conf(config), &table);
        store.create_table_if_absent().await.expect("a table is made");
        let profiles = Profiles::new(Records::new(Arc::new(store)), "profiles");
        Self { url, table, profiles }
    }

    /// The profile of this user.
    pub async fn profile(&self, id: &str) -> Option<Row> {
        let id = Sub::parse(id).expect("an id");
        let found = self.profiles.find(&id, Timestamp::now()).await;
        found.expect("the table answers").map(store::Kept::into_inner)
    }

    /// Keeps a profile, whose document this is.
    pub async fn put(&self, document: Value) {
        let document: Profile = serde_json::from_value(document).expect("it is a profile");
        let mut commit = Commit::new();
        commit.create(&self.profiles.row(document));
        let kept = self.profiles.records().commit(commit, Timestamp::now()).await;
        kept.expect("the profile is kept");
    }
}

async fn emulator() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("it has an address"));
    let database = dynoxide::Database::memory().expect("there is memory");
    tokio::spawn(async move { dynoxide::server::serve_on(listener, database).await });
    url
}
