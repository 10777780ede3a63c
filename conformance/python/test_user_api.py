"""Does the user API do what its document says, whatever it runs behind?

Each test runs on every front: in the server itself, and as the function that goes to AWS behind a REST API and
behind an HTTP API. The names of security cases stand at the tests that are theirs.
"""

import json
import re
import secrets as random
import socket
import statistics
import struct
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import requests
from conftest import STORE

from harness import fronts, secrets
from harness import house as houses
from harness.fronts import FRONTS, Front, masked
from harness.people import address
from harness.tokens import claims as token_claims

SOMEBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="session", params=FRONTS)
def front(request, folder) -> Front:
    if request.param == "in-process":
        house = request.getfixturevalue("house")
        yield fronts.in_process(house, houses.logs)
        return
    if STORE != "embedded":
        pytest.skip("runs with the embedded store")
    local = request.getfixturevalue("dynamodb")
    with fronts.hosted(request.param, folder / f"user-api-{request.param}", local) as front:
        yield front


# --- the words of the tests ------------------------------------------------------------------------


def problem(answer: requests.Response, status: int, kind: str | None = None) -> dict:
    """The problem document that an answer has to be."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json"), answer.text
    document = answer.json()
    assert document["status"] == status and document["title"] and document["detail"]
    if kind:
        assert document["type"] == f"urn:poolhouse:problem:{kind}", document
    return document


def refused(answer: requests.Response, *statuses: int) -> None:
    """A refusal, of the API or of the gateway in front of it."""
    assert answer.status_code in statuses, answer.text
    assert "json" in answer.headers["Content-Type"], answer.text


def handle() -> str:
    return f"ann{random.token_hex(5)}"


def registration(**more) -> dict:
    return {"email": address(), "password": secrets.password(), "handle": handle(), **more}


def create(front: Front, **more) -> tuple[dict, dict, str]:
    """What was sent, the profile, and its version."""
    new = registration(**more)
    answer = front.call("POST", "/user", new)
    assert answer.status_code == 201, answer.text
    return new, answer.json(), answer.headers["ETag"]


def activation_code(front: Front, email: str, count: int = 1) -> str:
    deadline = time.monotonic() + 10
    while len(letters := front.mails(email)) < count:
        assert time.monotonic() < deadline, f"{email} has {len(letters)} letters"
        time.sleep(0.02)
    [code] = set(re.findall(r"/user/activate/([\w-]+)", letters[0]["body"]))
    secrets.remember_text(code)
    return code


def activated(front: Front, **more) -> tuple[dict, dict]:
    new, profile, _ = create(front, **more)
    answer = front.call("POST", f"/user/activate/{activation_code(front, new['email'])}", key="")
    assert answer.status_code == 200, answer.text
    return new, profile


def login(front: Front, new: dict) -> dict:
    body = {"email": new["email"], "password": new["password"]}
    answer = front.call("POST", "/auth/login", body)
    assert answer.status_code == 200, answer.text
    tokens = answer.json()
    for name in ("accessToken", "idToken", "refreshToken"):
        secrets.remember_text(tokens[name])
    return tokens


def in_group(front: Front, group: str) -> tuple[dict, str]:
    """Somebody of a group, and a token of theirs."""
    new, profile = activated(front)
    front.house.cognito.admin_add_user_to_group(
        UserPoolId=front.house.pool_id, Username=new["email"], GroupName=group
    )
    return profile, login(front, new)["accessToken"]


def account(front: Front, email: str) -> dict | None:
    """The pool user of an address."""
    cognito = front.house.cognito
    try:
        return cognito.admin_get_user(UserPoolId=front.house.pool_id, Username=email)
    except cognito.exceptions.UserNotFoundException:
        return None


# --- a user's life ---------------------------------------------------------------------------------


def test_a_user_is_made_activated_and_signs_in(front):
    new, profile, version = create(front, name="Ann Miller", role="author", sourceSystem="shop")
    assert profile["status"] == "pending" and profile["email"] == new["email"]
    assert (profile["handle"], profile["name"]) == (new["handle"], "Ann Miller")
    assert set(profile) >= {"id", "createdAt", "profile"} and version
    assert profile["profile"]["badges"] == [] and profile["profile"]["data"] == {}
    # The id is the pool user's own.
    known = account(front, new["email"])
    assert profile["id"] in [a["Value"] for a in known["UserAttributes"] if a["Name"] == "sub"]
    body = {"email": new["email"], "password": new["password"]}
    refused(front.call("POST", "/auth/login", body), 401, 403, 422)
    code = activation_code(front, new["email"])
    answer = front.call("POST", f"/user/activate/{code}", key="")
    assert answer.status_code == 200 and answer.json() == {"status": "active"}
    tokens = login(front, new)
    assert tokens["tokenType"] == "Bearer" and tokens["expiresIn"] > 0
    mine = front.call("GET", "/public/user/me", token=tokens["accessToken"])
    assert mine.status_code == 200, mine.text
    mine = mine.json()
    assert mine["id"] == profile["id"] and mine["status"] == "active" and mine["lastLoginAt"]


def test_a_new_user_is_found_at_once(front):
    new, profile, version = create(front, name=f"Ann {random.token_hex(4)}")
    location = front.call("POST", "/user", registration()).headers["Location"]
    assert re.fullmatch(r"(.*)/user/[0-9a-f-]{36}", location)
    for path in (
        f"/user/{profile['id']}",
        f"/user/email/{new['email']}",
        f"/user/email/{new['email'].upper()}",
        f"/user/handle/{new['handle']}",
        f"/user/handle/{new['handle'].upper()}",
    ):
        found = front.call("GET", path, key=front.read_key)
        assert found.status_code == 200, (path, found.text)
        assert found.json() == profile and found.headers["ETag"] == version
    named = front.call("GET", f"/user/name/{profile['name']}", key=front.read_key)
    assert [one["id"] for one in named.json()["items"]] == [profile["id"]]
    problem(front.call("GET", f"/user/{SOMEBODY}"), 404, "not-found")
    problem(front.call("GET", f"/user/email/{address()}"), 404, "not-found")
    problem(front.call("GET", "/user/handle/nobody-has-this"), 404, "not-found")


def test_statuses_lead_where_they_are_said_to(front):
    new, profile, _ = create(front)
    place = f"/user/{profile['id']}/status"

    def to(status: str) -> requests.Response:
        return front.call("PATCH", f"{place}/{status}")

    problem(to("suspended"), 409, "status-not-reachable")
    problem(to("asleep"), 400)
    assert to("active").json()["status"] == "active"
    problem(to("pending"), 409, "status-not-reachable")
    tokens = login(front, new)
    assert to("suspended").json()["status"] == "suspended"
    body = {"email": new["email"], "password": new["password"]}
    refused(front.call("POST", "/auth/login", body), 401, 403, 422)
    refused(front.call("POST", "/auth/refresh", {"refreshToken": tokens["refreshToken"]}), 401, 403)
    assert account(front, new["email"])["Enabled"] is False
    assert to("active").json()["status"] == "active"
    assert login(front, new)
    assert to("closed").json()["status"] == "closed"
    for status in ("active", "suspended", "pending"):
        problem(to(status), 409, "status-not-reachable")


def test_a_deleted_user_is_nowhere(front):
    new, profile = activated(front)
    tokens = login(front, new)
    assert front.call("DELETE", f"/user/{profile['id']}").status_code == 204
    for path in (profile["id"], f"email/{new['email']}", f"handle/{new['handle']}"):
        problem(front.call("GET", f"/user/{path}"), 404, "not-found")
    assert account(front, new["email"]) is None
    problem(front.call("DELETE", f"/user/{profile['id']}"), 404, "not-found")
    refused(front.call("GET", "/public/user/me", token=tokens["accessToken"]), 401, 404)
    # Both names are free again.
    again = front.call("POST", "/user", {**new, "password": secrets.password()})
    assert again.status_code == 201 and again.json()["id"] != profile["id"]


def test_people_take_their_data_along_and_go(front):
    new, profile = activated(front, profile={"data": {"pets": ["cat"]}})
    token = login(front, new)["accessToken"]
    export = front.call("GET", "/public/user/me/export", token=token)
    assert export.status_code == 200, export.text
    export = export.json()
    assert export["profile"]["profile"]["data"] == {"pets": ["cat"]}
    assert export["account"]["email"] == new["email"]
    assert export["account"]["isEmailVerified"] is True
    assert front.call("DELETE", "/public/user/me", token=token).status_code == 204
    problem(front.call("GET", f"/user/{profile['id']}"), 404)
    assert account(front, new["email"]) is None


def test_a_listing_goes_on_where_it_ended(front):
    mark = f"Zoe{random.token_hex(4)}"
    ids = {create(front, name=f"{mark} {number}")[1]["id"] for number in range(5)}
    seen, cursor = [], None
    while True:
        query = {"name": mark, "limit": "2", **({"cursor": cursor} if cursor else {})}
        page = front.call("GET", "/user", params=query, key=front.read_key)
        assert page.status_code == 200, page.text
        page = page.json()
        assert len(page["items"]) <= 2
        seen += [one["id"] for one in page["items"]]
        cursor = page.get("next")
        if not cursor:
            break
    assert len(seen) == 5 and set(seen) == ids
    for query in ("limit=0", "limit=101", "limit=x", "cursor=x", "status=x", "what=1", "limit=1&limit=2"):
        problem(front.call("GET", f"/user?{query}"), 400)
    pending = front.call("GET", "/user", params={"status": "pending", "limit": "3"}).json()["items"]
    assert pending and {one["status"] for one in pending} == {"pending"}


# --- changes ---------------------------------------------------------------------------------------


def test_a_stale_change_changes_nothing(front):
    _, profile, version = create(front)
    place = f"/user/{profile['id']}"
    first = front.call("PATCH", place, {"name": "First"}, headers={"If-Match": version})
    assert first.status_code == 200 and first.headers["ETag"] != version
    second = front.call("PATCH", place, {"name": "Second"}, headers={"If-Match": version})
    problem(second, 412, "stale-version")
    for method, path, body in (
        ("DELETE", place, None),
        ("PATCH", f"{place}/status/active", None),
        ("PUT", f"{place}/data/update", {}),
        ("PATCH", f"{place}/data/update", {"a": 1}),
        ("POST", f"{place}/badge/founder", None),
        ("DELETE", f"{place}/badge/founder", None),
    ):
        answer = front.call(method, path, body, headers={"If-Match": version})
        problem(answer, 412, "stale-version")
    now = front.call("GET", place)
    assert now.json()["name"] == "First" and now.json()["status"] == "pending"
    any_version = front.call("PATCH", place, {"name": "Third"}, headers={"If-Match": "*"})
    assert any_version.json()["name"] == "Third"
    both = {"If-Match": f'"nothing", {any_version.headers["ETag"]}'}
    assert front.call("PATCH", place, {"name": "Fourth"}, headers=both).status_code == 200


def test_data_is_replaced_and_merged(front):
    _, profile, _ = create(front, profile={"data": {"a": 1}})
    place = f"/user/{profile['id']}/data/update"

    def data(answer: requests.Response):
        assert answer.status_code == 200, answer.text
        return answer.json()["profile"]["data"]

    assert data(front.call("PUT", place, {"b": {"c": 1, "d": 2}})) == {"b": {"c": 1, "d": 2}}
    merge = {"Content-Type": "application/merge-patch+json"}
    # The examples of RFC 7396.
    for original, patch, result in (
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ):
        data(front.call("PUT", place, original))
        assert data(front.call("PATCH", place, patch, headers=merge)) == result
    for body in ([], "x", 1, None):
        problem(front.call("PUT", place, json.dumps(body)), 400)


def test_a_request_is_done_once_under_a_key(front):
    new, once = registration(), {"Idempotency-Key": random.token_hex(16)}
    first = front.call("POST", "/user", new, headers=once)
    again = front.call("POST", "/user", new, headers=once)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json() and first.headers["ETag"] == again.headers["ETag"]
    other = front.call("POST", "/user", registration(), headers=once)
    problem(other, 422, "idempotency-key-reused")
    problem(front.call("POST", "/user", new), 409, "taken")
    for bad in ("", "x" * 256):
        if bad:
            problem(front.call("POST", "/user", new, headers={"Idempotency-Key": bad}), 400)


def test_sent_at_once_under_one_key_a_request_is_done_once(front):
    new, once = registration(), {"Idempotency-Key": random.token_hex(16)}
    with ThreadPoolExecutor(8) as senders:
        send = lambda _: requests.post(
            f"{front.url}/user", json=new, headers={**once, "x-api-key": front.key}, timeout=30
        )
        answers = list(senders.map(send, range(8)))
    made = [one for one in answers if one.status_code == 201]
    assert made and len({one.json()["id"] for one in made}) == 1
    for other in (one for one in answers if one.status_code != 201):
        problem(other, 409, "request-under-way")


def test_badges_are_given_once_and_taken(front):
    _, profile, _ = create(front)
    place = f"/user/{profile['id']}/badge"
    given = front.call("POST", f"{place}/founder").json()["profile"]["badges"]
    assert [badge["name"] for badge in given] == ["founder"] and given[0]["iconUrl"]
    again = front.call("POST", f"{place}/founder").json()["profile"]["badges"]
    assert again == given
    icon = front.call("GET", given[0]["iconUrl"].removeprefix(front.url), key="")
    assert icon.status_code == 200 and icon.headers["Content-Type"].startswith("image/svg+xml")
    left = front.call("DELETE", f"{place}/founder").json()["profile"]["badges"]
    assert left == []


def test_usr_12_only_badges_that_exist_are_given(front):
    _, profile, _ = create(front)
    place = f"/user/{profile['id']}/badge"
    for name in ("..%2Fx", "%2e%2e%2fx", "unknown", "x" * 1024, "FOUNDER%00", "founder%20"):
        # A path that can be read in two ways is none of a REST API's routes, which says so with 403.
        climbs = (403,) if "%" in name and front.name != "http" else ()
        for method in ("POST", "DELETE"):
            refused(front.call(method, f"{place}/{name}"), 400, 404, *climbs)
    assert front.call("GET", f"/user/{profile['id']}").json()["profile"]["badges"] == []


# --- sessions --------------------------------------------------------------------------------------


def test_a_session_goes_on_and_ends(front):
    new, _ = activated(front)
    tokens = login(front, new)
    fresh = front.call("POST", "/auth/refresh", {"refreshToken": tokens["refreshToken"]})
    assert fresh.status_code == 200 and fresh.json()["accessToken"] != tokens["accessToken"]
    out = front.call("POST", "/auth/logout", {"refreshToken": tokens["refreshToken"]})
    assert out.status_code == 204 and not out.content
    again = front.call("POST", "/auth/refresh", {"refreshToken": tokens["refreshToken"]})
    problem(again, 401, "unauthorized")


def test_by_name_by_handle_and_by_nothing(front):
    new, _ = activated(front)
    right = {"password": new["password"]}
    for name in ({"email": new["email"].upper()}, {"handle": new["handle"]}):
        assert front.call("POST", "/auth/login", {**name, **right}).status_code == 200
    problem(front.call("POST", "/auth/login", right), 400)
    both = {"email": new["email"], "handle": new["handle"], **right}
    problem(front.call("POST", "/auth/login", both), 400)


def test_nobody_learns_who_has_an_account(front):
    new, _ = activated(front)
    wrong = {"password": secrets.password()}
    there = front.call("POST", "/auth/login", {"email": new["email"], **wrong})
    nobody = front.call("POST", "/auth/login", {"email": address(), **wrong})
    by_handle = front.call("POST", "/auth/login", {"handle": handle(), **wrong})
    problem(there, 401, "unauthorized")
    assert there.json() == nobody.json() == by_handle.json()
    for body in ({"email": new["email"]}, {"email": address()}):
        answer = front.call("POST", "/auth/password/reset", body)
        assert answer.status_code == 202 and not answer.content


def test_usr_09_tokens_are_verified_in_the_body_by_their_type(front):
    new, profile = activated(front)
    tokens = login(front, new)
    names = {"access": "accessToken", "id": "idToken", "refresh": "refreshToken"}
    for kind, name in names.items():
        for other, token in names.items():
            body = {"token": tokens[token]}
            answer = front.call("POST", f"/auth/token/{kind}/verify", body, key=front.read_key)
            assert answer.status_code == 200, answer.text
            verdict = answer.json()
            assert verdict["active"] is (kind == other), (kind, other, verdict)
            if kind == other != "refresh":
                assert verdict["subject"] == profile["id"]
    head, payload, _ = tokens["accessToken"].split(".")
    forged = {"token": f"{head}.{payload}.{'A' * 342}"}
    verdict = front.call("POST", "/auth/token/access/verify", forged).json()
    assert verdict == {"active": False, "tokenType": "access", "reason": "invalid"}
    problem(front.call("POST", "/auth/token/other/verify", forged), 404)


def test_usr_09_a_token_in_an_address_is_not_read_and_not_logged(front):
    new, _ = activated(front)
    token = login(front, new)["accessToken"]
    for method in ("GET", "POST"):
        answer = front.call(method, f"/auth/token/access/verify/{token}")
        assert answer.status_code in (404, 405, 410) and token not in answer.text
    time.sleep(0.3)
    assert token not in front.log()


def test_a_forgotten_password_is_set_by_code(front):
    new, _ = activated(front)
    answer = front.call("POST", "/auth/password/reset", {"email": new["email"]})
    assert answer.status_code == 202
    # The pool sends it, whatever sends the API's own letters.
    deadline = time.monotonic() + 10
    while not (code := newest_code(front, new["email"])):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    fresh = secrets.password()
    place = "/auth/password/reset/confirm"
    wrong = {"email": new["email"], "code": "000000", "password": fresh}
    refused(front.call("POST", place, wrong), 400, 401, 422)
    right = {"email": new["email"], "code": code, "password": fresh}
    answer = front.call("POST", place, right)
    assert answer.status_code == 204, answer.text
    refused(front.call("POST", "/auth/login", {k: new[k] for k in ("email", "password")}), 401)
    assert login(front, {"email": new["email"], "password": fresh})


def newest_code(front: Front, email: str) -> str | None:
    codes = [mail.get("code") or "" for mail in front.house.mailbox.messages(email)]
    return next((code for code in codes if re.fullmatch(r"\d{6}", code)), None)


def test_atr_04_an_address_changes_when_its_code_comes_back(front):
    new, profile = activated(front)
    token = login(front, new)["accessToken"]
    wanted = address()
    place = "/public/user/me/email/change"
    answer = front.call("POST", place, {"email": wanted}, token=token)
    assert answer.status_code == 202, answer.text
    # Until then the old one counts, and the new one is nobody's.
    assert front.call("GET", "/public/user/me", token=token).json()["email"] == new["email"]
    refused(front.call("POST", "/auth/login", {"email": wanted, "password": new["password"]}), 401)
    assert account(front, wanted) is None
    refused(front.call("POST", f"{place}/confirm", {"code": "000000"}, token=token), 400, 422)
    deadline = time.monotonic() + 10
    while not (mails := front.mails(wanted)):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    text = re.sub(r"<[^>]*>", " ", mails[0]["body"])
    code = re.search(r"Your code\s+(\w+)", text)[1]
    secrets.remember_text(code)
    done = front.call("POST", f"{place}/confirm", {"code": code}, token=token)
    assert done.status_code == 200, done.text
    assert done.json()["email"] == wanted
    assert login(front, {**new, "email": wanted})
    refused(front.call("POST", "/auth/login", {k: new[k] for k in ("email", "password")}), 401)
    assert front.call("GET", f"/user/email/{wanted}").json()["id"] == profile["id"]
    problem(front.call("GET", f"/user/email/{new['email']}"), 404)


def test_atr_05_somebody_elses_address_in_other_letters_is_taken(front):
    alice, _ = activated(front)
    mallory, _ = activated(front)
    token = login(front, mallory)["accessToken"]
    place = "/public/user/me/email/change"
    answer = front.call("POST", place, {"email": alice["email"].upper()}, token=token)
    if answer.status_code != 202:
        problem(answer, 409, "taken")
    assert front.call("GET", "/public/user/me", token=token).json()["email"] == mallory["email"]
    for spelling in (alice["email"].upper(), alice["email"].title()):
        problem(front.call("POST", "/user", registration(email=spelling)), 409, "taken")


def test_people_change_what_they_say_of_themselves(front):
    held = {"plan": "gold", "own": {"pets": ["cat"], "tour": {"step": 1, "seen": True}}}
    new, profile = activated(front, profile={"data": held})
    _, other, _ = create(front)
    token = login(front, new)["accessToken"]
    merge = {"Content-Type": "application/merge-patch+json"}
    mine = front.call("GET", "/public/user/me", token=token)
    patch = {
        "name": "Ann Miller",
        "lastName": None,
        "profile": {
            "profileData": {"lang": "de-CH", "currency": "CHF", "avatarUrl": "/assets/avatars/heron.svg"},
            "data": {"own": {"pets": ["dog"], "tour": {"step": None}}},
        },
    }
    versioned = {**merge, "If-Match": mine.headers["ETag"]}
    answer = front.call("PATCH", "/public/user/me", patch, token=token, headers=versioned)
    assert answer.status_code == 200, answer.text
    expected = {
        **mine.json(),
        "name": "Ann Miller",
        "profile": {
            "badges": [],
            "profileData": patch["profile"]["profileData"],
            "data": {"plan": "gold", "own": {"pets": ["dog"], "tour": {"seen": True}}},
        },
    }
    assert answer.json() == expected
    assert front.call("GET", f"/user/{profile['id']}").json() == expected
    stale = front.call("PATCH", "/public/user/me", {"name": "x"}, token=token, headers=versioned)
    problem(stale, 412, "stale-version")
    # It is their own and nobody else's, and nobody's without a token.
    for path in (f"/public/user/{other['id']}", f"/public/user/{profile['id']}", f"/user/{profile['id']}"):
        refused(front.call("PATCH", path, {"name": "x"}, token=token, headers=merge), 401, 403, 404, 405)
    refused(front.call("PATCH", "/public/user/me", {"name": "x"}, headers=merge), 401, 403)
    assert front.call("GET", f"/user/{other['id']}").json() == other


def test_atr_01_people_do_not_promote_themselves(front):
    new, profile = activated(front, role="reader", profile={"data": {"plan": "free"}})
    token = login(front, new)["accessToken"]
    before = front.call("GET", f"/user/{profile['id']}").json()
    for place, body in (
        ("/role", {"role": "admin"}),
        ("/status", {"status": "active"}),
        ("/sourceSystem", {"sourceSystem": "shop"}),
        ("/email", {"email": address()}),
        ("/handle", {"handle": handle()}),
        ("/id", {"id": SOMEBODY}),
        ("/createdAt", {"createdAt": "1970-01-01T00:00:00Z"}),
        ("/custom:role", {"custom:role": "admin"}),
        ("/profile/badges", {"profile": {"badges": [{"name": "founder"}]}}),
        ("/profile/profileData/admin", {"profile": {"profileData": {"admin": True}}}),
        # What tokens may say is not theirs to write.
        ("/profile/data/plan", {"profile": {"data": {"plan": "gold"}}}),
        ("/profile/data/interestingValue", {"profile": {"data": {"interestingValue": 1}}}),
    ):
        answer = front.call("PATCH", "/public/user/me", body, token=token)
        document = problem(answer, 400, "invalid-request")
        assert [error["pointer"] for error in document["errors"]] == [place]
    # Not one of several either.
    both = {"name": "Ann", "role": "admin"}
    problem(front.call("PATCH", "/public/user/me", both, token=token), 400, "invalid-request")
    assert front.call("GET", f"/user/{profile['id']}").json() == before
    fresh = login(front, new)
    for name in ("accessToken", "idToken"):
        assert "admin" not in json.dumps(without_scope(token_claims(fresh[name])))


def without_scope(claims: dict) -> dict:
    return {name: one for name, one in claims.items() if name != "scope"}


# --- who may what ----------------------------------------------------------------------------------


def test_usr_01_nobody_sees_somebody_else(front):
    alice, _ = activated(front)
    bob, his, _ = create(front, name="Robert Roe")
    token = login(front, alice)["accessToken"]
    for method, path in (
        ("GET", f"/public/user/{his['id']}"),
        ("PATCH", f"/public/user/{his['id']}/status/closed"),
        ("GET", f"/user/{his['id']}"),
        ("GET", f"/user/email/{bob['email']}"),
        ("GET", f"/user/handle/{bob['handle']}"),
        ("GET", f"/user/name/{his['name']}"),
        ("GET", "/user"),
    ):
        answer = front.call(method, path, token=token)
        refused(answer, 401, 403, 404)
        for word in (bob["email"], bob["handle"], "Robert"):
            assert word not in answer.text
    assert front.call("GET", f"/user/{his['id']}").json()["status"] == "pending"


def test_scopes_of_groups_open_the_profiles_of_others(front):
    _, his, _ = create(front)
    _, reader = in_group(front, "readers")
    _, admin = in_group(front, "admins")
    seen = front.call("GET", f"/public/user/{his['id']}", token=reader)
    assert seen.status_code == 200 and seen.json()["id"] == his["id"]
    place = f"/public/user/{his['id']}/status/active"
    # A REST API says 401 to a good token without the scope, an HTTP API 403.
    refused(front.call("PATCH", place, token=reader), 401, 403)
    changed = front.call("PATCH", place, token=admin)
    assert changed.status_code == 200 and changed.json()["status"] == "active"
    problem(front.call("GET", f"/public/user/{SOMEBODY}", token=reader), 404)


def test_usr_02_a_key_that_reads_does_not_write(front):
    _, profile, _ = create(front)
    place = f"/user/{profile['id']}"
    for method, path, body in (
        ("POST", "/user", registration()),
        ("PATCH", place, {"name": "x"}),
        ("DELETE", place, None),
        ("PATCH", f"{place}/status/active", None),
        ("PUT", f"{place}/data/update", {}),
        ("PATCH", f"{place}/data/update", {}),
        ("POST", f"{place}/badge/founder", None),
        ("DELETE", f"{place}/badge/founder", None),
        ("POST", f"{place}/activation", None),
    ):
        problem(front.call(method, path, body, key=front.read_key), 403, "forbidden")
    assert front.call("GET", place, key=front.read_key).json() == profile


def test_usr_06_only_a_whole_key_is_one(front):
    good, place = front.key, f"/user/{SOMEBODY}"
    nearly = good[:-1] + ("0" if good[-1] != "0" else "1")
    for key in ("wrong", nearly, good[:-1], good + "0", good.upper()):
        problem(front.call("GET", place, key=key), 401, "unauthorized")
    problem(front.call("GET", place, key="", headers={"x-api-key": ""}), 401, "unauthorized")
    problem(front.call("GET", place, key=""), 401, "unauthorized")
    for name in ("x-api-key", "api_key", "key"):
        refused(front.call("GET", f"{place}?{name}={good}", key=""), 400, 401)
    refused(front.call("GET", place, key="", token=good), 401)
    problem(front.call("GET", place), 404)


def test_usr_06_a_key_that_is_nearly_right_takes_no_longer(front):
    nearly = front.key[:-1] + ("0" if front.key[-1] != "0" else "1")
    wrong = "ph_" + random.token_hex(8) + "_" + random.token_hex(24)

    def took(key: str) -> float:
        began = time.perf_counter()
        front.call("GET", f"/user/{SOMEBODY}", key=key)
        return time.perf_counter() - began

    took(nearly), took(wrong)
    # One after the other, so that whatever else the machine does is felt by both.
    pairs = [(took(nearly), took(wrong)) for _ in range(40)]
    near, far = (statistics.median(column) for column in zip(*pairs, strict=True))
    assert abs(near - far) < max(0.5 * max(near, far), 0.002), (near, far)


def test_tokens_and_keys_do_not_stand_in_for_each_other(front):
    new, _ = activated(front)
    tokens = login(front, new)
    for token in (tokens["idToken"], tokens["refreshToken"], front.key, "x", "a.b.c"):
        refused(front.call("GET", "/public/user/me", token=token), 401, 403)
    refused(front.call("GET", "/public/user/me"), 401, 403)
    refused(front.call("GET", "/public/user/me", key=""), 401, 403)


# --- bad input -------------------------------------------------------------------------------------


def test_usr_03_data_stays_where_it_is_put(front):
    _, profile, _ = create(front)
    evil = {
        "role": "admin",
        "status": "active",
        "id": SOMEBODY,
        "email": "evil@example.com",
        "createdAt": "1970-01-01T00:00:00Z",
        "badges": [{"name": "founder"}],
    }
    for method in ("PUT", "PATCH"):
        answer = front.call(method, f"/user/{profile['id']}/data/update", evil)
        assert answer.status_code == 200, answer.text
        changed = answer.json()
        assert changed["profile"].pop("data") == evil
        rest = {**profile, "profile": {**profile["profile"]}}
        rest["profile"].pop("data")
        assert changed == rest


def test_usr_04_a_patch_is_no_bomb(front):
    _, profile, _ = create(front)
    place = f"/user/{profile['id']}/data/update"
    deep = '{"a":' * 10_000 + "1" + "}" * 10_000
    bombs = (
        deep,
        "[" * 100_000 + "]" * 100_000,
        json.dumps({"x" * 10_240: 1}),
        '{"a": 1, "a": 2}',
        '{"a": {"b": 1, "\\u0062": 2}}',
        '{"a": 1e999}',
        '{"a": "\\ud800"}',
        '{"a": "' + "x" * 100_000 + '"}',
        "{",
        "",
        "\x00",
        b"\xff\xfe{\x00}\x00",
    )
    for body in bombs:
        for method in ("PUT", "PATCH"):
            answer = front.call(method, place, body)
            refused(answer, 400, 413)
    for name in ("__proto__", "constructor", "prototype"):
        for body in ({name: {"isAdmin": True}}, {"a": {name: {"isAdmin": True}}}):
            for method in ("PUT", "PATCH"):
                problem(front.call(method, place, body), 400)
    assert front.call("GET", f"/user/{profile['id']}").json() == profile


def test_usr_05_answers_and_logs_keep_what_is_secret(front):
    new = registration()
    answer = front.call("POST", "/user", new, headers={"X-Forwarded-For": "203.0.113.77"})
    assert answer.status_code == 201
    code = activation_code(front, new["email"])
    assert code not in answer.text and new["password"] not in answer.text
    assert "203.0.113.77" not in answer.text and "127.0.0.1" not in answer.text
    time.sleep(0.3)
    log = front.log()
    for secret in (code, new["password"], front.key, "203.0.113.77"):
        assert secret not in log


def test_usr_07_a_link_that_is_only_followed_activates_nobody(front):
    new, profile, _ = create(front)
    code = activation_code(front, new["email"])
    for method in ("GET", "HEAD"):
        page = front.call(method, f"/user/activate/{code}", key="")
        assert page.status_code in (200, 403, 405), page.text
    page = front.call("GET", f"/user/activate/{code}", key="")
    assert page.headers["Content-Type"].startswith("text/html") and "<form" in page.text
    assert code not in page.text and "script-src" not in page.text and "<script" not in page.text
    assert front.call("GET", f"/user/{profile['id']}").json()["status"] == "pending"
    assert front.call("POST", f"/user/activate/{code}", key="").status_code == 200
    again = front.call("POST", f"/user/activate/{code}", key="")
    refused(again, 404, 409, 410)


def test_a_new_letter_replaces_the_one_before(front):
    new, profile, _ = create(front)
    first = activation_code(front, new["email"])
    answer = front.call("POST", f"/user/{profile['id']}/activation")
    assert answer.status_code == 202, answer.text
    second = activation_code(front, new["email"], 2)
    assert first != second
    refused(front.call("POST", f"/user/activate/{first}", key=""), 404, 409, 410)
    assert front.call("POST", f"/user/activate/{second}", key="").status_code == 200
    problem(front.call("POST", f"/user/{profile['id']}/activation"), 409)
    for _ in range(6):
        last = front.call("POST", f"/user/{create(front)[1]['id']}/activation")
        assert last.status_code == 202


def test_usr_08_no_handle_looks_like_another(front):
    new, _, _ = create(front, handle=f"paypal{random.token_hex(3)}")
    lookalikes = (
        new["handle"].replace("a", "а"),  # Cyrillic а
        new["handle"].replace("p", "р"),  # Cyrillic р
        new["handle"] + "\u200b",
        "\u2066" + new["handle"],
        "".join(chr(ord(letter) + 0xFEE0) for letter in new["handle"]),  # full-width
        new["handle"].upper(),
        "@admin",
        "@\u0430dmin",
        "adm\u0131n",
        "a\u0301" + new["handle"] + "\x07",
        "../etc",
        "a",
        "x" * 65,
        "",
    )
    for text in lookalikes:
        answer = front.call("POST", "/user", registration(handle=text))
        assert answer.status_code in (400, 409), (text, answer.text)
        problem(answer, answer.status_code)
        assert text.strip() == "" or text not in answer.text or text == "a"


def test_usr_11_avatars_are_public_and_nothing_is_fetched(front):
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.3)
    port = listener.getsockname()[1]
    owner, profile = activated(front)
    token = login(front, owner)["accessToken"]
    for url in (
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "file:///etc/passwd",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "https://127.0.0.1/x.png",
        f"http://127.0.0.1:{port}/x.png",
        f"https://127.0.0.1:{port}/x.png",
        f"https://localhost:{port}/x.png",
        f"https://[::ffff:127.0.0.1]:{port}/x.png",
        "https://localhost/x.png",
        "https://10.0.0.1/x.png",
        "https://[fd00::1]/x.png",
        "https://2130706433/x.png",
        "https://0x7f.1/x.png",
        "https://user:word@example.com/x.png",
        "//example.com/x.png",
        "/assets/avatars/../../etc/passwd",
        " https://example.com/x.png",
    ):
        bad = {"profile": {"profileData": {"avatarUrl": url}}}
        problem(front.call("POST", "/user", registration(**bad)), 400, "invalid-request")
        problem(front.call("PATCH", f"/user/{profile['id']}", bad), 400, "invalid-request")
        problem(front.call("PATCH", "/public/user/me", bad, token=token), 400, "invalid-request")
    new = registration(profile={"profileData": {"avatarUrl": "https://img.example.com/ann.png"}})
    assert front.call("POST", "/user", new).status_code == 201
    with pytest.raises(TimeoutError):
        listener.accept()
    listener.close()


def test_atr_02_a_registration_promotes_nobody(front):
    for more in (
        {"status": "active"},
        {"id": SOMEBODY},
        {"custom:role": "admin"},
        {"email_verified": True},
        {"cognito:groups": ["admins"]},
        {"sub": SOMEBODY},
        {"createdAt": "1970-01-01T00:00:00Z"},
        {"profile": {"badges": [{"name": "founder"}]}},
        {"profile": {"profileData": {"admin": True}}},
    ):
        new = registration(**more)
        problem(front.call("POST", "/user", new), 400, "invalid-request")
        assert account(front, new["email"]) is None
    # What apps call a role gives no right.
    new, _ = activated(front, role="admins")
    token = login(front, new)["accessToken"]
    refused(front.call("GET", f"/public/user/{SOMEBODY}", token=token), 401, 403)


def test_nrm_01_one_address_is_one_user_however_it_is_written(front):
    local = f"alice{random.token_hex(4)}"
    new, profile, _ = create(front, email=f"{local}@example.com")
    for spelling in (f"{local.upper()}@EXAMPLE.COM", f" {local}@example.com ", f"{local}@Example.com"):
        answer = front.call("POST", "/user", registration(email=spelling))
        assert answer.status_code in (400, 409), (spelling, answer.text)
    composed, decomposed = "é", "e\u0301"
    accented = f"{local}{composed}@example.com"
    first = front.call("POST", "/user", registration(email=accented))
    second = front.call("POST", "/user", registration(email=f"{local}{decomposed}@example.com"))
    assert first.status_code in (201, 400) and second.status_code in (400, 409), second.text
    turkish = local.replace("i", "\u0130")
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in local)
    for spelling in (turkish, wide):
        answer = front.call("POST", "/user", registration(email=f"{spelling}@example.com"))
        if answer.status_code == 201:
            pytest.fail(f"{spelling!r} is a second {local}")
        assert answer.status_code in (400, 409)


def test_nrm_02_no_name_has_letters_that_cannot_be_seen(front):
    for letter in ("\x00", "\x07", "\u200b", "\u202e", "\u2066", "\ufeff", "\U000e0041", "\n", "\u0378"):
        for member in ("name", "firstName", "lastName", "handle", "role", "sourceSystem"):
            new = registration(**{member: f"an{letter}n"})
            problem(front.call("POST", "/user", new), 400, "invalid-request")
        problem(front.call("POST", "/user", registration(email=f"a{letter}b@example.com")), 400)


def test_every_mistake_is_named_at_once(front):
    answer = front.call("POST", "/user", {"email": "nobody", "handle": "", "what": 1})
    errors = problem(answer, 400, "invalid-request")["errors"]
    assert {error["pointer"] for error in errors} >= {"/email", "/password", "/handle", "/what"}
    assert "nobody" not in answer.text


def test_a_password_satisfies_the_pool(front):
    for password in ("short", "alllowercaseletters", "Without-number!", "a" * 257):
        new = registration(password=password)
        document = problem(front.call("POST", "/user", new), 400)
        assert document["errors"][0]["pointer"] == "/password"
        assert account(front, new["email"]) is None
        problem(front.call("GET", f"/user/email/{new['email']}"), 404)


def test_dos_01_what_is_too_much_is_not_read(front):
    for body in (b"x" * 70_000, b'{"email": "' + b"x" * 1_000_000 + b'"}'):
        refused(front.call("POST", "/user", body), 400, 413)
    # More than a gateway lets through.
    answer = front.call("POST", "/user", b" " * (11 * 1024 * 1024))
    refused(answer, 400, 413)
    many = {f"x-many-{number}": "x" for number in range(2_000)}
    try:
        assert 400 <= front.call("GET", "/user", headers=many).status_code < 500
    except requests.ConnectionError:
        front.session.close()
    assert front.call("GET", "/health", key="").status_code == 200


def test_dos_02_a_password_of_a_megabyte_is_not_worked_on(front):
    long = "Aa1!" * 262_144
    began = time.monotonic()
    for body in (registration(password=long), registration(email=long), registration(handle=long)):
        refused(front.call("POST", "/user", body), 400, 413)
    for body in ({"email": address(), "password": long}, {"email": long, "password": "x"}):
        refused(front.call("POST", "/auth/login", body), 400, 413)
    assert time.monotonic() - began < 10
    short = "Aa1!" * 4_096
    refused(front.call("POST", "/auth/login", {"email": address(), "password": short}), 400)


def test_other_types_other_methods_and_other_places(front):
    new = json.dumps(registration())
    for media in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
        answer = front.call("POST", "/user", new, headers={"Content-Type": media})
        problem(answer, 415, "unsupported-media-type")
    problem(front.call("PUT", "/user", new), 405, "method-not-allowed")
    problem(front.call("POST", f"/user/{SOMEBODY}/nothing"), 404, "not-found")
    for path in ("/nothing", "/public/user/me/nothing"):
        refused(front.call("GET", path), 401, 403, 404)
    problem(front.call("GET", "/user/not-an-id"), 404, "not-found")
    refused(front.call("GET", "/user/%2e%2e%2fhealth"), 400, 403, 404)


def test_paths_of_assets_lead_to_assets(front):
    for path in (
        "/assets/avatars/..%2f..%2ftemplate.yaml",
        "/assets/avatars/%2e%2e/%2e%2e/etc/passwd",
        "/assets/users/..%5c..%5cx.png",
        "/assets/badges/founder.svg%00.png",
        "/assets/users/" + "0" * 64 + ".svg",
        "/assets/users//etc/passwd",
    ):
        refused(front.call("GET", path, key=""), 400, 403, 404)
    avatars = front.call("GET", "/assets/avatars", key="").json()
    assert avatars and all(set(one) == {"name", "title", "url"} for one in avatars)


# --- avatars ---------------------------------------------------------------------------------------


def png(width: int, height: int) -> bytes:
    """A red picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        summed = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + summed

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\x00" + b"\xff\x00\x00" * width) * height
    chunks = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def test_an_avatar_is_drawn_anew(front):
    new, profile = activated(front)
    token = login(front, new)["accessToken"]
    polyglot = png(40, 30) + b"<script>alert(1)</script><?php system($_GET[0]);"
    headers = {"Content-Type": "image/png"}
    answer = front.call("PUT", "/public/user/me/avatar", polyglot, token=token, headers=headers)
    assert answer.status_code == 200, answer.text
    place = answer.json()["avatarUrl"]
    picture = front.call("GET", place, key="")
    assert picture.status_code == 200 and picture.headers["Content-Type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG") and b"script" not in picture.content
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    mine = front.call("GET", "/public/user/me", token=token).json()
    assert mine["profile"]["profileData"]["avatarUrl"] == place
    for bad in (b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"", b"x" * 100):
        answer = front.call("PUT", "/public/user/me/avatar", bad, token=token, headers=headers)
        refused(answer, 400, 415, 422)
    gone = front.call("DELETE", "/public/user/me/avatar", token=token)
    assert gone.status_code == 204
    assert "avatarUrl" not in front.call("GET", f"/user/{profile['id']}").json()["profile"]["profileData"]


