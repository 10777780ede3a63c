//! How does the API answer as a function behind a gateway?
//!
//! Besides it takes the events of those who look after it: `{"sweep": {}}`, by a schedule, and
//! `{"reconcile": {"fix": true}}`, by a person. A gateway makes no such events.
//!
//! A proxy event becomes an HTTP request, the router answers it, and the response becomes a proxy answer,
//! in the payload format of the event. What the gateway says of a request and what the client said stay
//! apart: the [`Caller`] and the [`Source`] come from the request context and travel as extensions, the
//! headers are the client's.

use crate::{Caller, Kind, Problem, UserApi, router, routes::At};
use axum::{
    Router,
    body::Body,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use events::api_gateway::{
    MultiValues, ProxyRequestV1, ProxyRequestV2, ProxyResponseV1, ProxyResponseV2, Values,
};
use functions::{InProcess, Thrown};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header};
use http_body_util::{BodyExt, Limited};
use names::Clock;
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tower::ServiceExt;

/// The name of the function.
pub const NAME: &str = "user-api";

/// The most bytes of a body; API Gateway allows no more.
const LONGEST_BODY: usize = 10 * 1024 * 1024;

/// How long a sweep may tell events.
const LONGEST_ROUND: Duration = Duration::from_secs(8);

/// What a path cannot be sent with. A REST API tells the path as it was sent, its escapes included.
const NOT_IN_A_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The same for a path that an HTTP API has decoded: a percent sign in it is one.
const NOT_IN_A_DECODED_PATH: &AsciiSet = &NOT_IN_A_PATH.add(b'%');

/// From which address a request came, as the gateway saw it. No header says it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Source(pub Option<IpAddr>);

impl Source {
    fn parse(text: &str) -> Self {
        Self(text.parse().ok())
    }
}

/// The API as a function of proxy events, payload formats 1.0 and 2.0. An API that was not told where people
/// reach it learns it from the gateway with the first request.
pub fn into_function(api: UserApi, clock: Clock) -> InProcess {
    let served = Arc::new(Served { api, router: OnceLock::new() });
    InProcess::new(move |event: Value| {
        let (served, clock) = (served.clone(), clock.clone());
        async move { served.answer(&clock, event).await }
    })
}

struct Served {
    api: UserApi,
    router: OnceLock<Router>,
}

/// What somebody who looks after the API wants of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum Chore {
    Sweep {},
    Reconcile(Reconcile),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Reconcile {
    #[serde(default)]
    fix: bool,
    #[serde(default)]
    after: Option<String>,
}

impl Served {
    async fn answer(&self, clock: &Clock, event: Value) -> Result<Value, Thrown> {
        if event.get("sweep").is_some() || event.get("reconcile").is_some() {
            return self.chore(Chore::deserialize(event)?, clock).await;
        }
        if is_v2(&event) {
            let event = ProxyRequestV2::deserialize(event)?;
            let incoming = of_v2(&event)?;
            let context = &event.request_context;
            let outgoing = match incoming {
                Ok(incoming) => {
                    let router = self.router(&context.domain_name, &event.raw_path, &incoming);
                    respond(router, clock, incoming).await?
                }
                Err(problem) => whole(problem.into_response()).await?,
            };
            return Ok(serde_json::to_value(into_v2(outgoing))?);
        }
        let event = ProxyRequestV1::deserialize(event)?;
        let context = &event.request_context;
        let outgoing = match of_v1(&event)? {
            Ok(incoming) => {
                let router = self.router(&context.domain_name, &context.path, &incoming);
                respond(router, clock, incoming).await?
            }
            Err(problem) => whole(problem.into_response()).await?,
        };
        Ok(serde_json::to_value(into_v1(outgoing))?)
    }

    /// The routes. The host is the gateway's own word, of the domains that it was given.
    fn router(&self, host: &str, sent: &str, incoming: &Incoming) -> Router {
        let made = self.router.get_or_init(|| {
            let mut api = self.api.clone();
            if api.public_url.is_empty() && !host.is_empty() {
                api.public_url = format!("https://{host}{}", base_of(sent, &incoming.route));
            }
            router(api)
        });
        made.clone()
    }

