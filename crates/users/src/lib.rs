//! The user API: profiles, and whether their users may come in.
//!
//! It is an HTTP service that does not know where it runs: API Gateway, the built-in gateway and a test
//! hand it requests with a [`Caller`], whom an authorizer has let in. Who may call which route is the
//! gateway's to say; what of it is theirs to see is said here again. Profiles are kept in a store; accounts,
//! letters, sessions and keys are ports, and with the feature `beside-pool` there are those of a pool in the
//! same store.

mod accounts;
mod activation;
mod allowance;
pub mod api_keys;
pub mod assets;
mod body;
mod caller;
mod changes;
mod email_change;
pub mod events;
mod function;
mod handle;
mod idempotency;
pub mod letters;
mod members;
#[cfg(feature = "openapi")]
pub mod openapi;
mod person;
mod precondition;
pub mod problem;
mod profile;
mod profiles;
pub mod reconcile;
mod reference;
mod routes;
pub mod sessions;

#[cfg(feature = "beside-pool")]
pub use accounts::BesidePool;
pub use accounts::{
    Account, AccountChange, Accounts, MEMBERS, Member, MemberPage, NewAccount, Refused, Unfinished,
};
pub use caller::{Caller, Identity};
pub use function::{NAME, Source, into_function};
pub use handle::Handle;
pub use person::{EmailAddress, PersonName};
pub use problem::{Kind, Problem};
pub use profile::{Badge, Preferences, Profile, ProfileDetails, Status};
pub use profiles::{BadCursor, Newcomer, Page, Profiles, Query, Row};
pub use routes::{At, router};

use crypto::Random;
use std::sync::Arc;

/// What the routes work with.
#[derive(Clone)]
pub struct UserApi {
    pub profiles: Profiles,
    pub accounts: Arc<dyn Accounts>,
    pub keys: Arc<dyn api_keys::ApiKeys>,
    pub avatars: assets::Avatars,
    pub letters: Arc<dyn letters::Letters>,
    pub sessions: Arc<dyn sessions::Sessions>,
    /// Who takes what happened to whoever wants to hear it, if it is this process.
    pub drain: Option<events::Drain>,
    pub random: Arc<dyn Random>,
    /// Where people reach this API: the beginning of the links in its letters.
    pub public_url: String,
}
