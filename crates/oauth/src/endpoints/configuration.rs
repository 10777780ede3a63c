//! `/.well-known/openid-configuration`: where everything is.

use crate::OAuth;
use names::UserPoolId;
use pool::Result;
use serde_json::{Value, json};

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
        Ok(json!({
            "authorization_endpoint": format!("{base}/oauth2/authorize"),
            "end_session_endpoint": format!("{base}/logout"),
            "id_token_signing_alg_values_supported": ["RS256"],
            "issuer": issuer,
            "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
            "response_types_supported": ["code", "token"],
            "revocation_endpoint": format!("{base}/oauth2/revoke"),
            "scopes_supported": ["openid", "email", "phone", "profile"],
            "subject_types_supported": ["public"],
            "token_endpoint": format!("{base}/oauth2/token"),
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "userinfo_endpoint": format!("{base}/oauth2/userInfo"),
        }))
    }
}
