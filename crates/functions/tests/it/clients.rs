//! Handlers for Node.js and Python run through the public runtime interface clients, unmodified.
//!
//! They need these installed, so they are run by asking for them:
//!
//! * `POOLHOUSE_TEST_PYTHON`: a virtual environment with `awslambdaric`;
//! * `POOLHOUSE_TEST_NODE_CLIENT`: a folder in which `npm install aws-lambda-ric` was run, and
//!   `POOLHOUSE_TEST_NODE`, a Node.js that this package takes (`node` if it is not set).

use crate::lambda::{Kept, PATIENT, call, call_as, kept, settings};
use functions::{
    Failure,
    lambda::{LambdaHost, Settings},
};
use serde_json::json;
use std::{path::PathBuf, sync::Arc, time::Duration};

fn variable(name: &str) -> PathBuf {
    std::env::var_os(name).unwrap_or_else(|| panic!("{name} is not set")).into()
}

fn handlers(folder: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/programs").join(folder)
}

fn python() -> Settings {
    let mut settings = settings();
    settings.code = handlers("python");
    settings.runtime = "python3.13".parse().unwrap();
    settings.handler = "app.handler".to_owned();
    settings.interpreters.python = Some(variable("POOLHOUSE_TEST_PYTHON"));
    settings.memory_megabytes = 512;
    settings
}

fn node() -> Settings {
    let mut settings = settings();
    settings.code = handlers("node");
    settings.runtime = "nodejs22.x".parse().unwrap();
    settings.handler = "app.handler".to_owned();
    settings.interpreters.node_client = Some(variable("POOLHOUSE_TEST_NODE_CLIENT"));
    if let Some(node) = std::env::var_os("POOLHOUSE_TEST_NODE") {
        settings.interpreters.node = node.into();
    }
    settings.memory_megabytes = 512;
    settings
}

mod in_python {
    functions::conformance!(ignore = "needs awslambdaric"; async { super::LambdaHost::new(super::python()) });
}

mod in_node {
    functions::conformance!(ignore = "needs aws-lambda-ric"; async { super::LambdaHost::new(super::node()) });
}

async fn lines_come_with_their_call(host: &LambdaHost, log: &Kept) {
    let order = json!({ "do": "print", "text": "a line" }).to_string();
    call_as(host, "logged", &order, PATIENT).await.unwrap();
    let lines = log.of("logged");
    assert!(lines[0].starts_with("START"), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("a line")), "{lines:?}");
    assert!(lines.last().unwrap().starts_with("REPORT"), "{lines:?}");
}

async fn a_module_that_is_not_there_is_told(mut settings: Settings) {
    settings.handler = "nowhere.handler".to_owned();
    let (host, _): (_, Arc<Kept>) = kept(settings);
    let answer = call_as(&host, "call-1", "{}", Duration::from_secs(20)).await;
    let Err(Failure::Thrown { error_type, message }) = answer else { panic!("{answer:?}") };
    assert!(error_type.starts_with("Runtime.ImportModuleError"), "{error_type}");
    assert!(message.contains("nowhere") && !message.contains('\n'), "{message}");
}

#[tokio::test]
#[ignore = "needs awslambdaric"]
async fn a_python_handler_sees_its_context() {
    let (host, log) = kept(python());
    let context = call(&host, r#"{"do":"context"}"#).await.unwrap();
    assert_eq!(context["function"], "subject");
    assert_eq!(context["request"], "call-1");
    assert!((10_000..=20_000).contains(&context["left"].as_i64().unwrap_or(15_000)), "{context}");
    lines_come_with_their_call(&host, &log).await;
    a_module_that_is_not_there_is_told(python()).await;
}

#[tokio::test]
#[ignore = "needs aws-lambda-ric"]
async fn a_node_handler_sees_its_context() {
    let (host, log) = kept(node());
    let context = call(&host, r#"{"do":"context"}"#).await.unwrap();
    assert_eq!(context["function"], "subject");
    assert_eq!(context["request"], "call-1");
    lines_come_with_their_call(&host, &log).await;
    a_module_that_is_not_there_is_told(node()).await;
}

mod in_rust {
    use functions::lambda::LambdaHost;

    functions::conformance!(async {
        let program = std::env::current_exe().unwrap();
        let program = program.parent().unwrap().parent().unwrap();
        let program = program.join("examples/functions-test-lambda-runtime");
        assert!(program.exists(), "the examples are not built: run cargo test without --test");
        let mut settings = super::settings();
        settings.code =
            std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("lambda-runtime");
        std::fs::create_dir_all(&settings.code).unwrap();
        let _ = std::os::unix::fs::symlink(program, settings.code.join("bootstrap"));
        LambdaHost::new(settings)
    });
}
