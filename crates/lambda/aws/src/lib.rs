//! How do the functions reach AWS?
//!
//! Each port of `kit` and `users` that AWS has a service for is implemented here, behind the feature of the
//! service, so that a function links those it calls and no other. [`Aws`] is what all of them are made from.
//!
//! | port | here | feature |
//! | --- | --- | --- |
//! | `kit::Profiles` | `TableProfiles` | `profiles` |
//! | `users::Accounts` | `PoolAccounts` | `accounts` |
//! | `users::sessions::Sessions` | `PoolSessions` | `accounts` |
//! | `users::letters::Letters` | `MailedLetters` | `ses`, `profiles` |
//! | `users::api_keys::ApiKeys` | `SecretKeys` | `secrets` |
//! | `users::assets::{Pictures, Uploads}` | `S3Pictures`, `S3Uploads` | `assets` |
//! | `kit::user_events::Publisher`, `users::events::Sink` | `Topic` | `sns` |
//! | `kit::passwordless::Mailer` | `Mails` | `ses` |
//! | `kit::user_migration::Directory` | `OtherPool` | `cognito` |

#[cfg(feature = "accounts")]
mod accounts;
mod aws;
#[cfg(feature = "cognito")]
mod directory;
#[cfg(feature = "ses")]
mod mails;
#[cfg(feature = "profiles")]
mod profiles;
#[cfg(feature = "assets")]
mod s3;
#[cfg(feature = "secrets")]
mod secret_keys;
#[cfg(feature = "accounts")]
mod sessions;
#[cfg(feature = "signed")]
mod signed;
#[cfg(feature = "profiles")]
mod table;
#[cfg(feature = "sns")]
mod topic;

#[cfg(feature = "accounts")]
pub use accounts::PoolAccounts;
pub use aws::Aws;
#[cfg(feature = "cognito")]
pub use directory::{OtherPool, OtherPoolSettings};
#[cfg(all(feature = "ses", feature = "profiles"))]
pub use mails::MailedLetters;
#[cfg(feature = "ses")]
pub use mails::Mails;
#[cfg(feature = "profiles")]
pub use profiles::{TableProfiles, profiles};
#[cfg(feature = "assets")]
pub use s3::{S3Pictures, S3Uploads};
#[cfg(feature = "secrets")]
pub use secret_keys::SecretKeys;
#[cfg(feature = "accounts")]
pub use sessions::{PoolSessions, SessionSettings};
#[cfg(feature = "sns")]
pub use topic::Topic;
