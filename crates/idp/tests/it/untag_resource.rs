use crate::{
    tag_resource::{arn, tag, tags},
    *,
};

#[tokio::test]
async fn tags_are_taken_away_by_name() {
    let house = House::new().await;
    tag(&house, json!({ "team": "b", "cost": "1" })).await.ok();
    let untag = |names: Value| json!({ "ResourceArn": arn(&house), "TagKeys": names });
    assert_eq!(house.call("UntagResource", untag(json!(["cost", "other"]))).await.ok(), json!({}));
    assert_eq!(tags(&house).await, json!({ "team": "b" }));
    house.call("UntagResource", untag(json!(["team"]))).await.ok();
    assert_eq!(tags(&house).await, json!({}));
    let pool = house.call("DescribeUserPool", json!({ "UserPoolId": house.pool })).await.ok();
    assert!(pool["UserPool"].get("UserPoolTags").is_none());
}
