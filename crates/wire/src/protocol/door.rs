//! What do all operations of an API share? Target, size, admission, constraints, faults, headers and
//! the log line.

use super::{Call, cors, json};
use crate::{
    Access, Admission, Api, Fault, Peer, Row, Service, Table,
    constraints::{self, Refused},
};
use bytes::Bytes;
use crypto::Random;
use http::{
    HeaderName, HeaderValue, Method, Request, Response, StatusCode, header, request::Parts,
};
use serde::Serialize;
use std::{
    any::Any, net::IpAddr, panic::AssertUnwindSafe, pin::pin, sync::Arc, task::Poll, time::Instant,
};

/// The largest body that is read, unless an operation says otherwise.
pub const BODY_LIMIT: usize = 1024 * 1024;

const CONTENT_TYPE: &str = "application/x-amz-json-1.1";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const ERROR_MESSAGE: HeaderName = HeaderName::from_static("x-amzn-errormessage");
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

/// What callers from a barred address are told, in the words of AWS WAF.
const BARRED: &str = "ForbiddenException";
/// What whoever is barred is told, in the words of AWS WAF.
pub const TOLD_BARRED: &str = "Request not allowed due to WAF block.";

/// What a breakage is called, and what a few newer operations call it.
const BROKEN: &str = "InternalErrorException";
const BROKEN_ELSEWHERE: &str = "InternalServerException";

/// What an operation answers that is not to be had in a region, and what those answer that do not declare it.
const NOT_ENABLED: &str = "OperationNotEnabledException";
const UNLIKE: &str = "InvalidParameterException";

/// What somebody is told who changed a thing together with others, and how operations put it that do not declare that.
const MET: &str = "ConcurrentModificationException";
const MET_ELSEWHERE: &str = "TooManyRequestsException";

/// Errors that any operation may answer, declared or not.
const UNDECLARED: &[&str] = &[BROKEN, "InvalidParameterException", "NotAuthorizedException"];

/// Whether requests from an address are not taken unless they are signed.
pub type Barrier = dyn Fn(IpAddr) -> bool + Send + Sync;

/// An API, ready to answer requests.
pub struct Door<S> {
    api: &'static Api,
    table: Table<S>,
    admission: Admission,
    barrier: Option<Arc<Barrier>>,
    random: Arc<dyn Random>,
}

impl<S: Service> Door<S> {
    /// Opens an API. The random source makes request ids.
    #[must_use]
    pub fn new(
        api: &'static Api,
        table: Table<S>,
        admission: Admission,
        random: Arc<dyn Random>,
    ) -> Self {
        Self { api, table, admission, barrier: None, random }
    }

    /// Lets addresses that are barred reach signed operations alone.
    #[must_use]
    pub fn behind(mut self, barrier: Arc<Barrier>) -> Self {
        self.barrier = Some(barrier);
        self
    }

    /// The operations that are there.
    #[must_use]
    pub const fn table(&self) -> &Table<S> {
        &self.table
    }

    /// Whether a request is for this API, by the prefix of its `X-Amz-Target`.
    #[must_use]
    pub fn is_for(&self, headers: &http::HeaderMap) -> bool {
        let target = headers.get(TARGET).and_then(|value| value.to_str().ok());
        target
            .and_then(|target| target.split_once('.'))
            .is_some_and(|(prefix, _)| prefix == self.api.target_prefix)
    }

    /// The largest body any operation reads. Whoever collects bodies stops here.
    #[must_use]
    pub fn body_limit(&self) -> usize {
        self.table.rows().map(|row| row.body_limit).max().unwrap_or(BODY_LIMIT)
    }

