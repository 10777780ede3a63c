"""What comes of what triggers answer, and of their being slow, broken or malicious?"""

import json
import re
import time

import pytest
from botocore.exceptions import ClientError

from harness import secrets, tokens
from harness.checks import WRONG_PASSWORD, refused
from harness.people import Person, Pool, address, named
from harness.recorder import FLOWS, SCOPE, Scene

pytestmark = pytest.mark.alone


@pytest.fixture
def scene(stage) -> Scene:
    return stage.scene("Version2")


@pytest.fixture(params=["1", "2", "3"])
def versioned(request, stage) -> Scene:
    """A pool with each version of the event before tokens."""
    return stage.scene(f"Version{request.param}", request.param)


ASK = {"challengeName": "CUSTOM_CHALLENGE"}
CREATE = {
    "response": {
        "publicChallengeParameters": {"question": "2 + 3"},
        "privateChallengeParameters": {"answer": "5"},
    }
}


def custom(*decisions: dict) -> dict:
    return {
        "DefineAuthChallenge": {"response": list(decisions)},
        "CreateAuthChallenge": CREATE,
        "VerifyAuthChallengeResponse": {"compare": "answer"},
    }


def begin_custom(scene: Scene, name: str) -> dict:
    return scene.client.initiate("CUSTOM_AUTH", USERNAME=name)


def answer(scene: Scene, begun: dict, name: str, text: str) -> dict:
    return scene.client.respond("CUSTOM_CHALLENGE", begun["Session"], USERNAME=name, ANSWER=text)


def issued(person: Person) -> tuple[dict, dict]:
    """The claims of the ID token and of the access token of a new sign-in."""
    result = person.sign_in()
    return (
        tokens.verified(result["IdToken"], person.pool.issuer),
        tokens.verified(result["AccessToken"], person.pool.issuer),
    )


# --- bad answers -----------------------------------------------------------------------------------


class Bad:
    """A call that needs an answer of a trigger, and what has to be true if there was none."""

    trigger = ""
    # A member of a type that it does not have, where the answer has members.
    wrong: dict | None = None

    def __init__(self, scene: Scene):
        self.scene = scene
        self.prepare()

    def prepare(self):
        self.ann = self.scene.person()

    def orders(self) -> dict:
        return {}

    def call(self):
        raise NotImplementedError

    def unharmed(self):
        """What the failure left behind."""


class OfPreSignUp(Bad):
    trigger = "PreSignUp"
    wrong = {"autoConfirmUser": "true"}

    def prepare(self):
        self.ann = Person(self.scene.pool, self.scene.client, address(), secrets.password())

    def call(self):
        self.scene.cognito.sign_up(
            ClientId=self.scene.client.id, Username=self.ann.name, Password=self.ann.password
        )

    def unharmed(self):
        with refused("UserNotFoundException", "User does not exist."):
            self.scene.pool.user(self.ann.name)


class OfPostConfirmation(Bad):
    trigger = "PostConfirmation"

    def prepare(self):
        self.to = address()
        self.ann = self.scene.pool.sign_up(address(), email=self.to)

    def call(self):
        code = self.scene.pool.house.mailbox.code(self.to)
        self.scene.cognito.confirm_sign_up(
            ClientId=self.scene.client.id, Username=self.ann.name, ConfirmationCode=code
        )

    def unharmed(self):
        """The user is confirmed, which nothing takes back."""
        assert self.scene.pool.user(self.ann.name)["UserStatus"] == "CONFIRMED"
        self.call = lambda: None


class OfPassword(Bad):
    def call(self):
        assert self.ann.sign_in()


class OfPreAuthentication(OfPassword):
    trigger = "PreAuthentication"


class OfPostAuthentication(OfPassword):
    trigger = "PostAuthentication"


class OfPreTokenGeneration(OfPassword):
    trigger = "TokenGeneration"
    wrong = {"claimsAndScopeOverrideDetails": {"idTokenGeneration": {"claimsToSuppress": "email"}}}


class OfRefresh(OfPreTokenGeneration):
    def prepare(self):
        super().prepare()
        self.token = self.ann.sign_in()["RefreshToken"]

    def call(self):
        assert self.scene.client.refresh(self.token)


class OfCustomMessage(Bad):
    trigger = "CustomMessage"
    wrong = {"emailMessage": 7}

    def prepare(self):
        self.to = address()
        self.ann = self.scene.person(email=self.to)

    def call(self):
        self.scene.cognito.forgot_password(
            ClientId=self.scene.client.id, Username=self.ann.name
        )

    def unharmed(self):
        assert self.scene.pool.house.mailbox.messages(self.to) == []
        assert self.ann.sign_in()


class OfDefine(Bad):
    trigger = "DefineAuthChallenge"
    wrong = {"issueTokens": "yes"}

    def orders(self):
        return custom(ASK, {"issueTokens": True})

    def call(self):
        assert begin_custom(self.scene, self.ann.name)["Session"]


