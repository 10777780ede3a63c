use crate::{identity_providers::*, *};

#[tokio::test]
async fn a_provider_is_told_as_it_was_made() {
    let house = House::new().await;
    let made = house.call("CreateIdentityProvider", provider(&house, "corp")).await.ok();
    let mut expected = provider(&house, "corp");
    expected["AttributeMapping"]["username"] = json!("sub");
    expected["ProviderDetails"]["attributes_url_add_attributes"] = json!("false");
    let now = &made["IdentityProvider"]["CreationDate"];
    assert!(now.is_number());
    expected["CreationDate"] = now.clone();
    expected["LastModifiedDate"] = now.clone();
    assert_eq!(made["IdentityProvider"], expected);
}

#[tokio::test]
async fn a_name_and_an_identifier_stand_once_in_a_pool() {
    let house = House::new().await;
    house.call("CreateIdentityProvider", provider(&house, "corp")).await.ok();
    let again = house.call("CreateIdentityProvider", provider(&house, "corp")).await.line();
    assert_eq!(
        again,
        format!("400 DuplicateProviderException: corp already exists in user pool {}", house.pool)
    );
    let mut other = provider(&house, "other");
    other["IdpIdentifiers"] = json!(["corp.example.com"]);
    let taken = house.call("CreateIdentityProvider", other).await.line();
    assert!(taken.starts_with("400 InvalidParameterException: An identifier"), "{taken}");
}

#[tokio::test]
async fn what_a_provider_cannot_be_is_told() {
    let house = House::new().await;
    let social = json!({ "client_id": "a", "client_secret": "b", "authorize_scopes": "email" });
    let with = |member: &str, value: Value| json!({ member: value });
    let detail = |name: &str, value: &str| {
        let mut details = provider(&house, "corp")["ProviderDetails"].clone();
        details[name] = value.into();
        json!({ "ProviderDetails": details })
    };
    for (change, text) in [
        (with("ProviderType", json!("Google")), "Provider corp cannot be of type Google."),
        (
            json!({ "ProviderName": "Google", "ProviderDetails": social }),
            "Provider Google cannot be of type OIDC.",
        ),
        (with("ProviderName", json!("COGNITO")), "Provider COGNITO cannot be of type OIDC."),
        (
            json!({ "ProviderType": "Facebook", "ProviderName": "Facebook",
                "ProviderDetails": { "client_id": "a" } }),
            "client_id, client_secret and authorize_scopes are all required idp details",
        ),
        (
            with("ProviderDetails", json!({})),
            "client_id, attributes_request_method, oidc_issuer and authorize_scopes are all required idp \
             details",
        ),
        (
            detail("attributes_request_method", "PUT"),
            "attributes_request_method must be GET or POST.",
        ),
        (detail("authorize_scopes", "email"), "authorize_scopes must contain openid."),
        (detail("oidc_issuer", "file:///etc"), "oidc_issuer must be an absolute https URL."),
        (detail("jwks_uri", "http://idp.example.com/k"), "jwks_uri must be an absolute https URL."),
        (detail("token_url", "https://a@b/t"), "token_url must be an absolute https URL."),
        (
            with(
                "AttributeMapping",
                json!({ "custom:none": "x", "sub": "sub", "identities": "i" }),
            ),
            "AttributeMapping contains invalid mapping: [custom:none, identities, sub]",
        ),
        (
            with("AttributeMapping", json!({ "username": "email" })),
            "The attribute username must be mapped to sub.",
        ),
        (with("IdpIdentifiers", json!(["a", "a"])), "IdpIdentifiers names one twice."),
    ] {
        let mut request = provider(&house, "corp");
        for (member, value) in change.as_object().unwrap() {
            request[member] = value.clone();
        }
        let refused = house.call("CreateIdentityProvider", request).await.line();
        assert_eq!(refused, format!("400 InvalidParameterException: {text}"));
    }
}

#[tokio::test]
async fn fed_04_a_saml_provider_is_refused_by_name() {
    let house = House::new().await;
    let saml = json!({ "UserPoolId": house.pool, "ProviderName": "office", "ProviderType": "SAML",
        "ProviderDetails": { "MetadataURL": "https://idp.example.com/metadata" } });
    assert_eq!(
        house.call("CreateIdentityProvider", saml).await.line(),
        "400 InvalidParameterException: This version does not verify SAML responses, so office cannot be of \
         type SAML."
    );
}

#[tokio::test]
async fn a_client_names_providers_that_there_are() {
    let house = House::new().await;
    let client = json!({ "UserPoolId": house.pool, "ClientName": "web",
        "SupportedIdentityProviders": ["COGNITO", "corp"] });
    assert_eq!(
        house.call("CreateUserPoolClient", client.clone()).await.line(),
        format!(
            "400 InvalidParameterException: The provider corp does not exist for User Pool {}.",
            house.pool
        )
    );
    house.call("CreateIdentityProvider", provider(&house, "corp")).await.ok();
    house.call("CreateUserPoolClient", client).await.ok();
}
