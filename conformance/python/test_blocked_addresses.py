"""Is whoever comes from a blocked address kept from what needs no signature, and from nothing else?"""

import os

import pytest
import requests

from harness import constraints, raw
from harness import house as houses
from harness.people import Pool

# An address is looked at before any store.
pytestmark = pytest.mark.alone

BLOCKED, FREE = "198.51.100.7", "203.0.113.9"
TOLD = "Request not allowed due to WAF block."
DECLARE = [
    name for name in constraints.OPERATIONS if "ForbiddenException" in constraints.declared(name)
]


class Guarded:
    """A server behind one proxy, which is this test: it adds the address that it was called from."""

    def __init__(self, folder):
        keys = houses.Keys(folder)
        server = houses.node(folder, keys, f"embedded:{folder / 'data'}")
        server.arguments += ["--proxies", "1"]
        server.arguments += ["--block-addresses", "198.51.100.0/24,2001:db8::/32"]
        server.arguments += ["--block-addresses", "192.0.2.1"]
        self.server, self.house = server, houses.served(server, server.start(), keys)
        self.pool = Pool(self.house, self.house.pool_id)

    def client(self, told: str):
        """A client whose requests come from there, as the proxy tells it."""
        client = self.house.client()

        def add(request, **_):
            request.headers["X-Forwarded-For"] = told

        client.meta.events.register("before-send.cognito-idp.*", add)
        return client

    def call(self, operation: str, told: str | None, body: dict) -> tuple[int, str, str]:
        headers = {"X-Forwarded-For": told} if told else {}
        return raw.error(raw.call(self.house.identity_url, operation, body, headers))

    def get(self, path: str, told: str, method: str = "GET", **headers: str):
        return requests.request(
            method,
            self.house.identity_url + path,
            headers={"X-Forwarded-For": told, **headers},
            allow_redirects=False,
            timeout=30,
        )


@pytest.fixture(scope="module")
def guarded(folder):
    guarded = Guarded(folder / "blocked-addresses")
    yield guarded
    guarded.server.stop()


def test_every_operation_that_declares_it_is_forbidden(guarded):
    blocked, free = guarded.client(BLOCKED), guarded.client(FREE)
    assert len(DECLARE) == 35
    for operation in DECLARE:
        body = constraints.example(constraints.input_of(operation), {})
        with pytest.raises(blocked.exceptions.ForbiddenException) as caught:
            blocked._make_api_call(operation, body)
        answer = caught.value.response
        assert answer["Error"]["Message"] == TOLD, operation
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 403
        try:
            free._make_api_call(operation, body)
        except free.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] != "ForbiddenException", operation


def test_signed_operations_pass(guarded):
    blocked = guarded.client(BLOCKED)
    for operation in constraints.OPERATIONS:
        if operation in DECLARE or constraints.is_unsigned(operation):
            continue
        body = constraints.example(constraints.input_of(operation), {})
        try:
            blocked._make_api_call(operation, body)
        except blocked.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] != "ForbiddenException", operation
    assert blocked.describe_user_pool(UserPoolId=guarded.pool.id)


@pytest.mark.parametrize(
    ("told", "is_blocked"),
    [
        ("198.51.100.0", True),
        ("198.51.100.255", True),
        ("198.51.101.0", False),
        ("::ffff:198.51.100.7", True),
        ("::ffff:c633:6407", True),
        ("2001:db8:1::1", True),
        ("2001:db9::1", False),
        ("192.0.2.1", True),
        ("192.0.2.2", False),
        # What stands before the proxy's own word is the client's.
        (f"{BLOCKED}, {FREE}", False),
        (f"{FREE}, {BLOCKED}", True),
        (f"{FREE},{BLOCKED}", True),
        # The proxy itself called.
        (None, False),
    ],
)
def test_an_address_is_blocked_as_a_trusted_proxy_saw_it(guarded, told, is_blocked):
    body = {"ClientId": "a" * 26, "Username": "ann", "Password": "Correct-Horse7!"}
    answer = guarded.call("SignUp", told, body)
    assert (answer == (403, "ForbiddenException", TOLD)) is is_blocked, answer


def test_what_cannot_be_read_is_forbidden_too(guarded):
    for body in (b"{", b"[]", b"x" * 2_000_000):
        headers = {"X-Forwarded-For": BLOCKED}
        answer = raw.call(guarded.house.identity_url, "SignUp", body, headers)
        assert answer.status_code == 403, body[:10]


PAGES = (
    "/login?client_id=x",
    "/signup",
    "/oauth2/authorize?client_id=x",
    "/oauth2/userInfo",
    "/logout",
    "/auth-event-feedback?token=x&is=valid",
)


@pytest.mark.parametrize("path", PAGES)
def test_pages_and_endpoints_are_forbidden(guarded, path):
    page = guarded.get(path, BLOCKED, Accept="text/html,*/*;q=0.8")
    assert page.status_code == 403 and TOLD in page.text
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    document = guarded.get(path, BLOCKED)
    assert document.status_code == 403
    assert document.json() == {"error": "access_denied", "error_description": TOLD}
    assert guarded.get(path, FREE).status_code != 403


def test_no_token_is_given_to_a_blocked_address(guarded):
    for method in ("POST", "HEAD", "OPTIONS"):
        assert guarded.get("/oauth2/token", BLOCKED, method).status_code == 403
    host = guarded.house.identity_url.removeprefix("http://")
    domain = f"blocked-{os.urandom(4).hex()}"
    guarded.house.cognito.create_user_pool_domain(UserPoolId=guarded.pool.id, Domain=domain)
    named = {"Host": f"{domain}.auth.{host}"}
    assert guarded.get("/login", BLOCKED, **named).status_code == 403
    assert guarded.get("/login", FREE, **named).status_code != 403


def test_verifiers_are_let_through(guarded):
    for document in ("jwks.json", "openid-configuration"):
        path = f"/{guarded.pool.id}/.well-known/{document}"
        assert guarded.get(path, BLOCKED).status_code == 200


def test_without_proxies_nobody_says_where_they_come_from(folder):
    place = folder / "blocked-without-proxies"
    server = houses.node(place, houses.Keys(place), f"embedded:{place / 'data'}")
    server.arguments += ["--block-addresses", "198.51.100.0/24"]
    server.start()
    try:
        headers = {"X-Forwarded-For": BLOCKED}
        answer = raw.call(f"http://127.0.0.1:{server.port}", "SignUp", {}, headers)
        assert raw.error(answer)[1] == "InvalidParameterException"
    finally:
        server.stop()


def test_dev_blocks_too_and_what_is_no_network_is_no_start(folder):
    place = folder / "blocked-dev"
    server, house = houses.dev(place, "--memory", "--block-addresses", "127.0.0.0/8")
    try:
        assert raw.error(raw.call(house.identity_url, "SignUp", {}))[1] == "ForbiddenException"
        assert house.cognito.list_user_pools(MaxResults=1)
    finally:
        server.stop()
    broken = houses.Server(["dev", "--memory", "--block-addresses", "203.0.113.0/33"], place / "no")
    with pytest.raises(AssertionError, match="an address or a network, such as 203.0.113.0/24"):
        broken.start()
