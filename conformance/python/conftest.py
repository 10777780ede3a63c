"""Which server, which pools and which people do the tests share?"""

import os
from pathlib import Path

import pytest

from harness import house as houses
from harness.carriers import AwsServer
from harness.dynamodb import DynamoDbLocal
from harness.house import House
from harness.people import Client, Pool, starter_of
from harness.recorder import staged
from harness.started import started

STORE = os.environ.get("POOLHOUSE_STORE", "embedded")


def pytest_collection_modifyitems(items):
    """What looks at everybody's traces comes last."""
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)
    if STORE != "embedded":
        for item in items:
            if item.get_closest_marker("alone"):
                item.add_marker(pytest.mark.skip(reason="runs with the embedded store"))


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("poolhouse")


@pytest.fixture(scope="session")
def dynamodb(folder):
    """One DynamoDB Local for all who ask."""
    local = DynamoDbLocal(folder)
    yield local
    local.stop()


@pytest.fixture(scope="module")
def aws():
    """SES, SNS and STS for the tests of one file."""
    server = AwsServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def house(folder) -> House:
    """The shared server: one on the store that POOLHOUSE_STORE names, or the one that runs already
    and whose outputs POOLHOUSE_OUTPUTS names."""
    named = houses.running()
    if named:
        yield named
        return
    with started(STORE, folder) as (_, house):
        yield house


@pytest.fixture(scope="session")
def admin_is_checked(house) -> bool:
    """Does the shared server verify signatures?"""
    return house.access_key != houses.DEV_KEY


@pytest.fixture(scope="session")
def starter(house) -> Pool:
    """The pool of the starter template, with its web client."""
    return starter_of(house)


@pytest.fixture(scope="session")
def starter_server_client(house, starter) -> Client:
    """The confidential client of the starter template."""
    described = house.cognito.describe_user_pool_client(
        UserPoolId=house.pool_id, ClientId=house.server_client_id
    )["UserPoolClient"]
    return Client(starter, house.server_client_id, described["ClientSecret"])


@pytest.fixture(scope="session")
def make_pool(house):
    """Makes pools, and deletes them in the end."""
    made = []

    def make(**settings) -> Pool:
        settings.setdefault("PoolName", "conformance")
        answer = house.cognito.create_user_pool(**settings)
        pool = Pool(house, answer["UserPool"]["Id"])
        made.append(pool)
        pool.client()
        return pool

    yield make
    for pool in made:
        try:
            house.cognito.delete_user_pool(UserPoolId=pool.id)
        except house.cognito.exceptions.ResourceNotFoundException:
            pass


@pytest.fixture(scope="session")
def plain(make_pool) -> Pool:
    """People sign in with a user name; nothing is verified by itself; one custom attribute."""
    return make_pool(
        Schema=[
            {"Name": "nick", "AttributeDataType": "String", "Mutable": True},
            {"Name": "frozen", "AttributeDataType": "String", "Mutable": False},
        ]
    )


@pytest.fixture(scope="session")
def by_mail(make_pool) -> Pool:
    """People sign in with their mail address, whatever its case, and confirm it with a code."""
    return make_pool(
        UsernameAttributes=["email"],
        AutoVerifiedAttributes=["email"],
        UsernameConfiguration={"CaseSensitive": False},
    )


@pytest.fixture(scope="session")
def confidential(by_mail) -> Client:
    """A client with a secret."""
    return by_mail.client(ClientName="confidential", GenerateSecret=True)


@pytest.fixture(scope="session")
def discreet(by_mail) -> Client:
    """A client that does not tell who exists."""
    return by_mail.client(ClientName="discreet", PreventUserExistenceErrors="ENABLED")


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """A server of its own for the tests of one file, whose pools have a function that records."""
    with staged(tmp_path_factory.mktemp("stage")) as stage:
        yield stage


@pytest.fixture
def nothing_else(stage):
    """After a test nobody has heard anything that the test did not look at."""
    yield
    assert stage.left() == {}
