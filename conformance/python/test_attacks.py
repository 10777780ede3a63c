"""What does it cost a server to be attacked, and does it go on answering those who are not at it?

DOS-01 to DOS-04, USR-04, USR-05 and USR-07, as far as they ask for a server of their own.
"""

import json
import os
import random
import resource
import secrets as chance
import socket
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import requests

from harness import house as houses
from harness import secrets
from harness.fronts import make_key
from harness.house import House, Keys, Server, port_of
from harness.memory import MEBIBYTE, Growth
from harness.mutations import Mutations, Wire
from harness.people import starter_of

pytestmark = pytest.mark.alone

# A server that says everything of a gigabyte says a gigabyte.
QUIET = {"RUST_LOG": "warn"}
MOST = 50 * MEBIBYTE
GIBIBYTE = 1 << 30


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    server, house = houses.dev(tmp_path_factory.mktemp("attacks"), "--memory", environment=QUIET)
    yield server, house
    assert server.process.poll() is None, "the server has ended"
    log = server.log.read_text()
    assert "panicked" not in log, log[-4000:]
    server.stop()


@pytest.fixture(scope="module")
def key(started) -> str:
    return make_key(started[1], "attacks", "write")


@contextmanager
def little_memory(server: Server):
    with Growth(server.process.pid) as growth:
        yield
    assert growth.bytes < MOST, f"{growth.bytes / MEBIBYTE:.0f} MiB"


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def heard(connection: socket.socket) -> int | None:
    """The status of the answer, or nothing if the server hung up without one."""
    said = b""
    try:
        while b"\r\n" not in said and (part := connection.recv(65536)):
            said += part
    except (ConnectionError, TimeoutError):
        pass
    return int(said.split()[1]) if b"\r\n" in said else None


