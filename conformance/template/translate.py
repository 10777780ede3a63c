"""What does AWS make of the template? SAM's own translator says so, without an account.

Reads a template, and prints it as JSON twice: as it is written, and as CloudFormation gets it. Runs
with the packages of sam.txt.
"""

import copy
import json
import os
import sys
from pathlib import Path

# The translator asks for the region of a session.
os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")

from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform


class NoManagedPolicies:
    """Policies are written out; a name of a managed one would be found missing."""

    def load(self):
        return {}


def packaged(template: dict) -> dict:
    """The template after `sam package`: code is in a bucket."""
    template = copy.deepcopy(template)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/code.zip"
    return template


def main(path: str) -> None:
    written = yaml_parse(Path(path).read_text())
    # As JSON: the parser's own types are not for others.
    written = json.loads(json.dumps(written, default=str))
    translated = transform(packaged(written), {}, NoManagedPolicies())
    json.dump({"written": written, "translated": translated}, sys.stdout, default=str)


main(sys.argv[1])
