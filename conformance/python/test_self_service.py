"""What may people do with their own access token?"""

import os
import time

import pytest

from harness import secrets, tokens
from harness.checks import WRONG_CODE, WRONG_PASSWORD, refused
from harness.people import address, named


@pytest.fixture
def ann(plain):
    return plain.person(os.urandom(6).hex(), email=address())


def test_get_user_shows_the_attributes(plain, ann):
    answer = plain.cognito.get_user(AccessToken=ann.sign_in()["AccessToken"])
    assert answer["Username"] == ann.name
    attributes = named(answer["UserAttributes"])
    assert attributes["sub"] == ann.sub and "@example.com" in attributes["email"]
    assert "UserMFASettingList" not in answer and "PreferredMfaSetting" not in answer


def test_a_client_reads_only_what_it_may(plain, ann):
    narrow = plain.client(ReadAttributes=["given_name"])
    result = narrow.password(ann.name, ann.password)["AuthenticationResult"]
    answer = plain.cognito.get_user(AccessToken=result["AccessToken"])
    assert set(named(answer["UserAttributes"])) == {"sub"}
    assert "email" not in tokens.claims(result["IdToken"])


def test_attributes_change_and_an_empty_value_removes(plain, ann):
    token = ann.sign_in()["AccessToken"]

    def update(name, value):
        return plain.cognito.update_user_attributes(
            AccessToken=token, UserAttributes=[{"Name": name, "Value": value}]
        )

    update("given_name", "Ann")
    update("custom:nick", "annie")
    assert ann.attributes()["given_name"] == "Ann"
    assert ann.attributes()["custom:nick"] == "annie"
    update("given_name", "")
    assert "given_name" not in ann.attributes()


@pytest.mark.parametrize(
    ("name", "errors"),
    [
        ("sub", ["InvalidParameterException", "NotAuthorizedException"]),
        ("email_verified", ["InvalidParameterException", "NotAuthorizedException"]),
        ("custom:frozen", ["InvalidParameterException"]),
        ("custom:nothere", ["InvalidParameterException"]),
    ],
)
def test_some_attributes_do_not_change(plain, ann, name, errors):
    token = ann.sign_in()["AccessToken"]
    before = ann.attributes()
    with pytest.raises(plain.cognito.exceptions.ClientError) as caught:
        plain.cognito.update_user_attributes(
            AccessToken=token, UserAttributes=[{"Name": name, "Value": "true"}]
        )
    assert caught.value.response["Error"]["Code"] in errors
    assert ann.attributes() == before


def test_a_new_address_is_not_verified(by_mail):
    ann = by_mail.sign_up()
    ann.confirm()
    token, fresh = ann.sign_in()["AccessToken"], address()
    answer = by_mail.cognito.update_user_attributes(
        AccessToken=token, UserAttributes=[{"Name": "email", "Value": fresh}]
    )
    [delivery] = answer["CodeDeliveryDetailsList"]
    assert delivery["AttributeName"] == "email" and delivery["DeliveryMedium"] == "EMAIL"
    attributes = named(by_mail.user(ann.sub)["UserAttributes"])
    assert attributes["email"] == fresh and attributes["email_verified"] == "false"
    assert by_mail.house.mailbox.code(fresh)


def test_a_new_address_is_proven_by_the_newest_code(by_mail):
    ann = by_mail.person()
    token, new = ann.sign_in()["AccessToken"], address()
    by_mail.cognito.update_user_attributes(
        AccessToken=token, UserAttributes=[{"Name": "email", "Value": new}]
    )
    earlier = by_mail.house.mailbox.code(new)
    answer = by_mail.cognito.get_user_attribute_verification_code(
        AccessToken=token, AttributeName="email"
    )
    assert answer["CodeDeliveryDetails"]["DeliveryMedium"] == "EMAIL"
    code = by_mail.house.mailbox.code(new, 2)

    def verify(code, attribute="email"):
        return by_mail.cognito.verify_user_attribute(
            AccessToken=token, AttributeName=attribute, Code=code
        )

    with refused(
        "InvalidParameterException",
        "Invalid attribute name. Only phone_number and email can be verified.",
    ):
        verify(code, "given_name")
    if earlier != code:
        with refused("CodeMismatchException", WRONG_CODE):
            verify(earlier)
    assert set(verify(code)) == {"ResponseMetadata"}
    attributes = named(by_mail.user(new)["UserAttributes"])
    assert attributes["email"] == new and attributes["email_verified"] == "true"
    with refused("ExpiredCodeException"):
        verify(code)


