//! An authenticator that makes and uses one passkey, and the browser around it.
//!
//! It does what the page says and asks nobody. A test that wants it to misbehave changes its fields between
//! the calls.

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// An authenticator with room for one passkey.
pub struct Authenticator {
    /// Where the page is.
    pub origin: String,
    /// The domain that it claims to make and use its passkey for; that of the options, if none is said.
    pub relying_party: Option<String>,
    pub touches: bool,
    pub verifies: bool,
    /// How often it was used; it does not count if this is nought.
    pub counter: u32,
    /// What it says about its model besides: the format and the statement, in CBOR.
    pub attestation: (&'static str, Vec<u8>),
    /// The id of its passkey.
    pub id: Vec<u8>,
    /// Whose passkey it is.
    pub user: Vec<u8>,
    key: Key,
}

enum Key {
    Es256(EcdsaKeyPair),
    Rs256(RsaKeyPair),
}

impl Authenticator {
    /// One with a key on a curve, on a page of this origin.
    #[must_use]
    pub fn new(origin: &str) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        Self::with(origin, Key::Es256(key))
    }

    /// One with an RSA key, on a page of this origin.
    #[must_use]
    pub fn rsa(origin: &str) -> Self {
        Self::with(origin, Key::Rs256(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()))
    }

    fn with(origin: &str, key: Key) -> Self {
        let mut id = vec![0; 32];
        aws_lc_rs::rand::fill(&mut id).unwrap();
        Self {
            origin: origin.to_owned(),
            relying_party: None,
            touches: true,
            verifies: true,
            counter: 1,
            attestation: ("none", vec![0xa0]),
            id,
            user: Vec::new(),
            key,
        }
    }

    /// Makes the passkey that `CredentialCreationOptions` ask for.
    pub fn make(&mut self, options: &Value) -> Value {
        self.user = URL_SAFE_NO_PAD.decode(options["user"]["id"].as_str().unwrap()).unwrap();
        let relying_party = options["rp"]["id"].as_str().unwrap();
        let mut data = self.data(relying_party, 0x40);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        data.extend(self.public_key());
        let mut attestation = vec![0xa3];
        attestation.extend(text("fmt"));
        attestation.extend(text(self.attestation.0));
        attestation.extend(text("attStmt"));
        attestation.extend(&self.attestation.1);
        attestation.extend(text("authData"));
        attestation.extend(bytes(&data));
        let id = URL_SAFE_NO_PAD.encode(&self.id);
        json!({ "type": "public-key", "id": id, "rawId": id, "clientExtensionResults": {},
            "authenticatorAttachment": "platform",
            "response": {
                "clientDataJSON":
                    URL_SAFE_NO_PAD.encode(self.client_data("webauthn.create", options)),
                "attestationObject": URL_SAFE_NO_PAD.encode(attestation),
                "transports": ["internal", "hybrid"],
            } })
    }

    /// Answers `CREDENTIAL_REQUEST_OPTIONS` with its passkey.
    pub fn answer(&mut self, options: &Value) -> Value {
        if self.counter > 0 {
            self.counter += 1;
        }
        let data = self.data(options["rpId"].as_str().unwrap(), 0);
        let client_data = self.client_data("webauthn.get", options);
        let mut signed = data.clone();
        signed.extend(crypto::sha256(&client_data));
        let signature = match &self.key {
            Key::Es256(key) => key.sign(&SystemRandom::new(), &signed).unwrap().as_ref().to_vec(),
            Key::Rs256(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &signed, &mut signature).unwrap();
                signature
            }
        };
        let id = URL_SAFE_NO_PAD.encode(&self.id);
        json!({ "type": "public-key", "id": id, "rawId": id, "clientExtensionResults": {},
            "response": {
                "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data),
                "authenticatorData": URL_SAFE_NO_PAD.encode(data),
                "signature": URL_SAFE_NO_PAD.encode(signature),
                "userHandle": URL_SAFE_NO_PAD.encode(&self.user),
            } })
    }

    fn client_data(&self, ceremony: &str, options: &Value) -> Vec<u8> {
        json!({ "type": ceremony, "challenge": options["challenge"], "origin": self.origin,
            "crossOrigin": false })
        .to_string()
        .into_bytes()
    }

    fn data(&self, relying_party: &str, flags: u8) -> Vec<u8> {
        let relying_party = self.relying_party.as_deref().unwrap_or(relying_party);
        let mut data = crypto::sha256(relying_party.as_bytes()).to_vec();
        data.push(flags | u8::from(self.touches) | u8::from(self.verifies) << 2);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn public_key(&self) -> Vec<u8> {
        match &self.key {
            Key::Es256(key) => {
                let point = key.public_key().as_ref();
                let mut cose = vec![0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21];
                cose.extend(bytes(&point[1..33]));
                cose.push(0x22);
                cose.extend(bytes(&point[33..]));
                cose
            }
            Key::Rs256(key) => {
                // The modulus is what follows the first integer's head in the key's own form.
                let der = key.public_key().as_ref();
                let modulus = &der[der.len() - 5 - 256..der.len() - 5];
                let mut cose = vec![0xa4, 1, 3, 3, 0x39, 1, 0, 0x20];
                cose.extend(bytes(modulus));
                cose.push(0x21);
                cose.extend(bytes(&[1, 0, 1]));
                cose
            }
        }
    }
}

fn head(kind: u8, length: usize) -> Vec<u8> {
    match u16::try_from(length).unwrap() {
        length @ 0..24 => vec![kind << 5 | u8::try_from(length).unwrap()],
        length @ 24..256 => vec![kind << 5 | 24, u8::try_from(length).unwrap()],
        length => [&[kind << 5 | 25][..], &length.to_be_bytes()].concat(),
    }
}

fn bytes(bytes: &[u8]) -> Vec<u8> {
    [head(2, bytes.len()), bytes.to_vec()].concat()
}

fn text(text: &str) -> Vec<u8> {
    [head(3, text.len()), text.as_bytes().to_vec()].concat()
}
