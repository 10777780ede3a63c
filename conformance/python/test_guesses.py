"""Do twenty guesses that are sent at once count as twenty, whatever it is that is guessed at?

Each test runs on the store that POOLHOUSE_STORE names, as all of this suite do.
"""

import math
import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError
from test_mfa import configure, enrol, turn_on

from harness import secrets
from harness.people import Person, address
from harness.srp import SrpClient

GUESSES = 20
# Five wrong passwords or codes of a sign-in bar the next one; a code is looked at so often in an hour.
SIGN_IN, CODE, FORGOTTEN = 5, 15, 10


def told(call, *arguments) -> str:
    """The error a call ended with; a lockout has the name of a wrong password, but not its text."""
    try:
        call(*arguments)
    except ClientError as error:
        name, text = error.response["Error"]["Code"], error.response["Error"]["Message"]
        return "LOCKED" if text == "Password attempts exceeded" else name
    return "RIGHT"


def at_once(call, guesses) -> Counter:
    """What is told to guesses that are all on their way together."""
    with ThreadPoolExecutor(GUESSES) as threads:
        return Counter(threads.map(lambda guess: told(call, guess), guesses))


def wrong(code: str) -> list[str]:
    """Codes of that length, and not it."""
    numbers = (f"{number:0{len(code)}}" for number in range(GUESSES + 1))
    return [number for number in numbers if number != code][:GUESSES]


def check(call, guesses, right, *, looked_at: int, mismatch: str = "CodeMismatchException"):
    """No more guesses are looked at than one after the other would be, and none afterwards."""
    began = time.monotonic()
    seen = at_once(call, guesses)
    took = time.monotonic() - began
    assert seen.total() == GUESSES and not seen["RIGHT"], seen
    # A lockout of a sign-in begins with a second and doubles: a slow machine may outlive the first ones.
    more = int(math.log2(1 + took)) if looked_at == SIGN_IN else 0
    assert 0 < seen[mismatch] <= looked_at + more, (seen, took)
    # Who was not looked at was told so; guesses at one thing that meet are told to come again.
    refusals = {"LOCKED", "LimitExceededException", "TooManyFailedAttemptsException"}
    refusals |= {"TooManyRequestsException", "ExpiredCodeException"}
    assert set(seen) - {mismatch} <= refusals, seen
    last = told(call, right)
    if looked_at != SIGN_IN or time.monotonic() - began < 1:
        assert last not in ("RIGHT", mismatch)


