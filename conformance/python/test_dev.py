"""Does `poolhouse dev` do on a laptop what its help promises?"""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from harness import house as houses
from harness.house import BINARY, REPOSITORY, Server
from harness.people import starter_of
from harness.ports import free_port

pytestmark = pytest.mark.alone

TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  People:
    Type: AWS::Cognito::UserPool
    Properties:
      UserPoolName: !Sub "people-${AWS::Region}"
  Web:
    Type: AWS::Cognito::UserPoolClient
    Properties:
      UserPoolId: !Ref People
      ExplicitAuthFlows: [ALLOW_USER_PASSWORD_AUTH, ALLOW_REFRESH_TOKEN_AUTH]
  Queue:
    Type: AWS::SQS::Queue
Outputs:
  UserPoolId: { Value: !Ref People }
  WebClientId: { Value: !Ref Web }
  PoolArn: { Value: !GetAtt People.Arn }
"""


def run(*arguments, folder):
    """A `dev` that is expected to end by itself."""
    return subprocess.run(
        [
            str(BINARY),
            "dev",
            *arguments,
            "--memory",
            "--port",
            str(free_port()),
            "--api-port",
            str(free_port()),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=20,
    )


def test_ids_stay_over_restarts_of_one_data_directory(tmp_path):
    server, before = houses.dev(tmp_path, "--data", str(tmp_path / "data"))
    ann = starter_of(before).person()
    token = ann.sign_in()["AccessToken"]
    server.stop()
    after = houses.dev_house(server.start())
    assert after.outputs == before.outputs
    assert ann.sign_in() and after.cognito.get_user(AccessToken=token)
    server.stop()


def test_memory_forgets(tmp_path):
    server, house = houses.dev(tmp_path, "--memory")
    ann = starter_of(house).person()
    server.stop()
    again = houses.dev_house(server.start())
    with pytest.raises(again.cognito.exceptions.UserNotFoundException):
        again.cognito.admin_get_user(UserPoolId=again.pool_id, Username=ann.name)
    server.stop()
    assert not list(tmp_path.rglob("*.redb"))


def test_a_fixed_code_is_every_code(tmp_path):
    server, house = houses.dev(tmp_path, "--memory", "--fixed-code", "424242")
    pool = starter_of(house)
    ann = pool.sign_up()
    assert house.mailbox.code(ann.name) == "424242"
    ann.confirm()
    assert ann.sign_in()
    server.stop()


def test_mails_come_newest_first_and_are_of_one_address(tmp_path):
    server, house = houses.dev(tmp_path, "--memory")
    pool = starter_of(house)
    ann, _ = pool.sign_up(), pool.sign_up()
    house.cognito.resend_confirmation_code(ClientId=pool.web.id, Username=ann.name)
    messages = house.mailbox.wait_for(ann.name, 2)
    assert len(messages) == 2
    assert messages[0]["sent_at"] >= messages[1]["sent_at"]
    assert {message["to"] for message in messages} == {ann.name}
    page = requests.get(f"{house.identity_url}/_poolhouse/", timeout=10)
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
    server.stop()


def test_the_first_screen_has_all_one_needs(tmp_path):
    server, house = houses.dev(tmp_path, "--memory")
    text = server.log.read_text()
    for value in house.outputs.values():
        assert value in text
    assert "export " in text
    [curl] = re.findall(r"^\s*(curl (?:.*\\\n)*.*)$", text, re.MULTILINE)[:1]
    done = subprocess.run(["bash", "-c", curl], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    server.stop()


def test_pages_of_the_internet_are_kept_out(tmp_path):
    """Nobody needs credentials here, so a browser must not be led here by a page from elsewhere."""
    server, house = houses.dev(tmp_path, "--memory")
    for url in (f"{house.identity_url}/_poolhouse/messages", f"{house.api_url}/health"):
        for headers, status in (
            ({}, 200),
            ({"Host": "localhost"}, 200),
            ({"Host": "demo.localhost:9229"}, 200),
            ({"Host": "evil.example"}, 403),
            ({"Host": f"evil.example:{server.port}"}, 403),
            ({"Origin": "http://localhost:5173"}, 200),
            ({"Origin": "https://evil.example"}, 403),
            ({"Origin": "null"}, 403),
        ):
            answer = requests.get(url, headers=headers, timeout=10)
            assert answer.status_code == status, (url, headers)
    server.stop()


def test_the_port_answers_soon(tmp_path):
    server = Server(["dev", "--memory"], tmp_path)
    started = time.monotonic()
    server.start()
    # Fifteen milliseconds are the aim, which the benchmark measures; this catches a stall.
    assert time.monotonic() - started < 5
    server.stop()


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_a_template_of_ones_own(tmp_path, form):
    file = tmp_path / f"own.{form}"
    if form == "yaml":
        file.write_text(TEMPLATE)
    else:
        file.write_text(
            json.dumps(
                {
                    "Resources": {
                        "People": {
                            "Type": "AWS::Cognito::UserPool",
                            "Properties": {"UserPoolName": {"Fn::Sub": "people-${AWS::Region}"}},
                        },
                        "Web": {
                            "Type": "AWS::Cognito::UserPoolClient",
                            "Properties": {
                                "UserPoolId": {"Ref": "People"},
                                "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
                            },
                        },
                        "Queue": {"Type": "AWS::SQS::Queue"},
                    },
                    "Outputs": {
                        "UserPoolId": {"Value": {"Ref": "People"}},
                        "WebClientId": {"Value": {"Ref": "Web"}},
                        "PoolArn": {"Value": {"Fn::GetAtt": ["People", "Arn"]}},
                    },
                }
            )
        )
    server = Server(["dev", str(file), "--memory"], tmp_path)
    server._is_ready = lambda: server.outputs_file.exists() and houses._listens(server.port)
    outputs = server.start()
    assert set(outputs) >= {"UserPoolId", "WebClientId", "PoolArn"}
    assert outputs["PoolArn"].endswith(f":userpool/{outputs['UserPoolId']}")
    # What has no meaning here is named, and is no error.
    assert "Queue" in server.log.read_text()
    server.stop()


@pytest.mark.parametrize(
    ("broken", "line", "resource"),
    [
        (TEMPLATE.replace("!Ref People\n      Explicit", "!Ref Peeple\n      Explicit"), 10, "Web"),
        (TEMPLATE.replace("!GetAtt People.Arn", "!GetAtt Nobody.Arn"), 17, "PoolArn"),
        (TEMPLATE.replace("      UserPoolId: !Ref People\n", ""), 8, "Web"),
        (TEMPLATE.replace("[ALLOW_USER_PASSWORD_AUTH, ", "[MAGIC, "), 11, "Web"),
        (TEMPLATE.replace("    Type: AWS::Cognito::UserPool\n", ""), 3, "People"),
        (TEMPLATE.replace("Resources:\n", "Resources:\n\t- x\n"), 3, ""),
    ],
    ids=["Ref", "GetAtt", "missing property", "enum", "no type", "no YAML"],
)
def test_a_broken_template_is_named_by_file_line_and_resource(tmp_path, broken, line, resource):
    file = tmp_path / "broken.yaml"
    file.write_text(broken)
    outputs = tmp_path / "outputs.json"
    done = run(str(file), "--outputs", str(outputs), folder=tmp_path)
    assert done.returncode not in (0, 101)
    text = done.stdout + done.stderr
    [(shown)] = re.findall(r"broken\.yaml:(\d+)", text)[:1] or [None]
    assert shown is not None, text
    assert abs(int(shown) - line) <= 1, text
    assert resource in text
    assert not outputs.exists()


def test_a_template_that_is_not_there(tmp_path):
    done = run("nosuch.yaml", folder=tmp_path)
    assert done.returncode not in (0, 101) and "nosuch.yaml" in done.stdout + done.stderr


def test_a_port_that_is_taken(tmp_path):
    server, _ = houses.dev(tmp_path / "first", "--memory")
    second = Server(["dev", "--memory"], tmp_path / "second")
    second.arguments[second.arguments.index("--port") + 1] = str(server.port)
    done = subprocess.run(
        [str(BINARY), *second.arguments], capture_output=True, text=True, timeout=20
    )
    assert done.returncode not in (0, 101)
    assert str(server.port) in done.stdout + done.stderr
    server.stop()


def test_one_data_directory_is_for_one_server(tmp_path):
    data = str(tmp_path / "data")
    server, _ = houses.dev(tmp_path / "first", "--data", data)
    second = Server(["dev", "--data", data], tmp_path / "second")
    done = subprocess.run(
        [str(BINARY), *second.arguments], capture_output=True, text=True, timeout=20
    )
    assert done.returncode not in (0, 101)
    assert "data" in done.stdout + done.stderr
    server.stop()


def test_the_starter_template_is_sound():
    done = subprocess.run(
        [
            sys.executable,
            str(Path(sys.executable).parent / "cfn-lint"),
            "--regions",
            "eu-west-1",
            "--",
            str(REPOSITORY / "template.yaml"),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_help_and_version():
    for arguments in (["--help"], ["dev", "--help"], ["serve", "--help"], ["--version"]):
        done = subprocess.run(
            [str(BINARY), *arguments], capture_output=True, text=True, timeout=10, env=os.environ
        )
        assert done.returncode == 0 and done.stdout.strip()
