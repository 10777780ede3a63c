//! Who signs the tokens of a test?

use crypto::jwt::SigningKey;
use serde_json::{Value, json};

/// A pool's key.
pub struct PoolKeys {
    key: SigningKey,
}

impl PoolKeys {
    /// A new key of this id.
    #[must_use]
    pub fn new(kid: &str) -> Self {
        let key = SigningKey::from_pkcs8(kid, &SigningKey::generate()).expect("a key of our own");
        Self { key }
    }

    /// The key set as a pool publishes it.
    #[must_use]
    pub fn published(&self) -> Value {
        json!({ "keys": [self.key.jwk()] })
    }

    /// A token with these claims.
    #[must_use]
    pub fn token(&self, claims: &Value) -> String {
        let token = self.key.sign(claims.to_string().as_bytes()).expect("claims are short");
        token.reveal().to_owned()
    }

    /// An access token of somebody who is signed in now.
    #[must_use]
    pub fn access_token(&self, issuer: &str, more: Value) -> String {
        let now = jiff::Timestamp::now().as_second();
        let mut claims = json!({
            "sub": crate::SUB, "iss": issuer, "client_id": crate::CLIENT, "token_use": "access",
            "scope": "aws.cognito.signin.user.admin users/read", "username": crate::SUB,
            "auth_time": now, "iat": now, "exp": now + 3600, "jti": "2f0b1d3c",
            "origin_jti": "5a1e9f70", "event_id": "91bbd0f6", "version": 2,
            "cognito:groups": ["readers"],
        });
        if let (Some(claims), Value::Object(more)) = (claims.as_object_mut(), more) {
            claims.extend(more);
        }
        self.token(&claims)
    }
}
