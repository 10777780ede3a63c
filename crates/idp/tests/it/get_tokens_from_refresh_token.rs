use crate::*;

async fn exchange(house: &House, token: &str) -> Answer {
    let input = json!({ "ClientId": house.client, "RefreshToken": token });
    house.call_unsigned("GetTokensFromRefreshToken", input).await
}

fn refresh_token(body: &Value) -> String {
    body["AuthenticationResult"]["RefreshToken"].as_str().unwrap().to_owned()
}

/// A house whose client exchanges refresh tokens, with this many seconds of grace.
async fn rotating(grace: u64) -> House {
    let rotation = json!({ "Feature": "ENABLED", "RetryGracePeriodSeconds": grace });
    let flows = json!(["ALLOW_USER_PASSWORD_AUTH"]);
    let client = json!({ "RefreshTokenRotation": rotation, "ExplicitAuthFlows": flows });
    House::with(json!({}), client).await
}

const REUSED: &str = "400 RefreshTokenReuseException: Refresh token has been invalidated";
const REVOKED: &str = "400 NotAuthorizedException: Refresh Token has been revoked";

#[tokio::test]
async fn without_rotation_there_is_no_new_refresh_token() {
    let house = House::new().await;
    let first = house.user("ann").await.tokens().await;
    house.advance(SignedDuration::from_mins(5));
    for _ in 0..2 {
        let body = exchange(&house, &first.refresh).await.ok();
        let result = &body["AuthenticationResult"];
        assert!(result.get("RefreshToken").is_none());
        assert_eq!((&result["ExpiresIn"], &result["TokenType"]), (&json!(3600), &json!("Bearer")));
        let (old, new) = (claims(&first.access), claims(result["AccessToken"].as_str().unwrap()));
        assert_eq!(old["origin_jti"], new["origin_jti"]);
        assert_eq!(old["auth_time"], new["auth_time"]);
        assert_ne!(old["jti"], new["jti"]);
    }
}

#[tokio::test]
async fn every_token_is_good_once_and_the_next_lives_as_long() {
    let house = rotating(0).await;
    let first = house.user("ann").await.tokens().await;
    let mut token = first.refresh.clone();
    for _ in 0..3 {
        house.advance(SignedDuration::from_hours(24 * 7));
        let body = exchange(&house, &token).await.ok();
        let next = refresh_token(&body);
        assert_ne!(next, token);
        token = next;
        let access = body["AuthenticationResult"]["AccessToken"].as_str().unwrap();
        assert_eq!(claims(access)["origin_jti"], claims(&first.access)["origin_jti"]);
    }
    house.advance(SignedDuration::from_hours(24 * 9));
    expect!["400 NotAuthorizedException: Refresh Token has expired"]
        .assert_eq(&exchange(&house, &token).await.line());
}

/// OAU-14.
#[tokio::test]
async fn a_token_that_comes_again_ends_its_family() {
    let house = rotating(0).await;
    let ann = house.user("ann").await;
    let (first, other) = (ann.tokens().await, ann.tokens().await);
    let second = exchange(&house, &first.refresh).await.ok();
    let third = refresh_token(&exchange(&house, &refresh_token(&second)).await.ok());
    assert_eq!(exchange(&house, &first.refresh).await.line(), REUSED);
    assert_eq!(exchange(&house, &third).await.line(), REVOKED);
    assert_eq!(exchange(&house, &first.refresh).await.line(), REVOKED);
    let access = second["AuthenticationResult"]["AccessToken"].as_str().unwrap();
    let answer = house.call_unsigned("GetUser", json!({ "AccessToken": access })).await;
    assert_eq!(answer.line(), "400 NotAuthorizedException: Access Token has been revoked");
    // Another session of the same user is none of it.
    exchange(&house, &other.refresh).await.ok();
}