# --- the API about itself --------------------------------------------------------------------------


def test_the_api_describes_itself(front):
    document = front.call("GET", "/openapi.json", key="")
    assert document.status_code == 200
    document = document.json()
    assert document["openapi"].startswith("3.1.")
    [server] = document["servers"]
    # A gateway tells the function its own name and stage, and that it is reached over TLS, as all are on AWS.
    assert urlsplit(server["url"]).netloc == urlsplit(front.url).netloc, server
    page = front.call("GET", "/docs", key="")
    assert page.headers["Content-Type"].startswith("text/html")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "<script" not in page.text and "https://cdn" not in page.text
    for item in document["paths"].values():
        for operation in item.values():
            assert f'id="{operation["operationId"]}"' in page.text


def test_every_operation_is_reached_through_the_gateway(front):
    document = front.call("GET", "/openapi.json", key="").json()
    for path, item in document["paths"].items():
        place = re.sub(r"\{\w+\}", SOMEBODY, path)
        for method, operation in item.items():
            needs = [name for need in operation.get("security", []) for name in need]
            if "bearer" in needs:
                answer = front.call(method.upper(), place, key="")
                assert answer.status_code == 401, (method, path, answer.text)
            elif "apiKey" in needs:
                problem(front.call(method.upper(), place, key=""), 401, "unauthorized")
            else:
                answer = front.call(method.upper(), place, key="")
                documented = operation["responses"]
                assert str(answer.status_code) in documented, (method, path, answer.text)


