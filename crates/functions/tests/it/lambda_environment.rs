//! An instance sees what Lambda would show it, and nothing of this process.

use crate::lambda::{call, mischief, settings};
use functions::lambda::LambdaHost;
use serde_json::Value;
use std::collections::BTreeSet;

#[tokio::test]
async fn the_environment_is_lambdas_and_the_functions_and_nothing_else() {
    let mut settings = settings();
    settings.memory_megabytes = 256;
    settings.environment.insert("TABLE".to_owned(), "users".to_owned());
    settings.given.insert("AWS_ACCESS_KEY_ID".to_owned(), "local".to_owned());
    let folder = std::fs::canonicalize(&settings.code).unwrap();
    let told = call(&LambdaHost::new(settings), r#"{"do":"tell"}"#).await.unwrap();
    assert_eq!(told["folder"], folder.to_str().unwrap());
    assert_eq!(told["arguments"], serde_json::json!([]));
    let environment = told["environment"].as_object().unwrap();
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_NAME", "subject"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/subject"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "2027/01/15/[$LATEST]00000000000000000000000000000001"),
        ("AWS_REGION", "eu-west-1"),
        ("LAMBDA_TASK_ROOT", folder.to_str().unwrap()),
        ("LANG", "en_US.UTF-8"),
        ("PATH", "/usr/local/bin:/usr/bin:/bin:/opt/bin"),
        ("TABLE", "users"),
        ("TZ", ":UTC"),
        ("_HANDLER", "bootstrap"),
    ] {
        assert_eq!(environment[name], value, "{name}");
    }
    let names: BTreeSet<&str> = environment.keys().map(String::as_str).collect();
    let more = [
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_XRAY_CONTEXT_MISSING",
        "LAMBDA_RUNTIME_DIR",
        "LD_LIBRARY_PATH",
    ];
    assert_eq!(names.len(), 15 + more.len(), "{names:?}");
    assert!(more.iter().all(|name| names.contains(name)));
    assert!(environment["AWS_LAMBDA_RUNTIME_API"].as_str().unwrap().starts_with("127.0.0.1:"));
}

#[tokio::test]
async fn shell_metacharacters_mean_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("mark");
    let evil = format!(
        "$(touch {0}); `touch {0}` | touch {0} && touch {0} > {0} ' \" \\ \n * ~ $HOME %s",
        mark.display()
    );
    // In a value, in the name of the code folder, and in the value that the program prints.
    let code = folder.path().join("a; touch mark; $(touch mark) 'b' \"c\" `touch mark` & *");
    std::fs::create_dir(&code).unwrap();
    let program = env!("CARGO_BIN_EXE_functions-test-bootstrap");
    std::os::unix::fs::symlink(program, code.join("bootstrap")).unwrap();
    let mut settings = mischief(&evil);
    settings.code = code.clone();
    let told = call(&LambdaHost::new(settings), r#"{"do":"tell"}"#).await.unwrap();
    assert_eq!(told["environment"]["MISCHIEF"], Value::String(evil));
    assert_eq!(told["folder"], std::fs::canonicalize(&code).unwrap().to_str().unwrap());
    assert!(
        !mark.exists() && !code.join("mark").exists() && !std::path::Path::new("mark").exists()
    );
}

#[tokio::test]
async fn an_event_comes_with_lambdas_headers() {
    let host = LambdaHost::new(settings());
    let headers = call(&host, r#"{"do":"headers"}"#).await.unwrap();
    assert_eq!(headers["lambda-runtime-aws-request-id"], "call-1");
    assert_eq!(
        headers["lambda-runtime-invoked-function-arn"],
        "arn:aws:lambda:eu-west-1:000000000000:function:subject"
    );
    assert_eq!(headers["content-type"], "application/json");
    let deadline: i64 = headers["lambda-runtime-deadline-ms"].as_str().unwrap().parse().unwrap();
    let left = deadline - 1_800_000_000_000;
    assert!((15_000..=20_000).contains(&left), "{left}");
    let trace = headers["lambda-runtime-trace-id"].as_str().unwrap();
    assert!(trace.starts_with("Root=1-6b49d200-") && trace.ends_with(";Sampled=0"), "{trace}");
}
