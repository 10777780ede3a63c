"""Do the OAuth 2.0 endpoints and the pages work for programs that keep to nothing but HTTP?"""

import base64
import hashlib
import html
import re
import secrets
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests

from harness import house as houses
from harness import tokens

CALLBACK = "http://localhost:3000/cb"
PASSWORD = "Correct-Horse7!"


@pytest.fixture(scope="module")
def pool(house):
    made = house.cognito.create_user_pool(PoolName="oauth")["UserPool"]["Id"]
    house.cognito.admin_create_user(
        UserPoolId=made,
        Username="ann",
        MessageAction="SUPPRESS",
        UserAttributes=[
            {"Name": "email", "Value": "ann@example.com"},
            {"Name": "email_verified", "Value": "true"},
        ],
    )
    house.cognito.admin_set_user_password(
        UserPoolId=made, Username="ann", Password=PASSWORD, Permanent=True
    )
    house.cognito.create_resource_server(
        UserPoolId=made,
        Identifier="api",
        Name="API",
        Scopes=[{"ScopeName": "read", "ScopeDescription": "Read"}],
    )
    yield made
    house.cognito.delete_user_pool(UserPoolId=made)


@pytest.fixture(scope="module")
def web(house, pool):
    return house.cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="web",
        SupportedIdentityProviders=["COGNITO"],
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid", "email"],
        CallbackURLs=[CALLBACK],
        LogoutURLs=["http://localhost:3000/bye"],
    )["UserPoolClient"]["ClientId"]


@pytest.fixture(scope="module")
def machine(house, pool):
    client = house.cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="machine",
        GenerateSecret=True,
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthScopes=["api/read"],
    )["UserPoolClient"]
    return client["ClientId"], client["ClientSecret"]


def form_of(page):
    """The action and the hidden fields of the first form."""
    form = re.search(r"<form.*?</form>", page.text, re.S).group()
    action = html.unescape(re.search(r'action="([^"]*)"', form).group(1))
    hidden = {}
    for tag in re.findall(r"<input[^>]*>", form):
        if 'type="hidden"' in tag:
            name = re.search(r'name="([^"]*)"', tag).group(1)
            hidden[name] = html.unescape(re.search(r'value="([^"]*)"', tag).group(1))
    return urljoin(page.url, action), hidden


def told(location):
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def sign_in(house, web, **instead):
    """Signs ann in through the forms, and gives the browser and where it was sent."""
    browser = requests.Session()
    browser.trust_env = False
    request = {
        "client_id": web,
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": "openid email",
        "state": "s1",
        "nonce": "n1",
        **instead,
    }
    page = browser.get(f"{house.identity_url}/oauth2/authorize", params=request, timeout=10)
    assert page.status_code == 200, page.text
    action, fields = form_of(page)
    fields |= {"username": "ann", "password": PASSWORD}
    done = browser.post(action, data=fields, allow_redirects=False, timeout=10)
    return browser, done


class TestCode:
    def test_the_whole_flow(self, house, pool, web):
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        browser, done = sign_in(house, web, code_challenge=challenge, code_challenge_method="S256")
        assert done.status_code == 303
        assert done.headers["location"].startswith(f"{CALLBACK}?")
        answer = told(done.headers["location"])
        issuer = f"{house.identity_url}/{pool}"
        assert answer["state"] == "s1" and answer["iss"] == issuer
        redeem = {
            "grant_type": "authorization_code",
            "client_id": web,
            "code": answer["code"],
            "redirect_uri": CALLBACK,
            "code_verifier": verifier,
        }
        url = f"{house.identity_url}/oauth2/token"
        granted = requests.post(url, data=redeem, timeout=10)
        assert granted.status_code == 200, granted.text
        assert granted.headers["cache-control"] == "no-store"
        granted = granted.json()
        assert granted["token_type"] == "Bearer" and granted["expires_in"] == 3600
        claims = tokens.verified(
            granted["id_token"], issuer, audience=web, options={"verify_aud": True}
        )
        assert claims["nonce"] == "n1" and claims["email"] == "ann@example.com"
        access = tokens.claims(granted["access_token"])
        assert access["scope"] == "openid email" and access["version"] == 2
        info = requests.get(
            f"{house.identity_url}/oauth2/userInfo",
            headers={"Authorization": f"Bearer {granted['access_token']}"},
            timeout=10,
        ).json()
        assert info == {
            "sub": claims["sub"],
            "username": "ann",
            "email": "ann@example.com",
            "email_verified": "true",
        }
        again = requests.post(url, data=redeem, timeout=10)
        assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")

    def test_a_wrong_password_is_told_on_the_page(self, house, web):
        browser = requests.Session()
        page = browser.get(
            f"{house.identity_url}/login",
            params={
                "client_id": web,
                "response_type": "code",
                "redirect_uri": CALLBACK,
                "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                "code_challenge_method": "S256",
            },
            timeout=10,
        )
        action, fields = form_of(page)
        fields |= {"username": "ann", "password": "Wrong-Horse7!"}
        wrong = browser.post(action, data=fields, allow_redirects=False, timeout=10)
        assert wrong.status_code == 400 and "location" not in wrong.headers

    def test_without_pkce_a_public_client_gets_no_code(self, house, web):
        denied = requests.get(
            f"{house.identity_url}/oauth2/authorize",
            params={"client_id": web, "response_type": "code", "redirect_uri": CALLBACK},
            allow_redirects=False,
            timeout=10,
        )
        assert told(denied.headers["location"])["error"] == "invalid_request"


