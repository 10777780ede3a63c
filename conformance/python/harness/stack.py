"""What would AWS create from a template, under which parameters?

An evaluator of its own: it shares nothing with the server's, and knows what the template uses.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator

from .house import REPOSITORY

TEMPLATE = REPOSITORY / "template.yaml"
TOOLS = REPOSITORY / "target" / "tools"
NOTHING = {"Ref": "AWS::NoValue"}


def tool(packages: str, program: str) -> str:
    """A program of a virtual environment of its own, which `scripts/test` fills."""
    path = TOOLS / packages / "bin" / program
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: `scripts/test linters` installs it")
    return str(path)


def run(*command: str, **settings) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=180, cwd=REPOSITORY, **settings
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def translate(path=TEMPLATE) -> tuple[dict, dict]:
    """The template as it is written, and as SAM hands it to CloudFormation."""
    script = REPOSITORY / "conformance" / "template" / "translate.py"
    both = json.loads(run(tool("sam", "python"), str(script), str(path)))
    return both["written"], both["translated"]


class Stack:
    """A template with its parameters given and its conditions decided. What only AWS knows, the
    `Ref` and `GetAtt` of resources, is left as it stands."""

    def __init__(self, template: dict, **parameters: str):
        self.template = template
        declared = template.get("Parameters", {})
        assert set(parameters) <= set(declared)
        self.parameters = {
            name: parameters.get(name, declared[name].get("Default")) for name in declared
        }
        self.resources = {
            name: self.value({key: part for key, part in resource.items() if key != "Condition"})
            for name, resource in template["Resources"].items()
            if "Condition" not in resource or self.decide({"Condition": resource["Condition"]})
        }
        self.outputs = self.value(template.get("Outputs", {}))

    def decide(self, test: dict) -> bool:
        [(function, argument)] = test.items()
        match function:
            case "Condition":
                return self.decide(self.template["Conditions"][argument])
            case "Fn::Equals":
                left, right = (self.value(side) for side in argument)
                return str(left) == str(right)
            case "Fn::Not":
                return not self.decide(argument[0])
            case "Fn::And":
                return all(self.decide(one) for one in argument)
            case "Fn::Or":
                return any(self.decide(one) for one in argument)
        raise AssertionError(f"{function} is no condition")

    def value(self, node):
        match node:
            case {"Fn::If": [name, yes, no]}:
                return self.value(yes if self.decide({"Condition": name}) else no)
            case {"Ref": name} if name in self.parameters:
                return self.parameters[name]
            case dict():
                pairs = {key: self.value(one) for key, one in node.items()}
                return {key: one for key, one in pairs.items() if one != NOTHING}
            case list():
                return [one for one in map(self.value, node) if one != NOTHING]
        return node

    def of(self, kind: str) -> dict[str, dict]:
        """The properties of all resources of a type."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self.resources.items()
            if resource["Type"] == kind
        }

    def references(self) -> Iterator[tuple[str, str, str | None]]:
        """Who refers to what, and to which attribute of it."""
        for name, resource in self.resources.items():
            for target, attribute in references(resource):
                yield name, target, attribute
            for target in resource.get("DependsOn", []):
                yield name, target, None
        for target, attribute in references(self.outputs):
            yield "Outputs", target, attribute


def references(node) -> Iterator[tuple[str, str | None]]:
    match node:
        case {"Ref": name}:
            yield name, None
        case {"Fn::GetAtt": [name, attribute]}:
            yield name, attribute
        case {"Fn::GetAtt": str(path)}:
            name, _, attribute = path.partition(".")
            yield name, attribute
        case {"Fn::Sub": argument}:
            text, given = argument if isinstance(argument, list) else (argument, {})
            for path in re.findall(r"\$\{([^!}][^}]*)\}", text):
                name, _, attribute = path.partition(".")
                if name not in given:
                    yield name, attribute or None
            yield from references(given)
        case dict():
            for one in node.values():
                yield from references(one)
        case list():
            for one in node:
                yield from references(one)


if __name__ == "__main__":
    json.dump(Stack(translate()[1]).resources, sys.stdout, indent=1)
