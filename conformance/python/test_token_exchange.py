"""Does a service get a token in exchange for one, for less and never for more?

With boto3, signed and not, and at the token endpoint with nothing but HTTP.
"""

import json
import secrets as random
from dataclasses import dataclass

import pytest
import requests
from botocore import UNSIGNED
from botocore.config import Config
from test_oauth import CALLBACK, PASSWORD, form_of, told

from harness import tokens
from harness.checks import refused
from harness.people import Client, Pool, named

ADMIN = "aws.cognito.signin.user.admin"
GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
TYPE = "urn:ietf:params:oauth:token-type:"
EXCHANGES = ["ALLOW_TOKEN_EXCHANGE_IMPERSONATION", "ALLOW_TOKEN_EXCHANGE_DELEGATION"]
HOSTED = {
    "AllowedOAuthFlowsUserPoolClient": True,
    "AllowedOAuthFlows": ["code"],
    "SupportedIdentityProviders": ["COGNITO"],
    "CallbackURLs": [CALLBACK],
}


def unsigned(house):
    """A client of the API without credentials."""
    settings = {"retries": {"total_max_attempts": 1}, "proxies": {}}
    return house.client(config=Config(signature_version=UNSIGNED, **settings))


def add_servers(pool: Pool) -> None:
    for name in ("files", "mail"):
        scopes = [{"ScopeName": scope, "ScopeDescription": scope} for scope in ("read", "write")]
        pool.cognito.create_resource_server(
            UserPoolId=pool.id, Identifier=name, Name=name, Scopes=scopes
        )


def add_service(pool: Pool, *scopes: str, **settings) -> Client:
    """A client that exchanges tokens, for these scopes at most."""
    settings.setdefault("ExplicitAuthFlows", EXCHANGES)
    settings.setdefault("GenerateSecret", True)
    if scopes:
        settings |= {**HOSTED, "AllowedOAuthScopes": list(scopes)}
    return pool.client(ClientName="service", **settings)


