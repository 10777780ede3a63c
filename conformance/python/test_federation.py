"""Can two servers be each other's provider? One signs people in for the other, in a browser that
knows forms and redirects."""

import base64
import hashlib
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import pytest
import requests

from harness import house as houses
from harness import secrets
from harness.tokens import claims

pytestmark = pytest.mark.alone

APP = "http://localhost:3999/callback"
PASSWORD = "Correct-Horse7!"
VERIFIER = "a-verifier-of-forty-three-characters-or-more-0"


class Form(HTMLParser):
    """The first form of a page: where it goes, and what is in it already."""

    def __init__(self, page: str):
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self._is_open = False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form" and self.action is None:
            self.action, self._is_open = given.get("action", ""), True
        elif tag == "input" and self._is_open and given.get("name"):
            self.fields[given["name"]] = given.get("value") or ""

    def handle_endtag(self, tag):
        self._is_open = self._is_open and tag != "form"


class Browser:
    """The cookies of one site. Redirects are followed as long as they stay there."""

    def __init__(self, site: str):
        self.site = site
        self.session = requests.Session()
        self.session.trust_env = False

    def visit(self, url: str) -> requests.Response:
        """The page at the end of the redirects, or the redirect that leaves the site."""
        return self._follow(self.session.get(url, allow_redirects=False, timeout=10))

    def submit(self, page: requests.Response, **fields) -> requests.Response:
        form = Form(page.text)
        assert form.action is not None, page.text
        answer = self.session.post(
            urljoin(page.url, form.action or page.url),
            data={**form.fields, **fields},
            headers={"Origin": self.site},
            allow_redirects=False,
            timeout=10,
        )
        return self._follow(answer)

    def _follow(self, answer: requests.Response) -> requests.Response:
        for _ in range(10):
            where = urljoin(answer.url, answer.headers.get("Location", ""))
            if answer.status_code not in (302, 303) or not where.startswith(self.site + "/"):
                return answer
            answer = self.session.get(where, allow_redirects=False, timeout=10)
        raise AssertionError("redirects without end")


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """The provider and the one who trusts it."""
    folder = tmp_path_factory.mktemp("federation")
    servers = []
    try:
        for name in ("provider", "trusting"):
            server, house = houses.dev(folder / name, "--memory")
            servers.append((server, house))
        yield servers[0][1], servers[1][1]
    finally:
        for server, _ in servers:
            server.stop()


@pytest.fixture(scope="module")
def federated(pair):
    """Both pools and clients, and a person of the provider's."""
    return joined(pair)


def joined(pair, providers=("Upstream",), **settings):
    provider, trusting = pair
    up = provider.cognito.create_user_pool(PoolName="up")["UserPool"]["Id"]
    down = trusting.cognito.create_user_pool(PoolName="down", **settings)["UserPool"]["Id"]
    oauth = {
        "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "email", "profile"],
    }
    relying = provider.cognito.create_user_pool_client(
        UserPoolId=up,
        ClientName="trusting",
        GenerateSecret=True,
        SupportedIdentityProviders=["COGNITO"],
        CallbackURLs=[f"{trusting.identity_url}/oauth2/idpresponse/{down}"],
        **oauth,
    )["UserPoolClient"]
    trusting.cognito.create_identity_provider(
        UserPoolId=down,
        ProviderName="Upstream",
        ProviderType="OIDC",
        ProviderDetails={
            "client_id": relying["ClientId"],
            "client_secret": relying["ClientSecret"],
            "authorize_scopes": "openid email profile",
            "attributes_request_method": "GET",
            "oidc_issuer": f"{provider.identity_url}/{up}",
        },
        AttributeMapping={"email": "email", "email_verified": "email_verified"},
    )
    app = trusting.cognito.create_user_pool_client(
        UserPoolId=down,
        ClientName="app",
        SupportedIdentityProviders=list(providers),
        CallbackURLs=[APP],
        **oauth,
    )["UserPoolClient"]
    provider.cognito.admin_create_user(
        UserPoolId=up,
        Username="ann",
        MessageAction="SUPPRESS",
        UserAttributes=[
            {"Name": "email", "Value": "ann@example.com"},
            {"Name": "email_verified", "Value": "true"},
        ],
    )
    provider.cognito.admin_set_user_password(
        UserPoolId=up, Username="ann", Password=PASSWORD, Permanent=True
    )
    return {"up": up, "down": down, "client": app["ClientId"]}


