//! `/.well-known/openid-configuration`: where everything is.

use crate::{OAuth, endpoints::TOKEN_EXCHANGE, pages::tags};
use names::UserPoolId;
use pool::Result;
use serde_json::{Map, Value, json};

impl OAuth {
    /// The discovery document of a pool, with the members that Cognito's has and no others. The endpoints
    /// are at the pool's domain, a custom one if it has one; of a pool without, at the server's own address.
    ///
    /// # Errors
    /// [`pool::Refusal::NoUserPool`].
    pub async fn configuration(&self, pool: &UserPoolId) -> Result<Value> {
        let pool = self.pools.pool(pool).await?;
        let issuer = self.pools.issuer(&pool.id)?;
        let domains = self.pools.domains_of(&pool.id).await?;
        let base = domains.iter().find_map(|domain| self.site.base_of(domain));
        let base = base.unwrap_or_else(|| self.site.base());
        let called = self.site.base_for_programs(&base);
        let mut document = json!({
            "authorization_endpoint": format!("{base}/oauth2/authorize"),
            "end_session_endpoint": format!("{base}/logout"),
            "id_token_signing_alg_values_supported": ["RS256"],
            "issuer": issuer,
            "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
            "response_types_supported": ["code", "token"],
            "revocation_endpoint": format!("{called}/oauth2/revoke"),
            "scopes_supported": ["openid", "email", "phone", "profile"],
            "subject_types_supported": ["public"],
            "token_endpoint": format!("{called}/oauth2/token"),
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "userinfo_endpoint": format!("{called}/oauth2/userInfo"),
        });
        if let Some(members) = document.as_object_mut().filter(|_| self.is_strict) {
            members.extend(strict());
        }
        Ok(document)
    }
}

/// What Cognito's document leaves out, in the words of OpenID Connect Discovery, RFC 8414 and RFC 9207.
fn strict() -> Map<String, Value> {
    let said = json!({
        "authorization_response_iss_parameter_supported": true,
        "claims_parameter_supported": false,
        "claims_supported": [
            "sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "address", "birthdate", "email",
            "email_verified", "family_name", "gender", "given_name", "locale", "middle_name", "name", "nickname",
            "phone_number", "phone_number_verified", "picture", "preferred_username", "profile", "updated_at",
            "website", "zoneinfo",
        ],
        "code_challenge_methods_supported": ["S256"],
        "grant_types_supported": [
            "authorization_code", "refresh_token", "client_credentials", "implicit", TOKEN_EXCHANGE,
        ],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "response_modes_supported": ["query", "fragment"],
        "ui_locales_supported": tags(),
    });
    match said {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
