"""What mails and texts would have been sent to an address?"""

import json
import time
from pathlib import Path
from urllib.parse import quote

import requests

from . import secrets


class Mailbox:
    """Messages by address, newest first: {to, channel, purpose, subject, body, code, sent_at}."""

    def messages(self, to: str) -> list[dict]:
        raise NotImplementedError

    def wait_for(self, to: str, count: int = 1, seconds: float = 5.0) -> list[dict]:
        """Waits until `to` has got `count` messages: they leave after the answer, not before it."""
        deadline = time.monotonic() + seconds
        while True:
            found = self.messages(to)
            if len(found) >= count:
                for message in found:
                    secrets.remember_code(str(message.get("code") or ""))
                return found
            assert time.monotonic() < deadline, f"{to} has {len(found)} messages, not {count}"
            time.sleep(0.02)

    def code(self, to: str, count: int = 1) -> str:
        """The code in the newest message, once there are `count` of them."""
        code = self.wait_for(to, count)[0]["code"]
        assert code, f"the newest message to {to} carries no code"
        return code


class DevMailbox(Mailbox):
    """What `poolhouse dev` shows at /_poolhouse/messages."""

    def __init__(self, identity_url: str):
        self.url = f"{identity_url}/_poolhouse/messages"

    def messages(self, to: str) -> list[dict]:
        answer = requests.get(f"{self.url}?to={quote(to, safe='')}", timeout=10)
        answer.raise_for_status()
        return answer.json()


class OutboxMailbox(Mailbox):
    """What `poolhouse serve --outbox FILE` appends, one JSON document a line, oldest first."""

    def __init__(self, *files: Path):
        self.files = files

    def messages(self, to: str) -> list[dict]:
        lines = []
        for file in self.files:
            if file.exists():
                # The last line may still be being written.
                whole = file.read_text().rpartition("\n")[0]
                lines.extend(json.loads(line) for line in whole.splitlines() if line)
        mine = [line for line in lines if line["to"] == to]
        return sorted(mine, key=lambda message: message["sent_at"], reverse=True)
