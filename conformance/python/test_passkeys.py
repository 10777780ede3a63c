"""Can a passkey be made and used, with the structures of an independent library?"""

import json
import os

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from fido2.cose import ES256, RS256
from fido2.utils import sha256
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorAssertionResponse,
    AuthenticatorAttestationResponse,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialCreationOptions,
    PublicKeyCredentialRequestOptions,
    RegistrationResponse,
)

from harness.checks import refused
from harness.people import Person, address

PAGE = "https://login.example.com"
FLAG = AuthenticatorData.FLAG


class Authenticator:
    """A browser on a page, and an authenticator with one passkey."""

    def __init__(self, kind=ES256, origin: str = PAGE):
        self.kind = kind
        self.origin = origin
        self.id = os.urandom(32)
        self.user = b""
        self.counter = 0
        self.verifies = True
        if kind is ES256:
            self.key = ec.generate_private_key(ec.SECP256R1())
        else:
            self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def data(self, relying_party: str, flags=FLAG(0), made: bytes = b"") -> AuthenticatorData:
        self.counter += 1
        flags |= FLAG.UP | (FLAG.UV if self.verifies else FLAG(0))
        party = sha256(relying_party.encode())
        return AuthenticatorData.create(party, flags, self.counter, made)

    def make(self, given: dict) -> dict:
        options = PublicKeyCredentialCreationOptions.from_dict(given)
        assert self.kind.ALGORITHM in [it.alg for it in options.pub_key_cred_params]
        self.user = options.user.id
        key = self.kind.from_cryptography_key(self.key.public_key())
        made = AttestedCredentialData.create(Aaguid.NONE, self.id, key)
        data = self.data(options.rp.id, FLAG.AT, made)
        client_data = CollectedClientData.create(
            CollectedClientData.TYPE.CREATE, options.challenge, self.origin
        )
        response = AuthenticatorAttestationResponse(
            client_data=client_data, attestation_object=AttestationObject.create("none", data, {})
        )
        return plain(RegistrationResponse(raw_id=self.id, response=response))

    def answer(self, given: str) -> str:
        options = PublicKeyCredentialRequestOptions.from_dict(json.loads(given))
        assert self.id in [it.id for it in options.allow_credentials]
        data = self.data(options.rp_id)
        client_data = CollectedClientData.create(
            CollectedClientData.TYPE.GET, options.challenge, self.origin
        )
        signed = data + client_data.hash
        if self.kind is ES256:
            signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        else:
            signature = self.key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
        response = AuthenticatorAssertionResponse(
            client_data=client_data,
            authenticator_data=data,
            signature=signature,
            user_handle=self.user,
        )
        return json.dumps(plain(AuthenticationResponse(raw_id=self.id, response=response)))


def plain(response) -> dict:
    return json.loads(json.dumps(dict(response)))


@pytest.fixture(scope="module")
def pool(make_pool):
    """Passkeys are made for example.com."""
    pool = make_pool(
        Policies={"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}}
    )
    pool.cognito.set_user_pool_mfa_config(
        UserPoolId=pool.id,
        WebAuthnConfiguration={"RelyingPartyId": "example.com", "UserVerification": "required"},
    )
    return pool


@pytest.fixture(scope="module")
def web(pool):
    return pool.client(
        ClientName="choosing",
        ExplicitAuthFlows=["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH"],
    )


@pytest.fixture
def ann(pool) -> Person:
    return pool.person(os.urandom(6).hex(), email=address())


def token_of(web, person: Person) -> str:
    signed_in = web.password(person.name, person.password)
    return signed_in["AuthenticationResult"]["AccessToken"]


def register(web, person: Person, authenticator: Authenticator) -> str:
    cognito, token = person.pool.cognito, token_of(web, person)
    started = cognito.start_web_authn_registration(AccessToken=token)
    credential = authenticator.make(started["CredentialCreationOptions"])
    cognito.complete_web_authn_registration(AccessToken=token, Credential=credential)
    return token


def ask(web, person: Person) -> dict:
    asked = web.initiate("USER_AUTH", USERNAME=person.name, PREFERRED_CHALLENGE="WEB_AUTHN")
    assert asked["ChallengeName"] == "WEB_AUTHN"
    assert asked["AvailableChallenges"] == ["WEB_AUTHN"]
    return asked


def answer(web, person: Person, asked: dict, authenticator: Authenticator) -> dict:
    options = asked["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"]
    credential = authenticator.answer(options)
    answers = {"USERNAME": person.name, "CREDENTIAL": credential}
    return web.respond("WEB_AUTHN", asked["Session"], **answers)


@pytest.mark.parametrize("kind", [ES256, RS256])
def test_a_passkey_is_made_and_used(pool, web, ann, kind):
    authenticator = Authenticator(kind)
    token = register(web, ann, authenticator)
    for _ in range(2):
        done = answer(web, ann, ask(web, ann), authenticator)
        user = pool.cognito.get_user(AccessToken=done["AuthenticationResult"]["AccessToken"])
        assert user["Username"] == ann.name
    listed = pool.cognito.list_web_authn_credentials(AccessToken=token)["Credentials"]
    assert [it["RelyingPartyId"] for it in listed] == ["example.com"]
    factors = pool.cognito.get_user_auth_factors(AccessToken=token)
    assert "WEB_AUTHN" in factors["ConfiguredUserAuthFactors"]
    pool.cognito.delete_web_authn_credential(
        AccessToken=token, CredentialId=listed[0]["CredentialId"]
    )
    begun = web.initiate("USER_AUTH", USERNAME=ann.name, PREFERRED_CHALLENGE="WEB_AUTHN")
    assert "WEB_AUTHN" not in begun["AvailableChallenges"]


def test_a_passkey_is_chosen_and_used_in_one_step(web, ann):
    authenticator = Authenticator()
    register(web, ann, authenticator)
    begun = web.initiate("USER_AUTH", USERNAME=ann.name)
    assert "WEB_AUTHN" in begun["AvailableChallenges"]
    options = begun["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"]
    answers = {
        "USERNAME": ann.name,
        "ANSWER": "WEB_AUTHN",
        "CREDENTIAL": authenticator.answer(options),
    }
    done = web.respond("SELECT_CHALLENGE", begun["Session"], **answers)
    assert done["AuthenticationResult"]["AccessToken"]


def test_a_passkey_of_another_page_or_without_its_user_is_refused(web, ann):
    authenticator = Authenticator()
    register(web, ann, authenticator)
    for name, value in {"origin": "https://example.net", "verifies": False, "counter": 0}.items():
        right = getattr(authenticator, name)
        setattr(authenticator, name, value)
        with refused("NotAuthorizedException", "Invalid passkey credential."):
            answer(web, ann, ask(web, ann), authenticator)
        setattr(authenticator, name, right + 2 if name == "counter" else right)
    assert "AuthenticationResult" in answer(web, ann, ask(web, ann), authenticator)


def test_a_passkey_that_was_not_made_here_is_not_kept(pool, web, ann):
    token = token_of(web, ann)
    started = pool.cognito.start_web_authn_registration(AccessToken=token)
    credential = Authenticator(origin="https://example.net").make(
        started["CredentialCreationOptions"]
    )
    with refused("WebAuthnOriginNotAllowedException"):
        pool.cognito.complete_web_authn_registration(AccessToken=token, Credential=credential)
    with refused("WebAuthnChallengeNotFoundException"):
        pool.cognito.complete_web_authn_registration(AccessToken=token, Credential=credential)
