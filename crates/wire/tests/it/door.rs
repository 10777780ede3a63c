//! A door with a toy service behind it.

use bytes::Bytes;
use crypto::SeededRandom;
use expect_test::{Expect, expect};
use http::{Request, Response};
use jiff::Timestamp;
use serde_json::Value;
use std::{
    io::Write,
    sync::{Arc, Mutex},
};
use tracing_subscriber::fmt::MakeWriter;
use wire::{
    Access, Admission, Call, Door, Fault, NoOutput, Operation, Row, Service, Table,
    cognito_idp::{
        self, AddUserPoolClientSecret, AdminDeleteUser, AdminDisableUser,
        CreateManagedLoginBranding, GetUser, ListUserPools, SignUp, UserPoolDescriptionType,
    },
    sigv4::{self, AccessKey, Verifier},
};

/// A service whose errors are nothing of `wire`'s, as a pool's are.
struct Toy {
    region: &'static str,
}

enum Error {
    NoUser,
    Undeclared,
    Broken(std::io::Error),
}

impl Service for Toy {
    type Error = Error;

    fn fault(error: Error) -> Fault {
        match error {
            Error::NoUser => Fault::refusal("UserNotFoundException", "User does not exist."),
            Error::Undeclared => Fault::refusal("CodeMismatchException", "No."),
            Error::Broken(cause) => Fault::broken(cause),
        }
    }

    fn for_call(&self, call: &Call, _: &Value) -> Option<Self> {
        (call.region.as_ref()?.as_str() == "eu-west-1").then_some(Self { region: "Ireland" })
    }
}

impl Operation<Toy> for AdminDisableUser {
    const ACCESS: Access = Access::Iam;

    async fn run(_: &Toy, input: Self::Input) -> Result<Self::Output, Error> {
        match input.username.as_str() {
            "ann" => Ok(Self::Output::default()),
            "mismatch" => Err(Error::Undeclared),
            "broken" => Err(Error::Broken(std::io::Error::other("disk on fire"))),
            "panic" => panic!("a toy breaks"),
            _ => Err(Error::NoUser),
        }
    }
}

impl Operation<Toy> for AdminDeleteUser {
    const ACCESS: Access = Access::Iam;

    async fn run(_: &Toy, _: Self::Input) -> Result<Self::Output, Error> {
        tokio::task::yield_now().await;
        Ok(NoOutput)
    }
}

impl Operation<Toy> for ListUserPools {
    const ACCESS: Access = Access::Iam;

    async fn run(toy: &Toy, _: Self::Input) -> Result<Self::Output, Error> {
        let time = Timestamp::from_millisecond(1_746_576_000_123).unwrap();
        let pool = UserPoolDescriptionType {
            name: Some(toy.region.to_owned()),
            creation_date: Some(time.into()),
            ..Default::default()
        };
        Ok(Self::Output { user_pools: Some(vec![pool]), next_token: None })
    }
}

impl Operation<Toy> for SignUp {
    const ACCESS: Access = Access::Public;

    async fn run(_: &Toy, _: Self::Input) -> Result<Self::Output, Error> {
        Err(Error::NoUser)
    }
}

impl Operation<Toy> for GetUser {
    const ACCESS: Access = Access::AccessToken;

    async fn run(_: &Toy, _: Self::Input) -> Result<Self::Output, Error> {
        Err(Error::NoUser)
    }
}

impl Operation<Toy> for CreateManagedLoginBranding {
    const ACCESS: Access = Access::Public;
    const BODY_LIMIT: usize = 4 * wire::BODY_LIMIT;

    async fn run(_: &Toy, _: Self::Input) -> Result<Self::Output, Error> {
        Ok(Self::Output::default())
    }
}

impl Operation<Toy> for AddUserPoolClientSecret {
    const ACCESS: Access = Access::Iam;

    async fn run(_: &Toy, _: Self::Input) -> Result<Self::Output, Error> {
        Err(Error::Broken(std::io::Error::other("disk on fire")))
    }
}

fn door(admission: Admission) -> Door<Toy> {
    let rows = [
        Row::of::<AddUserPoolClientSecret>(),
        Row::of::<AdminDisableUser>(),
        Row::of::<AdminDeleteUser>(),
        Row::of::<ListUserPools>(),
        Row::of::<SignUp>(),
        Row::of::<GetUser>(),
        Row::of::<CreateManagedLoginBranding>(),
    ];
    Door::new(&cognito_idp::API, Table::new(rows), admission, Arc::new(SeededRandom::new(1)))
}

