"""Are the errors that operations declare answered where they should be: to calls of the same kind,
in one table each? What nothing leads to is in errors_without_occasion.txt."""

import os

import pytest
import test_import as imports
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES384
from pycognito.aws_srp import generate_hash_device
from test_mfa import configure, enrol
from test_passkeys import Authenticator as Passkey
from test_passkeys import register

from harness import constraints, secrets
from harness import house as houses
from harness.people import Person, Pool, address
from harness.srp import SrpClient

BROKEN = {"answer": "nothing that an event is like"}
THROWN = {"throw": "not today"}


def outcome(call) -> str:
    """The name of the refusal."""
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "nothing was refused"


def outcomes(calls: dict) -> dict[str, str]:
    return {operation: outcome(call) for operation, call in calls.items()}


def all_of(calls: dict, error: str) -> dict[str, str]:
    return dict.fromkeys(calls, error)


def person(pool: Pool, **more: str) -> Person:
    """Somebody with a proven address."""
    someone = pool.sign_up(os.urandom(6).hex(), email=address(), **more)
    pool.cognito.admin_confirm_sign_up(UserPoolId=pool.id, Username=someone.name)
    pool.cognito.admin_update_user_attributes(
        UserPoolId=pool.id,
        Username=someone.name,
        UserAttributes=[{"Name": "email_verified", "Value": "true"}],
    )
    return someone


def test_a_user_who_is_not_there(make_pool):
    pool = make_pool(UserPoolTier="PLUS", UserPoolAddOns={"AdvancedSecurityMode": "AUDIT"})
    pool.cognito.create_group(UserPoolId=pool.id, GroupName="abc")
    known = {"UserPoolIdType": pool.id, "UsernameType": "nobody", "ClientIdType": pool.web.id}
    calls = {}
    for operation in constraints.OPERATIONS:
        shape = constraints.input_of(operation)
        is_by_name = {"UserPoolId", "Username"} <= set(constraints.SHAPES[shape]["members"])
        if is_by_name and "UserNotFoundException" in constraints.declared(operation):
            body = constraints.example(shape, known)
            calls[operation] = lambda name=operation, body=body: pool.cognito._make_api_call(
                name, body
            )
    # It makes somebody; and a token for feedback is looked at before whom it is for.
    del calls["AdminCreateUser"], calls["UpdateAuthEventFeedback"]
    assert outcomes(calls) == all_of(calls, "UserNotFoundException")


def test_settings_beyond_the_plan(make_pool):
    lite = make_pool(UserPoolTier="LITE")
    cognito, of_pool = lite.cognito, {"UserPoolId": lite.id}
    of_client = {**of_pool, "ClientId": lite.web.id}
    domain = {**of_pool, "Domain": f"lite-{os.urandom(6).hex()}"}
    cognito.create_user_pool_domain(**domain)
    history = {"PasswordPolicy": {"MinimumLength": 8, "PasswordHistorySize": 3}}
    rotates = {
        "ClientName": "x",
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"],
        "RefreshTokenRotation": {"Feature": "ENABLED"},
    }
    chooses = {"AuthFlow": "USER_AUTH", "AuthParameters": {"USERNAME": "nobody"}}
    logs = {
        "LogLevel": "INFO",
        "EventSource": "userAuthEvents",
        "S3Configuration": {"BucketArn": "arn:aws:s3:::people"},
    }
    calls = {
        "CreateUserPool": lambda: cognito.create_user_pool(
            PoolName="x", UserPoolTier="LITE", Policies=history
        ),
        "UpdateUserPool": lambda: cognito.update_user_pool(
            **of_pool, UserPoolTier="LITE", Policies=history
        ),
        "SetUserPoolMfaConfig": lambda: cognito.set_user_pool_mfa_config(
            **of_pool, MfaConfiguration="OPTIONAL", EmailMfaConfiguration={"Subject": "x"}
        ),
        "SetUserPoolSessionConfiguration": lambda: cognito.set_user_pool_session_configuration(
            **of_pool,
            UserSessionTracking="ENABLED",
            TokenSession={"MaxPerUser": 5},
        ),
        "SetUserPoolClientSessionConfiguration": lambda: (
            cognito.set_user_pool_client_session_configuration(
                **of_client, SSOSession={"MaxValidityMinutes": 5}
            )
        ),
        "CreateUserPoolClient": lambda: cognito.create_user_pool_client(**of_pool, **rotates),
        "UpdateUserPoolClient": lambda: cognito.update_user_pool_client(**of_client, **rotates),
        "CreateUserPoolDomain": lambda: cognito.create_user_pool_domain(
            **domain, ManagedLoginVersion=2
        ),
        "UpdateUserPoolDomain": lambda: cognito.update_user_pool_domain(
            **domain, ManagedLoginVersion=2
        ),
        "CreateUserPoolReplica": lambda: cognito.create_user_pool_replica(
            **of_pool, RegionName="eu-central-1"
        ),
        "SetLogDeliveryConfiguration": lambda: cognito.set_log_delivery_configuration(
            **of_pool, LogConfigurations=[logs]
        ),
        "InitiateAuth": lambda: cognito.initiate_auth(ClientId=lite.web.id, **chooses),
        "AdminInitiateAuth": lambda: cognito.admin_initiate_auth(**of_client, **chooses),
    }
    assert outcomes(calls) == all_of(calls, "FeatureUnavailableInTierException")
    cognito.delete_user_pool_domain(**domain)


