"""What does the service's model ask of each input, and what is said to one that breaks it?

Read from the model in the pinned botocore package, and written a second time in another language
than the server's: where the two disagree, one of them has misread the model.
"""

import base64
from dataclasses import dataclass
from functools import cache

import botocore.session
import regex

MODEL = (
    botocore.session.get_session()
    .get_component("data_loader")
    .load_service_model("cognito-idp", "service-2")
)
SHAPES: dict[str, dict] = MODEL["shapes"]
OPERATIONS: list[str] = sorted(MODEL["operations"])

ABSENT = object()
"""Stands for a member that is left out."""

UNKNOWN = {"NothingOfTheModel": {"a": [None, 7]}, "": "", "userPoolId": 7}
"""Members that no input has."""

TEXTS = [
    "abc",
    "a@example.com",
    "12345678",
    "Level1",
    "0a1b",
    "eu-west-1_NoSuchPool",
    "eu-west-1_0a1b2c3d",
    "https://example.com/a",
    "arn:aws:sns:eu-west-1:000000000000:name",
    "arn:aws:s3:::bucket",
    "{####} is the code",
    "{##Confirm##}",
    "cognito:english",
    "0a1b2c3d-0a1b-4c3d-8e4f-0a1b2c3d4e5f",
    "tkn0a1b2c3d4e5f6g7h8i9j0k1l2",
    "terms-of-use",
    "import-0a1b",
    "0a1b2c3d4e5f6a7b8c9d0e1f",
    "123456",
]
"""One of them fits wherever a text is asked for."""

STRANGERS = ["", " ", "\n", "\0", "a b", "%", "é", "x", "arn:aws", "Level5", "\u200b"]
"""For each pattern that refuses anything, one of them is outside it."""


def input_of(operation: str) -> str:
    return MODEL["operations"][operation]["input"]["shape"]


def is_unsigned(operation: str) -> bool:
    return MODEL["operations"][operation].get("authtype") == "none"


def declared(operation: str) -> set[str]:
    """The errors that the model says this operation may answer."""
    return {error["shape"] for error in MODEL["operations"][operation].get("errors", [])}


def kind(name: str) -> str:
    shape = SHAPES[name]
    if shape.get("document"):
        return "document"
    return "enum" if "enum" in shape else shape["type"]


def is_scalar(name: str) -> bool:
    return kind(name) not in ("structure", "list", "map", "document")


@cache
def pattern(text: str) -> regex.Pattern:
    """As Java reads it, where `\\w` and `\\s` are of ASCII and `\\p{L}` is of all letters."""
    for ours, java in ((r"\w", "a-zA-Z0-9_"), (r"\s", r" \t\n\x0b\f\r")):
        text = text.replace(ours, java)
    return regex.compile(text.replace(r"[\S]", r"[^ \t\n\x0b\f\r]"))


def fits(name: str, text: str) -> bool:
    return not list(_rules_of_text(name, text))


# --- what is a good input? ------------------------------------------------------------------------


def example(name: str, known: dict[str, object]):
    """The least that this shape accepts; `known` has the values of some shapes by their names."""
    if name in known:
        return known[name]
    shape = SHAPES[name]
    match kind(name):
        case "enum":
            return shape["enum"][0]
        case "string":
            return _text(name)
        case "integer" | "long":
            return max(shape.get("min", 1), 1)
        case "boolean":
            return True
        case "timestamp":
            return 1_700_000_000
        case "blob":
            return "AAAA"
        case "document":
            return {}
        case "list":
            least = max(shape.get("min", 0), 1)
            return [example(shape["member"]["shape"], known) for _ in range(least)]
        case "map":
            return {
                example(shape["key"]["shape"], known): example(shape["value"]["shape"], known)
            }
        case "structure":
            return {
                member: example(shape["members"][member]["shape"], known)
                for member in shape.get("required", [])
            }
    raise AssertionError(f"{name} is a {kind(name)}")


@cache
def _text(name: str) -> str:
    shape = SHAPES[name]
    for text in TEXTS:
        for candidate in (text, text.ljust(shape.get("min", 0), "0")):
            if fits(name, candidate):
                return candidate
    raise AssertionError(f"no text of the list fits {name}")


