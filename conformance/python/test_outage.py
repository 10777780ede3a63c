"""What do clients, people and the log learn while the store cannot be reached, and is all well afterwards?"""

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from harness import constraints, secrets, tokens
from harness import house as houses
from harness.house import DEV_KEY, port_of
from harness.people import OIDC, Pool, address
from harness.wire_cut import REFUSING, SILENT, WHOLE, WireCut

pytestmark = pytest.mark.alone

BROKEN = {"InternalErrorException", "InternalServerException"}
WORDS = "Something went wrong"
INSIDE = re.compile(r"dynamo|connect|127\.0\.0\.1|hyper|timeout|panick|\.rs:|GetItem", re.IGNORECASE)
"""What nobody outside is told."""

LONGEST = 10
"""Seconds within which a call is answered while connections are refused."""
LONGEST_SILENCE = 20
"""The same while nobody answers, which only a deadline of our own tells from a store that is slow."""


class Scene:
    """A server whose wire to its store can be cut, and a pool with everything in it that operations ask for."""

    def __init__(self, folder, dynamodb):
        self.wire = WireCut(port_of(dynamodb.url))
        self.environment = {**dynamodb.environment(), "AWS_ENDPOINT_URL_DYNAMODB": self.wire.url}
        place = folder / "outage"
        self.server, self.house = houses.serve(
            place, houses.Keys(place / "keys"), "dynamodb:outage", self.environment
        )
        # One attempt, and patience: how long the server takes is what is looked at.
        self.cognito = self.house.client(
            config=Config(
                retries={"total_max_attempts": 1},
                read_timeout=60,
                max_pool_connections=64,
                proxies={},
            )
        )
        self.house.cognito = self.cognito
        made = self.cognito.create_user_pool(
            PoolName="outage",
            UserPoolTier="PLUS",
            UserPoolAddOns={"AdvancedSecurityMode": "AUDIT"},
            AutoVerifiedAttributes=["email"],
        )
        self.pool = pool = Pool(self.house, made["UserPool"]["Id"])
        pool.client(CallbackURLs=["https://app.example.com/back"])
        self.machine = pool.client(GenerateSecret=True)
        self.ann = pool.person("ann", email=address())
        # This also makes the keys, which are then known to the server.
        signed_in = self.ann.sign_in()
        self.access, self.refresh = signed_in["AccessToken"], signed_in["RefreshToken"]
        self.kid = tokens.header(self.access)["kid"]

    def known(self) -> dict[str, object]:
        return {
            "UserPoolIdType": self.pool.id,
            "ArnType": self.pool_arn(),
            "ClientIdType": self.pool.web.id,
            "TokenModelType": self.access,
            "UsernameType": "ann",
            "ProviderNameTypeV2": "Elsewhere",
            "ProviderTypeType": "OIDC",
            "ProviderDetailsType": OIDC,
            "PasswordType": secrets.password(),
        }

    def pool_arn(self) -> str:
        described = self.cognito.describe_user_pool(UserPoolId=self.pool.id)
        return described["UserPool"]["Arn"]

    def inputs(self) -> dict[str, dict]:
        """For each operation what gets it as far as the store."""
        known = self.known()
        found = {
            operation: constraints.example(constraints.input_of(operation), known)
            for operation in constraints.OPERATIONS
        }
        signs_in = {
            "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": "ann", "PASSWORD": self.ann.password},
        }
        found["InitiateAuth"] |= signs_in
        found["AdminInitiateAuth"] |= {**signs_in, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH"}
        found["AssociateSoftwareToken"] = {"AccessToken": self.access}
        found["VerifySoftwareToken"] = {"AccessToken": self.access, "UserCode": "123456"}
        found["AddCustomAttributes"]["CustomAttributes"] = [
            {"Name": "late", "AttributeDataType": "String"}
        ]
        for operation in ("AdminDisableProviderForUser", "AdminLinkProviderForUser"):
            found[operation]["UserPoolId"] = self.pool.id
        for operation in ("ForgetDevice", "GetDevice"):
            found[operation]["AccessToken"] = self.access
        found["UpdateManagedLoginBranding"] = {
            "UserPoolId": self.pool.id,
            "ManagedLoginBrandingId": "0a1b2c3d-0a1b-4c3d-8e4f-0a1b2c3d4e5f",
        }
        found["RevokeToken"] |= {"Token": self.refresh}
        found["GetTokensFromRefreshToken"] |= {"RefreshToken": self.refresh}
        for operation in ("GetProvisionedLimit", "UpdateProvisionedLimit"):
            found[operation]["LimitDefinition"] = {
                "LimitClass": "API_CATEGORY",
                "Attributes": {"Category": "UserRead"},
            }
        if "RequestedLimitValue" in found["UpdateProvisionedLimit"]:
            found["UpdateProvisionedLimit"]["RequestedLimitValue"] = 120
        return found

    def kept(self) -> dict:
        """All that the failed calls could have left something of."""
        of_pool = {"UserPoolId": self.pool.id}
        ask = self.cognito
        everything = {
            "pool": ask.describe_user_pool(**of_pool)["UserPool"],
            "mfa": ask.get_user_pool_mfa_config(**of_pool),
            "clients": ask.list_user_pool_clients(**of_pool, MaxResults=60)["UserPoolClients"],
            "client": ask.describe_user_pool_client(**of_pool, ClientId=self.pool.web.id)[
                "UserPoolClient"
            ],
            "users": ask.list_users(**of_pool)["Users"],
            "groups": ask.list_groups(**of_pool)["Groups"],
            "providers": ask.list_identity_providers(**of_pool)["Providers"],
            "servers": ask.list_resource_servers(**of_pool, MaxResults=50)["ResourceServers"],
            "jobs": ask.list_user_import_jobs(**of_pool, MaxResults=60)["UserImportJobs"],
            "pools": len(ask.list_user_pools(MaxResults=60)["UserPools"]),
        }
        everything["mfa"].pop("ResponseMetadata")
        return everything


@pytest.fixture(scope="module")
def scene(folder, dynamodb):
    scene = Scene(folder, dynamodb)
    yield scene
    scene.wire.set(WHOLE)
    scene.server.stop()
    scene.wire.close()


@pytest.fixture
def whole(scene):
    """The wire is mended whatever became of the test."""
    yield
    scene.wire.set(WHOLE)


def answered(scene, operation: str, body: dict) -> dict:
    started = time.monotonic()
    try:
        scene.cognito._make_api_call(operation, body)
        found = {"Code": "a success", "Message": "", "Status": 200}
    except ClientError as error:
        found = dict(error.response["Error"])
        found["Status"] = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return {**found, "Seconds": time.monotonic() - started}


def all_answered(scene, inputs: dict[str, dict]) -> dict[str, dict]:
    with ThreadPoolExecutor(32) as crowd:
        found = crowd.map(lambda it: answered(scene, *it), inputs.items())
        return dict(zip(inputs, found, strict=True))


def is_told_as_declared(operation: str, answer: dict, longest: float) -> bool:
    [name] = BROKEN & constraints.declared(operation)
    return (
        (answer["Code"], answer["Status"], answer["Message"]) == (name, 500, WORDS)
    ) and answer["Seconds"] < longest


def test_every_operation_says_so_and_nothing_more(scene, whole):
    inputs, before = scene.inputs(), scene.kept()
    lines = len(scene.server.log.read_text().splitlines())
    scene.wire.set(REFUSING)
    found = all_answered(scene, inputs)
    scene.wire.set(WHOLE)
    others = {
        operation: answer
        for operation, answer in found.items()
        if not is_told_as_declared(operation, answer, LONGEST)
    }
    assert not others
    # Whoever runs the server finds one line for each, which says what broke.
    log = map(json.loads, scene.server.log.read_text().splitlines()[lines:])
    errors = [line["fields"] for line in log if line["level"] == "ERROR"]
    for operation in inputs:
        told = [fields["cause"] for fields in errors if fields.get("operation") == operation]
        assert len(told) == 1, (operation, told)
        assert told[0].startswith("the store is not available: "), told
    assert scene.kept() == before
    assert scene.server.process.poll() is None


def test_a_store_that_says_nothing_is_given_up(scene, whole):
    asked = (
        "AdminGetUser CreateGroup CreateUserPool DescribeUserPool GetUser InitiateAuth ListUsers "
        "ListUserPoolClientSecrets SignUp UpdateUserAttributes"
    ).split()
    inputs, before = scene.inputs(), scene.kept()
    scene.wire.set(SILENT)
    found = all_answered(scene, {operation: inputs[operation] for operation in asked})
    scene.wire.set(WHOLE)
    others = {
        operation: answer
        for operation, answer in found.items()
        if not is_told_as_declared(operation, answer, LONGEST_SILENCE)
    }
    assert not others
    assert scene.kept() == before


def test_pages_and_endpoints_say_so_too(scene, whole):
    url, client = scene.house.identity_url, scene.pool.web.id
    asked = {
        "client_id": client,
        "response_type": "code",
        "redirect_uri": "https://app.example.com/back",
    }
    machine = {"client_id": scene.machine.id, "client_secret": scene.machine.secret}
    scene.wire.set(REFUSING)
    pages = {
        "login": requests.get(f"{url}/login", params=asked, timeout=LONGEST),
        "authorize": requests.get(f"{url}/oauth2/authorize", params=asked, timeout=LONGEST),
        "signup": requests.get(f"{url}/signup", params=asked, timeout=LONGEST),
    }
    endpoints = {
        "refresh": requests.post(
            f"{url}/oauth2/token",
            data={
                "client_id": client,
                "grant_type": "refresh_token",
                "refresh_token": scene.refresh,
            },
            timeout=LONGEST,
        ),
        "machine": requests.post(
            f"{url}/oauth2/token",
            data={**machine, "grant_type": "client_credentials"},
            timeout=LONGEST,
        ),
        "revoke": requests.post(
            f"{url}/oauth2/revoke", data={**machine, "token": scene.refresh}, timeout=LONGEST
        ),
        "userInfo": requests.get(
            f"{url}/oauth2/userInfo",
            headers={"Authorization": f"Bearer {scene.access}"},
            timeout=LONGEST,
        ),
    }
    # Tokens can be verified all the while.
    keys = requests.get(f"{url}/{scene.pool.id}/.well-known/jwks.json", timeout=LONGEST)
    scene.wire.set(WHOLE)
    for name, page in pages.items():
        assert page.status_code in (500, 503), (name, page.status_code)
        assert page.headers["Content-Type"].startswith("text/html"), name
        assert "<h1" in page.text, name
        said = re.sub(r"<[^>]*>", " ", page.text)
        assert not INSIDE.search(said), said
    for name, answer in endpoints.items():
        assert answer.status_code in (500, 503), (name, answer.status_code, answer.text)
        assert answer.json() == {"error": "server_error"}, name
    assert keys.status_code == 200
    assert scene.kid in {key["kid"] for key in keys.json()["keys"]}


def test_all_is_well_afterwards(scene, whole):
    scene.wire.set(REFUSING)
    assert answered(scene, "GetUser", {"AccessToken": scene.access})["Status"] == 500
    scene.wire.set(WHOLE)
    assert scene.cognito.get_user(AccessToken=scene.access)["Username"] == "ann"
    later = scene.pool.person("later", email=address())
    assert later.sign_in()["AccessToken"]
    scene.pool.cognito.admin_delete_user(UserPoolId=scene.pool.id, Username="later")
    assert "panicked at" not in scene.server.log.read_text()