def test_atr_04_an_address_that_must_be_proven_first_waits(make_pool):
    pool = make_pool(
        UsernameAttributes=["email"],
        AutoVerifiedAttributes=["email"],
        UserAttributeUpdateSettings={"AttributesRequireVerificationBeforeUpdate": ["email"]},
    )
    ann = pool.sign_up()
    ann.confirm()
    token, new = ann.sign_in()["AccessToken"], address()
    answer = pool.cognito.update_user_attributes(
        AccessToken=token, UserAttributes=[{"Name": "email", "Value": new}]
    )
    assert answer["CodeDeliveryDetailsList"][0]["AttributeName"] == "email"
    attributes = named(pool.cognito.get_user(AccessToken=token)["UserAttributes"])
    assert attributes["email"] == ann.name and attributes["email_verified"] == "true"
    with refused("UserNotFoundException"):
        pool.web.password(new, ann.password)
    assert ann.sign_in()
    pool.cognito.verify_user_attribute(
        AccessToken=token, AttributeName="email", Code=pool.house.mailbox.code(new)
    )
    assert pool.web.password(new, ann.password)["AuthenticationResult"]
    with refused("UserNotFoundException"):
        ann.sign_in()


def test_nobody_takes_the_address_of_another(by_mail):
    ann, mallory = by_mail.person(), by_mail.person()
    with refused("AliasExistsException"):
        by_mail.cognito.update_user_attributes(
            AccessToken=mallory.sign_in()["AccessToken"],
            UserAttributes=[{"Name": "email", "Value": ann.name.upper()}],
        )


def test_a_password_changes_and_tokens_live_on(plain, ann):
    token, chosen = ann.sign_in()["AccessToken"], secrets.password()
    answer = plain.cognito.change_password(
        AccessToken=token, PreviousPassword=ann.password, ProposedPassword=chosen
    )
    assert set(answer) == {"ResponseMetadata"}
    assert plain.web.password(ann.name, chosen)["AuthenticationResult"]
    assert plain.cognito.get_user(AccessToken=token)
    with refused("NotAuthorizedException", WRONG_PASSWORD):
        plain.web.password(ann.name, ann.password)


def test_a_wrong_or_weak_password_does_not_change_it(plain, ann):
    token = ann.sign_in()["AccessToken"]
    with refused("NotAuthorizedException", WRONG_PASSWORD):
        plain.cognito.change_password(
            AccessToken=token,
            PreviousPassword=ann.password + "x",
            ProposedPassword=secrets.password(),
        )
    with refused("InvalidPasswordException", "~^Password d"):
        plain.cognito.change_password(
            AccessToken=token, PreviousPassword=ann.password, ProposedPassword="weak"
        )
    assert ann.sign_in()


def test_guesses_at_the_previous_password_are_counted(plain, ann):
    token, names = ann.sign_in()["AccessToken"], []
    for _ in range(8):
        with pytest.raises(plain.cognito.exceptions.ClientError) as caught:
            plain.cognito.change_password(
                AccessToken=token,
                PreviousPassword=ann.password + "x",
                ProposedPassword=secrets.password(),
            )
        names.append(caught.value.response["Error"]["Code"])
    assert names[0] == "NotAuthorizedException"
    assert names[-1] in ("LimitExceededException", "NotAuthorizedException")
    if names[-1] == "NotAuthorizedException":
        assert "exceeded" in caught.value.response["Error"]["Message"]


def test_who_deletes_himself_is_gone(plain, ann):
    result = ann.sign_in()
    plain.cognito.delete_user(AccessToken=result["AccessToken"])
    with refused("UserNotFoundException"):
        plain.user(ann.name)
    with pytest.raises(
        (
            plain.cognito.exceptions.UserNotFoundException,
            plain.cognito.exceptions.NotAuthorizedException,
        )
    ):
        plain.cognito.get_user(AccessToken=result["AccessToken"])
    again = plain.person(ann.name)
    assert again.sub != ann.sub


def test_an_address_is_free_after_its_user_is_gone(by_mail):
    ann = by_mail.person()
    by_mail.cognito.delete_user(AccessToken=ann.sign_in()["AccessToken"])
    assert by_mail.person(ann.name).sub != ann.sub


