//! Whose requests are not taken without a signature?
//!
//! What AWS WAF does before a user pool with an IP set: addresses that are barred reach no operation that anybody
//! may call, no page and no OAuth 2.0 endpoint. Whoever signs with an access key is let through, and so is whoever
//! only verifies tokens.

use crate::page;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use policies::Network;
use serde_json::json;
use std::net::IpAddr;
use wire::TOLD_BARRED;

/// Networks that are barred.
#[derive(Debug, Clone, Default)]
pub struct Barrier(Vec<Network>);

impl Barrier {
    pub fn new(networks: &[Network]) -> Self {
        Self(networks.to_vec())
    }

    /// Whether requests from this address are not taken.
    pub fn bars(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.has(address))
    }

    /// Reads an address or a network of the command line.
    pub fn parse(text: &str) -> Result<Network, String> {
        Network::read(text)
            .ok_or_else(|| "an address or a network, such as 203.0.113.0/24".to_owned())
    }
}

/// The answer of the pages and the OAuth 2.0 endpoints: a page for a browser that shows one, a document for programs.
pub fn refusal(method: &Method, headers: &HeaderMap) -> Response<Bytes> {
    let accepted = headers.get(header::ACCEPT).and_then(|accepted| accepted.to_str().ok());
    let is_page = accepted.is_some_and(|accepted| accepted.contains("text/html"));
    let (kind, body) = if is_page {
        let text = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Forbidden</title>\
             <h1>Forbidden</h1><p>{TOLD_BARRED}</p></html>\n"
        );
        ("text/html; charset=utf-8", text)
    } else {
        let document = json!({ "error": "access_denied", "error_description": TOLD_BARRED });
        ("application/json", document.to_string())
    };
    let body = if method == Method::HEAD { Bytes::new() } else { body.into() };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::FORBIDDEN;
    page::dress(response.headers_mut(), kind, "no-store");
    // The pages are shown in no frame, this one neither.
    response.headers_mut().insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_told_in_a_document_and_a_browser_on_a_page() {
        let mut headers = HeaderMap::new();
        let told = |headers: &HeaderMap| {
            let answer = refusal(&Method::GET, headers);
            assert_eq!(answer.status(), 403);
            let kind = answer.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
            assert!(String::from_utf8_lossy(answer.body()).contains(TOLD_BARRED));
            kind
        };
        assert_eq!(told(&headers), "application/json");
        headers.insert(header::ACCEPT, "*/*".parse().unwrap());
        assert_eq!(told(&headers), "application/json");
        headers
            .insert(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8".parse().unwrap());
        assert_eq!(told(&headers), "text/html; charset=utf-8");
        assert!(refusal(&Method::HEAD, &headers).body().is_empty());
    }

    #[test]
    fn only_what_is_in_a_network_is_barred() {
        let networks =
            ["203.0.113.0/24", "2001:db8::/32"].map(|text| Barrier::parse(text).unwrap());
        let barrier = Barrier::new(&networks);
        for (address, is_barred) in [
            ("203.0.113.9", true),
            ("::ffff:203.0.113.9", true),
            ("2001:db8::1", true),
            ("203.0.114.9", false),
            ("::1", false),
        ] {
            assert_eq!(barrier.bars(address.parse().unwrap()), is_barred, "{address}");
        }
        assert!(!Barrier::default().bars("203.0.113.9".parse().unwrap()));
        assert!(Barrier::parse("203.0.113.0/33").is_err());
    }
}
