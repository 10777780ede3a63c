"""Is there an end to what can be made, where AWS has one, and room again for what was taken away?"""

import http.client
import itertools
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError
from test_import import ROLE
from test_passkeys import Authenticator

from harness import house as houses
from harness.checks import refused
from harness.house import port_of
from harness.people import OIDC, Pool, address

FULL = "LimitExceededException"


def unique() -> str:
    return f"x{os.urandom(6).hex()}"


def fill(make, most: int, there: int = 0, at_once: int = 8) -> None:
    """Makes more than there may be, several at once: as many as there is room for are made, and no more."""

    def one(number: int) -> str:
        try:
            make(number)
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "made"

    with ThreadPoolExecutor(at_once) as crowd:
        found = list(crowd.map(one, range(most - there + at_once)))
    assert found.count("made") == most - there, {it: found.count(it) for it in set(found)}
    assert found.count(FULL) == at_once


@pytest.fixture(scope="module")
def pool(make_pool) -> Pool:
    return make_pool(UserPoolTier="ESSENTIALS")


def test_resource_servers(pool):
    of_pool, cognito = {"UserPoolId": pool.id}, pool.cognito

    def make(number) -> None:
        cognito.create_resource_server(**of_pool, Identifier=f"server-{number}", Name="x")

    fill(make, 25)
    servers = cognito.list_resource_servers(**of_pool, MaxResults=50)["ResourceServers"]
    assert len(servers) == 25
    cognito.delete_resource_server(**of_pool, Identifier=servers[0]["Identifier"])
    make("again")
    with refused(FULL, "The user pool has as many resource servers as it may have."):
        make("once-more")


def test_identity_providers(pool):
    of_pool, cognito = {"UserPoolId": pool.id}, pool.cognito

    def make(number) -> None:
        cognito.create_identity_provider(
            **of_pool, ProviderName=f"idp-{number}", ProviderType="OIDC", ProviderDetails=OIDC
        )

    fill(make, 300)
    cognito.delete_identity_provider(**of_pool, ProviderName="idp-0")
    make("again")
    with refused(FULL):
        make("once-more")


def test_branding_styles(pool):
    of_pool, cognito = {"UserPoolId": pool.id}, pool.cognito
    clients = [pool.client().id for _ in range(28)]

    def make(number: int) -> None:
        cognito.create_managed_login_branding(
            **of_pool, ClientId=clients[number], UseCognitoProvidedValues=True
        )

    fill(make, 20)


def test_terms(pool):
    of_pool, cognito = {"UserPoolId": pool.id}, pool.cognito
    clients = [pool.client().id for _ in range(24)]
    kinds = list(itertools.product(clients, ("terms-of-use", "privacy-policy")))

    def make(number: int) -> None:
        client, name = kinds[number]
        cognito.create_terms(
            **of_pool,
            ClientId=client,
            TermsName=name,
            TermsSource="LINK",
            Enforcement="NONE",
            Links={"cognito:default": "https://example.com/terms"},
        )

    fill(make, 40)


@pytest.mark.alone
def test_clients_and_import_jobs(make_pool):
    pool = make_pool(AutoVerifiedAttributes=["email"])
    of_pool, cognito = {"UserPoolId": pool.id}, pool.cognito
    fill(lambda _: cognito.create_user_pool_client(**of_pool, ClientName="x"), 1000, there=1)
    # A client that goes makes room for one.
    cognito.delete_user_pool_client(**of_pool, ClientId=pool.web.id)
    cognito.create_user_pool_client(**of_pool, ClientName="again")
    with refused(FULL):
        cognito.create_user_pool_client(**of_pool, ClientName="once more")
    fill(
        lambda _: cognito.create_user_import_job(
            **of_pool, JobName="people", CloudWatchLogsRoleArn=ROLE
        ),
        1000,
    )


