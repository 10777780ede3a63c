"""Who signs in, and into which pool?"""

import secrets as random
from dataclasses import dataclass, field

from . import secrets
from .house import House
from .srp import SrpClient, secret_hash


OIDC = {
    "client_id": "poolhouse",
    "client_secret": "secret",
    "authorize_scopes": "openid",
    "oidc_issuer": "https://idp.example.com",
    "attributes_request_method": "GET",
    "authorize_url": "https://idp.example.com/authorize",
    "token_url": "https://idp.example.com/token",
    "attributes_url": "https://idp.example.com/userinfo",
    "jwks_uri": "https://idp.example.com/jwks",
}
"""The details of a provider that nobody asks."""


def address() -> str:
    """A mail address that nobody has."""
    return f"ann-{random.token_hex(6)}@example.com"


@dataclass
class Client:
    """An app client of a pool."""

    pool: "Pool"
    id: str
    secret: str | None = None

    def hash(self, username: str) -> dict[str, str]:
        """SecretHash as operations other than sign-in take it."""
        return {"SecretHash": secret_hash(username, self.id, self.secret)} if self.secret else {}

    def _parameters(self, username: str, **parameters: str) -> dict[str, str]:
        if self.secret:
            parameters["SECRET_HASH"] = secret_hash(username, self.id, self.secret)
        return parameters

    def initiate(self, flow: str, **parameters: str) -> dict:
        return self.pool.cognito.initiate_auth(
            ClientId=self.id, AuthFlow=flow, AuthParameters=parameters
        )

    def respond(self, challenge: str, session: str | None = None, **responses: str) -> dict:
        settings = {"Session": session} if session else {}
        return self.pool.cognito.respond_to_auth_challenge(
            ClientId=self.id, ChallengeName=challenge, ChallengeResponses=responses, **settings
        )

    def password(self, username: str, password: str) -> dict:
        """The whole answer to USER_PASSWORD_AUTH."""
        return self.initiate(
            "USER_PASSWORD_AUTH",
            **self._parameters(username, USERNAME=username, PASSWORD=password),
        )

    def srp(self, username: str, password: str) -> dict:
        """The whole answer to the second call of USER_SRP_AUTH."""
        proof = SrpClient(self.pool.id)
        begun = self.initiate(
            "USER_SRP_AUTH", **self._parameters(username, USERNAME=username, SRP_A=proof.srp_a)
        )
        assert begun["ChallengeName"] == "PASSWORD_VERIFIER", begun
        answers = proof.answers(begun["ChallengeParameters"], password)
        return self.respond(
            "PASSWORD_VERIFIER",
            begun.get("Session"),
            **self._parameters(answers["USERNAME"], **answers),
        )

    def refresh(self, token: str, username: str = "", flow: str = "REFRESH_TOKEN_AUTH") -> dict:
        return self.initiate(flow, **self._parameters(username, REFRESH_TOKEN=token))


@dataclass
class Pool:
    """A user pool and the words for what happens in it."""

    house: House
    id: str
    clients: list[Client] = field(default_factory=list)

    @property
    def cognito(self):
        return self.house.cognito

    @property
    def issuer(self) -> str:
        return f"{self.house.identity_url}/{self.id}"

    @property
    def name(self) -> str:
        return self.id.partition("_")[2]

    @property
    def web(self) -> Client:
        return self.clients[0]

    def client(self, **settings) -> Client:
        """A new client that may use every flow of passwords."""
        settings.setdefault("ClientName", "client")
        settings.setdefault(
            "ExplicitAuthFlows",
            [
                "ALLOW_USER_SRP_AUTH",
                "ALLOW_USER_PASSWORD_AUTH",
                "ALLOW_ADMIN_USER_PASSWORD_AUTH",
                "ALLOW_REFRESH_TOKEN_AUTH",
            ],
        )
        made = self.cognito.create_user_pool_client(UserPoolId=self.id, **settings)
        client = made["UserPoolClient"]
        added = Client(self, client["ClientId"], client.get("ClientSecret"))
        self.clients.append(added)
        return added

    def sign_up(self, name: str | None = None, /, client: Client | None = None, **attributes: str):
        """Somebody who signed up and has not confirmed yet."""
        client = client or self.web
        name = name or address()
        person = Person(self, client, name, secrets.password())
        answer = self.cognito.sign_up(
            ClientId=client.id,
            Username=name,
            Password=person.password,
            UserAttributes=pairs(attributes),
            **client.hash(name),
        )
        person.sub = answer["UserSub"]
        return person

    def person(self, name: str | None = None, /, client: Client | None = None, **attributes: str):
        """Somebody who signed up and confirmed."""
        person = self.sign_up(name, client, **attributes)
        self.cognito.admin_confirm_sign_up(UserPoolId=self.id, Username=person.name)
        return person

    def user(self, name: str) -> dict:
        return self.cognito.admin_get_user(UserPoolId=self.id, Username=name)


def starter_of(house: House) -> Pool:
    """The pool of the starter template, with its web client."""
    pool = Pool(house, house.pool_id)
    pool.clients.append(Client(pool, house.web_client_id))
    return pool


@dataclass
class Person:
    """Somebody with a name and a password."""

    pool: Pool
    client: Client
    name: str
    password: str
    sub: str = ""

    def sign_in(self) -> dict:
        """Tokens, by password."""
        return self.client.password(self.name, self.password)["AuthenticationResult"]

    def confirm(self) -> None:
        code = self.pool.house.mailbox.code(self.name)
        self.pool.cognito.confirm_sign_up(
            ClientId=self.client.id,
            Username=self.name,
            ConfirmationCode=code,
            **self.client.hash(self.name),
        )

    def attributes(self) -> dict[str, str]:
        return named(self.pool.user(self.name)["UserAttributes"])


def pairs(attributes: dict[str, str]) -> list[dict[str, str]]:
    """Attributes as the API takes them; `custom__x` stands for `custom:x`."""
    return [{"Name": name.replace("__", ":"), "Value": value} for name, value in attributes.items()]


def named(attributes: list[dict[str, str]]) -> dict[str, str]:
    return {attribute["Name"]: attribute["Value"] for attribute in attributes}
