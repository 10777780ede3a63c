"""How does a stranger become a confirmed user?"""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import secrets
from harness.checks import WRONG_CODE, refused
from harness.people import address, named, pairs


def confirm(client, name, code, **settings):
    return client.pool.cognito.confirm_sign_up(
        ClientId=client.id,
        Username=name,
        ConfirmationCode=code,
        **client.hash(name),
        **settings,
    )


def test_a_stranger_signs_up_confirms_and_signs_in(by_mail):
    person = by_mail.sign_up()
    person.confirm()
    assert by_mail.user(person.name)["UserStatus"] == "CONFIRMED"
    assert person.attributes()["email_verified"] == "true"
    assert person.sign_in()["TokenType"] == "Bearer"


def test_the_answer_masks_the_address(by_mail):
    name = "testperson@" + os.urandom(4).hex() + ".example.com"
    answer = by_mail.cognito.sign_up(
        ClientId=by_mail.web.id, Username=name, Password=secrets.password()
    )
    assert answer["UserConfirmed"] is False
    assert answer["CodeDeliveryDetails"]["AttributeName"] == "email"
    assert answer["CodeDeliveryDetails"]["DeliveryMedium"] == "EMAIL"
    masked = answer["CodeDeliveryDetails"]["Destination"]
    assert masked.startswith("t***@") and masked.endswith("***") and len(masked) == len("t***@e***")
    assert "Session" not in answer


def test_without_anything_to_verify_nothing_is_sent(plain):
    name = os.urandom(6).hex()
    answer = plain.cognito.sign_up(
        ClientId=plain.web.id,
        Username=name,
        Password=secrets.password(),
        UserAttributes=pairs({"email": f"{name}@example.com"}),
    )
    assert "CodeDeliveryDetails" not in answer
    assert plain.house.mailbox.messages(f"{name}@example.com") == []


def test_the_user_name_of_a_pool_by_mail_is_the_sub(by_mail):
    person = by_mail.sign_up()
    user = by_mail.user(person.name)
    assert user["Username"] == person.sub
    assert named(user["UserAttributes"])["sub"] == person.sub
    assert named(user["UserAttributes"])["email"] == person.name
    assert user["UserStatus"] == "UNCONFIRMED" and user["Enabled"] is True


def test_the_mail_says_what_it_is_for(by_mail):
    person = by_mail.sign_up()
    [message] = by_mail.house.mailbox.wait_for(person.name)
    assert set(message) >= {"to", "channel", "purpose", "subject", "body", "code", "sent_at"}
    assert message["to"] == person.name
    assert len(message["code"]) == 6 and message["code"].isdigit()
    assert message["code"] in message["body"]


def test_the_same_address_signs_up_once(by_mail):
    person = by_mail.sign_up()
    with refused("UsernameExistsException", "~already exists"):
        by_mail.sign_up(person.name)
    with refused("UsernameExistsException"):
        by_mail.sign_up(person.name.upper())


def test_the_same_user_name_signs_up_once(plain):
    person = plain.sign_up(os.urandom(6).hex())
    with refused("UsernameExistsException", "User already exists"):
        plain.sign_up(person.name)


def test_letters_of_another_case_are_another_user_where_case_counts(plain):
    name = "ann" + os.urandom(6).hex()
    plain.sign_up(name)
    plain.sign_up(name.upper())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ann", "ANN"),
        ("j\u00fcrgen", "ju\u0308rgen"),
        ("ann", "\uff41\uff4e\uff4e"),
        ("irem", "\u0130REM"),
        ("irem", "\u0131rem"),
    ],
    ids=["case", "composition", "width", "a Turkish capital", "a Turkish small letter"],
)
def test_nrm_01_names_that_look_alike_are_one_identity(by_mail, one, other):
    rest = f"-{os.urandom(6).hex()}@example.com"
    ann = by_mail.sign_up(one + rest)
    ann.confirm()
    with refused("UsernameExistsException"):
        by_mail.sign_up(other + rest)
    assert by_mail.web.password(other + rest, ann.password)["AuthenticationResult"]
    assert by_mail.web.srp(other + rest, ann.password)["AuthenticationResult"]


def test_nrm_01_spaces_around_a_name_are_refused(by_mail):
    name = address()
    for spaced in (f" {name}", f"{name} ", f"{name}\n"):
        with refused("InvalidParameterException"):
            by_mail.sign_up(spaced)


