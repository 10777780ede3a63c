//! What do events look like?

use serde_json::{Value, json};

/// The pool of all events.
pub const POOL: &str = "eu-west-1_Ab1Cd2Ef3";
/// The client of all events.
pub const CLIENT: &str = "57cbishk4j24pabc1234567890";
/// The user of all events.
pub const SUB: &str = "c6a1f1b2-0001-70e1-b8d7-90a5c3c1f1aa";

/// An event as a pool sends it.
#[must_use]
pub fn trigger(version: &str, source: &str, request: Value, response: Value) -> Value {
    json!({
        "version": version,
        "triggerSource": source,
        "region": "eu-west-1",
        "userPoolId": POOL,
        "userName": SUB,
        "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": CLIENT },
        "request": request,
        "response": response,
    })
}
