"""Does the AWS CLI walk from sign-up to the list of users?"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness import secrets
from harness.people import address

AWS = Path(sys.executable).parent / "aws"


@pytest.fixture(scope="module")
def aws(house, folder):
    def run(*words, fails=False):
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("AWS_")
        }
        done = subprocess.run(
            [
                sys.executable,
                str(AWS),
                "cognito-idp",
                *words,
                "--endpoint-url",
                house.identity_url,
                "--output",
                "json",
            ],
            env={
                **environment,
                **house.environment(),
                # Neither the caller's configuration nor a pager has a part in this.
                "AWS_CONFIG_FILE": str(folder / "no-config"),
                "AWS_SHARED_CREDENTIALS_FILE": str(folder / "no-credentials"),
                "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_PAGER": "",
                "AWS_MAX_ATTEMPTS": "1",
            },
            capture_output=True,
            text=True,
            timeout=60,
        )
        if fails:
            assert done.returncode != 0
            return done.stderr
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    return run


def test_from_sign_up_to_the_list_of_users(house, aws):
    name, password = address(), secrets.password()
    made = aws(
        "sign-up",
        *("--client-id", house.web_client_id),
        *("--username", name),
        *("--password", password),
        *("--user-attributes", "Name=given_name,Value=Ann"),
    )
    assert made["UserConfirmed"] is False

    confirm = ["confirm-sign-up", "--client-id", house.web_client_id, "--username", name]
    assert "CodeMismatchException" in aws(*confirm, "--confirmation-code", "000", fails=True)
    aws(*confirm, "--confirmation-code", house.mailbox.code(name))

    result = aws(
        "initiate-auth",
        *("--client-id", house.web_client_id),
        *("--auth-flow", "USER_PASSWORD_AUTH"),
        *("--auth-parameters", json.dumps({"USERNAME": name, "PASSWORD": password})),
    )["AuthenticationResult"]
    secrets.remember(result)

    user = aws("get-user", "--access-token", result["AccessToken"])
    assert user["Username"] == made["UserSub"]

    listed = aws(
        "list-users",
        *("--user-pool-id", house.pool_id),
        *("--filter", f'email = "{name}"'),
    )
    [found] = listed["Users"]
    assert found["UserStatus"] == "CONFIRMED"

    aws(
        "admin-add-user-to-group",
        *("--user-pool-id", house.pool_id),
        *("--username", name),
        *("--group-name", "readers"),
    )
    groups = aws("admin-list-groups-for-user", "--user-pool-id", house.pool_id, "--username", name)
    assert [group["GroupName"] for group in groups["Groups"]] == ["readers"]


def test_an_error_is_shown_with_its_name(house, aws):
    text = aws(
        "admin-get-user", "--user-pool-id", house.pool_id, "--username", "nobody", fails=True
    )
    assert "UserNotFoundException" in text and "User does not exist." in text
