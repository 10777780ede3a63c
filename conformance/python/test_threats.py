"""Does boto3 see what was done as a user, and is a sign-in that looks wrong answered as configured?"""

import os
import re

import pytest
import requests

from harness.checks import refused
from harness.people import address

LAPTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0.0.0 Safari/537.36"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1"
HOME, AWAY = "192.0.2.7", "203.0.113.9"
BLOCKED = "Unable to login because of security reasons"


@pytest.fixture
def watched(make_pool):
    """A pool that looks for threats and acts on them."""
    return make_pool(
        UserPoolTier="PLUS",
        UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"},
        AutoVerifiedAttributes=["email"],
    )


@pytest.fixture
def ann(watched):
    """Somebody with a proven address who has signed in at home."""
    mail = address()
    person = watched.sign_up(os.urandom(6).hex(), email=mail)
    watched.cognito.confirm_sign_up(
        ClientId=watched.web.id,
        Username=person.name,
        ConfirmationCode=watched.house.mailbox.code(mail),
    )
    person.email = mail
    sign_in(person, HOME, LAPTOP)
    return person


def sign_in(person, ip: str, user_agent: str, password: str | None = None) -> dict:
    """As a server does it for its user."""
    return person.pool.cognito.admin_initiate_auth(
        UserPoolId=person.pool.id,
        ClientId=person.client.id,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": person.name, "PASSWORD": password or person.password},
        ContextData={
            "IpAddress": ip,
            "ServerName": "app",
            "ServerPath": "/login",
            "HttpHeaders": [{"headerName": "User-Agent", "headerValue": user_agent}],
        },
    )


def configure(pool, action: str) -> None:
    answer = {"Notify": True, "EventAction": action}
    mail = {"Subject": "seen {username}", "TextBody": "{one-click-link-valid} {feedback-token}"}
    pool.cognito.set_risk_configuration(
        UserPoolId=pool.id,
        AccountTakeoverRiskConfiguration={
            "Actions": {"LowAction": answer, "MediumAction": answer, "HighAction": answer},
            "NotifyConfiguration": {
                "SourceArn": "arn:aws:ses:eu-west-1:000000000000:identity/a@example.com",
                "NoActionEmail": mail,
                "BlockEmail": mail,
            },
        },
    )


def events(person) -> list[dict]:
    named = {"UserPoolId": person.pool.id, "Username": person.name}
    return person.pool.cognito.admin_list_user_auth_events(**named)["AuthEvents"]


def test_what_was_done_is_seen(ann):
    with refused("NotAuthorizedException", "Incorrect username or password."):
        sign_in(ann, HOME, LAPTOP, "Wrong-" + ann.password)
    newest, *earlier = events(ann)
    assert (newest["EventType"], newest["EventResponse"]) == ("SignIn", "Fail")
    assert newest["ChallengeResponses"] == [
        {"ChallengeName": "Password", "ChallengeResponse": "Failure"}
    ]
    assert newest["EventContextData"] == {"IpAddress": HOME, "DeviceName": "Chrome 126, Windows"}
    assert [it["EventType"] for it in earlier] == ["SignIn", "SignUp"]
    pages = ann.pool.cognito.get_paginator("admin_list_user_auth_events").paginate(
        UserPoolId=ann.pool.id, Username=ann.name, PaginationConfig={"PageSize": 1}
    )
    assert [page["AuthEvents"][0]["EventId"] for page in pages] == [
        it["EventId"] for it in (newest, *earlier)
    ]


def test_the_address_of_a_client_is_that_of_its_connection(ann):
    ann.sign_in()
    assert events(ann)[0]["EventContextData"]["IpAddress"] in ("127.0.0.1", "::1")


def test_a_strange_sign_in_is_blocked(ann):
    configure(ann.pool, "BLOCK")
    with refused("NotAuthorizedException", BLOCKED):
        sign_in(ann, AWAY, PHONE)
    assert events(ann)[0]["EventRisk"]["RiskDecision"] == "Block"
    sign_in(ann, HOME, LAPTOP)


def test_users_and_administrators_say_whether_it_was_the_user(ann):
    cognito, mailbox = ann.pool.cognito, ann.pool.house.mailbox
    configure(ann.pool, "NO_ACTION")
    sign_in(ann, AWAY, PHONE)
    strange = events(ann)[0]
    assert strange["EventRisk"]["RiskLevel"] == "Medium"
    mails = mailbox.messages(ann.email)
    mail = next(it for it in mails if it["purpose"] == "AccountTakeOverNotification")
    assert mail["subject"] == f"seen {ann.name}"
    link, token = mail["body"].split(" ")
    named = {"UserPoolId": ann.pool.id, "Username": ann.name, "EventId": strange["EventId"]}
    cognito.update_auth_event_feedback(**named, FeedbackToken=token, FeedbackValue="Invalid")
    assert events(ann)[0]["EventFeedback"]["FeedbackValue"] == "Invalid"
    with refused("NotAuthorizedException", "Invalid feedback token"):
        wrong = re.sub("^.", "A" if token[0] != "A" else "B", token)
        cognito.update_auth_event_feedback(**named, FeedbackToken=wrong, FeedbackValue="Valid")
    assert requests.get(link, timeout=10).status_code == 200
    feedback = events(ann)[0]["EventFeedback"]
    assert (feedback["FeedbackValue"], feedback["Provider"]) == ("Valid", "User")
    cognito.admin_update_auth_event_feedback(**named, FeedbackValue="Invalid")
    assert events(ann)[0]["EventFeedback"]["Provider"] == "Admin"


def test_a_password_that_everybody_knows_is_refused(ann):
    pool, known = ann.pool, "Password123!"
    pool.cognito.set_risk_configuration(
        UserPoolId=pool.id,
        CompromisedCredentialsRiskConfiguration={"Actions": {"EventAction": "BLOCK"}},
    )
    refusal = "Provided password cannot be used for security reasons."
    with refused("InvalidPasswordException", refusal):
        pool.cognito.sign_up(ClientId=pool.web.id, Username="eve", Password=known)
    named = {"UserPoolId": pool.id, "Username": ann.name}
    pool.cognito.admin_set_user_password(**named, Password=known, Permanent=True)
    with refused("PasswordResetRequiredException"):
        pool.web.password(ann.name, known)
    assert pool.user(ann.name)["UserStatus"] == "RESET_REQUIRED"


def test_a_pool_without_the_feature_tells_so(plain):
    with refused("UserPoolAddOnNotEnabledException"):
        plain.cognito.admin_list_user_auth_events(UserPoolId=plain.id, Username="nobody")
