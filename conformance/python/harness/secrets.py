"""Which secrets did the suite use, and does a log show one of them?"""

import re
import secrets

PASSWORD_MARK = "Correct-Horse-"

_seen: set[str] = set()
_codes: set[str] = set()
_names = {
    "AccessToken",
    "ClientSecret",
    "IdToken",
    "PASSWORD_CLAIM_SECRET_BLOCK",
    "PASSWORD_CLAIM_SIGNATURE",
    "RefreshToken",
    "REFRESH_TOKEN",
    "SecretHash",
    "SECRET_HASH",
    "Session",
    "Token",
}


def password() -> str:
    """A password nobody used before. All carry one mark, so that one search finds any of them."""
    return f"{PASSWORD_MARK}7{secrets.token_hex(5)}!"


def remember(message) -> None:
    """Walks a request or an answer and keeps what no log may show."""
    for name, value in message.items() if isinstance(message, dict) else ():
        if isinstance(value, dict):
            remember(value)
        elif name in _names and isinstance(value, str) and len(value) >= 16:
            _seen.add(value)
        elif name == "ConfirmationCode" and isinstance(value, str):
            remember_code(value)


def remember_text(text: str) -> None:
    """Keeps a text that is a secret whole: an API key, a token."""
    _seen.add(text)


def remember_code(code: str) -> None:
    if re.fullmatch(r"[0-9]{6,8}", code):
        _codes.add(code)


def shown_in(log: str) -> list[str]:
    """The lines of a log that show a secret, each with the kind of what it shows."""
    long_word = re.compile(r"[A-Za-z0-9_+/=.-]{16,}")
    code = re.compile(r"(?<![\w.:+-])[0-9]{6,8}(?![\w.:+-])")
    token = re.compile(r"eyJ[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]+")
    hits = []
    for line in log.splitlines():
        if PASSWORD_MARK in line:
            hits.append(f"password: {line}")
        if token.search(line):
            hits.append(f"token: {line}")
        if _seen.intersection(long_word.findall(line)):
            hits.append(f"secret: {line}")
        if _codes.intersection(code.findall(line)):
            hits.append(f"code: {line}")
    return hits
