use crate::{terms::*, *};

#[tokio::test]
async fn deleted_terms_can_be_made_again() {
    let house = House::new().await;
    let id = make_terms(&house).await;
    house.call("DeleteTerms", by_id(&house, &id)).await.ok();
    expect!["400 ResourceNotFoundException: Terms do not exist."]
        .assert_eq(&house.call("DeleteTerms", by_id(&house, &id)).await.line());
    assert_ne!(make_terms(&house).await, id);
}

#[tokio::test]
async fn terms_go_with_their_client() {
    let house = House::new().await;
    let id = make_terms(&house).await;
    let client = json!({ "UserPoolId": house.pool, "ClientId": house.client });
    house.call("DeleteUserPoolClient", client).await.ok();
    expect!["400 ResourceNotFoundException: Terms do not exist."]
        .assert_eq(&house.call("DescribeTerms", by_id(&house, &id)).await.line());
}
