use crate::{identity_providers::*, *};

#[tokio::test]
async fn providers_are_listed_in_pages_without_their_details() {
    let house = House::new().await;
    for name in ["aaa", "bbb", "ccc"] {
        house.call("CreateIdentityProvider", provider(&house, name)).await.ok();
    }
    let first = json!({ "UserPoolId": house.pool, "MaxResults": 2 });
    let first = house.call("ListIdentityProviders", first).await.ok();
    let token = first["NextToken"].as_str().unwrap();
    let rest = json!({ "UserPoolId": house.pool, "MaxResults": 2, "NextToken": token });
    let rest = house.call("ListIdentityProviders", rest).await.ok();
    let names = |page: &Value| {
        let names = page["Providers"].as_array().unwrap().iter();
        names.map(|it| it["ProviderName"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        (names(&first), names(&rest)),
        (vec!["aaa".into(), "bbb".into()], vec!["ccc".into()])
    );
    assert_eq!(first["Providers"][0]["ProviderType"], "OIDC");
    assert!(first["Providers"][0].get("ProviderDetails").is_none());
}
