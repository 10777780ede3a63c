//! The `TOKEN` authorizer.

use crate::house::{House, allow, api, guarded, house, rest, route, token_authorizer, with};
use functions::{Failure, Thrown};
use gateway::{ApiKind, Authorizer, Route, Validation};
use serde_json::{Value, json};

const ALPHA: &str = "arn:aws:execute-api:eu-west-1:000000000000:rest/prod/GET/alpha";
const DENIED: &str =
    r#"403 AccessDeniedException {"Message":"User is not authorized to access this resource"}"#;
const UNAUTHORIZED: &str = r#"401 UnauthorizedException {"message":"Unauthorized"}"#;

fn routes() -> Vec<Route> {
    ["GET /alpha", "GET /beta", "GET /admin/x", "GET /users/{id}", "GET /{proxy+}"]
        .map(|key| guarded(key, "guard"))
        .into()
}

fn open(ttl: u64, judge: impl Fn(Value) -> Result<Value, Thrown> + Send + Sync + 'static) -> House {
    house().function("judge", judge).api(with(rest(), token_authorizer(ttl), routes())).open()
}

#[tokio::test]
async fn the_function_hears_the_header_as_it_is_and_the_arn_of_this_very_path() {
    let house = open(0, |_| Ok(allow(&["*"])));
    let headers = [("authorization", "Bearer  odd, value")];
    assert_eq!(house.get("/users/a%20b?q=1", &headers).await, "200 hello");
    assert_eq!(
        house.last("judge"),
        json!({
            "type": "TOKEN",
            "authorizationToken": "Bearer  odd, value",
            "methodArn": "arn:aws:execute-api:eu-west-1:000000000000:rest/prod/GET/users/a%20b",
        })
    );
    assert_eq!(
        house.last("hello")["requestContext"]["authorizer"],
        json!({
            "principalId": "user|ann", "integrationLatency": 0,
            "text": "x", "number": "1", "truth": "true",
        })
    );
}

/// GWA-01.
#[tokio::test]
async fn a_kept_policy_is_asked_again_for_each_method() {
    let house = open(300, |_| Ok(allow(&[ALPHA])));
    let token = [("authorization", "t")];
    assert_eq!(house.get("/alpha", &token).await, "200 hello");
    assert_eq!(house.get("/beta", &token).await, DENIED);
    assert_eq!(house.get("/alpha", &token).await, "200 hello");
    assert_eq!(house.calls("judge"), 1);
    assert_eq!(house.last("hello")["requestContext"]["authorizer"]["integrationLatency"], 0);
    house.wait(300);
    assert_eq!(house.get("/alpha", &token).await, "200 hello");
    assert_eq!(house.calls("judge"), 2);
}

/// GWA-02.
#[tokio::test]
async fn a_verdict_belongs_to_one_api_stage_authorizer_and_token() {
    let mut house = house().function("judge", |_| Ok(allow(&["*"])));
    for (id, stage) in [("g1", "test"), ("g1", "prod"), ("g2", "prod")] {
        let mut api = with(api(id, ApiKind::Rest, stage), token_authorizer(300), routes());
        api.authorizers.insert("second".into(), token_authorizer(300));
        api.routes.push(guarded("GET /second", "second"));
        api.mounts = vec![format!("/{id}/{stage}")];
        house = house.api(api);
    }
    let house = house.open();
    for (asked, path) in ["/g1/test/alpha", "/g1/prod/alpha", "/g2/prod/alpha", "/g2/prod/second"]
        .into_iter()
        .enumerate()
    {
        for _ in 0..2 {
            assert_eq!(house.get(path, &[("authorization", "t")]).await, "200 hello");
            assert_eq!(house.calls("judge"), asked + 1, "{path}");
        }
    }
    house.get("/g1/test/alpha", &[("authorization", "T")]).await;
    assert_eq!(house.calls("judge"), 5);
}

