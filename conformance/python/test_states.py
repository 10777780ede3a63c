"""What are the holders of a good token, session or code told when its user, client or pool is gone,
or not as it was? In one table each, of all operations that have a word for it."""

import os

import requests
import test_threats as threats
from test_declared_errors import all_of, outcome, outcomes, person
from test_mfa import configure, enrol

from harness import constraints, pages, raw
from harness.people import Person, Pool, address
from harness.srp import SrpClient

DEVICE = "eu-west-1_0a1b2c3d-0a1b-4c3d-8e4f-0a1b2c3d4e5f"


def with_token(pool: Pool, token: str) -> dict:
    """A call of every operation that takes an access token, in the least good way."""
    calls = {}
    for operation in constraints.OPERATIONS:
        shape = constraints.input_of(operation)
        if "AccessToken" in constraints.SHAPES[shape]["members"]:
            known = {"TokenModelType": token, "DeviceKeyType": DEVICE}
            body = {**constraints.example(shape, known), "AccessToken": token}
            calls[operation] = lambda name=operation, body=body: pool.cognito._make_api_call(
                name, body
            )
    assert len(calls) == 24
    return calls


def expected(calls: dict, error: str) -> dict[str, str]:
    """The error of all that have a word for it, of the others that the token is no good."""
    return {
        operation: error if error in constraints.declared(operation) else "NotAuthorizedException"
        for operation in calls
    }


def test_tokens_of_somebody_who_is_gone(plain):
    gone = plain.person(os.urandom(6).hex())
    calls = with_token(plain, gone.sign_in()["AccessToken"])
    plain.cognito.admin_delete_user(UserPoolId=plain.id, Username=gone.name)
    assert outcomes(calls) == expected(calls, "UserNotFoundException")


def test_tokens_of_somebody_who_has_to_choose_a_password(plain):
    reset = person(plain)
    calls = with_token(plain, reset.sign_in()["AccessToken"])
    plain.cognito.admin_reset_user_password(UserPoolId=plain.id, Username=reset.name)
    assert outcomes(calls) == expected(calls, "PasswordResetRequiredException")


def test_tokens_of_a_client_that_is_gone(make_pool):
    pool = make_pool()
    token = pool.person(os.urandom(6).hex()).sign_in()["AccessToken"]
    calls = with_token(pool, token)
    pool.cognito.delete_user_pool_client(UserPoolId=pool.id, ClientId=pool.web.id)
    assert outcomes(calls) == expected(calls, "ResourceNotFoundException")
    answer = raw.call(pool.house.identity_url, "GetUser", {"AccessToken": token})
    told = f"User pool client {pool.web.id} does not exist."
    assert raw.error(answer) == (400, "ResourceNotFoundException", told)


def test_only_the_holder_of_a_good_token_is_told(plain):
    """What is not signed as it should be is looked at no further."""
    gone = plain.person(os.urandom(6).hex())
    token = gone.sign_in()["AccessToken"]
    calls = with_token(plain, f"{token[:-6]}AAAAAA")
    for leave in (plain.cognito.admin_disable_user, plain.cognito.admin_delete_user):
        leave(UserPoolId=plain.id, Username=gone.name)
        assert outcomes(calls) == all_of(calls, "NotAuthorizedException")


def test_the_endpoints_of_oauth_have_words_of_their_own(starter):
    gone = starter.person()
    token = pages.access_token(gone, "openid")
    starter.cognito.admin_delete_user(UserPoolId=starter.id, Username=gone.name)
    shown = requests.get(
        f"{starter.house.identity_url}/oauth2/userInfo",
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    )
    assert shown.status_code == 401
    assert "invalid_token" in shown.headers["WWW-Authenticate"]


