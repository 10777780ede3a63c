"""Does an API key let in whom it should, for as long as it should, and nobody else?"""

import statistics
import time
import uuid

import pytest
import requests

from harness import house as houses
from harness.api_keys import PATH, ask, command, make, signed
from harness.house import Keys

NOBODY = f"/user/{uuid.uuid4()}"


@pytest.fixture(scope="module")
def reader(house):
    return make(house, "read", "reader")


@pytest.fixture(scope="module")
def writer(house):
    return make(house, "write", "writer")


def problem(answer, status, name):
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:poolhouse:problem:{name}"
    return answer


def last_changed(key):
    return key[:-1] + ("a" if key[-1] != "a" else "b")


class TestUse:
    def test_a_good_key_comes_to_the_route(self, house, reader, writer):
        for key in (reader, writer):
            problem(ask(house, "GET", NOBODY, key["key"]), 404, "not-found")

    def test_usr_06_what_is_no_key_is_refused(self, house, reader):
        good = reader["key"]
        for bad in (
            None,
            "",
            "x",
            "ph_",
            last_changed(good),
            good[:-1],
            good + "a",
            good.upper(),
            good.replace("ph_", "ph-"),
            f"Bearer {good}",
            f"{good},{good}",
            "ph_" + "a" * 12 + "_" + "A" * 43,
            "a" * 4000,
        ):
            answer = problem(ask(house, "GET", NOBODY, bad), 401, "unauthorized")
            assert answer.headers["WWW-Authenticate"].startswith("ApiKey")

    def test_usr_06_a_key_in_the_query_is_refused_even_beside_a_good_one(self, house, reader):
        good = reader["key"]
        for query in (f"x-api-key={good}", f"apiKey={good}", f"api_key={good}", f"t={good}"):
            problem(ask(house, "GET", f"{NOBODY}?{query}"), 401, "unauthorized")
            problem(ask(house, "GET", f"{NOBODY}?{query}", good), 401, "unauthorized")

    def test_a_key_elsewhere_than_in_its_header_is_none(self, house, reader):
        good = reader["key"]
        for headers in (
            {"Authorization": f"Bearer {good}"},
            {"Authorization": good},
            {"api-key": good},
            {"Cookie": f"x-api-key={good}"},
        ):
            problem(ask(house, "GET", NOBODY, headers=headers), 401, "unauthorized")

    def test_usr_06_a_nearly_right_key_takes_as_long_as_any_other(self, house, reader):
        unknown = "ph_" + "a" * 12 + "_" + "A" * 43
        close = last_changed(reader["key"])
        took = {unknown: [], close: []}
        with requests.Session() as session:
            for round in range(260):
                for key in took if round % 2 else reversed(took):
                    begun = time.perf_counter()
                    answer = session.get(
                        house.api_url + NOBODY, headers={"x-api-key": key}, timeout=30
                    )
                    if round >= 10:
                        took[key].append(time.perf_counter() - begun)
                    assert answer.status_code == 401
        a, b = (statistics.median(times) for times in took.values())
        assert 0.5 < a / b < 2, (a, b)

    def test_usr_02_a_key_that_reads_changes_nothing(self, house, reader):
        for method, path in (
            ("DELETE", NOBODY),
            ("PATCH", f"{NOBODY}/status/active"),
            ("PUT", f"{NOBODY}/data/update"),
            ("PATCH", f"{NOBODY}/data/update"),
            ("POST", f"{NOBODY}/badge/founder"),
            ("DELETE", f"{NOBODY}/badge/founder"),
            ("POST", "/user"),
        ):
            answer = ask(house, method, path, reader["key"], json={})
            problem(answer, 403, "forbidden")
            problem(ask(house, method, path, json={}), 401, "unauthorized")


class TestLife:
    def test_a_key_is_shown_once(self, house, reader):
        assert reader["key"].startswith(f"ph_{reader['id']}_")
        listed = command(house, "list")["keys"]
        [found] = [key for key in listed if key["id"] == reader["id"]]
        assert (found["name"], found["scope"], found["state"]) == ("reader", "read", "active")
        assert "key" not in found and reader["key"] not in str(listed)

    def test_the_last_use_shows(self, house):
        made = make(house)
        assert "lastUsedAt" not in made
        ask(house, "GET", NOBODY, made["key"])
        deadline = time.monotonic() + 10
        while True:
            [found] = [key for key in command(house, "list")["keys"] if key["id"] == made["id"]]
            if "lastUsedAt" in found:
                break
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def test_a_new_secret_is_good_beside_the_old_one_for_a_while(self, house):
        made = make(house)
        rotated = command(house, "rotate", made["id"], "--overlap", "3s")
        assert rotated["id"] == made["id"] and rotated["key"] != made["key"]
        assert ask(house, "GET", NOBODY, rotated["key"]).status_code == 404
        assert ask(house, "GET", NOBODY, made["key"]).status_code == 404
        time.sleep(3.5)
        assert ask(house, "GET", NOBODY, made["key"]).status_code == 401
        assert ask(house, "GET", NOBODY, rotated["key"]).status_code == 404

    def test_a_revoked_key_ends_at_once(self, house):
        made = make(house)
        assert ask(house, "GET", NOBODY, made["key"]).status_code == 404
        assert command(house, "revoke", made["id"])["state"] == "revoked"
        assert ask(house, "GET", NOBODY, made["key"]).status_code == 401
        assert "revoked" in command(house, "rotate", made["id"], fails=True)

    def test_a_key_expires(self, house):
        made = make(house, expires="2s")
        assert ask(house, "GET", NOBODY, made["key"]).status_code == 404
        time.sleep(2.5)
        assert ask(house, "GET", NOBODY, made["key"]).status_code == 401


