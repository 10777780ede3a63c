"""A Lambda authorizer that decides what the token says it should decide."""

import json
import os
import time
import urllib.error
import urllib.request

HERE = {"calls": 0}


def policy(*statements, **more):
    return {
        "principalId": "user|ann",
        "policyDocument": {"Version": "2012-10-17", "Statement": list(statements)},
        **more,
    }


def statement(effect, resource="*", **more):
    return {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource, **more}


def is_good(access_token):
    """Whether the pool still knows the session of this token."""
    asking = urllib.request.Request(
        os.environ["AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"],
        json.dumps({"AccessToken": access_token}).encode(),
        {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "AWSCognitoIdentityProviderService.GetUser",
        },
    )
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asking, timeout=4):
            return True
    except urllib.error.HTTPError:
        return False


def handler(event, _):
    HERE["calls"] += 1
    with open(os.environ["JUDGED"], "a") as told:
        told.write(json.dumps(event) + "\n")
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    order = event.get("authorizationToken") or headers.get("authorization") or headers.get("x-who")
    order, _, rest = (order or "nobody").removeprefix("Bearer ").partition("/")
    if order == "whoever":
        order = "allow" if is_good(rest) else "nobody"
    context = {"text": "x", "number": 1, "truth": True, "call": str(HERE["calls"])}
    arn = event.get("methodArn") or event.get("routeArn")
    answers = {
        "allow": lambda: policy(statement("Allow"), context=context),
        "echo": lambda: policy(statement("Allow", arn), context=context),
        "alpha-only": lambda: policy(
            statement("Allow", "arn:aws:execute-api:*:*:*/prod/GET/*alpha*"), context=context
        ),
        "deny": lambda: policy(statement("Deny")),
        "deny-beside": lambda: policy(
            statement("Allow"), statement("Deny", "*/GET/*alpha*", Sid="NoAlpha")
        ),
        "from-here": lambda: policy(
            statement("Allow", Condition={"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}})
        ),
        "from-elsewhere": lambda: policy(
            statement("Allow", Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}})
        ),
        "all-but": lambda: policy(
            {"NotAction": "s3:*", "Effect": "Allow", "NotResource": "*/GET/*alpha*"}
        ),
        "gold": lambda: policy(statement("Allow"), usageIdentifierKey=os.environ["GOLD"]),
        "no-principal": lambda: {"policyDocument": policy(statement("Allow"))["policyDocument"]},
        "no-policy": lambda: {"principalId": "ann"},
        "no-statement": lambda: policy(),
        "nested": lambda: policy(statement("Allow"), context={"a": {"b": 1}}),
        "claims": lambda: policy(statement("Allow"), context={"claims": "x"}),
        "long-resource": lambda: policy(statement("Allow"), statement("Allow", "x" * 513)),
        "huge": lambda: policy(statement("Allow"), context={"a": "x" * 10_000_000}),
        "yes": lambda: {"isAuthorized": True, "context": {"list": [1, {"a": None}], "n": 1}},
        "no": lambda: {"isAuthorized": False},
        "text-true": lambda: {"isAuthorized": "true"},
        "text-false": lambda: {"isAuthorized": "false"},
        "one": lambda: {"isAuthorized": 1},
        "null": lambda: {"isAuthorized": None},
    }
    if order in answers:
        return answers[order]()
    if order == "sleep":
        time.sleep(60)
    if order == "exit":
        os._exit(3)
    raise Exception("Unauthorized" if order == "nobody" else f"I do not know {order}")
