"""Which ports does nobody listen on?"""

import random
import socket

_given: set[int] = set()


def free_port() -> int:
    """A port below the range that the kernel gives to outgoing connections, so that none takes it
    between this look and the server's start."""
    while True:
        port = random.randint(12_000, 31_000)
        if port in _given:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _given.add(port)
        return port
