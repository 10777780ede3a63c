//! Where are a provider's endpoints?
//!
//! In its discovery document, whose issuer must be the one that the pool's owner named, or where the owner
//! says they are.

use super::http::{self, Http, Unusable};
use pool::{IdentityProvider, ProviderKind};
use serde_json::{Map, Value};

const GOOGLE: &str = "https://accounts.google.com";

/// How a provider is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoints {
    pub issuer: String,
    pub authorization: String,
    pub token: String,
    pub user_info: Option<String>,
    pub keys: String,
    /// Whether every answer of the provider says whose it is (RFC 9207).
    pub names_issuer: bool,
    pub proof: Proof,
}

/// How we show the provider that we are its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    SecretInBody,
    SecretInHeader,
}

/// Why the endpoints are not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Undiscovered {
    #[error("the provider names no issuer")]
    NoIssuer,
    #[error("discovery: {0}")]
    Unusable(#[from] Unusable),
    #[error("the discovery document is of another issuer")]
    OtherIssuer,
    #[error("the discovery document lacks {0}")]
    Lacks(&'static str),
}

/// The issuer that a provider's tokens must name.
pub(super) fn issuer(provider: &IdentityProvider) -> Result<&str, Undiscovered> {
    match (provider.kind, provider.detail("oidc_issuer")) {
        (ProviderKind::Google, _) => Ok(GOOGLE),
        (_, Some(issuer)) => Ok(issuer),
        (_, None) => Err(Undiscovered::NoIssuer),
    }
}

/// The endpoints that the pool's owner wrote down, if all that a sign-in needs are among them.
pub(super) fn written_down(provider: &IdentityProvider) -> Result<Option<Endpoints>, Undiscovered> {
    let issuer = issuer(provider)?.to_owned();
    if provider.kind != ProviderKind::Oidc {
        return Ok(None);
    }
    let detail = |name| provider.detail(name).map(str::to_owned);
    let (Some(authorization), Some(token), Some(keys)) =
        (detail("authorize_url"), detail("token_url"), detail("jwks_uri"))
    else {
        return Ok(None);
    };
    let user_info = detail("attributes_url");
    let (names_issuer, proof) = (false, Proof::SecretInBody);
    Ok(Some(Endpoints { issuer, authorization, token, user_info, keys, names_issuer, proof }))
}

/// Reads the discovery document of an issuer.
pub(super) async fn discover(http: &dyn Http, issuer: &str) -> Result<Endpoints, Undiscovered> {
    let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    read(&http::get(http, &url).await?, issuer)
}

fn read(document: &Map<String, Value>, issuer: &str) -> Result<Endpoints, Undiscovered> {
    let text = |name: &str| document.get(name).and_then(Value::as_str).map(str::to_owned);
    if text("issuer").as_deref() != Some(issuer) {
        return Err(Undiscovered::OtherIssuer);
    }
    let must = |name: &'static str| text(name).ok_or(Undiscovered::Lacks(name));
    let methods = document.get("token_endpoint_auth_methods_supported").and_then(Value::as_array);
    let takes_body =
        methods.is_some_and(|methods| methods.iter().any(|it| it == "client_secret_post"));
    Ok(Endpoints {
        issuer: issuer.to_owned(),
        authorization: must("authorization_endpoint")?,
        token: must("token_endpoint")?,
        user_info: text("userinfo_endpoint"),
        keys: must("jwks_uri")?,
        names_issuer: document.get("authorization_response_iss_parameter_supported")
            == Some(&Value::Bool(true)),
        // What a document does not say is the header (OpenID Connect Discovery, 3).
        proof: if takes_body { Proof::SecretInBody } else { Proof::SecretInHeader },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_document_of_another_issuer_is_refused() {
        let mut document = json!({
            "issuer": "https://idp.example.com",
            "authorization_endpoint": "https://idp.example.com/a",
            "token_endpoint": "https://idp.example.com/t",
            "jwks_uri": "https://idp.example.com/k",
        });
        let read =
            |document: &Value| read(document.as_object().unwrap(), "https://idp.example.com");
        assert_eq!(read(&document).unwrap().proof, Proof::SecretInHeader);
        document["token_endpoint_auth_methods_supported"] = json!(["client_secret_post"]);
        assert_eq!(read(&document).unwrap().proof, Proof::SecretInBody);
        document["issuer"] = json!("https://idp.example.com/");
        assert_eq!(read(&document), Err(Undiscovered::OtherIssuer));
        document["issuer"] = json!("https://idp.example.com");
        document.as_object_mut().unwrap().remove("jwks_uri");
        assert_eq!(read(&document), Err(Undiscovered::Lacks("jwks_uri")));
    }
}
