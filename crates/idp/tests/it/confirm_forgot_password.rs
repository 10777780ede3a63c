use crate::{confirm_sign_up::other_than, forgot_password::forgot, *};

const NEW: &str = "Another-Horse8!";

async fn confirm(house: &House, name: &str, code: &str, password: &str) -> Answer {
    let input = json!({ "ClientId": house.client, "Username": name, "ConfirmationCode": code,
        "Password": password });
    house.call_unsigned("ConfirmForgotPassword", input).await
}

/// RST-02, RST-03, RST-04.
#[tokio::test]
async fn a_code_sets_a_password_once_and_ends_the_sessions() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    house.user("bob").await;
    let tokens = ann.tokens().await;
    forgot(&house, "ann").await.ok();
    let old = house.mailbox.code("ann@example.com");
    forgot(&house, "ann").await.ok();
    let code = house.mailbox.code("ann@example.com");
    forgot(&house, "bob").await.ok();
    let bobs = house.mailbox.code("bob@example.com");
    if code != bobs {
        expect!["400 CodeMismatchException: Invalid verification code provided, please try again."]
            .assert_eq(&confirm(&house, "bob", &code, NEW).await.line());
    }
    if code != old {
        expect!["400 CodeMismatchException: Invalid verification code provided, please try again."]
            .assert_eq(&confirm(&house, "ann", &old, NEW).await.line());
    }
    expect!["400 InvalidPasswordException: Password did not conform with policy: Password not long enough"]
        .assert_eq(&confirm(&house, "ann", &code, "aB1!").await.line());
    assert_eq!(confirm(&house, "ann", &code, NEW).await.ok(), json!({}));
    expect!["400 ExpiredCodeException: Invalid code provided, please request a code again."]
        .assert_eq(&confirm(&house, "ann", &code, NEW).await.line());
    house.sign_in("ann", NEW).await.ok();
    house.sign_in("bob", PASSWORD).await.ok();
    expect!["400 NotAuthorizedException: Refresh Token has been revoked"]
        .assert_eq(&house.refresh(&tokens.refresh).await.line());
}

#[tokio::test]
async fn a_code_is_good_for_an_hour() {
    let house = House::new().await;
    house.user("ann").await;
    forgot(&house, "ann").await.ok();
    house.advance(SignedDuration::from_hours(1));
    let code = house.mailbox.code("ann@example.com");
    expect!["400 ExpiredCodeException: Invalid code provided, please request a code again."]
        .assert_eq(&confirm(&house, "ann", &code, NEW).await.line());
}

/// BRU-04.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_hundreds_of_guesses_at_once_a_few_are_looked_at() {
    let house = House::new().await;
    house.user("ann").await;
    forgot(&house, "ann").await.ok();
    let code = house.mailbox.code("ann@example.com");
    let tries: Vec<_> = (0..500)
        .map(|guess| format!("{guess:06}"))
        .filter(|guess| *guess != code)
        .map(|guess| {
            let house = house.clone();
            tokio::spawn(async move { confirm(&house, "ann", &guess, NEW).await.line() })
        })
        .collect();
    let mut looked_at = 0;
    for one in tries {
        let line = one.await.unwrap();
        assert!(line.contains("CodeMismatch") || line.contains("LimitExceeded"), "{line}");
        looked_at += usize::from(line.contains("CodeMismatch"));
    }
    assert!(looked_at <= 10, "{looked_at}");
    assert_ne!(confirm(&house, "ann", &code, NEW).await.line(), "200 OK");
    house.sign_in("ann", PASSWORD).await.ok();
}

/// ENM-04.
#[tokio::test]
async fn nobody_learns_who_exists_or_asked() {
    let house = House::with(json!({}), json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
    for name in ["ann", "bob"] {
        house.user(name).await;
    }
    forgot(&house, "ann").await.ok();
    let wrong = other_than(&house.mailbox.code("ann@example.com"));
    for round in 0..12 {
        let asked = confirm(&house, "ann", &wrong, NEW).await.line();
        assert_eq!(confirm(&house, "bob", &wrong, NEW).await.line(), asked, "never asked, {round}");
        assert_eq!(confirm(&house, "nobody", &wrong, NEW).await.line(), asked, "unknown, {round}");
    }
    let house = House::new().await;
    expect!["400 UserNotFoundException: Username/client id combination not found."]
        .assert_eq(&confirm(&house, "nobody", "123456", NEW).await.line());
}
