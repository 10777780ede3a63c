//! How is a function called that runs on AWS Lambda itself?

use async_trait::async_trait;
use aws_config::{BehaviorVersion, Region, retry::RetryConfig};
use aws_sdk_lambda::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::invoke::{InvokeError, InvokeOutput},
    primitives::Blob,
};
use bytes::Bytes;
use functions::{Call, Failure, Function, MAX_PAYLOAD, function_error};
use names::FunctionArn;
use tokio::sync::OnceCell;

/// A function on AWS Lambda, by its ARN. Credentials and endpoint (`AWS_ENDPOINT_URL_LAMBDA`) are where the AWS
/// tools take them, and are not looked for before the first call.
pub struct OnLambda {
    arn: FunctionArn,
    client: OnceCell<Client>,
}

impl OnLambda {
    /// The function of this ARN.
    pub fn new(arn: FunctionArn) -> Self {
        Self { arn, client: OnceCell::new() }
    }

    async fn client(&self) -> &Client {
        let region = self.arn.as_str().split(':').nth(3).unwrap_or_default().to_owned();
        let load = async || {
            let defaults = aws_config::defaults(BehaviorVersion::latest());
            // Who calls decides what is worth another try.
            let defaults =
                defaults.region(Region::new(region)).retry_config(RetryConfig::disabled());
            Client::new(&defaults.load().await)
        };
        self.client.get_or_init(load).await
    }
}

#[async_trait]
impl Function for OnLambda {
    async fn invoke(&self, call: Call) -> Result<Bytes, Failure> {
        if call.payload.len() > MAX_PAYLOAD {
            return Err(Failure::TooLarge);
        }
        let sent = async {
            let request = self.client().await.invoke().function_name(self.arn.as_str());
            request.payload(Blob::new(call.payload.to_vec())).send().await
        };
        match tokio::time::timeout(call.timeout, sent).await {
            Err(_) => Err(Failure::TimedOut),
            Ok(Ok(answer)) => answered(answer),
            Ok(Err(error)) => Err(failure(&error)),
        }
    }
}

fn answered(answer: InvokeOutput) -> Result<Bytes, Failure> {
    let has_failed = answer.function_error().is_some();
    let body = answer.payload.map(Blob::into_inner).unwrap_or_default();
    if has_failed { Err(function_error(&body)) } else { Ok(body.into()) }
}

/// What the service says of a call that did not reach the function.
fn failure(error: &SdkError<InvokeError>) -> Failure {
    let unreachable = |reason: &str| Failure::Unreachable { reason: reason.to_owned() };
    match (error, error.code()) {
        (SdkError::TimeoutError(_), _) => Failure::TimedOut,
        (_, Some("ResourceNotFoundException")) => Failure::NotFound,
        (_, Some("TooManyRequestsException")) => Failure::Throttled,
        (_, Some("RequestTooLargeException")) => Failure::TooLarge,
        (_, Some("AccessDeniedException")) => Failure::Denied,
        (_, Some(code)) => unreachable(code),
        (SdkError::ConstructionFailure(_), None) => unreachable("there are no credentials for it"),
        (_, None) => unreachable("AWS Lambda did not answer"),
    }
}
