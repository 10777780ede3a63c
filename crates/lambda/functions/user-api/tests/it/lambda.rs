//! The binary on a Runtime API, with a DynamoDB, a Poolhouse as its Cognito, and what stands in for the rest.

use lambda_testing::{Answer, Asked, Dynamo, Lambda, POOL, SUB, Service, Start};
use serde_json::{Value, json};
use testkit::House;

const TOPIC: &str = "arn:aws:sns:eu-west-1:000000000000:user-events";
const KEY: &str = "ph_server_0123456789abcdef0123456789abcdef0123456789abcdef";
const MAIL: &str = "ann@example.com";

/// Everything that the function reaches.
struct World {
    house: House,
    dynamo: Dynamo,
    pool: Service,
    rest: Service,
    api: Lambda,
}

fn start() -> Start {
    Start::new(env!("CARGO_BIN_EXE_user-api"))
}

/// Secrets Manager, SES and SNS in one.
fn rest(asked: &Asked) -> Answer {
    if asked.operation() == "GetSecretValue" {
        let (_, secret) = KEY.rsplit_once('_').unwrap();
        let keys = json!({ "id": "server", "name": "server", "scope": "write", "secret": secret });
        return Answer::json(&json!({ "SecretString": keys.to_string(), "CreatedDate": 0.0 }));
    }
    if asked.path.starts_with("/v2/email") {
        return Answer::json(&json!({ "MessageId": "1" }));
    }
    Answer {
        status: 200,
        headers: vec![("content-type", "text/xml".to_owned())],
        body: "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>"
            .to_owned(),
    }
}

impl World {
    async fn new() -> Self {
        let house = House::with(json!({ "UsernameAttributes": ["email"] }), json!({})).await;
        let dynamo = Dynamo::new().await;
        let pool = {
            let house = house.clone();
            Service::later(move |asked| {
                let house = house.clone();
                async move {
                    let answer = house.call(asked.operation(), asked.json()).await;
                    Answer::of(answer.status.as_u16(), &answer.body)
                }
            })
            .await
        };
        let rest = Service::new(rest).await;
        let api = settings(&house.pool, &house.client)
            .with("PROFILE_TABLE", &dynamo.table)
            .given("AWS_ENDPOINT_URL_DYNAMODB", &dynamo.url)
            .given("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", &pool.url)
            .given("AWS_ENDPOINT_URL", &rest.url)
            .run();
        Self { house, dynamo, pool, rest, api }
    }

    async fn ask(&self, event: &Value) -> (u64, Value) {
        let answer = self.api.call(event).await.unwrap();
        let body = answer["body"].as_str().unwrap();
        let body = serde_json::from_str(body).unwrap_or_else(|_| body.into());
        (answer["statusCode"].as_u64().unwrap(), body)
    }

    async fn create(&self) -> (u64, Value) {
        let body = json!({ "email": MAIL, "password": "Correct-Horse7!", "handle": "ann" });
        self.ask(&v1("POST", "/user", "/user", Some(body))).await
    }

    /// The user of the pool, if there is one.
    async fn user(&self) -> Option<Value> {
        let input = json!({ "UserPoolId": self.house.pool, "Username": MAIL });
        let answer = self.house.call("AdminGetUser", input).await;
        (answer.status == 200).then_some(answer.body)
    }
}

fn settings(pool: &str, client: &str) -> Start {
    start()
        .with("USER_POOL_ID", pool)
        .with("CLIENT_ID", client)
        .with("ISSUER", format!("http://127.0.0.1:9229/{pool}"))
        .with("API_KEYS_SECRET", "keys")
        .with("ASSETS_BUCKET", "pictures")
        .with("USER_EVENTS_TOPIC", TOPIC)
        .with("MAIL_FROM", "no-reply@example.com")
        .with("BRAND_NAME", "Orchard")
}

/// A request as a REST API tells it, of a server with its key.
fn v1(method: &str, resource: &str, path: &str, body: Option<Value>) -> Value {
    json!({
        "resource": resource, "path": path, "httpMethod": method,
        "headers": null, "multiValueHeaders": {
            "x-api-key": [KEY], "Content-Type": ["application/json"],
        },
        "queryStringParameters": null, "multiValueQueryStringParameters": null,
        "pathParameters": null, "stageVariables": null,
        "requestContext": {
            "accountId": "000000000000", "apiId": "abcdefghij", "httpMethod": method,
            "domainName": "abcdefghij.execute-api.eu-west-1.amazonaws.com",
            "identity": { "sourceIp": "192.0.2.1" }, "path": format!("/v1{path}"), "requestId": "1",
            "resourcePath": resource, "stage": "v1",
        },
        "body": body.map(|body| body.to_string()), "isBase64Encoded": false,
    })
}

