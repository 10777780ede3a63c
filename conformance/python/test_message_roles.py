"""In whose name do messages leave? Text messages in the role of their pool, mails by its identity."""

import json
import os
from dataclasses import dataclass

import pytest
from botocore.exceptions import ClientError
from harness import house as houses
from harness import secrets
from harness.carriers import AwsServer, Role
from harness.checks import refused
from harness.people import Person, Pool, address

pytestmark = pytest.mark.alone

TRUST = "InvalidSmsRoleTrustRelationshipException"
ACCESS = "InvalidSmsRoleAccessPolicyException"
IDENTITY = "InvalidEmailRoleAccessPolicyException"
UNDELIVERED = "CodeDeliveryFailureException"
TEXTS = {
    TRUST: "Role does not have a trust relationship allowing Cognito to assume the role",
    ACCESS: "Role does not have permission to publish with SNS",
    IDENTITY: "Cognito is not allowed to use your email identity",
}
ACCOUNT = "123456789012"


@pytest.fixture(scope="module")
def house(folder, aws):
    folder = folder / "roles"
    folder.mkdir()
    keys = houses.Keys(folder / "keys")
    server = houses.node(folder, keys, f"embedded:{folder / 'data'}", aws.environment())
    server.arguments += ["--mail", "ses", "--mail-from", "no-reply@example.com", "--sms", "sns"]
    yield houses.served(server, server.start(), keys)
    server.stop()


def role_of(aws: AwsServer, **settings) -> tuple[dict, Role]:
    """How a pool names a new role, and the role."""
    arn = f"arn:aws:iam::{ACCOUNT}:role/texts-{os.urandom(4).hex()}"
    role = aws.roles[arn] = Role(**settings)
    named = {"ExternalId": role.external_id} if role.external_id else {}
    return {"SnsCallerArn": arn, "SnsRegion": "eu-central-1"} | named, role


def identity_of(aws: AwsServer, state: str = "verified") -> tuple[dict, str]:
    """How a pool names a new identity, and the identity."""
    name = address()
    aws.identities[name] = state
    arn = f"arn:aws:ses:us-west-2:{ACCOUNT}:identity/{name}"
    return {"EmailSendingAccount": "DEVELOPER", "SourceArn": arn}, name


def make(house, **settings) -> Pool:
    made = house.cognito.create_user_pool(PoolName="roles", **settings)
    pool = Pool(house, made["UserPool"]["Id"])
    pool.client(
        ExplicitAuthFlows=[
            "ALLOW_USER_AUTH",
            "ALLOW_USER_PASSWORD_AUTH",
            "ALLOW_REFRESH_TOKEN_AUTH",
        ]
    )
    return pool


def number() -> str:
    return f"+49151{int.from_bytes(os.urandom(4)) % 10**8:08}"


def outcome(call) -> str:
    """The name of the refusal; its text is AWS's."""
    try:
        call()
    except ClientError as error:
        error = error.response["Error"]
        assert error["Message"] == TEXTS.get(error["Code"], error["Message"])
        return error["Code"]
    return "nothing was refused"


