//! Somebody who signs in.

use crate::{Answer, House, PASSWORD};
use serde_json::{Value, json};

/// A user of the house's pool, with the usual password.
#[derive(Clone)]
pub struct Person {
    house: House,
    /// What they type.
    pub name: String,
    /// Under which name they are kept.
    pub username: String,
    pub sub: String,
}

/// What a sign-in ends with.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub access: String,
    pub id: String,
    pub refresh: String,
}

impl Person {
    pub(crate) fn new(house: &House, name: &str, username: &str, sub: &str) -> Self {
        Self {
            house: house.clone(),
            name: name.to_owned(),
            username: username.to_owned(),
            sub: sub.to_owned(),
        }
    }

    /// Signs in by password.
    pub async fn sign_in(&self) -> Answer {
        self.house.sign_in(&self.name, PASSWORD).await
    }

    /// Signs in by password, and has the tokens.
    pub async fn tokens(&self) -> SignedIn {
        SignedIn::of(&self.sign_in().await.ok())
    }

    /// Sets up an authenticator and turns it on, and has its secret. The code that it shows now is used up.
    pub async fn enrol(&self) -> String {
        let tokens = self.tokens().await;
        let given = tokens.call(&self.house, "AssociateSoftwareToken", json!({})).await.ok();
        let secret = given["SecretCode"].as_str().expect("a secret").to_owned();
        let code = json!({ "UserCode": self.house.shown(&secret) });
        tokens.call(&self.house, "VerifySoftwareToken", code).await.ok();
        let on = json!({ "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true } });
        tokens.call(&self.house, "SetUserMFAPreference", on).await.ok();
        secret
    }

    /// Calls an operation with a fresh access token.
    pub async fn call(&self, operation: &str, input: Value) -> Answer {
        let tokens = self.tokens().await;
        tokens.call(&self.house, operation, input).await
    }
}

impl SignedIn {
    /// The tokens in the answer of a sign-in.
    ///
    /// # Panics
    /// If there are none.
    pub fn of(body: &Value) -> Self {
        let text = |name: &str| {
            let token = body["AuthenticationResult"][name].as_str();
            token.unwrap_or_else(|| panic!("no {name} in {body}")).to_owned()
        };
        Self { access: text("AccessToken"), id: text("IdToken"), refresh: text("RefreshToken") }
    }

    /// Calls an operation with this access token.
    pub async fn call(&self, house: &House, operation: &str, mut input: Value) -> Answer {
        input["AccessToken"] = json!(self.access);
        house.call_unsigned(operation, input).await
    }
}
