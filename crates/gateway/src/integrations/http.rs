//! What is a server elsewhere asked, and what of its answer goes back?
//!
//! The server is fixed by the configuration: a request may fill in segments of the path, and never a part of
//! the host. A value becomes part of one segment, escaped, and a path in which somebody could step upwards is
//! not sent.

use crate::{
    ApiKind, Method, Upstream,
    authorizers::Question,
    caller::Caller,
    expression::{Escape, Expression, Seen},
    fault::{Broken, Refusal, Stop},
    proxy_event::{self, HOP_BY_HOP},
};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri,
    header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, FORWARDED, HOST, USER_AGENT, VIA},
    uri::{Authority, Scheme},
};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::{borrow::Cow, collections::BTreeMap};

/// A server elsewhere that is asked what the client asked.
#[derive(Debug, Clone)]
pub struct HttpIntegration {
    /// The client's own if there is none.
    method: Option<Method>,
    scheme: Scheme,
    authority: Authority,
    path: Vec<PathPiece>,
    /// What the address itself asks for.
    query: String,
    changes: Vec<Change>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum PathPiece {
    Text(String),
    Value(Expression),
}

#[derive(Debug, Clone)]
enum Change {
    Header(How, HeaderName, Expression),
    Query(How, String, Expression),
    Path(Expression),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Append,
    Overwrite,
    Remove,
}

/// What an HTTP API's mapping may not touch, besides `access-control-`, `apigw-`, `x-amz-` and `x-amzn-`.
const RESERVED: [&str; 17] = [
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-location",
    "forwarded",
    "host",
    "keep-alive",
    "origin",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailers",
    "transfer-encoding",
    "upgrade",
    "x-forwarded-for",
    "via",
];

impl HttpIntegration {
    /// The integration of a REST API. Each `{name}` in the address is filled in by a mapping
    /// `integration.request.path.name`.
    ///
    /// # Errors
    /// What of the address or of the mappings is not understood.
    pub fn rest(
        method: Option<Method>,
        uri: &str,
        mappings: &BTreeMap<String, String>,
    ) -> Result<Self, String> {
        let mut paths = BTreeMap::new();
        let mut changes = Vec::new();
        for (to, from) in mappings {
            let wrong = || format!("{to} is no part of a request that can be mapped");
            let (kind, name) = to
                .strip_prefix("integration.request.")
                .and_then(|to| to.split_once('.'))
                .filter(|(_, name)| !name.is_empty())
                .ok_or_else(wrong)?;
            let value = Expression::rest(from)?;
            match kind {
                "path" => {
                    paths.insert(name, value);
                }
                "querystring" => {
                    changes.push(Change::Query(How::Overwrite, name.to_owned(), value));
                }
                "header" => {
                    let name: HeaderName = name.parse().map_err(|_| wrong())?;
                    if HOP_BY_HOP.contains(&name) || [HOST, CONTENT_LENGTH].contains(&name) {
                        return Err(format!("{to} is for the gateway itself to say"));
                    }
                    changes.push(Change::Header(How::Overwrite, name, value));
                }
                _ => return Err(wrong()),
            }
        }
        let fill = |name: &str| {
            paths.remove(name).ok_or_else(|| {
                format!(
                    "the address has {{{name}}}, which no mapping integration.request.path.{name} \
                     fills in"
                )
            })
        };
        let made = Self::parse(method, uri, changes, fill)?;
        match paths.keys().next() {
            Some(name) => Err(format!("the address has no {{{name}}} to be filled in")),
            None => Ok(made),
        }
    }

