//! What is configured about a function's processes?

use crate::{Logs, TracedLogs};
use names::{Clock, FunctionArn};
use std::{
    collections::BTreeMap, ffi::OsString, fmt, path::PathBuf, str::FromStr, sync::Arc,
    time::Duration,
};

/// What Lambda would be told about a function, and what this machine has to run it with.
///
/// How long a call may take is not here: each [`Call`](crate::Call) says so.
#[derive(Clone)]
pub struct Settings {
    /// The function's ARN; its name and region are read from it.
    pub arn: FunctionArn,
    /// The folder the code is in. It is the working folder of each instance.
    pub code: PathBuf,
    /// `app.handler`. A `provided` runtime's executable is `bootstrap`, whatever is said here.
    pub handler: String,
    /// What runs the code.
    pub runtime: Runtime,
    /// The function's own environment, under Lambda's rules: no reserved names, four kilobytes.
    pub environment: BTreeMap<String, String>,
    /// What the owner of this machine adds or replaces: credentials, endpoints. It wins over everything
    /// else and is under no rules.
    pub given: BTreeMap<String, String>,
    /// Resident memory above this ends an instance.
    pub memory_megabytes: u32,
    /// What the function is built for on Lambda. A binary for another machine than this one is refused,
    /// whatever is said here; this is only told in an error.
    pub architecture: Option<Architecture>,
    /// How many calls, and so how many instances, there may be at once.
    pub concurrency: usize,
    /// How long an instance waits for a call before it is ended.
    pub idle: Duration,
    /// How long an instance may take until it asks for its first event.
    pub init_limit: Duration,
    /// A wait before each start, to feel what a cold start feels like.
    pub cold_start: Duration,
    /// Where Node.js, Python and their runtime interface clients are.
    pub interpreters: Interpreters,
    /// What to put before the command line of an instance: a program that ends in [`launch`](super::launch)
    /// and so lets instances die with this process, however it dies. Nothing by default.
    pub launcher: Vec<OsString>,
    /// Where log lines go.
    pub logs: Arc<dyn Logs>,
    /// For deadlines and log lines.
    pub clock: Clock,
}

/// Where interpreters are.
#[derive(Debug, Clone)]
pub struct Interpreters {
    /// The Node.js executable; a bare name is looked for in the folders of Lambda's own `PATH`.
    pub node: PathBuf,
    /// A folder in which `npm install aws-lambda-ric` was run. A function that brings the package in its own
    /// `node_modules` uses that.
    pub node_client: Option<PathBuf>,
    /// A virtual environment in which `pip install awslambdaric` was run, or a Python executable for which it
    /// was. A function that brings the package beside its code uses that, with this Python.
    pub python: Option<PathBuf>,
}

impl Default for Interpreters {
    fn default() -> Self {
        Self { node: PathBuf::from("node"), node_client: None, python: None }
    }
}

impl Settings {
    /// With Lambda's defaults: 128 MB, ten seconds to start; sixteen calls at once, and five minutes of
    /// waiting for the next one.
    #[must_use]
    pub fn new(arn: FunctionArn, code: impl Into<PathBuf>, runtime: Runtime, clock: Clock) -> Self {
        Self {
            arn,
            code: code.into(),
            handler: "bootstrap".to_owned(),
            runtime,
            environment: BTreeMap::new(),
            given: BTreeMap::new(),
            memory_megabytes: 128,
            architecture: None,
            concurrency: 16,
            idle: Duration::from_secs(300),
            init_limit: Duration::from_secs(10),
            cold_start: Duration::ZERO,
            interpreters: Interpreters::default(),
            launcher: Vec::new(),
            logs: Arc::new(TracedLogs),
            clock,
        }
    }

    pub(super) fn name(&self) -> &str {
        self.arn.function_name()
    }

    pub(super) fn region(&self) -> &str {
        self.arn.as_str().split(':').nth(3).unwrap_or("")
    }
}