def test_a_plan_that_lacks_what_is_used(make_pool):
    pool = make_pool()
    pool.client(
        ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"], RefreshTokenRotation={"Feature": "ENABLED"}
    )
    down = {"UserPoolId": pool.id, "UserPoolTier": "LITE"}
    assert outcome(lambda: pool.cognito.update_user_pool(**down)) == (
        "TierChangeNotAllowedException"
    )


def test_clients_that_ask_for_what_is_not_there(plain):
    cognito, of_pool = plain.cognito, {"UserPoolId": plain.id}
    machine = {"AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthFlowsUserPoolClient": True}
    scope = {
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthScopes": ["nothing/there"],
        "CallbackURLs": ["https://example.com/"],
    }
    for settings, error in (
        (machine, "InvalidOAuthFlowException"),
        (scope, "ScopeDoesNotExistException"),
    ):
        calls = {
            "CreateUserPoolClient": lambda: cognito.create_user_pool_client(
                **of_pool, ClientName="x", **settings
            ),
            "UpdateUserPoolClient": lambda: cognito.update_user_pool_client(
                **of_pool, ClientId=plain.web.id, **settings
            ),
        }
        assert outcomes(calls) == all_of(calls, error)


def test_threat_protection_that_is_off(plain):
    person = plain.person(os.urandom(6).hex())
    cognito, of_user = plain.cognito, {"UserPoolId": plain.id, "Username": person.name}
    calls = {
        "SetRiskConfiguration": lambda: cognito.set_risk_configuration(UserPoolId=plain.id),
        "DescribeRiskConfiguration": lambda: cognito.describe_risk_configuration(
            UserPoolId=plain.id
        ),
        "AdminListUserAuthEvents": lambda: cognito.admin_list_user_auth_events(**of_user),
        "AdminUpdateAuthEventFeedback": lambda: cognito.admin_update_auth_event_feedback(
            **of_user, EventId="x", FeedbackValue="Valid"
        ),
        "UpdateAuthEventFeedback": lambda: cognito.update_auth_event_feedback(
            **of_user, EventId="x", FeedbackValue="Valid", FeedbackToken="x"
        ),
    }
    assert outcomes(calls) == all_of(calls, "UserPoolAddOnNotEnabledException")


def test_passwords_that_were_had_before(make_pool):
    pool = make_pool(
        Policies={"PasswordPolicy": {"MinimumLength": 8, "PasswordHistorySize": 3}},
        AutoVerifiedAttributes=["email"],
    )
    ann, cognito = person(pool), pool.cognito
    token = ann.sign_in()["AccessToken"]
    cognito.forgot_password(ClientId=pool.web.id, Username=ann.name)
    mail = pool.user(ann.name)["UserAttributes"]
    mail = next(one["Value"] for one in mail if one["Name"] == "email")
    code = pool.house.mailbox.code(mail, 2)
    calls = {
        "ChangePassword": lambda: cognito.change_password(
            AccessToken=token, PreviousPassword=ann.password, ProposedPassword=ann.password
        ),
        "AdminSetUserPassword": lambda: cognito.admin_set_user_password(
            UserPoolId=pool.id, Username=ann.name, Password=ann.password, Permanent=True
        ),
        "ConfirmForgotPassword": lambda: cognito.confirm_forgot_password(
            ClientId=pool.web.id, Username=ann.name, ConfirmationCode=code, Password=ann.password
        ),
    }
    assert outcomes(calls) == all_of(calls, "PasswordHistoryPolicyViolationException")