/// The same of an HTTP API.
fn v2(method: &str, route: &str, path: &str) -> Value {
    let (route, path) = (format!("{method} {route}"), format!("/live{path}"));
    json!({
        "version": "2.0", "routeKey": route, "rawPath": path, "rawQueryString": "",
        "headers": { "x-api-key": KEY },
        "requestContext": {
            "accountId": "000000000000", "apiId": "abcdefghij", "requestId": "1", "routeKey": route,
            "domainName": "api.example.com", "stage": "live",
            "http": {
                "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1",
            },
        },
        "isBase64Encoded": false,
    })
}

fn status_event(id: &str, status: &str) -> Value {
    let path = format!("/user/{id}/status/{status}");
    v1("PATCH", "/user/{proxy+}", &path, None)
}

#[tokio::test]
async fn somebody_is_made_written_to_activated_and_found_by_both_kinds_of_api() {
    let world = World::new().await;
    let (status, profile) = world.create().await;
    assert_eq!((status, &profile["status"]), (201, &json!("pending")), "{profile}");
    let id = profile["id"].as_str().unwrap();
    let user = world.user().await.unwrap();
    assert_eq!((&user["Enabled"], &user["UserStatus"]), (&json!(false), &json!("CONFIRMED")));

    // The letter leads to where the gateway says that this API is.
    let asked = world.rest.asked();
    let letter = asked.iter().find(|asked| asked.path.starts_with("/v2/email")).unwrap();
    let letter = String::from_utf8(letter.body.to_vec()).unwrap();
    let link = "https://abcdefghij.execute-api.eu-west-1.amazonaws.com/v1/user/activate/";
    let code = letter.split(link).nth(1).unwrap();
    let code: String = code
        .chars()
        .take_while(|letter| letter.is_ascii_alphanumeric() || "-_".contains(*letter))
        .collect();
    let activate = format!("/user/activate/{code}");
    let (status, page) = world.ask(&v1("GET", "/user/{proxy+}", &activate, None)).await;
    assert_eq!(status, 200, "{page}");
    assert_eq!(world.user().await.unwrap()["Enabled"], false);
    let mut event = v1("POST", "/user/{proxy+}", &activate, None);
    event["multiValueHeaders"] = json!({ "Content-Type": ["application/x-www-form-urlencoded"] });
    let (status, page) = world.ask(&event).await;
    assert_eq!(status, 200, "{page}");
    assert_eq!(world.user().await.unwrap()["Enabled"], true);

    for event in [
        v1("GET", "/user/{proxy+}", &format!("/user/{id}"), None),
        v2("GET", "/user/{proxy+}", &format!("/user/{id}")),
        v2("GET", "/user/{proxy+}", "/user/handle/ann"),
    ] {
        let (status, profile) = world.ask(&event).await;
        assert_eq!((status, &profile["status"]), (200, &json!("active")), "{profile}");
    }
    let published = world.rest.asked().iter().filter(|asked| asked.path == "/").count();
    assert!(published >= 2, "events are told");
    // Nothing of it is in the log.
    let lines = format!("{:?}", world.api.lines());
    assert!(!lines.contains(&code) && !lines.contains("Correct-Horse7!"), "{lines}");
}

#[tokio::test]
async fn who_is_suspended_is_kept_out_of_the_pool_and_let_in_again() {
    let world = World::new().await;
    let (_, profile) = world.create().await;
    let id = profile["id"].as_str().unwrap().to_owned();
    for (status, is_enabled) in [("active", true), ("suspended", false), ("active", true)] {
        let (answer, profile) = world.ask(&status_event(&id, status)).await;
        assert_eq!((answer, &profile["status"]), (200, &json!(status)), "{profile}");
        assert_eq!(world.user().await.unwrap()["Enabled"], is_enabled);
    }
    assert_eq!(world.ask(&status_event(&id, "happy")).await.0, 400);
}

#[tokio::test]
async fn the_second_of_one_address_is_refused_and_leaves_nothing() {
    let world = World::new().await;
    assert_eq!(world.create().await.0, 201);
    let (status, problem) = world.create().await;
    assert_eq!((status, &problem["type"]), (409, &json!("urn:poolhouse:problem:taken")));
    let mended = world.api.call(&json!({ "sweep": {} })).await.unwrap();
    assert_eq!(mended["mended"], 0);
}

/// The whole walk, step by step, as `poolhouse reconcile` takes it: what was found, and how many users of the pool
/// were looked at.
async fn walk(world: &World, fix: bool) -> (Vec<Value>, u64) {
    let (mut found, mut members, mut after) = (Vec::new(), 0, Value::Null);
    for _ in 0..20 {
        let event = json!({ "reconcile": { "fix": fix, "after": after } });
        let step = world.api.call(&event).await.unwrap();
        found.extend(step["found"].as_array().unwrap().clone());
        members += step["members"].as_u64().unwrap();
        after = step["next"].clone();
        if after.is_null() {
            return (found, members);
        }
    }
    panic!("the walk has no end");
}

