"""Who gets tokens for a password, for a refresh token, and who does not?"""

import os
import time

import pytest

from harness import secrets, tokens
from harness.checks import WRONG_PASSWORD, WRONG_SESSION, refused
from harness.people import address
from harness.srp import SrpClient, secret_hash


def admin_password(client, name, password):
    parameters = {"USERNAME": name, "PASSWORD": password}
    if client.secret:
        parameters["SECRET_HASH"] = secret_hash(name, client.id, client.secret)
    return client.pool.cognito.admin_initiate_auth(
        UserPoolId=client.pool.id,
        ClientId=client.id,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters=parameters,
    )


def test_a_password_gives_all_three_tokens(plain):
    ann = plain.person(os.urandom(6).hex())
    answer = plain.web.password(ann.name, ann.password)
    assert answer["ChallengeParameters"] == {}
    assert "ChallengeName" not in answer and "Session" not in answer
    result = answer["AuthenticationResult"]
    assert set(result) == {"AccessToken", "IdToken", "RefreshToken", "ExpiresIn", "TokenType"}
    assert result["ExpiresIn"] == 3600 and result["TokenType"] == "Bearer"


def test_a_wrong_password_is_refused(plain):
    ann = plain.person(os.urandom(6).hex())
    with refused("NotAuthorizedException", WRONG_PASSWORD):
        plain.web.password(ann.name, ann.password + "x")


def test_after_five_wrong_passwords_the_right_one_waits(plain):
    ann = plain.person(os.urandom(6).hex())
    for _ in range(6):
        with refused("NotAuthorizedException"):
            plain.web.password(ann.name, ann.password + "x")
    with refused("NotAuthorizedException", "Password attempts exceeded"):
        plain.web.password(ann.name, ann.password)
    time.sleep(2.5)
    assert "AuthenticationResult" in plain.web.password(ann.name, ann.password)


def test_the_address_signs_in_in_any_case(by_mail):
    ann = by_mail.person()
    assert by_mail.web.password(ann.name.upper(), ann.password)["AuthenticationResult"]
    assert by_mail.web.password(ann.sub, ann.password)["AuthenticationResult"]


def test_an_administrator_signs_in_with_a_secret_hash(by_mail, confidential):
    ann = by_mail.person(client=confidential)
    result = admin_password(confidential, ann.name, ann.password)["AuthenticationResult"]
    assert tokens.claims(result["AccessToken"])["client_id"] == confidential.id
    with refused("NotAuthorizedException", WRONG_PASSWORD):
        admin_password(confidential, ann.name, ann.password + "x")


def test_the_wrong_door_is_named(plain):
    parameters = {"USERNAME": "ann", "PASSWORD": "x"}
    with refused("InvalidParameterException", "Initiate Auth method not supported"):
        plain.web.initiate("ADMIN_USER_PASSWORD_AUTH", **parameters)
    with refused("InvalidParameterException", "Initiate Auth method not supported"):
        plain.cognito.admin_initiate_auth(
            UserPoolId=plain.id,
            ClientId=plain.web.id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters=parameters,
        )


def test_a_flow_that_the_client_lacks_is_refused(plain):
    client = plain.client(ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"])
    with refused(
        "InvalidParameterException", "USER_PASSWORD_AUTH flow not enabled for this client"
    ):
        client.password("nobody", "whatever")
    with refused("InvalidParameterException", "Auth flow not enabled for this client"):
        admin_password(client, "nobody", "whatever")


@pytest.mark.parametrize("missing", ["USERNAME", "PASSWORD"])
def test_a_missing_parameter_is_named(plain, missing):
    parameters = {"USERNAME": "ann", "PASSWORD": "x"}
    del parameters[missing]
    with refused("InvalidParameterException", f"Missing required parameter {missing}"):
        plain.web.initiate("USER_PASSWORD_AUTH", **parameters)


def test_an_unknown_client_is_refused(plain):
    with refused("ResourceNotFoundException", "User pool client nosuchclient does not exist."):
        plain.cognito.initiate_auth(
            ClientId="nosuchclient",
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "ann", "PASSWORD": "x"},
        )


def test_a_client_of_another_pool_is_not_there(plain, by_mail):
    with refused("ResourceNotFoundException"):
        plain.cognito.admin_initiate_auth(
            UserPoolId=plain.id,
            ClientId=by_mail.web.id,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "ann", "PASSWORD": "x"},
        )


