"""What is somebody told who changes a thing while somebody else changes it? On DynamoDB the two are at two nodes."""

import os
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError
from conftest import STORE

from harness import house as houses
from harness.house import House
from harness.people import OIDC, Pool

MET = "ConcurrentModificationException"
AT_ONCE = 8
LONGEST = 60
"""Seconds within which two of them have to meet; it takes a fraction of one."""


@pytest.fixture(scope="module")
def nodes(request):
    """The clients of one server, or of two over one table."""
    if STORE != "dynamodb":
        house = request.getfixturevalue("house")
        yield house, [house.cognito]
        return
    folder, dynamodb = (request.getfixturevalue(name) for name in ("folder", "dynamodb"))
    keys, store = houses.Keys(folder / "meeting"), "dynamodb:meeting"
    one, house = houses.serve(folder / "meeting" / "one", keys, store, dynamodb.environment())
    two, _ = houses.serve(
        folder / "meeting" / "two", keys, store, dynamodb.environment(), house.identity_url
    )
    elsewhere = {**house.outputs, "IdentityUrl": f"http://127.0.0.1:{two.port}"}
    yield house, [house.cognito, House(elsewhere, house.mailbox, keys.access_key).cognito]
    one.stop()
    two.stop()


@pytest.fixture(scope="module")
def pool(nodes) -> Pool:
    house, _ = nodes
    made = house.cognito.create_user_pool(PoolName="meeting", UserPoolTier="ESSENTIALS")
    pool = Pool(house, made["UserPool"]["Id"])
    pool.client()
    house.cognito.set_user_pool_mfa_config(
        UserPoolId=pool.id,
        MfaConfiguration="OPTIONAL",
        SoftwareTokenMfaConfiguration={"Enabled": True},
    )
    yield pool
    house.cognito.delete_user_pool(UserPoolId=pool.id)


def together(calls: list) -> Counter:
    """How often which answer came to calls that are made at the same moment."""
    gate = threading.Barrier(len(calls))

    def run(call) -> str:
        gate.wait()
        try:
            call()
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "done"

    with ThreadPoolExecutor(len(calls)) as crowd:
        return Counter(crowd.map(run, calls))


def meet(nodes, operation: str, body, *, before=None, after=None, others=()) -> None:
    """Calls an operation several times at once, with `body(n)` for the n-th, until two meet. Before each round
    `before` makes what `body` is about, and `after` takes it away. `others` are what latecomers may be told."""
    _, clients = nodes
    deadline = time.monotonic() + LONGEST
    seen = Counter()
    while not seen[MET]:
        assert time.monotonic() < deadline, f"nobody met: {seen}"
        about = before() if before else None
        bodies = [body(number, about) for number in range(AT_ONCE)]
        found = together(
            [
                lambda cognito=clients[number % len(clients)], body=one: cognito._make_api_call(
                    operation, body
                )
                for number, one in enumerate(bodies)
            ]
        )
        # Somebody is first, and everybody is told what became of theirs.
        assert found["done"] >= 1, found
        assert set(found) <= {"done", MET, *others}, found
        if others:
            assert found["done"] == 1, found
        if after:
            after(about)
        seen += found


def unique() -> str:
    return f"x{os.urandom(6).hex()}"


def test_settings_of_a_pool(nodes, pool):
    of_pool = {"UserPoolId": pool.id}
    meet(
        nodes,
        "UpdateUserPool",
        lambda number, _: {**of_pool, "UserPoolTags": {"n": str(number)}},
    )
    # What was said of second factors when the pool was made went with that: an update replaces.
    meet(
        nodes,
        "SetUserPoolMfaConfig",
        lambda number, _: {
            **of_pool,
            "MfaConfiguration": "OPTIONAL" if number % 2 else "OFF",
            "SoftwareTokenMfaConfiguration": {"Enabled": True},
        },
    )
    pool.cognito.set_user_pool_mfa_config(
        **of_pool,
        MfaConfiguration="OPTIONAL",
        SoftwareTokenMfaConfiguration={"Enabled": True},
    )
    meet(
        nodes,
        "SetUserPoolSessionConfiguration",
        lambda number, _: {
            **of_pool,
            "UserSessionTracking": "ENABLED",
            "TokenSession": {"MaxPerUser": number + 1},
        },
    )


def test_settings_of_a_client(nodes, pool):
    pool.cognito.set_user_pool_session_configuration(
        UserPoolId=pool.id, UserSessionTracking="ENABLED", TokenSession={"MaxPerUser": 5}
    )
    of_client = {"UserPoolId": pool.id, "ClientId": pool.client().id}
    meet(
        nodes,
        "UpdateUserPoolClient",
        lambda number, _: {**of_client, "ClientName": f"name-{number}"},
    )
    meet(
        nodes,
        "SetUserPoolClientSessionConfiguration",
        lambda number, _: {**of_client, "SSOSession": {"MaxValidityMinutes": number + 1}},
    )


def test_a_client_that_is_deleted(nodes, pool):
    meet(
        nodes,
        "DeleteUserPoolClient",
        lambda _, client: {"UserPoolId": pool.id, "ClientId": client},
        before=lambda: pool.client().id,
        others=["ResourceNotFoundException"],
    )


