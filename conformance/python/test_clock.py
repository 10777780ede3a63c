"""TOK-10: is a token good in its time and at no other, wherever it is shown?

The servers have a clock that the test sets, so that an hour passes at once.
"""

import shutil
import time
from contextlib import contextmanager

import pytest
import requests

from harness import house as houses
from harness import pages, raw, tokens
from harness.clock import Clock
from harness.functions import FUNCTIONS
from harness.house import REPOSITORY, House
from harness.people import Client, Pool, starter_of

pytestmark = pytest.mark.alone

HOUR = 3600
# How far ahead of a verifier's clock the clock of the pool may be.
LEEWAY = 60


@pytest.fixture(scope="module")
def clock(tmp_path_factory) -> Clock:
    return Clock(tmp_path_factory.mktemp("clock"))


@pytest.fixture(scope="module")
def house(clock, tmp_path_factory) -> House:
    """The starter: a REST API with a Cognito authorizer and with ours."""
    folder = tmp_path_factory.mktemp("starter")
    server, house = houses.dev(folder, "--memory", environment=clock.environment)
    yield house
    server.stop()


@pytest.fixture(scope="module")
def apis(clock, tmp_path_factory) -> House:
    """Both kinds of API with all kinds of authorizers."""
    folder = tmp_path_factory.mktemp("apis")
    for name in ("judge", "echo", "authorizers.yaml"):
        source = FUNCTIONS / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    (folder / ".venv").symlink_to(REPOSITORY / ".venv")
    server, house = houses.dev(
        folder / "server",
        str(folder / "authorizers.yaml"),
        *("--parameter", f"Folder={folder}"),
        *("--parameter", "Elsewhere=https://elsewhere.example"),
        "--memory",
        environment=clock.environment,
    )
    yield house
    server.stop()


@contextmanager
def later(clock: Clock, seconds: int):
    clock.set(seconds)
    try:
        yield
    finally:
        clock.set(0)


def bearer(url: str, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.get(url, headers=headers, timeout=30)
    assert answer.status_code < 500, answer.text
    return answer.status_code


def verifiers(house: House, apis: House) -> dict:
    """Who looks at tokens, and whether this moment's is good to them."""

    def get_user(token: str) -> bool:
        answer = raw.call(house.identity_url, "GetUser", {"AccessToken": token})
        assert answer.status_code in (200, 400), answer.text
        return answer.status_code == 200

    def user_info(token: str) -> bool:
        return bearer(f"{house.identity_url}/oauth2/userInfo", token) == 200

    def route(url: str):
        return lambda token: bearer(url, token) == 200

    starter = starter_of(house)
    openid = pages.access_token(starter.person(), "openid", "aws.cognito.signin.user.admin")
    web = starter.person().sign_in()
    pool = Pool(apis, apis.pool_id, [])
    pool.clients.append(Client(pool, apis.web_client_id))
    other = pool.person().sign_in()
    return {
        "GetUser": (get_user, openid),
        "userInfo": (user_info, openid),
        "Cognito authorizer of the starter": (route(f"{house.api_url}/public/user/me"), openid),
        "our authorizer": (route(f"{house.api_url}/whoami"), web["AccessToken"]),
        "Cognito authorizer, ID token": (route(f"{apis.api_url}/me"), other["IdToken"]),
        "Cognito authorizer, scope": (route(f"{apis.api_url}/scoped"), other["AccessToken"]),
        "JWT authorizer, ID token": (route(f"{apis.api_url}/Http/me"), other["IdToken"]),
        "JWT authorizer, scope": (route(f"{apis.api_url}/Http/scoped"), other["AccessToken"]),
    }


def test_the_clock_is_that_of_the_test(house, clock):
    """A server that is linked by itself would not hear of it, and the rest would show nothing."""
    with later(clock, HOUR):
        token = starter_of(house).person().sign_in()["AccessToken"]
    assert abs(tokens.claims(token)["iat"] - time.time() - HOUR) < 120


def test_tok_10_a_token_ends_with_its_time(house, apis, clock):
    for name, (accepts, token) in verifiers(house, apis).items():
        assert accepts(token), name
        left = tokens.claims(token)["exp"] - int(time.time())
        assert HOUR - 120 < left <= HOUR, name
        # Before its end it is good; then for nobody, and that it was found good a moment ago is no help. API
        # Gateway keeps what a function said for as long as the API tells it to, here five minutes, whatever the
        # token says.
        kept = 5 * 60 if name == "our authorizer" else 0
        with later(clock, left - kept - 30):
            assert accepts(token), name
        with later(clock, left + 1):
            assert not accepts(token), name
        assert accepts(token), name


def test_tok_10_a_token_begins_with_its_time(house, apis, clock):
    good = verifiers(house, apis)
    with later(clock, 10 * 60):
        ahead = verifiers(house, apis)
    for name, (accepts, token) in ahead.items():
        claims = tokens.claims(token)
        assert claims["iat"] - time.time() > 8 * 60, name
        assert not accepts(token), name
        # What is refused is the time and nothing else.
        with later(clock, 10 * 60):
            assert accepts(token), name
        # Nor is it good now since it was good then.
        assert not accepts(token), name
        assert good[name][0](good[name][1]), name
        # A clock that is a little behind is no reason.
        with later(clock, claims["iat"] - int(time.time()) - LEEWAY // 2):
            assert accepts(token), name
