//! What do people in a group, and machines with scopes, do with the profiles of others?

use crate::{Client, Error, Profile, Status, Version, Versioned, connection::Credential::Token};
use http::Method;

impl Client {
    /// Somebody's profile, with the scope `users/read`.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn get_public_user(&self, id: &str) -> Result<Versioned<Profile>, Error> {
        self.call(Method::GET, Token, &["public", "user", id]).versioned().await
    }

    /// Gives somebody another status, with the scope `users/write`.
    ///
    /// # Errors
    /// [`Kind::StatusNotReachable`](crate::Kind::StatusNotReachable) if the one of now does not lead there.
    pub async fn change_public_status(
        &self,
        id: &str,
        status: &Status,
        version: Option<&Version>,
    ) -> Result<Versioned<Profile>, Error> {
        let segments = ["public", "user", id, "status", status.as_str()];
        self.call(Method::PATCH, Token, &segments).of_version(version).versioned().await
    }
}
