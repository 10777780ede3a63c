//! What stands behind a route that is no function: a server elsewhere, or the gateway itself.

use crate::house::{Builder, House, house, http_api, line, request, rest, route};
use async_trait::async_trait;
use bytes::Bytes;
use gateway::{
    Api, Expression, GatewayResponse, HttpIntegration, Integration, MockIntegration, MockResponse,
    PassThrough, ResponseType, Route, Unreached, Upstream, Validation,
};
use http::{Method, Request, Response, StatusCode};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

/// A server that answers by the first segment of the path, and keeps what it was asked.
#[derive(Clone, Default)]
struct Server(Arc<Mutex<Vec<Request<Bytes>>>>);

#[async_trait]
impl Upstream for Server {
    async fn send(&self, asked: Request<Bytes>, _: usize) -> Result<Response<Bytes>, Unreached> {
        let path = asked.uri().path().to_owned();
        self.0.lock().unwrap().push(asked);
        let answer = Response::builder();
        match path.split('/').nth(1).unwrap_or_default() {
            "gone" => Err(Unreached::Broken("refused".to_owned())),
            "large" => Err(Unreached::TooLarge),
            "slow" => {
                tokio::time::sleep(Duration::from_secs(60)).await;
                Ok(answer.body(Bytes::new()).unwrap())
            }
            "odd" => Ok(answer
                .status(418)
                .header("x-own", "1")
                .header("x-own", "2")
                .header("connection", "x-hop")
                .header("x-hop", "1")
                .header("transfer-encoding", "chunked")
                .header("content-length", "99")
                .header("content-type", "text/plain")
                .body(Bytes::from_static(b"short"))
                .unwrap()),
            _ => Ok(answer.body(Bytes::from_static(b"{}")).unwrap()),
        }
    }
}

impl Server {
    fn last(&self) -> Request<Bytes> {
        let asked = self.0.lock().unwrap();
        let last = asked.last().unwrap();
        let mut copy = Request::builder().method(last.method()).uri(last.uri());
        *copy.headers_mut().unwrap() = last.headers().clone();
        copy.body(last.body().clone()).unwrap()
    }

    fn count(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// The address and a header, as the server saw them.
    fn saw(&self, header: &str) -> String {
        let last = self.last();
        let values: Vec<_> =
            last.headers().get_all(header).iter().map(|value| value.to_str().unwrap()).collect();
        format!("{} {} {}", last.method(), last.uri(), values.join("|"))
    }
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(to, from)| ((*to).to_owned(), (*from).to_owned())).collect()
}

fn to(key: &str, integration: impl Into<Integration>) -> Route {
    Route { integration: integration.into(), ..route(key) }
}

fn rest_to(uri: &str, mappings: &[(&str, &str)]) -> Integration {
    Integration::Http(HttpIntegration::rest(None, uri, &map(mappings)).unwrap())
}

fn http_to(uri: &str, mappings: &[(&str, &str)]) -> Integration {
    Integration::Http(HttpIntegration::http(None, uri, &map(mappings)).unwrap())
}

fn serve(mut api: Api, routes: Vec<Route>) -> (House, Server) {
    let server = Server::default();
    api.routes = routes;
    let builder: Builder = house().upstream(server.clone()).api(api);
    (builder.open(), server)
}

const PROXY: (&str, &str) = ("integration.request.path.proxy", "method.request.path.proxy");

#[tokio::test]
async fn a_server_elsewhere_is_asked_what_the_client_asked() {
    let route = to("ANY /{proxy+}", rest_to("http://up.example:81/base/{proxy}?a=1", &[PROXY]));
    let (house, server) = serve(rest(), vec![route]);
    let mut request = request(
        "POST",
        "/x%20y/%C3%A9?b=2&b=3",
        &[
            ("host", "evil.example"),
            ("x-own", "1"),
            ("connection", "x-hop"),
            ("x-hop", "1"),
            ("te", "trailers"),
            ("content-length", "99"),
            ("expect", "100-continue"),
            ("forwarded", "for=evil"),
            ("x-forwarded-for", "198.51.100.1"),
            ("authorization", "Bearer x"),
        ],
    );
    *request.body_mut() = Bytes::from_static(b"hello");
    assert_eq!(line(&house.send(request).await), "200 {}");
    let uri = "http://up.example:81/base/x%20y/%C3%A9?a=1&b=2&b=3";
    assert_eq!(server.saw("x-own"), format!("POST {uri} 1"));
    let last = server.last();
    assert_eq!(last.body().as_ref(), b"hello");
    let headers = last.headers();
    for gone in ["host", "x-hop", "connection", "te", "content-length", "expect", "forwarded"] {
        assert!(!headers.contains_key(gone), "{gone}");
    }
    assert_eq!(headers["x-forwarded-for"], "198.51.100.1, 192.0.2.7");
    assert_eq!(headers["authorization"], "Bearer x");
    assert_eq!(headers["x-amzn-apigateway-api-id"], "rest");
    assert!(headers.contains_key("x-amzn-trace-id"));
}

