"""How is a request signed, rightly or wrongly?"""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
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


def call(house, operation: str, body: dict, sent: bytes | None = None, **settings):
    """A signed call; `sent` goes over the wire in place of what was signed."""
    from . import raw

    data = json.dumps(body).encode()
    settings.setdefault("access_key", house.access_key)
    settings.setdefault("region", house.region)
    signed = headers(house.identity_url, operation, data, **settings)
    return raw.call(house.identity_url, operation, sent if sent is not None else data, signed)
