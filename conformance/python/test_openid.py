"""Does `serve` and `dev` keep to OpenID Connect, point by point?

Each test names what it is about: the section of OpenID Connect Core 1.0 (or of Discovery, RP-Initiated Logout, the RFCs),
and in brackets the module of the OpenID Foundation's conformance plans (basic, config, RP-initiated logout) that asks the
same. The server runs with `--strict-openid`; the last tests say what is different without it, as Cognito has it.
"""

import base64
import hashlib
import re
import secrets
import time
from pathlib import Path

import pytest
import requests

from harness import house as houses
from harness import tokens
from test_oauth import form_of, told

pytestmark = pytest.mark.alone

CALLBACK = "https://app.example.com/cb"
CALLBACK_WITH_QUERY = "https://app.example.com/cb?a=b"
BYE = "https://app.example.com/bye"
PASSWORD = "Correct-Horse7!"
PROFILE = {
    "name": "Ann Archer",
    "family_name": "Archer",
    "given_name": "Ann",
    "middle_name": "B",
    "nickname": "annie",
    "preferred_username": "archer",
    "profile": "https://example.com/ann",
    "picture": "https://example.com/ann.png",
    "website": "https://example.com",
    "gender": "female",
    "birthdate": "2000-01-31",
    "zoneinfo": "Europe/Paris",
    "locale": "en-GB",
}


class Provider:
    """A pool, its clients, and what a relying party knows of them by discovery alone."""

    def __init__(self, house):
        self.house = house
        cognito = house.cognito
        self.pool = cognito.create_user_pool(PoolName="openid")["UserPool"]["Id"]
        attributes = {
            **PROFILE,
            "email": "ann@example.com",
            "email_verified": "true",
            "phone_number": "+15550001234",
            "phone_number_verified": "true",
            "address": "1 Main Street",
        }
        cognito.admin_create_user(
            UserPoolId=self.pool,
            Username="ann",
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
        )
        cognito.admin_set_user_password(
            UserPoolId=self.pool, Username="ann", Password=PASSWORD, Permanent=True
        )
        self.client, self.secret = self._client("relying-party")
        self.other, self.other_secret = self._client("another")
        self.issuer = f"{house.identity_url}/{self.pool}"
        self.document = requests.get(
            f"{self.issuer}/.well-known/openid-configuration", timeout=10
        ).json()

    def _client(self, name):
        made = self.house.cognito.create_user_pool_client(
            UserPoolId=self.pool,
            ClientName=name,
            GenerateSecret=True,
            SupportedIdentityProviders=["COGNITO"],
            AllowedOAuthFlowsUserPoolClient=True,
            AllowedOAuthFlows=["code"],
            AllowedOAuthScopes=["openid", "email", "phone", "profile"],
            CallbackURLs=[CALLBACK, CALLBACK_WITH_QUERY],
            LogoutURLs=[BYE, f"{BYE}?a=b"],
            ExplicitAuthFlows=["ALLOW_REFRESH_TOKEN_AUTH"],
        )["UserPoolClient"]
        return made["ClientId"], made["ClientSecret"]

    def request(self, **instead):
        asked = {
            "client_id": self.client,
            "response_type": "code",
            "redirect_uri": CALLBACK,
            "scope": "openid",
            "state": secrets.token_urlsafe(8),
            "nonce": secrets.token_urlsafe(8),
            **instead,
        }
        return {name: value for name, value in asked.items() if value is not None}

    def redeem(self, code, uri=CALLBACK, **more):
        body = {"grant_type": "authorization_code", "code": code, "redirect_uri": uri, **more}
        return requests.post(
            self.document["token_endpoint"],
            data=body,
            auth=(self.client, self.secret),
            timeout=10,
        )

    def user_info(self, token):
        return requests.get(
            self.document["userinfo_endpoint"],
            headers={"Authorization": f"Bearer {token}"},
            timeout=10,
        )


