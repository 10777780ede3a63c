//! Does somebody hold this passkey?
//!
//! The two ceremonies of Web Authentication (W3C, level 3, sections 7.1 and 7.2) from the side of a relying
//! party that asks for no attestation: a statement that comes along is stepped over. Keys are ES256 or RS256.
//! Everything has a bound before it is read, the first wrong thing ends it, and nothing of what was read is
//! handed out before all of it was right.

use crate::{equal, jwt::rsa_key, sha256};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ParsedPublicKey};
use base64::{
    Engine,
    alphabet::URL_SAFE,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use minicbor::{Decoder, data::Type};
use serde::Deserialize;
use serde_json::Value;

/// No answer of a browser longer than this is parsed, in bytes of JSON.
pub const LONGEST_RESPONSE: usize = 64 * 1024;
/// The longest id of a credential, in bytes: what the specification allows.
const LONGEST_ID: usize = 1023;
const LONGEST_CLIENT_DATA: usize = 4 * 1024;
const LONGEST_ATTESTATION: usize = 32 * 1024;
const LONGEST_AUTHENTICATOR_DATA: usize = 8 * 1024;
/// An RSA key of 8192 bits has 1,024 bytes of signature and as many of modulus.
const LONGEST_SIGNATURE: usize = 1024;
const LONGEST_KEY: usize = 2 * 1024;
const LONGEST_USER_HANDLE: usize = 64;
/// More entries than any map of an authenticator has.
const MOST_ENTRIES: u64 = 32;
/// How a connection to an authenticator is called, and how many of them one has, at most.
const LONGEST_WORD: usize = 32;
const MOST_TRANSPORTS: usize = 8;

/// The algorithms of COSE that keys may have, the one we like best first.
pub const ALGORITHMS: [i64; 2] = [ES256, RS256];
const ES256: i64 = -7;
const RS256: i64 = -257;

/// Browsers leave the padding away, some libraries do not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why a passkey is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPasskey {
    /// Not the form that browsers answer, or beyond a bound.
    #[error("the credential is malformed")]
    Malformed,
    /// The answer of the other ceremony.
    #[error("the credential is of another ceremony")]
    Ceremony,
    /// Not over the challenge that was given.
    #[error("the credential is not over this challenge")]
    Challenge,
    /// Made on a page that is not the relying party's, or in a frame on another one.
    #[error("the credential was made on a page of somebody else")]
    Origin,
    /// Made for another relying party.
    #[error("the credential is of another relying party")]
    RelyingParty,
    /// The authenticator did not ask whether somebody is there.
    #[error("nobody touched the authenticator")]
    NobodyPresent,
    /// The authenticator did not look who it is, and had to.
    #[error("the authenticator did not verify its user")]
    Unverified,
    /// A key of another kind than those that were asked for, or one that is none.
    #[error("the key is not one of ES256 or RS256")]
    Key,
    /// The signature is not this key's.
    #[error("the signature does not fit")]
    Signature,
    /// The authenticator has counted backwards: there are two of it.
    #[error("the counter of the authenticator fell")]
    Counter,
}

/// What an answer must be about.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// As it was given: base64url without padding.
    pub challenge: &'a str,
    pub relying_party: &'a str,
    /// Whether the authenticator must have looked who it is.
    pub needs_verification: bool,
}

/// The answer of a browser that made a passkey, of which nothing is believed yet.
#[derive(Debug)]
pub struct Registration {
    id: Vec<u8>,
    client_data: Vec<u8>,
    attestation: Vec<u8>,
    attachment: Option<String>,
    transports: Vec<String>,
}

/// A passkey that was made as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPasskey {
    /// Base64url without padding.
    pub id: String,
    /// A `COSE_Key`.
    pub public_key: Vec<u8>,
    pub counter: u32,
    /// `platform` or `cross-platform`.
    pub attachment: Option<String>,
    /// How the authenticator can be reached: `internal`, `usb`, and so on.
    pub transports: Vec<String>,
}

/// The answer of a browser that used a passkey, of which nothing is believed yet but which one it is.
#[derive(Debug)]
pub struct Assertion {
    id: Vec<u8>,
    client_data: Vec<u8>,
    authenticator_data: Vec<u8>,
    signature: Vec<u8>,
    user_handle: Option<Vec<u8>>,
}