class TestMachines:
    def test_client_credentials_by_header_and_by_body(self, house, pool, machine):
        url = f"{house.identity_url}/oauth2/token"
        grant = {"grant_type": "client_credentials"}
        in_body = {"client_id": machine[0], "client_secret": machine[1]}
        for answer in (
            requests.post(url, data=grant, auth=machine, timeout=10),
            requests.post(url, data=grant | in_body, timeout=10),
        ):
            assert answer.status_code == 200, answer.text
            claims = tokens.verified(answer.json()["access_token"], f"{house.identity_url}/{pool}")
            assert claims["sub"] == machine[0] and claims["scope"] == "api/read"
            assert set(answer.json()) == {"access_token", "expires_in", "token_type"}

    def test_a_wrong_secret(self, house, machine):
        url = f"{house.identity_url}/oauth2/token"
        grant = {"grant_type": "client_credentials"}
        answer = requests.post(url, data=grant, auth=(machine[0], "x" * 52), timeout=10)
        assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


class TestDomains:
    def test_a_domain_means_its_pool(self, house, pool, web):
        name = f"people-{secrets.token_hex(4)}"
        house.cognito.create_user_pool_domain(UserPoolId=pool, Domain=name)
        try:
            found = house.cognito.describe_user_pool_domain(Domain=name)["DomainDescription"]
            assert (found["UserPoolId"], found["Status"]) == (pool, "ACTIVE")
            port = urlsplit(house.identity_url).port
            document = requests.get(
                f"{house.identity_url}/{pool}/.well-known/openid-configuration", timeout=10
            ).json()
            base = f"http://{name}.auth.localhost:{port}"
            assert document["authorization_endpoint"] == f"{base}/oauth2/authorize"
            assert document["token_endpoint"] == f"{house.identity_url}/oauth2/token"
            url = f"{house.identity_url}/login?client_id={web}"
            for host, status in ((f"{name}.auth.localhost", 400), ("evil.example", 400)):
                page = requests.get(url, headers={"Host": f"{host}:{port}"}, timeout=10)
                assert page.status_code == status
                # Where the domain is one, people are told what is missing.
                assert ("redirect_uri" in page.text) == (host != "evil.example")
        finally:
            house.cognito.delete_user_pool_domain(UserPoolId=pool, Domain=name)


@pytest.fixture(scope="module")
def theirs(folder):
    """A server that was told, when it started, that a client is somebody else's."""
    server, house = houses.dev(folder / "third-party")
    cognito = house.cognito
    pool = cognito.create_user_pool(PoolName="third-party")["UserPool"]["Id"]
    cognito.admin_create_user(UserPoolId=pool, Username="ann", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(
        UserPoolId=pool, Username="ann", Password=PASSWORD, Permanent=True
    )
    client = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="Somebody Else",
        SupportedIdentityProviders=["COGNITO"],
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid", "email"],
        CallbackURLs=[CALLBACK],
    )["UserPoolClient"]["ClientId"]
    server.stop()
    server.arguments += ["--third-party", client]
    server.start()
    yield house, client
    server.stop()


class TestConsent:
    def test_a_yes_is_remembered_until_it_is_taken_back(self, theirs):
        house, client = theirs
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        pkce = {"code_challenge": challenge, "code_challenge_method": "S256"}

        def sign_in_again():
            return sign_in(house, client, **pkce, scope="openid")

        def consent(browser, done, decision):
            assert urlsplit(done.headers["location"]).path == "/login/consent"
            page = browser.get(urljoin(house.identity_url, done.headers["location"]), timeout=10)
            assert "Somebody Else" in page.text
            action, fields = form_of(page)
            fields["decision"] = decision
            sent = browser.post(action, data=fields, allow_redirects=False, timeout=10)
            return told(sent.headers["location"])

        assert consent(*sign_in_again(), "deny")["error"] == "access_denied"
        code = consent(*sign_in_again(), "allow")["code"]
        granted = requests.post(
            f"{house.identity_url}/oauth2/token",
            data={
                "grant_type": "authorization_code",
                "client_id": client,
                "code": code,
                "redirect_uri": CALLBACK,
                "code_verifier": verifier,
            },
            timeout=10,
        ).json()
        assert "code" in told(sign_in_again()[1].headers["location"])
        # More than that was not allowed.
        more = sign_in(house, client, **pkce, scope="openid email")[1]
        assert urlsplit(more.headers["location"]).path == "/login/consent"
        revoked = {"client_id": client, "token": granted["refresh_token"]}
        url = f"{house.identity_url}/oauth2/revoke"
        assert requests.post(url, data=revoked, timeout=10).status_code == 200
        assert "code" in consent(*sign_in_again(), "allow")