class TestForgottenPassword:
    @pytest.fixture
    def bob(self, by_mail):
        person = by_mail.sign_up()
        person.confirm()
        return person

    def forget(self, by_mail, bob):
        answer = by_mail.cognito.forgot_password(ClientId=by_mail.web.id, Username=bob.name)
        details = answer["CodeDeliveryDetails"]
        assert details["AttributeName"] == "email" and details["DeliveryMedium"] == "EMAIL"
        # The first message was that of the sign-up.
        return by_mail.house.mailbox.code(bob.name, 2)

    def choose(self, by_mail, bob, code, password):
        return by_mail.cognito.confirm_forgot_password(
            ClientId=by_mail.web.id,
            Username=bob.name,
            ConfirmationCode=code,
            Password=password,
        )

    def test_a_code_from_the_mail_sets_a_new_password(self, by_mail, bob):
        code, chosen = self.forget(by_mail, bob), secrets.password()
        answer = self.choose(by_mail, bob, code, chosen)
        assert set(answer) == {"ResponseMetadata"}
        assert by_mail.web.srp(bob.name, chosen)["AuthenticationResult"]
        with refused("NotAuthorizedException", WRONG_PASSWORD):
            by_mail.web.password(bob.name, bob.password)

    def test_a_code_works_once(self, by_mail, bob):
        code = self.forget(by_mail, bob)
        self.choose(by_mail, bob, code, secrets.password())
        with pytest.raises(
            (
                by_mail.cognito.exceptions.CodeMismatchException,
                by_mail.cognito.exceptions.ExpiredCodeException,
            )
        ):
            self.choose(by_mail, bob, code, secrets.password())

    def test_a_wrong_code_and_a_weak_password_change_nothing(self, by_mail, bob):
        code = self.forget(by_mail, bob)
        wrong = "000000" if code != "000000" else "111111"
        with refused("CodeMismatchException", WRONG_CODE):
            self.choose(by_mail, bob, wrong, secrets.password())
        with refused("InvalidPasswordException", "~^Password d"):
            self.choose(by_mail, bob, code, "weak")
        assert bob.sign_in()
        self.choose(by_mail, bob, code, secrets.password())

    def test_the_code_of_a_sign_up_is_not_one_of_a_reset(self, by_mail):
        carol = by_mail.sign_up()
        code = by_mail.house.mailbox.code(carol.name)
        with refused("UserNotConfirmedException"):
            self.choose(by_mail, carol, code, secrets.password())

    def test_the_code_of_another_is_refused(self, by_mail, bob):
        other = by_mail.sign_up()
        other.confirm()
        code = self.forget(by_mail, bob)
        if self.forget(by_mail, other) != code:
            with refused("CodeMismatchException", WRONG_CODE):
                self.choose(by_mail, other, code, secrets.password())

    def test_without_a_verified_address_there_is_no_way(self, plain):
        ann = plain.person(os.urandom(6).hex(), email=address())
        with refused(
            "InvalidParameterException",
            "Cannot reset password for the user as there is no registered/verified email or "
            "phone_number",
        ):
            plain.cognito.forgot_password(ClientId=plain.web.id, Username=ann.name)

    def test_a_temporary_password_is_not_forgotten(self, plain):
        name = os.urandom(6).hex()
        plain.cognito.admin_create_user(
            UserPoolId=plain.id, Username=name, MessageAction="SUPPRESS"
        )
        with refused(
            "NotAuthorizedException", "User password cannot be reset in the current state."
        ):
            plain.cognito.forgot_password(ClientId=plain.web.id, Username=name)


