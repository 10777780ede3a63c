"""Do functions run as they do on Lambda, whatever they are written in and whatever they do?"""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from botocore.exceptions import ClientError

from harness import house as houses
from harness import secrets, tokens
from harness.checks import refused
from harness.functions import lambda_client, project
from harness.house import BINARY, REPOSITORY, Keys
from harness.people import Client, Pool, address, starter_of

pytestmark = pytest.mark.alone


class Project:
    """The project, and a server that runs it."""

    def __init__(self, folder: Path, house, server):
        self.folder = folder
        self.house = house
        self.server = server
        self.functions = lambda_client(house)

    def pool(self, name: str) -> Pool:
        pool = Pool(self.house, self.house.outputs[name])
        pool.client()
        return pool

    def call(self, function: str, event, **settings) -> dict:
        """The answer to one call, its payload read."""
        answer = self.functions.invoke(
            FunctionName=function, Payload=json.dumps(event), **settings
        )
        payload = answer["Payload"].read()
        return {**answer, "Payload": json.loads(payload) if payload else None}

    def log(self) -> str:
        return self.server.log.read_text()


@contextmanager
def running(folder: Path, root: Path, *arguments: str, environment: dict | None = None):
    server, house = houses.dev(
        folder / "server",
        str(root / "template.yaml"),
        "--parameter",
        f"Folder={folder}",
        "--memory",
        *arguments,
        environment={"SECRET_OF_THE_SERVER": "must stay here", **(environment or {})},
    )
    try:
        yield Project(folder, house, server)
    finally:
        server.stop()


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    return project(tmp_path_factory.mktemp("functions"))


@pytest.fixture(scope="module")
def running_project(root) -> Project:
    with running(root.parent, root) as made:
        yield made


def template(folder: Path, functions: dict, **more) -> Path:
    """A template with these functions; pools and outputs are added to what the harness needs."""
    resources = {
        "Pool": {"Type": "AWS::Cognito::UserPool", "Properties": more.get("pool", {})},
        "Client": {
            "Type": "AWS::Cognito::UserPoolClient",
            "Properties": {
                "UserPoolId": {"Ref": "Pool"},
                "ExplicitAuthFlows": [
                    "ALLOW_USER_PASSWORD_AUTH",
                    "ALLOW_CUSTOM_AUTH",
                    "ALLOW_REFRESH_TOKEN_AUTH",
                ],
            },
        },
    }
    for name, properties in functions.items():
        resources[name] = {"Type": "AWS::Serverless::Function", "Properties": properties}
    outputs = {
        "IdentityUrl": {"Fn::Sub": "https://cognito-idp.${AWS::Region}.amazonaws.com"},
        "ApiUrl": "http://127.0.0.1",
        "UserPoolId": {"Ref": "Pool"},
        "WebClientId": {"Ref": "Client"},
        "ServerClientId": {"Ref": "Client"},
    }
    written = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": resources,
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }
    path = folder / "template.json"
    path.write_text(json.dumps(written))
    return path


