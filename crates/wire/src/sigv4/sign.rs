//! How does a client sign? For tests and for tools that call a signed API.

use super::{AccessKey, authorization::Scope, canonical, refused::basic};
use bytes::Bytes;
use crypto::sha256;
use http::{HeaderName, HeaderValue, Request, header};
use jiff::Timestamp;

/// Signs a request in place: adds `X-Amz-Date`, for a temporary key `X-Amz-Security-Token`, and
/// `Authorization`. All `x-amz-` headers, the host and the content type are signed; set them before.
///
/// # Errors
/// If a text does not fit into a header, or the request has neither a `Host` header nor an authority
/// in its URI.
pub fn sign(
    request: Request<Bytes>,
    key: &AccessKey,
    region: &str,
    service: &str,
    now: Timestamp,
) -> Result<Request<Bytes>, http::Error> {
    let time = basic(&now);
    let date = time.get(..8).unwrap_or_default();
    let (mut parts, body) = request.into_parts();
    parts.headers.insert("x-amz-date", HeaderValue::try_from(&time)?);
    if let Some((token, _)) = key.session() {
        parts.headers.insert("x-amz-security-token", HeaderValue::try_from(token)?);
    }
    if !parts.headers.contains_key(header::HOST)
        && let Some(authority) = parts.uri.authority()
    {
        parts.headers.insert(header::HOST, HeaderValue::try_from(authority.as_str())?);
    }
    let mut signed: Vec<String> = parts
        .headers
        .keys()
        .filter(|name| is_signed(name))
        .map(|name| name.as_str().to_owned())
        .collect();
    signed.sort_unstable();
    let signed: Vec<&str> = signed.iter().map(String::as_str).collect();
    let list = signed.join(";");
    let hash = hex::encode(sha256(&body));
    let text = format!("{date}/{region}/{service}/aws4_request");
    let scope = Scope { text: &text, date, region, service, terminator: "aws4_request" };
    // Every signed header comes from the request, so the canonical request is there.
    let canonical = canonical::request(&parts, &signed, &list, &hash).unwrap_or_default();
    let signing_key = canonical::signing_key(key.reveal(), scope);
    let signature = canonical::signature(&signing_key, &time, &text, &canonical);
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={}/{text}, SignedHeaders={list}, Signature={signature}",
        key.id()
    );
    parts.headers.insert(header::AUTHORIZATION, HeaderValue::try_from(authorization)?);
    Ok(Request::from_parts(parts, body))
}

fn is_signed(name: &HeaderName) -> bool {
    name == header::HOST || name == header::CONTENT_TYPE || name.as_str().starts_with("x-amz-")
}
