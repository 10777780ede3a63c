"""Who takes the mails and text messages that a server hands over? A mail server that really speaks
SMTP, and one that answers as SES, SNS and STS do and looks at the signature first."""

import asyncio
import datetime
import json
import re
import secrets as random
import ssl
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, quote, unquote

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from . import sigv4
from .listening import Listening
from .ports import free_port


@dataclass
class Mail:
    """A mail as it arrived."""

    sender: str
    recipients: list[str]
    options: list[str]
    is_secret: bool
    user: str | None
    whole: EmailMessage

    def part(self, kind: str) -> str:
        [part] = [part for part in self.whole.walk() if part.get_content_type() == f"text/{kind}"]
        return part.get_content()


@dataclass
class Taker:
    """What the mail server does with a mail: the answers to come, and those that were taken."""

    mails: list[Mail] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    tried: int = 0

    async def handle_DATA(self, server, session, envelope) -> str:
        self.tried += 1
        if self.answers:
            return self.answers.pop(0)
        self.mails.append(
            Mail(
                envelope.mail_from,
                envelope.rcpt_tos,
                envelope.mail_options,
                server.transport.get_extra_info("ssl_object") is not None,
                session.auth_data.login.decode() if session.auth_data else None,
                message_from_bytes(envelope.original_content, policy=policy.default),
            )
        )
        return "250 taken"

    def to(self, address: str) -> list[Mail]:
        return [mail for mail in self.mails if address in mail.recipients]


class Certificate:
    """One for this machine that nobody trusts who is not told to."""

    def __init__(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        self.file, self.key = folder / "certificate.pem", folder / "key.pem"
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        now = datetime.datetime.now(datetime.UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        self.file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        self.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )

    def context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.file, self.key)
        return context


class MailServer:
    """A mail server on loopback: with STARTTLS, with TLS from the first byte, or without."""

    def __init__(self, tls: str, certificate: Certificate, user: str = "", password: str = ""):
        self.taker, self.port = Taker(), free_port()

        def authenticate(server, session, envelope, mechanism, data) -> AuthResult:
            is_right = (
                isinstance(data, LoginPassword)
                and (data.login, data.password) == (user.encode(), password.encode())
            )
            return AuthResult(success=is_right, handled=False, auth_data=data)

        settings: dict = {"enable_SMTPUTF8": True}
        if user:
            settings |= {"authenticator": authenticate, "auth_required": True}
            # With TLS from the first byte there is none to be asked for.
            settings["auth_require_tls"] = tls == "starttls"
        if tls == "starttls":
            settings |= {"tls_context": certificate.context(), "require_starttls": True}
        self.loop = asyncio.new_event_loop()
        self.server = self.loop.run_until_complete(
            self.loop.create_server(
                lambda: SMTP(self.taker, loop=self.loop, **settings),
                "127.0.0.1",
                self.port,
                ssl=certificate.context() if tls == "implicit" else None,
            )
        )
        self.thread = Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        name = f"{user.replace('@', '%40')}@" if user else ""
        self.url = f"smtp://{name}localhost:{self.port}?tls={tls}"

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.server.close)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()


Answer = tuple[int, dict[str, str], str]


@dataclass
class Called:
    """A call of an AWS service, whose signature was right."""

    path: str
    service: str
    region: str
    body: str
    # The ARN of the role that called, if it was one.
    role: str | None = None

    def json(self) -> dict:
        return json.loads(self.body)

    def form(self) -> dict[str, str]:
        return {name: value for name, [value] in parse_qs(self.body).items()}


@dataclass
class Role:
    """A role of an account, and who may do what with it."""

    external_id: str | None = None
    is_trusting: bool = True
    may_publish: bool = True
    lifetime: int = 3600


