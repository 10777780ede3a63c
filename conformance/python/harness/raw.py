"""What goes over the wire, byte for byte, when no SDK smooths it?"""

import json
import re

import requests

from .house import REFUSED

SERVICE = "AWSCognitoIdentityProviderService"


def call(
    url: str,
    operation: str,
    body: dict | str | bytes = b"{}",
    headers: dict | None = None,
    service: str = SERVICE,
    timeout: float = 30,
) -> requests.Response:
    """One POST, unsigned unless `headers` carry a signature."""
    data = json.dumps(body) if isinstance(body, dict) else body
    answer = requests.post(
        f"{url}/",
        data=data,
        headers={
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": f"{service}.{operation}",
            **(headers or {}),
        },
        timeout=timeout,
    )
    if named := answer.headers.get("x-amzn-ErrorType"):
        REFUSED.add((operation, named.rstrip(":")))
    return answer


def error(answer: requests.Response) -> tuple[int, str, str]:
    """Status, name and message of a refusal, whose body and headers have to agree."""
    body = answer.json()
    name = body["__type"]
    message = body.get("message", "")
    assert answer.headers["x-amzn-ErrorType"] == f"{name}:", answer.headers
    assert answer.headers["x-amzn-RequestId"]
    told = answer.headers.get("x-amzn-ErrorMessage")
    if told is None:
        # What a header cannot carry is in the body alone.
        assert not message or len(message) > 1024 or not re.fullmatch("[ -~]*", message), message
    else:
        assert told == message
    return answer.status_code, name, message
