"""Does a server keep to rates when it is told to, and do clients learn of it as on AWS?"""

import time

import pytest
import requests
from botocore.exceptions import ClientError

from harness import constraints
from harness import house as houses
from harness.checks import refused
from harness.people import starter_of

pytestmark = pytest.mark.alone

TOO_MANY = "TooManyRequestsException"
CATEGORIES = (
    "UserAuthentication UserCreation UserFederation UserAccountRecovery UserRead UserUpdate "
    "UserToken UserResourceRead UserResourceUpdate UserList UserPoolRead UserPoolUpdate "
    "UserPoolResourceRead UserPoolResourceUpdate UserPoolClientRead UserPoolClientUpdate "
    "ClientAuthentication LimitManagement"
).split()


def rates(*words: str) -> list[str]:
    return [part for word in words for part in ("--request-rate", word)]


@pytest.fixture(scope="module")
def slow(folder):
    """A server that takes one request of a kind in a second."""
    words = rates(*(f"{category}=1" for category in CATEGORIES))
    server, house = houses.dev(folder / "rates", "--memory", *words)
    yield house
    server.stop()


@pytest.fixture
def provisioned(tmp_path):
    """A server that keeps to what is provisioned, and to another rate for one category."""
    words = rates("provisioned", "UserList=3")
    server, house = houses.dev(tmp_path / "provisioned", "--memory", *words)
    yield house
    server.stop()


def outcome(house, operation: str) -> str:
    body = constraints.example(constraints.input_of(operation), {})
    try:
        house.cognito._make_api_call(operation, body)
    except ClientError as error:
        if error.response["Error"]["Code"] == TOO_MANY:
            assert error.response["Error"]["Message"] == "Rate exceeded"
            assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        return error.response["Error"]["Code"]
    return ""


@pytest.mark.parametrize(
    "operation", [it for it in constraints.OPERATIONS if TOO_MANY in constraints.declared(it)]
)
def test_whoever_asks_too_often_has_to_wait(slow, operation):
    # The answers to challenges have three places more, and one comes back in each second.
    assert TOO_MANY in {outcome(slow, operation) for _ in range(12)}


@pytest.mark.parametrize(
    "operation", [it for it in constraints.OPERATIONS if TOO_MANY not in constraints.declared(it)]
)
def test_whoever_cannot_be_told_does_not_have_to(slow, operation):
    assert TOO_MANY not in {outcome(slow, operation) for _ in range(12)}


def test_operations_of_a_category_share_it_and_others_do_not(slow):
    found = []
    for _ in range(5):
        # On a machine that is busy elsewhere a second may be over between two calls.
        time.sleep(1.1)
        found.append([outcome(slow, it) for it in ("ListUsers", "ListUsersInGroup", "AdminGetUser")])
    assert ["ResourceNotFoundException", TOO_MANY, "ResourceNotFoundException"] in found


def test_there_is_room_again_after_a_second(slow):
    for _ in range(3):
        time.sleep(1.1)
        assert outcome(slow, "ListUsers") == "ResourceNotFoundException"


def test_who_is_not_known_takes_no_room(slow):
    time.sleep(1.1)
    unsigned = requests.post(
        slow.identity_url,
        headers={
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "AWSCognitoIdentityProviderService.ListUserPools",
        },
        data='{"MaxResults": 1}',
        timeout=10,
    )
    assert unsigned.json()["__type"] == "MissingAuthenticationTokenException"
    slow.cognito.list_user_pools(MaxResults=1)


def test_endpoints_and_pages_say_so_too(slow):
    url = slow.identity_url
    client = {"client_id": slow.web_client_id}
    calls = {
        "client_credentials": lambda: requests.post(
            f"{url}/oauth2/token", data={**client, "grant_type": "client_credentials"}, timeout=10
        ),
        "refresh_token": lambda: requests.post(
            f"{url}/oauth2/token",
            data={**client, "grant_type": "refresh_token", "refresh_token": "x"},
            timeout=10,
        ),
        "token-exchange": lambda: requests.post(
            f"{url}/oauth2/token",
            data={
                **client,
                "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
                "subject_token": "x",
            },
            timeout=10,
        ),
        "authorization_code": lambda: requests.post(
            f"{url}/oauth2/token",
            data={**client, "grant_type": "authorization_code", "code": "x", "redirect_uri": "x"},
            timeout=10,
        ),
        "revoke": lambda: requests.post(
            f"{url}/oauth2/revoke", data={**client, "token": "x"}, timeout=10
        ),
        "userInfo": lambda: requests.get(
            f"{url}/oauth2/userInfo", headers={"Authorization": "Bearer x"}, timeout=10
        ),
    }
    for name, call in calls.items():
        answers = [call() for _ in range(4)]
        late = [answer for answer in answers if answer.status_code == 429]
        assert late, name
        assert late[0].headers["Retry-After"] == "1"
        assert late[0].json() == {
            "error": "temporarily_unavailable",
            "error_description": "Rate exceeded",
        }
    # A provider's answer that nobody asked for is counted before it is looked at.
    pages = [requests.get(f"{url}/oauth2/idpresponse?state=x", timeout=10) for _ in range(3)]
    late = [page for page in pages if page.status_code == 429]
    assert late
    assert late[0].headers["Content-Type"].startswith("text/html")


def test_a_page_that_only_shows_a_form_is_not_counted(slow):
    page = f"{slow.identity_url}/login"
    asked = {
        "client_id": slow.web_client_id,
        "response_type": "code",
        "redirect_uri": "http://localhost:3000/",
    }
    statuses = {requests.get(page, params=asked, timeout=10).status_code for _ in range(8)}
    assert 429 not in statuses


def test_what_is_provisioned_counts_from_the_next_request_on(provisioned):
    pool, cognito = starter_of(provisioned), provisioned.cognito

    def describe():
        cognito.describe_user_pool(UserPoolId=pool.id)

    with refused(TOO_MANY):
        for _ in range(2000):
            describe()
    definition = {"LimitClass": "API_CATEGORY", "Attributes": {"Category": "UserPoolRead"}}
    changed = cognito.update_provisioned_limit(
        LimitDefinition=definition, RequestedLimitValue=10_000
    )
    assert changed["Limit"]["ProvisionedLimitValue"] == 10_000
    for _ in range(200):
        describe()
    # AWS takes one request for limits in a second.
    with refused(TOO_MANY):
        for _ in range(100):
            cognito.get_provisioned_limit(LimitDefinition=definition)


def test_the_command_line_has_the_last_word_on_a_category(provisioned):
    pool, cognito = starter_of(provisioned), provisioned.cognito
    cognito.update_provisioned_limit(
        LimitDefinition={"LimitClass": "API_CATEGORY", "Attributes": {"Category": "UserList"}},
        RequestedLimitValue=10_000,
    )
    with refused(TOO_MANY):
        for _ in range(500):
            cognito.list_users(UserPoolId=pool.id)


def test_nobody_waits_where_nothing_was_said(house):
    for _ in range(200):
        house.cognito.describe_user_pool(UserPoolId=house.pool_id)
