//! What the tests of identity providers have in common.

use crate::*;

/// A request for an OpenID Connect provider of this name.
pub fn provider(house: &House, name: &str) -> Value {
    json!({
        "UserPoolId": house.pool,
        "ProviderName": name,
        "ProviderType": "OIDC",
        "ProviderDetails": {
            "client_id": "app",
            "client_secret": "very secret",
            "authorize_scopes": "openid email",
            "attributes_request_method": "GET",
            "oidc_issuer": "https://idp.example.com",
        },
        "AttributeMapping": { "email": "email" },
        "IdpIdentifiers": [format!("{name}.example.com")],
    })
}

/// A request about the provider of this name.
pub fn named(house: &House, name: &str) -> Value {
    json!({ "UserPoolId": house.pool, "ProviderName": name })
}

/// A request that links `alice` to a subject at a provider.
pub fn link(house: &House, provider: &str, subject: &str) -> Value {
    json!({
        "UserPoolId": house.pool,
        "DestinationUser": { "ProviderName": "Cognito", "ProviderAttributeValue": "alice" },
        "SourceUser": { "ProviderName": provider, "ProviderAttributeName": "Cognito_Subject",
            "ProviderAttributeValue": subject },
    })
}
