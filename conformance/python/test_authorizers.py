"""Who may call which route, asked by an HTTP client: every kind of authorizer of both kinds of API."""

import hashlib
import hmac
import http.client
import json
import secrets as random
import shutil
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import jwt
import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from harness import house as houses
from harness import tokens
from harness.functions import FUNCTIONS
from harness.house import REPOSITORY, House, Server, port_of
from harness.people import Client, Pool, address

pytestmark = pytest.mark.alone

UNAUTHORIZED = (401, "UnauthorizedException", {"message": "Unauthorized"})
DENIED = (
    403,
    "AccessDeniedException",
    {"Message": "User is not authorized to access this resource"},
)
DENIED_EXPLICITLY = (
    403,
    "AccessDeniedException",
    {"Message": "User is not authorized to access this resource with an explicit deny"},
)
FORBIDDEN = (403, "ForbiddenException", {"message": "Forbidden"})
NO_ROUTE = (403, "MissingAuthenticationTokenException", {"message": "Missing Authentication Token"})
FAILED = (500, "AuthorizerFailureException", {"message": None})
MISCONFIGURED = (500, "AuthorizerConfigurationException", {"message": None})
TOO_MANY = (429, "TooManyRequestsException", {"message": "Too Many Requests"})
LIMIT = (429, "LimitExceededException", {"message": "Limit Exceeded"})
HTTP_UNAUTHORIZED = (401, None, {"message": "Unauthorized"})
HTTP_FORBIDDEN = (403, None, {"message": "Forbidden"})
HTTP_FAILED = (500, None, {"message": "Internal Server Error"})

GOLD, SILVER, IRON = "gold-gold-gold-gold-gold", "silver-silver-silver-silver", "iron-iron-iron-iron-iron"


