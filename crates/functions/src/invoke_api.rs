//! How do others call our functions?
//!
//! The Invoke operation of Lambda's API, for SDKs and command lines: a request with its body in, a response
//! with its body out. Whoever mounts it has bounded the body and decided who may call.

use crate::{Failure, Functions, MAX_PAYLOAD, Tails, crash_message};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use names::{AccountId, FunctionArn, Region};
use percent_encoding::percent_decode_str;
use serde::de::IgnoredAny;
use serde_json::json;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Answers `POST /2015-03-31/functions/{name}/invocations`.
pub struct InvokeApi {
    functions: Arc<Functions>,
    region: Region,
    account: AccountId,
    tails: Option<Arc<Tails>>,
    events: Arc<Semaphore>,
}

/// The most bytes of an event that nobody waits for.
const MAX_EVENT: usize = 1024 * 1024;

/// How many of those may be under way. Lambda would queue them.
const EVENTS: usize = 64;

/// How the caller wants to be answered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    RequestResponse,
    Event,
    DryRun,
}

impl InvokeApi {
    /// Over these functions. Region and account are for ARNs in messages.
    #[must_use]
    pub fn new(functions: Arc<Functions>, region: Region, account: AccountId) -> Self {
        let events = Arc::new(Semaphore::new(EVENTS));
        Self { functions, region, account, tails: None, events }
    }

    /// Answers `LogType=Tail` with what passes through here. Without it there is no log to answer.
    #[must_use]
    pub fn with_tails(mut self, tails: Arc<Tails>) -> Self {
        self.tails = Some(tails);
        self
    }

    /// Whether a path belongs to this API.
    #[must_use]
    pub fn is_for_us(path: &str) -> bool {
        path.starts_with("/2015-03-31/functions/")
    }

    /// The function that a request is for, whether it is there or not.
    #[must_use]
    pub fn asked_for(&self, request: &Request<Bytes>) -> Option<FunctionArn> {
        self.function(request).ok()
    }

    /// Answers a request. It needs a tokio runtime to run events that nobody waits for.
    pub async fn answer(&self, request: Request<Bytes>) -> Response<Bytes> {
        let request_id = self.functions.new_request_id();
        let mut response =
            self.respond(&request_id, request).await.unwrap_or_else(|refusal| refusal.response());
        if let Ok(id) = HeaderValue::try_from(request_id) {
            response.headers_mut().insert("x-amzn-requestid", id);
        }
        response
    }

