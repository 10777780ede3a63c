//! What does an access token show of its user?

use crate::{Attributes, Bearer, Grant, Pools, Result};
use names::Scope;

impl Pools {
    /// The attributes that a token's scopes show and its client may read, with `sub` and `username`. All are
    /// text, as Cognito has them.
    ///
    /// # Errors
    /// [`crate::Refusal::NoClient`].
    pub async fn user_info(&self, bearer: &Bearer) -> Result<Attributes> {
        let client = self.client(&bearer.client).await?;
        let scopes = bearer.scope.split(' ').filter_map(|scope| Scope::parse(scope).ok());
        let grant = Grant { scopes: scopes.collect(), nonce: None, resource: None };
        let mut shown: Attributes = bearer
            .user
            .attributes
            .iter()
            .filter(|(name, _)| !name.starts_with("dev:"))
            .filter(|(name, _)| grant.shows(name) && client.settings.may_read(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        shown.insert("sub".to_owned(), bearer.user.sub.to_string());
        shown.insert("username".to_owned(), bearer.user.username.to_string());
        Ok(shown)
    }
}