class OfCreate(OfDefine):
    trigger = "CreateAuthChallenge"
    wrong = {"publicChallengeParameters": {"question": 7}}


class OfVerify(OfDefine):
    trigger = "VerifyAuthChallengeResponse"
    wrong = {"answerCorrect": "true"}

    def call(self):
        begun = begin_custom(self.scene, self.ann.name)
        done = answer(self.scene, begun, self.ann.name, "5")
        assert done["AuthenticationResult"]


BAD = [
    OfPreSignUp,
    OfPostConfirmation,
    OfPreAuthentication,
    OfPostAuthentication,
    OfPreTokenGeneration,
    OfRefresh,
    OfCustomMessage,
    OfDefine,
    OfCreate,
    OfVerify,
]
ANSWERS = {
    "an exception": (
        {"throw": "not today"},
        ("UserLambdaValidationException", "{} failed with error not today."),
    ),
    "no JSON": ({"text": "not JSON"}, ("InvalidLambdaResponseException", "Invalid JSON")),
    "nothing": ({"text": ""}, ("InvalidLambdaResponseException", "Invalid JSON")),
    "null": (
        {"answer": None},
        ("InvalidLambdaResponseException", "Unrecognizable lambda output"),
    ),
    "a list": (
        {"answer": [{"response": {}}]},
        ("InvalidLambdaResponseException", "Unrecognizable lambda output"),
    ),
    "no response": (
        {"answer": {"version": "1"}},
        ("InvalidLambdaResponseException", "Unrecognizable lambda output"),
    ),
    "a response that is none": (
        {"answer": {"response": "text"}},
        ("InvalidLambdaResponseException", "Unrecognizable lambda output"),
    ),
    "a wrong type": (
        None,
        ("InvalidLambdaResponseException", "Unrecognizable lambda output"),
    ),
}


@pytest.mark.parametrize(
    "kind, bad",
    [(kind, bad) for kind in BAD for bad in ANSWERS if kind.wrong or bad != "a wrong type"],
)
def test_trg_02_a_bad_answer_stops_the_call(scene, kind, bad):
    """The caller reads what the function said, or that it said nothing, and the next call is well."""
    order, (name, text) = ANSWERS[bad]
    if order is None:
        order = {"answer": {"response": kind.wrong}}
    case = kind(scene)
    shown = {"TokenGeneration": "PreTokenGeneration"}.get(kind.trigger, kind.trigger)
    scene.order(**{**case.orders(), kind.trigger: order})
    scene.forget()
    with refused(name, text.format(shown)) as caught:
        case.call()
    heard = [record["event"]["triggerSource"] for record in scene.recorder.take(scene.pool.id, 1)]
    # The last of all that was called, and not called again.
    assert [source.partition("_")[0] for source in heard].index(kind.trigger) == len(heard) - 1
    for inside in ("Traceback", "arn:", "app.py", "/", "Refused"):
        assert inside not in caught.value.response["Error"]["Message"]
    scene.order(**case.orders())
    case.unharmed()
    case.call()


def test_a_function_that_garbles_its_event(scene):
    """Nothing is read of what it gives back but `response`."""
    name, to, eve = address(), address(), address()
    garbled = {
        "userName": "somebody-else",
        "userPoolId": "eu-west-1_Elsewhere",
        "triggerSource": 7,
        "request": {"userAttributes": {"email": eve}},
        "response": {"autoConfirmUser": True, "unknown": [1]},
    }
    scene.order(PreSignUp={"answer": garbled}, PostConfirmation={"answer": {"response": {}}})
    scene.pool.sign_up(name, email=to)
    user = scene.pool.user(name)
    assert (user["Username"], user["UserStatus"]) == (name, "CONFIRMED")
    assert named(user["UserAttributes"])["email"] == to
    with refused("UserNotFoundException"):
        scene.pool.user("somebody-else")


@pytest.mark.parametrize("decision", [{}, {"challengeName": "SMS_MFA"}, {"issueTokens": False}])
def test_a_decision_that_is_none(scene, decision):
    ann = scene.person()
    scene.order(**custom(decision))
    with refused("InvalidLambdaResponseException", "Unrecognizable lambda output"):
        begin_custom(scene, ann.name)


def test_a_verdict_that_is_none(scene):
    """That `answerCorrect` is missing is neither a yes nor a no."""
    ann = scene.person()
    scene.order(**{**custom(ASK, {"issueTokens": True}), "VerifyAuthChallengeResponse": {}})
    begun = begin_custom(scene, ann.name)
    with refused("InvalidLambdaResponseException", "Unrecognizable lambda output"):
        answer(scene, begun, ann.name, "5")