def test_triggers_that_are_not_there(make_pool):
    function = "arn:aws:lambda:eu-west-1:000000000000:function:not-there"
    names = ["PreSignUp", "CustomMessage", "PostConfirmation", "PreAuthentication"]
    names += ["PreTokenGeneration", "UserMigration"]
    scene = Triggered(make_pool)
    scene.pool.cognito.update_user_pool(
        UserPoolId=scene.pool.id,
        AutoVerifiedAttributes=["email"],
        LambdaConfig=dict.fromkeys(names, function),
    )
    calls = scene.calls()
    assert outcomes(calls) == all_of(calls, "UnexpectedLambdaException")


class Triggered:
    """A pool whose functions are set once its people are there, and a call for each operation
    that asks one."""

    def __init__(self, make_pool):
        self.pool = pool = make_pool(AutoVerifiedAttributes=["email"])
        self.rotating = pool.client(
            ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"],
            RefreshTokenRotation={"Feature": "ENABLED", "RetryGracePeriodSeconds": 10},
        )
        self.ann = person(pool)
        self.tokens = self.ann.sign_in()
        self.rotated = self.rotating.password(self.ann.name, self.ann.password)
        self.waiting = []
        for _ in range(3):
            mail = address()
            someone = pool.sign_up(os.urandom(6).hex(), email=mail)
            self.waiting.append((someone, pool.house.mailbox.code(mail)))
        self.forgetful = person(pool)
        mail = pool.user(self.forgetful.name)["UserAttributes"]
        mail = next(one["Value"] for one in mail if one["Name"] == "email")
        pool.cognito.forgot_password(ClientId=pool.web.id, Username=self.forgetful.name)
        self.reset_code = pool.house.mailbox.code(mail, 2)
        # Begun before there are functions, so that the answer is the first to meet one.
        self.begun = [self.proven(pool.web.initiate), self.proven(self.initiate_as_admin)]

    def proven(self, initiate) -> dict:
        """The answer to a sign-in over SRP, which is yet to be sent."""
        proof = SrpClient(self.pool.id)
        begun = initiate("USER_SRP_AUTH", USERNAME=self.ann.name, SRP_A=proof.srp_a)
        return proof.answers(begun["ChallengeParameters"], self.ann.password)

    def initiate_as_admin(self, flow: str, **parameters: str) -> dict:
        return self.pool.cognito.admin_initiate_auth(
            UserPoolId=self.pool.id,
            ClientId=self.pool.web.id,
            AuthFlow=flow,
            AuthParameters=parameters,
        )

    def calls(self) -> dict:
        pool, ann, cognito = self.pool, self.ann, self.pool.cognito
        of_pool, of_client = {"UserPoolId": pool.id}, {"ClientId": pool.web.id}
        token = {"AccessToken": self.tokens["AccessToken"]}
        mail = lambda: {"UserAttributes": [{"Name": "email", "Value": address()}]}  # noqa: E731
        signing_in = {"USERNAME": ann.name, "PASSWORD": ann.password}
        (one, code), (two, _), (three, _) = self.waiting
        answers, answers_as_admin = self.begun

        return {
            "SignUp": lambda: pool.sign_up(os.urandom(6).hex(), email=address()),
            "ConfirmSignUp": lambda: cognito.confirm_sign_up(
                **of_client, Username=one.name, ConfirmationCode=code
            ),
            "AdminConfirmSignUp": lambda: cognito.admin_confirm_sign_up(
                **of_pool, Username=two.name
            ),
            "ResendConfirmationCode": lambda: cognito.resend_confirmation_code(
                **of_client, Username=three.name
            ),
            "AdminCreateUser": lambda: cognito.admin_create_user(
                **of_pool, Username=os.urandom(6).hex(), **mail()
            ),
            "InitiateAuth": lambda: pool.web.initiate("USER_PASSWORD_AUTH", **signing_in),
            "AdminInitiateAuth": lambda: self.initiate_as_admin(
                "ADMIN_USER_PASSWORD_AUTH", **signing_in
            ),
            "RespondToAuthChallenge": lambda: pool.web.respond("PASSWORD_VERIFIER", **answers),
            "AdminRespondToAuthChallenge": lambda: cognito.admin_respond_to_auth_challenge(
                **of_pool,
                **of_client,
                ChallengeName="PASSWORD_VERIFIER",
                ChallengeResponses=answers_as_admin,
            ),
            "ForgotPassword": lambda: cognito.forgot_password(**of_client, Username=ann.name),
            "ConfirmForgotPassword": lambda: cognito.confirm_forgot_password(
                **of_client,
                Username=self.forgetful.name,
                ConfirmationCode=self.reset_code,
                Password=secrets.password(),
            ),
            "AdminResetUserPassword": lambda: cognito.admin_reset_user_password(
                **of_pool, Username=self.forgetful.name
            ),
            "GetUserAttributeVerificationCode": lambda: (
                cognito.get_user_attribute_verification_code(**token, AttributeName="email")
            ),
            "UpdateUserAttributes": lambda: cognito.update_user_attributes(**token, **mail()),
            "AdminUpdateUserAttributes": lambda: cognito.admin_update_user_attributes(
                **of_pool, Username=ann.name, **mail()
            ),
            "GetTokensFromRefreshToken": lambda: cognito.get_tokens_from_refresh_token(
                ClientId=self.rotating.id,
                RefreshToken=self.rotated["AuthenticationResult"]["RefreshToken"],
            ),
        }


