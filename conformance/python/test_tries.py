"""How often may a code, a password or a message be asked for, what of an account is taken already,
and what is said then by each operation that has a word for it?"""

import os

import pytest
from test_declared_errors import all_of, at_provider, outcome, outcomes, person
from test_states import SigningIn

from harness import house as houses
from harness import secrets
from harness.clock import Clock
from harness.people import Pool, address

HOUR = 3600


def wrong(code: str) -> str:
    """A code of the same form that is not this one."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"


@pytest.fixture(scope="module")
def clock(tmp_path_factory) -> Clock:
    return Clock(tmp_path_factory.mktemp("clock"))


@pytest.fixture
def clocked(clock, tmp_path):
    """A pool of a server whose clock is the test's."""
    server, house = houses.dev(tmp_path, "--memory", environment=clock.environment)
    made = house.cognito.create_user_pool(PoolName="clocked", AutoVerifiedAttributes=["email"])
    pool = Pool(house, made["UserPool"]["Id"])
    pool.client()
    yield pool
    clock.set(0)
    server.stop()


@pytest.mark.alone
def test_codes_that_were_guessed_at_too_often(clock, clocked):
    """Fifteen looks at a code of a sign-up, ten at one for a new password, and as many an hour."""
    cognito, of_client = clocked.cognito, {"ClientId": clocked.web.id}
    discreet = clocked.client(PreventUserExistenceErrors="ENABLED")
    mail = address()
    waiting, ann = clocked.sign_up(os.urandom(6).hex(), email=mail), person(clocked)
    code = clocked.house.mailbox.code(mail)

    def confirm(code: str, client=of_client) -> str:
        named = {**client, "Username": waiting.name}
        return outcome(lambda: cognito.confirm_sign_up(**named, ConfirmationCode=code))

    def choose(code: str) -> str:
        named = {**of_client, "Username": ann.name, "Password": secrets.password()}
        return outcome(lambda: cognito.confirm_forgot_password(**named, ConfirmationCode=code))

    assert {confirm(wrong(code)) for _ in range(15)} == {"CodeMismatchException"}
    assert confirm(code) == "LimitExceededException"
    # The code of a new password lives an hour, so its guesses begin in an hour that is half over.
    assert choose("123456") == "ExpiredCodeException"
    clock.set(HOUR // 2)
    cognito.forgot_password(**of_client, Username=ann.name)
    its_mail = next(
        it["Value"] for it in clocked.user(ann.name)["UserAttributes"] if it["Name"] == "email"
    )
    reset = clocked.house.mailbox.code(its_mail, 2)
    assert {choose(wrong(reset)) for _ in range(9)} == {"CodeMismatchException"}
    assert choose(reset) == "LimitExceededException"
    clock.set(HOUR + 60)
    assert choose(wrong(reset)) == "CodeMismatchException"
    assert choose(reset) == "TooManyFailedAttemptsException"
    assert confirm(code) == "TooManyFailedAttemptsException"
    assert confirm(code, {"ClientId": discreet.id}) == "CodeMismatchException"
    clock.set(25 * HOUR)
    assert confirm(code) == "ExpiredCodeException"


def test_guesses_at_the_password_before(plain):
    ann = plain.person(os.urandom(6).hex())
    token = ann.sign_in()["AccessToken"]

    def change(previous: str) -> str:
        return outcome(
            lambda: plain.cognito.change_password(
                AccessToken=token, PreviousPassword=previous, ProposedPassword=secrets.password()
            )
        )

    guessed = [change(secrets.password()) for _ in range(7)]
    assert guessed[:5] == ["NotAuthorizedException"] * 5
    assert "LimitExceededException" in guessed


def test_messages_that_are_asked_for_too_often(make_pool):
    pool = make_pool(AutoVerifiedAttributes=["email"])
    ann, victim = person(pool), address()
    of_user = {"UserPoolId": pool.id, "Username": ann.name}
    for _ in range(5):
        pool.cognito.admin_reset_user_password(**of_user)
    for _ in range(20):
        pool.sign_up(os.urandom(6).hex(), email=victim)
    calls = {
        "AdminResetUserPassword": lambda: pool.cognito.admin_reset_user_password(**of_user),
        "SignUp": lambda: pool.sign_up(os.urandom(6).hex(), email=victim.upper()),
    }
    assert outcomes(calls) == all_of(calls, "LimitExceededException")
    # It is the address that has had enough, nobody else.
    pool.sign_up(os.urandom(6).hex(), email=address())


def test_the_last_secret_of_a_client(plain):
    client = plain.client(GenerateSecret=True)
    which = {"UserPoolId": plain.id, "ClientId": client.id}
    (secret,) = plain.cognito.list_user_pool_client_secrets(**which)["ClientSecrets"]
    assert outcome(
        lambda: plain.cognito.delete_user_pool_client_secret(
            **which, ClientSecretId=secret["ClientSecretId"]
        )
    ) == "LimitExceededException"


def test_a_name_that_somebody_has_along_with_a_new_password(make_pool):
    pool = make_pool(AliasAttributes=["preferred_username"])
    signing, cognito, taken = SigningIn(pool), pool.cognito, os.urandom(6).hex()
    bob = person(pool)
    cognito.admin_update_user_attributes(
        UserPoolId=pool.id,
        Username=bob.name,
        UserAttributes=[{"Name": "preferred_username", "Value": taken}],
    )
    ann, temporary = os.urandom(6).hex(), secrets.password()
    cognito.admin_create_user(
        UserPoolId=pool.id, Username=ann, TemporaryPassword=temporary, MessageAction="SUPPRESS"
    )
    begun = signing.begun("USER_PASSWORD_AUTH", USERNAME=ann, PASSWORD=temporary)
    answers = {
        "USERNAME": ann,
        "NEW_PASSWORD": secrets.password(),
        "userAttributes.preferred_username": taken,
    }
    calls = signing.answers(begun, "NEW_PASSWORD_REQUIRED", **answers)
    assert outcomes(calls) == all_of(calls, "AliasExistsException")


def test_an_identity_that_is_linked_to_somebody_else(make_pool):
    pool = make_pool()
    source = at_provider(pool, "x")

    def link(someone) -> str:
        user = {"ProviderName": "Cognito", "ProviderAttributeValue": someone.name}
        return outcome(
            lambda: pool.cognito.admin_link_provider_for_user(
                UserPoolId=pool.id, DestinationUser=user, SourceUser=source
            )
        )

    ann, bob = person(pool), person(pool)
    assert link(ann) == "nothing was refused"
    assert link(ann) == "InvalidParameterException"
    assert link(bob) == "AliasExistsException"


def test_the_pool_itself_is_no_provider_of_it(plain):
    named = {"UserPoolId": plain.id, "ProviderName": "COGNITO"}
    calls = {
        "UpdateIdentityProvider": lambda: plain.cognito.update_identity_provider(
            **named, ProviderDetails={}
        ),
        "DeleteIdentityProvider": lambda: plain.cognito.delete_identity_provider(**named),
    }
    assert outcomes(calls) == all_of(calls, "UnsupportedIdentityProviderException")
    made = {"ProviderType": "OIDC", "ProviderDetails": {"client_id": "x"}}
    assert outcome(lambda: plain.cognito.create_identity_provider(**named, **made)) == (
        "InvalidParameterException"
    )
