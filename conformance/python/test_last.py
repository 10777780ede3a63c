"""After all the others: what did the logs keep, and was every operation met?"""

import re
from pathlib import Path

import pytest
from conftest import STORE

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


# Over a shared table a replica can be turned on once there is a node in its region. test_replicas.py starts one, in the
# run on the embedded store.
ELSEWHERE = {"UpdateUserPoolReplica"} if STORE == "dynamodb" else set()


@pytest.mark.last
def test_every_operation_was_met(request):
    """Each answered at least once with a success."""
    if len({item.fspath for item in request.session.items}) < 8:
        pytest.skip("only a part of the suite ran")
    assert set(ADMIN + PUBLIC) - houses.CALLED == ELSEWHERE


UNSEEN = Path(__file__).with_name("unseen_errors.txt")
WITHOUT_OCCASION = Path(__file__).with_name("errors_without_occasion.txt")

# What AWS says in the words of all its services, where the model has a name of its own for it: whoever signs a call
# that no policy of theirs allows is told AccessDeniedException.
IN_COMMON = {"AccessDeniedException": "NotAuthorizedException"}


def listed(file: Path) -> set[tuple[str, str]]:
    """The pairs of an operation and an error in a file: under each error, with why, the operations."""
    found: set[tuple[str, str]] = set()
    error = ""
    for line in file.read_text().splitlines():
        if line and not line.startswith(("#", " ")):
            error, _, why = line.partition(": ")
            assert why, f"{error} does not say why"
        elif line.startswith(" "):
            found |= {(operation, error) for operation in line.replace(",", " ").split()}
    return found


def met() -> set[tuple[str, str]]:
    """The pairs of an operation and an error that it answered."""
    in_common = {
        (operation, IN_COMMON[error])
        for operation, error in houses.REFUSED
        if error in IN_COMMON
    }
    return houses.REFUSED | in_common


@pytest.mark.last
@pytest.mark.alone
def test_every_error_that_an_operation_declares_was_met(request):
    """But for those that it has no occasion for; and of those none was met."""
    if len({item.fspath for item in request.session.items}) < 8:
        pytest.skip("only a part of the suite ran")
    declared = {
        (operation, error)
        for operation in constraints.OPERATIONS
        for error in constraints.declared(operation)
    }
    without_occasion = listed(WITHOUT_OCCASION)
    assert not without_occasion & met()
    assert declared - met() - without_occasion == listed(UNSEEN)
