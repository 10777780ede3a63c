"""Which triggers does each operation fire, in which order, and what does each of them hear?

One function that writes down what it hears is every trigger of these pools. Each row of the table of
triggers is a test: the calls of a client, then the events, in order and member by member. Another row
(a factor, a device, a provider) is another test like these.
"""

import html

import pytest

from harness import secrets
from harness.checks import WRONG_PASSWORD, refused
from harness.people import Person, address
from harness.recorder import NOT_A_CLIENT, Scene
from harness.srp import SrpClient

pytestmark = pytest.mark.alone

# What a client hands through, and how events show it.
SAID = {"from": "web", "campaign": "spring"}
HEARD = {"clientMetadata": SAID}


@pytest.fixture
def senders(stage, nothing_else) -> Scene:
    """A pool whose codes leave by functions."""
    return stage.scene("Senders")


@pytest.fixture(params=["1", "2", "3"])
def versioned(request, stage, nothing_else) -> Scene:
    """A pool with each version of the event before tokens."""
    return stage.scene(f"Version{request.param}", request.param)


@pytest.fixture
def scene(stage, nothing_else) -> Scene:
    return stage.scene("Version2")


def of(scene: Scene, person: Person, **more) -> dict:
    """The parameters that name somebody to an operation of a client."""
    return {"ClientId": scene.client.id, "Username": person.name, **more}


def by_admin(scene: Scene, person: Person, **more) -> dict:
    return {"UserPoolId": scene.pool.id, "Username": person.name, **more}


def initiate(scene: Scene, flow: str, client=None, **parameters: str) -> dict:
    """The beginning of a sign-in by a client that has something to say."""
    return scene.cognito.initiate_auth(
        ClientId=(client or scene.client).id,
        AuthFlow=flow,
        AuthParameters=parameters,
        ClientMetadata=SAID,
    )


def respond(scene: Scene, begun: dict, client=None, **responses: str) -> dict:
    """The answer to a challenge. That of SRP has its session in the secret block."""
    session = {"Session": begun["Session"]} if "Session" in begun else {}
    return scene.cognito.respond_to_auth_challenge(
        ClientId=(client or scene.client).id,
        ChallengeName=begun["ChallengeName"],
        ChallengeResponses=responses,
        ClientMetadata=SAID,
        **session,
    )


def step(name: str, met: bool, metadata: str | None = None) -> dict:
    return {"challengeName": name, "challengeResult": met, "challengeMetadata": metadata}


# --- sign-up ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "contact, value, sender",
    [
        ("email", address(), "CustomEmailSender_SignUp"),
        ("phone_number", "+15555550100", "CustomSMSSender_SignUp"),
    ],
    ids=["email", "phone_number"],
)
def test_sign_up(senders, contact, value, sender):
    name = f"sign-up-{contact}"
    answer = senders.cognito.sign_up(
        ClientId=senders.client.id,
        Username=name,
        Password=secrets.password(),
        UserAttributes=[
            {"Name": contact, "Value": value},
            {"Name": "custom:nick", "Value": "Annie"},
        ],
        ValidationData=[{"Name": "invite", "Value": "42"}],
        ClientMetadata=SAID,
    )
    assert answer["UserConfirmed"] is False
    asked = {contact: value, "custom:nick": "Annie"}
    stored = {
        **asked,
        "sub": answer["UserSub"],
        "cognito:user_status": "UNCONFIRMED",
        f"{contact}_verified": "false",
    }
    request = {"userAttributes": asked, "validationData": {"invite": "42"}, **HEARD}
    *_, sent = senders.heard(
        senders.event("PreSignUp_SignUp", name, request),
        senders.message("CustomMessage_SignUp", name, stored, **HEARD),
        senders.sender(sender, name, stored, **HEARD),
    )
    # The code in the envelope is the code.
    senders.cognito.confirm_sign_up(
        ClientId=senders.client.id, Username=name, ConfirmationCode=sent["code"]
    )
    stored |= {"cognito:user_status": "CONFIRMED", f"{contact}_verified": "true"}
    senders.heard(
        senders.event("PostConfirmation_ConfirmSignUp", name, {"userAttributes": stored})
    )