def test_identity_providers(nodes, pool):
    def make() -> str:
        name = unique()
        pool.cognito.create_identity_provider(
            UserPoolId=pool.id, ProviderName=name, ProviderType="OIDC", ProviderDetails=OIDC
        )
        return name

    name = make()
    meet(
        nodes,
        "UpdateIdentityProvider",
        lambda number, _: {
            "UserPoolId": pool.id,
            "ProviderName": name,
            "AttributeMapping": {"name": f"name{number}"},
        },
    )
    meet(
        nodes,
        "DeleteIdentityProvider",
        lambda _, name: {"UserPoolId": pool.id, "ProviderName": name},
        before=make,
        others=["ResourceNotFoundException"],
    )


def test_domains(nodes, pool):
    of_pool = {"UserPoolId": pool.id}

    def make() -> str:
        name = unique()
        pool.cognito.create_user_pool_domain(**of_pool, Domain=name)
        return name

    def delete(name: str) -> None:
        pool.cognito.delete_user_pool_domain(**of_pool, Domain=name)

    meet(
        nodes,
        "CreateUserPoolDomain",
        lambda _, name: {**of_pool, "Domain": name},
        before=unique,
        after=delete,
        others=["InvalidParameterException"],
    )
    name = make()
    meet(
        nodes,
        "UpdateUserPoolDomain",
        lambda number, _: {**of_pool, "Domain": name, "ManagedLoginVersion": 1 + number % 2},
    )
    delete(name)
    meet(
        nodes,
        "DeleteUserPoolDomain",
        lambda _, name: {**of_pool, "Domain": name},
        before=make,
        others=["InvalidParameterException"],
    )


def test_branding(nodes, pool):
    of_pool, cognito = {"UserPoolId": pool.id}, pool.cognito
    of_client = {**of_pool, "ClientId": pool.client().id}

    def make() -> str:
        made = cognito.create_managed_login_branding(**of_client, UseCognitoProvidedValues=True)
        return made["ManagedLoginBranding"]["ManagedLoginBrandingId"]

    def delete(branding: str) -> None:
        cognito.delete_managed_login_branding(**of_pool, ManagedLoginBrandingId=branding)

    def delete_it(_) -> None:
        found = cognito.describe_managed_login_branding_by_client(**of_client)
        delete(found["ManagedLoginBranding"]["ManagedLoginBrandingId"])

    meet(
        nodes,
        "CreateManagedLoginBranding",
        lambda *_: {**of_client, "UseCognitoProvidedValues": True},
        after=delete_it,
        others=["ManagedLoginBrandingExistsException"],
    )
    branding = make()
    meet(
        nodes,
        "UpdateManagedLoginBranding",
        lambda number, _: {
            **of_pool,
            "ManagedLoginBrandingId": branding,
            "UseCognitoProvidedValues": number % 2 == 0,
        },
    )
    delete(branding)
    meet(
        nodes,
        "DeleteManagedLoginBranding",
        lambda _, branding: {**of_pool, "ManagedLoginBrandingId": branding},
        before=make,
        others=["ResourceNotFoundException"],
    )


def test_terms(nodes, pool):
    of_pool, cognito = {"UserPoolId": pool.id}, pool.cognito
    terms = {
        **of_pool,
        "ClientId": pool.client().id,
        "TermsName": "terms-of-use",
        "TermsSource": "LINK",
        "Enforcement": "NONE",
        "Links": {"cognito:default": "https://example.com/terms"},
    }

    def make() -> str:
        return cognito.create_terms(**terms)["Terms"]["TermsId"]

    def delete(terms_id: str) -> None:
        cognito.delete_terms(**of_pool, TermsId=terms_id)

    def delete_it(_) -> None:
        for found in cognito.list_terms(**of_pool)["Terms"]:
            delete(found["TermsId"])

    meet(nodes, "CreateTerms", lambda *_: terms, after=delete_it, others=["TermsExistsException"])
    terms_id = make()
    meet(
        nodes,
        "UpdateTerms",
        lambda number, _: {
            **of_pool,
            "TermsId": terms_id,
            "Links": {"cognito:default": f"https://example.com/{number}"},
        },
    )
    delete(terms_id)
    meet(
        nodes,
        "DeleteTerms",
        lambda _, terms_id: {**of_pool, "TermsId": terms_id},
        before=make,
        others=["ResourceNotFoundException"],
    )


def test_an_authenticator_that_is_asked_for_twice(nodes, pool):
    pool.cognito.set_user_pool_mfa_config(
        UserPoolId=pool.id,
        MfaConfiguration="OPTIONAL",
        SoftwareTokenMfaConfiguration={"Enabled": True},
    )
    token = pool.person(unique()).sign_in()["AccessToken"]
    meet(nodes, "AssociateSoftwareToken", lambda *_: {"AccessToken": token})


def test_the_outcome_is_that_of_one_of_them(nodes, pool):
    """Nothing of those who were told that they met somebody is kept."""
    _, clients = nodes
    client = pool.client().id
    of_client = {"UserPoolId": pool.id, "ClientId": client}
    for round_ in range(10):
        done: list[str] = []

        def rename(cognito, name: str, done=done) -> None:
            cognito.update_user_pool_client(**of_client, ClientName=name)
            done.append(name)

        together(
            [
                lambda number=number, rename=rename, round_=round_: rename(
                    clients[number % len(clients)], f"name-{round_}-{number}"
                )
                for number in range(AT_ONCE)
            ]
        )
        kept = pool.cognito.describe_user_pool_client(**of_client)["UserPoolClient"]["ClientName"]
        assert kept in done
