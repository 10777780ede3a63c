"""May people make more of themselves than others made of them? ATR-01 to ATR-08, through an SDK."""

import pytest
import requests

from harness import pages, raw, secrets, tokens
from harness.checks import refused
from harness.fronts import make_key
from harness.people import address, named, pairs

WRITES = ["email", "name", "custom:nick", "custom:frozen", "custom:size"]


@pytest.fixture(scope="module")
def pool(make_pool):
    """`custom:role` and `custom:tenant` are written by administrators alone."""
    string = {"AttributeDataType": "String", "Mutable": True}
    made = make_pool(
        UsernameConfiguration={"CaseSensitive": False},
        AliasAttributes=["email"],
        AutoVerifiedAttributes=["email"],
        Schema=[
            {"Name": "tenant", **string},
            {"Name": "role", **string},
            {"Name": "nick", **string},
            {"Name": "frozen", "AttributeDataType": "String", "Mutable": False},
            {"Name": "size", "AttributeDataType": "Number", "Mutable": True},
        ],
    )
    made.clients.insert(0, made.client(ClientName="narrow", WriteAttributes=WRITES))
    return made


@pytest.fixture
def mallory(pool):
    person = pool.sign_up(somebody(), email=address(), custom__frozen="ice")
    pool.cognito.admin_confirm_sign_up(UserPoolId=pool.id, Username=person.name)
    pool.cognito.admin_update_user_attributes(
        UserPoolId=pool.id,
        Username=person.name,
        UserAttributes=pairs({"custom:role": "member", "email_verified": "true"}),
    )
    return person


def somebody() -> str:
    return address().partition("@")[0]


def update(pool, token: str, **attributes: str):
    return pool.cognito.update_user_attributes(AccessToken=token, UserAttributes=pairs(attributes))


def test_atr_01_what_no_client_may_write_stays_as_it_is(pool, mallory):
    signed_in = mallory.sign_in()
    before = mallory.attributes()
    for attributes in (
        {"custom__role": "admin"},
        {"custom__tenant": "other"},
        {"email_verified": "true"},
        {"custom__nick": "m", "custom__role": "admin"},
        {"custom__role": ""},
    ):
        with refused("NotAuthorizedException"):
            update(pool, signed_in["AccessToken"], **attributes)
    with refused("NotAuthorizedException"):
        pool.cognito.delete_user_attributes(
            AccessToken=signed_in["AccessToken"], UserAttributeNames=["custom:role"]
        )
    assert mallory.attributes() == before and before["custom:role"] == "member"
    fresh = pool.web.refresh(signed_in["RefreshToken"])["AuthenticationResult"]
    for token in (mallory.sign_in()["IdToken"], fresh["IdToken"]):
        assert tokens.claims(token)["custom:role"] == "member"


@pytest.mark.parametrize(
    "attributes",
    [
        {"custom__role": "admin"},
        {"email_verified": "true"},
        {"sub": "c6a1f1b2-0001-70e1-b8d7-90a5c3c1f1aa"},
        {"identities": '[{"userId":"1","providerName":"Google","providerType":"Google"}]'},
        {"cognito__groups": "admins"},
    ],
    ids=lambda one: next(iter(one)),
)
def test_atr_02_a_sign_up_that_says_more_makes_nobody(pool, attributes):
    name = somebody()
    answer = raw.call(
        pool.house.identity_url,
        "SignUp",
        {
            "ClientId": pool.web.id,
            "Username": name,
            "Password": secrets.password(),
            "UserAttributes": pairs({"email": address(), **attributes}),
        },
    )
    status, error, _ = raw.error(answer)
    assert status == 400 and error in ("NotAuthorizedException", "InvalidParameterException")
    with refused("UserNotFoundException"):
        pool.user(name)


def test_atr_03_what_is_immutable_is_neither_changed_nor_removed(pool, mallory):
    token = mallory.sign_in()["AccessToken"]
    for value in ("water", ""):
        with refused("InvalidParameterException"):
            update(pool, token, custom__frozen=value)
    with refused("InvalidParameterException"):
        pool.cognito.delete_user_attributes(
            AccessToken=token, UserAttributeNames=["custom:frozen"]
        )
    assert mallory.attributes()["custom:frozen"] == "ice"


def test_atr_05_the_address_of_somebody_else_is_never_ones_own(pool, mallory):
    alice = pool.person(somebody(), email=address())
    mail = alice.attributes()["email"]
    verified = pairs({"email_verified": "true"})
    pool.cognito.admin_update_user_attributes(
        UserPoolId=pool.id, Username=alice.name, UserAttributes=verified
    )
    token = mallory.sign_in()["AccessToken"]
    for spelling in (mail.upper(), mail.title(), mail):
        try:
            update(pool, token, email=spelling)
        except pool.cognito.exceptions.AliasExistsException:
            continue
        # Pending only: it is proven by nobody, and names nobody.
        claims = tokens.claims(mallory.sign_in()["IdToken"])
        is_hers = claims["email"].lower() == mail.lower()
        assert not (is_hers and claims["email_verified"]), claims
        with refused("NotAuthorizedException"):
            pool.web.password(spelling, mallory.password)
    assert pool.web.password(mail.upper(), alice.password)["AuthenticationResult"]
    assert named(pool.user(mail)["UserAttributes"])["sub"] == alice.sub


