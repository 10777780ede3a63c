"""How is a server on a given store started, and ended?"""

from contextlib import contextmanager
from pathlib import Path

from . import house as houses
from .dynamodb import DynamoDbLocal
from .house import Keys

STORES = ("embedded", "memory", "serve", "dynamodb")


@contextmanager
def started(store: str, folder: Path):
    """A server and the house it makes: `dev` on the embedded store or in memory, or `serve` on the
    embedded store or on DynamoDB Local."""
    assert store in STORES, f"POOLHOUSE_STORE={store} is none of {STORES}"
    local = None
    try:
        if store == "embedded":
            server, house = houses.dev(folder / "dev", "--data", str(folder / "dev" / "data"))
        elif store == "memory":
            server, house = houses.dev(folder / "dev", "--memory")
        elif store == "serve":
            data = folder / "serve" / "data"
            server, house = houses.serve(
                folder / "serve", Keys(folder / "keys"), f"embedded:{data}"
            )
        else:
            local = DynamoDbLocal(folder)
            server, house = houses.serve(
                folder / "serve", Keys(folder / "keys"), "dynamodb:poolhouse", local.environment()
            )
        try:
            yield server, house
        finally:
            server.stop()
    finally:
        if local:
            local.stop()
