//! How do the functions reach AWS?
//!
//! Each port of `kit` and `users` that AWS has a service for is implemented here, behind the feature of the
//! service, so that a function links those it calls and no other. [`Aws`] is what all of them are made from.
//!
//! | port | here | feature |
//! | --- | --- | --- |
//! | `kit::Profiles` | `Table` | `dynamodb` |
//! | `users::ProfileSource`, `users::Accounts` | `Table`, `PoolAccounts` | `accounts` |
//! | `kit::user_events::Publisher` | `Topic` | `sns` |
//! | `kit::passwordless::Mailer` | `Mails` | `ses` |
//! | `kit::user_migration::Directory` | `OtherPool` | `cognito` |

#[cfg(feature = "accounts")]
mod accounts;
mod aws;
#[cfg(feature = "cognito")]
mod directory;
#[cfg(feature = "dynamodb")]
mod document;
#[cfg(feature = "ses")]
mod mails;
#[cfg(feature = "dynamodb")]
mod table;
#[cfg(feature = "sns")]
mod topic;

#[cfg(feature = "accounts")]
pub use accounts::PoolAccounts;
pub use aws::Aws;
#[cfg(feature = "cognito")]
pub use directory::{OtherPool, OtherPoolSettings};
#[cfg(feature = "ses")]
pub use mails::Mails;
#[cfg(feature = "dynamodb")]
pub use table::Table;
#[cfg(feature = "sns")]
pub use topic::Topic;