MIGRATIONS = {
    "an exception": {"throw": "Ann's password is wrong"},
    "no JSON": {"text": "not JSON"},
    "a list": {"answer": []},
    "a wrong type": {"answer": {"response": {"userAttributes": []}}},
    "no attributes": {"response": {"finalUserStatus": "CONFIRMED"}},
    "an unknown status": {
        "response": {"userAttributes": {"email": address()}, "finalUserStatus": "COMPROMISED"}
    },
    "no address": {"response": {"userAttributes": {"email": "nowhere"}}},
}


@pytest.mark.parametrize("bad", MIGRATIONS)
def test_a_migration_that_fails(scene, bad):
    """Whatever went wrong, the caller learns no more than that nobody came over."""
    discreet = scene.pool.client(PreventUserExistenceErrors="ENABLED", ExplicitAuthFlows=FLOWS)
    scene.order(UserMigration=MIGRATIONS[bad])
    name = address().partition("@")[0]
    text = f"Exception migrating user in app client {scene.client.id}"
    with refused("UserNotFoundException", text):
        scene.client.password(name, secrets.password())
    with refused("NotAuthorizedException", WRONG_PASSWORD):
        discreet.password(name, secrets.password())
    with refused("UserNotFoundException", "User does not exist."):
        scene.pool.user(name)
    # The second time it is well.
    known = {"email": address(), "email_verified": "true"}
    scene.order(
        UserMigration={"response": {"userAttributes": known, "finalUserStatus": "CONFIRMED"}}
    )
    assert scene.client.password(name, secrets.password())["AuthenticationResult"]


def test_trg_02_a_trigger_that_hangs_makes_no_user(scene):
    """Five seconds, three tries, one event id; the caller reads what happened and no more."""
    name = address()
    scene.order(PreSignUp={"sleep": 60})
    began = time.monotonic()
    with refused(
        "UnexpectedLambdaException",
        "PreSignUp invocation failed due to error Socket timeout while invoking Lambda function.",
    ):
        scene.cognito.sign_up(
            ClientId=scene.client.id, Username=name, Password=secrets.password()
        )
    assert 14.5 < time.monotonic() - began < 30
    records = scene.recorder.take(scene.pool.id, 3)
    assert [record["event"]["triggerSource"] for record in records] == ["PreSignUp_SignUp"] * 3
    assert records[0]["event"] == records[1]["event"] == records[2]["event"]
    assert len({record["request_id"] for record in records}) == 1
    with refused("UserNotFoundException", "User does not exist."):
        scene.pool.user(name)
    scene.order()
    scene.pool.sign_up(name)


def test_a_message_that_nobody_words_leaves_a_user_who_can_ask_again(scene):
    name, to = address(), address()
    scene.order(CustomMessage={"throw": "no words"})
    with refused("UserLambdaValidationException", "CustomMessage failed with error no words."):
        scene.pool.sign_up(name, email=to)
    assert scene.pool.user(name)["UserStatus"] == "UNCONFIRMED"
    scene.order()
    scene.cognito.resend_confirmation_code(ClientId=scene.client.id, Username=name)
    scene.cognito.confirm_sign_up(
        ClientId=scene.client.id, Username=name, ConfirmationCode=scene.pool.house.mailbox.code(to)
    )


def test_an_invitation_that_nobody_words_invites_nobody(scene):
    name = address()
    scene.order(CustomMessage={"throw": "no words"})
    with refused("UserLambdaValidationException", "CustomMessage failed with error no words."):
        scene.cognito.admin_create_user(
            UserPoolId=scene.pool.id,
            Username=name,
            DesiredDeliveryMediums=["EMAIL"],
            UserAttributes=[{"Name": "email", "Value": address()}],
        )
    with refused("UserNotFoundException"):
        scene.pool.user(name)


def test_a_function_that_is_not_there(stage):
    made = stage.house.cognito.create_user_pool(
        PoolName="forsaken",
        LambdaConfig={"PreSignUp": "arn:aws:lambda:eu-west-1:000000000000:function:nobody"},
    )
    pool = Pool(stage.house, made["UserPool"]["Id"])
    pool.client()
    name = address()
    with refused(
        "UnexpectedLambdaException",
        "PreSignUp invocation failed due to error ResourceNotFoundException.",
    ):
        pool.sign_up(name)
    with refused("UserNotFoundException"):
        pool.user(name)


