"""How do the tests of the DynamoDB adapter get a DynamoDB Local? `python -m harness.local COMMAND…`
starts one and runs the command with its address in POOLHOUSE_DYNAMODB_ENDPOINT."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from .dynamodb import DynamoDbLocal


def main(command: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="poolhouse-") as folder:
        local = DynamoDbLocal(Path(folder))
        try:
            environment = {**os.environ, "POOLHOUSE_DYNAMODB_ENDPOINT": local.url}
            return subprocess.run(command, env=environment).returncode
        finally:
            local.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
