"""Is every member that a pool and a client can be made with told back?

The members come from the service's model, so that a new one is asked for the day it is there; the
values that have to mean something are below.
"""

import pytest

from harness import constraints

FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:not-there"
CODE = "Your code is {####}"

POOL = {
    "PoolName": "everything",
    "Policies.PasswordPolicy.MinimumLength": 12,
    "Policies.PasswordPolicy.PasswordHistorySize": 3,
    "Policies.PasswordPolicy.TemporaryPasswordValidityDays": 5,
    "Policies.SignInPolicy.AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"],
    "LambdaConfig.KMSKeyID": "arn:aws:kms:eu-west-1:000000000000:key/0a1b",
    "LambdaConfig.PreTokenGenerationConfig.LambdaVersion": "V2_0",
    "AutoVerifiedAttributes": ["email", "phone_number"],
    "AliasAttributes": ["email", "preferred_username"],
    "UsernameAttributes": ["email", "phone_number"],
    "SmsVerificationMessage": CODE,
    "EmailVerificationMessage": CODE,
    "VerificationMessageTemplate.SmsMessage": CODE,
    "VerificationMessageTemplate.EmailMessage": CODE,
    "VerificationMessageTemplate.EmailMessageByLink": "{##Confirm##}",
    "MfaConfiguration": "OPTIONAL",
    "UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate": ["email"],
    "EmailConfiguration.EmailSendingAccount": "DEVELOPER",
    "EmailConfiguration.SourceArn": "arn:aws:ses:eu-west-1:000000000000:identity/example.com",
    "EmailConfiguration.From": "Orchard <no-reply@example.com>",
    "SmsConfiguration.SnsRegion": "eu-west-1",
    "SmsConfiguration.EumsSms.Region": "eu-west-1",
    "AdminCreateUserConfig.UnusedAccountValidityDays": 5,
    "AdminCreateUserConfig.InviteMessageTemplate.SMSMessage": "{username} {####}",
    "AdminCreateUserConfig.InviteMessageTemplate.EmailMessage": "{username} {####}",
    "Schema": [
        {
            "Name": "word",
            "AttributeDataType": "String",
            "DeveloperOnlyAttribute": False,
            "Mutable": True,
            "Required": False,
            "StringAttributeConstraints": {"MinLength": "1", "MaxLength": "20"},
        },
        {
            "Name": "count",
            "AttributeDataType": "Number",
            "DeveloperOnlyAttribute": False,
            "Mutable": False,
            "Required": False,
            "NumberAttributeConstraints": {"MinValue": "1", "MaxValue": "20"},
        },
    ],
    "UserPoolAddOns.AdvancedSecurityMode": "ENFORCED",
    "DcrConfiguration.AllowedScopes": ["openid"],
    "UsernameConfiguration.CaseSensitive": False,
    "UserPoolTier": "PLUS",
}
CLIENT = {
    "ClientName": "everything",
    "ClientSecret": "0a1b2c3d4e5f0a1b2c3d4e5f0a1b2c3d",
    "RefreshTokenValidity": 90,
    "AccessTokenValidity": 600,
    "IdTokenValidity": 20,
    "TokenValidityUnits": {"AccessToken": "seconds", "IdToken": "minutes", "RefreshToken": "days"},
    "ReadAttributes": ["email", "name"],
    "WriteAttributes": ["email", "name"],
    "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"],
    "SupportedIdentityProviders": ["COGNITO"],
    "CallbackURLs": ["https://example.com/in", "myapp://in"],
    "LogoutURLs": ["https://example.com/out"],
    "DefaultRedirectURI": "https://example.com/in",
    "AllowedOAuthFlows": ["code"],
    "AllowedOAuthScopes": ["openid", "email"],
    "PreventUserExistenceErrors": "ENABLED",
    "AuthSessionValidity": 7,
    "RefreshTokenRotation.RetryGracePeriodSeconds": 30,
}


def whole(name: str, values: dict[str, object], path: str = ""):
    """An input with every member of its shape."""
    if path in values:
        return values[path]
    shape = constraints.SHAPES[name]
    match constraints.kind(name):
        case "structure":
            return {
                member: whole(target["shape"], values, f"{path}.{member}".lstrip("."))
                for member, target in shape.get("members", {}).items()
            }
        case "list":
            return [whole(shape["member"]["shape"], values, f"{path}[]")]
        case "map":
            key = constraints.example(shape["key"]["shape"], {})
            return {key: whole(shape["value"]["shape"], values, f"{path}.{key}")}
    if path.startswith("LambdaConfig.") and name == "ArnType":
        return FUNCTION
    return constraints.example(name, {})


