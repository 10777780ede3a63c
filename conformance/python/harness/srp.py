"""How does a Cognito client prove a password? Written from the protocol, apart from any library."""

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, datetime

N_HEX = (
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74"
    "020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437"
    "4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05"
    "98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB"
    "9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718"
    "3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33"
    "A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864"
    "D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E2"
    "08E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF"
)
N = int(N_HEX, 16)
G = 2


def padded(number: int) -> bytes:
    """The big-endian bytes of a positive two's-complement number."""
    text = f"{number:x}"
    if len(text) % 2:
        text = "0" + text
    if text[0] in "89abcdef":
        text = "00" + text
    return bytes.fromhex(text)


def _hash(*parts: bytes) -> int:
    return int(hashlib.sha256(b"".join(parts)).hexdigest(), 16)


K = _hash(padded(N), padded(G))


class SrpClient:
    """One attempt at a proof."""

    def __init__(self, pool_id: str, secret: int | None = None):
        self.pool_name = pool_id.partition("_")[2]
        self.a = secret if secret is not None else int.from_bytes(secrets.token_bytes(64))
        self.public = pow(G, self.a, N)

    @property
    def srp_a(self) -> str:
        return f"{self.public:x}"

    def answers(self, parameters: dict[str, str], password: str, at: datetime | None = None):
        """The ChallengeResponses to a PASSWORD_VERIFIER challenge."""
        user_id = parameters["USER_ID_FOR_SRP"]
        server = int(parameters["SRP_B"], 16)
        salt = int(parameters["SALT"], 16)
        scrambler = _hash(padded(self.public), padded(server))
        identity = hashlib.sha256(f"{self.pool_name}{user_id}:{password}".encode()).digest()
        x = _hash(padded(salt), identity)
        shared = pow(server - K * pow(G, x, N), self.a + scrambler * x, N)
        extracted = hmac.digest(padded(scrambler), padded(shared), "sha256")
        key = hmac.digest(extracted, b"Caldera Derived Key\x01", "sha256")[:16]

        moment = at or datetime.now(UTC)
        # The day of the month is not padded, which strftime has no portable word for.
        timestamp = moment.strftime(f"%a %b {moment.day} %H:%M:%S UTC %Y")
        message = (
            self.pool_name.encode()
            + user_id.encode()
            + base64.b64decode(parameters["SECRET_BLOCK"])
            + timestamp.encode()
        )
        signature = hmac.digest(key, message, "sha256")
        return {
            "USERNAME": user_id,
            "PASSWORD_CLAIM_SECRET_BLOCK": parameters["SECRET_BLOCK"],
            "PASSWORD_CLAIM_SIGNATURE": base64.b64encode(signature).decode(),
            "TIMESTAMP": timestamp,
        }


def secret_hash(username: str, client_id: str, client_secret: str) -> str:
    mac = hmac.digest(client_secret.encode(), (username + client_id).encode(), "sha256")
    return base64.b64encode(mac).decode()
