//! Who may sign up, seen from the pool.

use crate::house::{environment, trigger};
use functions::{Call, Failure, Function};
use kit::sign_up_guard::SignUpGuard;
use serde_json::{Value, json};
use std::time::Duration;

async fn call(source: &str, attributes: Value) -> Result<Value, Failure> {
    let function = SignUpGuard::from_environment(&environment(&[]), None).unwrap().into_function();
    let request = json!({"userAttributes": attributes, "validationData": null});
    let response =
        json!({"autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false});
    let payload = trigger(source, "ann", request, response).to_string().into();
    let call = Call { request_id: "1".to_owned(), payload, timeout: Duration::from_secs(5) };
    function.invoke(call).await.map(|answer| serde_json::from_slice(&answer).unwrap())
}

#[tokio::test]
async fn trg_02_a_throw_away_address_is_refused_with_a_sentence_and_nothing_more() {
    for source in ["PreSignUp_SignUp", "PreSignUp_ExternalProvider"] {
        let refused = call(source, json!({"email": "ann@Inbox.MAILINATOR.com"})).await.unwrap_err();
        let Failure::Thrown { error_type, message } = refused else { panic!("{refused:?}") };
        assert_eq!(error_type, "Refusal");
        // The pool writes `PreSignUp failed with error ` before it and a full stop behind.
        assert_eq!(message, "Disposable e-mail addresses cannot be used to sign up");
    }
    assert!(
        call("PreSignUp_AdminCreateUser", json!({"email": "ann@mailinator.com"})).await.is_ok()
    );
}

#[tokio::test]
async fn everybody_else_signs_up_and_nothing_is_decided_about_confirming() {
    for attributes in [json!({"email": "ann@example.com"}), json!({"phone_number": "+15555550100"})]
    {
        let answer = call("PreSignUp_SignUp", attributes).await.unwrap();
        let nothing =
            json!({"autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false});
        assert_eq!(answer["response"], nothing);
    }
}