class Browser:
    def __init__(self, provider):
        self.provider = provider
        self.session = requests.Session()
        self.session.trust_env = False

    def go(self, url, **parameters):
        """The page that is shown, or the answer that leaves the provider."""
        answer = self.session.get(url, params=parameters, allow_redirects=False, timeout=10)
        return self._follow(answer)

    def _follow(self, answer):
        for _ in range(8):
            onward = answer.headers.get("location")
            if onward is None or onward.startswith("https://app.example.com"):
                return answer
            url = requests.compat.urljoin(answer.url, onward)
            answer = self.session.get(url, allow_redirects=False, timeout=10)
        raise AssertionError("redirects without end")

    def authorize(self, **asked):
        return self.go(self.provider.document["authorization_endpoint"], **asked)

    def fill(self, page, **fields):
        action, hidden = form_of(page)
        answer = self.session.post(
            action, data={**hidden, **fields}, allow_redirects=False, timeout=10
        )
        return self._follow(answer)

    def sign_in(self, **asked):
        page = self.authorize(**asked)
        assert page.status_code == 200, page.headers.get("location", page.text)
        return self.fill(page, username="ann", password=PASSWORD)

    def code(self, **instead):
        """Signs in, and gives what the application was told."""
        asked = self.provider.request(**instead)
        answer = told(self.sign_in(**asked).headers["location"])
        assert answer.get("state") == asked.get("state")
        return answer["code"]


@pytest.fixture(scope="module")
def server(folder):
    server, house = houses.dev(folder / "openid", "--memory", "--strict-openid")
    yield house
    server.stop()


@pytest.fixture(scope="module")
def provider(server):
    return Provider(server)


@pytest.fixture(scope="module")
def cognitos(folder):
    server, house = houses.dev(folder / "as-cognito", "--memory")
    yield Provider(house)
    server.stop()


@pytest.fixture
def browser(provider):
    return Browser(provider)


def granted(provider, browser, **instead):
    answer = provider.redeem(browser.code(**instead))
    assert answer.status_code == 200, answer.text
    return answer.json()


def claims(provider, tokens_of):
    return tokens.verified(
        tokens_of["id_token"],
        provider.issuer,
        audience=provider.client,
        options={"verify_aud": True},
    )


class TestDiscovery:
    def test_the_document_is_complete_and_true(self, provider):
        """Discovery 3 and 4.3, RFC 8414 2 [oidcc-discovery-endpoint-verification]."""
        document = provider.document
        assert document["issuer"] == provider.issuer
        for required in (
            "authorization_endpoint",
            "token_endpoint",
            "userinfo_endpoint",
            "jwks_uri",
            "response_types_supported",
            "subject_types_supported",
            "id_token_signing_alg_values_supported",
        ):
            assert document[required], required
        assert "RS256" in document["id_token_signing_alg_values_supported"]
        assert "openid" in document["scopes_supported"]
        assert "code" in document["response_types_supported"]
        assert document["subject_types_supported"] == ["public"]
        for said in ("claims_supported", "grant_types_supported", "end_session_endpoint"):
            assert document[said], said
        assert document["code_challenge_methods_supported"] == ["S256"]
        assert document["request_uri_parameter_supported"] is False

    def test_the_keys_can_be_used_and_nothing_of_them_is_secret(self, provider):
        """Core 10.1.1, RFC 7517 [oidcc-server]."""
        keys = requests.get(provider.document["jwks_uri"], timeout=10).json()["keys"]
        assert len({key["kid"] for key in keys}) == len(keys)
        for key in keys:
            assert (key["kty"], key["use"], key["alg"]) == ("RSA", "sig", "RS256")
            assert not {"d", "p", "q", "dp", "dq", "qi"} & set(key)


