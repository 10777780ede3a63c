"""Does a password prove itself without being sent, and only once, and only by its owner?"""

import base64
import hashlib
import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import requests
from pycognito import Cognito
from pycognito.aws_srp import AWSSRP

from harness import raw, secrets, srp
from harness.checks import WRONG_PASSWORD, WRONG_SESSION, refused
from harness.srp import N, SrpClient


def begin(client, name):
    proof = SrpClient(client.pool.id)
    parameters = {"USERNAME": name, "SRP_A": proof.srp_a}
    if client.secret:
        parameters["SECRET_HASH"] = srp.secret_hash(name, client.id, client.secret)
    return proof, client.initiate("USER_SRP_AUTH", **parameters)


def pycognito(pool, client, **settings):
    """pycognito makes its own boto3 client, so the endpoint goes through boto3's settings."""
    return Cognito(
        pool.id,
        client.id,
        user_pool_region=pool.house.region,
        client_secret=client.secret,
        access_key=pool.house.access_key[0],
        secret_key=pool.house.access_key[1],
        boto3_client_kwargs={"endpoint_url": pool.house.identity_url},
        **settings,
    )


def test_the_client_of_this_suite_agrees_with_the_published_vector():
    proof = SrpClient("us-east-1_Ab1Cd2Ef3", int("11" * 32, 16))
    assert proof.srp_a.startswith("f2c4e7407ccfac452a7c7e1034e8388b")
    b = int("22" * 32, 16)
    salt = "7fc0ffee00112233445566778899aabb"
    identity = hashlib.sha256(b"Ab1Cd2Ef3alice:Correct-Horse7!").digest()
    x = int(hashlib.sha256(bytes.fromhex(salt) + identity).hexdigest(), 16)
    server = (srp.K * pow(2, x, N) + pow(2, b, N)) % N
    answers = proof.answers(
        {
            "USER_ID_FOR_SRP": "alice",
            "SALT": salt,
            "SRP_B": f"{server:x}",
            "SECRET_BLOCK": "cG9vbGhvdXNlLXNlY3JldC1ibG9jaw==",
        },
        "Correct-Horse7!",
        datetime(2024, 5, 7, 0, 9, 40, tzinfo=UTC),
    )
    assert answers["TIMESTAMP"] == "Tue May 7 00:09:40 UTC 2024"
    assert answers["PASSWORD_CLAIM_SIGNATURE"] == "WNxYse8pZinSIRAOq6n7y2lRqHCDRZymzfffvn7usRo="


def test_pycognito_signs_in(by_mail):
    person = by_mail.person()
    user = pycognito(by_mail, by_mail.web, username=person.name)
    # It also verifies both tokens against the key set of the issuer.
    user.authenticate(password=person.password)
    assert user.access_token and user.id_token and user.refresh_token
    got = by_mail.cognito.get_user(AccessToken=user.access_token)
    assert got["Username"] == person.sub


def test_pycognito_signs_in_with_a_secret_hash(by_mail, confidential):
    person = by_mail.person(client=confidential)
    flow = AWSSRP(
        username=person.name,
        password=person.password,
        pool_id=by_mail.id,
        client_id=confidential.id,
        client_secret=confidential.secret,
        client=by_mail.cognito,
    )
    result = flow.authenticate_user()["AuthenticationResult"]
    assert result["TokenType"] == "Bearer"


def test_pycognito_with_a_wrong_password_is_refused(by_mail):
    person = by_mail.person()
    flow = AWSSRP(
        username=person.name,
        password=person.password + "x",
        pool_id=by_mail.id,
        client_id=by_mail.web.id,
        client=by_mail.cognito,
    )
    with refused("NotAuthorizedException", WRONG_PASSWORD):
        flow.authenticate_user()


def test_the_proof_gives_all_three_tokens(by_mail):
    person = by_mail.person()
    answer = by_mail.web.srp(person.name, person.password)
    assert answer["ChallengeParameters"] == {}
    assert "ChallengeName" not in answer and "Session" not in answer
    result = answer["AuthenticationResult"]
    assert set(result) == {"AccessToken", "IdToken", "RefreshToken", "ExpiresIn", "TokenType"}
    assert result["ExpiresIn"] == 3600


def test_the_challenge_names_the_stored_user(by_mail):
    person = by_mail.person()
    _, begun = begin(by_mail.web, person.name)
    parameters = begun["ChallengeParameters"]
    assert set(parameters) == {"SALT", "SECRET_BLOCK", "SRP_B", "USERNAME", "USER_ID_FOR_SRP"}
    assert parameters["USER_ID_FOR_SRP"] == person.sub
    assert "AuthenticationResult" not in begun
    int(parameters["SALT"], 16)
    int(parameters["SRP_B"], 16)
    base64.b64decode(parameters["SECRET_BLOCK"], validate=True)


