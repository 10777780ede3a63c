"""Does boto3 finish each flow and each challenge that the service's model has?

What is looked at closely elsewhere is walked through here once more, from the model's own lists, so
that nothing is forgotten.
"""

import os
import re

import pytest
from pycognito.aws_srp import generate_hash_device
from test_mfa import SMS, Authenticator, configure, enrol, turn_on
from test_passkeys import Authenticator as Passkey
from test_passkeys import register

from harness import secrets
from harness.constraints import SHAPES
from harness.people import Client, Person, Pool, address
from harness.srp import SrpClient

# The older name of a flow, which has no challenge of its own.
NO_CHALLENGE = {"ADMIN_NO_SRP_AUTH"}
FLOWS = SHAPES["AuthFlowType"]["enum"]
CHALLENGES = [it for it in SHAPES["ChallengeNameType"]["enum"] if it not in NO_CHALLENGE]


@pytest.fixture(scope="module")
def pool(make_pool) -> Pool:
    """Everything may be a first factor, and everything a second one for whoever turns it on."""
    pool = make_pool(
        Policies={
            "SignInPolicy": {
                "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"]
            }
        },
        SmsConfiguration=SMS,
        DeviceConfiguration={
            "ChallengeRequiredOnNewDevice": True,
            "DeviceOnlyRememberedOnUserPrompt": False,
        },
    )
    configure(pool, "OPTIONAL")
    pool.cognito.set_user_pool_mfa_config(
        UserPoolId=pool.id, WebAuthnConfiguration={"RelyingPartyId": "example.com"}
    )
    return pool


@pytest.fixture(scope="module")
def strict(make_pool) -> Pool:
    """Nobody comes in without an authenticator."""
    pool = make_pool()
    pool.cognito.set_user_pool_mfa_config(
        UserPoolId=pool.id,
        MfaConfiguration="ON",
        SoftwareTokenMfaConfiguration={"Enabled": True},
    )
    return pool


@pytest.fixture(scope="module")
def web(pool) -> Client:
    """A client that may use every flow."""
    flows = "USER_AUTH USER_SRP_AUTH USER_PASSWORD_AUTH ADMIN_USER_PASSWORD_AUTH REFRESH_TOKEN_AUTH"
    return pool.client(ExplicitAuthFlows=[f"ALLOW_{flow}" for flow in flows.split()])


@pytest.fixture
def ann(pool, web) -> Person:
    """Somebody with a proven address and number, which sign nobody in with a password beside them."""
    person = pool.person(os.urandom(6).hex(), web)
    person.email = address()
    person.phone = f"+1556{int.from_bytes(os.urandom(4)) % 10**7:07}"
    proven = {
        "email": person.email,
        "email_verified": "true",
        "phone_number": person.phone,
        "phone_number_verified": "true",
    }
    pool.cognito.admin_update_user_attributes(
        UserPoolId=pool.id,
        Username=person.name,
        UserAttributes=[{"Name": name, "Value": value} for name, value in proven.items()],
    )
    return person