def complaints(stage) -> list[str]:
    """What the server has complained about."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", stage.server.log.read_text(errors="replace"))
    return [line for line in text.splitlines() if re.match(r"\S+ +(WARN|ERROR) ", line)]


@pytest.mark.parametrize("order", [{"throw": "hush"}, {"text": "hush"}])
def test_a_failure_is_one_line_of_the_log(stage, scene, order):
    """It says which trigger it was, and nothing that the function said."""
    before = len(complaints(stage))
    scene.order(PreSignUp=order)
    with pytest.raises(ClientError):
        scene.pool.sign_up(address())
    [line] = complaints(stage)[before:]
    assert "PreSignUp" in line and "hush" not in line, line


def test_a_sender_that_fails_is_not_noticed(stage):
    """Nobody waits for it; the code never comes, and another can be asked for."""
    scene = stage.scene("Senders")
    before = len(complaints(stage))
    scene.order(CustomEmailSender={"throw": "no post today"})
    ann = scene.pool.sign_up(address(), email=address())
    scene.recorder.take(scene.pool.id, 3)
    for _ in range(100):
        if told := complaints(stage)[before:]:
            break
        time.sleep(0.05)
    assert len(told) == 1 and "CustomEmailSender" in told[0], told
    scene.order()
    scene.cognito.resend_confirmation_code(ClientId=scene.client.id, Username=ann.name)
    sent = scene.recorder.take(scene.pool.id, 2)[-1]
    scene.cognito.confirm_sign_up(
        ClientId=scene.client.id, Username=ann.name, ConfirmationCode=sent["code"]
    )


# --- effects ---------------------------------------------------------------------------------------


def test_a_trigger_confirms_and_verifies(scene):
    scene.order(
        PreSignUp={
            "response": {"autoConfirmUser": True, "autoVerifyEmail": True, "autoVerifyPhone": True}
        }
    )
    to = address()
    ann = scene.pool.sign_up(address(), email=to, phone_number="+15555550110")
    assert scene.pool.user(ann.name)["UserStatus"] == "CONFIRMED"
    assert ann.attributes()["email_verified"] == "true"
    assert ann.attributes()["phone_number_verified"] == "true"
    assert scene.pool.house.mailbox.messages(to) == []
    assert ann.sign_in()


@pytest.mark.parametrize("what", ["autoVerifyEmail", "autoVerifyPhone"])
def test_what_is_not_there_cannot_be_verified(scene, what):
    name = address()
    scene.order(PreSignUp={"response": {"autoConfirmUser": True, what: True}})
    with refused("InvalidLambdaResponseException"):
        scene.pool.sign_up(name)
    with refused("UserNotFoundException"):
        scene.pool.user(name)


def test_a_verified_alias_goes_over(stage):
    """Somebody whose address a trigger vouches for gets it, and who had it loses it."""
    scene = stage.scene("Alias")
    to = address()
    ann = scene.person("first-of-alias", email=to)
    assert scene.client.password(to, ann.password)
    eve = scene.person("second-of-alias", email=to)
    told = tokens.claims(scene.client.password(to, eve.password)["AuthenticationResult"]["IdToken"])
    assert told["cognito:username"] == eve.name
    assert ann.attributes()["email_verified"] == "false"
    assert ann.sign_in()


def test_an_administrators_user_is_not_confirmed_by_a_trigger(scene):
    name = address()
    scene.order(PreSignUp={"response": {"autoConfirmUser": True, "autoVerifyEmail": True}})
    scene.cognito.admin_create_user(
        UserPoolId=scene.pool.id,
        Username=name,
        MessageAction="SUPPRESS",
        UserAttributes=[{"Name": "email", "Value": address()}],
    )
    user = scene.pool.user(name)
    assert user["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert named(user["UserAttributes"]).get("email_verified") != "true"


def test_the_words_of_a_trigger_arrive(scene):
    words = {
        "emailSubject": "Grüße",
        "emailMessage": "<p>Your code: <b>{####}</b></p>",
        "smsMessage": "{####}",
    }
    scene.order(CustomMessage={"response": words})
    to = address()
    ann = scene.pool.sign_up(address(), email=to)
    [mail] = scene.pool.house.mailbox.wait_for(to)
    assert mail["subject"] == "Grüße"
    assert mail["body"] == f"<p>Your code: <b>{mail['code']}</b></p>"
    scene.cognito.confirm_sign_up(
        ClientId=scene.client.id, Username=ann.name, ConfirmationCode=mail["code"]
    )


def test_the_words_of_an_invitation_arrive(scene):
    to, name = address(), address()
    words = {"emailSubject": "Come in", "emailMessage": "{username}: {####}"}
    scene.order(CustomMessage={"response": words})
    scene.cognito.admin_create_user(
        UserPoolId=scene.pool.id,
        Username=name,
        TemporaryPassword=secrets.password(),
        DesiredDeliveryMediums=["EMAIL"],
        UserAttributes=[
            {"Name": "email", "Value": to},
            {"Name": "email_verified", "Value": "true"},
        ],
    )
    [mail] = scene.pool.house.mailbox.wait_for(to)
    assert mail["subject"] == "Come in"
    assert mail["body"] == f"{name}: {mail['code']}"


def test_words_without_the_code_are_not_used(scene):
    scene.order(CustomMessage={"response": {"emailMessage": "Hello!", "emailSubject": "Hello"}})
    to = address()
    scene.pool.sign_up(address(), email=to)
    [mail] = scene.pool.house.mailbox.wait_for(to)
    assert mail["code"] in mail["body"]


@pytest.mark.parametrize(
    "words", [{"emailMessage": "{####}" + "x" * 20_000}, {"smsMessage": "{####}" + "x" * 140}]
)
def test_words_that_are_too_many(scene, words):
    scene.order(CustomMessage={"response": words})
    with refused("InvalidLambdaResponseException"):
        scene.pool.sign_up(address(), email=address())


# --- tokens ----------------------------------------------------------------------------------------

NESTED = {"plan": {"name": "gold", "seats": [1, 2.5, None]}, "beta": True, "level": 7}


def test_version_1_changes_the_id_token(stage):
    scene = stage.scene("Version1", "1")
    ann = scene.person(custom__nick="Annie", given_name="Ann")
    changes = {
        "claimsToAddOrOverride": {"tier": "gold", "custom:nick": "Nan", "given_name": "Anna"},
        "claimsToSuppress": ["email"],
    }
    scene.order(TokenGeneration={"response": {"claimsOverrideDetails": changes}})
    identity, access = issued(ann)
    assert (identity["tier"], identity["custom:nick"]) == ("gold", "Nan")
    assert identity["given_name"] == "Anna" and "email" not in identity
    assert "tier" not in access and access["scope"] == SCOPE


@pytest.mark.parametrize("value", [7, True, {"a": "b"}, ["a"]])
def test_version_1_knows_text_only(stage, value):
    scene = stage.scene("Version1", "1")
    ann = scene.person()
    changes = {"claimsToAddOrOverride": {"tier": value}}
    scene.order(TokenGeneration={"response": {"claimsOverrideDetails": changes}})
    with refused("InvalidLambdaResponseException", "Unrecognizable lambda output"):
        ann.sign_in()


@pytest.mark.parametrize("version", ["2", "3"])
def test_later_versions_change_both_tokens(stage, version):
    scene = stage.scene(f"Version{version}", version)
    ann = scene.person(custom__nick="Annie", given_name="Ann")
    details = {
        "idTokenGeneration": {
            "claimsToAddOrOverride": {**NESTED, "both": "added", "nothing": None},
            "claimsToSuppress": ["email", "both"],
        },
        "accessTokenGeneration": {
            "claimsToAddOrOverride": {**NESTED, "custom:nick": "Nan"},
            "claimsToSuppress": ["beta"],
            "scopesToAdd": ["pages/read", "pages/read", "two words"],
            "scopesToSuppress": ["nothing/here"],
        },
    }
    scene.order(TokenGeneration={"response": {"claimsAndScopeOverrideDetails": details}})
    identity, access = issued(ann)
    assert {name: identity[name] for name in NESTED} == NESTED
    assert not {"both", "email", "nothing"} & identity.keys()
    assert identity["custom:nick"] == "Annie" and identity["given_name"] == "Ann"
    assert access["plan"] == NESTED["plan"] and access["level"] == 7 and "beta" not in access
    assert access["custom:nick"] == "Nan"
    assert access["scope"].split() == [SCOPE, "pages/read"]
    # What may not be anything but plain is not.
    plain = ["email_verified", "phone_number_verified", "updated_at", "address"]
    complex_ones = {name: {"deep": [1]} for name in plain}
    details = {"idTokenGeneration": {"claimsToAddOrOverride": complex_ones}}
    scene.order(TokenGeneration={"response": {"claimsAndScopeOverrideDetails": details}})
    identity, _ = issued(ann)
    assert identity["email_verified"] is True
    assert not {"phone_number_verified", "updated_at", "address"} & identity.keys()


@pytest.mark.parametrize("version", ["2", "3"])
def test_claims_that_are_too_large_make_no_token(stage, version):
    scene = stage.scene(f"Version{version}", version)
    ann = scene.person()
    details = {"idTokenGeneration": {"claimsToAddOrOverride": {"large": "x" * 1_000_000}}}
    scene.order(TokenGeneration={"response": {"claimsAndScopeOverrideDetails": details}})
    with refused("InvalidLambdaResponseException"):
        ann.sign_in()
    scene.order()
    assert ann.sign_in()


@pytest.mark.parametrize("version", ["2", "3"])
def test_a_scope_that_is_taken_away_is_gone(stage, version):
    scene = stage.scene(f"Version{version}", version)
    ann = scene.person()
    details = {"accessTokenGeneration": {"scopesToSuppress": [SCOPE]}}
    scene.order(TokenGeneration={"response": {"claimsAndScopeOverrideDetails": details}})
    token = ann.sign_in()["AccessToken"]
    assert SCOPE not in tokens.claims(token).get("scope", "").split()
    with refused("NotAuthorizedException", "Access Token does not have required scopes"):
        scene.cognito.get_user(AccessToken=token)


def overriding(version: str, groups: dict | None, suppressed=()) -> dict:
    """What a function answers to put others in the place of the groups."""
    if version == "1":
        details = {"groupOverrideDetails": groups, "claimsToSuppress": list(suppressed)}
        return {"response": {"claimsOverrideDetails": details}}
    details = {
        "groupOverrideDetails": groups,
        "idTokenGeneration": {"claimsToSuppress": list(suppressed)},
        "accessTokenGeneration": {"claimsToSuppress": list(suppressed)},
    }
    return {"response": {"claimsAndScopeOverrideDetails": details}}


def test_groups_of_a_trigger(versioned):
    version, ann = versioned.version, versioned.person()
    role = "arn:aws:iam::000000000000:role/"
    group = f"real-{version}"
    versioned.cognito.create_group(
        UserPoolId=versioned.pool.id, GroupName=group, RoleArn=f"{role}real"
    )
    versioned.cognito.admin_add_user_to_group(
        UserPoolId=versioned.pool.id, Username=ann.name, GroupName=group
    )
    identity, access = issued(ann)
    assert identity["cognito:groups"] == access["cognito:groups"] == [group]

    others = {
        "groupsToOverride": ["a", "b"],
        "iamRolesToOverride": [f"{role}a", f"{role}b"],
        "preferredRole": f"{role}b",
    }
    versioned.order(TokenGeneration=overriding(version, others))
    identity, access = issued(ann)
    assert identity["cognito:groups"] == access["cognito:groups"] == ["a", "b"]
    assert identity["cognito:roles"] == [f"{role}a", f"{role}b"]
    assert identity["cognito:preferred_role"] == f"{role}b"
    assert not {"cognito:roles", "cognito:preferred_role"} & access.keys()

    # Nothing said is nothing changed; an empty list is none.
    versioned.order(TokenGeneration=overriding(version, None))
    assert issued(ann)[0]["cognito:groups"] == [group]
    versioned.order(TokenGeneration=overriding(version, {"groupsToOverride": []}))
    for claims in issued(ann):
        assert "cognito:groups" not in claims
    versioned.order(TokenGeneration=overriding(version, others, ["cognito:groups"]))
    identity, _ = issued(ann)
    gone = {"cognito:groups", "cognito:roles", "cognito:preferred_role"}
    assert not gone & identity.keys()


def test_a_refreshed_token_is_asked_about_anew(versioned):
    ann = versioned.person()
    token = ann.sign_in()["RefreshToken"]
    versioned.order(TokenGeneration=overriding(versioned.version, {"groupsToOverride": ["new"]}))
    refreshed = versioned.client.refresh(token)["AuthenticationResult"]
    assert tokens.claims(refreshed["IdToken"])["cognito:groups"] == ["new"]
    assert tokens.claims(refreshed["AccessToken"])["cognito:groups"] == ["new"]


# --- the TRG cases ---------------------------------------------------------------------------------

# Everything that no function may say, in any token (`scope`, `cognito:groups` and what hangs on them have
# ways of their own).
PROTECTED = [
    *("sub", "iss", "aud", "exp", "iat", "auth_time", "jti", "origin_jti", "token_use"),
    *("event_id", "client_id", "username", "cognito:username", "identities", "device_key"),
    *("version", "nonce", "at_hash", "azp", "nbf", "acr", "amr", "scope"),
    *("cognito:groups", "cognito:roles", "cognito:preferred_role"),
    *("cognito:anything", "cognito:mfa_enabled", "dev:custom:nick"),
]


@pytest.mark.parametrize("claim", PROTECTED)
def test_trg_01_a_claim_that_is_not_the_functions_to_say(versioned, claim):
    ann = versioned.person()
    before = issued(ann)
    forged = {claim: "forged"}
    if versioned.version == "1":
        details = {"claimsToAddOrOverride": forged}
        response = {"claimsOverrideDetails": details}
    else:
        generation = {"claimsToAddOrOverride": forged}
        details = {"idTokenGeneration": generation, "accessTokenGeneration": generation}
        response = {"claimsAndScopeOverrideDetails": details}
    versioned.order(TokenGeneration={"response": response})
    after = issued(ann)
    for old, new in zip(before, after, strict=True):
        assert "forged" not in json.dumps(new)
        assert old.keys() == new.keys()


UNSUPPRESSED = [claim for claim in PROTECTED if claim != "cognito:groups"]


def test_trg_01_claims_that_a_function_cannot_take_away(versioned):
    ann = versioned.person()
    before = issued(ann)
    versioned.order(TokenGeneration=overriding(versioned.version, None, UNSUPPRESSED))
    after = issued(ann)
    for old, new in zip(before, after, strict=True):
        assert old.keys() == new.keys()


@pytest.mark.parametrize("version", ["2", "3"])
def test_trg_01_the_one_audience_of_an_access_token(stage, version):
    scene = stage.scene(f"Version{version}", version)
    ann = scene.person()
    for audience, expected in ((scene.client.id, scene.client.id), ("another", None)):
        generation = {"claimsToAddOrOverride": {"aud": audience}}
        details = {"accessTokenGeneration": generation}
        scene.order(TokenGeneration={"response": {"claimsAndScopeOverrideDetails": details}})
        _, access = issued(ann)
        assert access.get("aud") == expected


def test_trg_02_a_message_of_a_trigger_is_bounded(scene):
    """What a function throws reaches the caller, and not without end."""
    scene.order(PreSignUp={"throw": "x" * 100_000 + "\r\nX-Injected: yes"})
    with refused("UserLambdaValidationException", "~^PreSignUp failed with error x+") as caught:
        scene.pool.sign_up(address())
    answer = caught.value.response
    assert len(answer["Error"]["Message"]) < 10_000
    assert "x-injected" not in answer["ResponseMetadata"]["HTTPHeaders"]


@pytest.mark.parametrize(
    "to",
    [
        '"a@ok.com"@mailinator.com',
        "x@MAILINATOR.com",
        "x@mailinator.com.",
        "x@sub.mailinator.com",
        "x@ｍailinator.com",
        "x@mailinator。com",
    ],
)
def test_trg_03_a_throw_away_address(stage, to):
    pool = stage.scene("Guarded").pool
    name = address()
    with pytest.raises(ClientError) as caught:
        pool.sign_up(name, email=to)
    error = caught.value.response["Error"]
    assert error["Code"] in ("UserLambdaValidationException", "InvalidParameterException"), error
    assert to not in error["Message"]
    with refused("UserNotFoundException"):
        pool.user(name)
    pool.sign_up(name, email=address())


def test_trg_04_a_migration_takes_nothing_from_anybody(scene):
    """A function that answers with somebody's name or address overwrites nobody."""
    ann = scene.person("trg-04-ann")
    before = scene.pool.user(ann.name)
    password = secrets.password()
    taken = {"username": ann.name, "email": address(), "email_verified": "true"}
    scene.order(
        UserMigration={"response": {"userAttributes": taken, "finalUserStatus": "CONFIRMED"}}
    )
    text = f"Exception migrating user in app client {scene.client.id}"
    with refused("UserNotFoundException", text):
        scene.client.password("trg-04-eve", password)
    with refused("UserNotFoundException"):
        scene.pool.user("trg-04-eve")
    with refused("NotAuthorizedException", WRONG_PASSWORD):
        scene.client.password(ann.name, password)
    user = scene.pool.user(ann.name)
    del before["ResponseMetadata"], user["ResponseMetadata"]
    assert user == before and ann.sign_in()


