use crate::*;

#[tokio::test]
async fn a_pool_that_never_heard_of_it_asks_for_no_second_factor() {
    let house = House::new().await;
    let told = house.call("GetUserPoolMfaConfig", json!({ "UserPoolId": house.pool })).await.ok();
    assert_eq!(told, json!({ "MfaConfiguration": "OFF" }));
    let missing = json!({ "UserPoolId": "eu-west-1_Missing00" });
    expect!["400 ResourceNotFoundException: User pool eu-west-1_Missing00 does not exist."]
        .assert_eq(&house.call("GetUserPoolMfaConfig", missing).await.line());
}

#[tokio::test]
async fn a_pool_made_with_text_messages_takes_those() {
    let sms = json!({ "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" });
    let house = House::with(
        json!({ "MfaConfiguration": "OPTIONAL", "SmsConfiguration": sms,
            "SmsAuthenticationMessage": "Code {####}" }),
        json!({}),
    )
    .await;
    let told = house.call("GetUserPoolMfaConfig", json!({ "UserPoolId": house.pool })).await.ok();
    assert_eq!(
        told,
        json!({ "MfaConfiguration": "OPTIONAL",
        "SmsMfaConfiguration": { "SmsAuthenticationMessage": "Code {####}",
            "SmsConfiguration": sms },
        "SoftwareTokenMfaConfiguration": { "Enabled": false } })
    );
}
