"""After all the others: what did the logs keep, and was every operation met?"""

import re
from pathlib import Path

import pytest

from harness import constraints, raw, secrets
from harness import house as houses
from test_wire import ADMIN, PUBLIC


@pytest.fixture
def logs():
    text = houses.logs()
    if not text:
        pytest.skip("no server was started by this run")
    return text


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
    text = houses.logs()
    for line in text.splitlines():
        assert not line.startswith(mark)
        if mark in line:
            assert "\x1b[31m" not in line.partition(mark)[2]


@pytest.mark.last
def test_no_server_panicked(logs):
    assert "panicked at" not in logs


@pytest.mark.last
def test_every_operation_was_met(request):
    """Each answered at least once with a success."""
    if len({item.fspath for item in request.session.items}) < 8:
        pytest.skip("only a part of the suite ran")
    assert set(ADMIN + PUBLIC) <= houses.CALLED


UNSEEN = Path(__file__).with_name("unseen_errors.txt")


def listed() -> dict[str, set[str]]:
    """The operations under each error of the file; `*` stands for all that declare it."""
    found: dict[str, set[str]] = {}
    for line in UNSEEN.read_text().splitlines():
        if line and not line.startswith(("#", " ")):
            name = line.partition(":")[0]
            found[name] = set()
        elif line.startswith(" "):
            found[name] |= set(line.replace(",", " ").split())
    for name, operations in found.items():
        if "*" in operations:
            every = constraints.OPERATIONS
            found[name] = {one for one in every if name in constraints.declared(one)}
    return found


@pytest.mark.last
@pytest.mark.alone
def test_every_error_that_an_operation_declares_was_met_or_is_listed(request):
    """The file says of what is listed why no test leads to it, and lists nothing that was met."""
    if len({item.fspath for item in request.session.items}) < 8:
        pytest.skip("only a part of the suite ran")
    unseen: dict[str, set[str]] = {}
    for operation in constraints.OPERATIONS:
        met = {name for called, name in houses.REFUSED if called == operation}
        for name in constraints.declared(operation) - met:
            unseen.setdefault(name, set()).add(operation)
    assert unseen == listed()
