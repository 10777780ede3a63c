//! Does a transport keep the promises of [`Function`]?
//!
//! One suite for every transport. A transport brings a function that behaves as [`Order`] says (for one
//! that runs other programs, a small program that does so) and runs the suite over it:
//!
//! ```no_run
//! # mod example {
//! use functions::{InProcess, conformance};
//!
//! functions::conformance!(async { InProcess::new(conformance::subject) });
//! # }
//! ```
//!
//! Each check is a test of its own, named after the promise it looks at.

use crate::{Call, Failure, Function, MAX_PAYLOAD, Thrown};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// What the function under test is told to do. In JSON: `{"do": "echo", "value": …}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Order {
    /// Answer `value`, after waiting.
    Echo {
        /// What to answer.
        value: Value,
        /// How long to wait first.
        #[serde(default)]
        milliseconds: u64,
    },
    /// Throw an error of this type with this message.
    Throw {
        /// The type: `errorType` in Lambda's words.
        error_type: String,
        /// The message: `errorMessage` in Lambda's words.
        message: String,
    },
    /// Never answer.
    Hang,
    /// Go away without an answer: panic in process, exit elsewhere.
    Crash,
    /// Answer a text of this many bytes, its quotes included.
    Fill {
        /// How many bytes.
        bytes: usize,
    },
}

/// The function under test, for transports that can call Rust.
///
/// # Errors
/// [`Thrown`] when ordered to.
///
/// # Panics
/// When ordered to.
#[expect(clippy::panic, reason = "that is the order")]
pub async fn subject(order: Order) -> Result<Value, Thrown> {
    match order {
        Order::Echo { value, milliseconds } => {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            Ok(value)
        }
        Order::Throw { error_type, message } => Err(Thrown { error_type, message }),
        Order::Hang => std::future::pending().await,
        Order::Crash => panic!("ordered to crash"),
        Order::Fill { bytes } => Ok(Value::String("x".repeat(bytes.saturating_sub(2)))),
    }
}

/// Long enough for a transport that starts a program first.
const PATIENT: Duration = Duration::from_secs(10);

/// Short enough to wait for, in a function that hangs.
const IMPATIENT: Duration = Duration::from_millis(500);

/// What is answered is what the function answered, and JSON of any kind is an answer.
pub async fn an_answer_comes_back_as_it_is(function: &dyn Function) {
    for value in [json!({"a": [1, 2.5, null, true, "ü\n"]}), json!("text"), json!(7), json!(null)]
    {
        assert_eq!(echo(function, value.clone()).await, Ok(value));
    }
}

/// An error of the function's code arrives as [`Failure::Thrown`], type and message unchanged.
pub async fn an_error_of_the_code_is_thrown(function: &dyn Function) {
    let (error_type, message) = ("Refused".to_owned(), "not today \u{1f642}".to_owned());
    let order = Order::Throw { error_type: error_type.clone(), message: message.clone() };
    assert_eq!(call(function, &order, PATIENT).await, Err(Failure::Thrown { error_type, message }));
    still_works(function).await;
}

/// An event the function cannot read is an error of its code too, not a crash.
pub async fn an_event_the_function_cannot_read_is_thrown(function: &dyn Function) {
    for garbage in ["{\"do\":\"dance\"}", "[]", "7"] {
        let answer = invoke(function, garbage.into(), PATIENT).await;
        assert!(matches!(answer, Err(Failure::Thrown { .. })), "{answer:?}");
    }
    still_works(function).await;
}

/// A function that does not answer is given up in time, and the next call is served.
pub async fn a_function_that_hangs_is_timed_out(function: &dyn Function) {
    still_works(function).await;
    let began = Instant::now();
    assert_eq!(call(function, &Order::Hang, IMPATIENT).await, Err(Failure::TimedOut));
    let took = began.elapsed();
    assert!(took >= IMPATIENT && took < IMPATIENT + Duration::from_secs(2), "{took:?}");
    still_works(function).await;
}

/// A function that goes away is a failure of that call, and the next call is served.
pub async fn a_crash_takes_nothing_with_it(function: &dyn Function) {
    for _ in 0..3 {
        let answer = call(function, &Order::Crash, PATIENT).await;
        assert!(matches!(answer, Err(Failure::Crashed { .. })), "{answer:?}");
        still_works(function).await;
    }
}

/// An answer of the largest size arrives; one byte more is refused.
pub async fn an_answer_that_is_too_large_is_refused(function: &dyn Function) {
    let answer = call(function, &Order::Fill { bytes: MAX_PAYLOAD }, PATIENT).await;
    assert_eq!(answer.map(|answer| answer.len()), Ok(MAX_PAYLOAD));
    let answer = call(function, &Order::Fill { bytes: MAX_PAYLOAD + 1 }, PATIENT).await;
    assert_eq!(answer, Err(Failure::TooLarge));
    still_works(function).await;
}

