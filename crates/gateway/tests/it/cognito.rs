//! The `COGNITO_USER_POOLS` authorizer.

use crate::house::{
    House, NOW, POOL_A, POOL_B, access_token, guarded, house, id_token, public_modulus, rest,
    scoped, sign, with,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use gateway::{Authorizer, CognitoAuthorizer};
use serde_json::json;
use std::sync::atomic::Ordering;

const UNAUTHORIZED: &str = r#"401 UnauthorizedException {"message":"Unauthorized"}"#;

fn open() -> House {
    let authorizer = CognitoAuthorizer::new(vec![POOL_A.parse().unwrap()]);
    let routes = vec![
        guarded("GET /me", "guard"),
        scoped("GET /user/{id}", "guard", &["users/read", "users/write"]),
    ];
    house().api(with(rest(), Authorizer::Cognito(authorizer), routes)).open()
}

#[tokio::test]
async fn id_tokens_open_routes_without_scopes_and_access_tokens_those_with() {
    let house = open();
    assert_eq!(house.bearer("/me", &id_token()).await, "200 hello");
    assert_eq!(house.bearer("/me", &access_token("users/read")).await, UNAUTHORIZED);
    assert_eq!(house.bearer("/user/7", &access_token("x users/write")).await, "200 hello");
    assert_eq!(house.bearer("/user/7", &access_token("users")).await, UNAUTHORIZED);
    assert_eq!(house.bearer("/user/7", &id_token()).await, UNAUTHORIZED);
    assert_eq!(house.get("/me", &[]).await, UNAUTHORIZED);
    assert_eq!(house.get("/me", &[("authorization", "garbage")]).await, UNAUTHORIZED);
    assert_eq!(house.calls("hello"), 2);
}

#[tokio::test]
async fn the_claims_reach_the_function_as_texts() {
    let house = open();
    house.bearer("/me", &id_token()).await;
    let authorizer = house.last("hello")["requestContext"]["authorizer"].clone();
    assert_eq!(
        authorizer,
        json!({ "claims": {
            "iss": POOL_A, "sub": "s", "aud": "web", "token_use": "id", "email_verified": "true",
            "cognito:groups": "admins,readers",
            "iat": "Fri Jan 15 07:59:50 UTC 2027", "exp": "Fri Jan 15 09:00:00 UTC 2027",
        } })
    );
}

#[tokio::test]
async fn an_expired_token_is_told_so_even_if_it_was_remembered() {
    let house = open();
    let token = id_token();
    assert_eq!(house.bearer("/me", &token).await, "200 hello");
    house.wait(3599);
    assert_eq!(house.bearer("/me", &token).await, "200 hello");
    house.wait(1);
    let expired = r#"401 UnauthorizedException {"message":"The incoming token has expired"}"#;
    assert_eq!(house.bearer("/me", &token).await, expired);
    assert_eq!(
        house.bearer("/me", &sign(POOL_A, &json!({ "token_use": "id", "exp": NOW }))).await,
        expired
    );
}

#[tokio::test]
async fn a_proven_token_is_remembered_for_five_minutes() {
    let house = open();
    let token = id_token();
    for _ in 0..10 {
        assert_eq!(house.bearer("/me", &token).await, "200 hello");
    }
    assert_eq!(house.keys.asked.load(Ordering::Relaxed), 1);
    house.wait(300);
    house.keys.are_gone.store(true, Ordering::Relaxed);
    assert_eq!(
        house.bearer("/me", &token).await,
        r#"500 AuthorizerFailureException {"message":null}"#
    );
}

/// TOK-07.
#[tokio::test]
async fn a_token_of_another_pool_is_refused_even_if_that_pool_is_served_too() {
    let a = CognitoAuthorizer::new(vec![POOL_A.parse().unwrap()]);
    let b = CognitoAuthorizer::new(vec![POOL_B.parse().unwrap()]);
    let mut api = with(rest(), Authorizer::Cognito(a), vec![guarded("GET /a", "guard")]);
    api.authorizers.insert("other".into(), Authorizer::Cognito(b));
    api.routes.push(guarded("GET /b", "other"));
    let house = house().api(api).open();
    let token = sign(POOL_B, &json!({ "token_use": "id", "aud": "web" }));
    // Before and after the token has been remembered.
    assert_eq!(house.bearer("/a", &token).await, UNAUTHORIZED);
    assert_eq!(house.bearer("/b", &token).await, "200 hello");
    assert_eq!(house.bearer("/a", &token).await, UNAUTHORIZED);
    // Signed by B, in the name of A.
    let forged = sign(POOL_B, &json!({ "iss": POOL_A, "token_use": "id", "aud": "web" }));
    assert_eq!(house.bearer("/a", &forged).await, UNAUTHORIZED);
    assert_eq!(house.bearer("/b", &forged).await, UNAUTHORIZED);
}

/// TOK-01, -02, -03, -11, -12.
#[tokio::test]
async fn a_forged_token_is_refused() {
    let house = open();
    let good = id_token();
    let parts: Vec<&str> = good.reveal().split('.').collect();
    let (payload, signature) = (parts[1], parts[2]);
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let hs256 = {
        let signed = format!("{}.{payload}", encode(r#"{"kid":"a","alg":"HS256"}"#));
        let mac = crypto::hmac_sha256(public_modulus().as_bytes(), &[signed.as_bytes()]);
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac))
    };
    let mut tokens = vec![hs256, format!("{}x", good.reveal()), format!("{}.x", good.reveal())];
    for header in [
        r#"{"alg":"none"}"#,
        r#"{"kid":"a","alg":"None"}"#,
        r#"{"kid":"a"}"#,
        r#"{"kid":"a","alg":"RS256","crit":["x"]}"#,
        r#"{"kid":"","alg":"RS256"}"#,
        r#"{"kid":"../../../dev/null","alg":"RS256"}"#,
        r#"{"kid":1,"alg":"RS256"}"#,
        r#"{"alg":"RS256","jwk":{"kty":"RSA","n":"AQAB","e":"AQAB"}}"#,
    ] {
        tokens.push(format!("{}.{payload}.{signature}", encode(header)));
        tokens.push(format!("{}.{payload}.", encode(header)));
    }
    let other = encode(&json!({ "iss": POOL_A, "token_use": "id", "exp": NOW + 9 }).to_string());
    tokens.push(format!("{}.{other}.{signature}", parts[0]));
    tokens.push(format!("{}.{payload}", parts[0]));
    for token in tokens {
        let value = format!("Bearer {token}");
        let answer = house.get("/me", &[("authorization", &value)]).await;
        assert_eq!(answer, UNAUTHORIZED, "{token}");
    }
    assert_eq!(house.calls("hello"), 0);
}

/// GWA-11, GWA-12.
#[tokio::test]
async fn there_is_one_header_and_one_way_to_write_it() {
    let house = open();
    let token = id_token();
    let token = token.reveal();
    let (good, raw, lower) =
        (format!("Bearer {token}"), token.to_owned(), format!("bearer {token}"));
    for value in [&good, &raw, &lower] {
        assert_eq!(house.get("/me", &[("authorization", value)]).await, "200 hello");
    }
    for value in
        [format!("Bearer  {token}"), format!("Bearer\t{token}"), format!("Bearer {token},")]
    {
        assert_eq!(house.get("/me", &[("authorization", &value)]).await, UNAUTHORIZED);
    }
    for two in [[good.as_str(), "bad"], ["bad", &good], [&good, &good], ["", &good]] {
        let headers = two.map(|value| ("authorization", value));
        assert_eq!(house.get("/me", &headers).await, UNAUTHORIZED);
    }
}
