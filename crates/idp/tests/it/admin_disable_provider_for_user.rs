use crate::{identity_providers::*, *};

#[tokio::test]
async fn a_link_that_ended_is_gone_from_the_user() {
    let house = House::new().await;
    house.user("alice").await;
    house.call("CreateIdentityProvider", provider(&house, "corp")).await.ok();
    house.call("AdminLinkProviderForUser", link(&house, "corp", "12345")).await.ok();
    let user = json!({ "ProviderName": "corp", "ProviderAttributeName": "Cognito_Subject",
        "ProviderAttributeValue": "12345" });
    let disable = json!({ "UserPoolId": house.pool, "User": user });
    house.call("AdminDisableProviderForUser", disable.clone()).await.ok();
    assert_eq!(house.attribute("alice", "identities").await, None);
    assert_eq!(
        house.call("AdminDisableProviderForUser", disable).await.line(),
        "400 UserNotFoundException: User does not exist."
    );
}
