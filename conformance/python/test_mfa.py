"""Is a second factor asked for, taken once, and counted; and may a code be the only one?"""

import base64
import hashlib
import hmac
import os
import struct
import time

import pytest
from pycognito.exceptions import SoftwareTokenMFAChallengeException
from test_srp import pycognito

from harness import secrets
from harness.checks import refused
from harness.people import Person, address

WRONG = "Invalid code received for user"
SMS = {"SnsCallerArn": "arn:aws:iam::000000000000:role/sms"}


def shown(secret: str, at: float) -> str:
    """What an authenticator shows at this moment: RFC 6238."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    tag = hmac.new(key, struct.pack(">Q", int(at) // 30), hashlib.sha1).digest()
    offset = tag[-1] & 15
    code = f"{(struct.unpack('>I', tag[offset : offset + 4])[0] & 0x7FFFFFFF) % 10**6:06}"
    secrets.remember_code(code)
    return code


class Authenticator:
    """An authenticator app, which never shows a code to the server twice: it goes one step ahead."""

    def __init__(self, secret: str):
        self.secret = secret
        self.last = int(time.time()) // 30 - 2

    def code(self) -> str:
        step = max(self.last + 1, int(time.time()) // 30 - 1)
        # The server takes codes that are a step ahead, and no further.
        while step > int(time.time()) // 30 + 1:
            time.sleep(0.5)
        self.last = step
        return shown(self.secret, step * 30)


def configure(pool, mode: str) -> None:
    pool.cognito.set_user_pool_mfa_config(
        UserPoolId=pool.id,
        MfaConfiguration=mode,
        SoftwareTokenMfaConfiguration={"Enabled": True},
        SmsMfaConfiguration={"SmsAuthenticationMessage": "Text {####}", "SmsConfiguration": SMS},
        EmailMfaConfiguration={"Subject": "Your code", "Message": "Mail {####}"},
    )


@pytest.fixture(scope="module")
def careful(make_pool):
    """Second factors of every kind, for whoever turns one on."""
    pool = make_pool()
    configure(pool, "OPTIONAL")
    return pool


@pytest.fixture
def ann(careful) -> Person:
    phone = f"+1555{int.from_bytes(os.urandom(4)) % 10**7:07}"
    person = careful.person(os.urandom(6).hex(), email=address(), phone_number=phone)
    person.phone, person.email = phone, person.attributes()["email"]
    return person


def enrol(person: Person) -> Authenticator:
    token = person.sign_in()["AccessToken"]
    cognito = person.pool.cognito
    app = Authenticator(cognito.associate_software_token(AccessToken=token)["SecretCode"])
    verified = cognito.verify_software_token(AccessToken=token, UserCode=app.code())
    assert verified["Status"] == "SUCCESS"
    cognito.set_user_mfa_preference(
        AccessToken=token, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True}
    )
    return app


def turn_on(person: Person, **settings) -> None:
    person.pool.cognito.admin_set_user_mfa_preference(
        UserPoolId=person.pool.id, Username=person.name, **settings
    )


def test_an_authenticator_is_asked_and_each_code_counts_once(careful, ann):
    app = enrol(ann)
    for sign_in in (careful.web.password, careful.web.srp):
        asked = sign_in(ann.name, ann.password)
        assert asked["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
        assert "AuthenticationResult" not in asked
        code = app.code()
        answers = {"USERNAME": ann.name, "SOFTWARE_TOKEN_MFA_CODE": code}
        done = careful.web.respond("SOFTWARE_TOKEN_MFA", asked["Session"], **answers)
        user = careful.cognito.get_user(AccessToken=done["AuthenticationResult"]["AccessToken"])
        assert user["UserMFASettingList"] == ["SOFTWARE_TOKEN_MFA"]
        assert user["PreferredMfaSetting"] == "SOFTWARE_TOKEN_MFA"
        again = careful.web.password(ann.name, ann.password)
        with refused("ExpiredCodeException", "Your software token has already been used once."):
            careful.web.respond("SOFTWARE_TOKEN_MFA", again["Session"], **answers)


def test_pycognito_enrols_and_signs_in_with_an_authenticator(careful, ann):
    user = pycognito(careful, careful.web, username=ann.name)
    user.authenticate(password=ann.password)
    app = Authenticator(user.associate_software_token())
    assert user.verify_software_token(app.code(), "phone")
    user.set_user_mfa_preference(False, True, "SOFTWARE_TOKEN")
    later = pycognito(careful, careful.web, username=ann.name)
    with pytest.raises(SoftwareTokenMFAChallengeException):
        later.authenticate(password=ann.password)
    later.respond_to_software_token_mfa_challenge(app.code())
    assert later.access_token and later.id_token and later.refresh_token


@pytest.mark.parametrize(
    ("settings", "challenge", "medium"),
    [("SMSMfaSettings", "SMS_MFA", "SMS"), ("EmailMfaSettings", "EMAIL_OTP", "EMAIL")],
)
def test_a_code_that_is_sent_signs_in_and_proves(careful, ann, settings, challenge, medium):
    turn_on(ann, **{settings: {"Enabled": True}})
    to = ann.phone if medium == "SMS" else ann.email
    asked = careful.web.srp(ann.name, ann.password)
    assert asked["ChallengeName"] == challenge
    assert asked["ChallengeParameters"]["CODE_DELIVERY_DELIVERY_MEDIUM"] == medium
    message = careful.house.mailbox.wait_for(to)[0]
    assert message["purpose"] == "Authentication"
    assert message["body"] == f"{'Text' if medium == 'SMS' else 'Mail'} {message['code']}"
    with refused("CodeMismatchException", WRONG):
        careful.web.respond(
            challenge, asked["Session"], **{"USERNAME": ann.name, f"{challenge}_CODE": "none"}
        )
    answers = {"USERNAME": ann.name, f"{challenge}_CODE": message["code"]}
    done = careful.web.respond(challenge, asked["Session"], **answers)
    assert done["AuthenticationResult"]["AccessToken"]
    proven = "phone_number_verified" if medium == "SMS" else "email_verified"
    assert ann.attributes()[proven] == "true"
    with refused("NotAuthorizedException", "~can only be used once"):
        careful.web.respond(challenge, asked["Session"], **answers)


def test_whoever_prefers_none_of_several_chooses(careful, ann):
    turn_on(ann, SMSMfaSettings={"Enabled": True}, EmailMfaSettings={"Enabled": True})
    asked = careful.web.password(ann.name, ann.password)
    assert asked["ChallengeName"] == "SELECT_MFA_TYPE"
    assert asked["ChallengeParameters"]["MFAS_CAN_CHOOSE"] == '["SMS_MFA","EMAIL_OTP"]'
    asked = careful.web.respond(
        "SELECT_MFA_TYPE", asked["Session"], USERNAME=ann.name, ANSWER="EMAIL_OTP"
    )
    assert asked["ChallengeName"] == "EMAIL_OTP"
    done = careful.web.respond(
        "EMAIL_OTP",
        asked["Session"],
        USERNAME=ann.name,
        EMAIL_OTP_CODE=careful.house.mailbox.code(ann.email),
    )
    assert done["AuthenticationResult"]["AccessToken"]


def test_a_sign_in_that_needs_a_factor_sets_one_up(make_pool):
    pool = make_pool()
    pool.cognito.set_user_pool_mfa_config(
        UserPoolId=pool.id,
        MfaConfiguration="ON",
        SoftwareTokenMfaConfiguration={"Enabled": True},
    )
    bob = pool.person("bob")
    asked = pool.web.srp(bob.name, bob.password)
    assert asked["ChallengeName"] == "MFA_SETUP"
    assert asked["ChallengeParameters"]["MFAS_CAN_SETUP"] == '["SOFTWARE_TOKEN_MFA"]'
    given = pool.cognito.associate_software_token(Session=asked["Session"])
    app = Authenticator(given["SecretCode"])
    with refused("EnableSoftwareTokenMFAException"):
        pool.cognito.verify_software_token(Session=given["Session"], UserCode="000000")
    verified = pool.cognito.verify_software_token(Session=given["Session"], UserCode=app.code())
    done = pool.web.respond("MFA_SETUP", verified["Session"], USERNAME=bob.name)
    assert done["AuthenticationResult"]["AccessToken"]
    asked = pool.web.password(bob.name, bob.password)
    assert asked["ChallengeName"] == "SOFTWARE_TOKEN_MFA"


def test_wrong_codes_are_counted_over_sessions(careful, ann):
    """BRU-06."""
    turn_on(ann, EmailMfaSettings={"Enabled": True})

    def guess(asked):
        careful.web.respond(
            "EMAIL_OTP", asked["Session"], USERNAME=ann.name, EMAIL_OTP_CODE="none"
        )

    for _ in range(2):
        asked = careful.web.password(ann.name, ann.password)
        for _ in range(2):
            with refused("CodeMismatchException", WRONG):
                guess(asked)
    asked = careful.web.password(ann.name, ann.password)
    with refused("CodeMismatchException", WRONG):
        guess(asked)
    with refused("NotAuthorizedException", "Password attempts exceeded"):
        guess(asked)


def test_a_code_is_enough_where_the_pool_says_so(make_pool):
    pool = make_pool(
        AutoVerifiedAttributes=["email"],
        Policies={"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}},
    )
    web = pool.client(ExplicitAuthFlows=["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
    email = address()
    carol = pool.sign_up("carol", web, email=email)
    begun = web.initiate("USER_AUTH", USERNAME=carol.name)
    assert begun["ChallengeName"] == "SELECT_CHALLENGE"
    assert begun["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"]
    asked = web.respond("SELECT_CHALLENGE", begun["Session"], USERNAME="carol", ANSWER="EMAIL_OTP")
    assert asked["ChallengeName"] == "EMAIL_OTP"
    code = pool.house.mailbox.code(email, 2)
    assert len(code) == 8
    done = web.respond("EMAIL_OTP", asked["Session"], USERNAME="carol", EMAIL_OTP_CODE=code)
    assert done["AuthenticationResult"]["RefreshToken"]
    assert pool.user("carol")["UserStatus"] == "CONFIRMED"
    at_once = web.initiate(
        "USER_AUTH", USERNAME="carol", PREFERRED_CHALLENGE="PASSWORD", PASSWORD=carol.password
    )
    assert at_once["AuthenticationResult"]["AccessToken"]
    factors = pool.cognito.admin_get_user_auth_factors(UserPoolId=pool.id, Username="carol")
    assert factors["ConfiguredUserAuthFactors"] == ["PASSWORD", "EMAIL_OTP"]


def test_the_configuration_is_told_back(careful):
    told = careful.cognito.get_user_pool_mfa_config(UserPoolId=careful.id)
    assert told["MfaConfiguration"] == "OPTIONAL"
    assert told["SoftwareTokenMfaConfiguration"] == {"Enabled": True}
    assert told["SmsMfaConfiguration"]["SmsConfiguration"] == SMS
    assert told["EmailMfaConfiguration"]["Subject"] == "Your code"
    described = careful.cognito.describe_user_pool(UserPoolId=careful.id)["UserPool"]
    assert described["MfaConfiguration"] == "OPTIONAL"
