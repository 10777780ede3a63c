"""Does `serve` answer over TLS, with the certificate that is there now, and say so to browsers?"""

import datetime
import ipaddress
import time

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from harness import house as houses

pytestmark = pytest.mark.alone


def write_pair(folder):
    """A certificate for this machine that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    here = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(here), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tls.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "tls.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "tls.crt", folder / "tls.key"


@pytest.fixture(scope="module")
def served(folder):
    place = folder / "tls"
    certificate, key = write_pair(place / "pair")
    keys = houses.Keys(place / "keys")
    server = houses.node(place, keys, f"embedded:{place / 'data'}")
    url = f"https://127.0.0.1:{server.port}"
    server.arguments[-1] = url
    server.arguments += ["--tls-certificate", str(certificate), "--tls-key", str(key)]
    outputs = server.start()
    yield server, outputs, keys, certificate
    server.stop()


def get(url, certificate, **settings):
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, verify=str(certificate), timeout=10, **settings)


def test_an_sdk_and_both_doors_are_answered_over_tls(served):
    _, outputs, keys, certificate = served
    assert outputs["IdentityUrl"].startswith("https://")
    assert outputs["ApiUrl"].startswith("https://")
    cognito = boto3.client(
        "cognito-idp",
        endpoint_url=outputs["IdentityUrl"],
        region_name="eu-west-1",
        aws_access_key_id=keys.access_key[0],
        aws_secret_access_key=keys.access_key[1],
        verify=str(certificate),
        config=Config(proxies={}, retries={"total_max_attempts": 1}),
    )
    pool = cognito.describe_user_pool(UserPoolId=outputs["UserPoolId"])["UserPool"]
    assert pool["Id"] == outputs["UserPoolId"]
    with pytest.raises(ClientError):
        cognito.describe_user_pool(UserPoolId="eu-west-1_aaaaaaaaa")
    assert get(f"{outputs['ApiUrl']}/health", certificate).status_code == 200


def test_hdr_01_every_answer_is_shielded(served):
    _, outputs, _, certificate = served
    identity = outputs["IdentityUrl"].rstrip("/")
    login = f"{identity}/login?client_id={outputs['WebClientId']}&response_type=code"
    for url in (
        f"{identity}/{outputs['UserPoolId']}/.well-known/jwks.json",
        f"{identity}/{outputs['UserPoolId']}/.well-known/openid-configuration",
        f"{identity}/nothing",
        f"{identity}/oauth2/userInfo?client_id={outputs['WebClientId']}",
        login,
    ):
        headers = get(url, certificate).headers
        assert headers["strict-transport-security"].startswith("max-age=31536000"), url
        assert headers["x-content-type-options"] == "nosniff", url
        assert headers["referrer-policy"] == "no-referrer", url
        assert "server" not in headers, url
    answer = requests.post(f"{identity}/", verify=str(certificate), data=b"{}", timeout=10)
    assert answer.status_code == 400
    assert answer.headers["strict-transport-security"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_plain_http_is_not_spoken(served):
    server, _, _, _ = served
    with pytest.raises(requests.exceptions.RequestException):
        requests.get(f"http://127.0.0.1:{server.port}/", timeout=5)


def test_a_renewed_certificate_is_taken_without_a_start(served):
    _, outputs, _, certificate = served
    url = f"{outputs['IdentityUrl'].rstrip('/')}/{outputs['UserPoolId']}/.well-known/jwks.json"
    before = certificate.read_bytes()
    known = get(url, certificate).json()
    write_pair(certificate.parent)
    assert certificate.read_bytes() != before
    deadline = time.monotonic() + 20
    while True:
        try:
            assert get(url, certificate).json() == known
            break
        except requests.exceptions.SSLError:
            assert time.monotonic() < deadline, "the old certificate is still shown"
            time.sleep(0.5)


def test_a_certificate_without_its_key_does_not_start(folder):
    place = folder / "tls-broken"
    certificate, _ = write_pair(place / "one")
    _, key = write_pair(place / "two")
    keys = houses.Keys(place / "keys")
    server = houses.node(place, keys, f"embedded:{place / 'data'}")
    server.arguments += ["--tls-certificate", str(certificate), "--tls-key", str(key)]
    with pytest.raises(AssertionError, match="cannot be used together"):
        server.start()
