"""Which server does a test talk to? One started as `poolhouse dev` or `poolhouse serve`, or one
that runs already."""

import base64
import json
import os
import secrets as random
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from . import secrets
from .mailbox import DevMailbox, Mailbox, OutboxMailbox
from .ports import free_port

REPOSITORY = Path(__file__).resolve().parents[3]
BINARY = Path(os.environ.get("POOLHOUSE_BIN", REPOSITORY / "target" / "release" / "poolhouse"))
LOGS: list[Path] = []
CALLED: set[str] = set()
REFUSED: set[tuple[str, str]] = set()
"""Which operation was answered with which error."""


def logs() -> str:
    """What all servers of this run have said. The folder of a test that passed may be gone."""
    return "\n".join(log.read_text(errors="replace") for log in LOGS if log.exists())


class House:
    """A running server, its outputs, and the way to its mails."""

    def __init__(self, outputs: dict, mailbox: Mailbox, access_key: tuple[str, str]):
        self.outputs = outputs
        self.mailbox = mailbox
        self.access_key = access_key
        self.identity_url = outputs["IdentityUrl"].rstrip("/")
        self.api_url = outputs["ApiUrl"].rstrip("/")
        self.pool_id = outputs["UserPoolId"]
        self.web_client_id = outputs["WebClientId"]
        self.server_client_id = outputs["ServerClientId"]
        self.region = self.pool_id.partition("_")[0]
        self.cognito = self.client()

    def client(self, **settings):
        """The client of an administrator. One attempt only: a retry would hide a fault."""
        settings.setdefault("endpoint_url", self.identity_url)
        settings.setdefault("region_name", self.region)
        settings.setdefault("aws_access_key_id", self.access_key[0])
        settings.setdefault("aws_secret_access_key", self.access_key[1])
        settings.setdefault(
            "config",
            Config(
                retries={"total_max_attempts": 1},
                max_pool_connections=64,
                # So that a proxy of the machine is never asked for a loopback address.
                proxies={},
            ),
        )
        client = boto3.client("cognito-idp", **settings)
        client.meta.events.register("provide-client-params.*", _remember_request)
        client.meta.events.register("after-call.*", _remember_answer)
        return client

    def environment(self) -> dict[str, str]:
        """For clients that are programs of their own."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key[0],
            "AWS_SECRET_ACCESS_KEY": self.access_key[1],
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
        }


def _remember_request(params, **_):
    secrets.remember(params)


def _remember_answer(http_response, parsed, model, **_):
    secrets.remember(parsed)
    if http_response.status_code < 300:
        CALLED.add(model.name)
    else:
        REFUSED.add((model.name, parsed["Error"]["Code"]))


class Server:
    """A `poolhouse` process and what it left on disk."""

    def __init__(self, arguments: list[str], folder: Path, environment: dict | None = None):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.api_port = free_port()
        self.outputs_file = folder / "outputs.json"
        self.log = folder / "poolhouse.log"
        self.arguments = [
            *arguments,
            "--port",
            str(self.port),
            "--api-port",
            str(self.api_port),
            "--outputs",
            str(self.outputs_file),
        ]
        # Nothing of the caller's AWS settings may reach the server by accident.
        clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        level = os.environ.get("POOLHOUSE_TEST_LOG", "trace")
        self.environment = {**clean, "RUST_LOG": level, **(environment or {})}
        self.process: subprocess.Popen | None = None
        if self.log not in LOGS:
            LOGS.append(self.log)

    def start(self) -> dict:
        """Starts the process and waits for its outputs and both of its doors."""
        self.outputs_file.unlink(missing_ok=True)
        # A path of the server's own: it must not find a `.poolhouse` of somebody else.
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [str(BINARY), *self.arguments],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + 60
        while not self._is_ready():
            code = self.process.poll()
            assert code is None, f"the server ended with {code}:\n{self.log.read_text()[-4000:]}"
            assert time.monotonic() < deadline, f"not ready:\n{self.log.read_text()[-4000:]}"
            time.sleep(0.005)
        return json.loads(self.outputs_file.read_text())

    def _is_ready(self) -> bool:
        try:
            json.loads(self.outputs_file.read_text())
        except (FileNotFoundError, ValueError):
            return False
        return all(_listens(port) for port in (self.port, self.api_port))

    def kill(self) -> None:
        """As a power cut would: the process gets no chance to tidy up."""
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        assert self.process
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("the server did not end within 15 seconds of SIGTERM") from None


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


DEV_KEY = ("any", "credentials")


def dev(folder: Path, *arguments: str, **settings) -> tuple[Server, House]:
    """`poolhouse dev`: any credentials, mails at /_poolhouse/messages."""
    server = Server(["dev", *arguments], folder, **settings)
    return server, dev_house(server.start())


def dev_house(outputs: dict) -> House:
    return House(outputs, DevMailbox(outputs["IdentityUrl"].rstrip("/")), DEV_KEY)


class KeyFiles:
    """Where the nodes of one `serve` find their keys, or make them at the first start."""

    def __init__(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        self.master_key_file = folder / "master.key"
        self.access_key_file = folder / "access-key.json"

    @property
    def access_key(self) -> tuple[str, str]:
        written = json.loads(self.access_key_file.read_text())
        return written["accessKeyId"], written["secretAccessKey"]


class Keys(KeyFiles):
    """Keys that are there before the first start."""

    def __init__(self, folder: Path):
        super().__init__(folder)
        self.master_key_file.write_text(base64.b64encode(random.token_bytes(32)).decode() + "\n")
        self.master_key_file.chmod(0o600)
        key = {
            "accessKeyId": f"AKIA{random.token_hex(8).upper()}",
            "secretAccessKey": random.token_hex(20),
        }
        self.access_key_file.write_text(json.dumps(key))
        self.access_key_file.chmod(0o600)


def serve(
    folder: Path,
    keys: KeyFiles,
    store: str,
    environment: dict | None = None,
    public_url: str | None = None,
) -> tuple[Server, House]:
    """`poolhouse serve` with the repository's template: signatures verified, mails in a file."""
    server = node(folder, keys, store, environment, public_url)
    return server, served(server, server.start(), keys)


