"""What did the triggers of a pool hear, and what are they to answer?

The function of `conformance/functions/recorder` writes events down and takes orders; `Scene` is a pool in
which it is every trigger, and the documents that its events have to be.
"""

import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import house as houses
from . import secrets
from .functions import FUNCTIONS
from .house import REPOSITORY
from .people import Client, Person, Pool, address, named

NOT_A_CLIENT = "CLIENT_ID_NOT_APPLICABLE"
CODE = "{####}"
LINK = "{##Click Here##}"
SCOPE = "aws.cognito.signin.user.admin"

FLOWS = [
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_CUSTOM_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
]

# What each trigger finds in `response`: nothing is decided yet.
UNDECIDED = {
    "PreSignUp": {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False},
    "PostConfirmation": {},
    "PreAuthentication": {},
    "PostAuthentication": {},
    "CustomMessage": {"smsMessage": None, "emailMessage": None, "emailSubject": None},
    "CustomEmailSender": {},
    "CustomSMSSender": {},
    "DefineAuthChallenge": {"challengeName": None, "issueTokens": None, "failAuthentication": None},
    "CreateAuthChallenge": {
        "publicChallengeParameters": None,
        "privateChallengeParameters": None,
        "challengeMetadata": None,
    },
    "VerifyAuthChallengeResponse": {"answerCorrect": None},
    "UserMigration": {
        "userAttributes": None,
        "finalUserStatus": None,
        "messageAction": None,
        "desiredDeliveryMediums": None,
        "forceAliasCreation": None,
        "enableSMSMFA": None,
    },
    "InboundFederation": {"userAttributesToMap": None},
}


def project(folder: Path) -> Path:
    """The template of pools that have the recorder as their triggers, ready to run."""
    root = folder / "triggers"
    (root / "orders").mkdir(parents=True)
    shutil.copytree(FUNCTIONS / "recorder", root / "recorder")
    shutil.copy(FUNCTIONS / "triggers.yaml", root / "template.yaml")
    (root / ".venv").symlink_to(REPOSITORY / ".venv")
    return root


class Like:
    """Any text of a form, where a document holds what nobody can know beforehand."""

    def __init__(self, pattern: str):
        self.pattern = pattern

    def __repr__(self):
        return f"Like({self.pattern!r})"


SEALED = Like(r"[A-Za-z0-9+/]{200,}={0,2}")


def differences(expected, heard, path: str = "event") -> list[str]:
    """Where two JSON documents differ, member by member. Unlike `==` it tells `true` from `1`."""
    match expected, heard:
        case Like(), str():
            same = re.fullmatch(expected.pattern, heard)
            return [] if same else [f"{path}: {heard!r} is not like {expected.pattern}"]
        case dict(), dict():
            found = []
            for name in sorted(expected.keys() | heard.keys()):
                if name not in heard:
                    found.append(f"{path}.{name}: missing, should be {expected[name]!r}")
                elif name not in expected:
                    found.append(f"{path}.{name}: {heard[name]!r} should not be there")
                else:
                    found += differences(expected[name], heard[name], f"{path}.{name}")
            return found
        case list(), list() if len(expected) == len(heard):
            pairs = enumerate(zip(expected, heard, strict=True))
            return [
                found
                for at, (one, other) in pairs
                for found in differences(one, other, f"{path}[{at}]")
            ]
    same = type(expected) is type(heard) and expected == heard
    return [] if same else [f"{path}: {heard!r}, should be {expected!r}"]


class Recorder:
    """What the function wrote down, read on from where one stopped, and its orders."""

    def __init__(self, root: Path):
        self.heard_file = root / "heard.jsonl"
        self.orders = root / "orders"
        self.seen: dict[str, int] = {}

    def order(self, pool: str, orders: dict) -> None:
        # Put in place in one step, since the function may be reading.
        new = self.orders / f"{pool}.new"
        new.write_text(json.dumps(orders))
        os.replace(new, self.orders / f"{pool}.json")

    def new(self, pool: str) -> list[dict]:
        """All records of the pool that were not taken yet."""
        if not self.heard_file.exists():
            return []
        # The last line may still be being written.
        lines = self.heard_file.read_text().rpartition("\n")[0].splitlines()
        records = [json.loads(line) for line in lines]
        mine = [record for record in records if record["event"]["userPoolId"] == pool]
        return mine[self.seen.get(pool, 0) :]

    def wait_for(self, pool: str, count: int, seconds: float = 15.0) -> list[dict]:
        """Waits for this many records, since nobody waits for senders, and leaves them there."""
        deadline = time.monotonic() + seconds
        while len(found := self.new(pool)) < count:
            sources = [record["event"]["triggerSource"] for record in found]
            assert time.monotonic() < deadline, f"{count} events should be heard, not {sources}"
            time.sleep(0.02)
        return found

    def take(self, pool: str, count: int) -> list[dict]:
        """Waits for this many records, and takes all there are."""
        found = self.wait_for(pool, count)
        self.seen[pool] = self.seen.get(pool, 0) + len(found)
        for record in found:
            secrets.remember_code(record["code"] or "")
        return found


