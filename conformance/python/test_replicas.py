"""Is a pool in another region what its replica there says: on its way, asleep, or there to sign in?

Two servers over one table, each in a region of its own."""

import os
from urllib.parse import urlsplit

import pytest
import requests
from botocore.exceptions import ClientError
from test_wire import ADMIN, PUBLIC

from harness import constraints, pages, secrets, tokens
from harness import house as houses
from harness.checks import refused
from harness.house import House
from harness.people import Pool

# The table is DynamoDB's, whatever the others keep their data in.
pytestmark = pytest.mark.alone

HOME, AWAY = "eu-west-1", "us-east-1"
NAME = "OperationNotEnabledException"
DECLARE = [name for name in constraints.OPERATIONS if NAME in constraints.declared(name)]
ON_ITS_WAY = "The user pool replica is being created: no node in its region has come up yet."
ASLEEP = "The operation is not enabled while the user pool replica is INACTIVE."
SECONDARY = "The operation is not enabled in a secondary region of the user pool."

# What an administrator sees of a replica, whether it is asleep or not.
SEEN = {
    "DescribeUserPool",
    "DescribeUserPoolClient",
    "DescribeUserPoolDomain",
    "GetUserPoolMfaConfig",
    "ListIdentityProviders",
    "ListTagsForResource",
    "ListUserPoolClients",
    "ListUserPoolReplicas",
}
# What one that is awake does beside.
AWAKE = {"AdminGetUser", "AdminListGroupsForUser", "ListGroups", "ListUsers"}


class Regions:
    """A node at home; a pool with somebody in it; and later a node elsewhere."""

    def __init__(self, folder, environment):
        self.folder, self.environment = folder, environment
        self.keys = houses.Keys(folder)
        self.store = "dynamodb:replicas"
        self.one, self.house = houses.serve(folder / "one", self.keys, self.store, environment)
        self.two = None
        self.away: House | None = None
        made = self.house.cognito.create_user_pool(PoolName="replicated")["UserPool"]
        self.pool = Pool(self.house, made["Id"])
        self.pool.client()
        self.person = self.pool.person("ann")
        self.token = self.person.sign_in()["AccessToken"]
        self.domain = f"replica-{os.urandom(4).hex()}"
        self.pool.cognito.create_user_pool_domain(UserPoolId=self.pool.id, Domain=self.domain)

    @property
    def named(self) -> dict[str, str]:
        return {"UserPoolId": self.pool.id, "RegionName": AWAY}

    def status(self) -> str:
        listed = self.house.cognito.list_user_pool_replicas(UserPoolId=self.pool.id)
        primary, replica = listed["UserPoolReplicas"]
        assert (primary["Role"], primary["RegionName"]) == ("PRIMARY", HOME)
        assert (replica["Role"], replica["RegionName"]) == ("SECONDARY", AWAY)
        return replica["Status"]

    def set(self, status: str) -> None:
        self.house.cognito.update_user_pool_replica(**self.named, Status=status)

    def open_away(self) -> None:
        """The other node, at the same public address: a name that leads to whichever region answers."""
        self.two = houses.node(
            self.folder / "two", self.keys, self.store, self.environment, self.house.identity_url
        )
        self.two.arguments += ["--region", AWAY, "--stack-name", "elsewhere"]
        outputs = self.two.start()
        here = {
            **outputs,
            "IdentityUrl": f"http://127.0.0.1:{self.two.port}",
            "ApiUrl": f"http://127.0.0.1:{self.two.api_port}",
        }
        self.away = House(here, self.house.mailbox, self.keys.access_key)
        assert self.away.region == AWAY

    def there(self) -> Pool:
        """The pool as the other node has it."""
        pool = Pool(self.away, self.pool.id)
        pool.clients = [type(self.pool.web)(pool, self.pool.web.id)]
        return pool

    def example(self, operation: str) -> dict:
        known = {
            "UserPoolIdType": self.pool.id,
            "ClientIdType": self.pool.web.id,
            "TokenModelType": self.token,
            "DomainType": self.domain,
            "ArnType": f"arn:aws:cognito-idp:{HOME}:000000000000:userpool/{self.pool.id}",
        }
        shape = constraints.input_of(operation)
        body = constraints.example(shape, known)
        members = constraints.SHAPES[shape]["members"]
        for name, value in (("UserPoolId", self.pool.id), ("AccessToken", self.token)):
            if name in members:
                body[name] = value
        return body

    def close(self) -> None:
        for server in (self.one, self.two):
            if server:
                server.stop()