@pytest.mark.parametrize("flow", ["REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"])
def test_a_refresh_gives_two_tokens_and_keeps_the_session(plain, flow):
    ann = plain.person(os.urandom(6).hex())
    first = ann.sign_in()
    time.sleep(1.1)
    result = plain.web.refresh(first["RefreshToken"], flow=flow)["AuthenticationResult"]
    assert set(result) == {"AccessToken", "IdToken", "ExpiresIn", "TokenType"}
    for name in ("AccessToken", "IdToken"):
        before, after = tokens.claims(first[name]), tokens.claims(result[name])
        assert after["origin_jti"] == before["origin_jti"]
        assert after["auth_time"] == before["auth_time"]
        assert after["jti"] != before["jti"]
        assert after["iat"] > before["iat"]
        assert after["sub"] == before["sub"]


def test_a_refresh_sees_what_changed(plain):
    ann = plain.person(os.urandom(6).hex())
    first = ann.sign_in()
    plain.cognito.create_group(UserPoolId=plain.id, GroupName="late" + ann.name)
    plain.cognito.admin_add_user_to_group(
        UserPoolId=plain.id, Username=ann.name, GroupName="late" + ann.name
    )
    result = plain.web.refresh(first["RefreshToken"])["AuthenticationResult"]
    assert tokens.claims(result["IdToken"])["cognito:groups"] == ["late" + ann.name]


def test_the_administrators_refresh_works_alike(plain):
    ann = plain.person(os.urandom(6).hex())
    answer = plain.cognito.admin_initiate_auth(
        UserPoolId=plain.id,
        ClientId=plain.web.id,
        AuthFlow="REFRESH_TOKEN_AUTH",
        AuthParameters={"REFRESH_TOKEN": ann.sign_in()["RefreshToken"]},
    )
    assert "RefreshToken" not in answer["AuthenticationResult"]


def test_the_refresh_token_of_one_client_is_refused_from_another(plain):
    ann = plain.person(os.urandom(6).hex())
    other = plain.client(ClientName="other")
    token = ann.sign_in()["RefreshToken"]
    with refused("NotAuthorizedException", "Invalid Refresh Token"):
        other.refresh(token)
    assert "AuthenticationResult" in plain.web.refresh(token)


def test_a_missing_refresh_token_is_named(plain):
    with refused("InvalidParameterException", "Missing required parameter REFRESH_TOKEN"):
        plain.cognito.initiate_auth(
            ClientId=plain.web.id,
            AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={"USERNAME": "ann"},
        )


def test_client_settings_decide_how_long_tokens_live(plain):
    brief = plain.client(
        AccessTokenValidity=5,
        IdTokenValidity=10,
        TokenValidityUnits={"AccessToken": "minutes", "IdToken": "minutes"},
    )
    ann = plain.person(os.urandom(6).hex())
    result = brief.password(ann.name, ann.password)["AuthenticationResult"]
    assert result["ExpiresIn"] == 300
    access, identity = tokens.claims(result["AccessToken"]), tokens.claims(result["IdToken"])
    assert access["exp"] - access["iat"] == 300
    assert identity["exp"] - identity["iat"] == 600


