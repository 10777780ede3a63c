"""May an access key do what its policy says, and nothing else?"""

import json
import os

import pytest
from botocore.exceptions import ClientError
from test_serve import refusal_to_start

from harness import api_keys, constraints, raw, sigv4
from harness import house as houses
from harness.checks import refused
from harness.people import Pool

# What a policy says is the same over every store.
pytestmark = pytest.mark.alone

ACCOUNT = "000000000000"
SIGNED = [name for name in constraints.OPERATIONS if not constraints.is_unsigned(name)]


def arn(pool: str) -> str:
    return f"arn:aws:cognito-idp:eu-west-1:{ACCOUNT}:userpool/{pool}"


def statement(effect: str, action, resource="*", **more) -> dict:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def key(name: str, *statements: dict) -> dict:
    made = {
        "userName": name,
        "accessKeyId": f"AKIA{os.urandom(8).hex().upper()}",
        "secretAccessKey": os.urandom(20).hex(),
    }
    if statements:
        made["policy"] = {"Version": "2012-10-17", "Statement": list(statements)}
    return made


class Guarded:
    """A server whose access keys each may do something else."""

    def __init__(self, folder):
        self.keys = houses.Keys(folder)
        store = f"embedded:{folder / 'data'}"
        self.server, self.house = houses.serve(folder, self.keys, store)
        self.mine, self.other = (Pool(self.house, self.made(name)) for name in ("mine", "other"))
        for pool in (self.mine, self.other):
            pool.cognito.admin_create_user(
                UserPoolId=pool.id, Username="ann", MessageAction="SUPPRESS"
            )
        administrator = {"userName": "admin", **json.loads(self.keys.access_key_file.read_text())}
        users = "cognito-idp:AdminGetUser"
        here = {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}
        there = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
        self.all = {
            made["userName"]: made
            for made in (
                administrator,
                key("nobody", statement("Allow", "s3:*")),
                key("barred", statement("Allow", "*"), statement("Deny", "cognito-idp:*")),
                key("reader", statement("Allow", users, arn(self.mine.id))),
                key("lower", statement("Allow", users.lower(), arn(self.mine.id))),
                key("lists", statement("Allow", "cognito-idp:List*", arn("*"))),
                key("but", statement("Allow", "*"), statement("Deny", "*", arn(self.mine.id))),
                key("here", statement("Allow", "*", Condition=here)),
                key("there", statement("Allow", "*", Condition=there)),
            )
        }
        self.keys.access_key_file.write_text(json.dumps({"keys": list(self.all.values())}))
        self.server.stop()
        self.server.start()

    def made(self, name: str) -> str:
        return self.house.cognito.create_user_pool(PoolName=name)["UserPool"]["Id"]

    def pair(self, name: str) -> tuple[str, str]:
        return self.all[name]["accessKeyId"], self.all[name]["secretAccessKey"]

    def client(self, name: str):
        access, secret = self.pair(name)
        return self.house.client(aws_access_key_id=access, aws_secret_access_key=secret)

    def raw(self, name: str, operation: str, body: bytes) -> tuple[int, str, str]:
        """What is answered to a signed body that no SDK would write."""
        url = self.house.identity_url
        signed = sigv4.headers(url, operation, body, self.pair(name), "eu-west-1")
        return raw.error(raw.call(url, operation, body, signed))


@pytest.fixture(scope="module")
def guarded(folder):
    guarded = Guarded(folder / "key-policies")
    yield guarded
    guarded.server.stop()


def resource_of(body: dict) -> str:
    if "UserPoolId" in body:
        return arn(body["UserPoolId"])
    return body.get("ResourceArn", "*")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("nobody", "because no identity-based policy allows the cognito-idp:{} action"),
        ("barred", "with an explicit deny in an identity-based policy"),
    ],
)
def test_every_signed_operation_is_refused_to_a_key_that_may_not(guarded, name, why):
    known = {"UserPoolIdType": guarded.mine.id, "ArnType": arn(guarded.mine.id)}
    client = guarded.client(name)
    assert len(SIGNED) == 107
    for operation in SIGNED:
        body = constraints.example(constraints.input_of(operation), known)
        if "UserPoolId" in body:
            # One of them has the type of any text.
            body["UserPoolId"] = guarded.mine.id
        text = (
            f"User: arn:aws:iam::{ACCOUNT}:user/{name} is not authorized to perform: "
            f"cognito-idp:{operation} on resource: {resource_of(body)} {why.format(operation)}"
        )
        with refused("AccessDeniedException", text):
            client._make_api_call(operation, body)