class TestManagement:
    def test_adm_01_the_door_asks_for_a_signature(self, house):
        unsigned = requests.get(house.identity_url + PATH, timeout=30)
        assert unsigned.status_code == 403, unsigned.text
        basic = requests.get(house.identity_url + PATH, auth=("a", "b"), timeout=30)
        assert basic.status_code == 403

    def test_adm_01_a_wrong_signature_is_refused(self, house, admin_is_checked):
        if not admin_is_checked:
            pytest.skip("this server takes any credentials")
        secret = (house.access_key[0], "x" * 40)
        assert signed(house, "GET", PATH, key=secret).status_code == 403
        unknown = ("AKIAUNKNOWNUNKNOWN00", house.access_key[1])
        assert signed(house, "GET", PATH, key=unknown).status_code == 403
        for service in ("cognito-idp", "lambda"):
            assert signed(house, "GET", PATH, service=service).status_code == 403

    def test_signed_requests_are_answered(self, house):
        assert signed(house, "GET", PATH).status_code == 200
        answer = signed(house, "POST", PATH, {"name": "n", "scope": "admin"})
        problem(answer, 400, "invalid-request")
        problem(signed(house, "DELETE", f"{PATH}/nobody"), 404, "not-found")
        problem(signed(house, "PUT", PATH), 405, "method-not-allowed")
        problem(signed(house, "POST", PATH, b"x" * 100_000), 413, "too-large")

    def test_a_users_token_or_a_key_opens_nothing_there(self, house, writer):
        for headers in ({"x-api-key": writer["key"]}, {"Authorization": "Bearer x"}):
            answer = requests.get(house.identity_url + PATH, headers=headers, timeout=30)
            assert answer.status_code == 403

    def test_the_command_says_what_is_wrong(self, house):
        assert "no such key" in command(house, "revoke", "nobody", fails=True)
        assert "ID" in command(house, "revoke", "../x", fails=True)
        assert "scope" in command(house, "create", "n", "--scope", "admin", fails=True)


@pytest.mark.alone
class TestStarts:
    def test_dev_tells_a_key_that_outlives_a_restart(self, folder):
        data = str(folder / "api-key-dev" / "data")
        server, house = houses.dev(folder / "api-key-dev", "--data", data)
        try:
            first = house.outputs["ApiKey"]
            assert ask(house, "GET", NOBODY, first).status_code == 404
            server.stop()
            house = houses.dev_house(server.start())
            assert house.outputs["ApiKey"] == first
            assert ask(house, "GET", NOBODY, first).status_code == 404
            assert first in server.log.read_text(), "the start shows it"

            # Once revoked it stays so, and the next start tells another one.
            command(house, "revoke", first.split("_")[1])
            assert ask(house, "GET", NOBODY, first).status_code == 401
            server.stop()
            house = houses.dev_house(server.start())
            assert house.outputs["ApiKey"] != first
            assert ask(house, "GET", NOBODY, house.outputs["ApiKey"]).status_code == 404
            assert ask(house, "GET", NOBODY, first).status_code == 401
        finally:
            server.stop()

    def test_pages_from_elsewhere_manage_no_keys_of_dev(self, folder):
        server, house = houses.dev(folder / "api-key-page", "--memory")
        try:
            for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
                answer = signed(house, "GET", PATH, **headers)
                assert answer.status_code == 403
        finally:
            server.stop()

    def test_adm_02_a_fresh_server_has_no_key(self, folder):
        place = folder / "api-key-serve"
        store = f"embedded:{place / 'data'}"
        keys = Keys(place / "keys")
        server, house = houses.serve(place, keys, store)
        try:
            assert "ApiKey" not in house.outputs
            assert command(house, "list") == {"keys": []}
            made = make(house, "write")
            assert ask(house, "GET", NOBODY, made["key"]).status_code == 404
            server.stop()
            assert made["key"] not in server.log.read_text()
            house = houses.served(server, server.start(), keys)
            assert ask(house, "GET", NOBODY, made["key"]).status_code == 404
        finally:
            server.stop()
