//! May a page of another origin call? Browsers ask before they send, and read only what is exposed.
//!
//! The APIs are meant to be called from any page; what a call may do is decided by what it carries,
//! never by a cookie, so every origin is welcome.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, header};

const ALLOWED: &str = "authorization, content-type, x-amz-date, x-amz-security-token, x-amz-target, \
                       x-amz-user-agent, x-amz-content-sha256, amz-sdk-invocation-id, \
                       amz-sdk-request, cache-control";
const EXPOSED: &str = "x-amzn-RequestId, x-amzn-ErrorType, x-amzn-ErrorMessage, Date";

/// The answer to a browser's `OPTIONS`.
#[must_use]
pub fn preflight() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    let headers = response.headers_mut();
    expose(headers);
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED),
        (header::ACCESS_CONTROL_MAX_AGE, "172800"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Lets the page that called read the answer.
pub(super) fn expose(headers: &mut HeaderMap) {
    const PAIRS: [(HeaderName, &str); 2] = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED),
    ];
    for (name, value) in PAIRS {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