def test_the_administrators_twin_signs_in_too(plain):
    person = plain.person(os.urandom(6).hex())
    proof = SrpClient(plain.id)
    begun = plain.cognito.admin_initiate_auth(
        UserPoolId=plain.id,
        ClientId=plain.web.id,
        AuthFlow="USER_SRP_AUTH",
        AuthParameters={"USERNAME": person.name, "SRP_A": proof.srp_a},
    )
    done = plain.cognito.admin_respond_to_auth_challenge(
        UserPoolId=plain.id,
        ClientId=plain.web.id,
        ChallengeName="PASSWORD_VERIFIER",
        ChallengeResponses=proof.answers(begun["ChallengeParameters"], person.password),
    )
    assert "AccessToken" in done["AuthenticationResult"]


def test_many_proofs_in_a_row_agree(plain):
    """A missing sign byte shows about once in two hundred and fifty-six proofs."""
    person = plain.person(os.urandom(6).hex())
    for _ in range(60):
        plain.web.srp(person.name, person.password)


def test_a_client_without_the_flow_is_refused_before_the_user_is_looked_up(plain):
    client = plain.client(
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    )
    with refused("InvalidParameterException", "USER_SRP_AUTH is not enabled for the client."):
        client.srp("nobody", "whatever")


@pytest.mark.parametrize("missing", ["USERNAME", "SRP_A"])
def test_a_missing_parameter_is_named(plain, missing):
    parameters = {"USERNAME": "ann", "SRP_A": SrpClient(plain.id).srp_a}
    del parameters[missing]
    with refused("InvalidParameterException", f"Missing required parameter {missing}"):
        plain.web.initiate("USER_SRP_AUTH", **parameters)


@pytest.mark.parametrize(
    "value",
    ["0", "00", f"{N:x}", f"{2 * N:x}", "-1", "xyz", " ", "", f"-{N:x}"],
    ids=["zero", "zeros", "N", "2N", "minus one", "letters", "blank", "empty", "minus N"],
)
def test_srp_01_a_degenerate_public_value_is_refused(plain, value):
    person = plain.person(os.urandom(6).hex())
    with refused("InvalidParameterException"):
        plain.web.initiate("USER_SRP_AUTH", USERNAME=person.name, SRP_A=value)


def test_srp_02_a_public_value_of_a_megabyte_is_refused_at_once(house, plain):
    person = plain.person(os.urandom(6).hex())
    body = {
        "ClientId": plain.web.id,
        "AuthFlow": "USER_SRP_AUTH",
        "AuthParameters": {"USERNAME": person.name, "SRP_A": "a" * (1 << 20)},
    }
    started = time.monotonic()
    answer = raw.call(house.identity_url, "InitiateAuth", body)
    assert time.monotonic() - started < 1
    assert 400 <= answer.status_code < 500


@pytest.mark.slow
def test_srp_02_a_public_value_of_two_hundred_megabytes_is_refused(house):
    def endless():
        yield b'{"ClientId":"x","AuthFlow":"USER_SRP_AUTH","AuthParameters":{"SRP_A":"'
        for _ in range(200):
            yield b"a" * (1 << 20)
        yield b'"}}'

    try:
        answer = raw.call(house.identity_url, "InitiateAuth", endless())
    except requests.ConnectionError:
        # The server may well close the connection before it has read all of that.
        return
    assert 400 <= answer.status_code < 500


def test_srp_03_the_block_of_another_user_is_refused(plain):
    ann, bob = plain.person(os.urandom(6).hex()), plain.person(os.urandom(6).hex())
    _, of_bob = begin(plain.web, bob.name)
    proof, of_ann = begin(plain.web, ann.name)
    mixed = {
        **of_ann["ChallengeParameters"],
        "SECRET_BLOCK": of_bob["ChallengeParameters"]["SECRET_BLOCK"],
    }
    with refused("NotAuthorizedException"):
        plain.web.respond("PASSWORD_VERIFIER", **proof.answers(mixed, ann.password))


def test_srp_03_the_block_of_another_session_is_refused(plain):
    ann = plain.person(os.urandom(6).hex())
    _, earlier = begin(plain.web, ann.name)
    proof, begun = begin(plain.web, ann.name)
    mixed = {
        **begun["ChallengeParameters"],
        "SECRET_BLOCK": earlier["ChallengeParameters"]["SECRET_BLOCK"],
    }
    with refused("NotAuthorizedException"):
        plain.web.respond("PASSWORD_VERIFIER", **proof.answers(mixed, ann.password))