#[tokio::test]
async fn what_an_administrator_changed_is_found_and_mended() {
    let world = World::new().await;
    let id = "c6a1f1b2-0001-70e1-b8d7-90a5c3c1f1aa";
    world
        .dynamo
        .put(json!({
            "id": id, "createdAt": "2026-11-21T08:00:00Z", "status": "active", "email": MAIL,
        }))
        .await;
    let found = [json!({ "kind": "no-account", "id": id })];
    assert_eq!(walk(&world, false).await.0, found);
    assert_eq!(world.dynamo.profile(id).await.unwrap().document.status.as_str(), "active");
    assert_eq!(walk(&world, true).await.0, found);
    assert_eq!(world.dynamo.profile(id).await.unwrap().document.status.as_str(), "closed");
    assert!(walk(&world, false).await.0.is_empty());
    for after in ["x", "profiles/x", "members/x"] {
        let event = json!({ "reconcile": { "after": after } });
        let thrown = world.api.thrown(&event).await;
        assert_eq!(thrown, "Problem: invalid-request", "{after}");
    }
}

#[tokio::test]
async fn users_of_the_pool_without_a_profile_are_found_and_get_one() {
    let world = World::new().await;
    // More than a page of them, made long ago: the pool's clock is that of the test, the function's is not.
    let mut subs = Vec::new();
    for number in 0..30 {
        let email = format!("user{number}@example.com");
        let person = world.house.user_with(&email, json!({ "email": email })).await;
        subs.push(person.sub);
    }
    let input = json!({ "UserPoolId": world.house.pool, "Username": "user7@example.com" });
    world.house.call("AdminDisableUser", input).await.ok();
    // Who has not shown who they are has no profile yet.
    world.house.sign_up("new@example.com", json!({ "email": "new@example.com" })).await.ok();

    let (mut found, members) = walk(&world, false).await;
    let mut expected: Vec<Value> =
        subs.iter().map(|sub| json!({ "kind": "no-profile", "id": sub })).collect();
    found.sort_by_key(ToString::to_string);
    expected.sort_by_key(ToString::to_string);
    assert_eq!((members, &found), (31, &expected));
    // Looking changes nothing.
    assert!(world.dynamo.profile(&subs[0]).await.is_none());

    assert_eq!(walk(&world, true).await.0.len(), 30);
    assert!(walk(&world, false).await.0.is_empty());
    for (number, sub) in subs.iter().enumerate() {
        let document = world.dynamo.profile(sub).await.unwrap().document;
        let status = if number == 7 { "suspended" } else { "active" };
        assert_eq!(document.status.as_str(), status);
        let email = document.email.unwrap();
        assert_eq!(email.as_str(), format!("user{number}@example.com"));
    }
    let input = json!({ "UserPoolId": world.house.pool, "Username": "user7@example.com" });
    assert_eq!(world.house.call("AdminGetUser", input).await.ok()["Enabled"], false);
}

#[tokio::test]
async fn a_key_that_is_none_opens_nothing_and_health_needs_none() {
    let world = World::new().await;
    let mut event = v1("GET", "/user/{proxy+}", &format!("/user/{SUB}"), None);
    event["multiValueHeaders"] = json!({ "x-api-key": ["ph_server_0"] });
    assert_eq!(world.ask(&event).await.0, 401);
    event["multiValueHeaders"] = json!(null);
    assert_eq!(world.ask(&event).await.0, 401);
    assert_eq!(world.ask(&v1("GET", "/health", "/health", None)).await.0, 200);
    assert!(world.pool.asked().is_empty());
}

#[test]
fn bad_settings_are_one_line_and_no_start() {
    assert!(start().refused().contains("PROFILE_TABLE is missing"));
    let all = || settings(POOL, "57cbishk4j24pabc1234567890").with("PROFILE_TABLE", "p");
    for (variable, value, problem) in [
        ("USER_POOL_ID", "?", "USER_POOL_ID is no id of a user pool"),
        ("CLIENT_ID", "?", "CLIENT_ID is no id of a client"),
        ("ISSUER", "ftp://x", "ISSUER is no https address without a query"),
        ("ISSUER", "", "ISSUER is missing"),
        ("API_KEYS_SECRET", "", "API_KEYS_SECRET is missing"),
        ("ASSETS_BUCKET", "", "ASSETS_BUCKET is missing"),
        ("USER_EVENTS_TOPIC", "topic", "USER_EVENTS_TOPIC is no ARN"),
        ("MAIL_FROM", "", "MAIL_FROM is missing"),
    ] {
        let refused = all().with(variable, value).refused();
        assert!(refused.contains(problem), "{refused}");
    }
}
