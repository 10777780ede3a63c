use crate::{mfa::house_with_tokens, *};

#[tokio::test]
async fn an_administrator_turns_text_messages_on_and_off() {
    let house = house_with_tokens("OPTIONAL").await;
    let ann = house.user_with("ann", json!({ "phone_number": "+15550001234" })).await;
    let set = async |name: &str, options: Value| {
        let input = json!({ "UserPoolId": house.pool, "Username": name, "MFAOptions": options });
        house.call("AdminSetUserSettings", input).await
    };
    let options = json!([{ "DeliveryMedium": "SMS", "AttributeName": "phone_number" }]);
    set("ann", options.clone()).await.ok();
    assert_eq!(ann.sign_in().await.ok()["ChallengeName"], "SMS_MFA");
    set("ann", json!([])).await.ok();
    SignedIn::of(&ann.sign_in().await.ok());
    house.user("bob").await;
    expect![
        "400 InvalidParameterException: User does not have delivery config set to turn on SMS_MFA"
    ]
    .assert_eq(&set("bob", options).await.line());
}
