"""What stands between a server and its store, and can be cut?"""

import contextlib
import socket
import threading

from .ports import free_port

WHOLE, REFUSING, SILENT = "whole", "refusing", "silent"


class WireCut:
    """A port of this machine that leads to another one: as it is, or refusing all connections, or taking them and
    never saying a word."""

    def __init__(self, to: int):
        self.to = to
        self.port = free_port()
        self.state = REFUSING
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self.set(WHOLE)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def set(self, state: str) -> None:
        """From now on, for connections that are there as well."""
        with self._lock:
            self.state = state
            if state == REFUSING and self._listener:
                # Without `shutdown` the thread that waits in `accept` would keep the port.
                with contextlib.suppress(OSError):
                    self._listener.shutdown(socket.SHUT_RDWR)
                self._listener.close()
                self._listener = None
            if state != REFUSING and not self._listener:
                self._listener = socket.create_server(("127.0.0.1", self.port), backlog=1024)
                threading.Thread(target=self._accept, args=[self._listener], daemon=True).start()
            if state == REFUSING:
                self._drop()

    def close(self) -> None:
        self.set(REFUSING)

    def _drop(self) -> None:
        for end in self._open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._open.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                near.close()
                continue
            with self._lock:
                if self._listener is not listener:
                    near.close()
                    far.close()
                    return
                self._open |= {near, far}
            for ends in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=ends, daemon=True).start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := near.recv(65536):
                # What is said while the wire is silent is lost, as on a broken one.
                if self.state == WHOLE:
                    far.sendall(piece)
        for end in (near, far):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._open -= {near, far}