class Scene:
    """A pool whose every trigger is the recorder."""

    def __init__(self, recorder: Recorder, pool: Pool, version: str = "2"):
        self.recorder = recorder
        self.pool = pool
        self.version = version

    @property
    def cognito(self):
        return self.pool.cognito

    @property
    def client(self) -> Client:
        return self.pool.web

    def order(self, **orders: dict) -> None:
        """What the triggers answer from now on; those that are not named change nothing."""
        self.recorder.order(self.pool.id, orders)

    def heard(self, *expected: dict) -> list[dict]:
        """What was heard since the last look. It has to be these events, in this order, member by member,
        and no others."""
        records = self.recorder.take(self.pool.id, len(expected))
        events = [record["event"] for record in records]
        sources = [event["triggerSource"] for event in events]
        assert sources == [event["triggerSource"] for event in expected]
        found = []
        for one, other in zip(expected, events, strict=True):
            found += differences(one, other, one["triggerSource"])
        assert not found, "\n".join(found)
        return records

    def forget(self) -> None:
        """Takes what was heard so far and looks at none of it."""
        self.recorder.take(self.pool.id, 0)

    def event(
        self, source: str, user_name: str, request: dict, client: str | None = None
    ) -> dict:
        """The event that AWS documents for this source."""
        trigger = source.partition("_")[0]
        version = self.version if trigger == "TokenGeneration" else "1"
        if trigger != "TokenGeneration":
            response = UNDECIDED[trigger]
        elif version == "1":
            response = {"claimsOverrideDetails": None}
        else:
            response = {"claimsAndScopeOverrideDetails": None}
        return {
            "version": version,
            "triggerSource": source,
            "region": self.pool.house.region,
            "userPoolId": self.pool.id,
            "userName": user_name,
            "callerContext": {
                "awsSdkVersion": "aws-sdk-unknown-unknown",
                "clientId": client or self.client.id,
            },
            "request": request,
            "response": response,
        }

    # The requests of each trigger, by what differs in them. `more` holds members that are there at times only.

    def message(self, source: str, name: str, attributes: dict, client=None, **more) -> dict:
        request = {
            "userAttributes": attributes,
            "codeParameter": CODE,
            "linkParameter": LINK,
            "usernameParameter": "{username}" if source.endswith("AdminCreateUser") else None,
            **more,
        }
        return self.event(source, name, request, client)

    def sender(self, source: str, name: str, attributes: dict, client=None, **more) -> dict:
        kind = "Email" if source.startswith("CustomEmail") else "SMS"
        request = {
            "type": f"custom{kind}SenderRequestV1",
            "code": SEALED,
            "userAttributes": attributes,
            **more,
        }
        return self.event(source, name, request, client)

    def before(
        self, name: str, attributes: dict, validation: dict | None = None, client=None, **more
    ) -> dict:
        request = {"userAttributes": attributes, "validationData": validation, **more}
        return self.event("PreAuthentication_Authentication", name, request, client)

    def after(self, name: str, attributes: dict, client=None, **more) -> dict:
        request = {"userAttributes": attributes, "newDeviceUsed": False, **more}
        return self.event("PostAuthentication_Authentication", name, request, client)

    def tokens(
        self,
        source: str,
        name: str,
        attributes: dict,
        groups=None,
        client=None,
        scopes: tuple[str, ...] = (SCOPE,),
        **more,
    ) -> dict:
        request = {
            "userAttributes": attributes,
            "groupConfiguration": groups
            or {"groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": None},
            **more,
        }
        if self.version != "1":
            request["scopes"] = list(scopes)
        return self.event(f"TokenGeneration_{source}", name, request, client)

    def machine(self, client: str, scopes: tuple[str, ...], **more) -> dict:
        """The event before the token of a client that acts for nobody."""
        request = {
            "userAttributes": {},
            "groupConfiguration": None,
            "scopes": list(scopes),
            **more,
        }
        source = "TokenGeneration_ClientCredentials"
        return self.event(source, "ClientCredentials", request, client)

    def inbound(self, name: str, provider: str, kind: str, attributes: dict) -> dict:
        request = {"providerName": provider, "providerType": kind, "attributes": attributes}
        return self.event("InboundFederation_ExternalProvider", name, request)

    def define(self, name: str, attributes: dict, session: list, **more) -> dict:
        request = {"userAttributes": attributes, "session": session, **more}
        return self.event("DefineAuthChallenge_Authentication", name, request)

    def create(self, name: str, attributes: dict, session: list, **more) -> dict:
        request = {
            "userAttributes": attributes,
            "challengeName": "CUSTOM_CHALLENGE",
            "session": session,
            **more,
        }
        return self.event("CreateAuthChallenge_Authentication", name, request)

    def verify(self, name: str, attributes: dict, private: dict, answer: str, **more) -> dict:
        request = {
            "userAttributes": attributes,
            "privateChallengeParameters": private,
            "challengeAnswer": answer,
            **more,
        }
        return self.event("VerifyAuthChallengeResponse_Authentication", name, request)

    # People, whose coming is not what a test is about.

    def person(
        self, name: str | None = None, /, client: Client | None = None, **given: str
    ) -> Person:
        """Somebody who signed up and is confirmed, with an address that a trigger vouched for."""
        given.setdefault("email", address())
        self.order(PreSignUp={"response": {"autoConfirmUser": True, "autoVerifyEmail": True}})
        person = self.pool.sign_up(name, client, **given)
        self.order()
        self.recorder.take(self.pool.id, 2)
        return person

    def about(self, person: Person, **changes: str) -> dict:
        """The attributes of a user as events have to tell them: those that the administrator sees, and the
        status. `None` takes one away; `__` in a name stands for the colon."""
        user = self.pool.user(person.name)
        told = {**named(user["UserAttributes"]), "cognito:user_status": user["UserStatus"]}
        told |= {name.replace("__", ":"): value for name, value in changes.items()}
        return {name: value for name, value in told.items() if value is not None}


