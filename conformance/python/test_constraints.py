"""Is whatever the model forbids refused, in the service's own words, before anything happens?

Each place of each operation's input, wrong in each way that its shape can be: left out, null, of
another type, too short, too long, outside its pattern, outside its set, with members that the model
does not know. The calls and the answers to expect are generated from the model.
"""

import http.client
import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from harness import constraints, sigv4
from harness.constraints import OPERATIONS, UNKNOWN
from harness.house import REFUSED, REPOSITORY
from harness.raw import SERVICE

CALLERS = 4

NOBODY = {
    "UserPoolIdType": "eu-west-1_NoSuchPool",
    "ClientIdType": "nosuchclient",
    "UsernameType": "nobody",
    "ArnType": "arn:aws:cognito-idp:eu-west-1:000000000000:userpool/eu-west-1_NoSuchPool",
}
"""Where a call may be good, it is about what is not there."""

CONTRADICTIONS = {
    "CreateUserPool": [
        {"AliasAttributes": ["email"], "UsernameAttributes": ["email"]},
        {"MfaConfiguration": "ON"},
    ],
    "UpdateProvisionedLimit": [{"RequestedLimitValue": 1_000_000_000}],
}
"""What keeps a good call from doing anything where nothing needs to be there."""


def contradicted(operation: str, place: str, body: dict) -> dict:
    """The input with a contradiction that is elsewhere than this place."""
    for contradiction in CONTRADICTIONS.get(operation, []):
        if place not in contradiction:
            return body | contradiction
    return body


@dataclass
class Generated:
    """A call, and the answer to it: of the model, or that of another call that means the same."""

    operation: str
    what: str
    body: dict
    answer: tuple[str, str] | None = None
    twin: dict | None = None


def generated(operation: str, known: dict[str, object]) -> list[Generated]:
    """Every call of an operation; `known` has what is really there."""
    name = constraints.input_of(operation)
    good = contradicted(operation, "", constraints.example(name, NOBODY))
    found = [Generated(operation, "with unknown members", good | UNKNOWN, twin=good)]
    for place in constraints.places(operation):
        for what, value in constraints.wrong(place, known):
            body = constraints.built(name, place.path, value, known)
            if answer := constraints.expected(operation, body):
                found.append(Generated(operation, f"{place}: {what}", body, answer))
        for what, value, same in constraints.idle(place, NOBODY):
            body, twin = (
                contradicted(
                    operation, place.path[0], constraints.built(name, place.path, one, NOBODY)
                )
                for one in (value, same)
            )
            assert constraints.expected(operation, body) == constraints.expected(operation, twin)
            found.append(Generated(operation, f"{place}: {what}", body, twin=twin))
    return found


class Caller:
    """One connection, kept open."""

    def __init__(self, house):
        self.house = house
        self.connection = http.client.HTTPConnection(urlsplit(house.identity_url).netloc)

    def call(self, operation: str, body: dict) -> tuple[int, dict, bytes]:
        data = json.dumps(body).encode()
        if constraints.is_unsigned(operation):
            headers = {
                "Content-Type": "application/x-amz-json-1.1",
                "X-Amz-Target": f"{SERVICE}.{operation}",
            }
        else:
            house = self.house
            headers = sigv4.headers(
                house.identity_url, operation, data, house.access_key, house.region
            )
        self.connection.request("POST", "/", data, headers)
        answer = self.connection.getresponse()
        return answer.status, dict(answer.headers), answer.read()

    def refusal(self, operation: str, body: dict) -> tuple[int, str, str]:
        status, headers, content = self.call(operation, body)
        if status == 200:
            return status, "", ""
        said = json.loads(content)
        assert headers["x-amzn-errortype"] == f"{said['__type']}:"
        REFUSED.add((operation, said["__type"]))
        return status, said["__type"], said.get("message", "")

    def complaint(self, one: Generated) -> str | None:
        """What is not as it should be about the answer to a call."""
        status, name, message = self.refusal(one.operation, one.body)
        if one.twin is not None:
            asked = self.refusal(one.operation, one.twin)
            is_same = (status, name, message) == asked
        else:
            asked = (400, *one.answer)
            is_same = (status, name, message) == asked
        is_idle = status != 200 or one.operation.startswith(("Describe", "Get", "List"))
        if status < 500 and is_same and is_idle:
            return None
        return (
            f"{one.operation}, {one.what}: {status} {name}: {message[:300]}\n"
            f"    and not {asked[0]} {asked[1]}: {asked[2][:300]}\n"
            f"    to {json.dumps(one.body)[:300]}"
        )


@pytest.fixture(scope="module")
def known(make_pool) -> dict[str, object]:
    """What is really there, so that a call which was not refused would do something."""
    pool = make_pool()
    person = pool.person("constrained")
    pool.cognito.create_group(UserPoolId=pool.id, GroupName="constrained")
    return {
        "UserPoolIdType": pool.id,
        "ClientIdType": pool.web.id,
        "UsernameType": "constrained",
        "GroupNameType": "constrained",
        "TokenModelType": person.sign_in()["AccessToken"],
    }


def state(house, pool_id: str) -> list:
    """All that can be seen of a pool, and which pools there are."""
    cognito, of_pool = house.cognito, {"UserPoolId": pool_id}
    seen = [
        cognito.describe_user_pool(**of_pool)["UserPool"],
        cognito.get_user_pool_mfa_config(**of_pool),
        cognito.list_user_pools(MaxResults=60)["UserPools"],
        cognito.list_users(**of_pool)["Users"],
        cognito.list_groups(**of_pool)["Groups"],
        cognito.list_resource_servers(**of_pool, MaxResults=50)["ResourceServers"],
        cognito.list_identity_providers(**of_pool, MaxResults=60)["Providers"],
        cognito.list_user_import_jobs(**of_pool, MaxResults=60)["UserImportJobs"],
        [
            cognito.describe_user_pool_client(**of_pool, ClientId=client["ClientId"])
            for client in cognito.list_user_pool_clients(**of_pool)["UserPoolClients"]
        ],
    ]
    return [_bare(answer) for answer in seen]


def _bare(answer):
    """Without what an answer says of itself."""
    if isinstance(answer, dict):
        return {name: one for name, one in answer.items() if name != "ResponseMetadata"}
    return [_bare(one) if isinstance(one, dict) else one for one in answer]


def test_what_the_model_forbids_is_refused_in_its_words_and_changes_nothing(house, known):
    calls = [one for operation in OPERATIONS for one in generated(operation, known)]
    shares = [calls[at::CALLERS] for at in range(CALLERS)]
    before = state(house, known["UserPoolIdType"])

    def complaints(share: list[Generated]) -> list[str]:
        caller = Caller(house)
        return [complaint for one in share if (complaint := caller.complaint(one))]

    with ThreadPoolExecutor(CALLERS) as crew:
        found = [complaint for share in crew.map(complaints, shares) for complaint in share]
    assert not found, f"{len(found)} of {len(calls)} calls:\n" + "\n".join(found[:20])
    assert state(house, known["UserPoolIdType"]) == before
    assert len({one.operation for one in calls}) == 141


def test_the_readme_says_how_many_calls_are_generated(known):
    count = sum(len(generated(operation, known)) for operation in OPERATIONS)
    readme = (REPOSITORY / "README.md").read_text()
    assert re.findall(r"([\d,]+) generated calls", readme) == [f"{count:,}"]
