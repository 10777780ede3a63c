use crate::{identity_providers::*, *};

#[tokio::test]
async fn a_link_shows_among_the_attributes_of_the_user() {
    let house = House::new().await;
    house.user("alice").await;
    house.call("CreateIdentityProvider", provider(&house, "corp")).await.ok();
    house.call("AdminLinkProviderForUser", link(&house, "corp", "12345")).await.ok();
    let identities: Value =
        serde_json::from_str(&house.attribute("alice", "identities").await.unwrap()).unwrap();
    assert_eq!(identities[0]["userId"], "12345");
    assert_eq!(identities[0]["primary"], false);
}

#[tokio::test]
async fn a_source_is_somebody_at_a_provider_of_the_pool() {
    let house = House::new().await;
    house.user("alice").await;
    house.call("CreateIdentityProvider", provider(&house, "corp")).await.ok();
    let line = async |request: Value| house.call("AdminLinkProviderForUser", request).await.line();
    assert_eq!(
        line(link(&house, "none", "1")).await,
        "400 ResourceNotFoundException: Identity provider none does not exist."
    );
    assert_eq!(
        line(link(&house, "Cognito", "bob")).await,
        "400 InvalidParameterException: Invalid SourceUser: Cognito users with a username/password may not \
         be passed in as a SourceUser, only as a DestinationUser"
    );
    let mut unmapped = link(&house, "corp", "x");
    unmapped["SourceUser"]["ProviderAttributeName"] = json!("phone_number");
    assert_eq!(
        line(unmapped).await,
        "400 InvalidParameterException: The provider corp maps nothing to phone_number."
    );
    let mut empty = link(&house, "corp", "x");
    empty["SourceUser"]["ProviderAttributeValue"] = Value::Null;
    assert!(line(empty).await.contains("ProviderAttributeValue of the SourceUser is required."));
    let mut elsewhere = link(&house, "corp", "x");
    elsewhere["UserPoolId"] = json!("nonsense");
    assert!(line(elsewhere).await.starts_with("400 InvalidParameterException"));
}
