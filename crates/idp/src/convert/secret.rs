//! How does a client's secret look in the API's words?

use names::ClientSecret;
use pool::SealedSecret;
use wire::cognito_idp::ClientSecretDescriptorType;

/// A secret of a client; its value is told once, to whoever made it.
pub(crate) fn descriptor(
    kept: &SealedSecret,
    value: Option<ClientSecret>,
) -> ClientSecretDescriptorType {
    ClientSecretDescriptorType {
        client_secret_id: Some(kept.id.clone()),
        client_secret_value: value,
        client_secret_create_date: Some(kept.created_at.into()),
    }
}
