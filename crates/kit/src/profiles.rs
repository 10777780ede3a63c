//! What do the functions need of the place where profiles are kept?

use async_trait::async_trait;
use jiff::Timestamp;
use names::{Sub, Username};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, fmt};

/// A user's profile: a JSON object whose fields are the application's.
pub type Profile = Map<String, Value>;

/// Where profiles are kept.
#[async_trait]
pub trait Profiles: Send + Sync {
    /// The profile of a user, if there is one.
    ///
    /// # Errors
    /// [`Unavailable`] if that cannot be said now.
    async fn find(&self, sub: &Sub) -> Result<Option<Profile>, Unavailable>;

    /// Makes a profile. One that is there already is left as it is, so this may be called again and again.
    ///
    /// # Errors
    /// [`Unavailable`] if it may not have been made.
    async fn create(&self, new: NewProfile) -> Result<(), Unavailable>;

    /// Notes on a profile when its user signed in. Answers whether there is such a profile; none is made.
    /// An earlier time than the one that is there is forgotten, since sign-ins may be told out of order.
    ///
    /// Profiles that have no place for the time keep this as it is: it says that all is well.
    ///
    /// # Errors
    /// [`Unavailable`] if it may not have been noted.
    async fn signed_in(&self, sub: &Sub, at: Timestamp) -> Result<bool, Unavailable> {
        let _ = (sub, at);
        Ok(true)
    }

    /// Takes over what a user has changed in the pool since the profile was made, as far as it stands in the
    /// profile. It is told at every sign-in, so nothing is to be done where nothing changed.
    ///
    /// # Errors
    /// [`Unavailable`] if it may not have been taken over.
    async fn heed(
        &self,
        sub: &Sub,
        attributes: &BTreeMap<String, String>,
    ) -> Result<(), Unavailable> {
        let _ = (sub, attributes);
        Ok(())
    }

    /// Whether this place tells others by itself of the profiles that are made and the sign-ins that are
    /// noted. Then nobody else does.
    fn tells(&self) -> bool {
        false
    }
}

/// The profile of a user who is new.
#[derive(Clone, PartialEq)]
pub struct NewProfile {
    /// Whose it is.
    pub sub: Sub,
    /// The stored user name.
    pub username: Username,
    /// The address, if the user has one.
    pub email: Option<String>,
    /// The user's attributes as they are now, without what only the pool itself is concerned with.
    pub attributes: BTreeMap<String, String>,
    /// What the part of the profile that belongs to apps begins with.
    pub data: Map<String, Value>,
    /// Now.
    pub created_at: Timestamp,
}

/// A place that cannot be reached or asked now, with the cause.
#[derive(Debug, thiserror::Error)]
#[error("{what} cannot be reached")]
pub struct Unavailable {
    /// What is unavailable, `the profiles`.
    pub what: &'static str,
    /// Why.
    #[source]
    pub cause: Box<dyn std::error::Error + Send + Sync>,
}

impl Unavailable {
    /// This place cannot be asked, for that reason.
    pub fn new(
        what: &'static str,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { what, cause: cause.into() }
    }

    /// The whole chain of causes in one line, for a log.
    pub(crate) fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause: Option<&dyn std::error::Error> = Some(self.cause.as_ref());
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

/// Whose it is, and nothing of what it says.
impl fmt::Debug for NewProfile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("NewProfile").field("sub", &self.sub).finish_non_exhaustive()
    }
}