@pytest.fixture(scope="module")
def regions(folder, dynamodb):
    regions = Regions(folder / "replicas", dynamodb.environment())
    yield regions
    regions.close()


def outcome(client, operation: str, body: dict) -> str:
    try:
        client._make_api_call(operation, body)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "answered"


def test_while_no_node_is_there_a_replica_is_on_its_way(regions):
    made = regions.house.cognito.create_user_pool_replica(**regions.named)["UserPoolReplica"]
    assert (made["Status"], regions.status()) == ("CREATING", "CREATING")
    # Nobody there could answer for it.
    with refused(NAME, ON_ITS_WAY):
        regions.set("ACTIVE")
    client = regions.house.client(region_name=AWAY)
    met = set()
    for operation in sorted(set(ADMIN) & set(DECLARE)):
        with refused(NAME, ON_ITS_WAY):
            client._make_api_call(operation, regions.example(operation))
        met.add(operation)
    assert met | set(PUBLIC) == set(DECLARE) | {"UpdateAuthEventFeedback"} and len(DECLARE) == 125


def test_what_does_not_declare_it_is_refused_in_other_words(regions):
    client = regions.house.client(region_name=AWAY)
    with refused("InvalidParameterException", ON_ITS_WAY):
        client.list_identity_providers(UserPoolId=regions.pool.id)
    # It is about no pool.
    assert client.list_user_pools(MaxResults=1)["UserPools"] == []


def test_at_home_nothing_is_missing_meanwhile(regions):
    assert regions.person.sign_in()
    regions.house.cognito.admin_update_user_attributes(
        UserPoolId=regions.pool.id,
        Username="ann",
        UserAttributes=[{"Name": "nickname", "Value": "home"}],
    )


def test_with_a_node_a_replica_is_there_and_asleep(regions):
    regions.open_away()
    assert regions.status() == "INACTIVE"
    client = regions.away.client()
    for operation in sorted(set(PUBLIC) & set(DECLARE)):
        with refused(NAME):
            client._make_api_call(operation, regions.example(operation))
    for operation in sorted(SEEN):
        assert outcome(client, operation, regions.example(operation)) == "answered", operation
    with refused(NAME, ASLEEP):
        client.admin_get_user(UserPoolId=regions.pool.id, Username="ann")
    with refused(NAME, SECONDARY):
        client.update_user_pool(UserPoolId=regions.pool.id)
    with refused(NAME, ASLEEP):
        regions.there().web.password("ann", regions.person.password)


def test_pages_of_a_replica_that_is_asleep_are_not_there(regions):
    there = regions.there()
    query = f"client_id={there.web.id}&response_type=code&redirect_uri=https://example.com/"
    answer = requests.get(f"{regions.away.identity_url}/login?{query}", timeout=30)
    # What stands before the regions sees that another one has to answer.
    assert answer.status_code == 500, answer.text
    token = requests.post(
        f"{regions.away.identity_url}/oauth2/token",
        data={"grant_type": "refresh_token", "client_id": there.web.id, "refresh_token": "x"},
        timeout=30,
    )
    assert token.json()["error"] == "invalid_request", token.text


def test_a_replica_is_turned_on_from_its_own_region(regions):
    answer = regions.away.client().update_user_pool_replica(**regions.named, Status="ACTIVE")
    assert answer["UserPoolReplica"]["Status"] == "ACTIVE"
    assert regions.status() == "ACTIVE"


def test_people_sign_in_there_with_what_they_have(regions):
    there = regions.there()
    signed_in = there.web.password("ann", regions.person.password)["AuthenticationResult"]
    by_proof = there.web.srp("ann", regions.person.password)["AuthenticationResult"]
    for result in (signed_in, by_proof):
        # A token of one region is one of the other.
        issuer = f"{regions.house.identity_url}/{regions.pool.id}"
        assert tokens.claims(result["AccessToken"])["iss"] == issuer
        for cognito in (regions.house.cognito, there.cognito):
            assert cognito.get_user(AccessToken=result["AccessToken"])["Username"] == "ann"
    assert there.web.refresh(signed_in["RefreshToken"])["AuthenticationResult"]["AccessToken"]
    assert there.cognito.get_user(AccessToken=regions.token)
    keys = [
        requests.get(f"{url}/{regions.pool.id}/.well-known/jwks.json", timeout=10).json()
        for url in (regions.house.identity_url, regions.away.identity_url)
    ]
    assert keys[0] == keys[1]
    there.cognito.global_sign_out(AccessToken=signed_in["AccessToken"])
    with refused("NotAuthorizedException", "Access Token has been revoked"):
        regions.house.cognito.get_user(AccessToken=signed_in["AccessToken"])
    regions.token = regions.person.sign_in()["AccessToken"]