def head(method: str, path: str, *headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def doors(house: House, key: str) -> list[tuple[int, list[str], str]]:
    """Each place that takes bodies: its port, headers and path."""
    identity, api = port_of(house.identity_url), port_of(house.api_url)
    operation = "X-Amz-Target: AWSCognitoIdentityProviderService.SignUp"
    of_json, with_key = "Content-Type: application/json", f"x-api-key: {key}"
    somebody = "/user/00000000-0000-4000-8000-000000000000"
    return [
        (identity, ["Content-Type: application/x-amz-json-1.1", operation], "/"),
        (identity, ["Content-Type: application/x-www-form-urlencoded"], "/oauth2/token"),
        (identity, [of_json], "/2015-03-31/functions/UserApi/invocations"),
        (api, [of_json, with_key], "/user"),
        (api, [of_json, with_key], f"{somebody}/data/update"),
        (api, [of_json], "/public/user/me"),
        (api, [of_json], "/nothing"),
    ]


def is_refused(status: int | None) -> bool:
    return status is None or 400 <= status < 500


def pour(port: int, beginning: bytes, chunk: bytes) -> tuple[int | None, int]:
    """Sends a gigabyte unless somebody stops it. What was answered, and how much was taken."""
    taken = 0
    with connect(port) as connection:
        try:
            connection.sendall(beginning)
            while taken < GIBIBYTE:
                connection.sendall(chunk)
                taken += len(chunk)
        except OSError:
            pass
        return heard(connection), taken


def test_dos_01_a_body_of_a_gigabyte_is_not_kept(started, key):
    server, house = started
    data = b"a" * MEBIBYTE
    in_chunks = b"%x\r\n%s\r\n" % (len(data), data)
    pours = []
    for port, headers, path in doors(house, key):
        told = head("POST", path, *headers, f"Content-Length: {GIBIBYTE}")
        untold = head("POST", path, *headers, "Transfer-Encoding: chunked")
        pours += [(port, told, data), (port, untold, in_chunks)]
    with little_memory(server), ThreadPoolExecutor(4) as senders:
        for (_, beginning, _), (status, taken) in zip(
            pours, senders.map(lambda one: pour(*one), pours), strict=True
        ):
            assert is_refused(status), (beginning, status)
            # The buffers of both ends, and no more than the largest body that any of them takes.
            assert taken < 64 * MEBIBYTE, (beginning, taken)


def test_dos_01_ten_thousand_headers_are_not_read(started, key):
    server, house = started
    many = [f"X-{number}: {'a' * 100}" for number in range(10_000)]
    with little_memory(server):
        for port in {port for port, _, _ in doors(house, key)}:
            for headers in (many, [f"X-Large: {'a' * 20 * MEBIBYTE}"], ["a" * MEBIBYTE]):
                with connect(port) as connection:
                    try:
                        connection.sendall(head("GET", "/", *headers))
                    except OSError:
                        pass
                    assert is_refused(heard(connection))


def test_dos_01_those_who_send_slowly_cost_little_and_stop_nobody(started, key):
    server, house = started
    with little_memory(server):
        waiting = []
        for port, headers, path in doors(house, key):
            for _ in range(50):
                waiting.append(connect(port))
                waiting[-1].sendall(head("POST", path, *headers)[:-2] + b"X-Slow: ")
        try:
            # Byte after byte, as slowly as it goes.
            for _ in range(3):
                for connection in waiting:
                    connection.sendall(b"a")
                began = time.monotonic()
                assert requests.get(f"{house.api_url}/health", timeout=30).status_code == 200
                house.cognito.list_user_pools(MaxResults=1)
                assert time.monotonic() - began < 10
        finally:
            for connection in waiting:
                connection.close()


def test_dos_01_usr_04_deep_json_is_not_followed(started, key):
    server, house = started
    depth = 100_000
    bodies = [
        b'{"a":' * depth + b"1" + b"}" * depth,
        b"[" * depth + b"]" * depth,
        b'{"UserAttributes":' + b"[" * depth + b"]" * depth + b"}",
        b'{"email":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"}",
        # A patch that is wide, one with a long name, and names that mean something to some.
        b"{" + b",".join(b'"%d":{}' % number for number in range(200_000)) + b"}",
        b'{"' + b"k" * 10_240 + b'":1}',
        b'{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}',
        b"\\u0000" * depth,
    ]
    with little_memory(server):
        for port, headers, path in doors(house, key):
            for body in bodies * 3:
                for method in ("POST", "PATCH"):
                    with connect(port) as connection:
                        length = f"Content-Length: {len(body)}"
                        try:
                            connection.sendall(head(method, path, *headers, length) + body)
                        except OSError:
                            pass
                        status = heard(connection)
                        # What a function is called with is for the function to judge.
                        is_invocation = path.startswith("/2015-03-31") and status == 200
                        assert is_refused(status) or is_invocation, (path, body[:50], status)
    assert requests.get(f"{house.api_url}/health", timeout=30).status_code == 200


# --- many at once ----------------------------------------------------------------------------------

FLOOD = """
import asyncio, json, sys, time
port, count, bodies = int(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])
async def connect(number):
    body = json.dumps(bodies[number % len(bodies)])
    request = (
        "POST / HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n"
        "Content-Type: application/x-amz-json-1.1\\r\\n"
        f"Content-Length: {len(body)}\\r\\n"
        f"X-Amz-Target: AWSCognitoIdentityProviderService.InitiateAuth\\r\\n\\r\\n{body}"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request[:-1].encode())
    return reader, writer
async def hear(reader):
    try:
        text = (await reader.read()).partition(b"\\r\\n\\r\\n")[2]
        return json.loads(text).get("__type", "signed in")
    except (OSError, ValueError):
        return "nothing"
async def all():
    there = []
    for at in range(0, count, 100):
        there += await asyncio.gather(*(connect(number) for number in range(at, at + 100)))
    # All at one moment: each waits for its last byte.
    began = time.monotonic()
    for _, writer in there:
        writer.write(b"}")
    told = {}
    for name in await asyncio.gather(*(hear(reader) for reader, _ in there)):
        told[name] = told.get(name, 0) + 1
    print(json.dumps([told, time.monotonic() - began]))
asyncio.run(all())
"""


def percentile(took: list[float]) -> float:
    return statistics.quantiles(took, n=100)[-1]


def keys_while(house: House, is_over) -> float:
    """How long the key set of the pool takes but for one time in a hundred, until this is over."""
    took = []
    url = f"{starter_of(house).issuer}/.well-known/jwks.json"
    with requests.Session() as session:
        while not is_over() or len(took) < 200:
            began = time.perf_counter()
            assert session.get(url, timeout=60).status_code == 200
            took.append(time.perf_counter() - began)
            time.sleep(0.005)
    return percentile(took)


@contextmanager
def a_busy_machine():
    """As many who do nothing but work as a server has threads for passwords, and one who asks it."""
    spin = [sys.executable, "-c", "while True: pass"]
    workers = [subprocess.Popen(spin) for _ in range(len(os.sched_getaffinity(0)) + 1)]
    try:
        yield
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()


@pytest.mark.slow
def test_dos_03_of_two_thousand_at_once_some_are_sent_away_and_keys_are_read(started):
    server, house = started
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Guesses of one person take turns, so it takes many for many at once.
    people = [starter_of(house).person() for _ in range(40)]
    bodies = [
        {
            "ClientId": house.web_client_id,
            "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": person.name, "PASSWORD": person.password},
        }
        for person in people
    ]
    threads = len(os.listdir(f"/proc/{server.process.pid}/task"))
    port = port_of(house.identity_url)
    command = [sys.executable, "-c", FLOOD, str(port), "2000", json.dumps(bodies)]
    seen = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard), hard))
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (min(8192, hard), hard))
    try:
        # What a busy machine adds is not there each time; what the server adds is.
        for _ in range(4):
            with a_busy_machine():
                busy = keys_while(house, lambda: True)
            flood = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            during = keys_while(house, lambda: flood.poll() is not None)
            told, seconds = json.loads(flood.communicate(timeout=120)[0])
            # As many work on passwords as did before.
            assert len(os.listdir(f"/proc/{server.process.pid}/task")) <= threads + 8
            # Everybody is answered, and none of it is a fault of the server.
            is_answered = set(told) <= {"signed in", "TooManyRequestsException"}
            # Who would have to wait for seconds is sent away. Where all are served so soon there is no excess.
            is_bounded = "TooManyRequestsException" in told or seconds < 6
            seen.append((told, seconds, during, busy))
            # Keys are read in between, and not when all passwords are done.
            is_in_between = during < max(0.1, 2 * busy, seconds / 4)
            if is_answered and is_bounded and is_in_between:
                break
        else:
            raise AssertionError(seen)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert people[0].sign_in()


