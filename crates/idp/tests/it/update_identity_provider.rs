use crate::{identity_providers::*, *};

#[tokio::test]
async fn an_update_replaces_what_is_given_and_nothing_else() {
    let house = House::new().await;
    house.call("CreateIdentityProvider", provider(&house, "corp")).await.ok();
    let mut update = named(&house, "corp");
    update["AttributeMapping"] = json!({ "name": "name" });
    update["IdpIdentifiers"] = json!(["other.example.com"]);
    let updated = house.call("UpdateIdentityProvider", update).await.ok();
    let updated = &updated["IdentityProvider"];
    assert_eq!(updated["AttributeMapping"], json!({ "name": "name", "username": "sub" }));
    assert_eq!(updated["ProviderDetails"]["client_secret"], "very secret");
    let old = json!({ "UserPoolId": house.pool, "IdpIdentifier": "corp.example.com" });
    assert_eq!(house.call("GetIdentityProviderByIdentifier", old).await.status, 400);

    let mut wrong = named(&house, "corp");
    wrong["ProviderDetails"] = json!({ "client_id": "app" });
    assert_eq!(house.call("UpdateIdentityProvider", wrong).await.status, 400);
}
