//! Which access keys are there, and what may each do?

use super::{Act, Denied};
use std::fmt;
use zeroize::Zeroize;

/// An access key. The secret is wiped when dropped and never printed.
#[derive(Clone)]
pub struct AccessKey {
    id: String,
    secret: String,
    session: Option<(String, jiff::Timestamp)>,
    user: Option<String>,
}

impl AccessKey {
    /// A key that lasts (`AKIA…`).
    #[must_use]
    pub fn permanent(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self { id: id.into(), secret: secret.into(), session: None, user: None }
    }

    /// A key that ends (`ASIA…`) and counts only together with its session token.
    #[must_use]
    pub fn temporary(
        id: impl Into<String>,
        secret: impl Into<String>,
        session_token: impl Into<String>,
        expires: jiff::Timestamp,
    ) -> Self {
        let session = Some((session_token.into(), expires));
        Self { id: id.into(), secret: secret.into(), session, user: None }
    }

    /// The key of this user.
    #[must_use]
    pub fn of_user(mut self, name: impl Into<String>) -> Self {
        self.user = Some(name.into());
        self
    }

    /// The name of the user whose key it is, if it is one's.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The id, which is public.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The secret itself. Every call is a place to look at in a review.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.secret
    }

    /// The session token of a temporary key, and its end.
    pub(super) fn session(&self) -> Option<(&str, jiff::Timestamp)> {
        self.session.as_ref().map(|(token, expires)| (token.as_str(), *expires))
    }
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "AccessKey({}, …)", self.id)
    }
}

impl Drop for AccessKey {
    fn drop(&mut self) {
        self.secret.zeroize();
        if let Some((token, _)) = &mut self.session {
            token.zeroize();
        }
    }
}

/// Where access keys are looked up.
pub trait AccessKeys: Send + Sync {
    /// The key of this id.
    fn find(&self, id: &str) -> Option<AccessKey>;

    /// Whether whoever has signed with the key of this id may do this. Keys may do everything unless who has them
    /// says otherwise.
    ///
    /// # Errors
    /// [`Denied`], for the signer to read.
    fn permit(&self, id: &str, act: &Act<'_>) -> Result<(), Denied> {
        let _ = (id, act);
        Ok(())
    }
}

/// A handful of keys that may do everything, for example those of a test.
impl AccessKeys for Vec<AccessKey> {
    fn find(&self, id: &str) -> Option<AccessKey> {
        self.iter().find(|key| key.id == id).cloned()
    }
}
