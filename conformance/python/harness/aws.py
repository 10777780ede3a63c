"""What do functions find where AWS would be? Secrets, mails, topics and a bucket, as far as functions of
ours use them; users are Poolhouse's, and tables those of DynamoDB Local."""

import base64
import email
import json
import threading
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from .listening import Listening


class Aws:
    """One server for all of them: each says by its headers or its path who is meant."""

    def __init__(self):
        self.secrets: dict[str, str] = {}
        self.mails: list[dict] = []
        self.published: list[dict] = []
        self.bucket: dict[str, tuple[bytes, dict[str, str]]] = {}
        aws = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, headers, answer = aws.of(self.command, self.path, self.headers, body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer)

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = answer

            def log_message(self, *_):
                pass

        self.server = Listening(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def mails_to(self, address: str) -> list[dict]:
        """Newest first, as the mailbox of a server has them."""
        return [mail for mail in reversed(self.mails) if mail["to"] == address]

    def of(self, method: str, path: str, headers, body: bytes) -> tuple[int, dict, bytes]:
        target = headers.get("X-Amz-Target", "")
        if target == "secretsmanager.GetSecretValue":
            asked = json.loads(body)
            return self.secret(asked["SecretId"], asked.get("VersionStage", "AWSCURRENT"))
        if path.startswith("/v2/email/outbound-emails"):
            return self.mail(json.loads(body))
        if headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
            return self.publish({name: value for name, [value] in parse_qs(body.decode()).items()})
        return self.object(method, urlsplit(path).path, headers, body)

    def secret(self, name: str, stage: str) -> tuple[int, dict, bytes]:
        kind = {"Content-Type": "application/x-amz-json-1.1"}
        if name not in self.secrets or stage != "AWSCURRENT":
            refused = {"__type": "ResourceNotFoundException", "Message": "no such secret"}
            return 400, kind, json.dumps(refused).encode()
        answer = {
            "ARN": name,
            "Name": name,
            "SecretString": self.secrets[name],
            "VersionStages": [stage],
            "CreatedDate": 1.7e9,
            "VersionId": "00000000-0000-0000-0000-000000000001",
        }
        return 200, kind, json.dumps(answer).encode()

    def mail(self, request: dict) -> tuple[int, dict, bytes]:
        content = request["Content"]
        if "Raw" in content:
            message = email.message_from_bytes(base64.b64decode(content["Raw"]["Data"]))
            subject, text = message["Subject"], str(message.get_payload())
        else:
            simple = content["Simple"]
            subject = simple["Subject"]["Data"]
            text = "\n".join(part["Data"] for part in simple["Body"].values())
        for to in request["Destination"]["ToAddresses"]:
            self.mails.append({"to": to, "subject": subject, "body": text})
        return 200, {"Content-Type": "application/json"}, b'{"MessageId": "1"}'

    def publish(self, request: dict) -> tuple[int, dict, bytes]:
        self.published.append(request)
        answer = (
            b'<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult>'
            b"<MessageId>00000000-0000-0000-0000-000000000001</MessageId></PublishResult>"
            b"<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></PublishResponse>"
        )
        return 200, {"Content-Type": "text/xml"}, answer

    def object(self, method: str, path: str, headers, body: bytes) -> tuple[int, dict, bytes]:
        if method == "PUT":
            kept = ("Content-Type", "Cache-Control", "Content-Encoding")
            told = {name: headers[name] for name in kept if headers.get(name)}
            if source := headers.get("x-amz-copy-source"):
                body, told = self.bucket["/" + source.lstrip("/")]
            self.bucket[path] = (body, told)
            return 200, {"ETag": '"1"'}, b""
        if method == "DELETE":
            self.bucket.pop(path, None)
            return 204, {}, b""
        if path not in self.bucket:
            missing = b"<Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>"
            return 404, {"Content-Type": "application/xml"}, missing
        content, told = self.bucket[path]
        return 200, {**told, "ETag": '"1"'}, content
