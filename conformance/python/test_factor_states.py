"""What is said where a factor, a device or a way to sign in is asked for that the pool, the client
or the user has no more, or never had?"""

import os

import pytest
from pycognito.aws_srp import generate_hash_device
from test_declared_errors import all_of, outcome, outcomes, person
from test_mfa import SMS, Authenticator, configure, enrol
from test_states import DEVICE, SigningIn

from harness.people import Pool

TRACKING = {"ChallengeRequiredOnNewDevice": False, "DeviceOnlyRememberedOnUserPrompt": False}
CUSTOM = {"ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"]}


def about_devices(pool: Pool, someone, token: str) -> dict:
    """A call of each operation about devices."""
    cognito = pool.cognito
    of_user = {"UserPoolId": pool.id, "Username": someone.name}
    device, token = {"DeviceKey": DEVICE}, {"AccessToken": token}
    _, verifier = generate_hash_device("-group", DEVICE)
    status = {"DeviceRememberedStatus": "remembered"}
    return {
        "AdminForgetDevice": lambda: cognito.admin_forget_device(**of_user, **device),
        "AdminGetDevice": lambda: cognito.admin_get_device(**of_user, **device),
        "AdminListDevices": lambda: cognito.admin_list_devices(**of_user),
        "AdminUpdateDeviceStatus": lambda: cognito.admin_update_device_status(
            **of_user, **device, **status
        ),
        "ConfirmDevice": lambda: cognito.confirm_device(
            **token, **device, DeviceSecretVerifierConfig=verifier
        ),
        "ForgetDevice": lambda: cognito.forget_device(**token, **device),
        "GetDevice": lambda: cognito.get_device(**token, **device),
        "ListDevices": lambda: cognito.list_devices(**token),
        "UpdateDeviceStatus": lambda: cognito.update_device_status(**token, **device, **status),
    }


def test_devices_of_a_pool_that_does_not_know_them_apart(make_pool):
    pool = make_pool()
    ann = pool.person(os.urandom(6).hex())
    calls = about_devices(pool, ann, ann.sign_in()["AccessToken"])
    assert outcomes(calls) == all_of(calls, "InvalidUserPoolConfigurationException")
    pool.cognito.update_user_pool(UserPoolId=pool.id, DeviceConfiguration=TRACKING)
    calls = about_devices(pool, ann, ann.sign_in()["AccessToken"])
    listed = {"AdminListDevices", "ListDevices"}
    assert outcomes(calls) == {
        **all_of(calls, "ResourceNotFoundException"),
        **dict.fromkeys(listed, "nothing was refused"),
        "ConfirmDevice": "InvalidParameterException",
    }


def test_the_proof_of_a_device_that_is_none(make_pool):
    pool = make_pool(DeviceConfiguration=TRACKING)
    signed_in = person(pool).sign_in()
    key = signed_in["NewDeviceMetadata"]["DeviceKey"]
    assert outcome(
        lambda: pool.cognito.confirm_device(
            AccessToken=signed_in["AccessToken"],
            DeviceKey=key,
            DeviceSecretVerifierConfig={"PasswordVerifier": "AAAA", "Salt": "AAAA"},
        )
    ) == "InvalidPasswordException"


def test_an_authenticator_that_is_taken_away_before_its_code_comes(make_pool):
    pool = make_pool()
    configure(pool, "OPTIONAL")
    signing, ann = SigningIn(pool), person(pool)
    code = enrol(ann).code()
    calls = signing.answers(
        signing.by_password(ann),
        "SOFTWARE_TOKEN_MFA",
        USERNAME=ann.name,
        SOFTWARE_TOKEN_MFA_CODE=code,
    )
    of_user = {"UserPoolId": pool.id, "Username": ann.name}
    pool.cognito._make_api_call("AdminDeleteSoftwareToken", of_user)
    assert outcomes(calls) == all_of(calls, "SoftwareTokenMFANotFoundException")


def test_an_authenticator_that_was_to_be_set_up_and_was_not(make_pool):
    pool = make_pool()
    ann = person(pool)
    pool.cognito.set_user_pool_mfa_config(
        UserPoolId=pool.id,
        MfaConfiguration="ON",
        SoftwareTokenMfaConfiguration={"Enabled": True},
    )
    signing = SigningIn(pool)
    begun = signing.by_password(ann)
    assert {asked["ChallengeName"] for asked in begun.values()} == {"MFA_SETUP"}
    calls = signing.answers(begun, "MFA_SETUP", USERNAME=ann.name)
    assert outcomes(calls) == all_of(calls, "SoftwareTokenMFANotFoundException")


