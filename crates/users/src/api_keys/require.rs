//! May this request call a route between servers?

use super::{Grant, KeyScope};
use crate::{Problem, UserApi, problem::Kind, routes::At};
use axum::extract::FromRequestParts;
use http::{HeaderMap, request::Parts};
use percent_encoding::percent_decode_str;
use std::{future::Future, marker::PhantomData};

/// The header that a key comes in, and the only place that one is taken from.
const HEADER: &str = "x-api-key";
const CHALLENGE: &str = r#"ApiKey header="x-api-key""#;

/// What a route asks of a key.
pub trait Wanted: Send + Sync + 'static {
    const SCOPE: KeyScope;
}

/// A route that looks.
pub struct Read;

impl Wanted for Read {
    const SCOPE: KeyScope = KeyScope::Read;
}

/// A route that changes something.
pub struct Write;

impl Wanted for Write {
    const SCOPE: KeyScope = KeyScope::Write;
}

/// A request with a good key. It stands before everything else that a handler takes, so that whoever has no
/// key learns nothing of what the route would say.
pub struct RequireKey<W> {
    pub grant: Grant,
    wanted: PhantomData<W>,
}

impl<W: Wanted> FromRequestParts<UserApi> for RequireKey<W> {
    type Rejection = Problem;

    fn from_request_parts(
        parts: &mut Parts,
        api: &UserApi,
    ) -> impl Future<Output = Result<Self, Problem>> + Send {
        require(parts, api)
    }
}

async fn require<W: Wanted>(parts: &Parts, api: &UserApi) -> Result<RequireKey<W>, Problem> {
    let Some(At(now)) = parts.extensions.get().copied() else { return Err(Problem::internal()) };
    // Addresses are written down in logs and histories on the way: a key in one is not secret any more, and
    // is refused even if it stands in the header too, so that nobody gets used to it.
    if parts.uri.query().is_some_and(has_key) {
        return Err(unauthorized().saying("A key in the query is refused; send x-api-key."));
    }
    let presented = presented(&parts.headers).unwrap_or_default();
    let grant = api.keys.check(presented, now).await?.ok_or_else(unauthorized)?;
    if !grant.scope.allows(W::SCOPE) {
        return Err(Problem::new(Kind::Forbidden).saying("This key may only read."));
    }
    Ok(RequireKey { grant, wanted: PhantomData })
}

fn unauthorized() -> Problem {
    Problem::new(Kind::Unauthorized)
        .saying("This route asks for an API key in the header x-api-key.")
        .challenging(CHALLENGE)
}

/// What the header holds, if it is there once. Twice would leave open which one was meant.
fn presented(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(HEADER).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

/// Whether a query has a parameter that is meant for a key, or that is one.
fn has_key(query: &str) -> bool {
    query.split('&').any(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name: String = percent_decode_str(name)
            .decode_utf8_lossy()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|letter| letter.to_ascii_lowercase())
            .collect();
        let is_key =
            || super::ApiKey::parse(&percent_decode_str(value).decode_utf8_lossy()).is_ok();
        matches!(name.as_str(), "apikey" | "xapikey") || is_key()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn a_header_that_stands_there_twice_presents_nothing() {
        let mut headers = HeaderMap::new();
        assert_eq!(presented(&headers), None);
        headers.append(HEADER, HeaderValue::from_static("a"));
        assert_eq!(presented(&headers), Some("a"));
        headers.append(HEADER, HeaderValue::from_static("b"));
        assert_eq!(presented(&headers), None);
        headers.insert(HEADER, HeaderValue::from_bytes(&[0xff]).unwrap());
        assert_eq!(presented(&headers), None);
    }

    #[test]
    fn a_key_is_found_in_a_query_by_its_name_and_by_its_form() {
        let key = format!("ph_server_{}", "a".repeat(43));
        for bad in
            ["x-api-key=", "a=1&X-Api-Key=x", "api_key", "apiKey=1", "x%2Dapi%2Dkey=1", "a&APIKEY"]
        {
            assert!(has_key(bad), "{bad}");
        }
        assert!(has_key(&format!("token={key}")));
        assert!(has_key(&format!("token={}", key.replace('_', "%5F"))));
        for good in ["", "limit=5", "name=apikey", "keys=1", "q=ph_x"] {
            assert!(!has_key(good), "{good}");
        }
    }
}