#[tokio::test]
async fn within_its_grace_a_token_may_come_again() {
    let house = rotating(10).await;
    let first = house.user("ann").await.tokens().await;
    let lost = refresh_token(&exchange(&house, &first.refresh).await.ok());
    house.advance(SignedDuration::from_secs(9));
    let again = refresh_token(&exchange(&house, &first.refresh).await.ok());
    exchange(&house, &lost).await.ok();
    house.advance(SignedDuration::from_secs(1));
    assert_eq!(exchange(&house, &first.refresh).await.line(), REUSED);
    assert_eq!(exchange(&house, &again).await.line(), REVOKED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_at_once_one_wins() {
    let house = rotating(0).await;
    let token = house.user("ann").await.tokens().await.refresh;
    let tries: Vec<_> = (0..8)
        .map(|_| {
            let (house, token) = (house.clone(), token.clone());
            tokio::spawn(async move { exchange(&house, &token).await.line() })
        })
        .collect();
    let mut won = 0;
    for one in tries {
        let line = one.await.unwrap();
        won += usize::from(line == "200 OK");
        assert!([REUSED, REVOKED, "200 OK"].contains(&line.as_str()), "{line}");
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn rotation_leaves_no_way_around_it() {
    let house = rotating(0).await;
    let token = house.user("ann").await.tokens().await.refresh;
    expect!["400 UnsupportedOperationException: Refresh token rotation is enabled for this client"]
        .assert_eq(&house.refresh(&token).await.line());
    let next = refresh_token(&exchange(&house, &token).await.ok());
    // Not by turning it off either: what was exchanged stays exchanged.
    let input = json!({ "UserPoolId": house.pool, "ClientId": house.client,
        "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"] });
    house.call("UpdateUserPoolClient", input).await.ok();
    house.refresh(&next).await.ok();
    assert_eq!(house.refresh(&token).await.line(), REVOKED);
    assert_eq!(house.refresh(&next).await.line(), REVOKED, "its family went with it");
}

#[tokio::test]
async fn a_function_that_refuses_costs_no_token() {
    let house = rotating(0).await;
    let token = house.user("ann").await.tokens().await.refresh;
    let arn = house.function("f", |_| async { Err("not now".to_owned()) });
    house.update_pool(json!({ "LambdaConfig": { "PreTokenGeneration": arn } })).await.ok();
    expect!["400 UserLambdaValidationException: PreTokenGeneration failed with error not now."]
        .assert_eq(&exchange(&house, &token).await.line());
    house.update_pool(json!({})).await.ok();
    exchange(&house, &token).await.ok();
}

#[tokio::test]
async fn functions_hear_of_a_refresh_and_what_the_client_says() {
    let house = rotating(0).await;
    let token = house.user("ann").await.tokens().await.refresh;
    let (arn, heard) = house.listener("f", json!({}));
    house.update_pool(json!({ "LambdaConfig": { "PreTokenGeneration": arn } })).await.ok();
    let input = json!({ "ClientId": house.client, "RefreshToken": token,
        "ClientMetadata": { "place": "train" } });
    house.call_unsigned("GetTokensFromRefreshToken", input).await.ok();
    let event = heard.lock().unwrap()[0].clone();
    assert_eq!(event["triggerSource"], "TokenGeneration_RefreshTokens");
    assert_eq!(event["request"]["clientMetadata"], json!({ "place": "train" }));
}

#[tokio::test]
async fn a_client_with_a_secret_shows_it() {
    let secret = "abcdefghijklmnopqrstuvwxyz";
    let house = House::with(json!({}), json!({ "ClientSecret": secret })).await;
    house.user("ann").await;
    let begin = json!({ "ClientId": house.client, "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": "ann", "PASSWORD": PASSWORD,
            "SECRET_HASH": house.secret_hash(secret, "ann") } });
    let tokens = SignedIn::of(&house.call_unsigned("InitiateAuth", begin).await.ok());
    let wrong = "400 NotAuthorizedException: The client or its secret is not valid.";
    assert_eq!(exchange(&house, &tokens.refresh).await.line(), wrong);
    let with = |secret: &str| {
        json!({ "ClientId": house.client, "RefreshToken": tokens.refresh,
        "ClientSecret": secret })
    };
    let other = with("zyxwvutsrqponmlkjihgfedcba");
    assert_eq!(house.call_unsigned("GetTokensFromRefreshToken", other).await.line(), wrong);
    house.call_unsigned("GetTokensFromRefreshToken", with(secret)).await.ok();
}

#[tokio::test]
async fn a_session_that_is_over_does_not_go_on() {
    let house = rotating(60).await;
    let ann = house.user("ann").await;
    for bad in ["x", &"a".repeat(300)] {
        expect!["400 NotAuthorizedException: Invalid Refresh Token"]
            .assert_eq(&exchange(&house, bad).await.line());
    }
    let tokens = ann.tokens().await;
    let revoke = json!({ "ClientId": house.client, "Token": tokens.refresh });
    house.call_unsigned("RevokeToken", revoke).await.ok();
    assert_eq!(exchange(&house, &tokens.refresh).await.line(), REVOKED);
    let tokens = ann.tokens().await;
    tokens.call(&house, "GlobalSignOut", json!({})).await.ok();
    assert_eq!(exchange(&house, &tokens.refresh).await.line(), REVOKED);
}

#[tokio::test]
async fn a_device_that_the_session_began_on_is_named() {
    let house = devices::house().await;
    let (gadget, tokens) = devices::confirmed(&house, "ann").await;
    expect!["400 NotAuthorizedException: Invalid Refresh Token"]
        .assert_eq(&exchange(&house, &tokens.refresh).await.line());
    let input = json!({ "ClientId": house.client, "RefreshToken": tokens.refresh,
        "DeviceKey": gadget.key });
    house.call_unsigned("GetTokensFromRefreshToken", input).await.ok();
}
