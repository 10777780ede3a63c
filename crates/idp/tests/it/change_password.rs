use crate::*;

async fn change(house: &House, tokens: &SignedIn, previous: &str, proposed: &str) -> String {
    let input = json!({ "PreviousPassword": previous, "ProposedPassword": proposed });
    tokens.call(house, "ChangePassword", input).await.line()
}

#[tokio::test]
async fn the_old_password_is_needed_and_the_new_one_counts() {
    let house = House::new().await;
    let tokens = house.user("ann").await.tokens().await;
    expect!["400 NotAuthorizedException: Incorrect username or password."]
        .assert_eq(&change(&house, &tokens, "Wrong-Horse7!", "Another-Horse8!").await);
    expect!["400 InvalidPasswordException: Password did not conform with policy: Password must have numeric characters"]
        .assert_eq(&change(&house, &tokens, PASSWORD, "Another-Horse!").await);
    assert_eq!(change(&house, &tokens, PASSWORD, "Another-Horse8!").await, "200 OK");
    assert_ne!(house.sign_in("ann", PASSWORD).await.line(), "200 OK");
    house.sign_in("ann", "Another-Horse8!").await.ok();
    tokens.call(&house, "GetUser", json!({})).await.ok();
}

#[tokio::test]
async fn guesses_at_the_old_password_are_counted() {
    let house = House::new().await;
    let tokens = house.user("ann").await.tokens().await;
    for _ in 0..5 {
        change(&house, &tokens, "Wrong-Horse7!", "Another-Horse8!").await;
    }
    expect!["400 NotAuthorizedException: Password attempts exceeded"]
        .assert_eq(&change(&house, &tokens, PASSWORD, "Another-Horse8!").await);
}