def test_sign_up_that_a_trigger_confirms(senders):
    senders.order(PreSignUp={"response": {"autoConfirmUser": True, "autoVerifyEmail": True}})
    name, to = "sign-up-at-once", address()
    answer = senders.cognito.sign_up(
        ClientId=senders.client.id,
        Username=name,
        Password=secrets.password(),
        UserAttributes=[{"Name": "email", "Value": to}],
    )
    assert answer["UserConfirmed"] is True and "CodeDeliveryDetails" not in answer
    stored = {
        "sub": answer["UserSub"],
        "cognito:user_status": "CONFIRMED",
        "email": to,
        "email_verified": "true",
    }
    request = {"userAttributes": {"email": to}, "validationData": None}
    senders.heard(
        senders.event("PreSignUp_SignUp", name, request),
        senders.event("PostConfirmation_ConfirmSignUp", name, {"userAttributes": stored}),
    )


def test_confirm_sign_up_and_resend(senders):
    ann = senders.pool.sign_up("resend", email=address())
    about = senders.about(ann)
    senders.recorder.take(senders.pool.id, 3)
    senders.cognito.resend_confirmation_code(**of(senders, ann, ClientMetadata=SAID))
    _, sent = senders.heard(
        senders.message("CustomMessage_ResendCode", ann.name, about, **HEARD),
        senders.sender("CustomEmailSender_ResendCode", ann.name, about, **HEARD),
    )
    senders.cognito.confirm_sign_up(
        **of(senders, ann, ConfirmationCode=sent["code"], ClientMetadata=SAID)
    )
    about |= {"cognito:user_status": "CONFIRMED", "email_verified": "true"}
    request = {"userAttributes": about, **HEARD}
    senders.heard(senders.event("PostConfirmation_ConfirmSignUp", ann.name, request))


def test_admin_confirm_sign_up(senders):
    ann = senders.pool.sign_up("admin-confirm", email=address())
    senders.recorder.take(senders.pool.id, 3)
    senders.cognito.admin_confirm_sign_up(**by_admin(senders, ann, ClientMetadata=SAID))
    request = {"userAttributes": senders.about(ann), **HEARD}
    assert request["userAttributes"]["cognito:user_status"] == "CONFIRMED"
    source = "PostConfirmation_ConfirmSignUp"
    senders.heard(senders.event(source, ann.name, request, NOT_A_CLIENT))


def test_admin_create_user(senders):
    to, number = address(), "+15555550101"
    ann = Person(senders.pool, senders.client, "admin-create", f"{secrets.password()}<&>")
    asked = {"email": to, "email_verified": "true", "phone_number": number}
    senders.cognito.admin_create_user(
        **by_admin(
            senders,
            ann,
            TemporaryPassword=ann.password,
            DesiredDeliveryMediums=["EMAIL"],
            UserAttributes=[{"Name": name, "Value": value} for name, value in asked.items()],
            ValidationData=[{"Name": "invite", "Value": "42"}],
            ClientMetadata=SAID,
        )
    )
    request = {"userAttributes": asked, "validationData": {"invite": "42"}, **HEARD}
    about = senders.about(ann)
    assert about["cognito:user_status"] == "FORCE_CHANGE_PASSWORD"
    invitation = senders.message(
        "CustomMessage_AdminCreateUser", ann.name, about, NOT_A_CLIENT, **HEARD
    )
    mail = senders.sender(
        "CustomEmailSender_AdminCreateUser", ann.name, about, NOT_A_CLIENT, **HEARD
    )
    *_, sent = senders.heard(
        senders.event("PreSignUp_AdminCreateUser", ann.name, request, NOT_A_CLIENT),
        invitation,
        mail,
    )
    # As it would stand in a mail.
    assert sent["code"] == html.escape(ann.password)

    # Nobody new comes when an invitation is sent again.
    senders.cognito.admin_create_user(
        **by_admin(
            senders,
            ann,
            MessageAction="RESEND",
            DesiredDeliveryMediums=["EMAIL"],
            ClientMetadata=SAID,
        )
    )
    senders.heard(invitation, mail)


def test_admin_create_user_without_a_message(senders):
    ann = Person(senders.pool, senders.client, "admin-create-suppressed", "")
    senders.cognito.admin_create_user(**by_admin(senders, ann, MessageAction="SUPPRESS"))
    request = {"userAttributes": {}, "validationData": None}
    senders.heard(senders.event("PreSignUp_AdminCreateUser", ann.name, request, NOT_A_CLIENT))


