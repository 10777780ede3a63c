//! The Invoke operation, as SDKs call it.

use crate::lambda::{PATIENT, settings};
use bytes::Bytes;
use functions::{
    Failure, Functions, InProcess, InvokeApi, Settings, Tails, Thrown, TracedLogs, conformance,
    lambda::LambdaHost,
};
use http::{Request, Response};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

/// Functions under `subject`, in process, and whatever is registered beside it.
pub fn functions() -> Arc<Functions> {
    let functions = Functions::new(Arc::new(|| "0f1b1a3e-api".to_owned()));
    let settings = Settings { timeout: PATIENT };
    functions.register("subject", settings, Arc::new(InProcess::new(conformance::subject)));
    Arc::new(functions)
}

pub fn api(functions: Arc<Functions>) -> InvokeApi {
    let (region, account) = ("eu-west-1".parse().unwrap(), "000000000000".parse().unwrap());
    InvokeApi::new(functions, region, account)
}

async fn post(api: &InvokeApi, name: &str, kind: &str, body: impl Into<Bytes>) -> Response<Bytes> {
    let request = Request::post(format!("/2015-03-31/functions/{name}/invocations"))
        .header("x-amz-invocation-type", kind)
        .header("x-amz-log-type", "Tail")
        .body(body.into())
        .unwrap();
    api.answer(request).await
}

async fn invoke(api: &InvokeApi, body: Value) -> Response<Bytes> {
    post(api, "subject", "RequestResponse", body.to_string()).await
}

fn header<'a>(response: &'a Response<Bytes>, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

fn body(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

#[tokio::test]
async fn an_answer_is_the_body() {
    let api = api(functions());
    let response = invoke(&api, json!({ "do": "echo", "value": {"a": 1} })).await;
    assert_eq!(response.status(), 200);
    assert_eq!(body(&response), json!({ "a": 1 }));
    assert_eq!(header(&response, "x-amz-executed-version"), "$LATEST");
    assert_eq!(header(&response, "x-amzn-requestid"), "0f1b1a3e-api");
    assert_eq!(header(&response, "x-amz-function-error"), "");
}

#[tokio::test]
async fn what_fails_inside_is_an_answer_with_a_mark() {
    struct Failing(Failure);
    #[async_trait::async_trait]
    impl functions::Function for Failing {
        async fn invoke(&self, _: functions::Call) -> Result<Bytes, Failure> {
            Err(self.0.clone())
        }
    }

    let functions = functions();
    let api = api(functions.clone());
    let crashed = Failure::Crashed { reason: "exit status 1".to_owned() };
    for (failure, error_type, message) in [
        (Thrown::new("E", "m").into(), "E", "m"),
        (Failure::TimedOut, "Sandbox.Timedout", "Task timed out after 3.00 seconds"),
        (crashed, "Runtime.ExitError", "exit status 1"),
        (Failure::TooLarge, "Function.ResponseSizeTooLarge", "6291456 bytes"),
    ] {
        functions.register("failing", Settings::default(), Arc::new(Failing(failure)));
        let response = post(&api, "failing", "RequestResponse", "{}").await;
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "x-amz-function-error"), "Unhandled");
        assert_eq!(body(&response)["errorType"], error_type);
        let said = body(&response)["errorMessage"].as_str().unwrap().to_owned();
        assert!(said.contains(message), "{said}");
    }
    let unreachable = Failure::Unreachable { reason: "/home/ann/secret is not there".to_owned() };
    for (failure, status, name) in [
        (Failure::Throttled, 429, "TooManyRequestsException"),
        (Failure::NotFound, 404, "ResourceNotFoundException"),
        (Failure::Denied, 403, "AccessDeniedException"),
        (unreachable, 500, "ServiceException"),
    ] {
        functions.register("failing", Settings::default(), Arc::new(Failing(failure)));
        let response = post(&api, "failing", "RequestResponse", "{}").await;
        assert_eq!(response.status(), status);
        assert_eq!(header(&response, "x-amzn-errortype"), name);
        assert_eq!(header(&response, "x-amz-function-error"), "");
        assert!(!body(&response).to_string().contains("secret"));
    }
}

