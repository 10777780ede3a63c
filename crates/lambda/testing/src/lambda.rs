//! How is a binary started and called as Lambda would?

use functions::{
    Call, Failure, Function, Line, Logs,
    lambda::{LambdaHost, Settings},
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    os::unix::fs::symlink,
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};
use tempfile::TempDir;

/// A binary, about to be started.
pub struct Start {
    binary: &'static str,
    environment: BTreeMap<String, String>,
    given: BTreeMap<String, String>,
}

/// A binary that serves calls. Only the first call starts it.
pub struct Lambda {
    host: LambdaHost,
    lines: Arc<Lines>,
    _folder: TempDir,
}

#[derive(Default)]
struct Lines(Mutex<Vec<String>>);

impl Logs for Lines {
    fn line(&self, line: &Line<'_>) {
        if line.source != functions::Source::Platform {
            self.0.lock().expect("nobody panicked").push(line.text.to_owned());
        }
    }
}

impl Start {
    /// This binary (`env!("CARGO_BIN_EXE_…")`), with credentials that nobody looks at.
    #[must_use]
    pub fn new(binary: &'static str) -> Self {
        let given = [("AWS_ACCESS_KEY_ID", "local"), ("AWS_SECRET_ACCESS_KEY", "local")];
        let given = given.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Self { binary, environment: BTreeMap::new(), given }
    }

    /// A variable of the template.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.insert(name.to_owned(), value.into());
        self
    }

    /// Something that Lambda or the owner of the machine sets.
    #[must_use]
    pub fn given(mut self, name: &str, value: impl Into<String>) -> Self {
        self.given.insert(name.to_owned(), value.into());
        self
    }

    /// On a Runtime API.
    #[must_use]
    pub fn run(self) -> Lambda {
        let folder = TempDir::new().expect("a folder can be made");
        symlink(self.binary, folder.path().join("bootstrap")).expect("a link can be made");
        let arn = "arn:aws:lambda:eu-west-1:000000000000:function:tested";
        let mut settings = Settings::new(
            arn.parse().expect("an ARN"),
            folder.path(),
            "provided.al2023".parse().expect("a runtime"),
            Arc::new(jiff::Timestamp::now),
        );
        settings.environment = self.environment;
        settings.given = self.given;
        settings.memory_megabytes = 512;
        let lines = Arc::new(Lines::default());
        settings.logs = lines.clone();
        Lambda { host: LambdaHost::new(settings), lines, _folder: folder }
    }

    /// Without one: the lines and the status of a binary that ends by itself.
    ///
    /// # Panics
    /// If it has not ended after some seconds.
    #[must_use]
    pub fn ends(self) -> (Vec<Value>, Option<i32>) {
        let mut command = Command::new(self.binary);
        command.env_clear().envs(self.environment).envs(self.given);
        for (name, value) in [
            // Nobody listens at port 1, so a binary that starts in spite of all ends there.
            ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1"),
            ("AWS_LAMBDA_FUNCTION_NAME", "tested"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_REGION", "eu-west-1"),
        ] {
            command.env(name, value);
        }
        let ended = command.output().expect("the binary can be started");
        let lines = String::from_utf8(ended.stdout).expect("lines are text");
        let lines = lines.lines().map(|line| serde_json::from_str(line).expect("a line is JSON"));
        (lines.collect(), ended.status.code())
    }

    /// Asserts that the binary does not start, and answers the one line that says why.
    ///
    /// # Panics
    /// If it starts, or says anything else.
    #[must_use]
    #[track_caller]
    pub fn refused(self) -> String {
        let (lines, status) = self.ends();
        let [line] = lines.as_slice() else { panic!("not one line: {lines:?}") };
        assert_eq!((status, line["level"].as_str()), (Some(1), Some("ERROR")));
        line["message"].as_str().expect("a line has a message").to_owned()
    }
}

impl Lambda {
    /// Calls it once.
    ///
    /// # Errors
    /// [`Failure`], as the caller of a Lambda function sees it.
    pub async fn call(&self, event: &Value) -> Result<Value, Failure> {
        let call = Call {
            request_id: "6bc28136-xmpl-4365-b021-0ce6b2e64ab0".to_owned(),
            payload: event.to_string().into(),
            timeout: Duration::from_secs(10),
        };
        let answer = self.host.invoke(call).await?;
        Ok(serde_json::from_slice(&answer).expect("an answer is JSON"))
    }

    /// What it threw, as `type: message`.
    ///
    /// # Panics
    /// If it answered, or failed in another way.
    pub async fn thrown(&self, event: &Value) -> String {
        match self.call(event).await {
            Err(Failure::Thrown { error_type, message }) => format!("{error_type}: {message}"),
            other => {
                panic!("nothing was thrown: {:?}", other.map_err(|failure| failure.to_string()))
            }
        }
    }

    /// What it logged, each line being JSON.
    #[must_use]
    pub fn lines(&self) -> Vec<Value> {
        let lines = self.lines.0.lock().expect("nobody panicked");
        lines.iter().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
    }
}