def test_names_that_are_generated(stage, nothing_else):
    """Where people sign in with an address, events call them by the name that is stored."""
    scene, to = stage.scene("ByMail"), address()
    scene.order(PreSignUp={"response": {"autoConfirmUser": True}})
    answer = scene.cognito.sign_up(
        ClientId=scene.client.id, Username=to, Password=secrets.password()
    )
    sub = answer["UserSub"]
    about = {
        "sub": sub,
        "cognito:user_status": "CONFIRMED",
        "cognito:email_alias": to,
        "email": to,
        "email_verified": "false",
    }
    request = {"userAttributes": {"email": to}, "validationData": None}
    scene.heard(
        scene.event("PreSignUp_SignUp", sub, request),
        scene.event("PostConfirmation_ConfirmSignUp", sub, {"userAttributes": about}),
    )


def test_aliases(stage, nothing_else):
    """An address that somebody can sign in with is told as an alias, once it is proven."""
    scene = stage.scene("Alias")
    ann = scene.pool.sign_up("aliased", email=address())
    about = scene.about(ann)
    to = about["email"]
    assert about["email_verified"] == "false"
    request = {"userAttributes": {"email": to}, "validationData": None}
    scene.heard(
        scene.event("PreSignUp_SignUp", ann.name, request),
        scene.message("CustomMessage_SignUp", ann.name, about),
    )
    code = stage.house.mailbox.code(to)
    scene.cognito.confirm_sign_up(**of(scene, ann, ConfirmationCode=code))
    about = scene.about(ann, cognito__email_alias=to)
    assert about["email_verified"] == "true"
    scene.heard(
        scene.event("PostConfirmation_ConfirmSignUp", ann.name, {"userAttributes": about})
    )
    scene.client.password(to, ann.password)
    scene.heard(
        scene.before(ann.name, about),
        scene.after(ann.name, about),
        scene.tokens("Authentication", ann.name, about),
    )


# --- passwords and attributes ----------------------------------------------------------------------


def test_forgot_password_and_confirm(senders):
    ann = senders.person("forgot")
    about = senders.about(ann)
    senders.cognito.forgot_password(**of(senders, ann, ClientMetadata=SAID))
    _, sent = senders.heard(
        senders.message("CustomMessage_ForgotPassword", ann.name, about, **HEARD),
        senders.sender("CustomEmailSender_ForgotPassword", ann.name, about, **HEARD),
    )
    senders.cognito.confirm_forgot_password(
        **of(
            senders,
            ann,
            ConfirmationCode=sent["code"],
            Password=secrets.password(),
            ClientMetadata=SAID,
        )
    )
    request = {"userAttributes": about, **HEARD}
    senders.heard(senders.event("PostConfirmation_ConfirmForgotPassword", ann.name, request))


def test_update_user_attributes(senders):
    ann = senders.person("update")
    token, to = ann.sign_in()["AccessToken"], address()
    senders.recorder.take(senders.pool.id, 3)
    senders.cognito.update_user_attributes(
        AccessToken=token,
        UserAttributes=[{"Name": "email", "Value": to}],
        ClientMetadata=SAID,
    )
    about = senders.about(ann)
    assert (about["email"], about["email_verified"]) == (to, "false")
    _, sent = senders.heard(
        senders.message("CustomMessage_UpdateUserAttribute", ann.name, about, **HEARD),
        senders.sender("CustomEmailSender_UpdateUserAttribute", ann.name, about, **HEARD),
    )
    # An attribute that nobody proves, and a proof, are told to nobody.
    senders.cognito.update_user_attributes(
        AccessToken=token, UserAttributes=[{"Name": "custom:nick", "Value": "Annie"}]
    )
    senders.cognito.verify_user_attribute(
        AccessToken=token, AttributeName="email", Code=sent["code"]
    )
    senders.heard()


def test_admin_update_user_attributes(senders):
    """An address that the administrator does not vouch for has to be proven."""
    ann, to = senders.person("admin-update"), address()
    senders.cognito.admin_update_user_attributes(
        **by_admin(
            senders, ann, UserAttributes=[{"Name": "email", "Value": to}], ClientMetadata=SAID
        )
    )
    about = senders.about(ann)
    assert (about["email"], about["email_verified"]) == (to, "false")
    source = "UpdateUserAttribute"
    senders.heard(
        senders.message(f"CustomMessage_{source}", ann.name, about, NOT_A_CLIENT, **HEARD),
        senders.sender(f"CustomEmailSender_{source}", ann.name, about, NOT_A_CLIENT, **HEARD),
    )