@pytest.mark.alone
@pytest.mark.parametrize(
    ("order", "error"),
    [(THROWN, "UserLambdaValidationException"), (BROKEN, "InvalidLambdaResponseException")],
    ids=["throw", "answer nonsense"],
)
def test_triggers_that(order, error, stage):
    def make_pool(**settings):
        made = stage.house.cognito.create_user_pool(PoolName="declared", **settings)
        pool = Pool(stage.house, made["UserPool"]["Id"])
        pool.client()
        return pool

    scene = Triggered(make_pool)
    triggers = {
        name: function
        for name, function in stage.triggers().items()
        if "Sender" not in name and name != "KMSKeyID"
    }
    scene.pool.cognito.update_user_pool(
        UserPoolId=scene.pool.id, AutoVerifiedAttributes=["email"], LambdaConfig=triggers
    )
    every = ["PreSignUp", "PostConfirmation", "PreAuthentication", "CustomMessage"]
    stage.recorder.order(scene.pool.id, dict.fromkeys([*every, "TokenGeneration"], order))
    calls = scene.calls()
    assert outcomes(calls) == all_of(calls, error)


@pytest.mark.alone
def test_messages_that_nobody_takes(folder):
    keys = houses.Keys(folder / "mute")
    server = houses.node(folder / "mute", keys, f"embedded:{folder / 'mute' / 'data'}")
    at = server.arguments.index("--outbox")
    del server.arguments[at : at + 2]
    house = houses.served(server, server.start(), keys)
    try:
        made = house.cognito.create_user_pool(PoolName="mute")["UserPool"]
        pool = Pool(house, made["Id"])
        pool.client()
        ann = person(pool)
        token = {"AccessToken": ann.sign_in()["AccessToken"]}
        house.cognito.update_user_pool(UserPoolId=pool.id, AutoVerifiedAttributes=["email"])
        mail = [{"Name": "email", "Value": address()}]
        calls = {
            "SignUp": lambda: pool.sign_up(os.urandom(6).hex(), email=address()),
            "ForgotPassword": lambda: house.cognito.forgot_password(
                ClientId=pool.web.id, Username=ann.name
            ),
            "AdminCreateUser": lambda: house.cognito.admin_create_user(
                UserPoolId=pool.id,
                Username=os.urandom(6).hex(),
                UserAttributes=mail,
                DesiredDeliveryMediums=["EMAIL"],
            ),
            "GetUserAttributeVerificationCode": lambda: (
                house.cognito.get_user_attribute_verification_code(**token, AttributeName="email")
            ),
            "UpdateUserAttributes": lambda: house.cognito.update_user_attributes(
                **token, UserAttributes=mail
            ),
        }
        assert outcomes(calls) == all_of(calls, "CodeDeliveryFailureException")
    finally:
        server.stop()


def test_names_that_somebody_has(make_pool):
    pool = make_pool(AliasAttributes=["email"], AutoVerifiedAttributes=["email"])
    cognito, of_pool = pool.cognito, {"UserPoolId": pool.id}
    taken = address()
    ann = pool.sign_up(os.urandom(6).hex(), email=taken)
    code = pool.house.mailbox.code(taken)
    cognito.confirm_sign_up(ClientId=pool.web.id, Username=ann.name, ConfirmationCode=code)
    other = pool.sign_up(os.urandom(6).hex(), email=taken)
    other_code = pool.house.mailbox.code(taken, 2)
    bob = person(pool)
    token = {"AccessToken": bob.sign_in()["AccessToken"]}
    same = [{"Name": "email", "Value": taken}]
    cognito.update_user_attributes(**token, UserAttributes=same)
    third_code = pool.house.mailbox.code(taken, 3)
    calls = {
        "ConfirmSignUp": lambda: cognito.confirm_sign_up(
            ClientId=pool.web.id, Username=other.name, ConfirmationCode=other_code
        ),
        "VerifyUserAttribute": lambda: cognito.verify_user_attribute(
            **token, AttributeName="email", Code=third_code
        ),
        "AdminUpdateUserAttributes": lambda: cognito.admin_update_user_attributes(
            **of_pool,
            Username=bob.name,
            UserAttributes=[*same, {"Name": "email_verified", "Value": "true"}],
        ),
    }
    assert outcomes(calls) == all_of(calls, "AliasExistsException")


