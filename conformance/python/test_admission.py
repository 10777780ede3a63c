"""Who may call what? The cases ADM run against `serve`, which verifies signatures."""

import json
import os
import socket
from datetime import timedelta

import pytest
import requests
from botocore.exceptions import ClientError

from harness import house as houses
from harness import raw, sigv4
from harness.checks import refused
from harness.people import starter_of
from test_wire import ADMIN, PUBLIC

SIGNATURE = {
    "AccessDeniedException",
    "ExpiredTokenException",
    "IncompleteSignatureException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}


@pytest.fixture(scope="module")
def guarded(house, admin_is_checked, folder):
    """The shared server if it verifies signatures, else a `serve` of our own."""
    if admin_is_checked:
        yield house
        return
    place = folder / "guarded"
    server, made = houses.serve(place, houses.Keys(place), f"embedded:{place / 'data'}")
    yield made
    server.stop()


def denied(answer, *names):
    assert answer.status_code in (400, 403), answer.text
    name = answer.json()["__type"]
    assert name in (names or SIGNATURE), answer.text


def test_a_right_signature_is_let_in(guarded):
    assert sigv4.call(guarded, "ListUserPools", {"MaxResults": 1}).status_code == 200


@pytest.mark.parametrize("operation", ADMIN)
def test_adm_01_no_signature(guarded, operation):
    answer = raw.call(guarded.identity_url, operation, {"UserPoolId": guarded.pool_id})
    denied(answer, "MissingAuthenticationTokenException")
    assert answer.json()["message"] == "Missing Authentication Token"


def test_adm_01_a_wrong_secret(guarded):
    answer = sigv4.call(
        guarded,
        "ListUserPools",
        {"MaxResults": 1},
        access_key=(guarded.access_key[0], guarded.access_key[1] + "x"),
    )
    denied(answer, "InvalidSignatureException", "SignatureDoesNotMatch")


def test_adm_01_an_unknown_key(guarded):
    answer = sigv4.call(
        guarded, "ListUserPools", {"MaxResults": 1}, access_key=("AKIANOBODYKNOWSTHIS", "x" * 40)
    )
    denied(answer, "UnrecognizedClientException")


@pytest.mark.parametrize("minutes", [-20, 20])
def test_adm_01_a_clock_that_is_wrong(guarded, minutes):
    answer = sigv4.call(
        guarded, "ListUserPools", {"MaxResults": 1}, late=timedelta(minutes=minutes)
    )
    denied(answer, "InvalidSignatureException", "SignatureDoesNotMatch", "ExpiredTokenException")


def test_a_clock_that_is_slightly_wrong_is_let_in(guarded):
    answer = sigv4.call(guarded, "ListUserPools", {"MaxResults": 1}, late=timedelta(minutes=-3))
    assert answer.status_code == 200


def test_adm_01_a_body_changed_after_signing(guarded):
    answer = sigv4.call(guarded, "ListUserPools", {"MaxResults": 1}, sent=b'{"MaxResults": 2}')
    denied(answer, "InvalidSignatureException", "SignatureDoesNotMatch")


def test_adm_01_another_operation_than_the_signed_one(guarded):
    body = {"MaxResults": 1}
    signed = sigv4.headers(
        guarded.identity_url,
        "ListUserPools",
        json.dumps(body).encode(),
        guarded.access_key,
        guarded.region,
    )
    signed["x-amz-target"] = f"{raw.SERVICE}.DescribeUserPool"
    signed["X-Amz-Target"] = signed.pop("x-amz-target")
    answer = requests.post(
        guarded.identity_url + "/", data=json.dumps(body), headers=signed, timeout=10
    )
    denied(answer, "InvalidSignatureException", "SignatureDoesNotMatch")


def test_adm_01_a_session_token_that_nobody_gave(guarded):
    answer = sigv4.call(
        guarded, "ListUserPools", {"MaxResults": 1}, session_token="IQoJb3JpZ2luX2VjE"
    )
    denied(answer)


@pytest.mark.parametrize("service", ["s3", "cognito-identity", ""])
def test_adm_01_a_signature_for_another_service(guarded, service):
    answer = sigv4.call(guarded, "ListUserPools", {"MaxResults": 1}, service=service)
    denied(answer)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "garbage",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=, SignedHeaders=, Signature=",
        "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=00",
        "Bearer token",
        "x" * 10_000,
    ],
    ids=lambda value: value[:30] or "empty",
)
def test_adm_01_a_broken_signature(guarded, value):
    answer = raw.call(
        guarded.identity_url,
        "ListUserPools",
        {"MaxResults": 1},
        headers={"Authorization": value, "X-Amz-Date": "20260101T000000Z"},
    )
    denied(answer)