    /// The integration of an HTTP API. Each `{name}` in the address is the route's variable of that name.
    ///
    /// # Errors
    /// What of the address or of the mappings is not understood.
    pub fn http(
        method: Option<Method>,
        uri: &str,
        mappings: &BTreeMap<String, String>,
    ) -> Result<Self, String> {
        let mut changes = Vec::new();
        for (to, from) in mappings {
            let wrong = || format!("{to} is no part of a request that can be mapped");
            let (how, part) = to.split_once(':').ok_or_else(wrong)?;
            let how = match how {
                "append" => How::Append,
                "overwrite" => How::Overwrite,
                "remove" => How::Remove,
                _ => return Err(wrong()),
            };
            let value = Expression::http(from)?;
            changes.push(match part.split_once('.') {
                None if part == "path" && how == How::Overwrite => Change::Path(value),
                Some(("querystring", name)) if !name.is_empty() => {
                    Change::Query(how, name.to_owned(), value)
                }
                Some(("header", name)) => {
                    let lower = name.to_ascii_lowercase();
                    let is_reserved = RESERVED.contains(&lower.as_str())
                        || ["access-control-", "apigw-", "x-amz-", "x-amzn-", "x-forwarded-"]
                            .iter()
                            .any(|prefix| lower.starts_with(prefix));
                    if is_reserved {
                        return Err(format!("{to} is for the gateway itself to say"));
                    }
                    Change::Header(how, name.parse().map_err(|_| wrong())?, value)
                }
                _ => return Err(wrong()),
            });
        }
        Self::parse(method, uri, changes, |name| Expression::http(&format!("$request.path.{name}")))
    }

    fn parse(
        method: Option<Method>,
        uri: &str,
        changes: Vec<Change>,
        mut fill: impl FnMut(&str) -> Result<Expression, String>,
    ) -> Result<Self, String> {
        let wrong = |problem: &str| format!("{uri} is no address of a server: {problem}");
        let (scheme, rest) =
            uri.split_once("://").ok_or_else(|| wrong("expected http or https"))?;
        let scheme = match scheme {
            "http" => Scheme::HTTP,
            "https" => Scheme::HTTPS,
            _ => return Err(wrong("expected http or https")),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        if authority.contains(['{', '}', '$']) {
            return Err(wrong("the host is fixed, and no request can change it"));
        }
        let authority: Authority = authority.parse().map_err(|_| wrong("it has no host"))?;
        if authority.host().is_empty() || authority.as_str().contains('@') {
            return Err(wrong("expected a host and nothing else before the path"));
        }
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        if query.contains(['{', '}', '$', '#']) || path.contains(['#', '$']) {
            return Err(wrong("only segments of the path can be filled in"));
        }
        let mut pieces = Vec::new();
        let mut rest = path;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or_else(|| wrong("a { without a }"))?;
            pieces.push(PathPiece::Text(before.to_owned()));
            pieces.push(PathPiece::Value(fill(name.strip_suffix('+').unwrap_or(name))?));
            rest = after;
        }
        pieces.push(PathPiece::Text(rest.to_owned()));
        let example: String = pieces
            .iter()
            .map(|piece| match piece {
                PathPiece::Text(text) => text,
                PathPiece::Value(_) => "x",
            })
            .collect();
        let example = format!("{scheme}://{authority}{example}?{query}");
        example.parse::<Uri>().map_err(|cause| wrong(&cause.to_string()))?;
        let query = query.to_owned();
        Ok(Self { method, scheme, authority, path: pieces, query, changes })
    }

    /// The server, for who keeps a list of those that may be called: `http` or `https`, host and port.
    #[must_use]
    pub fn server(&self) -> (&Scheme, &Authority) {
        (&self.scheme, &self.authority)
    }

    /// Asks the server.
    pub(crate) async fn ask(
        &self,
        upstream: &dyn Upstream,
        question: &Question<'_>,
        caller: &Caller,
    ) -> Result<Response<Bytes>, Stop> {
        let request = self.request(question, caller)?;
        let answer = upstream.send(request, crate::LARGEST_BODY).await.map_err(Broken::Upstream)?;
        Ok(self::answer(question, answer)?)
    }

