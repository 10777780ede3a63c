"""What would somebody send who changes good requests at random, and what comes back?

Requests for every operation of the service model, every operation of the user API's document and every other
place that answers are made good, and then changed: a value for one that nobody expects, a byte, a header, a part
of the path, the method. The same seed makes the same requests.
"""

import json
import random
import socket
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlencode

import boto3
import requests

from .house import House, port_of
from .people import Person

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "get")
NASTY = (
    None,
    True,
    0,
    -1,
    2**63,
    2**64,
    -(2**63) - 1,
    1e308,
    -0.0,
    "",
    " ",
    "\x00",
    "\n",
    "a\u0301",
    "\u202e",
    "\U0010ffff",
    "\ufeff",
    "é" * 130,
    "../../etc/passwd",
    "' OR 1=1 --",
    "${jndi:ldap://x}",
    "%s%n",
    "x" * 129,
    "x" * 2_049,
    "x" * 70_000,
    "9" * 400,
    "-1",
    "1e9",
    "2026-02-30T25:61:61Z",
    "eyJhbGciOiJub25lIn0.e30.",
    "a.b.c",
    "AAAA" * 40,
    [],
    [[]],
    [None],
    ["x"] * 600,
    {},
    {"": ""},
    {"a": {"a": {"a": {"a": {}}}}},
    {"__proto__": {"a": 1}},
)
SEGMENTS = ("", ".", "..", "%2e%2e", "%00", "%ff", "%", "%2", "%2f", "%5c", ";a", "é", "a" * 3_000, "*", "~", "{id}")
HEADERS = (
    "Authorization",
    "x-api-key",
    "If-Match",
    "Idempotency-Key",
    "Content-Type",
    "Accept",
    "Accept-Language",
    "Origin",
    "Cookie",
    "X-Forwarded-For",
    "Forwarded",
    "X-Amz-Target",
    "X-Amz-Date",
    "Access-Control-Request-Method",
    "Host",
    "Range",
    "X-Any",
)
VALUES = (
    "",
    " ",
    ",",
    '"',
    "*",
    "=",
    "Bearer",
    "Bearer ",
    "Bearer .",
    "Bearer a.b.c",
    "Bearer " + "A" * 9_000,
    "Basic",
    "Basic ===",
    "Basic Og==",
    "Basic " + "QQ" * 3_000,
    "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=;, Signature=zz",
    "W/\"x\"",
    "text/html;q=9;;",
    "multipart/form-data; boundary=",
    "application/json; charset=\"",
    "application/x-www-form-urlencoded",
    "\xff\xfe",
    "-1",
    "x" * 5_000,
    "[::1]:99999",
    "for=\"[",
    "__Host-poolhouse=;;=;",
)


@dataclass(frozen=True)
class Request:
    port: int
    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    # Whether all of it can be read as a request, whatever it says.
    is_whole: bool = True
    raw: bytes = b""

    def bytes(self) -> bytes:
        if self.raw:
            return self.raw
        lines = [f"{self.method} {self.path} HTTP/1.1"]
        names = [name.lower() for name, _ in self.headers]
        if "host" not in names:
            lines.append("Host: localhost")
        lines += [f"{name}: {value}" for name, value in self.headers]
        lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + self.body


class Wire:
    """A connection that stays open, and comes again when it does not."""

    def __init__(self, port: int):
        self.port = port
        self.connection: socket.socket | None = None

    def close(self) -> None:
        if self.connection:
            self.connection.close()
        self.connection = None

    def send(self, request: Request) -> tuple[int | None, bytes]:
        """Status and body, or no status when the server only hung up."""
        for _ in range(2):
            is_fresh = self.connection is None
            if is_fresh:
                self.connection = socket.create_connection(("127.0.0.1", self.port), timeout=60)
            status, body = self._exchange(request)
            # A server may end a connection that waits, at the very moment at which it is used.
            if status is not None or is_fresh:
                return status, body
        return None, b""

    def _exchange(self, request: Request) -> tuple[int | None, bytes]:
        said, is_kept = b"", False
        try:
            self.connection.sendall(request.bytes())
            if not request.is_whole:
                self.connection.shutdown(socket.SHUT_WR)
            while b"\r\n\r\n" not in said:
                part = self.connection.recv(65536)
                if not part:
                    return None, said
                said += part
            head, _, body = said.partition(b"\r\n\r\n")
            lines = head.lower().split(b"\r\n")
            status = int(lines[0].split()[1])
            told = dict(line.split(b": ", 1) for line in lines[1:] if b": " in line)
            has_none = request.method == "HEAD" or status in (204, 304)
            length = 0 if has_none else int(told.get(b"content-length", 0))
            while len(body) < length:
                part = self.connection.recv(65536)
                if not part:
                    break
                body += part
            is_kept = told.get(b"connection") != b"close" and request.is_whole
            return status, body
        except OSError as gone:
            if isinstance(gone, TimeoutError):
                raise
            return None, said
        finally:
            if not is_kept:
                self.close()