def test_everything_that_changes_something_is_for_home(regions):
    client = regions.away.client()
    for operation in sorted(SEEN | AWAKE):
        body = regions.example(operation)
        if "Username" in body:
            body["Username"] = "ann"
        assert outcome(client, operation, body) == "answered", operation
    for operation in (
        *("AdminCreateUser", "AdminDeleteUser", "AdminSetUserPassword", "AdminDisableUser"),
        *("AdminUpdateUserAttributes", "CreateGroup", "CreateUserPoolClient", "DeleteUserPool"),
        *("UpdateUserPool", "SetUserPoolMfaConfig", "TagResource", "CreateUserImportJob"),
        *("CreateUserPoolReplica", "DeleteUserPoolReplica", "AddCustomAttributes"),
        *("SignUp", "ConfirmSignUp", "ForgotPassword", "ConfirmForgotPassword"),
        *("ResendConfirmationCode", "ChangePassword", "DeleteUser", "UpdateUserAttributes"),
        *("AssociateSoftwareToken", "ConfirmDevice", "StartWebAuthnRegistration"),
    ):
        with refused(NAME, SECONDARY):
            client._make_api_call(operation, regions.example(operation))


def test_pages_sign_in_and_sign_nobody_up(regions):
    there = regions.there()
    client = regions.pool.client(
        ClientName="pages",
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["implicit"],
        AllowedOAuthScopes=["openid"],
        CallbackURLs=["https://example.com/"],
        SupportedIdentityProviders=["COGNITO"],
    )
    regions.pool.clients.remove(client)
    browser = requests.Session()
    browser.trust_env = False
    # A name that leads to whichever region answers leads here now.
    home = regions.house.identity_url
    browser.headers.update({"Host": urlsplit(home).netloc, "Origin": home})
    asked = {
        "client_id": client.id,
        "response_type": "token",
        "redirect_uri": "https://example.com/",
        "scope": "openid",
    }

    def post(path: str, **fields: str) -> requests.Response:
        url = regions.away.identity_url + path
        _, hidden = pages.form(browser.get(url, params=asked, timeout=30))
        fields |= hidden
        return browser.post(
            url, params=asked, data=fields, allow_redirects=False, timeout=30
        )

    name, password = os.urandom(6).hex(), secrets.password()
    assert SECONDARY in post("/signup", username=name, password=password).text
    with refused("UserNotFoundException"):
        regions.pool.user(name)
    signed_in = post("/login", username="ann", password=regions.person.password)
    assert signed_in.headers["Location"].startswith("https://example.com/#"), signed_in.text


def test_a_challenge_that_changes_the_user_is_for_home_too(regions):
    there, temporary, name = regions.there(), secrets.password(), os.urandom(6).hex()
    regions.house.cognito.admin_create_user(
        UserPoolId=regions.pool.id,
        Username=name,
        TemporaryPassword=temporary,
        MessageAction="SUPPRESS",
    )
    begun = there.web.password(name, temporary)
    chosen = {"USERNAME": name, "NEW_PASSWORD": secrets.password()}
    with refused(NAME, SECONDARY):
        there.web.respond("NEW_PASSWORD_REQUIRED", begun["Session"], **chosen)
    # The session goes on where it may.
    done = regions.pool.web.respond("NEW_PASSWORD_REQUIRED", begun["Session"], **chosen)
    assert done["AuthenticationResult"]


def test_a_replica_goes_when_it_is_asleep_and_from_home(regions):
    cognito = regions.house.cognito
    with refused("InvalidParameterException"):
        cognito.delete_user_pool_replica(**regions.named)
    regions.set("INACTIVE")
    with refused(NAME, SECONDARY):
        regions.away.client().delete_user_pool_replica(**regions.named)
    assert cognito.delete_user_pool_replica(**regions.named)["UserPoolReplica"]["Status"] == "DELETING"
    # Without a replica a pool is itself wherever it is asked for by its id.
    assert regions.there().web.password("ann", regions.person.password)["AuthenticationResult"]
    # And the next one finds the node that is there.
    made = cognito.create_user_pool_replica(**regions.named)["UserPoolReplica"]
    assert made["Status"] == "INACTIVE"