    async fn chore(&self, chore: Chore, clock: &Clock) -> Result<Value, Thrown> {
        // What is wrong is in the log; the caller is told that something is.
        let failed = |problem: Problem| Thrown::new("Problem", problem.kind().name());
        match chore {
            Chore::Sweep {} => {
                if let Some(drain) = &self.api.drain {
                    drain.run_once(LONGEST_ROUND).await;
                }
                let found = self.api.unfinished(true, clock()).await.map_err(failed)?;
                Ok(json!({ "mended": found.len() }))
            }
            Chore::Reconcile(Reconcile { fix, after }) => {
                let step = self.api.reconcile(fix, after.as_deref(), clock()).await;
                Ok(serde_json::to_value(step.map_err(failed)?)?)
            }
        }
    }
}

fn is_v2(event: &Value) -> bool {
    event.get("version").and_then(Value::as_str) == Some("2.0")
}

/// What stands before the route in the path that a client has sent: the stage, or the base path of a domain.
fn base_of<'a>(sent: &'a str, route: &str) -> &'a str {
    sent.trim_end_matches('/').strip_suffix(route.trim_end_matches('/')).unwrap_or_default()
}

/// What an event says of a request.
struct Incoming {
    method: Method,
    /// The path as the event has it.
    route: String,
    path_and_query: String,
    headers: HeaderMap,
    body: Vec<u8>,
    caller: Caller,
    source: Source,
}

/// A response, whole.
struct Outgoing {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

/// The request of an event in format 1.0, or why it is none that the API can answer.
fn of_v1(event: &ProxyRequestV1) -> Result<Result<Incoming, Problem>, Thrown> {
    let body = event.body_bytes()?.into_owned();
    let method = Method::from_bytes(event.http_method.as_bytes())?;
    let read = || {
        // An HTTP API says which version this is, and decodes the path.
        let escaped = if event.version.is_some() { NOT_IN_A_DECODED_PATH } else { NOT_IN_A_PATH };
        // Only an HTTP API tells its stage as a part of the path.
        let stage = event.version.as_ref().map(|_| event.request_context.stage.as_str());
        let path = path_of(&event.path, &event.resource, stage)?;
        let mut target = utf8_percent_encode(path, escaped).to_string();
        let query = query_of(event);
        if !query.is_empty() {
            target = format!("{target}?{query}");
        }
        let mut headers = HeaderMap::new();
        for (name, values) in &event.multi_value_headers {
            append(&mut headers, name, values)?;
        }
        for (name, value) in &event.headers {
            // Both maps have all headers; one that was written by hand may lack the first.
            if !event.multi_value_headers.contains_key(name) {
                append(&mut headers, name, [value])?;
            }
        }
        let source = Source::parse(&event.request_context.identity.source_ip);
        let caller = Caller::of_v1(event);
        let (route, path_and_query) = (path.to_owned(), target);
        Ok(Incoming { method, route, path_and_query, headers, body, caller, source })
    };
    Ok(read())
}

/// The same for format 2.0.
fn of_v2(event: &ProxyRequestV2) -> Result<Result<Incoming, Problem>, Thrown> {
    let body = event.body_bytes()?.into_owned();
    let method = Method::from_bytes(event.request_context.http.method.as_bytes())?;
    let read = || {
        let route = event.route_key.split_once(' ').map_or("", |(_, route)| route);
        let path = path_of(&event.raw_path, route, Some(&event.request_context.stage))?;
        let mut target = utf8_percent_encode(path, NOT_IN_A_DECODED_PATH).to_string();
        if !event.raw_query_string.is_empty() {
            target = format!("{target}?{}", event.raw_query_string);
        }
        let mut headers = HeaderMap::new();
        for (name, value) in &event.headers {
            append(&mut headers, name, [value])?;
        }
        if !event.cookies.is_empty() {
            append(&mut headers, header::COOKIE.as_str(), [&event.cookies.join("; ")])?;
        }
        let source = Source::parse(&event.request_context.http.source_ip);
        let caller = Caller::of_v2(event);
        let (route, path_and_query) = (path.to_owned(), target);
        Ok(Incoming { method, route, path_and_query, headers, body, caller, source })
    };
    Ok(read())
}

/// The path as the API knows it, that is the end of it that the route describes. Before that may stand the
/// stage of an HTTP API or the base path of a domain.
fn path_of<'a>(path: &'a str, route: &str, stage: Option<&str>) -> Result<&'a str, Problem> {
    let below = stage.and_then(|stage| path.strip_prefix('/')?.strip_prefix(stage));
    let path = below.filter(|below| below.starts_with('/')).unwrap_or(path);
    // `$default` says nothing of the path.
    let Some(route) = route.strip_prefix('/') else { return Ok(path) };
    let route: Vec<&str> = route.split('/').collect();
    let is_greedy = route.last().is_some_and(|last| last.ends_with("+}"));
    let slashes = path.char_indices().filter(|(_, letter)| *letter == '/').map(|(at, _)| at);
    for start in slashes {
        let Some(end) = path.get(start..) else { break };
        let end = if end.len() > 1 { end.strip_suffix('/').unwrap_or(end) } else { end };
        let parts: Vec<&str> = end.split('/').skip(1).collect();
        let is_long_enough =
            if is_greedy { parts.len() >= route.len() } else { parts.len() == route.len() };
        let is_described = || {
            let mut both = route.iter().zip(&parts);
            both.all(|(known, sent)| known.starts_with('{') || known == sent)
        };
        if is_long_enough && is_described() {
            return Ok(end);
        }
    }
    // The gateway took it for something that it is not.
    Err(Problem::not_found())
}

