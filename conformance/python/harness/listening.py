"""What takes a crowd's connections where a test stands in for a service?"""

from http.server import ThreadingHTTPServer


class Listening(ThreadingHTTPServer):
    """A server of the library, whose queue holds five connections that nobody has taken yet. When fifty come at
    once to a process that is busy with sending, the kernel drops the others; they are tried again after one second,
    then after two more, and by then an SDK has given up."""

    request_queue_size = 1024
