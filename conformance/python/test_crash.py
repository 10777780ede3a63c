"""Does a server that is killed at any moment keep what it promised?"""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from botocore.exceptions import ConnectionError, HTTPClientError

from harness import house as houses
from harness import secrets
from harness.people import address, starter_of

pytestmark = [pytest.mark.alone, pytest.mark.slow]
ROUNDS = 50


def sign_up_until_killed(house, stop):
    """The people whose sign-up was acknowledged, and those who never heard."""
    acknowledged, unheard = [], []

    def go_on():
        client = house.client()
        while not stop.is_set():
            name, password = address(), secrets.password()
            try:
                client.sign_up(ClientId=house.web_client_id, Username=name, Password=password)
                acknowledged.append((name, password))
            # A refusal is none of these: a server that lives takes every sign-up.
            except (ConnectionError, HTTPClientError):
                unheard.append((name, password))
                if not stop.is_set():
                    time.sleep(0.005)

    threads = [threading.Thread(target=go_on) for _ in range(4)]
    for thread in threads:
        thread.start()
    return threads, acknowledged, unheard


def check_acknowledged(pool, person):
    name, password = person
    pool.cognito.admin_confirm_sign_up(UserPoolId=pool.id, Username=name)
    assert "AuthenticationResult" in pool.web.password(name, password), name
    check_whole(pool, person, present=True)


def check_whole(pool, person, present=None):
    """The list of users, the alias and a second sign-up agree on whether somebody is there."""
    name, password = person
    listed = pool.cognito.list_users(UserPoolId=pool.id, Filter=f'email = "{name}"')["Users"]
    try:
        alias = pool.user(name)["Username"]
    except pool.cognito.exceptions.UserNotFoundException:
        alias = None
    assert [user["Username"] for user in listed] == ([alias] if alias else []), name
    if present is not None:
        assert bool(alias) is present, name
    try:
        pool.cognito.sign_up(ClientId=pool.web.id, Username=name, Password=password)
        again = True
    except pool.cognito.exceptions.UsernameExistsException:
        again = False
    assert again is (alias is None), name
    if alias:
        # By its own name and by its alias it is the same user.
        assert pool.user(alias)["Username"] == alias


def test_fifty_times_killed_every_acknowledged_sign_up_is_there(folder):
    chance = random.Random(20260000)
    place = folder / "crash"
    server, house = houses.dev(place, "--data", str(place / "data"))
    pool_id, kept, everybody = house.pool_id, 0, []
    try:
        for _ in range(ROUNDS):
            stop = threading.Event()
            threads, acknowledged, unheard = sign_up_until_killed(house, stop)
            time.sleep(chance.uniform(0.02, 0.5))
            server.kill()
            stop.set()
            for thread in threads:
                thread.join()

            house = houses.dev_house(server.start())
            assert house.pool_id == pool_id
            pool = starter_of(house)
            with ThreadPoolExecutor(4) as checkers:
                list(checkers.map(partial(check_acknowledged, pool), acknowledged))
                list(checkers.map(partial(check_whole, pool), unheard))
            kept += len(acknowledged)
            everybody += acknowledged
        # Nobody from an earlier round got lost in a later one.
        pool = starter_of(house)
        for name, password in chance.sample(everybody, min(200, len(everybody))):
            assert "AuthenticationResult" in pool.web.password(name, password)
        assert kept > ROUNDS, f"only {kept} sign-ups in {ROUNDS} rounds say little"
        print(f"{kept} acknowledged sign-ups over {ROUNDS} kills, none lost")
    finally:
        if server.process.poll() is None:
            server.stop()
