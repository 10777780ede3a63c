//! A function before tokens, as one writes it for Cognito and Lambda with the public runtime.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let LambdaEvent { mut payload, context } = event;
    let function = &context.env_config.function_name;
    if let Some(payload) = payload.as_object_mut() {
        let details = json!({
            "idTokenGeneration": { "claimsToAddOrOverride": { "written_in": "Rust" } },
            "accessTokenGeneration": {
                "claimsToAddOrOverride": { "function": function },
                "scopesToAdd": ["pages/read"],
            },
        });
        let response = json!({ "claimsAndScopeOverrideDetails": details });
        payload.insert("response".to_owned(), response);
    }
    Ok(payload)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