class Elsewhere:
    """An issuer that is not Poolhouse, with a key of its own."""

    def __init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.asked: list[str] = []
        elsewhere = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                elsewhere.asked.append(self.path)
                body = json.dumps(elsewhere.answer(self.path)).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/people"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path: str) -> dict:
        if path == "/people/.well-known/openid-configuration":
            return {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        elliptic = {"kty": "EC", "kid": "e", "crv": "P-256", "x": "AA", "y": "AA"}
        return {"keys": [elliptic, {**jwk, "kid": "theirs", "use": "sig"}]}

    def token(self, head: dict | None = None, algorithm: str = "RS256", **claims) -> str:
        now = int(time.time())
        usual = {"iss": self.url, "sub": "s", "aud": "web", "iat": now, "exp": now + 600}
        body = {name: one for name, one in {**usual, **claims}.items() if one is not None}
        headers = {"kid": "theirs", **(head or {})}
        return jwt.encode(body, self.key, algorithm=algorithm, headers=headers)


class Stage:
    """The server, its two kinds of API, and what its functions heard."""

    def __init__(self, folder: Path, server: Server, house: House, elsewhere: Elsewhere):
        self.folder, self.server, self.house, self.elsewhere = folder, server, house, elsewhere
        self.pool = Pool(house, house.pool_id, [])
        self.pool.clients.append(Client(self.pool, house.web_client_id))
        self.other = Pool(house, house.outputs["OtherPoolId"])
        self.other.clients.append(Client(self.other, house.outputs["OtherClientId"]))
        self.ann = self.pool.person().sign_in()
        self.bob = self.other.person().sign_in()

    def raw(self, path: str, headers=(), method: str = "GET"):
        """A request whose path is sent as it stands, and whose headers may be there twice."""
        connection = http.client.HTTPConnection("127.0.0.1", port_of(self.house.api_url), timeout=60)
        try:
            connection.putrequest(method, path)
            for name, value in headers.items() if isinstance(headers, dict) else headers:
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        return answer, body

    def ask(self, path: str, headers=(), method: str = "GET"):
        """Status, type of the error and body; of what was let in only the status and what the
        function behind the route was told."""
        answer, body = self.raw(path, headers, method)
        if not path.startswith("/Http/"):
            assert answer.headers["x-amzn-requestid"] and answer.headers["x-amz-apigw-id"]
        else:
            assert answer.headers["apigw-requestid"]
        assert answer.headers["content-type"] == "application/json"
        if answer.status == 200:
            return 200, json.loads(body)
        return answer.status, answer.headers["x-amzn-errortype"], json.loads(body)

    def bearer(self, path: str, token: str):
        return self.ask(path, {"Authorization": f"Bearer {token}"})

    def order(self, path: str, order: str, **headers):
        """What the judge should decide, under a name that no cache knows."""
        return self.ask(path, {"Authorization": fresh(order), **headers})

    def _count(self, name: str) -> int:
        try:
            return len((self.folder / name).read_text().splitlines())
        except FileNotFoundError:
            return 0

    @property
    def judged(self) -> int:
        """How often the authorizer was asked."""
        return self._count("judged.jsonl")

    @property
    def reached(self) -> int:
        """How often what is behind a route was asked."""
        return self._count("reached.jsonl")

    def question(self) -> dict:
        """What the authorizer was asked last."""
        return json.loads((self.folder / "judged.jsonl").read_text().splitlines()[-1])

    def why(self, path: str, headers=None, method: str = "GET") -> dict:
        answer = requests.get(
            f"{self.house.identity_url}/_poolhouse/why",
            params={"method": method, "path": path},
            headers=headers,
            timeout=60,
        )
        assert answer.status_code == 200, answer.text
        return answer.json()


def fresh(order: str) -> str:
    return f"{order}/{random.token_hex(8)}"


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    folder = tmp_path_factory.mktemp("authorizers")
    for name in ("judge", "echo", "authorizers.yaml"):
        source = FUNCTIONS / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    (folder / ".venv").symlink_to(REPOSITORY / ".venv")
    elsewhere = Elsewhere()
    server, house = houses.dev(
        folder / "server",
        str(folder / "authorizers.yaml"),
        *("--parameter", f"Folder={folder}"),
        *("--parameter", f"Elsewhere={elsewhere.url}"),
        "--memory",
    )
    try:
        yield Stage(folder, server, house, elsewhere)
    finally:
        server.stop()
        elsewhere.server.shutdown()


@pytest.fixture
def untouched(stage):
    """Nothing behind a route is reached by this test."""
    before = stage.reached
    yield
    assert stage.reached == before


# --- Lambda authorizers of REST APIs ---------------------------------------------------------------


def test_an_authorizers_context_reaches_the_function_as_texts(stage):
    status, event = stage.order("/alpha?a=1", "allow", **{"X-Test": "1"})
    assert status == 200
    told = event["requestContext"]["authorizer"]
    assert told["principalId"] == "user|ann" and isinstance(told["integrationLatency"], int)
    assert (told["text"], told["number"], told["truth"]) == ("x", "1", "true")
    question = stage.question()
    assert question["type"] == "TOKEN" and question["authorizationToken"].startswith("allow/")
    arn = f"arn:aws:execute-api:{stage.house.region}:000000000000:{stage.house.outputs['RestId']}"
    assert question["methodArn"] == f"{arn}/prod/GET/alpha"
    assert set(question) == {"type", "authorizationToken", "methodArn"}


@pytest.mark.parametrize(
    "order, expected",
    [
        ("deny", DENIED_EXPLICITLY),
        ("deny-beside", DENIED_EXPLICITLY),
        ("from-elsewhere", DENIED),
        ("all-but", DENIED),
        ("nobody", UNAUTHORIZED),
        ("throw", FAILED),
        ("exit", FAILED),
        ("no-principal", MISCONFIGURED),
        ("no-policy", MISCONFIGURED),
        ("no-statement", MISCONFIGURED),
        ("nested", MISCONFIGURED),
        ("claims", MISCONFIGURED),
        ("long-resource", MISCONFIGURED),
    ],
)
def test_a_token_authorizer_refuses_in_these_words(stage, untouched, order, expected):
    """GWA-06, GWA-07, GWA-14."""
    assert stage.order("/fresh-alpha", order) == expected


@pytest.mark.parametrize("order", ["allow", "echo", "alpha-only", "from-here"])
def test_a_token_authorizer_lets_in(stage, order):
    assert stage.order("/fresh-alpha", order)[0] == 200


def test_gwa_01_a_kept_policy_is_asked_again_for_each_route(stage):
    token, judged = fresh("alpha-only"), stage.judged
    assert stage.ask("/alpha", {"Authorization": token})[0] == 200
    assert stage.ask("/beta", {"Authorization": token}) == DENIED
    assert stage.ask("/alpha", {"Authorization": token})[0] == 200
    assert stage.judged == judged + 1
    token = fresh("deny-beside")
    assert stage.ask("/beta", {"Authorization": token})[0] == 200
    assert stage.ask("/alpha", {"Authorization": token}) == DENIED_EXPLICITLY


def test_gwa_02_a_verdict_is_of_one_api(stage):
    token, judged = fresh("allow"), stage.judged
    for _ in range(2):
        assert stage.ask("/alpha", {"Authorization": token})[0] == 200
    assert stage.judged == judged + 1
    assert stage.ask("/Second/alpha", {"Authorization": token})[0] == 200
    assert stage.judged == judged + 2


def test_gwa_02_a_verdict_is_of_one_stage(stage):
    token, judged = fresh("allow"), stage.judged
    places = [urlsplit(stage.house.outputs[name]).path for name in ("PlainTest", "PlainProd")]
    assert len(set(places)) == 2
    for at, place in enumerate(places, 1):
        for _ in range(2):
            answer, body = stage.raw(f"{place}/alpha", {"Authorization": token})
            assert (answer.status, body) == (200, b"{}")
            assert stage.judged == judged + at, place
            assert f"/{'test' if at == 1 else 'prod'}/GET/alpha" in stage.question()["methodArn"]
    # What one stage allows the other may still forbid.
    token, judged = fresh("alpha-only"), stage.judged
    for place, status in zip(places, (403, 200), strict=True):
        assert stage.raw(f"{place}/alpha", {"Authorization": token})[0].status == status
    assert stage.judged == judged + 2


def test_gwa_03_every_identity_source_is_in_the_key(stage):
    token, judged = fresh("allow"), stage.judged
    for tenant, count in [("a", 1), ("a", 1), ("b", 2), ("a", 2)]:
        assert stage.ask("/request/7", {"Authorization": token, "X-Tenant": tenant})[0] == 200
        assert stage.judged == judged + count
    question = stage.question()
    assert question["type"] == "REQUEST" and question["resource"] == "/request/{id}"
    assert question["pathParameters"] == {"id": "7"} and "body" not in question
    assert question["headers"]["X-Tenant"] == "b"


def test_a_missing_identity_source_is_401_without_a_question(stage, untouched):
    judged = stage.judged
    assert stage.ask("/alpha") == UNAUTHORIZED
    assert stage.ask("/alpha", {"Authorization": ""}) == UNAUTHORIZED
    assert stage.ask("/request/7", {"Authorization": "allow"}) == UNAUTHORIZED
    assert stage.ask("/request/7", {"X-Tenant": "a"}) == UNAUTHORIZED
    assert stage.ask("/valid", {"Authorization": "Bearer NOT THIS"}) == UNAUTHORIZED
    assert stage.ask("/valid", {"Authorization": "allow"}) == UNAUTHORIZED
    assert stage.judged == judged


def test_without_a_cache_a_request_authorizer_is_asked_without_its_source(stage):
    judged = stage.judged
    assert stage.ask("/request-fresh") == UNAUTHORIZED
    assert stage.ask("/request-fresh", {"X-Who": "allow"})[0] == 200
    assert stage.ask("/request-fresh", {"X-Who": "allow"})[0] == 200
    assert stage.judged == judged + 3


def test_a_validation_expression_matches_the_whole_header(stage):
    assert stage.ask("/valid", {"Authorization": "Bearer allow"})[0] == 200


def test_what_is_no_verdict_is_not_kept(stage, untouched):
    """GWA-05, GWA-06, GWA-07."""
    for path, orders in [
        ("/alpha", ("nobody", "throw", "exit", "no-principal", "no-policy", "no-statement", "nested")),
        ("/Http/simple", ("text-true", "text-false", "one", "null", "throw", "nobody", "allow")),
    ]:
        for order in orders:
            token, judged = fresh(order), stage.judged
            for asked in (1, 2):
                expected = 401 if order == "nobody" else 500
                assert stage.ask(path, {"Authorization": token})[0] == expected, order
                assert stage.judged == judged + asked, order


def test_gwa_04_a_cache_without_identity_source_does_not_start(stage, tmp_path):
    template = (stage.folder / "authorizers.yaml").read_text()
    whole = "Identity: { Headers: [Authorization, X-Tenant], ReauthorizeEvery: 300 }"
    assert whole in template
    path = stage.folder / "without-source.yaml"
    path.write_text(template.replace(whole, "Identity: { ReauthorizeEvery: 300 }"))
    parameters = ("--parameter", "Folder=x", "--parameter", "Elsewhere=https://x.example")
    with pytest.raises(AssertionError, match="the server ended with"):
        houses.dev(tmp_path, str(path), *parameters, "--memory")
    assert "Request" in (tmp_path / "poolhouse.log").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("order", ["huge", "sleep"])
def test_gwa_07_an_authorizer_that_is_too_slow_or_says_too_much(stage, untouched, order):
    token, judged = fresh(order), stage.judged
    # Where a verdict would be kept for five minutes.
    for asked in (1, 2):
        status, error, _ = stage.ask("/alpha", {"Authorization": token})
        assert (status, error) in [(500, FAILED[1]), (500, MISCONFIGURED[1])]
        assert stage.judged == judged + asked


@pytest.mark.parametrize(
    "path",
    [
        "//admin/x",
        "/admin/./x",
        "/admin/../admin/x",
        "/%61dmin/x",
        "/admin%2Fx",
        "/admin/x;a",
        "/admin/x/",
        "/ADMIN/x",
        "/admin/%2e%2e/admin/x",
        "/admin\\x",
    ],
)
def test_gwa_08_no_spelling_of_a_path_escapes_its_policy(stage, untouched, path):
    """The policy allows nothing below /admin but what it names."""
    answer, _ = stage.raw(path, {"Authorization": fresh("alpha-only")})
    # A path that can be read in two ways belongs to no API, and so to neither kind.
    assert answer.status in (400, 403, 404)


def test_gwa_09_the_method_is_that_of_the_request(stage):
    headers = {"Authorization": "allow", "X-HTTP-Method-Override": "DELETE"}
    _, event = stage.ask("/any/x?_method=DELETE", headers)
    assert event["httpMethod"] == "GET" and event["requestContext"]["httpMethod"] == "GET"
    assert stage.question()["methodArn"].endswith("/prod/GET/any/x")


def test_gwa_10_a_client_cannot_imitate_the_gateway(stage):
    headers = {
        "Authorization": "allow",
        "principalId": "admin",
        "X-Amzn-Request-Context": '{"authorizer":{"principalId":"admin"}}',
        "requestContext": '{"authorizer":{"principalId":"admin"}}',
    }
    _, event = stage.ask("/any/x?requestContext.authorizer.principalId=admin&claims=x", headers)
    told = event["requestContext"]["authorizer"]
    assert told["principalId"] == "user|ann" and "claims" not in told


@pytest.mark.parametrize("path", ["/alpha", "/me", "/Http/me", "/Http/simple"])
def test_gwa_11_two_authorization_headers_are_none(stage, untouched, path):
    good = "allow" if path in ("/alpha", "/Http/simple") else f"Bearer {stage.ann['IdToken']}"
    for pair in [(good, "bad"), ("bad", good), (good, good)]:
        answer, _ = stage.raw(path, [("Authorization", one) for one in pair])
        assert answer.status == 401, pair


@pytest.mark.parametrize("path", ["/me", "/Http/me"])
def test_gwa_12_there_is_one_way_to_write_a_token(stage, path):
    token = stage.ann["IdToken"]
    for good in (f"Bearer {token}", f"bearer {token}", token):
        assert stage.ask(path, {"Authorization": good})[0] == 200
    for bad in (f"Bearer  {token}", f"Bearer\t{token}", f"Bearer {token},", f"Basic {token}", "Bearer"):
        assert stage.ask(path, {"Authorization": bad})[0] == 401, bad


def test_gwa_13_a_verdict_ends_with_its_time(stage):
    token, judged = fresh("allow"), stage.judged
    for _ in range(3):
        assert stage.ask("/short", {"Authorization": token})[0] == 200
    assert stage.judged == judged + 1
    time.sleep(2.1)
    assert stage.ask("/short", {"Authorization": token})[0] == 200
    assert stage.judged == judged + 2
    for asked in (3, 4):
        assert stage.ask("/fresh-alpha", {"Authorization": token})[0] == 200
        assert stage.judged == judged + asked


@pytest.mark.parametrize("ends", ["GlobalSignOut", "AdminUserGlobalSignOut", "AdminDisableUser", "AdminDeleteUser"])
def test_gwa_13_whoever_is_signed_out_or_disabled_comes_in_no_longer_than_the_ttl(stage, ends):
    """The authorizer asks the pool, whose word is good at once."""
    person = stage.pool.person()
    access = person.sign_in()["AccessToken"]
    asking = {"Authorization": f"whoever/{access}"}
    for _ in range(2):
        assert stage.ask("/short", asking)[0] == 200
        assert stage.ask("/fresh-alpha", asking)[0] == 200
    began = time.monotonic()
    if ends == "GlobalSignOut":
        stage.pool.cognito.global_sign_out(AccessToken=access)
    else:
        words = {
            "AdminUserGlobalSignOut": "admin_user_global_sign_out",
            "AdminDisableUser": "admin_disable_user",
            "AdminDeleteUser": "admin_delete_user",
        }
        call = getattr(stage.pool.cognito, words[ends])
        call(UserPoolId=stage.pool.id, Username=person.name)
    reached = stage.reached
    assert stage.ask("/fresh-alpha", asking) == UNAUTHORIZED
    assert stage.reached == reached
    while stage.ask("/short", asking)[0] == 200:
        # Two seconds and what a busy machine takes.
        assert time.monotonic() - began < 10
        time.sleep(0.1)
    assert stage.ask("/short", asking) == UNAUTHORIZED


def test_gwa_15_a_hostile_page_gets_no_credentials(stage, untouched):
    judged = stage.judged
    # In `dev` a page from elsewhere is not answered at all, so the hostile one is of this machine too.
    for origin, is_let_in in [("http://localhost:5173", True), ("http://localhost:6666", False)]:
        headers = {"Origin": origin, "Access-Control-Request-Method": "GET"}
        answer, _ = stage.raw("/Http/me", headers, "OPTIONS")
        assert answer.status == 204
        allowed = answer.headers["access-control-allow-origin"]
        assert allowed == (origin if is_let_in else None)
        assert (answer.headers["access-control-allow-credentials"] == "true") is is_let_in
        assert allowed != "*"
    assert stage.judged == judged


def test_the_cache_can_be_thrown_away(stage):
    token, judged = fresh("allow"), stage.judged
    url = f"{stage.house.identity_url}/_poolhouse/authorizer-cache"
    assert stage.ask("/alpha", {"Authorization": token})[0] == 200
    assert requests.delete(url, params={"stage": "other"}, timeout=10).status_code == 202
    assert stage.ask("/alpha", {"Authorization": token})[0] == 200
    assert stage.judged == judged + 1
    parameters = {"api": stage.house.outputs["RestId"], "stage": "prod"}
    assert requests.delete(url, params=parameters, timeout=10).status_code == 202
    assert stage.ask("/alpha", {"Authorization": token})[0] == 200
    assert stage.judged == judged + 2


# --- Lambda authorizers of HTTP APIs ---------------------------------------------------------------


def test_a_simple_answer_keeps_the_types_of_its_context(stage):
    status, event = stage.order("/Http/simple", "yes")
    assert status == 200 and event["version"] == "2.0"
    assert event["requestContext"]["authorizer"] == {
        "lambda": {"list": [1, {"a": None}], "n": 1}
    }
    question = stage.question()
    assert question["version"] == "2.0" and question["type"] == "REQUEST"
    assert question["routeKey"] == "GET /simple" and question["rawPath"] == "/simple"
    assert question["identitySource"][0].startswith("yes/") and "body" not in question
    assert question["routeArn"].endswith("/$default/GET/simple")


@pytest.mark.parametrize(
    "path, order, expected",
    [
        ("/Http/simple", "no", HTTP_FORBIDDEN),
        ("/Http/simple", "nobody", HTTP_UNAUTHORIZED),
        ("/Http/simple", "throw", HTTP_FAILED),
        ("/Http/simple", "text-true", HTTP_FAILED),
        ("/Http/simple", "text-false", HTTP_FAILED),
        ("/Http/simple", "one", HTTP_FAILED),
        ("/Http/simple", "null", HTTP_FAILED),
        ("/Http/simple", "allow", HTTP_FAILED),
        ("/Http/policy/alpha", "deny", HTTP_FORBIDDEN),
        ("/Http/policy/alpha", "deny-beside", HTTP_FORBIDDEN),
        ("/Http/policy/alpha", "from-elsewhere", HTTP_FORBIDDEN),
        ("/Http/policy/alpha", "yes", HTTP_FAILED),
        ("/Http/policy/alpha", "no-principal", HTTP_FAILED),
        ("/Http/old/alpha", "deny", HTTP_FORBIDDEN),
        ("/Http/old/alpha", "nested", HTTP_FAILED),
    ],
)
def test_an_http_apis_authorizer_refuses_in_these_words(stage, untouched, path, order, expected):
    """GWA-05, GWA-06."""
    assert stage.order(path, order) == expected


def test_http_apis_take_policies_in_both_formats(stage):
    _, event = stage.order("/Http/policy/alpha", "allow")
    told = event["requestContext"]["authorizer"]["lambda"]
    assert (told["number"], told["truth"]) == (1, True)
    _, event = stage.order("/Http/old/alpha", "echo")
    told = event["requestContext"]["authorizer"]["lambda"]
    assert (told["number"], told["truth"]) == ("1", "true")
    question = stage.question()
    assert question["version"] == "1.0" and question["authorizationToken"].startswith("echo/")


def test_a_missing_source_is_401_even_without_a_cache(stage, untouched):
    judged = stage.judged
    for path in ("/Http/simple", "/Http/policy/alpha", "/Http/old/alpha"):
        assert stage.ask(path) == HTTP_UNAUTHORIZED
    assert stage.judged == judged


def test_a_simple_answer_counts_for_all_routes(stage):
    token, judged = fresh("yes"), stage.judged
    for path in ("/Http/simple", "/Http/simple-too"):
        assert stage.ask(path, {"Authorization": token})[0] == 200
    assert stage.judged == judged + 1


# --- tokens ----------------------------------------------------------------------------------------


def test_a_cognito_authorizer_takes_id_tokens_or_access_tokens_with_a_scope(stage):
    status, event = stage.bearer("/me", stage.ann["IdToken"])
    claims = event["requestContext"]["authorizer"]["claims"]
    assert status == 200 and all(isinstance(one, str) for one in claims.values())
    assert claims["token_use"] == "id" and claims["exp"].endswith(time.strftime("UTC %Y", time.gmtime()))
    assert stage.bearer("/scoped", stage.ann["AccessToken"])[0] == 200
    for path, token in [
        ("/me", stage.ann["AccessToken"]),
        ("/scoped", stage.ann["IdToken"]),
        ("/other-scope", stage.ann["AccessToken"]),
        ("/me", stage.bob["IdToken"]),
        ("/me", "garbage"),
    ]:
        assert stage.bearer(path, token) == UNAUTHORIZED, path
    assert stage.ask("/me") == UNAUTHORIZED


def test_a_jwt_authorizer_takes_both_kinds_of_token(stage):
    for token in ("IdToken", "AccessToken"):
        status, event = stage.bearer("/Http/me", stage.ann[token])
        told = event["requestContext"]["authorizer"]["jwt"]
        assert status == 200 and told["scopes"] is None
        assert all(isinstance(one, str) for one in told["claims"].values())
    _, event = stage.bearer("/Http/scoped", stage.ann["AccessToken"])
    scopes = event["requestContext"]["authorizer"]["jwt"]["scopes"]
    assert scopes == ["aws.cognito.signin.user.admin"]


def challenge(stage, path, token=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer, body = stage.raw(path, headers)
    return answer.status, answer.headers["www-authenticate"], json.loads(body)


def invalid(why: str) -> str:
    return f'Bearer scope="" error="invalid_token" error_description="{why}"'


def test_a_jwt_authorizer_says_what_is_wrong(stage, untouched):
    body = {"message": "Unauthorized"}
    now = int(time.time())
    for path, token, says in [
        ("/Http/me", None, "Bearer"),
        ("/Http/me", stage.bob["IdToken"], invalid("the token does not have a valid signature")),
        (
            "/Http/elsewhere",
            stage.elsewhere.token(aud="other"),
            invalid("the token does not have a valid audience"),
        ),
        ("/Http/elsewhere", stage.elsewhere.token(exp=now - 1), invalid("the token has expired")),
        (
            "/Http/elsewhere",
            stage.elsewhere.token(iss="https://other.example"),
            invalid("the token does not have a valid issuer"),
        ),
    ]:
        assert challenge(stage, path, token) == (401, says, body)
    status, says, body = challenge(stage, "/Http/other-scope", stage.ann["AccessToken"])
    assert (status, body) == (403, {"message": "Forbidden"})
    assert says.startswith('Bearer scope="users/read" error="insufficient_scope"')


def test_an_issuer_elsewhere_is_asked_for_its_keys_once(stage):
    for claims in ({}, {"aud": ["x", "m2m"]}, {"aud": None, "client_id": "web"}):
        assert stage.bearer("/Http/elsewhere", stage.elsewhere.token(**claims))[0] == 200
    refused = {"aud": "other", "client_id": "web"}
    assert stage.bearer("/Http/elsewhere", stage.elsewhere.token(**refused)) == HTTP_UNAUTHORIZED
    for path in ("/people/.well-known/openid-configuration", "/people/keys"):
        assert stage.elsewhere.asked.count(path) == 1
    # A token of one of our pools is none of theirs.
    assert stage.bearer("/Http/elsewhere", stage.ann["IdToken"]) == HTTP_UNAUTHORIZED


def test_tok_06_made_up_key_ids_do_not_fetch(stage, untouched):
    assert stage.bearer("/Http/elsewhere", stage.elsewhere.token(aud="x"))[0] == 401
    before = len(stage.elsewhere.asked)
    for _ in range(100):
        token = stage.elsewhere.token(head={"kid": random.token_hex(8)})
        assert stage.bearer("/Http/elsewhere", token) == HTTP_UNAUTHORIZED
    # A discovery document and a key set, once in thirty seconds.
    assert len(stage.elsewhere.asked) <= before + 2


def forgeries(token: str, public_key) -> dict[str, str]:
    """Tokens that an attacker would make of a good one."""
    head, body = tokens.header(token), tokens.claims(token)
    first, second, signature = token.split(".")
    made = {}
    for alg in ("none", "None", "NONE", "nOnE"):
        made[f"alg {alg}"] = tokens.unsigned({**head, "alg": alg}, body)
        made[f"alg {alg}, signed"] = tokens.unsigned({**head, "alg": alg}, body, signature)
    without = {name: one for name, one in head.items() if name != "alg"}
    made["no alg"] = tokens.unsigned(without, body, signature)
    pem = public_key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for name, secret in {"pem": pem, "pem with a space": b" " + pem, "pem stripped": pem.strip()}.items():
        text = f"{tokens.encode({**head, 'alg': 'HS256'})}.{second}"
        mac = hmac.digest(secret, text.encode(), hashlib.sha256)
        made[f"HS256 with the {name}"] = f"{text}.{tokens.encode(mac)}"
    attacker = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(attacker.public_key()))
    for name, more in {
        "jwk": {"jwk": jwk},
        "jku": {"jku": "http://127.0.0.1:9/keys"},
        "x5u": {"x5u": "http://127.0.0.1:9/chain"},
    }.items():
        made[name] = jwt.encode(body, attacker, algorithm="RS256", headers={**head, **more})
    for kid in ("../../../dev/null", "' OR 1=1 --", "", 7, "k" * 4096):
        made[f"kid {str(kid)[:20]}"] = tokens.unsigned({**head, "kid": kid}, body, signature)
    made["crit"] = tokens.unsigned({**head, "crit": ["x"], "x": 1}, body, signature)
    made["a changed claim"] = tokens.unsigned(head, {**body, "sub": "somebody"}, signature)
    made["signature cut"] = f"{first}.{second}.{signature[:-8]}"
    made["a fourth part"] = f"{token}.x"
    made["space inside"] = f"{first}.{second}. {signature}"
    made["json"] = json.dumps({"protected": first, "payload": second, "signature": signature})
    return made


@pytest.mark.parametrize("path", ["/me", "/Http/me", "/Http/elsewhere"])
def test_a_forged_token_is_refused(stage, untouched, path):
    """TOK-01, TOK-02, TOK-03, TOK-04, TOK-05, TOK-11, TOK-12."""
    if path == "/Http/elsewhere":
        token, key = stage.elsewhere.token(), stage.elsewhere.key.public_key()
    else:
        token = stage.ann["IdToken"]
        key = tokens.public_key(token, stage.pool.issuer)
    expected = UNAUTHORIZED if path == "/me" else HTTP_UNAUTHORIZED
    for name, forged in forgeries(token, key).items():
        began = time.monotonic()
        assert stage.bearer(path, forged) == expected, name
        assert time.monotonic() - began < 1, name


def test_tok_07_tok_08_a_token_is_for_its_pool_and_its_use(stage, untouched):
    for path, token in [
        ("/me", stage.bob["IdToken"]),
        ("/scoped", stage.bob["AccessToken"]),
        ("/me", stage.ann["AccessToken"]),
    ]:
        assert stage.bearer(path, token) == UNAUTHORIZED
    for token in stage.bob["IdToken"], stage.bob["AccessToken"]:
        assert stage.bearer("/Http/me", token) == HTTP_UNAUTHORIZED


def test_tok_09_a_token_of_another_client_is_refused(stage, untouched):
    legacy = stage.pool.client(ClientName="legacy")
    person = stage.pool.person(address(), client=legacy)
    assert challenge(stage, "/Http/me", person.sign_in()["AccessToken"])[:2] == (
        401,
        invalid("the token does not have a valid audience"),
    )


def test_tok_10_a_token_has_its_time(stage, untouched):
    now = int(time.time())
    for claims in ({"exp": now - 1}, {"nbf": now + 600}, {"iat": now + 600}, {"exp": None}):
        token = stage.elsewhere.token(**claims)
        assert stage.bearer("/Http/elsewhere", token) == HTTP_UNAUTHORIZED, claims


# --- API keys and throttles ------------------------------------------------------------------------


def key(value: str) -> dict[str, str]:
    return {"x-api-key": value}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        key(""),
        key(IRON[:-1]),
        key(f"{IRON}x"),
        key(IRON.upper()),
        key("rusty-rusty-rusty-rusty"),
        key("loose-loose-loose-loose"),
        [*key(IRON).items(), *key(IRON).items()],
    ],
)
def test_without_an_enabled_key_of_a_plan_a_route_is_closed(stage, untouched, headers):
    assert stage.ask(f"/key?x-api-key={IRON}", headers) == FORBIDDEN


