//! Authorizer events and answers.

use events::authorizer::{
    AuthorizerRequest, Effect, Policy, PolicyResponse, Scalar, SimpleResponse,
};
use serde::de::IgnoredAny;
use serde_json::{Value, json};

const ARN: &str = "arn:aws:execute-api:eu-west-1:000000000000:a1b2c3/prod/GET/items/7";

#[test]
fn every_form_of_a_question_is_read_and_written_again() {
    for question in [
        json!({"type": "TOKEN", "authorizationToken": "Bearer hunter2", "methodArn": ARN}),
        json!({
            "type": "REQUEST",
            "methodArn": ARN,
            "resource": "/items/{id}",
            "path": "/items/7",
            "httpMethod": "GET",
            "headers": {"Authorization": "Bearer hunter2"},
            "multiValueHeaders": {"Authorization": ["Bearer hunter2"]},
            "queryStringParameters": null,
            "multiValueQueryStringParameters": null,
            "pathParameters": {"id": "7"},
            "stageVariables": null,
            "requestContext": {"stage": "prod", "identity": {"sourceIp": "127.0.0.1"}},
        }),
        json!({
            "version": "1.0",
            "type": "REQUEST",
            "methodArn": ARN,
            "identitySource": "Bearer hunter2",
            "authorizationToken": "Bearer hunter2",
            "resource": "/items/{id}",
            "path": "/items/7",
            "httpMethod": "GET",
            "headers": {},
            "multiValueHeaders": {},
            "queryStringParameters": {"q": "1"},
            "multiValueQueryStringParameters": {"q": ["0", "1"]},
            "pathParameters": null,
            "stageVariables": {"colour": "blue"},
            "requestContext": {},
        }),
        json!({
            "version": "2.0",
            "type": "REQUEST",
            "routeArn": ARN,
            "identitySource": ["Bearer hunter2"],
            "routeKey": "GET /items/{id}",
            "rawPath": "/items/7",
            "rawQueryString": "q=1",
            "cookies": ["a=hunter2"],
            "headers": {"authorization": "Bearer hunter2"},
            "queryStringParameters": {"q": "1"},
            "requestContext": {"http": {"method": "GET"}},
            "pathParameters": {"id": "7"},
        }),
    ] {
        let read: AuthorizerRequest = serde_json::from_value(question.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), question);
        assert_eq!(read.method_arn(), ARN);
        assert!(!format!("{read:?}").contains("hunter2"));
    }
    for bad in [json!({}), json!([]), json!({"type": "token"}), json!({"type": "TOKEN"})] {
        assert!(serde_json::from_value::<AuthorizerRequest>(bad).is_err());
    }
}

#[test]
fn whoever_does_not_look_at_the_context_of_a_question_need_not_read_it() {
    // The kind may stand last.
    let question = format!(
        r#"{{"requestContext":{{"http":[]}},"routeArn":"{ARN}","type":"REQUEST","version":"2.0"}}"#
    );
    let read: AuthorizerRequest<IgnoredAny> = serde_json::from_str(&question).unwrap();
    assert!(matches!(&read, AuthorizerRequest::V2(request) if request.route_arn == ARN));
    for bad in [
        json!([]),
        json!("TOKEN"),
        json!({ "methodArn": ARN }),
        json!({ "type": "TOKENS", "methodArn": ARN, "authorizationToken": "hunter2" }),
        json!({ "type": ["TOKEN"], "methodArn": ARN, "authorizationToken": "hunter2" }),
        json!({ "type": "REQUEST", "version": "3.0", "methodArn": ARN }),
    ] {
        let problem = serde_json::from_value::<AuthorizerRequest>(bad).unwrap_err().to_string();
        assert_eq!(problem, "an unknown kind of authorizer event");
    }
}

#[test]
fn a_context_holds_scalars_of_every_kind_and_nothing_else() {
    let scalars = json!([null, true, -1, u64::MAX, 1.5, "x", ""]);
    let read: Vec<Scalar> = serde_json::from_value(scalars.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), scalars);
    let texts: Vec<String> = read.iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["null", "true", "-1", "18446744073709551615", "1.5", "x", ""]);
    for bad in ["[]", "{}", "[1]", r#"{"a":1}"#] {
        assert!(serde_json::from_str::<Scalar>(bad).is_err(), "{bad}");
    }
}

fn policy(statement: Value) -> Result<PolicyResponse, serde_json::Error> {
    let document = json!({"Version": "2012-10-17", "Statement": statement});
    serde_json::from_value(json!({"principalId": "ann", "policyDocument": document}))
}

