"""Does boto3 keep and see what a pool is surrounded by: providers, domains, replicas, limits, jobs?"""

import base64
import json
import uuid

import pytest

from harness import tokens
from harness.checks import refused

DETAILS = {
    "client_id": "app",
    "client_secret": "a-secret-of-the-provider",
    "authorize_scopes": "openid email",
    "attributes_request_method": "GET",
    "oidc_issuer": "https://idp.example.com",
}
CATEGORY = {"LimitClass": "API_CATEGORY", "Attributes": {"Category": "UserCreation"}}


@pytest.fixture(scope="module")
def pool(make_pool):
    return make_pool()


def test_an_identity_provider_comes_changes_and_goes(pool):
    cognito, named = pool.cognito, {"UserPoolId": pool.id, "ProviderName": "Upstream"}
    made = cognito.create_identity_provider(
        **named,
        ProviderType="OIDC",
        ProviderDetails=DETAILS,
        AttributeMapping={"email": "email"},
        IdpIdentifiers=["upstream.example.com"],
    )["IdentityProvider"]
    assert made["ProviderType"] == "OIDC"
    with refused("DuplicateProviderException"):
        cognito.create_identity_provider(
            **named, ProviderType="OIDC", ProviderDetails=DETAILS
        )
    assert cognito.describe_identity_provider(**named)["IdentityProvider"] == made
    found = cognito.get_identity_provider_by_identifier(
        UserPoolId=pool.id, IdpIdentifier="upstream.example.com"
    )
    assert found["IdentityProvider"] == made
    listed = cognito.list_identity_providers(UserPoolId=pool.id)["Providers"]
    assert [it["ProviderName"] for it in listed] == ["Upstream"]
    changed = cognito.update_identity_provider(**named, AttributeMapping={"name": "name"})
    assert changed["IdentityProvider"]["AttributeMapping"]["name"] == "name"
    cognito.delete_identity_provider(**named)
    with refused("ResourceNotFoundException"):
        cognito.describe_identity_provider(**named)


def test_a_user_is_linked_to_somebody_at_a_provider_and_parted_again(pool):
    cognito, name = pool.cognito, f"ann-{uuid.uuid4().hex[:8]}"
    cognito.create_identity_provider(
        UserPoolId=pool.id, ProviderName="Corp", ProviderType="OIDC", ProviderDetails=DETAILS
    )
    cognito.admin_create_user(UserPoolId=pool.id, Username=name, MessageAction="SUPPRESS")
    source = {
        "ProviderName": "Corp",
        "ProviderAttributeName": "Cognito_Subject",
        "ProviderAttributeValue": "12345",
    }

    def identities():
        user = cognito.admin_get_user(UserPoolId=pool.id, Username=name)
        kept = {it["Name"]: it["Value"] for it in user["UserAttributes"]}
        return [it["userId"] for it in json.loads(kept.get("identities", "[]"))]

    cognito.admin_link_provider_for_user(
        UserPoolId=pool.id,
        DestinationUser={"ProviderName": "Cognito", "ProviderAttributeValue": name},
        SourceUser=source,
    )
    assert identities() == ["12345"]
    cognito.admin_disable_provider_for_user(UserPoolId=pool.id, User=source)
    assert identities() == []
    cognito.delete_identity_provider(UserPoolId=pool.id, ProviderName="Corp")


def test_a_domain_comes_changes_and_goes(pool):
    cognito, domain = pool.cognito, f"d{uuid.uuid4().hex[:12]}"
    named = {"UserPoolId": pool.id, "Domain": domain}
    cognito.create_user_pool_domain(**named, ManagedLoginVersion=1)
    with refused("InvalidParameterException"):
        cognito.create_user_pool_domain(**named)
    told = cognito.describe_user_pool_domain(Domain=domain)["DomainDescription"]
    assert told["UserPoolId"] == pool.id and told["Status"] == "ACTIVE"
    assert cognito.update_user_pool_domain(**named, ManagedLoginVersion=2)
    told = cognito.describe_user_pool_domain(Domain=domain)["DomainDescription"]
    assert told["ManagedLoginVersion"] == 2
    cognito.delete_user_pool_domain(**named)
    assert cognito.describe_user_pool_domain(Domain=domain)["DomainDescription"] == {}


