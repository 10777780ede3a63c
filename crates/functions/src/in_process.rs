//! How is a closure of this process called?

use crate::{Call, Failure, Function, MAX_PAYLOAD, Thrown};
use async_trait::async_trait;
use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};
use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::Poll,
};

/// An async closure from an event to an answer, as a [`Function`].
///
/// It is for our own code: the closure runs as part of the call, on the caller's task, so it must not block
/// the thread. A panic inside ends the call and nothing else; when the time is up or the caller gives up,
/// the future is dropped where it stands.
pub struct InProcess {
    handler: Box<dyn Fn(Bytes) -> Running + Send + Sync>,
}

type Running = Pin<Box<dyn Future<Output = Result<Bytes, Failure>> + Send>>;

impl InProcess {
    /// Wraps a closure. Its event is read from JSON, its answer is written as JSON, and its error is what
    /// the caller is told ([`Thrown`], or any [`std::error::Error`]).
    pub fn new<Event, Answer, Error, Answering, Handler>(handler: Handler) -> Self
    where
        Event: DeserializeOwned + Send + 'static,
        Answer: Serialize + Send + 'static,
        Error: Into<Thrown> + Send + 'static,
        Answering: Future<Output = Result<Answer, Error>> + Send + 'static,
        Handler: Fn(Event) -> Answering + Send + Sync + 'static,
    {
        let handler = std::sync::Arc::new(handler);
        let handler = move |payload: Bytes| -> Running {
            let handler = handler.clone();
            Box::pin(async move {
                let event = read(&payload)?;
                drop(payload);
                match handler(event).await {
                    Ok(answer) => write(&answer),
                    Err(error) => Err(error.into().into()),
                }
            })
        };
        Self { handler: Box::new(handler) }
    }
}

#[async_trait]
impl Function for InProcess {
    async fn invoke(&self, call: Call) -> Result<Bytes, Failure> {
        if call.payload.len() > MAX_PAYLOAD {
            return Err(Failure::TooLarge);
        }
        let running = contain((self.handler)(call.payload));
        tokio::time::timeout(call.timeout, running).await.unwrap_or(Err(Failure::TimedOut))
    }
}

fn read<Event: DeserializeOwned>(payload: &[u8]) -> Result<Event, Failure> {
    serde_json::from_slice(payload).map_err(|cause| {
        // A reader's message quotes what it could not read, so only the place is told.
        let (line, column) = (cause.line(), cause.column());
        Thrown::new(
            "Runtime.UnmarshalError",
            format!("the event is not what the function takes (line {line}, column {column})"),
        )
        .into()
    })
}

fn write(answer: &impl Serialize) -> Result<Bytes, Failure> {
    let answer = serde_json::to_vec(answer).map_err(|_| {
        Failure::from(Thrown::new("Runtime.MarshalError", "the answer cannot be written as JSON"))
    })?;
    if answer.len() > MAX_PAYLOAD { Err(Failure::TooLarge) } else { Ok(answer.into()) }
}

/// Turns a panic into an answer. What was being done is dropped and never polled again, so nobody sees the
/// state in which the panic left it; what the function shares with its other calls stands behind locks
/// that know about panics.
async fn contain(mut running: Running) -> Result<Bytes, Failure> {
    std::future::poll_fn(move |context| {
        match catch_unwind(AssertUnwindSafe(|| running.as_mut().poll(context))) {
            Ok(polled) => polled,
            // The payload of a panic may quote the event.
            Err(_) => Poll::Ready(Err(Failure::Crashed { reason: "it panicked".to_owned() })),
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        sync::{
            Arc,
            atomic::{AtomicBool, Ordering},
        },
        time::Duration,
    };

    fn call(payload: &str, timeout: Duration) -> Call {
        Call {
            request_id: "id".to_owned(),
            payload: Bytes::copy_from_slice(payload.as_bytes()),
            timeout,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_function_that_is_late_is_dropped_where_it_stands() {
        struct Dropped(Arc<AtomicBool>);
        impl Drop for Dropped {
            fn drop(&mut self) {
                self.0.store(true, Ordering::SeqCst);
            }
        }

        let dropped = Arc::new(AtomicBool::new(false));
        let seen = dropped.clone();
        let function = InProcess::new(move |(): ()| {
            let guard = Dropped(seen.clone());
            async move {
                std::future::pending::<()>().await;
                drop(guard);
                Ok::<(), Thrown>(())
            }
        });
        let answer = function.invoke(call("null", Duration::from_secs(1))).await;
        assert_eq!(answer, Err(Failure::TimedOut));
        assert!(dropped.load(Ordering::SeqCst));
    }

    #[tokio::test]
    async fn an_event_that_cannot_be_read_is_not_quoted() {
        let function = InProcess::new(|number: u32| async move { Ok::<u32, Thrown>(number) });
        let answer = function.invoke(call("\"hunter2\"", Duration::from_secs(1))).await;
        let Err(Failure::Thrown { error_type, message }) = answer else { panic!("{answer:?}") };
        assert_eq!(error_type, "Runtime.UnmarshalError");
        assert!(!message.contains("hunter2"));
    }

    #[tokio::test]
    async fn a_panic_before_the_first_await_is_contained_too() {
        fn explode(_: u32) -> std::future::Ready<Result<u32, Thrown>> {
            panic!("before a future is there")
        }
        let function = InProcess::new(explode);
        let answer = function.invoke(call("1", Duration::from_secs(1))).await;
        assert!(matches!(answer, Err(Failure::Crashed { .. })));
    }
}
