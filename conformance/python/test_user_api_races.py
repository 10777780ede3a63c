"""Is a registration whole, whoever comes at the same time and whenever the process dies?"""

import random
import secrets as chance
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from conftest import STORE

from harness import fronts, secrets
from harness import house as houses
from harness.fronts import FRONTS, Front
from harness.house import House
from harness.people import address, starter_of

MANY = 50
ROUNDS = 50


@pytest.fixture(scope="module", params=FRONTS)
def front(request, folder) -> Front:
    if request.param == "in-process":
        house = request.getfixturevalue("house")
        yield fronts.in_process(house, houses.logs)
        return
    if STORE != "embedded":
        pytest.skip("runs with the embedded store")
    local = request.getfixturevalue("dynamodb")
    with fronts.hosted(request.param, folder / f"races-{request.param}", local) as front:
        yield front


def registration(**more) -> dict:
    name = f"ann{chance.token_hex(5)}"
    return {"email": address(), "handle": name, "password": secrets.password(), **more}


def send(url: str, key: str, new: dict) -> requests.Response:
    """The answer of the API. A function has so many instances and no more; whom the gateway sends away for that
    comes again, as clients of AWS do."""
    for _ in range(100):
        answer = requests.post(f"{url}/user", json=new, headers={"x-api-key": key}, timeout=60)
        is_of_api = answer.headers["Content-Type"] == "application/problem+json"
        if answer.status_code not in (500, 503) or is_of_api:
            return answer
        time.sleep(random.uniform(0.1, 0.5))
    return answer


def whole(house: House, url: str, key: str, new: dict) -> bool:
    """Is there such a user? Pool and API have to agree, by every name."""

    def found(path: str) -> dict | None:
        answer = requests.get(f"{url}{path}", headers={"x-api-key": key}, timeout=30)
        assert answer.status_code in (200, 404), answer.text
        return answer.json() if answer.status_code == 200 else None

    by_email, by_handle = (found(f"/user/{name}/{new[name]}") for name in ("email", "handle"))
    assert by_email == by_handle, new["email"]
    listed = house.cognito.list_users(
        UserPoolId=house.pool_id, Filter=f'email = "{new["email"]}"'
    )["Users"]
    subs = [a["Value"] for user in listed for a in user["Attributes"] if a["Name"] == "sub"]
    assert subs == ([by_email["id"]] if by_email else []), (new["email"], subs, by_email)
    if by_email:
        assert found(f"/user/{by_email['id']}") == by_email
    return by_email is not None


@pytest.mark.parametrize("shared", ["email", "handle", "both"])
def test_usr_10_of_fifty_at_once_one_is_registered(front, shared):
    one = registration()
    names = ("email", "handle") if shared == "both" else (shared,)
    news = [registration(**{name: one[name] for name in names}) for _ in range(MANY)]
    with ThreadPoolExecutor(MANY) as senders:
        # What starts is slower than what runs: the race is not to see who starts first.
        list(senders.map(lambda _: requests.get(f"{front.url}/health", timeout=60), news))
        answers = list(senders.map(lambda new: send(front.url, front.key, new), news))
    count = Counter(answer.status_code for answer in answers)
    broken = [line for line in front.log().splitlines() if "the user API is broken" in line]
    assert count == {201: 1, 409: MANY - 1}, (count, broken[:3])
    for new, answer in zip(news, answers, strict=True):
        if answer.status_code == 201:
            assert whole(front.house, front.url, front.key, new)
            winner = new
    # The losers left nothing behind: no pool user without a profile, and no name that is taken by nobody.
    for new in news:
        if new is not winner and shared != "both":
            other = "handle" if shared == "email" else "email"
            again = send(front.url, front.key, registration(**{other: new[other]}))
            assert again.status_code == 201, (other, again.text)
            break
    if shared == "handle":
        emails = {new["email"] for new in news}
        for user in front.house.cognito.get_paginator("list_users").paginate(
            UserPoolId=front.house.pool_id, PaginationConfig={"PageSize": 60}
        ).search("Users[].Attributes[?Name=='email'].Value | []"):
            assert user not in emails or user in (winner["email"], again.json()["email"])


@pytest.mark.alone
@pytest.mark.slow
def test_fifty_times_killed_there_is_never_half_a_user(folder):
    dice = random.Random(20260000)
    place = folder / "user-api-crash"
    server, house = houses.dev(place, "--data", str(place / "data"))
    key = fronts.make_key(house, "crash", "write")
    acknowledged, unheard = [], []

    def register(stop: threading.Event) -> None:
        with requests.Session() as session:
            session.headers["x-api-key"] = key
            while not stop.is_set():
                new = registration()
                try:
                    answer = session.post(f"{house.api_url}/user", json=new, timeout=10)
                    assert answer.status_code == 201, answer.text
                    acknowledged.append(new)
                except requests.RequestException:
                    unheard.append(new)
                    time.sleep(0.005)

    try:
        for number in range(ROUNDS):
            before, stop = (len(acknowledged), len(unheard)), threading.Event()
            threads = [threading.Thread(target=register, args=(stop,)) for _ in range(4)]
            for thread in threads:
                thread.start()
            time.sleep(dice.uniform(0.02, 0.3))
            server.kill()
            stop.set()
            for thread in threads:
                thread.join()
            house = houses.dev_house(server.start())
            # What was on its way is looked at whole; of what was acknowledged, some.
            doubtful = unheard[before[1] :]
            told = acknowledged[before[0] :]
            checked = dice.sample(told, min(3, len(told)))
            with ThreadPoolExecutor(4) as checkers:
                look = lambda new: whole(house, house.api_url, key, new)
                assert all(checkers.map(look, checked)), number
                there = list(checkers.map(look, doubtful))
            # Who is not there can be: nothing of the first try is in the way.
            for new in [new for new, is_there in zip(doubtful, there, strict=True) if not is_there][:2]:
                assert send(house.api_url, key, new).status_code == 201
        pool = starter_of(house)
        for new in dice.sample(acknowledged, min(20, len(acknowledged))):
            assert pool.user(new["email"])["UserStatus"] == "CONFIRMED"
            assert whole(house, house.api_url, key, new)
        assert len(acknowledged) > ROUNDS, f"only {len(acknowledged)} users in {ROUNDS} rounds"
    finally:
        if server.process.poll() is None:
            server.stop()
