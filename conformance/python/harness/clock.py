"""How does a test say what time it is to a server?"""

import mmap
import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")


class Clock:
    """The clock of a server that is started with this environment: ahead of this machine's by some seconds."""

    def __init__(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        library, file = folder / "clock.so", folder / "clock"
        # What links the server is here too.
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE), "-ldl"], check=True
        )
        file.write_bytes(bytes(8))
        with file.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), 8)
        self.environment = {"LD_PRELOAD": str(library), "POOLHOUSE_TEST_CLOCK": str(file)}

    def set(self, ahead: int) -> None:
        """So many seconds ahead, or behind."""
        self._map[:] = struct.pack("=q", ahead)
