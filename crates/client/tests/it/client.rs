//! What goes over the wire, and what becomes of the answer?

use crate::server::Server;
use http::{Method, StatusCode};
use poolhouse_client::{
    AccessToken, ApiKey, Client, Error, IdempotencyKey, Kind, Login, Name, NewUser, Password,
    Progress, Search, Secret, Status, TokenType, UserPatch, Version,
};
use serde_json::{Value, json};
use std::time::Duration;

const PROFILE: &str = r#"{"id":"d2f5a4c4-1051-70e1-b8d7-90a5c3c1f1aa","email":"ann@example.com",
    "createdAt":"2026-11-21T12:00:00Z","status":"pending","newer":1,
    "profile":{"profileData":{},"badges":[],"data":{"a":1}}}"#;

fn with_key(server: &Server) -> Client {
    Client::new(&server.address).unwrap().with_api_key(ApiKey::new("ph_server_secret"))
}

#[tokio::test]
async fn a_user_is_made_under_a_key_and_once() {
    let server = Server::answering(201, &[("etag", "\"v1\"")], PROFILE).await;
    let mut new = NewUser::new("ann@example.com", Password::new("Correct-Horse-7!"));
    new.handle = Some("ann".to_owned());
    let once = IdempotencyKey::new("k-1");
    let made = with_key(&server).create_user(&new, Some(&once)).await.unwrap();
    assert_eq!(made.value.status, Status::Pending);
    assert_eq!(made.version, Some(Version::new("\"v1\"")));
    let heard = server.heard();
    assert_eq!((heard.method, heard.target.as_str()), (Method::POST, "/v1/user"));
    assert_eq!(heard.headers["x-api-key"], "ph_server_secret");
    assert_eq!(heard.headers["idempotency-key"], "k-1");
    assert!(!heard.headers.contains_key("authorization"));
    let body: Value = serde_json::from_slice(&heard.body).unwrap();
    assert_eq!(
        body,
        json!({ "email": "ann@example.com", "password": "Correct-Horse-7!", "handle": "ann",
                "profile": { "profileData": {}, "data": {} } })
    );
}

#[tokio::test]
async fn a_change_names_the_version_it_was_made_of() {
    let body = r#"{"type":"urn:poolhouse:problem:stale-version","title":"Precondition Failed",
        "status":412,"detail":"It was changed."}"#;
    let headers = [("content-type", "application/problem+json")];
    let server = Server::answering(412, &headers, body).await;
    let patch = UserPatch { name: "Ann".to_owned().into(), ..UserPatch::default() };
    let version = Version::new("\"v1\"");
    let refused = with_key(&server).change_user("an/id", &patch, Some(&version)).await.unwrap_err();
    assert_eq!(refused.kind(), Some(Kind::StaleVersion));
    assert_eq!(refused.to_string(), "412 Precondition Failed: It was changed.");
    let heard = server.heard();
    assert_eq!((heard.method, heard.target.as_str()), (Method::PATCH, "/v1/user/an%2Fid"));
    assert_eq!(heard.headers["if-match"], "\"v1\"");
    assert_eq!(heard.headers["content-type"], "application/merge-patch+json");
}

#[tokio::test]
async fn a_problem_says_where_and_when_to_come_again() {
    let body = r#"{"type":"urn:poolhouse:problem:too-many-requests","title":"x","status":429,
        "detail":"Slowly.","errors":[{"pointer":"/code","detail":"too often"}]}"#;
    let headers = [("content-type", "application/problem+json"), ("retry-after", "7")];
    let server = Server::answering(429, &headers, body).await;
    let refused = with_key(&server).activate(&Secret::new("code")).await.unwrap_err();
    assert_eq!(refused.retry_after(), Some(Duration::from_secs(7)));
    let Error::Problem(problem) = refused else { panic!() };
    assert_eq!(
        (problem.kind, problem.errors[0].pointer.as_str()),
        (Kind::TooManyRequests, "/code")
    );
    // It needs no credential, so none is sent.
    assert!(!server.heard().headers.contains_key("x-api-key"));
}

