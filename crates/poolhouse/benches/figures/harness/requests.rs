//! What do clients send? Requests as bytes, made before anything is measured.

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::{fs, net::SocketAddr, path::Path};
use wire::sigv4::{self, AccessKey};

/// A GET, with a bearer token or without.
pub fn get(at: SocketAddr, path: &str, bearer: Option<&str>) -> Vec<u8> {
    let token = bearer.map(|token| format!("authorization: Bearer {token}\r\n"));
    let token = token.unwrap_or_default();
    format!("GET {path} HTTP/1.1\r\nhost: {at}\r\n{token}\r\n").into_bytes()
}

/// A GET of a browser with these cookies.
pub fn visit(at: SocketAddr, path: &str, cookies: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: {at}\r\ncookie: {cookies}\r\n\r\n").into_bytes()
}

/// A form, with a line of the head that says who sends it: a cookie, or the secret of a client.
pub fn form(at: SocketAddr, path: &str, who: &str, pairs: &[(&str, &str)]) -> Vec<u8> {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs = pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    let body = pairs.collect::<Vec<_>>().join("&");
    let length = body.len();
    let head = format!("POST {path} HTTP/1.1\r\nhost: {at}\r\n{who}content-length: {length}\r\n");
    let kind = "content-type: application/x-www-form-urlencoded";
    format!("{head}{kind}\r\n\r\n{body}").into_bytes()
}

/// A call of an operation that needs no signature.
pub fn call(at: SocketAddr, operation: &str, input: &Value) -> Vec<u8> {
    bytes(&request(at, operation, input))
}

/// A call of an operation, signed as the administrator whose access key the server has.
pub fn signed_call(at: SocketAddr, operation: &str, input: &Value, key: &AccessKey) -> Vec<u8> {
    let request = request(at, operation, input);
    bytes(&sigv4::sign(request, key, "eu-west-1", "cognito-idp", Timestamp::now()).unwrap())
}

/// The access key that a server has written for its administrator.
pub fn access_key(file: &Path) -> AccessKey {
    let written: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let text = |name: &str| written.get(name).and_then(Value::as_str).unwrap();
    AccessKey::permanent(text("accessKeyId"), text("secretAccessKey"))
}

fn request(at: SocketAddr, operation: &str, input: &Value) -> Request<Bytes> {
    Request::post("/")
        .header("host", at.to_string())
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
        .body(input.to_string().into())
        .unwrap()
}

fn bytes(request: &Request<Bytes>) -> Vec<u8> {
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method(), request.uri());
    for (name, value) in request.headers() {
        head += &format!("{name}: {}\r\n", value.to_str().unwrap());
    }
    head += &format!("content-length: {}\r\n\r\n", request.body().len());
    [head.as_bytes(), request.body()].concat()
}