class TestCode:
    def test_a_code_becomes_tokens(self, provider, browser):
        """Core 3.1.3.3, 2 and 3.1.3.6 [oidcc-server]."""
        asked = provider.request(scope="openid email")
        answer = provider.redeem(told(browser.sign_in(**asked).headers["location"])["code"])
        assert answer.headers["cache-control"] == "no-store"
        given = answer.json()
        assert given["token_type"] == "Bearer" and given["expires_in"] > 0
        known = claims(provider, given)
        assert known["iss"] == provider.issuer and known["aud"] == provider.client
        assert known["nonce"] == asked["nonce"]
        assert len(known["sub"]) <= 255
        assert known["exp"] > known["iat"] and known["auth_time"] <= known["iat"]
        half = hashlib.sha256(given["access_token"].encode()).digest()[:16]
        assert known["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()

    def test_the_secret_may_be_in_the_body(self, provider, browser):
        """Core 9, client_secret_post [oidcc-server-client-secret-post]."""
        body = {
            "grant_type": "authorization_code",
            "code": browser.code(),
            "redirect_uri": CALLBACK,
            "client_id": provider.client,
            "client_secret": provider.secret,
        }
        answer = requests.post(provider.document["token_endpoint"], data=body, timeout=10)
        assert answer.status_code == 200, answer.text

    def test_a_request_without_nonce_is_fine(self, provider, browser):
        """Core 3.1.2.1 [oidcc-ensure-request-without-nonce-succeeds-for-code-flow]."""
        assert "nonce" not in claims(provider, granted(provider, browser, nonce=None))

    def test_a_request_without_state_is_answered_without(self, provider, browser):
        """Core 3.1.2.1, RFC 6749 4.1.2."""
        sent = browser.sign_in(**provider.request(state=None)).headers["location"]
        assert set(told(sent)) == {"code", "iss"}

    def test_the_issuer_is_named_in_the_answer(self, provider, browser):
        """RFC 9207 2."""
        sent = browser.sign_in(**provider.request()).headers["location"]
        assert told(sent)["iss"] == provider.issuer

    def test_a_code_is_good_once_and_its_tokens_end_with_the_second_use(self, provider, browser):
        """RFC 6749 4.1.2 and 10.5 [oidcc-codereuse, oidcc-codereuse-30seconds]."""
        code = browser.code()
        first = provider.redeem(code).json()
        again = provider.redeem(code)
        assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
        assert provider.user_info(first["access_token"]).status_code == 401

    def test_a_code_is_of_its_client_and_its_redirect(self, provider, browser):
        """Core 3.1.3.2, RFC 6749 4.1.3."""
        wrong = provider.redeem(browser.code(), uri=CALLBACK_WITH_QUERY)
        assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")
        stolen = requests.post(
            provider.document["token_endpoint"],
            data={
                "grant_type": "authorization_code",
                "code": Browser(provider).code(),
                "redirect_uri": CALLBACK,
            },
            auth=(provider.other, provider.other_secret),
            timeout=10,
        )
        assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")

    def test_with_pkce(self, provider, browser):
        """RFC 7636 4.6 [oidcc-ensure-request-with-valid-pkce-succeeds]."""
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        asked = {"code_challenge": challenge, "code_challenge_method": "S256"}
        code = browser.code(**asked)
        assert provider.redeem(code, code_verifier=verifier).status_code == 200
        for wrong in ({}, {"code_verifier": verifier[:-1] + "_"}):
            refused = provider.redeem(Browser(provider).code(**asked), **wrong)
            assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")

    def test_a_redirect_keeps_its_query(self, provider, browser):
        """RFC 6749 3.1.2."""
        sent = browser.sign_in(**provider.request(redirect_uri=CALLBACK_WITH_QUERY))
        assert sent.headers["location"].startswith(f"{CALLBACK_WITH_QUERY}&")

    def test_a_wrong_secret_is_refused(self, provider, browser):
        """RFC 6749 5.2."""
        answer = requests.post(
            provider.document["token_endpoint"],
            data={
                "grant_type": "authorization_code",
                "code": browser.code(),
                "redirect_uri": CALLBACK,
            },
            auth=(provider.client, "x" * 51),
            timeout=10,
        )
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")

    def test_a_refresh_token_gives_new_tokens_of_the_same_person(self, provider, browser):
        """Core 12.2 [oidcc-refresh-token]."""
        before = granted(provider, browser)
        answer = requests.post(
            provider.document["token_endpoint"],
            data={"grant_type": "refresh_token", "refresh_token": before["refresh_token"]},
            auth=(provider.client, provider.secret),
            timeout=10,
        )
        assert answer.status_code == 200, answer.text
        old, new = claims(provider, before), claims(provider, answer.json())
        for same in ("iss", "sub", "aud", "auth_time"):
            assert new[same] == old[same], same
        assert new["iat"] >= old["iat"]
        assert "nonce" not in new or new["nonce"] == old["nonce"]
        stolen = requests.post(
            provider.document["token_endpoint"],
            data={"grant_type": "refresh_token", "refresh_token": before["refresh_token"]},
            auth=(provider.other, provider.other_secret),
            timeout=10,
        )
        assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")


class TestRequests:
    def test_a_request_without_response_type_is_refused_at_the_application(self, provider, browser):
        """Core 3.1.2.6, RFC 6749 4.1.2.1 [oidcc-response-type-missing]."""
        asked = provider.request(response_type=None)
        answer = told(browser.authorize(**asked).headers["location"])
        assert answer["error"] == "invalid_request" and answer["state"] == asked["state"]

    def test_a_redirect_that_is_not_registered_is_not_followed(self, provider, browser):
        """Core 3.1.2.1, RFC 9700 2.1 [oidcc-ensure-registered-redirect-uri]."""
        for uri in (
            "https://evil.example/cb",
            f"{CALLBACK}/",
            f"{CALLBACK}?x=y",
            "https://app.example.com/CB",
        ):
            page = browser.authorize(**provider.request(redirect_uri=uri))
            assert page.status_code == 400 and "location" not in page.headers, uri

    def test_a_request_may_be_posted(self, provider, browser):
        """Core 3.1.2.1 [oidcc-ensure-post-request-succeeds]."""
        asked = provider.request()
        page = browser.session.post(
            provider.document["authorization_endpoint"],
            data=asked,
            allow_redirects=False,
            timeout=10,
        )
        page = browser._follow(page)
        done = browser.fill(page, username="ann", password=PASSWORD)
        assert provider.redeem(told(done.headers["location"])["code"]).status_code == 200

    @pytest.mark.parametrize(
        "more",
        [
            {"extra": "foobar"},
            {"display": "page"},
            {"display": "popup"},
            {"acr_values": "1 2"},
            {"claims_locales": "se"},
            {"ui_locales": "se"},
            {"login_hint": "ann@example.com"},
            {"claims": '{"userinfo":{"name":{"essential":true}}}'},
        ],
        ids=lambda more: next(iter(more)),
    )
    def test_what_is_not_known_or_only_a_wish_does_no_harm(self, provider, browser, more):
        """Core 3.1.2.1 and 5.5 [oidcc-ensure-request-with-unknown-parameter-succeeds, oidcc-display-page,
        oidcc-display-popup, oidcc-ensure-request-with-acr-values-succeeds, oidcc-claims-locales,
        oidcc-ui-locales, oidcc-login-hint, oidcc-claims-essential]."""
        assert granted(provider, browser, **more)["id_token"]

    def test_the_language_that_is_wished_for(self, provider, browser):
        """Core 3.1.2.1, ui_locales [oidcc-ui-locales]."""
        assert '<html lang="de"' in browser.authorize(**provider.request(ui_locales="de en")).text

    def test_the_name_that_is_hinted_at_is_filled_in(self, provider, browser):
        """Core 3.1.2.1, login_hint [oidcc-login-hint]."""
        page = browser.authorize(**provider.request(login_hint="buffy"))
        assert re.search(r'<input[^>]*name="username"[^>]*value="buffy"', page.text)

    @pytest.mark.parametrize("scope", ["openid email phone profile", "profile phone email openid"])
    def test_the_order_of_scopes_says_nothing(self, provider, browser, scope):
        """Core 3.1.2.1 [oidcc-ensure-other-scope-order-succeeds, oidcc-scope-all]."""
        known = claims(provider, granted(provider, browser, scope=scope))
        assert known["email"] == "ann@example.com"

    def test_request_objects_are_refused_by_name(self, provider, browser):
        """Core 6, 3.1.2.6 [oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported,
        oidcc-ensure-request-object-with-redirect-uri]."""
        for name in ("request", "request_uri"):
            asked = provider.request(**{name: "https://app.example.com/request.jwt"})
            answer = told(browser.authorize(**asked).headers["location"])
            assert answer["error"] == "request_not_supported"

    def test_a_parameter_that_is_there_twice_is_refused(self, provider):
        """RFC 6749 3.1."""
        url = provider.document["authorization_endpoint"]
        asked = [*provider.request().items(), ("scope", "openid email")]
        page = requests.get(url, params=asked, allow_redirects=False, timeout=10)
        assert page.status_code == 400


class TestPrompts:
    def test_none_without_a_session(self, provider, browser):
        """Core 3.1.2.6 [oidcc-prompt-none-not-logged-in]."""
        sent = browser.authorize(**provider.request(prompt="none")).headers["location"]
        assert told(sent)["error"] == "login_required"

    def test_none_with_a_session(self, provider, browser):
        """Core 3.1.2.1 [oidcc-prompt-none-logged-in, oidcc-id-token-hint]."""
        before = granted(provider, browser)
        asked = provider.request(prompt="none", id_token_hint=before["id_token"])
        answer = told(browser.authorize(**asked).headers["location"])
        after = provider.redeem(answer["code"]).json()
        old, new = claims(provider, before), claims(provider, after)
        assert (new["sub"], new["auth_time"]) == (old["sub"], old["auth_time"])

    def test_login_asks_again(self, provider, browser):
        """Core 3.1.2.1 [oidcc-prompt-login]."""
        before = claims(provider, granted(provider, browser))
        time.sleep(1.1)
        done = browser.sign_in(**provider.request(prompt="login"))
        after = claims(provider, provider.redeem(told(done.headers["location"])["code"]).json())
        assert after["auth_time"] > before["auth_time"]

    def test_an_age_that_is_over_asks_again_and_a_long_one_does_not(self, provider, browser):
        """Core 3.1.2.1 and 2 [oidcc-max-age-1, oidcc-max-age-10000]."""
        before = claims(provider, granted(provider, browser))
        sent = browser.authorize(**provider.request(max_age="10000"))
        young = claims(provider, provider.redeem(told(sent.headers["location"])["code"]).json())
        assert young["auth_time"] == before["auth_time"]
        time.sleep(2.1)
        done = browser.sign_in(**provider.request(max_age="1"))
        after = claims(provider, provider.redeem(told(done.headers["location"])["code"]).json())
        assert after["auth_time"] > before["auth_time"]


class TestUserInfo:
    def test_by_get_by_post_and_by_form(self, provider, browser):
        """Core 5.3.1, RFC 6750 2 [oidcc-userinfo-get, oidcc-userinfo-post-header, oidcc-userinfo-post-body]."""
        given = granted(provider, browser)
        url, token = provider.document["userinfo_endpoint"], given["access_token"]
        header = {"Authorization": f"Bearer {token}"}
        sub = claims(provider, given)["sub"]
        for answer in (
            requests.get(url, headers=header, timeout=10),
            requests.post(url, headers=header, timeout=10),
            requests.post(url, data={"access_token": token}, timeout=10),
        ):
            assert answer.status_code == 200, answer.text
            assert answer.headers["content-type"].startswith("application/json")
            assert answer.json()["sub"] == sub
        # In two places at once it is nothing (RFC 6750 2), and never in an address.
        both = requests.post(url, headers=header, data={"access_token": token}, timeout=10)
        assert both.status_code == 400
        assert requests.get(url, params={"access_token": token}, timeout=10).status_code == 400

    def test_what_a_scope_shows_and_in_which_type(self, provider, browser):
        """Core 5.4 and 5.1 [oidcc-scope-profile, oidcc-scope-email, oidcc-scope-phone, oidcc-scope-all]."""
        shows = {
            "email": {"email": "ann@example.com", "email_verified": True},
            "phone": {"phone_number": "+15550001234", "phone_number_verified": True},
            "profile": PROFILE,
        }
        for scope in ("email", "phone", "profile"):
            given = granted(provider, Browser(provider), scope=f"openid {scope}")
            info = provider.user_info(given["access_token"]).json()
            assert info["sub"] == claims(provider, given)["sub"]
            for of, expected in shows.items():
                for name, value in expected.items():
                    assert info.get(name) == (value if of == scope else None), (scope, name)

    def test_who_has_no_token_is_told_how_to_get_one(self, provider):
        """RFC 6750 3."""
        answer = provider.user_info("nonsense")
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer ")
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]