def test_what_was_asked_for_too_often(make_pool):
    pool = make_pool(AutoVerifiedAttributes=["email"])
    ann, cognito = person(pool), pool.cognito
    of_user = {"ClientId": pool.web.id, "Username": ann.name}
    token = {"AccessToken": ann.sign_in()["AccessToken"]}
    wrong = {"ConfirmationCode": "000000"}
    calls = {
        "ForgotPassword": lambda: cognito.forgot_password(**of_user),
        "ConfirmForgotPassword": lambda: cognito.confirm_forgot_password(
            **of_user, **wrong, Password=secrets.password()
        ),
        "GetUserAttributeVerificationCode": lambda: cognito.get_user_attribute_verification_code(
            **token, AttributeName="email"
        ),
        "VerifyUserAttribute": lambda: cognito.verify_user_attribute(
            **token, AttributeName="email", Code="000000"
        ),
        "ChangePassword": lambda: cognito.change_password(
            **token, PreviousPassword=secrets.password(), ProposedPassword=secrets.password()
        ),
    }
    for call in calls.values():
        for _ in range(25):
            last = outcome(call)
        assert last in ("LimitExceededException", "NotAuthorizedException"), last


def test_factors_that_nobody_has(make_pool):
    pool = make_pool()
    pool.cognito.set_user_pool_mfa_config(
        UserPoolId=pool.id,
        MfaConfiguration="OPTIONAL",
        SoftwareTokenMfaConfiguration={"Enabled": True},
    )
    ann, cognito = person(pool), pool.cognito
    token = {"AccessToken": ann.sign_in()["AccessToken"]}
    assert outcome(lambda: cognito.verify_software_token(**token, UserCode="000000")) == (
        "SoftwareTokenMFANotFoundException"
    )
    cognito.associate_software_token(**token)
    assert outcome(lambda: cognito.verify_software_token(**token, UserCode="000000")) == (
        "EnableSoftwareTokenMFAException"
    )
    # The pool takes neither passkeys nor has it a domain for them.
    assert outcome(lambda: cognito.start_web_authn_registration(**token)) == (
        "WebAuthnNotEnabledException"
    )
    assert outcome(
        lambda: cognito.complete_web_authn_registration(**token, Credential={"id": "x"})
    ) == "WebAuthnNotEnabledException"
    factors = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}}
    cognito.update_user_pool(UserPoolId=pool.id, Policies=factors)
    assert outcome(lambda: cognito.start_web_authn_registration(**token)) == (
        "WebAuthnConfigurationMissingException"
    )


def test_pools_clients_and_providers_that_are_not_there(plain):
    cognito, nowhere = plain.cognito, {"UserPoolId": f"{plain.house.region}_NoSuchPool"}
    user = {"ProviderName": "Elsewhere", "ProviderAttributeValue": "x"}
    calls = {
        "AddCustomAttributes": lambda: cognito.add_custom_attributes(
            **nowhere, CustomAttributes=[{"Name": "x", "AttributeDataType": "String"}]
        ),
        "AdminLinkProviderForUser": lambda: cognito.admin_link_provider_for_user(
            **nowhere, DestinationUser=user, SourceUser=user
        ),
        "AdminDisableProviderForUser": lambda: cognito.admin_disable_provider_for_user(
            **nowhere, User=user
        ),
    }
    assert outcomes(calls) == all_of(calls, "ResourceNotFoundException")


def test_a_client_with_three_secrets(plain):
    client = plain.client(GenerateSecret=True)
    which = {"UserPoolId": plain.id, "ClientId": client.id}
    plain.cognito.add_user_pool_client_secret(**which)
    assert outcome(lambda: plain.cognito.add_user_pool_client_secret(**which)) == (
        "LimitExceededException"
    )