impl Registration {
    /// Reads a `RegistrationResponseJSON`.
    ///
    /// # Errors
    /// [`BadPasskey::Malformed`].
    pub fn read(json: &Value) -> Result<Self, BadPasskey> {
        let response = &json["response"];
        let transports = response["transports"].as_array().into_iter().flatten();
        let transports: Vec<String> =
            transports.filter_map(word).take(MOST_TRANSPORTS).map(str::to_owned).collect();
        let attachment = word(&json["authenticatorAttachment"]);
        let attachment = attachment.filter(|it| matches!(*it, "platform" | "cross-platform"));
        Ok(Self {
            id: id(json)?,
            client_data: bytes(&response["clientDataJSON"], LONGEST_CLIENT_DATA)?,
            attestation: bytes(&response["attestationObject"], LONGEST_ATTESTATION)?,
            attachment: attachment.map(str::to_owned),
            transports,
        })
    }

    /// The challenge that the browser says this answers, to look for it. Whether it does is for
    /// [`Self::verify`] to say.
    ///
    /// # Errors
    /// [`BadPasskey::Malformed`].
    pub fn challenge(&self) -> Result<String, BadPasskey> {
        Ok(client_data(&self.client_data)?.challenge)
    }

    /// The passkey, if it was made as it was asked for.
    ///
    /// # Errors
    /// [`BadPasskey`], which is neither `Signature` nor `Counter` here.
    pub fn verify(self, expected: &Expected<'_>) -> Result<NewPasskey, BadPasskey> {
        check_client_data(&self.client_data, "webauthn.create", expected)?;
        let data = AuthenticatorData::parse(authenticator_data_of(&self.attestation)?)?;
        data.check(expected)?;
        let made = data.made.ok_or(BadPasskey::Malformed)?;
        if made.id != self.id {
            return Err(BadPasskey::Malformed);
        }
        public_key(made.public_key)?;
        Ok(NewPasskey {
            id: BASE64.encode(made.id),
            public_key: made.public_key.to_vec(),
            counter: data.counter,
            attachment: self.attachment,
            transports: self.transports,
        })
    }
}

impl Assertion {
    /// Reads an `AuthenticationResponseJSON`.
    ///
    /// # Errors
    /// [`BadPasskey::Malformed`].
    pub fn parse(json: &str) -> Result<Self, BadPasskey> {
        if json.len() > LONGEST_RESPONSE {
            return Err(BadPasskey::Malformed);
        }
        let json: &Value = &serde_json::from_str(json).map_err(|_| BadPasskey::Malformed)?;
        let response = &json["response"];
        let handle = &response["userHandle"];
        let has_handle = !handle.is_null() && handle != "";
        Ok(Self {
            id: id(json)?,
            client_data: bytes(&response["clientDataJSON"], LONGEST_CLIENT_DATA)?,
            authenticator_data: bytes(&response["authenticatorData"], LONGEST_AUTHENTICATOR_DATA)?,
            signature: bytes(&response["signature"], LONGEST_SIGNATURE)?,
            user_handle: has_handle.then(|| bytes(handle, LONGEST_USER_HANDLE)).transpose()?,
        })
    }

    /// Which passkey it is said to be: base64url without padding. Look it up, and do nothing else with it.
    #[must_use]
    pub fn id(&self) -> String {
        BASE64.encode(&self.id)
    }

    /// Whose passkey the authenticator says it is, if it says so.
    #[must_use]
    pub fn user_handle(&self) -> Option<&[u8]> {
        self.user_handle.as_deref()
    }

    /// What the authenticator has counted to, if the passkey of this key answered the challenge.
    ///
    /// # Errors
    /// [`BadPasskey`].
    pub fn verify(
        &self,
        expected: &Expected<'_>,
        public_key: &[u8],
        counter: u32,
    ) -> Result<u32, BadPasskey> {
        check_client_data(&self.client_data, "webauthn.get", expected)?;
        let data = AuthenticatorData::parse(&self.authenticator_data)?;
        data.check(expected)?;
        let mut signed = self.authenticator_data.clone();
        signed.extend(sha256(&self.client_data));
        let key = self::public_key(public_key)?;
        key.verify_sig(&signed, &self.signature).map_err(|_| BadPasskey::Signature)?;
        // Many do not count: they say nought for ever.
        if (data.counter, counter) != (0, 0) && data.counter <= counter {
            return Err(BadPasskey::Counter);
        }
        Ok(data.counter)
    }
}

