"""Is everything told that happens to users, whatever becomes of the server and of the listener?"""

import json
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import pytest
import requests

from harness import house as houses
from harness import secrets
from harness.house import BINARY
from harness.people import address
from harness.webhook import Webhook

pytestmark = pytest.mark.alone


@pytest.fixture
def hook(tmp_path):
    hook = Webhook(tmp_path / "webhook.secret")
    yield hook
    hook.stop()


def dev(place, hook, *arguments):
    return houses.dev(
        place,
        "--data",
        str(place / "data"),
        "--user-events",
        hook.url,
        "--user-events-secret-file",
        str(hook.secret_file),
        *arguments,
    )


def make(house, name):
    """A user by `POST /user`, by their id."""
    body = {"email": name, "password": secrets.password()}
    key = {"x-api-key": house.outputs["ApiKey"]}
    answer = requests.post(f"{house.api_url}/user", json=body, headers=key, timeout=30)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def activate(house, name):
    code = house.mailbox.code(name)
    answer = requests.post(f"{house.api_url}/user/activate/{code}", timeout=30)
    assert answer.status_code == 200, answer.text


def test_a_webhook_that_fails_twice_hears_everything_in_order(tmp_path, hook):
    hook.answers = [500, 302]
    server, house = dev(tmp_path / "dev", hook)
    try:
        name = address()
        user = make(house, name)
        activate(house, name)
        hook.wait_for(user, "user.created", "user.activated")
        assert len(hook.calls) >= 4
        first, second = (event for event in hook.events if event["subject"] == user)
        pool = house.pool_id
        assert first["source"] == f"arn:aws:cognito-idp:eu-west-1:000000000000:userpool/{pool}"
        assert (first["specversion"], first["id"]) == ("1.0", f"{user}.1")
        assert first["sequence"] < second["sequence"]
        # Nothing is told of a user but the id.
        assert name not in json.dumps(hook.events)
        told = requests.get(f"{house.identity_url}/_poolhouse/user-events", timeout=10).json()
        assert [event["type"] for event in told] == ["user.activated", "user.created"]
    finally:
        server.stop()


def test_a_server_that_is_killed_before_it_told_anybody_loses_nothing(tmp_path, hook):
    hook.is_away = True
    server, house = dev(tmp_path / "dev", hook)
    try:
        with ThreadPoolExecutor(8) as many:
            users = list(many.map(lambda _: make(house, address()), range(24)))
        assert hook.events == []
        server.kill()
        hook.is_away = False
        server.start()
        for user in users:
            # The lease of the node that died has to come to an end first.
            hook.wait_for(user, "user.created", seconds=60)
        # At least once, and each with the id that it had before.
        assert {event["id"] for event in hook.events} == {f"{user}.1" for user in users}
    finally:
        server.stop()


def test_a_server_that_is_killed_again_and_again_tells_of_everybody_it_acknowledged(tmp_path, hook):
    server, house = dev(tmp_path / "dev", hook)
    made = []
    try:
        for _ in range(5):
            with ThreadPoolExecutor(4) as many:
                made += many.map(lambda _: make(house, address()), range(8))
            server.kill()
            house = houses.dev_house(server.start())
        for user in made:
            hook.wait_for(user, "user.created", seconds=60)
    finally:
        server.stop()


def test_a_file_hears_of_sign_ins_whoever_makes_them(tmp_path):
    told = tmp_path / "told.jsonl"
    place = tmp_path / "dev"
    server, house = houses.dev(place, "--memory", "--user-events", f"file:{told}")
    try:
        name, password = address(), secrets.password()
        key = {"x-api-key": house.outputs["ApiKey"]}
        body = {"email": name, "password": password}
        made = requests.post(f"{house.api_url}/user", json=body, headers=key, timeout=30)
        user = made.json()["id"]
        activate(house, name)
        for _ in range(2):
            login = requests.post(f"{house.api_url}/auth/login", json=body, headers=key, timeout=30)
            assert login.status_code == 200, login.text
        secrets.remember(login.json())

        def kinds():
            lines = told.read_text().splitlines()
            events = [json.loads(line) for line in lines]
            return [event["type"] for event in events if event.get("subject") == user]

        deadline = time.monotonic() + 20
        kept = ["user.created", "user.activated", "user.signed_in", "user.signed_in"]
        while [kind for kind in kinds() if kind != "user.sign_in_attempted"] != kept:
            assert time.monotonic() < deadline, kinds()
            time.sleep(0.1)
        # The trigger hears of attempts, which no profile knows of.
        assert kinds().count("user.sign_in_attempted") == 2
        assert told.stat().st_mode & 0o777 == 0o600
    finally:
        server.stop()


PUBLISHED = b"""<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult>
<MessageId>1</MessageId></PublishResult></PublishResponse>"""


def test_a_topic_hears_of_what_happens_with_its_type_as_an_attribute(tmp_path):
    calls = []

    class Topic(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            calls.append((self.headers["authorization"], dict(parse_qsl(body))))
            # Once it is throttled, as topics are.
            status = 400 if len(calls) == 1 else 200
            answer = PUBLISHED if status == 200 else b"<ErrorResponse><Error><Code>Throttled</Code>\
</Error></ErrorResponse>"
            self.send_response(status)
            self.send_header("content-type", "text/xml")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    sns = ThreadingHTTPServer(("127.0.0.1", 0), Topic)
    threading.Thread(target=sns.serve_forever, daemon=True).start()
    arn = "arn:aws:sns:eu-west-1:000000000000:told.fifo"
    environment = {
        "AWS_ENDPOINT_URL_SNS": f"http://127.0.0.1:{sns.server_port}",
        "AWS_ACCESS_KEY_ID": "AKIA0000000000000000",
        "AWS_SECRET_ACCESS_KEY": "nothing",
    }
    arguments = ["--memory", "--user-events", arn]
    server, house = houses.dev(tmp_path / "dev", *arguments, environment=environment)
    try:
        user = make(house, address())
        deadline = time.monotonic() + 30
        while len(calls) < 2:
            assert time.monotonic() < deadline, server.log.read_text()[-2000:]
            time.sleep(0.05)
        authorization, call = calls[1]
        assert "/eu-west-1/sns/aws4_request" in authorization
        assert (call["Action"], call["TopicArn"]) == ("Publish", arn)
        event = json.loads(call["Message"])
        assert (event["type"], event["subject"]) == ("user.created", user)
        assert call["MessageAttributes.entry.1.Name"] == "type"
        assert call["MessageAttributes.entry.1.Value.StringValue"] == "user.created"
        assert (call["MessageGroupId"], call["MessageDeduplicationId"]) == (user, event["id"])
    finally:
        server.stop()
        sns.shutdown()


@pytest.mark.parametrize(
    "where",
    ["http://example.com/hook", "ftp://x", "arn:aws:sqs:eu-west-1:000000000000:q", "nowhere"],
)
def test_what_is_no_listener_is_told_at_the_start(tmp_path, where):
    command = [str(BINARY), "dev", "--memory", "--user-events", where]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=20)
    assert done.returncode != 0 and "--user-events" in done.stderr
