//! What a bad function does is one clear failure, one clear line, and nobody else's matter.

use crate::lambda::{Kept, PATIENT, call, call_as, kept, mischief, reason, settings, still_works};
use functions::{Failure, lambda::LambdaHost};
use serde_json::json;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Gives the order, looks at the reason of the crash and that it is in the log of its call exactly once,
/// and that the next call is served.
async fn crashes(order: &str, expected: &str) -> Arc<Kept> {
    let (host, log) = kept(settings());
    assert_eq!(reason(call(&host, order).await), expected);
    let said = log.of("call-1").iter().filter(|line| line.contains(expected)).count();
    assert_eq!(said, 1, "{:?}", log.all());
    still_works(&host).await;
    log
}

#[tokio::test]
async fn one_that_exits_is_replaced() {
    let log =
        crashes(r#"{"do":"exit","status":3}"#, "Runtime exited with error: exit status 3").await;
    assert!(log.of("call-1").contains(&"last words".to_owned()));
}

#[tokio::test]
async fn one_that_aborts_is_replaced() {
    crashes(r#"{"do":"crash"}"#, "Runtime exited with error: signal: aborted").await;
}

#[tokio::test]
async fn one_that_answers_for_another_is_replaced() {
    crashes(r#"{"do":"wrong_id"}"#, "it answered an event that was not its own").await;
}

#[tokio::test]
async fn one_that_polls_before_it_answers_is_replaced() {
    crashes(r#"{"do":"poll_early"}"#, "it asked for another event before it had answered").await;
}

#[tokio::test]
async fn one_that_writes_garbage_to_the_runtime_api_is_replaced() {
    crashes(r#"{"do":"garbage"}"#, "it sent to the Runtime API what is not HTTP").await;
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_answer() {
    crashes(r#"{"do":"break_off"}"#, "its answer broke off").await;
}

#[tokio::test]
async fn one_that_leaks_is_ended_at_its_limit() {
    let (host, log) = kept(settings());
    let answer = call(&host, r#"{"do":"take","megabytes":400}"#).await;
    assert_eq!(reason(answer), "it used more than its 128 MB of memory");
    let report = log.of("call-1").pop().unwrap();
    assert!(report.contains("Memory Size: 128 MB"), "{report}");
    still_works(&host).await;
    assert_eq!(call(&host, r#"{"do":"take","megabytes":20}"#).await, Ok(json!(20)));
    // It is seen, too, when it is over before anybody looked.
    let answer = call(&host, r#"{"do":"gulp","megabytes":140}"#).await;
    assert_eq!(reason(answer), "it used more than its 128 MB of memory");
    still_works(&host).await;
}

#[tokio::test]
async fn one_that_loops_is_ended_in_time() {
    let (host, log) = kept(settings());
    still_works(&host).await;
    let began = Instant::now();
    let answer = call_as(&host, "call-1", r#"{"do":"spin"}"#, Duration::from_millis(600)).await;
    assert_eq!(answer, Err(Failure::TimedOut));
    assert!(began.elapsed() < Duration::from_secs(3));
    let said = "2027-01-15T08:00:00.000Z call-1 Task timed out after";
    assert_eq!(log.of("call-1").iter().filter(|line| line.starts_with(said)).count(), 1);
    still_works(&host).await;
}

#[tokio::test]
async fn an_answer_given_twice_counts_once() {
    let mut settings = settings();
    settings.concurrency = 1;
    let (host, log) = kept(settings);
    assert_eq!(call(&host, r#"{"do":"twice"}"#).await, Ok(json!("first")));
    // The next event finds the same instance, which tells what it was told.
    assert_eq!(call_as(&host, "call-2", "{}", PATIENT).await, Ok(json!(403)));
    let said = "RequestId: call-1 was answered more than once";
    assert_eq!(log.all().iter().filter(|line| *line == said).count(), 1);
    still_works(&host).await;
}

#[tokio::test]
async fn one_that_answers_and_rests_does_not_hold_up_the_next_call() {
    let host = LambdaHost::new(settings());
    for _ in 0..3 {
        assert_eq!(call(&host, r#"{"do":"rest"}"#).await, Ok(json!("rest")));
        let began = Instant::now();
        still_works(&host).await;
        assert!(began.elapsed() < Duration::from_secs(5));
    }
}

#[tokio::test]
async fn one_that_rests_gives_its_place_back_when_its_time_is_up() {
    let mut settings = settings();
    settings.concurrency = 1;
    let (host, log) = kept(settings);
    let rest = call_as(&host, "call-1", r#"{"do":"rest"}"#, Duration::from_secs(1)).await;
    assert_eq!(rest, Ok(json!("rest")));
    still_works(&host).await;
    let said = "An instance answered and did not ask for another event; it was ended";
    assert_eq!(log.all().iter().filter(|line| *line == said).count(), 1);
}

#[tokio::test]
async fn one_that_leaves_after_its_answer_is_replaced() {
    let host = LambdaHost::new(settings());
    for _ in 0..5 {
        assert_eq!(call(&host, r#"{"do":"leave"}"#).await, Ok(json!("leave")));
        still_works(&host).await;
    }
}

#[tokio::test]
async fn what_is_no_json_is_handed_on_as_it_is() {
    use functions::{Call, Function};
    let host = LambdaHost::new(settings());
    for body in ["", "no json", "{\"a\":", "\u{0}"] {
        let payload = json!({ "do": "raw", "body": body }).to_string().into();
        let call = Call { request_id: "call-1".to_owned(), payload, timeout: PATIENT };
        assert_eq!(host.invoke(call).await.unwrap(), body);
    }
}

#[tokio::test]
async fn an_error_that_is_no_error_object_is_an_error() {
    let host = LambdaHost::new(settings());
    for body in ["", "no json", "[]", "{\"errorType\":7}"] {
        let order = json!({ "do": "raw_error", "body": body }).to_string();
        let thrown =
            Failure::Thrown { error_type: "Runtime.Unknown".into(), message: String::new() };
        assert_eq!(call(&host, &order).await, Err(thrown));
    }
    let large = "x".repeat(2 * 1024 * 1024);
    let order = json!({ "do": "raw_error", "body": large }).to_string();
    assert_eq!(call(&host, &order).await, Err(Failure::TooLarge));
    still_works(&host).await;
}

#[tokio::test]
async fn a_streamed_answer_is_put_together() {
    let host = LambdaHost::new(settings());
    assert_eq!(call(&host, r#"{"do":"stream"}"#).await, Ok(json!([1, 2, 3])));
    let thrown = Failure::Thrown { error_type: "Late".into(), message: "in the middle".into() };
    assert_eq!(call(&host, r#"{"do":"stream_error"}"#).await, Err(thrown));
    still_works(&host).await;
}

#[tokio::test]
async fn what_the_runtime_api_does_not_have_is_not_found() {
    let host = LambdaHost::new(settings());
    assert_eq!(call(&host, r#"{"do":"elsewhere"}"#).await, Ok(json!(404)));
}

#[tokio::test]
async fn an_error_of_the_start_is_thrown_without_its_paths() {
    let (host, log) = kept(mischief("init_error"));
    let Err(Failure::Thrown { error_type, message }) = call(&host, "{}").await else { panic!() };
    assert_eq!(
        (error_type.as_str(), message.as_str()),
        ("Runtime.ImportModuleError", "no module app")
    );
    let lines = log.all();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(lines[0], "the stack of the error");
    assert!(lines[1].starts_with("INIT_REPORT Init Duration: "), "{lines:?}");
}

#[tokio::test]
async fn one_that_ends_before_its_first_poll_is_a_crash() {
    let (host, log) = kept(mischief("exit"));
    let said = "Runtime exited with error: exit status 7";
    for _ in 0..3 {
        assert_eq!(reason(call(&host, "{}").await), said);
    }
    assert_eq!(log.all().iter().filter(|line| line.contains(said)).count(), 3);
    assert_eq!(log.all().iter().filter(|line| *line == "last words").count(), 3);
}

#[tokio::test]
async fn garbage_before_the_first_poll_is_a_crash() {
    let host = LambdaHost::new(mischief("garbage"));
    assert_eq!(reason(call(&host, "{}").await), "it sent to the Runtime API what is not HTTP");
    let host = LambdaHost::new(mischief("answer"));
    assert_eq!(reason(call(&host, "{}").await), "it answered before it was asked");
}

#[tokio::test]
async fn one_that_never_polls_is_ended() {
    let mut settings = mischief("sleep");
    settings.init_limit = Duration::from_millis(300);
    let host = LambdaHost::new(settings);
    assert_eq!(reason(call(&host, "{}").await), "it did not ask for an event within 0.3 s");
    assert_eq!(host.instances(), 0);
    let mut settings = mischief("sleep");
    settings.init_limit = Duration::from_secs(60);
    let host = LambdaHost::new(settings);
    let answer = call_as(&host, "call-1", "{}", Duration::from_millis(300)).await;
    assert_eq!(answer, Err(Failure::TimedOut));
}

#[tokio::test]
async fn a_program_that_is_not_there_cannot_be_reached() {
    let mut settings = settings();
    settings.code = settings.code.join("nowhere");
    let (host, log) = kept(settings);
    let refusal = host.check().unwrap_err().to_string();
    assert!(refusal.ends_with("functions-bootstrap/nowhere is not there"), "{refusal}");
    let calls = [call(&host, "{}"), call(&host, "{}"), call(&host, "{}")];
    for call in calls {
        assert_eq!(call.await, Err(Failure::Unreachable { reason: refusal.clone() }));
    }
    assert_eq!(log.all(), Vec::<String>::new());
    assert_eq!(host.instances(), 0);
}

#[tokio::test]
async fn what_cannot_be_executed_cannot_be_reached() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bootstrap");
    std::fs::write(&path, "neither a binary nor a script").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut settings = settings();
    settings.code = folder.path().to_owned();
    let host = LambdaHost::new(settings);
    let Err(Failure::Unreachable { reason }) = call(&host, "{}").await else { panic!() };
    assert!(reason.contains("bootstrap cannot be started: Exec format error"), "{reason}");
}

#[tokio::test]
async fn a_request_id_that_is_no_part_of_a_path_is_refused() {
    let host = LambdaHost::new(settings());
    for id in ["", "a/b", "a b", "a\r\nb", "ü", &"x".repeat(200)] {
        let answer = call_as(&host, id, "{}", PATIENT).await;
        assert!(matches!(answer, Err(Failure::Unreachable { .. })), "{id:?}");
    }
    assert_eq!(host.instances(), 0);
}