@dataclass
class Mutations:
    """Good requests of a server, and what becomes of them."""

    house: House
    person: Person
    tokens: dict
    key: str
    good: list[Request] = field(default_factory=list)

    def __post_init__(self):
        self.good = [*self._operations(), *self._routes(), *self._pages()]

    @property
    def identity(self) -> int:
        return port_of(self.house.identity_url)

    @property
    def api(self) -> int:
        return port_of(self.house.api_url)

    def _known(self) -> dict:
        """What has to be right or nothing is looked at behind it."""
        return {
            "UserPoolId": self.house.pool_id,
            "ClientId": self.house.web_client_id,
            "Username": self.person.name,
            "Password": self.person.password,
            "PreviousPassword": self.person.password,
            "ProposedPassword": self.person.password,
            "AccessToken": self.tokens["AccessToken"],
            "Token": self.tokens["RefreshToken"],
            "RefreshToken": self.tokens["RefreshToken"],
            "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": self.person.name, "PASSWORD": self.person.password},
            "ResourceArn": f"arn:aws:cognito-idp:{self.house.region}:000000000000:userpool/{self.house.pool_id}",
        }

    def _operations(self):
        """Each operation of the service model, with all its members and with those that it needs alone."""
        model = boto3.client(
            "cognito-idp", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
        ).meta.service_model
        dice = random.Random(1)
        for name in model.operation_names:
            if name in ("DeleteUserPool", "DeleteUserPoolClient", "DeleteUser", "AdminDeleteUser"):
                known = {}
            else:
                known = self._known()
            shape = model.operation_model(name).input_shape
            for is_all in (False, True):
                body = _sample(shape, known, is_all, dice) if shape else {}
                yield Request(
                    self.identity,
                    "POST",
                    "/",
                    (
                        ("Content-Type", "application/x-amz-json-1.1"),
                        ("X-Amz-Target", f"AWSCognitoIdentityProviderService.{name}"),
                        ("Authorization", "AWS4-HMAC-SHA256 Credential=any/20260101/eu-west-1/cognito-idp/aws4_request, SignedHeaders=host, Signature=0"),
                    ),
                    json.dumps(body).encode(),
                )

    def _routes(self):
        """Each operation of the user API, and a route that is none."""
        document = requests.get(f"{self.house.api_url}/openapi.json", timeout=30).json()
        known = {
            "id": self.person.sub,
            "status": "active",
            "name": "founder",
            "email": quote(self.person.name),
            "handle": "ann",
            "tokenType": "access",
            "activationCode": "x" * 22,
            "ticket": "x" * 22,
            "token": "a.b.c",
        }
        body = {
            "email": self.person.name,
            "password": self.person.password,
            "handle": "ann.miller",
            "name": "Ann",
            "profile": {"profileData": {"lang": "de", "currency": "EUR"}, "data": {"a": [1]}},
            "token": self.tokens["AccessToken"],
            "refreshToken": self.tokens["RefreshToken"],
            "code": "123456",
            "session": "x" * 30,
            "challenge": "SMS_MFA",
            "responses": {"SMS_MFA_CODE": "123456"},
        }
        for path, item in document["paths"].items():
            place = path
            for name, value in known.items():
                place = place.replace(f"{{{name}}}", value)
            for method, operation in item.items():
                headers = [("Content-Type", "application/json"), ("Authorization", f"Bearer {self.tokens['AccessToken']}")]
                if not path.startswith("/public"):
                    headers.append(("x-api-key", self.key))
                sent = b""
                if content := operation.get("requestBody", {}).get("content"):
                    names = set(next(iter(content.values())).get("schema", {}).get("properties", body))
                    some = {name: value for name, value in body.items() if name in names}
                    sent = json.dumps(some or body).encode()
                query = "?limit=5&cursor=AAAA&name=ann&status=active" if path == "/user" else ""
                if (path, method) == ("/public/user/me", "delete"):
                    headers = headers[:1]
                yield Request(self.api, method.upper(), place + query, tuple(headers), sent)
        yield Request(self.api, "GET", "/whoami", (("Authorization", f"Bearer {self.tokens['AccessToken']}"),))
        yield Request(self.api, "GET", "/nothing")

    def _pages(self):
        """The OAuth 2.0 endpoints, the pages, key sets, and what a server has beside them."""
        port, pool = self.identity, self.house.pool_id
        asked = urlencode(
            {
                "client_id": self.house.web_client_id,
                "response_type": "code",
                "redirect_uri": "http://localhost:3000/cb",
                "scope": "openid email",
                "state": "s",
                "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                "code_challenge_method": "S256",
                "nonce": "n",
                "prompt": "none",
                "lang": "de",
                "identity_provider": "Google",
            }
        )
        form = (("Content-Type", "application/x-www-form-urlencoded"),)
        filled = urlencode(
            {
                "grant_type": "authorization_code",
                "code": "x" * 30,
                "refresh_token": self.tokens["RefreshToken"],
                "token": self.tokens["RefreshToken"],
                "client_id": self.house.web_client_id,
                "client_secret": "x",
                "redirect_uri": "http://localhost:3000/cb",
                "code_verifier": "x" * 43,
                "scope": "users/read",
                "username": self.person.name,
                "password": "Wrong-Horse-7!",
                "csrf": "x",
                "_csrf": "x",
            }
        ).encode()
        for path in (
            *("/oauth2/authorize", "/oauth2/token", "/oauth2/userInfo", "/oauth2/revoke", "/logout"),
            *("/login", "/signup", "/forgotPassword", "/confirmForgotPassword", "/confirmUser"),
            *("/resendcode", "/mfa", "/oauth2/idpresponse", "/saml2/idpresponse", "/error"),
        ):
            yield Request(port, "GET", f"{path}?{asked}")
            yield Request(port, "POST", f"{path}?{asked}", form, filled)
        yield Request(port, "GET", f"/{pool}/.well-known/jwks.json")
        yield Request(port, "GET", f"/{pool}/.well-known/openid-configuration")
        yield Request(port, "GET", "/_poolhouse/messages?to=ann@example.com")
        yield Request(port, "GET", "/_poolhouse/why?method=GET&path=/public/user/me")
        yield Request(port, "GET", "/_poolhouse/api-keys")
        yield Request(port, "POST", "/_poolhouse/api-keys", (), b'{"name":"x","scope":"read"}')
        yield Request(port, "DELETE", "/_poolhouse/authorizer-cache?stage=v1")
        for name in ("UserApi", "UserEvents", "TokenCustomizer", "SignUpGuard", "CustomMessage", "Authorizer"):
            event = {
                "version": "1",
                "triggerSource": "TokenGeneration_Authentication",
                "userPoolId": pool,
                "userName": self.person.name,
                "request": {"userAttributes": {"sub": self.person.sub, "email": self.person.name}},
                "response": {},
                "type": "TOKEN",
                "authorizationToken": f"Bearer {self.tokens['AccessToken']}",
                "methodArn": "arn:aws:execute-api:eu-west-1:000000000000:a/v1/GET/x",
                "httpMethod": "GET",
                "path": "/user",
                "requestContext": {"stage": "v1", "identity": {"sourceIp": "192.0.2.1"}},
            }
            place = f"/2015-03-31/functions/{name}/invocations"
            yield Request(port, "POST", place, (), json.dumps(event).encode())

    def one(self, dice: random.Random) -> Request:
        """A good request with one to three things changed."""
        request = dice.choice(self.good)
        for _ in range(dice.choice((1, 1, 2, 3))):
            request = dice.choice(CHANGES)(request, dice)
        return request


