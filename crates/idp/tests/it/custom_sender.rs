//! Functions that send the codes themselves.

use crate::*;
use base64::{Engine, engine::general_purpose::STANDARD};
use std::sync::{Arc, Mutex};

const KEY: &str = "arn:aws:kms:eu-west-1:000000000000:key/1234";

async fn house_with_senders() -> (House, Arc<Mutex<Vec<Value>>>) {
    let house = House::new().await;
    let (arn, heard) = house.listener("f", json!({}));
    configure(&house, &arn).await;
    (house, heard)
}

async fn configure(house: &House, arn: &str) {
    let sender = json!({ "LambdaVersion": "V1_0", "LambdaArn": arn });
    let config = json!({ "CustomEmailSender": sender, "CustomSMSSender": sender, "KMSKeyID": KEY });
    house.update_pool(json!({ "LambdaConfig": config })).await.ok();
}

/// The event of this number, once it was told: nobody waits for the function.
pub async fn event(heard: &Mutex<Vec<Value>>, number: usize) -> Value {
    for _ in 0..1000 {
        if let Some(event) = heard.lock().unwrap().get(number) {
            return event.clone();
        }
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    panic!("no event {number}");
}

fn decrypted(house: &House, event: &Value) -> String {
    let code = STANDARD.decode(event["request"]["code"].as_str().unwrap()).unwrap();
    let plain = house.idp.pools.sender_key(KEY).decrypt(&code).unwrap();
    String::from_utf8(plain.to_vec()).unwrap()
}

#[tokio::test]
async fn the_function_is_handed_the_code_and_the_house_sends_nothing() {
    let (house, heard) = house_with_senders().await;
    let input = json!({ "ClientId": house.client, "Username": "ann", "Password": PASSWORD,
        "UserAttributes": [{ "Name": "email", "Value": "ann@example.com" }],
        "ClientMetadata": { "from": "web" } });
    let signed_up = house.call_unsigned("SignUp", input).await.ok();
    assert_eq!(signed_up["CodeDeliveryDetails"]["Destination"], "a***@e***");
    let mut told = event(&heard, 0).await;
    let code = decrypted(&house, &told);
    assert_eq!(told["userPoolId"], house.pool);
    assert_eq!(told["callerContext"]["clientId"], house.client);
    assert_eq!(told["request"]["userAttributes"]["sub"], signed_up["UserSub"]);
    told["request"]["userAttributes"].as_object_mut().unwrap().remove("sub");
    told["request"].as_object_mut().unwrap().remove("code");
    for moving in ["userPoolId", "callerContext"] {
        told.as_object_mut().unwrap().remove(moving);
    }
    expect![[r#"
        {
          "region": "eu-west-1",
          "request": {
            "clientMetadata": {
              "from": "web"
            },
            "type": "customEmailSenderRequestV1",
            "userAttributes": {
              "cognito:user_status": "UNCONFIRMED",
              "email": "ann@example.com",
              "email_verified": "false"
            }
          },
          "response": {},
          "triggerSource": "CustomEmailSender_SignUp",
          "userName": "ann",
          "version": "1"
        }"#]]
    .assert_eq(&pretty(&told));
    assert!(house.mailbox.is_empty());
    confirm_sign_up::confirm(&house, "ann", &code).await.ok();
}

#[tokio::test]
async fn every_code_has_its_own_source() {
    let (house, heard) = house_with_senders().await;
    house.sign_up("ann", json!({ "email": "ann@example.com" })).await.ok();
    event(&heard, 0).await;
    let name = json!({ "ClientId": house.client, "Username": "ann" });
    house.call_unsigned("ResendConfirmationCode", name.clone()).await.ok();
    let code = decrypted(&house, &event(&heard, 1).await);
    confirm_sign_up::confirm(&house, "ann", &code).await.ok();
    house.call_unsigned("ForgotPassword", name).await.ok();
    event(&heard, 2).await;
    let tokens = SignedIn::of(&house.sign_in("ann", PASSWORD).await.ok());
    let change = json!({ "UserAttributes": [{ "Name": "email", "Value": "new@example.com" }] });
    tokens.call(&house, "UpdateUserAttributes", change).await.ok();
    event(&heard, 3).await;
    let verify = json!({ "AttributeName": "email" });
    tokens.call(&house, "GetUserAttributeVerificationCode", verify).await.ok();
    event(&heard, 4).await;
    let input = json!({ "UserPoolId": house.pool, "Username": "erin",
        "DesiredDeliveryMediums": ["SMS"], "TemporaryPassword": "Less<Than-1&",
        "UserAttributes": [{ "Name": "phone_number", "Value": "+15551231234" }] });
    house.call("AdminCreateUser", input).await.ok();
    let invited = event(&heard, 5).await;
    assert_eq!(invited["request"]["type"], "customSMSSenderRequestV1");
    assert_eq!(decrypted(&house, &invited), "Less&lt;Than-1&amp;");
    let heard = heard.lock().unwrap();
    let sources: Vec<_> =
        heard.iter().map(|event| event["triggerSource"].as_str().unwrap()).collect();
    expect![[r#"
        CustomEmailSender_SignUp
        CustomEmailSender_ResendCode
        CustomEmailSender_ForgotPassword
        CustomEmailSender_UpdateUserAttribute
        CustomEmailSender_VerifyUserAttribute
        CustomSMSSender_AdminCreateUser"#]]
    .assert_eq(&sources.join("\n"));
    assert!(house.mailbox.is_empty());
}

#[tokio::test]
async fn nobody_notices_that_a_function_did_not_send() {
    let house = House::new().await;
    let arn = house.function("f", |_| async { Err("computer says no".to_owned()) });
    configure(&house, &arn).await;
    house.sign_up("ann", json!({ "email": "ann@example.com" })).await.ok();
    configure(&house, "arn:aws:lambda:eu-west-1:000000000000:function:gone").await;
    house.sign_up("bob", json!({ "email": "bob@example.com" })).await.ok();
}

#[tokio::test]
async fn a_code_opens_with_the_key_of_its_pool_only() {
    let (house, heard) = house_with_senders().await;
    house.sign_up("ann", json!({ "email": "ann@example.com" })).await.ok();
    let told = event(&heard, 0).await;
    let code = STANDARD.decode(told["request"]["code"].as_str().unwrap()).unwrap();
    assert!(house.idp.pools.sender_key("another key").decrypt(&code).is_err());
    assert!(House::empty().idp.pools.sender_key(KEY).decrypt(&code).is_err());
}