def served(server: Server, outputs: dict, keys: KeyFiles) -> House:
    return House(outputs, OutboxMailbox(server.folder / "outbox.jsonl"), keys.access_key)


def node(
    folder: Path,
    keys: KeyFiles,
    store: str,
    environment: dict | None = None,
    public_url: str | None = None,
) -> Server:
    """A `poolhouse serve` that does not run yet."""
    server = Server(
        [
            "serve",
            str(REPOSITORY / "template.yaml"),
            "--store",
            store,
            "--master-key-file",
            str(keys.master_key_file),
            "--access-key-file",
            str(keys.access_key_file),
            "--outbox",
            str(folder / "outbox.jsonl"),
        ],
        folder,
        environment,
    )
    server.arguments += ["--public-url", public_url or f"http://127.0.0.1:{server.port}"]
    return server


def running() -> House | None:
    """The server that the environment names, if it names one."""
    file = os.environ.get("POOLHOUSE_OUTPUTS")
    if not file:
        return None
    outputs = json.loads(Path(file).read_text())
    key = (
        os.environ.get("POOLHOUSE_ACCESS_KEY_ID", DEV_KEY[0]),
        os.environ.get("POOLHOUSE_SECRET_ACCESS_KEY", DEV_KEY[1]),
    )
    outbox = os.environ.get("POOLHOUSE_OUTBOX")
    mailbox = OutboxMailbox(Path(outbox)) if outbox else DevMailbox(outputs["IdentityUrl"])
    return House(outputs, mailbox, key)


def port_of(url: str) -> int:
    return urlsplit(url).port or 80
