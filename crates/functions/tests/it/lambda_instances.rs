//! Instances come when they are needed, and go.

use crate::lambda::{PATIENT, call, call_as, eventually, lives, mischief, settings, still_works};
use functions::{Failure, lambda::LambdaHost};
use serde_json::{Value, json};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// A host that cannot start a second instance beside one that is slow on a busy machine.
fn single() -> LambdaHost {
    let mut settings = settings();
    settings.concurrency = 1;
    LambdaHost::new(settings)
}

async fn process(host: &LambdaHost) -> u64 {
    call(host, r#"{"do":"tell"}"#).await.unwrap()["process"].as_u64().unwrap()
}

#[tokio::test]
async fn an_instance_is_used_again() {
    let host = single();
    assert_eq!(host.instances(), 0);
    let first = process(&host).await;
    for _ in 0..10 {
        assert_eq!(process(&host).await, first);
    }
    assert_eq!(host.instances(), 1);
}

#[tokio::test]
async fn an_error_of_the_code_costs_no_instance() {
    let host = single();
    let first = process(&host).await;
    let throw = r#"{"do":"throw","error_type":"E","message":"m"}"#;
    assert!(matches!(call(&host, throw).await, Err(Failure::Thrown { .. })));
    let fill = json!({ "do": "fill", "bytes": functions::MAX_PAYLOAD + 1 }).to_string();
    assert_eq!(call(&host, &fill).await, Err(Failure::TooLarge));
    assert_eq!(process(&host).await, first);
}

#[tokio::test]
async fn instances_scale_up_to_the_reserved_concurrency_and_no_further() {
    let mut settings = settings();
    settings.concurrency = 3;
    let host = Arc::new(LambdaHost::new(settings));
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let host = host.clone();
            tokio::spawn(async move {
                call(&host, r#"{"do":"echo","value":1,"milliseconds":1500}"#).await
            })
        })
        .collect();
    let mut answers = Vec::new();
    for call in calls {
        answers.push(call.await.unwrap());
    }
    assert_eq!(answers.iter().filter(|answer| **answer == Ok(json!(1))).count(), 3);
    let throttled = answers.iter().filter(|answer| **answer == Err(Failure::Throttled)).count();
    assert_eq!(throttled, 5);
    assert_eq!(host.instances(), 3);
    still_works(&host).await;
}

#[tokio::test]
async fn a_concurrency_of_nothing_takes_no_call() {
    let mut settings = settings();
    settings.concurrency = 0;
    let host = LambdaHost::new(settings);
    assert_eq!(call(&host, "{}").await, Err(Failure::Throttled));
}

#[tokio::test]
async fn one_instance_serves_calls_one_after_another_without_a_pause() {
    let host = single();
    still_works(&host).await;
    let began = Instant::now();
    for number in 0..200 {
        let order = json!({ "do": "echo", "value": number }).to_string();
        assert_eq!(call(&host, &order).await, Ok(json!(number)));
    }
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test]
async fn an_idle_instance_goes() {
    let mut settings = settings();
    settings.idle = Duration::from_millis(100);
    let host = LambdaHost::new(settings);
    let first = process(&host).await;
    assert!(eventually(|| host.instances() == 0).await);
    assert!(eventually(|| !lives(first)).await);
    assert_ne!(process(&host).await, first);
}

#[tokio::test]
async fn an_instance_that_is_killed_from_outside_is_replaced() {
    let host = LambdaHost::new(settings());
    let first = process(&host).await;
    let status = std::process::Command::new("kill").args(["-9", &first.to_string()]).status();
    assert!(status.unwrap().success());
    assert!(eventually(|| !lives(first)).await);
    assert_ne!(process(&host).await, first);
}

#[tokio::test]
async fn what_an_instance_started_ends_with_it() {
    let host = LambdaHost::new(settings());
    let child = call(&host, r#"{"do":"fork"}"#).await.unwrap().as_u64().unwrap();
    assert!(lives(child));
    assert!(matches!(call(&host, r#"{"do":"crash"}"#).await, Err(Failure::Crashed { .. })));
    assert!(eventually(|| !lives(child)).await);
}

#[tokio::test]
async fn all_instances_end_with_the_host() {
    let host = LambdaHost::new(settings());
    let child = call(&host, r#"{"do":"fork"}"#).await.unwrap().as_u64().unwrap();
    let parent = process(&host).await;
    assert!(lives(child) && lives(parent));
    drop(host);
    assert!(eventually(|| !lives(child) && !lives(parent)).await);
}

#[tokio::test]
async fn a_call_that_is_given_up_ends_its_instance() {
    let host = LambdaHost::new(settings());
    let first = process(&host).await;
    let hang = call(&host, r#"{"do":"hang"}"#);
    assert!(tokio::time::timeout(Duration::from_millis(200), hang).await.is_err());
    assert!(eventually(|| !lives(first)).await);
    assert_ne!(process(&host).await, first);
}

#[tokio::test]
async fn a_start_goes_on_when_its_caller_has_gone() {
    let host = LambdaHost::new(mischief("slow"));
    let answer = call_as(&host, "call-1", "{}", Duration::from_millis(100)).await;
    assert_eq!(answer, Err(Failure::TimedOut));
    assert_eq!(host.instances(), 1);
    tokio::time::sleep(Duration::from_millis(1200)).await;
    let began = Instant::now();
    still_works(&host).await;
    assert!(began.elapsed() < Duration::from_millis(500));
    assert_eq!(host.instances(), 1);
}

#[tokio::test]
async fn a_cold_start_can_be_felt() {
    let mut settings = settings();
    settings.cold_start = Duration::from_millis(400);
    let host = LambdaHost::new(settings);
    let began = Instant::now();
    still_works(&host).await;
    assert!(began.elapsed() >= Duration::from_millis(400));
    let began = Instant::now();
    still_works(&host).await;
    assert!(began.elapsed() < Duration::from_millis(300));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_function_does_not_disturb_a_good_one() {
    let (bad, good) = (LambdaHost::new(settings()), LambdaHost::new(settings()));
    still_works(&good).await;
    let mischief = async {
        for order in ["crash", "garbage", "wrong_id", "poll_early", "break_off", "spin", "hang"] {
            let order = json!({ "do": order }).to_string();
            let answer = call_as(&bad, "call-1", &order, Duration::from_millis(300)).await;
            assert!(answer.is_err(), "{order}");
        }
    };
    let work = async {
        let first = process(&good).await;
        for number in 0..100 {
            let order = json!({ "do": "echo", "value": number, "milliseconds": 5 }).to_string();
            assert_eq!(call_as(&good, "call-1", &order, PATIENT).await, Ok(Value::from(number)));
        }
        assert!(lives(first));
    };
    tokio::join!(mischief, work);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_launched_instance_dies_with_a_host_that_is_killed() {
    use std::io::{BufRead, BufReader};
    let program = env!("CARGO_BIN_EXE_functions-test-bootstrap");
    let mut host = std::process::Command::new(program)
        .arg("host")
        .arg(crate::lambda::code())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(host.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let instance = line.trim().parse().unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(lives(instance));
    host.kill().unwrap();
    host.wait().unwrap();
    assert!(eventually(|| !lives(instance)).await);
}
