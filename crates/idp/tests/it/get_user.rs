use crate::*;

#[tokio::test]
async fn users_see_themselves_as_far_as_their_app_may_read() {
    let house = House::with(json!({}), json!({ "ReadAttributes": ["email"] })).await;
    let ann = house.user_with("ann", json!({ "name": "Ann", "email": "ann@example.com" })).await;
    let shown = ann.call("GetUser", json!({})).await.ok();
    assert_eq!(shown["Username"], "ann");
    assert_eq!(
        shown["UserAttributes"],
        json!([{ "Name": "sub", "Value": ann.sub }, { "Name": "email", "Value": "ann@example.com" }])
    );
    let id = claims(&ann.tokens().await.id);
    assert!(id.get("name").is_none() && id["email"] == "ann@example.com");
}

/// TOK-01, 02, 05, 08, 10, 11.
#[tokio::test]
async fn only_an_access_token_that_is_whole_and_ours_is_one() {
    let house = House::new().await;
    let tokens = house.user("ann").await.tokens().await;
    let mut more = claims(&tokens.access);
    more["scope"] = json!("aws.cognito.signin.user.admin users/write");
    let part = |at: usize| tokens.access.split('.').nth(at).unwrap().to_owned();
    let none = |alg: &str| encoded(&json!({ "kid": header(&tokens.access)["kid"], "alg": alg }));
    for (what, bad) in [
        ("an ID token", tokens.id.clone()),
        ("a refresh token", tokens.refresh.clone()),
        ("other claims", testkit::forged(&tokens.access, &more)),
        ("alg none", format!("{}.{}.", none("none"), part(1))),
        ("alg None", format!("{}.{}.{}", none("None"), part(1), part(2))),
        ("alg HS256", format!("{}.{}.{}", none("HS256"), part(1), part(2))),
        ("no key", format!("{}.{}.{}", encoded(&json!({ "alg": "RS256" })), part(1), part(2))),
        (
            "a strange key",
            format!(
                "{}.{}.{}",
                encoded(&json!({ "alg": "RS256", "kid": "../../../../dev/null" })),
                part(1),
                part(2)
            ),
        ),
        ("a cut signature", tokens.access[..tokens.access.len() - 4].to_owned()),
        ("a fourth part", format!("{}.x", tokens.access)),
        ("no token", "x".to_owned()),
    ] {
        let answer = house.call_unsigned("GetUser", json!({ "AccessToken": bad })).await;
        assert_eq!(answer.line(), "400 NotAuthorizedException: Invalid Access Token", "{what}");
    }
    house.advance(SignedDuration::from_mins(60));
    expect!["400 NotAuthorizedException: Access Token has expired"]
        .assert_eq(&tokens.call(&house, "GetUser", json!({})).await.line());
}

fn encoded(header: &Value) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(header.to_string())
}

/// ATR-06.
#[tokio::test]
async fn a_token_without_the_scope_speaks_for_nobody_here() {
    let house = House::new().await;
    let (arn, _) = house.listener(
        "narrow",
        json!({ "claimsAndScopeOverrideDetails": {
        "accessTokenGeneration": { "scopesToSuppress": ["aws.cognito.signin.user.admin"] } } }),
    );
    let config = json!({ "LambdaConfig": { "PreTokenGenerationConfig": {
        "LambdaVersion": "V2_0", "LambdaArn": arn } } });
    house.update_pool(config).await.ok();
    let tokens = house.user("ann").await.tokens().await;
    let change = json!({ "PreviousPassword": PASSWORD, "ProposedPassword": "Another-Horse8!" });
    for (operation, input) in [
        ("GetUser", json!({})),
        ("DeleteUser", json!({})),
        ("GlobalSignOut", json!({})),
        ("UpdateUserAttributes", json!({ "UserAttributes": [{ "Name": "name", "Value": "x" }] })),
        ("ChangePassword", change),
    ] {
        assert_eq!(
            tokens.call(&house, operation, input).await.line(),
            "400 NotAuthorizedException: Access Token does not have required scopes",
            "{operation}"
        );
    }
}
