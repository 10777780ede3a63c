"""Behind which fronts does the user API answer?

In process, as `poolhouse` runs the functions of the starter template; and as the very binary that goes to
AWS, hosted by Poolhouse's Lambda host behind a REST API or an HTTP API, with its accounts in Poolhouse
through the AWS SDK and its profiles in DynamoDB Local. The templates of the latter are made from the
repository's: the routes, their authorizers and their scopes are the same.
"""

import json
import os
import re
import secrets as random
import shutil
import subprocess
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import boto3
import requests
import yaml

from . import house as houses
from . import secrets
from .aws import Aws
from .dynamodb import DynamoDbLocal
from .house import BINARY, House
from .people import Pool, starter_of
from .stack import TEMPLATE

# The functions for AWS Lambda, built for this machine.
LAMBDAS = Path(os.environ.get("POOLHOUSE_TEST_LAMBDAS", BINARY.parent))
# Those that keep something: they have to run where the API keeps it.
HOSTED = {"UserApi": "user-api", "UserEvents": "user-events", "TokenCustomizer": "token-customizer"}
FRONTS = ("in-process", "rest", "http")


@dataclass
class Front:
    """The user API somewhere, and what a test needs of it."""

    name: str
    house: House
    key: str
    read_key: str
    mails: Callable[[str], list[dict]]
    log: Callable[[], str]
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def url(self) -> str:
        return self.house.api_url

    @property
    def pool(self) -> Pool:
        return starter_of(self.house)

    def call(
        self,
        method: str,
        path: str,
        body=None,
        *,
        key: str | None = None,
        token: str | None = None,
        headers: dict[str, str] | None = None,
        **settings,
    ) -> requests.Response:
        """A request with the key that may write, another key, or a token; `key=""` is none."""
        headers = dict(headers or {})
        if token:
            headers.setdefault("Authorization", f"Bearer {token}")
        elif key != "":
            headers.setdefault("x-api-key", self.key if key is None else key)
        if body is not None:
            settings["data"] = body if isinstance(body, (bytes, str)) else json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        settings.setdefault("timeout", 30)
        settings.setdefault("allow_redirects", False)
        return self.session.request(method, self.url + path, headers=headers, **settings)


class Tags(yaml.SafeLoader):
    """Reads the short forms of CloudFormation's functions."""


def _tagged(loader, suffix, node):
    match node:
        case yaml.ScalarNode():
            value = loader.construct_scalar(node)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case _:
            value = loader.construct_mapping(node, deep=True)
    if suffix in ("Ref", "Condition"):
        return {suffix: value}
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {f"Fn::{suffix}": value}


Tags.add_multi_constructor("!", _tagged)
# A version that looks like a date is a text, as in CloudFormation.
Tags.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def template(kind: str, environment: dict[str, str]) -> dict:
    """The repository's template, with what keeps something as hosted binaries."""
    written = yaml.load(TEMPLATE.read_text(), Tags)
    resources = written["Resources"]
    for name, binary in HOSTED.items():
        properties = resources[name]["Properties"]
        properties["CodeUri"] = f"hosted-{binary}/"
        variables = properties.setdefault("Environment", {}).setdefault("Variables", {})
        variables.update(environment)
    # What is packed for arm64 there is built for this machine here.
    written["Globals"]["Function"].pop("Architectures", None)
    # One DynamoDB Local serves all who ask.
    resources["ProfileTable"]["Properties"]["TableName"] = f"profiles-{random.token_hex(6)}"
    if kind == "http":
        _behind_http_api(written)
    written["Outputs"]["SecretName"] = {"Value": {"Ref": "ApiKeysSecret"}}
    return written


def _behind_http_api(written: dict) -> None:
    """Turns the REST API into an HTTP API with a JWT authorizer: the same routes and scopes."""
    resources = written["Resources"]
    clients = [{"Ref": "WebClient"}, {"Ref": "ServerClient"}]
    own = resources["Api"]["Properties"]["Auth"]["Authorizers"]["OwnFunction"]
    resources["Api"] = {
        "Type": "AWS::Serverless::HttpApi",
        "Properties": {
            "Auth": {
                "DefaultAuthorizer": "PoolToken",
                "Authorizers": {
                    "PoolToken": {
                        "IdentitySource": "$request.header.Authorization",
                        "JwtConfiguration": {
                            "issuer": {"Fn::GetAtt": ["UserPool", "ProviderURL"]},
                            "audience": clients,
                        },
                        "AuthorizationScopes": ["aws.cognito.signin.user.admin"],
                    },
                    "OwnFunction": {
                        "FunctionArn": own["FunctionArn"],
                        "AuthorizerPayloadFormatVersion": "1.0",
                        "Identity": {"Headers": ["Authorization"]},
                    },
                },
            }
        },
    }
    for resource in resources.values():
        events = resource.get("Properties", {}).get("Events", {})
        for event in events.values() if isinstance(events, dict) else ():
            if event["Type"] == "Api":
                event["Type"] = "HttpApi"
                properties = event["Properties"]
                properties["ApiId"] = properties.pop("RestApiId")
                properties["PayloadFormatVersion"] = "2.0"
    # An HTTP API has a log of its own kind, and what names the REST API's stage names nothing now.
    for name in [n for n, r in resources.items() if r["Type"] in _OF_REST]:
        del resources[name]
    written["Outputs"]["ApiUrl"]["Value"] = {
        "Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}"
    }


