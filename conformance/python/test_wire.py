"""What do answers and refusals look like, byte for byte, and does any input break the server?"""

import json
import os
import re
import socket
import time

import boto3
import pytest
import requests

from harness import house as houses
from harness import raw, sigv4
from harness.checks import refused

ADMIN = [
    "AddCustomAttributes",
    "AddUserPoolClientSecret",
    "AdminAddUserToGroup",
    "AdminConfirmSignUp",
    "AdminCreateUser",
    "AdminDeleteSoftwareToken",
    "AdminDeleteUser",
    "AdminDeleteUserAttributes",
    "AdminDisableProviderForUser",
    "AdminDisableUser",
    "AdminEnableUser",
    "AdminForgetDevice",
    "AdminGetDevice",
    "AdminGetUser",
    "AdminGetUserAuthFactors",
    "AdminInitiateAuth",
    "AdminLinkProviderForUser",
    "AdminListDevices",
    "AdminListGroupsForUser",
    "AdminListUserAuthEvents",
    "AdminListUserSessions",
    "AdminRemoveUserFromGroup",
    "AdminResetUserPassword",
    "AdminRespondToAuthChallenge",
    "AdminRevokeUserSession",
    "AdminSetUserMFAPreference",
    "AdminSetUserPassword",
    "AdminSetUserSettings",
    "AdminUpdateAuthEventFeedback",
    "AdminUpdateDeviceStatus",
    "AdminUpdateUserAttributes",
    "AdminUserGlobalSignOut",
    "CreateGroup",
    "CreateIdentityProvider",
    "CreateManagedLoginBranding",
    "CreateResourceServer",
    "CreateTerms",
    "CreateUserImportJob",
    "CreateUserPool",
    "CreateUserPoolClient",
    "CreateUserPoolDomain",
    "CreateUserPoolReplica",
    "DeleteGroup",
    "DeleteIdentityProvider",
    "DeleteManagedLoginBranding",
    "DeleteResourceServer",
    "DeleteTerms",
    "DeleteUserPool",
    "DeleteUserPoolClient",
    "DeleteUserPoolClientSecret",
    "DeleteUserPoolDomain",
    "DeleteUserPoolReplica",
    "DescribeIdentityProvider",
    "DescribeManagedLoginBranding",
    "DescribeManagedLoginBrandingByClient",
    "DescribeResourceServer",
    "DescribeRiskConfiguration",
    "DescribeTerms",
    "DescribeTermsByClient",
    "DescribeUserImportJob",
    "DescribeUserPool",
    "DescribeUserPoolClient",
    "DescribeUserPoolDomain",
    "GetCSVHeader",
    "GetGroup",
    "GetIdentityProviderByIdentifier",
    "GetLogDeliveryConfiguration",
    "GetProvisionedLimit",
    "GetSigningCertificate",
    "GetUICustomization",
    "GetUserPoolClientSessionConfiguration",
    "GetUserPoolMfaConfig",
    "GetUserPoolSessionConfiguration",
    "ListGroups",
    "ListIdentityProviders",
    "ListResourceServers",
    "ListTagsForResource",
    "ListTerms",
    "ListUserImportJobs",
    "ListUserPoolClientSecrets",
    "ListUserPoolClients",
    "ListUserPoolReplicas",
    "ListUserPools",
    "ListUsers",
    "ListUsersInGroup",
    "SetLogDeliveryConfiguration",
    "SetRiskConfiguration",
    "SetUICustomization",
    "SetUserPoolClientSessionConfiguration",
    "SetUserPoolMfaConfig",
    "SetUserPoolSessionConfiguration",
    "StartUserImportJob",
    "StopUserImportJob",
    "TagResource",
    "UntagResource",
    "UpdateGroup",
    "UpdateIdentityProvider",
    "UpdateManagedLoginBranding",
    "UpdateProvisionedLimit",
    "UpdateResourceServer",
    "UpdateTerms",
    "UpdateUserPool",
    "UpdateUserPoolClient",
    "UpdateUserPoolDomain",
    "UpdateUserPoolReplica",
]
PUBLIC = [
    "AssociateSoftwareToken",
    "ChangePassword",
    "CompleteWebAuthnRegistration",
    "ConfirmDevice",
    "ConfirmForgotPassword",
    "ConfirmSignUp",
    "DeleteUser",
    "DeleteUserAttributes",
    "DeleteWebAuthnCredential",
    "ForgetDevice",
    "ForgotPassword",
    "GetClientToken",
    "GetDerivedToken",
    "GetDevice",
    "GetTokensFromRefreshToken",
    "GetUser",
    "GetUserAttributeVerificationCode",
    "GetUserAuthFactors",
    "GlobalSignOut",
    "InitiateAuth",
    "ListDevices",
    "ListUserSessions",
    "ListWebAuthnCredentials",
    "ResendConfirmationCode",
    "RespondToAuthChallenge",
    "RevokeToken",
    "RevokeUserSession",
    "SetUserMFAPreference",
    "SetUserSettings",
    "SignUp",
    "StartWebAuthnRegistration",
    "UpdateAuthEventFeedback",
    "UpdateDeviceStatus",
    "UpdateUserAttributes",
    "VerifySoftwareToken",
    "VerifyUserAttribute",
]


