"""How does a client in another language get a server? `python -m harness COMMAND…` starts one, as
POOLHOUSE_STORE says, and runs the command with where it is in the environment."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from . import secrets
from .fronts import make_key
from .started import started


def main(command: list[str]) -> int:
    store = os.environ.get("POOLHOUSE_STORE", "embedded")
    with tempfile.TemporaryDirectory(prefix="poolhouse-") as folder:
        with started(store, Path(folder)) as (server, house):
            environment = {
                **os.environ,
                "POOLHOUSE_OUTPUTS": str(server.outputs_file),
                "POOLHOUSE_ENDPOINT": house.identity_url,
                "POOLHOUSE_ACCESS_KEY_ID": house.access_key[0],
                "POOLHOUSE_SECRET_ACCESS_KEY": house.access_key[1],
                "POOLHOUSE_API_URL": house.api_url,
                "POOLHOUSE_API_KEY": make_key(house, "clients", "write"),
            }
            outbox = server.folder / "outbox.jsonl"
            if "--outbox" in server.arguments:
                environment["POOLHOUSE_OUTBOX"] = str(outbox)
            code = subprocess.run(command, env=environment).returncode
        log = server.log.read_text(errors="replace")
    # These clients watch no log, so it is read for them: LOG-01.
    for hit in secrets.shown_in(log)[:5]:
        print(f"the log shows a secret: {hit}", file=sys.stderr)
        code = code or 1
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
