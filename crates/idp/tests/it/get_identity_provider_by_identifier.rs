use crate::{identity_providers::*, *};

#[tokio::test]
async fn an_identifier_means_one_provider_of_the_pool() {
    let house = House::new().await;
    let made = house.call("CreateIdentityProvider", provider(&house, "corp")).await.ok();
    let by = |text: &str| json!({ "UserPoolId": house.pool, "IdpIdentifier": text });
    let found = house.call("GetIdentityProviderByIdentifier", by("corp.example.com")).await.ok();
    assert_eq!(found, made);
    let missing = house.call("GetIdentityProviderByIdentifier", by("corp")).await.line();
    assert_eq!(missing, "400 ResourceNotFoundException: Identity provider corp does not exist.");
}
