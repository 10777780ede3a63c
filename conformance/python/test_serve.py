"""Does `serve` look after its keys: made once, kept from others, and never mixed up?"""

import stat
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
import requests
from botocore.exceptions import ClientError

from harness import house as houses
from harness.people import starter_of

pytestmark = pytest.mark.alone


def refusal_to_start(server) -> str:
    """What a server says that must not start."""
    before = len(server.log.read_text()) if server.log.exists() else 0
    with pytest.raises(AssertionError, match="the server ended with 1"):
        server.start()
    return server.log.read_text()[before:]


def key_set(house) -> dict:
    url = f"{house.identity_url}/{house.pool_id}/.well-known/jwks.json"
    return requests.get(url, timeout=10).json()


def test_the_first_start_makes_keys_and_the_second_takes_them(folder):
    place = folder / "first-start"
    keys, store = houses.KeyFiles(place / "keys"), f"embedded:{place / 'data'}"
    server, house = houses.serve(place, keys, store)
    for file in (keys.master_key_file, keys.access_key_file):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    made = keys.access_key, keys.master_key_file.read_text()
    pool = starter_of(house)
    person, known = pool.person(), key_set(house)
    server.stop()

    outputs = server.start()
    assert outputs == house.outputs
    assert (keys.access_key, keys.master_key_file.read_text()) == made
    assert key_set(house) == known
    assert person.sign_in()
    server.stop()
    for secret in (made[0][1], made[1].strip()):
        assert secret not in server.log.read_text()


def test_another_access_key_takes_the_place_of_the_first(folder):
    place = folder / "access-keys"
    keys, store = houses.Keys(place / "keys"), f"embedded:{place / 'data'}"
    server, before = houses.serve(place, keys, store)
    server.stop()
    keys.access_key_file.unlink()
    after = houses.served(server, server.start(), keys)
    try:
        assert after.access_key != before.access_key
        assert after.cognito.list_user_pools(MaxResults=1)["UserPools"]
        with pytest.raises(ClientError) as caught:
            before.cognito.list_user_pools(MaxResults=1)
        assert caught.value.response["Error"]["Code"] == "UnrecognizedClientException"
    finally:
        server.stop()


@pytest.mark.parametrize("kind", ["embedded", "dynamodb"])
def test_a_store_is_not_opened_with_another_master_key(folder, request, kind):
    place = folder / f"master-{kind}"
    environment, store = {}, f"embedded:{place / 'data'}"
    if kind == "dynamodb":
        environment = request.getfixturevalue("dynamodb").environment()
        store = "dynamodb:master-keys"
    ours, others = houses.Keys(place / "ours"), houses.Keys(place / "others")
    server, house = houses.serve(place / "one", ours, store, environment)
    person = starter_of(house).person()
    server.stop()

    intruder = houses.node(place / "two", others, store, environment)
    said = refusal_to_start(intruder)
    assert "the store was begun with another master key" in said
    assert others.master_key_file.read_text().strip() not in said
    assert not intruder.outputs_file.exists()

    server.start()
    assert person.sign_in()
    server.stop()


@pytest.mark.parametrize("text", ["", "garbage", "AAAA", "A" * 5_000_000], ids=len)
@pytest.mark.parametrize("file", ["master_key_file", "access_key_file"])
def test_a_broken_key_file_is_no_new_key(folder, file, text):
    place = folder / f"broken-{file}-{len(text)}"
    keys = houses.Keys(place / "keys")
    path = getattr(keys, file)
    path.write_text(text)
    said = refusal_to_start(houses.node(place, keys, f"embedded:{place / 'data'}"))
    assert str(path) in said
    assert path.read_text() == text
    assert "garbage" not in said


@pytest.mark.parametrize("attempt", range(3))
def test_nodes_that_start_at_once_over_an_empty_table_agree(folder, dynamodb, attempt):
    place = folder / f"at-once-{attempt}"
    # The key files are not there either.
    keys, store = houses.KeyFiles(place / "keys"), f"dynamodb:at-once-{attempt}"
    url = "http://127.0.0.1:1"
    nodes = [
        houses.node(place / str(number), keys, store, dynamodb.environment(), url)
        for number in range(3)
    ]
    try:
        with ThreadPoolExecutor(3) as starts:
            outputs = list(starts.map(houses.Server.start, nodes))
        assert len({tuple(sorted(one.items() - {("ApiUrl", one["ApiUrl"])})) for one in outputs}) == 1
        made = [
            houses.served(server, {**one, "IdentityUrl": f"http://127.0.0.1:{server.port}"}, keys)
            for server, one in zip(nodes, outputs)
        ]
        with ThreadPoolExecutor(3) as askers:
            sets = list(askers.map(key_set, made))
        assert len(sets[0]["keys"]) == 2
        assert sets[1:] == sets[:1] * 2
        pools = [starter_of(house) for house in made]
        person = pools[0].person()
        with ThreadPoolExecutor(3) as clients:
            signs_in = partial(sign_in_through, person=person)
            issued = list(clients.map(signs_in, pools))
        for pool in pools:
            for token in issued:
                assert pool.cognito.get_user(AccessToken=token)["Username"] == person.sub
    finally:
        for server in nodes:
            server.stop()


def sign_in_through(pool, person) -> str:
    answer = pool.web.password(person.name, person.password)
    return answer["AuthenticationResult"]["AccessToken"]