class Stage:
    """A server of the recorder's template, and its pools."""

    def __init__(self, root: Path, server, house):
        self.server = server
        self.house = house
        self.recorder = Recorder(root)
        self.scenes: dict[str, Scene] = {}

    def scene(self, name: str, version: str = "2") -> Scene:
        """A pool of the template, where nothing was ordered and heard yet."""
        if name not in self.scenes:
            pool = Pool(self.house, self.house.outputs[name])
            pool.client(ExplicitAuthFlows=FLOWS)
            self.scenes[name] = Scene(self.recorder, pool, version)
        return self._silent(self.scenes[name])

    def new_scene(self, name: str, **settings) -> Scene:
        """A pool that the template does not have, whose codes leave by functions."""
        if name not in self.scenes:
            made = self.house.cognito.create_user_pool(
                PoolName=name, LambdaConfig=self.triggers(), **settings
            )
            pool = Pool(self.house, made["UserPool"]["Id"])
            pool.client(ExplicitAuthFlows=FLOWS)
            self.scenes[name] = Scene(self.recorder, pool)
        return self._silent(self.scenes[name])

    def listen(self, pool: Pool) -> Scene:
        """A pool that somebody else made, from now on with every trigger there is."""
        inbound = {"LambdaVersion": "V1_0", "LambdaArn": self.triggers()["PreSignUp"]}
        self.house.cognito.update_user_pool(
            UserPoolId=pool.id, LambdaConfig={**self.triggers(), "InboundFederation": inbound}
        )
        self.scenes[pool.id] = Scene(self.recorder, pool)
        return self._silent(self.scenes[pool.id])

    def triggers(self) -> dict:
        """Every trigger of a pool whose codes leave by functions."""
        described = self.house.cognito.describe_user_pool(UserPoolId=self.house.outputs["Senders"])
        return described["UserPool"]["LambdaConfig"]

    @staticmethod
    def _silent(scene: Scene) -> Scene:
        scene.order()
        scene.forget()
        return scene

    def left(self) -> dict[str, list[str]]:
        """The sources of what was heard and not looked at, by pool."""
        left = {name: self.recorder.new(scene.pool.id) for name, scene in self.scenes.items()}
        return {
            name: [record["event"]["triggerSource"] for record in records]
            for name, records in left.items()
            if records
        }


@contextmanager
def staged(folder: Path) -> Iterator[Stage]:
    root = project(folder)
    template, parameter = str(root / "template.yaml"), f"Folder={root}"
    server, house = houses.dev(
        folder / "server", template, "--parameter", parameter, "--memory"
    )
    try:
        yield Stage(root, server, house)
    finally:
        server.stop()