@pytest.mark.parametrize(
    "attribute, value, kind",
    [("email", address(), "Email"), ("phone_number", "+15555550102", "SMS")],
    ids=["email", "phone_number"],
)
def test_get_user_attribute_verification_code(senders, attribute, value, kind):
    ann = senders.person(f"verify-{attribute}", **{attribute: value})
    token = ann.sign_in()["AccessToken"]
    senders.recorder.take(senders.pool.id, 3)
    senders.cognito.get_user_attribute_verification_code(
        AccessToken=token, AttributeName=attribute, ClientMetadata=SAID
    )
    about = senders.about(ann)
    senders.heard(
        senders.message("CustomMessage_VerifyUserAttribute", ann.name, about, **HEARD),
        senders.sender(f"Custom{kind}Sender_VerifyUserAttribute", ann.name, about, **HEARD),
    )


def test_an_administrators_word_is_told_to_nobody(senders):
    ann = senders.person("by-word")
    senders.cognito.admin_set_user_password(
        **by_admin(senders, ann, Password=secrets.password(), Permanent=True)
    )
    proven = {"email": address(), "email_verified": "true"}
    senders.cognito.admin_update_user_attributes(
        **by_admin(
            senders,
            ann,
            UserAttributes=[{"Name": name, "Value": value} for name, value in proven.items()],
        )
    )
    senders.cognito.admin_disable_user(**by_admin(senders, ann))
    senders.cognito.admin_enable_user(**by_admin(senders, ann))
    senders.cognito.admin_user_global_sign_out(**by_admin(senders, ann))
    senders.cognito.admin_delete_user(**by_admin(senders, ann))
    senders.heard()


