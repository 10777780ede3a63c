use crate::{confirm_sign_up::other_than, *};

#[tokio::test]
async fn a_code_proves_once_and_only_what_it_is_for() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    let tokens = ann.tokens().await;
    let verify = async |code: &str| {
        let input = json!({ "AttributeName": "email", "Code": code });
        tokens.call(&house, "VerifyUserAttribute", input).await.line()
    };
    expect!["400 ExpiredCodeException: Invalid code provided, please request a code again."]
        .assert_eq(&verify("123456").await);
    // A code for a new password proves no address.
    let forgot = json!({ "ClientId": house.client, "Username": "ann" });
    house.call_unsigned("ForgotPassword", forgot).await.ok();
    let reset = house.mailbox.code("ann@example.com");
    expect!["400 ExpiredCodeException: Invalid code provided, please request a code again."]
        .assert_eq(&verify(&reset).await);
    let input = json!({ "AttributeName": "email" });
    tokens.call(&house, "GetUserAttributeVerificationCode", input).await.ok();
    let code = house.mailbox.code("ann@example.com");
    expect!["400 CodeMismatchException: Invalid verification code provided, please try again."]
        .assert_eq(&verify(&other_than(&code)).await);
    assert_eq!(verify(&code).await, "200 OK");
    expect!["400 ExpiredCodeException: Invalid code provided, please request a code again."]
        .assert_eq(&verify(&code).await);
}