def test_passkeys(make_pool):
    """AWS lets somebody have twenty. Two that are begun in two windows are not both kept if one is the last."""
    pool = make_pool(
        Policies={"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}}
    )
    cognito = pool.cognito
    cognito.set_user_pool_mfa_config(
        UserPoolId=pool.id, WebAuthnConfiguration={"RelyingPartyId": "example.com"}
    )
    token = pool.person(unique(), email=address()).sign_in()["AccessToken"]

    def begin() -> dict:
        started = cognito.start_web_authn_registration(AccessToken=token)
        return Authenticator().make(started["CredentialCreationOptions"])

    def finish(credential: dict) -> None:
        cognito.complete_web_authn_registration(AccessToken=token, Credential=credential)

    for _ in range(19):
        finish(begin())
    one, other = begin(), begin()
    finish(one)
    with refused(FULL):
        finish(other)
    with refused(FULL):
        begin()
    found = cognito.list_web_authn_credentials(AccessToken=token)["Credentials"]
    cognito.delete_web_authn_credential(AccessToken=token, CredentialId=found[0]["CredentialId"])
    finish(begin())


@pytest.fixture(scope="module")
def wide(folder):
    """A server of its own, for what is counted over all pools, or is too much for a table on this machine."""
    server, house = houses.dev(folder / "wide", "--memory")
    yield house
    server.stop()


@pytest.mark.alone
def test_custom_domains_of_a_region(wide):
    cognito = wide.cognito
    certificate = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0a1b-4c3d-8e4f-0a1b2c3d4e5f"

    def make(number: int) -> None:
        pool = cognito.create_user_pool(PoolName="x")["UserPool"]["Id"]
        cognito.create_user_pool_domain(
            UserPoolId=pool,
            Domain=f"auth-{number}.example.com",
            CustomDomainConfig={"CertificateArn": certificate},
        )

    fill(make, 4, at_once=4)
    # Domains below the server's own are not counted.
    pool = cognito.create_user_pool(PoolName="x")["UserPool"]["Id"]
    cognito.create_user_pool_domain(UserPoolId=pool, Domain=unique())


@pytest.mark.alone
def test_pools_of_a_region(wide):
    cognito = wide.cognito
    pages = cognito.get_paginator("list_user_pools").paginate(MaxResults=60)
    there = sum(len(page["UserPools"]) for page in pages)
    fill(lambda _: cognito.create_user_pool(PoolName="x"), 1000, there=there)
    # The other region has its own thousand.
    wide.client(region_name="eu-central-1").create_user_pool(PoolName="x")
    with refused(FULL, "The region has as many user pools as it may have."):
        cognito.create_user_pool(PoolName="x")


class Plain:
    """Calls without an SDK, which takes longer for ten thousand of them than the server does."""

    def __init__(self, house):
        self.port, self.kept = port_of(house.identity_url), threading.local()
        scope = f"any/20260101/{house.region}/cognito-idp/aws4_request"
        self.headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
        }

    def call(self, operation: str, body: dict) -> int:
        if not hasattr(self.kept, "connection"):
            self.kept.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        target = {"X-Amz-Target": f"AWSCognitoIdentityProviderService.{operation}"}
        connection = self.kept.connection
        connection.request("POST", "/", json.dumps(body), {**self.headers, **target})
        answer = connection.getresponse()
        answer.read()
        return answer.status


@pytest.mark.alone
def test_groups(wide):
    pool = wide.pool_id
    plain = Plain(wide)
    pages = wide.cognito.get_paginator("list_groups").paginate(UserPoolId=pool)
    there = sum(len(page["Groups"]) for page in pages)

    def make(number: int) -> int:
        return plain.call("CreateGroup", {"UserPoolId": pool, "GroupName": f"group-{number}"})

    with ThreadPoolExecutor(8) as crowd:
        found = list(crowd.map(make, range(10_000 - there + 8)))
    assert found.count(200) == 10_000 - there
    assert found.count(400) == 8
    with refused(FULL, "The user pool has as many groups as it may have."):
        wide.cognito.create_group(UserPoolId=pool, GroupName="one-too-many")
    wide.cognito.delete_group(UserPoolId=pool, GroupName="group-1")
    wide.cognito.create_group(UserPoolId=pool, GroupName="one-again")


@pytest.mark.alone
def test_a_server_may_have_other_quotas(tmp_path):
    words = ["--quota", "groups=2", "--quota", "custom-domains=0"]
    server, house = houses.dev(tmp_path / "other", "--memory", *words)
    pool = house.cognito.create_user_pool(PoolName="x")["UserPool"]["Id"]
    fill(
        lambda number: house.cognito.create_group(UserPoolId=pool, GroupName=f"group-{number}"),
        2,
    )
    with refused(FULL):
        house.cognito.create_user_pool_domain(
            UserPoolId=pool,
            Domain="auth.example.com",
            CustomDomainConfig={
                "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d"
            },
        )
    server.stop()
