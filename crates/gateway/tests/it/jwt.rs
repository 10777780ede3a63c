//! The `JWT` authorizer.

use crate::house::{
    House, NOW, POOL_A, POOL_B, access_token, guarded, house, http_api, id_token, scoped, sign,
    with,
};
use gateway::{Authorizer, JwtAuthorizer, PayloadFormat, Route};
use serde_json::{Value, json};

fn open() -> House {
    let authorizer = JwtAuthorizer::new(POOL_A.parse().unwrap(), vec!["web".into()]);
    let v2 = |route| Route { payload: PayloadFormat::V2, ..route };
    let routes = vec![
        v2(guarded("GET /me", "guard")),
        v2(scoped("GET /user/{id}", "guard", &["users/read"])),
        guarded("GET /one", "guard"),
    ];
    house().api(with(http_api(), Authorizer::Jwt(authorizer), routes)).open()
}

fn invalid(why: &str) -> String {
    format!(
        r#"401 Bearer scope="" error="invalid_token" error_description="{why}" {{"message":"Unauthorized"}}"#
    )
}

#[tokio::test]
async fn both_kinds_of_token_pass_and_claims_arrive_as_texts() {
    let house = open();
    assert_eq!(house.bearer("/me", &id_token()).await, "200 hello");
    let jwt = house.last("hello")["requestContext"]["authorizer"]["jwt"].clone();
    assert_eq!(jwt["scopes"], Value::Null);
    assert_eq!(jwt["claims"]["cognito:groups"], "[admins readers]");
    assert_eq!(jwt["claims"]["email_verified"], "true");
    assert_eq!(jwt["claims"]["exp"], (NOW + 3600).to_string());
    assert_eq!(house.bearer("/me", &access_token("users/read")).await, "200 hello");

    assert_eq!(house.bearer("/user/7", &access_token("openid users/read")).await, "200 hello");
    let jwt = house.last("hello")["requestContext"]["authorizer"]["jwt"].clone();
    assert_eq!(jwt["scopes"], json!(["openid", "users/read"]));

    assert_eq!(house.bearer("/one", &id_token()).await, "200 hello");
    let authorizer = house.last("hello")["requestContext"]["authorizer"].clone();
    assert_eq!(authorizer["claims"]["aud"], "web");
}

#[tokio::test]
async fn a_refusal_says_what_is_wrong_in_the_challenge() {
    let house = open();
    let token = |claims: Value| sign(POOL_A, &claims);
    assert_eq!(house.get("/me", &[]).await, r#"401 Bearer {"message":"Unauthorized"}"#);
    assert_eq!(
        house.bearer("/me", &token(json!({ "aud": "other" }))).await,
        invalid("the token does not have a valid audience")
    );
    assert_eq!(
        house.bearer("/me", &token(json!({ "aud": "web", "exp": NOW }))).await,
        invalid("the token has expired")
    );
    assert_eq!(
        house.bearer("/me", &sign(POOL_B, &json!({ "aud": "web" }))).await,
        invalid("the token does not have a valid signature")
    );
    assert_eq!(
        house.get("/me", &[("authorization", "Bearer x")]).await,
        invalid("the token cannot be read")
    );
    assert_eq!(
        house.bearer("/user/7", &access_token("openid")).await,
        r#"403 Bearer scope="users/read" error="insufficient_scope" error_description="the token does not have a required scope" {"message":"Forbidden"}"#
    );
    let two = [("authorization", "Bearer x"), ("authorization", "Bearer y")];
    assert_eq!(house.get("/me", &two).await, r#"401 {"message":"Unauthorized"}"#);
    assert_eq!(house.calls("hello"), 0);
}

#[tokio::test]
async fn a_token_may_come_in_the_query() {
    let mut authorizer = JwtAuthorizer::new(POOL_A.parse().unwrap(), vec!["web".into()]);
    authorizer.identity_source = "$request.querystring.token".parse().unwrap();
    let api = with(http_api(), Authorizer::Jwt(authorizer), vec![guarded("GET /me", "guard")]);
    let house = house().api(api).open();
    let token = id_token();
    let token = token.reveal();
    assert_eq!(house.get(&format!("/me?token={token}"), &[]).await, "200 hello");
    let twice = house.get(&format!("/me?token={token}&token={token}"), &[]).await;
    assert_eq!(twice, r#"401 {"message":"Unauthorized"}"#);
}
