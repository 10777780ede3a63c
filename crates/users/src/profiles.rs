//! Where does the API find profiles?

#[cfg(feature = "beside-pool")]
mod stored;

#[cfg(feature = "beside-pool")]
pub use stored::Profiles;

use crate::{Problem, Profile};
use async_trait::async_trait;
use jiff::Timestamp;
use names::Sub;

/// The profiles, as far as the API reads them. What it changes, it changes through
/// [`Accounts`](crate::Accounts).
#[async_trait]
pub trait ProfileSource: Send + Sync + 'static {
    /// The profile of a user, if there is one.
    ///
    /// # Errors
    /// [`Problem::Internal`] if that cannot be said now.
    async fn find(&self, id: &Sub, now: Timestamp) -> Result<Option<Profile>, Problem>;
}