/// Whether a page is the relying party's: on its domain or one below it, over TLS, or on this machine.
fn is_of(origin: &str, relying_party: &str) -> bool {
    let (address, is_safe) = match (origin.strip_prefix("https://"), origin.strip_prefix("http://"))
    {
        (Some(address), _) => (address, true),
        (None, Some(address)) => (address, false),
        (None, None) => return false,
    };
    let (host, port) = address.split_once(':').unwrap_or((address, "0"));
    let is_port = (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_host = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    let is_below = |domain: &str| {
        host == domain || host.strip_suffix(domain).is_some_and(|left| left.ends_with('.'))
    };
    is_port && is_host && is_below(relying_party) && (is_safe || is_below("localhost"))
}

/// What the browser says about the ceremony.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    ceremony: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: Option<bool>,
}

fn client_data(json: &[u8]) -> Result<ClientData, BadPasskey> {
    // Serde would also take an array for a struct.
    if json.first() != Some(&b'{') {
        return Err(BadPasskey::Malformed);
    }
    serde_json::from_slice(json).map_err(|_| BadPasskey::Malformed)
}

fn check_client_data(
    json: &[u8],
    ceremony: &str,
    expected: &Expected<'_>,
) -> Result<(), BadPasskey> {
    let said = client_data(json)?;
    if said.ceremony != ceremony {
        return Err(BadPasskey::Ceremony);
    }
    if !equal(said.challenge.as_bytes(), expected.challenge.as_bytes()) {
        return Err(BadPasskey::Challenge);
    }
    if said.cross_origin == Some(true) || !is_of(&said.origin, expected.relying_party) {
        return Err(BadPasskey::Origin);
    }
    Ok(())
}

/// What the authenticator says, and signs.
struct AuthenticatorData<'a> {
    relying_party: &'a [u8; 32],
    flags: u8,
    counter: u32,
    made: Option<Made<'a>>,
}

/// A passkey that was made.
struct Made<'a> {
    id: &'a [u8],
    public_key: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    const PRESENT: u8 = 1;
    const VERIFIED: u8 = 1 << 2;
    const MAY_BE_BACKED_UP: u8 = 1 << 3;
    const IS_BACKED_UP: u8 = 1 << 4;
    const HAS_MADE: u8 = 1 << 6;
    const HAS_EXTENSIONS: u8 = 1 << 7;

    fn parse(data: &'a [u8]) -> Result<Self, BadPasskey> {
        Self::read(data).ok_or(BadPasskey::Malformed)
    }

    fn read(data: &'a [u8]) -> Option<Self> {
        let (relying_party, data) = data.split_first_chunk::<32>()?;
        let (&flags, data) = data.split_first()?;
        let (&counter, mut rest) = data.split_first_chunk::<4>()?;
        let has = |flag: u8| flags & flag != 0;
        let mut made = None;
        if has(Self::HAS_MADE) {
            let (_model, data) = rest.split_first_chunk::<16>()?;
            let (&length, data) = data.split_first_chunk::<2>()?;
            let length = usize::from(u16::from_be_bytes(length));
            if !(1..=LONGEST_ID).contains(&length) {
                return None;
            }
            let (id, data) = data.split_at_checked(length)?;
            let public_key;
            (public_key, rest) = data.split_at_checked(item(data)?)?;
            made = Some(Made { id, public_key });
        }
        if has(Self::HAS_EXTENSIONS) {
            let is_map = Decoder::new(rest).datatype().is_ok_and(|it| it == Type::Map);
            let (_, after) = rest.split_at_checked(item(rest).filter(|_| is_map)?)?;
            rest = after;
        }
        let is_coherent = has(Self::MAY_BE_BACKED_UP) || !has(Self::IS_BACKED_UP);
        let counter = u32::from_be_bytes(counter);
        (rest.is_empty() && is_coherent).then_some(Self { relying_party, flags, counter, made })
    }

    fn check(&self, expected: &Expected<'_>) -> Result<(), BadPasskey> {
        if *self.relying_party != sha256(expected.relying_party.as_bytes()) {
            return Err(BadPasskey::RelyingParty);
        }
        if self.flags & Self::PRESENT == 0 {
            return Err(BadPasskey::NobodyPresent);
        }
        if expected.needs_verification && self.flags & Self::VERIFIED == 0 {
            return Err(BadPasskey::Unverified);
        }
        Ok(())
    }
}

