//! Which other sites may a browser let call?
//!
//! A preflight is answered here, without authorizer and function. An origin that is not allowed gets an
//! answer without any CORS header, and credentials are never allowed together with `*`.

use crate::ApiKind;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
    },
};

/// The CORS configuration of an API: `CorsConfiguration` of an HTTP API, SAM's `Cors` of a REST API.
#[derive(Debug, Clone, Default)]
pub struct Cors {
    /// `https://app.example.com`, `*`, and in an HTTP API `https://*`.
    pub allow_origins: Vec<String>,
    /// Methods or `*`. If it is empty, a REST API lists the methods of the path.
    pub allow_methods: Vec<String>,
    pub allow_headers: Vec<String>,
    pub expose_headers: Vec<String>,
    /// How many seconds a browser may remember; -1 for not at all.
    pub max_age: Option<i32>,
    pub allow_credentials: bool,
}

/// Whether a request is a browser's question, and not a request with the method `OPTIONS`.
pub(crate) fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS
        && headers.contains_key(ORIGIN)
        && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

impl Cors {
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.allow_credentials && self.allow_origins.iter().any(|origin| origin.contains('*')) {
            return Err("its CORS configuration allows credentials to any site".to_owned());
        }
        let lists = [&self.allow_origins, &self.allow_methods, &self.allow_headers];
        let mut texts = lists.into_iter().chain([&self.expose_headers]).flatten();
        if texts.any(|text| HeaderValue::from_str(text).is_err()) {
            return Err("its CORS configuration cannot be written into a header".to_owned());
        }
        Ok(())
    }

    /// The headers of a preflight's answer.
    pub(crate) fn preflight(
        &self,
        kind: ApiKind,
        origin: Option<&HeaderValue>,
        methods: &[&str],
    ) -> HeaderMap {
        let mut answer = HeaderMap::new();
        if !self.allow(kind, origin, &mut answer) {
            return answer;
        }
        if self.allow_methods.is_empty() && kind == ApiKind::Rest {
            let mut all = methods.to_vec();
            if !all.contains(&"OPTIONS") {
                all.push("OPTIONS");
            }
            set(&mut answer, ACCESS_CONTROL_ALLOW_METHODS, &all.join(","));
        }
        set(&mut answer, ACCESS_CONTROL_ALLOW_METHODS, &self.allow_methods.join(","));
        set(&mut answer, ACCESS_CONTROL_ALLOW_HEADERS, &self.allow_headers.join(","));
        if let Some(seconds) = self.max_age {
            set(&mut answer, ACCESS_CONTROL_MAX_AGE, &seconds.to_string());
        }
        answer
    }

    /// Replaces the CORS headers of an HTTP API's answer by the configured ones.
    pub(crate) fn dress(&self, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
        let others: Vec<HeaderName> = headers
            .keys()
            .filter(|name| name.as_str().starts_with("access-control-"))
            .cloned()
            .collect();
        for name in others {
            headers.remove(name);
        }
        if self.allow(ApiKind::Http, origin, headers) {
            set(headers, ACCESS_CONTROL_EXPOSE_HEADERS, &self.expose_headers.join(","));
        }
    }

    /// Lets the origin in, if it may. Says whether.
    fn allow(&self, kind: ApiKind, origin: Option<&HeaderValue>, headers: &mut HeaderMap) -> bool {
        let has_any = self.allow_origins.iter().any(|allowed| allowed == "*");
        if !has_any {
            // The answer depends on the origin even when it is not allowed.
            headers.append(VARY, HeaderValue::from_static("Origin"));
        }
        let Some(origin) = origin.and_then(|origin| origin.to_str().ok()) else { return false };
        if has_any {
            set(headers, ACCESS_CONTROL_ALLOW_ORIGIN, "*");
            return true;
        }
        let fits = |allowed: &String| {
            let scheme = allowed.strip_suffix('*').filter(|_| kind == ApiKind::Http);
            let is_of_scheme = scheme
                .filter(|scheme| scheme.ends_with("://"))
                .is_some_and(|scheme| origin.len() > scheme.len() && origin.starts_with(scheme));
            allowed == origin || is_of_scheme
        };
        if !self.allow_origins.iter().any(fits) {
            return false;
        }
        set(headers, ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if self.allow_credentials {
            set(headers, ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        }
        true
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if value.is_empty() {
        return;
    }
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cors(origins: &[&str], allow_credentials: bool) -> Cors {
        Cors {
            allow_origins: origins.iter().map(|origin| (*origin).to_owned()).collect(),
            allow_methods: vec!["GET".into(), "PUT".into()],
            allow_headers: vec!["authorization".into()],
            expose_headers: vec!["etag".into()],
            max_age: Some(60),
            allow_credentials,
        }
    }

    fn lines(headers: &HeaderMap) -> Vec<String> {
        let line = |(name, value): (&HeaderName, &HeaderValue)| {
            format!("{name}: {}", value.to_str().unwrap())
        };
        let mut lines: Vec<String> = headers.iter().map(line).collect();
        lines.sort();
        lines
    }

    fn origin(text: &'static str) -> HeaderValue {
        HeaderValue::from_static(text)
    }

    #[test]
    fn a_site_that_is_named_may_call_with_credentials() {
        let cors = cors(&["https://a.example"], true);
        let answer = cors.preflight(ApiKind::Http, Some(&origin("https://a.example")), &[]);
        assert_eq!(
            lines(&answer),
            [
                "access-control-allow-credentials: true",
                "access-control-allow-headers: authorization",
                "access-control-allow-methods: GET,PUT",
                "access-control-allow-origin: https://a.example",
                "access-control-max-age: 60",
                "vary: Origin",
            ]
        );
    }

    /// GWA-15.
    #[test]
    fn a_hostile_site_gets_no_cors_header() {
        for hostile in [
            "https://evil.example",
            "https://a.example.evil.example",
            "http://a.example",
            "null",
            "https://A.example",
        ] {
            for kind in [ApiKind::Rest, ApiKind::Http] {
                let cors = cors(&["https://a.example"], true);
                let answer = cors.preflight(kind, Some(&origin(hostile)), &[]);
                assert_eq!(lines(&answer), ["vary: Origin"], "{hostile}");
            }
        }
    }

    #[test]
    fn any_site_never_comes_with_credentials() {
        assert!(cors(&["*"], true).check().is_err());
        assert!(cors(&["https://*"], true).check().is_err());
        assert!(cors(&["*"], false).check().is_ok());
        let answer = cors(&["*"], false).preflight(ApiKind::Rest, Some(&origin("https://x")), &[]);
        assert_eq!(answer[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        let by_scheme = cors(&["https://*"], false);
        let answer = by_scheme.preflight(ApiKind::Http, Some(&origin("https://x")), &[]);
        assert_eq!(answer[ACCESS_CONTROL_ALLOW_ORIGIN], "https://x");
        let answer = by_scheme.preflight(ApiKind::Rest, Some(&origin("https://x")), &[]);
        assert_eq!(lines(&answer), ["vary: Origin"]);
    }

    #[test]
    fn a_functions_own_cors_headers_are_replaced() {
        let mut headers = HeaderMap::new();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        headers.insert("x-own", HeaderValue::from_static("1"));
        cors(&["https://a.example"], false).dress(Some(&origin("https://evil")), &mut headers);
        assert_eq!(lines(&headers), ["vary: Origin", "x-own: 1"]);
    }

    #[test]
    fn a_rest_api_lists_the_methods_of_the_path_if_none_are_configured() {
        let cors = Cors { allow_origins: vec!["*".into()], ..Cors::default() };
        let answer = cors.preflight(ApiKind::Rest, Some(&origin("https://x")), &["GET", "PUT"]);
        assert_eq!(answer[ACCESS_CONTROL_ALLOW_METHODS], "GET,PUT,OPTIONS");
    }

    #[test]
    fn an_options_request_is_not_yet_a_preflight() {
        let mut headers = HeaderMap::new();
        assert!(!is_preflight(&Method::OPTIONS, &headers));
        headers.insert(ORIGIN, HeaderValue::from_static("https://x"));
        headers.insert(ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static("PUT"));
        assert!(is_preflight(&Method::OPTIONS, &headers));
        assert!(!is_preflight(&Method::GET, &headers));
    }
}