    /// Answers a request. Never fails: whatever goes wrong becomes an answer.
    pub async fn answer(&self, service: &S, request: Request<Bytes>) -> Response<Bytes> {
        let started = Instant::now();
        let (parts, body) = request.into_parts();
        if parts.method == Method::OPTIONS {
            return cors::preflight();
        }
        let request_id = self.random.uuid_v4();
        let row = self.row(&parts);
        let operation = row.as_ref().map_or("-", |row| row.name);
        let outcome = match row {
            Ok(row) => self.run(service, row, &parts, &body, &request_id).await,
            Err(fault) => Err(fault),
        };
        let code = outcome.as_ref().map_or_else(Fault::code, |_| "OK");
        let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
        if let Err(fault) = &outcome
            && let Some(cause) = fault.chain()
        {
            tracing::error!(operation, request_id, cause, "an operation is broken");
        }
        // What was refused is worth a line in production; what went well is not worth its cost there.
        if outcome.is_err() {
            tracing::info!(operation, outcome = code, milliseconds, request_id, "answered");
        } else {
            tracing::debug!(operation, outcome = code, milliseconds, request_id, "answered");
        }
        let mut response = match outcome {
            Ok(body) => Response::new(body),
            Err(fault) => refusal(&fault),
        };
        sign(&mut response, &request_id);
        if parts.headers.contains_key(header::ORIGIN) {
            cors::expose(response.headers_mut());
        }
        response
    }

    /// The answer to a request that could not be read, which only whoever reads requests can know.
    #[must_use]
    pub fn refuse(&self, fault: &Fault) -> Response<Bytes> {
        let request_id = self.random.uuid_v4();
        tracing::info!(outcome = fault.code(), request_id, "refused unread");
        let mut response = refusal(fault);
        sign(&mut response, &request_id);
        response
    }

    /// The row a request asks for.
    fn row(&self, request: &Parts) -> Result<&Row<S>, Fault> {
        let unknown = |message: String| Fault::refusal("UnknownOperationException", message);
        if request.method != Method::POST {
            return Err(unknown("Operations are called with POST.".to_owned()));
        }
        if !is_amazon_json(request) {
            return Err(unknown(format!("The content type must be {CONTENT_TYPE}.")));
        }
        let mut targets = request.headers.get_all(TARGET).iter();
        let (Some(target), None) = (targets.next(), targets.next()) else {
            return Err(unknown("One X-Amz-Target header is needed.".to_owned()));
        };
        let name = target
            .to_str()
            .ok()
            .and_then(|target| target.strip_prefix(self.api.target_prefix)?.strip_prefix('.'));
        let Some(name) = name else {
            return Err(unknown("The X-Amz-Target header names no operation.".to_owned()));
        };
        self.table.find(name).ok_or_else(|| match self.api.operations.binary_search(&name) {
            Ok(_) => unknown(format!("{name} is not available here yet.")),
            // Not echoed: the name is the caller's text.
            Err(_) => unknown("There is no such operation.".to_owned()),
        })
    }

    async fn run(
        &self,
        service: &S,
        row: &Row<S>,
        request: &Parts,
        body: &Bytes,
        request_id: &str,
    ) -> Result<Bytes, Fault> {
        let peer = Peer::of(request);
        // First of all, as AWS WAF stands before a pool; what is signed passes it by.
        let is_barred = |barrier: &Arc<Barrier>| peer.is_some_and(|address| barrier(address));
        if row.access != Access::Iam && self.barrier.as_ref().is_some_and(is_barred) {
            return Err(Fault::refusal(BARRED, TOLD_BARRED));
        }
        if body.len() > row.body_limit {
            let message = format!("The request body has more than {} bytes.", row.body_limit);
            return Err(Fault::refusal("RequestEntityTooLargeException", message).with_status(413));
        }
        let mut call = Call {
            operation: row.name,
            request_id: request_id.to_owned(),
            region: None,
            access_key_id: None,
            user_agent: user_agent(request),
            peer,
        };
        // Before anything is read: an unknown caller gets no work done. The other operations are called without a
        // signature, and a wrong one that is there all the same means nothing. Some of them the model knows as signed:
        // there a right one holds whoever signs to what their key may do.
        let signer = || self.admission.signer(request, body, self.api.signing_name);
        let signer = match row.access {
            Access::Iam => Some(signer()?),
            _ if row.may_be_signed => signer().ok(),
            _ => None,
        };
        let mut input = json::parse(body)?;
        // Before the input is looked at any closer: whoever may not call learns nothing of what there is.
        if let Some(signer) = signer {
            let action = format!("{}:{}", self.api.signing_name, row.name);
            let resource = service.resource(row.name, &input);
            self.admission.permit(&signer.access_key_id, &action, &resource, request, peer)?;
            if matches!(row.access, Access::Iam | Access::IamOrClient) {
                call.region = Some(signer.region);
                call.access_key_id = Some(signer.access_key_id);
            }
        }
        service.admit(row.name).map_err(|error| declared(row, S::fault(error)))?;
        constraints::forget_nulls(row.input, &mut input);
        constraints::check(row.input, &input).map_err(|refused| match refused {
            Refused::Type(message) => json::malformed(message),
            Refused::Violations(message) => Fault::refusal(self.api.violation, message),
        })?;
        let for_call = service.for_call(&call, &input);
        let service = for_call.as_ref().unwrap_or(service);
        let outcome = async {
            service.may_begin(&input).await.map_err(S::fault)?;
            (row.run)(service, input).await
        };
        match unwound(outcome).await {
            Ok(outcome) => outcome.map_err(|fault| declared(row, fault)),
            Err(panic) => {
                let told = format!("a panic: {}", told(panic.as_ref()));
                Err(declared(row, Fault::broken(told)))
            }
        }
    }
}