def test_a_quota_is_counted_and_then_used_up(stage):
    _, event = stage.ask("/key", key(GOLD))
    identity = event["requestContext"]["identity"]
    assert identity["apiKey"] == GOLD and identity["apiKeyId"] != GOLD
    # The authorizer names the same key in another API of the plan.
    status, event = stage.order("/Keyed/alpha", "gold")
    assert status == 200 and event["requestContext"]["identity"]["apiKey"] == GOLD
    for path in ("/key", "/key-too"):
        expected = 200 if path == "/key" else LIMIT[0]
        assert stage.ask(path, key(GOLD))[0] == expected
    assert stage.ask("/key", key(GOLD)) == LIMIT
    assert stage.order("/Keyed/alpha", "gold") == LIMIT
    # A route that asks for no key does not look at one.
    assert stage.ask("/open", key(GOLD))[0] == 200


def test_a_key_without_a_value_gets_one_that_dev_tells(stage):
    value = stage.house.outputs["MadeKeyValue"]
    assert 20 <= len(value) <= 128 and value.isalnum()
    assert stage.ask("/key", key(value))[0] == 200


def test_an_authorizer_that_names_no_key_lets_nobody_in(stage, untouched):
    assert stage.ask("/Keyed/alpha", {"Authorization": fresh("allow"), **key(GOLD)}) == FORBIDDEN