def test_atr_06_a_token_without_the_scope_speaks_for_nobody(starter):
    person = starter.person()
    token = pages.access_token(person, "openid", "email")
    cognito = starter.cognito
    for call in (
        lambda: cognito.get_user(AccessToken=token),
        lambda: update(starter, token, name="x"),
        lambda: cognito.delete_user_attributes(AccessToken=token, UserAttributeNames=["name"]),
        lambda: cognito.change_password(
            AccessToken=token,
            PreviousPassword=person.password,
            ProposedPassword=secrets.password(),
        ),
        lambda: cognito.global_sign_out(AccessToken=token),
        lambda: cognito.delete_user(AccessToken=token),
    ):
        with refused("NotAuthorizedException", "Access Token does not have required scopes"):
            call()
    assert "name" not in person.attributes() and person.sign_in()
    answer = requests.patch(
        f"{starter.house.api_url}/public/user/me",
        json={"name": "x"},
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    )
    assert answer.status_code in (401, 403)


def test_atr_07_values_that_are_none_are_refused(pool, mallory):
    token = mallory.sign_in()["AccessToken"]
    before = mallory.attributes()
    for attributes in (
        {"custom__nick": "x" * 2_049},
        {"custom__size": "large"},
        {"custom__nothing": "x"},
    ):
        with refused("InvalidParameterException"):
            update(pool, token, **attributes)
        with refused("InvalidParameterException"):
            pool.sign_up(somebody(), email=address(), **attributes)
    assert mallory.attributes() == before


def test_atr_08_what_a_client_tells_functions_is_in_no_token_and_no_profile(house, starter):
    """In the pool of the starter, whose functions make the profile and the claims."""
    said = {"role": "admin", "custom:role": "admin", "groups": "admins", "tenant": "said-by-client"}
    cognito, name, password = starter.cognito, address(), secrets.password()
    client = starter.web.id
    cognito.sign_up(ClientId=client, Username=name, Password=password, ClientMetadata=said)
    cognito.confirm_sign_up(
        ClientId=client,
        Username=name,
        ConfirmationCode=house.mailbox.code(name),
        ClientMetadata=said,
    )
    first = cognito.initiate_auth(
        ClientId=client,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": password},
        ClientMetadata=said,
    )["AuthenticationResult"]
    again = cognito.initiate_auth(
        ClientId=client,
        AuthFlow="REFRESH_TOKEN_AUTH",
        AuthParameters={"REFRESH_TOKEN": first["RefreshToken"]},
        ClientMetadata=said,
    )["AuthenticationResult"]
    shown = [
        str(tokens.claims(result[token]))
        for result in (first, again)
        for token in ("AccessToken", "IdToken")
    ]
    shown.append(str(starter.user(name)["UserAttributes"]))
    key = make_key(house, "promotion", "read")
    profile = requests.get(
        f"{house.api_url}/user/email/{name}", headers={"x-api-key": key}, timeout=30
    )
    assert profile.status_code == 200, profile.text
    shown.append(profile.text)
    for text in shown:
        assert "admins" not in text and "said-by-client" not in text and "'admin'" not in text
        assert '"role"' not in text and "'role'" not in text and "custom:role" not in text


@pytest.mark.parametrize(
    ("operation", "member"),
    [
        ("ConfirmSignUp", "ConfirmationCode"),
        ("ConfirmForgotPassword", "ConfirmationCode"),
        ("ConfirmForgotPassword", "Password"),
        ("ChangePassword", "PreviousPassword"),
        ("ChangePassword", "ProposedPassword"),
        ("VerifyUserAttribute", "Code"),
        ("VerifySoftwareToken", "UserCode"),
        ("RespondToAuthChallenge", "Session"),
        ("InitiateAuth", "AuthParameters"),
        ("ForgotPassword", "Username"),
    ],
)
def test_dos_02_a_megabyte_is_not_worked_on(pool, mallory, operation, member):
    long = "Aa1!" * 262_144
    body = {
        "ClientId": pool.web.id,
        "Username": mallory.name,
        "AccessToken": "a.b.c",
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ChallengeName": "SMS_MFA",
        "ChallengeResponses": {"USERNAME": mallory.name, "SMS_MFA_CODE": "1"},
        "AttributeName": "email",
        "ConfirmationCode": "123456",
        "Password": "x",
        "PreviousPassword": "x",
        "ProposedPassword": "x",
        "Code": "123456",
        "UserCode": "123456",
    }
    body[member] = {"USERNAME": mallory.name, "PASSWORD": long} if member == "AuthParameters" else long
    answer = raw.call(pool.house.identity_url, operation, body)
    assert 400 <= answer.status_code < 500, answer.text[:300]
    assert len(answer.content) < 10_000
    assert mallory.sign_in()