def test_new_passwords_that_are_none(plain):
    cognito, ann = plain.cognito, os.urandom(6).hex()
    of_client, temporary = {"ClientId": plain.web.id}, secrets.password()
    cognito.admin_create_user(
        UserPoolId=plain.id,
        Username=ann,
        TemporaryPassword=temporary,
        MessageAction="SUPPRESS",
    )
    begun = plain.web.password(ann, temporary)
    weak = {
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "Session": begun["Session"],
        "ChallengeResponses": {"USERNAME": ann, "NEW_PASSWORD": "weak"},
    }
    calls = {
        "RespondToAuthChallenge": lambda: cognito.respond_to_auth_challenge(**of_client, **weak),
        "AdminRespondToAuthChallenge": lambda: cognito.admin_respond_to_auth_challenge(
            UserPoolId=plain.id, **of_client, **weak
        ),
    }
    assert outcomes(calls) == all_of(calls, "InvalidPasswordException")


class Signing:
    """The operations that take a password, for whoever is not to come in."""

    def __init__(self, pool: Pool):
        self.pool, self.cognito = pool, pool.cognito
        self.of_client = {"UserPoolId": pool.id, "ClientId": pool.web.id}

    def as_admin(self, flow: str, **parameters: str) -> dict:
        return self.cognito.admin_initiate_auth(
            **self.of_client, AuthFlow=flow, AuthParameters=parameters
        )

    def proven(self, initiate, someone: Person) -> dict:
        proof = SrpClient(self.pool.id)
        begun = initiate("USER_SRP_AUTH", USERNAME=someone.name, SRP_A=proof.srp_a)
        return proof.answers(begun["ChallengeParameters"], someone.password)

    def calls(self, someone: Person) -> dict:
        answers = self.proven(self.pool.web.initiate, someone)
        answers_as_admin = self.proven(self.as_admin, someone)
        named = {"USERNAME": someone.name, "PASSWORD": someone.password}
        return {
            "InitiateAuth": lambda: self.pool.web.initiate("USER_PASSWORD_AUTH", **named),
            "AdminInitiateAuth": lambda: self.as_admin("ADMIN_USER_PASSWORD_AUTH", **named),
            "RespondToAuthChallenge": lambda: self.pool.web.respond("PASSWORD_VERIFIER", **answers),
            "AdminRespondToAuthChallenge": lambda: self.cognito.admin_respond_to_auth_challenge(
                **self.of_client,
                ChallengeName="PASSWORD_VERIFIER",
                ChallengeResponses=answers_as_admin,
            ),
        }


def test_who_may_not_sign_in_yet(plain):
    signing = Signing(plain)
    calls = signing.calls(plain.sign_up(os.urandom(6).hex()))
    assert outcomes(calls) == all_of(calls, "UserNotConfirmedException")
    reset = person(plain)
    plain.cognito.admin_reset_user_password(UserPoolId=plain.id, Username=reset.name)
    calls = signing.calls(reset)
    assert outcomes(calls) == all_of(calls, "PasswordResetRequiredException")


def test_nobody_to_sign_in_or_to_link(plain):
    cognito, of_pool = plain.cognito, {"UserPoolId": plain.id}
    nobody = {"ProviderName": "Cognito", "ProviderAttributeValue": "nobody"}
    calls = {
        "AdminInitiateAuth": lambda: Signing(plain).as_admin(
            "ADMIN_USER_PASSWORD_AUTH", USERNAME="nobody", PASSWORD=secrets.password()
        ),
        "ConfirmForgotPassword": lambda: cognito.confirm_forgot_password(
            ClientId=plain.web.id,
            Username="nobody",
            ConfirmationCode="123456",
            Password=secrets.password(),
        ),
        "AdminLinkProviderForUser": lambda: cognito.admin_link_provider_for_user(
            **of_pool, DestinationUser=nobody, SourceUser=at_provider(plain, "x")
        ),
        "AdminDisableProviderForUser": lambda: cognito.admin_disable_provider_for_user(
            **of_pool, User=nobody
        ),
    }
    assert outcomes(calls) == all_of(calls, "UserNotFoundException")


def at_provider(pool: Pool, subject: str) -> dict[str, str]:
    """Somebody at a provider of the pool, which is made for them."""
    name = f"corp-{os.urandom(4).hex()}"
    pool.cognito.create_identity_provider(
        UserPoolId=pool.id,
        ProviderName=name,
        ProviderType="OIDC",
        ProviderDetails={
            "client_id": "x",
            "client_secret": "x",
            "authorize_scopes": "openid",
            "attributes_request_method": "GET",
            "oidc_issuer": "https://corp.example.com",
        },
    )
    return {
        "ProviderName": name,
        "ProviderAttributeName": "Cognito_Subject",
        "ProviderAttributeValue": subject,
    }


