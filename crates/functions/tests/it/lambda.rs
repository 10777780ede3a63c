//! The Lambda host keeps the promises of the port; and what its tests share.

use functions::{
    Call, Failure, Function, Line, Logs,
    lambda::{LambdaHost, Settings},
};
use serde_json::Value;
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

functions::conformance!(async { LambdaHost::new(settings()) });

mod with_room_for_one {
    functions::conformance!(async {
        let mut settings = super::settings();
        settings.concurrency = 1;
        super::LambdaHost::new(settings)
    });
}

pub const PATIENT: Duration = Duration::from_secs(20);

/// A folder with the program of the tests as its `bootstrap`.
pub fn code() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("functions-bootstrap");
    std::fs::create_dir_all(&folder).unwrap();
    // The tests run side by side, and one of them is the first.
    let program = env!("CARGO_BIN_EXE_functions-test-bootstrap");
    let _ = std::os::unix::fs::symlink(program, folder.join("bootstrap"));
    folder
}

pub fn settings() -> Settings {
    let arn = "arn:aws:lambda:eu-west-1:000000000000:function:subject".parse().unwrap();
    let clock: names::Clock = Arc::new(|| jiff::Timestamp::from_second(1_800_000_000).unwrap());
    Settings::new(arn, code(), "provided.al2023".parse().unwrap(), clock)
}

/// Settings with something to do before the first poll.
pub fn mischief(what: &str) -> Settings {
    let mut settings = settings();
    settings.environment.insert("MISCHIEF".to_owned(), what.to_owned());
    settings
}

/// Calls under an id that may be given.
pub async fn call_as(
    host: &LambdaHost,
    id: &str,
    order: &str,
    timeout: Duration,
) -> Result<Value, Failure> {
    let payload = order.to_owned().into();
    let answer = host.invoke(Call { request_id: id.to_owned(), payload, timeout }).await?;
    Ok(serde_json::from_slice(&answer).unwrap())
}

pub async fn call(host: &LambdaHost, order: &str) -> Result<Value, Failure> {
    call_as(host, "call-1", order, PATIENT).await
}

pub async fn still_works(host: &LambdaHost) {
    let answer = call_as(host, "call-2", r#"{"do":"echo","value":"still here"}"#, PATIENT).await;
    assert_eq!(answer.unwrap(), "still here");
}

pub fn reason(answer: Result<Value, Failure>) -> String {
    match answer {
        Err(Failure::Crashed { reason }) => reason,
        other => panic!("{other:?}"),
    }
}

/// Keeps lines, with the call they belong to.
#[derive(Default)]
pub struct Kept(Mutex<Vec<(Option<String>, String)>>);

impl Logs for Kept {
    fn line(&self, line: &Line<'_>) {
        let id = line.request_id.map(str::to_owned);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((id, line.text.to_owned()));
    }
}

impl Kept {
    pub fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().map(|(_, text)| text.clone()).collect()
    }

    pub fn of(&self, id: &str) -> Vec<String> {
        let lines = self.0.lock().unwrap();
        let own = lines.iter().filter(|(of, _)| of.as_deref() == Some(id));
        own.map(|(_, text)| text.clone()).collect()
    }
}

/// With a log that is kept.
pub fn kept(mut settings: Settings) -> (LambdaHost, Arc<Kept>) {
    let log = Arc::new(Kept::default());
    settings.logs = log.clone();
    (LambdaHost::new(settings), log)
}

/// Whether a process is there and no zombie.
pub fn lives(process: u64) -> bool {
    std::fs::read_to_string(format!("/proc/{process}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or("").trim_start().starts_with('Z'))
}

/// Waits until something is so; the processes of others need a moment.
pub async fn eventually(what: impl Fn() -> bool) -> bool {
    for _ in 0..200 {
        if what() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    what()
}
