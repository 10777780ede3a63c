//! What stands in every answer?

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Serialize;

/// The policy of what is no page: nothing is loaded, run or framed.
const NOTHING: &str =
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json;charset=UTF-8";

/// An answer of the token endpoint and its like.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response<Bytes> {
    let body = serde_json::to_vec(body).unwrap_or_default();
    dressed(status, JSON, NOTHING, body.into())
}

/// An endpoint that cannot answer now and can soon.
pub(crate) fn later(status: StatusCode, description: &str) -> Response<Bytes> {
    let body = serde_json::json!({
        "error": "temporarily_unavailable", "error_description": description,
    });
    let mut response = json(status, &body);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

/// A page, under a policy of its own.
pub(crate) fn page(status: StatusCode, html: String, policy: &str) -> Response<Bytes> {
    dressed(status, HTML, policy, html.into())
}

/// An answer without a body.
pub(crate) fn empty(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    guard(response.headers_mut());
    response
}

/// Sends the browser somewhere else. Never 307 or 308, which would carry a form with a password along.
pub(crate) fn redirect(status: StatusCode, to: &str) -> Response<Bytes> {
    let mut response = empty(status);
    // What is no header value was no URL of ours either: they are all encoded.
    if let Ok(to) = HeaderValue::from_str(to) {
        response.headers_mut().insert(header::LOCATION, to);
    } else {
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    }
    response
}

fn dressed(
    status: StatusCode,
    content_type: &'static str,
    policy: &str,
    body: Bytes,
) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    guard(headers);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    let policy = HeaderValue::from_str(policy);
    let policy = policy.unwrap_or_else(|_| HeaderValue::from_static(NOTHING));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// What keeps an answer from being stored, guessed at, framed or told about.
fn guard(headers: &mut HeaderMap) {
    let fixed: [(HeaderName, &'static str); 6] = [
        (header::CACHE_CONTROL, "no-store"),
        (header::PRAGMA, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Lets pages of any origin read an answer. Cookies have no part in what is answered so.
pub(crate) fn for_any_origin(mut response: Response<Bytes>) -> Response<Bytes> {
    let any = HeaderValue::from_static("*");
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
    let exposed = HeaderValue::from_static("WWW-Authenticate");
    response.headers_mut().insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    response
}

/// The answer to a preflight of such a request.
pub(crate) fn preflight(methods: &'static str) -> Response<Bytes> {
    let mut response = for_any_origin(empty(StatusCode::NO_CONTENT));
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
    let allowed = HeaderValue::from_static("Authorization, Content-Type, X-Amz-User-Agent");
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

/// The answer to a method that a path has not.
pub(crate) fn wrong_method(allowed: &'static str) -> Response<Bytes> {
    let body = serde_json::json!({ "error": "invalid_request" });
    let mut response = json(StatusCode::METHOD_NOT_ALLOWED, &body);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}
