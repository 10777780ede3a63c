//! The subject of the conformance suite, as one would write a function for Lambda in Rust.

use functions::{
    Thrown,
    conformance::{Order, subject},
};
use lambda_runtime::{Diagnostic, Error, LambdaEvent, run, service_fn};
use serde_json::Value;

async fn handler(event: LambdaEvent<Order>) -> Result<Value, Diagnostic> {
    if event.payload == Order::Crash {
        // The runtime makes an answer of a panic.
        std::process::abort();
    }
    subject(event.payload)
        .await
        .map_err(|Thrown { error_type, message }| Diagnostic { error_type, error_message: message })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
