"""How does a test call the functions of a template, and where are their programs?"""

import os
import shutil
from pathlib import Path

import boto3
from botocore.config import Config

from .house import BINARY, REPOSITORY, House

FUNCTIONS = REPOSITORY / "conformance" / "functions"
# A function in Rust, built beside the server.
RUST = Path(
    os.environ.get(
        "POOLHOUSE_TEST_FUNCTION", BINARY.parent / "examples" / "functions-test-pre-token"
    )
)


def project(folder: Path) -> Path:
    """The folder of a project with functions in three languages, ready to run. What runs them is where a
    project has it: `.venv` and `node_modules` beside the template."""
    if not RUST.exists():
        raise FileNotFoundError(f"no {RUST}: build it with cargo build -p functions --examples")
    # Names with a space and a sign of the shell in them are names.
    project = folder / "a project; $HOME"
    ignored = shutil.ignore_patterns("node_modules", "package*.json")
    shutil.copytree(FUNCTIONS, project, ignore=ignored)
    (project / "rust").mkdir()
    shutil.copy(RUST, project / "rust" / "bootstrap")
    (project / "node_modules").symlink_to(FUNCTIONS / "node_modules")
    (project / ".venv").symlink_to(REPOSITORY / ".venv")
    return project


def lambda_client(house: House, **settings):
    """The SDK's client for Lambda, of an administrator."""
    settings.setdefault("aws_access_key_id", house.access_key[0])
    settings.setdefault("aws_secret_access_key", house.access_key[1])
    return boto3.client(
        "lambda",
        endpoint_url=house.identity_url,
        region_name=house.region,
        config=Config(retries={"total_max_attempts": 1}, proxies={}, read_timeout=60),
        **settings,
    )
