"""A custom e-mail sender that decrypts its codes with the AWS Encryption SDK and "sends" them to a file.

On AWS the keyring would be one of KMS; `poolhouse dev` hands over the key itself."""

import base64
import json
import os

import aws_encryption_sdk
from aws_encryption_sdk import CommitmentPolicy
from aws_encryption_sdk.identifiers import EncryptionKeyType, WrappingAlgorithm
from aws_encryption_sdk.internal.crypto.wrapping_keys import WrappingKey
from aws_encryption_sdk.key_providers.raw import RawMasterKeyProvider

client = aws_encryption_sdk.EncryptionSDKClient(
    commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT
)


class LocalKeys(RawMasterKeyProvider):
    """The keys that the environment holds, by the name of the KMS key that each stands for."""

    provider_id = "poolhouse"
    keys = json.loads(os.environ["POOLHOUSE_SENDER_KEYS"])

    def _get_raw_key(self, key_id):
        return WrappingKey(
            wrapping_algorithm=WrappingAlgorithm.AES_256_GCM_IV12_TAG16_NO_PADDING,
            wrapping_key=base64.b64decode(self.keys[key_id.decode()]),
            wrapping_key_type=EncryptionKeyType.SYMMETRIC,
        )


keys = LocalKeys()
for name in LocalKeys.keys:
    keys.add_master_key(name)


def handler(event, context):
    sealed = base64.b64decode(event["request"]["code"])
    code, header = client.decrypt(source=sealed, key_provider=keys)
    assert header.encryption_context["userpool-id"] == event["userPoolId"]
    with open(os.environ["SENT"], "a") as sent:
        to = event["request"]["userAttributes"]["email"]
        sent.write(json.dumps({"to": to, "code": code.decode()}) + "\n")
    return event
