"""Does the starter template deploy: is it sound, does each function have what it reads and may do,
and nothing more?

What the functions read and may do is taken from where it is decided, the code and docs/functions.
"""

import json
import re
import subprocess

import pytest

from harness import house as houses
from harness import secrets
from harness.house import REPOSITORY, Server
from harness.stack import TEMPLATE, Stack, references, run, tool, translate

pytestmark = pytest.mark.alone

DOCS = REPOSITORY / "docs" / "functions"
CRATES = REPOSITORY / "crates"
FUNCTIONS = CRATES / "lambda" / "functions"

# Everything that is optional, so that every part of the template is there.
ALL = {
    "AlarmAddress": "alarms@shop.example.com",
    "AllowedDomains": "shop.example.com",
    "ApiAccessLogs": "true",
    "Architecture": "x86_64",
    "DirectoryClientId": "57cbishk4j24pabc1234567890",
    "DirectoryUserPoolId": "eu-west-1_Ab1Cd2Ef3",
    "LinkUrl": "https://shop.example.com/sign-in",
    "MailFrom": "hello@shop.example.com",
    "MailIdentity": "shop.example.com",
}
BARE = {"Tracing": "PassThrough"}
KINDS = {"as it comes": {}, "with all parts": ALL, "bare": BARE}

# What a policy linter may ask for and the starter does not do.
UNWANTED = {
    "CKV_AWS_18": "a log of the pictures' bucket would be another bucket, and needs a log of its own",
    "CKV_AWS_115": "concurrency that is reserved is taken from the account's other functions",
    "CKV_AWS_116": "whoever calls waits for the answer; there is nothing to keep for later",
    "CKV_AWS_117": "nothing that the functions talk to is in a VPC",
    "CKV_AWS_120": "answers are for one user each",
    "CKV_AWS_173": "only the environments with secrets are worth a key of one's own",
}


@pytest.fixture(scope="module")
def both():
    return translate()


@pytest.fixture(scope="module")
def written(both):
    return both[0]


@pytest.fixture(scope="module", params=KINDS.values(), ids=KINDS.keys())
def stack(both, request):
    """What CloudFormation gets from SAM."""
    return Stack(both[1], **request.param)


@pytest.fixture(scope="module")
def whole(both):
    return Stack(both[1], **ALL)