def test_of_many_sign_ups_with_one_address_one_wins(by_mail):
    name = address()

    def attempt(_):
        try:
            by_mail.sign_up(name)
            return 1
        except by_mail.cognito.exceptions.UsernameExistsException:
            return 0

    with ThreadPoolExecutor(20) as threads:
        assert sum(threads.map(attempt, range(20))) == 1


def test_what_is_not_an_address_is_refused(by_mail):
    with refused("InvalidParameterException", "Username should be an email."):
        by_mail.sign_up("ann")
    with refused("InvalidParameterException"):
        by_mail.sign_up("a@b@c")


def test_an_address_that_differs_from_the_name_is_refused(by_mail):
    with refused("InvalidParameterException"):
        by_mail.sign_up(address(), email=address())


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("Ab1!xyz", "Password not long enough"),
        ("correct-horse-7!", "Password must have uppercase characters"),
        ("CORRECT-HORSE-7!", "Password must have lowercase characters"),
        ("Correct-Horse-!", "Password must have numeric characters"),
        ("CorrectHorse7", "Password must have symbol characters"),
    ],
)
def test_the_password_policy_names_what_is_missing(plain, password, reason):
    name = os.urandom(6).hex()
    with refused("InvalidPasswordException", f"Password did not conform with policy: {reason}"):
        plain.cognito.sign_up(ClientId=plain.web.id, Username=name, Password=password)
    with refused("UserNotFoundException"):
        plain.user(name)


def test_a_closed_pool_takes_nobody(make_pool):
    closed = make_pool(AdminCreateUserConfig={"AllowAdminCreateUserOnly": True})
    with refused("NotAuthorizedException", "SignUp is not permitted for this user pool"):
        closed.sign_up("ann")


def test_an_unknown_client_is_refused(plain):
    with refused("ResourceNotFoundException", "User pool client nosuchclient does not exist."):
        plain.cognito.sign_up(ClientId="nosuchclient", Username="ann", Password=secrets.password())


def test_an_attribute_outside_the_schema_is_refused(plain):
    with refused("InvalidParameterException", "~custom:shoe.*"):
        plain.sign_up(os.urandom(6).hex(), custom__shoe="42")


def test_a_client_writes_only_what_it_may(plain):
    narrow = plain.client(WriteAttributes=["email"])
    with refused("NotAuthorizedException", "A client attempted to write unauthorized attribute"):
        plain.sign_up(os.urandom(6).hex(), narrow, custom__nick="x")


@pytest.mark.parametrize("name", ["sub", "email_verified", "cognito:groups", "identities"])
def test_nobody_promotes_himself_at_sign_up(plain, name):
    who = os.urandom(6).hex()
    with pytest.raises(
        (
            plain.cognito.exceptions.InvalidParameterException,
            plain.cognito.exceptions.NotAuthorizedException,
        )
    ):
        plain.cognito.sign_up(
            ClientId=plain.web.id,
            Username=who,
            Password=secrets.password(),
            UserAttributes=[{"Name": name, "Value": "true"}],
        )
    with refused("UserNotFoundException"):
        plain.user(who)


def test_a_required_attribute_has_to_be_there(make_pool):
    strict = make_pool(
        Schema=[{"Name": "given_name", "AttributeDataType": "String", "Required": True}]
    )
    with refused(
        "InvalidParameterException",
        "Attributes did not conform to the schema: given_name: The attribute is required\n",
    ):
        strict.sign_up("ann")
    strict.sign_up("ann", given_name="Ann")


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ({"email": "nonsense"}, "Invalid email address format."),
        ({"phone_number": "0171"}, "Invalid phone number format."),
    ],
)
def test_a_malformed_contact_is_refused(plain, attributes, text):
    with refused("InvalidParameterException", text):
        plain.sign_up(os.urandom(6).hex(), **attributes)


def test_a_wrong_code_is_refused_and_the_right_one_still_works(by_mail):
    person = by_mail.sign_up()
    code = by_mail.house.mailbox.code(person.name)
    wrong = "000000" if code != "000000" else "111111"
    with refused("CodeMismatchException", WRONG_CODE):
        confirm(by_mail.web, person.name, wrong)
    confirm(by_mail.web, person.name, code)


def test_a_used_code_is_refused(by_mail):
    person = by_mail.sign_up()
    code = by_mail.house.mailbox.code(person.name)
    confirm(by_mail.web, person.name, code)
    with refused("NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED"):
        confirm(by_mail.web, person.name, code)