@dataclass
class Scene:
    """A pool with people, an application that they sign in to, and a service behind it."""

    pool: Pool
    web: Client
    service: Client
    agent: Client

    def __post_init__(self):
        self.anyone = unsigned(self.pool.house)

    def add(self, name: str | None = None) -> str:
        name = name or random.token_hex(6)
        of_user = {"UserPoolId": self.pool.id, "Username": name}
        mail = [{"Name": "email", "Value": f"{name}@example.com"}]
        mail += [{"Name": "email_verified", "Value": "true"}]
        self.pool.cognito.admin_create_user(
            **of_user, UserAttributes=mail, MessageAction="SUPPRESS"
        )
        self.pool.cognito.admin_set_user_password(**of_user, Password=PASSWORD, Permanent=True)
        return name

    def sign_in(self, name: str, *scopes: str) -> dict:
        """The tokens of a sign-in on the pages, with these scopes."""
        url = self.pool.house.identity_url
        browser = requests.Session()
        browser.trust_env = False
        request = {
            "client_id": self.web.id,
            "response_type": "code",
            "redirect_uri": CALLBACK,
            "scope": " ".join(scopes or ("openid", "email", "files/read", "files/write", ADMIN)),
        }
        page = browser.get(f"{url}/oauth2/authorize", params=request, timeout=10)
        action, fields = form_of(page)
        fields |= {"username": name, "password": PASSWORD}
        done = browser.post(action, data=fields, allow_redirects=False, timeout=10)
        form = {
            "grant_type": "authorization_code",
            "redirect_uri": CALLBACK,
            "code": told(done.headers["Location"])["code"],
        }
        own = (self.web.id, self.web.secret)
        answer = requests.post(f"{url}/oauth2/token", data=form, auth=own, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def machine(self) -> str:
        """A token of the agent, which speaks for itself."""
        given = self.anyone.get_client_token(ClientId=self.agent.id, Secret=self.agent.secret)
        return given["ClientAuthenticationResult"]["AccessToken"]

    def exchange(self, subject: str, **more) -> dict:
        """What the service gets for a token, once it has shown its secret."""
        request = {
            "ClientId": self.service.id,
            "ClientSecret": self.service.secret,
            "SubjectToken": subject,
            "SubjectTokenType": "ACCESS_TOKEN",
        } | more
        return self.anyone.get_derived_token(
            **{name: value for name, value in request.items() if value is not None}
        )

    def had(self, subject: str, **more) -> dict:
        """The claims of it, verified."""
        return tokens.verified(self.exchange(subject, **more)["IssuedToken"], self.pool.issuer)

    def post(self, subject: str | None, **more) -> requests.Response:
        """The same at the token endpoint."""
        form = {
            "grant_type": GRANT,
            "client_id": self.service.id,
            "client_secret": self.service.secret,
            "subject_token": subject,
            "subject_token_type": f"{TYPE}access_token",
        } | more
        form = {name: value for name, value in form.items() if value is not None}
        url = f"{self.pool.house.identity_url}/oauth2/token"
        return requests.post(url, data=form, timeout=10)


def scene_of(pool: Pool) -> Scene:
    add_servers(pool)
    every = ["openid", "email", "files/read", "files/write", "mail/read", ADMIN]
    web = pool.client(**HOSTED, AllowedOAuthScopes=every, GenerateSecret=True)
    agent = pool.client(
        GenerateSecret=True,
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthScopes=["mail/read"],
    )
    service = add_service(pool, "openid", "email", "files/read", "files/write", ADMIN)
    return Scene(pool, web, service, agent)


@pytest.fixture(scope="module")
def scene(make_pool) -> Scene:
    scene = scene_of(make_pool())
    scene.add("ann")
    return scene


@pytest.fixture(scope="module")
def ann(scene) -> dict:
    """Her tokens, which nobody ends."""
    return scene.sign_in("ann")


def by(actor: str, kind: str = "ACCESS_TOKEN") -> dict:
    return {"ActorToken": actor, "ActorTokenType": kind}


# --- what is given -------------------------------------------------------------------------------


def test_a_token_for_another_service(scene, ann):
    given = scene.exchange(
        ann["access_token"],
        Scopes=["files/read", "mail/read", "files/other"],
        Audiences=["https://files.example.com"],
    )
    assert given["IssuedTokenType"] == "ACCESS_TOKEN" and given["TokenType"] == "Bearer"
    assert given["Scopes"] == ["files/read"]
    options = {"audience": "https://files.example.com", "options": {}}
    derived = tokens.verified(given["IssuedToken"], scene.pool.issuer, **options)
    subject = tokens.claims(ann["access_token"])
    kept = ("sub", "username", "auth_time", "origin_jti", "iss", "token_use")
    assert {name: derived[name] for name in kept} == {name: subject[name] for name in kept}
    assert derived["client_id"] == scene.service.id and derived["scope"] == "files/read"
    assert derived["jti"] != subject["jti"] and "act" not in derived
    assert derived["exp"] <= subject["exp"]
    assert 0 < given["ExpiresIn"] <= 3600


@pytest.mark.parametrize(
    "asked, scopes, audience",
    [
        ({}, f"openid email files/read files/write {ADMIN}", None),
        ({"Audiences": ["x"]}, "openid email files/read files/write", "x"),
        ({"Resources": ["files"]}, "openid email files/read files/write", "files"),
        ({"Resources": ["mail"]}, "openid email", "mail"),
        ({"Scopes": ["files/write", "files/write", "openid"]}, "files/write openid", None),
    ],
)
def test_which_scopes_and_which_audience(scene, ann, asked, scopes, audience):
    derived = scene.had(ann["access_token"], **asked)
    assert derived["scope"] == scopes and derived.get("aud") == audience


def test_a_signed_call_needs_no_secret(scene, ann):
    call = {
        "ClientId": scene.service.id,
        "SubjectToken": ann["access_token"],
        "SubjectTokenType": "ACCESS_TOKEN",
    }
    given = scene.pool.cognito.get_derived_token(**call)
    assert tokens.verified(given["IssuedToken"], scene.pool.issuer)["client_id"] == call["ClientId"]
    for cognito, secret in [
        (scene.anyone, None),
        (scene.anyone, "not0the0secret0of0this0client"),
        (scene.pool.cognito, "not0the0secret0of0this0client"),
    ]:
        more = {"ClientSecret": secret} if secret else {}
        with refused("NotAuthorizedException", "The client or its secret is not valid."):
            cognito.get_derived_token(**call, **more)


def test_a_forged_signature_stands_in_for_nothing(scene, ann, admin_is_checked):
    if not admin_is_checked:
        pytest.skip("this server takes any credentials")
    forger = scene.pool.house.client(aws_secret_access_key="a guess")
    call = {
        "ClientId": scene.service.id,
        "SubjectToken": ann["access_token"],
        "SubjectTokenType": "ACCESS_TOKEN",
    }
    with refused("NotAuthorizedException", "The client or its secret is not valid."):
        forger.get_derived_token(**call)
    assert forger.get_derived_token(**call, ClientSecret=scene.service.secret)["IssuedToken"]


def test_a_public_client_has_nothing_to_show(scene, ann):
    public = add_service(scene.pool, "files/read", GenerateSecret=False)
    derived = scene.had(ann["access_token"], ClientId=public.id, ClientSecret=None)
    assert (derived["client_id"], derived["scope"]) == (public.id, "files/read")
    answer = scene.post(ann["access_token"], client_id=public.id, client_secret=None)
    assert answer.json()["scope"] == "files/read"


def test_who_acts_is_told_and_stays_so(scene, ann):
    actor = scene.machine()
    first = scene.exchange(ann["access_token"], **by(actor))["IssuedToken"]
    acting = {"sub": scene.agent.id, "client_id": scene.agent.id}
    assert tokens.claims(first)["act"] == acting
    # Whoever exchanges it again neither hides that nor stands in its place.
    assert scene.had(first)["act"] == acting
    helper = scene.sign_in(scene.add())
    again = scene.had(first, **by(helper["id_token"], "ID_TOKEN"))
    sub = tokens.claims(helper["id_token"])["sub"]
    assert again["act"] == {"sub": sub, "client_id": scene.web.id, "act": acting}
    assert again["sub"] == tokens.claims(first)["sub"]


def test_an_id_token(scene, ann):
    wanted = {"RequestedTokenType": "ID_TOKEN"}
    given = scene.exchange(ann["id_token"], SubjectTokenType="ID_TOKEN", **wanted)
    assert given["IssuedTokenType"] == "ID_TOKEN" and given["TokenType"] == "N_A"
    assert "Scopes" not in given
    options = {"audience": scene.service.id, "options": {}}
    derived = tokens.verified(given["IssuedToken"], scene.pool.issuer, **options)
    assert derived["email"] == "ann@example.com" and derived["token_use"] == "id"
    before = tokens.claims(ann["id_token"])
    assert derived["origin_jti"] == before["origin_jti"] and derived["exp"] <= before["exp"]
    # For an access token with the scope to ask who somebody is, and for no other.
    few = scene.sign_in("ann", "openid", "files/read")["access_token"]
    derived = scene.had(few, **wanted)
    assert (derived["aud"], derived["scope"]) == (scene.service.id, "openid files/read")
    with refused("InvalidParameterException", "The scope openid is not granted."):
        scene.exchange(few, Scopes=["files/read"], **wanted)
    # It grants nothing itself.
    access = scene.had(ann["id_token"], SubjectTokenType="ID_TOKEN")
    assert (access["scope"], access["token_use"]) == ("", "access")


# --- what is not ---------------------------------------------------------------------------------


def test_more_than_the_subject_has(scene):
    few = scene.sign_in("ann", "openid", "files/read")["access_token"]
    assert scene.had(few, Scopes=["files/read", "files/write"])["scope"] == "files/read"
    for scope in ("files/write", ADMIN, "mail/read", "files/nothing"):
        with refused("InvalidParameterException", f"The scope {scope} is not granted."):
            scene.exchange(few, Scopes=[scope])
    narrow = scene.exchange(few, Scopes=["files/read"], Audiences=["x"])["IssuedToken"]
    with refused("InvalidParameterException", "The scope openid is not granted."):
        scene.exchange(narrow, Scopes=["openid"])
    # What a token is bound to, it stays bound to.
    assert scene.had(narrow)["aud"] == "x"


def test_more_than_the_client_may_have(scene, ann):
    clerk = add_service(scene.pool, "mail/read")
    own = {"ClientId": clerk.id, "ClientSecret": clerk.secret}
    with refused("InvalidParameterException", "The scope files/read is not granted."):
        scene.exchange(ann["access_token"], Scopes=["files/read"], **own)
    assert scene.had(ann["access_token"], **own)["scope"] == ""


@pytest.mark.parametrize(
    "allowed, acts",
    [(EXCHANGES[0], True), (EXCHANGES[1], False), ("ALLOW_USER_SRP_AUTH", False)],
)
def test_what_a_client_is_not_allowed(scene, ann, allowed, acts):
    client = add_service(scene.pool, ExplicitAuthFlows=[allowed])
    own = {"ClientId": client.id, "ClientSecret": client.secret}
    missing = EXCHANGES[1] if acts else EXCHANGES[0]
    more = by(scene.machine()) if acts else {}
    text = f"{missing} flow not enabled for this client"
    with refused("NotAuthorizedException", text):
        scene.exchange(ann["access_token"], **own, **more)
    form = {"client_id": client.id, "client_secret": client.secret}
    if acts:
        form |= {"actor_token": more["ActorToken"], "actor_token_type": f"{TYPE}access_token"}
    answer = scene.post(ann["access_token"], **form)
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


def bad_tokens(scene: Scene, ann: dict, elsewhere: str) -> dict[str, str]:
    """Texts that are no access tokens of the pool."""
    token = ann["access_token"]
    body = tokens.claims(token)
    head, payload, signature = token.split(".")
    other = tokens.encode({**body, "scope": f"{body['scope']} mail/read"})
    return {
        "another pool": elsewhere,
        "an ID token": ann["id_token"],
        "a refresh token": ann["refresh_token"][:4000],
        "other claims": f"{head}.{other}.{signature}",
        "no algorithm": tokens.unsigned({**tokens.header(token), "alg": "none"}, body),
        "no signature": f"{head}.{payload}.",
        "an unknown key": tokens.unsigned(
            {**tokens.header(token), "kid": "A" * 44}, body, signature
        ),
        "nonsense": "nonsense",
        "much": "a" * 131_072,
    }


BAD = [
    "another pool",
    "an ID token",
    "a refresh token",
    "other claims",
    "no algorithm",
    "no signature",
    "an unknown key",
    "nonsense",
    "much",
]


@pytest.fixture(scope="module")
def elsewhere(make_pool) -> str:
    pool = make_pool()
    return pool.person(random.token_hex(6)).sign_in()["AccessToken"]


@pytest.mark.parametrize("bad", BAD)
def test_what_is_no_token(scene, ann, elsewhere, bad):
    token = bad_tokens(scene, ann, elsewhere)[bad]
    with refused("NotAuthorizedException", r"~^The (subject )?token is not valid\.$"):
        scene.exchange(token)
    with refused("NotAuthorizedException", r"~^The (actor )?token is not valid\.$"):
        scene.exchange(ann["access_token"], **by(token))
    if bad == "much":
        return
    kind = f"{TYPE}access_token"
    for form in (
        {"subject": token},
        {"subject": ann["access_token"], "actor_token": token, "actor_token_type": kind},
    ):
        answer = scene.post(**form)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
        assert answer.json()["error_description"].endswith("is not valid.")


def test_an_access_token_is_no_id_token(scene, ann):
    with refused("NotAuthorizedException", "The subject token is not valid."):
        scene.exchange(ann["access_token"], SubjectTokenType="ID_TOKEN")


def test_who_cannot_act(scene, ann):
    machine = scene.machine()
    first = scene.exchange(scene.sign_in(scene.add())["access_token"], **by(machine))
    for actor, text in [
        (ann["access_token"], "The actor is the subject."),
        (first["IssuedToken"], "Somebody else acts for the actor."),
    ]:
        with refused("NotAuthorizedException", text):
            scene.exchange(ann["access_token"], **by(actor))
    with refused("NotAuthorizedException", "The subject token is not a user's."):
        scene.exchange(machine)
    with refused("InvalidParameterException", "ActorTokenType is required with an ActorToken."):
        scene.exchange(ann["access_token"], ActorToken=machine)
    with refused("InvalidParameterException", "ActorToken is required with an ActorTokenType."):
        scene.exchange(ann["access_token"], ActorTokenType="ID_TOKEN")


def test_a_chain_of_actors_ends(scene, ann):
    token, actor = ann["access_token"], scene.machine()
    for _ in range(5):
        token = scene.exchange(token, **by(actor))["IssuedToken"]
    with refused("NotAuthorizedException", "More than 5 would act for the subject."):
        scene.exchange(token, **by(actor))
    depth, acting = 0, scene.had(token)
    while acting := acting.get("act"):
        depth += 1
    assert depth == 5


def test_an_audience_is_no_other_client(scene, ann):
    token = ann["access_token"]
    text = "The audience is another client of the user pool."
    with refused("InvalidParameterException", text):
        scene.exchange(token, Audiences=[scene.web.id])
    assert scene.had(token, Audiences=[scene.service.id])["aud"] == scene.service.id
    text = "An ID token is for the client that asks for it and for no other service."
    for audience in (scene.web.id, "https://files.example.com"):
        with refused("InvalidParameterException", text):
            scene.exchange(token, RequestedTokenType="ID_TOKEN", Audiences=[audience])
    with refused("ResourceNotFoundException", "Resource server nowhere does not exist."):
        scene.exchange(token, Resources=["nowhere"])
    with refused("InvalidParameterException"):
        scene.exchange(token, Resources=["files"], Audiences=["files"])
    for form, error in [
        ({"audience": scene.web.id}, "invalid_target"),
        ({"audience": 'a"b'}, "invalid_target"),
        ({"audience": "a" * 257}, "invalid_target"),
        ({"resource": "nowhere"}, "invalid_target"),
        ({"resource": "files", "audience": "files"}, "invalid_request"),
    ]:
        answer = scene.post(token, **form)
        assert (answer.status_code, answer.json()["error"]) == (400, error), form


def test_tokens_of_others(scene, ann):
    for more in (
        {"SubjectTokenType": "SAML2"},
        by(ann["access_token"], "SAML2"),
        {"SubjectTokenProviderName": "Corp"},
        {"ActorTokenProviderName": "Corp"},
    ):
        with refused("InvalidParameterException", "~not exchanged"):
            scene.exchange(ann["access_token"], **more)
    with refused("ResourceNotFoundException"):
        scene.exchange(ann["access_token"], ClientId="0" * 26)


# --- when it ends --------------------------------------------------------------------------------


def end_by_revocation(scene, name, subject):
    own = {"ClientId": scene.web.id, "ClientSecret": scene.web.secret}
    scene.anyone.revoke_token(**own, Token=subject["refresh_token"])


def end_by_sign_out(scene, name, subject):
    scene.anyone.global_sign_out(AccessToken=subject["access_token"])


def end_by_administrator(scene, name, subject):
    scene.pool.cognito.admin_user_global_sign_out(UserPoolId=scene.pool.id, Username=name)


@pytest.mark.parametrize("end", [end_by_revocation, end_by_sign_out, end_by_administrator])
def test_what_ends_the_session_ends_what_came_of_it(scene, end):
    name = scene.add()
    subject = scene.sign_in(name)
    derived = scene.exchange(subject["access_token"])["IssuedToken"]
    of_id = scene.exchange(
        subject["id_token"], SubjectTokenType="ID_TOKEN", RequestedTokenType="ID_TOKEN"
    )["IssuedToken"]
    shown = scene.anyone.get_user(AccessToken=derived)["UserAttributes"]
    assert named(shown)["email"] == f"{name}@example.com"
    end(scene, name, subject)
    with refused("NotAuthorizedException", "Access Token has been revoked"):
        scene.anyone.get_user(AccessToken=derived)
    text = "The subject token has been revoked."
    for token in (subject["access_token"], derived):
        with refused("NotAuthorizedException", text):
            scene.exchange(token)
        answer = scene.post(token).json()
        assert answer == {"error": "invalid_request", "error_description": text}
    with refused("NotAuthorizedException", text):
        scene.exchange(of_id, SubjectTokenType="ID_TOKEN")
    # As actors they are over too.
    with refused("NotAuthorizedException", "The actor token has been revoked."):
        other = scene.sign_in(scene.add())["access_token"]
        scene.exchange(other, **by(subject["access_token"]))


def test_a_subject_who_is_barred_or_gone(scene):
    name = scene.add()
    token = scene.sign_in(name)["access_token"]
    of_user = {"UserPoolId": scene.pool.id, "Username": name}
    scene.pool.cognito.admin_disable_user(**of_user)
    with refused("NotAuthorizedException", "User is disabled."):
        scene.exchange(token)
    scene.pool.cognito.admin_delete_user(**of_user)
    with refused("UserNotFoundException", "User does not exist."):
        scene.exchange(token)
    answer = scene.post(token)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_a_client_that_is_gone_has_issued_nothing(scene, ann):
    gone = scene.pool.client(
        GenerateSecret=True,
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthScopes=["mail/read"],
    )
    given = scene.anyone.get_client_token(ClientId=gone.id, Secret=gone.secret)
    actor = given["ClientAuthenticationResult"]["AccessToken"]
    scene.exchange(ann["access_token"], **by(actor))
    scene.pool.cognito.delete_user_pool_client(UserPoolId=scene.pool.id, ClientId=gone.id)
    with refused("NotAuthorizedException", "The actor token is not valid."):
        scene.exchange(ann["access_token"], **by(actor))


# --- what it opens -------------------------------------------------------------------------------


def test_a_token_for_less_does_not_manage_the_account(scene, ann):
    for more in ({"Scopes": ["files/read"]}, {"Audiences": ["x"]}, {"Resources": ["files"]}):
        token = scene.exchange(ann["access_token"], **more)["IssuedToken"]
        for call in (
            lambda token: scene.anyone.get_user(AccessToken=token),
            lambda token: scene.anyone.global_sign_out(AccessToken=token),
            lambda token: scene.anyone.delete_user(AccessToken=token),
            lambda token: scene.anyone.change_password(
                AccessToken=token, PreviousPassword=PASSWORD, ProposedPassword="Another-Horse8!"
            ),
        ):
            with refused("NotAuthorizedException", "Access Token does not have required scopes"):
                call(token)


def test_user_info_asks_for_openid(scene, ann):
    url = f"{scene.pool.house.identity_url}/oauth2/userInfo"
    for scopes, is_shown in ((["openid", "email"], True), (["files/read"], False)):
        token = scene.exchange(ann["access_token"], Scopes=scopes)["IssuedToken"]
        answer = requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=10)
        assert (answer.status_code == 200) == is_shown, answer.text
        assert ("ann@example.com" in answer.text) == is_shown