    async fn respond(
        &self,
        request_id: &str,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, Refusal> {
        let arn = self.function(&request)?;
        let header = |name| request.headers().get(name).map(|value| value.as_bytes());
        let kind = match header("x-amz-invocation-type") {
            None | Some(b"RequestResponse") => Kind::RequestResponse,
            Some(b"Event") => Kind::Event,
            Some(b"DryRun") => Kind::DryRun,
            Some(_) => return Err(Refusal::invalid("the invocation type is not one of Lambda's")),
        };
        let wants_log = header("x-amz-log-type") == Some(b"Tail");
        let Some(settings) = self.functions.settings(&arn) else {
            return Err(Refusal::not_found(&arn));
        };
        let event = request.into_body();
        let most = if kind == Kind::Event { MAX_EVENT } else { MAX_PAYLOAD };
        if event.len() > most {
            return Err(Refusal::too_large(most));
        }
        // Nothing at all is an empty object, as in the SDKs' documents.
        let event = if event.is_empty() { Bytes::from_static(b"{}") } else { event };
        if serde_json::from_slice::<IgnoredAny>(&event).is_err() {
            return Err(Refusal::not_json());
        }
        match kind {
            Kind::DryRun => Ok(empty(StatusCode::NO_CONTENT)),
            Kind::Event => {
                let Ok(place) = self.events.clone().try_acquire_owned() else {
                    return Err(Refusal::throttled());
                };
                let (functions, request_id) = (self.functions.clone(), request_id.to_owned());
                tokio::spawn(async move {
                    // The registry logs how it ended; there is nobody else to tell.
                    let _ = functions.invoke_as(&arn, event, request_id).await;
                    drop(place);
                });
                Ok(empty(StatusCode::ACCEPTED))
            }
            Kind::RequestResponse => {
                let tails = self.tails.as_ref().filter(|_| wants_log);
                let watch = tails.map(|tails| tails.watch(request_id));
                let ended = self.functions.invoke_as(&arn, event, request_id.to_owned()).await;
                let mut response = match ended {
                    Ok(answer) => Response::new(answer),
                    Err(failure) => {
                        failed(&arn, request_id, settings.timeout.as_secs_f64(), failure)?
                    }
                };
                let headers = response.headers_mut();
                headers.insert("content-type", HeaderValue::from_static("application/json"));
                headers.insert("x-amz-executed-version", HeaderValue::from_static("$LATEST"));
                if let Some(watch) = watch
                    && let Ok(log) = HeaderValue::try_from(BASE64.encode(watch.read()))
                {
                    headers.insert("x-amz-log-result", log);
                }
                Ok(response)
            }
        }
    }

    /// The function that the path names: by its name, `name:qualifier`, a partial or a whole ARN.
    fn function(&self, request: &Request<Bytes>) -> Result<FunctionArn, Refusal> {
        let path: Vec<&str> = request.uri().path().split('/').collect();
        let ["", "2015-03-31", "functions", name, "invocations"] = path.as_slice() else {
            return Err(Refusal::unknown_operation());
        };
        if request.method() != Method::POST {
            return Err(Refusal::unknown_operation());
        }
        let invalid = || Refusal::invalid("the function name is not one");
        let name = percent_decode_str(name).decode_utf8().map_err(|_| invalid())?;
        let mut parts = name.split(':');
        let name = match name.matches(':').count() {
            // name, name:qualifier
            0 | 1 => parts.next(),
            // account:function:name, account:function:name:qualifier
            2 | 3 => parts.nth(2),
            // arn:aws:lambda:region:account:function:name, and its qualifier
            6 | 7 => parts.nth(6),
            _ => None,
        };
        let name = name.unwrap_or_default();
        let is_name = (1..=64).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if !is_name {
            return Err(invalid());
        }
        let arn = format!("arn:aws:lambda:{}:{}:function:{name}", self.region, self.account);
        arn.parse().map_err(|_| invalid())
    }
}

/// What failed inside the function is an answer with a mark; what failed before it is a refusal.
fn failed(
    arn: &FunctionArn,
    request_id: &str,
    seconds: f64,
    failure: Failure,
) -> Result<Response<Bytes>, Refusal> {
    let (error_type, message) = match failure {
        Failure::Thrown { error_type, message } => (error_type, message),
        Failure::TimedOut => {
            let text =
                format!("RequestId: {request_id} Error: Task timed out after {seconds:.2} seconds");
            ("Sandbox.Timedout".to_owned(), text)
        }
        Failure::Crashed { reason } => {
            ("Runtime.ExitError".to_owned(), crash_message(request_id, &reason))
        }
        Failure::TooLarge => (
            "Function.ResponseSizeTooLarge".to_owned(),
            format!(
                "Response payload size exceeded maximum allowed payload size ({MAX_PAYLOAD} bytes)."
            ),
        ),
        Failure::Throttled => return Err(Refusal::throttled()),
        Failure::NotFound => return Err(Refusal::not_found(arn)),
        Failure::Denied => return Err(Refusal::denied()),
        Failure::Unreachable { .. } => return Err(Refusal::unreachable()),
    };
    let body = json!({ "errorMessage": message, "errorType": error_type });
    let mut response = Response::new(Bytes::from(body.to_string()));
    let unhandled = HeaderValue::from_static("Unhandled");
    response.headers_mut().insert("x-amz-function-error", unhandled);
    Ok(response)
}

/// An error of the service, as its SDKs read it.
struct Refusal {
    status: StatusCode,
    name: &'static str,
    body: serde_json::Value,
}

impl Refusal {
    fn user(status: StatusCode, name: &'static str, message: &str) -> Self {
        Self { status, name, body: json!({ "Type": "User", "Message": message }) }
    }

    fn not_found(arn: &FunctionArn) -> Self {
        let message = format!("Function not found: {arn}");
        Self::user(StatusCode::NOT_FOUND, "ResourceNotFoundException", &message)
    }

    fn throttled() -> Self {
        let body = json!({
            "Reason": "ReservedFunctionConcurrentInvocationLimitExceeded",
            "Type": "User",
            "message": "Rate Exceeded.",
        });
        Self { status: StatusCode::TOO_MANY_REQUESTS, name: "TooManyRequestsException", body }
    }

    fn too_large(most: usize) -> Self {
        let message =
            format!("Request must be smaller than {most} bytes for the InvokeFunction operation");
        Self::user(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", &message)
    }

    fn not_json() -> Self {
        let message = "Could not parse request body into json";
        Self::user(StatusCode::BAD_REQUEST, "InvalidRequestContentException", message)
    }

    fn invalid(message: &str) -> Self {
        Self::user(StatusCode::BAD_REQUEST, "InvalidParameterValueException", message)
    }

    fn unknown_operation() -> Self {
        Self::user(StatusCode::NOT_FOUND, "UnknownOperationException", "there is no such operation")
    }

    fn denied() -> Self {
        let message = "the function may not be called";
        Self {
            status: StatusCode::FORBIDDEN,
            name: "AccessDeniedException",
            body: json!({ "Message": message }),
        }
    }

    /// Why is in the log: it tells about this machine.
    fn unreachable() -> Self {
        let body = json!({ "Type": "Service", "Message": "the function could not be started; see the log" });
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, name: "ServiceException", body }
    }

    fn response(self) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from(self.body.to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        headers.insert("x-amzn-errortype", HeaderValue::from_static(self.name));
        response
    }
}

fn empty(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}