def signed(house, operation, body):
    return sigv4.call(house, operation, body)


class TestAnswers:
    def test_every_answer_has_a_request_id_and_the_type_of_the_protocol(self, house):
        answer = signed(house, "ListUserPools", {"MaxResults": 1})
        assert answer.status_code == 200
        assert re.fullmatch(
            r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", answer.headers["x-amzn-RequestId"]
        )
        assert answer.headers["Content-Type"] == "application/x-amz-json-1.1"

    def test_operations_without_an_output_shape_answer_nothing(self, house, plain):
        name = os.urandom(6).hex()
        plain.cognito.create_group(UserPoolId=plain.id, GroupName=name)
        answer = signed(house, "DeleteGroup", {"UserPoolId": plain.id, "GroupName": name})
        assert answer.status_code == 200 and answer.content == b""

    def test_operations_with_an_empty_output_answer_an_empty_object(self, house, plain):
        person = plain.person(os.urandom(6).hex())
        answer = signed(
            house, "AdminDisableUser", {"UserPoolId": plain.id, "Username": person.name}
        )
        assert answer.status_code == 200 and answer.content == b"{}"

    def test_times_are_numbers_of_seconds(self, house, plain):
        answer = signed(house, "DescribeUserPool", {"UserPoolId": plain.id}).json()
        assert isinstance(answer["UserPool"]["CreationDate"], int | float)
        assert answer["UserPool"]["CreationDate"] > 1_700_000_000

    def test_unknown_members_and_nulls_are_nothing(self, house, plain):
        answer = signed(
            house,
            "DescribeUserPool",
            {"UserPoolId": plain.id, "Shoe": {"size": 42}, "Nothing": None},
        )
        assert answer.status_code == 200
        answer = signed(house, "ListUsers", {"UserPoolId": plain.id, "Filter": None, "Limit": None})
        assert answer.status_code == 200

    def test_browsers_may_call(self, house):
        answer = requests.options(
            house.identity_url + "/",
            headers={
                "Origin": "http://localhost:5173",
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "content-type,x-amz-target,x-amz-user-agent",
            },
            timeout=10,
        )
        assert answer.status_code in (200, 204)
        allowed = answer.headers["Access-Control-Allow-Headers"].lower()
        for name in ("x-amz-target", "content-type", "x-amz-user-agent"):
            assert name in allowed or allowed == "*"
        answer = raw.call(
            house.identity_url, "GetUser", {}, headers={"Origin": "http://localhost:5173"}
        )
        assert answer.headers["Access-Control-Allow-Origin"] in ("*", "http://localhost:5173")
        assert "x-amzn-errortype" in answer.headers["Access-Control-Expose-Headers"].lower()