class TestLogout:
    def out(self, browser, **parameters):
        return browser.go(browser.provider.document["end_session_endpoint"], **parameters)

    def is_signed_in(self, browser):
        asked = browser.provider.request(prompt="none")
        return "code" in told(browser.authorize(**asked).headers["location"])

    def test_with_a_token_and_everything(self, provider, browser):
        """RP-Initiated Logout 2 and 3 [oidcc-rp-initiated-logout]."""
        given = granted(provider, browser)
        sent = self.out(
            browser,
            id_token_hint=given["id_token"],
            post_logout_redirect_uri=BYE,
            state="s t&ate",
        )
        assert sent.headers["location"].split("?")[0] == BYE
        assert told(sent.headers["location"]) == {"state": "s t&ate"}
        assert not self.is_signed_in(browser)

    def test_without_a_state(self, provider, browser):
        """[oidcc-rp-initiated-logout-no-state]"""
        given = granted(provider, browser)
        sent = self.out(browser, id_token_hint=given["id_token"], post_logout_redirect_uri=BYE)
        assert sent.headers["location"] == BYE

    def test_the_query_of_the_redirect_stays(self, provider, browser):
        """[oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri]: that one is not registered."""
        given = granted(provider, browser)
        hint = {"id_token_hint": given["id_token"], "state": "s"}
        sent = self.out(browser, post_logout_redirect_uri=f"{BYE}?a=b", **hint)
        assert sent.headers["location"] == f"{BYE}?a=b&state=s"
        page = self.out(browser, post_logout_redirect_uri=f"{BYE}?foo=bar", **hint)
        assert page.status_code == 400 and "location" not in page.headers

    def test_a_redirect_that_is_not_registered(self, provider, browser):
        """[oidcc-rp-initiated-logout-bad-post-logout-redirect-uri]"""
        given = granted(provider, browser)
        page = self.out(
            browser,
            id_token_hint=given["id_token"],
            post_logout_redirect_uri="https://evil.example/",
        )
        assert page.status_code == 400 and "location" not in page.headers
        assert self.is_signed_in(browser)

    def test_a_token_that_is_not_ours(self, provider, browser):
        """[oidcc-rp-initiated-logout-bad-id-token-hint, oidcc-rp-initiated-logout-modified-id-token-hint]"""
        given = granted(provider, browser)
        head, body, signature = given["id_token"].split(".")
        other = tokens.encode({**tokens.claims(given["id_token"]), "aud": provider.other})
        for hint in (
            "nonsense",
            f"{head}.{body}.{signature[:-6]}AAAAAA",
            f"{head}.{other}.{signature}",
            tokens.unsigned({"alg": "none"}, tokens.claims(given["id_token"])),
            given["access_token"],
        ):
            page = self.out(browser, id_token_hint=hint, post_logout_redirect_uri=BYE)
            assert page.status_code == 400 and "location" not in page.headers, hint[:20]
        page = self.out(
            browser,
            id_token_hint=given["id_token"],
            client_id=provider.other,
            post_logout_redirect_uri=BYE,
        )
        assert page.status_code == 400
        assert self.is_signed_in(browser)

    def test_without_a_token_people_are_asked(self, provider, browser):
        """RP-Initiated Logout 2 [oidcc-rp-initiated-logout-no-id-token-hint]."""
        granted(provider, browser)
        page = self.out(browser, client_id=provider.client, post_logout_redirect_uri=BYE)
        assert page.status_code == 200 and "Sign out?" in page.text
        assert self.is_signed_in(browser)
        assert browser.fill(page).headers["location"] == BYE
        assert not self.is_signed_in(browser)

    def test_without_a_redirect_people_stay_here(self, provider, browser):
        """[oidcc-rp-initiated-logout-no-post-logout-redirect-uri, oidcc-rp-initiated-logout-only-state]"""
        given = granted(provider, browser)
        page = self.out(browser, id_token_hint=given["id_token"], state="s")
        assert page.status_code == 200 and "You are signed out" in page.text
        assert not self.is_signed_in(browser)

    def test_without_anything_nobody_is_signed_out(self, provider, browser):
        """[oidcc-rp-initiated-logout-no-params]: who is signed in is asked, and stays here."""
        granted(provider, browser)
        page = self.out(browser)
        assert page.status_code == 200 and "Sign out?" in page.text
        assert self.is_signed_in(browser)
        # A form of somebody else's, or one of another browser, signs nobody out (RFC 6819 4.4.1.13).
        for step in ("", "nonsense"):
            decide = f"{provider.document['end_session_endpoint']}/decide"
            forged = browser.session.post(decide, data={"step": step}, timeout=10)
            assert forged.status_code == 403
        assert self.is_signed_in(browser)
        out = browser.fill(page)
        assert out.status_code == 200 and "You are signed out" in out.text
        assert not self.is_signed_in(browser)

    def test_somewhere_to_go_needs_somebody_who_has_registered_it(self, provider, browser):
        """RP-Initiated Logout 3."""
        granted(provider, browser)
        page = self.out(browser, post_logout_redirect_uri=BYE)
        assert page.status_code == 400 and "location" not in page.headers
        assert self.is_signed_in(browser)

    def test_by_post(self, provider, browser):
        """RP-Initiated Logout 2: both methods."""
        given = granted(provider, browser)
        answer = browser.session.post(
            provider.document["end_session_endpoint"],
            data={"id_token_hint": given["id_token"], "post_logout_redirect_uri": BYE},
            allow_redirects=False,
            timeout=10,
        )
        assert answer.headers["location"] == BYE
        assert not self.is_signed_in(browser)


