"""A trigger that writes down each event it hears, and answers as the orders of the event's pool say.

Orders are a JSON object by trigger (`PreSignUp`, `TokenGeneration`, …). What an order may say:

* `response`: what is put into the event's `response`; of a list of them the one that is as far along as
  the event's `session`,
* `compare`: the name of the private parameter that the answer to a challenge has to be,
* `answer`: what is answered instead of the event, any JSON,
* `text`: what is answered instead, byte for byte,
* `throw`: the words of an exception,
* `sleep`: seconds, before all that.
"""

import base64
import json
import os
import time

HEARD = os.environ["HEARD"]
ORDERS = os.environ["ORDERS"]


class Refused(Exception):
    pass


def handler(event, context):
    trigger = event["triggerSource"].partition("_")[0]
    write_down({"event": event, "request_id": context.aws_request_id, "code": code_of(event)})
    order = order_of(event["userPoolId"], trigger)
    time.sleep(order.get("sleep", 0))
    if "throw" in order:
        raise Refused(order["throw"])
    if "text" in order:
        return order["text"].encode()
    if "answer" in order:
        return order["answer"]
    request, response = event["request"], order.get("response", {})
    if isinstance(response, list):
        response = response[len(request["session"])]
    event["response"].update(response)
    if "compare" in order:
        expected = request["privateChallengeParameters"][order["compare"]]
        event["response"]["answerCorrect"] = request["challengeAnswer"] == expected
    return event


def write_down(record):
    # In one write, since other instances write too.
    line = json.dumps(record) + "\n"
    file = os.open(HEARD, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(file, line.encode())
    finally:
        os.close(file)


def order_of(pool, trigger):
    try:
        with open(os.path.join(ORDERS, f"{pool}.json")) as file:
            return json.load(file).get(trigger, {})
    except FileNotFoundError:
        return {}


def code_of(event):
    """What is in the envelope that a sender is handed."""
    sealed = event["request"].get("code")
    return open_envelope(event["userPoolId"], sealed) if sealed else None


def open_envelope(pool, sealed):
    # Imported here, since it is much and few events carry a code.
    import aws_encryption_sdk
    from aws_encryption_sdk.identifiers import EncryptionKeyType, WrappingAlgorithm
    from aws_encryption_sdk.internal.crypto.wrapping_keys import WrappingKey
    from aws_encryption_sdk.key_providers.raw import RawMasterKeyProvider

    given = json.loads(os.environ["POOLHOUSE_SENDER_KEYS"])

    class LocalKeys(RawMasterKeyProvider):
        provider_id = "poolhouse"

        def _get_raw_key(self, key_id):
            return WrappingKey(
                wrapping_algorithm=WrappingAlgorithm.AES_256_GCM_IV12_TAG16_NO_PADDING,
                wrapping_key=base64.b64decode(given[key_id.decode()]),
                wrapping_key_type=EncryptionKeyType.SYMMETRIC,
            )

    keys = LocalKeys()
    for name in given:
        keys.add_master_key(name)
    opened, header = aws_encryption_sdk.EncryptionSDKClient().decrypt(
        source=base64.b64decode(sealed), key_provider=keys
    )
    assert header.encryption_context["userpool-id"] == pool
    return opened.decode()
