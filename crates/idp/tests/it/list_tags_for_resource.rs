use crate::{tag_resource::tags, *};

#[tokio::test]
async fn a_pool_without_tags_has_none() {
    let house = House::new().await;
    assert_eq!(tags(&house).await, json!({}));
    let tagged = House::with(json!({ "UserPoolTags": { "team": "a" } }), json!({})).await;
    assert_eq!(tags(&tagged).await, json!({ "team": "a" }));
}