@pytest.mark.parametrize("where", [0, 20, -1])
def test_srp_03_an_altered_block_is_refused(plain, where):
    ann = plain.person(os.urandom(6).hex())
    proof, begun = begin(plain.web, ann.name)
    block = bytearray(base64.b64decode(begun["ChallengeParameters"]["SECRET_BLOCK"]))
    block[where] ^= 1
    altered = {
        **begun["ChallengeParameters"],
        "SECRET_BLOCK": base64.b64encode(bytes(block)).decode(),
    }
    with refused("NotAuthorizedException"):
        plain.web.respond("PASSWORD_VERIFIER", **proof.answers(altered, ann.password))


def test_srp_04_a_good_answer_is_refused_the_second_time(plain):
    ann = plain.person(os.urandom(6).hex())
    proof, begun = begin(plain.web, ann.name)
    answers = proof.answers(begun["ChallengeParameters"], ann.password)
    plain.web.respond("PASSWORD_VERIFIER", **answers)
    with refused("NotAuthorizedException"):
        plain.web.respond("PASSWORD_VERIFIER", **answers)


def test_srp_04_of_many_equal_answers_at_once_one_is_taken(plain):
    ann = plain.person(os.urandom(6).hex())
    proof, begun = begin(plain.web, ann.name)
    answers = proof.answers(begun["ChallengeParameters"], ann.password)

    def answer(_):
        try:
            return "AuthenticationResult" in plain.web.respond("PASSWORD_VERIFIER", **answers)
        except plain.cognito.exceptions.NotAuthorizedException:
            return False

    with ThreadPoolExecutor(10) as threads:
        assert sum(threads.map(answer, range(10))) == 1


@pytest.mark.parametrize("flow", ["password", "srp"])
def test_srp_05_an_unconfirmed_user_gets_no_tokens(by_mail, flow):
    carol = by_mail.sign_up()
    with refused("UserNotConfirmedException", "User is not confirmed."):
        getattr(by_mail.web, flow)(carol.name, carol.password)


@pytest.mark.parametrize("flow", ["password", "srp"])
def test_srp_05_a_disabled_user_gets_no_tokens(by_mail, flow):
    dave = by_mail.person()
    by_mail.cognito.admin_disable_user(UserPoolId=by_mail.id, Username=dave.name)
    with refused("NotAuthorizedException", "User is disabled."):
        getattr(by_mail.web, flow)(dave.name, dave.password)


