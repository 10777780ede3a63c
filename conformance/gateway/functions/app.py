"""What a function behind a gateway is told, and a judge of tokens."""

import json

CONTEXT = ("stage", "resourcePath", "routeKey", "authorizer")


def echo(event, context):
    """Answers the parts of the event that are the same at every request."""
    told = {
        key: event.get(key)
        for key in (
            "version",
            "resource",
            "routeKey",
            "path",
            "rawPath",
            "httpMethod",
            "pathParameters",
            "queryStringParameters",
            "multiValueQueryStringParameters",
            "stageVariables",
            "cookies",
            "body",
            "isBase64Encoded",
        )
    }
    told["context"] = {key: event["requestContext"].get(key) for key in CONTEXT}
    told["context"]["apiKeyId"] = bool(event["requestContext"].get("identity", {}).get("apiKeyId"))
    lower = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    told["headers"] = {name: lower.get(name) for name in ("x-own", "content-type", "host")}
    if (event.get("queryStringParameters") or {}).get("binary"):
        return {"statusCode": 200, "headers": {"Content-Type": "image/png"},
                "body": "iVBORw0KGgo=", "isBase64Encoded": True}
    return {"statusCode": 200, "headers": {"Content-Type": "application/json", "X-From": "echo"},
            "body": json.dumps(told)}


def judge(event, context):
    """Lets `Bearer yes` in, in the form that the authorizer asks for."""
    if event.get("version") == "2.0":
        token = (event.get("headers") or {}).get("authorization")
        return {"isAuthorized": token == "Bearer yes", "context": {"who": "ann"}}
    effect = "Allow" if event["authorizationToken"] == "Bearer yes" else "Deny"
    return {
        "principalId": "ann",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
            ],
        },
        "context": {"who": "ann"},
    }
