"""What may an administrator do with users, groups, pools and clients?"""

import os
import time

import pytest

from harness import secrets
from harness.checks import WRONG_PASSWORD, refused
from harness.people import Pool, address, named, pairs


class TestUsers:
    def create(self, pool, name, **settings):
        return pool.cognito.admin_create_user(UserPoolId=pool.id, Username=name, **settings)["User"]

    def test_a_made_user_gets_a_mail_with_a_temporary_password(self, by_mail):
        name = address()
        user = self.create(by_mail, name, DesiredDeliveryMediums=["EMAIL"])
        assert user["UserStatus"] == "FORCE_CHANGE_PASSWORD" and user["Enabled"] is True
        assert user["Username"] == named(user["Attributes"])["sub"]
        assert abs(user["UserCreateDate"].timestamp() - time.time()) < 60
        [message] = by_mail.house.mailbox.wait_for(name)
        assert name in message["body"] or user["Username"] in message["body"]

    def test_a_suppressed_mail_is_not_sent(self, by_mail):
        name = address()
        self.create(by_mail, name, MessageAction="SUPPRESS")
        time.sleep(0.3)
        assert by_mail.house.mailbox.messages(name) == []

    def test_a_name_is_made_once(self, plain):
        name = os.urandom(6).hex()
        self.create(plain, name, MessageAction="SUPPRESS")
        with refused("UsernameExistsException", "User account already exists"):
            self.create(plain, name, MessageAction="SUPPRESS")

    def test_a_mail_is_sent_again_only_to_who_needs_it(self, by_mail):
        name = address()
        self.create(by_mail, name, DesiredDeliveryMediums=["EMAIL"])
        self.create(by_mail, name, MessageAction="RESEND", DesiredDeliveryMediums=["EMAIL"])
        by_mail.house.mailbox.wait_for(name, 2)
        with refused("UserNotFoundException"):
            self.create(by_mail, address(), MessageAction="RESEND")
        ann = by_mail.person()
        with refused("UnsupportedUserStateException"):
            self.create(by_mail, ann.name, MessageAction="RESEND")

    def test_a_weak_temporary_password_is_refused(self, plain):
        with refused("InvalidPasswordException", "~^Password d"):
            self.create(plain, os.urandom(6).hex(), TemporaryPassword="weak")

    def test_a_verified_address_may_be_given(self, by_mail):
        name = address()
        user = self.create(
            by_mail,
            name,
            MessageAction="SUPPRESS",
            UserAttributes=pairs({"email": name, "email_verified": "true"}),
        )
        assert named(user["Attributes"])["email_verified"] == "true"

    def test_get_user_by_each_of_its_names(self, by_mail):
        ann = by_mail.person()
        for name in (ann.name, ann.sub, ann.name.upper()):
            user = by_mail.user(name)
            assert user["Username"] == ann.sub
        assert "UserMFASettingList" not in user and "PreferredMfaSetting" not in user
        assert user["UserLastModifiedDate"] >= user["UserCreateDate"]

    def test_get_user_of_nobody(self, plain):
        with refused("UserNotFoundException", "User does not exist."):
            plain.user("nobody")
        with refused("ResourceNotFoundException", "User pool eu-west-1_NoSuchOne does not exist."):
            plain.cognito.admin_get_user(UserPoolId="eu-west-1_NoSuchOne", Username="x")

    def test_set_password_permanently(self, plain):
        carol, chosen = plain.sign_up(os.urandom(6).hex()), secrets.password()
        answer = plain.cognito.admin_set_user_password(
            UserPoolId=plain.id, Username=carol.name, Password=chosen, Permanent=True
        )
        assert set(answer) == {"ResponseMetadata"}
        assert plain.user(carol.name)["UserStatus"] == "CONFIRMED"
        assert plain.web.password(carol.name, chosen)["AuthenticationResult"]
        with refused("NotAuthorizedException", WRONG_PASSWORD):
            plain.web.password(carol.name, carol.password)

    def test_set_password_for_once(self, plain):
        ann, chosen = plain.person(os.urandom(6).hex()), secrets.password()
        plain.cognito.admin_set_user_password(
            UserPoolId=plain.id, Username=ann.name, Password=chosen
        )
        assert plain.user(ann.name)["UserStatus"] == "FORCE_CHANGE_PASSWORD"
        assert plain.web.password(ann.name, chosen)["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
        with refused("InvalidPasswordException", "~^Password d"):
            plain.cognito.admin_set_user_password(
                UserPoolId=plain.id, Username=ann.name, Password="weak", Permanent=True
            )
        with refused("UserNotFoundException"):
            plain.cognito.admin_set_user_password(
                UserPoolId=plain.id, Username="nobody", Password=chosen
            )

    def test_disable_and_enable(self, plain):
        ann = plain.person(os.urandom(6).hex())
        plain.cognito.admin_disable_user(UserPoolId=plain.id, Username=ann.name)
        assert plain.user(ann.name)["Enabled"] is False
        with refused("NotAuthorizedException", "User is disabled."):
            ann.sign_in()
        with refused("NotAuthorizedException", WRONG_PASSWORD):
            plain.web.password(ann.name, "Wrong-1!")
        plain.cognito.admin_enable_user(UserPoolId=plain.id, Username=ann.name)
        assert ann.sign_in()
        for operation in (plain.cognito.admin_disable_user, plain.cognito.admin_enable_user):
            with refused("UserNotFoundException", "User does not exist."):
                operation(UserPoolId=plain.id, Username="nobody")

    def test_update_attributes(self, by_mail):
        ann, fresh = by_mail.person(), address()
        by_mail.cognito.admin_update_user_attributes(
            UserPoolId=by_mail.id,
            Username=ann.name,
            UserAttributes=pairs({"email": fresh, "email_verified": "true", "nickname": "n"}),
        )
        # The new address signs in at once, the old one is unknown.
        assert by_mail.web.password(fresh, ann.password)["AuthenticationResult"]
        with refused("UserNotFoundException"):
            by_mail.web.password(ann.name, ann.password)
        other = by_mail.person()
        with refused("AliasExistsException"):
            by_mail.cognito.admin_update_user_attributes(
                UserPoolId=by_mail.id,
                Username=fresh,
                UserAttributes=pairs({"email": other.name, "email_verified": "true"}),
            )
        # The old address is free again.
        by_mail.sign_up(ann.name)

    def test_an_immutable_attribute_stays(self, plain):
        ann = plain.person(os.urandom(6).hex())
        with refused("InvalidParameterException"):
            plain.cognito.admin_update_user_attributes(
                UserPoolId=plain.id,
                Username=ann.name,
                UserAttributes=[{"Name": "custom:frozen", "Value": "x"}],
            )

    def test_delete(self, plain):
        ann = plain.person(os.urandom(6).hex())
        plain.cognito.admin_delete_user(UserPoolId=plain.id, Username=ann.name)
        with refused("UserNotFoundException", "User does not exist."):
            plain.cognito.admin_delete_user(UserPoolId=plain.id, Username=ann.name)
        with refused("UserNotFoundException"):
            plain.cognito.admin_user_global_sign_out(UserPoolId=plain.id, Username=ann.name)


class TestListUsers:
    @pytest.fixture(scope="class")
    @classmethod
    def crowd(cls, make_pool) -> Pool:
        pool = make_pool()
        for number in range(9):
            pool.sign_up(
                f"user-{number}",
                email=f"mail-{number}@example.com",
                given_name="Even" if number % 2 == 0 else "Odd",
                name=f'with "quotes" {number}',
            )
        for number in range(3):
            pool.cognito.admin_confirm_sign_up(UserPoolId=pool.id, Username=f"user-{number}")
        pool.cognito.admin_disable_user(UserPoolId=pool.id, Username="user-0")
        return pool

    def names(self, pool, text, **settings):
        answer = pool.cognito.list_users(UserPoolId=pool.id, Filter=text, **settings)
        return sorted(user["Username"] for user in answer["Users"])

    def test_all(self, crowd):
        assert len(self.names(crowd, "")) == 9
        answer = crowd.cognito.list_users(UserPoolId=crowd.id)
        assert len(answer["Users"]) == 9 and "PaginationToken" not in answer
        [user] = [user for user in answer["Users"] if user["Username"] == "user-0"]
        assert user["UserStatus"] == "CONFIRMED" and user["Enabled"] is False
        assert user["Attributes"][0]["Name"] == "sub"

    @pytest.mark.parametrize(
        ("text", "count"),
        [
            ('username = "user-3"', 1),
            ('username = "USER-3"', 0),
            ('username ^= "user-"', 9),
            ('email = "mail-4@example.com"', 1),
            ('email="MAIL-4@EXAMPLE.COM"', 1),
            ('"email" ^= "mail-"', 9),
            ('given_name = "odd"', 4),
            ('given_name ^= "E"', 5),
            ('cognito:user_status = "CONFIRMED"', 3),
            ('cognito:user_status = "unconfirmed"', 6),
            ('status = "Enabled"', 8),
            ('status = "Disabled"', 1),
            ('name = "with \\"quotes\\" 2"', 1),
            ('phone_number = "+4912345"', 0),
            ('email = "nobody@example.com"', 0),
        ],
    )
    def test_filter(self, crowd, text, count):
        assert len(self.names(crowd, text)) == count

    def test_by_sub(self, crowd):
        sub = named(crowd.user("user-5")["UserAttributes"])["sub"]
        assert self.names(crowd, f'sub = "{sub}"') == ["user-5"]

    @pytest.mark.parametrize("text", ['custom:x = "y"', 'birthdate = "x"', 'shoe = "42"'])
    def test_what_is_not_searchable_is_refused(self, crowd, text):
        with refused("InvalidParameterException"):
            self.names(crowd, text)

    @pytest.mark.parametrize("text", ["email", "email =", "email = x", 'email > "x"', 'email = "x'])
    def test_a_broken_filter_is_refused(self, crowd, text):
        with refused("InvalidParameterException"):
            self.names(crowd, text)

    @pytest.mark.parametrize("text", ["", 'username ^= "user-"', 'given_name = "Even"'])
    def test_pages_give_everybody_once(self, crowd, text):
        names, token = [], None
        for _ in range(20):
            settings = {"PaginationToken": token} if token else {}
            answer = crowd.cognito.list_users(UserPoolId=crowd.id, Limit=2, Filter=text, **settings)
            assert len(answer["Users"]) <= 2
            names += [user["Username"] for user in answer["Users"]]
            token = answer.get("PaginationToken")
            if not token:
                break
        assert len(names) == len(set(names)) == (5 if "Even" in text else 9)

    def test_a_page_token_is_of_one_query(self, crowd, plain):
        token = crowd.cognito.list_users(UserPoolId=crowd.id, Limit=2)["PaginationToken"]
        with refused("InvalidParameterException"):
            crowd.cognito.list_users(
                UserPoolId=crowd.id, Filter='given_name = "Odd"', PaginationToken=token
            )
        with refused("InvalidParameterException"):
            crowd.cognito.list_users(UserPoolId=plain.id, PaginationToken=token)
        with refused("InvalidParameterException"):
            crowd.cognito.list_users(UserPoolId=crowd.id, PaginationToken="garbled")

    def test_attributes_may_be_chosen(self, crowd):
        answer = crowd.cognito.list_users(UserPoolId=crowd.id, AttributesToGet=["email"])
        for user in answer["Users"]:
            assert [attribute["Name"] for attribute in user["Attributes"]] == ["email"]

    def test_an_absent_pool_is_an_error(self, crowd):
        with refused("ResourceNotFoundException"):
            crowd.cognito.list_users(UserPoolId=f"{crowd.house.region}_NoSuchOne")


class TestGroups:
    @pytest.fixture
    def group(self, plain):
        name = "group-" + os.urandom(4).hex()
        made = plain.cognito.create_group(
            UserPoolId=plain.id, GroupName=name, Description="of people", Precedence=7
        )["Group"]
        assert made["GroupName"] == name and made["UserPoolId"] == plain.id
        assert made["Precedence"] == 7 and made["Description"] == "of people"
        return name

    def test_make_get_list_and_delete(self, plain, group):
        got = plain.cognito.get_group(UserPoolId=plain.id, GroupName=group)["Group"]
        assert got["Precedence"] == 7
        listed = plain.cognito.get_paginator("list_groups").paginate(UserPoolId=plain.id)
        assert group in [g["GroupName"] for page in listed for g in page["Groups"]]
        with refused("GroupExistsException", "A group with the name already exists."):
            plain.cognito.create_group(UserPoolId=plain.id, GroupName=group)
        plain.cognito.delete_group(UserPoolId=plain.id, GroupName=group)
        for operation in (plain.cognito.get_group, plain.cognito.delete_group):
            with refused("ResourceNotFoundException", "Group not found."):
                operation(UserPoolId=plain.id, GroupName=group)

    def test_an_update_changes_what_is_given(self, plain, group):
        plain.cognito.update_group(UserPoolId=plain.id, GroupName=group, Precedence=3)
        answer = plain.cognito.update_group(
            UserPoolId=plain.id, GroupName=group, Description="those"
        )
        shown = plain.cognito.get_group(UserPoolId=plain.id, GroupName=group)["Group"]
        assert shown["Description"] == answer["Group"]["Description"] == "those"
        assert shown["Precedence"] == 3
        assert shown["LastModifiedDate"] >= shown["CreationDate"]

    def test_members_come_and_go(self, plain, group):
        ann = plain.person(os.urandom(6).hex())
        member = {"UserPoolId": plain.id, "Username": ann.name, "GroupName": group}
        for _ in range(2):
            plain.cognito.admin_add_user_to_group(**member)
        users = plain.cognito.list_users_in_group(UserPoolId=plain.id, GroupName=group)["Users"]
        assert [user["Username"] for user in users] == [ann.name]
        groups = plain.cognito.admin_list_groups_for_user(UserPoolId=plain.id, Username=ann.name)
        assert [g["GroupName"] for g in groups["Groups"]] == [group]
        for _ in range(2):
            plain.cognito.admin_remove_user_from_group(**member)
        users = plain.cognito.list_users_in_group(UserPoolId=plain.id, GroupName=group)["Users"]
        assert users == []

    def test_a_users_groups_come_by_precedence(self, plain):
        ann, mark = plain.person(os.urandom(6).hex()), os.urandom(4).hex()
        for name, precedence in (("b", 20), ("none", None), ("a", 10), ("c", 0)):
            settings = {} if precedence is None else {"Precedence": precedence}
            plain.cognito.create_group(UserPoolId=plain.id, GroupName=f"{name}-{mark}", **settings)
            plain.cognito.admin_add_user_to_group(
                UserPoolId=plain.id, Username=ann.name, GroupName=f"{name}-{mark}"
            )
        groups = plain.cognito.admin_list_groups_for_user(UserPoolId=plain.id, Username=ann.name)
        names = [g["GroupName"].partition("-")[0] for g in groups["Groups"]]
        assert names == ["c", "a", "b", "none"]
        page = plain.cognito.admin_list_groups_for_user(
            UserPoolId=plain.id, Username=ann.name, Limit=3
        )
        assert len(page["Groups"]) == 3 and page["NextToken"]

    def test_many_members_come_in_pages(self, plain, group):
        names = set()
        for _ in range(5):
            ann = plain.sign_up(os.urandom(6).hex())
            names.add(ann.name)
            plain.cognito.admin_add_user_to_group(
                UserPoolId=plain.id, Username=ann.name, GroupName=group
            )
        seen, token = [], None
        while True:
            settings = {"NextToken": token} if token else {}
            page = plain.cognito.list_users_in_group(
                UserPoolId=plain.id, GroupName=group, Limit=2, **settings
            )
            seen += [user["Username"] for user in page["Users"]]
            token = page.get("NextToken")
            if not token:
                break
        assert sorted(seen) == sorted(names)

    def test_a_deleted_user_leaves_the_group_and_a_deleted_group_its_users(self, plain, group):
        ann, bob = plain.person(os.urandom(6).hex()), plain.person(os.urandom(6).hex())
        for person in (ann, bob):
            plain.cognito.admin_add_user_to_group(
                UserPoolId=plain.id, Username=person.name, GroupName=group
            )
        plain.cognito.admin_delete_user(UserPoolId=plain.id, Username=ann.name)
        users = plain.cognito.list_users_in_group(UserPoolId=plain.id, GroupName=group)["Users"]
        assert [user["Username"] for user in users] == [bob.name]
        plain.cognito.delete_group(UserPoolId=plain.id, GroupName=group)
        left = plain.cognito.admin_list_groups_for_user(UserPoolId=plain.id, Username=bob.name)
        assert left["Groups"] == []

    def test_what_is_not_there_is_named(self, plain, group):
        ann = plain.person(os.urandom(6).hex())
        with refused("ResourceNotFoundException", "Group not found."):
            plain.cognito.admin_add_user_to_group(
                UserPoolId=plain.id, Username=ann.name, GroupName="nosuchgroup"
            )
        with refused("UserNotFoundException", "User does not exist."):
            plain.cognito.admin_add_user_to_group(
                UserPoolId=plain.id, Username="nobody", GroupName=group
            )
        with refused("UserNotFoundException"):
            plain.cognito.admin_list_groups_for_user(UserPoolId=plain.id, Username="nobody")
        with refused("ResourceNotFoundException"):
            plain.cognito.list_users_in_group(UserPoolId=plain.id, GroupName="nosuchgroup")


class TestResourceServers:
    SCOPES = [{"ScopeName": name, "ScopeDescription": name} for name in ("read", "write")]

    def create(self, pool, identifier):
        return pool.cognito.create_resource_server(
            UserPoolId=pool.id, Identifier=identifier, Name="photos", Scopes=self.SCOPES
        )["ResourceServer"]

    def test_make_change_list_and_delete(self, plain):
        of = {"UserPoolId": plain.id, "Identifier": f"https://{os.urandom(4).hex()}.example"}
        made = self.create(plain, of["Identifier"])
        assert made == {**of, "Name": "photos", "Scopes": self.SCOPES}
        assert plain.cognito.describe_resource_server(**of)["ResourceServer"] == made
        listed = plain.cognito.list_resource_servers(UserPoolId=plain.id, MaxResults=50)
        assert made in listed["ResourceServers"]
        changed = plain.cognito.update_resource_server(
            **of, Name="pictures", Scopes=self.SCOPES[:1]
        )["ResourceServer"]
        assert changed == {**of, "Name": "pictures", "Scopes": self.SCOPES[:1]}
        plain.cognito.delete_resource_server(**of)
        with refused(
            "ResourceNotFoundException", f"Resource server {of['Identifier']} does not exist."
        ):
            plain.cognito.describe_resource_server(**of)

    def test_an_identifier_is_there_once(self, plain):
        identifier = os.urandom(4).hex()
        self.create(plain, identifier)
        with refused(
            "InvalidParameterException", f"{identifier} already exists in user pool {plain.id}."
        ):
            self.create(plain, identifier)


class TestPools:
    def describe(self, pool):
        return pool.cognito.describe_user_pool(UserPoolId=pool.id)["UserPool"]

    def test_a_new_pool_has_the_defaults_of_the_service(self, make_pool):
        pool = self.describe(make_pool(PoolName="defaults"))
        assert pool["Name"] == "defaults"
        assert pool["Arn"].endswith(f":userpool/{pool['Id']}")
        policy = pool["Policies"]["PasswordPolicy"]
        assert policy["MinimumLength"] == 8 and policy["TemporaryPasswordValidityDays"] == 7
        for rule in ("Uppercase", "Lowercase", "Numbers", "Symbols"):
            assert policy[f"Require{rule}"] is True
        assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is False
        assert pool["MfaConfiguration"] == "OFF"
        assert pool["DeletionProtection"] == "INACTIVE"
        assert pool["UserPoolTier"] == "ESSENTIALS"
        assert pool["EmailConfiguration"]["EmailSendingAccount"] == "COGNITO_DEFAULT"
        assert "DeviceConfiguration" not in pool and "UserPoolAddOns" not in pool
        attributes = {attribute["Name"] for attribute in pool["SchemaAttributes"]}
        assert {"sub", "email", "phone_number", "updated_at", "identities"} <= attributes
        assert pool["EstimatedNumberOfUsers"] == 0

    def test_the_users_of_a_pool_are_counted(self, make_pool):
        pool = make_pool()
        for _ in range(3):
            pool.sign_up(os.urandom(6).hex())
        assert self.describe(pool)["EstimatedNumberOfUsers"] == 3

    def test_an_update_replaces(self, make_pool):
        pool = make_pool(
            AutoVerifiedAttributes=["email"],
            AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
            UserPoolTags={"a": "b"},
        )
        answer = pool.cognito.update_user_pool(
            UserPoolId=pool.id,
            Policies={"PasswordPolicy": {"MinimumLength": 12, "RequireNumbers": True}},
        )
        assert set(answer) == {"ResponseMetadata"}
        described = self.describe(pool)
        assert described.get("AutoVerifiedAttributes", []) == []
        assert described["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is False
        policy = described["Policies"]["PasswordPolicy"]
        assert policy["MinimumLength"] == 12 and policy["RequireNumbers"] is True
        assert policy["RequireSymbols"] is False

    def test_pools_are_listed_in_pages(self, house, make_pool):
        made = {make_pool(PoolName=f"listed-{number}").id for number in range(3)}
        seen, token = set(), None
        while True:
            settings = {"NextToken": token} if token else {}
            answer = house.cognito.list_user_pools(MaxResults=2, **settings)
            assert len(answer["UserPools"]) <= 2
            seen |= {pool["Id"] for pool in answer["UserPools"]}
            token = answer.get("NextToken")
            if not token:
                break
        assert made <= seen

    def test_a_protected_pool_is_not_deleted(self, make_pool):
        pool = make_pool(DeletionProtection="ACTIVE")
        with refused(
            "InvalidParameterException",
            "The user pool cannot be deleted because deletion protection is activated. Deletion "
            "protection must be inactivated first.",
        ):
            pool.cognito.delete_user_pool(UserPoolId=pool.id)
        pool.cognito.update_user_pool(UserPoolId=pool.id, DeletionProtection="INACTIVE")
        pool.cognito.delete_user_pool(UserPoolId=pool.id)

    def test_a_deleted_pool_is_gone_with_all_that_was_in_it(self, make_pool):
        pool = make_pool()
        ann = pool.person("ann")
        token = ann.sign_in()["AccessToken"]
        pool.cognito.delete_user_pool(UserPoolId=pool.id)
        text = f"User pool {pool.id} does not exist."
        with refused("ResourceNotFoundException", text):
            pool.cognito.describe_user_pool(UserPoolId=pool.id)
        with refused("ResourceNotFoundException", text):
            pool.user("ann")
        with refused("ResourceNotFoundException"):
            pool.web.password("ann", ann.password)
        with pytest.raises(pool.cognito.exceptions.ClientError):
            pool.cognito.get_user(AccessToken=token)

    def test_settings_that_exclude_each_other_are_refused(self, house):
        with refused(
            "InvalidParameterException",
            "Only one of the aliasAttributes or usernameAttributes can be set in a user pool.",
        ):
            house.cognito.create_user_pool(
                PoolName="x", AliasAttributes=["email"], UsernameAttributes=["email"]
            )


class TestClients:
    def test_a_new_client_has_the_defaults_of_the_service(self, plain):
        client = plain.cognito.create_user_pool_client(UserPoolId=plain.id, ClientName="defaults")[
            "UserPoolClient"
        ]
        assert sorted(client["ExplicitAuthFlows"]) == [
            "ALLOW_CUSTOM_AUTH",
            "ALLOW_REFRESH_TOKEN_AUTH",
            "ALLOW_USER_SRP_AUTH",
        ]
        assert client["RefreshTokenValidity"] == 30
        assert client["EnableTokenRevocation"] is True
        assert client["AuthSessionValidity"] == 3
        assert client["AllowedOAuthFlowsUserPoolClient"] is False
        assert "ClientSecret" not in client

    def test_a_secret_is_made_when_asked_for(self, plain):
        client = plain.client(ClientName="secret", GenerateSecret=True)
        assert 51 <= len(client.secret) <= 52
        assert client.secret.isalnum() and client.secret == client.secret.lower()

    def test_an_update_replaces_and_answers_the_client(self, plain):
        client = plain.client(ClientName="before", RefreshTokenValidity=10)
        answer = plain.cognito.update_user_pool_client(
            UserPoolId=plain.id, ClientId=client.id, ClientName="after"
        )["UserPoolClient"]
        assert answer["ClientName"] == "after" and answer["RefreshTokenValidity"] == 30
        described = plain.cognito.describe_user_pool_client(
            UserPoolId=plain.id, ClientId=client.id
        )["UserPoolClient"]
        assert described["ClientName"] == "after"

    def test_clients_are_listed_and_deleted(self, make_pool):
        pool = make_pool()
        for number in range(3):
            pool.client(ClientName=f"client-{number}")
        seen, token = [], None
        while True:
            settings = {"NextToken": token} if token else {}
            page = pool.cognito.list_user_pool_clients(UserPoolId=pool.id, MaxResults=2, **settings)
            seen += [client["ClientId"] for client in page["UserPoolClients"]]
            token = page.get("NextToken")
            if not token:
                break
        assert sorted(seen) == sorted(client.id for client in pool.clients)
        gone = pool.clients[-1].id
        pool.cognito.delete_user_pool_client(UserPoolId=pool.id, ClientId=gone)
        with refused("ResourceNotFoundException", f"User pool client {gone} does not exist."):
            pool.cognito.describe_user_pool_client(UserPoolId=pool.id, ClientId=gone)

    def test_the_client_of_another_pool_is_not_there(self, plain, by_mail):
        with refused("ResourceNotFoundException"):
            plain.cognito.describe_user_pool_client(UserPoolId=plain.id, ClientId=by_mail.web.id)

    @pytest.mark.parametrize(
        "settings",
        [
            {"ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "USER_PASSWORD_AUTH"]},
            {"AccessTokenValidity": 1, "TokenValidityUnits": {"AccessToken": "seconds"}},
            {
                "AccessTokenValidity": 2,
                "RefreshTokenValidity": 1,
                "TokenValidityUnits": {"AccessToken": "hours", "RefreshToken": "hours"},
            },
        ],
        ids=["mixed flows", "too short", "longer than the refresh token"],
    )
    def test_settings_that_do_not_go_together_are_refused(self, plain, settings):
        with refused("InvalidParameterException"):
            plain.client(**settings)