#[tokio::test]
async fn nobody_climbs_out_of_the_path_of_the_server() {
    let http = http_to("http://up.example/base/{id}/end", &[]);
    let (house, server) = serve(http_api(), vec![to("GET /{id}", http)]);
    house.get("/a%3Fb%23c%40d", &[]).await;
    assert_eq!(server.saw("x"), "GET http://up.example/base/a%3Fb%23c@d/end ");
    for path in ["/..", "/%2e%2e", "/a%2fb", "/..%3bx"] {
        assert_eq!(house.get(path, &[]).await, r#"404 {"message":"Not Found"}"#, "{path}");
    }
    let query = http_to(
        "http://up.example/base/{id}",
        &[("overwrite:path", "/b/${request.querystring.q}/c")],
    );
    let (house, server) = serve(http_api(), vec![to("GET /{id}", query)]);
    house.get("/x?q=y%2F..%2Fz", &[]).await;
    assert_eq!(server.saw("x"), "GET http://up.example/b/y%2F..%2Fz/c?q=y%2F..%2Fz ");
    let before = server.count();
    assert_eq!(house.get("/x?q=..", &[]).await, r#"400 {"message":"Bad Request"}"#);
    assert_eq!(server.count(), before);
}

#[tokio::test]
async fn a_rest_api_maps_parameters() {
    let integration = rest_to(
        "http://up.example/{a}",
        &[
            ("integration.request.path.a", "method.request.querystring.q"),
            ("integration.request.header.x-text", "'a text'"),
            ("integration.request.header.x-path", "method.request.path.id"),
            ("integration.request.header.x-stage", "context.stage"),
            ("integration.request.header.x-variable", "stageVariables.colour"),
            ("integration.request.header.x-absent", "method.request.header.x-absent"),
            ("integration.request.querystring.q", "method.request.header.x-q"),
        ],
    );
    let mut api = rest();
    api.stage_variables.insert("colour".into(), "blue".into());
    let (house, server) = serve(api, vec![to("GET /{id}", integration)]);
    house.get("/7?q=a/b&r=1", &[("x-q", "new & old")]).await;
    let last = server.last();
    assert_eq!(last.uri(), "http://up.example/a%2Fb?r=1&q=new%20%26%20old");
    let headers = last.headers();
    for (name, value) in
        [("x-text", "a text"), ("x-path", "7"), ("x-stage", "prod"), ("x-variable", "blue")]
    {
        assert_eq!(headers[name], value);
    }
    assert!(!headers.contains_key("x-absent"));
}

#[tokio::test]
async fn an_http_api_maps_parameters() {
    let integration = http_to(
        "http://up.example/{id}",
        &[
            ("append:header.x-more", "$request.querystring.q"),
            ("overwrite:header.x-one", "${request.path.id}-${context.stage}"),
            ("remove:header.x-gone", ""),
            ("remove:querystring.secret", ""),
            ("append:querystring.from", "$request.header.x-from"),
        ],
    );
    let (house, server) = serve(http_api(), vec![to("GET /items/{id}", integration)]);
    let headers =
        [("x-more", "0"), ("x-one", "0"), ("x-gone", "1"), ("x-from", "a"), ("x-from", "b")];
    house.get("/items/7?q=1&q=2&secret=x", &headers).await;
    let last = server.last();
    assert_eq!(last.uri(), "http://up.example/7?q=1&q=2&from=a%2Cb");
    let more: Vec<_> = last.headers().get_all("x-more").iter().collect();
    assert_eq!(more, ["0", "1,2"]);
    assert_eq!(last.headers()["x-one"], "7-$default");
    assert!(!last.headers().contains_key("x-gone"));
    assert_eq!(last.headers()["via"], "HTTP/1.1 AmazonAPIGateway");
}

#[tokio::test]
async fn an_answer_comes_back_without_what_belongs_to_its_connection() {
    let (house, _) = serve(rest(), vec![to("ANY /", rest_to("http://up.example/odd", &[]))]);
    let answer = house.send(request("GET", "/", &[])).await;
    assert_eq!((answer.status().as_u16(), answer.body().as_ref()), (418, &b"short"[..]));
    let own: Vec<_> = answer.headers().get_all("x-own").iter().collect();
    assert_eq!(own, ["1", "2"]);
    for gone in ["connection", "x-hop", "transfer-encoding", "content-length"] {
        assert!(!answer.headers().contains_key(gone), "{gone}");
    }
    let answer = house.send(request("HEAD", "/", &[])).await;
    assert!(answer.body().is_empty());
    assert_eq!(answer.headers()["content-length"], "99");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_answer_is_a_refusal_in_the_words_of_the_api() {
    let routes = |make: fn(&str, &[(&str, &str)]) -> Integration| {
        ["gone", "large", "slow"]
            .map(|name| {
                to(&format!("GET /{name}"), make(&format!("http://up.example/{name}"), &[]))
            })
            .to_vec()
    };
    let (house, _) = serve(rest(), routes(rest_to));
    for (path, answer) in [
        (
            "/gone",
            r#"504 InternalServerErrorException {"message":"Network error communicating with endpoint"}"#,
        ),
        ("/large", r#"500 InternalServerErrorException {"message":"Internal server error"}"#),
        ("/slow", r#"504 InternalServerErrorException {"message":"Endpoint request timed out"}"#),
    ] {
        assert_eq!(house.get(path, &[]).await, answer, "{path}");
    }
    let (house, _) = serve(http_api(), routes(http_to));
    for (path, answer) in [
        ("/gone", r#"503 {"message":"Service Unavailable"}"#),
        ("/large", r#"500 {"message":"Internal Server Error"}"#),
        ("/slow", r#"503 {"message":"Service Unavailable"}"#),
    ] {
        assert_eq!(house.get(path, &[]).await, answer, "{path}");
    }
}

fn cors_mock(pass_through: PassThrough) -> MockIntegration {
    let headers = vec![(
        "access-control-allow-origin".parse().unwrap(),
        Expression::rest("'https://a.example'").unwrap(),
    )];
    MockIntegration {
        templates: vec![("application/json".to_owned(), 200)],
        pass_through,
        responses: vec![
            MockResponse {
                pattern: Some(Validation::parse("5..").unwrap()),
                status: StatusCode::BAD_GATEWAY,
                headers: Vec::new(),
                templates: Vec::new(),
            },
            MockResponse { pattern: None, status: StatusCode::OK, headers, templates: Vec::new() },
        ],
    }
}

/// GWA-15.
#[tokio::test]
async fn a_mock_answers_a_preflight_and_nothing_is_called() {
    let mock = Integration::Mock(cors_mock(PassThrough::WhenNoMatch));
    let mut api = rest();
    api.routes = vec![to("OPTIONS /x", mock), route("GET /x")];
    let house = house().api(api).open();
    let answer = house
        .send(request(
            "OPTIONS",
            "/x",
            &[("origin", "https://evil.example"), ("access-control-request-method", "GET")],
        ))
        .await;
    assert_eq!((answer.status().as_u16(), answer.body().len()), (200, 0));
    assert_eq!(answer.headers()["access-control-allow-origin"], "https://a.example");
    assert!(!answer.headers().contains_key("access-control-allow-credentials"));
    assert_eq!(house.calls("hello"), 0);
}

#[tokio::test]
async fn a_mock_without_a_template_for_the_media_type_says_no() {
    for (pass_through, answer) in [
        (
            PassThrough::Never,
            r#"415 UnsupportedMediaTypeException {"message":"Unsupported Media Type"}"#,
        ),
        (
            PassThrough::WhenNoMatch,
            r#"500 InternalServerErrorException {"message":"Internal server error"}"#,
        ),
    ] {
        let mut api = rest();
        api.routes = vec![to("ANY /x", Integration::Mock(cors_mock(pass_through)))];
        let house = house().api(api).open();
        let text = [("content-type", "text/plain; charset=utf-8")];
        assert_eq!(house.ask("POST", "/x", &text).await, answer);
        let json = [("content-type", "Application/JSON; charset=utf-8")];
        assert_eq!(house.ask("POST", "/x", &json).await, "200 ");
    }
}

fn response(template: &str, headers: &[(&str, &str)], status: Option<u16>) -> GatewayResponse {
    let header =
        |(name, value): &(&str, &str)| (name.parse().unwrap(), Expression::rest(value).unwrap());
    GatewayResponse {
        status: status.map(|status| StatusCode::from_u16(status).unwrap()),
        headers: headers.iter().map(header).collect(),
        templates: vec![("application/json".to_owned(), Expression::template(template).unwrap())],
    }
}

#[tokio::test]
async fn a_rest_api_refuses_in_its_owners_words() {
    let mut api = rest();
    api.routes = vec![
        Route {
            required: vec![
                "method.request.querystring.q".parse().unwrap(),
                "method.request.header.X-H".parse().unwrap(),
            ],
            ..route("GET /x")
        },
        Route { api_key_required: true, ..route("GET /key") },
    ];
    let responses = [
        (
            ResponseType::Default4xx,
            response(
                r#"{"why":$context.error.messageString,"type":"$context.error.responseType"}"#,
                &[("access-control-allow-origin", "method.request.header.origin")],
                None,
            ),
        ),
        (
            ResponseType::MissingAuthenticationToken,
            response(r#"{"path":"$context.path"}"#, &[("x-own", "'1'")], Some(404)),
        ),
        (
            ResponseType::BadRequestParameters,
            response(r#"{"v":"$context.error.validationErrorString"}"#, &[], Some(422)),
        ),
    ];
    for (response_type, response) in responses {
        api.responses.insert(response_type, response).unwrap();
    }
    let house = house().api(api).open();
    let answer = house.send(request("GET", "/no%22pe", &[])).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert_eq!(answer.headers()["x-own"], "1");
    assert_eq!(answer.body().as_ref(), br#"{"path":"/prod/no%22pe"}"#);
    let answer = house.get("/x?q=1", &[]).await;
    assert_eq!(
        answer,
        r#"422 BadRequestException {"v":"Missing required request parameters: [x-h]"}"#
    );
    let answer = house.send(request("GET", "/key", &[("origin", "https://a.example")])).await;
    assert_eq!(answer.headers()["access-control-allow-origin"], "https://a.example");
    assert_eq!(
        line(&answer),
        r#"403 ForbiddenException {"why":"Forbidden","type":"INVALID_API_KEY"}"#
    );
    assert_eq!(house.get("/x?q=1", &[("x-h", "1")]).await, "200 hello");
}

#[test]
fn a_template_with_directives_or_the_body_is_refused() {
    for bad in ["#if($x)a#end", "#set($a = 1)", "$input.body", "$util.escapeJavaScript('x')", "$$"]
    {
        assert!(Expression::template(bad).is_err(), "{bad}");
    }
    let mut responses = gateway::GatewayResponses::default();
    let told = response("$context.authorizer.principalId", &[], None);
    assert!(responses.insert(ResponseType::AccessDenied, told).is_err());
}

#[tokio::test]
async fn parameters_that_a_validator_asks_for_have_to_be_there() {
    let mut api = rest();
    let required =
        ["method.request.querystring.a", "method.request.header.B", "method.request.path.id"];
    let required = required.map(|name| name.parse().unwrap()).to_vec();
    api.routes = vec![Route { required, ..route("GET /{id}") }];
    let house = house().api(api).open();
    let answer = |missing: &str| {
        format!(
            r#"400 BadRequestException {{"message":"Missing required request parameters: [{missing}]"}}"#
        )
    };
    assert_eq!(house.get("/7", &[]).await, answer("a, b"));
    assert_eq!(house.get("/7?a=", &[("b", "1")]).await, answer("a"));
    assert_eq!(house.get("/7?a=1", &[("b", "1")]).await, "200 hello");
    assert_eq!(house.calls("hello"), 1);
}

#[tokio::test]
async fn headers_have_a_limit_together() {
    for (api, answer) in [
        (
            rest(),
            r#"431 RequestTooLargeException {"message":"HTTP header is larger than 10240 bytes."}"#,
        ),
        (http_api(), r#"431 {"message":"Request Header Fields Too Large"}"#),
    ] {
        let mut api = api;
        api.routes = vec![route("GET /x")];
        let house = house().api(api).open();
        let most = "a".repeat(9_000);
        assert_eq!(house.get("/x", &[("x-large", &most)]).await, "200 hello");
        let more = "a".repeat(5_000);
        let headers = [("x-one", more.as_str()), ("x-two", &more), ("x-three", &more)];
        assert_eq!(house.get("/x", &headers).await, answer);
        assert_eq!(house.calls("hello"), 1);
    }
}

#[tokio::test]
async fn a_body_that_was_not_read_is_refused_in_the_words_of_its_api() {
    let mut one = rest();
    one.mounts = vec!["/rest".into()];
    let mut other = http_api();
    other.mounts = vec!["/http".into()];
    let house = house().api(one).api(other).open();
    for (path, answer) in [
        (
            "/rest/x",
            r#"413 RequestTooLargeException {"message":"HTTP content length exceeded 10485760 bytes."}"#,
        ),
        ("/http/x", r#"413 {"message":"Request Entity Too Large"}"#),
    ] {
        let (head, _) = request("POST", path, &[]).into_parts();
        let refused = gateway::UnreadBody::TooLarge;
        let peer = [192, 0, 2, 7].into();
        assert_eq!(line(&house.gateway.refuse(head, peer, refused)), answer, "{path}");
    }
}

#[test]
fn an_integration_has_its_own_method_or_the_clients() {
    let method = Some(Method::POST);
    let http = HttpIntegration::http(method, "http://up.example/", &map(&[])).unwrap();
    assert_eq!(http.server().1.as_str(), "up.example");
}