def test_text_messages(senders):
    """Where there is a number alone, every code goes to the other sender."""
    ann = senders.pool.sign_up("by-text", phone_number="+15555550120")
    senders.recorder.take(senders.pool.id, 3)

    def sent(source: str, person: Person, client: str | None = None) -> str:
        about = senders.about(person)
        _, record = senders.heard(
            senders.message(f"CustomMessage_{source}", person.name, about, client),
            senders.sender(f"CustomSMSSender_{source}", person.name, about, client),
        )
        return record["code"]

    senders.cognito.resend_confirmation_code(**of(senders, ann))
    code = sent("ResendCode", ann)
    senders.cognito.confirm_sign_up(**of(senders, ann, ConfirmationCode=code))
    senders.recorder.take(senders.pool.id, 1)

    senders.cognito.forgot_password(**of(senders, ann))
    code, ann.password = sent("ForgotPassword", ann), secrets.password()
    senders.cognito.confirm_forgot_password(
        **of(senders, ann, ConfirmationCode=code, Password=ann.password)
    )
    token = ann.sign_in()["AccessToken"]
    senders.recorder.take(senders.pool.id, 4)

    changed = [{"Name": "phone_number", "Value": "+15555550121"}]
    senders.cognito.update_user_attributes(AccessToken=token, UserAttributes=changed)
    sent("UpdateUserAttribute", ann)

    bob = Person(senders.pool, senders.client, "invited-by-text", secrets.password())
    senders.cognito.admin_create_user(
        **by_admin(
            senders,
            bob,
            TemporaryPassword=bob.password,
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": "phone_number", "Value": "+15555550122"}],
        )
    )
    senders.recorder.take(senders.pool.id, 1)
    senders.cognito.admin_create_user(
        **by_admin(senders, bob, MessageAction="RESEND", DesiredDeliveryMediums=["SMS"])
    )
    # A new password, since nobody knows the old one here.
    bob.password = html.unescape(sent("AdminCreateUser", bob, NOT_A_CLIENT))
    assert bob.client.password(bob.name, bob.password)["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    senders.recorder.take(senders.pool.id, 1)


# --- sign-in ---------------------------------------------------------------------------------------


def test_user_password_auth(versioned):
    """What the client says to begin with is for the trigger before the sign-in alone."""
    ann = versioned.person("password", custom__nick="Annie")
    about = versioned.about(ann)
    initiate(versioned, "USER_PASSWORD_AUTH", USERNAME=ann.name, PASSWORD=ann.password)
    versioned.heard(
        versioned.before(ann.name, about, SAID),
        versioned.after(ann.name, about),
        versioned.tokens("Authentication", ann.name, about),
    )


def test_user_password_auth_with_a_wrong_password(scene):
    ann = scene.person("wrong-password")
    about = scene.about(ann)
    with refused("NotAuthorizedException", WRONG_PASSWORD):
        scene.client.password(ann.name, secrets.password())
    scene.heard(scene.before(ann.name, about))


def test_admin_user_password_auth(scene):
    ann = scene.person("admin-password")
    about = scene.about(ann)
    scene.cognito.admin_initiate_auth(
        UserPoolId=scene.pool.id,
        ClientId=scene.client.id,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": ann.name, "PASSWORD": ann.password},
        ClientMetadata=SAID,
    )
    scene.heard(
        scene.before(ann.name, about, SAID),
        scene.after(ann.name, about),
        scene.tokens("Authentication", ann.name, about),
    )


def test_groups_before_tokens(versioned):
    ann = versioned.person("grouped")
    role = "arn:aws:iam::000000000000:role/"
    for name, rank in (("readers", 2), ("writers", 1)):
        versioned.cognito.create_group(
            UserPoolId=versioned.pool.id, GroupName=name, Precedence=rank, RoleArn=role + name
        )
        versioned.cognito.admin_add_user_to_group(**by_admin(versioned, ann, GroupName=name))
    about = versioned.about(ann)
    ann.sign_in()
    groups = {
        "groupsToOverride": ["writers", "readers"],
        "iamRolesToOverride": [f"{role}writers", f"{role}readers"],
        "preferredRole": f"{role}writers",
    }
    versioned.heard(
        versioned.before(ann.name, about),
        versioned.after(ann.name, about),
        versioned.tokens("Authentication", ann.name, about, groups),
    )


def test_user_srp_auth(scene):
    ann = scene.person("srp")
    about = scene.about(ann)
    proof = SrpClient(scene.pool.id)
    begun = initiate(scene, "USER_SRP_AUTH", USERNAME=ann.name, SRP_A=proof.srp_a)
    scene.heard(scene.before(ann.name, about, SAID))
    respond(scene, begun, **proof.answers(begun["ChallengeParameters"], ann.password))
    scene.heard(
        scene.after(ann.name, about, **HEARD),
        scene.tokens("Authentication", ann.name, about, **HEARD),
    )


def test_user_srp_auth_with_a_wrong_password(scene):
    ann = scene.person("srp-wrong")
    with refused("NotAuthorizedException", WRONG_PASSWORD):
        scene.client.srp(ann.name, secrets.password())
    scene.heard(scene.before(ann.name, scene.about(ann)))


def test_user_srp_auth_of_nobody_brings_nobody_over(scene):
    with refused("UserNotFoundException", "User does not exist."):
        scene.client.srp("srp-nobody", secrets.password())
    scene.heard()


def test_where_it_is_hidden_who_exists(scene):
    """Functions are told what the client is not."""
    discreet = scene.pool.client(
        PreventUserExistenceErrors="ENABLED", ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"]
    )
    ann = scene.person("seen")
    for name, about, missing in ((ann.name, scene.about(ann), False), ("unseen", {}, True)):
        proof = SrpClient(scene.pool.id)
        discreet.initiate("USER_SRP_AUTH", USERNAME=name, SRP_A=proof.srp_a)
        event = scene.before(name, about, userNotFound=missing)
        event["callerContext"]["clientId"] = discreet.id
        scene.heard(event)


def test_new_password_required(senders):
    ann = Person(senders.pool, senders.client, "new-password", secrets.password())
    senders.cognito.admin_create_user(
        **by_admin(senders, ann, TemporaryPassword=ann.password, MessageAction="SUPPRESS")
    )
    senders.recorder.take(senders.pool.id, 1)
    about = senders.about(ann)
    begun = initiate(senders, "USER_PASSWORD_AUTH", USERNAME=ann.name, PASSWORD=ann.password)
    assert begun["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    senders.heard(senders.before(ann.name, about, SAID))
    respond(senders, begun, USERNAME=ann.name, NEW_PASSWORD=secrets.password())
    about = senders.about(ann)
    assert about["cognito:user_status"] == "CONFIRMED"
    senders.heard(
        senders.after(ann.name, about, **HEARD),
        senders.tokens("NewPasswordChallenge", ann.name, about, **HEARD),
    )


def test_refresh_token_auth(versioned):
    ann = versioned.person("refresh")
    token = ann.sign_in()["RefreshToken"]
    versioned.recorder.take(versioned.pool.id, 3)
    about = versioned.about(ann)
    for flow in ("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"):
        initiate(versioned, flow, REFRESH_TOKEN=token)
        versioned.heard(versioned.tokens("RefreshTokens", ann.name, about))


# --- custom sign-in --------------------------------------------------------------------------------


ASK = {"challengeName": "CUSTOM_CHALLENGE"}
PRIVATE = {"answer": "5"}
PUBLIC = {"question": "2 + 3"}
CREATE = {
    "response": {
        "publicChallengeParameters": PUBLIC,
        "privateChallengeParameters": PRIVATE,
        "challengeMetadata": "SUM",
    }
}
VERIFY = {"compare": "answer"}


def order_sums(scene: Scene, *decisions: dict) -> None:
    """Sums are asked; the decisions are by how many steps there were."""
    scene.order(
        DefineAuthChallenge={"response": list(decisions)},
        CreateAuthChallenge=CREATE,
        VerifyAuthChallengeResponse=VERIFY,
    )


def test_custom_auth(scene):
    """A wrong answer, then a right one."""
    ann = scene.person("custom")
    about = scene.about(ann)
    order_sums(scene, ASK, ASK, {"issueTokens": True})
    begun = initiate(scene, "CUSTOM_AUTH", USERNAME=ann.name)
    assert begun["ChallengeName"] == "CUSTOM_CHALLENGE"
    assert begun["ChallengeParameters"] == {**PUBLIC, "USERNAME": ann.name}
    scene.heard(
        scene.before(ann.name, about, SAID),
        scene.define(ann.name, about, []),
        scene.create(ann.name, about, []),
    )
    wrong, right = step("CUSTOM_CHALLENGE", False, "SUM"), step("CUSTOM_CHALLENGE", True, "SUM")
    again = respond(scene, begun, USERNAME=ann.name, ANSWER="6")
    assert again["ChallengeName"] == "CUSTOM_CHALLENGE" and again["Session"] != begun["Session"]
    scene.heard(
        scene.verify(ann.name, about, PRIVATE, "6", **HEARD),
        scene.define(ann.name, about, [wrong], **HEARD),
        scene.create(ann.name, about, [wrong], **HEARD),
    )
    done = respond(scene, again, USERNAME=ann.name, ANSWER="5")
    assert done["AuthenticationResult"]["RefreshToken"]
    scene.heard(
        scene.verify(ann.name, about, PRIVATE, "5", **HEARD),
        scene.define(ann.name, about, [wrong, right], **HEARD),
        scene.after(ann.name, about, **HEARD),
        scene.tokens("Authentication", ann.name, about, **HEARD),
    )


def test_custom_auth_by_an_administrator(scene):
    ann = scene.person("custom-admin")
    about = scene.about(ann)
    order_sums(scene, ASK, {"issueTokens": True})
    who = {"UserPoolId": scene.pool.id, "ClientId": scene.client.id, "ClientMetadata": SAID}
    begun = scene.cognito.admin_initiate_auth(
        AuthFlow="CUSTOM_AUTH", AuthParameters={"USERNAME": ann.name}, **who
    )
    scene.heard(
        scene.before(ann.name, about, SAID),
        scene.define(ann.name, about, []),
        scene.create(ann.name, about, []),
    )
    scene.cognito.admin_respond_to_auth_challenge(
        ChallengeName="CUSTOM_CHALLENGE",
        Session=begun["Session"],
        ChallengeResponses={"USERNAME": ann.name, "ANSWER": "5"},
        **who,
    )
    scene.heard(
        scene.verify(ann.name, about, PRIVATE, "5", **HEARD),
        scene.define(ann.name, about, [step("CUSTOM_CHALLENGE", True, "SUM")], **HEARD),
        scene.after(ann.name, about, **HEARD),
        scene.tokens("Authentication", ann.name, about, **HEARD),
    )


def test_custom_auth_that_a_trigger_ends(scene):
    ann = scene.person("custom-fail")
    about = scene.about(ann)
    order_sums(scene, ASK, {"failAuthentication": True})
    begun = initiate(scene, "CUSTOM_AUTH", USERNAME=ann.name)
    scene.forget()
    with refused("NotAuthorizedException", WRONG_PASSWORD):
        respond(scene, begun, USERNAME=ann.name, ANSWER="6")
    scene.heard(
        scene.verify(ann.name, about, PRIVATE, "6", **HEARD),
        scene.define(ann.name, about, [step("CUSTOM_CHALLENGE", False, "SUM")], **HEARD),
    )


def test_custom_auth_that_begins_with_a_password(scene):
    ann = scene.person("custom-srp")
    about = scene.about(ann)
    order_sums(
        scene, {}, {"challengeName": "PASSWORD_VERIFIER"}, ASK, {"issueTokens": True}
    )
    proof = SrpClient(scene.pool.id)
    begun = initiate(
        scene, "CUSTOM_AUTH", USERNAME=ann.name, CHALLENGE_NAME="SRP_A", SRP_A=proof.srp_a
    )
    assert begun["ChallengeName"] == "PASSWORD_VERIFIER"
    steps = [step("SRP_A", True)]
    scene.heard(
        scene.before(ann.name, about, SAID), scene.define(ann.name, about, steps)
    )
    asked = respond(scene, begun, **proof.answers(begun["ChallengeParameters"], ann.password))
    steps = [*steps, step("PASSWORD_VERIFIER", True)]
    scene.heard(
        scene.define(ann.name, about, steps, **HEARD),
        scene.create(ann.name, about, steps, **HEARD),
    )
    respond(scene, asked, USERNAME=ann.name, ANSWER="5")
    steps = [*steps, step("CUSTOM_CHALLENGE", True, "SUM")]
    scene.heard(
        scene.verify(ann.name, about, PRIVATE, "5", **HEARD),
        scene.define(ann.name, about, steps, **HEARD),
        scene.after(ann.name, about, **HEARD),
        scene.tokens("Authentication", ann.name, about, **HEARD),
    )


def test_custom_auth_with_a_temporary_password(scene):
    """Choosing another one is a step between."""
    ann = Person(scene.pool, scene.client, "custom-temporary", secrets.password())
    scene.cognito.admin_create_user(
        **by_admin(scene, ann, TemporaryPassword=ann.password, MessageAction="SUPPRESS")
    )
    order_sums(scene, {}, {"challengeName": "PASSWORD_VERIFIER"}, {}, {"issueTokens": True})
    proof = SrpClient(scene.pool.id)
    begun = initiate(
        scene, "CUSTOM_AUTH", USERNAME=ann.name, CHALLENGE_NAME="SRP_A", SRP_A=proof.srp_a
    )
    asked = respond(scene, begun, **proof.answers(begun["ChallengeParameters"], ann.password))
    assert asked["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    scene.forget()
    respond(scene, asked, USERNAME=ann.name, NEW_PASSWORD=secrets.password())
    about = scene.about(ann)
    assert about["cognito:user_status"] == "CONFIRMED"
    steps = [step(name, True) for name in ("SRP_A", "PASSWORD_VERIFIER", "NEW_PASSWORD_REQUIRED")]
    scene.heard(
        scene.define(ann.name, about, steps, **HEARD),
        scene.after(ann.name, about, **HEARD),
        scene.tokens("Authentication", ann.name, about, **HEARD),
    )


def test_custom_auth_with_a_wrong_password(scene):
    """It is a step that was not met; the trigger decides what that means."""
    ann = scene.person("custom-srp-wrong")
    about = scene.about(ann)
    order_sums(
        scene, {}, {"challengeName": "PASSWORD_VERIFIER"}, {"failAuthentication": True}
    )
    proof = SrpClient(scene.pool.id)
    begun = initiate(
        scene, "CUSTOM_AUTH", USERNAME=ann.name, CHALLENGE_NAME="SRP_A", SRP_A=proof.srp_a
    )
    scene.forget()
    with refused("NotAuthorizedException", WRONG_PASSWORD):
        answers = proof.answers(begun["ChallengeParameters"], secrets.password())
        respond(scene, begun, **answers)
    steps = [step("SRP_A", True), step("PASSWORD_VERIFIER", False)]
    scene.heard(scene.define(ann.name, about, steps, **HEARD))


def test_custom_auth_of_nobody(scene):
    """Where it is hidden who exists, the triggers play along, and nobody gets in."""
    discreet = scene.pool.client(
        PreventUserExistenceErrors="ENABLED", ExplicitAuthFlows=["ALLOW_CUSTOM_AUTH"]
    )
    order_sums(scene, ASK, {"issueTokens": True})
    begun = initiate(scene, "CUSTOM_AUTH", discreet, USERNAME="custom-nobody")
    missing = {"userNotFound": True}
    expected = [
        scene.before("custom-nobody", {}, SAID, **missing),
        scene.define("custom-nobody", {}, [], **missing),
        scene.create("custom-nobody", {}, [], **missing),
    ]
    for event in expected:
        event["callerContext"]["clientId"] = discreet.id
    scene.heard(*expected)
    with refused("NotAuthorizedException", WRONG_PASSWORD):
        shown = begun["ChallengeParameters"]["USERNAME"]
        respond(scene, begun, discreet, USERNAME=shown, ANSWER="5")
    expected = [
        scene.verify("custom-nobody", {}, PRIVATE, "5", **HEARD, **missing),
        scene.define(
            "custom-nobody", {}, [step("CUSTOM_CHALLENGE", True, "SUM")], **HEARD, **missing
        ),
    ]
    for event in expected:
        event["callerContext"]["clientId"] = discreet.id
    scene.heard(*expected)


# --- migration -------------------------------------------------------------------------------------


def test_migration_at_sign_in(senders):
    name, to, password = "migrated", address(), secrets.password()
    senders.order(
        UserMigration={
            "response": {
                "userAttributes": {"email": to, "email_verified": "true", "custom:nick": "Annie"},
                "finalUserStatus": "CONFIRMED",
                "messageAction": "SUPPRESS",
            }
        }
    )
    initiate(senders, "USER_PASSWORD_AUTH", USERNAME=name, PASSWORD=password)
    ann = Person(senders.pool, senders.client, name, password)
    about = senders.about(ann)
    assert about | {"sub": ""} == {
        "sub": "",
        "cognito:user_status": "CONFIRMED",
        "email": to,
        "email_verified": "true",
        "custom:nick": "Annie",
    }
    request = {"password": password, "validationData": SAID, "clientMetadata": None}
    senders.heard(
        senders.event("UserMigration_Authentication", name, request),
        senders.before(name, about, SAID),
        senders.after(name, about),
        senders.tokens("Authentication", name, about),
    )
    # Who is here is not brought over again.
    ann.sign_in()
    senders.heard(
        senders.before(name, about),
        senders.after(name, about),
        senders.tokens("Authentication", name, about),
    )


def test_migration_where_names_are_generated(stage, nothing_else):
    """Until there is a user, events call them as they called themselves."""
    scene, to, password = stage.scene("ByMail"), address(), secrets.password()
    known = {"email": to, "email_verified": "true"}
    scene.order(
        UserMigration={"response": {"userAttributes": known, "finalUserStatus": "CONFIRMED"}}
    )
    scene.client.password(to, password)
    ann = Person(scene.pool, scene.client, to, password)
    about = scene.about(ann, cognito__email_alias=to)
    request = {"password": password, "validationData": None, "clientMetadata": None}
    sub = about["sub"]
    scene.heard(
        scene.event("UserMigration_Authentication", to, request),
        scene.before(sub, about),
        scene.after(sub, about),
        scene.tokens("Authentication", sub, about),
    )


def test_migration_with_a_forgotten_password(senders):
    name = "migrated-forgotten"
    known = {"email": address(), "email_verified": "true"}
    senders.order(UserMigration={"response": {"userAttributes": known}})
    ann = Person(senders.pool, senders.client, name, secrets.password())
    senders.cognito.forgot_password(**of(senders, ann, ClientMetadata=SAID))
    about = senders.about(ann)
    assert about["cognito:user_status"] == "RESET_REQUIRED"
    request = {"validationData": None, "clientMetadata": SAID}
    *_, sent = senders.heard(
        senders.event("UserMigration_ForgotPassword", name, request),
        senders.message("CustomMessage_ForgotPassword", name, about, **HEARD),
        senders.sender("CustomEmailSender_ForgotPassword", name, about, **HEARD),
    )
    senders.cognito.confirm_forgot_password(
        **of(senders, ann, ConfirmationCode=sent["code"], Password=ann.password)
    )
    request = {"userAttributes": about | {"cognito:user_status": "CONFIRMED"}}
    senders.heard(senders.event("PostConfirmation_ConfirmForgotPassword", name, request))
    assert ann.sign_in()
    senders.recorder.take(senders.pool.id, 3)


def test_migration_of_nobody(scene):
    """Whom the function does not bring over is nobody."""
    name, password = "not-migrated", secrets.password()
    with refused(
        "UserNotFoundException", f"Exception migrating user in app client {scene.client.id}"
    ):
        scene.client.password(name, password)
    request = {"password": password, "validationData": None, "clientMetadata": None}
    scene.heard(scene.event("UserMigration_Authentication", name, request))