def test_trg_04_a_migration_takes_no_alias(stage):
    """Neither an alias, nor the name of a pool whose names are addresses."""
    for name, unknown in (("Alias", "trg-04-mallory"), ("ByMail", address())):
        scene = stage.scene(name)
        to = address()
        ann = scene.person(to if name == "ByMail" else "trg-04-alias", email=to)
        known = {"email": to, "email_verified": "true"}
        scene.order(
            UserMigration={"response": {"userAttributes": known, "finalUserStatus": "CONFIRMED"}}
        )
        with pytest.raises(ClientError):
            scene.client.password(unknown, secrets.password())
        scene.order()
        told = scene.client.password(to, ann.password)["AuthenticationResult"]
        assert tokens.claims(told["IdToken"])["sub"] == ann.sub


def test_a_migration_that_may_move_an_alias(stage):
    """`forceAliasCreation` gives an address to who comes over; its last owner keeps all else."""
    scene, to, password = stage.scene("Alias"), address(), secrets.password()
    ann = scene.person("alias-before", email=to)
    response = {
        "userAttributes": {"email": to, "email_verified": "true"},
        "finalUserStatus": "CONFIRMED",
        "forceAliasCreation": True,
    }
    scene.order(UserMigration={"response": response})
    scene.client.password("alias-after", password)
    told = scene.client.password(to, password)["AuthenticationResult"]
    assert tokens.claims(told["IdToken"])["cognito:username"] == "alias-after"
    assert ann.attributes()["email_verified"] == "false" and ann.sign_in()


