use crate::{brandings::*, *};

#[tokio::test]
async fn a_style_is_found_by_its_client() {
    let house = House::new().await;
    let asked = json!({ "UserPoolId": house.pool, "ClientId": house.client });
    expect!["400 ResourceNotFoundException: ManagedLoginBranding does not exist."]
        .assert_eq(&house.call("DescribeManagedLoginBrandingByClient", asked.clone()).await.line());
    let id = make_branding(&house).await;
    let found = house.call("DescribeManagedLoginBrandingByClient", asked).await.ok();
    assert_eq!(found["ManagedLoginBranding"]["ManagedLoginBrandingId"], id);
}
