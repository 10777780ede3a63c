"""What is behind a route: answers what it was told, and remembers that it was asked."""

import json
import os


def handler(event, _):
    with open(os.environ["REACHED"], "a") as told:
        told.write(json.dumps(event) + "\n")
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(event),
    }