class TestNewPassword:
    """Users that an administrator made have to choose a password of their own."""

    @pytest.fixture
    def erin(self, plain):
        name, temporary = os.urandom(6).hex(), secrets.password()
        made = plain.cognito.admin_create_user(
            UserPoolId=plain.id,
            Username=name,
            TemporaryPassword=temporary,
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": "email", "Value": address()}],
        )["User"]
        assert made["UserStatus"] == "FORCE_CHANGE_PASSWORD"
        return name, temporary

    def test_a_new_password_makes_a_confirmed_user(self, plain, erin):
        name, temporary = erin
        begun = plain.web.password(name, temporary)
        assert begun["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
        parameters = begun["ChallengeParameters"]
        assert set(parameters) == {"USER_ID_FOR_SRP", "userAttributes", "requiredAttributes"}
        assert '"sub"' not in parameters["userAttributes"]
        chosen = secrets.password()
        done = plain.web.respond(
            "NEW_PASSWORD_REQUIRED", begun["Session"], USERNAME=name, NEW_PASSWORD=chosen
        )
        assert "RefreshToken" in done["AuthenticationResult"]
        assert plain.user(name)["UserStatus"] == "CONFIRMED"
        assert "AuthenticationResult" in plain.web.srp(name, chosen)
        with refused("NotAuthorizedException", WRONG_PASSWORD):
            plain.web.password(name, temporary)

    def test_other_attributes_may_be_set_on_the_way(self, plain, erin):
        name, temporary = erin
        begun = plain.web.srp(name, temporary)
        plain.cognito.respond_to_auth_challenge(
            ClientId=plain.web.id,
            ChallengeName="NEW_PASSWORD_REQUIRED",
            Session=begun["Session"],
            ChallengeResponses={
                "USERNAME": name,
                "NEW_PASSWORD": secrets.password(),
                "userAttributes.given_name": "Erin",
            },
        )
        attributes = {a["Name"]: a["Value"] for a in plain.user(name)["UserAttributes"]}
        assert attributes["given_name"] == "Erin"

    def test_a_weak_password_is_refused_and_the_session_goes_on(self, plain, erin):
        name, temporary = erin
        begun = plain.web.password(name, temporary)
        with refused("InvalidPasswordException", "~^Password d"):
            plain.web.respond(
                "NEW_PASSWORD_REQUIRED", begun["Session"], USERNAME=name, NEW_PASSWORD="weak"
            )
        done = plain.web.respond(
            "NEW_PASSWORD_REQUIRED",
            begun["Session"],
            USERNAME=name,
            NEW_PASSWORD=secrets.password(),
        )
        assert "AuthenticationResult" in done

    def test_a_session_is_spent_once(self, plain, erin):
        name, temporary = erin
        begun = plain.web.password(name, temporary)
        plain.web.respond(
            "NEW_PASSWORD_REQUIRED",
            begun["Session"],
            USERNAME=name,
            NEW_PASSWORD=secrets.password(),
        )
        with refused("NotAuthorizedException", WRONG_SESSION):
            plain.web.respond(
                "NEW_PASSWORD_REQUIRED",
                begun["Session"],
                USERNAME=name,
                NEW_PASSWORD=secrets.password(),
            )

    def test_a_session_is_of_one_user(self, plain, erin):
        name, temporary = erin
        other = plain.person(os.urandom(6).hex())
        begun = plain.web.password(name, temporary)
        with refused("NotAuthorizedException", WRONG_SESSION):
            plain.web.respond(
                "NEW_PASSWORD_REQUIRED",
                begun["Session"],
                USERNAME=other.name,
                NEW_PASSWORD=secrets.password(),
            )

    def test_a_session_is_of_one_challenge(self, plain, erin):
        name, temporary = erin
        begun = plain.web.password(name, temporary)
        with pytest.raises(plain.cognito.exceptions.ClientError) as caught:
            plain.web.respond(
                "PASSWORD_VERIFIER",
                begun["Session"],
                USERNAME=name,
                PASSWORD_CLAIM_SIGNATURE="AAAA",
                PASSWORD_CLAIM_SECRET_BLOCK="AAAA",
                TIMESTAMP="Tue May 7 00:09:40 UTC 2024",
            )
        assert caught.value.response["Error"]["Code"] in (
            "NotAuthorizedException",
            "InvalidParameterException",
        )

    def test_a_garbled_session_is_refused(self, plain, erin):
        name, temporary = erin
        plain.web.password(name, temporary)
        with refused("NotAuthorizedException", WRONG_SESSION):
            plain.web.respond(
                "NEW_PASSWORD_REQUIRED",
                "garbage-garbage-garbage",
                USERNAME=name,
                NEW_PASSWORD=secrets.password(),
            )

    def test_the_administrator_answers_as_well(self, plain, erin):
        name, temporary = erin
        begun = admin_password(plain.web, name, temporary)
        done = plain.cognito.admin_respond_to_auth_challenge(
            UserPoolId=plain.id,
            ClientId=plain.web.id,
            ChallengeName="NEW_PASSWORD_REQUIRED",
            Session=begun["Session"],
            ChallengeResponses={"USERNAME": name, "NEW_PASSWORD": secrets.password()},
        )
        assert "AuthenticationResult" in done

    def test_a_required_attribute_is_demanded(self, make_pool):
        strict = make_pool(
            Schema=[{"Name": "family_name", "AttributeDataType": "String", "Required": True}]
        )
        temporary = secrets.password()
        strict.cognito.admin_create_user(
            UserPoolId=strict.id,
            Username="erin",
            TemporaryPassword=temporary,
            MessageAction="SUPPRESS",
        )
        begun = strict.web.password("erin", temporary)
        required = begun["ChallengeParameters"]["requiredAttributes"]
        assert required == '["userAttributes.family_name"]'
        with refused("InvalidParameterException"):
            strict.web.respond(
                "NEW_PASSWORD_REQUIRED",
                begun["Session"],
                USERNAME="erin",
                NEW_PASSWORD=secrets.password(),
            )
        done = strict.cognito.respond_to_auth_challenge(
            ClientId=strict.web.id,
            ChallengeName="NEW_PASSWORD_REQUIRED",
            Session=begun["Session"],
            ChallengeResponses={
                "USERNAME": "erin",
                "NEW_PASSWORD": secrets.password(),
                "userAttributes.family_name": "Lee",
            },
        )
        assert tokens.claims(done["AuthenticationResult"]["IdToken"])["family_name"] == "Lee"


class TestExistence:
    """A client that does not tell who exists answers alike for those who do and who do not."""

    def test_by_default_the_client_tells(self, by_mail):
        with refused("UserNotFoundException", "User does not exist."):
            by_mail.web.password(address(), "x")
        with refused("UserNotFoundException"):
            by_mail.web.srp(address(), "x")
        with refused("UserNotFoundException", "Username/client id combination not found."):
            by_mail.cognito.forgot_password(ClientId=by_mail.web.id, Username=address())
        with refused("UserNotFoundException", "Username/client id combination not found."):
            by_mail.cognito.resend_confirmation_code(ClientId=by_mail.web.id, Username=address())
        with refused("UserNotFoundException"):
            by_mail.cognito.confirm_sign_up(
                ClientId=by_mail.web.id, Username=address(), ConfirmationCode="000000"
            )

    def test_a_discreet_client_answers_as_to_a_wrong_password(self, discreet):
        with refused("NotAuthorizedException", WRONG_PASSWORD):
            discreet.password(address(), "x")
        with refused("NotAuthorizedException", WRONG_PASSWORD):
            discreet.srp(address(), "x")
        with refused("NotAuthorizedException", WRONG_PASSWORD):
            admin_password(discreet, address(), "x")

    def test_a_made_up_challenge_is_the_same_each_time(self, discreet):
        name, seen = address(), set()
        for _ in range(5):
            begun = discreet.initiate(
                "USER_SRP_AUTH", USERNAME=name, SRP_A=SrpClient(discreet.pool.id).srp_a
            )
            parameters = begun["ChallengeParameters"]
            seen.add((parameters["SALT"], parameters["USER_ID_FOR_SRP"]))
        assert len(seen) == 1
        [(salt, user)] = seen
        ann = discreet.pool.person(client=discreet)
        real = discreet.initiate(
            "USER_SRP_AUTH", USERNAME=ann.name, SRP_A=SrpClient(discreet.pool.id).srp_a
        )["ChallengeParameters"]
        assert len(salt) == len(real["SALT"]) and len(user) == len(real["USER_ID_FOR_SRP"])

    def test_a_made_up_delivery_is_the_same_each_time(self, discreet):
        name = address()
        answers = [
            discreet.pool.cognito.forgot_password(ClientId=discreet.id, Username=name)
            for _ in range(2)
        ]
        assert answers[0]["CodeDeliveryDetails"] == answers[1]["CodeDeliveryDetails"]
        assert discreet.pool.house.mailbox.messages(name) == []
        answer = discreet.pool.cognito.resend_confirmation_code(
            ClientId=discreet.id, Username=address()
        )
        assert answer["CodeDeliveryDetails"]["DeliveryMedium"] == "EMAIL"

    def test_codes_of_nobody_are_wrong_codes(self, discreet):
        cognito = discreet.pool.cognito
        expected = (
            cognito.exceptions.CodeMismatchException,
            cognito.exceptions.ExpiredCodeException,
        )
        with pytest.raises(expected):
            cognito.confirm_forgot_password(
                ClientId=discreet.id,
                Username=address(),
                ConfirmationCode="000000",
                Password=secrets.password(),
            )
        with pytest.raises(expected):
            cognito.confirm_sign_up(
                ClientId=discreet.id, Username=address(), ConfirmationCode="000000"
            )

    def test_the_status_shows_only_to_the_right_password(self, discreet):
        carol = discreet.pool.sign_up(client=discreet)
        with refused("NotAuthorizedException", WRONG_PASSWORD):
            discreet.password(carol.name, carol.password + "x")
        with refused("UserNotConfirmedException"):
            discreet.password(carol.name, carol.password)

    def test_a_sign_up_still_tells(self, discreet):
        ann = discreet.pool.person(client=discreet)
        with refused("UsernameExistsException"):
            discreet.pool.sign_up(ann.name, discreet)

    def test_administrators_are_always_told(self, by_mail):
        with refused("UserNotFoundException", "User does not exist."):
            by_mail.user(address())
