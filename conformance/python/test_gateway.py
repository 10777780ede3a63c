"""Does one API answer the same, however its template writes it: SAM, OpenAPI or plain CloudFormation?"""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from harness.house import REPOSITORY, Server

pytestmark = pytest.mark.alone

GATEWAY = REPOSITORY / "conformance" / "gateway"
FORMS = ("sam", "openapi", "plain")
TOLD = (
    "content-type",
    "x-amzn-errortype",
    "www-authenticate",
    "x-refused",
    "x-from",
    "access-control-allow-origin",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-allow-credentials",
)


class Upstream(BaseHTTPRequestHandler):
    """A server behind an HTTP integration, which tells what it was asked."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length)
        if "/slow" in self.path:
            time.sleep(3)
        told = {
            "method": self.command,
            "path": self.path,
            "body": body.decode("latin-1"),
            "connection": self.client_address[1],
            "headers": {name.lower(): value for name, value in self.headers.items()},
        }
        text = json.dumps(told).encode()
        if "/large" in self.path:
            text = b"x" * (10 * 1024 * 1024 + 1)
        self.send_response(201)
        self.send_header("content-length", str(len(text)))
        self.send_header("content-type", "application/json")
        self.send_header("x-from", "upstream")
        self.send_header("connection", "keep-alive, x-hop")
        self.send_header("x-hop", "1")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = answer

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def upstream():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def outputs(upstream, tmp_path_factory):
    """The outputs of the three templates, each running."""
    servers = {}
    outputs = {}
    for form in FORMS:
        template = GATEWAY / f"{form}.yaml"
        arguments = ["dev", str(template), "--memory", "--parameter", f"Upstream={upstream}"]
        servers[form] = Server(arguments, tmp_path_factory.mktemp(form))
        outputs[form] = servers[form].start()
    yield outputs
    for server in servers.values():
        server.stop()


def told(answer: requests.Response, host: str):
    """What of an answer is the same at every request and every server."""
    try:
        body = answer.json()
    except ValueError:
        body = answer.content
    if isinstance(body, dict) and body.get("context"):
        body["headers"]["host"] = body["headers"]["host"] == host
        (body["context"].get("authorizer") or {}).pop("integrationLatency", None)
    headers = {name: answer.headers[name] for name in TOLD if name in answer.headers}
    return answer.status_code, headers, body


def ask(url: str, method: str, path: str, **settings):
    # As it stands: `requests` would tidy up the path.
    request = requests.Request(method, url, **settings).prepare()
    request.url = url + path
    with requests.Session() as session:
        session.trust_env = False
        return session.send(request, timeout=30, allow_redirects=False)


# A development server listens to pages of this machine only.
PAGE = "http://localhost:5173"
PREFLIGHT = {"Origin": PAGE, "Access-Control-Request-Method": "GET"}
HOSTILE = {"Origin": "http://localhost:6666", "Access-Control-Request-Method": "GET"}
KEY = {"X-Api-Key": "a-key-of-twenty-letters"}
PNG = b"\x89PNG\r\n\x1a\n"

REST = [
    (200, "GET", "/hello", {}),
    (200, "GET", "/hello?a=1&a=2&b=%20", {"headers": {"X-Own": "1", "Cookie": "a=1; b=2"}}),
    (403, "PUT", "/hello", {}),
    (200, "OPTIONS", "/hello", {"headers": PREFLIGHT}),
    (200, "PATCH", "/items/7", {"data": b"text"}),
    (200, "GET", "/items/a%20b", {}),
    (200, "GET", "/items/7/", {}),
    (403, "GET", "/items", {}),
    (200, "POST", "/files/a/b/c", {"data": PNG, "headers": {"Content-Type": "image/png"}}),
    (200, "GET", "/files/x?binary=1", {"headers": {"Accept": "image/png"}}),
    (200, "GET", "/files/x?binary=1", {"headers": {"Accept": "text/html,image/png"}}),
    (401, "GET", "/closed", {}),
    (403, "GET", "/closed", {"headers": {"Authorization": "Bearer no"}}),
    (200, "GET", "/closed", {"headers": {"Authorization": "Bearer yes"}}),
    (403, "GET", "/keyed", {}),
    (403, "GET", "/keyed", {"headers": {"X-Api-Key": "another-key-of-letters"}}),
    (200, "GET", "/keyed", {"headers": KEY}),
    (422, "GET", "/asks", {}),
    (422, "GET", "/asks?q=", {}),
    (200, "GET", "/asks?q=1", {}),
    (403, "GET", "/nothing", {}),
    (413, "POST", "/files/x", {"data": b"a" * (10 * 1024 * 1024 + 1)}),
    (413, "POST", "/files/x", {"data": b"a" * (6 * 1024 * 1024)}),
]

HTTP = [
    (200, "GET", "/hello", {}),
    (200, "GET", "/hello?a=1&a=2&b=%20", {"headers": {"X-Own": "1", "Cookie": "a=1; b=2"}}),
    (404, "PUT", "/hello", {}),
    (204, "OPTIONS", "/hello", {"headers": PREFLIGHT}),
    (204, "OPTIONS", "/hello", {"headers": HOSTILE}),
    (200, "GET", "/hello", {"headers": {"Origin": PAGE}}),
    (200, "PATCH", "/items/7", {"data": b"text"}),
    (200, "GET", "/items/a%20b", {}),
    (404, "GET", "/items/7/", {}),
    (200, "POST", "/files/a/b/c", {"data": PNG, "headers": {"Content-Type": "image/png"}}),
    (200, "GET", "/files/x?binary=1", {}),
    (401, "GET", "/closed", {}),
    (403, "GET", "/closed", {"headers": {"Authorization": "Bearer no"}}),
    (200, "GET", "/closed", {"headers": {"Authorization": "Bearer yes"}}),
    (404, "GET", "/nothing", {}),
    (413, "POST", "/files/x", {"data": b"a" * (10 * 1024 * 1024 + 1)}),
    (413, "POST", "/files/x", {"data": b"a" * (6 * 1024 * 1024)}),
]


def of_each(outputs, name, method, path, settings):
    answers = {}
    for form in FORMS:
        url = outputs[form][name]
        answers[form] = told(ask(url, method, path, **settings), url.split("/")[2])
    return answers


@pytest.mark.parametrize("case", REST, ids=lambda case: f"{case[1]} {case[2]}")
def test_a_rest_api_answers_the_same_however_it_is_written(outputs, case):
    status, *request = case
    answers = of_each(outputs, "RestUrl", *request)
    assert answers["sam"][0] == status
    assert answers["sam"] == answers["openapi"] == answers["plain"]


@pytest.mark.parametrize("case", HTTP, ids=lambda case: f"{case[1]} {case[2]}")
def test_an_http_api_answers_the_same_however_it_is_written(outputs, case):
    status, *request = case
    answers = of_each(outputs, "HttpUrl", *request)
    assert answers["sam"][0] == status
    assert answers["sam"] == answers["openapi"] == answers["plain"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["RestUrl", "HttpUrl"])
def test_gwa_15_a_preflight_names_one_site_and_no_credentials(outputs, form, name):
    allowed = ask(outputs[form][name], "OPTIONS", "/hello", headers=PREFLIGHT).headers
    assert allowed["access-control-allow-origin"] == PAGE
    hostile = ask(outputs[form][name], "OPTIONS", "/hello", headers=HOSTILE).headers
    # An answer that is the same for everybody names the one site that may read it.
    assert hostile.get("access-control-allow-origin") in (None, PAGE)
    for headers in (allowed, hostile):
        assert "access-control-allow-credentials" not in headers
        assert "x-from" not in headers


def line(answer: requests.Response) -> str:
    return f"{answer.status_code} {answer.text}"


@pytest.mark.parametrize("form", FORMS)
def test_refusals_are_in_the_words_of_api_gateway(outputs, form):
    rest, http = outputs[form]["RestUrl"], outputs[form]["HttpUrl"]
    too_long = '413 {"message":"HTTP content length exceeded 10485760 bytes."}'
    for method, path, settings, expected in [
        ("GET", "/nothing", {}, '403 {"message":"Missing Authentication Token"}'),
        ("GET", "/closed", {}, '401 {"message":"Unauthorized"}'),
        ("GET", "/keyed", {}, '403 {"message":"Forbidden"}'),
        ("GET", "/asks", {}, '422 {"told":"Missing required request parameters: [q]"}'),
        ("POST", "/files/x", {"data": b"a" * (10 * 1024 * 1024 + 1)}, too_long),
    ]:
        answer = ask(rest, method, path, **settings)
        assert line(answer) == expected
        # A type with a response of its own does not fall back to DEFAULT_4XX.
        own = None if path == "/asks" else "yes"
        assert answer.headers.get("x-refused") == own, path
        assert answer.headers["x-amzn-RequestId"]
    for method, path, settings, expected in [
        ("GET", "/nothing", {}, '404 {"message":"Not Found"}'),
        ("GET", "/closed", {}, '401 {"message":"Unauthorized"}'),
        (
            "GET",
            "/closed",
            {"headers": {"Authorization": "Bearer no"}},
            '403 {"message":"Forbidden"}',
        ),
        (
            "POST",
            "/files/x",
            {"data": b"a" * (10 * 1024 * 1024 + 1)},
            '413 {"message":"Request Entity Too Large"}',
        ),
    ]:
        answer = ask(http, method, path, **settings)
        assert line(answer) == expected
        assert answer.headers["apigw-requestid"]


@pytest.mark.parametrize("form", FORMS)
def test_a_body_is_binary_where_the_api_says_so(outputs, form):
    url = outputs[form]["RestUrl"]
    png = ask(url, "POST", "/files/a", data=PNG, headers={"Content-Type": "image/png"}).json()
    assert (png["isBase64Encoded"], png["body"]) == (True, "iVBORw0KGgo=")
    text = ask(url, "POST", "/files/a", data=b"x", headers={"Content-Type": "text/plain"}).json()
    assert (text["isBase64Encoded"], text["body"]) == (False, "x")
    wanted = ask(url, "GET", "/files/a?binary=1", headers={"Accept": "image/png"})
    assert wanted.content == PNG
    unwanted = ask(url, "GET", "/files/a?binary=1", headers={"Accept": "text/html, image/png"})
    assert unwanted.content == b"iVBORw0KGgo="


@pytest.mark.parametrize("name", ["RestUrl", "HttpUrl"])
@pytest.mark.parametrize("form", ["openapi", "plain"])
def test_a_server_elsewhere_is_asked_what_the_client_asked(outputs, upstream, form, name):
    url = outputs[form][name]
    answer = ask(
        url,
        "POST",
        "/up/a%20b/c?q=1&q=2",
        data=b"hello",
        headers={"X-Own": "1", "Connection": "close, X-Hop", "X-Hop": "1", "X-Colour": "green"},
    )
    assert answer.status_code == 201
    assert answer.headers["x-from"] == "upstream"
    assert "x-hop" not in answer.headers
    asked = answer.json()
    assert asked["method"] == "POST"
    assert asked["path"] == "/base/a%20b/c?q=1&q=2"
    assert asked["body"] == "hello"
    headers = asked["headers"]
    assert headers["host"] == upstream.removeprefix("http://")
    assert headers["x-own"] == "1"
    assert headers["x-colour"] == "blue"
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert "x-hop" not in headers
    again = ask(url, "GET", "/up/x").json()
    assert again["connection"] == asked["connection"], "the connection was not kept"
    assert ask(url, "HEAD", "/up/x").content == b""


@pytest.mark.parametrize("form", ["openapi", "plain"])
def test_a_server_that_is_slow_or_says_too_much_is_given_up(outputs, form):
    rest, http = outputs[form]["RestUrl"], outputs[form]["HttpUrl"]
    for url, path, expected in [
        (rest, "/up/slow", '504 {"message":"Endpoint request timed out"}'),
        (rest, "/up/large", '500 {"message":"Internal server error"}'),
        (http, "/up/slow", '503 {"message":"Service Unavailable"}'),
        (http, "/up/large", '500 {"message":"Internal Server Error"}'),
    ]:
        assert line(ask(url, "GET", path)) == expected


def test_two_stages_of_an_api_have_their_own_variables(outputs):
    urls = outputs["plain"]
    for name, stage, colour in [("RestUrl", "prod", "blue"), ("TestUrl", "test", "red")]:
        told = ask(urls[name], "GET", "/hello").json()
        assert (told["context"]["stage"], told["stageVariables"]) == (stage, {"colour": colour})
        assert ask(urls[name], "GET", "/up/x").json()["headers"]["x-colour"] == colour
    # The key's plan is for the other stage.
    assert ask(urls["TestUrl"], "GET", "/keyed", headers=KEY).status_code == 403
    assert ask(urls["RestUrl"], "GET", "/keyed", headers=KEY).status_code == 200


def test_headers_have_a_limit_together(outputs):
    headers = {f"X-{number}": "a" * 3000 for number in range(4)}
    rest = ask(outputs["sam"]["RestUrl"], "GET", "/hello", headers=headers)
    assert line(rest) == '431 {"message":"HTTP header is larger than 10240 bytes."}'
    http = ask(outputs["sam"]["HttpUrl"], "GET", "/hello", headers=headers)
    assert line(http) == '431 {"message":"Request Header Fields Too Large"}'