def folders(written) -> dict[str, str]:
    """Which of our functions is behind a logical id."""
    return {
        name: resource["Properties"]["CodeUri"].rstrip("/").rpartition("/")[2]
        for name, resource in written["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def test_sam_and_cfn_lint_pass_it():
    sam = [tool("sam", "sam"), "validate", "--template", str(TEMPLATE), "--region", "eu-west-1"]
    settings = {"env": {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "SAM_CLI_TELEMETRY": "0"}}
    # Without --lint it is translated, with it linted instead.
    assert "is a valid SAM Template" in run(*sam, **settings)
    assert "is a valid SAM Template" in run(*sam, "--lint", **settings)


def test_cfn_lint_passes_what_sam_makes_of_it(both, tmp_path):
    file = tmp_path / "translated.json"
    file.write_text(json.dumps(both[1]))
    for region in ("eu-west-1", "us-east-1", "ap-southeast-2"):
        run(tool("sam", "cfn-lint"), "--regions", region, "--", str(file))


def test_a_policy_linter_passes_what_sam_makes_of_it(stack, tmp_path):
    # With its conditions decided, since the linter takes a condition for an answer.
    file = tmp_path / "decided.json"
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": stack.resources}
    file.write_text(json.dumps(template))
    unwanted = set(UNWANTED)
    if stack.parameters["Tracing"] == "PassThrough":
        unwanted |= {"CKV_AWS_50", "CKV_AWS_73"}
    if stack.parameters["ApiAccessLogs"] == "false":
        unwanted.add("CKV_AWS_76")
    done = subprocess.run(
        [
            tool("checkov", "checkov"),
            "--skip-download",
            "--framework",
            "cloudformation",
            "--compact",
            "--output",
            "json",
            "--skip-check",
            ",".join(sorted(unwanted)),
            "--file",
            str(file),
        ],
        capture_output=True,
        text=True,
        timeout=180,
    )
    report = json.loads(done.stdout)
    failed = [(one["check_id"], one["resource"]) for one in report["results"]["failed_checks"]]
    assert not failed, json.dumps(failed, indent=1)
    assert not report["results"]["parsing_errors"] and report["summary"]["passed"] > 50


def test_every_reference_finds_what_it_names(stack):
    for who, target, _ in stack.references():
        known = target in stack.resources or target.startswith("AWS::")
        assert known or target in stack.parameters, f"{who} refers to {target}"


def test_nothing_needs_itself(stack):
    """Functions that the pool needs must not name the pool, since AWS could make neither first."""
    needs = {name: set() for name in stack.resources}
    for who, target, _ in stack.references():
        if who in needs and target in needs:
            needs[who].add(target)
    while needs:
        ready = {name for name, wanted in needs.items() if not wanted}
        assert ready, f"these need each other: {sorted(needs)}"
        needs = {name: wanted - ready for name, wanted in needs.items() if name not in ready}


def test_nothing_has_a_name_that_a_second_stack_would_want(stack):
    names = ("AlarmName", "DashboardName", "FunctionName", "LogGroupName", "ManagedPolicyName")
    names += ("Name", "RoleName", "TableName", "TopicName", "UserPoolName")
    for name, resource in stack.resources.items():
        # What is in a pool has its name there alone.
        if resource["Type"].startswith("AWS::Cognito::UserPool") and name != "UserPool":
            continue
        for key in names:
            value = resource.get("Properties", {}).get(key)
            assert value is None or isinstance(value, dict), f"{name}.{key} is always {value}"


class TestFunctions:
    def test_each_runs_as_it_was_built(self, stack):
        functions = stack.of("AWS::Lambda::Function")
        assert len(functions) == (8 if "UserMigration" in stack.resources else 7)
        for name, function in functions.items():
            assert function["Runtime"] == "provided.al2023", name
            assert function["Handler"] == "bootstrap", name
            # Pictures want room.
            assert function["MemorySize"] == (512 if name == "UserApi" else 256), name
            assert function["Architectures"] == [stack.parameters["Architecture"]], name
            assert function["TracingConfig"]["Mode"] == stack.parameters["Tracing"], name

    def test_all_of_ours_are_there(self, written):
        ours = {path.name for path in FUNCTIONS.iterdir()}
        assert set(folders(written).values()) == ours

    def test_each_has_a_role_and_logs_of_its_own(self, stack):
        functions = stack.of("AWS::Lambda::Function")
        roles = [function["Role"]["Fn::GetAtt"][0] for function in functions.values()]
        logs = [function["LoggingConfig"]["LogGroup"]["Ref"] for function in functions.values()]
        assert len(set(roles)) == len(set(logs)) == len(functions)
        assert set(roles) == set(stack.of("AWS::IAM::Role"))
        for name, group in stack.of("AWS::Logs::LogGroup").items():
            assert int(group["RetentionInDays"]) == 30, name
            assert group["KmsKeyId"] == {"Fn::GetAtt": ["Key", "Arn"]}, name
        for name, function in functions.items():
            role = stack.resources[function["Role"]["Fn::GetAtt"][0]]["Properties"]
            own = {"Fn::GetAtt": [function["LoggingConfig"]["LogGroup"]["Ref"], "Arn"]}
            written = [one for one in statements(role) if "logs:PutLogEvents" in one["Action"]]
            assert [one["Resource"] for one in written] == [own], name

    def test_secrets_are_under_a_key_of_our_own(self, whole):
        for name, function in whole.of("AWS::Lambda::Function").items():
            variables = function.get("Environment", {}).get("Variables", {})
            # That of the API keys is named only.
            own = set(variables) - {"API_KEYS_SECRET"}
            has_secret = any(re.search("SECRET|AUTHORIZATION", name) for name in own)
            assert has_secret == ("KmsKeyArn" in function), name

    def test_each_is_given_what_it_reads_and_nothing_else(self, written):
        for name, folder in folders(written).items():
            properties = written["Resources"][name]["Properties"]
            given = set(properties.get("Environment", {}).get("Variables", {}))
            read, optional, required = read_by(folder), *documented(folder)
            assert given <= read, f"{name}: {sorted(given - read)} is read by nobody"
            assert read <= optional | required, (
                f"{folder}.md does not tell of {sorted(read - optional - required)}"
            )
            assert required <= read, f"{folder}.md tells of {sorted(required - read)}"
            assert required <= given, f"{name} is not given {sorted(required - given)}"

    @pytest.mark.parametrize("kind", ["as it comes", "with all parts"])
    def test_each_may_do_what_its_page_says_and_nothing_else(self, both, kind):
        stack = Stack(both[1], **KINDS[kind])
        everywhere = actions((DOCS / "README.md").read_text())
        for name, folder in folders(both[0]).items():
            if name not in stack.resources:
                continue
            function = stack.resources[name]["Properties"]
            role = stack.resources[function["Role"]["Fn::GetAtt"][0]]["Properties"]
            allowed = set()
            for statement in statements(role):
                assert statement["Effect"] == "Allow" and "NotAction" not in statement
                for resource in as_list(statement["Resource"]):
                    if resource != {"Fn::Sub": "${AssetsBucket.Arn}/*"}:
                        assert "*" not in json.dumps(resource), f"{name}: {statement}"
                allowed |= set(as_list(statement["Action"]))
            told = section(folder, "Permissions on AWS")
            expected = actions(told) - {"lambda:InvokeFunction"}
            assert allowed - everywhere == expected, name
            assert {"logs:CreateLogStream", "logs:PutLogEvents"} <= allowed
            # What the roles share is for X-Ray, which knows no resources.
            for policy in role.get("ManagedPolicyArns", []):
                shared = stack.resources[policy["Ref"]]["Properties"]["PolicyDocument"]
                [statement] = shared["Statement"]
                assert set(statement["Action"]) == {
                    "xray:PutTelemetryRecords",
                    "xray:PutTraceSegments",
                }
                assert set(statement["Action"]) <= everywhere


class TestTriggers:
    def test_every_trigger_may_be_called_by_this_pool_alone(self, stack):
        [pool] = stack.of("AWS::Cognito::UserPool").values()
        triggers = {
            target for target, attribute in references(pool["LambdaConfig"]) if attribute == "Arn"
        }
        assert "Passwordless" in triggers
        allowed = set()
        for name, permission in stack.of("AWS::Lambda::Permission").items():
            assert permission["Action"] == "lambda:InvokeFunction", name
            if permission["Principal"] == "apigateway.amazonaws.com":
                # SAM's own, which name account and API.
                text = json.dumps(permission["SourceArn"])
                assert "${AWS::AccountId}" in text and '{"Ref": "Api"}' in text, name
                continue
            if permission["Principal"] == "events.amazonaws.com":
                [rule] = [target for target, _ in references(permission["SourceArn"])]
                assert stack.resources[rule]["Type"] == "AWS::Events::Rule", name
                continue
            assert permission["Principal"] == "cognito-idp.amazonaws.com", name
            assert permission["SourceArn"] == {"Fn::GetAtt": ["UserPool", "Arn"]}, name
            assert permission["SourceAccount"] == {"Ref": "AWS::AccountId"}, name
            allowed.add(permission["FunctionName"]["Ref"])
        assert allowed == triggers

    def test_every_trigger_is_one_that_its_function_knows(self, written):
        config = written["Resources"]["UserPool"]["Properties"]["LambdaConfig"]
        behind = folders(written)
        for trigger, value in config.items():
            for target, _ in references(value):
                if target in behind:
                    events = section(behind[target], "Events").replace(" ", "").lower()
                    name = trigger.removesuffix("Config").lower()
                    assert name in events, f"{behind[target]} does not hear of {trigger}"


class TestData:
    def test_tables_come_back_and_do_not_go_away(self, stack):
        for name, table in stack.of("AWS::DynamoDB::Table").items():
            assert table["BillingMode"] == "PAY_PER_REQUEST", name
            assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], name
            assert table["SSESpecification"]["SSEEnabled"], name
            assert table["DeletionProtectionEnabled"], name
            assert stack.resources[name]["DeletionPolicy"] == "Retain", name

    def test_the_key_of_what_stays_stays(self, stack):
        assert stack.resources["Key"]["DeletionPolicy"] == "Retain"
        assert stack.resources["UserPool"]["DeletionPolicy"] == "Retain"
        assert stack.of("AWS::KMS::Key")["Key"]["EnableKeyRotation"]

    def test_services_use_what_is_ours_for_this_account_alone(self, stack):
        policies = [stack.of("AWS::KMS::Key")["Key"]["KeyPolicy"]]
        policies += [one["PolicyDocument"] for one in stack.of("AWS::SNS::TopicPolicy").values()]
        for statement in (one for policy in policies for one in policy["Statement"]):
            if "Service" in statement["Principal"]:
                [condition] = statement["Condition"].values()
                assert "AWS::AccountId" in json.dumps(condition), statement
            else:
                account = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
                assert statement["Principal"] == {"AWS": account}

    def test_topics_are_encrypted(self, stack):
        for name, topic in stack.of("AWS::SNS::Topic").items():
            assert topic["KmsMasterKeyId"] == {"Fn::GetAtt": ["Key", "Arn"]}, name


class TestWatching:
    def test_alarms_look_at_every_function(self, stack):
        functions = set(stack.of("AWS::Lambda::Function"))
        for name, metric in {"ErrorsAlarm": "Errors", "ThrottlesAlarm": "Throttles"}.items():
            assert watched(stack, name, metric) == functions
        slow = watched(stack, "DurationAlarm", "Duration")
        assert slow == functions - {"UserMigration"}

    def test_alarms_count_what_user_events_counts(self, stack):
        source = (CRATES / "kit" / "src" / "user_events" / "metrics.rs").read_text()
        counted = set(re.findall(r'Self::\w+ => "(\w+)"', source))
        namespace = "Poolhouse/UserEvents"
        assert namespace in (CRATES / "kit" / "src" / "user_events.rs").read_text()
        alarm = stack.of("AWS::CloudWatch::Alarm")["FailedSignInsAlarm"]
        metrics = [one["MetricStat"]["Metric"] for one in alarm["Metrics"] if "MetricStat" in one]
        assert {one["Namespace"] for one in metrics} == {namespace}
        assert {one["MetricName"] for one in metrics} <= counted
        shown = dashboard(stack)
        names = {row[1] for row in rows(shown) if row[0] == namespace}
        assert names == counted

    def test_the_dashboard_shows_every_function(self, stack):
        for metric in ("Invocations", "Errors", "Duration", "Throttles"):
            shown = {row[3] for row in rows(dashboard(stack)) if row[:2] == ["AWS/Lambda", metric]}
            assert shown - {"none"} == set(stack.of("AWS::Lambda::Function"))


def test_poolhouse_dev_runs_all_parts_of_it(tmp_path):
    parameters = {**ALL, "AllowedDomains": ""}
    parameters.pop("DirectoryUserPoolId")
    parameters.pop("DirectoryClientId")
    given = [f"--parameter={name}={value}" for name, value in parameters.items()]
    given.append("--parameter=DirectoryUrl=https://directory.invalid")
    server = Server(["dev", str(TEMPLATE), "--memory", *given], tmp_path)
    house = houses.dev_house(server.start())
    pool = house.cognito.describe_user_pool(UserPoolId=house.pool_id)["UserPool"]
    assert pool["LambdaConfig"]["UserMigration"].endswith("UserMigration")
    assert pool["EmailConfiguration"]["From"] == "hello@shop.example.com"
    server.stop()


def test_who_reads_the_mail_signs_in_without_a_password(house, starter):
    person = starter.sign_up()
    person.confirm()
    begun = house.cognito.initiate_auth(
        ClientId=starter.web.id, AuthFlow="CUSTOM_AUTH", AuthParameters={"USERNAME": person.name}
    )
    assert begun["ChallengeName"] == "CUSTOM_CHALLENGE"
    assert begun["ChallengeParameters"]["challenge"] == "EMAIL_CODE"
    mail, _ = house.mailbox.wait_for(person.name, 2)
    [code] = set(re.findall(r"\b\d{8}\b", mail["body"]))
    secrets.remember_code(code)
    answer = house.cognito.respond_to_auth_challenge(
        ClientId=starter.web.id,
        ChallengeName="CUSTOM_CHALLENGE",
        Session=begun["Session"],
        ChallengeResponses={"USERNAME": person.name, "ANSWER": code},
    )
    assert answer["AuthenticationResult"]["AccessToken"]


# --- where things are decided ---


def read_by(folder: str) -> set[str]:
    """The variables that a function reads: those of the kit, and those of its `main`."""
    kit = CRATES / "kit" / "src"
    module = folder.replace("-", "_")
    files = [kit / f"{module}.rs", *(kit / module).rglob("*.rs")]
    sources = [path.read_text() for path in files if path.exists()]
    if any("Messages::from_environment(" in text for text in sources):
        sources.append((kit / "messages.rs").read_text())
    read = set()
    for source in sources:
        if "BadSetting" in source:
            read |= set(re.findall(r'const ([A-Z_]+): &str = "\1";', code(source)))
    for path in (FUNCTIONS / folder / "src").rglob("*.rs"):
        text = path.read_text()
        read |= set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', code(text)))
        read |= set(re.findall(r'const ([A-Z]+): &str = "\1";', code(text)))
        if "Messages::from_environment(" in text:
            written = code((kit / "messages.rs").read_text())
            read |= set(re.findall(r'const ([A-Z_]+): &str = "\1";', written))
    return read


def code(source: str) -> str:
    """Rust without comments and without its tests."""
    source = source.partition("#[cfg(test)]")[0]
    return re.sub(r"^\s*//.*$", "", source, flags=re.MULTILINE)


def section(folder: str, heading: str) -> str:
    text = (DOCS / f"{folder}.md").read_text()
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"{folder}.md has no section {heading}"
    return found[1]


def documented(folder: str) -> tuple[set[str], set[str]]:
    """The variables that may be left out, and those that may not."""
    text = section(folder, "Environment")
    optional, required = set(), set()
    for line in text.splitlines():
        names = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)*)`", line.partition("|")[2].partition("|")[0]))
        last = line.rstrip("|").rpartition("|")[2]
        is_required = "does not start" in last or "needed on AWS" in last
        (required if is_required else optional).update(names)
    if "[custom-message]" in text:
        more, needed = documented("custom-message")
        named = re.findall(r"`([A-Z_]+)(…?)`", text)
        for group, into in ((more, optional), (needed, required)):
            into |= {
                name
                for name in group
                if any(name == word or (dots and name.startswith(word)) for word, dots in named)
            }
    return optional, required


def actions(text: str) -> set[str]:
    """What stands between quotes, and is no key of a condition."""
    return set(re.findall(r"""[`"]([a-z][a-z0-9-]+:[A-Z][A-Za-z]+)[`"](?!\s*:)""", text))


def statements(role: dict) -> list[dict]:
    return [
        statement
        for policy in role.get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def as_list(value) -> list:
    return value if isinstance(value, list) else [value]


def watched(stack: Stack, alarm: str, metric: str) -> set[str]:
    metrics = stack.of("AWS::CloudWatch::Alarm")[alarm]["Metrics"]
    return {
        one["MetricStat"]["Metric"]["Dimensions"][0]["Value"]["Ref"]
        for one in metrics
        if one.get("MetricStat", {}).get("Metric", {}).get("MetricName") == metric
    }


def dashboard(stack: Stack) -> dict:
    """The dashboard with each reference as the name of what it refers to."""
    text, given = stack.of("AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"]
    for name, value in given.items():
        text = text.replace(f"${{{name}}}", value if isinstance(value, str) else value["Ref"])
    return json.loads(re.sub(r"\$\{([^}]+)\}", r"\1", text))


def rows(shown: dict) -> list[list[str]]:
    return [row for widget in shown["widgets"] for row in widget["properties"]["metrics"]]