@dataclass
class Way:
    """One of the two ways of messages, in a pool that knows no other."""

    pool: Pool
    attribute: str
    value: object
    factor: str
    medium: str

    def sign_up(self) -> Person:
        return self.pool.sign_up(os.urandom(6).hex(), **{self.attribute: self.value()})

    def person(self) -> Person:
        """Somebody who can be reached by it."""
        someone = self.sign_up()
        self.pool.cognito.admin_confirm_sign_up(UserPoolId=self.pool.id, Username=someone.name)
        proven = [{"Name": f"{self.attribute}_verified", "Value": "true"}]
        self.pool.cognito.admin_update_user_attributes(
            UserPoolId=self.pool.id, Username=someone.name, UserAttributes=proven
        )
        return someone

    def calls(self) -> dict:
        """A call of every operation that sends something."""
        pool, cognito = self.pool, self.pool.cognito
        client, of_pool = {"ClientId": pool.web.id}, {"UserPoolId": pool.id}
        ann, other, forgetful = self.person(), self.person(), self.person()
        waiting = self.sign_up()
        token = {"AccessToken": ann.sign_in()["AccessToken"]}
        named = {"Username": ann.name}
        begin = {"AuthFlow": "USER_AUTH", "AuthParameters": {"USERNAME": ann.name}}
        preferred = begin["AuthParameters"] | {"PREFERRED_CHALLENGE": self.factor}
        choice = {"USERNAME": ann.name, "ANSWER": self.factor}
        chosen = [
            {
                "ChallengeName": "SELECT_CHALLENGE",
                "ChallengeResponses": choice,
                "Session": cognito.initiate_auth(**client, **begin)["Session"],
            }
            for _ in range(2)
        ]

        def new() -> list[dict]:
            return [{"Name": self.attribute, "Value": self.value()}]

        return {
            "AdminCreateUser": lambda: cognito.admin_create_user(
                **of_pool,
                Username=os.urandom(6).hex(),
                UserAttributes=new(),
                DesiredDeliveryMediums=[self.medium],
            ),
            "AdminInitiateAuth": lambda: cognito.admin_initiate_auth(
                **client, **of_pool, AuthFlow="USER_AUTH", AuthParameters=preferred
            ),
            "AdminRespondToAuthChallenge": lambda: cognito.admin_respond_to_auth_challenge(
                **client, **of_pool, **chosen[0]
            ),
            "ForgotPassword": lambda: cognito.forgot_password(**client, **named),
            "GetUserAttributeVerificationCode": lambda: (
                cognito.get_user_attribute_verification_code(**token, AttributeName=self.attribute)
            ),
            "InitiateAuth": lambda: cognito.initiate_auth(
                **client, AuthFlow="USER_AUTH", AuthParameters=preferred
            ),
            "ResendConfirmationCode": lambda: cognito.resend_confirmation_code(
                **client, Username=waiting.name
            ),
            "RespondToAuthChallenge": lambda: cognito.respond_to_auth_challenge(
                **client, **chosen[1]
            ),
            "SignUp": lambda: cognito.sign_up(
                **client,
                Username=os.urandom(6).hex(),
                Password=secrets.password(),
                UserAttributes=new(),
            ),
            "AdminUpdateUserAttributes": lambda: cognito.admin_update_user_attributes(
                **of_pool, Username=other.name, UserAttributes=new()
            ),
            "UpdateUserAttributes": lambda: cognito.update_user_attributes(
                **token, UserAttributes=new()
            ),
            "AdminResetUserPassword": lambda: cognito.admin_reset_user_password(
                **of_pool, Username=forgetful.name
            ),
        }


def texts(house, sms: dict) -> Way:
    factors = {"AllowedFirstAuthFactors": ["PASSWORD", "SMS_OTP"]}
    pool = make(
        house,
        AutoVerifiedAttributes=["phone_number"],
        SmsConfiguration=sms,
        Policies={"SignInPolicy": factors},
    )
    return Way(pool, "phone_number", number, "SMS_OTP", "SMS")


def mails(house, identity: dict) -> Way:
    factors = {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}
    pool = make(
        house,
        AutoVerifiedAttributes=["email"],
        EmailConfiguration=identity,
        Policies={"SignInPolicy": factors},
    )
    return Way(pool, "email", address, "EMAIL_OTP", "EMAIL")


def count(aws: AwsServer) -> tuple[int, int]:
    """How often a role was taken on, and how many messages left."""
    return len(aws.assumed), len(aws.calls)


