//! What does the API say about itself?

use crate::{
    Client, Error,
    connection::Credential::{Nothing, Token},
};
use http::Method;
use serde_json::{Map, Value};

impl Client {
    /// Whether anybody is there.
    ///
    /// # Errors
    /// [`Error`] if not.
    pub async fn health(&self) -> Result<(), Error> {
        self.call(Method::GET, Nothing, &["health"]).done().await
    }

    /// What the authorizer found out about the caller.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn who_am_i(&self) -> Result<Map<String, Value>, Error> {
        self.call(Method::GET, Token, &["whoami"]).answer().await
    }

    /// The OpenAPI document.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn openapi_document(&self) -> Result<Value, Error> {
        self.call(Method::GET, Nothing, &["openapi.json"]).answer().await
    }
}