/// How long the item of CBOR is that these bytes begin with. Nothing is built of it, and nothing recurses.
fn item(bytes: &[u8]) -> Option<usize> {
    let mut decoder = Decoder::new(bytes);
    decoder.skip().ok()?;
    Some(decoder.position())
}

/// The authenticator's data in an attestation object. The statement beside it is stepped over, whatever its
/// format: nobody asked for one.
fn authenticator_data_of(attestation: &[u8]) -> Result<&[u8], BadPasskey> {
    let malformed = |_| BadPasskey::Malformed;
    let mut decoder = Decoder::new(attestation);
    let entries = entries(&mut decoder)?;
    let (mut data, mut has_format, mut has_statement) = (None, false, false);
    for _ in 0..entries {
        let is_again = match decoder.str().map_err(malformed)? {
            "authData" => data.replace(decoder.bytes().map_err(malformed)?).is_some(),
            "fmt" => {
                decoder.str().map_err(malformed)?;
                std::mem::replace(&mut has_format, true)
            }
            "attStmt" => {
                decoder.skip().map_err(malformed)?;
                std::mem::replace(&mut has_statement, true)
            }
            _ => {
                decoder.skip().map_err(malformed)?;
                false
            }
        };
        if is_again {
            return Err(BadPasskey::Malformed);
        }
    }
    let is_whole = has_format && has_statement && decoder.position() == attestation.len();
    let data = data.filter(|data| is_whole && data.len() <= LONGEST_AUTHENTICATOR_DATA);
    data.ok_or(BadPasskey::Malformed)
}

/// How many entries the map has that comes next. Authenticators write maps with their length.
fn entries(decoder: &mut Decoder<'_>) -> Result<u64, BadPasskey> {
    let entries = decoder.map().ok().flatten();
    entries.filter(|entries| *entries <= MOST_ENTRIES).ok_or(BadPasskey::Malformed)
}

/// Reads a `COSE_Key` (RFC 9052 and 9053, RFC 8230), and loads it.
fn public_key(cose: &[u8]) -> Result<ParsedPublicKey, BadPasskey> {
    enum Part<'a> {
        Number(i64),
        Bytes(&'a [u8]),
    }
    use Part::{Bytes, Number};
    if cose.len() > LONGEST_KEY {
        return Err(BadPasskey::Malformed);
    }
    let malformed = |_| BadPasskey::Malformed;
    let mut decoder = Decoder::new(cose);
    // The kind, the algorithm, and the three that mean something else in each kind.
    let (mut kind, mut algorithm, mut parts) = (None, None, [None, None, None]);
    for _ in 0..entries(&mut decoder)? {
        let place = match decoder.i64().map_err(malformed)? {
            1 => &mut kind,
            3 => &mut algorithm,
            label => {
                let [first, second, third] = &mut parts;
                match label {
                    -1 => first,
                    -2 => second,
                    -3 => third,
                    _ => {
                        decoder.skip().map_err(malformed)?;
                        continue;
                    }
                }
            }
        };
        let part = match decoder.datatype().map_err(malformed)? {
            Type::Bytes => Bytes(decoder.bytes().map_err(malformed)?),
            _ => Number(decoder.i64().map_err(malformed)?),
        };
        if place.replace(part).is_some() {
            return Err(BadPasskey::Malformed);
        }
    }
    if decoder.position() != cose.len() {
        return Err(BadPasskey::Malformed);
    }
    match (kind, algorithm, parts) {
        (
            Some(Number(2)),
            Some(Number(ES256)),
            [Some(Number(1)), Some(Bytes(x)), Some(Bytes(y))],
        ) if x.len() == 32 && y.len() == 32 => {
            let point = [&[4], x, y].concat();
            ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).map_err(|_| BadPasskey::Key)
        }
        (Some(Number(3)), Some(Number(RS256)), [Some(Bytes(n)), Some(Bytes(e)), None]) => {
            rsa_key(n, e).map_err(|_| BadPasskey::Key)
        }
        _ => Err(BadPasskey::Key),
    }
}