fn request(operation: &str, body: impl Into<Bytes>) -> Request<Bytes> {
    Request::post("http://localhost:9229/")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
        .body(body.into())
        .unwrap()
}

fn key() -> AccessKey {
    AccessKey::permanent("AKIDEXAMPLE", "not a secret")
}

fn signed(request: Request<Bytes>) -> Request<Bytes> {
    sigv4::sign(request, &key(), "us-east-1", "cognito-idp", now()).unwrap()
}

fn now() -> Timestamp {
    "2026-11-21T08:00:00Z".parse().unwrap()
}

async fn answer(request: Request<Bytes>) -> Response<Bytes> {
    door(Admission::AnyCredentials).answer(&Toy { region: "home" }, request).await
}

async fn line(request: Request<Bytes>) -> String {
    let response = answer(request).await;
    let body = std::str::from_utf8(response.body()).unwrap();
    format!("{} {body}", response.status().as_u16())
}

async fn shows(request: Request<Bytes>, expected: Expect) {
    expected.assert_eq(&line(request).await);
}

const ANN: &str = r#"{"UserPoolId":"eu-west-1_Ab1Cd2Ef3","Username":"ann","Unknown":[1,null]}"#;

fn user(name: &str) -> String {
    ANN.replace("ann", name)
}

#[tokio::test]
async fn an_output_without_members_is_an_empty_object() {
    shows(signed(request("AdminDisableUser", ANN)), expect!["200 {}"]).await;
}

#[tokio::test]
async fn no_output_shape_is_an_empty_body() {
    shows(signed(request("AdminDeleteUser", ANN)), expect!["200 "]).await;
}

