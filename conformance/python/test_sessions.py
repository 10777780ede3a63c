"""Does boto3 see and end sessions, and grow, tag and trim what a pool and its people have?"""

import os

import pytest

from harness.checks import refused


@pytest.fixture
def tracked(make_pool):
    """Two sessions of a user at most."""
    pool = make_pool()
    set_to = pool.cognito.set_user_pool_session_configuration(
        UserPoolId=pool.id, UserSessionTracking="ENABLED", TokenSession={"MaxPerUser": 2}
    )
    got = pool.cognito.get_user_pool_session_configuration(UserPoolId=pool.id)
    for answer in (set_to, got):
        assert answer["UserSessionTracking"] == "ENABLED"
        assert answer["TokenSession"] == {"MaxPerUser": 2}
    return pool


def test_sessions_are_seen_and_ended(tracked):
    cognito, ann = tracked.cognito, tracked.person(os.urandom(6).hex())
    first, second = ann.sign_in(), ann.sign_in()
    listed = cognito.list_user_sessions(AccessToken=second["AccessToken"])["Sessions"]
    assert sorted(it["IsCurrentSession"] for it in listed) == [False, True]
    other = next(it["SessionId"] for it in listed if not it["IsCurrentSession"])
    cognito.revoke_user_session(AccessToken=second["AccessToken"], SessionId=other)
    with refused("NotAuthorizedException", "Refresh Token has been revoked"):
        tracked.web.refresh(first["RefreshToken"])

    named = {"UserPoolId": tracked.id, "Username": ann.name}
    [last] = cognito.admin_list_user_sessions(**named)["Sessions"]
    cognito.admin_revoke_user_session(**named, SessionId=last["SessionId"])
    with refused("NotAuthorizedException", "Access Token has been revoked"):
        cognito.get_user(AccessToken=second["AccessToken"])


def test_a_client_keeps_its_session_settings(tracked):
    named = {"UserPoolId": tracked.id, "ClientId": tracked.web.id}
    cognito, wanted = tracked.cognito, {"MaxValidityMinutes": 5}
    assert cognito.get_user_pool_client_session_configuration(**named)["SSOSession"] == {
        "MaxValidityMinutes": 60
    }
    cognito.set_user_pool_client_session_configuration(**named, SSOSession=wanted)
    assert cognito.get_user_pool_client_session_configuration(**named)["SSOSession"] == wanted


def test_attributes_come_later_and_go_again(make_pool):
    pool = make_pool()
    cognito = pool.cognito
    cognito.add_custom_attributes(
        UserPoolId=pool.id, CustomAttributes=[{"Name": "tier", "AttributeDataType": "String"}]
    )
    client = pool.client()
    ann = pool.person(os.urandom(6).hex(), client=client, name="Ann", custom__tier="gold")
    access = ann.sign_in()["AccessToken"]
    cognito.delete_user_attributes(AccessToken=access, UserAttributeNames=["custom:tier"])
    cognito.admin_delete_user_attributes(
        UserPoolId=pool.id, Username=ann.name, UserAttributeNames=["name"]
    )
    assert set(ann.attributes()) == {"sub"}
    with refused("InvalidParameterException", "~^Invalid user attributes: user.custom:none"):
        cognito.delete_user_attributes(AccessToken=access, UserAttributeNames=["custom:none"])


def test_tags_come_and_go(make_pool):
    pool = make_pool(UserPoolTags={"team": "a"})
    cognito = pool.cognito
    arn = cognito.describe_user_pool(UserPoolId=pool.id)["UserPool"]["Arn"]
    cognito.tag_resource(ResourceArn=arn, Tags={"cost": "1"})
    tags = cognito.list_tags_for_resource(ResourceArn=arn)["Tags"]
    assert tags == {"team": "a", "cost": "1"}
    cognito.untag_resource(ResourceArn=arn, TagKeys=["team"])
    assert cognito.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"cost": "1"}