def test_no_factor_that_could_be_asked_for(make_pool):
    """A number can be set up on the pages alone."""
    pool = make_pool()
    ann = person(pool)
    pool.cognito.set_user_pool_mfa_config(
        UserPoolId=pool.id,
        MfaConfiguration="ON",
        SmsMfaConfiguration={"SmsAuthenticationMessage": "{####}", "SmsConfiguration": SMS},
    )
    signing = SigningIn(pool)
    calls = signing.proofs(ann)
    named = {"USERNAME": ann.name, "PASSWORD": ann.password}
    calls["AdminInitiateAuth"] = lambda: pool.cognito.admin_initiate_auth(
        **signing.of_client, AuthFlow="ADMIN_USER_PASSWORD_AUTH", AuthParameters=named
    )
    assert outcomes(calls) == all_of(calls, "MFAMethodNotFoundException")
    # This one has no word of its own for it.
    assert outcome(ann.sign_in) == "NotAuthorizedException"
    # Nobody learns it without the password.
    ann.password = f"Wrong-{ann.password}"
    assert outcome(calls["AdminInitiateAuth"]) == "MFAMethodNotFoundException"
    named["PASSWORD"] = ann.password
    assert outcome(calls["AdminInitiateAuth"]) == "NotAuthorizedException"


def test_second_factors_that_are_turned_off_before_the_first_code(make_pool):
    pool = make_pool()
    configure(pool, "OPTIONAL")
    token = {"AccessToken": person(pool).sign_in()["AccessToken"]}
    app = Authenticator(pool.cognito.associate_software_token(**token)["SecretCode"])
    pool.cognito.update_user_pool(UserPoolId=pool.id, MfaConfiguration="OFF")
    assert outcome(
        lambda: pool.cognito.verify_software_token(**token, UserCode=app.code())
    ) == "InvalidUserPoolConfigurationException"
    assert outcome(lambda: pool.cognito.associate_software_token(**token)) == (
        "SoftwareTokenMFANotFoundException"
    )


@pytest.fixture
def custom(stage):
    """A pool with the functions of a custom sign-in that are named, and somebody in it."""

    def make(*names: str):
        cognito = stage.house.cognito
        made = cognito.create_user_pool(
            PoolName="custom", LambdaConfig={name: stage.triggers()[name] for name in names}
        )
        pool = Pool(stage.house, made["UserPool"]["Id"])
        pool.client(**CUSTOM)
        stage.recorder.order(
            pool.id,
            {
                "DefineAuthChallenge": {"response": {"challengeName": "CUSTOM_CHALLENGE"}},
                "CreateAuthChallenge": {"response": {"publicChallengeParameters": {"sum": "2+3"}}},
            },
        )
        return SigningIn(pool), pool.person(os.urandom(6).hex())

    return make


def test_a_custom_sign_in_that_lacks_one_of_its_functions(custom):
    signing, ann = custom("DefineAuthChallenge")
    parameters = {"USERNAME": ann.name}
    calls = {
        "InitiateAuth": lambda: signing.pool.web.initiate("CUSTOM_AUTH", **parameters),
        "AdminInitiateAuth": lambda: signing.cognito.admin_initiate_auth(
            **signing.of_client, AuthFlow="CUSTOM_AUTH", AuthParameters=parameters
        ),
    }
    assert outcomes(calls) == all_of(calls, "InvalidUserPoolConfigurationException")
    signing, ann = custom("DefineAuthChallenge", "CreateAuthChallenge")
    begun = signing.begun("CUSTOM_AUTH", USERNAME=ann.name)
    calls = signing.answers(begun, "CUSTOM_CHALLENGE", USERNAME=ann.name, ANSWER="5")
    assert outcomes(calls) == all_of(calls, "InvalidUserPoolConfigurationException")


def test_a_refresh_token_that_is_to_be_exchanged(plain):
    rotating = plain.client(
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"], RefreshTokenRotation={"Feature": "ENABLED"}
    )
    ann = plain.person(os.urandom(6).hex())
    signed_in = rotating.password(ann.name, ann.password)["AuthenticationResult"]
    token = signed_in["RefreshToken"]
    calls = {
        "InitiateAuth": lambda: rotating.refresh(token),
        "AdminInitiateAuth": lambda: plain.cognito.admin_initiate_auth(
            UserPoolId=plain.id,
            ClientId=rotating.id,
            AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={"REFRESH_TOKEN": token},
        ),
    }
    assert outcomes(calls) == all_of(calls, "UnsupportedOperationException")
    # It is not spent by that.
    assert plain.cognito.get_tokens_from_refresh_token(RefreshToken=token, ClientId=rotating.id)
