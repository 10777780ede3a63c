"""Who is called when something happened? A server that a webhook points to."""

import base64
import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from .listening import Listening


class Webhook:
    """Takes what it is sent, or answers what `answers` says first."""

    def __init__(self, secret_file: Path, port: int = 0):
        self.secret_file = secret_file
        self.answers: list[int] = []
        self.calls: list[dict] = []
        self.events: list[dict] = []
        self.is_away = False
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                self.send_response(webhook.called(dict(self.headers.items()), body))
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = Listening(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def called(self, headers: dict, body: bytes) -> int:
        headers = {name.lower(): value for name, value in headers.items()}
        self.calls.append(headers)
        if self.is_away:
            return 503
        if self.answers:
            return self.answers.pop(0)
        self.verify(headers, body)
        self.events.append(json.loads(body))
        return 204

    def verify(self, headers: dict, body: bytes) -> None:
        """As Standard Webhooks has it."""
        assert headers["content-type"].startswith("application/cloudevents+json")
        key = base64.b64decode(self.secret_file.read_text().strip().removeprefix("whsec_"))
        identity, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
        assert abs(time.time() - int(timestamp)) < 60
        signed = f"{identity}.{timestamp}.".encode() + body
        digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{digest}"
        assert json.loads(body)["id"] == identity

    def types_of(self, subject: str) -> list[str]:
        return [event["type"] for event in self.events if event.get("subject") == subject]

    def wait_for(self, subject: str, *types: str, seconds: float = 30.0) -> None:
        """Waits until these are the events of a user, in this order, each for the first time."""
        deadline = time.monotonic() + seconds
        while list(dict.fromkeys(self.types_of(subject))) != list(types):
            found = self.types_of(subject)
            assert time.monotonic() < deadline, f"{found}, not {types}; {len(self.calls)} calls"
            time.sleep(0.05)

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