class SigningIn:
    """Somebody in the middle of a sign-in, through the public and the administrators' twins."""

    def __init__(self, pool: Pool):
        self.pool, self.cognito = pool, pool.cognito
        self.of_client = {"UserPoolId": pool.id, "ClientId": pool.web.id}

    def begun(self, flow: str, **parameters: str) -> dict[str, dict]:
        as_admin = "ADMIN_USER_PASSWORD_AUTH" if flow == "USER_PASSWORD_AUTH" else flow
        return {
            "RespondToAuthChallenge": self.pool.web.initiate(flow, **parameters),
            "AdminRespondToAuthChallenge": self.cognito.admin_initiate_auth(
                **self.of_client, AuthFlow=as_admin, AuthParameters=parameters
            ),
        }

    def by_password(self, someone: Person) -> dict[str, dict]:
        return self.begun("USER_PASSWORD_AUTH", USERNAME=someone.name, PASSWORD=someone.password)

    def answers(self, begun: dict[str, dict], challenge: str, **responses: str) -> dict:
        def answer(operation: str, given: dict, responses: dict) -> dict:
            known = begun[operation]
            session = {"Session": known["Session"]} if "Session" in known else {}
            return self.cognito._make_api_call(
                operation,
                {
                    **given,
                    **session,
                    "ChallengeName": challenge,
                    "ChallengeResponses": responses,
                },
            )

        public = {"ClientId": self.pool.web.id}
        return {
            "RespondToAuthChallenge": lambda: answer("RespondToAuthChallenge", public, responses),
            "AdminRespondToAuthChallenge": lambda: answer(
                "AdminRespondToAuthChallenge", self.of_client, responses
            ),
        }

    def proofs(self, someone: Person) -> dict:
        """The answers to a proof of the password."""
        calls = {}
        for operation in ("RespondToAuthChallenge", "AdminRespondToAuthChallenge"):
            proof = SrpClient(self.pool.id)
            begun = self.begun("USER_SRP_AUTH", USERNAME=someone.name, SRP_A=proof.srp_a)
            answers = proof.answers(begun[operation]["ChallengeParameters"], someone.password)
            calls[operation] = self.answers(begun, "PASSWORD_VERIFIER", **answers)[operation]
        return calls


def test_somebody_who_is_deleted_in_the_middle_of_a_sign_in(make_pool):
    pool = make_pool()
    configure(pool, "OPTIONAL")
    signing, ann, bob = SigningIn(pool), person(pool), person(pool)
    code = enrol(ann).code()
    begun = signing.by_password(ann)
    calls = signing.answers(
        begun, "SOFTWARE_TOKEN_MFA", USERNAME=ann.name, SOFTWARE_TOKEN_MFA_CODE=code
    )
    proofs = signing.proofs(bob)
    for gone in (ann, bob):
        pool.cognito.admin_delete_user(UserPoolId=pool.id, Username=gone.name)
    assert outcomes(calls) == all_of(calls, "UserNotFoundException")
    assert outcomes(proofs) == all_of(proofs, "UserNotFoundException")


def test_where_it_is_hidden_who_exists_a_challenge_does_not_tell_who_did(make_pool):
    pool = make_pool()
    pool.clients.insert(0, pool.client(PreventUserExistenceErrors="ENABLED"))
    signing, bob = SigningIn(pool), person(pool)
    proofs = signing.proofs(bob)
    pool.cognito.admin_delete_user(UserPoolId=pool.id, Username=bob.name)
    assert outcomes(proofs) == all_of(proofs, "NotAuthorizedException")


def test_refresh_tokens_of_somebody_who_is_gone(plain):
    gone = plain.person(os.urandom(6).hex())
    token = gone.sign_in()["RefreshToken"]
    plain.cognito.admin_delete_user(UserPoolId=plain.id, Username=gone.name)
    calls = {
        "GetTokensFromRefreshToken": lambda: plain.cognito.get_tokens_from_refresh_token(
            RefreshToken=token, ClientId=plain.web.id
        ),
        "InitiateAuth": lambda: plain.web.refresh(token),
        "AdminInitiateAuth": lambda: plain.cognito.admin_initiate_auth(
            UserPoolId=plain.id,
            ClientId=plain.web.id,
            AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={"REFRESH_TOKEN": token},
        ),
    }
    assert outcomes(calls) == all_of(calls, "UserNotFoundException")


