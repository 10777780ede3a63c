"""Does the starter template do what it promises: its pool, its customizer, its API?"""

import json
import time
import uuid

import pytest
import requests

from harness import secrets, tokens
from harness.checks import refused
from harness.people import address
from harness.srp import secret_hash


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def ask(house, path, token=None, method="GET", **settings):
    headers = bearer(token) if token else {}
    return requests.request(method, house.api_url + path, headers=headers, timeout=30, **settings)


@pytest.fixture(scope="module")
def ann(starter):
    """Somebody who signed up and confirmed with the code of the mail, as people do."""
    person = starter.sign_up(given_name="Ann", family_name="Lee")
    person.confirm()
    return person


def join(starter, person, group):
    starter.cognito.admin_add_user_to_group(
        UserPoolId=starter.id, Username=person.name, GroupName=group
    )


class TestPool:
    def test_people_sign_in_with_their_address_in_any_case(self, starter):
        pool = starter.cognito.describe_user_pool(UserPoolId=starter.id)["UserPool"]
        assert pool["UsernameAttributes"] == ["email"]
        assert pool["AutoVerifiedAttributes"] == ["email"]
        assert pool["UsernameConfiguration"]["CaseSensitive"] is False
        trigger = pool["LambdaConfig"]["PreTokenGenerationConfig"]
        assert trigger["LambdaVersion"] == "V2_0"

    def test_the_clients_are_a_public_and_a_confidential_one(self, house, starter):
        def describe(client):
            return starter.cognito.describe_user_pool_client(
                UserPoolId=starter.id, ClientId=client
            )["UserPoolClient"]

        web, server = describe(house.web_client_id), describe(house.server_client_id)
        assert "ClientSecret" not in web and server["ClientSecret"]
        assert {
            "ALLOW_USER_SRP_AUTH",
            "ALLOW_USER_PASSWORD_AUTH",
            "ALLOW_CUSTOM_AUTH",
            "ALLOW_REFRESH_TOKEN_AUTH",
        } <= set(web["ExplicitAuthFlows"])
        assert "ALLOW_ADMIN_USER_PASSWORD_AUTH" in server["ExplicitAuthFlows"]

    def test_the_groups_are_readers_and_admins(self, starter):
        groups = starter.cognito.list_groups(UserPoolId=starter.id)["Groups"]
        assert {"readers", "admins"} <= {group["GroupName"] for group in groups}

    def test_the_confidential_client_signs_in(self, starter, starter_server_client, ann):
        client = starter_server_client
        result = starter.cognito.admin_initiate_auth(
            UserPoolId=starter.id,
            ClientId=client.id,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={
                "USERNAME": ann.name,
                "PASSWORD": ann.password,
                "SECRET_HASH": secret_hash(ann.name, client.id, client.secret),
            },
        )["AuthenticationResult"]
        claims = tokens.claims(result["AccessToken"])
        assert claims["client_id"] == client.id and claims["exp"] - claims["iat"] == 3600

    def test_an_address_signs_up_once_in_any_case(self, starter, ann):
        with refused("UsernameExistsException"):
            starter.sign_up(ann.name.upper())


class TestCustomizer:
    def test_the_profile_shows_in_the_id_token(self, ann):
        claims = tokens.claims(ann.sign_in()["IdToken"])
        assert claims["first_name"] == "Ann" and claims["last_name"] == "Lee"
        assert "interesting_value" not in claims

    def test_the_profile_shows_in_the_access_token(self, ann):
        claims = tokens.claims(ann.sign_in()["AccessToken"])
        assert claims["interesting_value"] == 42
        assert "first_name" not in claims and "last_name" not in claims

    def test_a_refresh_and_srp_are_customized_alike(self, starter, ann):
        refreshed = starter.web.refresh(ann.sign_in()["RefreshToken"])["AuthenticationResult"]
        assert tokens.claims(refreshed["IdToken"])["first_name"] == "Ann"
        proven = starter.web.srp(ann.name, ann.password)["AuthenticationResult"]
        assert tokens.claims(proven["IdToken"])["first_name"] == "Ann"

    def test_scopes_follow_the_groups(self, starter):
        person = starter.person()

        def scopes():
            return set(tokens.claims(person.sign_in()["AccessToken"])["scope"].split())

        assert scopes() == {"aws.cognito.signin.user.admin"}
        join(starter, person, "readers")
        assert scopes() == {"aws.cognito.signin.user.admin", "users/read"}
        join(starter, person, "admins")
        assert scopes() == {"aws.cognito.signin.user.admin", "users/read", "users/write"}
        starter.cognito.admin_remove_user_from_group(
            UserPoolId=starter.id, Username=person.name, GroupName="admins"
        )
        assert "users/write" not in scopes()

    def test_a_user_without_a_profile_signs_in_and_has_one_then(self, house, starter):
        name, temporary, chosen = address(), secrets.password(), secrets.password()
        starter.cognito.admin_create_user(
            UserPoolId=starter.id,
            Username=name,
            TemporaryPassword=temporary,
            MessageAction="SUPPRESS",
        )
        begun = starter.web.password(name, temporary)
        result = starter.web.respond(
            "NEW_PASSWORD_REQUIRED", begun["Session"], USERNAME=name, NEW_PASSWORD=chosen
        )["AuthenticationResult"]
        # Nobody confirmed this user, so the profile is made by the trigger of the first sign-in.
        assert "first_name" not in tokens.claims(result["IdToken"])
        assert tokens.claims(result["AccessToken"])["interesting_value"] == 42
        answer = ask(house, "/public/user/me", result["AccessToken"])
        assert answer.status_code == 200 and answer.json()["email"] == name

    def test_reserved_claims_are_the_pools(self, starter, ann):
        claims = tokens.claims(ann.sign_in()["AccessToken"])
        assert claims["iss"] == starter.issuer and claims["sub"] == ann.sub
        assert claims["token_use"] == "access"