class TestRefusals:
    def test_the_form_of_an_error(self, house, plain):
        answer = raw.call(
            house.identity_url,
            "InitiateAuth",
            {
                "ClientId": plain.web.id,
                "AuthFlow": "USER_PASSWORD_AUTH",
                "AuthParameters": {"USERNAME": "nobody", "PASSWORD": "x"},
            },
        )
        assert answer.json() == {
            "__type": "UserNotFoundException",
            "message": "User does not exist.",
        }
        assert raw.error(answer) == (400, "UserNotFoundException", "User does not exist.")

    def test_a_pattern(self, house):
        answer = signed(house, "DescribeUserPool", {"UserPoolId": "bad id"})
        assert raw.error(answer) == (
            400,
            "InvalidParameterException",
            "1 validation error detected: Value 'bad id' at 'userPoolId' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: [\\w-]+_[0-9a-zA-Z]+",
        )

    def test_a_missing_member_and_a_range_in_one_answer(self, house):
        answer = signed(house, "ListUserPoolClients", {"MaxResults": 0})
        assert raw.error(answer)[:2] == (400, "InvalidParameterException")
        message = raw.error(answer)[2]
        assert message.startswith("2 validation errors detected: ")
        assert (
            "Value null at 'userPoolId' failed to satisfy constraint: Member must not be null"
            in message
        )
        assert (
            "Value '0' at 'maxResults' failed to satisfy constraint: Member must have value "
            "greater than or equal to 1" in message
        )

    def test_a_length(self, house, plain):
        answer = signed(house, "GetGroup", {"UserPoolId": plain.id, "GroupName": "x" * 129})
        assert raw.error(answer)[2] == (
            f"1 validation error detected: Value '{'x' * 129}' at 'groupName' failed to satisfy "
            "constraint: Member must have length less than or equal to 128"
        )

    def test_an_enum(self, house, plain):
        _, name, message = raw.error(
            raw.call(
                house.identity_url,
                "InitiateAuth",
                {"ClientId": plain.web.id, "AuthFlow": "MAGIC", "AuthParameters": {}},
            )
        )
        assert name == "InvalidParameterException"
        assert (
            "at 'authFlow' failed to satisfy constraint: Member must satisfy enum value set: ["
            in message
        )

    def test_a_sensitive_value_is_not_repeated(self, house, plain):
        answer = raw.call(
            house.identity_url,
            "SignUp",
            {"ClientId": plain.web.id, "Username": "ann lee", "Password": "Correct horse 7!"},
        )
        _, name, message = raw.error(answer)
        assert name == "InvalidParameterException"
        assert message.startswith("2 validation errors detected: ")
        assert "Value at 'username' failed to satisfy constraint: " in message
        assert "Value at 'password' failed to satisfy constraint: " in message
        assert "ann lee" not in message and "Correct horse" not in message

    def test_an_element_of_a_list_is_named(self, house):
        _, name, message = raw.error(
            signed(
                house,
                "CreateUserPool",
                {"PoolName": "x", "AutoVerifiedAttributes": ["email", "shoe"]},
            )
        )
        assert name == "InvalidParameterException"
        assert "'autoVerifiedAttributes" in message and "enum value set" in message

    def test_constraints_come_before_the_look_up(self, house):
        with refused("InvalidParameterException", "~^1 validation error detected"):
            house.cognito.list_users(UserPoolId="nosuchpool", Limit=1)