def forgotten(name: str, sent: list, path: str = "") -> list[str]:
    """The members of a shape that none of these has: what is given above whole may lack one."""
    shape = constraints.SHAPES[name]
    match constraints.kind(name):
        case "structure":
            missing = []
            for member, target in shape.get("members", {}).items():
                there = [one[member] for one in sent if member in one]
                where = f"{path}.{member}".lstrip(".")
                missing += forgotten(target["shape"], there, where) if there else [where]
            return missing
        case "list":
            return forgotten(shape["member"]["shape"], [it for one in sent for it in one], path)
        case "map":
            there = [it for one in sent for it in one.values()]
            return forgotten(shape["value"]["shape"], there, path)
    return []


def lost(sent, told, path: str = "") -> list[str]:
    """What was sent and is not told back."""
    match sent, told:
        case dict(), dict():
            return [
                one
                for member, value in sent.items()
                for one in lost(value, told.get(member), f"{path}.{member}")
            ]
        case list(), list() if sent and isinstance(sent[0], dict):
            return [
                f"{path}: {one}" for one in sent if all(lost(one, another) for another in told)
            ]
        case list(), list():
            return [] if sorted(sent) == sorted(told) else [f"{path}: {sent} became {told}"]
    return [] if sent == told else [f"{path}: {sent!r} became {told!r}"]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("CreateUserPoolRequest", POOL),
        ("UpdateUserPoolRequest", POOL),
        ("CreateUserPoolClientRequest", CLIENT),
        ("UpdateUserPoolClientRequest", CLIENT),
    ],
)
def test_no_member_is_forgotten(name, values):
    assert forgotten(name, [whole(name, values)]) == []


@pytest.fixture(params=["UsernameAttributes", "AliasAttributes"])
def sent(request) -> dict:
    """All that a pool can be made with, without one of the two that exclude each other."""
    body = whole("CreateUserPoolRequest", POOL)
    del body[request.param]
    return body


@pytest.fixture
def pool(house, sent):
    made = house.cognito.create_user_pool(**sent)["UserPool"]
    yield made
    house.cognito.update_user_pool(UserPoolId=made["Id"], DeletionProtection="INACTIVE")
    house.cognito.delete_user_pool(UserPoolId=made["Id"])


def expected(sent: dict) -> dict:
    """As a description puts it."""
    told = {name: value for name, value in sent.items() if name not in ("PoolName", "Schema")}
    told["Name"] = sent["PoolName"]
    told["SchemaAttributes"] = [
        {**one, "Name": f"custom:{one['Name']}"} for one in sent["Schema"]
    ]
    return told


def test_a_pool_with_everything_is_told_back(house, sent, pool):
    described = house.cognito.describe_user_pool(UserPoolId=pool["Id"])["UserPool"]
    assert lost(expected(sent), pool) == []
    assert lost(expected(sent), described) == []


def test_an_update_with_everything_is_told_back(house, sent, pool):
    update = whole("UpdateUserPoolRequest", POOL | {"UserPoolId": pool["Id"]})
    house.cognito.update_user_pool(UserPoolId=pool["Id"])
    house.cognito.update_user_pool(**update)
    del update["UserPoolId"]
    described = house.cognito.describe_user_pool(UserPoolId=pool["Id"])["UserPool"]
    assert lost(expected({**update, "Schema": sent["Schema"]}), described) == []


def test_a_client_with_everything_is_told_back(house, pool):
    body = whole("CreateUserPoolClientRequest", CLIENT | {"UserPoolId": pool["Id"]})
    generated = body.pop("GenerateSecret")
    assert generated is True, "a secret is given or made"
    made = house.cognito.create_user_pool_client(**body)["UserPoolClient"]
    which = {"UserPoolId": pool["Id"], "ClientId": made["ClientId"]}
    described = house.cognito.describe_user_pool_client(**which)["UserPoolClient"]
    assert lost(body, made) == [] and lost(body, described) == []
    update = whole("UpdateUserPoolClientRequest", CLIENT | which)
    house.cognito.update_user_pool_client(**which)
    updated = house.cognito.update_user_pool_client(**update)["UserPoolClient"]
    described = house.cognito.describe_user_pool_client(**which)["UserPoolClient"]
    assert lost(update, updated) == [] and lost(update, described) == []
