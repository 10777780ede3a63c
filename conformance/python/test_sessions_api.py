"""How do servers sign people in through the user API?"""

import pytest
import requests
from test_mfa import Authenticator

from harness import house as houses
from harness import secrets
from harness.people import address


@pytest.fixture(scope="module")
def server_and_house(tmp_path_factory):
    server, house = houses.dev(tmp_path_factory.mktemp("sessions"), "--memory")
    yield server, house
    server.stop()


@pytest.fixture(scope="module")
def house(server_and_house):
    return server_and_house[1]


def ask(house, method, path, body=None, key=True, **headers):
    if key:
        headers["x-api-key"] = house.outputs["ApiKey"]
    url = f"{house.api_url}{path}"
    answer = requests.request(method, url, json=body, headers=headers, timeout=30)
    if answer.ok and answer.content and path.startswith("/auth/"):
        secrets.remember(answer.json())
    return answer


class Person:
    def __init__(self, house, **more):
        self.house, self.name, self.password = house, address(), secrets.password()
        body = {"email": self.name, "password": self.password, **more}
        made = ask(house, "POST", "/user", body)
        assert made.status_code == 201, made.text
        self.id = made.json()["id"]
        code = house.mailbox.code(self.name)
        answer = ask(house, "POST", f"/user/activate/{code}", key=False)
        assert answer.status_code == 200, answer.text

    def login(self, **more):
        body = {"email": self.name, "password": self.password, **more}
        return ask(self.house, "POST", "/auth/login", body)

    def tokens(self):
        answer = self.login()
        assert answer.status_code == 200, answer.text
        return answer.json()


def verdict(house, kind, token):
    answer = ask(house, "POST", f"/auth/token/{kind}/verify", {"token": token})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_session_begins_goes_on_and_ends(house):
    ann = Person(house)
    tokens = ann.tokens()
    me = requests.get(
        f"{house.api_url}/public/user/me",
        headers={"Authorization": f"Bearer {tokens['accessToken']}"},
        timeout=30,
    )
    assert me.status_code == 200 and me.json()["lastLoginAt"]
    fresh = ask(house, "POST", "/auth/refresh", {"refreshToken": tokens["refreshToken"]})
    assert fresh.status_code == 200 and fresh.headers["cache-control"] == "no-store"
    for kind, name in [("id", "idToken"), ("access", "accessToken"), ("refresh", "refreshToken")]:
        found = verdict(house, kind, tokens[name])
        assert found["active"] and found["subject"] == ann.id and found["sessionChecked"]
    assert verdict(house, "id", tokens["accessToken"])["reason"] == "invalid"
    out = ask(house, "POST", "/auth/logout", {"refreshToken": tokens["refreshToken"]})
    assert out.status_code == 204
    for kind, name in [("id", "idToken"), ("access", "accessToken"), ("refresh", "refreshToken")]:
        assert verdict(house, kind, tokens[name])["reason"] == "revoked"


def test_a_second_factor_is_asked_for_and_answered(house):
    ann = Person(house)
    access = ann.tokens()["accessToken"]
    house.cognito.set_user_pool_mfa_config(
        UserPoolId=house.pool_id,
        SoftwareTokenMfaConfiguration={"Enabled": True},
        MfaConfiguration="OPTIONAL",
    )
    try:
        secret = house.cognito.associate_software_token(AccessToken=access)["SecretCode"]
        app = Authenticator(secret)
        house.cognito.verify_software_token(AccessToken=access, UserCode=app.code())
        house.cognito.set_user_mfa_preference(
            AccessToken=access, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True}
        )
        asked = ann.login().json()
        assert asked["challenge"] == "SOFTWARE_TOKEN_MFA"

        def answer(code):
            responses = {
                "USERNAME": asked["parameters"]["USERNAME"],
                "SOFTWARE_TOKEN_MFA_CODE": code,
            }
            body = {
                "challenge": asked["challenge"],
                "session": asked["session"],
                "responses": responses,
            }
            return ask(house, "POST", "/auth/challenge", body)

        wrong = answer("000000")
        assert wrong.status_code == 400 and wrong.json()["errors"][0]["pointer"] == "/responses"
        # A code is good once, and the one that enrolled was one.
        right = answer(app.code())
        assert right.status_code == 200 and right.json()["accessToken"]
    finally:
        house.cognito.set_user_pool_mfa_config(UserPoolId=house.pool_id, MfaConfiguration="OFF")


def test_a_password_is_reset_and_nobody_learns_who_exists(house):
    ann = Person(house)
    for name in [ann.name, address()]:
        asked = ask(house, "POST", "/auth/password/reset", {"email": name})
        assert (asked.status_code, asked.text) == (202, "")
    code = house.mailbox.code(ann.name, 2)
    password = secrets.password()
    body = {"email": ann.name, "code": code, "password": password}
    assert ask(house, "POST", "/auth/password/reset/confirm", body).status_code == 204
    assert ann.login().status_code == 401
    ann.password = password
    ann.tokens()
    wrong = ann.login(password="Wrong-Horse7!")
    nobody = ask(house, "POST", "/auth/login", {"email": address(), "password": "Wrong-Horse7!"})
    assert (wrong.status_code, wrong.text) == (nobody.status_code, nobody.text)


def test_an_address_is_changed_by_the_code_that_went_to_the_new_one(house):
    ann = Person(house)
    bearer = {"Authorization": f"Bearer {ann.tokens()['accessToken']}"}
    new = address()

    def mine(path, body):
        url = f"{house.api_url}/public/user/me/email/{path}"
        return requests.post(url, json=body, headers=bearer, timeout=30)

    assert mine("change", {"email": new}).status_code == 202
    message = house.mailbox.wait_for(new)[0]
    assert message["purpose"] == "EmailChange" and message["code"] in message["body"]
    ann.tokens()
    assert mine("change/confirm", {"code": "aaaaaaaaaa"}).status_code == 400
    done = mine("change/confirm", {"code": message["code"]})
    assert done.status_code == 200 and done.json()["email"] == new
    assert ann.login().status_code == 401
    ann.name = new
    ann.tokens()


def test_usr_09_a_token_in_a_path_is_not_taken_and_not_written_down(server_and_house):
    server, house = server_and_house
    ann = Person(house)
    token = ann.tokens()["accessToken"]
    for method in ["GET", "POST"]:
        answer = ask(house, method, f"/auth/token/access/verify/{token}")
        assert answer.status_code == 410, answer.text
        assert answer.json()["type"] == "urn:poolhouse:problem:gone"
        assert token not in answer.text
    assert token not in server.log.read_text()


def test_the_letter_of_an_activation_is_in_the_language_of_the_profile_and_leads_here(house):
    name = address()
    german = {"profileData": {"lang": "de"}}
    body = {"email": name, "password": secrets.password(), "profile": german}
    made = ask(house, "POST", "/user", body)
    assert made.status_code == 201, made.text
    message = house.mailbox.wait_for(name)[0]
    assert message["purpose"] == "Activation"
    assert f"{house.api_url}/user/activate/{message['code']}" in message["body"]
    assert 'lang="de"' in message["body"]
    assert message["code"] not in made.text
