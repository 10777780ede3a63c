"""What does a token say, and how would an attacker write one?"""

import base64
import json

import jwt
import requests


def encode(data: bytes | dict) -> str:
    if isinstance(data, dict):
        data = json.dumps(data, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def header(token: str) -> dict:
    return json.loads(decode(token.split(".")[0]))


def claims(token: str) -> dict:
    return json.loads(decode(token.split(".")[1]))


def unsigned(head: dict, body: dict, signature: str = "") -> str:
    return f"{encode(head)}.{encode(body)}.{signature}"


def key_set(issuer: str) -> list[dict]:
    answer = requests.get(f"{issuer}/.well-known/jwks.json", timeout=10)
    answer.raise_for_status()
    return answer.json()["keys"]


def public_key(token: str, issuer: str):
    """The RSA key that the issuer names for this token."""
    kid = header(token)["kid"]
    [key] = [key for key in key_set(issuer) if key["kid"] == kid]
    return jwt.PyJWK(key).key


def verified(token: str, issuer: str, **options) -> dict:
    """The claims, after an independent library has checked signature, issuer and times."""
    options.setdefault("options", {"verify_aud": False})
    return jwt.decode(
        token, public_key(token, issuer), algorithms=["RS256"], issuer=issuer, **options
    )
