"""Do two servers over one table act as one?"""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from harness import house as houses
from harness import secrets, tokens
from harness.checks import refused
from harness.house import House
from harness.mailbox import OutboxMailbox
from harness.people import address, starter_of
from harness.srp import SrpClient

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def nodes(folder, dynamodb):
    """Two pools, which are one pool seen through two nodes."""
    keys, store = houses.Keys(folder / "nodes"), "dynamodb:two-nodes"
    one, first = houses.serve(folder / "nodes" / "one", keys, store, dynamodb.environment())
    two, _ = houses.serve(
        folder / "nodes" / "two", keys, store, dynamodb.environment(), first.identity_url
    )
    outbox = OutboxMailbox(
        folder / "nodes" / "one" / "outbox.jsonl", folder / "nodes" / "two" / "outbox.jsonl"
    )
    # Its outputs name the public address, which is the first node's; a test goes to its own.
    through_two = {
        **first.outputs,
        "IdentityUrl": f"http://127.0.0.1:{two.port}",
        "ApiUrl": f"http://127.0.0.1:{two.api_port}",
    }
    first.mailbox = outbox
    yield starter_of(first), starter_of(House(through_two, outbox, keys.access_key))
    one.stop()
    two.stop()


def test_both_know_the_same_pool_and_keys(nodes):
    one, two = nodes
    assert one.id == two.id
    keys = [
        requests.get(
            f"{pool.house.identity_url}/{pool.id}/.well-known/jwks.json", timeout=10
        ).json()
        for pool in nodes
    ]
    assert keys[0] == keys[1]


def test_a_challenge_begun_on_one_is_answered_on_the_other(nodes):
    one, two = nodes
    for begins, ends in ((one, two), (two, one)):
        person = begins.person()
        proof = SrpClient(begins.id)
        begun = begins.web.initiate("USER_SRP_AUTH", USERNAME=person.name, SRP_A=proof.srp_a)
        answers = proof.answers(begun["ChallengeParameters"], person.password)
        result = ends.web.respond("PASSWORD_VERIFIER", **answers)["AuthenticationResult"]
        assert begins.cognito.get_user(AccessToken=result["AccessToken"])
        # Spent on one is spent on both.
        with refused("NotAuthorizedException"):
            begins.web.respond("PASSWORD_VERIFIER", **answers)


def test_a_new_password_session_goes_over_as_well(nodes):
    one, two = nodes
    name, temporary = address(), secrets.password()
    one.cognito.admin_create_user(
        UserPoolId=one.id, Username=name, TemporaryPassword=temporary, MessageAction="SUPPRESS"
    )
    begun = one.web.password(name, temporary)
    done = two.web.respond(
        "NEW_PASSWORD_REQUIRED",
        begun["Session"],
        USERNAME=name,
        NEW_PASSWORD=secrets.password(),
    )
    assert "AuthenticationResult" in done


def test_a_code_sent_by_one_confirms_on_the_other(nodes):
    one, two = nodes
    person = one.sign_up()
    two.cognito.confirm_sign_up(
        ClientId=two.web.id,
        Username=person.name,
        ConfirmationCode=one.house.mailbox.code(person.name),
    )
    assert one.user(person.name)["UserStatus"] == "CONFIRMED"


def test_a_sign_out_on_one_counts_on_the_other(nodes):
    one, two = nodes
    person = one.person()
    result = person.sign_in()
    assert two.web.refresh(result["RefreshToken"])
    one.cognito.global_sign_out(AccessToken=result["AccessToken"])
    with refused("NotAuthorizedException"):
        two.cognito.get_user(AccessToken=result["AccessToken"])
    with refused("NotAuthorizedException"):
        two.web.refresh(result["RefreshToken"])


def test_tokens_of_one_open_the_api_of_the_other(nodes):
    one, two = nodes
    token = one.person().sign_in()["AccessToken"]
    assert tokens.claims(token)["iss"] == one.issuer
    answer = requests.get(
        f"{two.house.api_url}/public/user/me",
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("attempt", range(3))
def test_of_fifty_sign_ups_with_one_address_exactly_one_wins(nodes, attempt):
    name = address()

    def sign_up(number):
        pool = nodes[number % 2]
        try:
            pool.cognito.sign_up(
                ClientId=pool.web.id,
                Username=name if number % 3 else name.upper(),
                Password=secrets.password(),
            )
            return "won"
        except pool.cognito.exceptions.ClientError as error:
            return error.response["Error"]["Code"]

    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(sign_up, range(50)))
    assert answers.count("won") == 1, (attempt, answers)
    assert answers.count("UsernameExistsException") == 49, (attempt, answers)
    for pool in nodes:
        [user] = pool.cognito.list_users(UserPoolId=pool.id, Filter=f'email = "{name}"')["Users"]
        assert user["UserStatus"] == "UNCONFIRMED"