MUTATED = int(os.environ.get("POOLHOUSE_MUTATED_REQUESTS", "100000"))
SENDERS = 4


@pytest.mark.slow
def test_dos_04_whatever_is_sent_nothing_breaks(started, key):
    server, house = started
    pool = starter_of(house)
    person = pool.person()
    mutations = Mutations(house, person, person.sign_in(), key)
    covered: set[str] = set()
    broken: list[str] = []

    def send(number: int) -> None:
        dice = random.Random(20260000 + number)
        wires = {port: Wire(port) for port in (mutations.identity, mutations.api)}
        for _ in range(MUTATED // SENDERS):
            request = mutations.one(dice)
            status, body = wires[request.port].send(request)
            # Only what is no request may go without an answer.
            is_answered = status is not None or not request.is_whole
            if not is_answered or (status or 0) >= 500:
                broken.append(f"{status} {body[:300]!r}\n{request.bytes()[:2000]!r}")
                if len(broken) > 20:
                    break
            covered.add(request.path.partition("?")[0])
        for wire in wires.values():
            wire.close()

    with little_memory(server), ThreadPoolExecutor(SENDERS) as senders:
        list(senders.map(send, range(SENDERS)))
    assert not broken, "\n\n".join(broken[:5])
    assert len(covered) > min(1_000, MUTATED // 50)
    assert server.process.poll() is None
    assert "panicked" not in server.log.read_text()
    # Those who do nothing of the kind are served as before.
    assert requests.get(f"{house.api_url}/health", timeout=30).status_code == 200
    house.cognito.list_user_pools(MaxResults=1)


# --- the user API ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def behind_a_proxy(tmp_path_factory):
    """A server that believes its proxy who it is that asks, and says all it ever says."""
    folder = tmp_path_factory.mktemp("proxy")
    keys = Keys(folder / "keys")
    server = houses.node(folder, keys, f"embedded:{folder / 'data'}")
    server.arguments += ["--proxies", "1"]
    house = houses.served(server, server.start(), keys)
    yield server, house, make_key(house, "proxy", "write")
    server.stop()


def register(house: House, key: str, source: str) -> tuple[dict, requests.Response, str]:
    new = {
        "email": f"{chance.token_hex(8)}@example.com",
        "handle": f"ann{chance.token_hex(5)}",
        "password": secrets.password(),
    }
    headers = {"x-api-key": key, "X-Forwarded-For": source}
    answer = requests.post(f"{house.api_url}/user", json=new, headers=headers, timeout=30)
    assert answer.status_code == 201, answer.text
    code = activation_code(house, new["email"])
    return new, answer, code


def activation_code(house: House, email: str) -> str:
    deadline = time.monotonic() + 20
    while not (letters := house.mailbox.messages(email)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    code = letters[0]["body"].partition("/user/activate/")[2]
    code = code[: next(at for at, letter in enumerate(code) if not (letter.isalnum() or letter in "-_"))]
    secrets.remember_text(code)
    return code


def test_usr_05_neither_answer_nor_log_says_what_only_the_user_may_know(behind_a_proxy):
    server, house, key = behind_a_proxy
    source = "203.0.113.77"
    new, answer, code = register(house, key, source)
    for secret in (code, new["password"], source):
        assert secret not in answer.text and secret not in str(answer.headers)
    headers = {"X-Forwarded-For": source}
    place = f"{house.api_url}/user/activate/{code}"
    assert requests.post(place, headers=headers, timeout=30).status_code == 200
    time.sleep(0.3)
    log = server.log.read_text()
    for secret in (code, new["password"], key, source):
        assert secret not in log


def test_usr_07_whoever_guesses_codes_is_sent_away(behind_a_proxy):
    _, house, key = behind_a_proxy
    _, _, code = register(house, key, "203.0.113.1")

    def activate(code: str, source: str, method: str = "POST") -> requests.Response:
        headers = {"X-Forwarded-For": source}
        place = f"{house.api_url}/user/activate/{code}"
        return requests.request(method, place, headers=headers, timeout=30)

    # Whoever only looks guesses nothing, however often.
    for method in ("GET", "HEAD") * 15:
        assert activate(code, "203.0.113.7", method).status_code == 200
    for _ in range(20):
        assert activate(chance.token_urlsafe(22), "203.0.113.7").status_code == 404
    late = activate(chance.token_urlsafe(22), "203.0.113.7")
    assert late.status_code == 429 and int(late.headers["Retry-After"]) > 0
    assert late.json()["type"] == "urn:poolhouse:problem:too-many-requests"
    # A right one among the guesses would not be found either, and others are not hindered.
    assert activate(code, "203.0.113.7").status_code == 429
    assert activate(code, "203.0.113.8").status_code == 200
    assert activate(code, "203.0.113.8").status_code == 404
