"""How does an administrator make API keys, and how does a server use them?"""

import json
import os
import subprocess

import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from . import secrets
from .house import BINARY, House

PATH = "/_poolhouse/api-keys"


def command(house: House, *words: str, fails: bool = False):
    """`poolhouse api-key …` against a house, and what it prints."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        [str(BINARY), "api-key", *words, "--endpoint-url", house.identity_url],
        env={**clean, **house.environment()},
        capture_output=True,
        text=True,
        timeout=60,
    )
    if fails:
        assert done.returncode != 0, done.stdout
        return done.stderr
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    remember(answer)
    return answer


def remember(answer: dict) -> None:
    """A key that was shown is one that no log shows."""
    if "key" in answer:
        secrets.remember({"Token": answer["key"]})


def make(house: House, scope: str = "read", name: str = "a server", **options: str) -> dict:
    words = [word for option, value in options.items() for word in (f"--{option}", value)]
    return command(house, "create", name, "--scope", scope, *words)


def signed(house: House, method: str, path: str, body=b"", service="poolhouse", key=None, **more):
    """A request at the admin door, signed as botocore signs."""
    data = json.dumps(body).encode() if isinstance(body, dict) else body
    request = AWSRequest(method, house.identity_url + path, data=data, headers=more)
    credentials = Credentials(*(key or house.access_key))
    SigV4Auth(credentials, service, house.region).add_auth(request)
    return requests.request(
        method, request.url, data=data, headers=dict(request.headers), timeout=30
    )


def ask(house: House, method: str, path: str, key: str | None = None, **more):
    """A request between servers."""
    headers = {**({"x-api-key": key} if key is not None else {}), **more.pop("headers", {})}
    return requests.request(method, house.api_url + path, headers=headers, timeout=30, **more)