@contextmanager
def serving(answer):
    """A server on this machine; `answer` makes (status, headers, body) of a path and a body."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            status, headers, answered = answer(self.path, body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answered)))
            self.end_headers()
            self.wfile.write(answered)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def read_lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def lives(pid: int) -> bool:
    try:
        # A zombie is dead.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(true, what: str, seconds: float = 10.0):
    deadline = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < deadline, what
        time.sleep(0.02)
    return found


# --- unmodified functions --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pool, language",
    [("PythonPool", "Python"), ("NodePool", "Node.js"), ("RustPool", "Rust")],
)
def test_an_unmodified_function_changes_the_tokens(running_project, pool, language):
    ann = running_project.pool(pool).person()
    issued = ann.sign_in()
    identity = tokens.verified(issued["IdToken"], ann.pool.issuer)
    access = tokens.verified(issued["AccessToken"], ann.pool.issuer)
    assert identity["written_in"] == language
    assert access["function"].startswith("poolhouse-In")
    assert "pages/read" in access["scope"].split()


def test_a_handler_answers_requests_of_the_api(running_project):
    """Whatever it answers is the body, if it is not the form of API Gateway."""
    answer = requests.get(f"{running_project.house.api_url}/python", timeout=30)
    assert answer.status_code == 200, answer.text
    assert answer.json()["rawPath"] == "/python"


def test_code_in_the_template_runs(running_project):
    name = running_project.house.outputs["InPython"].replace("InPython", "InTheTemplate")
    assert running_project.call(name, {"a": 1})["Payload"] == {"inline": {"a": 1}}


def test_what_sam_built_comes_before_the_source(root, tmp_path):
    moved = tmp_path / "project"
    shutil.copytree(root, moved, symlinks=True)
    built = moved / ".aws-sam" / "build" / "InPython"
    built.mkdir(parents=True)
    (built / "app.py").write_text("def handler(event, context):\n    return 'built'\n")
    with running(tmp_path, moved) as project:
        assert project.call(project.house.outputs["InPython"], {})["Payload"] == "built"
        assert ".aws-sam/build/InPython" in project.log()


def test_a_sender_decrypts_its_codes_with_the_encryption_sdk(running_project):
    ann = running_project.pool("SenderPool").sign_up()
    sent = running_project.folder / "sent.jsonl"
    found = wait_until(
        lambda: sent.exists()
        and [line for line in read_lines(sent) if line["to"] == ann.name],
        "no code was sent",
        30,
    )
    secrets.remember_code(found[-1]["code"])
    ann.pool.cognito.confirm_sign_up(
        ClientId=ann.client.id, Username=ann.name, ConfirmationCode=found[-1]["code"]
    )
    assert ann.sign_in()
    # The function has sent it, so nobody else did.
    assert running_project.house.mailbox.messages(ann.name) == []


# --- the environment -------------------------------------------------------------------------------


def test_a_function_is_given_what_lambda_gives_and_nothing_of_the_server(running_project):
    environment = running_project.call("mischief", {"do": "environment"})["Payload"]
    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == "mischief"
    assert environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "128"
    assert environment["AWS_REGION"] == running_project.house.region
    url = running_project.house.identity_url
    assert environment["AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"] == url
    assert "SECRET_OF_THE_SERVER" not in environment and "HOME" not in environment
    assert "POOLHOUSE_SENDER_KEYS" not in environment


def test_signs_of_a_shell_in_a_value_mean_nothing(running_project, root):
    environment = running_project.call("mischief", {"do": "environment"})["Payload"]
    assert environment["TRICKY"] == "$(touch injected) `id`; ' \" && echo * > /dev/null | \\ é"
    assert not list(root.parent.rglob("injected"))


# --- bad functions ---------------------------------------------------------------------------------


def sign_up(pool: Pool, order: str) -> None:
    pool.cognito.sign_up(
        ClientId=pool.web.id,
        Username=address(),
        Password=secrets.password(),
        ClientMetadata={"do": order},
    )


UNREACHABLE = "PreSignUp invocation failed due to error {}."
SLOW = "Socket timeout while invoking Lambda function"


@pytest.mark.parametrize(
    "order, name, message",
    [
        ("throw", "UserLambdaValidationException", "PreSignUp failed with error not today."),
        ("no JSON", "InvalidLambdaResponseException", "Invalid JSON"),
        ("nothing", "InvalidLambdaResponseException", "Invalid JSON"),
        ("wrong shape", "InvalidLambdaResponseException", "Unrecognizable lambda output"),
        ("a list", "InvalidLambdaResponseException", "Unrecognizable lambda output"),
        ("too much", "UnexpectedLambdaException", UNREACHABLE.format("RequestTooLargeException")),
        (
            "exit",
            "UserLambdaValidationException",
            r"~^PreSignUp failed with error RequestId: [0-9a-f-]{36} Error: "
            r"Runtime exited with error: exit status 3\.$",
        ),
        ("loop", "UnexpectedLambdaException", UNREACHABLE.format(SLOW)),
    ],
)
def test_a_bad_function_is_one_clear_error_and_the_next_call_is_well(
    running_project, order, name, message
):
    pool = running_project.pool("MischiefPool")
    with refused(name, message):
        sign_up(pool, order)
    sign_up(pool, "nothing bad")


@pytest.mark.parametrize("pool, reason", [("GonePool", "gone"), ("JavaPool", "java21")])
def test_code_that_cannot_run_is_told_at_the_start_and_at_each_call(running_project, pool, reason):
    lines = running_project.log().splitlines()
    [told] = [line for line in lines if "cannot be called" in line and reason in line]
    assert told.startswith(("Gone", "InJava"))
    before = running_project.log().count(reason)
    with refused("UnexpectedLambdaException", UNREACHABLE.format("ServiceException")):
        sign_up(running_project.pool(pool), "anything")
    assert running_project.log().count(reason) > before


def test_others_do_not_notice_a_function_that_loops(running_project):
    mischief, quiet = running_project.pool("MischiefPool"), running_project.pool("PythonPool")
    ann = quiet.person()
    ann.sign_in()
    caught = []

    def loop():
        try:
            sign_up(mischief, "loop")
        except ClientError as error:
            caught.append(error.response["Error"]["Code"])

    bad = [threading.Thread(target=loop) for _ in range(3)]
    for thread in bad:
        thread.start()
    time.sleep(0.2)
    slowest = 0.0
    while any(thread.is_alive() for thread in bad):
        began = time.monotonic()
        assert tokens.claims(ann.sign_in()["IdToken"])["written_in"] == "Python"
        slowest = max(slowest, time.monotonic() - began)
    assert caught == ["UnexpectedLambdaException"] * 3
    assert slowest < 2.5, slowest


# --- Lambda's own API ------------------------------------------------------------------------------


def test_the_sdk_calls_a_function(running_project):
    answer = running_project.call("mischief", {"a": 1}, LogType="Tail")
    assert answer["StatusCode"] == 200 and answer["ExecutedVersion"] == "$LATEST"
    assert answer["Payload"] == {"a": 1} and "FunctionError" not in answer
    log = base64.b64decode(answer["LogResult"]).decode()
    parts = [
        r"REPORT RequestId: \S+",
        r"Duration: [\d.]+ ms",
        r"Billed Duration: \d+ ms",
        "Memory Size: 128 MB",
        r"Max Memory Used: \d+ MB",
    ]
    assert re.search("\t".join(parts), log), log
    arn = running_project.house.outputs["InPythonArn"]
    assert running_project.call(arn, {})["Payload"]["response"]


def test_what_a_function_writes_is_in_its_log(running_project):
    answer = running_project.call("mischief", {"do": "log"}, LogType="Tail")
    assert "a line of the log" in base64.b64decode(answer["LogResult"]).decode()
    assert "a line of the log" in running_project.log()


def test_the_sdk_sees_an_error_of_a_function(running_project):
    answer = running_project.call("mischief", {"do": "throw"})
    assert answer["StatusCode"] == 200 and answer["FunctionError"] == "Unhandled"
    assert answer["Payload"] == {"errorMessage": "not today", "errorType": "Refused"}
    answer = running_project.call("mischief", {"do": "loop"})
    assert answer["FunctionError"] == "Unhandled"
    assert "Task timed out after 1.00 seconds" in answer["Payload"]["errorMessage"]
    answer = running_project.call("mischief", {"do": "too much"})
    assert answer["Payload"]["errorType"] == "Function.ResponseSizeTooLarge"


def test_the_sdk_asks_without_waiting_or_calling(running_project):
    assert running_project.call("mischief", {}, InvocationType="DryRun")["StatusCode"] == 204
    assert running_project.call("mischief", {}, InvocationType="Event")["StatusCode"] == 202


def test_a_call_that_cannot_be_made_is_refused(running_project):
    functions = running_project.functions
    with refused("ResourceNotFoundException", "~^Function not found: arn:aws:lambda:", 404):
        functions.invoke(FunctionName="nobody", Payload=b"{}")
    with refused("InvalidRequestContentException", status=400):
        functions.invoke(FunctionName="mischief", Payload=b"{")
    with refused("RequestTooLargeException", status=413):
        functions.invoke(FunctionName="mischief", Payload=b'"' + b"x" * 6_291_456 + b'"')
    unsigned = requests.post(
        f"{running_project.house.identity_url}/2015-03-31/functions/mischief/invocations",
        data=b"{}",
        timeout=10,
    )
    assert unsigned.status_code == 403
    assert unsigned.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"


def test_a_page_of_the_internet_calls_no_function(running_project):
    path = "/2015-03-31/functions/mischief/invocations"
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        answer = requests.post(
            running_project.house.identity_url + path, data=b"{}", headers=headers, timeout=10
        )
        assert answer.status_code == 403 and "localhost" in answer.text


def test_the_command_line_of_aws_calls_a_function(running_project, tmp_path):
    [line] = re.findall(r"export (AWS_ENDPOINT_URL_LAMBDA=\S+)", running_project.log())[:1]
    name, _, url = line.partition("=")
    out = tmp_path / "out.json"
    done = subprocess.run(
        [
            str(Path(sys.executable).parent / "aws"),
            *("lambda", "invoke", "--function-name", "mischief"),
            *("--payload", '{"b": 2}', str(out)),
        ],
        env={
            **os.environ,
            **running_project.house.environment(),
            name: url,
            "AWS_CONFIG_FILE": str(tmp_path / "none"),
            "NO_PROXY": "127.0.0.1",
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["StatusCode"] == 200
    assert json.loads(out.read_text()) == {"b": 2}


def test_serve_verifies_who_calls_a_function(tmp_path):
    keys = Keys(tmp_path / "keys")
    server, house = houses.serve(tmp_path / "serve", keys, f"embedded:{tmp_path / 'data'}")
    try:
        name = "poolhouse-TokenCustomizer"
        good = lambda_client(house)
        answer = good.invoke(FunctionName=name, Payload=b"{}")
        assert answer["FunctionError"] == "Unhandled"
        arn = f"arn:aws:lambda:{house.region}:000000000000:function:{name}"
        assert good.invoke(FunctionName=arn, Payload=b"{}")["StatusCode"] == 200
        with refused("InvalidSignatureException", status=403):
            lambda_client(house, aws_secret_access_key="wrong").invoke(FunctionName=name)
        with refused("UnrecognizedClientException", status=403):
            lambda_client(house, aws_access_key_id="AKIAUNKNOWN").invoke(FunctionName=name)
    finally:
        server.stop()


# --- its life and its end --------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_no_instance_outlives_the_server(root, tmp_path, end):
    with running(tmp_path, root) as project:
        waiting = project.call("mischief", {"do": "who"})["Payload"]
        assert lives(waiting)
        # One that hears nothing more.
        project.call("mischief", {"do": "hang"}, InvocationType="Event")
        file = tmp_path / "hanging"
        hanging = int(wait_until(lambda: file.exists() and file.read_text(), "it does not hang"))
        getattr(project.server, end)()
        wait_until(lambda: not lives(waiting) and not lives(hanging), "an orphan", 5)


def test_a_cold_start_is_felt_once(root, tmp_path):
    with running(tmp_path, root, "--cold-start", "800") as project:
        took = []
        for _ in range(2):
            began = time.monotonic()
            project.call(project.house.outputs["InPython"], {})
            took.append(time.monotonic() - began)
        assert took[0] >= 0.8 > took[1], took


def test_a_function_is_called_where_somebody_else_runs_it(root, tmp_path):
    heard = []

    def answer(path, body):
        heard.append((path, json.loads(body)))
        return 200, {}, b'"from elsewhere"'

    with serving(answer) as url:
        whole = f"{url}/2015-03-31/functions/a-binary/invocations"
        elsewhere = ("--function", f"Gone={url}", "--function", f"InJava={whole}")
        with running(tmp_path, root, *elsewhere) as project:
            name = project.house.outputs["InPython"]
            for function in ("Gone", "InJava"):
                called = project.call(name.replace("InPython", function), {"x": function})
                assert called["Payload"] == "from elsewhere"
            assert "cannot be called" not in project.log()
    paths = [path for path, _ in heard]
    assert paths[0].startswith("/2015-03-31/functions/poolhouse-Gone")
    assert paths[1] == "/2015-03-31/functions/a-binary/invocations"


def test_a_function_is_called_on_lambda_itself(root, tmp_path):
    """What stands for AWS Lambda verifies signatures: another server, in `serve`."""
    keys = Keys(tmp_path / "keys")
    there, house = houses.serve(tmp_path / "serve", keys, f"embedded:{tmp_path / 'data'}")
    given = {**house.environment(), "AWS_ENDPOINT_URL_LAMBDA": house.identity_url}
    arn = f"arn:aws:lambda:{house.region}:000000000000:function:"
    elsewhere = (
        *("--function", f"Gone={arn}poolhouse-TokenCustomizer"),
        *("--function", f"InJava={arn}nobody"),
    )
    try:
        with running(tmp_path, root, *elsewhere, environment=given) as project:
            name = project.house.outputs["InPython"]
            called = project.call(name.replace("InPython", "Gone"), {"not": "an event"})
            assert called["FunctionError"] == "Unhandled", called
            assert "cannot be called" not in project.log()
            with refused("ResourceNotFoundException", status=404):
                project.call(name.replace("InPython", "InJava"), {})
        stranger = {**given, "AWS_SECRET_ACCESS_KEY": "wrong"}
        with running(tmp_path / "wrong", root, *elsewhere, environment=stranger) as project:
            with refused("ServiceException", status=500):
                project.call(name.replace("InPython", "Gone"), {})
            assert "InvalidSignatureException" in project.log()
    finally:
        there.stop()


@pytest.mark.parametrize(
    "argument, says",
    [
        ("Nobody=http://127.0.0.1:1", "no such function"),
        ("Gone=arn:aws:s3:::bucket", "not a function's ARN"),
        ("Gone=https://example.com", "no plain http"),
        ("Gone", "NAME=URL"),
    ],
)
def test_a_function_elsewhere_that_cannot_be_meant_is_told(root, argument, says):
    done = invoke(root, "Gone", "-", "--function", argument, input="{}")
    assert done.returncode == 1 and says in done.stderr


# --- poolhouse invoke ------------------------------------------------------------------------------


def invoke(root: Path, function: str, event: str, *arguments: str, **settings):
    return subprocess.run(
        [
            *(str(BINARY), "invoke", function, "--event", event),
            *("--template", str(root / "template.yaml"), "--parameter", "Folder=/tmp"),
            *arguments,
        ],
        capture_output=True,
        text=True,
        timeout=60,
        **settings,
    )


def test_invoke_calls_a_function_once(root, tmp_path):
    event = tmp_path / "event.json"
    event.write_text('{"userName": "ann"}')
    done = invoke(root, "InPython", str(event))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["userName"] == "ann"
    lines = done.stderr.splitlines()
    assert lines[0].startswith("START RequestId: ") and lines[-1].startswith("REPORT RequestId: ")
    assert "Init Duration: " in lines[-1]


def test_invoke_reads_standard_input_and_tells_failure(root):
    done = invoke(root, "mischief", "-", input='{"do": "throw"}')
    assert done.returncode == 1
    assert json.loads(done.stdout) == {"errorMessage": "not today", "errorType": "Refused"}
    assert "REPORT RequestId: " in done.stderr
    done = invoke(root, "mischief", "-", input='{"do": "loop"}')
    assert done.returncode == 1 and "Task timed out" in done.stdout
    for function, says in (("Nobody", "no function Nobody"), ("Gone", "gone")):
        done = invoke(root, function, "-", input="{}")
        assert done.returncode == 1 and says in done.stderr and not done.stdout
    done = invoke(root, "mischief", "-", input="{")
    assert done.returncode == 1 and "InvalidRequestContentException" in done.stderr


def test_invoke_calls_functions_of_ours(tmp_path):
    event = REPOSITORY / "conformance" / "functions" / "token.json"
    done = subprocess.run(
        [str(BINARY), "invoke", "Authorizer", "--event", str(event)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["errorMessage"] == "Unauthorized"
    assert "REPORT RequestId: " in done.stderr


# --- functions of ours -----------------------------------------------------------------------------


def ours(name: str, **environment: str) -> dict:
    return {
        "CodeUri": f"target/lambda/{name}/",
        "Handler": "bootstrap",
        "Runtime": "provided.al2023",
        "Timeout": 5,
        "Environment": {"Variables": environment},
    }


@contextmanager
def starter_like(folder: Path, functions: dict, *arguments: str, **pool):
    path = template(folder, functions, pool=pool)
    server, house = houses.dev(folder / "server", str(path), "--memory", *arguments)
    try:
        yield house, server
    finally:
        server.stop()


def test_custom_messages_have_the_words_of_a_folder(tmp_path):
    words = tmp_path / "words"
    shutil.copytree(REPOSITORY / "crates" / "kit" / "data" / "messages", words)
    english = (words / "en.ftl").read_text()
    assert "Your code" in english
    (words / "en.ftl").write_text(english.replace("Your code", "Your magic number"))
    functions = {"Words": ours("custom-message", BRAND_NAME="Aquarium", MESSAGES_DIR="words")}
    with starter_like(
        tmp_path,
        functions,
        UsernameAttributes=["email"],
        AutoVerifiedAttributes=["email"],
        LambdaConfig={"CustomMessage": {"Fn::GetAtt": ["Words", "Arn"]}},
    ) as (house, _):
        ann = starter_of(house).sign_up()
        [message] = house.mailbox.wait_for(ann.name)
        assert "Aquarium" in message["body"] and "magic number" in message["body"]
        assert message["code"] in message["body"]
        ann.confirm()


def test_a_mailed_code_signs_in(tmp_path):
    secret = "a secret of at least thirty-two characters"
    functions = {
        "Way": ours(
            "passwordless",
            BRAND_NAME="Aquarium",
            PASSWORDLESS_SECRET=secret,
            ANSWER_AFTER_MS="100",
        )
    }
    way = {"Fn::GetAtt": ["Way", "Arn"]}
    with starter_like(
        tmp_path,
        functions,
        UsernameAttributes=["email"],
        AutoVerifiedAttributes=["email"],
        LambdaConfig={
            "DefineAuthChallenge": way,
            "CreateAuthChallenge": way,
            "VerifyAuthChallengeResponse": way,
        },
    ) as (house, _):
        ann = starter_of(house).sign_up()
        ann.confirm()
        begun = ann.client.initiate("CUSTOM_AUTH", USERNAME=ann.name)
        assert begun["ChallengeName"] == "CUSTOM_CHALLENGE"
        newest = house.mailbox.wait_for(ann.name, 2)[0]
        assert newest["purpose"] == "Passwordless"
        [code] = set(re.findall(r"\b\d{8}\b", re.sub(r"#\w{6,8}\b", "", newest["body"])))
        secrets.remember_code(code)
        done = ann.client.respond(
            "CUSTOM_CHALLENGE", begun["Session"], USERNAME=ann.name, ANSWER=code
        )
        assert tokens.verified(done["AuthenticationResult"]["IdToken"], ann.pool.issuer)


def test_a_directory_brings_users_over(tmp_path):
    password, asked = secrets.password(), []

    def answer(path, body):
        question = json.loads(body)
        asked.append((path, question["username"]))
        if question["username"] == "moved":
            return 307, {"Location": "http://127.0.0.1:1/"}, b""
        if question["username"] == "endless":
            return 200, {}, b" " * (1024 * 1024)
        if question != {"username": "ann", "password": password}:
            return 404, {}, b""
        person = {"email": "ann@example.com", "email_verified": "true"}
        return 200, {}, json.dumps({"username": "ann", "attributes": person}).encode()

    with serving(answer) as url:
        functions = {"Bring": ours("user-migration", DIRECTORY_URL=f"{url}/people")}
        with starter_like(
            tmp_path,
            functions,
            LambdaConfig={"UserMigration": {"Fn::GetAtt": ["Bring", "Arn"]}},
        ) as (house, server):
            client = starter_of(house).web
            for nobody in ("bob", "moved", "endless"):
                with pytest.raises(ClientError):
                    client.password(nobody, password)
            with pytest.raises(ClientError):
                client.password("ann", "Wrong-Horse-7!")
            assert client.password("ann", password)["AuthenticationResult"]
            attributes = starter_of(house).user("ann")["UserAttributes"]
            assert {"Name": "email", "Value": "ann@example.com"} in attributes
            assert asked[0] == ("/people/authenticate", "bob")
            count = len(asked)
            # From now on the pool knows ann.
            assert client.password("ann", password) and len(asked) == count


def told_by(house, count):
    """What was told, newest first, once there is so much of it: it leaves after the answer."""
    deadline = time.monotonic() + 15
    while True:
        told = requests.get(f"{house.identity_url}/_poolhouse/user-events", timeout=10).json()
        if len(told) >= count:
            return told
        assert time.monotonic() < deadline, told
        time.sleep(0.05)


def test_what_users_do_is_told(tmp_path):
    events = {"Fn::GetAtt": ["Events", "Arn"]}
    with starter_like(
        tmp_path,
        {"Events": ours("user-events")},
        LambdaConfig={"PostConfirmation": events, "PostAuthentication": events},
    ) as (house, server):
        ann = starter_of(house).person()
        ann.sign_in()
        told = told_by(house, 2)
        assert [event["type"] for event in told] == ["user.signed_in", "user.created"]
        assert {event["subject"] for event in told} == {ann.sub}
        assert '"SignIns":1' in server.log.read_text().replace("\\", "")


def test_serve_tells_what_users_do_to_a_file(tmp_path):
    keys, told = Keys(tmp_path / "keys"), tmp_path / "user-events.jsonl"
    server = houses.node(tmp_path / "serve", keys, f"embedded:{tmp_path / 'data'}")
    server.arguments += ["--user-events", f"file:{told}"]
    try:
        house = houses.served(server, server.start(), keys)
        ann = starter_of(house).sign_up()
        ann.confirm()
        deadline = time.monotonic() + 15
        while '"user.created"' not in told.read_text():
            assert time.monotonic() < deadline, told.read_text()
            time.sleep(0.05)
        events = [json.loads(line) for line in told.read_text().splitlines()]
        assert {event["specversion"] for event in events} == {"1.0"}
        assert told.stat().st_mode & 0o777 == 0o600
    finally:
        server.stop()


def test_a_function_of_ours_that_lacks_a_setting_stands_in_nobodys_way(tmp_path):
    with starter_like(
        tmp_path,
        {"Bring": ours("user-migration"), "Way": ours("passwordless", BRAND_NAME="Aquarium")},
    ) as (house, server):
        log = server.log.read_text()
        assert "Bring cannot be called: the environment variable DIRECTORY_URL is missing" in log
        assert "Way cannot be called: the environment variable PASSWORDLESS_SECRET" in log
        assert starter_of(house).person().sign_in()