def test_guesses_at_a_code_are_counted(by_mail):
    person = by_mail.sign_up()
    code = by_mail.house.mailbox.code(person.name)
    wrong = "000000" if code != "000000" else "111111"
    names = []
    for _ in range(20):
        try:
            confirm(by_mail.web, person.name, wrong)
        except by_mail.cognito.exceptions.ClientError as error:
            names.append(error.response["Error"]["Code"])
    assert names[0] == "CodeMismatchException"
    assert names[-1] in ("LimitExceededException", "TooManyFailedAttemptsException")


def test_guesses_at_once_are_counted_as_well(by_mail):
    person = by_mail.sign_up()
    code = by_mail.house.mailbox.code(person.name)
    wrong = [f"{number:06}" for number in range(60) if f"{number:06}" != code]

    def guess(value):
        try:
            confirm(by_mail.web, person.name, value)
        except by_mail.cognito.exceptions.ClientError as error:
            return error.response["Error"]["Code"]

    with ThreadPoolExecutor(20) as threads:
        names = list(threads.map(guess, wrong))
    assert names.count("CodeMismatchException") <= 15, names


def test_a_new_code_ends_the_earlier_one(by_mail):
    person = by_mail.sign_up()
    first = by_mail.house.mailbox.code(person.name)
    answer = by_mail.cognito.resend_confirmation_code(ClientId=by_mail.web.id, Username=person.name)
    assert answer["CodeDeliveryDetails"]["DeliveryMedium"] == "EMAIL"
    second = by_mail.house.mailbox.code(person.name, 2)
    if first != second:
        with refused("CodeMismatchException", WRONG_CODE):
            confirm(by_mail.web, person.name, first)
    confirm(by_mail.web, person.name, second)


def test_a_confirmed_user_gets_no_new_code(by_mail):
    person = by_mail.person()
    with refused("InvalidParameterException", "User is already confirmed."):
        by_mail.cognito.resend_confirmation_code(ClientId=by_mail.web.id, Username=person.name)


def test_codes_are_not_sent_without_end(by_mail):
    person = by_mail.sign_up()
    names = []
    for _ in range(8):
        try:
            by_mail.cognito.resend_confirmation_code(ClientId=by_mail.web.id, Username=person.name)
        except by_mail.cognito.exceptions.ClientError as error:
            names.append(error.response["Error"]["Code"])
    assert names and set(names) == {"LimitExceededException"}
    assert len(by_mail.house.mailbox.messages(person.name)) <= 6


def test_an_administrator_confirms(plain):
    person = plain.sign_up(os.urandom(6).hex(), email=address())
    answer = plain.cognito.admin_confirm_sign_up(UserPoolId=plain.id, Username=person.name)
    assert set(answer) == {"ResponseMetadata"}
    assert plain.user(person.name)["UserStatus"] == "CONFIRMED"
    # An administrator's word says nothing about the address.
    assert person.attributes().get("email_verified", "false") == "false"
    with refused("NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED"):
        plain.cognito.admin_confirm_sign_up(UserPoolId=plain.id, Username=person.name)
    with refused("UserNotFoundException", "User does not exist."):
        plain.cognito.admin_confirm_sign_up(UserPoolId=plain.id, Username="nobody")


def test_a_client_with_a_secret_signs_up_and_confirms(by_mail, confidential):
    person = by_mail.sign_up(client=confidential)
    person.confirm()
    assert "AccessToken" in person.sign_in()


def test_a_hash_for_a_client_without_a_secret_is_refused(by_mail):
    with refused(
        "NotAuthorizedException",
        f"Unable to verify secret hash for client {by_mail.web.id}",
    ):
        by_mail.cognito.sign_up(
            ClientId=by_mail.web.id,
            Username=address(),
            Password=secrets.password(),
            SecretHash="CXml5uNaA/Ixz+fFsh57/0lrkWI6mBpDGbU18kJV1R8=",
        )


def test_the_code_of_one_user_does_not_confirm_another(by_mail):
    ann, bob = by_mail.sign_up(), by_mail.sign_up()
    of_ann = by_mail.house.mailbox.code(ann.name)
    if of_ann != by_mail.house.mailbox.code(bob.name):
        with refused("CodeMismatchException", WRONG_CODE):
            confirm(by_mail.web, bob.name, of_ann)
