use crate::*;

pub async fn confirm(house: &House, name: &str, code: &str) -> Answer {
    let input = json!({ "ClientId": house.client, "Username": name, "ConfirmationCode": code });
    house.call_unsigned("ConfirmSignUp", input).await
}

/// A code that is not this one.
pub fn other_than(code: &str) -> String {
    if code == "000000" { "000001".to_owned() } else { "000000".to_owned() }
}

async fn waiting(client: Value) -> (House, String) {
    let house = House::with(json!({}), client).await;
    house.sign_up("ann", json!({ "email": "ann@example.com" })).await.ok();
    let code = house.mailbox.code("ann@example.com");
    (house, code)
}

#[tokio::test]
async fn a_code_confirms_once() {
    let (house, code) = waiting(json!({})).await;
    expect!["400 CodeMismatchException: Invalid verification code provided, please try again."]
        .assert_eq(&confirm(&house, "ann", &other_than(&code)).await.line());
    assert_eq!(confirm(&house, "ann", &code).await.ok(), json!({}));
    assert_eq!(house.look_at("ann").await["UserStatus"], "CONFIRMED");
    expect!["400 NotAuthorizedException: User cannot be confirmed. Current status is CONFIRMED"]
        .assert_eq(&confirm(&house, "ann", &code).await.line());
}

#[tokio::test]
async fn a_code_is_good_for_a_day() {
    let (house, code) = waiting(json!({})).await;
    house.advance(SignedDuration::from_hours(24));
    expect!["400 ExpiredCodeException: Invalid code provided, please request a code again."]
        .assert_eq(&confirm(&house, "ann", &code).await.line());
}

#[tokio::test]
async fn fifteen_guesses_an_hour_are_looked_at_and_then_the_code_is_dead() {
    let (house, code) = waiting(json!({})).await;
    let wrong = other_than(&code);
    for _ in 0..15 {
        expect!["400 CodeMismatchException: Invalid verification code provided, please try again."]
            .assert_eq(&confirm(&house, "ann", &wrong).await.line());
    }
    expect!["400 LimitExceededException: Attempt limit exceeded, please try after some time."]
        .assert_eq(&confirm(&house, "ann", &code).await.line());
    house.advance(SignedDuration::from_hours(1));
    expect!["400 TooManyFailedAttemptsException: Too many wrong codes were given, please request a code again."]
        .assert_eq(&confirm(&house, "ann", &code).await.line());
    let named = json!({ "UserPoolId": house.pool, "ClientId": house.client,
        "PreventUserExistenceErrors": "ENABLED", "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"] });
    house.call("UpdateUserPoolClient", named).await.ok();
    expect!["400 CodeMismatchException: Invalid verification code provided, please try again."]
        .assert_eq(&confirm(&house, "ann", &code).await.line());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_guesses_at_once_count_as_twenty() {
    let (house, code) = waiting(json!({})).await;
    let wrong = other_than(&code);
    let tries: Vec<_> = (0..20)
        .map(|_| {
            let (house, wrong) = (house.clone(), wrong.clone());
            tokio::spawn(async move { confirm(&house, "ann", &wrong).await.line() })
        })
        .collect();
    let mut looked_at = 0;
    for one in tries {
        let line = one.await.unwrap();
        looked_at += usize::from(line.contains("CodeMismatchException"));
    }
    assert!(looked_at <= 15, "{looked_at}");
    expect!["400 LimitExceededException: Attempt limit exceeded, please try after some time."]
        .assert_eq(&confirm(&house, "ann", &code).await.line());
}

/// ENM-04: a wrong code is a wrong code, for whoever it is.
#[tokio::test]
async fn nobody_learns_who_exists() {
    let (house, code) = waiting(json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
    let wrong = other_than(&code);
    for round in 0..17 {
        let known = confirm(&house, "ann", &wrong).await.line();
        let unknown = confirm(&house, "nobody", &wrong).await.line();
        assert_eq!(known, unknown, "guess {round}");
    }
    let (house, code) = waiting(json!({})).await;
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&confirm(&house, "nobody", &code).await.line());
}

#[tokio::test]
async fn the_address_that_the_code_went_to_is_proven_and_no_other() {
    let (house, code) = waiting(json!({})).await;
    let change = json!({ "UserPoolId": house.pool, "Username": "ann",
        "UserAttributes": [{ "Name": "email", "Value": "other@example.com" }] });
    house.call("AdminUpdateUserAttributes", change).await.ok();
    confirm(&house, "ann", &code).await.ok();
    assert_eq!(house.attribute("ann", "email_verified").await.as_deref(), Some("false"));
}

#[tokio::test]
async fn an_alias_that_somebody_has_is_moved_only_on_request() {
    let house = House::with(json!({ "AliasAttributes": ["email"] }), json!({})).await;
    house.user_with("ann", json!({ "email": "ann@example.com" })).await;
    house.sign_up("bob", json!({ "email": "Ann@example.com" })).await.ok();
    let code = house.mailbox.code("Ann@example.com");
    expect!["400 AliasExistsException: An account with the given email already exists."]
        .assert_eq(&confirm(&house, "bob", &code).await.line());
    assert_eq!(house.look_at("bob").await["UserStatus"], "UNCONFIRMED");
    let input = json!({ "ClientId": house.client, "Username": "bob", "ConfirmationCode": code,
        "ForceAliasCreation": true });
    house.call_unsigned("ConfirmSignUp", input).await.ok();
    assert_eq!(house.attribute("ann", "email_verified").await.as_deref(), Some("false"));
    assert_eq!(house.look_at("ann@example.com").await["Username"], "bob");
}
