"""Does a device that was confirmed stand for itself at the next sign-in, with pycognito and with boto3?"""

import os

import pytest
from pycognito.aws_srp import AWSSRP, generate_hash_device

from harness import tokens
from harness.checks import refused


@pytest.fixture(scope="module")
def tracking(make_pool):
    """Every device is remembered as soon as it is confirmed."""
    return make_pool(
        DeviceConfiguration={
            "ChallengeRequiredOnNewDevice": True,
            "DeviceOnlyRememberedOnUserPrompt": False,
        }
    )


@pytest.fixture(scope="module")
def prompting(make_pool):
    """A device is remembered once its user says so."""
    return make_pool(DeviceConfiguration={"DeviceOnlyRememberedOnUserPrompt": True})


def srp(pool, person, **device):
    return AWSSRP(
        username=person.name,
        password=person.password,
        pool_id=pool.id,
        client_id=pool.web.id,
        client=pool.cognito,
        **device,
    )


def confirm(pool, result, name="phone"):
    """pycognito's own call goes to AWS only, so boto3 makes it with what pycognito computes."""
    metadata = result["NewDeviceMetadata"]
    key, group = metadata["DeviceKey"], metadata["DeviceGroupKey"]
    password, verifier = generate_hash_device(group, key)
    answer = pool.cognito.confirm_device(
        AccessToken=result["AccessToken"],
        DeviceKey=key,
        DeviceName=name,
        DeviceSecretVerifierConfig=verifier,
    )
    device = {"device_key": key, "device_group_key": group, "device_password": password}
    return device, answer["UserConfirmationNecessary"]


def attributes(device):
    return {it["Name"]: it["Value"] for it in device["DeviceAttributes"]}


# Salts and verifiers that begin with a zero or a high bit are where libraries differ.
@pytest.mark.parametrize("_turn", range(12))
def test_pycognito_signs_in_on_a_remembered_device(tracking, _turn):
    ann = tracking.person(os.urandom(6).hex())
    first = srp(tracking, ann).authenticate_user()["AuthenticationResult"]
    device, asks = confirm(tracking, first)
    assert not asks
    result = srp(tracking, ann, **device).authenticate_user()["AuthenticationResult"]
    assert "NewDeviceMetadata" not in result
    assert tokens.claims(result["AccessToken"])["device_key"] == device["device_key"]
    assert "device_key" not in tokens.claims(result["IdToken"])


def test_another_device_does_not_pass_for_a_remembered_one(tracking):
    ann = tracking.person(os.urandom(6).hex())
    first = srp(tracking, ann).authenticate_user()["AuthenticationResult"]
    device, _ = confirm(tracking, first)
    device["device_password"] += "x"
    with refused("NotAuthorizedException", "Incorrect username or password."):
        srp(tracking, ann, **device).authenticate_user()


def test_a_user_says_which_devices_are_remembered(prompting):
    cognito = prompting.cognito
    ann = prompting.person(os.urandom(6).hex())
    first = srp(prompting, ann).authenticate_user()["AuthenticationResult"]
    device, asks = confirm(prompting, first, "tablet")
    assert asks
    access, key = first["AccessToken"], device["device_key"]
    plain = srp(prompting, ann, **device).authenticate_user()["AuthenticationResult"]
    assert tokens.claims(plain["AccessToken"])["device_key"] == key
    cognito.update_device_status(
        AccessToken=access, DeviceKey=key, DeviceRememberedStatus="remembered"
    )
    assert srp(prompting, ann, **device).authenticate_user()["AuthenticationResult"]

    got = cognito.get_device(AccessToken=access, DeviceKey=key)["Device"]
    assert attributes(got)["device_name"] == "tablet"
    assert got["DeviceLastAuthenticatedDate"] >= got["DeviceCreateDate"]
    mine = cognito.list_devices(AccessToken=access, Limit=5)["Devices"]
    assert [it["DeviceKey"] for it in mine] == [key]
    listed = cognito.admin_list_devices(UserPoolId=prompting.id, Username=ann.name, Limit=5)
    assert [it["DeviceKey"] for it in listed["Devices"]] == [key]
    cognito.admin_update_device_status(
        UserPoolId=prompting.id,
        Username=ann.name,
        DeviceKey=key,
        DeviceRememberedStatus="not_remembered",
    )
    admin = {"UserPoolId": prompting.id, "Username": ann.name, "DeviceKey": key}
    got = cognito.admin_get_device(**admin)["Device"]
    assert attributes(got)["dev:device_remembered_status"] == "not_remembered"
    cognito.forget_device(AccessToken=access, DeviceKey=key)
    with refused("ResourceNotFoundException", "Device does not exist."):
        cognito.admin_forget_device(**admin)
    with refused("ResourceNotFoundException", "Device does not exist."):
        srp(prompting, ann, **device).authenticate_user()


def test_an_administrator_forgets_a_device(tracking):
    ann = tracking.person(os.urandom(6).hex())
    first = srp(tracking, ann).authenticate_user()["AuthenticationResult"]
    device, _ = confirm(tracking, first)
    admin = {"UserPoolId": tracking.id, "Username": ann.name, "DeviceKey": device["device_key"]}
    tracking.cognito.admin_forget_device(**admin)
    with refused("ResourceNotFoundException", "Device does not exist."):
        tracking.cognito.admin_get_device(**admin)
    with refused("ResourceNotFoundException", "Device does not exist."):
        srp(tracking, ann, **device).authenticate_user()


def test_a_session_goes_on_with_its_device_only(tracking):
    ann = tracking.person(os.urandom(6).hex())
    first = srp(tracking, ann).authenticate_user()["AuthenticationResult"]
    token, key = first["RefreshToken"], first["NewDeviceMetadata"]["DeviceKey"]
    with refused("NotAuthorizedException", "Invalid Refresh Token"):
        tracking.web.initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token)
    fresh = tracking.web.initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token, DEVICE_KEY=key)
    assert tokens.claims(fresh["AuthenticationResult"]["AccessToken"])["device_key"] == key
    fresh = tracking.cognito.get_tokens_from_refresh_token(
        RefreshToken=token, ClientId=tracking.web.id, DeviceKey=key
    )
    assert "RefreshToken" not in fresh["AuthenticationResult"]