/// The parameters of the query, encoded again.
fn query_of(event: &ProxyRequestV1) -> String {
    let many = event.multi_value_query_string_parameters.iter();
    let many = many.flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
    let once = event.query_string_parameters.iter();
    let once = once.filter(|(name, _)| {
        // Both maps have all parameters; one that was written by hand may lack the first.
        !event.multi_value_query_string_parameters.contains_key(*name)
    });
    let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
    let pairs = many.chain(once).map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn append<'a>(
    headers: &mut HeaderMap,
    name: &str,
    values: impl IntoIterator<Item = &'a String>,
) -> Result<(), Problem> {
    let unsound = || Problem::new(Kind::InvalidRequest).saying("A header cannot be read.");
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unsound())?;
    for value in values {
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| unsound())?;
        headers.append(&name, value);
    }
    Ok(())
}

async fn respond(router: Router, clock: &Clock, incoming: Incoming) -> Result<Outgoing, Thrown> {
    let Ok(uri) = Uri::builder().path_and_query(incoming.path_and_query).build() else {
        let problem = Problem::new(Kind::InvalidRequest).saying("The path cannot be read.");
        return whole(problem.into_response()).await;
    };
    let mut request = Request::new(Body::from(incoming.body));
    *request.method_mut() = incoming.method;
    *request.uri_mut() = uri;
    *request.headers_mut() = incoming.headers;
    request.extensions_mut().insert(incoming.caller);
    request.extensions_mut().insert(incoming.source);
    request.extensions_mut().insert(At(clock()));
    match router.oneshot(request).await {
        Ok(response) => whole(response).await,
        Err(impossible) => match impossible {},
    }
}

async fn whole(response: Response) -> Result<Outgoing, Thrown> {
    let (head, body) = response.into_parts();
    let body: Bytes = Limited::new(body, LONGEST_BODY)
        .collect()
        .await
        .map_err(|_| Thrown::new("BodyError", "the answer could not be read"))?
        .to_bytes();
    Ok(Outgoing { status: head.status.as_u16(), headers: head.headers, body })
}

fn into_v1(Outgoing { status, headers, body }: Outgoing) -> ProxyResponseV1 {
    let (mut once, mut many) = (Values::new(), MultiValues::new());
    for name in headers.keys() {
        let mut values: Vec<String> = values_of(&headers, name).collect();
        match values.len() {
            1 => once.extend(values.pop().map(|value| (name.to_string(), value))),
            _ => many.extend([(name.to_string(), values)]),
        }
    }
    let (body, is_base64_encoded) = text_or_base64(&body);
    ProxyResponseV1 {
        status_code: status,
        headers: once,
        multi_value_headers: many,
        body: Some(body),
        is_base64_encoded,
    }
}

fn into_v2(Outgoing { status, headers, body }: Outgoing) -> ProxyResponseV2 {
    let cookies = values_of(&headers, &header::SET_COOKIE).collect();
    let names = headers.keys().filter(|name| *name != header::SET_COOKIE);
    // The format has one value for a name; a list says the same.
    let joined = names
        .map(|name| (name.to_string(), values_of(&headers, name).collect::<Vec<_>>().join(", ")));
    let (body, is_base64_encoded) = text_or_base64(&body);
    ProxyResponseV2 {
        status_code: status,
        headers: joined.collect(),
        multi_value_headers: MultiValues::new(),
        cookies,
        body: Some(body),
        is_base64_encoded,
    }
}

