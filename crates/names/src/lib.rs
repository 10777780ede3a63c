//! What are things called? Newtypes of ids, usernames, scopes and secrets: parse, print, redact.
//!
//! Whoever holds one of these holds a valid one: the only ways in are `parse` (and `Deserialize`,
//! which calls it). A secret cannot be printed, compares in constant time, is wiped when dropped and
//! is read by one method, `reveal`.
//!
//! ```
//! use names::UserPoolId;
//!
//! let pool = UserPoolId::parse("eu-west-1_Ab1Cd2Ef3")?;
//! assert_eq!(pool.region(), "eu-west-1");
//! assert_eq!(pool.name(), "Ab1Cd2Ef3");
//! assert!(UserPoolId::parse("no pool").is_err());
//! # Ok::<(), names::Malformed>(())
//! ```

mod ids;
mod secrets;
mod text;
mod time;

pub use ids::{
    AccountId, Arn, AttributeName, ClientId, DeviceKey, FunctionArn, GroupName, Issuer, Region,
    ResourceServerId, Scope, Sub, UserPoolId, Username,
};
pub use secrets::{ClientSecret, Code, Password, SecretHash, Session, Token};
pub use time::Clock;

/// A text that is not what its type asks for. Never carries the text itself, which may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {what}")]
pub struct Malformed {
    /// The name of the type that refused, for example `UserPoolId`.
    pub what: &'static str,
}