#[tokio::test]
async fn what_cannot_be_a_token_is_refused_without_asking() {
    let Authorizer::LambdaToken(mut authorizer) = token_authorizer(300) else { unreachable!() };
    authorizer.validation = Some(Validation::parse("Bearer [a-z]+").unwrap());
    let house = house()
        .function("judge", |_| Ok(allow(&["*"])))
        .api(with(rest(), Authorizer::LambdaToken(authorizer), routes()))
        .open();
    let one = |value| [("authorization", value)];
    assert_eq!(house.get("/alpha", &[]).await, UNAUTHORIZED);
    for value in ["", "x", "Bearer abc1", "xBearer abc"] {
        assert_eq!(house.get("/alpha", &one(value)).await, UNAUTHORIZED, "{value}");
    }
    // GWA-11.
    for two in [["Bearer abc", "Bearer bad"], ["Bearer bad", "Bearer abc"]] {
        let headers = two.map(|value| ("authorization", value));
        assert_eq!(house.get("/alpha", &headers).await, UNAUTHORIZED);
    }
    assert_eq!(house.calls("judge"), 0);
    assert_eq!(house.get("/alpha", &one("Bearer abc")).await, "200 hello");
}

/// GWA-06, GWA-07.
#[tokio::test]
async fn what_is_no_verdict_opens_nothing_and_is_not_kept() {
    let bad = r#"500 AuthorizerConfigurationException {"message":null}"#;
    let nested = {
        let mut answer = allow(&["*"]);
        answer["context"] = json!({ "a": { "b": 1 } });
        answer
    };
    for answer in [
        json!(null),
        json!({ "isAuthorized": true }),
        json!({ "policyDocument": allow(&["*"])["policyDocument"] }),
        json!({ "principalId": "x" }),
        json!({ "principalId": "x", "policyDocument": { "Statement": [] } }),
        nested,
        json!("x".repeat(1_000_000)),
    ] {
        let house = open(300, move |_| Ok(answer.clone()));
        for asked in 1..=2 {
            assert_eq!(house.get("/alpha", &[("authorization", "t")]).await, bad);
            assert_eq!(house.calls("judge"), asked);
        }
        assert_eq!(house.calls("hello"), 0);
    }
}

/// GWA-07.
#[tokio::test(start_paused = true)]
async fn a_function_that_fails_opens_nothing() {
    let failed = r#"500 AuthorizerFailureException {"message":null}"#;
    let with_judge = || with(rest(), token_authorizer(300), routes());
    for builder in [
        house().failing("judge", Failure::Crashed { reason: "exit".into() }),
        house().failing("judge", Failure::TooLarge),
        house().slow("judge", 60, 3),
        house().slow("judge", 60, 120),
        house(),
    ] {
        let house = builder.api(with_judge()).open();
        assert_eq!(house.get("/alpha", &[("authorization", "t")]).await, failed);
        assert_eq!(house.calls("hello"), 0);
    }
    let house = open(300, |_| Err(Thrown::new("Error", "unauthorized")));
    assert_eq!(house.get("/alpha", &[("authorization", "t")]).await, failed);
}

#[tokio::test]
async fn the_word_unauthorized_is_an_answer_and_is_not_kept() {
    let house = open(300, |_| Err(Thrown::new("Error", "Unauthorized")));
    for asked in 1..=2 {
        assert_eq!(house.get("/alpha", &[("authorization", "t")]).await, UNAUTHORIZED);
        assert_eq!(house.calls("judge"), asked);
    }
}

