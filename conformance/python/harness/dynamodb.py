"""Where is a DynamoDB Local for a test to keep its table in?"""

import os
import subprocess
import time
from pathlib import Path

import requests

from .ports import free_port

REPOSITORY = Path(__file__).resolve().parents[3]
JARS = Path(os.environ.get("DYNAMODB_LOCAL", REPOSITORY / "target" / "dynamodb-local"))


class DynamoDbLocal:
    """Amazon's own DynamoDB Local, in memory, from the jars that scripts/test fetched."""

    def __init__(self, folder: Path):
        if not list(JARS.glob("DynamoDBLocal-*.jar")):
            raise FileNotFoundError(f"no DynamoDB Local in {JARS}: run `scripts/test dynamodb`")
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        with (folder / "dynamodb-local.log").open("w") as log:
            self.process = subprocess.Popen(
                [
                    "java",
                    f"-Djava.library.path={JARS}",
                    "-cp",
                    f"{JARS}/*",
                    "software.amazon.dynamodb.services.local.main.ServerRunner",
                    "-inMemory",
                    "-disableTelemetry",
                    "-port",
                    str(port),
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + 60
        while True:
            assert self.process.poll() is None, "DynamoDB Local ended at its start"
            assert time.monotonic() < deadline, "DynamoDB Local does not answer"
            try:
                # Any answer will do: this request is not signed.
                requests.get(self.url, timeout=5)
                return
            except requests.ConnectionError:
                time.sleep(0.1)

    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL_DYNAMODB": self.url,
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
        }

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