class TestAsCognito:
    """Without `--strict-openid`: what is different, and nothing else is."""

    def test_booleans_are_texts(self, cognitos):
        given = granted(cognitos, Browser(cognitos), scope="openid email")
        info = cognitos.user_info(given["access_token"]).json()
        assert info["email_verified"] == "true"

    def test_the_document_has_cognitos_members_alone(self, cognitos, provider):
        assert not {"claims_supported", "grant_types_supported"} & set(cognitos.document)
        assert set(cognitos.document) < set(provider.document)

    def test_nobody_is_asked_before_a_sign_out(self, cognitos):
        browser = Browser(cognitos)
        granted(cognitos, browser)
        url = cognitos.document["end_session_endpoint"]
        sent = browser.go(url, client_id=cognitos.client, post_logout_redirect_uri=BYE)
        assert sent.headers["location"] == BYE
        page = browser.go(url, client_id=cognitos.client)
        assert page.status_code == 400 and "redirect_uri" in page.text
        page = browser.go(url)
        assert page.status_code == 400 and "client_id" in page.text


# The modules of the plans basic, config and RP-initiated logout for an OP with static clients.
MODULES = """
    oidcc-claims-essential
    oidcc-claims-locales
    oidcc-codereuse
    oidcc-codereuse-30seconds
    oidcc-discovery-endpoint-verification
    oidcc-display-page
    oidcc-display-popup
    oidcc-ensure-other-scope-order-succeeds
    oidcc-ensure-post-request-succeeds
    oidcc-ensure-registered-redirect-uri
    oidcc-ensure-request-object-with-redirect-uri
    oidcc-ensure-request-with-acr-values-succeeds
    oidcc-ensure-request-with-unknown-parameter-succeeds
    oidcc-ensure-request-with-valid-pkce-succeeds
    oidcc-ensure-request-without-nonce-succeeds-for-code-flow
    oidcc-id-token-hint
    oidcc-login-hint
    oidcc-max-age-1
    oidcc-max-age-10000
    oidcc-prompt-login
    oidcc-prompt-none-logged-in
    oidcc-prompt-none-not-logged-in
    oidcc-refresh-token
    oidcc-response-type-missing
    oidcc-rp-initiated-logout
    oidcc-rp-initiated-logout-bad-id-token-hint
    oidcc-rp-initiated-logout-bad-post-logout-redirect-uri
    oidcc-rp-initiated-logout-modified-id-token-hint
    oidcc-rp-initiated-logout-no-id-token-hint
    oidcc-rp-initiated-logout-no-params
    oidcc-rp-initiated-logout-no-post-logout-redirect-uri
    oidcc-rp-initiated-logout-no-state
    oidcc-rp-initiated-logout-only-state
    oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri
    oidcc-scope-all
    oidcc-scope-email
    oidcc-scope-phone
    oidcc-scope-profile
    oidcc-server
    oidcc-server-client-secret-post
    oidcc-ui-locales
    oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported
    oidcc-userinfo-get
    oidcc-userinfo-post-body
    oidcc-userinfo-post-header
"""


def test_every_module_of_the_plans_has_its_point():
    said = Path(__file__).read_text(encoding="utf-8").partition("MODULES =")[0]
    assert [name for name in MODULES.split() if f"{name}]" not in said and f"{name}," not in said] == []
