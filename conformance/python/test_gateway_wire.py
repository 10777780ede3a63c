"""Can anybody make the gateway read a request otherwise than what is behind it, byte for byte?"""

import json
import socket

import pytest

from harness.house import REPOSITORY, Server

pytestmark = pytest.mark.alone

TEMPLATE = REPOSITORY / "conformance" / "gateway" / "wire.yaml"


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    server = Server(["dev", str(TEMPLATE), "--memory"], tmp_path_factory.mktemp("wire"))
    server.start()
    yield server.api_port
    server.stop()


class Answer:
    def __init__(self, status: int, head: str, body: bytes):
        self.status = status
        self.head = head.lower()
        self.body = body

    def told(self) -> dict:
        return json.loads(self.body)


def send(port: int, said: bytes) -> list[Answer]:
    """Everything that comes back until the server hangs up or has nothing more to say."""
    heard = b""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(said)
        connection.settimeout(1.5)
        try:
            while part := connection.recv(65536):
                heard += part
        except TimeoutError:
            pass
    answers = []
    while heard:
        head, _, rest = heard.partition(b"\r\n\r\n")
        text = head.decode("latin-1")
        length = 0
        for line in text.split("\r\n")[1:]:
            name, _, value = line.partition(":")
            if name.lower() == "content-length":
                length = int(value)
        answers.append(Answer(int(text.split()[1]), text, rest[:length]))
        heard = rest[length:]
    return answers


def one(port: int, said: str, body: bytes = b"") -> Answer:
    answers = send(port, said.encode("latin-1") + body)
    assert len(answers) == 1, [answer.head for answer in answers]
    return answers[0]


def get(target: str, *headers: str, method: str = "GET") -> str:
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: close", *headers]
    return "\r\n".join(lines) + "\r\n\r\n"


REFUSED = (400, 401, 403, 404)


@pytest.mark.parametrize("mount", ["", "/Http"])
@pytest.mark.parametrize(
    "path",
    [
        "//admin/x",
        "/admin//x",
        "/admin/./x",
        "/admin/../admin/x",
        "/y/../admin/x",
        "/%61dmin/x",
        "/admin%2Fx",
        "/admin%2fx",
        "/admin%5Cx",
        "/admin\\x",
        "/./admin/x",
        "/%2e/admin/x",
        "/y/%2e%2e/admin/x",
        "/y/..;/admin/x",
        "/admin/x/",
        "/admin/x%00",
        "/admin/x%",
        "/admin/%78",
        "/admin/x?a=b",
        "/admin/x#y",
    ],
)
def test_gwa_08_no_spelling_of_a_guarded_path_gets_around_its_guard(port, mount, path):
    assert one(port, get(f"{mount}{path}")).status in REFUSED


@pytest.mark.parametrize("path", ["/ADMIN/x", "/admin/X", "/admin/x;a", "/admin/x%20", "/admin/xy"])
def test_gwa_08_another_path_is_another_route(port, path):
    told = one(port, get(path)).told()
    assert told["resource"] == "/{proxy+}"
    assert told["pathParameters"]["proxy"] != "admin/x"


def test_an_address_in_the_request_line_changes_no_route(port):
    assert one(port, get("http://localhost/admin/x")).status == 401
    assert one(port, get("*", method="OPTIONS")).status in REFUSED
    assert one(port, get("localhost:80", method="CONNECT")).status in REFUSED
    assert one(port, get("/admin/x", "X-Original-Url: /other", "X-Rewrite-Url: /other")).status == 401


@pytest.mark.parametrize("mount", ["", "/Http"])
def test_gwa_09_a_method_is_what_the_request_line_says(port, mount):
    override = ("X-HTTP-Method-Override: DELETE", "X-Method-Override: DELETE", "X-HTTP-Method: PUT")
    told = one(port, get(f"{mount}/y?_method=DELETE", *override)).told()
    assert told["httpMethod"] == "GET" if mount == "" else told["routeKey"] == "ANY /{proxy+}"


