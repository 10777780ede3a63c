//! What of a profile has a consequence for the user's account?

#[cfg(feature = "beside-pool")]
mod beside_pool;

#[cfg(feature = "beside-pool")]
pub use beside_pool::BesidePool;

use crate::{Problem, Profile, Status};
use async_trait::async_trait;
use names::Sub;

/// Changes that a profile and its pool user must make together.
#[async_trait]
pub trait Accounts: Send + Sync + 'static {
    /// Gives a profile another status, and lets its user in or keeps them out accordingly. A user who is
    /// kept out is signed out everywhere.
    ///
    /// # Errors
    /// [`Problem::NotFound`], [`Problem::Conflict`] for a status that this one does not lead to,
    /// [`Problem::Internal`] if neither could be changed.
    async fn set_status(&self, id: &Sub, status: Status) -> Result<Profile, Problem>;
}
