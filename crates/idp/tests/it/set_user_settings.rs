use crate::{mfa::house_with_tokens, *};

#[tokio::test]
async fn text_messages_are_turned_on_and_off() {
    let house = house_with_tokens("OPTIONAL").await;
    let ann = house.user_with("ann", json!({ "phone_number": "+15550001234" })).await;
    let tokens = ann.tokens().await;
    let options = json!([{ "DeliveryMedium": "SMS", "AttributeName": "phone_number" }]);
    tokens.call(&house, "SetUserSettings", json!({ "MFAOptions": options })).await.ok();
    assert_eq!(ann.sign_in().await.ok()["ChallengeName"], "SMS_MFA");
    assert_eq!(house.look_at("ann").await["MFAOptions"], options);
    tokens.call(&house, "SetUserSettings", json!({ "MFAOptions": [] })).await.ok();
    SignedIn::of(&ann.sign_in().await.ok());
    let mails = json!([{ "DeliveryMedium": "EMAIL", "AttributeName": "email" }]);
    expect!["400 InvalidParameterException: Only SMS to phone_number is supported as MFA option."]
        .assert_eq(
            &tokens.call(&house, "SetUserSettings", json!({ "MFAOptions": mails })).await.line(),
        );
}