def _sample(shape, known: dict, is_all: bool, dice: random.Random, depth: int = 0):
    match shape.type_name:
        case "structure":
            members = shape.members if is_all and depth < 3 else shape.required_members
            return {
                name: known[name] if name in known else _sample(shape.members[name], known, is_all, dice, depth + 1)
                for name in members
            }
        case "list":
            return [_sample(shape.member, known, is_all, dice, depth + 1)]
        case "map":
            return {"a": _sample(shape.value, known, is_all, dice, depth + 1)}
        case "integer" | "long":
            return dice.randint(1, 60)
        case "boolean":
            return dice.random() < 0.5
        case "timestamp" | "float" | "double":
            return 1.5
        case "blob":
            return "AAAA"
    if shape.enum:
        return dice.choice(shape.enum)
    length = shape.metadata.get("min", 1)
    return "a" * max(length, 6)


def _replaced(value, dice: random.Random):
    """The value, with something else somewhere in it."""
    if isinstance(value, dict) and value and dice.random() < 0.8:
        name = dice.choice(list(value))
        changed = dict(value)
        match dice.randrange(5):
            case 0:
                del changed[name]
            case 1:
                changed[dice.choice(("", "\x00", "x" * 300, name.upper(), "__proto__"))] = changed.pop(name)
            case _:
                changed[name] = _replaced(value[name], dice)
        return changed
    if isinstance(value, list) and value and dice.random() < 0.7:
        at = dice.randrange(len(value))
        return [*value[:at], _replaced(value[at], dice), *value[at + 1 :]]
    if isinstance(value, str) and value and dice.random() < 0.3:
        at = dice.randrange(len(value))
        return value[:at] + dice.choice(("", "\x00", "\u200b", ".", "=", value)) + value[at + 1 :]
    return dice.choice(NASTY)