def test_one_more_than_there_may_be(make_pool):
    pool = make_pool()
    cognito, of_pool, ann = pool.cognito, {"UserPoolId": pool.id}, person(pool)
    user = {"ProviderName": "Cognito", "ProviderAttributeValue": ann.name}

    def link():
        source = at_provider(pool, "x")
        cognito.admin_link_provider_for_user(**of_pool, DestinationUser=user, SourceUser=source)

    def replicate(region):
        cognito.create_user_pool_replica(**of_pool, RegionName=region)

    for _ in range(5):
        link()
    replicate("eu-central-1")
    calls = {
        "AdminLinkProviderForUser": link,
        "CreateUserPoolReplica": lambda: replicate("eu-north-1"),
    }
    assert outcomes(calls) == all_of(calls, "LimitExceededException")
    cognito.delete_user_pool_replica(**of_pool, RegionName="eu-central-1")
    category = {"LimitClass": "API_CATEGORY", "Attributes": {"Category": "UserAuthentication"}}
    assert outcome(
        lambda: cognito.update_provisioned_limit(
            LimitDefinition=category, RequestedLimitValue=10_001
        )
    ) == "ServiceQuotaExceededException"


def test_one_passkey_more_than_a_user_may_have(make_pool):
    pool, ann = passkey_pool(make_pool)
    for _ in range(20):
        token = register(pool.web, ann, Passkey())
    assert outcome(
        lambda: pool.cognito.start_web_authn_registration(AccessToken=token)
    ) == "LimitExceededException"


def passkey_pool(make_pool) -> tuple[Pool, Person]:
    factors = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}}
    pool = make_pool(Policies=factors)
    pool.cognito.set_user_pool_mfa_config(
        UserPoolId=pool.id, WebAuthnConfiguration={"RelyingPartyId": "example.com"}
    )
    return pool, person(pool)


def test_passkeys_that_do_not_fit(make_pool):
    pool, ann = passkey_pool(make_pool)
    cognito, other = pool.cognito, pool.client(ClientName="another")

    def complete(options, passkey=None, client=pool.web):
        signed_in = client.password(ann.name, ann.password)["AuthenticationResult"]
        return outcome(
            lambda: cognito.complete_web_authn_registration(
                AccessToken=signed_in["AccessToken"],
                Credential=(passkey or Passkey()).make(options),
            )
        )

    def started() -> dict:
        token = ann.sign_in()["AccessToken"]
        answer = cognito.start_web_authn_registration(AccessToken=token)
        return answer["CredentialCreationOptions"]

    assert complete(started(), client=other) == "WebAuthnClientMismatchException"
    elsewhere = started()
    elsewhere["rp"]["id"] = "example.net"
    assert complete(elsewhere) == "WebAuthnRelyingPartyMismatchException"
    unusual, options = Passkey(), started()
    unusual.kind, unusual.key = ES384, ec.generate_private_key(ec.SECP384R1())
    options["pubKeyCredParams"].append({"type": "public-key", "alg": ES384.ALGORITHM})
    assert complete(options, unusual) == "WebAuthnCredentialNotSupportedException"


def test_a_device_that_is_confirmed_twice(make_pool):
    pool = make_pool(
        DeviceConfiguration={
            "ChallengeRequiredOnNewDevice": False,
            "DeviceOnlyRememberedOnUserPrompt": False,
        }
    )
    signed_in = person(pool).sign_in()
    made = signed_in["NewDeviceMetadata"]
    _, verifier = generate_hash_device(made["DeviceGroupKey"], made["DeviceKey"])

    def confirm():
        pool.cognito.confirm_device(
            AccessToken=signed_in["AccessToken"],
            DeviceKey=made["DeviceKey"],
            DeviceSecretVerifierConfig=verifier,
        )

    confirm()
    assert outcome(confirm) == "DeviceKeyExistsException"


def test_terms_with_the_name_of_others(plain):
    cognito, of_pool = plain.cognito, {"UserPoolId": plain.id}
    first, second = (
        cognito.create_terms(
            **of_pool,
            ClientId=plain.web.id,
            TermsName=name,
            TermsSource="LINK",
            Enforcement="NONE",
            Links={"cognito:default": "https://example.com"},
        )["Terms"]
        for name in ("terms-of-use", "privacy-policy")
    )
    renamed = {**of_pool, "TermsId": first["TermsId"], "TermsName": second["TermsName"]}
    assert outcome(lambda: cognito.update_terms(**renamed)) == "TermsExistsException"
    for terms in (first, second):
        cognito.delete_terms(**of_pool, TermsId=terms["TermsId"])


