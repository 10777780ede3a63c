"""How much memory does a server need for what a test does to it?"""

from pathlib import Path

MEBIBYTE = 1 << 20


def _status(process: int, name: str) -> int:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"/proc/{process}/status has no {name}")


class Growth:
    """What a process needs more at its peak than it needed before, while this is open."""

    def __init__(self, process: int):
        self.process = process
        self.bytes = 0

    def __enter__(self):
        # The peak begins anew.
        Path(f"/proc/{self.process}/clear_refs").write_text("5")
        self._before = _status(self.process, "VmRSS")
        return self

    def __exit__(self, *_):
        self.bytes = _status(self.process, "VmHWM") - self._before