def test_each_key_is_throttled_by_its_plan(stage):
    for _ in range(3):
        assert stage.ask("/key", key(SILVER))[0] == 200
    assert stage.ask("/key", key(SILVER)) == TOO_MANY
    # Another key of the plan has its own, and one method a slower one.
    assert stage.ask("/key-too", key(IRON))[0] == 200
    assert stage.ask("/key-too", key(IRON)) == TOO_MANY
    assert stage.ask("/key", key(IRON))[0] == 200


def test_a_stage_throttles_a_method(stage):
    assert [stage.ask("/slow")[0] for _ in range(3)] == [200, 200, 429]
    assert stage.ask("/slow") == TOO_MANY
    assert [stage.ask("/Http/slow")[0] for _ in range(2)] == [200, 429]
    assert stage.ask("/Http/slow") == (429, None, {"message": "Too Many Requests"})
    assert stage.ask("/open")[0] == 200


# --- signatures ------------------------------------------------------------------------------------


def signed(house: House, path: str, access_key=None, service="execute-api") -> dict[str, str]:
    request = AWSRequest("GET", house.api_url + path)
    credentials = Credentials(*(access_key or house.access_key))
    SigV4Auth(credentials, service, house.region).add_auth(request)
    return dict(request.headers)


def test_a_signed_request_is_let_in_and_told(stage):
    _, event = stage.ask("/signed", signed(stage.house, "/signed"))
    identity = event["requestContext"]["identity"]
    assert identity["accountId"] == "000000000000" and identity["accessKey"] == "any"
    assert identity["userArn"] == "arn:aws:iam::000000000000:root"
    _, event = stage.ask("/Http/signed", signed(stage.house, "/Http/signed"))
    assert event["requestContext"]["authorizer"]["iam"]["accessKey"] == "any"
    assert stage.ask("/signed") == NO_ROUTE
    assert stage.ask("/Http/signed") == HTTP_FORBIDDEN