class Walk:
    """The calls of one sign-in after another, and what was asked on the way."""

    def __init__(self, ann: Person, starter: Pool, strict: Pool):
        self.ann, self.web, self.pool = ann, ann.client, ann.pool
        self.starter, self.strict = starter, strict
        self.asked: list[str] = []

    def begin(self, flow: str, **parameters: str) -> dict:
        return self.saw(self.web.initiate(flow, USERNAME=self.ann.name, **parameters))

    def saw(self, answer: dict) -> dict:
        if "ChallengeName" in answer:
            self.asked.append(answer["ChallengeName"])
        return answer

    def answer(self, asked: dict, **responses: str) -> dict:
        responses.setdefault("USERNAME", self.ann.name)
        name, session = asked["ChallengeName"], asked.get("Session")
        return self.saw(self.web.respond(name, session, **responses))

    def password(self) -> dict:
        return self.begin("USER_PASSWORD_AUTH", PASSWORD=self.ann.password)

    def prove(self, asked: dict, proof: SrpClient, **more: str) -> dict:
        answers = proof.answers(asked["ChallengeParameters"], self.ann.password)
        return self.answer(asked, **answers, **more)

    def admin(self, flow: str) -> dict:
        parameters = {"USERNAME": self.ann.name, "PASSWORD": self.ann.password}
        return self.pool.cognito.admin_initiate_auth(
            UserPoolId=self.pool.id, ClientId=self.web.id, AuthFlow=flow, AuthParameters=parameters
        )

    def choose(self, factor: str, **more: str) -> dict:
        offered = self.begin("USER_AUTH")
        assert factor in offered["AvailableChallenges"]
        return self.answer(offered, ANSWER=factor, **more)

    def mailed(self) -> str:
        return self.pool.house.mailbox.code(self.ann.email)

    def texted(self) -> str:
        return self.pool.house.mailbox.code(self.ann.phone)

    # Flows.

    def user_password_auth(self):
        return self.password()

    def admin_user_password_auth(self):
        return self.admin("ADMIN_USER_PASSWORD_AUTH")

    def admin_no_srp_auth(self):
        return self.admin("ADMIN_NO_SRP_AUTH")

    def user_srp_auth(self):
        proof = SrpClient(self.pool.id)
        return self.prove(self.begin("USER_SRP_AUTH", SRP_A=proof.srp_a), proof)

    def refresh(self, flow: str):
        """On the device that the sign-in was on."""
        result = self.ann.sign_in()
        device = {"DEVICE_KEY": result["NewDeviceMetadata"]["DeviceKey"]}
        return self.web.initiate(flow, REFRESH_TOKEN=result["RefreshToken"], **device)

    def refresh_token_auth(self):
        return self.refresh("REFRESH_TOKEN_AUTH")

    def refresh_token(self):
        return self.refresh("REFRESH_TOKEN")

    def custom_auth(self):
        return self.custom_challenge()

    def user_auth(self):
        chosen = {"PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": self.ann.password}
        return self.begin("USER_AUTH", **chosen)

    # Challenges.

    def password_verifier(self):
        return self.user_srp_auth()

    def select_challenge(self):
        return self.choose("PASSWORD", PASSWORD=self.ann.password)

    def password_srp(self):
        proof = SrpClient(self.pool.id)
        done = self.prove(self.choose("PASSWORD_SRP", SRP_A=proof.srp_a), proof)
        assert self.asked == ["SELECT_CHALLENGE", "PASSWORD_VERIFIER"]
        preferred = {"PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": proof.srp_a}
        again = self.prove(self.begin("USER_AUTH", **preferred), proof)
        assert again["AuthenticationResult"]
        return done

    def email_otp(self):
        """As the only factor; as the second one it is looked at in test_mfa.py."""
        return self.answer(self.choose("EMAIL_OTP"), EMAIL_OTP_CODE=self.mailed())

    def sms_otp(self):
        return self.answer(self.choose("SMS_OTP"), SMS_OTP_CODE=self.texted())

    def web_authn(self):
        passkey = Passkey()
        register(self.web, self.ann, passkey)
        asked = self.choose("WEB_AUTHN")
        options = asked["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"]
        return self.answer(asked, CREDENTIAL=passkey.answer(options))

    def sms_mfa(self):
        turn_on(self.ann, SMSMfaSettings={"Enabled": True, "PreferredMfa": True})
        return self.answer(self.password(), SMS_MFA_CODE=self.texted())

    def software_token_mfa(self):
        app = enrol(self.ann)
        return self.answer(self.password(), SOFTWARE_TOKEN_MFA_CODE=app.code())

    def select_mfa_type(self):
        either = {"Enabled": True, "PreferredMfa": False}
        turn_on(self.ann, SMSMfaSettings=either, EmailMfaSettings=either)
        asked = self.answer(self.password(), ANSWER="EMAIL_OTP")
        return self.answer(asked, EMAIL_OTP_CODE=self.mailed())

    def mfa_setup(self):
        self.ann = self.strict.person(os.urandom(6).hex())
        self.web, cognito = self.ann.client, self.strict.cognito
        asked = self.password()
        begun = cognito.associate_software_token(Session=asked["Session"])
        code = Authenticator(begun["SecretCode"]).code()
        verified = cognito.verify_software_token(Session=begun["Session"], UserCode=code)
        return self.answer({**asked, "Session": verified["Session"]})

    def new_password_required(self):
        self.pool.cognito.admin_set_user_password(
            UserPoolId=self.pool.id, Username=self.ann.name, Password=self.ann.password
        )
        return self.answer(self.password(), NEW_PASSWORD=secrets.password())

    def device_srp_auth(self):
        result = self.user_srp_auth()["AuthenticationResult"]
        made = result["NewDeviceMetadata"]
        key, group = made["DeviceKey"], made["DeviceGroupKey"]
        secret, verifier = generate_hash_device(group, key)
        self.pool.cognito.confirm_device(
            AccessToken=result["AccessToken"],
            DeviceKey=key,
            DeviceName="boto3",
            DeviceSecretVerifierConfig=verifier,
        )
        proof = SrpClient(self.pool.id)
        begun = self.begin("USER_SRP_AUTH", SRP_A=proof.srp_a, DEVICE_KEY=key)
        asked = self.prove(begun, proof, DEVICE_KEY=key)
        # A device proves its secret as a user does, in its group as in a pool.
        device = SrpClient(f"_{group}")
        asked = self.answer(asked, SRP_A=device.srp_a, DEVICE_KEY=key)
        shown = {**asked["ChallengeParameters"], "USER_ID_FOR_SRP": key}
        answers = device.answers(shown, secret) | {"USERNAME": self.ann.name}
        return self.answer(asked, **answers, DEVICE_KEY=key)

    def device_password_verifier(self):
        return self.device_srp_auth()

    def custom_challenge(self):
        """In the starter's pool, whose functions mail a code."""
        self.ann = self.starter.sign_up()
        self.ann.confirm()
        self.web = self.ann.client
        asked = self.begin("CUSTOM_AUTH")
        mail, _ = self.starter.house.mailbox.wait_for(self.ann.name, 2)
        [code] = set(re.findall(r"\b\d{8}\b", mail["body"]))
        secrets.remember_code(code)
        return self.answer(asked, ANSWER=code)


@pytest.fixture
def walk(ann, starter, strict) -> Walk:
    return Walk(ann, starter, strict)


def is_signed_in(answer: dict) -> bool:
    return bool(answer.get("AuthenticationResult", {}).get("AccessToken"))


@pytest.mark.parametrize("flow", FLOWS)
def test_a_flow_ends_with_tokens(walk, flow):
    assert is_signed_in(getattr(walk, flow.lower())())


# What is chosen and never asked for by its own name.
CHOSEN = {"PASSWORD": "SELECT_CHALLENGE", "PASSWORD_SRP": "PASSWORD_VERIFIER"}


@pytest.mark.parametrize("challenge", CHALLENGES)
def test_a_challenge_is_answered(walk, challenge):
    way = {"PASSWORD": "select_challenge"}.get(challenge, challenge.lower())
    assert is_signed_in(getattr(walk, way)())
    assert CHOSEN.get(challenge, challenge) in walk.asked
