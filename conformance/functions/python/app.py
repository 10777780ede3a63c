"""A function before tokens, as one writes it for Cognito and Lambda."""


def handler(event, context):
    event["response"] = {
        "claimsAndScopeOverrideDetails": {
            "idTokenGeneration": {"claimsToAddOrOverride": {"written_in": "Python"}},
            "accessTokenGeneration": {
                "claimsToAddOrOverride": {"function": context.function_name},
                "scopesToAdd": ["pages/read"],
            },
        }
    }
    return event