class TestRoles:
    def test_text_messages_leave_in_the_role_of_their_pool(self, house, aws):
        sms, _ = role_of(aws, external_id="the-orchard")
        before = count(aws)
        way = texts(house, sms)
        # That it may be taken on and may publish is tried at once, and nothing is sent by that.
        assert count(aws) == (before[0] + 1, before[1])
        for _ in range(3):
            way.sign_up()
        assert count(aws) == (before[0] + 1, before[1] + 3)
        assert aws.assumed[-1] == {
            "RoleArn": sms["SnsCallerArn"],
            "RoleSessionName": "poolhouse-text-messages",
            "ExternalId": "the-orchard",
            "region": "eu-central-1",
        }
        for call in aws.calls[-3:]:
            assert (call.role, call.region) == (sms["SnsCallerArn"], "eu-central-1")

    def test_pools_of_one_role_share_it_and_another_external_id_is_another(self, house, aws):
        sms, _ = role_of(aws, external_id="one")
        one, two = texts(house, sms), texts(house, sms)
        before = count(aws)
        one.sign_up(), two.sign_up()
        assert count(aws) == (before[0], before[1] + 2)
        with refused(TRUST, TEXTS[TRUST]):
            texts(house, sms | {"ExternalId": "two"})
        # What one pool may not is no matter to those that may.
        one.sign_up()
        assert count(aws) == (before[0] + 1, before[1] + 3)

    def test_credentials_that_are_about_to_end_are_not_used(self, house, aws):
        sms, _ = role_of(aws, lifetime=200)
        way = texts(house, sms)
        before = count(aws)
        way.sign_up(), way.sign_up()
        assert count(aws) == (before[0] + 2, before[1] + 2)

    def test_a_role_that_does_not_trust(self, house, aws):
        sms, role = role_of(aws, lifetime=200)
        way = texts(house, sms)
        calls = way.calls()
        role.is_trusting = False
        before = len(aws.calls)
        refusals = {operation: outcome(call) for operation, call in calls.items()}
        assert refusals == dict.fromkeys(calls, TRUST)
        assert len(aws.calls) == before

    def test_a_role_that_may_not_publish(self, house, aws):
        sms, role = role_of(aws)
        way = texts(house, sms)
        calls = way.calls()
        role.may_publish = False
        before = len(aws.calls)
        refusals = {operation: outcome(call) for operation, call in calls.items()}
        assert refusals == dict.fromkeys(calls, ACCESS)
        assert len(aws.calls) == before
        # Once it may, it is known at once.
        role.may_publish = True
        way.sign_up()
        assert len(aws.calls) == before + 1

    def test_a_pool_without_a_role_sends_as_the_server(self, house, aws):
        pool = make(house, AutoVerifiedAttributes=["phone_number"])
        before = count(aws)
        pool.sign_up(os.urandom(6).hex(), phone_number=number())
        assert count(aws) == (before[0], before[1] + 1)
        assert aws.calls[-1].role is None
        aws.may_publish = False
        try:
            with refused(UNDELIVERED):
                pool.sign_up(os.urandom(6).hex(), phone_number=number())
        finally:
            aws.may_publish = True

    def test_what_goes_wrong_otherwise_is_nobodys_setting(self, house, aws):
        sms, _ = role_of(aws, lifetime=200)
        way = texts(house, sms)
        for status, kind in ((400, "RegionDisabledException"), (503, "ServiceUnavailable")):
            aws.answers += [(status, kind, "")] * (1 if status == 400 else 3)
            with refused(UNDELIVERED):
                way.sign_up()
            assert not aws.answers


class TestIdentities:
    def test_an_identity_that_may_not_be_used(self, house, aws):
        identity, name = identity_of(aws)
        way = mails(house, identity)
        calls = way.calls()
        aws.identities[name] = "denied"
        before = len(aws.calls)
        refusals = {operation: outcome(call) for operation, call in calls.items()}
        # It has no word for it but that nothing was delivered.
        assert refusals == dict.fromkeys(calls, IDENTITY) | {"AdminCreateUser": UNDELIVERED}
        assert len(aws.calls) == before


