//! What do people do with their own profile?

use crate::{
    Avatar, Client, Error, Export, OwnPatch, Profile, Secret, UploadAddress, Version, Versioned,
    connection::Credential::Token,
};
use bytes::Bytes;
use http::Method;
use serde::Serialize;

impl Client {
    /// The caller's own profile.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn get_me(&self) -> Result<Versioned<Profile>, Error> {
        self.call(Method::GET, Token, &["public", "user", "me"]).versioned().await
    }

    /// Changes what the caller says of themselves.
    ///
    /// # Errors
    /// [`Kind::StaleVersion`](crate::Kind::StaleVersion) if it is not this version any more.
    pub async fn change_me(
        &self,
        patch: &OwnPatch,
        version: Option<&Version>,
    ) -> Result<Versioned<Profile>, Error> {
        let call = self.call(Method::PATCH, Token, &["public", "user", "me"]).merge_patch(patch);
        call.of_version(version).versioned().await
    }

    /// Deletes the caller's own account.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn delete_me(&self, version: Option<&Version>) -> Result<(), Error> {
        let call = self.call(Method::DELETE, Token, &["public", "user", "me"]);
        call.of_version(version).done().await
    }

    /// Everything that is kept about the caller.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn export_me(&self) -> Result<Export, Error> {
        self.call(Method::GET, Token, &["public", "user", "me", "export"]).answer().await
    }

    /// Has a code sent to the address that the caller wants to have.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn request_email_change(&self, email: &str) -> Result<(), Error> {
        #[derive(Serialize)]
        struct Body<'a> {
            email: &'a str,
        }
        let call = self.call(Method::POST, Token, &["public", "user", "me", "email", "change"]);
        call.json(&Body { email }).done().await
    }

    /// Changes the caller's address, by the code that was sent there.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn confirm_email_change(&self, code: &Secret) -> Result<Versioned<Profile>, Error> {
        #[derive(Serialize)]
        struct Body<'a> {
            code: &'a Secret,
        }
        let segments = ["public", "user", "me", "email", "change", "confirm"];
        self.call(Method::POST, Token, &segments).json(&Body { code }).versioned().await
    }

    /// Makes a picture the caller's avatar: a PNG, JPEG, WebP or GIF file of at most 2 MiB.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn put_my_avatar(&self, file: Bytes) -> Result<Avatar, Error> {
        let call = self.call(Method::PUT, Token, &["public", "user", "me", "avatar"]);
        // What it is, is looked at, whatever is said here.
        call.bytes("application/octet-stream", file).answer().await
    }

    /// Takes the caller's avatar away.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn delete_my_avatar(&self) -> Result<(), Error> {
        self.call(Method::DELETE, Token, &["public", "user", "me", "avatar"]).done().await
    }

    /// An address to send a picture of this many bytes to.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn begin_my_avatar_upload(&self, bytes: u64) -> Result<UploadAddress, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Body {
            content_length: u64,
        }
        let call = self.call(Method::POST, Token, &["public", "user", "me", "avatar", "upload"]);
        call.json(&Body { content_length: bytes }).answer().await
    }

    /// Makes the picture that was sent the caller's avatar.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn confirm_my_avatar_upload(&self) -> Result<Avatar, Error> {
        let segments = ["public", "user", "me", "avatar", "confirm"];
        self.call(Method::POST, Token, &segments).answer().await
    }
}