class TestBadInput:
    def test_an_unknown_operation(self, house):
        for name in ("MakeCoffee", "", "SignUp2", "../SignUp"):
            answer = raw.call(house.identity_url, name, {})
            assert answer.status_code == 400
            assert answer.json()["__type"] == "UnknownOperationException"

    def test_every_operation_of_the_model_is_listed_here_or_unknown(self, house):
        operations = boto3.client(
            "cognito-idp", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
        ).meta.service_model.operation_names
        known = set()
        for operation in operations:
            answer = signed(house, operation, {})
            if answer.status_code == 200 or raw.error(answer)[1] != "UnknownOperationException":
                known.add(operation)
        assert known == set(ADMIN + PUBLIC)

    def test_no_target_and_a_foreign_service(self, house):
        answer = requests.post(house.identity_url + "/", data="{}", timeout=10)
        assert 400 <= answer.status_code < 500
        answer = raw.call(house.identity_url, "SignUp", {}, service="DynamoDB_20120810")
        assert answer.status_code == 400
        assert answer.json()["__type"] == "UnknownOperationException"

    @pytest.mark.parametrize(
        "body",
        [
            b"{",
            b'{"ClientId":',
            b"nonsense",
            b"\xff\xfe",
            b'{"ClientId":"\xc3\x28"}',
            b'{"a":1}{"b":2}',
            b"[" * 100_000,
            b'{"a":' * 100_000,
            b'{"ClientMetadata":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        ],
        ids=lambda body: repr(body[:20]),
    )
    def test_malformed_json(self, house, body):
        answer = raw.call(house.identity_url, "SignUp", body)
        assert answer.status_code == 400
        assert answer.json()["__type"] == "SerializationException"

    @pytest.mark.parametrize("body", [b"[]", b"null", b"7", b'"text"', b"true"])
    def test_json_that_is_no_object(self, house, body):
        answer = raw.call(house.identity_url, "SignUp", body)
        assert answer.status_code == 400
        assert answer.json()["__type"] in ("SerializationException", "InvalidParameterException")

    @pytest.mark.parametrize(
        "body",
        [
            {"ClientId": 7},
            {"ClientId": {"a": 1}},
            {"ClientId": ["x"]},
            {"ClientId": True},
            {"UserAttributes": {}},
            {"UserAttributes": "x"},
            {"UserAttributes": [7]},
            {"ClientMetadata": []},
            {"ClientMetadata": {"a": 7}},
        ],
        ids=str,
    )
    def test_wrong_types(self, house, plain, body):
        whole = {"ClientId": plain.web.id, "Username": "x", "Password": "x", **body}
        answer = raw.call(house.identity_url, "SignUp", whole)
        assert answer.status_code == 400
        assert answer.json()["__type"] == "SerializationException"

    def test_an_oversized_body(self, house):
        body = b'{"ClientId":"' + b"a" * (16 << 20) + b'"}'
        try:
            answer = raw.call(house.identity_url, "SignUp", body)
        except requests.ConnectionError:
            return
        assert 400 <= answer.status_code < 500

    def test_dos_01_headers_without_end(self, house):
        many = {f"X-{number}": "a" for number in range(10_000)}
        for headers in (many, {"X-Large": "a" * (1 << 20)}):
            try:
                answer = raw.call(house.identity_url, "SignUp", b"{}", headers)
            except requests.ConnectionError:
                continue
            assert answer.status_code == 431

    @pytest.mark.alone
    def test_dos_01_a_client_that_dawdles_is_hung_up_on(self, house):
        start = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
        beginnings = [b"", b"POST", start, b"PRI * HTTP/2.0\r\n"]
        ports = [houses.port_of(url) for url in (house.identity_url, house.api_url)]
        waiting = []
        for port in ports:
            for beginning in beginnings:
                waiting.append(socket.create_connection(("127.0.0.1", port), timeout=30))
                waiting[-1].sendall(beginning)
        deadline = time.monotonic() + 30
        for connection in waiting:
            connection.settimeout(max(0.1, deadline - time.monotonic()))
            while connection.recv(4096):
                pass
            connection.close()

    @pytest.mark.parametrize("member", ["Username", "Password", "ClientId", "SecretHash"])
    def test_dos_02_fields_of_a_megabyte(self, house, plain, member):
        body = {"ClientId": plain.web.id, "Username": "x", "Password": "x", member: "a" * (1 << 20)}
        answer = raw.call(house.identity_url, "SignUp", body)
        assert 400 <= answer.status_code < 500

    @pytest.mark.parametrize("operation", PUBLIC + ADMIN)
    def test_each_member_of_each_operation_of_the_wrong_type(self, house, operation):
        """Nothing a caller sends is a fault of the server."""
        model = boto3.client(
            "cognito-idp", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
        ).meta.service_model.operation_model(operation)
        values = [None, True, 7, -1, 1e300, "", "\0", "x" * 5000, [], [None], {}, {"": ""}]
        for member in model.input_shape.members:
            if operation in ("CreateUserPool", "DeleteUserPool") and member == "PoolName":
                continue
            for value in values:
                answer = signed(house, operation, {member: value})
                assert answer.status_code < 500, (member, value, answer.text)
                if answer.status_code != 200:
                    raw.error(answer)

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/"),
            ("PUT", "/"),
            ("DELETE", "/"),
            ("GET", "/nosuch"),
            ("GET", "/eu-west-1_NoSuchOne/.well-known/jwks.json"),
            ("GET", "/../../etc/passwd/.well-known/jwks.json"),
            ("GET", "/%00/.well-known/jwks.json"),
            ("POST", "/eu-west-1_NoSuchOne/.well-known/jwks.json"),
            ("GET", "/" + "a" * 20_000),
        ],
        ids=lambda value: value[:40],
    )
    def test_other_methods_and_paths(self, house, method, path):
        prepared = requests.Request(method, house.identity_url).prepare()
        prepared.url = house.identity_url + path
        answer = requests.Session().send(prepared, timeout=10)
        assert 200 <= answer.status_code < 500
        if path != "/":
            assert answer.status_code >= 400

    @pytest.mark.parametrize(
        "name",
        ["ann\u0000", "ann\u200b", "ann\u202e", "ann lee", "\u0378"],
        ids=["control", "zero width", "bidirectional", "space", "unassigned"],
    )
    def test_nrm_02_names_of_strange_letters(self, plain, name):
        with refused("InvalidParameterException"):
            plain.sign_up(name)

    def test_the_server_is_still_there(self, house):
        assert signed(house, "ListUserPools", {"MaxResults": 1}).status_code == 200


def test_json_survives_unusual_letters(plain):
    name = "Jürgen-\U0001f600-" + os.urandom(4).hex()
    person = plain.person(name, given_name='Ж"\\\n')
    assert person.attributes()["given_name"] == 'Ж"\\\n'
    assert plain.user(name)["Username"] == name
    answer = plain.cognito.get_user(AccessToken=person.sign_in()["AccessToken"])
    assert json.loads(json.dumps(answer["UserAttributes"]))