class TestSigningOut:
    def test_tok_13_a_revoked_refresh_token_takes_its_access_token_along(self, plain, ann):
        result, other = ann.sign_in(), ann.sign_in()
        refreshed = plain.web.refresh(result["RefreshToken"])["AuthenticationResult"]
        plain.cognito.revoke_token(Token=result["RefreshToken"], ClientId=plain.web.id)
        time.sleep(1)
        for token in (result["AccessToken"], refreshed["AccessToken"]):
            with refused("NotAuthorizedException", "Access Token has been revoked"):
                plain.cognito.get_user(AccessToken=token)
        with refused("NotAuthorizedException", "Refresh Token has been revoked"):
            plain.web.refresh(result["RefreshToken"])
        # Only that sign-in ends.
        assert plain.cognito.get_user(AccessToken=other["AccessToken"])
        assert plain.web.refresh(other["RefreshToken"])

    def test_revoking_twice_is_fine_and_so_is_an_unknown_token(self, plain, ann):
        token = ann.sign_in()["RefreshToken"]
        for _ in range(2):
            answer = plain.cognito.revoke_token(Token=token, ClientId=plain.web.id)
            assert set(answer) == {"ResponseMetadata"}
        plain.cognito.revoke_token(Token="nonsense", ClientId=plain.web.id)

    @pytest.mark.parametrize("name", ["AccessToken", "IdToken"])
    def test_only_refresh_tokens_are_revoked(self, plain, ann, name):
        with refused("UnsupportedTokenTypeException"):
            plain.cognito.revoke_token(Token=ann.sign_in()[name], ClientId=plain.web.id)

    def test_a_client_may_have_revocation_off(self, plain, ann):
        client = plain.client(EnableTokenRevocation=False)
        result = client.password(ann.name, ann.password)["AuthenticationResult"]
        assert "origin_jti" not in tokens.claims(result["AccessToken"])
        with refused("UnsupportedOperationException"):
            plain.cognito.revoke_token(Token=result["RefreshToken"], ClientId=client.id)

    def test_a_client_with_a_secret_has_to_show_it(self, by_mail, confidential):
        token = by_mail.person(client=confidential).sign_in()["RefreshToken"]
        with refused("UnauthorizedException"):
            by_mail.cognito.revoke_token(Token=token, ClientId=confidential.id)
        with refused("UnauthorizedException"):
            by_mail.cognito.revoke_token(
                Token=token, ClientId=confidential.id, ClientSecret="x" * 51
            )
        by_mail.cognito.revoke_token(
            Token=token, ClientId=confidential.id, ClientSecret=confidential.secret
        )

    def test_tok_14_a_global_sign_out_ends_every_earlier_sign_in(self, plain, ann):
        results = [ann.sign_in() for _ in range(3)]
        plain.cognito.global_sign_out(AccessToken=results[0]["AccessToken"])
        for result in results:
            with refused("NotAuthorizedException", "Access Token has been revoked"):
                plain.cognito.get_user(AccessToken=result["AccessToken"])
            with refused("NotAuthorizedException", "Refresh Token has been revoked"):
                plain.web.refresh(result["RefreshToken"])
        # A sign-in in the same second is a new one.
        fresh = ann.sign_in()
        assert plain.cognito.get_user(AccessToken=fresh["AccessToken"])
        assert plain.web.refresh(fresh["RefreshToken"])

    def test_tok_14_an_administrator_signs_out_as_well(self, plain, ann):
        result = ann.sign_in()
        answer = plain.cognito.admin_user_global_sign_out(UserPoolId=plain.id, Username=ann.name)
        assert set(answer) == {"ResponseMetadata"}
        with refused("NotAuthorizedException"):
            plain.cognito.get_user(AccessToken=result["AccessToken"])
        with refused("NotAuthorizedException"):
            plain.web.refresh(result["RefreshToken"])
        assert plain.cognito.get_user(AccessToken=ann.sign_in()["AccessToken"])

    def test_tok_15_a_disabled_users_refresh_is_refused(self, plain, ann):
        result = ann.sign_in()
        plain.cognito.admin_disable_user(UserPoolId=plain.id, Username=ann.name)
        with refused("NotAuthorizedException"):
            plain.web.refresh(result["RefreshToken"])
        with refused("NotAuthorizedException"):
            plain.cognito.get_user(AccessToken=result["AccessToken"])
        plain.cognito.admin_enable_user(UserPoolId=plain.id, Username=ann.name)
        with refused("NotAuthorizedException"):
            plain.web.refresh(result["RefreshToken"])

    def test_tok_15_a_deleted_users_refresh_is_refused(self, plain, ann):
        result = ann.sign_in()
        plain.cognito.admin_delete_user(UserPoolId=plain.id, Username=ann.name)
        with pytest.raises(
            (
                plain.cognito.exceptions.NotAuthorizedException,
                plain.cognito.exceptions.UserNotFoundException,
            )
        ):
            plain.web.refresh(result["RefreshToken"])
        # Not even when somebody else takes the name.
        plain.person(ann.name)
        with pytest.raises(
            (
                plain.cognito.exceptions.NotAuthorizedException,
                plain.cognito.exceptions.UserNotFoundException,
            )
        ):
            plain.web.refresh(result["RefreshToken"])

    def test_tok_15_a_changed_passwords_refresh_is_refused(self, plain, ann):
        result = ann.sign_in()
        plain.cognito.change_password(
            AccessToken=result["AccessToken"],
            PreviousPassword=ann.password,
            ProposedPassword=secrets.password(),
        )
        with refused("NotAuthorizedException"):
            plain.web.refresh(result["RefreshToken"])
        # The access token of the device in one's hand lives on.
        assert plain.cognito.get_user(AccessToken=result["AccessToken"])

    @pytest.mark.parametrize("where", range(0, 100, 7))
    def test_tok_16_an_edited_refresh_token_is_refused(self, plain, where):
        ann = plain.person(os.urandom(6).hex())
        token = ann.sign_in()["RefreshToken"]
        index = where * (len(token) - 1) // 100
        while token[index] == ".":
            index += 1
        edited = token[:index] + ("A" if token[index] != "A" else "B") + token[index + 1 :]
        with refused("NotAuthorizedException", "Invalid Refresh Token"):
            plain.web.refresh(edited)

    def test_tok_16_a_composed_refresh_token_is_refused(self, plain, ann):
        for composed in (
            f"{plain.id}.{ann.name}.{plain.web.id}",
            tokens.encode(f"{plain.id}:{ann.sub}:{plain.web.id}".encode()),
            tokens.unsigned({"cty": "JWT", "enc": "A256GCM", "alg": "RSA-OAEP"}, {"sub": ann.sub}),
        ):
            with refused("NotAuthorizedException", "Invalid Refresh Token"):
                plain.web.refresh(composed)