#[test]
fn a_policy_may_be_written_in_every_way_iam_takes() {
    let one = json!({"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": ARN});
    let many = json!({"Sid": "s", "Action": ["*"], "Effect": "Deny", "Resource": [ARN, "*"]});
    let read = policy(one.clone()).unwrap();
    assert_eq!(read.policy_document, Policy::of(Effect::Allow, ARN));
    assert_eq!(policy(json!([one, many])).unwrap().policy_document.statement.len(), 2);

    let without_version = json!({
        "principalId": "ann",
        "policyDocument": {"Statement": [one]},
        "context": null,
        "usageIdentifierKey": null,
    });
    assert!(serde_json::from_value::<PolicyResponse>(without_version).is_ok());
    let negated =
        json!({"NotAction": "a:b", "Effect": "Deny", "NotResource": "*", "Condition": {}});
    let negated = &policy(negated).unwrap().policy_document.statement[0];
    assert!(negated.action.is_empty() && negated.resource.is_empty());
    assert_eq!((negated.not_action.len(), negated.not_resource.len()), (1, 1));
}

#[test]
fn gwa_06_a_policy_that_is_not_whole_is_malformed() {
    for statement in [
        json!([]),
        json!(null),
        json!("Allow"),
        json!({}),
        json!([["s", "Allow", "*", null, "*"]]),
        json!({"Effect": "Allow", "Action": "*"}),
        json!({"Effect": "Allow", "Resource": "*"}),
        json!({"Effect": "Allow", "Action": [], "Resource": "*"}),
        json!({"Effect": "allow", "Action": "*", "Resource": "*"}),
        json!({"Effect": "Allow", "Action": 1, "Resource": "*"}),
        json!({"Effect": "Allow", "Action": "*", "Resource": [{}]}),
        json!({"Effect": "Allow", "Action": "*", "NotAction": "a", "Resource": "*"}),
        json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "ann"}),
        json!({"Effect": "Allow", "Action": "*", "Resource": "x".repeat(513)}),
    ] {
        assert!(policy(statement.clone()).is_err(), "{statement}");
    }
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [{"Action": "*", "Effect": "Allow", "Resource": "*"}],
    });
    for response in [
        json!({"policyDocument": document}),
        json!({"principalId": 7, "policyDocument": document}),
        json!({"principalId": null, "policyDocument": document}),
        json!({"principalId": "ann"}),
        json!({"principalId": "ann", "policyDocument": null}),
        json!({"principalId": "ann", "policyDocument": [null, null, [{}]]}),
        json!({"principalId": "ann", "policyDocument": document, "context": {"a": {}}}),
        json!({"principalId": "ann", "policyDocument": document, "context": {"a": [1]}}),
        json!({"principalId": "ann", "policyDocument": document, "context": {"claims": "x"}}),
        json!({"principalId": "ann", "policyDocument": document, "context": "x"}),
        json!(["ann", document]),
        json!(null),
    ] {
        assert!(serde_json::from_value::<PolicyResponse>(response.clone()).is_err(), "{response}");
    }
}

#[test]
fn gwa_05_only_a_boolean_says_yes() {
    let yes: SimpleResponse =
        serde_json::from_value(json!({"isAuthorized": true, "context": {"a": [1]}})).unwrap();
    assert!(yes.is_authorized);
    for bad in [
        json!({"isAuthorized": "true"}),
        json!({"isAuthorized": "false"}),
        json!({"isAuthorized": 1}),
        json!({"isAuthorized": null}),
        json!({}),
        json!([true]),
        json!(true),
        json!({"isAuthorized": true, "context": [1]}),
    ] {
        assert!(serde_json::from_value::<SimpleResponse>(bad.clone()).is_err(), "{bad}");
    }
    let twice = r#"{"isAuthorized": false, "isAuthorized": true}"#;
    assert!(serde_json::from_str::<SimpleResponse>(twice).is_err());
}

#[test]
fn a_policy_is_written_with_lists_and_prints_no_context() {
    let response = PolicyResponse {
        principal_id: "ann".to_owned(),
        policy_document: Policy::of(Effect::Deny, ARN),
        context: [
            ("text".to_owned(), Scalar::from("hunter2")),
            ("number".to_owned(), Scalar::Number(7.into())),
            ("truth".to_owned(), Scalar::Bool(true)),
            ("nothing".to_owned(), Scalar::Null),
        ]
        .into(),
        usage_identifier_key: None,
    };
    let written = json!({
        "principalId": "ann",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Deny", "Action": ["execute-api:Invoke"], "Resource": [ARN]},
            ],
        },
        "context": {"text": "hunter2", "number": 7, "truth": true, "nothing": null},
    });
    assert_eq!(serde_json::to_value(&response).unwrap(), written);
    assert_eq!(serde_json::from_value::<PolicyResponse>(written).unwrap(), response);
    assert!(!format!("{response:?}").contains("hunter2"));
    let texts: Vec<String> = response.context.values().map(Scalar::to_string).collect();
    assert_eq!(texts, ["null", "7", "hunter2", "true"]);
}
