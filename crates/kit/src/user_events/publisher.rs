//! What is told on about a user, and to whom?

use super::Heard;
use crate::Unavailable;
use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use crypto::sha256;
use jiff::Timestamp;
use names::Sub;
use serde::Serialize;
use std::fmt;

/// Whoever wants to hear what users do: a topic, an outbox, a log.
#[async_trait]
pub trait Publisher: Send + Sync {
    /// Tells one event. It may come more than once, since a pool repeats a call that took too long.
    ///
    /// # Errors
    /// [`Unavailable`] if it may not have been told. Nobody tries again.
    async fn publish(&self, event: &UserEvent) -> Result<(), Unavailable>;
}

/// What happened to a user. It names the user and carries nothing else about them: who may know more looks
/// it up.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserEvent {
    /// The form of this event, `1`.
    pub version: &'static str,
    /// The same for the same event, so that one which comes twice can be recognised.
    pub id: String,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// When the function heard of it.
    pub time: Timestamp,
    /// The pool.
    pub user_pool_id: String,
    /// The app client, or `CLIENT_ID_NOT_APPLICABLE`.
    pub client_id: String,
    /// The user.
    pub sub: Option<Sub>,
    /// The stored user name.
    pub username: String,
    /// Whether the device was not seen before; only told of a sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_device_used: Option<bool>,
}

/// What can happen to a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Kind {
    /// Somebody signed up and is confirmed.
    #[serde(rename = "user.created")]
    Created,
    /// Somebody chose a new password for a forgotten one.
    #[serde(rename = "user.password_reset")]
    PasswordReset,
    /// Somebody is about to show their password.
    #[serde(rename = "user.sign_in_attempted")]
    SignInAttempted,
    /// Somebody has signed in.
    #[serde(rename = "user.signed_in")]
    SignedIn,
}

impl Kind {
    /// The text, for an attribute that subscribers filter by.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "user.created",
            Self::PasswordReset => "user.password_reset",
            Self::SignInAttempted => "user.sign_in_attempted",
            Self::SignedIn => "user.signed_in",
        }
    }
}

impl UserEvent {
    pub(super) fn new(kind: Kind, heard: &Heard<'_>, new_device_used: Option<bool>) -> Self {
        // A user is created once, whenever that is told; everything else happens again and again.
        let time = match kind {
            Kind::Created => String::new(),
            _ => heard.at.to_string(),
        };
        let sub = heard.sub.as_ref().map_or("", Sub::as_str);
        let what = [kind.as_str(), heard.pool, heard.client, sub, heard.username, &time].join("\0");
        Self {
            version: "1",
            id: URL_SAFE_NO_PAD.encode(sha256(what.as_bytes())),
            kind,
            time: heard.at,
            user_pool_id: heard.pool.to_owned(),
            client_id: heard.client.to_owned(),
            sub: heard.sub.clone(),
            username: heard.username.to_owned(),
            new_device_used,
        }
    }
}

/// What happened to whom, without the name, which may be an address.
impl fmt::Debug for UserEvent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("UserEvent")
            .field("kind", &self.kind)
            .field("sub", &self.sub)
            .finish_non_exhaustive()
    }
}