@pytest.mark.parametrize("flow", ["password", "srp"])
def test_srp_05_a_user_with_a_temporary_password_gets_a_challenge(plain, flow):
    erin, temporary = os.urandom(6).hex(), secrets.password()
    plain.cognito.admin_create_user(
        UserPoolId=plain.id,
        Username=erin,
        TemporaryPassword=temporary,
        MessageAction="SUPPRESS",
    )
    answer = getattr(plain.web, flow)(erin, temporary)
    assert answer["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    assert "AuthenticationResult" not in answer


def test_srp_06_a_challenge_of_one_client_is_refused_from_another(plain):
    other = plain.client(ClientName="legacy")
    ann = plain.person(os.urandom(6).hex())
    proof, begun = begin(plain.web, ann.name)
    answers = proof.answers(begun["ChallengeParameters"], ann.password)
    with refused("NotAuthorizedException"):
        other.respond("PASSWORD_VERIFIER", begun.get("Session"), **answers)


def test_srp_06_a_new_password_session_of_one_client_is_refused_from_another(plain):
    other = plain.client(ClientName="legacy")
    erin, temporary = os.urandom(6).hex(), secrets.password()
    plain.cognito.admin_create_user(
        UserPoolId=plain.id,
        Username=erin,
        TemporaryPassword=temporary,
        MessageAction="SUPPRESS",
    )
    begun = plain.web.password(erin, temporary)
    with refused("NotAuthorizedException", WRONG_SESSION):
        other.respond(
            "NEW_PASSWORD_REQUIRED",
            begun["Session"],
            USERNAME=erin,
            NEW_PASSWORD=secrets.password(),
        )


class TestSrp07:
    """Client with a secret: the hash missing, wrong, or of another user, on every flow."""

    @pytest.fixture(scope="class")
    @classmethod
    def bob(cls, by_mail, confidential):
        return by_mail.person(client=confidential)

    @pytest.fixture(params=["missing", "wrong", "of another user"])
    def bad(self, request, by_mail, confidential):
        return {
            "missing": {},
            "wrong": {"SECRET_HASH": base64.b64encode(b"x" * 32).decode()},
            "of another user": {
                "SECRET_HASH": srp.secret_hash("somebody", confidential.id, confidential.secret)
            },
        }[request.param]

    def test_srp_07_at_the_password(self, confidential, bob, bad):
        with refused("NotAuthorizedException"):
            confidential.initiate(
                "USER_PASSWORD_AUTH", USERNAME=bob.name, PASSWORD=bob.password, **bad
            )

    def test_srp_07_at_the_start_of_srp(self, confidential, bob, bad):
        with refused("NotAuthorizedException"):
            confidential.initiate(
                "USER_SRP_AUTH",
                USERNAME=bob.name,
                SRP_A=SrpClient(confidential.pool.id).srp_a,
                **bad,
            )

    def test_srp_07_at_the_answer_of_srp(self, confidential, bob, bad):
        proof, begun = begin(confidential, bob.name)
        answers = proof.answers(begun["ChallengeParameters"], bob.password)
        with refused("NotAuthorizedException"):
            confidential.respond("PASSWORD_VERIFIER", begun.get("Session"), **answers, **bad)

    def test_srp_07_at_the_refresh(self, confidential, bob, bad):
        token = bob.sign_in()["RefreshToken"]
        with refused("NotAuthorizedException"):
            confidential.initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token, **bad)

    def test_srp_07_at_the_administrators_sign_in(self, confidential, bob, bad):
        with refused("NotAuthorizedException"):
            confidential.pool.cognito.admin_initiate_auth(
                UserPoolId=confidential.pool.id,
                ClientId=confidential.id,
                AuthFlow="ADMIN_USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": bob.name, "PASSWORD": bob.password, **bad},
            )

    def test_srp_07_at_sign_up_and_recovery(self, confidential, bob, bad):
        hashed = {"SecretHash": bad["SECRET_HASH"]} if bad else {}
        cognito, name = confidential.pool.cognito, bob.name
        with refused("NotAuthorizedException"):
            cognito.sign_up(
                ClientId=confidential.id, Username="x" + name, Password=bob.password, **hashed
            )
        with refused("NotAuthorizedException"):
            cognito.confirm_sign_up(
                ClientId=confidential.id, Username=name, ConfirmationCode="000000", **hashed
            )
        with refused("NotAuthorizedException"):
            cognito.resend_confirmation_code(ClientId=confidential.id, Username=name, **hashed)
        with refused("NotAuthorizedException"):
            cognito.forgot_password(ClientId=confidential.id, Username=name, **hashed)
        with refused("NotAuthorizedException"):
            cognito.confirm_forgot_password(
                ClientId=confidential.id,
                Username=name,
                ConfirmationCode="000000",
                Password=bob.password,
                **hashed,
            )

    def test_the_hash_may_name_the_sub_at_a_refresh(self, confidential, bob):
        token = bob.sign_in()["RefreshToken"]
        answer = confidential.refresh(token, bob.sub)
        assert "AccessToken" in answer["AuthenticationResult"]

    def test_the_texts_are_those_of_the_service(self, confidential, bob):
        with refused(
            "NotAuthorizedException",
            f"Client {confidential.id} is configured with secret but SECRET_HASH was not received",
        ):
            confidential.initiate("USER_PASSWORD_AUTH", USERNAME=bob.name, PASSWORD=bob.password)
        with refused(
            "NotAuthorizedException",
            f"Unable to verify secret hash for client {confidential.id}",
        ):
            confidential.initiate(
                "USER_PASSWORD_AUTH",
                USERNAME=bob.name,
                PASSWORD=bob.password,
                SECRET_HASH=base64.b64encode(b"x" * 32).decode(),
            )


def test_a_changed_password_ends_a_proof_begun_before(plain):
    ann = plain.person(os.urandom(6).hex())
    proof, begun = begin(plain.web, ann.name)
    plain.cognito.admin_set_user_password(
        UserPoolId=plain.id, Username=ann.name, Password=secrets.password(), Permanent=True
    )
    with refused("NotAuthorizedException", WRONG_PASSWORD):
        plain.web.respond(
            "PASSWORD_VERIFIER", **proof.answers(begun["ChallengeParameters"], ann.password)
        )


@pytest.mark.parametrize(
    ("timestamp", "name"),
    [
        ("", "InvalidParameterException"),
        ("yesterday", "InvalidParameterException"),
        ("Tue May 7 00:09:40 UTC 2024", "NotAuthorizedException"),
    ],
)
def test_a_time_that_was_not_signed_is_refused(plain, timestamp, name):
    ann = plain.person(os.urandom(6).hex())
    proof, begun = begin(plain.web, ann.name)
    answers = proof.answers(begun["ChallengeParameters"], ann.password)
    answers["TIMESTAMP"] = timestamp
    with refused(name):
        plain.web.respond("PASSWORD_VERIFIER", **answers)
