//! How does the API answer as a function behind a gateway?
//!
//! A proxy event becomes an HTTP request, the router answers it, and the response becomes a proxy answer,
//! in the payload format of the event.

use crate::{Caller, UserApi, router, routes::At};
use axum::{Router, body::Body, response::Response};
use bytes::Bytes;
use events::api_gateway::{ProxyRequestV1, ProxyRequestV2, ProxyResponseV1, ProxyResponseV2};
use functions::{InProcess, Thrown};
use http::{Method, Request};
use http_body_util::{BodyExt, Limited};
use names::Clock;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use tower::ServiceExt;

/// The name of the function.
pub const NAME: &str = "user-api";

/// The most bytes of a body; API Gateway allows no more.
const LONGEST_BODY: usize = 10 * 1024 * 1024;

/// The API as a function of proxy events, payload formats 1.0 and 2.0.
pub fn into_function(api: UserApi, clock: Clock) -> InProcess {
    let router = router(api);
    InProcess::new(move |event: Value| {
        let (router, clock) = (router.clone(), clock.clone());
        async move { answer(router, &clock, event).await }
    })
}

async fn answer(router: Router, clock: &Clock, event: Value) -> Result<Value, Thrown> {
    let is_v2 = event.get("version").and_then(Value::as_str) == Some("2.0");
    if is_v2 {
        let event = ProxyRequestV2::deserialize(event)?;
        let body = event.body_bytes()?.into_owned();
        let (method, path) = (&event.request_context.http.method, &event.raw_path);
        let caller = Caller::of_v2(&event);
        let request = request(method, path, &event.headers, body, caller, clock)?;
        let (status_code, headers, body) = respond(router, request).await?;
        let answer =
            ProxyResponseV2 { status_code, headers, body: Some(body), ..Default::default() };
        return Ok(serde_json::to_value(answer)?);
    }
    let event = ProxyRequestV1::deserialize(event)?;
    let body = event.body_bytes()?.into_owned();
    let caller = Caller::of_v1(&event);
    let request = request(&event.http_method, &event.path, &event.headers, body, caller, clock)?;
    let (status_code, headers, body) = respond(router, request).await?;
    let answer = ProxyResponseV1 { status_code, headers, body: Some(body), ..Default::default() };
    Ok(serde_json::to_value(answer)?)
}

fn request(
    method: &str,
    path: &str,
    headers: &BTreeMap<String, String>,
    body: Vec<u8>,
    caller: Caller,
    clock: &Clock,
) -> Result<Request<Body>, Thrown> {
    let mut request = Request::builder().method(Method::from_bytes(method.as_bytes())?).uri(path);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let mut request = request.body(Body::from(body))?;
    request.extensions_mut().insert(caller);
    request.extensions_mut().insert(At(clock()));
    Ok(request)
}

async fn respond(
    router: Router,
    request: Request<Body>,
) -> Result<(u16, BTreeMap<String, String>, String), Thrown> {
    let response: Response = match router.oneshot(request).await {
        Ok(response) => response,
        Err(impossible) => match impossible {},
    };
    let (head, body) = response.into_parts();
    let body: Bytes = Limited::new(body, LONGEST_BODY)
        .collect()
        .await
        .map_err(|_| Thrown::new("BodyError", "the answer could not be read"))?
        .to_bytes();
    let headers = head
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect();
    Ok((head.status.as_u16(), headers, String::from_utf8(body.to_vec())?))
}