#[tokio::test]
async fn a_problem_of_tomorrow_and_one_of_the_gateway_are_told_apart() {
    let headers = [("content-type", "application/problem+json")];
    let body = r#"{"type":"urn:poolhouse:problem:brand-new","status":409}"#;
    let server = Server::answering(409, &headers, body).await;
    let refused = with_key(&server).get_user("x").await.unwrap_err();
    assert_eq!(refused.kind(), Some(Kind::Other));

    let headers = [("content-type", "application/json")];
    let server = Server::answering(401, &headers, r#"{"message":"Unauthorized"}"#).await;
    let token = AccessToken::new("eyJ");
    let client = Client::new(&server.address).unwrap().with_token(token);
    let refused = client.get_me().await.unwrap_err();
    assert_eq!((refused.kind(), refused.status()), (None, Some(StatusCode::UNAUTHORIZED)));
    assert!(matches!(refused, Error::Gateway { message, .. } if message == "Unauthorized"));
    assert_eq!(server.heard().headers["authorization"], "Bearer eyJ");
}

#[tokio::test]
async fn a_sign_in_leads_to_tokens_or_to_a_question() {
    let tokens = r#"{"accessToken":"a","idToken":"i","refreshToken":"r","tokenType":"Bearer","expiresIn":3600}"#;
    let question =
        r#"{"challenge":"SOFTWARE_TOKEN_MFA","session":"s","parameters":{"USERNAME":"ann"}}"#;
    let login = Login {
        name: Name::Email("ann@example.com".to_owned()),
        password: Password::new("Correct-Horse-7!"),
        address: None,
    };
    let server = Server::answering(200, &[], tokens).await;
    let progress = with_key(&server).login(&login).await.unwrap();
    assert!(!format!("{progress:?}").contains("\"r\""), "tokens are not printed");
    let Progress::SignedIn(tokens) = progress else { panic!() };
    assert_eq!((tokens.access_token.reveal(), tokens.expires_in), ("a", 3600));

    let server = Server::answering(200, &[], question).await;
    let progress = with_key(&server).login(&login).await.unwrap();
    assert!(matches!(progress, Progress::Asked(asked) if asked.challenge == "SOFTWARE_TOKEN_MFA"));
}

#[tokio::test]
async fn a_token_is_not_in_the_address() {
    let server = Server::answering(200, &[], r#"{"active":false,"reason":"expired"}"#).await;
    let token = Secret::new("eyJ.secret.token");
    let verdict = with_key(&server).verify_token(TokenType::Access, &token).await.unwrap();
    assert!(!verdict.active);
    let heard = server.heard();
    assert_eq!(heard.target, "/v1/auth/token/access/verify");
    assert_eq!(heard.body, r#"{"token":"eyJ.secret.token"}"#);
}

#[tokio::test]
async fn a_listing_is_asked_for_in_the_query() {
    let server = Server::answering(200, &[], r#"{"items":[],"next":"c"}"#).await;
    let mut search = Search { status: Some(Status::Active), ..Search::default() };
    search.name = Some("A & B".to_owned());
    search.paging.limit = Some(5);
    let page = with_key(&server).list_users(&search).await.unwrap();
    assert_eq!(page.next.as_deref(), Some("c"));
    assert_eq!(server.heard().target, "/v1/user?status=active&name=A%20%26%20B&limit=5");
}

#[tokio::test]
async fn what_cannot_be_sent_is_not_sent() {
    let server = Server::answering(200, &[], PROFILE).await;
    let client = Client::new(&server.address).unwrap();
    assert!(matches!(client.get_user("x").await, Err(Error::NoCredential("an API key"))));
    let split = client.clone().with_api_key(ApiKey::new("a\r\nx-evil: 1"));
    assert!(matches!(split.get_user("x").await, Err(Error::Request(_))));
    let version = Version::new("\"\n\"");
    let refused = with_key(&server).delete_user("x", Some(&version)).await;
    assert!(matches!(refused, Err(Error::Request(_))));
    assert!(Client::new("http://api.example.com").is_err());
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_not_waited_for() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    let client = Client::new(&address).unwrap().with_timeout(Duration::from_millis(50));
    assert!(matches!(client.health().await, Err(Error::TimedOut)));
    drop(silent);
    let client = client.with_timeout(Duration::from_secs(5));
    assert!(matches!(client.health().await, Err(Error::Unreachable(_))));
}

#[tokio::test]
async fn an_answer_of_somebody_else_is_none() {
    let server = Server::answering(502, &[("content-type", "text/html")], "<h1>Bad gateway").await;
    let refused = with_key(&server).get_user("x").await.unwrap_err();
    assert!(matches!(refused, Error::Unexpected { status: StatusCode::BAD_GATEWAY }));
    let server = Server::answering(200, &[], "[]").await;
    assert!(matches!(with_key(&server).get_user("x").await, Err(Error::Unexpected { .. })));
}