/// An event that is too large is refused.
pub async fn an_event_that_is_too_large_is_refused(function: &dyn Function) {
    let event = Bytes::from(vec![b' '; MAX_PAYLOAD + 1]);
    assert_eq!(invoke(function, event, PATIENT).await, Err(Failure::TooLarge));
    still_works(function).await;
}

/// Of many calls at once each gets its own answer, or is told that there is no room.
pub async fn calls_at_once_do_not_mix_up_their_answers(function: &dyn Function) {
    let calls = (0..32_u64).map(|number| async move {
        let milliseconds = (32 - number) % 7;
        let order = Order::Echo { value: json!(number), milliseconds };
        match call(function, &order, PATIENT).await {
            Ok(answer) => assert_eq!(answer, number.to_string()),
            Err(failure) => assert_eq!(failure, Failure::Throttled),
        }
    });
    all_at_once(calls).await;
    still_works(function).await;
}

/// A caller that goes away does not disturb the next one.
pub async fn a_call_that_is_given_up_disturbs_nobody(function: &dyn Function) {
    for _ in 0..3 {
        let given_up = call(function, &Order::Hang, PATIENT);
        assert!(tokio::time::timeout(Duration::from_millis(50), given_up).await.is_err());
        still_works(function).await;
    }
}

/// What goes in and comes out is in no failure's text.
pub async fn a_failure_quotes_nothing(function: &dyn Function) {
    let secret = "correct-horse-7";
    let throw = Order::Throw { error_type: "E".to_owned(), message: secret.to_owned() };
    let fill = Order::Echo { value: json!(secret), milliseconds: 60_000 };
    for order in [throw, fill] {
        let Err(failure) = call(function, &order, IMPATIENT).await else { continue };
        assert!(!format!("{failure} {failure:?}").contains(secret));
    }
}

/// Runs every check of this module over a transport, each as a test of its own. The argument is a future
/// that makes the function; it is evaluated once per test. With
/// `ignore = "why";` before it, the tests run only when they are asked for.
#[macro_export]
macro_rules! conformance {
    (@all $attributes:tt $function:expr) => {
        $crate::conformance!(@each $attributes $function;
            an_answer_comes_back_as_it_is,
            an_error_of_the_code_is_thrown,
            an_event_the_function_cannot_read_is_thrown,
            a_function_that_hangs_is_timed_out,
            a_crash_takes_nothing_with_it,
            an_answer_that_is_too_large_is_refused,
            an_event_that_is_too_large_is_refused,
            calls_at_once_do_not_mix_up_their_answers,
            a_call_that_is_given_up_disturbs_nobody,
            a_failure_quotes_nothing,
        );
    };
    (@each $attributes:tt $function:expr; $($check:ident,)+) => {$(
        $crate::conformance!(@one $attributes $function; $check);
    )+};
    (@one [$(#[$attribute:meta])*] $function:expr; $check:ident) => {
        #[tokio::test(flavor = "multi_thread")]
        $(#[$attribute])*
        async fn $check() {
            let function = $function.await;
            $crate::conformance::$check(&function).await;
        }
    };
    (ignore = $why:literal; $function:expr) => {
        $crate::conformance!(@all [#[ignore = $why]] $function);
    };
    ($function:expr) => {
        $crate::conformance!(@all [] $function);
    };
}

async fn invoke(
    function: &dyn Function,
    payload: Bytes,
    timeout: Duration,
) -> Result<Bytes, Failure> {
    let request_id = "79104EXAMPLEB723".to_owned();
    function.invoke(Call { request_id, payload, timeout }).await
}

async fn call(function: &dyn Function, order: &Order, timeout: Duration) -> Result<Bytes, Failure> {
    invoke(function, json!(order).to_string().into(), timeout).await
}

async fn echo(function: &dyn Function, value: Value) -> Result<Value, Failure> {
    let answer = call(function, &Order::Echo { value, milliseconds: 0 }, PATIENT).await?;
    let answer = serde_json::from_slice(&answer);
    assert!(answer.is_ok(), "the answer is not JSON");
    Ok(answer.unwrap_or_default())
}

async fn still_works(function: &dyn Function) {
    assert_eq!(echo(function, json!("still here")).await, Ok(json!("still here")));
}

/// Polls all of them until each is done.
async fn all_at_once<Each: Future<Output = ()>>(all: impl Iterator<Item = Each>) {
    let mut all: Vec<_> = all.map(Box::pin).collect();
    std::future::poll_fn(|context| {
        all.retain_mut(|each| each.as_mut().poll(context).is_pending());
        if all.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}
