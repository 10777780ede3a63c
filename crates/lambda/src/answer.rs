//! What becomes of an event that Lambda hands over?

use crate::logs;
use bytes::Bytes;
use functions::{Call, Failure, Function};
use lambda_runtime::{Diagnostic, LambdaEvent};
use names::Clock;
use serde_json::value::RawValue;
use std::{fmt, sync::Arc, time::Duration};

/// How much of a call's time is kept for saying that it was not enough.
const LAST_WORDS: Duration = Duration::from_millis(50);

/// A function, between the bytes of the Runtime API.
#[derive(Clone)]
pub struct Answering {
    function: Arc<dyn Function>,
    clock: Clock,
}

/// What Lambda is told when there is no answer: a type and a text, no stack and no path.
pub struct Told {
    error_type: String,
    message: String,
}

impl Answering {
    pub fn new(function: Arc<dyn Function>, clock: Clock) -> Self {
        Self { function, clock }
    }

    pub async fn answer(
        &self,
        LambdaEvent { payload, context }: LambdaEvent<Box<RawValue>>,
    ) -> Result<Box<RawValue>, Told> {
        let _lines = logs::of_request(&context.request_id);
        let call = Call {
            timeout: self.time_until(context.deadline),
            request_id: context.request_id,
            payload: Bytes::from(String::from(Box::<str>::from(payload))),
        };
        let answer = self.function.invoke(call).await.map_err(Told::from)?;
        let answer = String::from_utf8(answer.into()).ok().and_then(|text| {
            // It was written as JSON a moment ago; this is only the proof that the type wants.
            RawValue::from_string(text).ok()
        });
        answer.ok_or_else(|| Told::new("Runtime.MarshalError", "the answer is no JSON"))
    }

    /// How long a call may take that ends at this moment, in milliseconds of the epoch.
    fn time_until(&self, deadline: u64) -> Duration {
        let now = u64::try_from((self.clock)().as_millisecond()).unwrap_or_default();
        Duration::from_millis(deadline.saturating_sub(now)).saturating_sub(LAST_WORDS)
    }
}

impl Told {
    fn new(error_type: &str, message: impl fmt::Display) -> Self {
        Self { error_type: error_type.to_owned(), message: message.to_string() }
    }
}

impl From<Failure> for Told {
    fn from(failure: Failure) -> Self {
        // What a function throws it has written down itself, as far as it is for a log.
        if !matches!(failure, Failure::Thrown { .. }) {
            tracing::error!("there is no answer: {failure}");
        }
        match failure {
            Failure::Thrown { error_type, message } => Self { error_type, message },
            Failure::TimedOut => Self::new("Function.TimedOut", failure),
            Failure::TooLarge => Self::new("Function.TooLarge", failure),
            Failure::Crashed { .. } => Self::new("Function.Crashed", "the function crashed"),
            Failure::Throttled
            | Failure::NotFound
            | Failure::Denied
            | Failure::Unreachable { .. } => Self::new("Function.Failed", failure),
        }
    }
}

impl From<Told> for Diagnostic {
    fn from(told: Told) -> Self {
        Self { error_type: told.error_type, error_message: told.message }
    }
}

/// Without the message, since the runtime writes this into the log.
impl fmt::Debug for Told {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the caller is told {:?}", self.error_type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use functions::{InProcess, Thrown};
    use lambda_runtime::Context;
    use serde_json::{Value, json};

    fn answering(function: InProcess) -> Answering {
        Answering::new(Arc::new(function), Arc::new(jiff::Timestamp::now))
    }

    fn event(payload: Value, milliseconds: u64) -> LambdaEvent<Box<RawValue>> {
        let mut context = Context::default();
        let now = u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap();
        context.deadline = now + milliseconds;
        LambdaEvent::new(RawValue::from_string(payload.to_string()).unwrap(), context)
    }

    #[tokio::test]
    async fn an_answer_goes_back_as_it_was_written() {
        let double = InProcess::new(|number: u32| async move { Ok::<u32, Thrown>(number * 2) });
        let answer = answering(double).answer(event(json!(21), 3000)).await.unwrap();
        assert_eq!(answer.get(), "42");
    }

    #[tokio::test]
    async fn an_error_is_told_by_type_and_text_and_logged_by_type() {
        let no = InProcess::new(|(): ()| async { Err::<(), _>(Thrown::new("No", "the secret")) });
        let told = answering(no).answer(event(json!(null), 3000)).await.unwrap_err();
        assert_eq!(format!("{told:?}"), r#"the caller is told "No""#);
        let told = serde_json::to_value(Diagnostic::from(told)).unwrap();
        assert_eq!(told, json!({ "errorType": "No", "errorMessage": "the secret" }));
    }

    #[tokio::test]
    async fn a_call_ends_before_lambda_ends_it() {
        let never = InProcess::new(|(): ()| async {
            std::future::pending::<()>().await;
            Ok::<(), Thrown>(())
        });
        let told = answering(never).answer(event(json!(null), 60)).await.unwrap_err();
        assert_eq!(told.error_type, "Function.TimedOut");
    }

    #[tokio::test]
    async fn a_panic_says_nothing_of_itself() {
        async fn explode() -> Result<(), Thrown> {
            panic!("at the password hunter2")
        }
        let told = answering(InProcess::new(|(): ()| explode()))
            .answer(event(json!(null), 3000))
            .await
            .unwrap_err();
        assert_eq!(
            (told.error_type.as_str(), told.message.as_str()),
            ("Function.Crashed", "the function crashed")
        );
    }
}
