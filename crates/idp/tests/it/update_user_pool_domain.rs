use crate::{create_user_pool_domain::domain, *};

#[tokio::test]
async fn a_domain_gets_another_version_of_the_pages() {
    let house = House::new().await;
    house.call("CreateUserPoolDomain", domain(&house, "people")).await.ok();
    let mut newer = domain(&house, "people");
    newer["ManagedLoginVersion"] = json!(2);
    let updated = house.call("UpdateUserPoolDomain", newer).await.ok();
    assert_eq!(updated, json!({ "ManagedLoginVersion": 2 }));
    expect!["400 InvalidParameterException: No such domain or user pool exists."]
        .assert_eq(&house.call("UpdateUserPoolDomain", domain(&house, "other")).await.line());
}