def test_a_migrated_user_who_has_to_choose_another_password(scene):
    """What it is if the function does not say."""
    to, name, password = address(), "reset-required", secrets.password()
    known = {"email": to, "email_verified": "true"}
    scene.order(UserMigration={"response": {"userAttributes": known}})
    with refused("PasswordResetRequiredException", "Password reset required for the user"):
        scene.client.password(name, password)
    scene.order()
    scene.cognito.forgot_password(ClientId=scene.client.id, Username=name)
    new = secrets.password()
    scene.cognito.confirm_forgot_password(
        ClientId=scene.client.id,
        Username=name,
        ConfirmationCode=scene.pool.house.mailbox.code(to),
        Password=new,
    )
    assert scene.client.srp(name, new)["AuthenticationResult"]


def test_a_migrated_user_is_at_home(scene):
    """Who came over signs in by SRP, changes the password, and is asked about no more."""
    name, password = "at-home", secrets.password()
    known = {"email": address(), "email_verified": "true"}
    scene.order(
        UserMigration={"response": {"userAttributes": known, "finalUserStatus": "CONFIRMED"}}
    )
    tokens_of = scene.client.password(name, password)["AuthenticationResult"]
    scene.order(UserMigration={"throw": "gone"})
    assert scene.client.srp(name, password)["AuthenticationResult"]
    new = secrets.password()
    scene.cognito.change_password(
        AccessToken=tokens_of["AccessToken"], PreviousPassword=password, ProposedPassword=new
    )
    assert scene.client.srp(name, new)["AuthenticationResult"]