/// Without the environment, which may hold secrets.
impl fmt::Debug for Settings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Settings")
            .field("arn", &self.arn)
            .field("code", &self.code)
            .field("handler", &self.handler)
            .field("runtime", &self.runtime)
            .field("memory_megabytes", &self.memory_megabytes)
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}

/// What runs the code: a Lambda runtime identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runtime {
    pub(super) kind: Kind,
    identifier: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Provided,
    Node,
    Python,
}

impl Runtime {
    /// `provided.al2023`, `nodejs22.x`, `python3.13`.
    #[must_use]
    pub fn identifier(&self) -> &str {
        &self.identifier
    }
}

impl FromStr for Runtime {
    type Err = Unusable;

    /// Any version of a family is taken: the interpreter is this machine's.
    fn from_str(identifier: &str) -> Result<Self, Unusable> {
        let kind = match identifier {
            "provided" | "provided.al2" | "provided.al2023" => Kind::Provided,
            _ if is_version(identifier.strip_prefix("nodejs")) => Kind::Node,
            _ if is_version(identifier.strip_prefix("python")) => Kind::Python,
            _ => {
                let shown: String = identifier.chars().take(40).collect();
                return Err(Unusable::new(format!("the runtime {shown:?} cannot be run here")));
            }
        };
        Ok(Self { kind, identifier: identifier.to_owned() })
    }
}

fn is_version(text: Option<&str>) -> bool {
    text.is_some_and(|text| {
        text.starts_with(|c: char| c.is_ascii_digit())
            && text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'x')
    })
}

/// What a binary is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// `arm64`.
    Arm64,
    /// `x86_64`.
    X86_64,
}

impl Architecture {
    /// What this program is built for, if Lambda has a name for it.
    #[must_use]
    pub fn here() -> Option<Self> {
        match std::env::consts::ARCH {
            "aarch64" => Some(Self::Arm64),
            "x86_64" => Some(Self::X86_64),
            _ => None,
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Arm64 => "arm64",
            Self::X86_64 => "x86_64",
        })
    }
}

impl FromStr for Architecture {
    type Err = Unusable;

    fn from_str(text: &str) -> Result<Self, Unusable> {
        match text {
            "arm64" => Ok(Self::Arm64),
            "x86_64" => Ok(Self::X86_64),
            _ => Err(Unusable::new("an architecture is arm64 or x86_64".to_owned())),
        }
    }
}

/// Why a function cannot be started here: its settings, its code, or what this machine lacks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unusable {
    reason: String,
}

impl Unusable {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}

impl From<Unusable> for crate::Failure {
    fn from(unusable: Unusable) -> Self {
        Self::Unreachable { reason: unusable.reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runtimes_are_known_by_family() {
        for (text, kind) in [
            ("provided.al2023", Kind::Provided),
            ("provided.al2", Kind::Provided),
            ("nodejs22.x", Kind::Node),
            ("python3.13", Kind::Python),
        ] {
            assert_eq!(text.parse::<Runtime>().unwrap().kind, kind);
        }
        for text in ["", "java21", "nodejs", "python3.x; rm -rf /", "pythonx", "ruby3.3"] {
            assert!(text.parse::<Runtime>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_environment_is_not_printed() {
        let arn = "arn:aws:lambda:eu-west-1:000000000000:function:hello".parse().unwrap();
        let clock: Clock = Arc::new(|| jiff::Timestamp::UNIX_EPOCH);
        let mut settings = Settings::new(arn, "/code", "provided".parse().unwrap(), clock);
        settings.environment.insert("PASSWORD".to_owned(), "hunter2".to_owned());
        settings.given.insert("KEY".to_owned(), "hunter3".to_owned());
        assert!(!format!("{settings:?}").contains("hunter"));
        assert_eq!((settings.name(), settings.region()), ("hello", "eu-west-1"));
    }
}