@pytest.fixture(scope="module")
def guarded(make_pool):
    """Second factors of every kind, first factors by code for another client, aliases that are proven."""
    pool = make_pool(
        AutoVerifiedAttributes=["email"],
        Policies={
            "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]}
        },
    )
    configure(pool, "OPTIONAL")
    pool.client(ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    return pool


@pytest.fixture
def ann(guarded) -> Person:
    person = guarded.person(os.urandom(6).hex())
    person.email = address()
    person.phone = f"+1558{int.from_bytes(os.urandom(4)) % 10**7:07}"
    proven = {
        "email": person.email,
        "email_verified": "true",
        "phone_number": person.phone,
        "phone_number_verified": "true",
    }
    guarded.cognito.admin_update_user_attributes(
        UserPoolId=guarded.id,
        Username=person.name,
        UserAttributes=[{"Name": name, "Value": value} for name, value in proven.items()],
    )
    return person


WRONG_PASSWORD = {"looked_at": SIGN_IN, "mismatch": "NotAuthorizedException"}


def passwords(person: Person) -> list[str]:
    return [f"{person.password}{number}" for number in range(GUESSES)]


def by_password(person: Person, password: str):
    person.client.password(person.name, password)


def by_administrator(person: Person, password: str):
    person.pool.cognito.admin_initiate_auth(
        UserPoolId=person.pool.id,
        ClientId=person.client.id,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": person.name, "PASSWORD": password},
    )


def by_proof(person: Person, password: str):
    person.client.srp(person.name, password)


def by_choice(person: Person, password: str):
    chosen = {"PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": password}
    person.pool.clients[1].initiate("USER_AUTH", USERNAME=person.name, **chosen)


@pytest.mark.parametrize("way", [by_password, by_administrator, by_proof, by_choice])
def test_a_password(ann, way):
    check(lambda guess: way(ann, guess), passwords(ann), ann.password, **WRONG_PASSWORD)


def test_a_password_proven_in_challenges_that_were_begun_before(guarded, ann):
    """The count is of guesses, not of sign-ins that were begun."""
    begun = []
    for guess in [*passwords(ann), ann.password]:
        proof = SrpClient(guarded.id)
        asked = guarded.web.initiate("USER_SRP_AUTH", USERNAME=ann.name, SRP_A=proof.srp_a)
        begun.append((asked, proof.answers(asked["ChallengeParameters"], guess)))

    def prove(one):
        asked, answers = one
        guarded.web.respond("PASSWORD_VERIFIER", asked.get("Session"), **answers)

    check(prove, begun[:-1], begun[-1], **WRONG_PASSWORD)


def test_the_present_password_at_its_change(ann):
    token = ann.sign_in()["AccessToken"]

    def change(guess):
        ann.pool.cognito.change_password(
            AccessToken=token, PreviousPassword=guess, ProposedPassword=secrets.password()
        )

    check(change, passwords(ann), ann.password, **WRONG_PASSWORD)


def test_the_code_of_a_sign_up(guarded):
    person = guarded.sign_up(os.urandom(6).hex(), email=(email := address()))
    code = guarded.house.mailbox.code(email)

    def confirm(guess):
        guarded.cognito.confirm_sign_up(
            ClientId=guarded.web.id, Username=person.name, ConfirmationCode=guess
        )

    check(confirm, wrong(code), code, looked_at=CODE)


def test_the_code_for_a_forgotten_password(guarded, ann):
    guarded.cognito.forgot_password(ClientId=guarded.web.id, Username=ann.name)
    code = guarded.house.mailbox.code(ann.phone)

    def choose(guess):
        guarded.cognito.confirm_forgot_password(
            ClientId=guarded.web.id,
            Username=ann.name,
            ConfirmationCode=guess,
            Password=secrets.password(),
        )

    check(choose, wrong(code), code, looked_at=FORGOTTEN)


def test_the_code_for_an_attribute(guarded, ann):
    token = ann.sign_in()["AccessToken"]
    guarded.cognito.get_user_attribute_verification_code(AccessToken=token, AttributeName="email")
    code = guarded.house.mailbox.code(ann.email)

    def verify(guess):
        guarded.cognito.verify_user_attribute(
            AccessToken=token, AttributeName="email", Code=guess
        )

    check(verify, wrong(code), code, looked_at=CODE)


SECOND = {
    "SMSMfaSettings": ("SMS_MFA", "SMS_MFA_CODE", lambda ann: ann.phone),
    "EmailMfaSettings": ("EMAIL_OTP", "EMAIL_OTP_CODE", lambda ann: ann.email),
}


@pytest.mark.parametrize("settings", SECOND)
def test_a_code_that_is_sent_as_the_second_factor(guarded, ann, settings):
    challenge, answer, where = SECOND[settings]
    turn_on(ann, **{settings: {"Enabled": True, "PreferredMfa": True}})
    asked = guarded.web.password(ann.name, ann.password)
    code = guarded.house.mailbox.code(where(ann))

    def respond(guess):
        answers = {"USERNAME": ann.name, answer: guess}
        guarded.web.respond(challenge, asked["Session"], **answers)

    check(respond, wrong(code), code, looked_at=SIGN_IN)


def test_a_code_of_an_authenticator(guarded, ann):
    app = enrol(ann)
    asked = [guarded.web.password(ann.name, ann.password) for _ in range(GUESSES + 1)]
    code = app.code()

    # Each in a sign-in of its own: the count is the user's.
    def respond(guess):
        session, value = guess
        answers = {"USERNAME": ann.name, "SOFTWARE_TOKEN_MFA_CODE": value}
        guarded.web.respond("SOFTWARE_TOKEN_MFA", session, **answers)

    sessions = [it["Session"] for it in asked]
    guesses = list(zip(sessions[:-1], wrong(code), strict=True))
    check(respond, guesses, (sessions[-1], code), looked_at=SIGN_IN)


ONLY = {"EMAIL_OTP": lambda ann: ann.email, "SMS_OTP": lambda ann: ann.phone}


@pytest.mark.parametrize("factor", ONLY)
def test_a_code_that_is_sent_as_the_only_factor(guarded, ann, factor):
    client = guarded.clients[1]
    asked = client.initiate("USER_AUTH", USERNAME=ann.name, PREFERRED_CHALLENGE=factor)
    assert asked["ChallengeName"] == factor
    code = guarded.house.mailbox.code(ONLY[factor](ann))

    def respond(guess):
        answers = {"USERNAME": ann.name, f"{factor}_CODE": guess}
        client.respond(factor, asked["Session"], **answers)

    check(respond, wrong(code), code, looked_at=SIGN_IN)