#[tokio::test]
async fn a_function_is_found_by_every_form_of_its_name() {
    let api = api(functions());
    for name in [
        "subject",
        "subject:live",
        "subject%3A%24LATEST",
        "000000000000:function:subject",
        "arn:aws:lambda:eu-west-1:000000000000:function:subject",
        "arn%3Aaws%3Alambda%3Aeu-west-1%3A000000000000%3Afunction%3Asubject%3Alive",
    ] {
        let response = post(&api, name, "RequestResponse", r#"{"do":"echo","value":1}"#).await;
        assert_eq!(response.status(), 200, "{name}");
    }
    let response = post(&api, "other", "RequestResponse", "{}").await;
    assert_eq!(response.status(), 404);
    assert_eq!(
        body(&response),
        json!({
            "Type": "User",
            "Message": "Function not found: arn:aws:lambda:eu-west-1:000000000000:function:other",
        })
    );
    for name in ["", "a%2Fb", "a%20b", "%FF", "a:b:c:d:e:f:g:h:i", &"x".repeat(100)] {
        let response = post(&api, name, "RequestResponse", "{}").await;
        assert_eq!(response.status(), 400, "{name}");
        assert_eq!(header(&response, "x-amzn-errortype"), "InvalidParameterValueException");
    }
}

#[tokio::test]
async fn what_is_no_call_is_refused() {
    let api = api(functions());
    let response = post(&api, "subject", "Whenever", "{}").await;
    assert_eq!(response.status(), 400);
    let response = post(&api, "subject", "RequestResponse", "no json").await;
    assert_eq!(response.status(), 400);
    assert_eq!(header(&response, "x-amzn-errortype"), "InvalidRequestContentException");
    let large = vec![b' '; functions::MAX_PAYLOAD + 1];
    let response = post(&api, "subject", "RequestResponse", large).await;
    assert_eq!(response.status(), 413);
    assert_eq!(header(&response, "x-amzn-errortype"), "RequestTooLargeException");
    let response = post(&api, "subject", "Event", vec![b' '; 1024 * 1024 + 1]).await;
    assert_eq!(response.status(), 413);
    for request in [
        Request::get("/2015-03-31/functions/subject/invocations"),
        Request::post("/2015-03-31/functions/subject"),
        Request::post("/2015-03-31/functions/subject/invocations/more"),
    ] {
        let response = api.answer(request.body(Bytes::new()).unwrap()).await;
        assert_eq!(response.status(), 404);
    }
    assert!(InvokeApi::is_for_us("/2015-03-31/functions/f/invocations"));
    assert!(!InvokeApi::is_for_us("/functions"));
}

#[tokio::test]
async fn an_event_is_taken_and_a_dry_run_does_nothing() {
    let functions = functions();
    let count = Arc::new(AtomicU32::new(0));
    let seen = count.clone();
    let counter = InProcess::new(move |_: Value| {
        seen.fetch_add(1, Ordering::SeqCst);
        async { Ok::<(), Thrown>(()) }
    });
    functions.register("counter", Settings::default(), Arc::new(counter));
    let api = api(functions);
    let response = post(&api, "counter", "DryRun", "{}").await;
    assert_eq!((response.status().as_u16(), response.body().len()), (204, 0));
    assert_eq!(post(&api, "other", "DryRun", "{}").await.status(), 404);
    assert_eq!(count.load(Ordering::SeqCst), 0);
    let response = post(&api, "counter", "Event", "").await;
    assert_eq!((response.status().as_u16(), response.body().len()), (202, 0));
    while count.load(Ordering::SeqCst) == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(post(&api, "other", "Event", "{}").await.status(), 404);
}

#[tokio::test]
async fn events_are_bounded() {
    let functions = functions();
    let api = api(functions);
    for _ in 0..64 {
        assert_eq!(post(&api, "subject", "Event", r#"{"do":"hang"}"#).await.status(), 202);
    }
    assert_eq!(post(&api, "subject", "Event", r#"{"do":"hang"}"#).await.status(), 429);
    let response = invoke(&api, json!({ "do": "echo", "value": 1 })).await;
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn the_tail_of_the_log_comes_along() {
    let tails = Arc::new(Tails::new(Arc::new(TracedLogs)));
    let mut settings = settings();
    settings.logs = tails.clone();
    let functions = functions();
    functions.register("host", Settings { timeout: PATIENT }, Arc::new(LambdaHost::new(settings)));
    let api = api(functions).with_tails(tails);
    let order = json!({ "do": "print", "lines": ["hello"] }).to_string();
    let response = post(&api, "host", "RequestResponse", order).await;
    let log = {
        use base64::Engine;
        let text = header(&response, "x-amz-log-result");
        base64::engine::general_purpose::STANDARD.decode(text).unwrap()
    };
    let log = String::from_utf8(log).unwrap();
    assert!(
        log.starts_with("START RequestId: 0f1b1a3e-api Version: $LATEST\nhello\nhello\nEND "),
        "{log}"
    );
    assert!(log.contains("REPORT RequestId: 0f1b1a3e-api\tDuration: "));
}
