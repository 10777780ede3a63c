//! `GET /openapi.json`: the API, described to programs.

use crate::{UserApi, reference};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;

/// How the document that is kept names the server: wherever the document itself is.
const UNKNOWN_SERVER: &str = "\"url\": \".\"";

/// Describes the API as an OpenAPI 3.1 document.
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/openapi.json",
    tag = "about",
    operation_id = "openapi_document",
    responses((status = 200, description = "This document.", body = inline(Object))),
))]
pub async fn run(State(api): State<UserApi>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "public, max-age=300"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, document(&api.public_url)).into_response()
}

/// The document for an API at this address, which is not known to every front.
fn document(address: &str) -> String {
    if address.is_empty() {
        return reference::DOCUMENT.to_owned();
    }
    let server = format!("\"url\": {}", serde_json::Value::from(address));
    reference::DOCUMENT.replacen(UNKNOWN_SERVER, &server, 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn the_document_names_the_address_of_the_api() {
        assert_eq!(reference::DOCUMENT.matches(UNKNOWN_SERVER).count(), 1);
        let given = document("https://api.example.com/v1\"");
        let given: Value = serde_json::from_str(&given).unwrap();
        assert_eq!(given["servers"][0]["url"], "https://api.example.com/v1\"");
        let unknown: Value = serde_json::from_str(&document("")).unwrap();
        assert_eq!(unknown["servers"][0]["url"], ".");
        assert_eq!(unknown["openapi"], "3.1.0");
    }
}