# --- where may an input go wrong? -----------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """A member, an element, a key or a value, by the way that leads there."""

    path: tuple[str, ...]
    shape: str
    required: bool = False

    def __str__(self) -> str:
        return ".".join(self.path)


def places(operation: str) -> list[Place]:
    """Every place in the input of an operation, the whole input apart."""
    found: list[Place] = []

    def below(name: str, path: tuple[str, ...], above: tuple[str, ...]):
        assert name not in above, f"{name} holds itself"
        shape, above = SHAPES[name], (*above, name)
        steps: list[tuple[str, str, bool]] = []
        match kind(name):
            case "structure":
                required = shape.get("required", [])
                for member, target in shape.get("members", {}).items():
                    steps.append((member, target["shape"], member in required))
            case "list":
                steps.append(("[]", shape["member"]["shape"], False))
            case "map":
                steps.append(("{key}", shape["key"]["shape"], False))
                steps.append(("{}", shape["value"]["shape"], False))
        for step, target, is_required in steps:
            found.append(Place((*path, step), target, is_required))
            below(target, (*path, step), above)

    below(input_of(operation), (), ())
    return found


def built(name: str, path: tuple[str, ...], value, known: dict[str, object]):
    """The least good input, with this value at the end of this way."""
    if not path:
        return value
    shape, (step, *rest) = SHAPES[name], path
    whole = example(name, known)
    match kind(name):
        case "structure":
            if value is ABSENT and not rest:
                whole.pop(step, None)
            else:
                whole[step] = built(shape["members"][step]["shape"], tuple(rest), value, known)
        case "list":
            whole[0] = built(shape["member"]["shape"], tuple(rest), value, known)
        case "map":
            [(key, entry)] = whole.items()
            if step == "{key}":
                whole = {value: entry}
            elif value is ABSENT and not rest:
                whole = {}
            else:
                whole = {key: built(shape["value"]["shape"], tuple(rest), value, known)}
    return whole


