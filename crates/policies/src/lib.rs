//! What does a policy in IAM's language say of a call?
//!
//! Two readers share its pieces. A gateway asks the policies that its authorizers answer, which are about calls
//! of an API alone, and takes the stricter side where it does not understand one. Whoever keeps access keys
//! gives each an [`IdentityPolicy`], which is written by hand and read once: what is not understood there is
//! refused with a text that says so.
//!
//! ```
//! use policies::{Circumstances, IdentityPolicy, Ruling};
//!
//! let policy = IdentityPolicy::read(&serde_json::json!({
//!     "Version": "2012-10-17",
//!     "Statement": { "Effect": "Allow", "Action": "cognito-idp:Admin*", "Resource": "*" },
//! }))?;
//! let circumstances = Circumstances::at(jiff::Timestamp::UNIX_EPOCH);
//! let ruling = policy.judge("cognito-idp:AdminGetUser", "*", &circumstances);
//! assert_eq!(ruling, Ruling::Allowed);
//! # Ok::<_, policies::Unsound>(())
//! ```

mod conditions;
mod identity;
mod network;
mod sole;
mod wildcard;

pub use conditions::{Circumstances, Conditions};
pub use identity::{IdentityPolicy, Unsound};
pub use network::Network;
pub use sole::parse;
pub use wildcard::fits;

/// What a policy says about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    Allowed,
    /// No statement allows it.
    NotAllowed,
    /// A statement denies it.
    Denied,
}
