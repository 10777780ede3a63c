//! How does one of our functions run on AWS Lambda?
//!
//! [`run`] is the whole of a binary but for the world that its function is built with: it reads the
//! environment, sets up the log, builds the function once, and serves it over the Runtime API until the
//! process is frozen or ended. What goes in and what comes out is bytes; the function is the same that a
//! server calls in process.
//!
//! ```no_run
//! use kit::sign_up_guard::SignUpGuard;
//!
//! fn main() -> std::process::ExitCode {
//!     lambda::run(|world| {
//!         Ok(SignUpGuard::from_environment(&world.environment, None)?.into_function())
//!     })
//! }
//! ```
//!
//! Nothing here links an AWS SDK. With the feature `https` there is a client for the few functions that ask
//! somebody.

mod answer;
pub mod files;
#[cfg(feature = "https")]
pub mod https;
#[cfg(feature = "https")]
mod key_set;
mod logs;
mod metrics;
mod problem;

#[cfg(feature = "https")]
pub use key_set::PublishedKeys;
pub use metrics::StandardOutput;
pub use problem::Problem;

use answer::Answering;
use functions::Function;
use jiff::Timestamp;
use kit::Environment;
use names::Clock;
use std::{env, process::ExitCode, sync::Arc};

/// What a function is built with.
pub struct World {
    /// The variables of the template, without what Lambda adds.
    pub environment: Environment,
    /// The machine's clock.
    pub clock: Clock,
}

impl World {
    /// The value of a variable. One that is blank counts as not there, as everywhere.
    #[must_use]
    pub fn find(&self, variable: &str) -> Option<&str> {
        let value = self.environment.get(variable)?.trim();
        (!value.is_empty()).then_some(value)
    }

    /// The value of a variable that the function cannot do without.
    ///
    /// # Errors
    /// [`Problem`] if it is not there.
    pub fn require(&self, variable: &str) -> Result<&str, Problem> {
        self.find(variable).ok_or_else(|| Problem::missing(variable))
    }
}

/// What Lambda tells every runtime. One that is started by hand has none of it.
const TOLD_BY_LAMBDA: &[&str] = &[
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
];

/// Builds a function and serves it. It is called once, by `main`.
///
/// A function that cannot be built leaves one line in the log, and the process fails: Lambda then refuses
/// the call that wanted it.
pub fn run<Built: Function + 'static>(
    build: impl FnOnce(&World) -> Result<Built, Problem>,
) -> ExitCode {
    logs::set_up();
    match serve(build) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            tracing::error!("the function cannot start: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn serve<Built: Function + 'static>(
    build: impl FnOnce(&World) -> Result<Built, Problem>,
) -> Result<(), Problem> {
    if let Some(variable) = TOLD_BY_LAMBDA.iter().find(|name| env::var_os(name).is_none()) {
        return Err(Problem::new(format!(
            "the environment variable {variable} is missing; this is a program for AWS Lambda, which sets it"
        )));
    }
    // An instance has one call at a time, so one thread is all it can use.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|cause| Problem::new(format!("there is no runtime: {cause}")))?;
    runtime.block_on(async {
        let clock: Clock = Arc::new(Timestamp::now);
        let world = World { environment: environment(env::vars_os()), clock: clock.clone() };
        let function = build(&world)?;
        drop(world);
        let answering = Answering::new(Arc::new(function), clock);
        lambda_runtime::Runtime::new(lambda_runtime::service_fn(move |event| {
            let answering = answering.clone();
            async move { answering.answer(event).await }
        }))
        .run()
        .await
        .map_err(|cause| Problem::new(format!("the Runtime API is gone: {cause}")))
    })
}

/// Credentials and what else Lambda adds is no setting of a function.
fn environment(all: impl Iterator<Item = (std::ffi::OsString, std::ffi::OsString)>) -> Environment {
    all.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| {
            !["AWS_", "LAMBDA_", "_"].iter().any(|reserved| name.starts_with(reserved))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_no_settings() {
        let all = [
            ("PROFILE_TABLE", "profiles"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("LAMBDA_TASK_ROOT", "/var/task"),
            ("_HANDLER", "bootstrap"),
        ];
        let environment =
            environment(all.map(|(name, value)| (name.into(), value.into())).into_iter());
        assert_eq!(environment, [("PROFILE_TABLE".to_owned(), "profiles".to_owned())].into());
    }
}
