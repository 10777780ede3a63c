//! What is a page told that makes or uses a passkey?
//!
//! The JSON forms of W3C's Web Authentication, which `PublicKeyCredential.parseCreationOptionsFromJSON` and
//! `parseRequestOptionsFromJSON` take.

use crate::{Passkey, User, UserPool};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use crypto::webauthn::ALGORITHMS;
use jiff::SignedDuration;
use serde_json::{Value, json};

/// What is handed to `navigator.credentials.create`.
pub(crate) fn creation_options(
    pool: &UserPool,
    user: &User,
    relying_party: &str,
    challenge: &str,
    passkeys: &[Passkey],
    timeout: SignedDuration,
) -> Value {
    let algorithms = ALGORITHMS.map(|algorithm| json!({ "type": "public-key", "alg": algorithm }));
    // What people sign in with, and not the `sub` that stands for it.
    let names = pool.names.username_attributes.iter();
    let name = names.filter_map(|contact| user.attribute(contact.attribute())).next();
    let name = name.unwrap_or(user.username.as_str());
    json!({
        "rp": { "id": relying_party, "name": relying_party },
        "user": {
            "id": URL_SAFE_NO_PAD.encode(user.sub.as_str()),
            "name": name,
            "displayName": user.attribute("name").unwrap_or(name),
        },
        "challenge": challenge,
        "pubKeyCredParams": algorithms,
        "timeout": timeout.as_millis() as u64,
        "excludeCredentials": descriptors(passkeys),
        "authenticatorSelection": {
            "requireResidentKey": true,
            "residentKey": "required",
            "userVerification": verification(pool),
        },
        "attestation": "none",
    })
}

/// What is handed to `navigator.credentials.get`.
pub(crate) fn request_options(
    pool: &UserPool,
    relying_party: &str,
    challenge: &str,
    passkeys: &[Passkey],
    timeout: SignedDuration,
) -> Value {
    json!({
        "challenge": challenge,
        "timeout": timeout.as_millis() as u64,
        "rpId": relying_party,
        "allowCredentials": descriptors(passkeys),
        "userVerification": verification(pool),
    })
}

fn descriptors(passkeys: &[Passkey]) -> Vec<Value> {
    let describe = |passkey: &Passkey| {
        let mut descriptor = json!({ "type": "public-key", "id": passkey.id });
        if let Some(members) = descriptor.as_object_mut().filter(|_| !passkey.transports.is_empty())
        {
            members.insert("transports".to_owned(), json!(passkey.transports));
        }
        descriptor
    };
    passkeys.iter().map(describe).collect()
}

fn verification(pool: &UserPool) -> &'static str {
    if pool.settings.mfa.passkeys.needs_verification() { "required" } else { "preferred" }
}
