//! What stands in the tokens, member by member.

use crate::{groups::*, *};
use std::collections::BTreeSet;

fn members(claims: &Value) -> BTreeSet<&str> {
    claims.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn an_id_token_tells_who_the_user_is() {
    let schema = json!([{ "Name": "tenant", "AttributeDataType": "String" }]);
    let house = House::with(json!({ "Schema": schema }), json!({})).await;
    let ann = house
        .user_with(
            "ann",
            json!({ "email": "ann@example.com", "custom:tenant": "blue",
            "address": "1 High Street", "updated_at": "1746576000", "name": "Ann" }),
        )
        .await;
    let tokens = ann.tokens().await;
    let id = house.verified(&tokens.id).await;
    let now = house.clock.now().as_second();
    assert_eq!(id["sub"], ann.sub);
    assert_eq!(id["iss"], format!("http://127.0.0.1:9229/{}", house.pool));
    assert_eq!(id["aud"], house.client);
    assert_eq!(id["cognito:username"], "ann");
    assert_eq!(id["token_use"], "id");
    assert_eq!(
        (&id["auth_time"], &id["iat"], &id["exp"]),
        (&json!(now), &json!(now), &json!(now + 3600))
    );
    assert_eq!(id["email"], "ann@example.com");
    assert_eq!(id["email_verified"], true);
    assert_eq!(id["custom:tenant"], "blue");
    assert_eq!(id["address"], json!({ "formatted": "1 High Street" }));
    assert_eq!(id["updated_at"], 1746576000);
    assert_eq!(
        members(&id),
        BTreeSet::from([
            "address",
            "aud",
            "auth_time",
            "cognito:username",
            "custom:tenant",
            "email",
            "email_verified",
            "event_id",
            "exp",
            "iat",
            "iss",
            "jti",
            "name",
            "origin_jti",
            "sub",
            "token_use",
            "updated_at"
        ])
    );
}

#[tokio::test]
async fn an_access_token_tells_what_the_user_may_do() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    let tokens = ann.tokens().await;
    let access = house.verified(&tokens.access).await;
    let id = house.verified(&tokens.id).await;
    assert_eq!(access["scope"], "aws.cognito.signin.user.admin");
    assert_eq!(access["client_id"], house.client);
    assert_eq!(access["username"], "ann");
    assert_eq!(access["token_use"], "access");
    assert_eq!(
        members(&access),
        BTreeSet::from([
            "auth_time",
            "client_id",
            "event_id",
            "exp",
            "iat",
            "iss",
            "jti",
            "origin_jti",
            "scope",
            "sub",
            "token_use",
            "username"
        ])
    );
    for shared in ["sub", "iss", "auth_time", "origin_jti", "event_id"] {
        assert_eq!(access[shared], id[shared], "{shared}");
    }
    assert_ne!(access["jti"], id["jti"]);
}

#[tokio::test]
async fn two_keys_sign_and_a_header_names_key_and_algorithm() {
    let house = House::new().await;
    let tokens = house.user("ann").await.tokens().await;
    let (id, access) = (header(&tokens.id), header(&tokens.access));
    assert_ne!(id["kid"], access["kid"]);
    for header in [&id, &access] {
        assert_eq!(members(header), BTreeSet::from(["alg", "kid"]));
        assert_eq!(header["alg"], "RS256");
        assert_eq!(header["kid"].as_str().unwrap().len(), 44);
    }
}

#[tokio::test]
async fn groups_and_roles_stand_in_their_order() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    for (name, precedence, role) in
        [("low", 9, "low"), ("high", 1, "high"), ("also-high", 1, "other")]
    {
        let input = json!({ "UserPoolId": house.pool, "GroupName": name, "Precedence": precedence,
            "RoleArn": format!("arn:aws:iam::000000000000:role/{role}") });
        house.call("CreateGroup", input).await.ok();
    }
    for name in ["low", "high"] {
        house.call("AdminAddUserToGroup", membership(&house, "ann", name)).await.ok();
    }
    let tokens = ann.tokens().await;
    let (id, access) = (claims(&tokens.id), claims(&tokens.access));
    assert_eq!(id["cognito:groups"], json!(["high", "low"]));
    assert_eq!(access["cognito:groups"], json!(["high", "low"]));
    assert_eq!(id["cognito:preferred_role"], "arn:aws:iam::000000000000:role/high");
    assert_eq!(id["cognito:roles"].as_array().unwrap().len(), 2);
    assert!(access.get("cognito:roles").is_none());
    house.call("AdminAddUserToGroup", membership(&house, "ann", "also-high")).await.ok();
    let id = claims(&ann.tokens().await.id);
    assert!(id.get("cognito:preferred_role").is_none(), "two roles of the best precedence");
}

#[tokio::test]
async fn a_client_says_how_long_its_tokens_live() {
    let house = House::with(json!({}), json!({
        "AccessTokenValidity": 5, "IdTokenValidity": 10, "RefreshTokenValidity": 2,
        "TokenValidityUnits": { "AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "hours" },
    }))
    .await;
    let body = house.user("ann").await.sign_in().await.ok();
    assert_eq!(body["AuthenticationResult"]["ExpiresIn"], 300);
    let tokens = SignedIn::of(&body);
    let life = |token: &str| {
        claims(token)["exp"].as_i64().unwrap() - claims(token)["iat"].as_i64().unwrap()
    };
    assert_eq!((life(&tokens.access), life(&tokens.id)), (300, 600));
    house.advance(SignedDuration::from_secs(2 * 3600 - 1));
    house.refresh(&tokens.refresh).await.ok();
    house.advance(SignedDuration::from_secs(1));
    expect!["400 NotAuthorizedException: Refresh Token has expired"]
        .assert_eq(&house.refresh(&tokens.refresh).await.line());
}

#[tokio::test]
async fn without_revocation_tokens_name_no_origin() {
    let house = House::with(json!({}), json!({ "EnableTokenRevocation": false })).await;
    let tokens = house.user("ann").await.tokens().await;
    for token in [&tokens.access, &tokens.id] {
        assert!(claims(token).get("origin_jti").is_none());
    }
    tokens.call(&house, "GetUser", json!({})).await.ok();
}

/// TOK-07.
#[tokio::test]
async fn a_token_speaks_for_the_pool_that_made_it() {
    let house = House::new().await;
    house.user("ann").await;
    let mut other = house.clone();
    other.pool = house.make_pool(json!({})).await;
    other.client = other.make_client(json!({})).await;
    let theirs = other.user("ann").await;
    let tokens = theirs.tokens().await;
    let shown = tokens.call(&house, "GetUser", json!({})).await.ok();
    assert_eq!(shown["UserAttributes"][0]["Value"], theirs.sub, "never the ann of the first pool");
    expect!["400 NotAuthorizedException: Invalid Refresh Token"]
        .assert_eq(&house.refresh(&tokens.refresh).await.line());
}
