//! How are services of AWS called that carry messages?

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_lambda::error::{ProvideErrorMetadata, SdkError};
use pool::Undelivered;
use std::{collections::HashMap, time::Duration};
use tokio::sync::Mutex;

/// How often a call is tried, and how long each try and all of them may take. Somebody waits.
const TRIES: u32 = 3;
const STEP: Duration = Duration::from_secs(4);
const ALL: Duration = Duration::from_secs(10);

/// A client of a service in each region that was asked for.
pub struct Regions<C> {
    make: fn(&SdkConfig) -> C,
    /// Under none: the region of the environment.
    made: Mutex<HashMap<Option<String>, C>>,
}

impl<C: Clone> Regions<C> {
    /// Clients that are made when they are needed.
    pub fn new(make: fn(&SdkConfig) -> C) -> Self {
        Self { make, made: Mutex::default() }
    }

    /// The client of a region.
    pub async fn of(&self, region: Option<&str>) -> C {
        let region = region.filter(|region| !region.is_empty()).map(str::to_owned);
        let mut made = self.made.lock().await;
        if let Some(client) = made.get(&region) {
            return client.clone();
        }
        let timeouts =
            TimeoutConfig::builder().operation_attempt_timeout(STEP).operation_timeout(ALL);
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .retry_config(RetryConfig::standard().with_max_attempts(TRIES))
            .timeout_config(timeouts.build());
        if let Some(region) = &region {
            loader = loader.region(Region::new(region.clone()));
        }
        let client = (self.make)(&loader.load().await);
        made.insert(region, client.clone());
        client
    }
}

/// Whether a service says that whoever called has no right to that.
pub fn is_denied<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    matches!(error.code(), Some("AccessDenied" | "AccessDeniedException" | "AuthorizationError"))
}

/// What a service says of a message that it did not take. Only its own words: an error of the SDK may hold the
/// message itself.
pub fn said<E: ProvideErrorMetadata, R>(service: &str, error: &SdkError<E, R>) -> Undelivered {
    let reason = match (error, error.code()) {
        (_, Some(code)) => format!("{code}: {}", error.message().unwrap_or_default()),
        (SdkError::TimeoutError(_), None) => "it did not answer in time".to_owned(),
        (SdkError::ConstructionFailure(_), None) => "there are no credentials for it".to_owned(),
        (_, None) => "it was not reached".to_owned(),
    };
    Undelivered::new(format!("{service}: {reason}"))
}