class TestApi:
    def test_health_is_open(self, house):
        assert ask(house, "/health").status_code == 200
        assert ask(house, "/health", "garbage").status_code == 200

    def test_me_takes_a_token_of_the_pool(self, house, ann):
        answer = ask(house, "/public/user/me", ann.sign_in()["AccessToken"])
        assert answer.status_code == 200
        assert answer.json()["id"] == ann.sub
        assert answer.json()["email"] == ann.name

    @pytest.mark.parametrize("path", ["/public/user/me", "/whoami", f"/public/user/{uuid.uuid4()}"])
    def test_nobody_and_garbage_are_unauthorized(self, house, path):
        for headers in (
            {},
            {"Authorization": ""},
            {"Authorization": "Bearer"},
            {"Authorization": "Bearer "},
            {"Authorization": "Bearer garbage"},
            {"Authorization": "garbage"},
            {"Authorization": "Basic YTpi"},
        ):
            answer = requests.get(house.api_url + path, headers=headers, timeout=30)
            assert answer.status_code in (401, 403), (headers, answer.text)
            if headers.get("Authorization") in (None, "", "Bearer garbage"):
                assert answer.status_code == 401, (headers, answer.text)

    def test_another_user_is_seen_only_after_joining_readers(self, house, starter, ann):
        person = starter.person()
        path = f"/public/user/{ann.sub}"
        before = person.sign_in()["AccessToken"]
        assert ask(house, path, before).status_code in (401, 403)
        join(starter, person, "readers")
        # The token from before knows nothing of the group.
        assert ask(house, path, before).status_code in (401, 403)
        answer = ask(house, path, person.sign_in()["AccessToken"])
        assert answer.status_code == 200 and answer.json()["id"] == ann.sub

    def test_a_status_needs_the_scope_to_write(self, house, starter, ann):
        reader, admin = starter.person(), starter.person()
        other = starter.sign_up()
        other.confirm()
        join(starter, reader, "readers")
        join(starter, admin, "admins")
        shown = ask(house, "/public/user/me", other.sign_in()["AccessToken"]).json()
        path = f"/public/user/{other.sub}/status/{shown['status']}"
        token = reader.sign_in()["AccessToken"]
        assert ask(house, path, token, "PATCH").status_code in (401, 403)
        token = admin.sign_in()["AccessToken"]
        assert 200 <= ask(house, path, token, "PATCH").status_code < 300

    def test_an_unknown_status_and_an_unknown_user_are_client_errors(self, house, starter, ann):
        admin = starter.person()
        join(starter, admin, "admins")
        join(starter, admin, "readers")
        token = admin.sign_in()["AccessToken"]
        answer = ask(house, f"/public/user/{ann.sub}/status/nonsense", token, "PATCH")
        assert 400 <= answer.status_code < 500
        assert ask(house, f"/public/user/{uuid.uuid4()}", token).status_code == 404
        assert 400 <= ask(house, "/public/user/not-an-id", token).status_code < 500

    def test_whoami_answers_what_the_authorizer_said(self, house, starter, ann):
        join(starter, ann, "readers")
        answer = ask(house, "/whoami", ann.sign_in()["AccessToken"])
        assert answer.status_code == 200
        text = json.dumps(answer.json())
        assert ann.sub in text and "users/read" in text
        # A context is flat: strings, numbers and booleans.
        for value in answer.json().values():
            assert isinstance(value, str | int | float | bool | type(None))

    def test_whoami_is_the_callers_and_not_the_last_ones(self, house, starter, ann):
        other = starter.person()
        first, second = ann.sign_in()["AccessToken"], other.sign_in()["AccessToken"]
        for _ in range(3):
            assert ann.sub in ask(house, "/whoami", first).text
            assert other.sub in ask(house, "/whoami", second).text
            assert ask(house, "/whoami", "garbage").status_code in (401, 403)

    def test_whoami_believes_no_header_of_the_caller(self, house, ann):
        answer = requests.get(
            f"{house.api_url}/whoami?principalId=evil",
            headers={
                **bearer(ann.sign_in()["AccessToken"]),
                "principalId": "evil",
                "x-amzn-request-context": '{"authorizer":{"principalId":"evil"}}',
            },
            timeout=30,
        )
        assert answer.status_code == 200 and "evil" not in answer.text

    @pytest.mark.parametrize(
        "path",
        [
            "//public/user/me",
            "/public/./user/me",
            "/%70ublic/user/me",
            "/PUBLIC/user/me",
            "/nosuch",
        ],
    )
    def test_other_spellings_are_not_let_in(self, house, path):
        connection = requests.Session()
        prepared = requests.Request("GET", house.api_url).prepare()
        prepared.url = house.api_url + path
        answer = connection.send(prepared, timeout=30)
        assert answer.status_code in (400, 401, 403, 404)

    def test_a_method_is_not_overridden(self, house, starter, ann):
        person = starter.person()
        join(starter, person, "readers")
        answer = requests.get(
            f"{house.api_url}/public/user/{ann.sub}/status/active",
            headers={
                **bearer(person.sign_in()["AccessToken"]),
                "X-HTTP-Method-Override": "PATCH",
            },
            timeout=30,
        )
        assert answer.status_code in (403, 404, 405)

    def test_a_signed_out_user_keeps_the_api_until_the_token_ends_but_not_the_pool(
        self, house, starter
    ):
        person = starter.person()
        token = person.sign_in()["AccessToken"]
        starter.cognito.global_sign_out(AccessToken=token)
        time.sleep(0.2)
        with refused("NotAuthorizedException"):
            starter.cognito.get_user(AccessToken=token)