_OF_REST = ("AWS::ApiGateway::UsagePlan", "AWS::ApiGateway::UsagePlanKey", "AWS::ApiGateway::ApiKey")


def _table(local: DynamoDbLocal, name: str) -> None:
    """The table of the profiles, with the keys that the template gives it."""
    properties = yaml.load(TEMPLATE.read_text(), Tags)["Resources"]["ProfileTable"]["Properties"]
    given = local.environment()
    boto3.client(
        "dynamodb",
        endpoint_url=local.url,
        region_name=given["AWS_REGION"],
        aws_access_key_id="dev",
        aws_secret_access_key="dev",
    ).create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=properties["AttributeDefinitions"],
        KeySchema=properties["KeySchema"],
    )


@contextmanager
def hosted(kind: str, folder: Path, local: DynamoDbLocal, **settings):
    """The user API as a Lambda function behind an API of this kind. The settings are those of the server."""
    folder.mkdir(parents=True)
    aws = Aws()
    environment = {"AWS_ENDPOINT_URL": aws.url, "AWS_ENDPOINT_URL_DYNAMODB": local.url}
    for binary in HOSTED.values():
        if not (LAMBDAS / binary).exists():
            raise FileNotFoundError(
                f"no {LAMBDAS / binary}: cargo build -p lambda-user-api -p lambda-user-events "
                "-p lambda-token-customizer"
            )
        (folder / f"hosted-{binary}").mkdir()
        shutil.copy(LAMBDAS / binary, folder / f"hosted-{binary}" / "bootstrap")
    (folder / "template.json").write_text(json.dumps(template(kind, environment)))
    server, house = houses.dev(
        folder / "server", str(folder / "template.json"), "--memory", **settings
    )
    try:
        _table(local, house.outputs["ProfileTableName"])
        written = {"id": "server", "name": "server", "scope": "write", "secret": random.token_hex(24)}
        reader = {"id": "reader", "name": "reader", "scope": "read", "secret": random.token_hex(24)}
        aws.secrets[house.outputs["SecretName"]] = json.dumps({"keys": [written, reader]})
        key, read_key = (f"ph_{one['id']}_{one['secret']}" for one in (written, reader))
        secrets.remember_text(key)
        secrets.remember_text(read_key)
        yield Front(kind, house, key, read_key, aws.mails_to, server.log.read_text)
    finally:
        server.stop()
        aws.stop()


def in_process(house: House, log: Callable[[], str]) -> Front:
    """The user API in the server itself."""
    key, read_key = (make_key(house, f"suite-{scope}", scope) for scope in ("write", "read"))
    return Front("in-process", house, key, read_key, house.mailbox.messages, log)


def make_key(house: House, name: str, scope: str) -> str:
    """A key that a person at the command line makes."""
    done = subprocess.run(
        [
            *(str(BINARY), "api-key", "create", name, "--scope", scope),
            *("--endpoint-url", house.identity_url),
        ],
        env={**os.environ, **house.environment()},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    key = json.loads(done.stdout)["key"]
    secrets.remember_text(key)
    return key


def masked(value):
    """A document without what cannot be the same twice: ids, times, and what is made of them."""
    match value:
        case dict():
            return {
                name: "*" if name in _OTHERS else masked(one) for name, one in value.items()
            }
        case list():
            return [masked(one) for one in value]
        case str():
            return _MOVING.sub("*", value)
    return value


_OTHERS = ("accessToken", "idToken", "refreshToken", "clientId")
_MOVING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|\d{4}-\d\d-\d\dT[\d:.]+Z"
    r"|eyJ[\w-]+\.[\w.-]+"
    r"|https?://127\.0\.0\.1:\d+(?:/v1)?"
)