    fn request(&self, question: &Question<'_>, caller: &Caller) -> Result<Request<Bytes>, Refusal> {
        let Question { request, api, route, parameters, .. } = question;
        let seen = Seen {
            request,
            api,
            route: Some(route),
            parameters: Some(parameters),
            caller: Some(caller),
            error: None,
        };
        let mut headers = proxy_event::headers(question);
        for name in [HOST, CONTENT_LENGTH, EXPECT, FORWARDED, VIA] {
            headers.remove(name);
        }
        match api.kind {
            ApiKind::Rest => {
                set(&mut headers, HeaderName::from_static("x-amzn-apigateway-api-id"), &api.id);
                if !headers.contains_key(USER_AGENT) {
                    set(&mut headers, USER_AGENT, &format!("AmazonAPIGateway_{}", api.id));
                }
            }
            ApiKind::Http => {
                let host = proxy_event::domain_name(api);
                let peer = match request.peer {
                    std::net::IpAddr::V4(peer) => peer.to_string(),
                    std::net::IpAddr::V6(peer) => format!("\"[{peer}]\""),
                };
                let proto = api.public_url.scheme_str().unwrap_or("https");
                let text = format!("for={peer};host=\"{host}\";proto={proto}");
                set(&mut headers, FORWARDED, &text);
                set(&mut headers, VIA, "HTTP/1.1 AmazonAPIGateway");
            }
        }
        let mut path = self.fill(&seen);
        let mut query: Vec<Cow<'_, str>> = self
            .query
            .split('&')
            .chain(request.raw_query.split('&'))
            .filter(|pair| !pair.is_empty())
            .map(Cow::from)
            .collect();
        for change in &self.changes {
            match change {
                Change::Path(value) => {
                    path = value.of(&seen, Escape::Path).unwrap_or_default();
                    if !path.starts_with('/') {
                        path.insert(0, '/');
                    }
                }
                Change::Query(how, name, value) => {
                    let value = value.of(&seen, Escape::Nothing);
                    // What is to be overwritten by nothing stays what it is.
                    if *how == How::Remove || (*how == How::Overwrite && value.is_some()) {
                        query.retain(|pair| !is_named(pair, name));
                    }
                    if let (Some(value), How::Append | How::Overwrite) = (value, how) {
                        let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
                        query.push(format!("{}={}", encode(name), encode(&value)).into());
                    }
                }
                Change::Header(how, name, value) => {
                    let value = value
                        .of(&seen, Escape::Nothing)
                        .and_then(|value| HeaderValue::from_str(&value).ok());
                    match (how, value) {
                        (How::Remove, _) => {
                            headers.remove(name);
                        }
                        (How::Overwrite, Some(value)) => {
                            headers.insert(name, value);
                        }
                        (How::Append, Some(value)) => {
                            headers.append(name, value);
                        }
                        (How::Append | How::Overwrite, None) => {}
                    }
                }
            }
        }
        if !stays_below(&path) {
            return Err(Refusal::BadRequest);
        }
        let query = query.join("&");
        let separator = if query.is_empty() { "" } else { "?" };
        let uri = format!("{}://{}{path}{separator}{query}", self.scheme, self.authority);
        let mut asked = Request::new(request.body.clone());
        *asked.uri_mut() = uri.parse().map_err(|_| Refusal::BadRequest)?;
        *asked.method_mut() = self.method.clone().unwrap_or_else(|| request.method.clone());
        *asked.headers_mut() = headers;
        Ok(asked)
    }