fn values_of(headers: &HeaderMap, name: &HeaderName) -> impl Iterator<Item = String> {
    let values = headers.get_all(name).iter();
    values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// A body as an answer carries it: as it is if it is text, in base64 if it is not.
fn text_or_base64(body: &Bytes) -> (String, bool) {
    match std::str::from_utf8(body) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (STANDARD.encode(body), true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Extension, extract::RawQuery};
    use http::StatusCode;
    use jiff::Timestamp;

    /// Answers with what it was asked.
    fn mirror() -> Router {
        Router::new()
            .route(
                "/cookies",
                axum::routing::get(|| async {
                    let mut headers = HeaderMap::new();
                    for cookie in ["a=1", "b=2"] {
                        headers.append(header::SET_COOKIE, HeaderValue::from_static(cookie));
                    }
                    for vary in ["origin", "accept"] {
                        headers.append(header::VARY, HeaderValue::from_static(vary));
                    }
                    (StatusCode::CREATED, headers, [0xff_u8, 0x00, 0x01].to_vec())
                }),
            )
            .fallback(
                |uri: Uri,
                 RawQuery(query): RawQuery,
                 Extension(Source(source)): Extension<Source>,
                 headers: HeaderMap,
                 body: Bytes| async move {
                    let all = |name: &str| -> Vec<String> {
                        let values = headers.get_all(name).iter();
                        values.map(|value| value.to_str().unwrap().to_owned()).collect()
                    };
                    axum::Json(json!({
                        "path": uri.path(), "query": query, "source": source,
                        "one": all("x-one"), "cookie": all("cookie"), "body": body.to_vec(),
                    }))
                },
            )
    }

    async fn ask(event: Value) -> Value {
        let clock: Clock = Arc::new(|| Timestamp::UNIX_EPOCH);
        if is_v2(&event) {
            let event = ProxyRequestV2::deserialize(event).unwrap();
            let outgoing = answered(&clock, of_v2(&event).unwrap()).await;
            return serde_json::to_value(into_v2(outgoing)).unwrap();
        }
        let event = ProxyRequestV1::deserialize(event).unwrap();
        let outgoing = answered(&clock, of_v1(&event).unwrap()).await;
        serde_json::to_value(into_v1(outgoing)).unwrap()
    }

    async fn answered(clock: &Clock, incoming: Result<Incoming, Problem>) -> Outgoing {
        match incoming {
            Ok(incoming) => respond(mirror(), clock, incoming).await.unwrap(),
            Err(problem) => whole(problem.into_response()).await.unwrap(),
        }
    }

    async fn mirrored(event: Value) -> Value {
        let answer = ask(event).await;
        assert_eq!(answer["statusCode"], 200, "{answer}");
        serde_json::from_str(answer["body"].as_str().unwrap()).unwrap()
    }

    fn v1(resource: &str, path: &str) -> Value {
        json!({
            "resource": resource, "path": path, "httpMethod": "GET", "headers": null,
            "multiValueHeaders": { "X-One": ["1", "2"] },
            "queryStringParameters": { "q": "b&c" },
            "multiValueQueryStringParameters": { "q": ["a", "b&c"], "ü": ["="] },
            "pathParameters": null, "stageVariables": null,
            "requestContext": {
                "accountId": "000000000000", "apiId": "a", "httpMethod": "GET", "path": path,
                "requestId": "r", "resourceId": null, "resourcePath": resource, "stage": "v1",
                "identity": { "sourceIp": "192.0.2.1" },
            },
            "body": "/wA=", "isBase64Encoded": true,
        })
    }

    fn v2(route: &str, path: &str) -> Value {
        json!({
            "version": "2.0", "routeKey": route, "rawPath": path, "rawQueryString": "q=a&q=b%26c",
            "cookies": ["a=1", "b=2"], "headers": { "x-one": "1,2" },
            "requestContext": {
                "accountId": "000000000000", "apiId": "a", "requestId": "r", "routeKey": route,
                "stage": "live",
                "http": {
                    "method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "2001:db8::1",
                },
            },
            "body": "text", "isBase64Encoded": false,
        })
    }

    #[tokio::test]
    async fn nothing_of_a_request_in_format_one_is_lost() {
        let seen = mirrored(v1("/user/name/{name}", "/user/name/a%20b%2Bc")).await;
        assert_eq!(
            seen,
            json!({
                "path": "/user/name/a%20b%2Bc", "query": "q=a&q=b%26c&%C3%BC=%3D",
                "source": "192.0.2.1", "one": ["1", "2"], "cookie": [], "body": [255, 0],
            })
        );
    }

    #[tokio::test]
    async fn nothing_of_a_request_in_format_two_is_lost() {
        let seen = mirrored(v2("GET /user/name/{name}", "/live/user/name/a b%c")).await;
        assert_eq!(
            seen,
            json!({
                "path": "/user/name/a%20b%25c", "query": "q=a&q=b%26c",
                "source": "2001:db8::1", "one": ["1,2"], "cookie": ["a=1; b=2"],
                "body": b"text",
            })
        );
    }

    #[tokio::test]
    async fn single_values_written_by_hand_are_enough() {
        let mut event = v1("/a", "/a");
        event["headers"] = json!({ "x-one": "3" });
        event["multiValueHeaders"] = json!(null);
        event["multiValueQueryStringParameters"] = json!(null);
        event["requestContext"]["identity"]["sourceIp"] = json!("a proxy");
        let seen = mirrored(event).await;
        assert_eq!((&seen["one"], &seen["query"]), (&json!(["3"]), &json!("q=b%26c")));
        assert_eq!(seen["source"], json!(null));
    }

    #[tokio::test]
    async fn cookies_lists_and_bytes_come_back_in_both_formats() {
        let one = ask(v1("/cookies", "/cookies")).await;
        assert_eq!((&one["statusCode"], &one["isBase64Encoded"]), (&json!(201), &json!(true)));
        assert_eq!(one["body"], "/wAB");
        assert_eq!(one["multiValueHeaders"]["set-cookie"], json!(["a=1", "b=2"]));
        assert_eq!(one["multiValueHeaders"]["vary"], json!(["origin", "accept"]));
        let two = ask(v2("GET /cookies", "/live/cookies")).await;
        assert_eq!((&two["body"], &two["isBase64Encoded"]), (&json!("/wAB"), &json!(true)));
        assert_eq!(two["cookies"], json!(["a=1", "b=2"]));
        assert_eq!(two["headers"]["vary"], "origin, accept");
        assert!(two["headers"].get("set-cookie").is_none());
    }

    #[tokio::test]
    async fn a_header_that_is_none_is_a_problem_of_the_client() {
        let mut event = v2("$default", "/live/a");
        event["headers"] = json!({ "x one": "1" });
        assert_eq!(ask(event).await["statusCode"], 400);
        let mut event = v1("/a", "/a");
        event["multiValueHeaders"] = json!({ "x-one": ["1\r\nx-two: 2"] });
        assert_eq!(ask(event).await["statusCode"], 400);
    }

    #[test]
    fn the_base_is_what_stands_before_the_route() {
        assert_eq!(base_of("/v1/user/7", "/user/7"), "/v1");
        assert_eq!(base_of("/shop/api/user/7/", "/user/7"), "/shop/api");
        assert_eq!(base_of("/user/7", "/user/7"), "");
        assert_eq!(base_of("/v1/else", "/user/7"), "");
    }

    #[test]
    fn the_path_is_the_end_that_the_route_describes() {
        let found = |path, route| path_of(path, route, Some("live")).ok();
        assert_eq!(found("/user/7", "/user/{id}"), Some("/user/7"));
        assert_eq!(found("/live/user/7", "/user/{id}"), Some("/user/7"));
        assert_eq!(found("/shop/api/user/7/", "/user/{id}"), Some("/user/7"));
        assert_eq!(found("/live/user/a/b/c", "/user/{proxy+}"), Some("/user/a/b/c"));
        assert_eq!(found("/live/user/a/b", "$default"), Some("/user/a/b"));
        assert_eq!(found("/lively/user", "$default"), Some("/lively/user"));
        assert_eq!(found("/", "/"), Some("/"));
        assert_eq!(path_of("/user/user/7", "/user/{proxy+}", Some("user")).unwrap(), "/user/7");
        // A slash that was sent in an escape makes no other route of it.
        assert_eq!(found("/user/activate/x/public/user/me", "/user/activate/{code}"), None);
    }
}