# --- why -------------------------------------------------------------------------------------------


def test_an_explanation_names_the_statement_and_runs_nothing(stage, untouched):
    token = fresh("deny-beside")
    first = stage.why("/alpha", {"Authorization": token})
    assert first["allowed"] is False and first["answer"]["status"] == 403
    [policy] = [step for step in first["steps"] if step["about"] == "policy"]
    assert (policy["statement"], policy["sid"], policy["passed"]) == (2, "NoAlpha", False)
    again = stage.why("/alpha", {"Authorization": token})
    [cache] = [step for step in again["steps"] if step["about"] == "cache"]
    assert cache["cached"] is True and 290 < cache["seconds_left"] <= 300
    assert token not in json.dumps([first, again])
    assert stage.why("/beta", {"Authorization": token})["allowed"] is True


def test_an_explanation_names_scope_and_check_and_no_secret(stage, untouched):
    token = stage.ann["AccessToken"]
    told = stage.why("/Http/other-scope", {"Authorization": f"Bearer {token}"})
    [scope] = [step for step in told["steps"] if step["about"] == "scope"]
    assert scope["wanted"] == ["users/read"] and not scope["passed"]
    assert scope["present"] == ["aws.cognito.signin.user.admin"]
    text = json.dumps(told)
    assert token not in text and token.rpartition(".")[2] not in text
    told = stage.why("/me", {"Authorization": f"Bearer {token}"})
    assert "takes id tokens only" in told["text"] and told["answer"]["status"] == 401
    told = stage.why("/key", key("wrong-wrong-wrong-wrong"))
    assert "no usage plan of this stage has the key" in told["text"]
    assert "wrong-wrong" not in json.dumps(told)
    assert stage.why("/nowhere")["answer"]["status"] == 403


