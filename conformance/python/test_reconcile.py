"""Does `poolhouse reconcile` find where profiles and accounts do not agree, and mend it when it is told to?

Once with the pool beside the user API, and once with the user API as the function that goes to AWS, whose Cognito is
Poolhouse. What is new is left alone for five minutes, so the servers have a clock that the test sets; a function that
is a process of its own has the time of this machine.
"""

import json
import os
import subprocess

import pytest

from harness import fronts, secrets
from harness import house as houses
from harness.clock import Clock
from harness.fronts import Front
from harness.house import BINARY
from harness.people import address

pytestmark = pytest.mark.alone

A_WHILE = 10 * 60


@pytest.fixture(scope="module")
def clock(tmp_path_factory) -> Clock:
    return Clock(tmp_path_factory.mktemp("clock"))


@pytest.fixture(scope="module", params=["in-process", "rest"])
def front(request, folder, clock, dynamodb) -> Front:
    clock.set(0)
    if request.param == "rest":
        place = folder / "reconcile-rest"
        with fronts.hosted("rest", place, dynamodb, environment=clock.environment) as front:
            yield front
        return
    place = folder / "reconcile"
    server, house = houses.dev(place, "--memory", environment=clock.environment)
    yield fronts.in_process(house, server.log.read_text)
    server.stop()


def reconcile(front: Front, *arguments: str) -> tuple[int, list[dict]]:
    done = subprocess.run(
        [
            *(str(BINARY), "reconcile", front.house.outputs["UserApiFunction"], *arguments),
            *("--endpoint-url", front.house.identity_url),
        ],
        env={**os.environ, **front.house.environment()},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout or done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, sorted(found, key=lambda one: (one["kind"], one.get("id", "")))


def create(front: Front) -> tuple[dict, dict]:
    new = {"email": address(), "password": secrets.password()}
    answer = front.call("POST", "/user", new)
    assert answer.status_code == 201, answer.text
    active = front.call("PATCH", f"/user/{answer.json()['id']}/status/active")
    assert active.status_code == 200, active.text
    return new, active.json()


def profile(front: Front, id: str) -> dict | None:
    answer = front.call("GET", f"/user/{id}")
    return answer.json() if answer.status_code == 200 else None


def test_what_does_not_agree_is_said_and_mended_only_if_it_is_asked(front, clock):
    cognito, pool = front.house.cognito, front.house.pool_id
    # An administrator makes somebody, who gets a password and has no profile. More of them than a page has.
    strangers = {}
    clock.set(-A_WHILE)
    for _ in range(30):
        email = address()
        user = cognito.admin_create_user(
            UserPoolId=pool,
            Username=email,
            MessageAction="SUPPRESS",
            UserAttributes=[
                {"Name": "email", "Value": email},
                {"Name": "email_verified", "Value": "true"},
            ],
        )["User"]
        [sub] = [a["Value"] for a in user["Attributes"] if a["Name"] == "sub"]
        password = secrets.password()
        cognito.admin_set_user_password(
            UserPoolId=pool, Username=email, Password=password, Permanent=True
        )
        strangers[sub] = (email, password)
    kept_out, *_ = strangers
    cognito.admin_disable_user(UserPoolId=pool, Username=strangers[kept_out][0])
    clock.set(0)
    # Who has not confirmed themselves yet is nobody to find.
    clock.set(-A_WHILE)
    unconfirmed = front.pool.sign_up()
    clock.set(0)
    whole, _ = create(front)
    gone, gone_profile = create(front)
    cognito.admin_delete_user(UserPoolId=pool, Username=gone["email"])
    before = {user["Username"] for user in users(front)}

    # The profile that has lost its user is as new as this test, and so are those whom a function made.
    expected = [{"kind": "no-profile", "id": sub} for sub in strangers]
    if front.name == "in-process":
        clock.set(A_WHILE)
        expected.append({"kind": "no-account", "id": gone_profile["id"]})
    expected.sort(key=lambda one: (one["kind"], one["id"]))
    for _ in range(2):
        assert reconcile(front) == (1, expected)
        assert profile(front, kept_out) is None
    assert reconcile(front, "--fix") == (0, expected)
    assert reconcile(front) == (0, [])

    for sub, (email, password) in strangers.items():
        made = profile(front, sub)
        assert made["status"] == ("suspended" if sub == kept_out else "active"), made
        assert made["email"] == email
    # Nobody was let in, made or deleted by it.
    assert {user["Username"] for user in users(front)} == before
    assert [user["Enabled"] for user in users(front) if user["Username"] == kept_out] == [False]
    assert profile(front, unconfirmed.sub) is None
    if front.name == "in-process":
        assert profile(front, gone_profile["id"])["status"] == "closed"
    email, password = strangers[list(strangers)[1]]
    signed_in = front.call("POST", "/auth/login", {"email": email, "password": password})
    assert signed_in.status_code == 200, signed_in.text
    assert front.call("GET", f"/user/email/{whole['email']}").json()["status"] == "active"


def users(front: Front) -> list[dict]:
    pages = front.house.cognito.get_paginator("list_users")
    return [
        user
        for page in pages.paginate(UserPoolId=front.house.pool_id)
        for user in page["Users"]
    ]