def test_a_key_without_a_policy_may_do_everything(guarded):
    client = guarded.client("admin")
    assert client.admin_get_user(UserPoolId=guarded.mine.id, Username="ann")
    assert client.list_user_pools(MaxResults=1)


@pytest.mark.parametrize("name", ["reader", "lower"])
def test_a_key_for_one_operation_on_one_pool(guarded, name):
    client, mine, other = guarded.client(name), guarded.mine.id, guarded.other.id
    assert client.admin_get_user(UserPoolId=mine, Username="ann")["Username"] == "ann"
    with refused("UserNotFoundException"):
        client.admin_get_user(UserPoolId=mine, Username="nobody")
    # Of other pools not even whether they are there.
    for pool in (other, "eu-west-1_NoSuchOne", "us-east-1_" + mine.partition("_")[2]):
        with refused("AccessDeniedException"):
            client.admin_get_user(UserPoolId=pool, Username="ann")
    with refused("AccessDeniedException"):
        client.admin_delete_user(UserPoolId=mine, Username="ann")
    with refused("AccessDeniedException"):
        client.describe_user_pool(UserPoolId=mine)


def test_wildcards_reach_as_far_as_they_say(guarded):
    client = guarded.client("lists")
    for pool in (guarded.mine.id, guarded.other.id):
        assert client.list_users(UserPoolId=pool)["Users"]
        assert client.list_tags_for_resource(ResourceArn=arn(pool))["Tags"] == {}
    # It is on no pool, so a statement about pools does not allow it.
    with refused("AccessDeniedException", "~on resource: \\* because"):
        client.list_user_pools(MaxResults=1)
    with refused("AccessDeniedException"):
        client.tag_resource(ResourceArn=arn(guarded.mine.id), Tags={"a": "b"})


def test_an_explicit_deny_wins(guarded):
    client = guarded.client("but")
    assert client.list_user_pools(MaxResults=1)
    assert client.list_users(UserPoolId=guarded.other.id)["Users"]
    for call in (
        lambda: client.list_users(UserPoolId=guarded.mine.id),
        lambda: client.tag_resource(ResourceArn=arn(guarded.mine.id), Tags={"a": "b"}),
    ):
        with refused("AccessDeniedException", "~with an explicit deny"):
            call()


def test_a_condition_is_asked_each_time(guarded):
    assert guarded.client("here").list_user_pools(MaxResults=1)
    with refused("AccessDeniedException"):
        guarded.client("there").list_user_pools(MaxResults=1)


def test_no_input_slips_past(guarded):
    mine, other = guarded.mine.id, guarded.other.id
    user = '"Username":"ann"'
    for pool in (
        f'"UserPoolId":"{other}"',
        # The last of two counts, for the policy as for the operation.
        f'"UserPoolId":"{mine}","UserPoolId":"{other}"',
        f'"UserPoolId":["{mine}"]',
        f'"UserPoolId":{{"UserPoolId":"{mine}"}}',
        '"UserPoolId":7',
        '"UserPoolId":null',
        '"UserPoolId":""',
        '"UserPoolId":"*"',
        '"UserPoolId":"eu-west-1_*"',
        f'"UserPoolId":"{mine}*"',
        f'"UserPoolId":"{mine} "',
        f'"UserPoolId":"{mine.lower()}x"',
        f'"userPoolId":"{mine}"',
        f'"ResourceArn":"{arn(mine)}","UserPoolId":"{other}"',
        f'"UserPoolId":"{"x" * 5000}"',
        '"":""',
    ):
        answer = guarded.raw("reader", "AdminGetUser", f"{{{pool},{user}}}".encode())
        assert answer[:2] == (400, "AccessDeniedException"), pool
    # What is no document names no pool either, and tells of none.
    for body in (b"{", b"[]", b'{"UserPoolId":' + b"[" * 100):
        assert guarded.raw("reader", "AdminGetUser", body)[1] == "SerializationException"
    for operation in ("admingetuser", "AdminGetuser", "AdminGetUser ", "*"):
        body = json.dumps({"UserPoolId": mine, "Username": "ann"}).encode()
        assert guarded.raw("reader", operation, body)[1] in (
            "UnknownOperationException",
            "InvalidSignatureException",
        ), operation
    # And what is another way to write the same is the same.
    url = guarded.house.identity_url
    body = f'{{"UserPool\\u0049d":"{mine}",{user}}}'.encode()
    signed = sigv4.headers(url, "AdminGetUser", body, guarded.pair("reader"), "us-east-1")
    assert raw.call(url, "AdminGetUser", body, signed).status_code == 200


