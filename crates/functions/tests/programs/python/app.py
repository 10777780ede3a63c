"""The subject of the conformance suite, as a Python handler for Lambda."""

import os
import time


class Refused(Exception):
    pass


def handler(event, context):
    order = event["do"]
    if order == "echo":
        time.sleep(event.get("milliseconds", 0) / 1000)
        return event["value"]
    if order == "throw":
        raise type(event["error_type"], (Refused,), {})(event["message"])
    if order == "hang":
        time.sleep(3600)
    if order == "crash":
        os._exit(1)
    if order == "fill":
        return "x" * (event["bytes"] - 2)
    if order == "print":
        print(event["text"])
        return None
    if order == "context":
        return {"function": context.function_name, "request": context.aws_request_id}
    raise ValueError(order)