def authorize(house, client: str) -> str:
    challenge = hashlib.sha256(VERIFIER.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": client,
        "redirect_uri": APP,
        "scope": "openid email",
        "state": "of the app",
        "nonce": "once",
        "identity_provider": "Upstream",
        "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    return f"{house.identity_url}/oauth2/authorize?{urlencode(query)}"


def sign_in(pair, client: str) -> dict:
    """Through both servers: what the app is sent back with."""
    return answer_of(come_back(pair, client)[1])


def answer_of(home) -> dict:
    assert home.status_code in (302, 303), home.text
    assert home.headers["Location"].startswith(APP), home.headers["Location"]
    query = parse_qs(urlsplit(home.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}


def come_back(pair, client: str):
    """Through the provider: the browser at the one who trusts it, and what it is shown."""
    provider, trusting = pair
    here, there = Browser(trusting.identity_url), Browser(provider.identity_url)
    away = here.visit(authorize(trusting, client))
    assert away.status_code in (302, 303), away.text
    page = there.visit(away.headers["Location"])
    for _ in range(3):
        if page.status_code != 200:
            break
        asked = {"username": "ann", "password": PASSWORD}
        fields = {name: asked[name] for name in Form(page.text).fields if name in asked}
        assert fields, page.text
        page = there.submit(page, **fields)
    back = page.headers["Location"]
    assert back.startswith(f"{trusting.identity_url}/oauth2/idpresponse"), back
    home = here.visit(back)
    # Good once, and in no other browser.
    assert here.visit(back).status_code == 400
    assert Browser(trusting.identity_url).visit(back).status_code == 400
    return here, home


def tokens(house, client: str, code: str) -> dict:
    answer = requests.post(
        f"{house.identity_url}/oauth2/token",
        data={
            "grant_type": "authorization_code",
            "client_id": client,
            "code": code,
            "redirect_uri": APP,
            "code_verifier": VERIFIER,
        },
        timeout=10,
    )
    assert answer.status_code == 200, answer.text
    secrets.remember(answer.json())
    return answer.json()


def test_somebody_signs_in_through_both(pair, federated):
    _, trusting = pair
    client = federated["client"]
    arrived = sign_in(pair, client)
    assert arrived["state"] == "of the app", arrived
    first = claims(tokens(trusting, client, arrived["code"])["id_token"])
    assert first["cognito:username"].startswith("Upstream_")
    assert (first["email"], first["email_verified"]) == ("ann@example.com", True)
    assert first["nonce"] == "once"
    assert first["identities"][0]["providerName"] == "Upstream"
    assert first["cognito:groups"] == [f"{federated['down']}_Upstream"]

    seen = trusting.cognito.admin_get_user(
        UserPoolId=federated["down"], Username=first["cognito:username"]
    )
    assert seen["UserStatus"] == "EXTERNAL_PROVIDER"

    again = claims(tokens(trusting, client, sign_in(pair, client)["code"])["id_token"])
    assert again["sub"] == first["sub"]


def test_a_linked_person_keeps_their_account(pair, federated):
    provider, trusting = pair
    down, client = federated["down"], federated["client"]
    there = provider.cognito.admin_get_user(UserPoolId=federated["up"], Username="ann")
    subject = next(it["Value"] for it in there["UserAttributes"] if it["Name"] == "sub")
    source = {
        "ProviderName": "Upstream",
        "ProviderAttributeName": "Cognito_Subject",
        "ProviderAttributeValue": subject,
    }
    for user in trusting.cognito.list_users(UserPoolId=down)["Users"]:
        trusting.cognito.admin_delete_user(UserPoolId=down, Username=user["Username"])
    local = trusting.cognito.admin_create_user(
        UserPoolId=down, Username="local", MessageAction="SUPPRESS"
    )["User"]
    trusting.cognito.admin_link_provider_for_user(
        UserPoolId=down,
        DestinationUser={"ProviderName": "Cognito", "ProviderAttributeValue": "local"},
        SourceUser=source,
    )
    came = claims(tokens(trusting, client, sign_in(pair, client)["code"])["id_token"])
    assert came["cognito:username"] == "local"
    assert came["sub"] == local["Attributes"][0]["Value"]
    trusting.cognito.admin_disable_provider_for_user(UserPoolId=down, User=source)
    fresh = claims(tokens(trusting, client, sign_in(pair, client)["code"])["id_token"])
    assert fresh["sub"] != came["sub"]


def test_fed_07_whoever_has_an_account_proves_it_once(pair):
    """The rule of the tag `poolhouse:link-with-proof`."""
    _, trusting = pair
    joint = joined(
        pair,
        providers=("COGNITO", "Upstream"),
        UsernameAttributes=["email"],
        UserPoolTags={"poolhouse:link-with-proof": "Upstream"},
    )
    local = secrets.password()
    trusting.cognito.admin_create_user(
        UserPoolId=joint["down"],
        Username="ann@example.com",
        MessageAction="SUPPRESS",
        UserAttributes=[
            {"Name": "email", "Value": "ann@example.com"},
            {"Name": "email_verified", "Value": "true"},
        ],
    )
    trusting.cognito.admin_set_user_password(
        UserPoolId=joint["down"], Username="ann@example.com", Password=local, Permanent=True
    )
    sub = trusting.cognito.admin_get_user(UserPoolId=joint["down"], Username="ann@example.com")[
        "Username"
    ]
    # Nothing is linked by a wrong password, nor by looking away.
    here, page = come_back(pair, joint["client"])
    assert page.status_code == 200 and "Upstream" in page.text
    wrong = here.submit(page, password="Wrong-Horse7!")
    assert wrong.status_code == 400
    here, page = come_back(pair, joint["client"])
    assert page.status_code == 200
    answer = answer_of(here.submit(page, password=local))
    assert claims(tokens(trusting, joint["client"], answer["code"])["id_token"])["sub"] == sub
    # From now on the provider is enough.
    answer = sign_in(pair, joint["client"])
    assert claims(tokens(trusting, joint["client"], answer["code"])["id_token"])["sub"] == sub


def test_a_person_who_is_disabled_is_sent_back_with_an_error(pair, federated):
    _, trusting = pair
    client = federated["client"]
    name = claims(tokens(trusting, client, sign_in(pair, client)["code"])["id_token"])
    named = {"UserPoolId": federated["down"], "Username": name["cognito:username"]}
    trusting.cognito.admin_disable_user(**named)
    arrived = sign_in(pair, client)
    assert arrived["error"] == "invalid_request"
    assert arrived["error_description"] == "User is disabled."
    assert arrived["state"] == "of the app"
