//! The user API: profiles, and whether their users may come in.
//!
//! It is an HTTP service that does not know where it runs: API Gateway, the built-in gateway and a test
//! hand it requests with a [`Caller`], whom an authorizer has let in. Who may call which route is the
//! gateway's to say; what of it is theirs to see is said here. Profiles and accounts are ports; with the
//! feature `beside-pool` there are those that live in a pool's own store.

mod accounts;
mod caller;
mod function;
mod problem;
mod profile;
mod profiles;
mod routes;

pub use accounts::Accounts;
#[cfg(feature = "beside-pool")]
pub use accounts::BesidePool;
pub use caller::Caller;
pub use function::{NAME, into_function};
pub use problem::Problem;
pub use profile::{Badge, Preferences, Profile, ProfileDetails, Status};
pub use profiles::ProfileSource;
#[cfg(feature = "beside-pool")]
pub use profiles::Profiles;
pub use routes::router;

use std::sync::Arc;

/// What the routes work with.
#[derive(Clone)]
pub struct UserApi {
    pub profiles: Arc<dyn ProfileSource>,
    pub accounts: Arc<dyn Accounts>,
}