# --- the same everywhere ---------------------------------------------------------------------------


def story(front: Front) -> list[tuple]:
    """What a front says to a number of requests, without what cannot be the same twice."""
    told, name = [], f"s{random.token_hex(4)}"

    def tell(method: str, path: str, *arguments, **settings) -> requests.Response:
        answer = front.call(method, path, *arguments, **settings)
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        # Of nothing each gateway says another type.
        kind = kind if answer.content else ""
        body = answer.json() if kind.endswith("json") else answer.text
        told.append((method, answer.status_code, kind, masked(json.loads(json.dumps(body)))))
        return answer

    new = {"email": f"{name}@example.com", "password": secrets.password(), "handle": name}
    tell("GET", "/health", key="")
    made = tell("POST", "/user", {**new, "name": name, "profile": {"data": {"n": [1, None]}}})
    place = f"/user/{made.json()['id']}"
    tell("POST", "/user", new)
    tell("POST", "/user", {"email": "x"})
    tell("POST", "/user", "{")
    tell("POST", "/user", {**new, "what": 1})
    tell("GET", place, key="")
    tell("GET", place, key="wrong")
    tell("GET", place, key=front.read_key)
    tell("DELETE", place, key=front.read_key)
    tell("GET", f"/user/{SOMEBODY}")
    tell("GET", "/user/x/y/z")
    tell("GET", f"/user/handle/{name}")
    tell("GET", f"/user/email/{name}%40example.com")
    tell("GET", f"/user/name/{name}")
    tell("GET", "/user", params={"name": name, "limit": "1"})
    tell("GET", "/user", params={"limit": "1000"})
    tell("PATCH", place, {"role": "author", "handle": None})
    tell("PATCH", place, {"role": "author"}, headers={"If-Match": '"stale"'})
    tell("PUT", f"{place}/data/update", {"ü": "é\u2028", "deep": {"a": [{"b": 1.5}]}})
    tell("PATCH", f"{place}/data/update", {"deep": None})
    tell("POST", f"{place}/badge/founder")
    tell("POST", f"{place}/badge/nothing")
    tell("DELETE", f"{place}/badge/founder")
    tell("PATCH", f"{place}/status/suspended")
    tell("GET", f"/user/activate/{activation_code(front, new['email'])}", key="")
    tell("POST", f"/user/activate/{activation_code(front, new['email'])}", key="")
    tell("POST", "/user/activate/wrong", key="")
    tokens = tell("POST", "/auth/login", {k: new[k] for k in ("email", "password")}).json()
    for token in ("accessToken", "idToken", "refreshToken"):
        secrets.remember_text(tokens[token])
    tell("POST", "/auth/login", {"email": new["email"], "password": "Wrong-Horse-7!"})
    tell("GET", "/public/user/me", token=tokens["accessToken"])
    tell("GET", f"/public/user/{made.json()['id']}", token=tokens["accessToken"])
    tell("PATCH", "/public/user/me", {"name": "Ann"}, token=tokens["accessToken"])
    tell("PATCH", "/public/user/me", {"role": "admin"}, token=tokens["accessToken"])
    tell("GET", "/public/user/me/export", token=tokens["accessToken"])
    tell("POST", "/auth/token/access/verify", {"token": tokens["accessToken"]})
    tell("POST", "/auth/token/id/verify", {"token": tokens["accessToken"]})
    tell("POST", "/auth/logout", {"refreshToken": tokens["refreshToken"]})
    tell("POST", "/auth/refresh", {"refreshToken": tokens["refreshToken"]})
    tell("POST", "/auth/password/reset", {"email": f"nobody-{name}@example.com"})
    tell("PATCH", f"{place}/status/closed")
    tell("DELETE", place)
    tell("GET", place)
    tell("GET", "/assets/badges", key="")
    tell("GET", "/openapi.json", key="")
    mask = json.dumps(told, ensure_ascii=False).replace(name, "*")
    # Which of the API's own words a token carries is masked with the token; how long one is good is not.
    return json.loads(mask)


TOLD: dict[str, list] = {}


def test_the_fronts_say_the_same(front):
    TOLD[front.name] = story(front)
    first, *_ = TOLD.values()
    others = [
        (one, other)
        for one, other in zip(first, TOLD[front.name], strict=True)
        # A gateway that lets nobody through says so in words of its own.
        if not all(told[2] == "application/json" and told[1] >= 400 for told in (one, other))
        and one != other
    ]
    assert not others, others