def test_trg_05_no_log_line_tells_a_secret(stage):
    """Sign-up, sign-in, custom sign-in and migration, well and badly, and then every line of the log at the
    most verbose level."""
    scene = stage.scene("Senders")
    mark = "Correct-Horse-"
    used: list[str] = []

    def kept(text: str) -> str:
        used.append(text)
        return text

    ann = Person(scene.pool, scene.client, "trg-05-ann", kept(secrets.password()))
    scene.cognito.sign_up(
        ClientId=scene.client.id,
        Username=ann.name,
        Password=ann.password,
        UserAttributes=[{"Name": "email", "Value": address()}],
        ClientMetadata={"invitation": kept("invitation-of-trg-05")},
        ValidationData=[{"Name": "captcha", "Value": kept("captcha-of-trg-05")}],
    )
    code = kept(scene.recorder.take(scene.pool.id, 3)[-1]["code"])
    with refused("CodeMismatchException"):
        scene.cognito.confirm_sign_up(
            ClientId=scene.client.id,
            Username=ann.name,
            ConfirmationCode=f"{(int(code) + 1) % 10**6:06}",
        )
    scene.cognito.confirm_sign_up(
        ClientId=scene.client.id, Username=ann.name, ConfirmationCode=code
    )
    issued = [ann.sign_in(), scene.client.srp(ann.name, ann.password)["AuthenticationResult"]]
    with refused("NotAuthorizedException"):
        scene.client.password(ann.name, kept(secrets.password()))
    scene.cognito.forgot_password(ClientId=scene.client.id, Username=ann.name)
    reset = kept(scene.recorder.take(scene.pool.id, 10)[-1]["code"])
    scene.cognito.confirm_forgot_password(
        ClientId=scene.client.id,
        Username=ann.name,
        ConfirmationCode=reset,
        Password=kept(secrets.password()),
    )

    private = {"answer": kept("the-private-answer-of-trg-05")}
    create = {"response": {"privateChallengeParameters": private}}
    scene.order(**{**custom(ASK, ASK, {"issueTokens": True}), "CreateAuthChallenge": create})
    begun = begin_custom(scene, ann.name)
    again = answer(scene, begun, ann.name, kept("the-wrong-answer-of-trg-05"))
    issued.append(answer(scene, again, ann.name, private["answer"])["AuthenticationResult"])

    # What cannot be read is not shown either.
    for order in (
        {"text": f'{{"response": {kept("half-of-an-answer")}'},
        {"answer": {"response": {"userAttributes": {"email": [kept("a-wrong-type-of-trg-05")]}}}},
    ):
        scene.order(UserMigration=order)
        with refused("UserNotFoundException"):
            scene.client.password("trg-05-eve", kept(secrets.password()))
    known = {"email": address(), "email_verified": "true"}
    scene.order(
        UserMigration={"response": {"userAttributes": known, "finalUserStatus": "CONFIRMED"}}
    )
    migrated = scene.client.password("trg-05-eve", kept(secrets.password()))
    issued.append(migrated["AuthenticationResult"])
    for result in issued:
        used += [result["AccessToken"], result["IdToken"], result["RefreshToken"]]
    used += [begun["Session"], again["Session"]]
    time.sleep(0.2)

    log = stage.server.log.read_text()
    assert stage.server.environment["RUST_LOG"] == "trace" and "TRACE" in log.upper()
    assert mark not in log
    for secret in used:
        if re.fullmatch(r"\d{6}", secret):
            # Six digits may be part of a time or of a number.
            assert not re.search(rf"(?<![\w.:+-]){secret}(?![\w.:+-])", log)
        else:
            assert secret not in log
    assert secrets.shown_in(log) == []
