"""Which triggers fire where a sign-in is more than a password: second factors, devices, pages, machines,
providers, and what is told of a theft?

The rows of the table of triggers that `test_triggers.py` has not, in the same way: the calls of a client,
then the events, in order and member by member.
"""

import base64
import hashlib
import json
import os

import pytest
import requests
import test_devices
import test_mfa
import test_oauth
import test_threats
from test_federation import federated
from test_federation import sign_in as sign_in_through_both
from test_federation import tokens as redeem_for_tokens

from harness import house as houses
from harness import secrets, tokens
from harness.checks import refused
from harness.people import Client, Person, Pool, address
from harness.recorder import NOT_A_CLIENT, Like, Scene
from harness.srp import SrpClient

pytestmark = pytest.mark.alone

# What a client hands through, and how events show it.
SAID = {"from": "web", "campaign": "spring"}
HEARD = {"clientMetadata": SAID}
VERIFIER = "a-verifier-of-forty-three-characters-or-more-0"
HOSTED = ("openid", "email")


@pytest.fixture
def senders(stage, nothing_else) -> Scene:
    return stage.scene("Senders")


@pytest.fixture(params=["1", "2", "3"])
def versioned(request, stage, nothing_else) -> Scene:
    """A pool with each version of the event before tokens."""
    return stage.scene(f"Version{request.param}", request.param)


# --- second factors --------------------------------------------------------------------------------


@pytest.fixture
def careful(stage, nothing_else) -> Scene:
    """Second factors of every kind, for whoever turns one on."""
    scene = stage.new_scene("careful")
    test_mfa.configure(scene.pool, "OPTIONAL")
    return scene


def begin(scene: Scene, person: Person) -> dict:
    return scene.cognito.initiate_auth(
        ClientId=scene.client.id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": person.name, "PASSWORD": person.password},
        ClientMetadata=SAID,
    )


def answer(scene: Scene, begun: dict, person: Person, **responses: str) -> dict:
    return scene.cognito.respond_to_auth_challenge(
        ClientId=scene.client.id,
        ChallengeName=begun["ChallengeName"],
        Session=begun["Session"],
        ChallengeResponses={"USERNAME": person.name, **responses},
        ClientMetadata=SAID,
    )


@pytest.mark.parametrize(
    "setting, challenge, sender, proven",
    [
        ("SMSMfaSettings", "SMS_MFA", "CustomSMSSender", "phone_number_verified"),
        ("EmailMfaSettings", "EMAIL_OTP", "CustomEmailSender", "email_verified"),
    ],
    ids=["SMS_MFA", "EMAIL_OTP"],
)
def test_a_code_as_second_factor(careful, setting, challenge, sender, proven):
    """What the client says with the answer is for those who come after it; who sends hears nothing of
    what was said before."""
    ann = careful.person(
        f"ann-{challenge}", phone_number=f"+1555{int.from_bytes(os.urandom(4)) % 10**7:07}"
    )
    test_mfa.turn_on(ann, **{setting: {"Enabled": True}})
    about = careful.about(ann)
    begun = begin(careful, ann)
    assert begun["ChallengeName"] == challenge
    *_, sent = careful.heard(
        careful.before(ann.name, about, SAID),
        careful.message("CustomMessage_Authentication", ann.name, about),
        careful.sender(f"{sender}_Authentication", ann.name, about),
    )
    # A wrong answer is nobody's business.
    with refused("CodeMismatchException", test_mfa.WRONG):
        answer(careful, begun, ann, **{f"{challenge}_CODE": "none"})
    careful.heard()
    answer(careful, begun, ann, **{f"{challenge}_CODE": sent["code"]})
    about = careful.about(ann)
    assert about[proven] == "true"
    careful.heard(
        careful.after(ann.name, about, **HEARD),
        careful.tokens("Authentication", ann.name, about, **HEARD),
    )


