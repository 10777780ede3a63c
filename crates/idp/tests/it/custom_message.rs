//! How the function that words messages is asked, and what its words do.

use crate::*;
use std::sync::{Arc, Mutex};

const WORDS: &str = "{ \"emailSubject\": \"Ahoy\", \"emailMessage\": \"<b>{####}</b> {username}\", \
                     \"smsMessage\": \"sms {####} {username}\" }";

async fn house_with(response: Value) -> (House, Arc<Mutex<Vec<Value>>>) {
    let house = House::new().await;
    let (arn, heard) = house.listener("f", response);
    house.update_pool(json!({ "LambdaConfig": { "CustomMessage": arn } })).await.ok();
    (house, heard)
}

fn words() -> Value {
    serde_json::from_str(WORDS).unwrap()
}

async fn sign_up(house: &House) -> Answer {
    let input = json!({ "ClientId": house.client, "Username": "ann", "Password": PASSWORD,
        "UserAttributes": [{ "Name": "email", "Value": "ann@example.com" }],
        "ClientMetadata": { "from": "web" } });
    house.call_unsigned("SignUp", input).await
}

#[tokio::test]
async fn the_function_hears_what_the_message_is_for() {
    let (house, heard) = house_with(words()).await;
    let signed_up = sign_up(&house).await.ok();
    let mut event = heard.lock().unwrap()[0].clone();
    assert_eq!(event["userPoolId"], house.pool);
    assert_eq!(event["callerContext"]["clientId"], house.client);
    assert_eq!(event["request"]["userAttributes"]["sub"], signed_up["UserSub"]);
    event["request"]["userAttributes"].as_object_mut().unwrap().remove("sub");
    for moving in ["userPoolId", "callerContext"] {
        event.as_object_mut().unwrap().remove(moving);
    }
    expect![[r##"
        {
          "region": "eu-west-1",
          "request": {
            "clientMetadata": {
              "from": "web"
            },
            "codeParameter": "{####}",
            "linkParameter": "{##Click Here##}",
            "userAttributes": {
              "cognito:user_status": "UNCONFIRMED",
              "email": "ann@example.com",
              "email_verified": "false"
            },
            "usernameParameter": null
          },
          "response": {
            "emailMessage": null,
            "emailSubject": null,
            "smsMessage": null
          },
          "triggerSource": "CustomMessage_SignUp",
          "userName": "ann",
          "version": "1"
        }"##]]
    .assert_eq(&pretty(&event));
    let sent = house.mailbox.to("ann@example.com").pop().unwrap();
    assert_eq!(sent.subject, "Ahoy");
    assert_eq!(sent.body.text(), format!("<b>{}</b> ann", sent.code));
}

#[tokio::test]
async fn every_message_is_announced_by_its_own_source() {
    let (house, heard) = house_with(words()).await;
    sign_up(&house).await.ok();
    let name =
        json!({ "ClientId": house.client, "Username": "ann", "ClientMetadata": { "a": "b" } });
    house.call_unsigned("ResendConfirmationCode", name.clone()).await.ok();
    let code = house.mailbox.code("ann@example.com");
    confirm_sign_up::confirm(&house, "ann", &code).await.ok();
    house.call_unsigned("ForgotPassword", name).await.ok();
    let tokens = SignedIn::of(&house.sign_in("ann", PASSWORD).await.ok());
    let change = json!({ "UserAttributes": [{ "Name": "email", "Value": "new@example.com" }],
        "ClientMetadata": { "a": "b" } });
    tokens.call(&house, "UpdateUserAttributes", change).await.ok();
    let verify = json!({ "AttributeName": "email", "ClientMetadata": { "a": "b" } });
    tokens.call(&house, "GetUserAttributeVerificationCode", verify).await.ok();
    let change = json!({ "UserPoolId": house.pool, "Username": "ann", "ClientMetadata": { "a": "b" },
        "UserAttributes": [{ "Name": "email", "Value": "newer@example.com" }] });
    house.call("AdminUpdateUserAttributes", change).await.ok();
    let heard = heard.lock().unwrap();
    let told: Vec<_> = heard
        .iter()
        .map(|event| {
            let client = &event["callerContext"]["clientId"];
            let client =
                if *client == json!(house.client) { "web" } else { client.as_str().unwrap() };
            let request = &event["request"];
            let email = request["userAttributes"]["email"].as_str().unwrap();
            assert!(
                request["clientMetadata"].is_object() && request["usernameParameter"].is_null()
            );
            format!("{} {client} {email}", event["triggerSource"].as_str().unwrap())
        })
        .collect();
    expect![[r#"
        CustomMessage_SignUp web ann@example.com
        CustomMessage_ResendCode web ann@example.com
        CustomMessage_ForgotPassword web ann@example.com
        CustomMessage_UpdateUserAttribute web new@example.com
        CustomMessage_VerifyUserAttribute web new@example.com
        CustomMessage_UpdateUserAttribute CLIENT_ID_NOT_APPLICABLE newer@example.com"#]]
    .assert_eq(&told.join("\n"));
    assert_eq!(house.mailbox.to("newer@example.com").pop().unwrap().subject, "Ahoy");
}

#[tokio::test]
async fn an_invitation_needs_both_placeholders_and_is_asked_for_once() {
    let (house, heard) = house_with(words()).await;
    let input = json!({ "UserPoolId": house.pool, "Username": "erin",
        "DesiredDeliveryMediums": ["EMAIL", "SMS"], "ClientMetadata": { "a": "b" },
        "UserAttributes": [{ "Name": "email", "Value": "erin@example.com" },
            { "Name": "phone_number", "Value": "+15551231234" }] });
    house.call("AdminCreateUser", input).await.ok();
    let mail = house.mailbox.to("erin@example.com").pop().unwrap();
    assert_eq!(mail.body.text(), format!("<b>{}</b> erin", mail.code));
    let text = house.mailbox.to("+15551231234").pop().unwrap();
    assert_eq!(
        (text.subject.as_str(), text.body.text()),
        ("", format!("sms {} erin", text.code).as_str())
    );
    {
        let heard = heard.lock().unwrap();
        assert_eq!(heard.len(), 1);
        assert_eq!(heard[0]["triggerSource"], "CustomMessage_AdminCreateUser");
        assert_eq!(heard[0]["request"]["usernameParameter"], "{username}");
        let attributes = &heard[0]["request"]["userAttributes"];
        assert_eq!(attributes["cognito:user_status"], "FORCE_CHANGE_PASSWORD");
        assert!(attributes["sub"].is_string());
    }
    let again = json!({ "UserPoolId": house.pool, "Username": "erin", "MessageAction": "RESEND",
        "DesiredDeliveryMediums": ["EMAIL"] });
    house.call("AdminCreateUser", again).await.ok();
    assert_eq!(heard.lock().unwrap().len(), 2);

    let (house, _) = house_with(json!({ "emailMessage": "only {####}" })).await;
    let input = json!({ "UserPoolId": house.pool, "Username": "erin",
        "DesiredDeliveryMediums": ["EMAIL"],
        "UserAttributes": [{ "Name": "email", "Value": "erin@example.com" }] });
    house.call("AdminCreateUser", input).await.ok();
    let mail = house.mailbox.to("erin@example.com").pop().unwrap();
    assert_eq!(
        mail.body.text(),
        format!("Your username is erin and temporary password is {}", mail.code)
    );
}

#[tokio::test]
async fn a_text_without_the_code_is_not_sent() {
    for silent in [
        json!({}),
        json!({ "emailMessage": "no code", "emailSubject": null }),
        json!({ "smsMessage": "{####}", "emailMessage": "" }),
    ] {
        let (house, _) = house_with(silent).await;
        sign_up(&house).await.ok();
        let sent = house.mailbox.to("ann@example.com").pop().unwrap();
        assert_eq!(sent.subject, "Your verification code");
        assert_eq!(sent.body.text(), format!("Your confirmation code is {}", sent.code));
    }
}

#[tokio::test]
async fn a_text_that_is_too_long_is_no_answer() {
    let long = |characters: usize| format!("{{####}}{}", "é".repeat(characters - 6));
    for (name, most) in [("smsMessage", 140), ("emailSubject", 140), ("emailMessage", 20_000)] {
        let (house, _) = house_with(json!({ name: long(most) })).await;
        sign_up(&house).await.ok();
        let (house, _) = house_with(json!({ name: long(most + 1) })).await;
        assert_eq!(
            sign_up(&house).await.line(),
            format!("400 InvalidLambdaResponseException: {name} has more than {most} characters")
        );
    }
    let (house, _) = house_with(json!({ "emailMessage": 7 })).await;
    expect!["400 InvalidLambdaResponseException: Unrecognizable lambda output"]
        .assert_eq(&sign_up(&house).await.line());
}

#[tokio::test]
async fn a_message_that_nobody_words_leaves_things_as_they_were() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    let tokens = ann.tokens().await;
    let arn = house.function("f", |_| async { Err("computer says no".to_owned()) });
    house.update_pool(json!({ "LambdaConfig": { "CustomMessage": arn } })).await.ok();
    let no = "400 UserLambdaValidationException: CustomMessage failed with error computer says no.";

    let bob = json!({ "email": "bob@example.com" });
    assert_eq!(house.sign_up("bob", bob).await.line(), no);
    assert_eq!(house.look_at("bob").await["UserStatus"], "UNCONFIRMED");

    let erin = json!({ "UserPoolId": house.pool, "Username": "erin",
        "DesiredDeliveryMediums": ["EMAIL"],
        "UserAttributes": [{ "Name": "email", "Value": "erin@example.com" }] });
    assert_eq!(house.call("AdminCreateUser", erin).await.line(), no);
    let looked_at = json!({ "UserPoolId": house.pool, "Username": "erin" });
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&house.call("AdminGetUser", looked_at).await.line());

    let change = json!({ "UserAttributes": [{ "Name": "email", "Value": "new@example.com" }] });
    assert_eq!(tokens.call(&house, "UpdateUserAttributes", change).await.line(), no);
    assert_eq!(house.attribute("ann", "email").await.as_deref(), Some("ann@example.com"));
    let verify = json!({ "AttributeName": "email" });
    let verified = tokens.call(&house, "GetUserAttributeVerificationCode", verify).await;
    assert_eq!(verified.line(), no);
    let forgot = json!({ "ClientId": house.client, "Username": "ann" });
    assert_eq!(house.call_unsigned("ForgotPassword", forgot).await.line(), no);
    assert!(house.mailbox.is_empty());

    // Bob gets the code once the function is well again.
    house.update_pool(json!({})).await.ok();
    let again = json!({ "ClientId": house.client, "Username": "bob" });
    house.call_unsigned("ResendConfirmationCode", again).await.ok();
    let code = house.mailbox.code("bob@example.com");
    confirm_sign_up::confirm(&house, "bob", &code).await.ok();
}

#[tokio::test]
async fn who_does_not_exist_is_not_announced() {
    let house = House::with(json!({}), json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
    let (arn, heard) = house.listener("f", words());
    house.update_pool(json!({ "LambdaConfig": { "CustomMessage": arn } })).await.ok();
    let nobody = json!({ "ClientId": house.client, "Username": "nobody" });
    for operation in ["ForgotPassword", "ResendConfirmationCode"] {
        house.call_unsigned(operation, nobody.clone()).await.ok();
    }
    assert!(heard.lock().unwrap().is_empty());
}

/// A pool whose mails after a sign-up carry a link.
async fn by_link(house: &House, lambda: Value) {
    let template = json!({ "DefaultEmailOption": "CONFIRM_WITH_LINK",
        "EmailSubjectByLink": "Confirm", "EmailMessageByLink": "Hello {##Go on##}" });
    let update = json!({ "VerificationMessageTemplate": template, "LambdaConfig": lambda });
    house.update_pool(update).await.ok();
}

#[tokio::test]
async fn a_mail_after_a_sign_up_carries_a_link_and_other_mails_do_not() {
    let house = House::new().await;
    by_link(&house, json!({})).await;
    sign_up(&house).await.ok();
    let sent = house.mailbox.to("ann@example.com").pop().unwrap();
    assert_eq!(sent.subject, "Confirm");
    let link = |base: &str, code: &str| {
        let client = &house.client;
        format!(
            "<a href=\"{base}/confirmUser?client_id={client}&amp;user_name=ann&amp;confirmation_code={code}\">"
        )
    };
    let here = link("http://127.0.0.1:9229", &sent.code);
    assert_eq!(sent.body.text(), format!("Hello {here}Go on</a>"));

    let domain = json!({ "UserPoolId": house.pool, "Domain": "people" });
    house.call("CreateUserPoolDomain", domain).await.ok();
    let name = json!({ "ClientId": house.client, "Username": "ann" });
    house.call_unsigned("ResendConfirmationCode", name.clone()).await.ok();
    let sent = house.mailbox.to("ann@example.com").pop().unwrap();
    let there = link("http://people.auth.localhost:9229", &sent.code);
    assert_eq!(sent.body.text(), format!("Hello {there}Go on</a>"));
    confirm_sign_up::confirm(&house, "ann", &sent.code).await.ok();

    house.call_unsigned("ForgotPassword", name).await.ok();
    let sent = house.mailbox.to("ann@example.com").pop().unwrap();
    assert_eq!(sent.body.text(), format!("Your confirmation code is {}", sent.code));
}

#[tokio::test]
async fn the_function_says_where_the_link_is() {
    let house = House::new().await;
    for (words, expected) in [
        ("Go: {##Click Here##}", "Go: <a href="),
        ("Or the code {####}", "Or the code 0"),
        ("Nothing", "Hello <a href="),
    ] {
        let (arn, _) = house.listener("f", json!({ "emailMessage": words }));
        by_link(&house, json!({ "CustomMessage": arn })).await;
        let name = format!("user-{}", words.len());
        let mail = format!("{name}@example.com");
        house.sign_up(&name, json!({ "email": mail })).await.ok();
        let sent = house.mailbox.to(&mail).pop().unwrap();
        let told = sent.body.text().replace(&sent.code, "0");
        assert!(told.starts_with(expected), "{told}");
    }
}

#[tokio::test]
async fn a_name_is_no_html_in_a_mail() {
    let (house, _) = house_with(words()).await;
    house.sign_up("<b>&ann", json!({ "email": "ann@example.com" })).await.ok();
    let sent = house.mailbox.to("ann@example.com").pop().unwrap();
    let expected = format!("<b>{}</b> &lt;b&gt;&amp;ann", sent.code);
    assert_eq!(sent.body.text(), expected);
}