    fn fill(&self, seen: &Seen<'_>) -> String {
        let mut path = String::new();
        for piece in &self.path {
            match piece {
                PathPiece::Text(text) => path.push_str(text),
                PathPiece::Value(value) => {
                    path.push_str(&value.of(seen, Escape::Path).unwrap_or_default());
                }
            }
        }
        if path.is_empty() { "/".to_owned() } else { path }
    }
}

/// Whether nobody who reads the path could step upwards in it.
fn stays_below(path: &str) -> bool {
    path.split('/').all(|segment| {
        let decoded = percent_decode_str(segment).decode_utf8_lossy();
        let name = decoded.split(';').next().unwrap_or_default();
        !matches!(name, "." | "..") && !decoded.contains(char::is_control)
    })
}

fn is_named(pair: &str, name: &str) -> bool {
    let given = pair.split('=').next().unwrap_or_default().replace('+', " ");
    percent_decode_str(&given).decode_utf8_lossy() == name
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// What of the server's answer goes to the client.
fn answer(question: &Question<'_>, answer: Response<Bytes>) -> Result<Response<Bytes>, Broken> {
    let (mut parts, body) = answer.into_parts();
    if parts.status.is_informational() {
        return Err(Broken::Answer("its status is none that an answer may have"));
    }
    let named: Vec<HeaderName> = parts
        .headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|names| names.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        parts.headers.remove(name);
    }
    let has_body = !matches!(parts.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
        && question.request.method != Method::HEAD;
    // Of an answer without its body, the length says what the body would have.
    if question.request.method != Method::HEAD {
        parts.headers.remove(CONTENT_LENGTH);
    }
    if has_body && question.api.kind == ApiKind::Rest && !parts.headers.contains_key(CONTENT_TYPE) {
        parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    let body = if has_body { body } else { Bytes::new() };
    let mut response = Response::new(body);
    *response.status_mut() = parts.status;
    *response.headers_mut() = parts.headers;
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(to, from)| ((*to).to_owned(), (*from).to_owned())).collect()
    }

    #[test]
    fn the_host_is_no_part_that_a_request_can_fill_in() {
        for uri in [
            "http://{host}/x",
            "http://a.example:{port}/x",
            "http://user@a.example/x",
            "ftp://a.example/",
            "a.example/x",
            "http:///x",
            "http://a.example/{x",
            "http://a.example/x?y={z}",
            "http://a.example/a b",
        ] {
            assert!(HttpIntegration::http(None, uri, &map(&[])).is_err(), "{uri}");
        }
        for uri in ["http://a.example", "https://a.example:8443/x/{proxy}?y=z", "http://[::1]:80/"]
        {
            HttpIntegration::http(None, uri, &map(&[])).unwrap();
        }
    }

    #[test]
    fn every_placeholder_of_a_rest_api_has_its_mapping() {
        let uri = "http://a.example/{proxy}";
        let filled = map(&[("integration.request.path.proxy", "method.request.path.proxy")]);
        HttpIntegration::rest(None, uri, &filled).unwrap();
        assert!(HttpIntegration::rest(None, uri, &map(&[])).unwrap_err().contains("{proxy}"));
        assert!(HttpIntegration::rest(None, "http://a.example/", &filled).is_err());
        for (to, from) in [
            ("integration.request.header.host", "'x'"),
            ("integration.request.header.Transfer-Encoding", "'chunked'"),
            ("integration.request.body.x", "'x'"),
            ("integration.request.header.x", "method.request.body.x"),
            ("integration.request.header.x", "'it's'"),
            ("x", "'x'"),
        ] {
            let mappings = map(&[(to, from)]);
            assert!(HttpIntegration::rest(None, "http://a.example/", &mappings).is_err(), "{to}");
        }
    }

    #[test]
    fn an_http_apis_mapping_cannot_touch_what_the_gateway_says() {
        for to in [
            "append:header.Authorization",
            "overwrite:header.x-forwarded-for",
            "remove:header.x-amzn-trace-id",
            "overwrite:header.host",
            "append:path",
            "overwrite:statuscode",
            "header.x",
        ] {
            let mappings = map(&[(to, "x")]);
            assert!(HttpIntegration::http(None, "http://a.example/", &mappings).is_err(), "{to}");
        }
    }

    #[test]
    fn nobody_steps_upwards_in_a_path() {
        for path in ["/a/../b", "/a/%2e%2e/b", "/..;x/b", "/a/./b", "/a%00"] {
            assert!(!stays_below(path), "{path}");
        }
        assert!(stays_below("/a..b/.x/...") && stays_below("/"));
    }
}
