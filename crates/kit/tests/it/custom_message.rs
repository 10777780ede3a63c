//! How the pool's messages read, for every source.

use crate::house::{environment, trigger};
use functions::{Call, Function};
use kit::{
    custom_message::{CustomMessages, Settings},
    messages::Catalogues,
};
use serde_json::{Value, json};
use std::time::Duration;

const SOURCES: [&str; 7] = [
    "CustomMessage_SignUp",
    "CustomMessage_AdminCreateUser",
    "CustomMessage_ResendCode",
    "CustomMessage_ForgotPassword",
    "CustomMessage_UpdateUserAttribute",
    "CustomMessage_VerifyUserAttribute",
    "CustomMessage_Authentication",
];

fn messages(more: &[(&str, &str)]) -> CustomMessages {
    let mut environment = environment(more);
    environment.insert("BRAND_NAME".to_owned(), "Blue Whale".to_owned());
    CustomMessages::from_environment(&environment, &Catalogues::new()).unwrap()
}

fn request(attributes: Value) -> Value {
    json!({
        "userAttributes": attributes,
        "codeParameter": "{####}",
        "linkParameter": "{##Click Here##}",
        "usernameParameter": "{username}",
    })
}

async fn answer(messages: CustomMessages, source: &str, request: Value) -> Value {
    let response = json!({"smsMessage": null, "emailMessage": null, "emailSubject": null});
    let event = trigger(source, "hunter2-name", request, response);
    let payload = event.to_string().into();
    let call = Call { request_id: "1".to_owned(), payload, timeout: Duration::from_secs(5) };
    let answer = messages.into_function().invoke(call).await.unwrap();
    serde_json::from_slice::<Value>(&answer).unwrap()["response"].clone()
}

fn text<'a>(answer: &'a Value, member: &str) -> &'a str {
    answer[member].as_str().unwrap_or_else(|| panic!("{member} in {answer}"))
}

#[tokio::test]
async fn every_source_has_a_mail_and_a_text_message_with_its_placeholders() {
    for source in SOURCES {
        for locale in ["en", "de", "fr", "es", "ar", "tlh"] {
            let answer = answer(messages(&[]), source, request(json!({"locale": locale}))).await;
            let (html, sms) = (text(&answer, "emailMessage"), text(&answer, "smsMessage"));
            assert!(html.contains("{####}") && sms.contains("{####}"), "{source}");
            assert!(html.chars().count() <= 20_000 && sms.chars().count() <= 140, "{source}");
            assert!(html.contains("Blue Whale") && sms.contains("Blue Whale"), "{source}");
            assert!(text(&answer, "emailSubject").chars().count() <= 140, "{source}");
            let is_invitation = source == "CustomMessage_AdminCreateUser";
            assert_eq!(html.contains("{username}"), is_invitation, "{source}");
            assert_eq!(sms.contains("{username}"), is_invitation, "{source}");
            assert!(!html.contains("{##Click Here##}"), "{source}");
        }
    }
}

#[tokio::test]
async fn placeholders_are_those_of_the_event_to_the_letter() {
    let request =
        json!({"userAttributes": {}, "codeParameter": "{#6#}", "usernameParameter": "{n}"});
    let answer = answer(messages(&[]), "CustomMessage_AdminCreateUser", request).await;
    for member in ["emailMessage", "smsMessage"] {
        assert!(text(&answer, member).contains("{#6#}") && text(&answer, member).contains("{n}"));
        assert!(!text(&answer, member).contains("{####}"));
    }
    assert!(!text(&answer, "emailSubject").contains('{'));
}

#[tokio::test]
async fn placeholders_that_are_not_told_are_the_usual_ones() {
    let request = json!({"userAttributes": {}, "codeParameter": null, "usernameParameter": null});
    let answer = answer(messages(&[]), "CustomMessage_AdminCreateUser", request).await;
    assert!(text(&answer, "emailMessage").contains("{####}"));
    assert!(text(&answer, "smsMessage").contains("{username}"));
}