def test_a_replica_comes_changes_and_goes(pool):
    cognito, named = pool.cognito, {"UserPoolId": pool.id, "RegionName": "us-east-1"}
    made = cognito.create_user_pool_replica(**named)["UserPoolReplica"]
    assert made["RegionName"] == "us-east-1"
    # A store that nodes of other regions may share waits for one there; test_replicas.py starts it.
    is_shared = made["Status"] == "CREATING"
    if is_shared:
        with refused("OperationNotEnabledException"):
            cognito.update_user_pool_replica(**named, Status="ACTIVE")
    else:
        cognito.update_user_pool_replica(**named, Status="ACTIVE")
    listed = cognito.list_user_pool_replicas(UserPoolId=pool.id)["UserPoolReplicas"]
    assert {it["RegionName"] for it in listed} >= {"us-east-1"}
    if not is_shared:
        cognito.update_user_pool_replica(**named, Status="INACTIVE")
    cognito.delete_user_pool_replica(**named)
    listed = cognito.list_user_pool_replicas(UserPoolId=pool.id)["UserPoolReplicas"]
    assert all(it["RegionName"] != "us-east-1" for it in listed)


def test_a_limit_is_kept(pool):
    cognito = pool.cognito
    before = cognito.get_provisioned_limit(LimitDefinition=CATEGORY)["Limit"]
    wanted = before["FreeLimitValue"] + 7
    cognito.update_provisioned_limit(LimitDefinition=CATEGORY, RequestedLimitValue=wanted)
    after = cognito.get_provisioned_limit(LimitDefinition=CATEGORY)["Limit"]
    assert after["ProvisionedLimitValue"] == wanted


def test_a_pool_has_a_certificate_of_its_own(pool):
    told = pool.cognito.get_signing_certificate(UserPoolId=pool.id)["Certificate"]
    assert base64.b64decode(told, validate=True)[0] == 0x30
    assert pool.cognito.get_signing_certificate(UserPoolId=pool.id)["Certificate"] == told


def test_an_import_that_is_not_begun_is_not_stopped(make_pool):
    pool = make_pool(AutoVerifiedAttributes=["email"])
    cognito = pool.cognito
    job = cognito.create_user_import_job(
        UserPoolId=pool.id,
        JobName="people",
        CloudWatchLogsRoleArn="arn:aws:iam::123456789012:role/import",
    )["UserImportJob"]
    listed = cognito.list_user_import_jobs(UserPoolId=pool.id, MaxResults=10)["UserImportJobs"]
    assert [it["JobId"] for it in listed] == [job["JobId"]]
    with refused("PreconditionNotMetException"):
        cognito.stop_user_import_job(UserPoolId=pool.id, JobId=job["JobId"])


def test_a_machine_gets_a_token_without_the_oauth_endpoint(pool):
    pool.cognito.create_resource_server(
        UserPoolId=pool.id,
        Identifier="fruit",
        Name="Fruit",
        Scopes=[{"ScopeName": "read", "ScopeDescription": "See fruit"}],
    )
    client = pool.client(
        GenerateSecret=True,
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthScopes=["fruit/read"],
    )
    named = {"UserPoolId": pool.id, "ClientId": client.id}
    secret = pool.cognito.describe_user_pool_client(**named)["UserPoolClient"]["ClientSecret"]
    given = pool.cognito.get_client_token(ClientId=client.id, Secret=secret)
    token = given["ClientAuthenticationResult"]["AccessToken"]
    assert tokens.claims(token)["scope"] == "fruit/read"


def test_a_machine_without_the_grant_gets_nothing(pool):
    client = pool.client(GenerateSecret=True)
    named = {"UserPoolId": pool.id, "ClientId": client.id}
    secret = pool.cognito.describe_user_pool_client(**named)["UserPoolClient"]["ClientSecret"]
    with refused("NotAuthorizedException"):
        pool.cognito.get_client_token(ClientId=client.id, Secret=secret)


def test_a_device_that_is_not_there_is_not_forgotten(make_pool):
    pool = make_pool(DeviceConfiguration={"ChallengeRequiredOnNewDevice": True})
    name = f"ann-{uuid.uuid4().hex[:8]}"
    pool.cognito.admin_create_user(
        UserPoolId=pool.id, Username=name, MessageAction="SUPPRESS"
    )
    with refused("ResourceNotFoundException"):
        pool.cognito.admin_forget_device(
            UserPoolId=pool.id, Username=name, DeviceKey=f"eu-west-1_{uuid.uuid4()}"
        )