#[tokio::test]
async fn times_are_seconds_and_absent_members_are_left_out() {
    let list = signed(request("ListUserPools", r#"{"MaxResults":1}"#));
    shows(list, expect![[r#"200 {"UserPools":[{"Name":"home","CreationDate":1746576000.123}]}"#]])
        .await;
}

#[tokio::test]
async fn a_call_finds_its_region_by_the_credential_scope() {
    let list = request("ListUserPools", r#"{"MaxResults":1}"#);
    let list = sigv4::sign(list, &key(), "eu-west-1", "cognito-idp", now()).unwrap();
    assert!(line(list).await.contains("Ireland"));
}

#[tokio::test]
async fn an_error_has_its_headers_and_its_body() {
    let mut request = signed(request("AdminDisableUser", user("bob")));
    request.headers_mut().insert("origin", "http://localhost:5173".parse().unwrap());
    let response = answer(request).await;
    let mut shown = format!("{}\n", response.status());
    for (name, value) in response.headers() {
        shown.push_str(&format!("{name}: {}\n", value.to_str().unwrap()));
    }
    shown.push_str(std::str::from_utf8(response.body()).unwrap());
    expect![[r#"
        400 Bad Request
        x-amzn-errortype: UserNotFoundException:
        x-amzn-errormessage: User does not exist.
        content-type: application/x-amz-json-1.1
        x-amzn-requestid: 78382582-2a6f-4e62-9a21-90e828e4c9d2
        access-control-allow-origin: *
        access-control-expose-headers: x-amzn-RequestId, x-amzn-ErrorType, x-amzn-ErrorMessage, Date
        {"__type":"UserNotFoundException","message":"User does not exist."}"#]]
    .assert_eq(&shown);
}

#[tokio::test]
async fn a_message_that_does_not_fit_a_header_is_only_in_the_body() {
    let pool = r#"{"UserPoolId":"José\n","Username":"ann"}"#;
    let response = answer(signed(request("AdminDisableUser", pool))).await;
    assert!(response.headers().get("x-amzn-errormessage").is_none());
    assert_eq!(response.headers()["x-amzn-errortype"], "InvalidParameterException:");
    assert!(std::str::from_utf8(response.body()).unwrap().contains("Value 'José\\n' at"));
}

#[tokio::test]
async fn breakages_panics_and_undeclared_errors_tell_the_client_nothing() {
    for name in ["broken", "panic", "mismatch"] {
        let line = line(signed(request("AdminDisableUser", user(name)))).await;
        let expected =
            r#"500 {"__type":"InternalErrorException","message":"Something went wrong"}"#;
        assert_eq!(line, expected, "{name}");
    }
}

#[tokio::test]
async fn a_breakage_has_the_name_the_operation_declares() {
    let input = r#"{"UserPoolId":"eu-west-1_Ab1Cd2Ef3","ClientId":"abc"}"#;
    let line = line(signed(request("AddUserPoolClientSecret", input))).await;
    assert!(line.starts_with(r#"500 {"__type":"InternalServerException""#), "{line}");
}

#[tokio::test]
async fn the_log_names_operation_outcome_and_request_and_nothing_of_the_caller() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(log.clone())
            .finish(),
    );
    let sign_up = r#"{"ClientId":"theclientid","Username":"ann","Password":"Correct-Horse7!"}"#;
    let mut request_of_ann = request("SignUp", sign_up);
    request_of_ann.headers_mut().insert("user-agent", "agent-of-ann".parse().unwrap());
    let response = answer(request_of_ann).await;
    answer(signed(request("AdminDisableUser", user("broken")))).await;
    answer(request("GetUser", r#"{"AccessToken":"not a token"}"#)).await;
    answer(request("Make\u{9}Coffee", "{}")).await;

    let log = log.text();
    for secret in ["theclientid", "ann", "Correct", "not a token", "Coffee", "eu-west-1_Ab1Cd2Ef3"]
    {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
    let id = response.headers()["x-amzn-requestid"].to_str().unwrap();
    for shown in [id, "SignUp", "UserNotFoundException", "disk on fire", "GetUser"] {
        assert!(log.contains(shown), "{shown}: {log}");
    }
}

/// A log that is kept.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn unsigned_calls_to_signed_operations_are_refused_before_anything_is_read() {
    for body in [ANN, "{", ""] {
        let line = line(request("AdminDisableUser", body)).await;
        assert_eq!(
            line,
            "400 {\"__type\":\"MissingAuthenticationTokenException\",\
             \"message\":\"Missing Authentication Token\"}"
        );
    }
}

#[tokio::test]
async fn public_operations_ignore_an_authorization_header() {
    for value in ["", "Bearer x", "AWS4-HMAC-SHA256 nonsense"] {
        let mut request = request("SignUp", "{}");
        request.headers_mut().insert("authorization", value.parse().unwrap());
        assert!(line(request).await.contains("validation errors detected"), "{value}");
    }
}

#[tokio::test]
async fn constraints_come_before_the_operation() {
    shows(request("GetUser", "{}"), expect![[r#"400 {"__type":"InvalidParameterException","message":"1 validation error detected: Value null at 'accessToken' failed to satisfy constraint: Member must not be null"}"#]]).await;
    shows(request("GetUser", r#"{"AccessToken":null}"#), expect![[r#"400 {"__type":"InvalidParameterException","message":"1 validation error detected: Value null at 'accessToken' failed to satisfy constraint: Member must not be null"}"#]]).await;
}

#[tokio::test]
async fn a_newtype_stricter_than_its_model_refuses_politely() {
    let token = "a".repeat(70_000);
    shows(request("GetUser", format!(r#"{{"AccessToken":"{token}"}}"#)), expect![[r#"400 {"__type":"InvalidParameterException","message":"A member of the request has a value that is not accepted."}"#]]).await;
}

#[tokio::test]
async fn malformed_bodies_are_serialization_exceptions() {
    let deep = format!(r#"{{"a":{}1{}}}"#, "[".repeat(100), "]".repeat(100));
    for (body, message) in [
        (&b"{"[..], "The request body is not valid JSON."),
        (b"\xff\xfe", "The request body is not valid JSON."),
        (b"[]", "Unexpected value type in payload"),
        (br#"{"AccessToken":1}"#, "NUMBER_VALUE cannot be converted to String"),
        (br#"{"AccessToken":true}"#, "TRUE_VALUE cannot be converted to String"),
        (br#"{"AccessToken":[]}"#, "Start of list found where not expected."),
        (br#"{"AccessToken":{}}"#, "Start of structure or map found where not expected."),
        (deep.as_bytes(), "The request is nested too deeply."),
    ] {
        let line = line(request("GetUser", body.to_vec())).await;
        let expected =
            format!(r#"400 {{"__type":"SerializationException","message":"{message}"}}"#);
        assert_eq!(line, expected);
    }
}

#[tokio::test]
async fn bodies_have_a_largest_size_and_an_operation_may_raise_it() {
    let large = format!(r#"{{"x":"{}"}}"#, "x".repeat(wire::BODY_LIMIT));
    shows(request("GetUser", large.clone()), expect![[r#"413 {"__type":"RequestEntityTooLargeException","message":"The request body has more than 1048576 bytes."}"#]]).await;
    assert!(line(request("CreateManagedLoginBranding", large)).await.contains("userPoolId"));
    assert_eq!(door(Admission::AnyCredentials).body_limit(), 4 * wire::BODY_LIMIT);
}

#[tokio::test]
async fn unknown_operations_are_told_apart_from_absent_ones() {
    shows(
        request("MakeCoffee", "{}"),
        expect![[
            r#"400 {"__type":"UnknownOperationException","message":"There is no such operation."}"#
        ]],
    )
    .await;
    shows(request("CreateUserPool", "{}"), expect![[r#"400 {"__type":"UnknownOperationException","message":"CreateUserPool is not available here yet."}"#]]).await;
    for (name, value) in [
        ("x-amz-target", "AWSCognitoIdentityService.GetId"),
        ("x-amz-target", "GetUser"),
        ("content-type", "application/json"),
        ("content-type", "text/plain"),
    ] {
        let mut request = request("GetUser", "{}");
        request.headers_mut().insert(name, value.parse().unwrap());
        assert!(line(request).await.starts_with(r#"400 {"__type":"UnknownOperationException""#));
    }
    let mut twice = request("GetUser", "{}");
    twice.headers_mut().append("x-amz-target", "x.y".parse().unwrap());
    assert!(line(twice).await.contains("UnknownOperationException"));
    let mut get = request("GetUser", "{}");
    *get.method_mut() = http::Method::GET;
    assert!(line(get).await.contains("UnknownOperationException"));
}

#[tokio::test]
async fn a_content_type_may_name_a_charset() {
    let mut request = request("GetUser", "{}");
    let value = "application/x-amz-json-1.1; charset=UTF-8".parse().unwrap();
    request.headers_mut().insert("content-type", value);
    assert!(line(request).await.contains("InvalidParameterException"));
}

#[tokio::test]
async fn a_browser_asks_first_and_is_welcome() {
    let mut request = request("GetUser", "");
    *request.method_mut() = http::Method::OPTIONS;
    let response = answer(request).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
    let allowed = response.headers()["access-control-allow-headers"].to_str().unwrap();
    for name in ["x-amz-target", "content-type", "x-amz-user-agent", "authorization"] {
        assert!(allowed.contains(name), "{name}");
    }
}

#[tokio::test]
async fn a_door_knows_its_own_requests() {
    let door = door(Admission::AnyCredentials);
    let mut request = request("GetUser", "");
    assert!(door.is_for(request.headers()));
    let other = "AWSCognitoIdentityService.GetId".parse().unwrap();
    request.headers_mut().insert("x-amz-target", other);
    assert!(!door.is_for(request.headers()));
}

#[tokio::test]
async fn each_signed_operation_refuses_a_caller_without_a_valid_signature() {
    let verifier = Verifier::new(Arc::new(vec![key()]), Arc::new(now));
    let door = door(Admission::Signed(verifier));
    let toy = Toy { region: "home" };
    for row in door.table().rows() {
        let unsigned = door.answer(&toy, request(row.name(), "{}")).await;
        let stranger = AccessKey::permanent("AKIDEXAMPLE", "a guess");
        let forged = request(row.name(), "{}");
        let forged = sigv4::sign(forged, &stranger, "us-east-1", "cognito-idp", now()).unwrap();
        let forged = door.answer(&toy, forged).await;
        let signed = door.answer(&toy, signed(request(row.name(), "{}"))).await;
        let code = |response: &Response<Bytes>| {
            response.headers()["x-amzn-errortype"].to_str().unwrap().to_owned()
        };
        let expected = match row.access() {
            Access::Iam => ["MissingAuthenticationTokenException:", "InvalidSignatureException:"],
            _ => ["InvalidParameterException:"; 2],
        };
        assert_eq!([code(&unsigned), code(&forged)], expected, "{}", row.name());
        assert_eq!(code(&signed), "InvalidParameterException:", "{}", row.name());
    }
}

#[tokio::test]
async fn what_could_not_be_read_is_refused_in_the_same_words() {
    let fault = Fault::refusal("RequestTimeoutException", "Too slow.").with_status(408);
    let response = door(Admission::AnyCredentials).refuse(&fault);
    assert_eq!(response.status(), 408);
    assert_eq!(response.headers()["x-amzn-errortype"], "RequestTimeoutException:");
    assert_eq!(response.headers()["x-amzn-errormessage"], "Too slow.");
    assert_eq!(response.headers()["content-type"], "application/x-amz-json-1.1");
    assert!(response.headers().contains_key("x-amzn-requestid"));
}
