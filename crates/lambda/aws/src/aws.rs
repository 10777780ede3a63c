//! Who are we to AWS, and where is it?
//!
//! Lambda puts region and credentials into the environment of the process, and replaces both together with
//! the process. So this is all that is read: the chain of files, roles and metadata services that a server
//! would go through is code that a function never runs.

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_types::{
    SdkConfig,
    region::Region,
    sdk_config::{SharedCredentialsProvider, TimeoutConfig},
};
use lambda::Problem;
use std::{env, time::Duration};

/// Looks up a variable of an environment.
type Find = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Region, credentials and how long to wait: what every client is made with.
pub struct Aws {
    config: SdkConfig,
    find: Find,
}

/// How long to wait for a service.
#[derive(Debug, Clone, Copy)]
struct Patience {
    /// How long one try may take.
    one_try: Duration,
    /// How long all of them may.
    all_tries: Duration,
}

impl Patience {
    /// A trigger has five seconds, and whoever calls may give up earlier.
    const TRIGGER: Self =
        Self { one_try: Duration::from_millis(1500), all_tries: Duration::from_millis(4000) };
    /// API Gateway waits for 29 seconds, and many who want the same at once wait for each other.
    const API: Self = Self { one_try: Duration::from_secs(4), all_tries: Duration::from_secs(8) };

    fn timeouts(self) -> TimeoutConfig {
        TimeoutConfig::builder()
            .operation_attempt_timeout(self.one_try)
            .operation_timeout(self.all_tries)
            .build()
    }
}

impl Aws {
    /// As this process's environment says.
    ///
    /// # Errors
    /// [`Problem`] for what Lambda would have set.
    pub fn of_this_process() -> Result<Self, Problem> {
        Self::of(|variable| env::var(variable).ok())
    }

    /// As these variables say.
    ///
    /// # Errors
    /// [`Problem`] for what Lambda would have set.
    pub fn of(
        find: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Result<Self, Problem> {
        let require = |variable: &str| find(variable).ok_or_else(|| Problem::missing(variable));
        let mut credentials = Credentials::builder()
            .access_key_id(require("AWS_ACCESS_KEY_ID")?)
            .secret_access_key(require("AWS_SECRET_ACCESS_KEY")?)
            .provider_name("environment");
        credentials.set_session_token(find("AWS_SESSION_TOKEN").filter(|token| !token.is_empty()));
        let region = find("AWS_REGION").or_else(|| find("AWS_DEFAULT_REGION"));
        let region = region.ok_or_else(|| Problem::missing("AWS_REGION"))?;
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(SharedCredentialsProvider::new(credentials.build()))
            .region(Region::new(region))
            .timeout_config(Patience::TRIGGER.timeouts())
            .build();
        Ok(Self { config, find: Box::new(find) })
    }

    /// The same for a function behind an API, which has more time than a trigger.
    #[must_use]
    pub fn behind_an_api(self) -> Self {
        let timeouts = Patience::API.timeouts();
        Self { config: self.config.into_builder().timeout_config(timeouts).build(), ..self }
    }

    /// Where a service is, if it is not where AWS has it: `AWS_ENDPOINT_URL_DYNAMODB` and its like, else
    /// `AWS_ENDPOINT_URL`.
    pub(crate) fn endpoint(&self, service: &str) -> Option<String> {
        let own = (self.find)(&format!("AWS_ENDPOINT_URL_{service}"));
        own.or_else(|| (self.find)("AWS_ENDPOINT_URL")).filter(|url| !url.is_empty())
    }

    /// What a client is made with.
    pub(crate) fn config(&self) -> &SdkConfig {
        &self.config
    }
}

/// A call that failed, with its chain of causes and without the answer that the SDK keeps beside it.
#[cfg(any(feature = "cognito", feature = "ses", feature = "sns"))]
pub(crate) fn unavailable<E, R>(
    what: &'static str,
    error: aws_smithy_runtime_api::client::result::SdkError<E, R>,
) -> kit::Unavailable
where
    E: std::error::Error
        + aws_smithy_types::error::metadata::ProvideErrorMetadata
        + Send
        + Sync
        + 'static,
    R: std::fmt::Debug,
{
    use aws_smithy_runtime_api::client::result::SdkError;
    // A service's message may name whom it was asked about; its code does not.
    if let SdkError::ServiceError(failed) = &error {
        let code = failed.err().code().unwrap_or("an error without a code");
        return kit::Unavailable::new(what, format!("the service answered with {code}"));
    }
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    kit::Unavailable::new(what, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lambda_sets_has_to_be_there() {
        let all = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"];
        assert!(Aws::of(|_| Some("x".to_owned())).is_ok());
        for missing in all {
            let found =
                move |name: &str| (name != missing && all.contains(&name)).then(|| "x".to_owned());
            let problem = Aws::of(found).err().unwrap().to_string();
            assert_eq!(problem, format!("the environment variable {missing} is missing"));
        }
    }
}
