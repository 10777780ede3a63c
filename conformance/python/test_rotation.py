"""Does boto3 go on with a session whose refresh tokens are exchanged, and does a client change its secret?"""

import os
import time

import pytest
from botocore.exceptions import ClientError

from harness import tokens
from harness.checks import refused
from harness.srp import secret_hash

FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"]


def rotating(pool, grace):
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": grace}
    return pool.client(RefreshTokenRotation=rotation, ExplicitAuthFlows=FLOWS)


def exchange(client, token):
    answer = client.pool.cognito.get_tokens_from_refresh_token(
        RefreshToken=token, ClientId=client.id
    )
    return answer["AuthenticationResult"]


def test_every_refresh_token_is_good_once(plain):
    client = rotating(plain, 0)
    ann = plain.person(os.urandom(6).hex(), client=client)
    first = client.srp(ann.name, ann.password)["AuthenticationResult"]
    second = exchange(client, first["RefreshToken"])
    assert second["RefreshToken"] != first["RefreshToken"]
    origins = {tokens.claims(it["AccessToken"])["origin_jti"] for it in (first, second)}
    assert len(origins) == 1
    with refused("RefreshTokenReuseException", "Refresh token has been invalidated"):
        exchange(client, first["RefreshToken"])
    with refused("NotAuthorizedException", "Refresh Token has been revoked"):
        exchange(client, second["RefreshToken"])
    with refused("NotAuthorizedException", "Access Token has been revoked"):
        plain.cognito.get_user(AccessToken=second["AccessToken"])


def test_a_token_is_good_again_within_its_grace(plain):
    client = rotating(plain, 2)
    ann = plain.person(os.urandom(6).hex(), client=client)
    first = client.password(ann.name, ann.password)["AuthenticationResult"]["RefreshToken"]
    exchange(client, first)
    assert exchange(client, first)["RefreshToken"]
    time.sleep(2.1)
    with refused("RefreshTokenReuseException"):
        exchange(client, first)


def test_a_client_that_rotates_has_no_other_way_to_refresh(plain):
    client = rotating(plain, 0)
    ann = plain.person(os.urandom(6).hex(), client=client)
    token = client.password(ann.name, ann.password)["AuthenticationResult"]["RefreshToken"]
    with refused("UnsupportedOperationException"):
        client.refresh(token)
    with refused("InvalidParameterException"):
        plain.client(
            RefreshTokenRotation={"Feature": "ENABLED"},
            ExplicitAuthFlows=[*FLOWS, "ALLOW_REFRESH_TOKEN_AUTH"],
        )


def test_a_client_changes_its_secret_without_a_moment_between(plain):
    client = plain.client(GenerateSecret=True)
    ann = plain.person(os.urandom(6).hex(), client=client)
    cognito, named = plain.cognito, {"UserPoolId": plain.id, "ClientId": client.id}

    def sign_in(secret):
        return client.initiate(
            "USER_PASSWORD_AUTH",
            USERNAME=ann.name,
            PASSWORD=ann.password,
            SECRET_HASH=secret_hash(ann.name, client.id, secret),
        )["AuthenticationResult"]

    added = cognito.add_user_pool_client_secret(**named)["ClientSecretDescriptor"]
    assert sign_in(client.secret) and sign_in(added["ClientSecretValue"])
    listed = cognito.list_user_pool_client_secrets(**named)["ClientSecrets"]
    assert len(listed) == 2 and not any("ClientSecretValue" in it for it in listed)
    first = next(it for it in listed if it["ClientSecretId"] != added["ClientSecretId"])
    cognito.delete_user_pool_client_secret(**named, ClientSecretId=first["ClientSecretId"])
    with refused("NotAuthorizedException", "~^Unable to verify secret hash"):
        sign_in(client.secret)
    assert sign_in(added["ClientSecretValue"])
    with pytest.raises(ClientError):
        cognito.delete_user_pool_client_secret(**named, ClientSecretId=added["ClientSecretId"])