def test_the_word_of_somebody_who_is_gone_about_a_sign_in(make_pool):
    pool = make_pool(
        UserPoolTier="PLUS",
        UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"},
        AutoVerifiedAttributes=["email"],
    )
    threats.configure(pool, "NO_ACTION")
    mail = address()
    ann = pool.sign_up(os.urandom(6).hex(), email=mail)
    pool.cognito.confirm_sign_up(
        ClientId=pool.web.id,
        Username=ann.name,
        ConfirmationCode=pool.house.mailbox.code(mail),
    )
    threats.sign_in(ann, threats.HOME, threats.LAPTOP)
    threats.sign_in(ann, threats.AWAY, threats.PHONE)
    seen = next(
        it
        for it in pool.house.mailbox.messages(mail)
        if it["purpose"] == "AccountTakeOverNotification"
    )
    token, event = seen["body"].split(" ")[1], threats.events(ann)[0]["EventId"]
    pool.cognito.admin_delete_user(UserPoolId=pool.id, Username=ann.name)

    def judge(token: str) -> str:
        return outcome(
            lambda: pool.cognito.update_auth_event_feedback(
                UserPoolId=pool.id,
                Username=ann.name,
                EventId=event,
                FeedbackToken=token,
                FeedbackValue="Valid",
            )
        )

    assert judge(token) == "UserNotFoundException"
    assert judge("A" * len(token)) == "NotAuthorizedException"


def test_people_who_cannot_have_a_factor_yet(plain):
    cognito, waiting, reset = plain.cognito, plain.sign_up(os.urandom(6).hex()), person(plain)
    cognito.admin_reset_user_password(UserPoolId=plain.id, Username=reset.name)
    off = {"SoftwareTokenMfaSettings": {"Enabled": False}}

    def calls(someone: Person) -> dict:
        of_user = {"UserPoolId": plain.id, "Username": someone.name}
        return {
            "AdminSetUserMFAPreference": lambda: cognito.admin_set_user_mfa_preference(
                **of_user, **off
            ),
            "AdminDeleteSoftwareToken": lambda: cognito._make_api_call(
                "AdminDeleteSoftwareToken", of_user
            ),
        }

    unconfirmed = calls(waiting)
    assert outcomes(unconfirmed) == all_of(unconfirmed, "UserNotConfirmedException")
    # A lost authenticator can be taken away from somebody who is to choose a password.
    assert outcomes(calls(reset)) == {
        "AdminSetUserMFAPreference": "PasswordResetRequiredException",
        "AdminDeleteSoftwareToken": "nothing was refused",
    }


def test_a_new_password_before_the_first_confirmation(plain):
    waiting = plain.sign_up(os.urandom(6).hex())
    discreet = plain.client(PreventUserExistenceErrors="ENABLED")

    def confirm(client) -> str:
        return outcome(
            lambda: plain.cognito.confirm_forgot_password(
                ClientId=client.id,
                Username=waiting.name,
                ConfirmationCode="123456",
                Password=waiting.password,
            )
        )

    assert confirm(plain.web) == "UserNotConfirmedException"
    assert confirm(discreet) == "CodeMismatchException"


def test_domains_and_limits_that_are_not_there(plain):
    cognito = plain.cognito
    nothing = {"LimitClass": "API_CATEGORY", "Attributes": {"Category": "Nothing"}}
    calls = {
        "DeleteUserPoolDomain": lambda: cognito.delete_user_pool_domain(
            UserPoolId=f"{plain.house.region}_NoSuchPool", Domain="nothing"
        ),
        "GetProvisionedLimit": lambda: cognito.get_provisioned_limit(LimitDefinition=nothing),
        "UpdateProvisionedLimit": lambda: cognito.update_provisioned_limit(
            LimitDefinition=nothing, RequestedLimitValue=200
        ),
    }
    assert outcomes(calls) == all_of(calls, "ResourceNotFoundException")
