"""How is a request signed, rightly or wrongly?"""

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime, timedelta
from email.message import Message
from urllib.parse import urlsplit

from .raw import SERVICE


def headers(
    url: str,
    operation: str,
    body: bytes,
    access_key: tuple[str, str],
    region: str,
    service: str = "cognito-idp",
    late: timedelta = timedelta(),
    session_token: str | None = None,
) -> dict[str, str]:
    """The headers of a signed POST of `body`."""
    moment = datetime.now(UTC) + late
    stamp, day = moment.strftime("%Y%m%dT%H%M%SZ"), moment.strftime("%Y%m%d")
    signed = {
        "content-type": "application/x-amz-json-1.1",
        "host": urlsplit(url).netloc,
        "x-amz-date": stamp,
        "x-amz-target": f"{SERVICE}.{operation}",
    }
    if session_token:
        signed["x-amz-security-token"] = session_token
    names = ";".join(sorted(signed))
    lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
    canonical = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{day}/{region}/{service}/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"AWS4{access_key[1]}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return {
        **signed,
        "Authorization": f"AWS4-HMAC-SHA256 Credential={access_key[0]}/{scope}, "
        f"SignedHeaders={names}, Signature={signature}",
    }


def scope_of(
    method: str, path: str, headers: Message, body: bytes, key: tuple[str, str]
) -> tuple[str, str] | None:
    """Region and service of a request that this key signed rightly; None if it did not."""
    match = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=([^/]+)/((\d{8})/([^/]+)/([^/]+)/aws4_request), ?"
        r"SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})",
        headers.get("Authorization", ""),
    )
    if not match or match[1] != key[0]:
        return None
    _, scope, day, region, service, names, signature = match.groups()
    if not {"host", "x-amz-date"} <= set(names.split(";")):
        return None
    lines = "".join(
        f"{name}:{' '.join((headers.get(name) or '').split())}\n" for name in names.split(";")
    )
    digest = hashlib.sha256(body).hexdigest()
    canonical = f"{method}\n{path}\n\n{lines}\n{names}\n{digest}"
    text = "\n".join(
        (
            "AWS4-HMAC-SHA256",
            headers["x-amz-date"],
            scope,
            hashlib.sha256(canonical.encode()).hexdigest(),
        )
    )
    signing = f"AWS4{key[1]}".encode()
    for part in (day, region, service, "aws4_request"):
        signing = hmac.digest(signing, part.encode(), "sha256")
    right = hmac.new(signing, text.encode(), hashlib.sha256).hexdigest()
    return (region, service) if hmac.compare_digest(right, signature) else None


def call(house, operation: str, body: dict, sent: bytes | None = None, **settings):
    """A signed call; `sent` goes over the wire in place of what was signed."""
    from . import raw

    data = json.dumps(body).encode()
    settings.setdefault("access_key", house.access_key)
    settings.setdefault("region", house.region)
    signed = headers(house.identity_url, operation, data, **settings)
    return raw.call(house.identity_url, operation, sent if sent is not None else data, signed)
