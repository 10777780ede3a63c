use crate::*;

pub fn domain(house: &House, name: &str) -> Value {
    json!({ "UserPoolId": house.pool, "Domain": name })
}

#[tokio::test]
async fn a_pool_has_one_domain_of_each_kind() {
    let house = House::new().await;
    let made = house.call("CreateUserPoolDomain", domain(&house, "people")).await.ok();
    assert_eq!(made, json!({ "ManagedLoginVersion": 1 }));
    let mut custom = domain(&house, "auth.example.com");
    custom["CustomDomainConfig"] =
        json!({ "CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/x" });
    custom["ManagedLoginVersion"] = json!(2);
    let made = house.call("CreateUserPoolDomain", custom).await.ok();
    assert_eq!(made["ManagedLoginVersion"], 2);
    assert!(made["CloudFrontDomain"].is_string());
    expect!["400 InvalidParameterException: User pool already has a domain configured."]
        .assert_eq(&house.call("CreateUserPoolDomain", domain(&house, "more")).await.line());
    let pool = house.call("DescribeUserPool", json!({ "UserPoolId": house.pool })).await.ok();
    assert_eq!(pool["UserPool"]["Domain"], "people");
    assert_eq!(pool["UserPool"]["CustomDomain"], "auth.example.com");
}

#[tokio::test]
async fn a_domain_is_of_one_pool_and_has_a_decent_name() {
    let house = House::new().await;
    house.call("CreateUserPoolDomain", domain(&house, "people")).await.ok();
    let other = json!({ "UserPoolId": house.make_pool(json!({})).await, "Domain": "people" });
    expect!["400 InvalidParameterException: Domain already associated with another user pool."]
        .assert_eq(&house.call("CreateUserPoolDomain", other).await.line());
    expect!["400 InvalidParameterException: Domain cannot contain reserved word: cognito"]
        .assert_eq(&house.call("CreateUserPoolDomain", domain(&house, "my-cognito")).await.line());
    let answer = house.call("CreateUserPoolDomain", domain(&house, "A b")).await.line();
    assert!(answer.contains("failed to satisfy constraint"), "{answer}");
}

#[tokio::test]
async fn a_pool_with_a_domain_is_not_deleted() {
    let house = House::new().await;
    house.call("CreateUserPoolDomain", domain(&house, "people")).await.ok();
    let pool = json!({ "UserPoolId": house.pool });
    expect!["400 InvalidParameterException: User pool cannot be deleted. It has a domain configured that should be deleted first."]
        .assert_eq(&house.call("DeleteUserPool", pool.clone()).await.line());
    house.call("DeleteUserPoolDomain", domain(&house, "people")).await.ok();
    house.call("DeleteUserPool", pool).await.ok();
}
