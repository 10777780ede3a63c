"""Is this refused, and in the very words of the service?"""

import re
from contextlib import contextmanager

import pytest
from botocore.exceptions import ClientError


@contextmanager
def refused(name: str, message: str | None = None, status: int = 400):
    """Expects an error of this name; `message` is a whole text, or a pattern after a `~`."""
    with pytest.raises(ClientError) as caught:
        yield caught
    answer = caught.value.response
    error = answer["Error"]
    seen = f"{error['Code']}: {error['Message']}"
    assert error["Code"] == name, seen
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == status, seen
    if message is not None and message.startswith("~"):
        assert re.search(message[1:], error["Message"]), seen
    elif message is not None:
        assert error["Message"] == message, seen


WRONG_PASSWORD = "Incorrect username or password."
WRONG_CODE = "Invalid verification code provided, please try again."
WRONG_SESSION = "~^Invalid session for the user"