def test_the_gateway_and_the_groups_of_the_starter(house, starter):
    """The starter's function gives each token the scopes of the user's groups; not this one."""
    person = starter.person(f"{random.token_hex(6)}@example.com")
    starter.cognito.admin_add_user_to_group(
        UserPoolId=starter.id, Username=person.name, GroupName="readers"
    )
    subject = person.sign_in()["AccessToken"]
    assert "users/read" in tokens.claims(subject)["scope"].split()
    service = add_service(starter, "users/read", ADMIN)
    anyone = unsigned(house)

    def exchange(*scopes: str) -> str:
        return anyone.get_derived_token(
            ClientId=service.id,
            ClientSecret=service.secret,
            SubjectToken=subject,
            SubjectTokenType="ACCESS_TOKEN",
            Scopes=list(scopes),
        )["IssuedToken"]

    def get(path: str, token: str) -> int:
        head = {"Authorization": f"Bearer {token}"}
        return requests.get(f"{house.api_url}{path}", headers=head, timeout=10).status_code

    me, somebody = "/public/user/me", f"/public/user/{tokens.claims(subject)['sub']}"
    reading, managing = exchange("users/read"), exchange(ADMIN)
    assert tokens.claims(managing)["scope"] == ADMIN
    for path, lets_in, keeps_out in ((me, managing, reading), (somebody, reading, managing)):
        assert get(path, keeps_out) in (401, 403)
        assert get(path, lets_in) == get(path, subject)
        assert get(path, lets_in) not in (401, 403)


