//! Which function is meant, and how does this caller call it?

use crate::{Call, Failure, Function, MAX_PAYLOAD};
use bytes::Bytes;
use names::FunctionArn;
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

/// Makes an id for each call; the front gives it, since nothing here reads the random source.
pub type RequestIds = Arc<dyn Fn() -> String + Send + Sync>;

/// The functions there are, by name.
///
/// An ARN leads to the function whose name it ends with. Its region, account and qualifier are not looked
/// at: one template describes one stack, and one stack has one function of a name.
pub struct Functions {
    known: RwLock<HashMap<String, Arc<Registered>>>,
    request_ids: RequestIds,
}

/// What is configured about a function.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long one call may take: 3 s unless the template says otherwise, as for a Lambda function.
    pub timeout: Duration,
}

struct Registered {
    name: String,
    settings: Settings,
    function: Arc<dyn Function>,
}

/// How long a user pool waits for one try of a trigger.
const TRIGGER_TIMEOUT: Duration = Duration::from_secs(5);

/// How long it waits before the second and the third try. The texts give no number; a function that was
/// throttled gets a moment of air.
const TRIGGER_PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(150)];

impl Default for Settings {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(3) }
    }
}

impl Functions {
    /// No function yet.
    #[must_use]
    pub fn new(request_ids: RequestIds) -> Self {
        Self { known: RwLock::default(), request_ids }
    }

    /// Makes a function known under a name. Another one of that name is replaced; calls of it that are
    /// under way end as they would have.
    pub fn register(
        &self,
        name: impl Into<String>,
        settings: Settings,
        function: Arc<dyn Function>,
    ) {
        let name = name.into();
        let registered = Registered { name: name.clone(), settings, function };
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(name, Arc::new(registered));
    }

    /// The function this ARN leads to.
    #[must_use]
    pub fn find(&self, arn: &FunctionArn) -> Option<Arc<dyn Function>> {
        self.registered(arn).map(|registered| registered.function.clone())
    }

    /// The names of all functions, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut names: Vec<String> = known.keys().cloned().collect();
        names.sort_unstable();
        names
    }

    /// Calls a function once, within its own time limit.
    ///
    /// # Errors
    /// [`Failure`], of which [`Failure::NotFound`] also says that no function has this name.
    pub async fn invoke(&self, arn: &FunctionArn, payload: Bytes) -> Result<Bytes, Failure> {
        self.invoke_as(arn, payload, (self.request_ids)()).await
    }

    /// Calls a function once, within its own time limit, under an id that the caller knows.
    ///
    /// # Errors
    /// [`Failure`], as [`Functions::invoke`].
    pub async fn invoke_as(
        &self,
        arn: &FunctionArn,
        payload: Bytes,
        request_id: String,
    ) -> Result<Bytes, Failure> {
        let registered = self.registered(arn).ok_or(Failure::NotFound)?;
        let timeout = registered.settings.timeout;
        let ended = registered.attempt(Call { request_id: request_id.clone(), payload, timeout });
        let ended = ended.await;
        registered.tell(&request_id, &ended);
        ended
    }

    /// What is configured about the function this ARN leads to.
    #[must_use]
    pub fn settings(&self, arn: &FunctionArn) -> Option<Settings> {
        self.registered(arn).map(|registered| registered.settings.clone())
    }

    /// An id for a call, from where all of them come.
    #[must_use]
    pub fn new_request_id(&self) -> String {
        (self.request_ids)()
    }

    /// Calls a function as a user pool calls a trigger: five seconds a try, or the function's own limit if
    /// that is shorter, and at most three tries under one request id. Another try follows only where the
    /// function may not have been heard ([`Failure::is_worth_another_try`]); what its code threw is final. The log
    /// hears of a failure from the pool, which knows what it asked for.
    ///
    /// # Errors
    /// The [`Failure`] of the last try.
    pub async fn fire(
        &self,
        arn: &FunctionArn,
        payload: Bytes,
        request_id: String,
    ) -> Result<Bytes, Failure> {
        let registered = self.registered(arn).ok_or(Failure::NotFound)?;
        let timeout = registered.settings.timeout.min(TRIGGER_TIMEOUT);
        let call = Call { request_id, payload, timeout };
        let mut ended = registered.attempt(call.clone()).await;
        for pause in TRIGGER_PAUSES {
            if !matches!(&ended, Err(failure) if failure.is_worth_another_try()) {
                break;
            }
            tokio::time::sleep(pause).await;
            ended = registered.attempt(call.clone()).await;
        }
        ended
    }

    fn registered(&self, arn: &FunctionArn) -> Option<Arc<Registered>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(arn.function_name()).cloned()
    }
}

impl Registered {
    /// Holds every transport to its promises about time and size, whatever it does itself.
    async fn attempt(&self, call: Call) -> Result<Bytes, Failure> {
        let (timeout, request_id) = (call.timeout, call.request_id.clone());
        let began = Instant::now();
        let ended = if call.payload.len() > MAX_PAYLOAD {
            Err(Failure::TooLarge)
        } else {
            tokio::time::timeout(timeout, self.function.invoke(call))
                .await
                .unwrap_or(Err(Failure::TimedOut))
                .and_then(|answer| {
                    if answer.len() > MAX_PAYLOAD { Err(Failure::TooLarge) } else { Ok(answer) }
                })
        };
        let milliseconds = began.elapsed().as_millis();
        match &ended {
            Ok(answer) => tracing::debug!(
                function = self.name,
                request_id,
                milliseconds,
                bytes = answer.len(),
                "a function answered"
            ),
            Err(failure) => tracing::debug!(
                function = self.name,
                request_id,
                milliseconds,
                %failure,
                "an attempt to call a function failed"
            ),
        }
        ended
    }

    /// One line for a call that failed.
    fn tell(&self, request_id: &str, ended: &Result<Bytes, Failure>) {
        if let Err(failure) = ended {
            tracing::warn!(function = self.name, request_id, %failure, "a function failed");
        }
    }
}

impl fmt::Debug for Functions {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Functions").field(&self.names()).finish()
    }
}