#[tokio::test]
async fn a_placeholder_that_escaping_would_change_leaves_the_pools_own_mail() {
    let request = json!({"userAttributes": {}, "codeParameter": "<code>"});
    let answer = answer(messages(&[]), "CustomMessage_SignUp", request).await;
    assert_eq!(answer["emailMessage"], Value::Null);
    assert_eq!(answer["emailSubject"], Value::Null);
    assert!(text(&answer, "smsMessage").contains("<code>"));
}

#[tokio::test]
async fn a_text_message_that_would_be_too_long_leaves_the_pools_own() {
    let code = "0".repeat(141);
    let request = json!({"userAttributes": {}, "codeParameter": code});
    let answer = answer(messages(&[]), "CustomMessage_SignUp", request).await;
    assert_eq!(answer["smsMessage"], Value::Null);
    assert!(text(&answer, "emailMessage").contains(&code));
}

#[tokio::test]
async fn a_pool_that_confirms_by_link_gets_a_link_in_the_mail_and_a_code_in_the_text() {
    for source in SOURCES {
        let messages = messages(&[("CONFIRM_WITH", "link")]);
        let answer = answer(messages, source, request(json!({}))).await;
        let confirms = matches!(source, "CustomMessage_SignUp" | "CustomMessage_ResendCode");
        let html = text(&answer, "emailMessage");
        assert_eq!(html.contains("{##Click Here##}"), confirms, "{source}");
        assert_eq!(html.contains("{####}"), !confirms, "{source}");
        assert!(text(&answer, "smsMessage").contains("{####}"), "{source}");
    }
}

#[tokio::test]
async fn nothing_that_the_user_chose_is_in_a_message() {
    let attributes = json!({
        "given_name": "you have won, see evil.example",
        "name": "<script>alert(1)</script>",
        "email": "victim@example.com",
        "locale": "\"><script>",
    });
    for source in SOURCES {
        let answer = answer(messages(&[]), source, request(attributes.clone())).await.to_string();
        for chosen in ["evil.example", "<script>", "victim@", "hunter2"] {
            assert!(!answer.contains(chosen), "{source}: {chosen}");
        }
    }
}

#[tokio::test]
async fn the_client_may_say_the_language_of_who_has_not() {
    let subject = async |attributes: Value, metadata: Value| {
        let mut request = request(attributes);
        request["clientMetadata"] = metadata;
        let answer = answer(messages(&[]), "CustomMessage_SignUp", request).await;
        text(&answer, "emailSubject").to_owned()
    };
    let german = subject(json!({"locale": "de-CH"}), json!(null)).await;
    assert_eq!(german, "Bestätigen Sie Ihre Adresse für Blue Whale");
    assert_eq!(subject(json!({}), json!({"locale": "de"})).await, german);
    assert_eq!(subject(json!({"locale": ""}), json!({"locale": "de"})).await, german);
    assert_eq!(subject(json!({"locale": "de"}), json!({"locale": "fr"})).await, german);
    assert_ne!(subject(json!({}), json!({})).await, german);
}

#[test]
fn the_mail_has_a_plain_part_that_says_the_same() {
    let messages =
        messages(&[("BRAND_URL", "https://example.com"), ("SUPPORT_ADDRESS", "help@example.com")]);
    let request = request(json!({"locale": "en"}));
    let event = trigger("CustomMessage_AdminCreateUser", "ann", request, json!({}));
    let written = messages.write(&serde_json::from_value(event).unwrap()).unwrap();
    let expected = "\
You have an account at Blue Whale

Sign in with the name and the temporary password below. You will then choose a password of your own.

Your user name
    {username}

Your temporary password
    {####}

If you did not expect this message, ask whoever runs your account.

-- 
Blue Whale
https://example.com
Questions? help@example.com";
    assert_eq!(written.text.trim_end(), expected);
}

#[test]
fn bad_settings_are_told() {
    let bad = Settings::parse(&environment(&[("CONFIRM_WITH", "pigeon")])).unwrap_err();
    assert_eq!(bad.variable, "CONFIRM_WITH");
    let nameless = CustomMessages::from_environment(&environment(&[]), &Catalogues::new());
    assert_eq!(nameless.err().unwrap().variable, "BRAND_NAME");
}