def test_what_waits_for_an_import(make_pool):
    pool = make_pool(AutoVerifiedAttributes=["email"])
    cognito, of_pool = pool.cognito, {"UserPoolId": pool.id}
    job = imports.job_of(pool)
    rows = [imports.person(f"i{number}") for number in range(5000)]
    assert imports.send(job, imports.file_of(pool, rows)).ok
    imports.start(pool, job)
    more = [{"Name": "x", "AttributeDataType": "String"}]
    calls = {
        "UpdateUserPool": lambda: cognito.update_user_pool(**of_pool),
        "AddCustomAttributes": lambda: cognito.add_custom_attributes(
            **of_pool, CustomAttributes=more
        ),
        "DeleteUserPool": lambda: cognito.delete_user_pool(**of_pool),
    }
    assert outcomes(calls) == all_of(calls, "UserImportInProgressException")
    cognito.stop_user_import_job(**of_pool, JobId=job["JobId"])
    assert imports.ended(pool, job)["Status"] == "Stopped"


def test_codes_that_an_administrator_passes_on(make_pool):
    pool = make_pool()
    configure(pool, "OPTIONAL")
    cognito, ann = pool.cognito, person(pool)
    app, signing = enrol(ann), Signing(pool)

    def respond(code):
        named = {"USERNAME": ann.name, "PASSWORD": ann.password}
        asked = signing.as_admin("ADMIN_USER_PASSWORD_AUTH", **named)
        cognito.admin_respond_to_auth_challenge(
            **signing.of_client,
            ChallengeName="SOFTWARE_TOKEN_MFA",
            Session=asked["Session"],
            ChallengeResponses={"USERNAME": ann.name, "SOFTWARE_TOKEN_MFA_CODE": code},
        )

    code = app.code()
    respond(code)
    assert outcome(lambda: respond(code)) == "ExpiredCodeException"
    assert outcome(lambda: respond("none")) == "CodeMismatchException"


def test_authenticators_that_a_pool_does_not_take(plain):
    token = {"AccessToken": plain.person(os.urandom(6).hex()).sign_in()["AccessToken"]}
    calls = {
        "AssociateSoftwareToken": lambda: plain.cognito.associate_software_token(**token),
        "VerifySoftwareToken": lambda: plain.cognito.verify_software_token(
            **token, UserCode="123456"
        ),
    }
    assert outcomes(calls) == all_of(calls, "SoftwareTokenMFANotFoundException")
    forged = {"AccessToken": f"{token['AccessToken'][:-6]}AAAAAA", "UserCode": "123456"}
    assert outcome(lambda: plain.cognito.verify_software_token(**forged)) == (
        "NotAuthorizedException"
    )


def test_a_style_that_is_not_there(plain):
    style = {"ManagedLoginBrandingId": "0a1b2c3d-0a1b-4c3d-8e4f-0a1b2c3d4e5f"}
    assert outcome(
        lambda: plain.cognito.update_managed_login_branding(UserPoolId=plain.id, **style)
    ) == "ResourceNotFoundException"


def test_a_new_password_that_was_had_before(make_pool):
    pool = make_pool(Policies={"PasswordPolicy": {"MinimumLength": 8, "PasswordHistorySize": 3}})
    signing, ann = Signing(pool), person(pool)
    temporary = secrets.password()
    pool.cognito.admin_set_user_password(
        UserPoolId=pool.id, Username=ann.name, Password=temporary, Permanent=False
    )
    named = {"USERNAME": ann.name, "PASSWORD": temporary}
    answers = {"USERNAME": ann.name, "NEW_PASSWORD": ann.password}
    begun = pool.web.initiate("USER_PASSWORD_AUTH", **named)
    as_admin = signing.as_admin("ADMIN_USER_PASSWORD_AUTH", **named)
    calls = {
        "RespondToAuthChallenge": lambda: pool.web.respond(
            "NEW_PASSWORD_REQUIRED", begun["Session"], **answers
        ),
        "AdminRespondToAuthChallenge": lambda: pool.cognito.admin_respond_to_auth_challenge(
            **signing.of_client,
            ChallengeName="NEW_PASSWORD_REQUIRED",
            Session=as_admin["Session"],
            ChallengeResponses=answers,
        ),
    }
    assert outcomes(calls) == all_of(calls, "PasswordHistoryPolicyViolationException")
