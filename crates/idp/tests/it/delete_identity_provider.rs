use crate::{identity_providers::*, *};

#[tokio::test]
async fn a_deleted_provider_is_gone_with_its_identifiers() {
    let house = House::new().await;
    house.call("CreateIdentityProvider", provider(&house, "corp")).await.ok();
    house.call("DeleteIdentityProvider", named(&house, "corp")).await.ok();
    assert_eq!(house.call("DeleteIdentityProvider", named(&house, "corp")).await.status, 400);
    let mut other = provider(&house, "other");
    other["IdpIdentifiers"] = json!(["corp.example.com"]);
    house.call("CreateIdentityProvider", other).await.ok();
}
