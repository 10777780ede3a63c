use crate::{create_user_pool_domain::domain, *};

#[tokio::test]
async fn a_domain_is_described_and_none_is_nothing() {
    let house = House::new().await;
    house.call("CreateUserPoolDomain", domain(&house, "people")).await.ok();
    let described = house.call("DescribeUserPoolDomain", json!({ "Domain": "people" })).await.ok();
    let description = &described["DomainDescription"];
    assert_eq!(description["UserPoolId"], house.pool);
    assert_eq!(description["Status"], "ACTIVE");
    let described = house.call("DescribeUserPoolDomain", json!({ "Domain": "nobody" })).await.ok();
    assert_eq!(described, json!({ "DomainDescription": {} }));
}
