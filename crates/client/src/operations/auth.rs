//! How does a server sign people in?

use crate::{
    ChallengeAnswer, Client, Error, Login, Logout, Name, Password, Progress, Secret, TokenType,
    Tokens, Verdict, connection::Credential::Key,
};
use http::Method;
use serde::Serialize;
use std::net::IpAddr;

impl Client {
    /// Signs somebody in.
    ///
    /// # Errors
    /// [`Kind::Unauthorized`](crate::Kind::Unauthorized) for a wrong password and for a name that nobody has.
    pub async fn login(&self, login: &Login) -> Result<Progress, Error> {
        self.call(Method::POST, Key, &["auth", "login"]).json(login).answer().await
    }

    /// Answers what a sign-in asked.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn answer_challenge(&self, answer: &ChallengeAnswer) -> Result<Progress, Error> {
        self.call(Method::POST, Key, &["auth", "challenge"]).json(answer).answer().await
    }

    /// Makes new tokens for a session.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn refresh(
        &self,
        refresh_token: &Secret,
        address: Option<IpAddr>,
    ) -> Result<Tokens, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Body<'a> {
            refresh_token: &'a Secret,
            #[serde(skip_serializing_if = "Option::is_none")]
            address: Option<IpAddr>,
        }
        let call = self.call(Method::POST, Key, &["auth", "refresh"]);
        call.json(&Body { refresh_token, address }).answer().await
    }

    /// Ends a session, or all of a user.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn logout(&self, logout: &Logout) -> Result<(), Error> {
        self.call(Method::POST, Key, &["auth", "logout"]).json(logout).done().await
    }

    /// Says whether a token is good. It goes in the body: no address holds it, so no log does.
    ///
    /// # Errors
    /// [`Error`]. A token that is not good is a verdict.
    pub async fn verify_token(&self, kind: TokenType, token: &Secret) -> Result<Verdict, Error> {
        #[derive(Serialize)]
        struct Body<'a> {
            token: &'a Secret,
        }
        let call = self.call(Method::POST, Key, &["auth", "token", kind.as_str(), "verify"]);
        call.json(&Body { token }).answer().await
    }

    /// Has a code sent with which a password can be set. Nobody learns whether there is such a user.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn request_password_reset(
        &self,
        name: &Name,
        address: Option<IpAddr>,
    ) -> Result<(), Error> {
        let body = Reset { name, code: None, password: None, address };
        self.call(Method::POST, Key, &["auth", "password", "reset"]).json(&body).done().await
    }

    /// Sets a password by the code that was sent.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn confirm_password_reset(
        &self,
        name: &Name,
        code: &Secret,
        password: &Password,
        address: Option<IpAddr>,
    ) -> Result<(), Error> {
        let body = Reset { name, code: Some(code), password: Some(password), address };
        let call = self.call(Method::POST, Key, &["auth", "password", "reset", "confirm"]);
        call.json(&body).done().await
    }
}

#[derive(Serialize)]
struct Reset<'a> {
    #[serde(flatten)]
    name: &'a Name,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a Secret>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a Password>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<IpAddr>,
}