class AwsServer:
    """SES, SNS and STS as far as messages go, with the roles and identities that it is told of. What is
    not signed by the key, or by what a role was given, it refuses."""

    KEY = ("AKIAMESSAGESMESSAGES", "the-secret-of-messages-0123456789")

    def __init__(self):
        self.calls: list[Called] = []
        self.answers: list[tuple[int, str, str]] = []
        self.tried = 0
        self.roles: dict[str, Role] = {}
        # Addresses and domains by what SES says of them: `verified`, `unverified` or `denied`.
        self.identities: dict[str, str] = {}
        self.assumed: list[dict[str, str]] = []
        self.looked_up: list[Called] = []
        self.sessions: dict[str, tuple[str, str, str]] = {}
        self.may_publish = True
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.heard(b"", outer.look_up)

            def do_POST(self):
                outer.tried += 1
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.heard(body, outer.take)

            def heard(self, body: bytes, do):
                key = outer.key_of(self.headers)
                # What is written with escapes is signed with the escapes escaped.
                path = quote(self.path)
                signed = key and sigv4.scope_of(self.command, path, self.headers, body, key)
                if not signed:
                    return self.say(403, {}, '{"message":"The signature does not match."}')
                if outer.answers:
                    status, kind, text = outer.answers.pop(0)
                    return self.say(status, {"x-amzn-ErrorType": kind}, text)
                region, service = signed
                role = outer.role_of(self.headers)
                self.say(*do(Called(self.path, service, region, body.decode(), role)))

            def say(self, status: int, headers: dict[str, str], text: str):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        self.server = Listening(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL_SESV2": self.url,
            "AWS_ENDPOINT_URL_SNS": self.url,
            "AWS_ENDPOINT_URL_STS": self.url,
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": self.KEY[0],
            "AWS_SECRET_ACCESS_KEY": self.KEY[1],
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def key_of(self, headers) -> tuple[str, str] | None:
        """The key that a request names, if it is ours or one that a role was given."""
        _, _, rest = headers.get("Authorization", "").partition("Credential=")
        name = rest.partition("/")[0]
        if name == self.KEY[0]:
            return self.KEY
        secret, token, _ = self.sessions.get(name, ("", "", ""))
        return (name, secret) if token and headers["X-Amz-Security-Token"] == token else None

    def role_of(self, headers) -> str | None:
        token = headers.get("X-Amz-Security-Token")
        return next((arn for _, known, arn in self.sessions.values() if known == token), None)

    def take(self, call: Called) -> Answer:
        if call.service == "sts":
            return self.assume(call)
        if call.service == "ses":
            return self.mail(call)
        return self.publish(call)

    def assume(self, call: Called) -> Answer:
        told = call.form()
        assert (told.pop("Action"), told.pop("Version")) == ("AssumeRole", "2011-06-15")
        self.assumed.append(told | {"region": call.region})
        role = self.roles.get(told["RoleArn"])
        if not role or not role.is_trusting or role.external_id != told.get("ExternalId"):
            return failed(403, "AccessDenied", "not authorized to perform: sts:AssumeRole")
        key, secret, token = (random.token_hex(16) for _ in range(3))
        self.sessions[key] = (secret, token, told["RoleArn"])
        now = datetime.datetime.now(datetime.UTC)
        ends = now + datetime.timedelta(seconds=role.lifetime)
        return (
            200,
            {"Content-Type": "text/xml"},
            '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
            f"<AssumeRoleResult><Credentials><AccessKeyId>{key}</AccessKeyId>"
            f"<SecretAccessKey>{secret}</SecretAccessKey><SessionToken>{token}</SessionToken>"
            f"<Expiration>{ends:%Y-%m-%dT%H:%M:%SZ}</Expiration></Credentials>"
            "</AssumeRoleResult></AssumeRoleResponse>",
        )

    def publish(self, call: Called) -> Answer:
        may = self.roles[call.role].may_publish if call.role else self.may_publish
        if not may:
            return failed(403, "AuthorizationError", "not authorized to perform: SNS:Publish")
        if not re.fullmatch(r"\+[1-9]\d+", call.form()["PhoneNumber"]):
            return failed(400, "InvalidParameter", "Invalid parameter: PhoneNumber")
        self.calls.append(call)
        return (
            200,
            {"Content-Type": "text/xml"},
            '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">'
            "<PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>",
        )

    def mail(self, call: Called) -> Answer:
        arn = call.json().get("FromEmailAddressIdentityArn")
        if arn and self.identities.get(arn.partition(":identity/")[2]) == "denied":
            return (403, {"x-amzn-ErrorType": "AccessDeniedException"}, '{"message":"no"}')
        self.calls.append(call)
        return 200, {}, '{"MessageId":"1"}'

    def look_up(self, call: Called) -> Answer:
        self.looked_up.append(call)
        name = unquote(call.path.removeprefix("/v2/email/identities/"))
        match self.identities.get(name):
            case None:
                return 404, {"x-amzn-ErrorType": "NotFoundException"}, '{"message":"no"}'
            case "denied":
                return 403, {"x-amzn-ErrorType": "AccessDeniedException"}, '{"message":"no"}'
            case state:
                is_verified = json.dumps(state == "verified")
                return 200, {}, f'{{"VerifiedForSendingStatus":{is_verified}}}'


def failed(status: int, code: str, message: str) -> Answer:
    """How the services of the query protocol refuse."""
    return (
        status,
        {"Content-Type": "text/xml"},
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>"
        "</Error><RequestId>1</RequestId></ErrorResponse>",
    )