/// GWA-08, seen from a policy.
#[tokio::test]
async fn no_spelling_of_a_path_escapes_an_explicit_deny() {
    let house = open(300, |_| {
        let mut answer = allow(&["*"]);
        answer["policyDocument"]["Statement"].as_array_mut().unwrap().push(json!({
            "Action": "*", "Effect": "Deny",
            "Resource": [
                "arn:aws:execute-api:*:*:rest/prod/GET/admin/*",
                "arn:aws:execute-api:*:*:rest/prod/GET/users/a@b",
            ],
        }));
        Ok(answer)
    });
    let token = [("authorization", "t")];
    for path in [
        "/admin/x",
        "/%61dmin/x",
        "/admin/x/",
        "/admin/%78/",
        "//admin/x",
        "/admin/./x",
        "/./admin/x",
        "/admin%2Fx",
        "/admin%2fx",
        "/admin%5cx",
        "/x/../admin/x",
        "/x/%2e%2e/admin/x",
        "/admin/x;a",
        "/admin/x%2f",
        "/users/a@b",
        "/users/a%40b",
        "/users/%61@b/",
    ] {
        let answer = house.get(path, &token).await;
        assert!(answer.starts_with("403 "), "{path}: {answer}");
    }
    assert_eq!(house.calls("hello"), 0);
    // These are other paths, which this policy allows.
    for path in ["/ADMIN/x", "/admin;a/x", "/admin"] {
        assert_eq!(house.get(path, &token).await, "200 hello", "{path}");
    }
}

#[tokio::test]
async fn a_wildcard_in_the_path_does_not_widen_an_echoed_arn() {
    let house = open(300, |event| {
        let asked = event["methodArn"].as_str().unwrap();
        Ok(allow(&[asked]))
    });
    let token = [("authorization", "t")];
    assert_eq!(house.get("/users/*", &token).await, "200 hello");
    assert_eq!(house.get("/users/7", &token).await, DENIED);
    assert_eq!(house.get("/users/%2A", &token).await, "200 hello");
    assert_eq!(house.calls("judge"), 1);
}

/// GWA-14.
#[tokio::test]
async fn an_explicit_deny_is_told_apart() {
    let house = open(0, |_| {
        let mut answer = allow(&["*"]);
        answer["policyDocument"]["Statement"]
            .as_array_mut()
            .unwrap()
            .push(json!({ "Action": "execute-api:Invoke", "Effect": "Deny", "Resource": ALPHA }));
        Ok(answer)
    });
    let token = [("authorization", "t")];
    assert_eq!(
        house.get("/alpha", &token).await,
        r#"403 AccessDeniedException {"Message":"User is not authorized to access this resource with an explicit deny"}"#
    );
    assert_eq!(house.get("/beta", &token).await, "200 hello");
}

/// GWA-13.
#[tokio::test]
async fn without_a_ttl_every_request_is_asked_about() {
    let house = open(0, |_| Ok(allow(&["*"])));
    for asked in 1..=3 {
        house.get("/alpha", &[("authorization", "t")]).await;
        assert_eq!(house.calls("judge"), asked);
    }
}

#[tokio::test]
async fn many_at_once_are_one_question() {
    let house = open(300, |_| Ok(allow(&["*"])));
    let many = (0..50).map(|_| house.get("/alpha", &[("authorization", "t")]));
    for answer in futures::future::join_all(many).await {
        assert_eq!(answer, "200 hello");
    }
    assert_eq!(house.calls("judge"), 1);
}

/// GWA-10.
#[tokio::test]
async fn a_context_from_the_client_never_reaches_the_function() {
    let house = open(0, |_| Ok(allow(&["*"])));
    let headers = [("authorization", "t"), ("principalid", "admin"), ("text", "forged")];
    house.get("/alpha?principalId=admin&text=forged", &headers).await;
    let authorizer = house.last("hello")["requestContext"]["authorizer"].clone();
    assert_eq!(
        (&authorizer["principalId"], &authorizer["text"]),
        (&json!("user|ann"), &json!("x"))
    );
}

#[tokio::test]
async fn an_open_route_beside_it_stays_open() {
    let mut api = with(rest(), token_authorizer(300), routes());
    api.routes.push(route("GET /health"));
    let house = house().function("judge", |_| Ok(allow(&[]))).api(api).open();
    assert_eq!(house.get("/health", &[]).await, "200 hello");
    assert_eq!(house.calls("judge"), 0);
}
