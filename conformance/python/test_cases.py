"""Does a test name each of the attacks that must fail, and do those fail that no other file has?"""

import os
import re
import statistics
import time
import uuid

import pytest
import requests
from harness import house as houses
from harness import raw, secrets
from harness.house import REPOSITORY
from harness.people import Pool

CASES = {
    **{"TOK": 16, "ENM": 7, "BRU": 8, "RST": 6, "ATR": 9, "USR": 12, "GWA": 15, "MFA": 2, "PKY": 2},
    **{"IMP": 2, "DOS": 4, "NRM": 2},
}
"""How many cases there are of each kind, numbered from one."""

TESTS = [
    *REPOSITORY.glob("conformance/python/test_*.py"),
    *REPOSITORY.glob("conformance/*/test/*.js"),
    *REPOSITORY.glob("crates/**/*.rs"),
]


def test_every_case_is_named_by_a_test():
    named = set()
    for file in TESTS:
        for kind, number in re.findall(r"\b([A-Za-z]{3})[-_](\d\d)(?=\D)", file.read_text()):
            named.add(f"{kind.upper()}-{number}")
        # A test's own name has letters before it.
        for kind, number in re.findall(r"_([a-z]{3})_(\d\d)_", file.read_text()):
            named.add(f"{kind.upper()}-{number}")
    cases = {f"{kind}-{at:02}" for kind, most in CASES.items() for at in range(1, most + 1)}
    assert sorted(cases - named) == []


def sign_in(pool: Pool, name: str, password: str, forwarded: str | None = None):
    """Status, name and message of a refusal, or nothing."""
    answer = raw.call(
        pool.house.identity_url,
        "InitiateAuth",
        {
            "ClientId": pool.web.id,
            "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": name, "PASSWORD": password},
        },
        headers={"X-Forwarded-For": forwarded} if forwarded else {},
    )
    return None if answer.status_code == 200 else raw.error(answer)


WRONG = (400, "NotAuthorizedException", "Incorrect username or password.")
LOCKED = (400, "NotAuthorizedException", "Password attempts exceeded")


def test_bru_02_an_address_that_a_caller_makes_up_is_no_new_start(plain):
    person = plain.person(os.urandom(6).hex())
    for at in range(5):
        assert sign_in(plain, person.name, secrets.password(), f"203.0.113.{at}") == WRONG
    assert sign_in(plain, person.name, person.password, "203.0.113.200") == LOCKED


def medians(client) -> tuple[float, float]:
    """How long a wrong password takes: of 40 people, and of 40 names that nobody has, five times
    each."""
    pool = client.pool
    known = [pool.person(client=client).name for _ in range(40)]
    unknown = [f"nobody-{os.urandom(6).hex()}@example.com" for _ in range(40)]
    took: dict[bool, list[float]] = {True: [], False: []}
    # A sixth time would meet the lockout. In turns, so that both meet the same load.
    for at in range(5):
        for pair in zip(known, unknown, strict=True):
            for name in pair if at % 2 else reversed(pair):
                body = {
                    "ClientId": client.id,
                    "AuthFlow": "USER_PASSWORD_AUTH",
                    "AuthParameters": {"USERNAME": name, "PASSWORD": "Wrong-Horse7!"},
                }
                began = time.perf_counter()
                answer = raw.call(pool.house.identity_url, "InitiateAuth", body)
                took[name in known].append(time.perf_counter() - began)
                assert raw.error(answer) == WRONG
    return statistics.median(took[True]), statistics.median(took[False])


@pytest.mark.slow
def test_enm_05_it_takes_as_long_to_say_that_nobody_has_the_name(discreet):
    # What a busy machine adds is not there each time; what the server adds is.
    for _ in range(6):
        there, not_there = medians(discreet)
        if abs(there - not_there) < max(0.003, 0.05 * there):
            return
    raise AssertionError((there, not_there))


def test_enm_06_without_a_token_nobody_learns_who_there_is(house, starter):
    person = starter.sign_up()
    answers = [
        requests.get(f"{house.api_url}/public/user/{sub}", timeout=10)
        for sub in (person.sub, str(uuid.uuid4()))
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].content == answers[1].content


@pytest.mark.alone
def test_bru_08_one_password_for_everybody_is_stopped_by_its_source(folder):
    keys = houses.Keys(folder / "source")
    server = houses.node(folder / "source", keys, f"embedded:{folder / 'source' / 'data'}")
    server.arguments += ["--proxies", "1"]
    house = houses.served(server, server.start(), keys)
    try:
        created = house.cognito.create_user_pool(PoolName="source")["UserPool"]
        pool = Pool(house, created["Id"])
        pool.client(PreventUserExistenceErrors="ENABLED")
        person = pool.person(os.urandom(6).hex())
        answers = []
        for at in range(5000):
            # What stands before the proxy's own word is the caller's, and means nothing.
            forwarded = f"10.0.0.{at % 250}, 203.0.113.7"
            answers.append(sign_in(pool, f"name-{at}", "Spring-2026!", forwarded))
            if answers[-1] != WRONG:
                break
        assert answers[-1] == (400, "TooManyRequestsException", "Too many requests")
        assert len(answers) == 501
        assert sign_in(pool, person.name, person.password, "203.0.113.7") == answers[-1]
        assert sign_in(pool, person.name, person.password, "203.0.113.8") is None
    finally:
        server.stop()
