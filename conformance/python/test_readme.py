"""Do the commands of README, CONTRIBUTING and docs/ do what is printed beside them?

In README.md every `sh` block below a heading with the word "tour" is typed, in order, into one
shell. A block that is not `sh` straight after it is the output to expect, where `…` stands for
anything. Commands that start a server (`cargo run … dev`) run beside the shell. In CONTRIBUTING.md
and docs/ each command of a `sh` block is either run by scripts/test itself or typed into a shell.
"""

import os
import re
import shlex
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from harness.house import LOGS, REPOSITORY

pytestmark = pytest.mark.alone


@dataclass
class Block:
    heading: str
    commands: str
    expected: str | None


def blocks(file: Path) -> list[Block]:
    """The `sh` blocks of a document, each with the output printed after it."""
    found, heading, inside, language, straight = [], "", None, "", False
    for line in file.read_text().splitlines():
        if inside is None:
            if line.startswith("#"):
                heading, straight = line.lstrip("# "), False
            elif match := re.match(r"```(\w*)", line):
                inside, language = [], match[1]
            elif line.strip():
                straight = False
        elif line.startswith("```"):
            text = "\n".join(inside)
            if language == "sh":
                found.append(Block(heading, text, None))
            elif straight:
                found[-1].expected = text
            straight, inside = language == "sh", None
        else:
            inside.append(line)
    return found


class Shell:
    """One bash into which commands are typed, in the root of the repository."""

    def __init__(self, home: Path):
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("AWS_")
        }
        self.process = subprocess.Popen(
            ["bash", "--norc", "--noprofile"],
            cwd=REPOSITORY,
            env={
                **environment,
                "AWS_CONFIG_FILE": str(home / "no-config"),
                "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_PAGER": "",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def type(self, commands: str) -> str:
        mark = f"--done-{time.monotonic_ns()}--"
        # What a command reads is not the shell's own input.
        self.process.stdin.write(f"{{ {commands}\n}} </dev/null\necho; echo {mark} $?\n")
        self.process.stdin.flush()
        output = []
        for line in self.process.stdout:
            if line.startswith(mark):
                text = "".join(output)
                assert line.split()[1] == "0", f"{commands}\n{text}"
                return text.strip()
            output.append(line)
        raise AssertionError(f"the shell ended in:\n{commands}\n{''.join(output)}")

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=10)


def agree(expected: str, shown: str) -> bool:
    """`…` stands for anything; how much blank space there is does not matter."""
    parts = [re.escape(" ".join(part.split())) for part in expected.split("…")]
    pattern = r"\s*.*?\s*".join(parts)
    return re.fullmatch(pattern, " ".join(shown.split()), re.DOTALL) is not None


def is_server(command: str) -> bool:
    words = shlex.split(command, comments=True)
    return "dev" in words and words[0] in ("cargo", "poolhouse", "./target/release/poolhouse")


class DevServer:
    """The server of the first command, on its usual ports, with no data of before."""

    def __init__(self, folder: Path):
        self.data = REPOSITORY / ".poolhouse"
        self.aside = REPOSITORY / f".poolhouse-{os.getpid()}"
        self.log = folder / "readme.log"
        self.process = None
        for port in (9229, 3000):
            try:
                requests.get(f"http://127.0.0.1:{port}/", timeout=1)
            except requests.ConnectionError:
                continue
            pytest.fail(f"port {port} is taken, so the commands of the README cannot be typed")
        if self.data.exists():
            self.data.rename(self.aside)

    def start(self, command: str):
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                ["bash", "-c", f"exec {command}"],
                cwd=REPOSITORY,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        LOGS.append(self.log)
        deadline = time.monotonic() + 900
        while True:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            try:
                requests.get("http://127.0.0.1:9229/", timeout=1)
                requests.get("http://127.0.0.1:3000/health", timeout=1)
                return
            except requests.ConnectionError:
                time.sleep(0.1)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=15)
        if self.data.exists():
            import shutil

            shutil.rmtree(self.data)
        if self.aside.exists():
            self.aside.rename(self.data)


def walk(found: list[Block], folder: Path, server: DevServer) -> None:
    shell = Shell(folder)
    try:
        for block in found:
            lines = block.commands.strip()
            if is_server(lines):
                server.start(lines)
                shown = server.log.read_text()
            else:
                shown = shell.type(lines)
            if block.expected is not None:
                assert agree(block.expected, shown), (
                    f"{lines}\n\nshould show:\n{block.expected}\n\nshows:\n{shown}"
                )
    finally:
        shell.close()


@pytest.fixture
def server(folder):
    server = DevServer(folder)
    yield server
    server.stop()


def test_the_first_command_of_the_readme_starts_the_server():
    first = blocks(REPOSITORY / "README.md")[0].commands.splitlines()
    assert "cargo run --release -- dev" in first


def test_the_tour_of_the_readme_works_as_printed(folder, server):
    tour = [b for b in blocks(REPOSITORY / "README.md") if "tour" in b.heading.lower()]
    assert len(tour) >= 5, "the tour has gone missing"
    if not any(is_server(block.commands.strip()) for block in tour):
        server.start("cargo run --release -- dev")
    walk(tour, folder, server)


def documents() -> list[Path]:
    return sorted(
        file
        for file in [REPOSITORY / "CONTRIBUTING.md", *(REPOSITORY / "docs").rglob("*.md")]
        if file.exists() and blocks(file)
    )


@pytest.mark.parametrize("file", documents(), ids=lambda file: file.name)
def test_the_commands_of_a_document_work(file, folder, server):
    script = (REPOSITORY / "scripts" / "test").read_text()
    typed = []
    for block in blocks(file):
        left = []
        for line in block.commands.splitlines():
            command = line.partition(" #")[0].strip()
            # What the test command is made of runs there, and it does not run inside itself.
            if command and command not in script and not command.startswith("scripts/test"):
                left.append(line)
        if left:
            typed.append(Block(block.heading, "\n".join(left), block.expected))
    if typed and not any(is_server(block.commands.strip()) for block in typed):
        server.start("cargo run --release -- dev")
    walk(typed, folder, server)


def test_every_sh_block_of_the_readme_is_in_the_tour_or_run_by_the_test_command():
    script = (REPOSITORY / "scripts" / "test").read_text()
    for block in blocks(REPOSITORY / "README.md"):
        if "tour" in block.heading.lower():
            continue
        for line in block.commands.splitlines():
            command = line.partition(" #")[0].strip()
            if command and not is_server(command) and not command.startswith("scripts/test"):
                assert command in script, f"nothing runs `{command}`"


def test_the_words_for_anything_agree():
    assert agree("a … c", "a b\nb c")
    assert agree('{"x": "…"}', '{"x": "y"}')
    assert not agree("a … c", "a b")
    assert agree("HTTP 200", "HTTP  200\n")