# --- the token endpoint --------------------------------------------------------------------------


def test_the_token_endpoint_gives_the_same(scene, ann):
    answer = scene.post(
        ann["access_token"], scope="files/read mail/read", audience="https://files.example.com"
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    given = answer.json()
    assert set(given) == {
        "access_token",
        "issued_token_type",
        "token_type",
        "expires_in",
        "scope",
    }
    assert given["issued_token_type"] == f"{TYPE}access_token"
    assert (given["token_type"], given["scope"]) == ("Bearer", "files/read")
    derived = tokens.verified(given["access_token"], scene.pool.issuer)
    assert derived["aud"] == "https://files.example.com" and derived["scope"] == "files/read"
    # In the header too, and with an actor.
    form = {
        "grant_type": GRANT,
        "subject_token": ann["access_token"],
        "subject_token_type": f"{TYPE}access_token",
        "actor_token": scene.machine(),
        "actor_token_type": f"{TYPE}access_token",
        "resource": "files",
    }
    url = f"{scene.pool.house.identity_url}/oauth2/token"
    own = (scene.service.id, scene.service.secret)
    given = requests.post(url, data=form, auth=own, timeout=10).json()
    derived = tokens.verified(given["access_token"], scene.pool.issuer)
    assert derived["act"]["sub"] == scene.agent.id and derived["aud"] == "files"


def test_the_token_endpoint_gives_id_tokens(scene, ann):
    kinds = {
        "subject_token_type": f"{TYPE}id_token",
        "requested_token_type": f"{TYPE}id_token",
    }
    given = scene.post(ann["id_token"], **kinds).json()
    assert given["issued_token_type"] == f"{TYPE}id_token" and given["token_type"] == "N_A"
    assert "scope" not in given
    assert tokens.verified(given["access_token"], scene.pool.issuer)["token_use"] == "id"


@pytest.mark.parametrize(
    "form, error",
    [
        ({"client_secret": "not0the0secret0of0this0client"}, "invalid_client"),
        ({"client_secret": None}, "invalid_client"),
        ({"subject_token": None}, "invalid_request"),
        ({"subject_token": None, "subject_token_type": None}, "invalid_request"),
        ({"subject_token_type": None}, "invalid_request"),
        ({"subject_token_type": f"{TYPE}saml2"}, "invalid_request"),
        ({"subject_token_type": f"{TYPE}refresh_token"}, "invalid_request"),
        ({"subject_token_type": f"{TYPE}jwt"}, "invalid_request"),
        ({"requested_token_type": f"{TYPE}refresh_token"}, "invalid_request"),
        ({"actor_token": "x"}, "invalid_request"),
        ({"actor_token_type": f"{TYPE}access_token"}, "invalid_request"),
        ({"scope": "mail/read"}, "invalid_scope"),
        ({"scope": 'a"b'}, "invalid_scope"),
        ({"aws_client_metadata": "[]"}, "invalid_request"),
        ({"grant_type": "token-exchange"}, "unsupported_grant_type"),
    ],
)
def test_the_token_endpoint_refuses(scene, ann, form, error):
    answer = scene.post(**{"subject": ann["access_token"], **form})
    assert answer.json()["error"] == error, answer.text
    assert answer.status_code == (401 if error == "invalid_client" else 400)


def test_a_token_in_an_address_is_refused(scene, ann):
    url = f"{scene.pool.house.identity_url}/oauth2/token"
    form = {"grant_type": GRANT, "client_id": scene.service.id}
    form |= {"client_secret": scene.service.secret, "subject_token_type": f"{TYPE}access_token"}
    answer = requests.post(
        url, params={"subject_token": ann["access_token"]}, data=form, timeout=10
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


# --- functions -----------------------------------------------------------------------------------


def test_a_function_that_is_not_there(make_pool):
    scene = scene_of(make_pool())
    token = scene.sign_in(scene.add())["access_token"]
    function = "arn:aws:lambda:eu-west-1:000000000000:function:not-there"
    scene.pool.cognito.update_user_pool(
        UserPoolId=scene.pool.id, LambdaConfig={"PreTokenGeneration": function}
    )
    text = "PreTokenGeneration invocation failed due to error ResourceNotFoundException."
    with refused("UnexpectedLambdaException", text):
        scene.exchange(token)
    answer = scene.post(token).json()
    assert answer == {"error": "invalid_request", "error_description": text}


@pytest.fixture(scope="module")
def heard(stage):
    """A pool with a function before tokens that takes orders, and the tokens of somebody in it."""
    listening = stage.scene("Version2")
    scene = scene_of(listening.pool)
    name = scene.add()
    listening.order()
    token = scene.sign_in(name)["access_token"]
    return listening, scene, token


@pytest.mark.alone
@pytest.mark.parametrize(
    "order, error, text",
    [
        (
            {"throw": "not today"},
            "UserLambdaValidationException",
            "PreTokenGeneration failed with error not today.",
        ),
        ({"text": "no JSON"}, "InvalidLambdaResponseException", "Invalid JSON"),
        (
            {"answer": {"response": "text"}},
            "InvalidLambdaResponseException",
            "Unrecognizable lambda output",
        ),
    ],
)
def test_a_function_stops_an_exchange(heard, order, error, text):
    listening, scene, token = heard
    listening.order(TokenGeneration=order)
    with refused(error, text):
        scene.exchange(token)
    answer = scene.post(token).json()
    assert answer == {"error": "invalid_request", "error_description": text}
    listening.order()
    scene.exchange(token)


@pytest.mark.alone
def test_what_a_function_hears_and_may_change(heard):
    """It takes away and adds claims of its own; it adds no scope and does not say who acts."""
    listening, scene, token = heard
    changes = {
        "scopesToSuppress": ["files/write"],
        "scopesToAdd": ["mail/read", "root"],
        "claimsToAddOrOverride": {
            "tenant": "acme",
            "act": {"sub": "root"},
            "sub": "root",
            "aud": "x",
            "origin_jti": "x",
        },
    }
    details = {"claimsAndScopeOverrideDetails": {"accessTokenGeneration": changes}}
    listening.order(TokenGeneration={"response": details})
    listening.forget()
    answer = scene.post(
        token,
        scope="files/read files/write",
        audience="files.example.com",
        aws_client_metadata=json.dumps({"job": "night"}),
    )
    derived = tokens.verified(answer.json()["access_token"], scene.pool.issuer)
    subject = tokens.claims(token)
    assert derived["scope"] == answer.json()["scope"] == "files/read"
    assert derived["tenant"] == "acme" and "act" not in derived
    assert derived["aud"] == "files.example.com"
    assert all(derived[name] == subject[name] for name in ("sub", "origin_jti", "username"))
    [record] = listening.recorder.take(listening.pool.id, 1)
    event = record["event"]
    assert event["triggerSource"] == "TokenGeneration_RefreshTokens"
    assert event["callerContext"]["clientId"] == scene.service.id
    assert event["request"]["scopes"] == ["files/read", "files/write"]
    assert event["request"]["clientMetadata"] == {"job": "night"}


@pytest.mark.alone
def test_a_token_names_who_may_act(heard):
    listening, scene, token = heard
    may_act = {"sub": scene.agent.id}
    changes = {"claimsToAddOrOverride": {"may_act": may_act}}
    details = {"claimsAndScopeOverrideDetails": {"accessTokenGeneration": changes}}
    listening.order(TokenGeneration={"response": details})
    bound = scene.exchange(token)["IssuedToken"]
    listening.order()
    assert scene.had(bound, **by(scene.machine()))["act"]["sub"] == scene.agent.id
    helper = scene.sign_in(scene.add())["access_token"]
    for more in (by(helper), {}):
        with refused("NotAuthorizedException", "The subject token lets somebody else act."):
            scene.exchange(bound, **more)
    listening.forget()


@pytest.mark.parametrize("flow", EXCHANGES)
def test_the_lowest_plan_has_no_token_exchange(make_pool, flow):
    pool = make_pool(UserPoolTier="LITE")
    with refused("FeatureUnavailableInTierException", "~Token Exchange$"):
        pool.client(ExplicitAuthFlows=[flow, "ALLOW_REFRESH_TOKEN_AUTH"])