def test_a_code_after_a_proof_of_the_password(careful):
    """With SRP the code is sent once the password is proven, which is at the second call."""
    ann = careful.person("ann-srp")
    test_mfa.turn_on(ann, EmailMfaSettings={"Enabled": True})
    about = careful.about(ann)
    proof = SrpClient(careful.pool.id)
    begun = careful.client.initiate("USER_SRP_AUTH", USERNAME=ann.name, SRP_A=proof.srp_a)
    careful.heard(careful.before(ann.name, about))
    answers = proof.answers(begun["ChallengeParameters"], ann.password)
    asked = careful.client.respond("PASSWORD_VERIFIER", begun.get("Session"), **answers)
    assert asked["ChallengeName"] == "EMAIL_OTP"
    *_, sent = careful.heard(
        careful.message("CustomMessage_Authentication", ann.name, about),
        careful.sender("CustomEmailSender_Authentication", ann.name, about),
    )
    answer(careful, asked, ann, EMAIL_OTP_CODE=sent["code"])
    careful.heard(
        careful.after(ann.name, about, **HEARD),
        careful.tokens("Authentication", ann.name, about, **HEARD),
    )


def test_an_authenticator_as_second_factor(careful):
    """Nothing is sent, so that nobody words or sends anything."""
    ann = careful.person("ann-software-token")
    app = test_mfa.enrol(ann)
    careful.recorder.take(careful.pool.id, 3)
    about = careful.about(ann)
    begun = begin(careful, ann)
    assert begun["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    careful.heard(careful.before(ann.name, about, SAID))
    answer(careful, begun, ann, SOFTWARE_TOKEN_MFA_CODE=app.code())
    careful.heard(
        careful.after(ann.name, about, **HEARD),
        careful.tokens("Authentication", ann.name, about, **HEARD),
    )


# --- devices ---------------------------------------------------------------------------------------


def test_devices_that_are_new_and_that_are_known(stage, nothing_else):
    scene = stage.new_scene(
        "tracking",
        DeviceConfiguration={
            "ChallengeRequiredOnNewDevice": True,
            "DeviceOnlyRememberedOnUserPrompt": False,
        },
    )
    ann = scene.person("ann")
    about = scene.about(ann)

    def sign_in(**device) -> dict:
        answered = test_devices.srp(scene.pool, ann, **device).authenticate_user()
        return answered["AuthenticationResult"]

    first = sign_in()
    scene.heard(
        scene.before(ann.name, about),
        scene.after(ann.name, about, newDeviceUsed=True),
        scene.tokens("Authentication", ann.name, about),
    )
    device, _ = test_devices.confirm(scene.pool, first)
    scene.heard()
    assert "NewDeviceMetadata" not in sign_in(**device)
    scene.heard(
        scene.before(ann.name, about),
        scene.after(ann.name, about),
        scene.tokens("AuthenticateDevice", ann.name, about),
    )


# --- what has no sign-in ---------------------------------------------------------------------------


def test_admin_reset_user_password(senders):
    """The words of the message are asked for before anything changes, so that the status is the old one."""
    ann = senders.person("reset")
    about = senders.about(ann)
    senders.cognito.admin_reset_user_password(
        UserPoolId=senders.pool.id, Username=ann.name, ClientMetadata=SAID
    )
    assert senders.pool.user(ann.name)["UserStatus"] == "RESET_REQUIRED"
    _, sent = senders.heard(
        senders.message("CustomMessage_ForgotPassword", ann.name, about, NOT_A_CLIENT, **HEARD),
        senders.sender("CustomEmailSender_ForgotPassword", ann.name, about, NOT_A_CLIENT, **HEARD),
    )
    senders.cognito.confirm_forgot_password(
        ClientId=senders.client.id,
        Username=ann.name,
        ConfirmationCode=sent["code"],
        Password=secrets.password(),
    )
    request = {"userAttributes": about}
    senders.heard(senders.event("PostConfirmation_ConfirmForgotPassword", ann.name, request))


def test_get_tokens_from_refresh_token(versioned):
    ann = versioned.person("get-tokens")
    token = ann.sign_in()["RefreshToken"]
    versioned.recorder.take(versioned.pool.id, 3)
    about = versioned.about(ann)
    versioned.cognito.get_tokens_from_refresh_token(
        ClientId=versioned.client.id, RefreshToken=token, ClientMetadata=SAID
    )
    versioned.heard(versioned.tokens("RefreshTokens", ann.name, about, **HEARD))


# --- pages -----------------------------------------------------------------------------------------


def guest(scene: Scene, flow: str) -> Person:
    """Whom `test_oauth` signs in at the pages, with a client for them."""
    client = scene.pool.client(
        ClientName=flow,
        SupportedIdentityProviders=["COGNITO"],
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=[flow],
        AllowedOAuthScopes=list(HOSTED),
        CallbackURLs=[test_oauth.CALLBACK],
    )
    named = {"UserPoolId": scene.pool.id, "Username": "ann"}
    users = scene.cognito.list_users(UserPoolId=scene.pool.id, Filter='username = "ann"')["Users"]
    if not users:
        verified = {"email": address(), "email_verified": "true"}
        scene.cognito.admin_create_user(
            **named,
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": name, "Value": value} for name, value in verified.items()],
        )
        scene.cognito.admin_set_user_password(
            **named, Password=test_oauth.PASSWORD, Permanent=True
        )
        scene.recorder.take(scene.pool.id, 1)
    return Person(scene.pool, client, "ann", test_oauth.PASSWORD)


def exchange(scene: Scene, client: str, **form: str) -> dict:
    url = f"{scene.pool.house.identity_url}/oauth2/token"
    said = {"aws_client_metadata": json.dumps(SAID)}
    granted = requests.post(url, data={"client_id": client, **said, **form}, timeout=10)
    assert granted.status_code == 200, granted.text
    secrets.remember(granted.json())
    return granted.json()


def test_managed_login(versioned):
    """The function before tokens is asked when the code is exchanged, and hears what is said then."""
    ann = guest(versioned, "code")
    client, about = ann.client.id, versioned.about(ann)
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    _, done = test_oauth.sign_in(
        versioned.pool.house, client, code_challenge=challenge, code_challenge_method="S256"
    )
    versioned.heard(
        versioned.before(ann.name, about, client=client),
        versioned.after(ann.name, about, client=client),
    )
    granted = exchange(
        versioned,
        client,
        grant_type="authorization_code",
        code=test_oauth.told(done.headers["location"])["code"],
        redirect_uri=test_oauth.CALLBACK,
        code_verifier=VERIFIER,
    )
    told = {"client": client, "scopes": HOSTED, **HEARD}
    versioned.heard(versioned.tokens("HostedAuth", ann.name, about, **told))
    exchange(
        versioned, client, grant_type="refresh_token", refresh_token=granted["refresh_token"]
    )
    versioned.heard(versioned.tokens("RefreshTokens", ann.name, about, **told))


def test_managed_login_with_tokens_at_once(versioned):
    ann = guest(versioned, "implicit")
    client, about = ann.client.id, versioned.about(ann)
    _, done = test_oauth.sign_in(versioned.pool.house, client, response_type="token")
    assert "#" in done.headers["location"] and "access_token=" in done.headers["location"]
    versioned.heard(
        versioned.before(ann.name, about, client=client),
        versioned.after(ann.name, about, client=client),
        versioned.tokens("HostedAuth", ann.name, about, client=client, scopes=HOSTED),
    )


def test_managed_login_with_a_wrong_password(senders, monkeypatch):
    ann = guest(senders, "implicit")
    client, about = ann.client.id, senders.about(ann)
    monkeypatch.setattr(test_oauth, "PASSWORD", secrets.password())
    _, done = test_oauth.sign_in(senders.pool.house, client, response_type="token")
    assert done.status_code == 400
    senders.heard(senders.before(ann.name, about, client=client))


def test_managed_login_with_a_second_factor(careful):
    """As for any other client: the code between the two functions around the sign-in."""
    ann = guest(careful, "implicit")
    client = ann.client.id
    test_mfa.turn_on(ann, EmailMfaSettings={"Enabled": True})
    about = careful.about(ann)
    browser, page = test_oauth.sign_in(careful.pool.house, client, response_type="token")
    *_, sent = careful.heard(
        careful.before(ann.name, about, client=client),
        careful.message("CustomMessage_Authentication", ann.name, about, client),
        careful.sender("CustomEmailSender_Authentication", ann.name, about, client),
    )
    action, fields = test_oauth.form_of(page)
    fields["code"] = sent["code"]
    done = browser.post(action, data=fields, allow_redirects=False, timeout=10)
    assert "access_token=" in done.headers["location"], done.headers
    careful.heard(
        careful.after(ann.name, about, client=client),
        careful.tokens("HostedAuth", ann.name, about, client=client, scopes=HOSTED),
    )


def test_client_credentials(versioned):
    """Of machines version 3 alone hears."""
    versioned.cognito.create_resource_server(
        UserPoolId=versioned.pool.id,
        Identifier="api",
        Name="API",
        Scopes=[{"ScopeName": "read", "ScopeDescription": "Read"}],
    )
    machine = versioned.pool.client(
        ClientName="machine",
        GenerateSecret=True,
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthScopes=["api/read"],
    )
    grant = {"grant_type": "client_credentials", "client_secret": machine.secret}
    exchange(versioned, machine.id, **grant)
    told = versioned.machine(machine.id, ("api/read",), **HEARD)
    versioned.heard(*([told] if versioned.version == "3" else []))


# --- providers -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pair(tmp_path_factory, stage):
    """A provider, and the server of the stage, which trusts it."""
    server, house = houses.dev(tmp_path_factory.mktemp("provider"), "--memory")
    yield house, stage.house
    server.stop()


@pytest.fixture
def trusting(stage, nothing_else, federated) -> Scene:
    pool = Pool(stage.house, federated["down"])
    pool.clients.append(Client(pool, federated["client"]))
    return stage.listen(pool)


def said_by_provider(scene: Scene) -> dict:
    """What the provider said: as the function heard it, with its claims read from the token itself."""
    heard = scene.recorder.new(scene.pool.id)[0]["event"]["request"]["attributes"]
    claims = tokens.claims(heard["tokenResponse"]["id_token"])
    secrets.remember(heard["tokenResponse"])
    assert (claims["email"], claims["cognito:username"]) == ("ann@example.com", "ann")
    jwt = Like(r"eyJ[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){2}")
    return {
        "tokenResponse": {
            "access_token": jwt,
            "id_token": jwt,
            "refresh_token": Like(r"[A-Za-z0-9_.-]{100,}"),
            "expires_in": 3600,
            "token_type": "Bearer",
        },
        "idToken": claims,
        "userInfo": {
            "sub": claims["sub"],
            "username": "ann",
            "email": "ann@example.com",
            "email_verified": "true",
        },
    }


def test_a_provider_the_first_time_and_later(pair, trusting):
    def sign_in() -> str:
        arrived = sign_in_through_both(pair, trusting.client.id)
        granted = redeem_for_tokens(trusting.pool.house, trusting.client.id, arrived["code"])
        return tokens.claims(granted["id_token"])["cognito:username"]

    name = sign_in()
    person = Person(trusting.pool, trusting.client, name, "")
    about = trusting.about(person)
    assert about["cognito:user_status"] == "EXTERNAL_PROVIDER"
    assert json.loads(about["identities"])[0]["providerName"] == "Upstream"
    said = said_by_provider(trusting)
    assert name == f"Upstream_{said['idToken']['sub']}"
    mapped = {"email": "ann@example.com", "email_verified": "true"}
    groups = {
        "groupsToOverride": [f"{trusting.pool.id}_Upstream"],
        "iamRolesToOverride": [],
        "preferredRole": None,
    }
    issued = trusting.tokens("HostedAuth", name, about, groups, scopes=HOSTED)
    request = {"userAttributes": mapped, "validationData": None}
    trusting.heard(
        trusting.inbound(name, "Upstream", "OIDC", said),
        trusting.event("PreSignUp_ExternalProvider", name, request),
        trusting.event("PostConfirmation_ConfirmSignUp", name, {"userAttributes": about}),
        issued,
    )
    assert sign_in() == name
    trusting.heard(
        trusting.inbound(name, "Upstream", "OIDC", said_by_provider(trusting)),
        trusting.before(name, about),
        trusting.after(name, about),
        issued,
    )


# --- threats ---------------------------------------------------------------------------------------


@pytest.fixture
def watched(request, stage, nothing_else) -> Scene:
    """A pool that looks for threats, and acts on them as one test says."""
    return stage.new_scene(
        request.node.name,
        UserPoolTier="PLUS",
        UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"},
    )


NOTICE = "CustomEmailSender_AccountTakeOverNotification"


def notice(scene: Scene, person: Person, action: str, count: int) -> tuple[int, dict]:
    """The event of a notice, and which of the events that are to come it was. Its token is in its links too,
    and is taken from what was heard."""
    records = [record["event"] for record in scene.recorder.wait_for(scene.pool.id, count)]
    at = [event["triggerSource"] for event in records].index(NOTICE)
    token = records[at]["request"]["userAttributes"]["FEEDBACK_TOKEN"]
    assert len(token) > 40
    link = f"{scene.pool.issuer}/auth-event-feedback?is="
    facts = {
        "ACCOUNT_TAKE_OVER_ACTION": action,
        "USER_NAME": person.name,
        "IP_ADDRESS": test_threats.AWAY,
        "DEVICE_NAME": "Safari 17, iOS",
        "EVENT_ID": test_threats.events(person)[0]["EventId"],
        "LOGIN_TIME": Like(r"20[0-9-]{8}T[0-9:.]{8,}Z"),
        "ONE_CLICK_LINK_VALID": f"{link}valid&token={token}",
        "ONE_CLICK_LINK_INVALID": f"{link}invalid&token={token}",
        "FEEDBACK_TOKEN": token,
    }
    return at, scene.sender(NOTICE, person.name, facts, code=None)


def somebody_at_home(scene: Scene, name: str) -> Person:
    """Somebody who has signed in at home before."""
    person = scene.person(name)
    test_threats.sign_in(person, test_threats.HOME, test_threats.LAPTOP)
    scene.recorder.take(scene.pool.id, 3)
    return person


def test_the_notice_of_a_sign_in_that_is_blocked(watched):
    ann = somebody_at_home(watched, "blocked")
    about = watched.about(ann)
    test_threats.configure(watched.pool, "BLOCK")
    with refused("NotAuthorizedException", test_threats.BLOCKED):
        test_threats.sign_in(ann, test_threats.AWAY, test_threats.PHONE)
    _, told = notice(watched, ann, "BLOCK", 2)
    watched.heard(watched.before(ann.name, about), told)


def test_the_notice_of_a_sign_in_that_goes_on(watched):
    """Nobody waits for it, so that it comes at some time after the sign-in has begun."""
    ann = somebody_at_home(watched, "let-in")
    about = watched.about(ann)
    test_threats.configure(watched.pool, "NO_ACTION")
    test_threats.sign_in(ann, test_threats.AWAY, test_threats.PHONE)
    at, told = notice(watched, ann, "NO_ACTION", 4)
    assert at > 0
    expected = [
        watched.before(ann.name, about),
        watched.after(ann.name, about),
        watched.tokens("Authentication", ann.name, about),
    ]
    watched.heard(*expected[:at], told, *expected[at:])