def _other_value(request: Request, dice: random.Random) -> Request:
    try:
        body = json.loads(request.body)
    except ValueError:
        return _other_byte(request, dice)
    return replace(request, body=json.dumps(_replaced(body, dice)).encode())


def _other_byte(request: Request, dice: random.Random) -> Request:
    body = bytearray(request.body)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(body) + 1)
        match dice.randrange(4):
            case 0 if at < len(body):
                body[at] = dice.randrange(256)
            case 1:
                body[at:at] = bytes([dice.choice(b'\x00"{}[],:\\\xff%&=')])
            case 2:
                del body[at : at + dice.randint(1, 20)]
            case _:
                body += body[:at]
    return replace(request, body=bytes(body[:100_000]))


def _other_header(request: Request, dice: random.Random) -> Request:
    name, value = dice.choice(HEADERS), dice.choice(VALUES)
    others = [one for one in request.headers if one[0] != name or dice.random() < 0.2]
    return replace(request, headers=(*others, (name, value)))


def _fewer_headers(request: Request, dice: random.Random) -> Request:
    if not request.headers:
        return request
    gone = dice.choice(request.headers)
    return replace(request, headers=tuple(one for one in request.headers if one != gone))


def _other_path(request: Request, dice: random.Random) -> Request:
    path, mark, query = request.path.partition("?")
    parts = path.split("/")
    at = dice.randrange(1, len(parts)) if len(parts) > 1 else 0
    match dice.randrange(4):
        case 0:
            parts[at] = dice.choice(SEGMENTS)
        case 1:
            parts.insert(at, dice.choice(SEGMENTS))
        case 2:
            parts[at] += dice.choice(SEGMENTS)
        case _:
            del parts[at]
    path = "/".join(parts)
    return replace(request, path=(path if path.startswith("/") else f"/{path}") + mark + query)


def _other_query(request: Request, dice: random.Random) -> Request:
    path, _, query = request.path.partition("?")
    pairs = query.split("&") if query else []
    value = dice.choice(("", "%00", "%ff", "%", "a%20b", "x" * 3_000, "1", "-1", "null", "http://evil.example"))
    name = dice.choice([pair.partition("=")[0] for pair in pairs] or ["x"])
    match dice.randrange(4):
        case 0 if pairs:
            pairs.remove(dice.choice(pairs))
        case 1:
            pairs.append(f"{name}={value}")
        case 2:
            pairs = [f"{name}={value}" if pair.startswith(f"{name}=") else pair for pair in pairs]
        case _:
            pairs.append(dice.choice(("&", "=", "a=b=c", "?", "a[]=1", "%3d")))
    return replace(request, path=f"{path}?{'&'.join(pairs)}")


def _other_method(request: Request, dice: random.Random) -> Request:
    return replace(request, method=dice.choice(METHODS))


def _other_place(request: Request, dice: random.Random) -> Request:
    """At the other door."""
    return replace(request, path=dice.choice(("/", "/user", "/oauth2/token", "/public/user/me")))


def _torn(request: Request, dice: random.Random) -> Request:
    """Not even a request, perhaps."""
    whole = bytearray(request.bytes())
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(whole))
        if dice.random() < 0.5:
            whole[at] = dice.randrange(256)
        else:
            del whole[at : at + dice.randint(1, 40)]
    return replace(request, is_whole=False, raw=bytes(whole))


CHANGES = (
    *[_other_value] * 12,
    *[_other_byte] * 5,
    *[_other_header] * 4,
    *[_fewer_headers] * 1,
    *[_other_path] * 4,
    *[_other_query] * 3,
    *[_other_method] * 2,
    _other_place,
    _torn,
)