fn is_amazon_json(request: &Parts) -> bool {
    let value = request.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = value.and_then(|value| value.split(';').next());
    kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case(CONTENT_TYPE))
}

fn user_agent(request: &Parts) -> Option<String> {
    let text = request.headers.get(header::USER_AGENT)?.to_str().ok()?;
    Some(text.chars().take(256).collect())
}

/// SDKs have a type for each declared error and none for the others, so an undeclared one is a mistake
/// of ours, not an answer.
fn declared<S>(row: &Row<S>, fault: Fault) -> Fault {
    let code = fault.code();
    if row.errors.contains(&code) {
        return fault;
    }
    for (name, elsewhere) in [(BROKEN, BROKEN_ELSEWHERE), (MET, MET_ELSEWHERE)] {
        if code == name && row.errors.contains(&elsewhere) {
            return fault.renamed(elsewhere);
        }
    }
    if UNDECLARED.contains(&code) {
        return fault;
    }
    if code == NOT_ENABLED {
        return fault.renamed(UNLIKE);
    }
    tracing::warn!(
        operation = row.name,
        code,
        "an operation answered an error it does not declare"
    );
    declared(row, Fault::broken(format!("{} does not declare {code}", row.name)))
}

/// Runs a future to its end and catches a panic in it. The service is shared behind locks that either
/// poison or hold no half-made state, so going on is safe.
async fn unwound<F: Future>(future: F) -> Result<F::Output, Box<dyn Any + Send>> {
    let mut future = pin!(future);
    std::future::poll_fn(|context| {
        let poll = || future.as_mut().poll(context);
        match std::panic::catch_unwind(AssertUnwindSafe(poll)) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    })
    .await
}

/// What a panic said, if that is a constant of the program. A formatted text could hold anything.
fn told(panic: &(dyn Any + Send)) -> &'static str {
    panic.downcast_ref::<&'static str>().copied().unwrap_or("see the panic's own line")
}

/// The headers that every answer of an operation has.
fn sign(response: &mut Response<Bytes>, request_id: &str) {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    if let Ok(id) = HeaderValue::try_from(request_id) {
        headers.insert(REQUEST_ID, id);
    }
}

fn refusal(fault: &Fault) -> Response<Bytes> {
    #[derive(Serialize)]
    struct Body<'a> {
        #[serde(rename = "__type")]
        code: &'a str,
        message: &'a str,
        #[serde(rename = "reasonCode", skip_serializing_if = "Option::is_none")]
        reason: Option<&'a str>,
    }
    let body = Body { code: fault.code(), message: fault.message(), reason: fault.reason() };
    let mut response = Response::new(serde_json::to_vec(&body).unwrap_or_default().into());
    *response.status_mut() =
        StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::try_from(format!("{}:", fault.code())) {
        headers.insert(ERROR_TYPE, value);
    }
    if let Some(value) = safe(fault.message()) {
        headers.insert(ERROR_MESSAGE, value);
    }
    response
}

/// A message as a header: short and plain, or not at all.
fn safe(message: &str) -> Option<HeaderValue> {
    let is_plain =
        message.len() <= 1024 && message.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if is_plain { HeaderValue::from_str(message).ok() } else { None }
}