class TestSettings:
    """What cannot be used is not set."""

    @staticmethod
    def settings(house, pool: Pool, sms: dict) -> dict:
        cognito, of_pool = house.cognito, {"UserPoolId": pool.id}
        return {
            "CreateUserPool": lambda: cognito.create_user_pool(
                PoolName="never", SmsConfiguration=sms
            ),
            "UpdateUserPool": lambda: cognito.update_user_pool(**of_pool, SmsConfiguration=sms),
            "SetUserPoolMfaConfig": lambda: cognito.set_user_pool_mfa_config(
                **of_pool, SmsMfaConfiguration={"SmsConfiguration": sms}
            ),
        }

    @pytest.mark.parametrize(
        ("refusal", "settings"),
        [(TRUST, {"is_trusting": False}), (ACCESS, {"may_publish": False})],
    )
    def test_a_role(self, house, aws, refusal, settings):
        pool = make(house)
        sms, role = role_of(aws, **settings)
        before = len(aws.calls)
        calls = self.settings(house, pool, sms)
        refusals = {operation: outcome(call) for operation, call in calls.items()}
        assert refusals == dict.fromkeys(calls, refusal)
        described = house.cognito.describe_user_pool(UserPoolId=pool.id)["UserPool"]
        assert "SmsConfiguration" not in described
        role.is_trusting = role.may_publish = True
        for call in calls.values():
            call()
        described = house.cognito.describe_user_pool(UserPoolId=pool.id)["UserPool"]
        assert described["SmsConfiguration"] == sms
        assert len(aws.calls) == before

    def test_the_role_of_second_factors_is_that_of_all_text_messages(self, house, aws):
        pool = make(house, AutoVerifiedAttributes=["phone_number"])
        sms, _ = role_of(aws)
        self.settings(house, pool, sms)["SetUserPoolMfaConfig"]()
        pool.sign_up(os.urandom(6).hex(), phone_number=number())
        assert (aws.calls[-1].role, aws.calls[-1].region) == (sms["SnsCallerArn"], "eu-central-1")

    def test_an_identity(self, house, aws):
        cognito = house.cognito
        plan = {"UserPoolTier": "PLUS", "UserPoolAddOns": {"AdvancedSecurityMode": "AUDIT"}}
        pool = make(house, **plan)
        identity, name = identity_of(aws, "denied")
        arn = identity["SourceArn"]
        risk = {
            "Actions": {"LowAction": {"Notify": True, "EventAction": "NO_ACTION"}},
            "NotifyConfiguration": {"SourceArn": arn},
        }
        calls = {
            "CreateUserPool": lambda: cognito.create_user_pool(
                PoolName="never", EmailConfiguration=identity
            ),
            "UpdateUserPool": lambda: cognito.update_user_pool(
                UserPoolId=pool.id, EmailConfiguration=identity, **plan
            ),
            "SetRiskConfiguration": lambda: cognito.set_risk_configuration(
                UserPoolId=pool.id, AccountTakeoverRiskConfiguration=risk
            ),
        }
        before = len(aws.calls)
        refusals = {operation: outcome(call) for operation, call in calls.items()}
        assert refusals == dict.fromkeys(calls, IDENTITY)
        for state in ("unverified", None):
            aws.identities[name] = state
            for operation in ("CreateUserPool", "UpdateUserPool"):
                unverified = f"Email address is not verified. .* in region US-WEST-2: {arn}$"
                with refused("InvalidParameterException", f"~{unverified}"):
                    calls[operation]()
            with refused(UNDELIVERED):
                calls["SetRiskConfiguration"]()
        described = cognito.describe_user_pool(UserPoolId=pool.id)["UserPool"]
        assert "SourceArn" not in described["EmailConfiguration"]
        told = cognito.describe_risk_configuration(UserPoolId=pool.id)["RiskConfiguration"]
        assert "AccountTakeoverRiskConfiguration" not in told
        aws.identities[name] = "verified"
        for call in calls.values():
            call()
        assert aws.looked_up[-1].region == "us-west-2"
        assert len(aws.calls) == before

    def test_what_is_no_identity_is_none(self, house):
        arn = f"arn:aws:ses:us-west-2:{ACCOUNT}:configuration-set/x"
        with refused("InvalidParameterException", "~is not verified"):
            house.cognito.create_user_pool(PoolName="x", EmailConfiguration={"SourceArn": arn})

    def test_a_service_that_is_away_keeps_nobody_from_setting(self, house, aws):
        sms, _ = role_of(aws)
        aws.answers += [(503, "ServiceUnavailable", json.dumps({"message": "later"}))] * 3
        way = texts(house, sms)
        assert not aws.answers
        way.sign_up()
        assert aws.calls[-1].role == sms["SnsCallerArn"]


class TestTags:
    @pytest.mark.parametrize(
        "tags",
        [{"aws:cloudformation:stack-name": "x"}, {f"tag-{i}": "" for i in range(51)}],
        ids=["of AWS", "too many"],
    )
    def test_tags_that_no_pool_has(self, house, tags):
        cognito = house.cognito
        pool = make(house)
        calls = {
            "CreateUserPool": lambda: cognito.create_user_pool(PoolName="x", UserPoolTags=tags),
            "UpdateUserPool": lambda: cognito.update_user_pool(
                UserPoolId=pool.id, UserPoolTags=tags
            ),
            "CreateUserPoolReplica": lambda: cognito.create_user_pool_replica(
                UserPoolId=pool.id, RegionName="us-west-2", UserPoolTags=tags
            ),
        }
        refusals = {operation: outcome(call) for operation, call in calls.items()}
        assert refusals == dict.fromkeys(calls, "UserPoolTaggingException")
        described = cognito.describe_user_pool(UserPoolId=pool.id)["UserPool"]
        # TagResource has no word of its own for it.
        with refused("InvalidParameterException"):
            cognito.tag_resource(ResourceArn=described["Arn"], Tags=tags)
        assert "UserPoolTags" not in described
        [only] = cognito.list_user_pool_replicas(UserPoolId=pool.id)["UserPoolReplicas"]
        assert only["Role"] == "PRIMARY"
