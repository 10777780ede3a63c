use crate::*;

pub(crate) fn arn(house: &House) -> String {
    format!("arn:aws:cognito-idp:eu-west-1:000000000000:userpool/{}", house.pool)
}

pub(crate) async fn tag(house: &House, tags: Value) -> Answer {
    house.call("TagResource", json!({ "ResourceArn": arn(house), "Tags": tags })).await
}

pub(crate) async fn tags(house: &House) -> Value {
    let listed = house.call("ListTagsForResource", json!({ "ResourceArn": arn(house) })).await;
    listed.ok()["Tags"].clone()
}

#[tokio::test]
async fn tags_are_added_to_those_that_are_there() {
    let house = House::with(json!({ "UserPoolTags": { "team": "a" } }), json!({})).await;
    assert_eq!(tag(&house, json!({ "team": "b", "cost": "1" })).await.ok(), json!({}));
    assert_eq!(tags(&house).await, json!({ "team": "b", "cost": "1" }));
    let pool = house.call("DescribeUserPool", json!({ "UserPoolId": house.pool })).await.ok();
    assert_eq!(pool["UserPool"]["UserPoolTags"], tags(&house).await);
    let many: serde_json::Map<String, Value> =
        (0..49).map(|at| (format!("tag{at}"), json!("x"))).collect();
    expect!["400 InvalidParameterException: A user pool has at most 50 tags."]
        .assert_eq(&tag(&house, Value::Object(many)).await.line());
    expect!["400 InvalidParameterException: Names of tags that begin with aws: are reserved."]
        .assert_eq(&tag(&house, json!({ "AWS:x": "1" })).await.line());
}

#[tokio::test]
async fn an_arn_names_a_pool_of_this_account() {
    let house = House::new().await;
    for (arn, line) in [
        (
            "arn:aws:cognito-idp:eu-west-1:111111111111:userpool/eu-west-1_Nobody123",
            "400 InvalidParameterException: The ARN is not one of a user pool of this account.",
        ),
        (
            "arn:aws:cognito-idp:eu-west-1:000000000000:userpool/eu-west-1_Nobody123",
            "400 ResourceNotFoundException: User pool eu-west-1_Nobody123 does not exist.",
        ),
    ] {
        let input = json!({ "ResourceArn": arn, "Tags": { "a": "b" } });
        assert_eq!(house.call("TagResource", input).await.line(), line);
    }
}
