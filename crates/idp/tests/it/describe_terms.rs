use crate::{terms::*, *};

#[tokio::test]
async fn terms_of_another_pool_are_none() {
    let house = House::new().await;
    let id = make_terms(&house).await;
    let pool = house.make_pool(json!({})).await;
    let other = json!({ "UserPoolId": pool, "TermsId": id });
    expect!["400 ResourceNotFoundException: Terms do not exist."]
        .assert_eq(&house.call("DescribeTerms", other).await.line());
}