def test_an_explanation_is_for_this_machine_in_dev(stage):
    url = f"{stage.house.identity_url}/_poolhouse/why?path=/open"
    text = requests.get(url, headers={"Accept": "text/plain"}, timeout=10)
    assert text.text.endswith("The request is let on.\n")
    assert requests.get(url, headers={"Host": "evil.example"}, timeout=10).status_code == 403
    bad = requests.get(f"{stage.house.identity_url}/_poolhouse/why", timeout=10)
    assert bad.status_code == 400


# --- in earnest ------------------------------------------------------------------------------------


def test_serve_verifies_signatures_keeps_counts_and_explains_nothing(tmp_path):
    """A quota outlives the process that counted it; a key is in no log."""
    keys = houses.Keys(tmp_path / "keys")
    function = {
        "CodeUri": "target/lambda/status/",
        "Handler": "index.handler",
        "Runtime": "python3.13",
        "InlineCode": "def handler(event, context):\n    return {'statusCode': 200, 'body': '{}'}\n",
        "Events": {
            "Key": {
                "Type": "Api",
                "Properties": {
                    "RestApiId": {"Ref": "Rest"},
                    "Method": "GET",
                    "Path": "/key",
                    "Auth": {"ApiKeyRequired": True},
                },
            },
            "Signed": {
                "Type": "Api",
                "Properties": {
                    "RestApiId": {"Ref": "Rest"},
                    "Method": "GET",
                    "Path": "/signed",
                    "Auth": {"Authorizer": "AWS_IAM"},
                },
            },
        },
    }
    del function["CodeUri"]
    resources = {
        "Pool": {"Type": "AWS::Cognito::UserPool"},
        "Client": {
            "Type": "AWS::Cognito::UserPoolClient",
            "Properties": {"UserPoolId": {"Ref": "Pool"}},
        },
        "Rest": {"Type": "AWS::Serverless::Api", "Properties": {"StageName": "prod"}},
        "Function": {"Type": "AWS::Serverless::Function", "Properties": function},
        "Key": {"Type": "AWS::ApiGateway::ApiKey", "Properties": {"Enabled": True, "Value": GOLD}},
        "Plan": {
            "Type": "AWS::ApiGateway::UsagePlan",
            "Properties": {
                "ApiStages": [{"ApiId": {"Ref": "Rest"}, "Stage": "prod"}],
                "Quota": {"Limit": 3, "Period": "MONTH"},
            },
        },
        "Link": {
            "Type": "AWS::ApiGateway::UsagePlanKey",
            "Properties": {
                "KeyId": {"Ref": "Key"},
                "KeyType": "API_KEY",
                "UsagePlanId": {"Ref": "Plan"},
            },
        },
    }
    outputs = {
        "IdentityUrl": {"Fn::Sub": "https://cognito-idp.${AWS::Region}.amazonaws.com"},
        "ApiUrl": {"Fn::Sub": "https://${Rest}.execute-api.${AWS::Region}.amazonaws.com/prod"},
        "UserPoolId": {"Ref": "Pool"},
        "WebClientId": {"Ref": "Client"},
        "ServerClientId": {"Ref": "Client"},
    }
    template = tmp_path / "template.json"
    template.write_text(
        json.dumps(
            {
                "Transform": "AWS::Serverless-2016-10-31",
                "Resources": resources,
                "Outputs": {name: {"Value": value} for name, value in outputs.items()},
            }
        )
    )
    (tmp_path / ".venv").symlink_to(REPOSITORY / ".venv")

    server = houses.node(tmp_path / "serve", keys, f"embedded:{tmp_path / 'data'}")
    server.arguments[1] = str(template)

    def ask(path, headers):
        answer = requests.get(house.api_url + path, headers=headers, timeout=30)
        return answer.status_code, answer.headers.get("x-amzn-errortype"), answer.json()

    house = houses.served(server, server.start(), keys)
    try:
        for _ in range(2):
            assert ask("/key", key(GOLD))[0] == 200
        assert ask("/signed", signed(house, "/signed"))[0] == 200
        assert ask("/signed", {}) == NO_ROUTE
        wrong = (house.access_key[0], "a-wrong-secret")
        status, error, body = ask("/signed", signed(house, "/signed", wrong))
        assert (status, error) == (403, "InvalidSignatureException")
        assert body["message"].startswith("The request signature we calculated does not match")
        unknown = signed(house, "/signed", ("AKIAUNKNOWN", "x"))
        assert ask("/signed", unknown)[:2] == (403, "UnrecognizedClientException")
        other = signed(house, "/signed", service="lambda")
        assert ask("/signed", other)[:2] == (403, "InvalidSignatureException")
        moved = signed(house, "/key")
        assert ask("/signed", moved)[:2] == (403, "InvalidSignatureException")
        why = requests.get(f"{house.identity_url}/_poolhouse/why?path=/key", timeout=10)
        assert why.status_code == 404
        flushed = requests.delete(f"{house.identity_url}/_poolhouse/authorizer-cache", timeout=10)
        assert flushed.status_code != 202
        server.stop()
        house = houses.served(server, server.start(), keys)
        assert ask("/key", key(GOLD))[0] == 200
        assert ask("/key", key(GOLD)) == LIMIT
        assert GOLD not in server.log.read_text()
    finally:
        server.stop()