def test_tags_are_those_of_the_pool_that_the_arn_names(guarded):
    client, good = guarded.client("lists"), arn(guarded.mine.id)
    for bad in (
        good.replace(ACCOUNT, "111111111111"),
        good.replace("eu-west-1:", "us-east-1:"),
        good + ":x",
        good.replace("userpool/", "userpool/x/"),
    ):
        with refused("AccessDeniedException", "~on resource: \\* because"):
            client.list_tags_for_resource(ResourceArn=bad)


def test_the_other_doors_ask_the_same_policies(guarded):
    house = guarded.house
    path = "/2015-03-31/functions/nobody/invocations"
    for name, status, error in (
        ("reader", 403, "AccessDeniedException"),
        ("admin", 404, "ResourceNotFoundException"),
    ):
        answer = api_keys.signed(
            house, "POST", path, b"{}", service="lambda", key=guarded.pair(name)
        )
        assert (answer.status_code, answer.headers["x-amzn-errortype"]) == (status, error)
    denied = api_keys.signed(
        house, "POST", path, b"{}", service="lambda", key=guarded.pair("nobody")
    ).json()["message"]
    assert denied == (
        f"User: arn:aws:iam::{ACCOUNT}:user/nobody is not authorized to perform: "
        f"lambda:InvokeFunction on resource: arn:aws:lambda:eu-west-1:{ACCOUNT}:function:nobody "
        "because no identity-based policy allows the lambda:InvokeFunction action"
    )
    for method, more, action in (
        ("GET", "", "ListApiKeys"),
        ("POST", "", "CreateApiKey"),
        ("POST", "/abcdefghijkl/rotate", "RotateApiKey"),
        ("DELETE", "/abcdefghijkl", "RevokeApiKey"),
    ):
        answer = api_keys.signed(
            house, method, api_keys.PATH + more, b"{}", key=guarded.pair("reader")
        )
        assert answer.status_code == 403
        assert f"perform: poolhouse:{action} on resource: *" in answer.json()["detail"]
    assert api_keys.signed(house, "GET", api_keys.PATH, key=guarded.pair("admin")).ok


def test_whoever_signs_what_needs_no_signature_is_held_to_their_key(guarded):
    shape = constraints.input_of("GetClientToken")
    body = constraints.example(shape, {})
    for name, expected in (("reader", "AccessDeniedException"), ("admin", "ResourceNotFoundException")):
        with pytest.raises(ClientError) as caught:
            guarded.client(name)._make_api_call("GetClientToken", body)
        assert caught.value.response["Error"]["Code"] == expected
    unsigned = raw.call(guarded.house.identity_url, "GetClientToken", body)
    assert raw.error(unsigned)[1] == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"policy": {"Statement": []}}, "the key of x: the policy: it has no statement"),
        (
            {
                "policy": {
                    "Statement": statement(
                        "Allow", "*", Condition={"StringEquals": {"aws:PrincipalTag/a": "b"}}
                    )
                }
            },
            "its Condition (StringEquals aws:PrincipalTag/a) has an operator, key or value that is not "
            "supported",
        ),
        ({"policies": []}, "unknown field `policies`"),
        ({"userName": "a b"}, "the name is not one of a user"),
    ],
)
def test_a_policy_that_is_not_understood_is_no_start(folder, change, told):
    place = folder / f"unsound-{os.urandom(4).hex()}"
    keys = houses.Keys(place)
    keys.access_key_file.write_text(json.dumps({"keys": [{**key("x"), **change}]}))
    said = refusal_to_start(houses.node(place, keys, f"embedded:{place / 'data'}"))
    assert told in said, said


def test_a_member_that_is_there_twice_is_no_start(folder):
    place = folder / "twice"
    keys = houses.Keys(place)
    made = key("x", statement("Allow", "s3:*"))
    text = json.dumps(made).replace('"Effect": "Allow"', '"Effect": "Deny", "Effect": "Allow"')
    keys.access_key_file.write_text(text)
    said = refusal_to_start(houses.node(place, keys, f"embedded:{place / 'data'}"))
    assert "`Effect` is there twice" in said
    assert made["secretAccessKey"] not in said
