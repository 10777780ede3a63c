//! The table: made once, by whoever comes first, and never mistaken for another one.

use crate::fixture::{self, Dynamo, fresh_name};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    TimeToLiveStatus,
};
use store::Broken;
use store_dynamodb::DynamoStore;

async fn everywhere(test: impl AsyncFn(Dynamo)) {
    test(fixture::emulator().await).await;
    if fixture::has_endpoint() {
        test(fixture::endpoint().await).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_made_once_and_expires_its_items() {
    everywhere(async |dynamo| {
        let name = fresh_name();
        let store = DynamoStore::new(dynamo.client(), &name);
        let other = DynamoStore::new(dynamo.client(), &name);
        let (one, two) =
            tokio::join!(store.create_table_if_absent(), other.create_table_if_absent());
        one.unwrap();
        two.unwrap();
        store.create_table_if_absent().await.unwrap();

        let client = dynamo.client();
        let table = client.describe_table().table_name(&name).send().await.unwrap().table.unwrap();
        let billing = table.billing_mode_summary().unwrap().billing_mode();
        assert_eq!(billing, Some(&BillingMode::PayPerRequest));
        let lives = client.describe_time_to_live().table_name(&name).send().await.unwrap();
        let lives = lives.time_to_live_description.unwrap();
        assert_eq!(lives.attribute_name(), Some("x"));
        let status = lives.time_to_live_status();
        let enabled = [Some(&TimeToLiveStatus::Enabled), Some(&TimeToLiveStatus::Enabling)];
        assert!(enabled.contains(&status), "{status:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_something_else_is_refused() {
    everywhere(async |dynamo| {
        let name = fresh_name();
        let text = AttributeDefinition::builder()
            .attribute_name("id")
            .attribute_type(ScalarAttributeType::S)
            .build();
        let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash).build();
        let create = dynamo
            .client()
            .create_table()
            .table_name(&name)
            .billing_mode(BillingMode::PayPerRequest)
            .attribute_definitions(text.unwrap())
            .key_schema(key.unwrap());
        create.send().await.unwrap();
        let store = DynamoStore::new(dynamo.client(), &name);
        let refused = store.create_table_if_absent().await.unwrap_err();
        assert!(matches!(refused, Broken::Corrupt { .. }), "{refused:?}");
        assert!(refused.to_string().contains(&name));
    })
    .await;
}
