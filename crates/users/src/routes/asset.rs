//! Which pictures does the API serve, and how?

pub(crate) mod avatar_catalogue;
pub(crate) mod badge_catalogue;
pub(crate) mod badge_icon;
pub(crate) mod default_avatar;
pub(crate) mod picture;
pub(crate) mod upload;

use crate::Problem;
use axum::{
    Json,
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use crypto::sha256;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// What is part of the program changes with it: it is asked for again after a day.
const FOR_A_DAY: &str = "public, max-age=86400";
/// What is named by its digest never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Even a drawing that is opened as a page of its own runs nothing and loads nothing.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// A drawing of the program.
fn drawing(asked: &HeaderMap, svg: &'static str) -> Response {
    serve(asked, "image/svg+xml", FOR_A_DAY, Bytes::from_static(svg.as_bytes()))
}

/// A picture, or nothing if the client has it already.
fn serve(
    asked: &HeaderMap,
    content_type: &'static str,
    caching: &'static str,
    body: Bytes,
) -> Response {
    let digest: String = sha256(&body).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let etag = format!("\"{digest}\"");
    let is_known = is_known(asked, &etag);
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Response::new(Body::from(body));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        response
    };
    let fixed = [
        (header::CACHE_CONTROL, caching),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    let headers = response.headers_mut();
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Pages of any origin show pictures; that is what they are for.
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    if let Ok(etag) = HeaderValue::try_from(etag) {
        headers.insert(header::ETAG, etag);
    }
    response
}

fn is_known(asked: &HeaderMap, etag: &str) -> bool {
    asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).any(
        |known| {
            known
                .split(',')
                .map(str::trim)
                .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == etag)
        },
    )
}

/// A catalogue of drawings.
fn catalogue(drawings: Vec<crate::assets::Drawing>) -> Response {
    let mut response = Json(drawings).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(FOR_A_DAY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// A body of at most so many bytes.
pub(super) async fn body(body: Body, longest: usize) -> Result<Bytes, Problem> {
    match Limited::new(body, longest).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(crate::Kind::TooLarge.into()),
        Err(_) => Err(crate::Kind::MalformedBody.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_not_sent_again() {
        let ask = |known: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            if let Some(known) = known {
                headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(known));
            }
            drawing(&headers, "<svg/>")
        };
        let first = ask(None);
        assert_eq!(first.status(), StatusCode::OK);
        let etag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        let known: &'static str = format!("\"x\", W/{etag}").leak();
        let again = ask(Some(known));
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(again.headers()[header::ETAG], etag);
        assert!(again.headers().get(header::CONTENT_TYPE).is_none());
        assert_eq!(ask(Some("\"x\"")).status(), StatusCode::OK);
    }
}
