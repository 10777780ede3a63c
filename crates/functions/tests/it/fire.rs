//! Functions are called once, or as triggers are.

use async_trait::async_trait;
use bytes::Bytes;
use functions::{Call, Failure, Function, Functions, InProcess, MAX_PAYLOAD, Settings, Thrown};
use names::FunctionArn;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::time::Instant;

/// Ends each call as it is told, and writes down what it was asked.
#[derive(Default)]
struct Scripted {
    ends: Mutex<VecDeque<Result<Bytes, Failure>>>,
    calls: Mutex<Vec<Call>>,
}

#[async_trait]
impl Function for Scripted {
    async fn invoke(&self, call: Call) -> Result<Bytes, Failure> {
        self.calls.lock().unwrap().push(call);
        let end = self.ends.lock().unwrap().pop_front();
        match end {
            Some(end) => end,
            None => std::future::pending().await,
        }
    }
}

struct House {
    functions: Functions,
    scripted: Arc<Scripted>,
    arn: FunctionArn,
}

fn house(timeout: Duration, ends: impl IntoIterator<Item = Result<Bytes, Failure>>) -> House {
    let functions = Functions::new(Arc::new(|| "made-here".to_owned()));
    let scripted = Arc::new(Scripted::default());
    scripted.ends.lock().unwrap().extend(ends);
    functions.register("hello", Settings { timeout }, scripted.clone());
    let arn = "arn:aws:lambda:eu-west-1:000000000000:function:hello".parse().unwrap();
    House { functions, scripted, arn }
}

const MINUTE: Duration = Duration::from_secs(60);

fn crashed() -> Failure {
    Failure::Crashed { reason: "gone".to_owned() }
}

impl House {
    async fn fire(&self) -> Result<Bytes, Failure> {
        self.functions.fire(&self.arn, "{}".into(), "event-1".to_owned()).await
    }

    fn calls(&self) -> Vec<Call> {
        self.scripted.calls.lock().unwrap().clone()
    }
}

#[tokio::test(start_paused = true)]
async fn a_trigger_is_tried_three_times_under_one_id() {
    let house = house(MINUTE, [Err(Failure::Throttled), Err(crashed()), Ok("1".into())]);
    assert_eq!(house.fire().await.unwrap(), "1");
    let calls = house.calls();
    assert_eq!(calls.len(), 3);
    assert!(calls.iter().all(|call| call.request_id == "event-1" && call.payload == "{}"));
    assert!(calls.iter().all(|call| call.timeout == Duration::from_secs(5)));
}

#[tokio::test(start_paused = true)]
async fn a_trigger_is_not_tried_a_fourth_time() {
    let ends = [Err(crashed()), Err(crashed()), Err(Failure::Throttled), Ok("late".into())];
    let house = house(MINUTE, ends);
    assert_eq!(house.fire().await, Err(Failure::Throttled));
    assert_eq!(house.calls().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_the_code_of_a_trigger_threw_is_final() {
    for failure in [
        Failure::from(Thrown::new("E", "no")),
        Failure::NotFound,
        Failure::Denied,
        Failure::TooLarge,
        Failure::Unreachable { reason: "no way".to_owned() },
    ] {
        let house = house(MINUTE, [Err(failure.clone()), Ok("1".into())]);
        assert_eq!(house.fire().await, Err(failure));
        assert_eq!(house.calls().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_trigger_that_hangs_is_given_up_after_three_times_five_seconds() {
    let house = house(MINUTE, []);
    let began = Instant::now();
    assert_eq!(house.fire().await, Err(Failure::TimedOut));
    let took = began.elapsed();
    assert!((15_000..15_500).contains(&took.as_millis()), "{took:?}");
    assert_eq!(house.calls().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_shorter_limit_of_the_function_counts_for_triggers_too() {
    let house = house(Duration::from_secs(1), []);
    assert_eq!(house.fire().await, Err(Failure::TimedOut));
    assert!(house.calls().iter().all(|call| call.timeout == Duration::from_secs(1)));
}

#[tokio::test(start_paused = true)]
async fn a_plain_call_is_made_once_within_the_functions_own_limit() {
    let house = house(MINUTE, []);
    let began = Instant::now();
    assert_eq!(house.functions.invoke(&house.arn, "{}".into()).await, Err(Failure::TimedOut));
    assert_eq!(began.elapsed(), MINUTE);
    assert_eq!(house.calls().len(), 1);
    assert_eq!(house.calls()[0].request_id, "made-here");
}

#[tokio::test]
async fn a_transport_is_held_to_the_size_limits() {
    let house = house(MINUTE, [Ok(vec![b'x'; MAX_PAYLOAD + 1].into())]);
    let answer = house.functions.invoke(&house.arn, "{}".into()).await;
    assert_eq!(answer, Err(Failure::TooLarge));
    let answer = house.functions.invoke(&house.arn, vec![b'x'; MAX_PAYLOAD + 1].into()).await;
    assert_eq!(answer, Err(Failure::TooLarge));
    assert_eq!(house.calls().len(), 1, "the large event was not sent");
}

#[tokio::test]
async fn a_function_is_found_by_the_name_in_its_arn() {
    let house = house(MINUTE, []);
    for (arn, is_there) in [
        ("arn:aws:lambda:eu-west-1:000000000000:function:hello", true),
        ("arn:aws:lambda:us-east-1:111111111111:function:hello:live", true),
        ("arn:aws:lambda:eu-west-1:000000000000:function:Hello", false),
        ("arn:aws:lambda:eu-west-1:000000000000:function:", false),
    ] {
        let arn: FunctionArn = arn.parse().unwrap();
        assert_eq!(house.functions.find(&arn).is_some(), is_there, "{arn}");
        if !is_there {
            assert_eq!(house.functions.invoke(&arn, "{}".into()).await, Err(Failure::NotFound));
        }
    }
    assert_eq!(house.functions.names(), ["hello"]);
}

#[tokio::test]
async fn a_function_registered_again_is_replaced() {
    let house = house(MINUTE, []);
    let other = InProcess::new(|(): ()| async { Ok::<u32, Thrown>(2) });
    house.functions.register("hello", Settings::default(), Arc::new(other));
    assert_eq!(house.functions.invoke(&house.arn, "null".into()).await.unwrap(), "2");
}