@pytest.mark.parametrize("mount", ["", "/Http"])
def test_gwa_10_nobody_speaks_for_the_authorizer(port, mount):
    imitation = '{"authorizer":{"principalId":"root"}}'
    told = one(
        port,
        get(
            f"{mount}/y?requestContext=%7B%7D&authorizer=root",
            f"requestContext: {imitation}",
            "authorizer: root",
            "x-amzn-authorizer: root",
            "x-amzn-apigateway-authorizer: root",
        ),
    ).told()
    assert not told["context"]["authorizer"]
    answer = one(
        port,
        get(f"{mount}/admin/x?authorizer=root", "Authorization: Bearer yes", "principalId: root"),
    ).told()
    caller = answer["context"]["authorizer"]
    assert (caller.get("lambda") or caller)["who"] == "ann"


@pytest.mark.parametrize("mount", ["", "/Http"])
def test_gwa_11_two_tokens_are_no_token(port, mount):
    good, bad = "Authorization: Bearer yes", "authorization: Bearer no"
    for headers in ((good, bad), (bad, good), (good, good)):
        assert one(port, get(f"{mount}/admin/x", *headers)).status == 401
    assert one(port, get(f"{mount}/admin/x", good)).status == 200


# What is not one request in one reading is no request.
BROKEN = {
    "two lengths": "Content-Length: 4\r\nContent-Length: 5\r\n",
    "two lengths in one line": "Content-Length: 4, 5\r\n",
    "a signed length": "Content-Length: +4\r\n",
    "a negative length": "Content-Length: -1\r\n",
    "a length in hexadecimal": "Content-Length: 0x4\r\n",
    "a space before the colon": "Content-Length : 4\r\n",
    "a folded header": "X-One: a\r\n b\r\nContent-Length: 4\r\n",
    "a folded length": "Content-Length:\r\n 4\r\n",
    "a folded coding": "Transfer-Encoding:\r\n chunked\r\n",
    "a bare CR in a value": "X-One: a\rContent-Length: 0\r\nContent-Length: 4\r\n",
    "a NUL in a value": "X-One: a\0b\r\nContent-Length: 4\r\n",
    "a NUL in a name": "X-\0One: a\r\nContent-Length: 4\r\n",
    "no name": ": a\r\nContent-Length: 4\r\n",
    "no colon": "X-One\r\nContent-Length: 4\r\n",
    "an unknown coding": "Transfer-Encoding: xchunked\r\n",
    "a coding after chunked": "Transfer-Encoding: chunked, identity\r\n",
    "identity": "Transfer-Encoding: identity\r\nContent-Length: 4\r\n",
    "a vertical tab before chunked": "Transfer-Encoding: \x0bchunked\r\n",
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_has_no_one_reading_is_refused_and_the_connection_ends(port, what):
    smuggled = "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
    said = f"POST /y HTTP/1.1\r\nHost: localhost\r\n{BROKEN[what]}\r\n{smuggled}"
    answer = one(port, said)
    assert answer.status == 400, answer.head
    assert "connection: close" in answer.head
    assert b"smuggled" not in answer.body


@pytest.mark.parametrize("length", [4, 5, 999])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_length_beside_a_coding_is_not_looked_at_and_the_connection_ends(port, length, is_first):
    framing = [f"Content-Length: {length}", "Transfer-Encoding: chunked"]
    head = "\r\n".join(framing if is_first else reversed(framing))
    said = (
        f"POST /y HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\n2\r\nab\r\n0\r\n\r\n"
        "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
    )
    answer = one(port, said)
    assert "connection: close" in answer.head
    assert answer.told()["body"] == "ab"


@pytest.mark.parametrize(
    "chunks",
    [
        "x\r\nab\r\n0\r\n\r\n",
        "-2\r\nab\r\n0\r\n\r\n",
        "2\r\nabc\r\n0\r\n\r\n",
        "10000000000000002\r\nab\r\n0\r\n\r\n",
        "2\nab\n0\n\n",
    ],
)
def test_chunks_that_are_none_are_refused(port, chunks):
    smuggled = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
    head = "POST /y HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    answers = send(port, (head + chunks + smuggled).encode())
    assert len(answers) <= 1
    assert all(answer.status == 400 for answer in answers)


def test_headers_beyond_the_limit_of_the_server_are_refused(port):
    large = one(port, get("/y", f"X-Large: {'a' * 12_000}"))
    assert (large.status, large.body) == (
        431,
        b'{"message":"HTTP header is larger than 10240 bytes."}',
    )
    many = one(port, get("/y", *(f"X-{number}: a" for number in range(200))))
    assert many.status == 431