fn bytes(value: &Value, longest: usize) -> Result<Vec<u8>, BadPasskey> {
    let text = value.as_str().filter(|text| text.len() <= longest / 3 * 4 + 4);
    let bytes = text.and_then(|text| BASE64.decode(text).ok());
    bytes.filter(|bytes| !bytes.is_empty()).ok_or(BadPasskey::Malformed)
}

/// The id of a credential, which stands in it twice.
fn id(json: &Value) -> Result<Vec<u8>, BadPasskey> {
    let id = bytes(&json["id"], LONGEST_ID)?;
    let is_twice = json["rawId"].is_null() || bytes(&json["rawId"], LONGEST_ID)? == id;
    if !is_twice || json["type"] != "public-key" || id.len() > LONGEST_ID {
        return Err(BadPasskey::Malformed);
    }
    Ok(id)
}

fn word(value: &Value) -> Option<&str> {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
    value.as_str().filter(|word| word.len() <= LONGEST_WORD && word.bytes().all(is_letter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// Web Authentication, level 3, section 16.2: ES256 without attestation.
    const CREATED: &str = "a363666d74646e6f6e656761747453746d74a068617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b559000000008446ccb9ab1db374750b2367ff6f3a1f0020f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4a5010203262001215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61225820930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220";
    const CREATED_ID: &str = "f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4";
    const CREATED_CLIENT: &str = "7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a22414d4d507434557878475453746e63647134313759447742466938767049612d7077386f4f755657345441222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a20426b5165446a646354427258426941774a544c453551227d";
    const CREATED_CHALLENGE: &str =
        "00c30fb78531c464d2b6771dab8d7b603c01162f2fa486bea70f283ae556e130";
    const USED: &str = "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b51900000000";
    const USED_CLIENT: &str = "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a224f63446e55685158756c5455506f334a5558543049393770767a7a59425039745a63685879617630314167222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73657d";
    const USED_CHALLENGE: &str = "39c0e7521417ba54d43e8dc95174f423dee9bf3cd804ff6d65c857c9abf4d408";
    const SIGNATURE: &str = "3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd380221008480ac0f0b93538174f575bf11a1dd5d78c6e486013f937295ea13653e331e87";
    /// Section 16.3: ES256 with a statement, signed by itself.
    const SELF_CREATED: &str = "a363666d74667061636b65646761747453746d74a263616c672663736967584630440220067a20754ab925005dbf378097c92120031581c73228d1fb4f5b881bcd7da98302207fc7b147558c7c0eba3af18bd9d121fa3d3a26d17fe3f220272178f473b6006d68617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b55d00000000df850e09db6afbdfab51697791506cfc0020455ef34e2043a87db3d4afeb39bbcb6cc32df9347c789a865ecdca129cbef58ca5010203262001215820eb151c8176b225cc651559fecf07af450fd85802046656b34c18f6cf193843c5225820927b8aa427a2be1b8834d233a2d34f61f13bfd44119c325d5896e183fee484f2";
    /// Section 16.11: a key on Edwards' curve.
    const EDWARDS: &str =
        "a401010327200621582044e06ddd331c36a8dc667bab52bcae63486c916aa5e339e6acebaa84934bf832";

    fn base64(of_hex: &str) -> String {
        BASE64.encode(hex::decode(of_hex).unwrap())
    }

    fn registration(id: &str, client_data: &str, attestation: &str) -> Registration {
        let id = base64(id);
        Registration::read(&json!({ "id": id, "rawId": id, "type": "public-key",
            "response": { "clientDataJSON": base64(client_data),
                "attestationObject": base64(attestation), "transports": ["usb", "N F C", 7] } }))
        .unwrap()
    }

    fn assertion(data: &str, client_data: &str, signature: &str) -> Assertion {
        let id = base64(CREATED_ID);
        let json = json!({ "id": id, "type": "public-key", "response": {
            "clientDataJSON": base64(client_data), "authenticatorData": base64(data),
            "signature": base64(signature), "userHandle": null } });
        Assertion::parse(&json.to_string()).unwrap()
    }

    fn verified(
        relying_party: &str,
        challenge: &str,
        needs_verification: bool,
        (data, client_data, signature): (&str, &str, &str),
        counter: u32,
    ) -> Result<u32, BadPasskey> {
        let expected =
            Expected { challenge: &base64(challenge), relying_party, needs_verification };
        let made = registration(CREATED_ID, CREATED_CLIENT, CREATED);
        let challenge = base64(CREATED_CHALLENGE);
        let asked = Expected {
            challenge: &challenge,
            relying_party: "example.org",
            needs_verification: false,
        };
        let made = made.verify(&asked).unwrap();
        assertion(data, client_data, signature).verify(&expected, &made.public_key, counter)
    }

    #[test]
    fn the_vectors_of_the_specification_are_believed() {
        let challenge = base64(CREATED_CHALLENGE);
        let expected = Expected {
            challenge: &challenge,
            relying_party: "example.org",
            needs_verification: false,
        };
        let made = registration(CREATED_ID, CREATED_CLIENT, CREATED).verify(&expected).unwrap();
        assert_eq!(made.id, base64(CREATED_ID));
        assert_eq!(made.counter, 0);
        assert_eq!(made.transports, ["usb"]);
        let vector = (USED, USED_CLIENT, SIGNATURE);
        assert_eq!(verified("example.org", USED_CHALLENGE, false, vector, 0), Ok(0));
        let data = hex::decode(SELF_CREATED).unwrap();
        let data = AuthenticatorData::parse(authenticator_data_of(&data).unwrap()).unwrap();
        public_key(data.made.unwrap().public_key).unwrap();
    }

    #[test]
    fn whatever_is_wrong_is_refused_as_what_it_is() {
        let right = (USED, USED_CLIENT, SIGNATURE);
        let is = |party: &str, challenge: &str, needs, vector, counter| {
            verified(party, challenge, needs, vector, counter).unwrap_err()
        };
        assert_eq!(is("example.org", CREATED_CHALLENGE, false, right, 0), BadPasskey::Challenge);
        assert_eq!(is("example.com", USED_CHALLENGE, false, right, 0), BadPasskey::Origin);
        assert_eq!(is("org", USED_CHALLENGE, false, right, 0), BadPasskey::RelyingParty);
        assert_eq!(is("example.org", USED_CHALLENGE, true, right, 0), BadPasskey::Unverified);
        assert_eq!(is("example.org", USED_CHALLENGE, false, right, 1), BadPasskey::Counter);
        let made = (USED, CREATED_CLIENT, SIGNATURE);
        assert_eq!(is("example.org", CREATED_CHALLENGE, false, made, 0), BadPasskey::Ceremony);
        let alone = USED.replace("e4b519", "e4b518");
        let alone = (alone.as_str(), USED_CLIENT, SIGNATURE);
        assert_eq!(is("example.org", USED_CHALLENGE, false, alone, 0), BadPasskey::NobodyPresent);
        let more = USED.replace("e4b519", "e4b51d");
        let more = (more.as_str(), USED_CLIENT, SIGNATURE);
        assert_eq!(is("example.org", USED_CHALLENGE, true, more, 0), BadPasskey::Signature);
        let incoherent = USED.replace("e4b519", "e4b511");
        let incoherent = (incoherent.as_str(), USED_CLIENT, SIGNATURE);
        assert_eq!(is("example.org", USED_CHALLENGE, false, incoherent, 0), BadPasskey::Malformed);
        let longer = format!("{USED}00");
        let longer = (longer.as_str(), USED_CLIENT, SIGNATURE);
        assert_eq!(is("example.org", USED_CHALLENGE, false, longer, 0), BadPasskey::Malformed);
    }

    #[test]
    fn the_id_of_the_answer_is_the_one_that_was_made() {
        let challenge = base64(CREATED_CHALLENGE);
        let expected = Expected {
            challenge: &challenge,
            relying_party: "example.org",
            needs_verification: false,
        };
        let other = registration("0102", CREATED_CLIENT, CREATED).verify(&expected);
        assert_eq!(other, Err(BadPasskey::Malformed));
    }

    #[test]
    fn keys_of_other_kinds_are_refused() {
        let key = |hex: &str| public_key(&hex::decode(hex).unwrap()).err();
        let good = &CREATED[CREATED.find("a50102").unwrap()..];
        assert_eq!(key(good), None);
        assert_eq!(key(EDWARDS), Some(BadPasskey::Key));
        // Of another algorithm, of another curve, and a point that is not on the curve.
        assert_eq!(key(&good.replace("0326", "0327")), Some(BadPasskey::Key));
        assert_eq!(key(&good.replace("2001", "2002")), Some(BadPasskey::Key));
        assert_eq!(key(&good.replace("b9220", "b9221")), Some(BadPasskey::Key));
        // A member twice, something behind, and a map without its length.
        let twice = good.replace("a50102", "a601020102");
        assert_eq!(key(&twice), Some(BadPasskey::Malformed));
        assert_eq!(key(&format!("{good}00")), Some(BadPasskey::Malformed));
        let endless = format!("{}ff", good.replace("a50102", "bf0102"));
        assert_eq!(key(&endless), Some(BadPasskey::Malformed));
    }

    #[test]
    fn a_page_is_on_the_domain_or_below_it_and_safe_or_here() {
        for (origin, party) in [
            ("https://example.com", "example.com"),
            ("https://example.com:8443", "example.com"),
            ("https://login.example.com", "example.com"),
            ("http://localhost:3000", "localhost"),
            ("http://localhost", "localhost"),
            ("https://localhost", "localhost"),
        ] {
            assert!(is_of(origin, party), "{origin} {party}");
        }
        for (origin, party) in [
            ("http://example.com", "example.com"),
            ("https://badexample.com", "example.com"),
            ("https://example.com.evil.net", "example.com"),
            ("https://example.com@evil.net", "example.com"),
            ("https://evil.net/.example.com", "example.com"),
            ("https://evil.net?.example.com", "example.com"),
            ("https://example.com/", "example.com"),
            ("https://example.com:", "example.com"),
            ("https://example.com:port", "example.com"),
            ("https://example.com:1:2", "example.com"),
            ("https://com", "example.com"),
            ("http://localhost", "example.com"),
            ("http://localhost.example.com", "example.com"),
            ("android:apk-key-hash:example.com", "example.com"),
            ("", "example.com"),
            ("null", "example.com"),
        ] {
            assert!(!is_of(origin, party), "{origin} {party}");
        }
    }

    #[test]
    fn answers_have_bounds() {
        let long = |bytes: usize| BASE64.encode(vec![1; bytes]);
        let read = |id: String, data: String| {
            Registration::read(&json!({ "id": id, "type": "public-key", "response": {
                "clientDataJSON": data, "attestationObject": long(8) } }))
            .map(drop)
        };
        assert_eq!(read(long(1023), long(4096)), Ok(()));
        assert_eq!(read(long(1024), long(4096)), Err(BadPasskey::Malformed));
        assert_eq!(read(long(16), long(4100)), Err(BadPasskey::Malformed));
        assert_eq!(read(String::new(), long(8)), Err(BadPasskey::Malformed));
        let long = format!("{{\"x\":\"{}\"}}", "a".repeat(LONGEST_RESPONSE));
        assert!(matches!(Assertion::parse(&long), Err(BadPasskey::Malformed)));
        for bad in ["", "[]", "null", "{}", "\"", "{\"id\":7}", &"[".repeat(5000)] {
            assert!(matches!(Assertion::parse(bad), Err(BadPasskey::Malformed)), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_read_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
            let _ = authenticator_data_of(&bytes);
            let _ = AuthenticatorData::parse(&bytes);
            let _ = public_key(&bytes);
            let _ = item(&bytes);
        }

        #[test]
        fn what_is_changed_in_one_place_makes_nothing_panic(
            at in 0..194_usize,
            byte in any::<u8>(),
            cut in 0..195_usize,
        ) {
            let mut bytes = hex::decode(CREATED).unwrap();
            bytes[at] = byte;
            bytes.truncate(cut);
            if let Ok(data) = authenticator_data_of(&bytes)
                && let Ok(data) = AuthenticatorData::parse(data)
                && let Some(made) = data.made
            {
                let _ = public_key(made.public_key);
            }
        }

        #[test]
        fn no_changed_bit_of_what_was_signed_is_believed(at in 0..37_usize, bit in 0..8_u8) {
            let mut data = hex::decode(USED).unwrap();
            data[at] ^= 1 << bit;
            let vector = (&*hex::encode(data), USED_CLIENT, SIGNATURE);
            prop_assert!(verified("example.org", USED_CHALLENGE, false, vector, 0).is_err());
        }
    }
}