def wrong(place: Place, known: dict[str, object]) -> list[tuple[str, object]]:
    """What may be wrong with a value at this place: a word for it, and the value."""
    shape, is_key = SHAPES[place.shape], place.path[-1] == "{key}"
    good = example(place.shape, known)
    found: list[tuple[str, object]] = []
    if not is_key:
        if place.path[-1] not in ("[]", "{}"):
            found.append(("missing", ABSENT))
        found.append(("null", None))
    least, most = shape.get("min"), shape.get("max")
    match kind(place.shape):
        case "string" | "enum":
            if not is_key:
                found += [("type", value) for value in (7, True, ["a"], {"a": "b"})]
            if least:
                found.append(("too short", _text(place.shape)[: least - 1]))
                found.append(("too short and strange", " " * (least - 1)))
            if most is not None:
                text = good if isinstance(good, str) else _text(place.shape)
                found.append(("too long", (text * (most // len(text) + 1))[: most + 1]))
                found.append(("too long", "é" * (most + 1)))
            if "pattern" in shape:
                strange = [text for text in STRANGERS if not _matches(place.shape, text)]
                found += [("pattern", text) for text in strange[:3]]
            if "enum" in shape:
                found += [("enum", text) for text in ("", "nothing of the set", good.lower() + " ")]
        case "integer" | "long":
            found += [("type", value) for value in ("7", 1.5, False, [7], {}, 2**63, -(2**31) - 1)]
            if least is not None:
                found.append(("too small", least - 1))
            if most is not None:
                found.append(("too large", most + 1))
        case "boolean":
            found += [("type", value) for value in ("true", 1, [], {})]
        case "timestamp":
            found += [("type", value) for value in ("2026-01-01T00:00:00Z", True, [], {}, 1e300)]
        case "blob":
            found += [("type", value) for value in ("not base64!", 7, True, [], {})]
            if most is not None:
                found.append(("too long", base64.b64encode(bytes(most + 1)).decode()))
        case "list":
            found += [("type", value) for value in ("a", 7, False, {"a": "b"})]
            if least:
                found.append(("too short", good[: least - 1]))
            if most is not None:
                found.append(("too long", good[:1] * (most + 1)))
        case "map":
            found += [("type", value) for value in ("a", 7, True, ["a"])]
            if most is not None and most < 1000:
                [(key, entry)] = good.items()
                found.append(("too long", {f"{key}{at:04}": entry for at in range(most + 1)}))
        case "structure":
            found += [("type", value) for value in ("a", 7, False, ["a"])]
    return found


def idle(place: Place, known: dict[str, object]) -> list[tuple[str, object, object]]:
    """What changes nothing at this place: a word for it, the value, and one that means the same."""
    found: list[tuple[str, object, object]] = []
    if not place.required and place.path[-1] not in ("[]", "{key}"):
        found.append(("null", None, ABSENT))
    if kind(place.shape) == "structure":
        good = example(place.shape, known)
        found.append(("with a member that nobody knows", good | UNKNOWN, good))
    return found


# --- what is said to a bad input? -----------------------------------------------------------------


class WrongType(Exception):
    """The sentence of a `SerializationException`."""


def expected(operation: str, body: dict) -> tuple[str, str] | None:
    """The name and the message of the refusal, or None if nothing is wrong with this input."""
    sentences: list[str] = []
    try:
        _judge(input_of(operation), body, "", False, sentences)
    except WrongType as wrong_type:
        return "SerializationException", str(wrong_type)
    if not sentences:
        return None
    errors = "error" if len(sentences) == 1 else "errors"
    listed = "; ".join(sentences[:100])
    return (
        "InvalidParameterException",
        f"{len(sentences)} validation {errors} detected: {listed}",
    )


def _judge(name: str, value, path: str, hidden: bool, sentences: list[str]) -> None:
    shape = SHAPES[name]
    hidden = hidden or shape.get("sensitive", False)
    match kind(name):
        case "document":
            return
        case "structure":
            _of_type(value, dict, "a structure")
            for member, target in shape.get("members", {}).items():
                spelled = member[0].lower() + member[1:]
                way = f"{path}.{spelled}" if path else spelled
                if value.get(member) is not None:
                    _judge(target["shape"], value[member], way, hidden, sentences)
                elif member in shape.get("required", []):
                    sentences.append(_missing(way))
        case "list":
            _of_type(value, list, "a list")
            element = shape["member"]["shape"]
            # Only a list of plain values is repeated, and only if they may be.
            hidden_here = hidden or not _may_be_told(element)
            for rule in _sizes(shape, len(value)):
                sentences.append(_sentence(path, value, hidden_here, rule))
            is_broken = False
            for at, one in enumerate(value, 1):
                if one is None:
                    sentences.append(_missing(f"{path}.{at}.member"))
                elif is_scalar(element):
                    is_broken |= bool(list(_rules(element, one)))
                else:
                    _judge(element, one, f"{path}.{at}.member", hidden, sentences)
            if is_broken:
                rule = f"Member must satisfy constraint: [{_all_rules(element)}]"
                sentences.append(_sentence(path, value, hidden_here, rule))
        case "map":
            _of_type(value, dict, "a map")
            key, entry = shape["key"]["shape"], shape["value"]["shape"]
            value = {name: one for name, one in value.items() if one is not None}
            hidden_here = hidden or not _may_be_told(entry) or not _may_be_told(key)
            for rule in _sizes(shape, len(value)):
                sentences.append(_sentence(path, value, hidden_here, rule))
            is_key_broken = is_entry_broken = False
            for text, one in value.items():
                is_key_broken |= bool(list(_rules(key, text)))
                if is_scalar(entry):
                    is_entry_broken |= bool(list(_rules(entry, one)))
                else:
                    _judge(entry, one, f"{path}.{text}.member", hidden, sentences)
            if is_key_broken:
                rule = f"Map keys must satisfy constraint: [{_all_rules(key)}]"
                sentences.append(_sentence(path, value, hidden_here, rule))
            if is_entry_broken:
                rule = f"Map value must satisfy constraint: [{_all_rules(entry)}]"
                sentences.append(_sentence(path, value, hidden_here, rule))
        case _:
            for rule in _rules(name, value):
                sentences.append(_sentence(path, value, hidden, rule))


def _may_be_told(name: str) -> bool:
    return is_scalar(name) and not SHAPES[name].get("sensitive", False)


def _missing(path: str) -> str:
    return f"Value null at '{path}' failed to satisfy constraint: Member must not be null"


def _sentence(path: str, value, hidden: bool, rule: str) -> str:
    told = "" if hidden else f" '{_shortened(_java(value))}'"
    return f"Value{told} at '{path}' failed to satisfy constraint: {rule}"


def _shortened(text: str) -> str:
    return text if len(text) <= 2048 else text[:2048] + "…"


def _java(value) -> str:
    """As Java prints it."""
    match value:
        case bool():
            return str(value).lower()
        case list():
            return f"[{', '.join(_java(one) for one in value)}]"
        case dict():
            return f"{{{', '.join(f'{name}={_java(one)}' for name, one in value.items())}}}"
    return str(value)


def _rules(name: str, value):
    """The broken rules of a plain value."""
    shape = SHAPES[name]
    match kind(name):
        case "string" | "enum":
            _of_type(value, str, "String")
            yield from _rules_of_text(name, value)
        case "integer" | "long" as whole:
            bits = 31 if whole == "integer" else 63
            wanted = "Integer" if whole == "integer" else "Long"
            _of_type(value, int, wanted)
            if not -(1 << bits) <= value < 1 << bits:
                raise WrongType(f"NUMBER_VALUE cannot be converted to {wanted}")
            yield from _range(shape, value)
        case "boolean":
            _of_type(value, bool, "Boolean")
        case "timestamp":
            _of_type(value, (int, float), "Timestamp")
            if abs(value) > 1e12:
                raise WrongType("NUMBER_VALUE cannot be converted to Timestamp")
        case "blob":
            _of_type(value, str, "Blob")
            try:
                count = len(base64.b64decode(value, validate=True))
            except ValueError:
                raise WrongType("STRING_VALUE cannot be converted to Blob") from None
            yield from _sizes(shape, count)


def _rules_of_text(name: str, text: str):
    shape = SHAPES[name]
    if "enum" in shape:
        if text not in shape["enum"]:
            yield _set(shape)
        return
    if not _matches(name, text):
        yield _pattern(shape)
    yield from _sizes(shape, len(text))


def _matches(name: str, text: str) -> bool:
    asked = SHAPES[name].get("pattern")
    return asked is None or pattern(asked).fullmatch(text) is not None


def _sizes(shape: dict, length: int):
    if length < shape.get("min", 0):
        yield f"Member must have length greater than or equal to {shape['min']}"
    if length > shape.get("max", length):
        yield f"Member must have length less than or equal to {shape['max']}"


def _range(shape: dict, number: int):
    if number < shape.get("min", number):
        yield f"Member must have value greater than or equal to {shape['min']}"
    if number > shape.get("max", number):
        yield f"Member must have value less than or equal to {shape['max']}"


def _pattern(shape: dict) -> str:
    return f"Member must satisfy regular expression pattern: {shape['pattern']}"


def _set(shape: dict) -> str:
    return f"Member must satisfy enum value set: [{', '.join(shape['enum'])}]"


def _all_rules(name: str) -> str:
    """An element that breaks one rule is answered with all that there are."""
    shape = SHAPES[name]
    if "enum" in shape:
        return _set(shape)
    what = "value" if kind(name) in ("integer", "long") else "length"
    rules = []
    if "max" in shape:
        rules.append(f"Member must have {what} less than or equal to {shape['max']}")
    if "min" in shape:
        rules.append(f"Member must have {what} greater than or equal to {shape['min']}")
    if "pattern" in shape:
        rules.append(_pattern(shape))
    return ", ".join(rules)


def _of_type(value, kinds, wanted: str) -> None:
    is_right = isinstance(value, kinds)
    if isinstance(value, bool) and wanted != "Boolean":
        is_right = False
    if is_right:
        return
    match value:
        case dict():
            raise WrongType("Start of structure or map found where not expected.")
        case list():
            raise WrongType("Start of list found where not expected.")
    if wanted in ("a structure", "a list", "a map"):
        raise WrongType("Unexpected value type in payload")
    token = {bool: str(value).upper(), str: "STRING"}.get(type(value), "NUMBER")
    raise WrongType(f"{token}_VALUE cannot be converted to {wanted}")
