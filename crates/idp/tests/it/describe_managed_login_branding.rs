use crate::{brandings::*, *};

#[tokio::test]
async fn a_style_of_another_pool_is_none() {
    let house = House::new().await;
    let id = make_branding(&house).await;
    let pool = house.make_pool(json!({})).await;
    let other = json!({ "UserPoolId": pool, "ManagedLoginBrandingId": id });
    expect!["400 ResourceNotFoundException: ManagedLoginBranding does not exist."]
        .assert_eq(&house.call("DescribeManagedLoginBranding", other).await.line());
}
