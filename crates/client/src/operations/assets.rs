//! Which pictures are there?

use crate::{Client, Drawing, Error, connection::Credential::Nothing};
use bytes::Bytes;
use http::Method;

impl Client {
    /// The avatars that come with the API.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn list_avatars(&self) -> Result<Vec<Drawing>, Error> {
        self.call(Method::GET, Nothing, &["assets", "avatars"]).answer().await
    }

    /// An avatar of the API, as SVG: `heron.svg`.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn get_avatar(&self, file: &str) -> Result<Bytes, Error> {
        self.call(Method::GET, Nothing, &["assets", "avatars", file]).raw().await
    }

    /// The badges that a user can be given.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn list_badges(&self) -> Result<Vec<Drawing>, Error> {
        self.call(Method::GET, Nothing, &["assets", "badges"]).answer().await
    }

    /// The icon of a badge, as SVG: `founder.svg`.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn get_badge_icon(&self, file: &str) -> Result<Bytes, Error> {
        self.call(Method::GET, Nothing, &["assets", "badges", file]).raw().await
    }

    /// A user's picture, as PNG.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn get_picture(&self, file: &str) -> Result<Bytes, Error> {
        self.call(Method::GET, Nothing, &["assets", "users", file]).raw().await
    }

    /// Sends a file to an address of this API that [`Client::begin_my_avatar_upload`] gave, by what it ends with. An
    /// address elsewhere, as on S3, is for another client.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn send_upload(&self, ticket: &str, file: Bytes) -> Result<(), Error> {
        let call = self.call(Method::PUT, Nothing, &["assets", "uploads", ticket]);
        call.bytes("application/octet-stream", file).done().await
    }
}
