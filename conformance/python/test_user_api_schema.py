"""Does the user API answer only what its OpenAPI document says, whatever is sent?

Schemathesis reads the document from the running server, makes requests of it, good and bad, with an API key and
with a token, and looks at every answer: no status above 499, none that the document does not name, no other type,
no other shape. DOS-04, as far as it is about this API.
"""

import os
import secrets as random
import subprocess
from pathlib import Path

import pytest
import requests
from conftest import STORE

from harness import secrets
from harness.fronts import make_key
from harness.house import REPOSITORY
from harness.people import starter_of

TOOL = Path(
    os.environ.get(
        "POOLHOUSE_SCHEMATHESIS",
        REPOSITORY / "target" / "tools" / "schemathesis" / "bin" / "schemathesis",
    )
)
NOBODY = "00000000-0000-4000-8000-000000000000"
# Seconds for each of the runs; there are two for each store. More of them find more.
AT_MOST = int(os.environ.get("POOLHOUSE_SCHEMATHESIS_SECONDS", "30"))
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)


@pytest.fixture(scope="module")
def person(house) -> str:
    """Somebody who may see and change everybody."""
    pool = starter_of(house)
    made = pool.sign_up()
    made.confirm()
    for group in ("readers", "admins"):
        pool.cognito.admin_add_user_to_group(
            UserPoolId=pool.id, Username=made.name, GroupName=group
        )
    token = made.sign_in()["AccessToken"]
    secrets.remember_text(token)
    return token


@pytest.fixture(scope="module")
def user(house) -> tuple[str, str]:
    """A key, and a user whom requests are about."""
    key = make_key(house, f"schema-{STORE}", "write")
    new = {
        "email": f"{random.token_hex(8)}@example.com",
        "handle": f"ann{random.token_hex(5)}",
        "password": secrets.password(),
    }
    headers = {"x-api-key": key}
    answer = requests.post(f"{house.api_url}/user", json=new, headers=headers, timeout=30)
    assert answer.status_code == 201, answer.text
    return key, answer.json()["id"]


def configuration(folder: Path, user: str) -> Path:
    """Requests are about somebody and something that exist; about what does not is what the suite asks."""
    kept = {
        "path.id": user,
        "path.tokenType": "access",
    }
    own = {
        # Or soon nobody would be left.
        "delete_user": {"path.id": NOBODY},
        "issue_badge": {"path.name": "founder"},
        "revoke_badge": {"path.name": "founder"},
        "get_badge_icon": {"path.name": "founder.svg"},
        "get_avatar": {"path.name": "heron.svg"},
    }
    lines = ["[parameters]", *(f'"{name}" = "{value}"' for name, value in kept.items())]
    for operation, parameters in own.items():
        given = ", ".join(f'"{name}" = "{value}"' for name, value in parameters.items())
        lines += [
            "[[operations]]",
            f'include-operation-id = "{operation}"',
            f"parameters = {{ {given} }}",
        ]
    path = folder / "schemathesis.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


def run(folder: Path, url: str, *arguments: str) -> None:
    if not TOOL.exists():
        raise FileNotFoundError(f"no {TOOL}: run `scripts/test schemathesis`")
    # A proxy of the machine is never asked for a loopback address.
    clean = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    done = subprocess.run(
        [
            *(str(TOOL), *arguments[:2], "run", f"{url}/openapi.json", "--url", url),
            *("--checks", ",".join(CHECKS), "--mode", "all", "--phases", "examples,fuzzing"),
            *("--max-time", str(AT_MOST), "--continue-on-failure", "--no-color"),
            *("--request-timeout", "20", "--suppress-health-check", "all", "--seed", "20260000"),
            *arguments[2:],
        ],
        cwd=folder,
        env={**clean, "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "hypothesis")},
        capture_output=True,
        text=True,
        timeout=AT_MOST * 3 + 60,
    )
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2_000:]


@pytest.mark.slow
def test_servers_get_only_documented_answers(house, user, tmp_path):
    key, somebody = user
    run(
        tmp_path,
        house.api_url,
        *("--config-file", str(configuration(tmp_path, somebody))),
        *("--header", f"x-api-key: {key}"),
        *("--exclude-path-regex", "^/(public/|whoami)"),
    )


@pytest.mark.slow
def test_people_get_only_documented_answers(house, user, person, tmp_path):
    _, somebody = user
    run(
        tmp_path,
        house.api_url,
        *("--config-file", str(configuration(tmp_path, somebody))),
        *("--header", f"Authorization: Bearer {person}"),
        *("--include-path-regex", "^/(public/|whoami|assets/)"),
        # Whoever deletes their own account is nobody for the rest of the run.
        *("--exclude-operation-id", "delete_me"),
    )