@pytest.mark.parametrize("operation", PUBLIC)
def test_public_operations_need_no_signature_and_ignore_a_wrong_one(guarded, operation):
    for headers in ({}, {"Authorization": "AWS4-HMAC-SHA256 Credential=x"}):
        answer = raw.call(guarded.identity_url, operation, {}, headers=headers)
        # Refused for what is missing in it, not for who asks.
        assert raw.error(answer)[1] == "InvalidParameterException"


def test_atr_09_a_users_token_is_no_signature(guarded):
    token = starter_of(guarded).person().sign_in()["AccessToken"]
    for operation in ("AdminUpdateUserAttributes", "AdminAddUserToGroup", "ListUsers"):
        answer = raw.call(
            guarded.identity_url,
            operation,
            {"UserPoolId": guarded.pool_id, "AccessToken": token, "Username": "x"},
            headers={"Authorization": f"Bearer {token}"},
        )
        denied(answer)


@pytest.mark.parametrize(
    "key",
    [
        ("test", "test"),
        ("local", "local"),
        ("any", "credentials"),
        ("admin", "admin"),
        ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ],
)
def test_adm_02_no_default_key_works(guarded, key):
    client = guarded.client(aws_access_key_id=key[0], aws_secret_access_key=key[1])
    with pytest.raises(ClientError) as caught:
        client.list_user_pools(MaxResults=1)
    assert caught.value.response["Error"]["Code"] in SIGNATURE


def test_adm_02_a_fresh_install_has_no_user(guarded):
    for user in guarded.cognito.list_users(UserPoolId=guarded.pool_id)["Users"]:
        # Whoever is here was made by a test of this run.
        attributes = {a["Name"]: a["Value"] for a in user["Attributes"]}
        assert attributes["email"].endswith("@example.com")


def test_adm_02_the_server_listens_on_loopback_alone(guarded):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # No packet leaves: this only asks which address would be used.
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no address but loopback")
        outside = probe.getsockname()[0]
    if outside.startswith("127."):
        pytest.skip("this machine has no address but loopback")
    for port in (houses.port_of(guarded.identity_url), houses.port_of(guarded.api_url)):
        with pytest.raises(OSError):
            socket.create_connection((outside, port), timeout=2).close()


def test_pools_are_made_and_listed_in_the_region_of_the_signature(guarded):
    other = "us-east-2" if guarded.region != "us-east-2" else "us-west-2"
    client = guarded.client(region_name=other)
    assert client.list_user_pools(MaxResults=60)["UserPools"] == []
    with refused("ResourceNotFoundException"):
        client.describe_user_pool(UserPoolId=f"{other}_{os.urandom(4).hex()}")
    made = client.create_user_pool(PoolName="elsewhere")["UserPool"]["Id"]
    assert made.startswith(f"{other}_")
    assert [pool["Id"] for pool in client.list_user_pools(MaxResults=60)["UserPools"]] == [made]
    client.delete_user_pool(UserPoolId=made)


def test_mails_are_shown_in_dev_only(guarded):
    for path in ("/_poolhouse/messages?to=x@example.com", "/_poolhouse/"):
        answer = requests.get(guarded.identity_url + path, timeout=10)
        assert answer.status_code in (403, 404)
