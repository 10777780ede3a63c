//! How do passkeys look in the API's words?

use pool::Passkey;
use wire::cognito_idp::WebAuthnCredentialDescription;

/// How many passkeys are on a page when the caller says nothing, or 0: as many as a user can have.
const MOST: usize = 20;

/// How many passkeys the caller wants at most.
pub(crate) fn limit(given: Option<i32>) -> usize {
    match given.map(usize::try_from) {
        Some(Ok(wanted @ 1..=MOST)) => wanted,
        _ => MOST,
    }
}

/// A passkey as its user is told of it.
pub(crate) fn description(passkey: Passkey) -> WebAuthnCredentialDescription {
    WebAuthnCredentialDescription {
        credential_id: passkey.id,
        friendly_credential_name: passkey.name,
        relying_party_id: passkey.relying_party,
        authenticator_attachment: passkey.attachment,
        authenticator_transports: passkey.transports,
        created_at: passkey.created_at.into(),
    }
}
