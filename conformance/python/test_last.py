"""After all the others: what did the logs keep, and was every operation met?"""

import re

import pytest

from harness import house as houses
from harness import raw, secrets
from test_wire import ADMIN, PUBLIC


@pytest.fixture
def logs():
    texts = [log.read_text(errors="replace") for log in houses.LOGS if log.exists()]
    if not texts:
        pytest.skip("no server was started by this run")
    return "\n".join(texts)


@pytest.mark.last
def test_log_01_no_log_shows_a_secret(logs):
    hits = secrets.shown_in(logs)
    assert not hits, f"{len(hits)} lines, the first of them:\n" + "\n".join(hits[:5])


@pytest.mark.last
def test_log_01_no_log_shows_what_is_kept(logs):
    """The AWS SDK would tell whole records at these levels."""
    for line in logs.splitlines():
        assert not re.search(r'"level":"(DEBUG|TRACE)".*"target":"aws_', line), line


@pytest.mark.last
def test_log_02_a_line_break_makes_no_second_line(logs, plain):
    mark = "log-injection-mark"
    raw.call(
        plain.house.identity_url,
        "SignUp",
        {
            "ClientId": plain.web.id,
            "Username": f"x\r\n{mark}\x1b[31m",
            "Password": secrets.password(),
            "UserAttributes": [{"Name": "given_name", "Value": f"y\r\n{mark}"}],
        },
        headers={"User-Agent": f"agent {mark}\x1b[31m"},
    )
    text = "\n".join(log.read_text(errors="replace") for log in houses.LOGS if log.exists())
    for line in text.splitlines():
        assert not line.startswith(mark)
        if mark in line:
            assert "\x1b[31m" not in line.partition(mark)[2]


@pytest.mark.last
def test_no_server_panicked(logs):
    assert "panicked at" not in logs


# They refuse everybody, with reasons in docs/quirks.md, and test_control_plane.py hears them do so.
REFUSING = {"GetClientToken", "GetDerivedToken"}


@pytest.mark.last
def test_every_operation_was_met(request):
    """Each answered at least once with a success."""
    if len({item.fspath for item in request.session.items}) < 8:
        pytest.skip("only a part of the suite ran")
    assert set(ADMIN + PUBLIC) - houses.CALLED == REFUSING
