use crate::{create_user_pool_domain::domain, *};

#[tokio::test]
async fn a_deleted_domain_is_free_again() {
    let house = House::new().await;
    house.call("CreateUserPoolDomain", domain(&house, "people")).await.ok();
    let other = json!({ "UserPoolId": house.make_pool(json!({})).await, "Domain": "people" });
    expect!["400 InvalidParameterException: No such domain or user pool exists."]
        .assert_eq(&house.call("DeleteUserPoolDomain", other.clone()).await.line());
    house.call("DeleteUserPoolDomain", domain(&house, "people")).await.ok();
    house.call("CreateUserPoolDomain", other).await.ok();
}
